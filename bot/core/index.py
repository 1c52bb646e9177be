"""The searchable form of the knowledge: TF-IDF indexes, segments, vectors, and the immutable snapshot of it all."""

import pickle
import zlib
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from hashlib import blake2b
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.core.memo import BatchMemo
from bot.core.model import Fact, Knowledge
from bot.core.stemming import stem
from bot.core.target_texts import Target, TargetTexts, passages
from bot.core.text import is_hangul, jamo
from bot.core.tokens import Tokenizer

Hashes = NDArray[np.uint64]
Column = NDArray[np.float32]
"""One number per row of a table: per sample, passage, word or target."""
Vector = NDArray[np.float32]
Halves = NDArray[np.float32] | NDArray[np.float16]
"""Vectors as they are kept: in half precision they take half the memory, and cosines change by 0.00001."""
_NGRAM_LENGTHS: Final = (3, 4, 5)
"""Characters per n-gram of decomposed text; a Hangul syllable counts as two or three."""
_PRIME: Final = np.uint64(1_099_511_628_211)
"""Multiplier of the rolling hash (the 64-bit FNV prime)."""
_AXES: Final = 128
"""Principal axes along which samples are compared first."""
_ENOUGH_FOR_AXES: Final = 3_000
"""Samples that the principal axes are computed from."""
_LIKELY: Final = 128
"""Samples that are nearest along the principal axes and compared in full."""
_BLOCK: Final = 512
"""Vectors that are multiplied at a time: a megabyte."""
_BLOCK_WORK: Final = 900_000
"""Most multiplications at a time: matrices this small are multiplied where they are, larger ones are copied first."""
_MEMO_SIZE: Final = 2_048
_SHIFT, _SIGN_AND_VALUE, _EXPONENT = 13, ~0x7000_0000, 2.0**112
"""From bits in half precision to single: the shift, what is kept after it, the factor of what comes out."""
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


@lru_cache(maxsize=64)
def ngram_counts(squeezed: str) -> tuple[Hashes, NDArray[np.int64]]:
    """Return the distinct n-grams of one text and their counts; a question is compared with several articles."""
    return np.unique(ngram_hashes(squeezed), return_counts=True)


def word_hashes(features: Iterable[str]) -> Hashes:
    """Return the hash of every feature, the same in every process."""
    return np.fromiter(map(_hash, features), np.uint64)


@lru_cache(maxsize=16_384)
def _hash(feature: str) -> int:
    """Return a hash that stays the same from process to process, unlike that of `hash`: an index is kept on disk."""
    return int.from_bytes(blake2b(feature.encode(errors="replace"), digest_size=8).digest(), "little")


