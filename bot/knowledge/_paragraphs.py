"""Which line of an article's text is which body paragraph.

A text has a title, deck lines, headings and notes between its body paragraphs, and nothing marks them.
`article.yaml` says how many paragraphs each section has; the evidence of the facts says what stands in
them. The assignment that agrees best with both is found by dynamic programming.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.model import Article

_SENTENCE_END: Final = re.compile(r"[.!?。…][\"'”’)\]]*$")
_LONG: Final = 80
"""From this width on (a Hangul syllable counts as two) a line looks like a paragraph, not a heading."""
_SKIP: Final = 0.05
"""What a line that is left out between two sections costs; more inside a section."""
_SKIP_INSIDE: Final = 1.0
_BEST_EVIDENCE: Final = 4.0
"""So much at most a paragraph's evidence counts: one fact must not drag a whole section along."""


@dataclass(frozen=True, slots=True)
class Paragraphs:
    """An article's own text, paragraph by paragraph, in the form in which evidence is looked up."""

    body: Mapping[int, str]
    whole: str


def plain(text: str) -> str:
    """Return text in the form in which evidence is compared: NFKC, case folded, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def stands_in(item: str, text: str) -> bool:
    """Tell whether `item` stands in `text` (both plain); a figure isn't found inside a longer figure."""
    start = text.find(item)
    while item and start >= 0:
        end = start + len(item)
        before = start and text[start - 1].isdigit() and item[0].isdigit()
        after = end < len(text) and text[end].isdigit() and item[-1].isdigit()
        if not before and not after:
            return True
        start = text.find(item, start + 1)
    return False


def split_paragraphs(article: Article, text: str) -> Paragraphs | None:
    """Find the body paragraphs; None when the text has fewer lines than the article has paragraphs."""
    lines = [plain(line) for line in text.splitlines() if line.strip()]
    sections = [section.paragraphs for section in article.sections if section.paragraphs]
    numbers = [number for paragraphs in sections for number in paragraphs]
    if len(lines) < len(numbers):
        return None
    starts = {paragraphs[0] for paragraphs in sections}
    scores = _scores(article, lines, numbers)
    chosen = _align(scores, [_SKIP if n in starts else _SKIP_INSIDE for n in numbers])
    body = {number: lines[row] for number, row in zip(numbers, chosen, strict=True)}
    return Paragraphs(body, "\n".join(lines))


def _scores(article: Article, lines: Sequence[str], numbers: Sequence[int]) -> list[list[float]]:
    """Score each paragraph number against each line: how much it looks like one, and what evidence it has."""
    items: dict[int, set[str]] = {number: set() for number in numbers}
    for fact in article.facts:
        if len(fact.source.paragraphs) == 1:
            items.setdefault(fact.source.paragraphs[0], set()).update(map(plain, fact.evidence))
    rows = {item: [stands_in(item, line) for line in lines] for found in items.values() for item in found}
    weight = {item: 1 / max(1, sum(hits)) for item, hits in rows.items()}
    shape = [looks_like_body(line) for line in lines]
    return [
        [
            shape[at] + min(_BEST_EVIDENCE, sum(weight[item] for item in items[number] if rows[item][at]))
            for at in range(len(lines))
        ]
        for number in numbers
    ]


def looks_like_body(line: str) -> float:
    """Return how much a line looks like a body paragraph, from 0 to 2."""
    width = len(line) + sum(line.count(c) for c in set(line) if "가" <= c <= "힣")
    return min(1.0, width / _LONG) + (1.0 if _SENTENCE_END.search(line) else 0.0)


def _align(scores: Sequence[Sequence[float]], skip: Sequence[float]) -> list[int]:
    """Choose a line for each paragraph, in order, so that scores less skipped lines are largest."""
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
    """For each line: the best sum with the paragraph before it on an earlier line, and that line."""
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
