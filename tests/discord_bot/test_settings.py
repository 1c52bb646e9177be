"""Each bad setting is reported in one sentence, which never shows the value."""

from pathlib import Path

import platformdirs
import pytest

from bot import settings
from bot.errors import ConfigError
from bot.settings import Address, DiscordSettings, LogLevel, Settings, StoreSettings, load_settings

SECRET = "hunter2.secret.value"  # noqa: S105
REFUSAL = (
    "{} holds no token: a token is three groups of letters, digits, '-' and '_' with dots between them; copy it again"
    " (developer portal, Bot, Reset Token)."
)


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ignore the developer's own `.env` and environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("DISCORD_TOKEN", "DISCORD_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)


def complaint(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    """Return the error message for an environment."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings(DiscordSettings).token()
    assert caught.value.exit_code == 2
    assert not any(value in str(caught.value) for value in variables.values() if value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BOT_WATCH", SECRET, "BOT_WATCH must be on or off."),
        ("BOT_MESSAGE_CONTENT", SECRET, "BOT_MESSAGE_CONTENT must be on or off."),
        ("BOT_COOLDOWN", "1000", "BOT_COOLDOWN must be a number from 1 to 600."),
        ("BOT_LOG_LEVEL", SECRET, "BOT_LOG_LEVEL must be debug, info, warning or error."),
        (
            "BOT_ADMIN_USER_IDS",
            f"1,{SECRET}",
            "BOT_ADMIN_USER_IDS must be ids (digits only) with commas between them.",
        ),
        (
            "BOT_ADMIN_ROLE_IDS",
            "-5",
            "BOT_ADMIN_ROLE_IDS must be ids (digits only) with commas between them.",
        ),
        ("BOT_SEMANTIC", SECRET, "BOT_SEMANTIC must be on or off."),
        (
            "DISCORD_TOKEN",
            f"Bot {SECRET}",
            REFUSAL.format("DISCORD_TOKEN"),
        ),
        *(
            ("DISCORD_TOKEN", value, REFUSAL.format("DISCORD_TOKEN"))
            for value in ("hello", "a.b", "a.b.c.d", "a..c", "한.글.임", "a.b c.d", "'a.b.c'", "a.b.c=")
        ),
    ],
)
def test_a_bad_value_is_one_sentence_without_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    assert complaint(monkeypatch, **{name: value}) == sentence


def test_all_bad_settings_are_reported_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(complaint(monkeypatch, BOT_WATCH=SECRET, BOT_COOLDOWN=SECRET).splitlines()) == 2


def test_no_token_names_both_ways_to_give_one(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = complaint(monkeypatch)
    assert sentence.startswith("There is no token: set DISCORD_TOKEN or DISCORD_TOKEN_FILE")


def test_two_tokens_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bot does not guess which one is meant."""
    sentence = complaint(monkeypatch, DISCORD_TOKEN=SECRET, DISCORD_TOKEN_FILE="somewhere")  # noqa: S106
    assert sentence == "DISCORD_TOKEN and DISCORD_TOKEN_FILE are both set: remove one of them."


def test_a_missing_token_file_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    sentence = complaint(monkeypatch, DISCORD_TOKEN_FILE="/nowhere/token")  # noqa: S106
    assert sentence.startswith("The file that DISCORD_TOKEN_FILE names can't be read (FileNotFoundError)")


def test_a_binary_token_file_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"\xff\xfe")
    assert "can't be read (UnicodeDecodeError)" in complaint(monkeypatch, DISCORD_TOKEN_FILE=str(file))


@pytest.mark.parametrize("content", [f"{SECRET}\n", f" {SECRET}\r\n", f"\ufeff{SECRET}"])
def test_a_token_comes_from_a_file_without_line_end_and_byte_order_mark(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "token"
    file.write_bytes(content.encode())
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(file))
    assert load_settings(DiscordSettings).token() == SECRET


ENV_FILE = "BOT_WATCH=on\nBOT_KNOWLEDGE=/기사\n"


