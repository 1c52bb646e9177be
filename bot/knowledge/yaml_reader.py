"""YAML without its traps: every value is a string, every surprise is refused, every line number is kept.

Stock YAML turns `no` into False and `1:30` into 90, lets the last of two equal keys win silently and cuts a sentence
at ` # `. Here the parser's events are read directly: no value is converted, aliases are not expanded, and depth and
size are limited while reading, so that a YAML bomb costs no more than its text.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, cast

import yaml

from bot.errors import Problem
from bot.knowledge.folder import decode
from bot.knowledge.lookalikes import LOADER, MISSING_DASH, find_cause, strange_indentation, wrong_marker
from bot.knowledge.problems import Node, NodePath, describe, quote

_SPECIAL: Final = "\"'[]{}@*&!%>|`#,?"
"""Characters with a meaning of their own at the start of a YAML value."""
_VALUE: Final = re.compile(r"^\s*(?:- +)*(?:[A-Za-z0-9_-]+: +)?(?P<value>.*)$")
QUOTE_IT: Final = "needs quotes around all of it"
MAX_DEPTH: Final = 20
MAX_NODES: Final = 50_000
MAX_PROBLEMS: Final = 100
CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
REPEATED: Final = "\0"
"""What a key that is repeated, which is a problem, has before its line so that its value is read too."""
_COMMENT: Final = re.compile(" +#")
_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]*")
"""An id, kind, date or range: a comment behind one of these cuts nothing off."""


def explain(error: yaml.YAMLError, lines: Sequence[str]) -> tuple[int, str]:
    """Return the line (from 1) and a message for authors about a parser's error."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 0, "this is not YAML"
    row, reason = error.problem_mark.line, error.problem or ""
    if cause := find_cause(lines, row):
        return cause[0] + 1, cause[1]
    opened = _last_written(lines, error.context_mark.line if error.context_mark else row)
    if "unexpected end of stream" in reason or "unexpected document" in reason:
        return opened + 1, "a quotation mark is opened here and never closed"
    if "bracket" in reason or "',' or" in reason or "flow" in (error.context or ""):
        hint = _special_start(_value_in(lines, opened)) or f"a sentence that contains brackets {QUOTE_IT}"
        return opened + 1, f"a bracket is opened here and not closed; {hint}"
    found = _last_written(lines, row)
    return found + 1, _explain_value(reason, _value_in(lines, found))


def _last_written(lines: Sequence[str], row: int) -> int:
    """Return the last row up to `row` that is not blank: a parser may give up behind the end."""
    return next((at for at in range(min(row, len(lines) - 1), 0, -1) if lines[at].strip()), 0)


def _value_in(lines: Sequence[str], row: int) -> str:
    """Return what a line has behind its dashes and its key."""
    match = _VALUE.match(lines[row]) if row < len(lines) else None
    return match["value"] if match else ""


def _explain_value(reason: str, value: str) -> str:
    """Explain an error by the value in the line where the parser gave up."""
    if special := _special_start(value):
        return special
    if "values are not allowed" in reason:
        if ": " in value or value.endswith(":"):
            return f"a sentence that contains ': ' {QUOTE_IT}"
        return "the indentation is wrong, or the line above is not finished"
    if "entries are not allowed" in reason:
        return f"a list begins on a line of its own; a text that starts with '- ' {QUOTE_IT}"
    if "could not find expected ':'" in reason:
        return "a ':' is missing, or the indentation is wrong"
    return "the indentation is wrong, or '- ' or 'key:' is missing"


def _special_start(value: str) -> str | None:
    """Return the message that a sentence with this start needs quotes, None where it needs none."""
    return f"a sentence that starts with {value[0]} {QUOTE_IT}" if value and value[0] in _SPECIAL else None


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain dicts, lists and strings, with the line of every node."""

    file: str
    data: Node
    lines: Mapping[NodePath, int]
    wrong_markers: Mapping[int, str] = field(default_factory=dict)
    """Lines that begin with what looks like the '- ' of a list item, and what is wrong there."""

    def line(self, path: NodePath) -> int:
        """Return the line of `path`, or of the nearest node around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def node(self, path: NodePath) -> Node:
        """Return the node at a path that exists."""
        node: Any = self.data
        for part in path:
            node = node[part]
        return cast("Node", node)

    def problem(self, path: NodePath, what: str) -> Problem:
        """Return the problem that `what` is wrong at `path`."""
        return Problem(self.file, self.line(path), describe(self.data, path), what)


def parse(data: bytes, file: str, problems: list[Problem]) -> Document | None:
    """Parse YAML strictly; None when the text is too broken to make data of it. Problems are appended."""
    text = _clean_text(data, file, problems)
    if text is None:
        return None
    builder = _Builder(file, text.split("\n"))
    try:
        for event in yaml.parse(text, Loader=LOADER):
            builder.feed(event)
    except yaml.YAMLError as error:
        line, what = explain(error, builder.source)
        builder.problems.setdefault(line, Problem(file, line, "", what))
        builder.root = None
    except _StopReading:
        builder.root = None
    else:
        if builder.root is None:
            builder.problems[0] = Problem(file, 0, "", "is empty")
    problems.extend(builder.problems.values())
    if builder.root is None:
        return None
    markers = {number: wrong for number, line in enumerate(builder.source, 1) if (wrong := wrong_marker(line))}
    return Document(file, builder.root, builder.lines, markers)


