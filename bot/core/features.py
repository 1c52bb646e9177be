"""The features: how well each target answers one reading of a question, as a row of numbers per target.

`FEATURES` lists them. A new feature is a function of a `Comparison` and an entry there; what it needs to know of the
targets is built in `Index`. It weighs 0 until `python -m bot train` has learnt its weight.
"""

from collections.abc import Callable, Collection, Container, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from bot.core.index import Column, Products, Scope, Vector, Vectors, highest, word_hashes
from bot.core.lexicon import ANSWER_TYPES_OF, figures, negates
from bot.core.tokens import TokenizedText

Matrix = NDArray[np.float64]
_UNRELATED_COSINE: Final = 0.3
"""Cosine similarity up to which two single words are unrelated."""
_MANY_SAMPLES: Final = 24
"""Samples from which on what a target is not asked says as much as it can."""
_MANY_WORDS: Final = 8
"""Content words from which on more of them make an answer no surer."""
_NEIGHBOURS: Final = 8
"""Nearest samples that vote for their targets."""


class Comparison:
    """One reading of a question against an article; what several features need is computed once."""

    def __init__(
        self,
        scope: Scope,
        tokenized: TokenizedText,
        encoded: Mapping[str, Vector] | None,
        words: Container[str],
        products: Products | None = None,
    ) -> None:
        """Compare by meaning only those content words that are in `words`.

        `encoded` holds the vectors of the reading and of its words without a row in the index, None without an encoder;
        `products` what comparisons of the same question share.
        """
        self.index = scope.index
        self.tokenized = tokenized
        self.encoded = encoded or {}
        self._words = words
        self.products = products or Products()
        self.vectors = scope.vectors if tokenized.normal in self.encoded else None

    @cached_property
    def sample_cosines(self) -> Column:
        """Return the cosine of the character n-grams with those of every sample, shape (samples,)."""
        return self.index.sample_cosines(self.tokenized.squeezed)

    @cached_property
    def ngrams(self) -> Column:
        """Return the cosine of the character n-grams with those of each target's nearest sample."""
        return self.index.sample_segments.best(self.sample_cosines)

    @cached_property
    def words(self) -> Column:
        """Return the cosine of words, concepts and names with those of each target's nearest sample."""
        return self.index.sample_segments.best(self.index.words.scores(word_hashes(self.tokenized.features)))

    @cached_property
    def centred(self) -> Vector | None:
        """Return the unit vector from the centre of all samples to the reading; None without vectors."""
        return None if self.vectors is None else self.vectors.centred(self.encoded[self.tokenized.normal])

    @cached_property
    def sample_meanings(self) -> Column:
        """Return the centred cosine of meanings with every sample; 0 without vectors."""
        if self.vectors is None:
            return np.zeros_like(self.sample_cosines)
        return self.vectors.cosines(self.encoded[self.tokenized.normal], self.products)

    @cached_property
    def meaning(self) -> Column:
        """Return the mean centred cosine of meanings over each target's samples."""
        if self.vectors is None or self.centred is None:
            return self.zeros()
        if self.vectors.near is None:
            return self.index.sample_segments.mean(self.sample_meanings)
        cosines: Column = self.vectors.near.means @ self.centred
        return cosines

    @cached_property
    def nearest_samples(self) -> NDArray[np.int64]:
        """Return the positions of the samples nearest in n-grams and, with vectors, in meaning."""
        if self.vectors is None or self.centred is None:
            return highest(self.sample_cosines, _NEIGHBOURS)
        if self.vectors.near is None:
            return highest(self.sample_cosines + self.sample_meanings, _NEIGHBOURS)
        return self.vectors.nearest_samples(self.vectors.near, self.centred, self.sample_cosines, _NEIGHBOURS)

    @cached_property
    def words_with_vectors(self) -> tuple[str, ...]:
        """Return the content words that can be compared by meaning."""
        words = (word for word in dict.fromkeys(self.tokenized.content) if word in self._words)
        return tuple(word for word in words if word in self.encoded or self.index.word_row(word) is not None)

    def zeros(self) -> Column:
        """Return 0 for every target, shape (targets,)."""
        return np.zeros(len(self.index.targets), np.float32)

    def ones(self) -> Column:
        """Return 1 for every target, shape (targets,)."""
        return np.ones(len(self.index.targets), np.float32)


def _equal_weights(features: Collection[Hashable]) -> dict[Hashable, float]:
    return dict.fromkeys(features, 1 / len(features))


def _neighbours(compared: Comparison) -> Column:
    """Return the share of the nearest samples that are each target's own."""
    nearest, segments = compared.nearest_samples, compared.index.sample_segments
    votes = np.bincount(segments.targets(nearest), minlength=len(compared.index.targets))
    return (votes / max(len(nearest), 1)).astype(np.float32)


def _coverage(compared: Comparison) -> Column:
    """Return the idf coverage: the share of the question's content words, by idf, that each target's texts have.

    It is 1 for a question without content words ("who is Ada?").
    """
    stems = tuple(dict.fromkeys(compared.tokenized.stems))
    if not stems:
        return compared.ones()
    weights = compared.index.words.idf(word_hashes(stems))
    covered = compared.index.stems.weigh(dict(zip(stems, weights.tolist(), strict=True)))
    share: Column = covered / float(weights.sum())
    return share


