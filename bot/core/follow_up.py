"""A message in a conversation: the text as typed and its resolutions compete in one decision.

`CONTEXT_FEATURES` lists what is known of each pair of a text and a target beside the probability of the target for
that text alone. A conditional logit over all pairs, and none of the above for each text, chooses the target; a logistic
regression then says how likely the best fact is the right answer. `python -m bot train` learns both from dialogues.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.core.classifier import Mask, Thresholds, is_closest, logistic, softmax, stored_weights
from bot.core.dialogue import (
    CONTEXT_NEEDS,
    RESOLUTION_WAYS,
    Context,
    ContextNeed,
    Resolution,
    Resolutions,
    ResolutionWay,
)
from bot.core.features import FEATURE_NAMES, Matrix
from bot.core.matching import (
    ACT_FROM,
    MOST_CANDIDATES,
    Candidate,
    Decision,
    Evidence,
    Scored,
    conclude,
    is_told_apart,
    leading,
    scaled,
    stricter,
)
from bot.core.model import DialogueAct, Fact, Gap, Language

_TINY: Final = 1e-4
"""Keeps the logarithm of a probability above -10, so that one text that excludes a target does not decide alone."""
_SURELY_SOCIAL, _SURELY_ABOUT_LAST = 0.95, 0.995
"""Probabilities from which on a message is a dialogue act, whatever it may mean when it is completed."""
_MOST_TARGETS: Final = 40
"""Likeliest targets of each text that compete; the others have no probability to speak of."""


@dataclass(frozen=True, slots=True)
class Interpretation:
    """One text that a message may mean in its conversation, scored as if it stood alone."""

    resolution: Resolution | None
    """None: the text as typed."""
    scored: Scored


@dataclass(frozen=True)  # with a __dict__, for the cached properties
class Exchange:
    """A message, the exchange before it, and every text that it may mean; the text as typed comes first."""

    before: Context
    resolved: Resolutions | None
    """None: the message is complete by itself."""
    interpretations: tuple[Interpretation, ...]

    @property
    def typed(self) -> Scored:
        """Return the scores of the text as typed."""
        return self.interpretations[0].scored

    @property
    def may_repeat(self) -> bool:
        """Return whether the last answer may hold what is asked now."""
        return self.resolved is not None and self.resolved.answered_before

    def order(self, one: Interpretation) -> int:
        """Return the position of a resolution among all, which are sorted by likelihood; 0 for the text as typed."""
        return max(0, [id(each) for each in self.interpretations].index(id(one)) - 1)

    @property
    def need(self) -> ContextNeed | None:
        """Return how much the message needs the one before; None if it is complete by itself."""
        return self.resolved.need if self.resolved else None

    @cached_property
    def is_own_act(self) -> bool:
        """Return whether the message is surely a dialogue act, as an author's sample of one is.

        A question about some other topic ("what time is it?") may go on with the conversation, so it does not count.
        """
        index, probabilities = self.typed.scope.index, self.typed.probabilities
        own = index.targets_of(self.typed.reading.squeezed)
        items = [index.targets[at].item for at in own or probabilities.argsort()[-1:]]
        asks = bool(self.typed.reading.asks) or not own
        if not items or any(not isinstance(item, DialogueAct) or (asks and item.act == "chat") for item in items):
            return False
        social = isinstance(items[0], DialogueAct) and items[0].is_social
        return bool(own) or self.typed.act_probability >= (_SURELY_SOCIAL if social else _SURELY_ABOUT_LAST)

    @cached_property
    def last(self) -> Matrix:
        """Return 1 for the target of the last answer, else 0, shape (targets,)."""
        return self._where(lambda key: key == self.before.item)

    @cached_property
    def shown(self) -> Matrix:
        """Return 1 for the facts that the conversation showed before the last answer."""
        return self._where(lambda key: key in self.before.shown and key != self.before.item)

    @cached_property
    def related(self) -> Matrix:
        """Return 1 for the facts that the last answer names as related, or that name it."""
        last = self._last_fact
        return self._of_facts(lambda fact: last is not None and (fact.id in last.related or last.id in fact.related))

    @cached_property
    def same_subject(self) -> Matrix:
        """Return 1 for the facts about a person or thing that the last answer is about, too."""
        about = frozenset(self._last_fact.about if self._last_fact else ())
        return self._of_facts(lambda fact: not about.isdisjoint(fact.about))

    @cached_property
    def other_person(self) -> Matrix:
        """Return 1 for the facts that are about people, but not about those of the last question."""
        people = self.resolved.people if self.resolved else frozenset()
        entities = {one.id: one for article in self.typed.scope.knowledge.articles for one in article.entities}

        def is_about_others(fact: Fact) -> bool:
            about = {key for key in fact.about if key in entities and entities[key].kind == "person"}
            return bool(people and about) and about.isdisjoint(people)

        return self._of_facts(is_about_others)

    @cached_property
    def is_about_others(self) -> Mask:
        """Return whether a message that goes on names nobody, and each target is about others than the last question.

        Shape (targets,).
        """
        slug, people = self.before.article, self.resolved.people if self.resolved else frozenset()
        if not people or self.typed.reading.entities:
            return np.zeros(len(self.typed.scope.index.targets), bool)
        return self.typed.about_others_than(frozenset((slug, one) for one in people))

    @cached_property
    def near(self) -> Matrix:
        """Return how near each fact stands to the last answer: 1 in the same paragraph, 1/2 next to it."""
        last = self._last_fact
        return self._column(lambda fact: _nearness(last, fact) if last else 0.0)

    @property
    def _last_fact(self) -> Fact | None:
        at = np.flatnonzero(self.last)
        item = self.typed.scope.index.targets[at[0]].item if len(at) else None
        return item if isinstance(item, Fact) else None

    def _where(self, holds: Callable[[str], bool]) -> Matrix:
        targets = self.typed.scope.index.targets
        return np.array([float(one.article is not None and holds(one.item.id)) for one in targets])

    def _of_facts(self, holds: Callable[[Fact], bool]) -> Matrix:
        return self._column(lambda fact: float(holds(fact)))

    def _column(self, value: Callable[[Fact], float]) -> Matrix:
        """Return `value` of each fact except the last answer, 0 for other targets, shape (targets,)."""
        items = [target.item for target in self.typed.scope.index.targets]
        return np.array([value(one) if isinstance(one, Fact) and one.id != self.before.item else 0.0 for one in items])


def is_about_last(item: Fact | Gap) -> bool:
    """Return whether a target is a dialogue act about the last answer: "source?", "누구누구?"."""
    return isinstance(item, DialogueAct) and not item.is_social


def _nearness(last: Fact, fact: Fact) -> float:
    if last.source.section != fact.source.section:
        return 0.0
    distances = [abs(one - other) for one in last.source.paragraphs for other in fact.source.paragraphs]
    return 1 / (1 + min(distances)) if distances else 0.0


_RowOf = Callable[[Exchange, Interpretation], Matrix | float]


@dataclass(frozen=True, slots=True)
class ContextFeature:
    """One column of the table that the decision in a conversation sees."""

    name: str
    of_targets: _RowOf
    """Returns the value for every target, shape (targets,), or one value for all of them."""
    of_none: Callable[[Exchange, Interpretation], float] = lambda _exchange, _one: 0.0
    """Returns the value for none of the above."""


def _log(probability: Matrix) -> Matrix:
    return np.log(probability + _TINY)


def _as_matrix(mask: Mask) -> Matrix:
    return mask.astype(float)


def is_gap(scored: Scored) -> Mask:
    """Return whether each target is a gap of the article."""
    index = scored.scope.index
    return ~index.is_fact & ~index.is_act


def _none_probability(one: Interpretation) -> float:
    return max(0.0, 1.0 - float(one.scored.probabilities.sum()))


def _of_text(name: str, value: Callable[[Exchange, Interpretation], float]) -> ContextFeature:
    """Return a feature of the text, whatever the target."""
    return ContextFeature(name, value, value)


def _of_way(way: ResolutionWay) -> ContextFeature:
    return _of_text(f"way_{way}", lambda _, one: float(one.resolution is not None and one.resolution.way == way))


def _of_typed(need: ContextNeed) -> ContextFeature:
    return _of_text(f"typed_{need}", lambda exchange, one: float(one.resolution is None and exchange.need == need))


CONTEXT_FEATURES: Final = (
    ContextFeature(
        "log_probability",
        lambda _, one: _log(one.scored.probabilities),
        lambda _, one: float(np.log(_none_probability(one) + _TINY)),
    ),
    # the last answer again: it holds the kind of answer asked for now, it does not, or the message is complete
    ContextFeature("repeats_fitting", lambda exchange, _: exchange.last * exchange.may_repeat),
    ContextFeature("repeats", lambda exchange, _: exchange.last * (not exchange.may_repeat)),
    ContextFeature("repeats_complete", lambda exchange, _: exchange.last * (exchange.need is None)),
    ContextFeature("shown", lambda exchange, _: exchange.shown),
    ContextFeature("related", lambda exchange, _: exchange.related),
    ContextFeature("same_subject", lambda exchange, _: exchange.same_subject),
    ContextFeature(
        "other_person_unnamed", lambda exchange, one: exchange.other_person * (not one.scored.reading.entities)
    ),
    ContextFeature("near", lambda exchange, _: exchange.near),
    ContextFeature("same_subject_typed", lambda exchange, one: exchange.same_subject * (one.resolution is None)),
    *(_of_way(way) for way in RESOLUTION_WAYS),
    *(_of_typed(need) for need in CONTEXT_NEEDS),
    _of_text("order", lambda exchange, one: float(exchange.order(one))),
    ContextFeature("none", lambda _exchange, _one: 0.0, lambda _exchange, _one: 1.0),
    ContextFeature("act", lambda _, one: _as_matrix(one.scored.scope.index.is_act)),
    ContextFeature("act_sample", lambda _, one: _as_matrix(one.scored.scope.index.is_act) * one.scored.is_sample),
    ContextFeature("gap", lambda _, one: _as_matrix(is_gap(one.scored))),
)
CONTEXT_FEATURE_NAMES: Final = tuple(feature.name for feature in CONTEXT_FEATURES)


@dataclass(frozen=True, slots=True)
class ContextTable:
    """All pairs of a text and a target that compete for a message, and none of the above for each text."""

    features: Matrix
    """Shape (pairs, len(CONTEXT_FEATURES))."""
    targets: NDArray[np.int64]
    """Position of the target of each pair, the number of targets for none of the above; shape (pairs,)."""
    interpretations: NDArray[np.int64]
    """Position of the text of each pair, shape (pairs,)."""


def context_table(exchange: Exchange) -> ContextTable:
    """Return the features of every pair that has a probability to speak of; only the text as typed may be an act."""
    is_complete = exchange.is_own_act or exchange.typed.share_known == 0  # "qwxz" leaves nothing to complete
    texts = exchange.interpretations[:1] if is_complete else exchange.interpretations
    parts = [_pairs(exchange, one) for one in texts]
    return ContextTable(
        np.concatenate([features for features, _ in parts]),
        np.concatenate([targets for _, targets in parts]),
        np.concatenate([np.full(len(targets), at) for at, (_, targets) in enumerate(parts)]),
    )


def _pairs(exchange: Exchange, one: Interpretation) -> tuple[Matrix, NDArray[np.int64]]:
    """Return the features of one text with its likeliest targets, the last answer and none of the above."""
    index, probabilities = one.scored.scope.index, one.scored.probabilities
    count = len(index.targets)
    likeliest = np.argsort(-probabilities, kind="stable")[:_MOST_TARGETS]
    kept = np.union1d(likeliest, np.flatnonzero(exchange.last))
    if one.resolution is not None:
        kept = kept[~index.is_act[kept]]
        if one.resolution.entity is not None:  # what does not mention a name is not what is asked with it
            named = (exchange.before.article, one.resolution.entity.id)
            kept = kept[index.entities.weigh({named: 1.0})[kept] > 0]
    elif exchange.need == "correction" or exchange.is_own_act:  # "not Murati, Schulman" asks nothing by itself
        kept = kept[index.is_act[kept]]
    columns = []
    for feature in CONTEXT_FEATURES:
        values = np.broadcast_to(feature.of_targets(exchange, one), count)[kept]
        columns.append(np.append(values, feature.of_none(exchange, one)))
    return np.stack(columns, axis=1), np.append(kept, count)


OWN_FEATURES: Final = (
    "coverage",
    "meaning_coverage",
    "asks",
    "unasked",
    "concept_miss",
    "type_miss",
    "name_miss",
    "figure_miss",
)
"""Features of the best fact for the text that speaks for it most which the confidence in it considers."""
_OWN: Final = [FEATURE_NAMES.index(name) for name in OWN_FEATURES]
CONTEXT_CONFIDENCE: Final = (
    "log_probability",
    "probability",
    "second",
    "log_none",
    "log_best_gap",
    "repeats_fitting",
    "repeats",
    *(f"need_{need}" for need in CONTEXT_NEEDS),
    "typed",
    *OWN_FEATURES,
)
"""Inputs of the confidence in the best fact; `ContextPrediction.confidence_features` computes them."""


@dataclass(frozen=True)  # with a __dict__, for the cached properties
class ContextPrediction:
    """What each target's probability is in a conversation, before thresholds."""

    exchange: Exchange
    pairs: ContextTable
    of_pairs: Matrix
    """Probability of every pair, shape (pairs,)."""

    @cached_property
    def probabilities(self) -> Matrix:
        """Return P(target) over all texts, and last that of none of the above, shape (targets + 1,)."""
        count = len(self.exchange.typed.scope.index.targets)
        return np.bincount(self.pairs.targets, self.of_pairs, count + 1).astype(float)

    @cached_property
    def best(self) -> int:
        """Return the position of the likeliest fact."""
        index = self.exchange.typed.scope.index
        return int(np.where(index.is_fact, self.probabilities[:-1], -1).argmax())

    @property
    def act_probability(self) -> float:
        """Return the probability of all dialogue acts."""
        return float(self.probabilities[:-1][self.exchange.typed.scope.index.is_act].sum())

    @property
    def is_act(self) -> bool:
        """Return whether the message is taken as a dialogue act: surely any, or likeliest one about the last answer."""
        at = int(self.probabilities[:-1].argmax())
        likeliest = self.exchange.typed.scope.index.targets[at].item
        is_any = self.act_probability >= ACT_FROM and is_told_apart(likeliest, float(self.probabilities[at]))
        return is_any or is_about_last(likeliest)

    @property
    def may_be_closest(self) -> bool:
        """Return whether the likeliest fact may be quoted as the closest, if the confidence suffices."""
        gaps = np.where(is_gap(self.exchange.typed), self.probabilities[:-1], 0)
        row = self.interpretation_of(self.best).scored.table[self.best]
        return is_closest(float(self.probabilities[self.best]), float(gaps.max(initial=0)), row)

    def interpretation_of(self, target: int) -> Interpretation:
        """Return the text that speaks most for a target."""
        pairs = np.flatnonzero(self.pairs.targets == target)
        at = self.pairs.interpretations[pairs[self.of_pairs[pairs].argmax()]] if len(pairs) else 0
        return self.exchange.interpretations[int(at)]

    def confidence_features(self) -> Matrix:
        """Return the inputs of the confidence in the likeliest fact, shape (len(CONTEXT_CONFIDENCE),)."""
        exchange, best = self.exchange, self.best
        one = self.interpretation_of(best)
        probabilities, is_fact = self.probabilities[:-1], exchange.typed.scope.index.is_fact
        facts = np.where(is_fact, probabilities, 0)
        gaps = np.where(is_gap(exchange.typed), probabilities, 0)
        return np.array(
            [
                np.log(facts[best] + _TINY),
                facts[best],
                np.delete(facts, best).max(initial=0),
                np.log(self.probabilities[-1] + _TINY),
                np.log(gaps.max(initial=0) + _TINY),
                exchange.last[best] * exchange.may_repeat,
                exchange.last[best] * (not exchange.may_repeat),
                *(float(exchange.need == need) for need in CONTEXT_NEEDS),
                float(one.resolution is None),
                *one.scored.table[best][_OWN],
            ]
        )


