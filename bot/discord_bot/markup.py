"""Pages as the texts of Discord messages: escaped, marked up, split."""

import re
from collections.abc import Iterable
from typing import Final

from bot.service.pages import clip
from bot.service.views import Block, Line, Page, Span

MESSAGE: Final = 2_000
"""Most characters of a message."""
NAME: Final = 100
"""Most characters of the name of a thread."""
_ENTITY = re.compile(r"<(?:@[!&]?|#|a?:\w{1,32}:|/[^:>]{1,100}:|t:)[^>\s]{0,30}>")
"""A mention, an emoji or a date in Discord's own form."""
_ADDRESS = re.compile(r"(https?://[^\s<>@]+)")
_MARKUP = re.compile(r"([\\*_~`|\[\]<])")
_BEFORE_LINE_MARK = re.compile(r"^[^\S\n]*(?:(?=[#>+-])|\d+(?=\.[^\S\n]))", re.MULTILINE)
"""What stands before the mark of a heading, quotation or list; a backslash behind it takes the mark's force."""
_MENTION = re.compile(r"@(?=everyone|here|[!&]?\d)")
_SENTENCE_END = re.compile(r"[.!?。…][\"'”’」)]*\s+|\n+")
_ZERO_WIDTH = "\u200b"
_UNSAFE_IN_LINK = {ord(char): f"%{ord(char):02X}" for char in '<> \t\r\n"\\'}


def texts_of(page: Page, notice: str = "") -> tuple[str, ...]:
    """Return the texts of the messages that show `page`, `notice` (with its markup) before the first."""
    texts = tuple(text for block in page.blocks for text in _texts(block))
    return (*split(f"{notice}\n\n{texts[0]}"), *texts[1:]) if notice else texts


def _texts(block: Block) -> tuple[str, ...]:
    """Split a block; its footer stands whole in the last text, or in one of its own where the two are too long."""
    texts = split(_marked_up(block.body)) or ("…",)
    footer = _marked_up(block.footer)
    last = "\n".join(filter(None, (texts[-1], footer)))
    return (*texts[:-1], last) if len(last) <= MESSAGE else (*texts, *split(footer))


def _marked_up(lines: Iterable[Line]) -> str:
    return "\n".join(_mark(line) + "".join(map(_span, line.spans)) for line in lines)


def _mark(line: Line) -> str:
    return "> " if line.quoted else "-# " if line.small else ""


def _span(span: Span) -> str:
    if span.code:
        return f"`{span.text}`"
    text = f"**{escape(span.text)}**" if span.bold else escape(span.text)
    # the angle brackets keep Discord from showing a preview of the linked page
    return text if span.url is None else f"[{text}](<{span.url.translate(_UNSAFE_IN_LINK)}>)"


def escape(text: str) -> str:
    """Return `text` so that Discord shows it as it is: no markup, no mention; addresses stay usable."""
    parts = _ADDRESS.split(text)
    parts[::2] = [_MENTION.sub(f"@{_ZERO_WIDTH}", _MARKUP.sub(r"\\\1", part)) for part in parts[::2]]
    return _BEFORE_LINE_MARK.sub(r"\g<0>\\", "".join(parts))


def name_of(text: str) -> str:
    """Return a name for a thread about `text`: one line, cut, without mentions; Discord shows no markup in names."""
    plain = _ADDRESS.sub(" ", _ENTITY.sub(" ", text))
    return clip(_MENTION.sub(f"@{_ZERO_WIDTH}", " ".join(plain.split())), NAME)


def split(text: str, limit: int = MESSAGE) -> tuple[str, ...]:
    """Split escaped text into pieces of at most `limit` characters, at sentences where possible; none is blank."""
    text = text.strip()
    if len(text) <= limit:
        return (text,) if text else ()
    cut = _place_to_cut(text, limit)
    return (text[:cut].rstrip(), *split(text[cut:], limit))


def _place_to_cut(text: str, limit: int) -> int:
    """Return where to cut: after the last sentence, else at the last space, else anywhere but in an escape."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, 0, limit)]
    if ends and ends[-1] > limit // 4:
        return ends[-1]
    space = text.rfind(" ", limit // 4, limit)
    if space > 0:
        return space
    backslashes = len(text[:limit]) - len(text[:limit].rstrip("\\"))
    return limit - backslashes % 2
