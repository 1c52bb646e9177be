"""Learn the weights of both steps and the thresholds; everything is judged leave-one-article-out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.core.classifier import CONFIDENCE_FEATURES, Classifier, best_reading, confidence_features
from bot.core.features import FEATURES, Feature, Matrix
from bot.core.matching import MAX_SUGGESTIONS
from bot.dev.training_data import Asked, Development

RIDGE = 0.3
"""L2 penalty of step one, chosen by leave-one-article-out among 0.03, 0.1, 0.3, 1 and 3."""
CONFIDENCE_RIDGE = 20.0
"""L2 penalty of step two on standardised features, chosen likewise among 2, 5, 10, 20 and 50."""
FALSE_ANSWERS = 0.08
"""Share of the uncovered questions that may be answered when the answer threshold is chosen."""
LOST_OFFERS = 0.02
"""Share of the covered questions that may lose their right suggestion when the suggestion threshold is chosen."""


@dataclass(frozen=True, slots=True)
class _Stack:
    """Many questions laid end to end, so that one pass of numpy sees them all."""

    table: Matrix
    """Shape (all targets of all questions, len(FEATURES))."""
    wanted: Matrix
    """1 for the targets that a question may be given, shape (all targets,)."""
    starts: NDArray[np.int64]
    """Where each question's targets begin."""
    lengths: NDArray[np.int64]
    uncovered: Matrix
    """1 where none of the above is what a question should be given, shape (questions,)."""
    share: Matrix
    """What each counts, shape (questions,): the ways to read one message count as one question together."""

    @classmethod
    def of(cls, asked: Sequence[Asked]) -> "_Stack":
        every = [(one, table) for one in asked for table in one.tables]
        lengths = np.array([len(table) for _, table in every])
        return cls(
            np.concatenate([table for _, table in every]),
            np.concatenate([one.right if one.item.covered else ~one.is_fact for one, _ in every]).astype(float),
            np.concatenate([[0], np.cumsum(lengths)[:-1]]),
            lengths,
            np.array([float(not one.item.covered) for one, _ in every]),
            np.array([1 / len(one.tables) for one, _ in every]),
        )

    def loss(self, parameters: Matrix) -> tuple[float, Matrix]:
        """Return the negative log-likelihood of step one and its gradient."""
        nothing = parameters[-1]
        logits = self.table @ parameters[:-1]
        highest = np.maximum(np.maximum.reduceat(logits, self.starts), nothing)
        odds = np.exp(logits - np.repeat(highest, self.lengths))
        none = np.exp(nothing - highest)
        whole = np.add.reduceat(odds, self.starts) + none
        mass = np.add.reduceat(odds * self.wanted, self.starts) + none * self.uncovered
        mass = np.maximum(mass, 1e-300)
        slope = odds * np.repeat(self.share / whole, self.lengths)
        slope -= odds * self.wanted * np.repeat(self.share / mass, self.lengths)
        slope_nothing = (self.share * (none / whole - none * self.uncovered / mass)).sum()
        return float((self.share * np.log(whole / mass)).sum()), np.append(self.table.T @ slope, slope_nothing)


def fit_ranker(developments: Sequence[Development], *, semantic: bool) -> Classifier:
    """Maximise the likelihood of the right targets, or of none of the above and the gaps for uncovered questions.

    Weights of similarities are held at or above 0 and those of misfits at or below, so that more agreement
    never makes an answer less likely.
    """
    stack = _Stack.of([one for development in developments for one in development.asked])

    def loss(parameters: Matrix) -> tuple[float, Matrix]:
        total, gradient = stack.loss(parameters)
        weights = parameters[:-1]
        return total + RIDGE * float(weights @ weights) / 2, gradient + RIDGE * np.append(weights, 0)

    bounds = [_bounds(feature, semantic=semantic) for feature in FEATURES]
    start = np.zeros(len(FEATURES) + 1)
    best = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)])
    return Classifier(best.x[:-1], float(best.x[-1]), np.zeros(len(CONFIDENCE_FEATURES)), 0.0, 1.0, 1.0, 0.0)


def _bounds(feature: Feature, *, semantic: bool) -> tuple[float | None, float | None]:
    if feature.needs_encoder and not semantic:
        return 0.0, 0.0
    return (0.0, None) if feature.sign > 0 else (None, 0.0)


@dataclass(frozen=True, slots=True)
class Decided:
    """What a classifier makes of one question, read in one way, before thresholds."""

    asked: Asked
    table: Matrix
    probabilities: Matrix
    confidence: float = 0.0

    @property
    def facts(self) -> Matrix:
        """Return the probabilities of the facts, gaps being out of the running, shape (targets,)."""
        return np.where(self.asked.is_fact, self.probabilities, -1)

    @property
    def right(self) -> bool:
        """Tell whether the best fact is a right one."""
        return bool(self.asked.right[int(self.facts.argmax())])

    @property
    def suggestions(self) -> bool:
        """Tell whether a right fact is among the best three."""
        return bool(self.asked.right[np.argsort(-self.facts)[:MAX_SUGGESTIONS]].any())

    @property
    def with_gaps(self) -> bool:
        """Tell whether the article lists gaps."""
        return bool(self.asked.has_gaps.any())

    def answered(self, classifier: Classifier) -> bool:
        """Tell whether the best fact would be given as the answer."""
        return self.confidence >= classifier.answer_threshold(with_gaps=self.with_gaps)

    @property
    def confidence_features(self) -> Matrix:
        """Return the features of step two, shape (len(CONFIDENCE_FEATURES),)."""
        return confidence_features(self.table, self.probabilities, self.asked.is_fact, self.asked.has_gaps)


