"""Immutable knowledge with its index; the unit that is swapped on reload."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from bot.core.lexicon import answer_types
from bot.core.memo import BatchMemo, Memo
from bot.core.model import Article, Fact, Gap, Knowledge
from bot.core.text import is_hangul, jamo
from bot.core.tokens import TokenizedText, Tokenizer

_LENGTHS = (3, 4, 5)
"""Letters per n-gram; a Hangul syllable has two or three."""
_PRIME = np.uint64(1_099_511_628_211)
Hashes = NDArray[np.uint64]
Scores = NDArray[np.float32]
Column = NDArray[np.float32]
_REMEMBERED = 4
_STRAY = 0.04
"""Share of a target's samples up to which a name in them says nothing about the target."""
Vector = NDArray[np.float32]
_REMEMBERED_WORDS = 2_048
TINY = 1e-6


def ngram_hashes(squeezed: str) -> Hashes:
    """Return a 64-bit hash of every n-gram of the decomposed text; collisions are as good as impossible."""
    codes = np.frombuffer(jamo(squeezed).encode("utf-32-le", errors="replace"), np.uint32).astype(np.uint64)
    found = []
    for length in _LENGTHS:
        count = len(codes) - length + 1
        if count <= 0:
            break
        rolling = np.full(count, length, np.uint64)
        for offset in range(length):
            rolling = rolling * _PRIME + codes[offset : offset + count]
        found.append(rolling)
    return np.concatenate(found) if found else np.zeros(0, np.uint64)


def word_hashes(features: Iterable[str]) -> Hashes:
    """Return a 64-bit hash of every feature, the same in every process."""
    return np.array(list(map(_hash, features)), np.uint64)


@lru_cache(maxsize=16_384)
def _hash(feature: str) -> int:
    """Hash like `hash`, which differs from process to process; an index is kept beyond its own."""
    return int.from_bytes(blake2b(feature.encode(errors="replace"), digest_size=8).digest(), "little")


class TfidfIndex:
    """Cosine of tf-idf vectors, with the query's *unseen* features in its norm at the highest idf.

    The unseen ones matter: a question that shares one word with a sample and has five of its own must not
    look like the sample (worth 10 to 13 points of right answers at fixed false ones on public sets).
    tf is 1 + ln(count), idf is ln((n + 1) / (df + 1)) + 1.
    """

    def __init__(self, texts: Sequence[Hashes]) -> None:
        """Index `texts`, each the hashes of its features."""
        self.size = len(texts)
        rows = np.repeat(np.arange(self.size), [len(hashes) for hashes in texts])
        self._known, columns = np.unique(np.concatenate([np.zeros(0, np.uint64), *texts]), return_inverse=True)
        pairs, counts = np.unique(columns.astype(np.int64) * max(self.size, 1) + rows, return_counts=True)
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
        """Return the idf of each feature, the highest one for those that no text has, shape of `hashes`."""
        columns, known = self._columns(hashes)
        found = np.full(len(hashes), self.max_idf)
        found[known] = self._idf[columns[known]]
        return found

    def scores(self, hashes: Hashes) -> Scores:
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
    """Segments of rows that stand target by target: those of the first target first."""

    def __init__(self, counts: Sequence[int]) -> None:
        """Take the number of rows of each target."""
        self.counts = np.array(counts, np.int64)
        self.target_of_row = np.repeat(np.arange(len(counts)), self.counts)
        """Position of the owner of each row, shape (rows,)."""
        self._ends = np.cumsum(self.counts)
        self._owning = np.flatnonzero(self.counts)
        self._starts = (self._ends - self.counts)[self._owning]

    def rows(self, target: int) -> slice:
        """Return where the rows of `target` stand."""
        end = int(self._ends[target])
        return slice(end - int(self.counts[target]), end)

    def best(self, scores: Column) -> Column:
        """Return each target's best score, at least 0; `scores` has one per row, the result one per target.

        Further axes of `scores` are kept.
        """
        found = np.zeros((len(self.counts), *scores.shape[1:]), np.float32)
        if len(self._owning):
            found[self._owning] = np.maximum(np.maximum.reduceat(scores, self._starts, axis=0), 0)
        return found

    def mean(self, scores: Column) -> Column:
        """Return each target's average score, 0 for one without rows, shape (targets,)."""
        sums = np.bincount(self.target_of_row, scores, minlength=len(self.counts))
        average: Column = (sums / np.maximum(self.counts, 1)).astype(np.float32)
        return average


