"""Everything computed once from the knowledge, so that a question costs milliseconds."""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.core.analysis import Analyser, Analysis
from bot.core.answer_types import answer_types
from bot.core.inverted import InvertedIndex, gram_hashes, word_hashes
from bot.core.memo import Memo
from bot.core.model import Article, Fact, Gap, Knowledge
from bot.core.owners import Owners
from bot.core.text import is_hangul

Scores = NDArray[np.float32]
_REMEMBERED = 4
_STRAY = 0.04
"""Share of a target's samples up to which a name in them says nothing about the target."""


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

    Owners are positions in `targets`; passages are answers and labels.
    """

    def __init__(self, knowledge: Knowledge) -> None:
        """Analyse and index every sample, answer and label."""
        self.targets = (
            *(target for article in knowledge.articles for target in _targets(article)),
            *(Target(None, gap) for gap in knowledge.small_talk),
        )
        self.samples = tuple(sample.text for target in self.targets for sample in target.item.samples)
        self.passages = tuple(text for target in self.targets for text in _passages(target.item))
        self.sample_owners = Owners([len(target.item.samples) for target in self.targets])
        self.passage_owners = Owners([len(_passages(target.item)) for target in self.targets])
        self.is_fact = np.array([isinstance(target.item, Fact) for target in self.targets], bool)
        self.has_gaps = np.array(
            [target.article is not None and bool(target.article.gaps) for target in self.targets], bool
        )
        self.analyser = Analyser(knowledge.lexicon, knowledge.articles)
        samples = [self.analyser.analyse(text) for text in self.samples]
        passages = [self.analyser.analyse(text) for text in self.passages]
        self.analyser.learn([*samples, *passages])
        self.asked: dict[str, set[int]] = {}
        """Samples without spaces and punctuation, and the positions of the targets they belong to."""
        for analysis, owner in zip(samples, self.sample_owners.of_row, strict=True):
            self.asked.setdefault(analysis.squeezed, set()).add(int(owner))
        self.likeness = Memo(self._likeness, _REMEMBERED)
        """Cosine of a text's n-grams with those of every sample, by what `squeeze` leaves of it."""
        self.words = InvertedIndex([word_hashes(analysis.features) for analysis in samples])
        self.grams = InvertedIndex([gram_hashes(analysis.squeezed) for analysis in samples])
        self.passage_grams = InvertedIndex([gram_hashes(analysis.squeezed) for analysis in passages])
        every = range(len(self.targets))
        own = [samples[self.sample_owners.rows(position)] for position in every]
        told = [passages[self.passage_owners.rows(position)] for position in every]
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

    def _likeness(self, squeezed: str) -> Scores:
        return self.grams.scores(gram_hashes(squeezed))

    def _learn_vocabulary(self, everything: Sequence[Sequence[Analysis]]) -> None:
        """Give every word of the texts a number and lay each target's out end to end."""
        own = [dict.fromkeys(w for a in texts for w in a.words if len(w) > 1 or is_hangul(w)) for texts in everything]
        self.vocabulary = {word: number for number, word in enumerate(dict.fromkeys(w for words in own for w in words))}
        """Word to row among the vectors of words."""
        self.word_entries = np.array([self.vocabulary[word] for words in own for word in words], np.int32)
        """Rows of each target's words, one target after the other."""
        self.word_owners = Owners(list(map(len, own)))
        """Owners of `word_entries`."""

    def belongs_to(self, slug: str) -> NDArray[np.bool_]:
        """Tell for every target whether it belongs to the article `slug` or to small talk, shape (targets,)."""
        return np.array([target.article is None or target.article.slug == slug for target in self.targets], bool)

    def nearest_sample(self, position: int, scores: Scores) -> str:
        """Return the best-scoring sample of the target at `position`; `scores` has one entry per sample."""
        own = self.sample_owners.rows(position)
        return self.samples[own.start + int(scores[own].argmax())] if own.start < own.stop else ""

    def texts(self) -> tuple[str, ...]:
        """Return all texts whose vectors the encoder's signals need: samples, passages, words of the vocabulary."""
        return (*self.samples, *self.passages, *self.vocabulary)


def _targets(article: Article) -> list[Target]:
    return [Target(article, fact) for fact in article.facts] + [Target(article, gap) for gap in article.gaps]


def _passages(item: Fact | Gap) -> tuple[str, ...]:
    return (*item.answer.every(), *item.label.every())


def _about(target: Target, samples: Sequence[Analysis]) -> frozenset[tuple[str, str]]:
    """Return the entities a target is about: those declared and those that most of its samples name."""
    return frozenset(_declared(target.article, target.item) | _naming(samples, 0.5))


def _naming(samples: Sequence[Analysis], share: float) -> set[tuple[str, str]]:
    """Return the entities that more than `share` of the samples name."""
    named = Counter(key for analysis in samples for key in analysis.entities)
    return {key for key, count in named.items() if count > share * len(samples)}


def _declared(article: Article | None, item: Fact | Gap) -> set[tuple[str, str]]:
    return {(article.slug, key) for key in item.about} if article and isinstance(item, Fact) else set()


def _ask_shares(targets: Sequence[Target], samples: Sequence[Sequence[Analysis]]) -> dict[str, Scores]:
    """Return for each kind of answer the share of every target's samples that ask for it, shape (targets,)."""
    shares: dict[str, Scores] = {}
    for position, (target, own) in enumerate(zip(targets, samples, strict=True)):
        declared = target.item.asks if isinstance(target.item, Fact) else ()
        kinds = Counter(kind for analysis in own for kind in analysis.asks)
        for kind in declared or kinds:
            column = shares.setdefault(kind, np.zeros(len(targets), np.float32))
            column[position] = 1.0 if declared else kinds[kind] / len(own)
    return shares