def _every_way(one: Asked, classifier: Classifier) -> list[Decided]:
    """Return what `classifier` makes of each way to read a question."""
    found = []
    for table in one.tables:
        probabilities = classifier.probabilities(table)
        found.append(
            Decided(
                one, table, probabilities, classifier.confidence_in(table, probabilities, one.is_fact, one.has_gaps)
            )
        )
    return found


def decide(asked: Sequence[Asked], classifier: Classifier) -> tuple[Decided, ...]:
    """Return what `classifier` makes of the questions, each read in the way that it believes."""
    options = [_every_way(one, classifier) for one in asked]
    return tuple(found[best_reading([one.confidence for one in found])] for found in options)


def fit_confidence(classifier: Classifier, groups: Sequence[tuple[Decided, ...]]) -> Classifier:
    """Learn step two from decisions that step one made on articles it was not trained on.

    Each group (article) weighs the same, and so does each question, however many ways there are to read it;
    features are standardised for the penalty and the scale is folded into the weights.
    """
    rows = np.array([one.confidence_features for group in groups for one in group])
    right = np.array([one.right for group in groups for one in group], float)
    whole = [sum(1 / len(one.asked.tables) for one in group) for group in groups]
    share = np.array([1 / len(one.asked.tables) / w for group, w in zip(groups, whole, strict=True) for one in group])
    share *= sum(whole) / len(groups)
    centre, scale = rows.mean(axis=0), rows.std(axis=0)
    scale = np.where(scale > 0, scale, 1)
    standard = (rows - centre) / scale

    def loss(parameters: Matrix) -> tuple[float, Matrix]:
        z = standard @ parameters[:-1] + parameters[-1]
        chance = 1 / (1 + np.exp(-z))
        slope = share * (chance - right)
        total = float((share * (np.logaddexp(0, z) - right * z)).sum())
        penalty = CONFIDENCE_RIDGE * np.append(parameters[:-1], 0)
        return total + float(penalty @ parameters) / 2, np.append(standard.T @ slope, slope.sum()) + penalty

    found = minimize(loss, np.zeros(rows.shape[1] + 1), jac=True, method="L-BFGS-B").x
    weights = found[:-1] / scale
    return replace(classifier, confidence=weights, confidence_bias=float(found[-1] - weights @ centre))


def choose_thresholds(classifier: Classifier, decided: Sequence[Decided]) -> Classifier:
    """Set the thresholds of `classifier` from decisions on articles that it was not trained on.

    Articles with and without gaps get a bar of their own, at the same share of false answers.
    """
    plain, with_gaps = ([one for one in decided if one.with_gaps is kind] for kind in (False, True))
    offered = sorted(one.confidence for one in decided if one.asked.item.covered and one.suggestions)
    lost = int(LOST_OFFERS * sum(one.asked.item.covered for one in decided))
    bars = _bar(plain), _bar(with_gaps)
    suggest_from = offered[lost] - 1e-6 if lost < len(offered) else 0.0
    return replace(
        classifier, answer_from=bars[0], answer_from_with_gaps=bars[1], suggest_from=float(min(suggest_from, *bars))
    )


def _bar(decided: Sequence[Decided]) -> float:
    """Return the confidence that at most FALSE_ANSWERS of the uncovered questions reach."""
    uncovered = sorted((one.confidence for one in decided if not one.asked.item.covered), reverse=True)
    allowed = int(FALSE_ANSWERS * len(uncovered))
    return float(uncovered[allowed] + 1e-6) if allowed < len(uncovered) else 0.5


class _Rankers:
    """Rankers by the articles left out; leaving out two is needed from both sides and learnt once."""

    def __init__(self, developments: Sequence[Development], *, semantic: bool) -> None:
        self.developments = developments
        self.slugs = tuple(dict.fromkeys(one.slug for one in developments))
        self._semantic = semantic
        self._learnt: dict[frozenset[str], Classifier] = {}

    def without(self, *slugs: str) -> Classifier:
        """Return the ranker that has seen no version of the articles `slugs`."""
        key = frozenset(slugs)
        if key not in self._learnt:
            seen = [one for one in self.developments if one.slug not in key]
            self._learnt[key] = fit_ranker(seen, semantic=self._semantic)
        return self._learnt[key]

    def classifier(self, *left_out: str) -> Classifier:
        """Learn both steps without the articles `left_out`; thresholds are left open.

        Step two learns from decisions on each article by a ranker that has not seen that one either.
        """
        ranked = [
            tuple(way for question in one.asked for way in _every_way(question, self.without(one.slug, *left_out)))
            for one in self.developments
            if one.slug not in left_out
        ]
        return fit_confidence(self.without(*left_out), ranked)


def train(developments: Sequence[Development], *, semantic: bool) -> tuple[Classifier, list[tuple[Decided, ...]]]:
    """Return the final classifier and the leave-one-article-out decisions that its thresholds come from."""
    rankers = _Rankers(developments, semantic=semantic)
    models = {slug: rankers.classifier(slug) for slug in rankers.slugs}
    held_out = [decide(one.asked, models[one.slug]) for one in developments]
    return choose_thresholds(rankers.classifier(), [one for group in held_out for one in group]), held_out