@dataclass(frozen=True, slots=True)
class ContextClassifier:
    """The weights and thresholds of the decision in a conversation, all learnt by `train`."""

    weights: Matrix
    """Weights of the conditional logit over pairs, shape (len(CONTEXT_FEATURES),)."""
    confidence: Matrix
    """Weights of the confidence in the best fact, shape (len(CONTEXT_CONFIDENCE),)."""
    confidence_bias: float
    answer_from: float
    closest_from: float
    suggest_from: float

    @property
    def thresholds(self) -> Thresholds:
        """Return the minimum confidences for each kind of decision."""
        return Thresholds(self.answer_from, self.closest_from, self.suggest_from)

    def predict(self, exchange: Exchange) -> ContextPrediction:
        """Return the probability of every pair: P(pair i) = exp(w·xᵢ) / Σⱼ exp(w·xⱼ)."""
        table = context_table(exchange)
        return ContextPrediction(exchange, table, softmax(table.features @ self.weights))

    def confidence_in(self, prediction: ContextPrediction) -> float:
        """Return the probability that the likeliest fact is the right answer."""
        return logistic(float(prediction.confidence_features() @ self.confidence) + self.confidence_bias)


_NUMBERS: Final = ("confidence_bias", "answer_from", "closest_from", "suggest_from")


