"""Finds title, byline, headings and body paragraphs in the units (lines or joined lines) of an article's text."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, pairwise, takewhile
from typing import Final, Literal, get_args

from bot.authoring.bylines import Byline, agency_author, is_full_name, is_labelled, read_byline
from bot.authoring.furniture import furniture, is_site_menu, promotes, starts_links
from bot.core.hangul import display_width
from bot.core.model import Language
from bot.core.text import counted, squeeze
from bot.errors import KnowledgeError, Problem
from bot.knowledge.schema import LAST_PARAGRAPH
from bot.knowledge.writer import clean

_SENTENCE_END: Final = re.compile(r"[.!?。…][\"'”’)\]]*(?:\[\d+\])?$")
_QUESTION: Final = re.compile(r"\?[\"'”’)\]]*$")
_INDENTED: Final = re.compile(r"(?: {2}|\t|\u3000)")
_BULLET: Final = re.compile(r"(?:[-*•▪◦‣○●■□▷▶※]|\(?\d{1,2}[.)]|[①-⑳]|[QA][.:])\s+")
_LONG: Final = 80
"""Width (a Hangul syllable counts as two) from which a line looks like a paragraph rather than a heading."""
_BODY: Final = 1.5
"""Score (of 2) from which a line before the first paragraph is taken for it, and not for part of the deck."""
_UNTITLED: Final = 160
"""Width from which a sentence at the start is a paragraph of a text without a title."""
_LONGEST_DECK: Final = 120
"""Width of a line of a deck that follows the title without a blank line, and at most so many of them."""
_MOST_DECK_LINES: Final = 4
_MOST_HEADINGS: Final = 2
"""Short lines in a row that are headings; more of them are a list."""
_ENDING_UNITS: Final = 4
"""Units at the end among which bylines and promotion are looked for, as they are before the first paragraph."""
_TOP: Final = 12
"""Units at the start among which a line before `Menu` or `Sign in` is a site's name."""
_WIDEST: Final = 130
"""Width up to which lines may be wrapped by an editor; beyond it, each line is a paragraph."""
_FULL_SHARE: Final = 0.5
_BROKEN_SHARE: Final = 0.3
"""Share of a wrapped text's lines that have no room for the next word, and of those that also end inside a sentence."""
_LONGER_SHARE: Final = 0.1
"""Most lines of a wrapped text that are longer than its width, such as addresses."""
_RAGGED_SHARE: Final = 0.1
"""Share of lines that end early inside a sentence, above which they do not end a paragraph."""
_INDENTED_SHARE: Final = 0.9
"""Share of indented lines below which white space before a line starts a paragraph."""
_CUT_SHARE: Final = 0.8
"""Share of full lines that are filled to the last column where an editor cut words."""
_SHORT_LINE: Final = 0.6
"""Share of the full width below which a line without an end of sentence is a heading, and is not joined."""
_MOST_LISTED: Final = 20
"""Lines left out that are shown one by one."""
_SHOWN: Final = 48
NOTE: Final = "below the last paragraph"
PROMOTION: Final = "promotion"
"""Why a short line at the end, and a call to subscribe or to join, are left out."""
_HANGUL_SHARE: Final = 5
"""One Hangul syllable in so many characters makes a text Korean: names and figures are often in Latin script."""

Split = Literal["auto", "line", "blank"]
SPLITS: Final[tuple[Split, ...]] = get_args(Split)
"""What separates paragraphs: found out from the text, every end of line, or blank lines."""