def _asks(compared: Comparison) -> Column:
    """Return the share of each target's samples that ask for the same kind of answer; 0.5 if none was recognised."""
    asks, shares = compared.tokenized.asks, compared.index.asks
    columns = [shares[kind] for kind in asks if kind in shares]
    if columns:
        largest: Column = np.max(columns, axis=0)
        return largest
    return np.full(len(compared.index.targets), 0.0 if asks else 0.5, np.float32)


def _unasked(compared: Comparison) -> Column:
    """Return how surely each target is never asked for this kind of answer: none of its samples does, and it has many.

    A target with many samples is near every question about its event, also to those that ask for something else.
    """
    samples = np.minimum(compared.index.sample_segments.counts / _MANY_SAMPLES, 1)
    return np.where(_asks(compared) > 0, 0, samples).astype(np.float32)


def _figure_miss(compared: Comparison) -> Column:
    """Return the share of the question's numbers, months and ordinals that each target lacks."""
    wanted = figures(compared.tokenized.normal)
    return 1 - compared.index.figures.weigh(_equal_weights(wanted)) if wanted else compared.zeros()


def _attribute_miss(compared: Comparison) -> Column:
    """Return the share of the attributes asked for that each target lacks."""
    attributes = compared.tokenized.attributes
    return 1 - compared.index.attributes.weigh(_equal_weights(attributes)) if attributes else compared.zeros()


def _concept_miss(compared: Comparison) -> Column:
    """Return the share of the question's concepts that each target lacks."""
    concepts = compared.tokenized.concepts
    return 1 - compared.index.concepts.weigh(_equal_weights(concepts)) if concepts else compared.zeros()


def _name_miss(compared: Comparison) -> Column:
    """Return the share of the names in the question that each target does not even mention."""
    entities = compared.tokenized.entities
    return 1 - compared.index.entities.weigh(_equal_weights(entities)) if entities else compared.zeros()


def _name_extra(compared: Comparison) -> Column:
    """Return the share of the entities each target is about that the question does not name; 0 if it names none."""
    about, entities = compared.index.about, compared.tokenized.entities
    if not entities:
        return compared.zeros()
    named = about.weigh(dict.fromkeys(entities, 1.0))
    return np.where(about.count > 0, 1 - named / np.maximum(about.count, 1), 0).astype(np.float32)


def _type_miss(compared: Comparison) -> Column:
    """Return 1 for each target whose answers and label lack every type of answer asked for, else 0."""
    wanted = frozenset(kind for ask in compared.tokenized.asks for kind in ANSWER_TYPES_OF.get(ask, ()))
    if not wanted:
        return compared.zeros()
    return 1 - np.minimum(compared.index.answer_types.weigh(dict.fromkeys(wanted, 1.0)), 1)


def _meant_miss(compared: Comparison) -> Column:
    """Return how much likelier the question means somebody or something else than what each target is about.

    "The guy who ran post-training" names nobody, but only the facts about Schulman have its words.
    """
    index, tokenized = compared.index, compared.tokenized
    having = [index.stems.weigh({stemmed: 1.0}) for stemmed in dict.fromkeys(tokenized.stems)]
    having += [index.entities.weigh({entity: 1.0}) for entity in sorted(tokenized.entities)]
    doubt = compared.zeros()
    own = index.subjects.doubt(having)
    doubt[: len(own)] = own
    return doubt


def _negation_miss(compared: Comparison) -> Column:
    """Return how far each target lacks the negation of a question that has one ("who has not left?"), else 0."""
    return 1 - compared.index.negated if negates(compared.tokenized.normal) else compared.zeros()


def _length(compared: Comparison) -> Column:
    """Return the number of different content words as a share of many: the more of them are explained, the surer."""
    share = min(len(frozenset(compared.tokenized.content)) / _MANY_WORDS, 1)
    return np.full(len(compared.index.targets), share, np.float32)


def _word_cosines(compared: Comparison, vectors: Vectors) -> tuple[Matrix, Column]:
    """Return the rescaled cosine of each word with the nearest one of each target's texts, and the idf of each word.

    The cosine is 0 for unrelated and 1 for equal words; shapes (words, targets) and (words,).
    """
    tokenized, known = compared.tokenized, compared.words_with_vectors
    stems = dict(zip(tokenized.content, tokenized.stems, strict=True))
    nearest = vectors.nearest.get(known, partial(_best_word_cosines, vectors=vectors, compared=compared))
    weights = compared.index.words.idf(word_hashes([stems[word] for word in known])).astype(np.float32)
    return np.stack(nearest), weights


def _meaning_coverage(compared: Comparison) -> Column:
    """Return the idf coverage by meaning: a word counts by its cosine with the nearest word of each target's texts.

    So "pay" explains "salary", and nothing in a fact about a place does.
    """
    if compared.vectors is None:
        return compared.zeros()
    if not compared.words_with_vectors:
        return compared.ones()
    nearest, weights = _word_cosines(compared, compared.vectors)
    coverage: Column = weights @ nearest / weights.sum()
    return coverage


