"""Which articles a question may be about: a cheap comparison with all of them, before the likeliest are scored."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.core.index import TINY, Column, Hashes, Scope, Vector, hash_ngrams, ngram_counts, single
from bot.core.text import normalise, squeeze

MOST_SCORED: Final = 4
"""Articles that one question is scored against."""
_PRIOR: Final = 5_000.0
"""N-grams of all articles that are added to those of each, so that a short one is not judged by chance."""
_LIKELIHOOD, _NAMES, _MEANING = 1.7, 15.0, 12.0
"""Weights of the mean log likelihood of the n-grams, the share of them in names, and the cosine of the nearest fact."""


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
        """Return the articles that a normalised question may be about, likeliest first, with the logit of each.

        `normals` are the ways to read its keys; an article is as likely as in the reading that fits it best.
        """
        logits = np.max([self._logits(normal, vectors) for normal in normals], axis=0)
        best = np.argsort(-logits, kind="stable")[:MOST_SCORED]
        return [(self._scopes[at], float(logits[at])) for at in best]

    def _logits(self, normal: str, vectors: Mapping[str, Vector] | None) -> NDArray[np.float64]:
        logits = self._ngrams.logits(ngram_counts(squeeze(normal))[0])
        if vectors is not None and self._means is not None:
            logits += _MEANING * np.maximum.reduceat(self._means @ vectors[normal], self._begins)
        return logits


class _Ngrams:
    """How often each article has each n-gram, and which of them are of its names."""

    def __init__(self, scopes: Sequence[Scope]) -> None:
        """Count the n-grams of the samples and names of each article."""
        self._size = len(scopes)
        counts = [scope.index.ngrams.own for scope in scopes]
        occurring = _Occurrences([one.known for one in counts], [np.diff(one.starts) for one in counts])
        share = (occurring.sums() + 0.5) / (float(occurring.values.sum()) + 0.5 * max(len(occurring.known), 1))
        occurring.values /= np.repeat((_PRIOR * share).astype(np.float32), np.diff(occurring.starts))
        np.log1p(occurring.values, out=occurring.values)
        self._gains = occurring
        sizes = np.array([one.starts[-1] for one in counts], np.float64)
        self._losses = np.log(_PRIOR / (sizes + _PRIOR))
        """Log likelihood of an n-gram that an article does not have, beside that in all articles."""
        names = [_name_hashes(scope) for scope in scopes]
        self._names = _Occurrences(names, [np.ones(len(one)) for one in names])

    def logits(self, hashes: Hashes) -> NDArray[np.float64]:
        """Return for each article how likely it is that a question with these n-grams is about it."""
        idf = np.log((self._size + 1) / (self._gains.frequency(hashes) + 1))
        likelihood = self._gains.sum(hashes, np.ones(len(hashes)), self._size) / max(len(hashes), 1)
        named = self._names.sum(hashes, idf, self._size) / max(float(idf.sum()), TINY)
        found: NDArray[np.float64] = _LIKELIHOOD * (likelihood + self._losses) + _NAMES * named
        return found


class _Occurrences:
    """Which articles have each n-gram, each with a value."""

    def __init__(self, hashes: Sequence[Hashes], values: Sequence[NDArray[np.generic]]) -> None:
        """Sort the n-grams of all articles, given those of each."""
        joined = np.concatenate([np.zeros(0, np.uint64), *hashes])
        order = np.argsort(joined, kind="stable").astype(np.int32)
        joined = joined[order]
        first = np.flatnonzero(np.diff(joined, prepend=~joined[:1]))
        self.known = joined[first]
        self.starts = np.append(first, len(joined)).astype(np.int32)
        """Where the articles with each n-gram begin, and where those with the last one end."""
        self._articles = np.repeat(np.arange(len(hashes), dtype=np.uint16), [len(one) for one in hashes])[order]
        self.values: Column = np.concatenate([np.zeros(0, np.float32), *(one.astype(np.float32) for one in values)])[
            order
        ]

    def sums(self) -> NDArray[np.float64]:
        """Return the sum of the values of each n-gram."""
        return np.add.reduceat(self.values, self.starts[:-1]).astype(np.float64) if len(self.known) else np.zeros(0)

    def frequency(self, hashes: Hashes) -> NDArray[np.int64]:
        """Return the number of articles with each n-gram."""
        columns, known = self._columns(hashes)
        found = np.zeros(len(hashes), np.int64)
        found[known] = self.starts[columns[known] + 1] - self.starts[columns[known]]
        return found

    def sum(self, hashes: Hashes, weights: NDArray[np.float64], size: int) -> NDArray[np.float64]:
        """Return for each of `size` articles the sum of value · weight over the n-grams it has."""
        columns, known = self._columns(hashes)
        columns, weights = columns[known], weights[known]
        if not len(columns):
            return np.zeros(size)
        starts = self.starts[columns]
        lengths = self.starts[columns + 1] - starts
        ends = np.cumsum(lengths)
        entries = np.arange(int(ends[-1])) + np.repeat(starts - (ends - lengths), lengths)
        values = self.values[entries] * np.repeat(weights, lengths)
        return np.bincount(self._articles[entries], values, minlength=size).astype(np.float64)

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
