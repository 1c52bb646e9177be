"""Settings from the environment (and `.env`), each mistake told in one sentence without its value."""

from enum import Enum
from pathlib import Path

import platformdirs
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError


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
