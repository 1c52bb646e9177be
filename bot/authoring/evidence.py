"""Compares figures and names of the answers with the paragraphs they cite, and an answer's two languages."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from bot.authoring.article_text import Paragraphs, cited_texts
from bot.authoring.entity_names import EntityNames, is_common
from bot.authoring.figures import Figure, figures_of, unconfirmed
from bot.core.model import Article, Fact
from bot.knowledge.problems import quote

_FIRST_YEAR: Final = 1900
"""Four digits from which "… 년" is a year and no duration."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A figure or name of an answer that nothing confirms."""

    fact: str
    kind: Literal["figure", "name"]
    what: str
    in_article: bool = True
    """False if the article has such a figure nowhere."""


def answer_doubts(article: Article, paragraphs: Paragraphs | None) -> Iterator[Doubt]:
    """Yield what is doubtful in the answers of an article; without its text, the languages are compared."""
    check = AnswerCheck(article, paragraphs)
    for fact in article.facts:
        yield from check.doubts(fact)


class AnswerCheck:
    """Compares the answers of one article with its text, where there is one."""

    def __init__(self, article: Article, paragraphs: Paragraphs | None) -> None:
        """Prepare the names of `article`; without `paragraphs` only languages are compared."""
        self._article, self._paragraphs = article, paragraphs
        self._names = EntityNames.of(article)
        title = " ".join(article.title.every())
        body = list(paragraphs.body.values()) if paragraphs else []
        about = Counter(key for fact in article.facts for key in fact.about)
        topics = {key for key, count in about.items() if is_common(count, len(article.facts))}
        self._topics = topics | self._names.topics(title, body)
        self._years = _years(article, body)

    def doubts(self, fact: Fact) -> list[Doubt]:
        """Return what is doubtful in a fact; its languages are compared where the article confirms both."""
        cited = list(self._against_text(fact)) if self._paragraphs else []
        return cited or list(self._between_languages(fact))

    def _against_text(self, fact: Fact) -> Iterator[Doubt]:
        assert self._paragraphs is not None  # noqa: S101  for the type checker
        numbers, cited = fact.source.every_paragraph(), cited_texts(fact, self._paragraphs)
        place = f"paragraph {', '.join(map(str, numbers))}" if numbers else "the article"
        seen: list[Figure] = []
        for text in fact.answer.every():
            for figure in self._unconfirmed(text, (*cited, *fact.evidence)):
                if figure.value in self._years and figure.unit in {"year", ""}:
                    continue  # what the article calls "this year" or "지난해"
                if not any(map(figure.agrees, seen)):
                    seen.append(figure)
                    yield self._figure(fact, figure, place)
        yield from self._names_against(fact, cited, place)

    def _unconfirmed(self, text: str, sources: Iterable[str]) -> list[Figure]:
        return unconfirmed(self._names.without_digits(text), map(self._names.without_digits, sources))

    def _figure(self, fact: Fact, figure: Figure, place: str) -> Doubt:
        """Return the doubt about a figure, with where the article has it."""
        assert self._paragraphs is not None  # noqa: S101  for the type checker
        elsewhere = [n for n, text in self._paragraphs.body.items() if not self._unconfirmed(figure.text, [text])]
        in_article = bool(elsewhere) or not self._unconfirmed(figure.text, [self._paragraphs.whole])
        where = f"{place}, but in paragraph {', '.join(map(str, elsewhere))}" if elsewhere else place
        what = f"{quote(figure.text)} of the answer is not in {where if in_article else 'the article'}"
        return Doubt(fact.id, "figure", what, in_article=in_article)

    def _names_against(self, fact: Fact, cited: Sequence[str], place: str) -> Iterator[Doubt]:
        stated = dict.fromkeys(key for text in fact.answer.every() for key in self._names.stated(text))
        known = self._names.mentioned([*cited, *fact.evidence]) | self._topics
        for key in stated:
            if key not in known:
                yield Doubt(fact.id, "name", f"{self._name(key)} of the answer is not in {place}")
        told = self._names.mentioned(fact.answer.every())
        for item in fact.evidence:
            for key in sorted(set(self._names.stated(item)) - told):
                what = f"the evidence has {self._name(key)}, but the answer does not name it"
                yield Doubt(fact.id, "name", what)

    def _name(self, key: str) -> str:
        return quote(self._names.entities[key].name.get(self._article.language))

    def _between_languages(self, fact: Fact) -> Iterator[Doubt]:
        """Yield what one of the two languages has in place of the other's, and longer figures that one leaves out.

        A name or a small number that only one has is no error: "both" or "they" says the same.
        """
        ko, en = fact.answer.ko, fact.answer.en
        if not (ko and en):
            return
        ko_figures, en_figures = self._unconfirmed(ko, [en]), self._unconfirmed(en, [ko])
        if (ko_figures and en_figures) or any(one.in_digits and not one.counts for one in (*ko_figures, *en_figures)):
            ko_only, en_only = (
                ", ".join(quote(one.text) for one in found) or "no such figure" for found in (ko_figures, en_figures)
            )
            yield Doubt(fact.id, "figure", f"the Korean answer has {ko_only}, the English one {en_only}")
        ko_names, en_names = (self._only_in(text, other) for text, other in ((ko, en), (en, ko)))
        if ko_names and en_names:
            yield Doubt(fact.id, "name", f"the Korean answer names {ko_names}, the English one {en_names}")

    def _only_in(self, text: str, other: str) -> str:
        """Return the names in a text of entities that the other text does not mention, "" for none."""
        said = self._names.mentioned([other]) | self._topics
        return ", ".join(self._name(key) for key in self._names.stated(text) if key not in said)


def _years(article: Article, body: Sequence[str]) -> set[float]:
    """Return the years that the article may mean by "this year", "last year" and "next year"."""
    given = [float(article.date[:4])] if article.date else []
    first = [figure.value for figure in figures_of(body[0]) if figure.unit == "year"] if body else []
    return {year + step for year in (*given, *first[:1]) if year >= _FIRST_YEAR for step in (-1, 0, 1)}
