"""Words for problems: where in a file something is wrong, and which known name is close to an unknown one."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, TypeAlias

from rapidfuzz import fuzz, process

Node: TypeAlias = "str | list[Node] | dict[str, Node]"
"""YAML as plain data."""
NodePath: TypeAlias = tuple[str | int, ...]
"""Keys and list positions that lead to a node."""
_SIMILAR: Final = 70
"""Similarity (0–100) from which a known name is offered in place of an unknown one."""
_MOST_LISTED: Final = 12
"""Known names listed when none of them is similar."""
_MOST_CHARACTERS: Final = 60
"""Characters of an author's text repeated in a message."""
NOUNS: Final[Mapping[str, str]] = {
    "facts": "fact",
    "gaps": "gap",
    "entities": "entity",
    "sections": "section",
    "commands": "command",
    "cases": "case",
}


def quote(text: str) -> str:
    """Return an author's text for a message: in quotes, shortened, on one line, without unprintable characters."""
    shown = text if len(text) <= _MOST_CHARACTERS else text[: _MOST_CHARACTERS - 1] + "…"
    return "'" + "".join(c if c.isprintable() else "�" for c in shown) + "'"


def similar_name(name: str, known: Collection[str]) -> str | None:
    """Return the known name that is most similar to `name`, or None."""
    found = process.extractOne(name.casefold(), sorted(known), scorer=fuzz.ratio, score_cutoff=_SIMILAR)
    return found[0] if found else None


def unknown(noun: str, name: str, known: Collection[str]) -> str:
    """Return the message that there is no such `noun`, with a similar known name or, where few, all of them."""
    message = f"unknown {noun} {quote(name)}"
    if similar := similar_name(name, known):
        return f"{message}: did you mean '{similar}'?"
    return f"{message} (known: {', '.join(sorted(known))})" if 0 < len(known) <= _MOST_LISTED else message


def dotted(path: Sequence[str | int]) -> str:
    """Return a path as `questions.ko[2]`, list items counted from 1."""
    return "".join(f"[{part + 1}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def describe(data: Node, path: NodePath) -> str:
    """Return where `path` leads in words an author knows: `fact 'murati-origin': source`."""
    match path:
        case (str(key), int(index), *rest) if key in NOUNS:
            name = _name_of(data, key, index)
            item = f"{NOUNS[key]} {quote(name)}" if name else f"{key}[{index + 1}]"
            return f"{item}: {dotted(rest)}" if rest else item
        case _:
            return dotted(path)


def _name_of(data: Node, key: str, index: int) -> str | None:
    """Return the id (or the command's name) of a list item, None where it has none."""
    items = data.get(key) if isinstance(data, dict) else None
    item = items[index] if isinstance(items, list) and index < len(items) else None
    if not isinstance(item, dict):
        return None
    name = item.get("id") or item.get("name")
    if isinstance(name, dict):
        name = name.get("en") or name.get("ko")
    return name if isinstance(name, str) and name else None
