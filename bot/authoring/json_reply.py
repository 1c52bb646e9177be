"""Takes the JSON out of a chat assistant's reply, with the line and column of every value.

What can be read on is read on, so that all mistakes are told at once: a comma too many or too few, comments, a key
without quotation marks, an escape that JSON lacks.
"""

import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, NoReturn, TypeAlias

from bot.errors import KnowledgeError, Problem
from bot.knowledge.problems import quote
from bot.knowledge.yaml_reader import MAX_DEPTH, MAX_PROBLEMS

JsonPath: TypeAlias = tuple[str | int, ...]
_OBJECT: Final = re.compile(r"""^[ \t]*(?=\{|\[\s*["\[{])|(?=\{\s*["“”])""", re.MULTILINE)
"""Where JSON may begin: at the start of a line, or a brace before a quotation mark."""
_OUR_KEYS: Final = re.compile(r"""["'“](?:source|entities|facts|gaps|commands|cases)["'”]\s*:\s*[\[{]""")
_STRING: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_NUMBER: Final = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_WORD: Final = re.compile(r"\w+")
_DIGITS: Final = 15
"""Digits up to which a number is read as one; a longer one stays text, which costs no work."""
_SKIPPED: Final = re.compile(r"\s+|//[^\n]*|/\*.*?\*/|#[^\n]*", re.DOTALL)
_WORDS: Final[Mapping[str, object]] = {"true": True, "false": False, "null": None}
_OTHER_WORDS: Final[Mapping[str, str]] = {"True": "true", "False": "false", "None": "null", "undefined": "null"}
_BREAKS_OFF: Final = "the JSON breaks off here: ask for the rest and add it, or ask for a shorter reply in parts"


@dataclass(frozen=True, slots=True)
class Reply:
    """What the JSON of a reply holds, its objects joined into one."""

    file: str
    text: str
    data: Mapping[str, object]
    starts: Mapping[JsonPath, tuple[int, JsonPath]]
    """Where each value begins in the text, and its path in its own object; by its path in `data`."""

    def problem(self, path: JsonPath, what: str, name: str = "") -> Problem:
        """Return the problem that `what` is wrong at `path`, or at the nearest value around it that exists."""
        rest: JsonPath = path
        while rest and rest not in self.starts:
            rest = rest[:-1]
        offset, own = self.starts.get(rest, (0, ()))
        return problem_at(self.file, self.text, offset, pointer(own) + (f" ({name})" if name else ""), what)

    def line(self, path: JsonPath) -> int:
        """Return the line of a value, or of the nearest one around it."""
        return self.problem(path, "").line


