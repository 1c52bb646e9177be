"""Settings from the environment and `.env`; each bad one is reported in one sentence without its value."""

import difflib
import logging
import os
import re
import tempfile
from collections.abc import Callable
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Annotated, Final, NamedTuple, Self, TypeAlias, TypeVar
from urllib.parse import unquote, urlsplit

import platformdirs
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

from bot.errors import ConfigError

log = logging.getLogger(__name__)

_NAME: Final = "article-answers-bot"
_PREFIX = "BOT_"
_TOKEN, _TOKEN_FILE = "DISCORD_TOKEN", "DISCORD_TOKEN_FILE"
_MAX_TOKEN_FILE = 1000
_TOKEN_FORM: Final = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
"""Three parts in base64url: the application's id, a time, a signature."""
_ADDRESS_FORM: Final = re.compile(r"(?:\[(?P<ipv6>[0-9a-fA-F:.]+)\]|(?P<name>[\w.-]+)):(?P<port>\d{1,5})", re.ASCII)
_DATABASE_FORM: Final = re.compile(r"off|sqlite:///(?!:memory:).+|postgres(?:ql)?(?:\+asyncpg)?://\S+")
_SQLITE: Final = "sqlite:///"
_DATABASE_FILE: Final = "store.db"
_MIN_SECRET: Final = 32
"""Characters."""
_RANGE_FORM: Final = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?", re.ASCII)
_MOST_SHARDS: Final = 16_384
_MAX_PORT: Final = 65_535
_BAD_ENV_FILE: Final = "The file .env can't be read (%s): save it as UTF-8 text, or remove it."
_ON_OR_OFF = "must be on or off"
_IDS = "must be ids (digits only) with commas between them"


class Switch(Enum):
    """`on` or `off`."""

    ON = "on"
    OFF = "off"

    def __bool__(self) -> bool:
        """Return whether the switch is on."""
        return self is Switch.ON


class LogFormat(Enum):
    """How an event of the log is written."""

    TEXT = "text"
    JSON = "json"


class LogLevel(Enum):
    """The least serious events that are logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _split(value: object) -> object:
    """Split ids at commas; pydantic refuses parts that are no ids."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Ids: TypeAlias = Annotated[frozenset[Annotated[int, Field(ge=1, lt=2**63)]], NoDecode, BeforeValidator(_split)]
"""Discord's ids, with commas between them."""


def _expanded(path: Path) -> Path:
    """Return a path with `~` replaced, which no shell does in `.env`; ValueError where the home is unknown."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError from error


UserPath: TypeAlias = Annotated[Path, AfterValidator(_expanded)]
"""A path that may begin with `~`."""


class Address(NamedTuple):
    """Where a server listens."""

    host: str
    port: int


def _address(value: object) -> object:
    """Split `host:port`, of which the host may be an IPv6 address in brackets; ValueError for anything else."""
    if not isinstance(value, str):
        return value
    match = _ADDRESS_FORM.fullmatch(value.strip())
    if match is None or not 0 < int(match["port"]) <= _MAX_PORT:
        raise ValueError
    return Address(match["ipv6"] or match["name"], int(match["port"]))


def _shards(value: object) -> object:
    """Return the numbers of `0,1` or `0-3`; ValueError for anything else."""
    if not isinstance(value, str):
        return value
    numbers: set[int] = set()
    for part in value.split(","):
        if (match := _RANGE_FORM.fullmatch(part.strip())) is None:
            raise ValueError
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first or last >= _MOST_SHARDS:
            raise ValueError
        numbers.update(range(first, last + 1))
    return frozenset(numbers)


ShardIds: TypeAlias = Annotated[frozenset[int], NoDecode, BeforeValidator(_shards)]
"""Written as `0,1` or `0-3`."""
HttpAddress: TypeAlias = Annotated[Address, NoDecode, BeforeValidator(_address)]
"""Written as `127.0.0.1:8080`, `localhost:8080` or `[::1]:8080`."""


def _database_url(value: SecretStr) -> SecretStr:
    """Return `off` or a URL without surrounding space; ValueError for anything else."""
    url = value.get_secret_value().strip()
    if not _DATABASE_FORM.fullmatch(url):
        raise ValueError
    urlsplit(url)  # raises ValueError for a bad address
    return SecretStr(url)


DatabaseUrl: TypeAlias = Annotated[SecretStr, AfterValidator(_database_url)]
"""`off`, `sqlite:///` and a path, or a URL of PostgreSQL, which may hold a password."""


def _user_folder(find: Callable[[str], str]) -> Path:
    """Return a folder of the user; one among the temporary files where the user has no home."""
    try:
        folder = Path(find(_NAME))
    except RuntimeError:
        folder = Path()
    user = os.getuid() if hasattr(os, "getuid") else 0
    return folder if folder.is_absolute() else Path(tempfile.gettempdir(), f"{_NAME}-{user}")


def _default_cache() -> Path:
    return _user_folder(platformdirs.user_cache_dir)


def _default_data() -> Path:
    return _user_folder(platformdirs.user_data_dir)


class Settings(BaseSettings):
    """Settings of all commands; a field's variable is `BOT_` and its name, its description ends the error message."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX,
        env_file=".env",
        env_file_encoding="utf-8-sig",
        env_ignore_empty=True,
        extra="ignore",
        hide_input_in_errors=True,
    )

    knowledge: UserPath | None = Field(default=None, description="must be the path of a folder")
    """Folder of the articles; default: the ones that ship with the bot."""
    cache: UserPath = Field(default_factory=_default_cache, description="must be the path of a folder")
    """Folder for the vectors of samples and the compiled knowledge; it can be deleted at any time."""
    data: UserPath = Field(default_factory=_default_data, description="must be the path of a folder")
    """Folder for what can't be made again: the database, the secret and the shipped articles once they are edited."""
    semantic: Switch = Field(default=Switch.ON, description=_ON_OR_OFF)
    """`off` answers without the sentence encoder: 150 MB less memory, fewer right answers."""


