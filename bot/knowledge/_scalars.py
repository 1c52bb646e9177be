"""The scalars of the YAML files: ids, paragraphs, command names, dates; each with its limits."""

import re
import unicodedata
from datetime import date
from string import Formatter
from typing import Annotated, Final, NoReturn, TypeAlias

from pydantic import AfterValidator, BeforeValidator, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

from bot.core.model import NOTHING
from bot.knowledge._files import SLUG_LENGTH

ID_PATTERN: Final = "^[a-z0-9][a-z0-9-]*$"
URL_PATTERN: Final = r"^https?://[^\s/]+\S*$"
KEY_PATTERN: Final = "^[a-z][a-z0-9_.-]*$"
ID_LENGTH: Final = 48
LAST_PARAGRAPH: Final = 999

_RANGE: Final = re.compile(r"(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?")


def refuse(what: str) -> NoReturn:
    """Make the value invalid for a reason that is shown to the author as it stands."""
    kind, template = "said", "{what}"
    raise PydanticCustomError(kind, template, {"what": what})


def parse_paragraphs(value: object) -> tuple[int, ...]:
    """Read `3`, `1-7`, `[1, 3]` or `[1-3, 5]`; the numbers are returned in order, each once."""
    parts = value if isinstance(value, list) else str(value).split(",")
    numbers: set[int] = set()
    for part in parts:
        match = _RANGE.fullmatch(part.strip()) if isinstance(part, str) else None
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= LAST_PARAGRAPH:
            refuse("paragraphs are numbers from 1, such as 3, 1-7 or [1, 3]")
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))


def check_id(value: str) -> str:
    if value == NOTHING:
        refuse(f"'{NOTHING}' can't be an id; cases use the word")
    return value


def check_command_name(value: str) -> str:
    """Hold Discord's rules: letters and digits of any script, `-` and `_`, lower case."""
    if value != value.lower():
        refuse("a command name is in lower case")
    if not all(c in "-_'" or unicodedata.category(c)[0] in "LN" for c in value):
        refuse("a command name has letters, digits, '-' and '_' only, no spaces")
    return value


def check_date(value: str) -> str:
    try:
        date.fromisoformat(value if len(value) != len("2024-09") else f"{value}-01")
    except ValueError:
        refuse("a date is written 2024-09-26 (or 2024-09)")
    return value


def placeholders(text: str) -> frozenset[str]:
    """Return the names in `{…}` of a message; ValueError unless all are plain names."""
    names = {name for _, name, spec, conversion in Formatter().parse(text) if name is not None}
    plain = all(name.isidentifier() for name in names)
    if not plain or any(spec or conversion for _, _, spec, conversion in Formatter().parse(text)):
        raise ValueError(text)
    return frozenset(names)


Id: TypeAlias = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_LENGTH), AfterValidator(check_id)]
Tag: TypeAlias = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=SLUG_LENGTH)]
Paragraphs: TypeAlias = Annotated[
    tuple[int, ...],
    BeforeValidator(parse_paragraphs),
    WithJsonSchema({"type": ["integer", "string", "array"], "description": "3, 1-7 or [1, 3]"}),
]


def length(most: int) -> StringConstraints:
    return StringConstraints(min_length=1, max_length=most)


Word: TypeAlias = Annotated[str, length(80)]
SampleText: TypeAlias = Annotated[str, length(300)]
CommandNameText: TypeAlias = Annotated[str, length(32), AfterValidator(check_command_name)]
DateText: TypeAlias = Annotated[str, AfterValidator(check_date)]
UrlText: TypeAlias = Annotated[str, StringConstraints(pattern=URL_PATTERN, max_length=500)]
Ref: TypeAlias = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_LENGTH)]
"""An id that may also be `nothing`."""
MessageKey: TypeAlias = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
