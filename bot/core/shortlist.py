"""Which articles a question may be about: a cheap comparison with all of them, before the likeliest are scored."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.core.classifier import ArticleClassifier, load_article_classifier
from bot.core.features import Matrix
from bot.core.index import TINY, Hashes, Scope, Vector, hash_ngrams, ngram_counts, single
from bot.core.text import normalise, squeeze

FEWEST_SCORED: Final = 3
"""Articles that every question is scored against, however clear it seems."""
MOST_SCORED: Final = 5
"""Articles that one question is scored against at most."""
_ENOUGH: Final = 0.95
"""Probability that the right article is among those that are scored, from which on no more of them are."""
_FEW_NGRAMS: Final = 1_000.0
"""N-grams of the samples up to which an article counts as small, whatever its size."""


class Shortlist:
    """The character n-grams of every article, and the mean vector of each of its facts and gaps."""

    def __init__(self, scopes: Sequence[Scope], ngrams: "_Ngrams | None" = None) -> None:
        """Look at the samples and names of each article; `ngrams` are those of the same articles, if known."""
        self._scopes = tuple(scopes)
        self._ngrams = ngrams or _Ngrams(scopes)
        self._means, self._begins = _means(scopes)

    def with_vectors(self, scopes: Sequence[Scope]) -> "Shortlist":
        """Return the same with the vectors that the articles have now."""
        return Shortlist(scopes, self._ngrams) if self._scopes else self

    def likeliest(
        self, normals: Sequence[str], vectors: Mapping[str, Vector] | None = None
    ) -> list[tuple[Scope, float]]:
        """Return the articles that a normalised question may be about, likeliest first.

        `normals` are the ways to read its keys; an article is as likely as in the reading that fits it best. With each
        comes what its topic adds to the logit of `selection.select`.
        """
        classifier = load_article_classifier(semantic=vectors is not None and self._means is not None)
        topics, best = shortlisted(self.topics(normals, vectors), classifier)
        logits = classifier.topic(topics)
        return [(self._scopes[at], float(logits[at])) for at in best]

    def topics(self, normals: Sequence[str], vectors: Mapping[str, Vector] | None = None) -> Matrix:
        """Return how well each reading fits each article, shape (readings, articles, len(TOPIC_FEATURES))."""
        return np.stack([self._topics(normal, vectors) for normal in normals])

    def _topics(self, normal: str, vectors: Mapping[str, Vector] | None) -> Matrix:
        meaning = np.zeros(len(self._scopes))
        if vectors is not None and self._means is not None:
            meaning = np.maximum.reduceat(self._means @ vectors[normal], self._begins)
        return np.column_stack([*self._ngrams.topics(ngram_counts(squeeze(normal))[0]), meaning])


def shortlisted(topics: Matrix, classifier: ArticleClassifier) -> tuple[Matrix, NDArray[np.int64]]:
    """Return the features of each article in its best reading, and the articles to score, likeliest first.

    `topics` has the shape (readings, articles, len(TOPIC_FEATURES)), the features (articles, len(TOPIC_FEATURES)).
    """
    logits = topics @ classifier.shortlist
    reading = logits.argmax(axis=0)
    articles = np.arange(len(reading))
    chosen = logits[reading, articles]
    shares = np.exp(chosen - chosen.max())
    order = np.argsort(-chosen, kind="stable")
    before = np.cumsum(shares[order]) - shares[order]
    count = int((before < _ENOUGH * shares.sum()).sum())
    return topics[reading, articles], order[: min(max(count, FEWEST_SCORED), MOST_SCORED)]


class _Ngrams:
    """Which articles have each n-gram, and which of them have it in their names."""

    def __init__(self, scopes: Sequence[Scope]) -> None:
        """Look at the n-grams of the samples and names of each article."""
        counts = [scope.index.ngrams.own for scope in scopes]
        self._texts = _Occurrences([one.known for one in counts])
        self._names = _Occurrences([_name_hashes(scope) for scope in scopes])
        # an article with many samples has nearly every n-gram, so that it seems to fit every question
        self._sizes = np.log1p(np.array([one.starts[-1] for one in counts], np.float64) / _FEW_NGRAMS)

    def topics(self, hashes: Hashes) -> Iterator[NDArray[np.float64]]:
        """Yield the size of each article and two shares by idf of the n-grams: those it has, and those of its names.

        The first is per n-gram, so that it is small for a question that no article in particular has words of.
        """
        size = len(self._sizes)
        idf = np.log((size + 1) / (self._texts.frequency(hashes) + 1))
        yield self._sizes
        yield self._texts.sum(hashes, idf, size) / max(len(hashes), 1)
        yield self._names.sum(hashes, idf, size) / max(float(idf.sum()), TINY)


class _Occurrences:
    """Which articles have each n-gram."""

    def __init__(self, hashes: Sequence[Hashes]) -> None:
        """Sort the n-grams of all articles, given those of each, none of them twice."""
        joined = np.concatenate([np.zeros(0, np.uint64), *hashes])
        order = np.argsort(joined, kind="stable").astype(np.int32)
        joined = joined[order]
        first = np.flatnonzero(np.diff(joined, prepend=~joined[:1]))
        self.known = joined[first]
        self.starts = np.append(first, len(joined)).astype(np.int32)
        """Where the articles with each n-gram begin, and where those with the last one end."""
        self._articles = np.repeat(np.arange(len(hashes), dtype=np.uint16), [len(one) for one in hashes])[order]

    def frequency(self, hashes: Hashes) -> NDArray[np.int64]:
        """Return the number of articles with each n-gram."""
        columns, known = self._columns(hashes)
        found = np.zeros(len(hashes), np.int64)
        found[known] = self.starts[columns[known] + 1] - self.starts[columns[known]]
        return found

    def sum(self, hashes: Hashes, weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
        """Return for each of `size` articles the sum of the weights of the n-grams it has."""
        columns, known = self._columns(hashes)
        columns, weights = columns[known], weights[known]
        if not len(columns):
            return np.zeros(size)
        starts = self.starts[columns]
        lengths = self.starts[columns + 1] - starts
        ends = np.cumsum(lengths)
        entries = np.arange(int(ends[-1])) + np.repeat(starts - (ends - lengths), lengths)
        return np.bincount(self._articles[entries], np.repeat(weights, lengths), minlength=size).astype(np.float64)

    def _columns(self, hashes: Hashes) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        if not len(self.known):
            return np.zeros(len(hashes), np.int64), np.zeros(len(hashes), bool)
        columns = np.minimum(np.searchsorted(self.known, hashes), len(self.known) - 1)
        return columns, self.known[columns] == hashes


def _name_hashes(scope: Scope) -> Hashes:
    names = [squeeze(normalise(n)) for article in scope.knowledge.articles for e in article.entities for n in e.names()]
    return np.unique(hash_ngrams(names).hashes) if names else np.zeros(0, np.uint64)


def _means(scopes: Sequence[Scope]) -> tuple[Vector | None, NDArray[np.int64]]:
    """Return the unit mean of the samples of each fact and gap, and where those of each article begin."""
    found: list[Vector] = []
    for scope in scopes:
        if scope.vectors is None:
            return None, np.zeros(0, np.int64)
        samples = single(scope.vectors.own[0])
        begins = np.unique(scope.index.sample_segments.targets(np.arange(len(samples))), return_index=True)[1]
        means = np.add.reduceat(samples, begins, axis=0) if len(samples) else np.zeros((1, samples.shape[1]))
        found.append((means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), TINY)).astype(np.float32))
    return np.concatenate(found) if found else None, np.cumsum([0, *map(len, found[:-1])])
