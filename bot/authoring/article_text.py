"""Compares facts with the author's copy of the article: evidence where it is cited, no copied sentences."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Final

from bot.authoring.layout import ArticleCopy, Unit, looks_like_body
from bot.core.model import Article, Fact
from bot.errors import Problem
from bot.knowledge.problems import quote
from bot.knowledge.reader import Location, Locations

_SKIP_BETWEEN: Final = 0.05
"""Penalty for skipping a line between two sections."""
_SKIP_INSIDE: Final = 1.0
"""Penalty for skipping a line inside a section."""
_MOST_EVIDENCE: Final = 4.0
"""Highest score for evidence: one fact must not pull a whole section to another place."""
COPIED_WORDS: Final = 8
"""Words in a row that count as a copy."""
_WORD: Final = re.compile(r"\w+")
_NUMBER: Final = re.compile(r"\d[\d,.]*\d")


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """An article's text in the form in which evidence is compared."""

    body: Mapping[int, str]
    """Text of each body paragraph by its number, from 1."""
    whole: str
    written: Mapping[int, str]
    """Each body paragraph as it is written."""
    lines: Mapping[int, int]
    """Line of the file, from 1, of each body paragraph; 0 where lines mean nothing, as in HTML."""


def plain(text: str) -> str:
    """Return text in the form in which evidence is compared: NFKC, case-folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def occurs_in(item: str, text: str) -> bool:
    """Return whether `text` contains `item` (both plain); a figure is not found inside a longer figure."""
    start = text.find(item)
    while item and start >= 0:
        end = start + len(item)
        before = start and text[start - 1].isdigit() and item[0].isdigit()
        after = end < len(text) and text[end].isdigit() and item[-1].isdigit()
        if not before and not after:
            return True
        start = text.find(item, start + 1)
    return False


def split_paragraphs(article: Article, copy: ArticleCopy) -> Paragraphs | None:
    """Return the body paragraphs; None when the text has fewer lines than the article has paragraphs.

    They are those that `new` and `brief` count where the article has as many. Otherwise its sections were divided in
    another way, and the evidence of its facts tells which lines they are.
    """
    units = copy.units
    lines = [plain(unit.text) for unit in units]
    sections = [section.paragraphs for section in article.sections if section.paragraphs]
    numbers = [number for paragraphs in sections for number in paragraphs]
    whole = "\n".join([plain(copy.metadata.title), *lines])
    if numbers == list(range(1, len(copy.paragraphs) + 1)):
        return _paragraphs(dict(enumerate(copy.body_units, 1)), whole)
    if len(lines) < len(numbers):
        return None
    starts = {paragraphs[0] for paragraphs in sections}
    scores = _scores(article, lines, numbers)
    chosen = _align(scores, [_SKIP_BETWEEN if n in starts else _SKIP_INSIDE for n in numbers])
    return _paragraphs(dict(zip(numbers, (units[row] for row in chosen), strict=True)), whole)


def _paragraphs(found: Mapping[int, Unit], whole: str) -> Paragraphs:
    return Paragraphs(
        body={number: plain(unit.text) for number, unit in found.items()},
        whole=whole,
        written={number: unit.text for number, unit in found.items()},
        lines={number: unit.line for number, unit in found.items()},
    )


def _scores(article: Article, lines: Sequence[str], numbers: Sequence[int]) -> list[list[float]]:
    """Return scores, shape (paragraphs, lines): how much a line looks like a paragraph, plus its share of evidence.

    The longer numbers of an answer count as evidence here: they stand in the same digits in both languages.
    """
    items: dict[int, set[str]] = {number: set() for number in numbers}
    for fact in article.facts:
        if len(cited := fact.source.every_paragraph()) == 1:
            telling = [*fact.evidence, *(number for text in fact.answer.every() for number in _NUMBER.findall(text))]
            items.setdefault(cited[0], set()).update(map(plain, telling))
    rows = {item: [occurs_in(item, line) for line in lines] for found in items.values() for item in found}
    weight = {item: 1 / max(1, sum(hits)) for item, hits in rows.items()}
    shape = [looks_like_body(line) for line in lines]
    return [
        [
            shape[at] + min(_MOST_EVIDENCE, sum(weight[item] for item in items[number] if rows[item][at]))
            for at in range(len(lines))
        ]
        for number in numbers
    ]


def _align(scores: Sequence[Sequence[float]], skip: Sequence[float]) -> list[int]:
    """Return a line for each paragraph, in order: those with the highest scores minus penalties for skipped lines."""
    width = len(scores[0]) if scores else 0
    best: list[float] = [0.0] * width
    links: list[list[int]] = []
    for number, row in enumerate(scores):
        reach, link = (best, list(range(width))) if number == 0 else _reach(best, skip[number])
        links.append(link)
        best = [reach[at] + row[at] for at in range(width)]
    at = max(range(width), key=lambda i: (best[i], -i), default=0)
    chosen: list[int] = []
    for link in reversed(links):
        chosen.append(at)
        at = link[at]
    return chosen[::-1]


def _reach(best: Sequence[float], cost: float) -> tuple[list[float], list[int]]:
    """Return for each line the best sum with the previous paragraph on an earlier line, and that earlier line."""
    reach, link = [float("-inf")], [0]
    for at in range(1, len(best)):
        extended = reach[-1] - cost
        if best[at - 1] >= extended:
            reach.append(best[at - 1])
            link.append(at - 1)
        else:
            reach.append(extended)
            link.append(link[-1])
    return reach, link


def check_article_text(article: Article, copy: ArticleCopy, locations: Locations | None = None) -> tuple[Problem, ...]:
    """Report evidence that is not where it is cited, and answers copied from the text.

    `locations` (from `parse_knowledge`) puts file and line into the problems. Evidence of a section without body
    paragraphs (headline, deck, note) is looked up in the whole text.
    """
    paragraphs = split_paragraphs(article, copy)
    if paragraphs is None:
        count = sum(len(section.paragraphs) for section in article.sections)
        what = f"the text has fewer paragraphs than the sections ({count}); is it this article?"
        return (Problem(f"{article.slug}/article.yaml", 0, "sections", what),)
    found = [problem for fact in article.facts for problem in missing_evidence(fact, paragraphs)]
    found += _copies(article, copy)

    def located(name: str, where: str, what: str) -> Problem:
        place = (locations or {}).get((article.slug, name), Location(article.slug, 0))
        return Problem(place.file, place.line, where, what)

    return tuple(sorted(starmap(located, found)))


def cited_texts(fact: Fact, paragraphs: Paragraphs) -> list[str]:
    """Return the paragraphs that a fact cites; of a section without body paragraphs, the whole text."""
    texts = [paragraphs.body[number] for number in fact.source.every_paragraph() if number in paragraphs.body]
    whole = not texts or any(not place.paragraphs for place in fact.source.sections())
    return [*texts, paragraphs.whole] if whole else texts


def missing_evidence(fact: Fact, paragraphs: Paragraphs) -> Iterator[tuple[str, str, str]]:
    """Yield the fact's id, where and what for each evidence item that is in none of the cited paragraphs."""
    cited, texts = fact.source.every_paragraph(), cited_texts(fact, paragraphs)
    for item in fact.evidence:
        wanted = plain(item)
        if any(occurs_in(wanted, text) for text in texts):
            continue
        actual = [n for n, text in paragraphs.body.items() if occurs_in(wanted, text)]
        if actual:
            what = f"{quote(item)} is in paragraph {_listed(actual)}, not in {_listed(cited)}"
        elif cited and occurs_in(wanted, paragraphs.whole):
            what = f"{quote(item)} is outside the body paragraphs, not in {_listed(cited)}"
        else:
            what = f"{quote(item)} is not in the article"
        yield fact.id, f"fact {quote(fact.id)}: evidence", what


def _listed(numbers: Iterable[int]) -> str:
    return ", ".join(map(str, numbers))


def _copies(article: Article, copy: ArticleCopy) -> Iterator[tuple[str, str, str]]:
    """Yield id, where and what for each text that repeats eight words in a row of the article without its title."""
    runs = {run for unit in copy.units for run in _runs(unit.text)} - set(_runs(copy.metadata.title))
    texts = [(fact.id, f"fact {quote(fact.id)}: answer", fact.answer) for fact in article.facts]
    texts += [(gap.id, f"gap {quote(gap.id)}: answer", gap.answer) for gap in article.gaps]
    texts += [
        ("", f"command {quote(command.name.get('en'))}: rows", row.detail)
        for command in article.commands
        for row in command.rows
    ]
    for name, where, written in texts:
        for part in written.every():
            if copied := next((run for run in _runs(part) if run in runs), None):
                what = f"{COPIED_WORDS} words in a row are copied from the article: {quote(' '.join(copied))}"
                yield name, where, what


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    """Yield every run of eight words of a text."""
    words = _WORD.findall(plain(text))
    return (tuple(words[start : start + COPIED_WORDS]) for start in range(len(words) - COPIED_WORDS + 1))
