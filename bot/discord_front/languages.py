"""Which language somebody is spoken to in, by what Discord says about them."""

from bot.core.model import Language

_DEFAULT: Language = "en"


def spoken(*locales: str | None) -> Language:
    """Return the first of the locales that is Korean or English; English where none is."""
    for locale in locales:
        match (locale or "").partition("-")[0]:
            case "ko":
                return "ko"
            case "en":
                return "en"
            case _:
                continue
    return _DEFAULT
