"""Each bad setting is reported in one sentence, which never shows the value."""

from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.settings import DiscordSettings, LogLevel, Settings, load_settings

SECRET = "hunter2.secret.value"  # noqa: S105


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
            "DISCORD_TOKEN holds no token: it is one word of letters, digits, dots, '-' and '_'; copy it again.",
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


def test_a_token_comes_from_a_file_without_its_line_end(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{SECRET}\n", encoding="utf-8")
    monkeypatch.setenv("DISCORD_TOKEN_FILE", str(file))
    assert load_settings(DiscordSettings).token() == SECRET


@pytest.mark.parametrize("kind", [Settings, DiscordSettings])
def test_a_broken_env_file_is_one_sentence(tmp_path: Path, kind: type[Settings]) -> None:
    (tmp_path / ".env").write_bytes(b"BOT_WATCH=\xff\xfe\n")
    with pytest.raises(ConfigError, match=r"\.env can't be read \(UnicodeDecodeError\)"):
        load_settings(kind)


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
