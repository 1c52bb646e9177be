"""Compares facts with the author's copy of the article: evidence where it is cited, no copied sentences."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Final

from bot.authoring.layout import ArticleCopy, looks_like_body
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


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """An article's text in the form in which evidence is compared."""

    body: Mapping[int, str]
    """Text of each body paragraph by its number, from 1."""
    whole: str


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
    lines = [plain(line) for line in copy.units]
    sections = [section.paragraphs for section in article.sections if section.paragraphs]
    numbers = [number for paragraphs in sections for number in paragraphs]
    whole = "\n".join([plain(copy.metadata.title), *lines])
    if numbers == list(range(1, len(copy.paragraphs) + 1)):
        return Paragraphs(dict(enumerate(map(plain, copy.paragraphs), 1)), whole)
    if len(lines) < len(numbers):
        return None
    starts = {paragraphs[0] for paragraphs in sections}
    scores = _scores(article, lines, numbers)
    chosen = _align(scores, [_SKIP_BETWEEN if n in starts else _SKIP_INSIDE for n in numbers])
    return Paragraphs({number: lines[row] for number, row in zip(numbers, chosen, strict=True)}, whole)


def _scores(article: Article, lines: Sequence[str], numbers: Sequence[int]) -> list[list[float]]:
    """Return scores, shape (paragraphs, lines): how much a line looks like a paragraph, plus its share of evidence."""
    items: dict[int, set[str]] = {number: set() for number in numbers}
    for fact in article.facts:
        if len(fact.source.paragraphs) == 1:
            items.setdefault(fact.source.paragraphs[0], set()).update(map(plain, fact.evidence))
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
    found = [problem for fact in article.facts for problem in _missing_evidence(fact, paragraphs)]
    found += _copies(article, copy)

    def located(name: str, where: str, what: str) -> Problem:
        place = (locations or {}).get((article.slug, name), Location(article.slug, 0))
        return Problem(place.file, place.line, where, what)

    return tuple(sorted(starmap(located, found)))


def _missing_evidence(fact: Fact, paragraphs: Paragraphs) -> Iterator[tuple[str, str, str]]:
    """Yield the fact's id, where and what for each evidence item that is in none of the cited paragraphs."""
    cited = fact.source.paragraphs
    texts = [paragraphs.body[n] for n in cited if n in paragraphs.body] or [paragraphs.whole]
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
    runs = {run for unit in copy.units for run in _runs(unit)} - set(_runs(copy.metadata.title))
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
