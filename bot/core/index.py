"""The searchable form of the knowledge: TF-IDF indexes, segments, vectors, and the immutable snapshot of it all."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.core.lexicon import answer_types, figures
from bot.core.memo import BatchMemo
from bot.core.model import Article, Fact, Gap, Knowledge
from bot.core.stemming import stem
from bot.core.text import is_hangul, jamo, normalise
from bot.core.tokens import TokenizedText, Tokenizer

Hashes = NDArray[np.uint64]
Column = NDArray[np.float32]
"""One number per row of a table: per sample, passage, word or target."""
Vector = NDArray[np.float32]
_NGRAM_LENGTHS: Final = (3, 4, 5)
"""Characters per n-gram of decomposed text; a Hangul syllable counts as two or three."""
_PRIME: Final = np.uint64(1_099_511_628_211)
"""Multiplier of the rolling hash (the 64-bit FNV prime)."""
_MENTION_SHARE: Final = 0.04
"""A target mentions the entities that more than this share of its samples name."""
_ABOUT_SHARE: Final = 0.5
"""A target is about the entities that more than this share of its samples name."""
_AXES: Final = 128
"""Principal axes along which samples are compared first."""
_ENOUGH_FOR_AXES: Final = 3_000
"""Samples that the principal axes are computed from."""
_LIKELY: Final = 128
"""Samples that are nearest along the principal axes and compared in full."""
_BLOCK: Final = 256
"""Vectors that are multiplied at a time: half a megabyte."""
_MEMO_SIZE: Final = 2_048
TINY: Final = 1e-6
"""Keeps divisors above 0."""


@dataclass(frozen=True, slots=True)
class HashedTexts:
    """The hashed features of many texts, concatenated."""

    hashes: Hashes
    """A 64-bit hash of every feature; collisions are practically impossible."""
    texts: NDArray[np.int64]
    """Position of the text that each feature is from, in the shape of `hashes`."""
    size: int
    """Number of texts."""


def hash_ngrams(squeezed: Sequence[str]) -> HashedTexts:
    """Hash every character n-gram of the decomposed texts."""
    decomposed = [jamo(text) for text in squeezed]
    codes = np.frombuffer("".join(decomposed).encode("utf-32-le", errors="replace"), np.uint32).astype(np.uint64)
    lengths = np.array([len(text) for text in decomposed], np.int64)
    texts = np.repeat(np.arange(len(lengths)), lengths)
    ends = np.repeat(np.cumsum(lengths), lengths)
    hashes, positions = [], []
    for length in _NGRAM_LENGTHS:
        starts = np.flatnonzero(np.arange(len(codes)) + length <= ends)
        rolling = np.full(len(starts), length, np.uint64)
        for offset in range(length):
            rolling = rolling * _PRIME + codes[starts + offset]
        hashes.append(rolling)
        positions.append(texts[starts])
    return HashedTexts(np.concatenate(hashes), np.concatenate(positions), len(lengths))


def hash_words(features: Sequence[Sequence[str]]) -> HashedTexts:
    """Hash the words, concepts and other named features of each text."""
    texts = np.repeat(np.arange(len(features)), [len(own) for own in features])
    return HashedTexts(word_hashes(feature for own in features for feature in own), texts, len(features))


def ngram_hashes(squeezed: str) -> Hashes:
    """Return the hash of every character n-gram of one text."""
    return hash_ngrams((squeezed,)).hashes


def word_hashes(features: Iterable[str]) -> Hashes:
    """Return the hash of every feature, the same in every process."""
    return np.fromiter(map(_hash, features), np.uint64)


@lru_cache(maxsize=16_384)
def _hash(feature: str) -> int:
    """Return a hash that stays the same from process to process, unlike that of `hash`: an index is kept on disk."""
    return int.from_bytes(blake2b(feature.encode(errors="replace"), digest_size=8).digest(), "little")


class TfidfIndex:
    """Cosine of tf-idf vectors; unseen features of the query count in its norm, at the highest idf.

    The unseen ones matter: a question that shares one word with a sample and has five of its own must not look like
    the sample (10 to 13 points more right answers on public sets, at equal false ones). tf is 1 + ln(count), idf is
    ln((n + 1) / (df + 1)) + 1, as in scikit-learn with smooth_idf and sublinear_tf.
    """

    def __init__(self, texts: HashedTexts) -> None:
        """Index the features of some texts."""
        self.size = texts.size
        self._known, columns = np.unique(texts.hashes, return_inverse=True)
        pairs, counts = np.unique(columns.astype(np.int64) * max(self.size, 1) + texts.texts, return_counts=True)
        columns, rows = np.divmod(pairs, max(self.size, 1))
        frequency = np.bincount(columns, minlength=len(self._known))
        self.max_idf = float(np.log(self.size + 1) + 1)
        self._idf = np.log((self.size + 1) / (frequency + 1)) + 1
        weights = (1 + np.log(counts)) * self._idf[columns]
        norms = np.sqrt(np.bincount(rows, weights**2, minlength=self.size))
        self._rows = rows.astype(np.int32)
        self._weights = (weights / norms[rows]).astype(np.float32)
        self._starts = np.concatenate([[0], np.cumsum(frequency)])

    def _columns(self, hashes: Hashes) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Return the column of each hash, and whether it is a known one."""
        if not len(self._known):
            return np.zeros(len(hashes), np.int64), np.zeros(len(hashes), bool)
        columns = np.minimum(np.searchsorted(self._known, hashes), len(self._known) - 1)
        return columns, self._known[columns] == hashes

    def idf(self, hashes: Hashes) -> NDArray[np.float64]:
        """Return the idf of each feature, the highest one for unseen features, in the shape of `hashes`."""
        columns, known = self._columns(hashes)
        found = np.full(len(hashes), self.max_idf)
        found[known] = self._idf[columns[known]]
        return found

    def scores(self, hashes: Hashes) -> Column:
        """Return the cosine of every indexed text with the query, shape (size,)."""
        features, counts = np.unique(hashes, return_counts=True)
        columns, known = self._columns(features)
        columns = columns[known]
        weights = 1 + np.log(counts)
        weights[known] *= self._idf[columns]
        weights[~known] *= self.max_idf
        norm = float(np.sqrt(weights @ weights))
        weights = weights[known]
        if not len(columns):
            return np.zeros(self.size, np.float32)
        starts, lengths = self._starts[columns], self._starts[columns + 1] - self._starts[columns]
        ends = np.cumsum(lengths)
        entries = np.arange(int(ends[-1])) + np.repeat(starts - (ends - lengths), lengths)
        values = self._weights[entries] * np.repeat(weights, lengths)
        found = np.bincount(self._rows[entries], values, minlength=self.size) / norm
        return found.astype(np.float32)