@pytest.mark.parametrize("kind", [Settings, DiscordSettings])
@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_an_env_file_in_another_encoding_is_one_sentence(tmp_path: Path, kind: type[Settings], encoding: str) -> None:
    (tmp_path / ".env").write_bytes(ENV_FILE.encode(encoding))
    with pytest.raises(
        ConfigError, match=r"^The file \.env can't be read \([\w-]+\): save it as UTF-8 text, or remove it\.$"
    ):
        load_settings(kind)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_the_first_line_of_an_env_file_counts_behind_a_byte_order_mark(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_bytes(ENV_FILE.encode(encoding))
    assert load_settings(DiscordSettings).watch


@pytest.mark.parametrize("name", ["BOT_KNOWLEDGE", "BOT_CACHE", "BOT_DATA", "DISCORD_TOKEN_FILE"])
def test_a_path_may_begin_with_a_tilde(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".env").write_text(f"{name}=~/here\n", encoding="utf-8")
    paths = load_settings(DiscordSettings).model_dump().values()
    assert tmp_path / "here" in paths


def test_the_home_of_nobody_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    assert complaint(monkeypatch, BOT_KNOWLEDGE="~no-such-user/here") == "BOT_KNOWLEDGE must be the path of a folder."


@pytest.mark.parametrize("where", ["environment", ".env"])
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("BOT_KNOWLEGE", "'BOT_KNOWLEGE' is no setting: did you mean BOT_KNOWLEDGE?"),
        ("BOT_SEMANTICS", "'BOT_SEMANTICS' is no setting: did you mean BOT_SEMANTIC?"),
        ("BOT_ADMIN_GUILDS", "'BOT_ADMIN_GUILDS' is no setting: did you mean BOT_ADMIN_GUILD_IDS?"),
        ("BOT_XYZZY_QQQ", "'BOT_XYZZY_QQQ' is no setting, see .env.example"),
    ],
)
def test_an_unknown_variable_is_a_warning_with_the_nearest_name(  # noqa: PLR0913, PLR0917  two fixtures
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    name: str,
    sentence: str,
    where: str,
) -> None:
    settings._warn.cache_clear()  # noqa: SLF001  each is logged once per process
    if where == ".env":
        (tmp_path / ".env").write_text(f"{name}={SECRET}\n", encoding="utf-8")
    else:
        monkeypatch.setenv(name, SECRET)
    for _ in range(2):
        load_settings(Settings)
    assert caplog.messages == [sentence]


def test_known_variables_and_those_of_others_are_no_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("BOT_WATCH", "bot_cooldown", "ROBOT_KNOWLEDGE", "DISCORD_SHARDS"):
        monkeypatch.setenv(name, "")
    load_settings(Settings)
    assert caplog.messages == []


@pytest.mark.parametrize("folder", ["cache", "data"])
def test_without_a_home_a_folder_is_among_the_temporary_files(monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    def nowhere(_: str) -> str:
        raise RuntimeError

    monkeypatch.setattr(platformdirs, f"user_{folder}_dir", nowhere)
    monkeypatch.delenv(f"BOT_{folder.upper()}", raising=False)
    found: Path = getattr(load_settings(StoreSettings), folder)
    assert found.is_absolute()
    assert found.name.startswith("article-answers-bot-")


@pytest.mark.parametrize(
    "written",
    [
        "on",
        "store.db",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "mysql://host/name",
        "postgresql://[::1/name",
        f"http://{SECRET}",
    ],
)
def test_a_bad_database_url_is_one_sentence(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("BOT_DATABASE_URL", written)
    with pytest.raises(ConfigError) as caught:
        load_settings(StoreSettings)
    expected = "BOT_DATABASE_URL must be off, sqlite:/// and a path, or postgresql:// and an address."
    assert str(caught.value) == expected


def test_the_database_is_a_file_in_the_data_folder_unless_another_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("BOT_DATA", str(tmp_path))
    assert load_settings(StoreSettings).database_file == tmp_path / "store.db"
    monkeypatch.setenv("BOT_DATABASE_URL", "sqlite:///~/a b.db")
    assert load_settings(StoreSettings).database_file == Path("~/a b.db").expanduser()
    monkeypatch.setenv("BOT_DATABASE_URL", " off ")
    assert not load_settings(StoreSettings).has_store


def test_postgresql_needs_a_secret_and_its_password_is_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"postgresql://bot:{SECRET}%21@db/name"
    sentence = complaint(monkeypatch, BOT_DATABASE_URL=url)
    assert sentence.startswith("BOT_DATABASE_URL names PostgreSQL, which needs BOT_SECRET: at least 32 characters")
    monkeypatch.setenv("BOT_SECRET", "k" * 32)
    settings = load_settings(StoreSettings)
    assert settings.postgres_url == url
    assert {url, f"{SECRET}!", "k" * 32} <= set(settings.hidden)
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()}"


def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert complaint(monkeypatch, BOT_SECRET=SECRET) == "BOT_SECRET must be at least 32 characters long."


def test_the_days_of_questions_have_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings(StoreSettings).retention_days == 30
    for written in ("0", "366", "ever"):
        assert (
            complaint(monkeypatch, BOT_RETENTION_DAYS=written) == "BOT_RETENTION_DAYS must be a number from 1 to 365."
        )


def test_settings_come_from_the_env_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"DISCORD_TOKEN={SECRET}\nBOT_ADMIN_GUILD_IDS=1, 2,\nBOT_LOG_LEVEL=debug\n", encoding="utf-8"
    )
    settings = load_settings(DiscordSettings)
    assert settings.token() == SECRET
    assert settings.admin_guild_ids == {1, 2}
    assert settings.log_level is LogLevel.DEBUG


