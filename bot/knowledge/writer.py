"""Write an article folder: YAML that the strict reader reads back as it was."""

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.errors import KnowledgeError, Problem
from bot.knowledge.problems import Tree
from bot.knowledge.schema import ID_LENGTH

_FLOW_WIDTH: Final = 80
_FLOW: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Ids and numbers: safe in `[a, b]`, where sentences are not."""
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
_BYTE: Final = 0xFF
_BMP: Final = 0xFFFF
_NOT_ID: Final = re.compile(r"[^a-z0-9]+")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def dump(data: dict[str, Tree]) -> str:
    """Return a mapping as a YAML document.

    Texts must be free of what the reader refuses (control characters, lone surrogates).
    """
    return "\n".join(_mapping(data, 0)) + "\n"


def scalar(text: str) -> str:
    """Return a text plain where it can stand so in block style, else in double quotes."""
    plain = (
        text[:1].isalnum()
        and text.isprintable()
        and text == text.strip()
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
    )
    return text if plain else f'"{"".join(map(_escaped, text))}"'


def _escaped(char: str) -> str:
    """Return a character as it stands between double quotes."""
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    code = ord(char)
    if code <= _BYTE:
        return f"\\x{code:02X}"
    return f"\\u{code:04X}" if code <= _BMP else f"\\U{code:08X}"


def _mapping(data: dict[str, Tree], depth: int) -> Iterator[str]:
    """Yield the lines of a mapping."""
    indent = "  " * depth
    if not data:
        yield f"{indent}{{}}"
    for key, value in data.items():
        head = f"{indent}{scalar(key)}:"
        short = _short(value)
        if short is not None:
            yield f"{head} {short}"
        elif isinstance(value, dict):
            yield head
            yield from _mapping(value, depth + 1)
        elif isinstance(value, list):
            yield head
            yield from _sequence(value, depth + 1)


def _sequence(data: list[Tree], depth: int) -> Iterator[str]:
    """Yield the lines of a list; a mapping in it begins behind its dash."""
    indent = "  " * depth
    for value in data:
        if isinstance(value, str):
            yield f"{indent}- {scalar(value)}"
            continue
        inner = _mapping(value, depth + 1) if isinstance(value, dict) else _inner(value, depth + 1)
        first, *rest = inner
        yield f"{indent}- {first.lstrip(' ')}"
        yield from rest


def _inner(data: list[Tree], depth: int) -> Iterator[str]:
    """Yield the lines of a list inside a list."""
    if data:
        yield from _sequence(data, depth)
    else:
        yield "[]"


def _short(value: Tree) -> str | None:
    """Return a value that fits behind its key: a text, a list of ids or numbers, or something empty."""
    if isinstance(value, str):
        return scalar(value)
    if isinstance(value, dict):
        return None if value else "{}"
    items = [item for item in value if isinstance(item, str) and _FLOW.fullmatch(item)]
    flow = f"[{', '.join(items)}]"
    return flow if len(items) == len(value) and len(flow) <= _FLOW_WIDTH else None


@dataclass(frozen=True, slots=True)
class Draft:
    """The content of a new article folder by file name, and warnings about what was left out."""

    slug: str
    content: dict[str, dict[str, Tree]]
    warnings: tuple[str, ...] = field(default=())

    def files(self) -> dict[str, str]:
        """Return the YAML of each file."""
        return {name: dump(data) for name, data in self.content.items()}

    def summary(self) -> tuple[str, ...]:
        """Say in a line for each file what is in it."""
        return tuple(
            f"{name}: " + ", ".join(f"{len(v)} {key}" for key, v in data.items() if isinstance(v, list))
            for name, data in self.content.items()
        )

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write the files and return their paths; KnowledgeError when one of them exists already."""
        files = self.files()
        if taken := [name for name in files if os.path.lexists(folder / name)]:
            what = "exists already and is not overwritten"
            raise KnowledgeError(tuple(Problem(str(folder / name), 0, "", what) for name in taken))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                with (folder / name).open("x", encoding="utf-8", newline="\n") as stream:
                    stream.write(text)
        except OSError as error:
            what = f"can't be written: {(error.strerror or 'input/output error').lower()}"
            raise KnowledgeError((Problem(str(folder), 0, "", what),)) from error
        return tuple(folder / name for name in files)


def clean(text: str) -> str:
    """Return text without control characters, white space squeezed: fit for a YAML line."""
    return " ".join(_CONTROL.sub(" ", text).split())


def identifier(text: str, taken: Collection[str], fallback: str, length: int = ID_LENGTH) -> str:
    """Turn any text into an id that isn't taken yet; `fallback` where nothing of it is left."""
    base = _NOT_ID.sub("-", text.casefold()).strip("-")[:length].strip("-") or fallback
    name, count = base, 1
    while name in taken:
        count += 1
        suffix = f"-{count}"
        name = base[: length - len(suffix)] + suffix
    return name
