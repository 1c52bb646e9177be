"""Writes YAML that the strict reader reads back as it was: block style, quotes only where needed."""

import re
from collections.abc import Iterator
from typing import Final

from bot.knowledge._wording import Tree

_FLOW_WIDTH: Final = 80
_FLOW: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Ids and numbers: safe in `[a, b]`, where sentences are not."""
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
_BYTE: Final = 0xFF
_BMP: Final = 0xFFFF


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