def _clean_text(data: bytes, file: str, problems: list[Problem]) -> str | None:
    """Return bytes as text; None, with a problem for each line, where it contains tabs or control characters."""
    if b"\0" in data:
        problems.append(Problem(file, 0, "", "is not a text file"))
        return None
    text = decode(data, file, problems)
    if text is None:
        return None
    text = text.replace("\r\n", "\n")
    found: list[Problem] = []
    if not text.isascii() or "\t" in text or CONTROL.search(text):
        for number, line in enumerate(text.split("\n"), 1):
            if "\t" in line:
                found.append(Problem(file, number, "", "contains a tab; use spaces"))
            elif control := CONTROL.search(line):
                found.append(Problem(file, number, "", f"contains a control character (U+{ord(control[0]):04X})"))
            elif strange := strange_indentation(line):
                found.append(Problem(file, number, "", strange))
    problems.extend(found[:MAX_PROBLEMS])
    return None if found else text


def _line(event: yaml.Event) -> int:
    """Return the line an event begins in, counted from 1."""
    return event.start_mark.line + 1 if event.start_mark else 0


class _StopReading(Exception):  # noqa: N818  a signal, not an error
    """The file is refused whatever the rest of it is."""


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being filled."""

    node: "list[Node] | dict[str, Node]"
    path: NodePath
    key: str | None = None
    """The key whose value comes next."""


@dataclass(slots=True)
class _Builder:
    """Builds plain data from the parser's events and collects problems, at most one per line."""

    file: str
    source: list[str]
    root: "Node | None" = None
    lines: dict[NodePath, int] = field(default_factory=dict)
    problems: dict[int, Problem] = field(default_factory=dict)
    stack: list[_Frame] = field(default_factory=list)
    documents: int = 0

    def refuse(self, line: int, what: str) -> None:
        """Add a problem, unless that line has one already."""
        self.problems.setdefault(line, Problem(self.file, line, "", what))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _StopReading

    def feed(self, event: yaml.Event) -> None:
        """Process the next event."""
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.SequenceStartEvent():
                self._open(event, [])
            case yaml.MappingStartEvent():
                self._open(event, {})
            case yaml.CollectionEndEvent():
                self.stack.pop()
            case yaml.AliasEvent():
                line = _line(event)
                self.refuse(line, f"aliases are not allowed; a sentence that starts with '*' {QUOTE_IT}")
                self._insert("", line)
            case yaml.DocumentStartEvent():
                self._document(event)
            case _:
                pass

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        """Refuse a second document and directives."""
        self.documents += 1
        line = _line(event)
        if self.documents > 1:
            self.refuse(line, "a second document starts here ('---'); a file may have only one")
            raise _StopReading
        if event.version or event.tags:
            self.refuse(line, "directives ('%…') are not allowed")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        """Insert a string, or keep it as the next key of the mapping that is being filled."""
        line = _line(event)
        text: str = unicodedata.normalize("NFC", event.value)  # an escape may have added a single jamo
        self._refuse_anchor_and_tag(event, line)
        if event.style and CONTROL.search(text):
            self.refuse(line, "contains an escaped control character")
        if not event.style and text:
            self._refuse_comment_behind(event, text)
        frame = self.stack[-1] if self.stack else None
        if frame is None or isinstance(frame.node, list) or frame.key is not None:
            self._insert(text, line)
            return
        if not text:
            self.refuse(line, "a key is missing before ':'")
        elif text in frame.node:
            first = self.lines[(*frame.path, text)]
            hint = f": {MISSING_DASH.format(text)}, or remove one" if text == "id" else ""
            repeated = f"the key {quote(text)} is repeated (first in line {first}){hint}"
            self.refuse(line, wrong_marker(text) or repeated)
            text += f"{REPEATED}{line}"
        frame.key = text
        self.lines[(*frame.path, text)] = line

    def _refuse_anchor_and_tag(
        self, event: yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent, line: int
    ) -> None:
        if event.anchor:
            self.refuse(line, f"anchors are not allowed; a sentence that starts with '&' {QUOTE_IT}")
        if event.tag:
            self.refuse(line, f"tags are not allowed; a sentence that starts with '!' {QUOTE_IT}")

    def _refuse_comment_behind(self, event: yaml.ScalarEvent, text: str) -> None:
        """Refuse a comment behind a sentence: its author may have meant it as part of the sentence."""
        end = event.end_mark
        if end is None or end.line >= len(self.source):
            return
        if _COMMENT.match(self.source[end.line], end.column) and not _TOKEN.fullmatch(text):
            what = "' #' cuts the sentence off: quote it, or put the comment on a line of its own"
            self.refuse(end.line + 1, what)

    def _open(
        self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent, node: "list[Node] | dict[str, Node]"
    ) -> None:
        """Begin a list or mapping."""
        line = _line(event)
        self._refuse_anchor_and_tag(event, line)
        if len(self.stack) >= MAX_DEPTH:
            self.refuse(line, f"is nested too deeply (more than {MAX_DEPTH} levels)")
            raise _StopReading
        self.stack.append(_Frame(node, self._insert(node, line)))

    def _insert(self, value: Node, line: int) -> NodePath:
        """Add a value to the list or mapping that is being filled and return its path."""
        if len(self.lines) > MAX_NODES:
            self.refuse(line, f"the file has too many entries (more than {MAX_NODES:,})")
            raise _StopReading
        path: NodePath = ()
        frame = self.stack[-1] if self.stack else None
        if frame is None:
            self.root = value
        elif isinstance(frame.node, list):
            path = (*frame.path, len(frame.node))
            frame.node.append(value)
        elif frame.key is None:
            self.refuse(line, f"a key must be a word; a text that starts with '[' or '{{' {QUOTE_IT}")
            raise _StopReading
        else:
            path = (*frame.path, frame.key)
            frame.node[frame.key] = value
            frame.key = None
        self.lines.setdefault(path, line)  # a value in a mapping has the line of its key
        return path