@dataclass(frozen=True, slots=True)
class Target:
    """A fact or gap that a question can be answered with."""

    article: Article | None
    """None for small talk."""
    item: Fact | Gap


class Postings:
    """Which targets have a feature anywhere in their texts; scores every target at once."""

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

    def weigh(self, weights: Mapping[Hashable, float]) -> Scores:
        """Return per target the sum of the weights of the features it has, shape (targets,)."""
        total = np.zeros(self.size, np.float32)
        for feature, weight in weights.items():
            if (entry := self._entries.get(feature)) is not None:
                total[self._targets[self._starts[entry] : self._starts[entry + 1]]] += weight
        return total


class Index:
    """The searchable form of a `Knowledge`; immutable after construction, and pickled to be used again.

    Segments are positions in `targets`; passages are answers and labels.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        """Analyse and index every sample, answer and label."""
        self.targets = (
            *(target for article in knowledge.articles for target in _targets(article)),
            *(Target(None, gap) for gap in knowledge.small_talk),
        )
        self.samples = tuple(sample.text for target in self.targets for sample in target.item.samples)
        self.passages = tuple(text for target in self.targets for text in _passages(target.item))
        self.sample_segments = Segments([len(target.item.samples) for target in self.targets])
        self.passage_segments = Segments([len(_passages(target.item)) for target in self.targets])
        self.is_fact = np.array([isinstance(target.item, Fact) for target in self.targets], bool)
        self.has_gaps = np.array(
            [target.article is not None and bool(target.article.gaps) for target in self.targets], bool
        )
        self.tokenizer = Tokenizer(knowledge.lexicon, knowledge.articles)
        samples = [self.tokenizer.tokenize(text) for text in self.samples]
        passages = [self.tokenizer.tokenize(text) for text in self.passages]
        self.tokenizer.learn([*samples, *passages])
        self.asked: dict[str, set[int]] = {}
        """Samples without spaces and punctuation, and the positions of the targets they belong to."""
        for tokenized, owner in zip(samples, self.sample_segments.target_of_row, strict=True):
            self.asked.setdefault(tokenized.squeezed, set()).add(int(owner))
        self.similarity = Memo(self._similarity, _REMEMBERED)
        """Cosine of a text's n-ngrams with those of every sample, by what `squeeze` leaves of it."""
        self.words = TfidfIndex([word_hashes(tokenized.features) for tokenized in samples])
        self.ngrams = TfidfIndex([ngram_hashes(tokenized.squeezed) for tokenized in samples])
        self.passage_ngrams = TfidfIndex([ngram_hashes(tokenized.squeezed) for tokenized in passages])
        every = range(len(self.targets))
        own = [samples[self.sample_segments.rows(position)] for position in every]
        told = [passages[self.passage_segments.rows(position)] for position in every]
        everything = [[*asked, *said] for asked, said in zip(own, told, strict=True)]
        self.stems = Postings([[s for a in texts for s in a.stems] for texts in everything])
        self.attributes = Postings([[x for a in texts for x in a.attributes] for texts in everything])
        self.concepts = Postings([[x for a in texts for x in a.concepts] for texts in everything])
        self.types = Postings([[kind for a in texts for kind in answer_types(a.normal)] for texts in told])
        about = [_about(target, texts) for target, texts in zip(self.targets, own, strict=True)]
        self.about = Postings(about)
        self.entities = Postings(
            [
                [*of, *_naming(asked, _STRAY), *(key for a in said for key in a.entities)]
                for of, asked, said in zip(about, own, told, strict=True)
            ]
        )
        self.asks = _ask_shares(self.targets, own)
        self._learn_vocabulary(everything)

    def _similarity(self, squeezed: str) -> Scores:
        return self.ngrams.scores(ngram_hashes(squeezed))

    def _learn_vocabulary(self, everything: Sequence[Sequence[TokenizedText]]) -> None:
        """Give every word of the texts a number and lay each target's out end to end."""
        own = [dict.fromkeys(w for a in texts for w in a.words if len(w) > 1 or is_hangul(w)) for texts in everything]
        self.vocabulary = {word: number for number, word in enumerate(dict.fromkeys(w for words in own for w in words))}
        """Word to row among the vectors of words."""
        self.word_rows = np.array([self.vocabulary[word] for words in own for word in words], np.int32)
        """Rows of each target's words, one target after the other."""
        self.word_segments = Segments(list(map(len, own)))
        """Segments of `word_rows`."""

    def belongs_to(self, slug: str) -> NDArray[np.bool_]:
        """Tell for every target whether it belongs to the article `slug` or to small talk, shape (targets,)."""
        return np.array([target.article is None or target.article.slug == slug for target in self.targets], bool)

    def nearest_sample(self, position: int, scores: Scores) -> str:
        """Return the best-scoring sample of the target at `position`; `scores` has one entry per sample."""
        own = self.sample_segments.rows(position)
        return self.samples[own.start + int(scores[own].argmax())] if own.start < own.stop else ""

    def texts(self) -> tuple[str, ...]:
        """Return all texts whose vectors the encoder's signals need: samples, passages, words of the vocabulary."""
        return (*self.samples, *self.passages, *self.vocabulary)


