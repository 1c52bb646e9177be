"""The encoder's signals: how near the meanings of question, samples, answers and single words are."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.core.analysis import Analysis
from bot.core.index import Index
from bot.core.inverted import word_hashes

Vector = NDArray[np.float32]
Column = NDArray[np.float32]
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
    centred: Vector
    """The samples without the centre, unit length again, shape (samples, dimensions)."""

    @classmethod
    def of(cls, index: Index, rows: Vector) -> "Vectors":
        """Return the vectors of `index.texts()`, whose rows are given, with their centre."""
        ends = np.cumsum([len(index.samples), len(index.passages)])
        samples, passages, words = np.split(rows, ends)
        centre = samples.mean(axis=0) if len(samples) else np.zeros(rows.shape[1], np.float32)
        return cls(samples, passages, words, centre, _unit(samples - centre))


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question as the encoder sees it."""

    whole: Vector
    """Its unit vector, shape (dimensions,)."""
    nearness: Column
    """Centred cosine with every sample, shape (samples,)."""


def meaning_of(vector: Vector, vectors: Vectors) -> Meaning:
    """Compare a question's unit vector with the samples."""
    return Meaning(vector, vectors.centred @ _unit(vector - vectors.centre))


def meanings(index: Index, meaning: Meaning, vectors: Vectors) -> tuple[Column, Column, Column]:
    """Return the cosines with the nearest sample, the average sample (centred) and the nearest passage."""
    sums = np.bincount(index.sample_owner, meaning.nearness, minlength=len(index.targets))
    counts = np.bincount(index.sample_owner, minlength=len(index.targets))
    return (
        index.best_of(vectors.samples @ meaning.whole, index.sample_owner),
        (sums / np.maximum(counts, 1)).astype(np.float32),
        index.best_of(vectors.passages @ meaning.whole, index.passage_owner),
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
    if not known or not len(index.word_entries):
        return np.zeros(len(index.targets), np.float32)
    rows = np.stack([_row(word, index, vectors, encoded) for word in known])
    weights = index.words.idf(word_hashes([stems[word] for word in known])).astype(np.float32)
    likeness = np.maximum(rows @ vectors.words.T - _UNRELATED, 0) / (1 - _UNRELATED)
    nearest = np.maximum.reduceat(likeness[:, index.word_entries], index.word_starts, axis=1)
    cover: Column = weights @ nearest / weights.sum()
    return cover


def _row(word: str, index: Index, vectors: Vectors, encoded: Mapping[str, Vector]) -> Vector:
    position = index.vocabulary.get(word)
    row: Vector = encoded[word] if position is None else vectors.words[position]
    return row


def _unit(rows: Vector) -> Vector:
    """Scale vectors to length 1, shape kept."""
    lengths = np.sqrt(np.einsum("...i,...i->...", rows, rows))[..., None]
    scaled: Vector = rows / np.maximum(lengths, 1e-6)
    return scaled
