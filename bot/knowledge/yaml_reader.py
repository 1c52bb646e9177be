"""YAML without its traps: every value a string, every surprise refused, every line number kept.

Stock YAML turns `no` into False and `1:30` into 90, lets a duplicate key win silently and cuts a
sentence at ` # `. Here the parser's events are read directly: nothing is resolved, aliases are never
followed, and depth and size are bounded while reading, so that a bomb costs no more than its text.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import yaml

from bot.errors import Problem
from bot.knowledge.folder import read_bytes
from bot.knowledge.problems import Keys, Tree, describe, quote

_SPECIAL: Final = "\"'[]{}@*&!%>|`#,?"
"""Characters with a meaning of their own at the start of a YAML value."""
_VALUE: Final = re.compile(r"^\s*(?:- +)*(?:[A-Za-z0-9_-]+: +)?(?P<value>.*)$")
QUOTE_IT: Final = "must stand in quotes as a whole"
MAX_DEPTH: Final = 20
MAX_NODES: Final = 50_000
MAX_PROBLEMS: Final = 100
_LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml where PyYAML was built with it (25 times faster), else the pure parser."""
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
_COMMENT: Final = re.compile(" +#")
_TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:-]*")
"""An id, a kind, a date, a range: a comment behind one of these cuts nothing off."""


def explain(error: yaml.YAMLError, lines: Sequence[str]) -> tuple[int, str]:
    """Return the line (from 1) and the human reading of a parser's error."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 0, "this is not YAML"
    row = error.problem_mark.line
    said = error.problem or ""
    opened = _written(lines, error.context_mark.line if error.context_mark else row)
    if "unexpected end of stream" in said or "unexpected document" in said:
        return opened + 1, "a quotation mark is opened here and never closed"
    if "bracket" in said or "',' or" in said or "flow" in (error.context or ""):
        return opened + 1, f"a bracket is opened here and not closed; {_starts(lines, opened)}"
    return _of_line(said, row, lines)


def _written(lines: Sequence[str], row: int) -> int:
    """Return the last row up to `row` in which something stands: a parser may give up behind the end."""
    return next((at for at in range(min(row, len(lines) - 1), 0, -1) if lines[at].strip()), 0)


def _of_line(said: str, row: int, lines: Sequence[str]) -> tuple[int, str]:
    """Explain an error by what stands in the line where the parser gave up."""
    text = lines[row] if row < len(lines) else ""
    match = _VALUE.match(text)
    value = match["value"] if match else ""
    if value and value[0] in _SPECIAL:
        return row + 1, _starts(lines, row)
    if "values are not allowed" in said:
        if ": " in value or value.endswith(":"):
            return row + 1, f"a sentence that contains ': ' {QUOTE_IT}"
        return row + 1, "the indentation is wrong, or the line above is not finished"
    if "entries are not allowed" in said:
        return row + 1, f"a list begins on a line of its own; a text that starts with '- ' {QUOTE_IT}"
    if "could not find expected ':'" in said:
        return row + 1, "a ':' is missing, or the indentation is wrong"
    return row + 1, "the indentation is wrong, or '- ' or 'key:' is missing"


def _starts(lines: Sequence[str], row: int) -> str:
    """Say that a sentence beginning with this line's special character needs quotes."""
    match = _VALUE.match(lines[row]) if row < len(lines) else None
    first = match["value"][:1] if match else ""
    if first and first in _SPECIAL:
        return f"a sentence that starts with {first} {QUOTE_IT}"
    return f"a sentence that contains brackets {QUOTE_IT}"


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as plain dicts, lists and strings, with the line of everything in it."""

    file: str
    data: Tree
    lines: Mapping[Keys, int]

    def line(self, path: Keys) -> int:
        """Return the line of `path`, or of the nearest thing around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Keys, what: str) -> Problem:
        """Say `what` is wrong at `path`."""
        return Problem(self.file, self.line(path), describe(self.data, path), what)


def read(path: Path, file: str, problems: list[Problem]) -> Document | None:
    """Read the YAML file at `path`, called `file` in messages; problems are appended."""
    data = read_bytes(path, file, problems)
    return None if data is None else parse(data, file, problems)


def parse(data: bytes, file: str, problems: list[Problem]) -> Document | None:
    """Parse YAML strictly; None when the text is so broken that no tree came out of it."""
    text = _decode(data, file, problems)
    if text is None:
        return None
    builder = _Builder(file, text.split("\n"))
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            builder.feed(event)
    except yaml.YAMLError as error:
        line, what = explain(error, builder.source)
        builder.problems.setdefault(line, Problem(file, line, "", what))
        builder.root = None
    except _Enough:
        builder.root = None
    else:
        if builder.root is None:
            builder.problems[0] = Problem(file, 0, "", "is empty")
    problems.extend(builder.problems.values())
    return None if builder.root is None else Document(file, builder.root, builder.lines)


