"""Settings from the environment (and `.env`); each mistake is told in one sentence without its value."""

from enum import Enum
from pathlib import Path
from typing import Annotated, TypeAlias

import platformdirs
from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import ConfigError

_PREFIX = "BOT_"
_TOKEN, _TOKEN_FILE = "DISCORD_TOKEN", "DISCORD_TOKEN_FILE"
_TOKEN_FILE_LIMIT = 1000
Id: TypeAlias = Annotated[int, Field(ge=1, lt=2**63)]
_ON_OR_OFF = "write on or off"
_IDS = "write ids (digits only) with commas between them"


class Switch(Enum):
    """`on` or `off`."""

    ON = "on"
    OFF = "off"

    def __bool__(self) -> bool:
        """Tell whether the switch is on."""
        return self is Switch.ON


class Settings(BaseSettings):
    """What terminal and Discord share; every field is `BOT_` + its name in the environment."""

    model_config = SettingsConfigDict(
        env_prefix="BOT_", env_file=".env", env_ignore_empty=True, extra="ignore", hide_input_in_errors=True
    )

    knowledge: Path | None = None
    """Folder of the articles; default: the ones that ship with the bot."""
    cache: Path = Path(platformdirs.user_cache_dir("article-answers-bot"))
    """Folder for the vectors of samples and the compiled knowledge, which can be deleted at any time."""
    semantic: Switch = Switch.ON
    """`off` answers without the sentence encoder: 150 MB less memory, fewer right answers."""


def load_settings() -> Settings:
    """Read the settings; raise ConfigError with one sentence per bad one."""
    try:
        return Settings()
    except ValidationError as error:
        raise ConfigError("\n".join(sentences(error, prefix="BOT_"))) from None


def sentences(error: ValidationError, prefix: str) -> list[str]:
    """Turn pydantic's report into one sentence per setting; values never appear, they may be secrets."""
    return [
        f"{prefix}{'_'.join(str(part) for part in detail['loc']).upper()} is not usable: {detail['msg']}."
        for detail in error.errors(include_input=False, include_url=False, include_context=False)
    ]


class LogLevel(Enum):
    """From how serious on the log speaks."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def _ids(value: object) -> object:
    """Split ids at commas; what is no id is left for pydantic to refuse."""
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Ids: TypeAlias = Annotated[frozenset[Id], NoDecode, BeforeValidator(_ids)]
"""Discord's ids, written with commas between them."""


class DiscordSettings(Settings):
    """Settings of `run`, `sync` and `doctor`; each description says how the value is written."""

    discord_token: SecretStr | None = Field(
        default=None, validation_alias=_TOKEN, description="copy the bot's token anew"
    )
    """The bot's token from the developer portal."""
    discord_token_file: Path | None = Field(
        default=None, validation_alias=_TOKEN_FILE, description="write the path of a file that holds the token"
    )
    """A file with the token instead, as container platforms mount secrets."""
    admin_guild_ids: Ids = Field(default=frozenset(), description=_IDS)
    """Servers that get `/facts`; without any it is registered nowhere."""
    admin_user_ids: Ids = Field(default=frozenset(), description=_IDS)
    """Who may use `/facts` there, beside the application's owner or team."""
    admin_role_ids: Ids = Field(default=frozenset(), description=_IDS)
    """Roles whose members may use `/facts` there."""
    watch: Switch = Field(default=Switch.OFF, description=_ON_OR_OFF)
    """Reload the facts whenever a file of the knowledge folder changes."""
    message_content: Switch = Field(default=Switch.OFF, description=_ON_OR_OFF)
    """Ask Discord for the privileged Message Content intent, which the portal has to grant."""
    cooldown: int = Field(default=12, ge=1, le=600, description="write how many questions a minute, from 1 to 600")
    """Questions per minute that one person may ask in one channel."""
    log_level: LogLevel = Field(default=LogLevel.INFO, description="write debug, info, warning or error")
    """From how serious on the log speaks."""

    def token(self) -> str:
        """Return the token; raise ConfigError when there is none, or none that could be one."""
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
        with file.open(encoding="utf-8") as stream:
            return stream.read(_TOKEN_FILE_LIMIT)
    except (OSError, ValueError) as error:
        msg = f"The file that {_TOKEN_FILE} names can't be read ({type(error).__name__}): check its path and rights."
        raise ConfigError(msg) from None


def _checked(token: str, name: str) -> str:
    """Return `token` without the space around it; a header could not carry any other space."""
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable() or " " in token:
        msg = f"{name} holds no token: it is one word of letters, digits, dots, '-' and '_'; copy it anew."
        raise ConfigError(msg)
    return token


def variable(field: str) -> str:
    """Return the environment variable of a field."""
    alias = DiscordSettings.model_fields[field].validation_alias
    return alias if isinstance(alias, str) else f"{_PREFIX}{field}".upper()


def load_discord_settings() -> DiscordSettings:
    """Read the settings; raise ConfigError with one sentence per bad one, never with its value."""
    try:
        return DiscordSettings()
    except ValidationError as error:
        raise ConfigError("\n".join(_sentences(error))) from None
    except (OSError, UnicodeError) as error:
        msg = f"The file .env can't be read ({type(error).__name__}): save it as UTF-8 text, or remove it."
        raise ConfigError(msg) from None


def _sentences(error: ValidationError) -> list[str]:
    """Say once per setting what is wrong and how to mend it."""
    details = error.errors(include_input=False, include_url=False, include_context=False)
    found = {str(detail["loc"][0]): detail["msg"] for detail in details}
    return [_sentence(name, message) for name, message in found.items()]


def _sentence(location: str, message: str) -> str:
    fields = DiscordSettings.model_fields
    field = next((key for key in fields if location.upper() in {key.upper(), variable(key)}), None)
    if field is None:
        return f"{location.upper()} can't be used: {message}."
    return f"{variable(field)} can't be used: {fields[field].description or message}."