def test_settings_never_show_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", SECRET)
    settings = DiscordSettings()
    assert SECRET not in f"{settings!r} {settings} {settings.model_dump()}"


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("127.0.0.1:8080", Address("127.0.0.1", 8080)),
        (" localhost:1 ", Address("localhost", 1)),
        ("[::1]:65535", Address("::1", 65535)),
        ("", None),
    ],
)
def test_an_address_is_read(monkeypatch: pytest.MonkeyPatch, written: str, address: Address | None) -> None:
    monkeypatch.setenv("BOT_HTTP", written)
    assert load_settings(DiscordSettings).http == address


@pytest.mark.parametrize(
    "written", ["8080", ":8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "::1:8080", "http://a:80"]
)
def test_a_bad_address_is_one_sentence(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    monkeypatch.setenv("BOT_HTTP", written)
    with pytest.raises(ConfigError, match=r"^BOT_HTTP must be an address and a port, as in 127\.0\.0\.1:8080\.$"):
        load_settings(DiscordSettings)


def test_the_format_of_the_log_is_text_or_json(monkeypatch: pytest.MonkeyPatch) -> None:
    assert complaint(monkeypatch, BOT_LOG_FORMAT=SECRET) == "BOT_LOG_FORMAT must be text or json."


def test_channels_that_it_listens_to_need_the_content_of_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_ASK_CHANNELS", "12, 34")
    with pytest.raises(ConfigError, match=r"^BOT_ASK_CHANNELS needs BOT_MESSAGE_CONTENT=on, as the bot has to read"):
        load_settings(DiscordSettings)
    monkeypatch.setenv("BOT_MESSAGE_CONTENT", "on")
    settings = load_settings(DiscordSettings)
    assert settings.ask_channels == {12, 34}
    assert not settings.ask_threads


@pytest.mark.parametrize(
    ("written", "shards"), [("0", {0}), ("0,2", {0, 2}), ("0-3", {0, 1, 2, 3}), (" 1 , 4-5 ", {1, 4, 5})]
)
def test_shards_are_numbers_and_ranges(monkeypatch: pytest.MonkeyPatch, written: str, shards: set[int]) -> None:
    monkeypatch.setenv("BOT_SHARD_COUNT", "8")
    monkeypatch.setenv("BOT_SHARD_IDS", written)
    monkeypatch.setenv("BOT_DATABASE_URL", "postgresql://127.0.0.1/bot")
    monkeypatch.setenv("BOT_SECRET", "x" * 32)
    assert load_settings(DiscordSettings).shard_ids == shards


@pytest.mark.parametrize("written", ["x", "-1", "3-1", "0,,1", "99999"])
def test_what_is_no_shard_is_one_sentence(monkeypatch: pytest.MonkeyPatch, written: str) -> None:
    assert complaint(monkeypatch, BOT_SHARD_IDS=written) == "BOT_SHARD_IDS must be numbers from 0, as in 0,1 or 0-3."


def test_shards_are_checked_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that serves some needs to know of how many, and PostgreSQL to share with the others."""
    assert complaint(monkeypatch, BOT_SHARD_IDS="16").startswith("BOT_SHARD_IDS needs BOT_SHARD_COUNT")
    beyond = complaint(monkeypatch, BOT_SHARD_IDS="16", BOT_SHARD_COUNT="16")
    assert beyond.startswith("BOT_SHARD_IDS names a shard that there is not")
    alone = complaint(monkeypatch, BOT_SHARD_IDS="15", BOT_SHARD_COUNT="16")
    assert alone.startswith("BOT_SHARD_IDS leaves shards to other processes, which need PostgreSQL in common")
    monkeypatch.setenv("BOT_SHARD_IDS", "0-15")
    assert load_settings(DiscordSettings).shard_count == 16
