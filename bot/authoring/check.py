"""`check`: everything an author wants to hear about a folder before it goes live."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bot.authoring.advice import Advice, Stray, advice, aliases, alike, gaps, overlaps, twins
from bot.authoring.article_text import check_article_text, read_article_text
from bot.core.features import Matrix
from bot.core.index import Snapshot, Target
from bot.core.matching import MAX_SUGGESTIONS, Question, believed
from bot.core.model import Article, Fact, Knowledge, Sample
from bot.core.text import normalise
from bot.errors import ConfigError, KnowledgeError, Problem
from bot.knowledge.reader import Reading
from bot.service.answering import score_with
from bot.service.library import build_snapshot, failed_cases
from bot.service.ports import Encoder

FOLDS = 8
"""Most rounds in which samples are left out, every eighth of a fact at a time: three of 24."""


def strays(snapshot: Snapshot, encoder: Encoder | None, progress: Callable[[int, int], None]) -> tuple[Stray, ...]:
    """Return the samples of facts that, held out, do not find their own fact first; the worst first.

    `progress` is called with the rounds done and their number. Each round builds an index of its own: a sample
    leaves its mark in a dozen counts of the index, and this way none is forgotten.
    """
    knowledge = snapshot.knowledge
    remembering = encoder and _Remembering(encoder, snapshot)
    most = max((len(fact.samples) for article in knowledge.articles for fact in article.facts), default=0)
    rounds = min(FOLDS, most)
    found: list[Stray] = []
    with threadpool_limits(1):  # products as small as these take longer on two threads than on one
        for fold in range(rounds):
            found += _round(knowledge, fold, remembering)
            progress(fold + 1, rounds)
    return tuple(sorted(found, key=lambda stray: stray.chance))


class _Remembering:
    """An encoder that encodes each text once in all rounds, and none that `snapshot` has the vector of."""

    def __init__(self, encoder: Encoder, snapshot: Snapshot) -> None:
        """Remember what `snapshot` knows and what `encoder` returns."""
        self.name = encoder.name
        self._encoder = encoder
        self._known: dict[str, NDArray[np.float32]] = {}
        if (vectors := snapshot.vectors) is not None:
            rows = (*vectors.samples, *vectors.passages, *vectors.words)
            self._known |= dict(zip(map(normalise, snapshot.index.texts()), rows, strict=True))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else self._encoder.encode([])


def _round(knowledge: Knowledge, fold: int, encoder: Encoder | None) -> Iterator[Stray]:
    """Leave out the samples of one fold and ask them."""
    thinned = replace(knowledge, articles=tuple(_thinned(article, fold) for article in knowledge.articles))
    snapshot = build_snapshot(thinned, "", encoder)
    targets = snapshot.index.targets
    positions = {(_slug(target), target.item.id): at for at, target in enumerate(targets)}
    for article in knowledge.articles:
        for fact in article.facts:
            own = positions[article.slug, fact.id]
            for sample in fact.samples[fold::FOLDS]:
                probabilities = _probabilities(snapshot, sample, encoder)
                ranked = [
                    int(at) for at in np.argsort(-probabilities, kind="stable") if targets[at].article is not None
                ]
                if own != ranked[0]:
                    first = [at for at in ranked if snapshot.index.is_fact[at]][:MAX_SUGGESTIONS]
                    hits = tuple(_name(targets[at], article.slug) for at in first)
                    chance, lost = float(probabilities[own]), own not in first
                    yield Stray(article.slug, fact.id, sample.text, hits, chance, own, ranked[0], lost)


def _thinned(article: Article, fold: int) -> Article:
    return replace(article, facts=tuple(_without(fact, fold) for fact in article.facts))


def _without(fact: Fact, fold: int) -> Fact:
    return replace(fact, samples=tuple(s for place, s in enumerate(fact.samples) if place % FOLDS != fold))


def _probabilities(snapshot: Snapshot, sample: Sample, encoder: Encoder | None) -> Matrix:
    """Return P(target) of every target, shape (targets,)."""
    _, scored = score_with(snapshot, Question(sample.text), encoder)
    return believed(scored).probabilities


def _slug(target: Target) -> str:
    return target.article.slug if target.article else ""


def _name(target: Target, slug: str) -> str:
    """Name a fact, with its article where that is another one than `slug`."""
    return target.item.id if _slug(target) == slug else f"{_slug(target)}/{target.item.id}"


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked and what to think about; a folder with problems never gets this far."""

    counts: str
    advice: tuple[Advice, ...]

    def __str__(self) -> str:
        """Return the report: the advice kind by kind, and one line of counts."""
        number = sum(one.number for one in self.advice)
        return "".join(map(str, self.advice)) + f"{self.counts}: no problems, {_count(number, 'warning')}\n"


def text_problems(reading: Reading, file: Path) -> tuple[Problem, ...]:
    """Compare the one article of `reading` with its text in `file`: evidence where it is cited, nothing copied.

    Raises ConfigError when it is not clear which article the text belongs to, KnowledgeError when it can't be read.
    """
    articles = reading.knowledge.articles
    if len(articles) != 1:
        msg = f"--article needs the folder of one article; there are {len(articles)} in this one."
        raise ConfigError(msg)
    return check_article_text(articles[0], read_article_text(file), reading.places)


def check(
    snapshot: Snapshot,
    encoder: Encoder | None,
    progress: Callable[[int, int], None],
    problems: tuple[Problem, ...] = (),
    *,
    propose: bool = False,
) -> Checked:
    """Run the cases, then ask every sample held out; raise KnowledgeError with `problems` and every failed case.

    With `propose` gaps are proposed and facts that tell the same named.
    """
    if found := (*problems, *failed_cases(snapshot, encoder)):
        raise KnowledgeError(found)
    astray = strays(snapshot, encoder, progress)
    index = snapshot.index
    samples = tuple(index.tokenizer.tokenize(normalise(text)) for text in index.samples)
    told = (
        advice("stray", (stray for stray in astray if stray.lost)),
        overlaps(index, astray),
        aliases(snapshot, samples),
        alike(index, samples),
    )
    proposed = (gaps(snapshot, encoder, samples), twins(snapshot)) if propose else ()
    return Checked(_counts(snapshot.knowledge), (*told, *proposed))


def _counts(knowledge: Knowledge) -> str:
    articles = knowledge.articles
    facts = [fact for article in articles for fact in article.facts]
    gaps = [gap for article in articles for gap in article.gaps]
    return ", ".join(
        (
            _count(len(articles), "article"),
            _count(len(facts), "fact"),
            _count(len(gaps), "gap"),
            _count(sum(len(fact.samples) for fact in facts) + sum(len(gap.samples) for gap in gaps), "sample question"),
            _count(sum(len(article.cases) for article in articles), "case"),
        )
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