class Segments:
    """Row ranges per target; rows are grouped by target."""

    def __init__(self, counts: Sequence[int]) -> None:
        """Build from the number of rows per target."""
        self.counts = np.array(counts, np.int64)
        self.target_of_row = np.repeat(np.arange(len(counts)), self.counts)
        """Position of the target of each row, shape (rows,)."""
        self._ends = np.cumsum(self.counts)
        self._with_rows = np.flatnonzero(self.counts)
        self._starts = (self._ends - self.counts)[self._with_rows]

    def rows(self, target: int) -> slice:
        """Return the row range of the target at this position."""
        end = int(self._ends[target])
        return slice(end - int(self.counts[target]), end)

    def best(self, scores: Column) -> Column:
        """Return each target's best score, at least 0; `scores` has shape (…, rows), the result (…, targets)."""
        found = np.zeros((*scores.shape[:-1], len(self.counts)), np.float32)
        if len(self._with_rows):
            found[..., self._with_rows] = np.maximum(np.maximum.reduceat(scores, self._starts, axis=-1), 0)
        return found

    def mean(self, rows: Vector) -> Vector:
        """Return each target's mean row, 0 without rows; `rows` has shape (rows, …), the result (targets, …)."""
        found = np.zeros((len(self.counts), *rows.shape[1:]), np.float32)
        if len(self._with_rows):
            sums = np.add.reduceat(rows, self._starts, axis=0)
            found[self._with_rows] = (sums.T / self.counts[self._with_rows]).T
        return found