def pointer(path: JsonPath) -> str:
    """Return a path as a JSON pointer: `/facts/0/questions_ko`."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def problem_at(file: str, text: str, offset: int, where: str, what: str) -> Problem:
    """Return a problem with the line and column of an offset in the text."""
    line = text.count("\n", 0, offset) + 1
    return Problem(file, line, where, what, offset - (text.rfind("\n", 0, offset) + 1) + 1)


def is_reply(text: str) -> bool:
    """Return whether a text holds JSON of facts rather than an article."""
    return text.lstrip().startswith("{") or _OUR_KEYS.search(text) is not None


def read_reply(text: str, file: str) -> Reply:
    """Read every JSON object in a text in NFC; raise KnowledgeError with all that is no JSON."""
    problems: list[Problem] = []
    data: dict[str, object] = {}
    starts: dict[JsonPath, tuple[int, JsonPath]] = {}
    at, found = 0, False
    while match := _OBJECT.search(text, at):
        found = True
        parser = _Parser(file, text, match.end())
        try:
            value = parser.value((), 0)
        except _UnreadableError:
            problems += parser.problems
            break
        problems += parser.problems
        at = max(parser.at, match.end() + 1)
        if isinstance(value, dict):
            _join(value, parser.starts, data, starts, problems, (file, text))
        else:
            what = 'must be one object: {"source": …, "facts": […]}'
            problems.append(problem_at(file, text, parser.starts[()], "", what))
    if not found:
        what = 'holds no JSON: an object {"source": …, "facts": […]} is expected'
        problems.append(Problem(file, 0, "", what))
    if problems:
        raise KnowledgeError(tuple(problems[:MAX_PROBLEMS]))
    return Reply(file, text, data, starts)


def _join(  # noqa: PLR0913, PLR0917  both sides of what is joined
    value: Mapping[str, object],
    own: Mapping[JsonPath, int],
    data: dict[str, object],
    starts: dict[JsonPath, tuple[int, JsonPath]],
    problems: list[Problem],
    where: tuple[str, str],
) -> None:
    """Add an object of the reply to those before: lists are continued, anything else may occur once."""
    shift: dict[str, int] = {}
    for key, new in value.items():
        old = data.get(key)
        if isinstance(old, list) and isinstance(new, list):
            shift[key] = len(old)
            data[key] = [*old, *new]
        elif key not in data or old == new:
            data[key] = new
        else:
            what = "is given in two blocks with different content: keep one"
            problems.append(problem_at(*where, own[key,], pointer((key,)), what))
    for path, offset in own.items():
        match path:
            case (str(key), int(index), *rest) if key in shift:
                starts[key, index + shift[key], *rest] = offset, path
            case _:
                starts.setdefault(path, (offset, path))


class _UnreadableError(Exception):
    """Nothing behind this place can be understood."""


@dataclass(slots=True)
class _Parser:
    """Reads one JSON value from `at` on."""

    file: str
    text: str
    at: int
    starts: dict[JsonPath, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def value(self, path: JsonPath, depth: int) -> object:
        """Read a value of any kind."""
        self.skip(path)
        self.starts[path] = start = self.at
        character = self.text[start : start + 1]
        if character in {"{", "["} and depth >= MAX_DEPTH:
            self.give_up(path, f"is nested too deeply (more than {MAX_DEPTH} levels)")
        match character:
            case "{":
                return self.members(path, depth)
            case "[":
                return self.elements(path, depth)
            case '"':
                return self.string(path)
            case _:
                return self.bare(path)

    def members(self, path: JsonPath, depth: int) -> dict[str, object]:
        """Read an object; a repeated key is a mistake."""
        node: dict[str, object] = {}
        self.at += 1
        while self.more("}", path, first=not node):
            start = self.at
            key = self.key(path)
            inner = (*path, key)
            if key in node:
                line = self.text.count("\n", 0, self.starts[inner]) + 1
                what = f"the key {quote(key)} is repeated (first in line {line}): join the two or remove one"
                self.complain(inner, what, start)
            self.skip(inner)
            if self.text[self.at : self.at + 1] != ":":
                self.give_up(
                    inner, _BREAKS_OFF if self.at >= len(self.text) else f"a ':' is missing behind {quote(key)}"
                )
            self.at += 1
            node[key] = self.value(inner, depth + 1)
        return node

    def elements(self, path: JsonPath, depth: int) -> list[object]:
        """Read a list."""
        node: list[object] = []
        self.at += 1
        while self.more("]", path, first=not node):
            node.append(self.value((*path, len(node)), depth + 1))
        return node

    def more(self, end: str, path: JsonPath, *, first: bool) -> bool:
        """Return whether another entry follows, and go to its start; else go behind the end."""
        self.skip(path)
        comma = self.at
        if not first and self.text.startswith(",", self.at):
            self.at += 1
            self.skip(path)
            if self.text.startswith(end, self.at):
                self.complain(path, f"a ',' too many before '{end}': remove it", comma)
        elif not first and self.text[self.at : self.at + 1] in {'"', "{", "["}:
            self.complain(path, "a ',' is missing before this", self.at)
        elif not first and not self.text.startswith(end, self.at):
            self.expected(end, path)
        if self.text.startswith(end, self.at):
            self.at += 1
            return False
        return True

    def expected(self, end: str, path: JsonPath) -> NoReturn:
        """Say what may be meant where neither ',' nor the end follows."""
        if self.at >= len(self.text) or self.text.startswith("```", self.at):
            self.give_up(path, _BREAKS_OFF)
        if self.text[self.at] in "]}":
            opened = "{" if end == "}" else "["
            self.give_up(path, f"'{self.text[self.at]}' stands where '{opened}' is closed: write '{end}'")
        before = self.text[: self.at].rstrip()[-1:]
        hint = ': a quotation mark inside a text must be written \\"' if before == '"' else ""
        self.give_up(path, f"',' or '{end}' is expected here{hint}")

    def key(self, path: JsonPath) -> str:
        """Read a key."""
        if self.text.startswith('"', self.at):
            return self.string(path)
        if word := _WORD.match(self.text, self.at):
            self.complain(path, f'the key {word[0]} needs quotation marks: "{word[0]}"')
            self.at = word.end()
            return word[0]
        return self.strange(path)

    def string(self, path: JsonPath) -> str:
        """Read a text in quotation marks."""
        match = _STRING.match(self.text, self.at)
        if match is None:
            self.give_up(path, f"a quotation mark is opened here and never closed; perhaps {_BREAKS_OFF}")
        if "\n" in match[0]:
            what = "a text ends in the line in which it begins: close the quotation mark, or write \\n for a new line"
            self.give_up(path, what)
        try:
            text: str = json.loads(match[0], strict=False)
        except ValueError:
            self.complain(path, f"JSON has no such escape: {quote(match[0])}; write \\\\ for a backslash")
            text = match[0][1:-1]
        self.at = match.end()
        return unicodedata.normalize("NFC", text)  # an escape may have added a single jamo

    def bare(self, path: JsonPath) -> object:
        """Read a number, true, false or null."""
        if number := _NUMBER.match(self.text, self.at):
            self.at = number.end()
            if number[1] or number[2]:
                return float(number[0])
            return int(number[0]) if len(number[0]) <= _DIGITS else number[0]
        word = _WORD.match(self.text, self.at)
        if word and word[0] in {*_WORDS, *_OTHER_WORDS}:
            if right := _OTHER_WORDS.get(word[0]):
                self.complain(path, f"{word[0]} is not JSON: write {right}")
            self.at = word.end()
            return _WORDS[_OTHER_WORDS.get(word[0], word[0])]
        return self.strange(path)

    def strange(self, path: JsonPath) -> NoReturn:
        """Say what may be meant where no value begins."""
        character = self.text[self.at : self.at + 1]
        match character:
            case "":
                what = _BREAKS_OFF
            case "“" | "”" | "„" | "‘" | "’" | "'" | "`":
                what = f'{character} is no quotation mark of JSON: write "'
            case "…" | ".":
                what = "something was left out here ('…'): ask for the whole reply"
            case ",":
                what = "a ',' too many, or something is missing before it"
            case _:
                what = 'a value is expected here: a text needs quotation marks ("…")'
        self.give_up(path, what)

    def skip(self, path: JsonPath) -> None:
        """Go over white space, and over comments, which JSON lacks."""
        while match := _SKIPPED.match(self.text, self.at):
            if match[0].strip():
                self.complain(path, "JSON has no comments: remove this one")
            self.at = match.end()

    def complain(self, path: JsonPath, what: str, at: int | None = None) -> None:
        """Add a problem and read on."""
        self.problems.append(problem_at(self.file, self.text, self.at if at is None else at, pointer(path), what))
        if len(self.problems) >= MAX_PROBLEMS:
            raise _UnreadableError

    def give_up(self, path: JsonPath, what: str) -> NoReturn:
        """Add a problem behind which nothing can be read."""
        self.complain(path, what)
        raise _UnreadableError