class TermCounts:
    """How often each feature occurs in each of some texts, by feature."""

    def __init__(self, texts: HashedTexts) -> None:
        """Count the features of some texts."""
        self.size = texts.size
        self.known, columns = np.unique(texts.hashes, return_inverse=True)
        pairs, counts = np.unique(columns.astype(np.int64) * max(self.size, 1) + texts.texts, return_counts=True)
        columns, rows = np.divmod(pairs, max(self.size, 1))
        self.starts = np.concatenate([[0], np.cumsum(np.bincount(columns, minlength=len(self.known)))]).astype(np.int32)
        self._rows = rows.astype(np.min_scalar_type(max(self.size, 1)))
        self._counts = counts.astype(np.min_scalar_type(counts.max(initial=0)))
        """How often each feature occurs in each text that has it, in the shape of `_rows`."""
        self._weights = (1 + np.log(np.arange(1, counts.max(initial=0) + 1))).astype(np.float32)
        """1 + ln(count) of each count from 1 on."""

    def find(self, hashes: Hashes) -> "Found":
        """Return where each hash is counted, if it is."""
        if not len(self.known):
            return Found(np.zeros(len(hashes), bool), np.zeros(0, np.int64), np.zeros(0, np.int64))
        columns = np.minimum(self.known.searchsorted(hashes), len(self.known) - 1)
        known = self.known[columns] == hashes
        columns = columns[known]
        return Found(known, self.starts[columns], self.starts[columns + 1] - self.starts[columns])

    def norms(self, idf: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the norm of every text's tf-idf vector, given the idf of each known feature; shape (size,)."""
        weights = self._tf(slice(None)) * np.repeat(idf, np.diff(self.starts))
        return np.sqrt(np.bincount(self._rows, weights**2, minlength=self.size)).astype(np.float64)

    def _tf(self, entries: slice | NDArray[np.int64]) -> Column:
        found: Column = self._weights[self._counts[entries] - 1]
        return found

    def products(self, found: "Found", weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the sum of tf · weight over the features of every text, shape (size,); `weights` are of all hashes."""
        if not len(found.starts):
            return np.zeros(self.size)
        ends = np.cumsum(found.lengths)
        entries = np.arange(int(ends[-1])) + np.repeat(found.starts - (ends - found.lengths), found.lengths)
        values = self._tf(entries) * np.repeat(weights[found.known], found.lengths)
        return np.bincount(self._rows[entries], values, minlength=self.size).astype(np.float64, copy=False)


@dataclass(frozen=True, slots=True)
class Found:
    """Where the features of a query are counted in some texts."""

    known: NDArray[np.bool_]
    """Whether each feature of the query is in any of the texts."""
    starts: NDArray[np.int64]
    """Position of the first text of each known feature among the texts of all."""
    lengths: NDArray[np.int64]
    """Number of texts with each known feature."""


_NO_TEXTS: Final = TermCounts(HashedTexts(np.zeros(0, np.uint64), np.zeros(0, np.int64), 0))


class TfidfIndex:
    """Cosine of tf-idf vectors; unseen features of the query count in its norm, at the highest idf.

    The unseen ones matter: a question that shares one word with a sample and has five of its own must not look like
    the sample (10 to 13 points more right answers on public sets, at equal false ones). tf is 1 + ln(count), idf is
    ln((n + 1) / (df + 1)) + 1, as in scikit-learn with smooth_idf and sublinear_tf. The texts are those of an article
    and then those that all articles share, which are counted once for all; only their norms depend on the article.
    """

    def __init__(self, texts: HashedTexts, shared: TermCounts = _NO_TEXTS) -> None:
        """Index the features of some texts, followed by those of the shared ones."""
        self.own, self._shared = TermCounts(texts), shared
        self.size = self.own.size + shared.size
        self._norms = np.concatenate([part.norms(self.idf(part.known)) for part in (self.own, shared)])
        self._norms = np.where(self._norms, self._norms, 1).astype(np.float32)

    def idf(self, hashes: Hashes) -> NDArray[np.float64]:
        """Return the idf of each feature, the highest one for unseen features, in the shape of `hashes`."""
        return self._idf([part.find(hashes) for part in (self.own, self._shared)])

    def _idf(self, found: Sequence[Found]) -> NDArray[np.float64]:
        """Return the idf of features that were looked up in each part."""
        frequency = np.zeros(len(found[0].known), np.int64)
        for part in found:
            frequency[part.known] += part.lengths
        result: NDArray[np.float64] = np.log((self.size + 1) / (frequency + 1)) + 1
        return result

    def scores(self, hashes: Hashes) -> Column:
        """Return the cosine of every indexed text with the query, shape (size,)."""
        return self.cosines(*np.unique(hashes, return_counts=True))

    def cosines(self, features: Hashes, counts: NDArray[np.int64]) -> Column:
        """Return the cosine of every indexed text with a query that has these distinct features, shape (size,)."""
        parts = (self.own, self._shared)
        found = [part.find(features) for part in parts]
        idf = self._idf(found)
        weights = (1 + np.log(counts)) * idf
        norm = float(np.sqrt(weights @ weights))
        products = [part.products(where, weights * idf) for part, where in zip(parts, found, strict=True)]
        return (np.concatenate(products) / (self._norms * max(norm, TINY))).astype(np.float32)


class Segments:
    """Row ranges per target; rows are grouped by target."""

    def __init__(self, counts: Sequence[int]) -> None:
        """Build from the number of rows per target."""
        self.counts = np.array(counts, np.int64)
        self._ends = np.cumsum(self.counts)
        self._with_rows = np.flatnonzero(self.counts)
        self._starts = (self._ends - self.counts)[self._with_rows]

    def targets(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the position of the target of each of these rows."""
        return self._ends.searchsorted(rows, side="right")

    @property
    def target_of_row(self) -> NDArray[np.int64]:
        """Return the position of the target of each row, shape (rows,)."""
        return np.repeat(np.arange(len(self.counts)), self.counts)

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


class Postings:
    """Look-up from a feature to the targets whose texts have it."""

    def __init__(self, features: Sequence[Iterable[Hashable]], shared: "Postings | None" = None) -> None:
        """Index the features of each target, followed by the shared targets."""
        self.size: int = len(features) + (shared.size if shared else 0)
        self._own_size, self._shared = len(features), shared
        found: dict[Hashable, list[int]] = {}
        for position, own in enumerate(features):
            for feature in frozenset(own):
                found.setdefault(feature, []).append(position)
        self._entries = {feature: number for number, feature in enumerate(found)}
        self._targets = np.array([position for positions in found.values() for position in positions], np.int32)
        self._starts = np.cumsum([0, *map(len, found.values())]).astype(np.int32)
        count = np.array([len(frozenset(own)) for own in features], np.float32)
        self.count: Column = np.concatenate([count, shared.count]) if shared else count
        """Number of features per target."""

    def weigh(self, weights: Mapping[Hashable, float]) -> Column:
        """Return per target the sum of the weights of the features it has, shape (targets,)."""
        total = np.zeros(self._own_size, np.float32)
        for feature, weight in weights.items():
            if (entry := self._entries.get(feature)) is not None:
                total[self._targets[self._starts[entry] : self._starts[entry + 1]]] += weight
        return np.concatenate([total, self._shared.weigh(weights)]) if self._shared else total


class Subjects:
    """What facts are about, to tell from its words whom a question means without naming them."""

    def __init__(self, about: Sequence[Collection[Hashable]]) -> None:
        """Weigh what each of the first targets is about; of one that is no fact, nothing."""
        entities = {entity: at for at, entity in enumerate(dict.fromkeys(entity for own in about for entity in own))}
        self._shares = np.zeros((len(about), len(entities)), np.float32)
        for position, own in enumerate(about):
            self._shares[position, [entities[entity] for entity in own]] = 1 / max(len(own), 1)
        self._prior = self._shares.sum(axis=0) / max(float(self._shares.sum()), TINY)

    def doubt(self, having: Iterable[Column]) -> Column:
        """Return for each of the first targets how much likelier something else is meant than what it is about.

        `having` marks with 1, for each word of a question, the targets that have it. What is meant is told by naive
        Bayes with one added fact per word: P(entity | words) ∝ P(entity) · Π P(entity | word) / P(entity). The doubt is
        the highest probability less that of the target's own, 0 for a target about nothing in particular.
        """
        size, count = self._shares.shape
        if not count:
            return np.zeros(size, np.float32)
        logits = np.log(self._prior)
        for column in having:
            facts = column[:size] @ self._shares
            if found := float(facts.sum()):
                logits = logits + np.log((facts + self._prior) / (found + 1) / self._prior)
        odds = np.exp(logits - logits.max())
        probabilities = odds / odds.sum()
        own = np.where(self._shares > 0, probabilities, 0).max(axis=1)
        return np.where(self._shares.any(axis=1), probabilities.max() - own, 0).astype(np.float32)


class Vocabulary:
    """Words of an article, and those of small talk, which are kept once for all articles."""

    def __init__(self, words: Iterable[str], shared: "Vocabulary | None" = None) -> None:
        """Know some words beside the shared ones."""
        self._own = frozenset(word for word in words if shared is None or word not in shared)
        self._shared = shared

    def __contains__(self, word: object) -> bool:
        """Return whether `word` is known."""
        return word in self._own or (self._shared is not None and word in self._shared)

    def __iter__(self) -> Iterator[str]:
        """Yield every word, in the same order every time."""
        yield from sorted(self._own)
        yield from self._shared or ()


class Index:
    """The searchable form of one article and of small talk; immutable after construction, pickled for the next start.

    Rows of tables are samples, passages (answers and labels) or words, grouped by target. What is known of small talk
    alone is kept once for all articles: the tables of each begin with its own rows and end with those of small talk.
    """

    def __init__(self, knowledge: Knowledge, small_talk: "Index | None" = None, before: "Index | None" = None) -> None:
        """Tokenize and index every sample, answer and label.

        `small_talk` is the index of the knowledge without articles, if it is built already. `before` is an older index
        of the same article, if any: what it knows of targets that are still the same is used again.
        """
        if knowledge.articles and small_talk is None:
            small_talk = Index(replace(knowledge, articles=()))
        self.small_talk = small_talk
        """The index of small talk; None if this is the one."""
        self._own = tuple(_own_targets(knowledge))
        self.targets: tuple[Target, ...] = (*self._own, *(small_talk.targets if small_talk else ()))
        self.passages = tuple(text for target in self.targets for text in passages(target.item))
        self.sample_segments = Segments([len(target.item.samples) for target in self.targets])
        self.passage_segments = Segments([len(passages(target.item)) for target in self.targets])
        self.is_fact = np.array([isinstance(target.item, Fact) for target in self.targets], bool)
        self.is_act: NDArray[np.bool_] = np.array([target.article is None for target in self.targets], bool)
        self.tokenizer: Tokenizer = Tokenizer(
            knowledge.lexicon, knowledge.articles, small_talk.tokenizer if small_talk else None
        )
        self._entities = [(article.slug, article.entities) for article in knowledge.articles]
        known = before.texts_by_item(self) if before else {}
        texts = tuple(
            known[target.item.id]
            if target.item.id in known and known[target.item.id].item == target.item
            else TargetTexts.of(self.tokenizer, target)
            for target in self._own
        )
        self._packed_texts = zlib.compress(pickle.dumps(texts), level=1)
        """What is known of the texts of each target; packed, as only the next edit needs it (0.5 MB instead of 10)."""
        self._learn_words(texts)
        self._targets_of_sample: dict[str, tuple[int, ...]] = {}
        for position, own in enumerate(texts):
            for squeezed in own.squeezed:
                self._targets_of_sample[squeezed] = tuple({*self._targets_of_sample.get(squeezed, ()), position})
        words = hash_words([features for own in texts for features in own.features])
        ngrams = hash_ngrams([squeezed for own in texts for squeezed in own.squeezed])
        self.words: TfidfIndex = TfidfIndex(words, small_talk.words.own if small_talk else _NO_TEXTS)
        self.ngrams: TfidfIndex = TfidfIndex(ngrams, small_talk.ngrams.own if small_talk else _NO_TEXTS)
        self._index_targets(texts)
        self._index_words(texts)

    def texts_by_item(self, fresh: "Index") -> Mapping[str, TargetTexts]:
        """Return what is known of the texts of each target by its id, if names and lexicon are those of `fresh`."""
        same = fresh.tokenizer.lexicon is self.tokenizer.lexicon and fresh._entities == self._entities  # noqa: SLF001
        texts: tuple[TargetTexts, ...] = pickle.loads(zlib.decompress(self._packed_texts)) if same else ()  # noqa: S301  packed above
        return {own.item.id: own for own in texts}

    def _learn_words(self, texts: Sequence[TargetTexts]) -> None:
        """Teach the tokenizer every word: first those of all samples, then those of all passages."""
        counts: Counter[str] = Counter()
        stems: dict[str, None] = {}
        parts = (*(own.asked for own in texts), *(own.told for own in texts))
        for part in parts:
            counts.update(part.counts)
            stems.update(dict.fromkeys(part.stems))
        pairs = np.frombuffer(b"".join(part.pairs for part in parts), np.uint32)
        self.tokenizer.learn(counts, stems, sum(part.texts for part in parts), pairs)

    def _index_targets(self, texts: Sequence[TargetTexts]) -> None:
        """Index what the samples and passages of each target hold."""
        shared = self.small_talk
        stems = [(*own.asked.stems, *own.told.stems) for own in texts]
        self.stems: Postings = Postings(stems, shared.stems if shared else None)
        self.attributes: Postings = Postings([own.attributes for own in texts], shared.attributes if shared else None)
        self.concepts: Postings = Postings([own.concepts for own in texts], shared.concepts if shared else None)
        self.figures: Postings = Postings([own.figures for own in texts], shared.figures if shared else None)
        types = [own.answer_types for own in texts]
        self.answer_types: Postings = Postings(types, shared.answer_types if shared else None)
        self.about: Postings = Postings([own.about for own in texts], shared.about if shared else None)
        """Entities each target is about: those declared and those that most of its samples name."""
        self.entities: Postings = Postings([own.entities for own in texts], shared.entities if shared else None)
        """Entities each target mentions."""
        self.subjects: Subjects = Subjects([own.about if isinstance(own.item, Fact) else () for own in texts])
        """What the facts are about."""
        negated = np.array([own.negated for own in texts], np.float32)
        self.negated: Column = np.concatenate([negated, shared.negated]) if shared else negated
        """How far each target answers questions with a negation, shape (targets,)."""
        self.asks: dict[str, Column] = _ask_shares(texts, shared.asks if shared else {}, len(self.targets))
        """Share of each target's samples that ask for a kind of answer, by kind, each of shape (targets,)."""

    def _index_words(self, texts: Sequence[TargetTexts]) -> None:
        """Index the words of each target's texts; all forms of a word share the vector of its shortest form."""
        shared = self.small_talk
        words = [[word for word in own.words() if len(word) > 1 or is_hangul(word)] for own in texts]
        forms: dict[str, list[str]] = {}
        for word in dict.fromkeys(word for own in words for word in own):
            if shared is None or shared.word_row(word) is None:
                forms.setdefault(stem(word), []).append(word)
        self.word_texts = tuple(min(same, key=len) for same in forms.values())
        """The word whose vector stands for all forms of it, without those of small talk."""
        self._row_of_stem = {stemmed: row for row, stemmed in enumerate(forms)}
        self.vocabulary: Vocabulary = Vocabulary(
            (word for own in words for word in own), shared.vocabulary if shared else None
        )
        """The words of the facts and of small talk."""
        rows = [dict.fromkeys(row for word in own if (row := self.word_row(word)) is not None) for own in words]
        joined, counts = np.array([row for own in rows for row in own], np.int32), list(map(len, rows))
        if shared:
            joined = np.concatenate([joined, shared.word_rows + np.int32(len(self.word_texts))])
            counts += shared.word_segments.counts.tolist()
        self.word_rows: NDArray[np.int32] = joined
        """Rows of each target's words, grouped by target."""
        self.word_segments: Segments = Segments(counts)
        """Segments of `word_rows`."""

    @property
    def samples(self) -> tuple[str, ...]:
        """Return every sample, in the order of the rows."""
        return tuple(sample.text for target in self.targets for sample in target.item.samples)

    def targets_of(self, squeezed: str) -> tuple[int, ...]:
        """Return the positions of the targets with this sample, given without spaces and punctuation."""
        own = self._targets_of_sample.get(squeezed, ())
        if self.small_talk is None:
            return own
        return (*own, *(len(self._own) + position for position in self.small_talk.targets_of(squeezed)))

    def sample_cosines(self, squeezed: str) -> Column:
        """Return the cosine of a text's character n-grams with those of every sample, shape (samples,)."""
        return self.ngrams.cosines(*ngram_counts(squeezed))

    def word_row(self, word: str) -> int | None:
        """Return the row of a word, or of another form of it, among the vectors of words."""
        row = self._row_of_stem.get(stem(word))
        if row is None and self.small_talk and (row := self.small_talk.word_row(word)) is not None:
            row += len(self.word_texts)
        return row

    def nearest_sample(self, position: int, scores: Column) -> str:
        """Return the best-scoring sample of the target at `position`; `scores` has one entry per sample."""
        own = self.sample_segments.rows(position)
        return self.targets[position].item.samples[int(scores[own].argmax())].text if own.start < own.stop else ""

    def texts(self) -> tuple[str, ...]:
        """Return the texts that need a vector, without those of small talk: samples and words, one for all forms."""
        return (*(sample.text for target in self._own for sample in target.item.samples), *self.word_texts)


def _own_targets(knowledge: Knowledge) -> Iterator[Target]:
    """Yield the targets of the articles; without articles, the dialogue acts."""
    for article in knowledge.articles:
        yield from (Target(article, fact) for fact in article.facts)
        yield from (Target(article, gap) for gap in article.gaps)
    if not knowledge.articles:
        yield from (Target(None, act) for act in knowledge.dialogue)


def _ask_shares(texts: Sequence[TargetTexts], shared: Mapping[str, Column], size: int) -> dict[str, Column]:
    """Return the share of each target's samples that ask for a kind of answer, by kind, each of shape (size,).

    The columns end with the `shared` ones.
    """
    shares: dict[str, Column] = {}
    for kind, column in shared.items():
        shares[kind] = np.zeros(size, np.float32)
        shares[kind][size - len(column) :] = column
    for position, own in enumerate(texts):
        for kind, share in own.asks.items():
            shares.setdefault(kind, np.zeros(size, np.float32))[position] = share
    return shares


def single(vectors: Halves) -> Vector:
    """Return vectors of finite numbers in single precision; six times as fast as `astype`, with the same result."""
    if vectors.dtype != np.float16:
        return vectors.astype(np.float32, copy=False)
    bits = vectors.view(np.int16).astype(np.int32)
    bits <<= _SHIFT
    bits &= _SIGN_AND_VALUE
    found: Vector = bits.view(np.float32)
    found *= _EXPONENT
    return found


class Rows:
    """A matrix of vectors in blocks: those of an article, and those of small talk, which all articles share."""

    def __init__(self, *blocks: Halves) -> None:
        """Put blocks of the same width below each other."""
        self.blocks = blocks

    def __len__(self) -> int:
        """Return the number of rows."""
        return sum(map(len, self.blocks))

    def __getitem__(self, position: int) -> Vector:
        """Return one row."""
        for block in self.blocks:
            if position < len(block):
                return single(block[position])
            position -= len(block)
        raise IndexError(position)

    def take(self, positions: NDArray[np.int64]) -> Vector:
        """Return the rows at some positions."""
        first, *others = self.blocks
        found = single(first[np.minimum(positions, len(first) - 1)])
        start = len(first)
        for block in others:
            inside = (positions >= start) & (positions < start + len(block))
            found[inside] = single(block[positions[inside] - start])
            start += len(block)
        return found

    def full(self) -> Vector:
        """Return a copy of the whole matrix."""
        return np.concatenate([single(block) for block in self.blocks])


class Products:
    """Dot products for one question; those with small talk are computed once for all articles it is scored against."""

    def __init__(self) -> None:
        """Begin without any."""
        self._known: dict[tuple[int, bytes], Column] = {}

    def of(self, some: Vector, many: Rows) -> Vector:
        """Return the dot product of each row of `some` with each of `many`, shape (some, many)."""
        own, *shared = many.blocks
        return np.concatenate([products(some, own), *(self._kept(some, block) for block in shared)], axis=1)

    def expect(self, some: Vector, many: Rows) -> None:
        """Multiply rows that `of` will be asked for with what articles share: many take hardly longer than one."""
        for block in many.blocks[1:]:
            self._kept(some, block)

    def _kept(self, some: Vector, block: Halves) -> Vector:
        keys = [(id(block), row.tobytes()) for row in some]
        if missing := {key: row for key, row in zip(keys, some, strict=True) if key not in self._known}:
            self._known.update(zip(missing, products(np.stack(list(missing.values())), block), strict=True))
        return np.stack([self._known[key] for key in keys])


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of an encoder for the texts of an index."""

    samples: Rows
    """Shape (samples, dimensions)."""
    words: Rows
    """Of the index's `word_texts`, then of those of small talk, shape (words, dimensions)."""
    own: tuple[Halves, Halves]
    """The blocks of samples and words that are not of small talk."""
    centre: Vector
    """Mean of the sample vectors, shape (dimensions,); subtracted, as all texts of an article share it."""
    distances: Column
    """Distance of every sample from the centre, shape (samples,)."""
    offsets: Column
    """Dot product with the centre of every sample less the centre, shape (samples,)."""
    near: "Near | None"
    """What finds the likely samples; None to save memory: then all are compared."""
    nearest: BatchMemo[Column] = field(default_factory=lambda: BatchMemo(_MEMO_SIZE), compare=False)
    """For words of questions, the rescaled cosine with the nearest word of each target, shape (targets,)."""

    @classmethod
    def of(cls, index: Index, rows: Halves, small_talk: "Vectors | None" = None) -> "Vectors":
        """Build from one row per text of `index.texts()`, and from the vectors of small talk if it has some."""
        at = len(rows) - len(index.word_texts)
        # few samples are compared in full, but every word is: converting them takes longer than multiplying them
        own: tuple[Halves, Halves] = rows[:at].astype(np.float16), rows[at:].copy()
        shared = small_talk.own if small_talk else (own[0][:0], own[1][:0])
        samples, words = (Rows(*blocks) for blocks in zip(own, shared, strict=True))
        away = samples.full()
        centre = away.mean(axis=0) if len(away) else np.zeros(rows.shape[1], np.float32)
        away -= centre
        offsets = away @ centre
        distances = np.sqrt(np.maximum(np.einsum("ij,ij->i", away, away), TINY))
        away /= distances[:, None]
        near = None if rows.dtype == np.float16 else Near.of(away, index.sample_segments)
        return cls(samples, words, own, centre, distances, offsets, near)

    def centred(self, vector: Vector) -> Vector:
        """Return the unit vector from the centre to `vector`."""
        away = vector - self.centre
        unit: Vector = away / max(float(np.sqrt(away @ away)), TINY)
        return unit

    def cosines(self, vector: Vector, products: Products) -> Column:
        """Return the centred cosine of `vector` with every sample, shape (samples,)."""
        away = vector - self.centre
        found: Column = products.of(vector[None], self.samples)[0] - self.offsets
        found -= self.centre @ vector
        found /= self.distances * max(float(np.sqrt(away @ away)), TINY)
        return found

    def nearest_samples(
        self, near: "Near", centred: Vector, others: NDArray[np.floating], count: int
    ) -> NDArray[np.int64]:
        """Return the positions of the samples with the highest sum of centred cosine and number in `others`.

        Only those that are near along the principal axes are compared in full: reading all vectors takes as long as
        everything else.
        """
        likely = highest(others + near.projected @ (centred @ near.axes), _LIKELY)
        away = (self.samples.take(likely) - self.centre) @ centred / self.distances[likely]
        nearest: NDArray[np.int64] = likely[highest(others[likely] + away, count)]
        return nearest


@dataclass(frozen=True, slots=True)
class Near:
    """What is known of the samples of an index so that not all of them are compared in full."""

    means: Vector
    """Mean over each target's samples of the unit vectors from the centre to them, shape (targets, dimensions)."""
    axes: Vector
    """The principal axes of the samples around the centre, shape (dimensions, at most _AXES)."""
    projected: Vector
    """The unit vectors from the centre to the samples along these axes, shape (samples, axes)."""

    @classmethod
    def of(cls, rows: Vector, segments: Segments) -> "Near":
        """Build from the unit vectors from the centre to the samples."""
        axes = _principal_axes(rows)
        return cls(segments.mean(rows), axes, rows @ axes)


def products(some: Vector, many: Halves) -> Vector:
    """Return the dot product of each row of `some` with each of `many`, shape (some, many).

    Each part of `many` stays in the processor's cache until all of `some` are multiplied with it: reading `many` from
    memory takes longer than multiplying it with a few rows.
    """
    found = np.empty((len(some), len(many)), np.float32)
    turned = np.ascontiguousarray(some.T)
    size = max(1, min(_BLOCK, _BLOCK_WORK // some.size))
    for start in range(0, len(many), size):
        found[:, start : start + size] = (single(many[start : start + size]) @ turned).T
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
class Scope:
    """One article as if there were no other, with small talk: what a question is scored against."""

    knowledge: Knowledge
    index: Index
    vectors: Vectors | None = None
    """None while the encoder loads or when it is off."""

    @property
    def slug(self) -> str | None:
        """Return the slug of the article; None if there is only small talk."""
        return self.knowledge.articles[0].slug if self.knowledge.articles else None
