"""Discord's markup as far as the bot writes it: bold, small lines, code, links, escapes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from unicodedata import category

_TOKEN = re.compile(
    r"""\\(?P<escaped>[!-/:-@\[-`{-~])
    | \*\*(?P<bold>(?:\\.|[^*\\])+)\*\*
    | `(?P<code>[^`]+)`
    | \[(?P<title>(?:\\.|[^\]\\])+)\]\(<(?P<url>https?://[^\s<>]+)>\)
    | (?P<address>https?://[^\s<>]+)""",
    re.VERBOSE,
)
_SMALL = "-# "
_KEPT = frozenset("\n\t")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows, beyond their own text."""


@dataclass(frozen=True, slots=True)
class Span:
    """A run of characters of one look, without markup."""

    text: str
    bold: bool = False
    code: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a message; blank where it has no spans."""

    spans: tuple[Span, ...]
    small: bool = False


def parse(text: str) -> tuple[Line, ...]:
    """Read the text of a message; whatever is no markup stands as it is."""
    return tuple(_line(line) for line in text.split("\n"))


def _line(line: str) -> Line:
    small = line.startswith(_SMALL)
    spans: list[Span] = []
    for span in _spans(line.removeprefix(_SMALL)):
        if spans and replace(spans[-1], text="") == replace(span, text=""):
            spans[-1] = replace(span, text=spans[-1].text + span.text)
        else:
            spans.append(span)
    return Line(tuple(spans), small)


def _spans(text: str) -> Iterator[Span]:
    at = 0
    for match in _TOKEN.finditer(text):
        if match.start() > at:
            yield Span(text[at : match.start()])
        yield from _token(match)
        at = match.end()
    if at < len(text):
        yield Span(text[at:])


def _token(match: re.Match[str]) -> Iterator[Span]:
    match match.lastgroup, match.group(match.lastgroup or 0):
        case "escaped", char:
            yield Span(char)
        case "bold", inner:
            yield from (replace(span, bold=True) for span in _spans(inner))
        case "code", code:
            yield Span(code, code=True)
        case "url", url:
            yield from (replace(span, url=url) for span in _spans(match["title"]))
        case _, address:
            yield Span(address, url=address)


def printable(text: str) -> str:
    """Return `text` without what disturbs a terminal or a file: controls, halves of characters, turned direction."""
    return "".join(
        char for char in text if char in _KEPT or (category(char) not in {"Cc", "Cs"} and char not in _TURNS)
    )