@cache
def load_context_classifier(*, semantic: bool) -> ContextClassifier:
    """Return the shipped classifier, trained with or without the features that need the encoder."""
    stored = stored_weights(semantic=semantic)["context"]
    return ContextClassifier(
        weights=np.array([stored["weights"].get(name, 0.0) for name in CONTEXT_FEATURE_NAMES]),
        confidence=np.array([stored["confidence"].get(name, 0.0) for name in CONTEXT_CONFIDENCE]),
        **{name: stored[name] for name in _NUMBERS},
    )


@dataclass(frozen=True, slots=True)
class InContext:
    """A decision in a conversation, what it rests on, and the text that the message was taken to mean."""

    decision: Decision
    evidence: Evidence
    interpretation: Interpretation


def _candidate(exchange: Exchange, one: Interpretation, at: int, confidence: float) -> Candidate:
    """Return a target as a candidate; a gap that the message alone speaks for may be about others than it asks."""
    found = one.scored.candidate(at, confidence)
    strays = one.resolution is None and isinstance(found.target.item, Gap) and bool(exchange.is_about_others[at])
    return replace(found, is_about_others=True) if strays else found


def decide_in_context(exchange: Exchange, language: Language, *, semantic: bool) -> InContext:
    """Decide what the article of the conversation answers to a message."""
    index = exchange.typed.scope.index
    classifier = load_context_classifier(semantic=semantic)
    prediction = classifier.predict(exchange)
    probabilities, best = prediction.probabilities[:-1], prediction.best
    confidence = classifier.confidence_in(prediction)
    confidences = scaled(probabilities, index.is_fact, confidence)
    likeliest = map(int, np.argsort(-probabilities, kind="stable")[:MOST_CANDIDATES])
    found = [(at, prediction.interpretation_of(at)) for at in likeliest]
    candidates = tuple(_candidate(exchange, one, at, float(confidences[at])) for at, one in found)
    evidence = Evidence(
        candidates,
        confidence,
        stricter(classifier.thresholds, candidates),
        may_be_act=prediction.is_act,
        may_be_answer=float(probabilities[best]) > prediction.act_probability,
        may_be_closest=prediction.may_be_closest,
    )
    decision = conclude(language, evidence)
    lead = leading(decision)
    texts = (one for candidate, (_, one) in zip(evidence.candidates, found, strict=True) if candidate is lead)
    return InContext(decision, evidence, next(texts, exchange.interpretations[0]))