class StoreSettings(Settings):
    """Settings of the commands that use the store."""

    database_url: DatabaseUrl | None = Field(
        default=None, description="must be off, sqlite:/// and a path, or postgresql:// and an address"
    )
    """Where the store is; default: a SQLite file in the data folder. `off` stores nothing."""
    secret: SecretStr | None = Field(
        default=None, min_length=_MIN_SECRET, description=f"must be at least {_MIN_SECRET} characters long"
    )
    """Key of the digests that tell askers apart; default: one that is made in the data folder."""
    retention_days: int = Field(default=30, ge=1, le=365, description="must be a number from 1 to 365")
    """Days for which unanswered questions are kept."""

    @model_validator(mode="after")
    def _processes_share_the_secret(self) -> Self:
        """Raise ConfigError if several processes may use the database, each with a secret of its own."""
        if self.postgres_url and self.secret is None:
            msg = (
                "BOT_DATABASE_URL names PostgreSQL, which needs BOT_SECRET: at least 32 characters, the same in every"
                " process; python -c 'import secrets; print(secrets.token_hex())' makes some."
            )
            raise ConfigError(msg)
        return self

    @property
    def has_store(self) -> bool:
        """Return whether anything is stored."""
        return self._url != "off"

    @property
    def postgres_url(self) -> str | None:
        """Return the URL of PostgreSQL, None if the store is not there."""
        return self._url if self._url.startswith("postgres") else None

    @property
    def database_file(self) -> Path:
        """Return the file of the SQLite database."""
        return Path(self._url.removeprefix(_SQLITE)).expanduser() if self._url else self.data / _DATABASE_FILE

    @property
    def hidden(self) -> tuple[str, ...]:
        """Return what must not stand in a log: the URL, its password and the secret."""
        url = self.postgres_url or ""
        secret = self.secret.get_secret_value() if self.secret else ""
        return url, unquote(urlsplit(url).password or ""), urlsplit(url).password or "", secret

    @property
    def _url(self) -> str:
        return self.database_url.get_secret_value() if self.database_url else ""


