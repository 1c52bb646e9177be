"""The reader's own copy of an article: its paragraphs, and what the facts have of it."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.core.model import Article, Fact, Text
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import read_bytes
from bot.knowledge.problems import quote
from bot.knowledge.reader import Place, Places

_SENTENCE_END: Final = re.compile(r"[.!?。…][\"'”’)\]]*$")
_LONG: Final = 80
"""From this width on (a Hangul syllable counts as two) a line looks like a paragraph, not a heading."""
_SKIP: Final = 0.05
"""What a line that is left out between two sections costs; more inside a section."""
_SKIP_INSIDE: Final = 1.0
_BEST_EVIDENCE: Final = 4.0
"""So much at most a paragraph's evidence counts: one fact must not drag a whole section along."""
COPIED_WORDS: Final = 8
"""So many words in a row are a copy; the project tells the article in its own words."""
_WORD: Final = re.compile(r"\w+")


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


def read_article_text(path: Path) -> str:
    """Read the text of an article; KnowledgeError when it isn't a readable UTF-8 text."""
    problems: list[Problem] = []
    data = read_bytes(path, str(path), problems)
    if data is not None:
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            problems.append(Problem(str(path), line, "", "is not UTF-8; save the file in the encoding UTF-8"))
    raise KnowledgeError(tuple(problems))


def check_article_text(article: Article, text: str, places: Places | None = None) -> tuple[Problem, ...]:
    """Report evidence that doesn't stand where it is cited, and answers copied from the text.

    `places` (from `read_with_places`) puts file and line into the problems. Evidence of a section without
    body paragraphs (headline, deck, note) is looked up in the whole text.
    """
    at = _Places(article.slug, places or {})
    paragraphs = split_paragraphs(article, text)
    if paragraphs is None:
        count = sum(len(section.paragraphs) for section in article.sections)
        what = f"the text has fewer lines than the sections have paragraphs ({count}); is it this article?"
        return (Problem(f"{article.slug}/article.yaml", 0, "sections", what),)
    found = [problem for fact in article.facts for problem in _evidence(fact, paragraphs, at)]
    found += _copies(article, text, at)
    return tuple(sorted(found))


class _Places:
    """Makes problems of one article's facts and gaps, with file and line where they are known."""

    def __init__(self, slug: str, places: Mapping[tuple[str, str], Place]) -> None:
        """Keep where things stand."""
        self._slug, self._places = slug, places

    def problem(self, name: str, where: str, what: str) -> Problem:
        """Say what is wrong with the fact or gap called `name`."""
        place = self._places.get((self._slug, name), Place(self._slug, 0))
        return Problem(place.file, place.line, where, what)


def _evidence(fact: Fact, paragraphs: Paragraphs, at: _Places) -> Iterator[Problem]:
    """Report each evidence item that stands in none of the cited paragraphs."""
    cited = fact.source.paragraphs
    texts = [paragraphs.body[n] for n in cited if n in paragraphs.body] or [paragraphs.whole]
    where = f"fact {quote(fact.id)}: evidence"
    for item in fact.evidence:
        wanted = plain(item)
        if any(stands_in(wanted, text) for text in texts):
            continue
        actual = [n for n, text in paragraphs.body.items() if stands_in(wanted, text)]
        if actual:
            what = f"{quote(item)} stands in paragraph {_listed(actual)}, not in {_listed(cited)}"
        elif cited and stands_in(wanted, paragraphs.whole):
            what = f"{quote(item)} stands outside of the body paragraphs, not in {_listed(cited)}"
        else:
            what = f"{quote(item)} stands nowhere in the article"
        yield at.problem(fact.id, where, what)


def _listed(numbers: tuple[int, ...] | list[int]) -> str:
    """Write paragraph numbers as `3, 5`."""
    return ", ".join(map(str, numbers))


def _copies(article: Article, text: str, at: _Places) -> Iterator[Problem]:
    """Report answers that repeat eight words in a row of the article; its title may be cited."""
    title, _, body = text.strip().partition("\n")
    ngrams = _grams(body) - _grams(title)
    answers = [(fact.id, f"fact {quote(fact.id)}: answer", fact.answer) for fact in article.facts]
    answers += [(gap.id, f"gap {quote(gap.id)}: answer", gap.answer) for gap in article.gaps]
    for name, where, answer in answers:
        yield from _copied(name, where, answer, ngrams, at)
    for command in article.commands:
        for row in command.rows:
            where = f"command {quote(command.name.get('en'))}: rows"
            yield from _copied("", where, row.detail, ngrams, at)


def _copied(name: str, where: str, answer: Text, ngrams: set[tuple[str, ...]], at: _Places) -> Iterator[Problem]:
    """Report the first run of words of a text that the article has too."""
    for part in answer.every():
        words = _WORD.findall(plain(part))
        runs = (tuple(words[i : i + COPIED_WORDS]) for i in range(len(words) - COPIED_WORDS + 1))
        if run := next((run for run in runs if run in ngrams), None):
            what = f"{COPIED_WORDS} words in a row are the article's own: {quote(' '.join(run))}"
            yield at.problem(name, where, what)


def _grams(text: str) -> set[tuple[str, ...]]:
    """Return every run of eight words of a text."""
    words = _WORD.findall(plain(text))
    return {tuple(words[i : i + COPIED_WORDS]) for i in range(len(words) - COPIED_WORDS + 1)}