def _targets(article: Article) -> list[Target]:
    return [Target(article, fact) for fact in article.facts] + [Target(article, gap) for gap in article.gaps]


def _passages(item: Fact | Gap) -> tuple[str, ...]:
    return (*item.answer.every(), *item.label.every())


def _about(target: Target, samples: Sequence[TokenizedText]) -> frozenset[tuple[str, str]]:
    """Return the entities a target is about: those declared and those that most of its samples name."""
    return frozenset(_declared(target.article, target.item) | _naming(samples, 0.5))


def _naming(samples: Sequence[TokenizedText], share: float) -> set[tuple[str, str]]:
    """Return the entities that more than `share` of the samples name."""
    named = Counter(key for tokenized in samples for key in tokenized.entities)
    return {key for key, count in named.items() if count > share * len(samples)}


def _declared(article: Article | None, item: Fact | Gap) -> set[tuple[str, str]]:
    return {(article.slug, key) for key in item.about} if article and isinstance(item, Fact) else set()


def _ask_shares(targets: Sequence[Target], samples: Sequence[Sequence[TokenizedText]]) -> dict[str, Scores]:
    """Return for each kind of answer the share of every target's samples that ask for it, shape (targets,)."""
    shares: dict[str, Scores] = {}
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
    nearest: BatchMemo[Column] = field(default_factory=lambda: BatchMemo(_REMEMBERED_WORDS), compare=False)
    """What `meaning_cover` found out about single words."""

    @classmethod
    def of(cls, index: Index, rows: Vector) -> "Vectors":
        """Return the vectors of `index.texts()`, whose rows are given, with their centre."""
        ends = np.cumsum([len(index.samples), len(index.passages)])
        samples, passages, words = np.split(rows, ends)
        centre = samples.mean(axis=0) if len(samples) else np.zeros(rows.shape[1], np.float32)
        towards = samples @ centre
        squares = np.einsum("ij,ij->i", samples, samples) - 2 * towards + centre @ centre
        return cls(samples, passages, words, centre, towards, np.sqrt(np.maximum(squares, TINY)))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a question is answered from, from beginning to end."""

    knowledge: Knowledge
    index: Index
    revision: str
    vectors: Vectors | None = None
    """None while the encoder loads or when it is off."""
