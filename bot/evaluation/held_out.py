"""Samples held out: each should find its own fact even when the index has not seen it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bot.core.index import Target
from bot.core.meaning import unknown_words
from bot.core.model import Article, Fact, Knowledge, Sample
from bot.core.signals import signals
from bot.core.snapshot import Snapshot
from bot.core.text import normalise
from bot.core.verdict import MAX_SUGGESTIONS, Matrix, Model, features, load_model
from bot.service.asking import encoded
from bot.service.library import snapshot_of
from bot.service.ports import Encoder

FOLDS = 8
"""Most rounds in which samples are left out, every eighth of a fact at a time: three of 24."""


@dataclass(frozen=True, slots=True)
class Stray:
    """A sample that finds something else than its own fact first."""

    article: str
    fact: str
    sample: str
    hits: tuple[str, ...]
    """The three likeliest facts, the likeliest first."""
    chance: float
    """How likely its own fact looks, from 0 to 1; the lowest are the worst."""
    own: int
    """Position of its own fact among the targets of the index."""
    found: int
    """Position of the fact or gap that is found first."""
    lost: bool
    """Whether its own fact is not even among the first three."""

    def __str__(self) -> str:
        """Return the stray as one line for its author."""
        found = f"the sample '{self.sample}' finds {', '.join(self.hits)} instead"
        return f"{self.article}: fact '{self.fact}': {found}: move it there, or add samples like it"


def strays(snapshot: Snapshot, encoder: Encoder | None, progress: Callable[[int, int], None]) -> tuple[Stray, ...]:
    """Return the samples of facts that, held out, do not find their own fact first; the worst first.

    `progress` is called with the rounds done and their number. Each round builds an index of its own: a sample
    leaves its mark in a dozen counts of the index, and this way none is forgotten.
    """
    knowledge = snapshot.knowledge
    model = load_model(semantic=encoder is not None)
    remembering = encoder and _Remembering(encoder, snapshot)
    most = max((len(fact.samples) for article in knowledge.articles for fact in article.facts), default=0)
    rounds = min(FOLDS, most)
    found: list[Stray] = []
    with threadpool_limits(1):  # products as small as these take longer on two threads than on one
        for fold in range(rounds):
            found += _round(knowledge, fold, remembering, model)
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


def _round(knowledge: Knowledge, fold: int, encoder: Encoder | None, model: Model) -> Iterator[Stray]:
    """Leave out the samples of one fold and ask them."""
    thinned = replace(knowledge, articles=tuple(_thinned(article, fold) for article in knowledge.articles))
    snapshot = snapshot_of(thinned, "", encoder)
    targets = snapshot.index.targets
    positions = {(_slug(target), target.item.id): at for at, target in enumerate(targets)}
    for article in knowledge.articles:
        for fact in article.facts:
            own = positions[article.slug, fact.id]
            for sample in fact.samples[fold::FOLDS]:
                chances = _chances(snapshot, sample, encoder, model)
                ranked = [int(at) for at in np.argsort(-chances, kind="stable") if targets[at].article is not None]
                if own != ranked[0]:
                    first = [at for at in ranked if snapshot.index.is_fact[at]][:MAX_SUGGESTIONS]
                    hits = tuple(_name(targets[at], article.slug) for at in first)
                    chance, lost = float(chances[own]), own not in first
                    yield Stray(article.slug, fact.id, sample.text, hits, chance, own, ranked[0], lost)


def _thinned(article: Article, fold: int) -> Article:
    return replace(article, facts=tuple(_without(fact, fold) for fact in article.facts))


def _without(fact: Fact, fold: int) -> Fact:
    return replace(fact, samples=tuple(s for place, s in enumerate(fact.samples) if place % FOLDS != fold))


def _chances(snapshot: Snapshot, sample: Sample, encoder: Encoder | None, model: Model) -> Matrix:
    """Return how likely each target is, shape (targets,)."""
    index = snapshot.index
    analysis = index.analyser.analyse(sample.text)
    vectors = None if encoder is None else encoded((analysis.normal, *unknown_words(index, analysis)), encoder)
    return model.chances(features(signals(index, analysis, snapshot.vectors, vectors)))


def _slug(target: Target) -> str:
    return target.article.slug if target.article else ""


def _name(target: Target, slug: str) -> str:
    """Name a fact, with its article where that is another one than `slug`."""
    return target.item.id if _slug(target) == slug else f"{_slug(target)}/{target.item.id}"