def _least_covered(compared: Comparison) -> Column:
    """Return the coverage by meaning of the word that each target's texts explain least.

    A question about another detail of an event differs from those about the event in a single word.
    """
    if compared.vectors is None:
        return compared.zeros()
    if not compared.words_with_vectors:
        return compared.ones()
    nearest, _ = _word_cosines(compared, compared.vectors)
    least: Column = nearest.min(axis=0)
    return least


def compare_words(readings: Sequence[Comparison]) -> None:
    """Compare the words of readings that share their `products` at once, which costs hardly more than those of one."""
    articles: dict[int, tuple[Vectors, list[Comparison]]] = {}
    for one in readings:
        if one.vectors is not None and one.words_with_vectors:
            articles.setdefault(id(one.vectors), (one.vectors, []))[1].append(one)
    words = {
        at: list(dict.fromkeys(word for one in own for word in one.words_with_vectors))
        for at, (_, own) in articles.items()
    }
    if len(articles) > 1:
        missing = ((vectors, own[0], vectors.nearest.missing(words[at])) for at, (vectors, own) in articles.items())
        if rows := [_word_vectors(fresh, vectors, one) for vectors, one, fresh in missing if fresh]:
            vectors, (one, *_) = next(iter(articles.values()))
            one.products.expect(np.concatenate(rows), vectors.words)
    for at, (vectors, own) in articles.items():
        vectors.nearest.get(words[at], partial(_best_word_cosines, vectors=vectors, compared=own[0]))


def _word_vectors(words: Sequence[str], vectors: Vectors, compared: Comparison) -> Vector:
    """Return the vectors of words, shape (words, dimensions)."""
    rows = ((word, compared.index.word_row(word)) for word in words)
    return np.stack([compared.encoded[word] if row is None else vectors.words[row] for word, row in rows])


def _best_word_cosines(words: Sequence[str], vectors: Vectors, compared: Comparison) -> Column:
    """Return the rescaled cosine of each word with the nearest word of each target, shape (words, targets)."""
    index, cosines = compared.index, compared.products.of(_word_vectors(words, vectors, compared), vectors.words)
    cosines -= _UNRELATED_COSINE
    cosines /= 1 - _UNRELATED_COSINE
    return index.word_segments.best(cosines.take(index.word_rows, axis=1))


def _margin(name: str) -> Callable[[Comparison], Column]:
    """Return a function that subtracts from a property of `Comparison` that of the best other target.

    The difference is positive for the best target and negative for the rest.
    """

    def margin(compared: Comparison) -> Column:
        column: Column = getattr(compared, name)
        if len(column) < 2:  # noqa: PLR2004  no other target
            return column
        second, first = np.partition(column, -2)[-2:]
        distances: Column = column - np.where(column >= first, second, first)
        return distances

    return margin


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of the table that the classifier sees."""

    name: str
    function: Callable[[Comparison], Column]
    """Returns the value for every target, shape (targets,)."""
    sign: Literal[1, -1]
    """Sign of its weights: more of it never makes an answer less likely (1), or never likelier (-1)."""
    needs_encoder: bool = False


FEATURES: Final = (
    Feature("neighbours", _neighbours, 1),
    Feature("coverage", _coverage, 1),
    Feature("asks", _asks, 1),
    Feature("unasked", _unasked, -1),
    Feature("figure_miss", _figure_miss, -1),
    Feature("attribute_miss", _attribute_miss, -1),
    Feature("name_miss", _name_miss, -1),
    Feature("name_extra", _name_extra, -1),
    Feature("concept_miss", _concept_miss, -1),
    Feature("type_miss", _type_miss, -1),
    Feature("meant_miss", _meant_miss, -1),
    Feature("negation_miss", _negation_miss, -1),
    Feature("length", _length, 1),
    Feature("meaning_coverage", _meaning_coverage, 1, needs_encoder=True),
    Feature("least_covered", _least_covered, 1, needs_encoder=True),
    Feature("ngrams_margin", _margin("ngrams"), 1),
    Feature("words_margin", _margin("words"), 1),
    Feature("meaning_margin", _margin("meaning"), 1, needs_encoder=True),
)
FEATURE_NAMES: Final = tuple(feature.name for feature in FEATURES)
_CONTRADICTIONS: Final = [FEATURE_NAMES.index(name) for name in ("name_miss", "type_miss")]


def contradicts(row: Matrix) -> bool:
    """Return whether a question names what a target does not mention, or asks for a kind of answer that it lacks.

    `row` is the target's row of a feature table.
    """
    return bool(row[_CONTRADICTIONS].any())


def feature_table(compared: Comparison) -> Matrix:
    """Return the features of every target, shape (targets, len(FEATURES)); without an encoder, some are 0."""
    without = compared.vectors is None
    columns = [
        compared.zeros() if without and feature.needs_encoder else feature.function(compared) for feature in FEATURES
    ]
    return np.stack(columns, axis=1).astype(np.float64)
