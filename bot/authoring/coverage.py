"""Sentences of an article with a figure, a name or a quotation that no fact tells, the most telling first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from bot.authoring.article_text import Paragraphs, plain
from bot.authoring.entity_names import EntityNames
from bot.authoring.figures import Figure, figures_of, unconfirmed, written_figures
from bot.authoring.known_names import Name
from bot.authoring.names import find_names
from bot.core.model import Article, Fact, Language
from bot.core.text import normalise, squeeze

_SENTENCE: Final = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)")
_QUOTATION: Final = re.compile(r"“([^”]{8,})”|\"([^\"]{8,})\"|「([^」]{8,})」")
"""Words in double quotes; in single ones it usually is a name or a term."""
_SHARED: Final = 45
"""Partial ratio of an answer and a quotation from which the answer is about it."""
_WEIGHTS: Final = (3, 2, 1)
"""What an untold figure, quotation and name say about how much is missed."""


@dataclass(frozen=True, slots=True)
class Untold:
    """What no fact tells of a sentence."""

    paragraph: int
    line: int
    """Line of the text."""
    sentence: str
    figures: tuple[str, ...]
    quotations: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def weight(self) -> int:
        """Return how much is missed."""
        counts = map(len, (self.figures, self.quotations, self.names))
        return sum(weight * count for weight, count in zip(_WEIGHTS, counts, strict=True))

    def things(self) -> tuple[str, ...]:
        """Return what is not told, figures first."""
        return (*self.figures, *self.quotations, *self.names)


def untold(article: Article, paragraphs: Paragraphs) -> list[Untold]:
    """Return the sentences of the body of which no fact that cites their paragraph tells something."""
    names = EntityNames.of(article)
    proposed = find_names(tuple(paragraphs.written.values()), article.language)
    topics = names.topics(" ".join(article.title.every()), paragraphs.body.values())
    found: list[Untold] = []
    for number, written in paragraphs.written.items():
        citing = [fact for fact in article.facts if number in fact.source.every_paragraph()]
        sentences = _Sentences(names, proposed, citing, topics, article.language)
        found += sentences.untold(number, paragraphs.lines[number], written)
    return sorted((one for one in found if one.weight), key=lambda one: -one.weight)


class _Sentences:
    """Compares the sentences of a paragraph with the facts that cite it."""

    def __init__(
        self,
        names: EntityNames,
        proposed: Sequence[Name],
        citing: Sequence[Fact],
        topics: set[str],
        language: Language,
    ) -> None:
        """Prepare what these facts tell; `topics` are entities that need not be named again."""
        self._names, self._proposed, self._language = names, proposed, language
        self._evidence = [plain(item) for fact in citing for item in fact.evidence]
        self._told = [*(text for fact in citing for text in fact.answer.every()), *self._evidence]
        self._entities = names.mentioned(self._told) | topics
        self._squeezed = squeeze(normalise(" ".join(self._told)))

    def untold(self, paragraph: int, line: int, written: str) -> Iterator[Untold]:
        """Yield what is not told of each sentence."""
        told = [self._names.without_digits(text) for text in self._told]
        for sentence in _SENTENCE.split(written):
            figures = unconfirmed(self._names.without_digits(sentence), told)
            yield Untold(
                paragraph,
                line,
                sentence.strip(),
                tuple(_as_written(figures, sentence)),
                tuple(words for words in _quotations(sentence) if not self._is_told(words)),
                tuple(self._untold_names(sentence)),
            )

    def _is_told(self, quotation: str) -> bool:
        """Return whether a fact is about a quotation: by words of its evidence, or of its answer."""
        wanted = plain(quotation)
        return any(item in wanted for item in self._evidence) or any(
            fuzz.token_set_ratio(wanted, plain(text)) >= _SHARED for text in self._told
        )

    def _untold_names(self, sentence: str) -> Iterator[str]:
        """Yield entities, and what else looks like a name, that the sentence has and the facts have not."""
        for key in self._names.stated(sentence):
            if key not in self._entities:
                yield self._names.entities[key].name.get(self._language)
        for name in self._proposed:
            written = name.occurs_in(sentence)
            if written and not self._names.mentioned([written]) and squeeze(normalise(written)) not in self._squeezed:
                yield written


def _as_written(figures: Sequence[Figure], sentence: str) -> Iterator[str]:
    """Yield what a sentence writes that holds any of these figures: a date as one."""
    for written in written_figures(sentence):
        if any(figure.agrees(one) for figure in figures for one in figures_of(written)):
            yield written


def _quotations(sentence: str) -> list[str]:
    """Return the words in double quotes."""
    return [next(filter(None, match.groups())) for match in _QUOTATION.finditer(sentence)]
