"""The encoder's signals: how near the meanings of question, samples, answers and single words are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bot.core.analysis import Analysis
from bot.core.index import Index
from bot.core.inverted import word_hashes
from bot.core.memo import BatchMemo

Vector = NDArray[np.float32]
Column = NDArray[np.float32]
_REMEMBERED = 2_048
_TINY = 1e-6
_UNRELATED = 0.3
"""Cosine up to which two single words have nothing to do with each other."""


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of an encoder for the texts of an index, float32."""

    samples: Vector
    """Shape (samples, dimensions)."""
    passages: Vector
    """Shape (passages, dimensions)."""
    words: Vector
    """Of the index's vocabulary, shape (words, dimensions)."""
    centre: Vector
    """Mean of the sample vectors; taking it away leaves what tells the facts of one article apart."""
    towards: Column
    """Product of every sample with the centre, shape (samples,)."""
    spread: Column
    """Distance of every sample from the centre, shape (samples,)."""
    nearest: BatchMemo[Column] = field(default_factory=lambda: BatchMemo(_REMEMBERED), compare=False)
    """What `meaning_cover` found out about single words."""

    @classmethod
    def of(cls, index: Index, rows: Vector) -> "Vectors":
        """Return the vectors of `index.texts()`, whose rows are given, with their centre."""
        ends = np.cumsum([len(index.samples), len(index.passages)])
        samples, passages, words = np.split(rows, ends)
        centre = samples.mean(axis=0) if len(samples) else np.zeros(rows.shape[1], np.float32)
        towards = samples @ centre
        squares = np.einsum("ij,ij->i", samples, samples) - 2 * towards + centre @ centre
        return cls(samples, passages, words, centre, towards, np.sqrt(np.maximum(squares, _TINY)))


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question as the encoder sees it."""

    whole: Vector
    """Its unit vector, shape (dimensions,)."""
    likeness: Column
    """Cosine with every sample, shape (samples,)."""
    nearness: Column
    """The same seen from the centre of all samples, shape (samples,)."""


def meaning_of(vector: Vector, vectors: Vectors) -> Meaning:
    """Compare a question's unit vector with the samples.

    Seen from the centre c, the cosine of s and q is (s - c)·(q - c) / (|s - c| |q - c|), and (s - c)·(q - c) is
    s·q - s·c - (q - c)·c: one product with the samples gives both, and no second matrix of them is kept.
    """
    likeness = vectors.samples @ vector
    away = vector - vectors.centre
    distances = vectors.spread * max(float(np.sqrt(away @ away)), _TINY)
    return Meaning(vector, likeness, (likeness - vectors.towards - away @ vectors.centre) / distances)


def meanings(index: Index, meaning: Meaning, vectors: Vectors) -> tuple[Column, Column, Column]:
    """Return the cosines with the nearest sample, the average sample (centred) and the nearest passage."""
    return (
        index.sample_owners.best(meaning.likeness),
        index.sample_owners.mean(meaning.nearness),
        index.passage_owners.best(vectors.passages @ meaning.whole),
    )


def unknown_words(index: Index, analysis: Analysis) -> tuple[str, ...]:
    """Return the content words whose vectors are not among those of the vocabulary."""
    return tuple(word for word in dict.fromkeys(analysis.content) if word not in index.vocabulary)


def meaning_cover(index: Index, analysis: Analysis, vectors: Vectors, encoded: Mapping[str, Vector]) -> Column:
    """Return the share, by idf, of the question's content words that each target has a word like, shape (targets,).

    A word counts by its cosine with the nearest word of the target's texts, from 0 at unrelated to 1 at equal.
    This sees that "salary" is explained by "pay" and not by anything in a fact about a place.
    """
    stems = dict(zip(analysis.content, analysis.stems, strict=True))
    known = [word for word in stems if word in index.vocabulary or word in encoded]
    if not known:
        return np.ones(len(index.targets), np.float32)
    nearest = vectors.nearest.get(known, lambda words: _nearest(words, index, vectors, encoded))
    weights = index.words.idf(word_hashes([stems[word] for word in known])).astype(np.float32)
    cover: Column = weights @ np.stack(nearest) / weights.sum()
    return cover


def _nearest(words: Sequence[str], index: Index, vectors: Vectors, encoded: Mapping[str, Vector]) -> Column:
    """Return for each word how near the nearest word of each target is, shape (words, targets)."""
    positions = [index.vocabulary.get(word) for word in words]
    rows = [
        encoded[word] if position is None else vectors.words[position]
        for word, position in zip(words, positions, strict=True)
    ]
    likeness = (vectors.words @ np.stack(rows, axis=1) - _UNRELATED) / (1 - _UNRELATED)
    return index.word_owners.best(likeness.take(index.word_entries, axis=0)).T
