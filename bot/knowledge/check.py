"""Checks an article's facts against the reader's own copy of its text."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from bot.core.model import Article, Fact, Text
from bot.errors import KnowledgeError, Problem
from bot.knowledge._files import read_bytes
from bot.knowledge._paragraphs import Paragraphs, plain, split_paragraphs, stands_in
from bot.knowledge._wording import quote
from bot.knowledge.reader import Place, Places

COPIED_WORDS: Final = 8
"""So many words in a row are a copy; the project tells the article in its own words."""
_WORD: Final = re.compile(r"\w+")


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
    grams = _grams(body) - _grams(title)
    answers = [(fact.id, f"fact {quote(fact.id)}: answer", fact.answer) for fact in article.facts]
    answers += [(gap.id, f"gap {quote(gap.id)}: answer", gap.answer) for gap in article.gaps]
    for name, where, answer in answers:
        yield from _copied(name, where, answer, grams, at)
    for command in article.commands:
        for row in command.rows:
            where = f"command {quote(command.name.get('en'))}: rows"
            yield from _copied("", where, row.detail, grams, at)


def _copied(name: str, where: str, answer: Text, grams: set[tuple[str, ...]], at: _Places) -> Iterator[Problem]:
    """Report the first run of words of a text that the article has too."""
    for part in answer.every():
        words = _WORD.findall(plain(part))
        runs = (tuple(words[i : i + COPIED_WORDS]) for i in range(len(words) - COPIED_WORDS + 1))
        if run := next((run for run in runs if run in grams), None):
            what = f"{COPIED_WORDS} words in a row are the article's own: {quote(' '.join(run))}"
            yield at.problem(name, where, what)


def _grams(text: str) -> set[tuple[str, ...]]:
    """Return every run of eight words of a text."""
    words = _WORD.findall(plain(text))
    return {tuple(words[i : i + COPIED_WORDS]) for i in range(len(words) - COPIED_WORDS + 1)}