@dataclass(frozen=True, slots=True)
class Target:
    """A fact, gap or dialogue act that a message can be answered with."""

    article: Article | None
    """None for dialogue acts."""
    item: Fact | Gap


class Postings:
    """Look-up from a feature to the targets whose texts have it."""

    def __init__(self, features: Sequence[Iterable[Hashable]]) -> None:
        """Index the features of each target."""
        self.size = len(features)
        found: dict[Hashable, list[int]] = {}
        for position, own in enumerate(features):
            for feature in frozenset(own):
                found.setdefault(feature, []).append(position)
        self._entries = {feature: number for number, feature in enumerate(found)}
        self._targets = np.array([position for positions in found.values() for position in positions], np.int32)
        self._starts = np.cumsum([0, *map(len, found.values())])
        self.count = np.array([len(frozenset(own)) for own in features], np.float32)
        """Number of features per target."""

    def weigh(self, weights: Mapping[Hashable, float]) -> Column:
        """Return per target the sum of the weights of the features it has, shape (targets,)."""
        total = np.zeros(self.size, np.float32)
        for feature, weight in weights.items():
            if (entry := self._entries.get(feature)) is not None:
                total[self._targets[self._starts[entry] : self._starts[entry + 1]]] += weight
        return total


class Index:
    """The searchable form of a `Knowledge`; immutable after construction, and pickled for the next start.

    Rows of tables are samples, passages (answers and labels) or words, grouped by target.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        """Tokenize and index every sample, answer and label."""
        self.targets = (
            *(target for article in knowledge.articles for target in _targets(article)),
            *(Target(None, act) for act in knowledge.dialogue),
        )
        self.samples = tuple(sample.text for target in self.targets for sample in target.item.samples)
        self.passages = tuple(text for target in self.targets for text in _passages(target.item))
        self.sample_segments = Segments([len(target.item.samples) for target in self.targets])
        self.passage_segments = Segments([len(_passages(target.item)) for target in self.targets])
        self.is_fact = np.array([isinstance(target.item, Fact) for target in self.targets], bool)
        self.is_act = np.array([target.article is None for target in self.targets], bool)
        self.tokenizer = Tokenizer(knowledge.lexicon, knowledge.articles)
        samples = [self.tokenizer.tokenize(normalise(text)) for text in self.samples]
        passages = [self.tokenizer.tokenize(normalise(text)) for text in self.passages]
        self.tokenizer.learn([*samples, *passages])
        self.targets_of_sample: dict[str, set[int]] = {}
        """Positions of the targets that each sample belongs to, by the sample without spaces and punctuation."""
        for tokenized, target in zip(samples, self.sample_segments.target_of_row, strict=True):
            self.targets_of_sample.setdefault(tokenized.squeezed, set()).add(int(target))
        self.words = TfidfIndex(hash_words([tokenized.features for tokenized in samples]))
        self.ngrams = TfidfIndex(hash_ngrams([tokenized.squeezed for tokenized in samples]))
        self.passage_ngrams = TfidfIndex(hash_ngrams([tokenized.squeezed for tokenized in passages]))
        positions = range(len(self.targets))
        self._index_targets(
            [samples[self.sample_segments.rows(position)] for position in positions],
            [passages[self.passage_segments.rows(position)] for position in positions],
        )

    def _index_targets(
        self, samples: Sequence[Sequence[TokenizedText]], passages: Sequence[Sequence[TokenizedText]]
    ) -> None:
        """Index what the samples and passages of each target hold."""
        both = [[*asked, *own] for asked, own in zip(samples, passages, strict=True)]
        self.stems = Postings([[stem for text in texts for stem in text.stems] for texts in both])
        self.attributes = Postings([[name for text in texts for name in text.attributes] for texts in both])
        self.concepts = Postings([[name for text in texts for name in text.concepts] for texts in both])
        self.figures = Postings([[figure for text in texts for figure in figures(text.normal)] for texts in both])
        self.answer_types = Postings([[kind for text in own for kind in answer_types(text.normal)] for own in passages])
        about = [
            _declared(target) | _named(asked, _ABOUT_SHARE) for target, asked in zip(self.targets, samples, strict=True)
        ]
        self.about = Postings(about)
        """Entities each target is about: those declared and those that most of its samples name."""
        self.entities = Postings(
            [
                [*subjects, *_named(asked, _MENTION_SHARE), *(key for text in own for key in text.entities)]
                for subjects, asked, own in zip(about, samples, passages, strict=True)
            ]
        )
        """Entities each target mentions."""
        self.asks = _ask_shares(self.targets, samples)
        """Share of each target's samples that ask for a kind of answer, by kind, each of shape (targets,)."""
        self._index_words(both)

    def _index_words(self, texts: Sequence[Sequence[TokenizedText]]) -> None:
        """Index the words of each target's texts; all forms of a word share the vector of its shortest form."""
        words = [
            dict.fromkeys(word for text in own for word in text.words if len(word) > 1 or is_hangul(word))
            for own in texts
        ]
        forms: dict[str, list[str]] = {}
        for word in dict.fromkeys(word for own in words for word in own):
            forms.setdefault(stem(word), []).append(word)
        self.word_texts = tuple(min(same, key=len) for same in forms.values())
        """The word whose vector stands for all forms of it."""
        self.vocabulary = {word: row for row, same in enumerate(forms.values()) for word in same}
        """Row of each word of the facts among the vectors of words."""
        self._row_of_stem = {stemmed: row for row, stemmed in enumerate(forms)}
        rows = [dict.fromkeys(self.vocabulary[word] for word in own) for own in words]
        self.word_rows = np.array([row for own in rows for row in own], np.int32)
        """Rows of each target's words, grouped by target."""
        self.word_segments = Segments(list(map(len, rows)))
        """Segments of `word_rows`."""

    def belongs_to(self, slug: str) -> NDArray[np.bool_]:
        """Return whether each target belongs to the article `slug` or is a dialogue act, shape (targets,)."""
        return np.array([target.article is None or target.article.slug == slug for target in self.targets], bool)

    def sample_cosines(self, squeezed: str) -> Column:
        """Return the cosine of a text's character n-grams with those of every sample, shape (samples,)."""
        return self.ngrams.scores(ngram_hashes(squeezed))

    def word_row(self, word: str) -> int | None:
        """Return the row of a word, or of another form of it, among the vectors of words."""
        return self._row_of_stem.get(stem(word))

    def nearest_sample(self, position: int, scores: Column) -> str:
        """Return the best-scoring sample of the target at `position`; `scores` has one entry per sample."""
        own = self.sample_segments.rows(position)
        return self.samples[own.start + int(scores[own].argmax())] if own.start < own.stop else ""

    def texts(self) -> tuple[str, ...]:
        """Return all texts that need a vector: samples and words, one for all forms of a word."""
        return (*self.samples, *self.word_texts)


