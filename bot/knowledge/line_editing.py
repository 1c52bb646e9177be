"""Changes values in YAML that a person wrote, by line: every line that a change does not concern stays as it is."""

import copy
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import yaml

from bot.errors import KnowledgeError, Problem
from bot.knowledge.lookalikes import LOADER
from bot.knowledge.problems import Node, NodePath
from bot.knowledge.writer import block_lines, flow_text, scalar_text
from bot.knowledge.yaml_reader import parse

_BLOCK_STYLES: Final = ("|", ">")


@dataclass(frozen=True, slots=True)
class Put:
    """A value that is new at a path: of a key, also one that there is not yet, or of a list item that there is."""

    path: NodePath
    value: Node


@dataclass(frozen=True, slots=True)
class Insert:
    """Items that are new in the list at a path, before what is at `at` so far."""

    path: NodePath
    at: int
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Remove:
    """A key or list item that is no longer there."""

    path: NodePath


Change: TypeAlias = Put | Insert | Remove
_Splice: TypeAlias = tuple[int, int, tuple[int, int], str]
"""Start and end of what is replaced, the order at one place, and what replaces it."""


def edit(data: bytes, file: str, changes: Sequence[Change]) -> bytes:
    """Return the content of a file with changes, whose paths are those of the content before all of them.

    Raises KnowledgeError when that can't be done without changing what else the file says.
    """
    mark = data[: len(data) - len(data.removeprefix(b"\xef\xbb\xbf"))]
    text = data.decode("utf-8-sig")
    before = parse(data, file, [])
    root = yaml.compose(_unix(text), Loader=LOADER)
    if before is None or root is None:
        raise KnowledgeError((Problem(file, 0, "", "can't be read, so that it can't be changed"),))
    changed = _Changed(before.data, changes)
    written = _Lines(_unix(text), root).edited(changed)
    written = written if text.endswith("\n") else written.removesuffix("\n")
    encoded = mark + (written.replace("\n", "\r\n") if "\r\n" in text else written).encode()
    problems: list[Problem] = []
    after = parse(encoded, file, problems)
    if after is None or problems or after.data != changed.root:
        what = "can't be changed without changing what else it says: change it by hand, or write it more plainly"
        raise KnowledgeError((Problem(file, 0, "", what),))
    return encoded


def _unix(text: str) -> str:
    """Return a text with line ends of one character, also behind its last line."""
    text = text.replace("\r\n", "\n")
    return text if text.endswith("\n") else text + "\n"


class _Changed:
    """Plain data after changes; `nodes` are the lists and mappings that hold what changes, by their paths before."""

    def __init__(self, data: Node, changes: Sequence[Change]) -> None:
        """Make the changes in a copy of the data; in a list from its end, so that positions stay true."""
        self.root: Any = copy.deepcopy(data)
        self.changes = changes
        self.nodes: dict[NodePath, Any] = {}
        for change in changes:
            for depth in range(len(change.path) + 1):
                self._note(change.path[:depth])
        for change in sorted(changes, key=_position, reverse=True):
            match change:
                case Put(path, value):
                    self.nodes[path[:-1]][path[-1]] = value
                case Insert(path, at, items):
                    self.nodes[path][at:at] = items
                case Remove(path):
                    del self.nodes[path[:-1]][path[-1]]

    def _note(self, path: NodePath) -> None:
        """Note the list or mapping at a path, where there is one."""
        node = self.nodes.get(path[:-1]) if path else self.root
        if path and node is not None:
            last: Any = path[-1]
            found = last in node if isinstance(node, dict) else last < len(node)
            node = node[last] if found else None
        if isinstance(node, dict | list):
            self.nodes[path] = node


def _position(change: Change) -> tuple[int, int]:
    """Return where in its list a change is; at one place, what is removed is behind what is inserted."""
    if isinstance(change, Insert):
        return change.at, 0
    return (change.path[-1], 1) if isinstance(change.path[-1], int) else (0, 0)


