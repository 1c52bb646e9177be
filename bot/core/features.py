"""The features: how well each target answers a question, as one row of numbers per target."""

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.core.index import TINY, Column, Index, Vector, Vectors, ngram_hashes, word_hashes
from bot.core.lexicon import WANTED
from bot.core.tokens import TokenizedText

_UNRELATED = 0.3
"""Cosine up to which two single words have nothing to do with each other."""
SEMANTIC = ("meaning", "meaning_mean", "meaning_passage", "meaning_cover")
"""The signals that need the encoder."""
SIGNALS = (
    "ngrams",
    "words",
    "passage",
    "neighbours",
    "cover",
    "asks",
    "attribute_hit",
    "attribute_miss",
    "name_hit",
    "name_miss",
    "name_extra",
    "concept_hit",
    "concept_miss",
    "type_hit",
    "type_miss",
    *SEMANTIC,
)
"""Column names of the matrix that `signals` returns."""
_NEIGHBOURS = 8
"""Samples whose owners vote."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """A question as the encoder sees it."""

    whole: Vector
    """Its unit vector, shape (dimensions,)."""
    similarity: Column
    """Cosine with every sample, shape (samples,)."""
    centred_similarity: Column
    """The same seen from the centre of all samples, shape (samples,)."""


def meaning_of(vector: Vector, vectors: Vectors) -> Meaning:
    """Compare a question's unit vector with the samples.

    Seen from the centre c, the cosine of s and q is (s - c)·(q - c) / (|s - c| |q - c|), and (s - c)·(q - c) is
    s·q - s·c - (q - c)·c: one product with the samples gives both, and no second matrix of them is kept.
    """
    similarity = vectors.samples @ vector
    away = vector - vectors.centre
    distances = vectors.spread * max(float(np.sqrt(away @ away)), TINY)
    return Meaning(vector, similarity, (similarity - vectors.towards - away @ vectors.centre) / distances)


def meanings(index: Index, meaning: Meaning, vectors: Vectors) -> tuple[Column, Column, Column]:
    """Return the cosines with the nearest sample, the average sample (centred) and the nearest passage."""
    return (
        index.sample_segments.best(meaning.similarity),
        index.sample_segments.mean(meaning.centred_similarity),
        index.passage_segments.best(vectors.passages @ meaning.whole),
    )


def unknown_words(index: Index, tokenized: TokenizedText) -> tuple[str, ...]:
    """Return the content words whose vectors are not among those of the vocabulary."""
    return tuple(word for word in dict.fromkeys(tokenized.content) if word not in index.vocabulary)


def meaning_cover(index: Index, tokenized: TokenizedText, vectors: Vectors, encoded: Mapping[str, Vector]) -> Column:
    """Return the share, by idf, of the question's content words that each target has a word like, shape (targets,).

    A word counts by its cosine with the nearest word of the target's texts, from 0 at unrelated to 1 at equal.
    This sees that "salary" is explained by "pay" and not by anything in a fact about a place.
    """
    stems = dict(zip(tokenized.content, tokenized.stems, strict=True))
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
    similarity = (vectors.words @ np.stack(rows, axis=1) - _UNRELATED) / (1 - _UNRELATED)
    return index.word_segments.best(similarity.take(index.word_rows, axis=0)).T


def signals(
    index: Index, tokenized: TokenizedText, vectors: Vectors | None = None, encoded: Mapping[str, Vector] | None = None
) -> NDArray[np.float32]:
    """Return the signals of every target for one question, shape (targets, len(SIGNALS)); missing ones are 0.

    `encoded` holds the encoder's vector of the normalised question and of its `unknown_words`.
    """
    whole = encoded.get(tokenized.normal) if encoded else None
    meaning = None if vectors is None or whole is None else meaning_of(whole, vectors)
    similarity = index.similarity(tokenized.squeezed)
    columns = [
        index.sample_segments.best(similarity),
        index.sample_segments.best(index.words.scores(word_hashes(tokenized.features))),
        index.passage_segments.best(index.passage_ngrams.scores(ngram_hashes(tokenized.squeezed))),
        _neighbours(index, similarity if meaning is None else similarity + meaning.centred_similarity),
        _cover(index, tokenized),
        _asks(index, tokenized),
        *_attributes(index, tokenized),
        *_names(index, tokenized),
        *_concepts(index, tokenized),
        *_types(index, tokenized),
    ]
    if meaning is not None and vectors is not None and encoded is not None:
        columns += [*meanings(index, meaning, vectors), meaning_cover(index, tokenized, vectors, encoded)]
    else:
        columns += [_nothing(index)] * len(SEMANTIC)
    return np.stack(columns, axis=1)


def _cover(index: Index, tokenized: TokenizedText) -> Column:
    """Return the share of the question's content words, by idf, that each target's texts have.

    A question without any ("who is Ada?") leaves nothing unexplained: 1.
    """
    stems = tuple(dict.fromkeys(tokenized.stems))
    if not stems:
        return np.ones(len(index.targets), np.float32)
    weights = index.words.idf(word_hashes(stems))
    covered = index.stems.weigh(dict(zip(stems, weights.tolist(), strict=True)))
    share: Column = covered / float(weights.sum())
    return share


def _asks(index: Index, tokenized: TokenizedText) -> Column:
    """Return how usual the asked kind of answer is among each target's samples; 0.5 if none was recognised."""
    columns = [index.asks[kind] for kind in tokenized.asks if kind in index.asks]
    if columns:
        usual: Column = np.max(columns, axis=0)
        return usual
    return np.full(len(index.targets), 0.0 if tokenized.asks else 0.5, np.float32)