def _targets(article: Article) -> list[Target]:
    return [Target(article, fact) for fact in article.facts] + [Target(article, gap) for gap in article.gaps]


def _passages(item: Fact | Gap) -> tuple[str, ...]:
    return (*item.answer.every(), *item.label.every())


def _named(samples: Sequence[TokenizedText], share: float) -> set[tuple[str, str]]:
    """Return the entities that more than `share` of the samples name."""
    named = Counter(key for tokenized in samples for key in tokenized.entities)
    return {key for key, count in named.items() if count > share * len(samples)}


def _declared(target: Target) -> set[tuple[str, str]]:
    """Return the entities that the author declared a fact to be about."""
    if target.article is None or not isinstance(target.item, Fact):
        return set()
    return {(target.article.slug, key) for key in target.item.about}


def _ask_shares(targets: Sequence[Target], samples: Sequence[Sequence[TokenizedText]]) -> dict[str, Column]:
    """Return the share of each target's samples that ask for a kind of answer, by kind, each of shape (targets,)."""
    shares: dict[str, Column] = {}
    for position, (target, own) in enumerate(zip(targets, samples, strict=True)):
        declared = target.item.asks if isinstance(target.item, Fact) else ()
        kinds = Counter(kind for tokenized in own for kind in tokenized.asks)
        for kind in declared or kinds:
            column = shares.setdefault(kind, np.zeros(len(targets), np.float32))
            column[position] = 1.0 if declared else kinds[kind] / len(own)
    return shares


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of an encoder for the texts of an index, float32."""

    samples: Vector
    """Shape (samples, dimensions)."""
    words: Vector
    """Of the index's `word_texts`, shape (words, dimensions)."""
    centre: Vector
    """Mean of the sample vectors, shape (dimensions,); subtracted, as all texts of an article share it."""
    distances: Column
    """Distance of every sample from the centre, shape (samples,)."""
    means: Vector
    """Mean over each target's samples of the unit vectors from the centre to them, shape (targets, dimensions)."""
    axes: Vector
    """The principal axes of the samples around the centre, shape (dimensions, at most _AXES)."""
    projected: Vector
    """The unit vectors from the centre to the samples along these axes, shape (samples, axes)."""
    nearest: BatchMemo[Column] = field(default_factory=lambda: BatchMemo(_MEMO_SIZE), compare=False)
    """For words of questions, the rescaled cosine with the nearest word of each target, shape (targets,)."""

    @classmethod
    def of(cls, index: Index, rows: Vector) -> "Vectors":
        """Build from one row per text of `index.texts()`."""
        samples, words = np.split(rows, [len(index.samples)])
        centre = samples.mean(axis=0) if len(samples) else np.zeros(rows.shape[1], np.float32)
        away = samples - centre
        distances = np.sqrt(np.maximum(np.einsum("ij,ij->i", away, away), TINY))
        away /= distances[:, None]
        axes = _principal_axes(away)
        means = index.sample_segments.mean(away)
        return cls(samples, words, centre, distances, means, axes, away @ axes)

    def centred(self, vector: Vector) -> Vector:
        """Return the unit vector from the centre to `vector`."""
        away = vector - self.centre
        unit: Vector = away / max(float(np.sqrt(away @ away)), TINY)
        return unit

    def nearest_samples(self, centred: Vector, others: NDArray[np.floating], count: int) -> NDArray[np.int64]:
        """Return the positions of the samples with the highest sum of centred cosine and number in `others`.

        Only those that are near along the principal axes are compared in full: reading all vectors takes as long as
        everything else.
        """
        likely = highest(others + self.projected @ (centred @ self.axes), _LIKELY)
        away = (self.samples[likely] - self.centre) @ centred / self.distances[likely]
        nearest: NDArray[np.int64] = likely[highest(others[likely] + away, count)]
        return nearest