class DiscordSettings(StoreSettings):
    """Settings of `run`, `sync` and `doctor`."""

    discord_token: SecretStr | None = Field(
        default=None, validation_alias=_TOKEN, description="must be the bot's token"
    )
    """The bot's token from the developer portal."""
    discord_token_file: UserPath | None = Field(
        default=None, validation_alias=_TOKEN_FILE, description="must be the path of a file with the token"
    )
    """A file with the token instead, as container platforms mount secrets."""
    admin_guild_ids: Ids = Field(default=frozenset(), description=_IDS)
    """Servers that get `/facts`; without any it is registered nowhere."""
    admin_user_ids: Ids = Field(default=frozenset(), description=_IDS)
    """Who may use `/facts` there, besides the application's owner or team."""
    admin_role_ids: Ids = Field(default=frozenset(), description=_IDS)
    """Roles whose members may use `/facts` there."""
    watch: Switch = Field(default=Switch.OFF, description=_ON_OR_OFF)
    """Reload the facts whenever a file of the knowledge folder changes."""
    message_content: Switch = Field(default=Switch.OFF, description=_ON_OR_OFF)
    """Ask Discord for the privileged Message Content intent, which the portal has to grant."""
    ask_channels: Ids = Field(default=frozenset(), description=_IDS)
    """Text channels and forums in which the bot answers questions without a mention."""
    ask_threads: Switch = Field(default=Switch.OFF, description=_ON_OR_OFF)
    """Answer in these text channels in a thread of the question."""
    cooldown: int = Field(default=12, ge=1, le=600, description="must be a number from 1 to 600")
    """Questions per minute that one person may ask in one channel; in all channels together twice as many."""
    shard_count: int | None = Field(
        default=None, ge=1, le=_MOST_SHARDS, description=f"must be a number from 1 to {_MOST_SHARDS}"
    )
    """Parts into which Discord divides the bot's servers; default: as many as Discord recommends."""
    shard_ids: ShardIds = Field(default=frozenset(), description="must be numbers from 0, as in 0,1 or 0-3")
    """The parts that this process serves; default: all."""
    log_level: LogLevel = Field(default=LogLevel.INFO, description="must be debug, info, warning or error")
    """The least serious events that are logged."""
    log_format: LogFormat = Field(default=LogFormat.TEXT, description="must be text or json")
    """How an event of the log is written: as a line to read, or as a JSON object."""
    http: HttpAddress | None = Field(default=None, description="must be an address and a port, as in 127.0.0.1:8080")
    """Where `/healthz`, `/readyz` and `/metrics` are served; nowhere by default."""

    @model_validator(mode="after")
    def _content_is_readable(self) -> Self:
        """Raise ConfigError if the bot is to answer messages that it can't read."""
        if self.ask_channels and not self.message_content:
            msg = "BOT_ASK_CHANNELS needs BOT_MESSAGE_CONTENT=on, as the bot has to read the messages there."
            raise ConfigError(msg)
        return self

    @model_validator(mode="after")
    def _shards_belong_together(self) -> Self:
        """Raise ConfigError if this process can't serve the shards that it is given."""
        if not self.shard_ids:
            return self
        if self.shard_count is None:
            msg = "BOT_SHARD_IDS needs BOT_SHARD_COUNT: the number of all shards, the same in every process."
            raise ConfigError(msg)
        if max(self.shard_ids) >= self.shard_count:
            msg = "BOT_SHARD_IDS names a shard that there is not: with BOT_SHARD_COUNT=8 there are 0 to 7."
            raise ConfigError(msg)
        if len(self.shard_ids) < self.shard_count and self.postgres_url is None:
            msg = (
                "BOT_SHARD_IDS leaves shards to other processes, which need PostgreSQL in common: set BOT_DATABASE_URL"
                " to the same postgresql://… in each."
            )
            raise ConfigError(msg)
        return self

    def token(self) -> str:
        """Return the token; raise ConfigError if there is none or it can't be one."""
        match self.discord_token, self.discord_token_file:
            case None, None:
                msg = f"There is no token: set {_TOKEN} or {_TOKEN_FILE} (developer portal, Bot, Reset Token)."
                raise ConfigError(msg)
            case SecretStr() as token, None:
                return _checked(token.get_secret_value(), _TOKEN)
            case None, Path() as file:
                return _checked(_content(file), _TOKEN_FILE)
            case _:
                msg = f"{_TOKEN} and {_TOKEN_FILE} are both set: remove one of them."
                raise ConfigError(msg)


def _content(file: Path) -> str:
    try:
        with file.open(encoding="utf-8-sig") as stream:
            return stream.read(_MAX_TOKEN_FILE)
    except (OSError, ValueError) as error:
        advice = "check its path and rights" if isinstance(error, OSError) else "save it as UTF-8 text"
        msg = f"The file that {_TOKEN_FILE} names can't be read ({type(error).__name__}): {advice}."
        raise ConfigError(msg) from None


def _checked(token: str, name: str) -> str:
    """Return `token` without surrounding space; ConfigError unless it has the form of a token."""
    token = token.strip()
    if not _TOKEN_FORM.fullmatch(token):
        msg = (
            f"{name} holds no token: a token is three groups of letters, digits, '-' and '_' with dots between them;"
            " copy it again (developer portal, Bot, Reset Token)."
        )
        raise ConfigError(msg)
    return token


AnySettings = TypeVar("AnySettings", bound=Settings)


@cache
def _warn(text: str) -> None:
    """Log a warning once, however often the settings are read."""
    log.warning("%s", text)


def load_settings(kind: type[AnySettings], warn: Callable[[str], object] | None = None) -> AnySettings:
    """Read the settings of `kind`; raise ConfigError with one sentence per bad one, never with its value.

    `warn` takes a sentence for each variable that looks like a setting and is none; by default they are logged.
    """
    try:
        unknown = _unknown(kind)
        try:
            settings = kind()
        except ValidationError:
            for text in unknown:
                _warn(text)
            raise
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False, include_context=False)
        # a field with an alias would be named by its alias here, but accepts any text
        bad = {str(detail["loc"][0]): None for detail in details}
        descriptions = [f"{variable(field)} {DiscordSettings.model_fields[field].description}." for field in bad]
        raise ConfigError("\n".join(descriptions)) from None
    except (OSError, UnicodeError) as error:
        raise ConfigError(_BAD_ENV_FILE % type(error).__name__) from None
    for text in unknown:
        (warn or _warn)(text)
    return settings


def _unknown(kind: type[Settings]) -> list[str]:
    """Return a sentence for each variable that looks like a setting and is none; ConfigError if `.env` is UTF-16."""
    written = DotEnvSettingsSource(kind).env_vars
    if any("\0" in name for name in written):
        raise ConfigError(_BAD_ENV_FILE % "UTF-16")
    known, found = [variable(field) for field in DiscordSettings.model_fields], []
    for name in map(str.upper, {**EnvSettingsSource(kind).env_vars, **written}):
        if name.startswith(_PREFIX) and name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            found.append(f"{name!r} is no setting" + (f": did you mean {near[0]}?" if near else ", see .env.example"))
    return found


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    alias = DiscordSettings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{_PREFIX}{field}".upper()