@dataclass(frozen=True, slots=True)
class _Lines:
    """A text and where its nodes are."""

    text: str
    root: yaml.Node

    def edited(self, changed: _Changed) -> str:
        """Return the text with changes."""
        splices = sorted(set(self._splices(changed)))
        parts, at = [], 0
        for start, end, _, replacement in splices:
            parts += [self.text[at:start], replacement]
            at = max(at, end)
        return "".join(parts) + self.text[at:]

    def _splices(self, changed: _Changed) -> Iterator[_Splice]:
        """Yield the splices of all changes; at one place, what is added to an inner list or mapping comes first."""
        anew = {self._flow_around(change) for change in changed.changes if self._old_scalar(change) is None} - {None}
        yield from (self._in_brackets(path, changed.nodes[path]) for path in anew if path is not None)
        for number, change in enumerate(changed.changes):
            order = (-len(_holder(change)), number)
            flow = self._flow_around(change)
            if flow is not None and flow in anew:
                continue
            if isinstance(change, Put) and (old := self._old_scalar(change)):
                text = _scalar(str(change.value), old, self._column(change.path), flow=flow is not None)
                yield old.start_mark.index, self._end(old), order, text
            else:
                yield from self._in_block(change, self._find(_holder(change)), changed, order)

    def _old_scalar(self, change: Change) -> yaml.ScalarNode | None:
        """Return the text that another text replaces, None for any other change."""
        old = self._find(change.path) if isinstance(change, Put) and isinstance(change.value, str) else None
        return old if isinstance(old, yaml.ScalarNode) else None

    def _in_block(
        self, change: Change, holder: yaml.Node | None, changed: _Changed, order: tuple[int, int]
    ) -> Iterator[_Splice]:
        """Yield the splices of a change in a list or mapping that stands in lines."""
        if isinstance(change, Insert) and isinstance(holder, yaml.SequenceNode):
            nodes = holder.value
            at = self._line_end(self._end(nodes[change.at - 1])) if change.at else self._line_start(nodes[0])
            blank = "\n" if self._has_blank_lines(nodes[: change.at]) else ""
            yield at, at, order, blank + _joined(block_lines(list(change.items), holder.start_mark.column))
        elif isinstance(change, Remove) and isinstance(holder, yaml.SequenceNode):
            node = holder.value[change.path[-1]]
            rest = "[]" if node is holder.value[-1] and not changed.nodes[_holder(change)] else ""
            yield self._line_start(node), self._line_end(self._end(node)), order, _line(rest, holder)
        elif isinstance(holder, yaml.MappingNode) and not isinstance(change, Insert):
            column = holder.start_mark.column
            pair = next(((k, v) for k, v in holder.value if k.value == change.path[-1]), None)
            if isinstance(change, Remove):
                if pair is not None:
                    rest = "{}" if pair[1] is holder.value[-1][1] and not changed.nodes[_holder(change)] else ""
                    yield self._line_start(pair[0]), self._line_end(self._end(pair[1])), order, _line(rest, holder)
                return
            lines = block_lines({str(change.path[-1]): change.value}, column)
            if pair is None:
                at = self._line_end(self._end(holder))
                yield at, at, order, _joined(lines)
            else:
                yield pair[0].start_mark.index, self._end(pair[1]), order, _joined(lines).strip()

    def _has_blank_lines(self, nodes: Sequence[yaml.Node]) -> bool:
        """Return whether blank lines stand between the last two items of a list."""
        if len(nodes) < 2:  # noqa: PLR2004  there is no line between fewer
            return False
        between = self.text[self._line_end(self._end(nodes[-2])) : self._line_start(nodes[-1])]
        return any(not line.strip() for line in between.split("\n")[:-1])

    def _in_brackets(self, path: NodePath, value: Node) -> _Splice:
        """Return the splice of a list or mapping in brackets, written anew; what was empty is written in lines."""
        node = self._find(path) or self.root
        start, end = node.start_mark.index, node.end_mark.index
        if node.value or not value:
            return start, end, (0, 0), flow_text(value)
        if not path:
            return start, end, (0, 0), "\n".join(block_lines(value))
        lines = block_lines(value, self._column(path) + 2)
        return len(self.text[:start].rstrip(" ")), end, (0, 0), "\n" + "\n".join(lines)

    def _find(self, path: NodePath) -> yaml.Node | None:
        """Return the node at a path, None where there is none."""
        node: yaml.Node | None = self.root
        for part in path:
            if isinstance(node, yaml.MappingNode):
                node = next((value for key, value in node.value if key.value == part), None)
            elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
            else:
                return None
        return node

    def _column(self, path: NodePath) -> int:
        """Return the column in which the mapping that holds a path begins."""
        holder = self._find(path[:-1])
        return holder.start_mark.column if holder else 0

    def _flow_around(self, change: Change) -> NodePath | None:
        """Return the path of the outermost list or mapping in brackets that holds what changes."""
        path = _holder(change)
        for depth in range(len(path) + 1):
            node = self._find(path[:depth])
            if isinstance(node, yaml.CollectionNode) and node.flow_style:
                return path[:depth]
        return None

    def _end(self, node: yaml.Node) -> int:
        """Return the index behind a node's last character; a block's own mark is behind comments and blank lines."""
        start, end = node.start_mark.index, node.end_mark.index
        if isinstance(node, yaml.CollectionNode) and not node.flow_style:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        if isinstance(node, yaml.ScalarNode) and node.style in _BLOCK_STYLES:
            return start + len(self.text[start:end].rstrip())
        return end

    def _line_start(self, node: yaml.Node) -> int:
        """Return where the line begins that a node begins in."""
        return self.text.rfind("\n", 0, node.start_mark.index) + 1

    def _line_end(self, index: int) -> int:
        """Return where the next line begins."""
        return self.text.find("\n", index) + 1


def _holder(change: Change) -> NodePath:
    """Return the path of the list or mapping that holds what changes."""
    return change.path if isinstance(change, Insert) else change.path[:-1]


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _line(text: str, holder: yaml.Node) -> str:
    """Return a line with a text in the column of a list or mapping; nothing where there is no text."""
    return " " * holder.start_mark.column + f"{text}\n" if text else ""


def _scalar(text: str, old: yaml.ScalarNode, column: int, *, flow: bool) -> str:
    """Return a text in the style of the one that it replaces, where it can be written so."""
    if old.style == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if old.style == '"':
        return json.dumps(text, ensure_ascii=False)
    lines = text.split("\n")
    if old.style in _BLOCK_STYLES and all(line.isprintable() and line and line[0] != " " for line in lines):
        between = "\n" if old.style == "|" else "\n\n"
        return f"{old.style}-\n" + between.join(" " * (column + 2) + line for line in lines)
    return flow_text(text) if flow else scalar_text(text)