Markup = Literal["", "title", "heading", "text"]
"""What Markdown or HTML says a unit is; empty where there is no markup."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A line, or the joined lines of a wrapped paragraph."""

    text: str
    line: int
    """Number of its first line in the file; 0 where lines mean nothing, as in HTML."""
    block: int
    """Number of the block between blank lines."""
    markup: Markup = ""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A unit that is neither body paragraph nor heading, and why."""

    unit: Unit
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive paragraphs below a heading, which may be empty."""

    heading: str
    paragraphs: tuple[Unit, ...]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is said about an article beside its text; empty where unknown."""

    title: str = ""
    author: str = ""
    date: str = ""
    publisher: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """What an author says about a text that its layout does not show."""

    metadata: Metadata = field(default_factory=Metadata)
    split: Split = "auto"
    headings: bool = True
    """Whether short lines are headings; otherwise each is a paragraph."""
    keep_all: bool = False
    """Whether lines that look like a web page's menus and footers are kept."""


@dataclass(frozen=True, slots=True)
class ArticleCopy:
    """An author's copy of an article as it was read: what `new`, `brief` and `check --article` go by."""

    file: str
    metadata: Metadata
    deck: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    units: tuple[Unit, ...] = ()
    """All units in order, whatever they were taken for, without the title."""
    joined: bool = False
    """Whether wrapped lines were joined."""
    form: str = ""
    """How the file was read where that is not plain UTF-8 text, such as `HTML` or `CP949`."""

    @property
    def language(self) -> Language:
        """Return the language in which the article is written."""
        text = f"{self.metadata.title} {' '.join(unit.text for unit in self.units)}"
        return "ko" if sum("가" <= char <= "힣" for char in text) * _HANGUL_SHARE > len(text) else "en"

    @property
    def has_note(self) -> bool:
        """Return whether the publisher says something below the last paragraph."""
        return any(item.reason in {NOTE, PROMOTION} for item in self.left_out)

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Return the body paragraphs; the first has the number 1."""
        return tuple(unit.text for unit in self.body_units)

    @property
    def body_units(self) -> tuple[Unit, ...]:
        """Return the body paragraphs with their places in the file."""
        return tuple(unit for part in self.parts for unit in part.paragraphs)

    def body(self) -> tuple[str, ...]:
        """Return the body paragraphs; raise KnowledgeError when there is none, or more than can be cited."""
        found = self.paragraphs
        if not found:
            what = "no paragraph was found: the text needs a title, then paragraphs, one per line"
            raise KnowledgeError((Problem(self.file, 0, "", what),))
        if len(found) > LAST_PARAGRAPH:
            what = f"{len(found):,} paragraphs were found, but at most {LAST_PARAGRAPH} can be cited: "
            what += "make an article of each part of the text, or try --paragraphs blank"
            raise KnowledgeError((Problem(self.file, 0, "", what),))
        return found

    def described(self) -> tuple[str, ...]:
        """Return a line for each thing that was taken from the text, with the option that changes it."""
        known = self.metadata
        rows = [("read as", self.form, "")] if self.form else []
        rows += [
            (name, _shown(value) or "not found", f"--{name}")
            for name in ("title", "author", "date", "publisher", "url")
            if (value := getattr(known, name)) or name in {"title", "author", "date"}
        ]
        count = len(self.paragraphs)
        how = ", wrapped lines joined" if self.joined else ""
        rows.append(("paragraphs", f"{count}{how}", "--paragraphs line, --paragraphs blank"))
        if self.deck:
            rows.append(("deck", " / ".join(map(_shown, self.deck)), ""))
        rows += list(self._sections())
        if self.left_out:
            counts = Counter(item.reason for item in self.left_out)
            kinds = ", ".join(f"{number} {reason}" for reason, number in counts.most_common())
            rows.append(("left out", f"{counted(len(self.left_out), 'line')} ({kinds})", "--keep-all"))
        lines = [f"{name:<11} {value}" + (f"  [{option}]" if option else "") for name, value, option in rows]
        for item in self.left_out[:_MOST_LISTED]:
            place = f"line {item.unit.line}: " if item.unit.line else ""
            lines.append(f"{'':<11} - {place}{_shown(item.unit.text)} ({item.reason})")
        if (more := len(self.left_out) - _MOST_LISTED) > 0:
            lines.append(f"{'':<11} - and {more} more")
        return tuple(lines)

    def _sections(self) -> Iterator[tuple[str, str, str]]:
        """Yield a row for each section: its heading and its paragraphs."""
        first = 1
        for at, part in enumerate(self.parts):
            last = first + len(part.paragraphs) - 1
            span = f"{first}" if first == last else f"{first}-{last}"
            option = "" if at else "--no-headings"
            yield ("" if at else "sections"), f"{span}: {_shown(part.heading) or '(no heading)'}", option
            first = last + 1


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"


def looks_like_body(line: str) -> float:
    """Return how much a line looks like a body paragraph, from 0 to 2."""
    return min(1.0, display_width(line) / _LONG) + (1.0 if _SENTENCE_END.search(line) else 0.0)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines between blank lines with their numbers, white space around them kept, and what markup says they are."""

    lines: tuple[tuple[int, str], ...]
    markup: Markup = ""


