"""Plain text made safe for Discord: escaped, cut at words, split at sentences."""

import re
from collections.abc import Iterator
from typing import Final

MESSAGE: Final = 2_000
"""Most characters of a message."""
_ADDRESS = re.compile(r"(https?://[^\s<>@]+)")
_MARKUP = re.compile(r"([\\*_~`|\[\]<])")
_LINE_START = re.compile(r"^([^\S\n]*)([#>+-]|\d+(?=\.\s))", re.MULTILINE)
_MENTION = re.compile(r"@(?=everyone|here|[!&]?\d)")
_SENTENCE_END = re.compile(r"[.!?。…][\"'”’」)]*\s+|\n+")
_ZERO_WIDTH = "\u200b"


def escape(text: str) -> str:
    """Return `text` so that Discord shows it as it is: no markup, no mention; addresses stay usable."""
    parts = _ADDRESS.split(text)
    parts[::2] = [_MENTION.sub(f"@{_ZERO_WIDTH}", _MARKUP.sub(r"\\\1", part)) for part in parts[::2]]
    return _LINE_START.sub(_escape_line_start, "".join(parts))


def _escape_line_start(match: re.Match[str]) -> str:
    space, mark = match.groups()
    return f"{space}{mark}\\" if mark.isdigit() else f"{space}\\{mark}"


def one_line(text: str) -> str:
    """Return `text` with every run of white space as one space."""
    return " ".join(text.split())


def clip(text: str, limit: int) -> str:
    """Cut one line to `limit` characters, at a word if there is one in the second half, with `…`."""
    line = one_line(text) or "…"
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip() + "…"


def split(text: str, limit: int = MESSAGE) -> tuple[str, ...]:
    """Split escaped text into pieces of at most `limit` characters, at sentences where possible; none is blank."""
    return tuple(piece for piece in _pieces(text.strip(), limit) if piece)


def _pieces(text: str, limit: int) -> Iterator[str]:
    while len(text) > limit:
        cut = _place_to_cut(text, limit)
        yield text[:cut].rstrip()
        text = text[cut:].lstrip()
    yield text


def _place_to_cut(text: str, limit: int) -> int:
    """Return where to cut: behind the last sentence, else at the last space, else anywhere but in an escape."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, limit)]
    if ends and ends[-1] > limit // 4:
        return ends[-1]
    space = text.rfind(" ", limit // 4, limit)
    if space > 0:
        return space
    backslashes = len(text[:limit]) - len(text[:limit].rstrip("\\"))
    return limit - backslashes % 2


def paged(lines: tuple[str, ...], *, most: int, limit: int) -> tuple[tuple[str, ...], ...]:
    """Put blocks of text on pages of at most `most` blocks and `limit` characters, joins of two counted."""
    pages: list[list[str]] = [[]]
    for line in lines:
        page = pages[-1]
        if page and (len(page) >= most or sum(map(len, page)) + 2 * len(page) + len(line) > limit):
            pages.append([line])
        else:
            page.append(line)
    return tuple(map(tuple, pages))
