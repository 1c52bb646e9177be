"""How problems are put into words: where something stands, and which right name is near a wrong one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias

from rapidfuzz import fuzz, process

Tree: TypeAlias = "str | list[Tree] | dict[str, Tree]"
Keys: TypeAlias = tuple[str | int, ...]
_NEAR: Final = 70
"""Similarity (0–100) from which a name is offered as what was meant."""
_FEW: Final = 12
"""So many names at most are listed when none of them is near."""
_SHOWN: Final = 60
"""So many characters of an author's text at most are repeated in a message."""
NOUNS: Final[Mapping[str, str]] = {
    "facts": "fact",
    "gaps": "gap",
    "entities": "entity",
    "sections": "section",
    "commands": "command",
    "cases": "case",
}


def quote(text: str) -> str:
    """Show an author's text in a message: shortened, on one line, nothing unprintable."""
    shown = text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
    return "'" + "".join(c if c.isprintable() else "�" for c in shown) + "'"


def nearest(name: str, known: Collection[str]) -> str | None:
    """Return the known name that `name` was most likely meant to be, or None."""
    found = process.extractOne(name.casefold(), sorted(known), scorer=fuzz.ratio, score_cutoff=_NEAR)
    return found[0] if found else None


def unknown(noun: str, name: str, known: Collection[str]) -> str:
    """Say that there is no such `noun`, with the nearest right name or, where few, all of them."""
    said = f"unknown {noun} {quote(name)}"
    if near := nearest(name, known):
        return f"{said}: did you mean '{near}'?"
    if 0 < len(known) <= _FEW:
        return f"{said}: there is {', '.join(sorted(known))}"
    return said


def dotted(path: Sequence[str | int]) -> str:
    """Write a path as `questions.ko[2]`, list items counted from 1."""
    out = ""
    for part in path:
        if isinstance(part, int):
            out += f"[{part + 1}]"
        else:
            out += f".{part}" if out else part
    return out


def describe(data: Tree, path: Keys) -> str:
    """Say where `path` leads in words an author knows: `fact 'murati-origin': source`."""
    match path:
        case (str(key), int(index), *rest) if key in NOUNS:
            name = _name_of(data, key, index)
            head = f"{NOUNS[key]} {quote(name)}" if name else f"{key}[{index + 1}]"
            return f"{head}: {dotted(rest)}" if rest else head
        case _:
            return dotted(path)


def _name_of(data: Tree, key: str, index: int) -> str | None:
    """Return the id (or the command's name) of a list item, where it has one."""
    items = data.get(key) if isinstance(data, dict) else None
    item = items[index] if isinstance(items, list) and index < len(items) else None
    if not isinstance(item, dict):
        return None
    name = item.get("id") or item.get("name")
    if isinstance(name, dict):
        name = name.get("en") or name.get("ko")
    return name if isinstance(name, str) and name else None
