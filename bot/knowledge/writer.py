"""Writes an article folder as YAML that the strict reader reads back unchanged."""

import json
import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import SAMPLES
from bot.knowledge.problems import Node
from bot.knowledge.schema import ID_LENGTH
from bot.knowledge.validation import UNFINISHED

_FLOW_WIDTH: Final = 80
_FLOW: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""Ids and numbers: safe in `[a, b]`, where sentences are not."""
_NOT_IN_FLOW: Final = frozenset(",[]{}")
_NOT_ID: Final = re.compile(r"[^a-z0-9]+")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")

_SINGULARS: Final = {
    "sections": "section",
    "entities": "entity",
    "facts": "fact",
    "gaps": "gap",
    "commands": "command",
    "cases": "case",
}
"""The lists in the files of an article, and what one of their items is called."""


class Commented(dict[str, Node]):
    """A mapping with a comment, a line of its own above the first key."""

    def __init__(self, data: dict[str, Node], comment: str) -> None:
        """Take over `data`; of several lines, `comment` becomes one."""
        super().__init__(data)
        self.comment = clean(comment)


def dump(data: dict[str, Node]) -> str:
    """Return a mapping as a YAML document; texts must be NFC, without control characters and lone surrogates."""
    return "\n".join(block_lines(data)) + "\n"


def block_lines(node: Node, column: int = 0) -> list[str]:
    """Return a node as lines that begin in a column, counted from 0."""
    return [" " * column + line for line in _block(node, 0)]


def flow_text(node: Node) -> str:
    """Return a node on one line, with brackets and braces."""
    if isinstance(node, list):
        return f"[{', '.join(map(flow_text, node))}]"
    if isinstance(node, dict):
        return "{" + ", ".join(f"{scalar_text(key)}: {flow_text(value)}" for key, value in node.items()) + "}"
    return scalar_text(node) if _NOT_IN_FLOW.isdisjoint(node) else json.dumps(node, ensure_ascii=False)


def _block(node: Node, depth: int) -> Iterator[str]:
    """Yield the lines of a node; a list item begins behind its dash."""
    indent = "  " * depth
    if isinstance(node, str) or not node:
        yield f"{indent}{_inline(node)}"
    elif isinstance(node, dict):
        if isinstance(node, Commented):
            yield f"{indent}# {node.comment}"
        for key, value in node.items():
            inline = _inline(value)
            yield f"{indent}{scalar_text(key)}:" + ("" if inline is None else f" {inline}")
            if inline is None:
                yield from _block(value, depth + 1)
    else:
        for value in node:
            first, *rest = _block(value, depth + 1)
            yield f"{indent}- {first.lstrip(' ')}"
            yield from rest


def _inline(node: Node) -> str | None:
    """Return a node that fits behind its key: a text, a list of ids or numbers, or something empty; else None."""
    if isinstance(node, str):
        return scalar_text(node)
    if isinstance(node, dict):
        return None if node else "{}"
    return _flow(node) if is_flow(node) else None


def _flow(node: list[Node]) -> str:
    return f"[{', '.join(map(str, node))}]"


def is_flow(node: list[Node]) -> bool:
    """Return whether a list is written in brackets: one of ids or numbers that fits on a line."""
    return all(isinstance(item, str) and _FLOW.fullmatch(item) for item in node) and len(_flow(node)) <= _FLOW_WIDTH


def scalar_text(text: str) -> str:
    """Return a text without quotes where that is safe, else in double quotes with JSON's escapes, which YAML shares."""
    plain = (
        text[:1].isalnum()
        and text.isprintable()
        and text == text.strip()
        and ": " not in text
        and " #" not in text
        and not text.endswith(":")
    )
    return text if plain else json.dumps(text, ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Draft:
    """A new article folder: its content by file name, and warnings about what was left out."""

    slug: str
    content: dict[str, dict[str, Node]]
    warnings: tuple[str, ...] = ()
    read: tuple[str, ...] = ()
    """How a text was read, a line for each thing that was taken from it."""

    def files(self) -> dict[str, str]:
        """Return the YAML of each file."""
        return {name: dump(data) for name, data in self.content.items()}

    def is_unfinished(self) -> bool:
        """Return whether something is left to be filled in."""
        return any(UNFINISHED in text for text in self.files().values())

    def summary(self) -> tuple[str, ...]:
        """Return a line for each file with the number of items in its lists."""
        return tuple(f"{name}: {', '.join(_counts(name, data))}" for name, data in self.content.items())

    def write(self, folder: Path) -> tuple[Path, ...]:
        """Write the files and return their paths; KnowledgeError when one of them exists already."""
        files = self.files()
        if taken := [name for name in files if os.path.lexists(folder / name)]:
            what = "already exists and is not overwritten: name another folder, or add a JSON of facts with --add"
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


def _counts(name: str, data: Mapping[str, Node]) -> Iterator[str]:
    """Yield how many items of each kind a file has."""
    if name == SAMPLES:
        lists = (texts for entry in data.values() if isinstance(entry, dict) for texts in entry.values())
        yield f"{sum(map(len, lists))} further samples"
    for key, items in data.items():
        if isinstance(items, list):
            yield f"{len(items)} {_SINGULARS[key] if len(items) == 1 else key}"


def clean(text: str) -> str:
    """Return text in NFC on one line, without control characters and repeated white space.

    A file in NFC may hold single jamo all the same: as character references in HTML and Markdown.
    """
    return unicodedata.normalize("NFC", " ".join(_CONTROL.sub(" ", text).split()))


def identifier(text: str, taken: Collection[str], fallback: str, length: int = ID_LENGTH) -> str:
    """Return an id made from `text` that is not in `taken`; made from `fallback` where `text` has no letter for it."""
    base = _NOT_ID.sub("-", text.casefold()).strip("-")[:length].strip("-") or fallback
    name, count = base, 1
    while name in taken:
        count += 1
        suffix = f"-{count}"
        name = base[: length - len(suffix)] + suffix
    return name