def products(some: Vector, many: Vector) -> Vector:
    """Return the dot product of each row of `some` with each of `many`, shape (some, many).

    Each block of `many` stays in the processor's cache until all of `some` are multiplied with it: reading `many` from
    memory takes longer than multiplying it with a few rows.
    """
    found = np.empty((len(some), len(many)), np.float32)
    for start in range(0, len(many), _BLOCK):
        block = slice(start, start + _BLOCK)
        found[:, block] = (many[block] @ some.T).T
    return found


def highest(scores: NDArray[np.floating], count: int) -> NDArray[np.int64]:
    """Return the positions of the `count` highest scores, in any order; of all if there are fewer."""
    count = min(count, len(scores))
    return np.argpartition(-scores, count - 1)[:count] if count else np.zeros(0, np.int64)


def _principal_axes(rows: Vector) -> Vector:
    """Return the axes along which `rows` differ most, shape (dimensions, at most _AXES)."""
    some = rows[:: 1 + len(rows) // _ENOUGH_FOR_AXES]
    _, axes = np.linalg.eigh(some.T @ some)
    return np.ascontiguousarray(axes[:, : -_AXES - 1 : -1])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that one question is answered from."""

    knowledge: Knowledge
    index: Index
    revision: str
    vectors: Vectors | None = None
    """None while the encoder loads or when it is off."""