def _decode(data: bytes, file: str, problems: list[Problem]) -> str | None:
    """Turn bytes into text without tabs and control characters, or say in which lines they are."""
    if b"\0" in data:
        problems.append(Problem(file, 0, "", "is not a text file"))
        return None
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problems.append(Problem(file, line, "", "is not UTF-8; save the file in the encoding UTF-8"))
        return None
    found: list[Problem] = []
    if "\t" in text or _CONTROL.search(text):
        for number, line_text in enumerate(text.split("\n"), 1):
            if "\t" in line_text:
                found.append(Problem(file, number, "", "contains a tab; use spaces"))
            elif control := _CONTROL.search(line_text):
                what = f"contains a control character (U+{ord(control[0]):04X})"
                found.append(Problem(file, number, "", what))
    problems.extend(found[:MAX_PROBLEMS])
    return None if found else text


def _line(event: yaml.Event) -> int:
    """Return the line an event begins in, counted from 1."""
    return event.start_mark.line + 1 if event.start_mark else 0


class _Enough(Exception):  # noqa: N818 - a signal to stop reading, not an error
    """The rest of the file can't change the decision."""


@dataclass(slots=True)
class _Frame:
    """A list or mapping that is being filled."""

    node: "list[Tree] | dict[str, Tree]"
    path: Keys
    key: str | None = None


@dataclass(slots=True)
class _Builder:
    """Builds the tree from the parser's events and collects what is refused, one problem a line."""

    file: str
    source: list[str]
    root: "Tree | None" = None
    lines: dict[Keys, int] = field(default_factory=dict)
    problems: dict[int, Problem] = field(default_factory=dict)
    stack: list[_Frame] = field(default_factory=list)
    documents: int = 0

    def refuse(self, line: int, what: str) -> None:
        """Note a problem, unless that line has one already."""
        self.problems.setdefault(line, Problem(self.file, line, "", what))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _Enough

    def feed(self, event: yaml.Event) -> None:
        """Take in one event."""
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
                self._place("", line)
            case yaml.DocumentStartEvent():
                self._document(event)
            case _:
                pass

    def _document(self, event: yaml.DocumentStartEvent) -> None:
        """Refuse a second document and directives."""
        self.documents += 1
        line = _line(event)
        if self.documents > 1:
            self.refuse(line, "a second document starts here ('---'); one file holds one")
            raise _Enough
        if event.version or event.tags:
            self.refuse(line, "directives ('%…') are not allowed")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        """Place a string, or take it as the key of the mapping that is being filled."""
        line = _line(event)
        text: str = event.value
        self._plain_only(event, line)
        if event.style and _CONTROL.search(text):
            self.refuse(line, "contains an escaped control character")
        if not event.style and text:
            self._whole(event, text)
        frame = self.stack[-1] if self.stack else None
        if frame is None or isinstance(frame.node, list) or frame.key is not None:
            self._place(text, line)
            return
        if not text:
            self.refuse(line, "a key is missing before ':'")
        elif text in frame.node:
            first = self.lines[(*frame.path, text)]
            self.refuse(line, f"the key {quote(text)} stands here a second time (first in line {first})")
            text += f"\0{line}"
        frame.key = text
        self.lines[(*frame.path, text)] = line

    def _plain_only(
        self, event: yaml.ScalarEvent | yaml.SequenceStartEvent | yaml.MappingStartEvent, line: int
    ) -> None:
        """Refuse anchors and tags."""
        if event.anchor:
            self.refuse(line, f"anchors are not allowed; a sentence that starts with '&' {QUOTE_IT}")
        if event.tag:
            self.refuse(line, f"tags are not allowed; a sentence that starts with '!' {QUOTE_IT}")

    def _whole(self, event: yaml.ScalarEvent, text: str) -> None:
        """Refuse a comment behind a sentence: its author may have meant it as part of the sentence."""
        end = event.end_mark
        if end is None or end.line >= len(self.source):
            return
        if _COMMENT.match(self.source[end.line], end.column) and not _TOKEN.fullmatch(text):
            what = "' #' cuts the sentence off: quote it, or put the comment on a line of its own"
            self.refuse(end.line + 1, what)

    def _open(
        self, event: yaml.SequenceStartEvent | yaml.MappingStartEvent, node: "list[Tree] | dict[str, Tree]"
    ) -> None:
        """Begin a list or mapping."""
        line = _line(event)
        self._plain_only(event, line)
        if len(self.stack) >= MAX_DEPTH:
            self.refuse(line, f"is nested too deeply (more than {MAX_DEPTH} levels)")
            raise _Enough
        self.stack.append(_Frame(node, self._place(node, line)))

    def _place(self, value: Tree, line: int) -> Keys:
        """Put a value where it belongs and return its path."""
        if len(self.lines) > MAX_NODES:
            self.refuse(line, f"the file has too many entries (more than {MAX_NODES:,})")
            raise _Enough
        if not self.stack:
            self.root = value
            self.lines[()] = line
            return ()
        frame = self.stack[-1]
        if isinstance(frame.node, list):
            path: Keys = (*frame.path, len(frame.node))
            frame.node.append(value)
            self.lines[path] = line
            return path
        if frame.key is None:
            self.refuse(line, f"a key must be a word; a text that starts with '[' or '{{' {QUOTE_IT}")
            raise _Enough
        path = (*frame.path, frame.key)
        frame.node[frame.key] = value
        frame.key = None
        return path