def plain_blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a text without markup."""
    numbered = enumerate(text.splitlines(), 1)
    for is_text, lines in groupby(numbered, lambda item: bool(item[1].strip())):
        if is_text:
            yield Block(tuple(lines))


def units_of(blocks: Sequence[Block], split: Split = "auto") -> tuple[tuple[Unit, ...], bool]:
    """Return the units of blocks, and whether wrapped lines were joined."""
    wrap = _wrap_of(blocks) if split == "auto" else None
    units: list[Unit] = []
    for number, block in enumerate(blocks):
        whole = split == "blank" or (block.markup and not wrap and split == "auto" and not _is_line_by_line(block))
        for group in [list(block.lines)] if whole else _groups(block, wrap):
            lines = [line for _, line in group]
            text = clean(wrap.join(lines) if wrap else " ".join(lines))
            units.append(Unit(text, group[0][0], number, block.markup))
    return tuple(unit for unit in units if unit.text), len(units) < sum(len(block.lines) for block in blocks)


def _is_line_by_line(block: Block) -> bool:
    """Return whether each line of a block with markup is a paragraph, although the markup makes one of them all."""
    return all(looks_like_body(line.strip()) >= _BODY for _, line in block.lines)


@dataclass(frozen=True, slots=True)
class _Wrap:
    """The width at which an editor wrapped the lines of a text."""

    width: int
    measure: Callable[[str], int]
    """Some editors count characters, some columns."""
    is_cut: bool = False
    """Whether words were cut at the full width."""
    is_ragged: bool = False
    """Whether a line may end early inside a sentence, as where a person breaks lines."""

    is_indented: bool = False
    """Whether white space before a line starts a paragraph: some lines have it, most have not."""

    def is_full(self, line: str, following: str) -> bool:
        """Return whether a line has no room for the first word of the next one."""
        return self.measure(line.rstrip()) + 1 + self.measure(following.split(maxsplit=1)[0]) > self.width

    def is_cut_behind(self, line: str) -> bool:
        """Return whether a line is filled to its last column; a Hangul syllable may leave one free."""
        return self.width - (self.measure is display_width) <= self.measure(line) <= self.width

    def goes_on(self, line: str, following: str) -> bool:
        """Return whether a paragraph goes on in the following line."""
        item = _BULLET.match(following.strip())
        is_item = item and (not item[0][0].isdigit() or _SENTENCE_END.search(line.rstrip()))
        is_cut_here = self.is_cut and self.is_cut_behind(line)
        if (self.is_indented and _INDENTED.match(following)) or (is_item and not is_cut_here):
            return False
        if self.is_full(line, following):
            return True
        is_long = self.measure(line.rstrip()) >= _SHORT_LINE * self.width
        return self.is_ragged and is_long and not _SENTENCE_END.search(line.rstrip())

    def join(self, lines: Sequence[str]) -> str:
        """Return lines as one."""
        return "".join(line if self.is_cut and self.is_cut_behind(line) else f"{line} " for line in lines)


def _wrap_of(blocks: Sequence[Block]) -> _Wrap | None:
    """Return how an editor wrapped the lines; None when each line stands for itself.

    In a wrapped text, nearly no line inside a paragraph has room for the first word of the next one, and many of
    them end inside a sentence; few lines are longer.
    """
    pairs = [(a, b) for block in blocks for (_, a), (_, b) in pairwise(block.lines)]
    lines = [line.rstrip() for block in blocks for _, line in block.lines]
    indented = sum(bool(_INDENTED.match(line)) for line in lines) < _INDENTED_SHARE * len(lines)
    is_torn = any(a.endswith(" ") or re.match(r" \S", b) for a, b in pairs)  # only a cut leaves a space at an end
    best: tuple[int, _Wrap | None] = (0, None)
    for measure in (len, display_width):
        widths = sorted({measure(line) for line in lines}, reverse=True)
        for width in widths[: 1 + len(widths) // 10]:
            wrap = _Wrap(width, measure)
            full = [a for a, b in pairs if wrap.is_full(a, b)]
            broken = [a for a in full if not _SENTENCE_END.search(a.rstrip())]
            is_wrapped = width <= _WIDEST and len(full) >= _FULL_SHARE * len(pairs) and len(pairs) > 1
            longer = sum(measure(line) > width for line in lines)
            is_wrapped = is_wrapped and longer <= _LONGER_SHARE * len(lines)
            if is_wrapped and len(broken) >= _BROKEN_SHARE * len(pairs) and len(full) > best[0]:
                cut = is_torn and sum(map(wrap.is_cut_behind, full)) >= _CUT_SHARE * len(full)
                early = sum(not _SENTENCE_END.search(a.rstrip()) for a, _ in pairs) - len(broken)
                ragged = early > _RAGGED_SHARE * len(pairs)
                best = len(full), replace(wrap, is_cut=cut, is_ragged=ragged, is_indented=indented)
    return best[1]


def _groups(block: Block, wrap: _Wrap | None) -> Iterator[list[tuple[int, str]]]:
    """Yield the lines of each unit of a block."""
    group: list[tuple[int, str]] = []
    for number, line in block.lines:
        if group and not (wrap and wrap.goes_on(group[-1][1], line)):
            yield group
            group = []
        group.append((number, line))
    if group:
        yield group


def lay_out(  # noqa: PLR0913  what a file's form tells is an argument each
    units: Sequence[Unit],
    options: ReadOptions | None = None,
    known: Metadata | None = None,
    *,
    file: str = "article.txt",
    joined: bool = False,
    form: str = "",
) -> ArticleCopy:
    """Return an article as its units and what is `known` beside them tell; what `options` say comes first."""
    options = options or ReadOptions()
    layout = _Layout(options, known or Metadata())
    parts = layout.read(units)
    found = layout.found
    rest = tuple(unit for unit in units if _key(unit.text) != _key(found.title))
    return ArticleCopy(file, found, tuple(layout.deck), parts, tuple(layout.left_out), rest, joined, form)


def read_text(text: str, options: ReadOptions | None = None, file: str = "article.txt") -> ArticleCopy:
    """Return an article from its text without markup."""
    units, joined = units_of(list(plain_blocks(text)), options.split if options else "auto")
    return lay_out(units, options, file=file, joined=joined)


def _key(text: str) -> str:
    """Return a title in the form in which titles are compared."""
    return squeeze(text.casefold())


def _first_behind_byline(units: Sequence[Unit]) -> int:
    """Return the position behind a byline near the top, above which only the deck stands, however long; 0 without."""
    for at, unit in enumerate(units[: _MOST_DECK_LINES + 1]):
        byline = read_byline(unit.text)
        if byline and byline.author and byline.date and at + 1 < len(units):
            return at + 1
    return 0


def _is_whole_paragraph(unit: Unit) -> bool:
    """Return whether a unit is a sentence too long for a title."""
    limit = _LONG if unit.markup == "text" else _UNTITLED
    return display_width(unit.text) >= limit and bool(_SENTENCE_END.search(unit.text))


@dataclass(slots=True)
class _Layout:
    """Finds out, from the first unit to the last, what each is."""

    options: ReadOptions
    known: Metadata
    deck: list[str] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    dated: list[Byline] = field(default_factory=list)
    title: str = ""

    def read(self, units: Sequence[Unit]) -> tuple[Part, ...]:
        """Return the sections; title, deck, bylines and what is left out are kept here."""
        own = self._without_title(list(units if self.options.keep_all else self._without_furniture(units)))
        start = self._body_start(own)
        for unit, following in pairwise((*own[:start], None)):
            if unit is None or self._is_byline(unit):
                continue
            if not self.options.keep_all and not any(map(str.isalpha, unit.text)):
                self.left_out.append(LeftOut(unit, "ornament"))
            elif is_full_name(unit.text) and following and self._is_byline(following):
                self.dated.append(Byline(unit.text))
            else:
                self.deck.append(unit.text)
        end = len(own)
        while end > start and self._ends_article(own, end - 1):
            end -= 1
        body = [unit for unit in own[start:end] if unit.markup or not self._is_labelled(unit)]
        order = {unit: at for at, unit in enumerate(units)}
        self.left_out.sort(key=lambda item: order[item.unit])
        return tuple(self._parts(body))

    @property
    def found(self) -> Metadata:
        """Return what is known about the article: said by the author, by the file's form, by the text."""
        said, known = self.options.metadata, self.known
        dates = sorted((line for line in self.dated if line.date), key=lambda line: line.is_change)
        author = next((line.author for line in self.dated if line.author), "")
        return Metadata(
            said.title or self.title,
            said.author or known.author or author,
            said.date or known.date or (dates[0].date if dates else ""),
            said.publisher or known.publisher,
            said.url or known.url,
        )

    def _without_furniture(self, units: Sequence[Unit]) -> Iterator[Unit]:
        """Yield the units of the article's own; after a line that announces links, short lines are links."""
        in_links = False
        own: list[Unit] = []
        for at, unit in enumerate(units):
            byline = read_byline(unit.text)
            reason = "" if byline and (byline.date or byline.author) else furniture(unit.text)
            is_heading = unit.markup in {"heading", "title"}
            if not reason and at < min(_TOP, len(units) - 1) and is_site_menu(units[at + 1].text):
                reason = "name of the site"
            if not reason and in_links and not is_heading and looks_like_body(unit.text) < _BODY:
                reason = "related link"
            if reason:
                in_links = (in_links and reason != "menu") or starts_links(unit.text)
                self.left_out.append(LeftOut(unit, reason))
            else:
                in_links = False
                own.append(unit)
        for at, unit in enumerate(own):
            at_edge = at >= len(own) - _ENDING_UNITS or not _SENTENCE_END.search(unit.text)
            if at_edge and promotes(unit.text):
                self.left_out.append(LeftOut(unit, PROMOTION))
            else:
                yield unit

    def _without_title(self, units: list[Unit]) -> list[Unit]:
        """Find the title and return the units behind it; the first line is it, unless it is a whole paragraph."""
        if wanted := self.options.metadata.title or self.known.title:
            self.title = wanted
            at = next((at for at, unit in enumerate(units) if _key(unit.text) == _key(wanted)), None)
        else:
            at = next((at for at, unit in enumerate(units) if unit.markup == "title"), None)
            if at is None:
                at = next((at for at, unit in enumerate(units) if not self._is_byline(unit)), None)
                if at is not None and _is_whole_paragraph(units[at]):
                    at = None
            self.title = "" if at is None else units[at].text
        if at is None:
            return units
        before = [unit for unit in units[:at] if not self._is_byline(unit)]
        self.left_out += [LeftOut(unit, "before the title") for unit in before]
        return units[at + 1 :]

    def _is_byline(self, unit: Unit) -> bool:
        """Return whether a unit is a byline, which is then remembered."""
        byline = read_byline(unit.text)
        if byline is not None and byline not in self.dated:
            self.dated.append(byline)
        return byline is not None

    def _is_labelled(self, unit: Unit) -> bool:
        """Return whether a unit inside the body says when the article appeared or was changed."""
        return is_labelled(unit.text) and self._is_byline(unit)

    def _body_start(self, units: Sequence[Unit]) -> int:
        """Return the position of the first unit of the body: a paragraph, or a heading of Markdown or HTML."""
        first = max(self._first_behind_deck(units), _first_behind_byline(units))
        for at in range(first, len(units)):
            unit = units[at]
            if unit.markup and not (unit.markup == "text" and read_byline(unit.text)):
                return at
            if not unit.markup and looks_like_body(unit.text) >= _BODY and not read_byline(unit.text):
                if author := agency_author(unit.text):
                    self.dated.append(Byline(author))
                return at
        return len(units)

    def _first_behind_deck(self, units: Sequence[Unit]) -> int:
        """Return the position behind the lines that stand with the title, or in a block of lines of their own."""
        if not units or units[0].markup or self.options.split == "blank":
            return 0
        sizes = Counter(unit.block for unit in units)
        is_spaced = len(sizes) * 2 > len(units)
        head = list(takewhile(lambda unit: unit.block == units[0].block, units))
        follows = len(head) < len(units)
        if is_spaced and len(head) > 1 and follows:
            return len(head)
        short = all(display_width(unit.text) < _LONGEST_DECK for unit in head)
        is_deck = short and len(head) <= _MOST_DECK_LINES and any(looks_like_body(unit.text) < _BODY for unit in head)
        return len(head) if is_deck and follows else 0

    def _ends_article(self, units: Sequence[Unit], at: int) -> bool:
        """Return whether the last unit is a byline, or a short line with nothing below it; it is then remembered."""
        unit = units[at]
        if at >= len(units) - _ENDING_UNITS and self._is_byline(unit):
            return True
        is_short = unit.markup != "text" and not self._is_paragraph(unit)
        if is_short and not self.options.keep_all and self.options.headings:
            self.left_out.append(LeftOut(unit, NOTE))
            return True
        return False

    def _is_paragraph(self, unit: Unit) -> bool:
        """Return whether a unit of the body is a paragraph and not a heading."""
        if unit.markup or not self.options.headings:
            return unit.markup not in {"heading", "title"}
        is_long = display_width(unit.text) >= _LONG
        is_sentence = _SENTENCE_END.search(unit.text) and not _QUESTION.search(unit.text)
        return bool(is_long or is_sentence or _BULLET.match(unit.text))

    def _parts(self, units: Sequence[Unit]) -> Iterator[Part]:
        """Yield the sections; short lines in a row are a list, but for the last one, which is the heading below it."""
        heading: list[Unit] = []
        paragraphs: list[Unit] = []
        marked = any(unit.markup for unit in units)
        for is_paragraph, members in groupby(units, self._is_paragraph):
            group = list(members)
            if is_paragraph or not self.options.headings:
                paragraphs += group
                continue
            if len(group) > _MOST_HEADINGS and not marked:
                paragraphs += group[:-1]
                group = group[-1:]
            if paragraphs:
                yield _part(heading, paragraphs)
            heading, paragraphs = group, []
        if paragraphs or heading:
            yield _part(heading, paragraphs or heading)


def _part(heading: Sequence[Unit], paragraphs: Sequence[Unit]) -> Part:
    return Part(" / ".join(unit.text for unit in heading), tuple(paragraphs))
