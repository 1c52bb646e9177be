"""What Discord refuses in application commands."""

import unicodedata

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.problems import Path, Problems

MOST_SLASH_COMMANDS = 100
MOST_MENU_COMMANDS = 15
MOST_OPTIONS = 25
MOST_CHARACTERS = 8000
CHAT_INPUT = 1
SUBCOMMAND, GROUP, STRING = 1, 2, 3
CHOOSABLE = frozenset({3, 4, 10})
LOCALES = frozenset(
    (
        *("id", "da", "de", "en-GB", "en-US", "es-ES", "es-419", "fr", "hr", "it", "lt", "hu"),
        *("nl", "no", "pl", "pt-BR", "ro", "fi", "sv-SE", "vi", "tr", "cs", "el", "bg", "ru"),
        *("uk", "hi", "th", "zh-CN", "ja", "zh-TW", "ko"),
    )
)


def check_commands(bodies: list[Json], problems: Problems) -> None:
    """Note what is wrong with a whole scope's commands."""
    seen = set()
    counts: dict[int, int] = {}
    for number, body in enumerate(bodies):
        check_command(body, (number,), problems)
        kind = int(body.get("type") or CHAT_INPUT)
        counts[kind] = counts.get(kind, 0) + 1
        if (body.get("name"), kind) in seen:
            message = "Application command names must be unique"
            code = "APPLICATION_COMMANDS_DUPLICATE_NAME"
            problems.add((number, "name"), code, message)
        seen.add((body.get("name"), kind))
    for kind, count in counts.items():
        most = MOST_SLASH_COMMANDS if kind == CHAT_INPUT else MOST_MENU_COMMANDS
        if count > most:
            message = f"Maximum number of application commands reached ({most})."
            problems.add((), "APPLICATION_COMMAND_TOO_MANY", message)


def check_command(body: Json, path: Path, problems: Problems) -> None:
    """Note what is wrong with one command."""
    is_slash = int(body.get("type") or CHAT_INPUT) == CHAT_INPUT
    _check_names(body, path, problems, slash=is_slash)
    if is_slash:
        _check_descriptions(body, path, problems)
        _check_options(body.get("options") or [], (*path, "options"), problems)
    elif body.get("description") or body.get("options"):
        message = "Context menu commands cannot have description or options"
        problems.add(path, "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION", message)
    for key, most in (("contexts", 2), ("integration_types", 1)):
        values = body.get(key)
        if values is not None and not _are_between(values, most):
            problems.add((*path, key), "ENUM_TYPE_COERCE", "Not valid choices.")
    if _size(body) > MOST_CHARACTERS:
        message = f"Command exceeds maximum size ({MOST_CHARACTERS})"
        problems.add(path, "APPLICATION_COMMAND_TOO_LARGE", message)


def _are_between(values: list[int], most: int) -> bool:
    return bool(values) and all(v in range(most + 1) for v in values)


def _check_names(body: Json, path: Path, problems: Problems, *, slash: bool) -> None:
    for place, name in _localized(body, "name", path, problems):
        problems.check_length(name, place, least=1, most=32)
        if slash and isinstance(name, str) and not is_slash_name(name):
            message = "Command name is invalid"
            problems.add(place, "APPLICATION_COMMAND_INVALID_NAME", message)


def _check_descriptions(body: Json, path: Path, problems: Problems) -> None:
    for place, text in _localized(body, "description", path, problems):
        problems.check_length(text, place, least=1, most=100)


def _localized(body: Json, key: str, path: Path, problems: Problems) -> list[tuple[Path, object]]:
    """Return a text and its localisations, each with its path."""
    texts: list[tuple[Path, object]] = [((*path, key), body.get(key))]
    for locale, text in (body.get(f"{key}_localizations") or {}).items():
        place = (*path, f"{key}_localizations", locale)
        texts.append((place, text))
        if locale not in LOCALES:
            problems.add(place, "LOCALE_INVALID", f"{locale!r} is no locale")
    return texts


def is_slash_name(name: str) -> bool:
    r"""Say whether a name fits ``^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$``.

    Letters that have a lower case must be in it.
    """
    return name == name.lower() and all(map(_fits_slash_name, name))


def _fits_slash_name(character: str) -> bool:
    if character in "-_'" or unicodedata.category(character)[0] in "LN":
        return True
    return unicodedata.name(character, "").startswith(("DEVANAGARI ", "THAI "))


def _check_options(options: list[Json], path: Path, problems: Problems) -> None:
    problems.check_count(options, path, most=MOST_OPTIONS)
    _check_option_order(options, path, problems)
    seen = set()
    for number, option in enumerate(options):
        place = (*path, number)
        _check_names(option, place, problems, slash=True)
        _check_descriptions(option, place, problems)
        if option.get("name") in seen:
            message = "Option name is already used"
            code = "APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS"
            problems.add((*place, "name"), code, message)
        seen.add(option.get("name"))
        if option.get("type") in {SUBCOMMAND, GROUP}:
            inner = option.get("options") or []
            _check_options(inner, (*place, "options"), problems)
        _check_choices(option, place, problems)


def _check_option_order(options: list[Json], path: Path, problems: Problems) -> None:
    branches = [option.get("type") in {SUBCOMMAND, GROUP} for option in options]
    if any(branches) and not all(branches):
        message = "Subcommands and other options are mutually exclusive"
        problems.add(path, "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", message)
    required = [bool(option.get("required")) for option in options]
    if sorted(required, reverse=True) != required:
        message = "Required options must be placed before non-required options"
        code = "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID"
        problems.add(path, code, message)


def _check_choices(option: Json, path: Path, problems: Problems) -> None:
    choices = option.get("choices") or []
    if choices and option.get("autocomplete"):
        message = "Autocomplete and choices are mutually exclusive"
        problems.add(path, "APPLICATION_COMMAND_AUTOCOMPLETE_CHOICES", message)
    if (choices or option.get("autocomplete")) and option.get("type") not in CHOOSABLE:
        message = "This type of option takes neither choices nor autocomplete"
        problems.add(path, "APPLICATION_COMMAND_OPTION_TYPE_INVALID", message)
    check_choices(choices, (*path, "choices"), problems, option=option)


def check_choices(choices: list[Json], path: Path, problems: Problems, *, option: Json) -> None:
    """Note what is wrong with an option's choices, fixed or from autocomplete."""
    problems.check_count(choices, path, most=MOST_OPTIONS)
    for number, choice in enumerate(choices):
        place = (*path, number)
        for where, name in _localized(choice, "name", place, problems):
            problems.check_length(name, where, least=1, most=100)
        value = choice.get("value")
        if option.get("type") == STRING:
            problems.check_length(value, (*place, "value"), least=1, most=100)
        elif not isinstance(value, int | float) or isinstance(value, bool):
            message = "The value does not have the option's type"
            problems.add((*place, "value"), "NUMBER_TYPE_COERCE", message)


def _size(body: Json) -> int:
    """Count name, description and values; of localisations only the longest."""
    total = sum(_longest(body, key) for key in ("name", "description"))
    if isinstance(body.get("value"), str):
        total += len(body["value"])
    for key in ("options", "choices"):
        total += sum(_size(item) for item in body.get(key) or ())
    return total


def _longest(body: Json, key: str) -> int:
    texts = [body.get(key), *(body.get(f"{key}_localizations") or {}).values()]
    return max((len(text) for text in texts if isinstance(text, str)), default=0)
