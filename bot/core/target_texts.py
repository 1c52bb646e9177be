"""What the texts of one target hold, as far as an index needs it: kept, so that an edit tokenizes one target anew."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from bot.core.correction import pair_keys
from bot.core.lexicon import answer_types, figures, negates
from bot.core.model import Article, Fact, Gap
from bot.core.text import normalise
from bot.core.tokens import TokenizedText, Tokenizer

EntityKey = tuple[str, str]
"""(article slug, entity id)"""
_MENTION_SHARE = 0.04
"""A target mentions the entities that more than this share of its samples name."""
_ABOUT_SHARE = 0.5
"""A target is about the entities that more than this share of its samples name."""
_NEGATED_SHARE = 0.25
"""Share of samples with a negation from which on a target answers what is asked with one."""


@dataclass(frozen=True, slots=True)
class Target:
    """A fact, gap or dialogue act that a message can be answered with."""

    article: Article | None
    """None for dialogue acts."""
    item: Fact | Gap


@dataclass(frozen=True, slots=True)
class WordsOfTexts:
    """The words of some texts, in the order in which each occurs first."""

    counts: Mapping[str, int]
    """How often each word occurs."""
    stems: tuple[str, ...]
    """Stems of the content words."""
    texts: int
    """Number of texts."""
    pairs: bytes
    """The `pair_keys` of the texts, 32 bits each."""

    @classmethod
    def of(cls, texts: Sequence[TokenizedText]) -> Self:
        """Count the words of some texts."""
        stems = dict.fromkeys(stemmed for text in texts for stemmed in text.stems)
        counts = dict(Counter(word for text in texts for word in text.words))
        return cls(counts, tuple(stems), len(texts), pair_keys(text.words for text in texts).tobytes())


@dataclass(frozen=True, slots=True)
class TargetTexts:
    """What the samples and the passages (answers and labels) of one target hold."""

    item: Fact | Gap
    squeezed: tuple[str, ...]
    """Letters and digits of each sample."""
    features: tuple[tuple[str, ...], ...]
    """Features of each sample for the TF-IDF index of words."""
    asked: WordsOfTexts
    """Words of the samples."""
    told: WordsOfTexts
    """Words of the passages."""
    attributes: frozenset[str]
    concepts: frozenset[str]
    figures: frozenset[str]
    answer_types: frozenset[str]
    """Types of answer that the passages hold."""
    about: frozenset[EntityKey]
    """Entities it is about: those declared and those that most of its samples name."""
    entities: frozenset[EntityKey]
    """Entities it mentions."""
    negated: float
    """How far it answers questions with a negation: 1 if an answer has one or a quarter of the samples do."""
    asks: Mapping[str, float]
    """Share of the samples that ask for a kind of answer, by kind; 1 for each kind that is declared."""

    @classmethod
    def of(cls, tokenizer: Tokenizer, target: Target) -> Self:
        """Tokenize every text of a target."""
        item = target.item
        asked = [tokenizer.tokenize(normalise(sample.text)) for sample in item.samples]
        told = [tokenizer.tokenize(normalise(text)) for text in passages(item)]
        about = _declared(target) | _named(asked, _ABOUT_SHARE)
        return cls(
            item,
            squeezed=tuple(text.squeezed for text in asked),
            features=tuple(text.features for text in asked),
            asked=WordsOfTexts.of(asked),
            told=WordsOfTexts.of(told),
            attributes=frozenset(name for text in (*asked, *told) for name in text.attributes),
            concepts=frozenset(name for text in (*asked, *told) for name in text.concepts),
            figures=frozenset(figure for text in (*asked, *told) for figure in figures(text.normal)),
            answer_types=frozenset(kind for text in told for kind in answer_types(text.normal)),
            about=about,
            entities=about | _named(asked, _MENTION_SHARE) | {key for text in told for key in text.entities},
            negated=_negated(asked, told),
            asks=_ask_shares(item, asked),
        )

    def words(self) -> Iterable[str]:
        """Return every word, those of the samples first."""
        return dict.fromkeys((*self.asked.counts, *self.told.counts))


def passages(item: Fact | Gap) -> tuple[str, ...]:
    """Return the answers and labels of a target."""
    return (*item.answer.every(), *item.label.every())


def _named(samples: Sequence[TokenizedText], share: float) -> frozenset[EntityKey]:
    """Return the entities that more than `share` of the samples name."""
    named = Counter(key for tokenized in samples for key in tokenized.entities)
    return frozenset(key for key, count in named.items() if count > share * len(samples))


def _negated(asked: Sequence[TokenizedText], told: Sequence[TokenizedText]) -> float:
    if any(negates(text.normal) for text in told):
        return 1.0
    share = sum(negates(text.normal) for text in asked) / max(len(asked), 1)
    return min(1.0, share / _NEGATED_SHARE)


def _declared(target: Target) -> frozenset[EntityKey]:
    """Return the entities that the author declared a fact to be about."""
    if target.article is None or not isinstance(target.item, Fact):
        return frozenset()
    return frozenset((target.article.slug, key) for key in target.item.about)


def _ask_shares(item: Fact | Gap, samples: Sequence[TokenizedText]) -> dict[str, float]:
    if isinstance(item, Fact) and item.asks:
        return dict.fromkeys(item.asks, 1.0)
    kinds = Counter(kind for tokenized in samples for kind in tokenized.asks)
    return {kind: count / len(samples) for kind, count in kinds.items()}