def _attributes(index: Index, tokenized: TokenizedText) -> tuple[Column, Column]:
    """Return the shares of what the question wants to know that each target has and lacks."""
    if not tokenized.attributes:
        return _nothing(index), _nothing(index)
    hit = index.attributes.weigh(_even(tokenized.attributes))
    return hit, 1 - hit


def _concepts(index: Index, tokenized: TokenizedText) -> tuple[Column, Column]:
    """Return the shares of the question's concepts that each target has and lacks."""
    if not tokenized.concepts:
        return _nothing(index), _nothing(index)
    hit = index.concepts.weigh(_even(tokenized.concepts))
    return hit, 1 - hit


def _types(index: Index, tokenized: TokenizedText) -> tuple[Column, Column]:
    """Return whether each target's answer holds the type asked for, and whether it lacks it; 0 if none is."""
    wanted = frozenset(kind for ask in tokenized.asks for kind in WANTED.get(ask, ()))
    if not wanted:
        return _nothing(index), _nothing(index)
    hit = np.minimum(index.types.weigh(dict.fromkeys(wanted, 1.0)), 1)
    return hit, 1 - hit


def _names(index: Index, tokenized: TokenizedText) -> tuple[Column, Column, Column]:
    """Return per target: named and about, named but foreign, about but not named (shares)."""
    if not tokenized.entities:
        return _nothing(index), _nothing(index), _nothing(index)
    hit = index.about.weigh(_even(tokenized.entities))
    foreign = 1 - index.entities.weigh(_even(tokenized.entities))
    named = hit * len(tokenized.entities)
    extra = np.where(index.about.count > 0, 1 - named / np.maximum(index.about.count, 1), 0)
    return hit, foreign, extra.astype(np.float32)


def _even(features: Collection[Hashable]) -> dict[Hashable, float]:
    return dict.fromkeys(features, 1 / len(features))


def _nothing(index: Index) -> Column:
    return np.zeros(len(index.targets), np.float32)


def _neighbours(index: Index, scores: Column) -> Column:
    """Return the share of the nearest samples that are each target's own."""
    count = min(_NEIGHBOURS, len(scores))
    nearest = np.argpartition(-scores, count - 1)[:count]
    found = np.bincount(index.sample_segments.target_of_row[nearest], minlength=len(index.targets)) / count
    return found.astype(np.float32)
