"""Learn the weights of both steps and the thresholds; predictions are leave-one-article-out."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from bot.core.classifier import CONFIDENCE_FEATURES, Classifier, Mask, best_reading, confidence_features
from bot.core.features import FEATURES, Matrix
from bot.core.matching import MAX_SUGGESTIONS
from bot.dev.training_data import TrainingArticle, TrainingQuestion

RIDGE = 0.3
"""L2 penalty of step one, chosen by leave-one-article-out among 0.03, 0.1, 0.3, 1 and 3."""
CONFIDENCE_RIDGE = 6.0
"""L2 penalty of step two on standardised features, chosen likewise among 3, 6, 10, 20, 40 and 80."""
FALSE_ANSWERS = 0.08
"""Maximum share of the uncovered questions that the answer threshold may let through."""
UNFOUNDED = 0.3
"""Maximum share of the uncovered questions that get a closest answer."""
RIGHT_CLOSEST = 0.7
"""Minimum share of right ones among the closest answers to covered questions."""
LOST_SUGGESTIONS = 0.02
"""Maximum share of the covered questions that may lose their right suggestion to the suggestion threshold."""

_BOUNDS = {1: (0.0, None), -1: (None, 0.0)}


@dataclass(frozen=True, slots=True)
class Contests:
    """Many contests of a conditional logit (McFadden 1974), concatenated so that numpy computes them at once."""

    table: Matrix
    """Features of every contestant of all contests, shape (contestants, features)."""
    right: Matrix
    """1 for the contestants that may win, shape (contestants,)."""
    lengths: NDArray[np.int64]
    """Number of contestants of each contest, shape (contests,)."""
    weight: Matrix
    """Weight of each contest, shape (contests,)."""

    def fit(self, ridge: Matrix, bounds: Sequence[tuple[float | None, float | None]]) -> Matrix:
        """Return the weights of the features that make right contestants likeliest, shape (features,).

        `ridge` is the L2 penalty of each weight, shape (features,); `bounds` the lowest and highest value of each.
        """
        found = minimize(self.loss, np.zeros(len(ridge)), args=(ridge,), jac=True, method="L-BFGS-B", bounds=bounds)
        weights: Matrix = found.x
        return weights

    def loss(self, weights: Matrix, ridge: Matrix) -> tuple[float, Matrix]:
        """Return the penalised negative log-likelihood and its gradient, shape (features,)."""
        starts = np.concatenate([[0], np.cumsum(self.lengths)[:-1]])
        logits = self.table @ weights
        odds = np.exp(logits - np.repeat(np.maximum.reduceat(logits, starts), self.lengths))
        total = np.add.reduceat(odds, starts)
        right = np.maximum(np.add.reduceat(odds * self.right, starts), 1e-300)
        slope = odds * np.repeat(self.weight / total, self.lengths)
        slope -= odds * self.right * np.repeat(self.weight / right, self.lengths)
        penalty = float((ridge * weights) @ weights) / 2
        return float((self.weight * np.log(total / right)).sum()) + penalty, self.table.T @ slope + ridge * weights


def contests_of(questions: Sequence[TrainingQuestion]) -> Contests:
    """Return a contest for every reading; readings of one question weigh 1 together.

    Facts are right for a covered question; for an uncovered one gaps, small talk and none of the above, which is the
    last contestant and alone has the last feature.
    """
    tables, right, lengths, weight = [], [], [], []
    for one in questions:
        wins = one.right if one.annotated.covered else ~one.is_fact
        for table in one.readings:
            padded = np.zeros((len(table) + 1, table.shape[1] + 1))
            padded[:-1, :-1], padded[-1, -1] = table, 1
            tables.append(padded)
            right.append(np.append(wins, not one.annotated.covered))
            lengths.append(len(padded))
            weight.append(1 / len(one.readings))
    return Contests(np.concatenate(tables), np.concatenate(right).astype(float), np.array(lengths), np.array(weight))


def fit_ranker(articles: Sequence[TrainingArticle], left_out: Collection[str]) -> Classifier:
    """Fit step one, in which the right targets win; for an uncovered question, none of the above and the gaps.

    Each weight keeps the sign of its feature, so that more agreement never makes an answer less likely; the features
    `left_out` weigh nothing. Step two and the thresholds of the result are not learnt yet.
    """
    contests = contests_of([question for article in articles for question in article.questions])
    bounds = [*((0.0, 0.0) if one.name in left_out else _BOUNDS[one.sign] for one in FEATURES), (None, None)]
    found = contests.fit(np.append(np.full(len(FEATURES), RIDGE), 0.0), bounds)
    return Classifier(
        weights=found[:-1],
        none_of_the_above=float(found[-1]),
        confidence=np.zeros(len(CONFIDENCE_FEATURES)),
        confidence_bias=0.0,
        answer_from=1.0,
        closest_from=1.0,
        suggest_from=0.0,
    )


@dataclass(frozen=True, slots=True)
class Prediction:
    """The probabilities for one reading of a question, before thresholds."""

    question: TrainingQuestion
    table: Matrix
    """Features of the reading, shape (targets, len(FEATURES))."""
    probabilities: Matrix
    """Shape (targets,)."""
    confidence: float = 0.0

    @property
    def covered(self) -> bool:
        """Return whether the article answers the question."""
        return self.question.annotated.covered

    @property
    def right(self) -> bool:
        """Return whether the best fact is a right one."""
        return bool(self._right_by_rank()[0])

    @property
    def right_in_three(self) -> bool:
        """Return whether a right fact is among the best three, which would be suggested."""
        return bool(self._right_by_rank()[:MAX_SUGGESTIONS].any())

    def _right_by_rank(self) -> Mask:
        """Return whether each target is right, in the order of the facts' probabilities; other targets come last."""
        facts = np.where(self.question.is_fact, self.probabilities, -1)
        return self.question.right[np.argsort(-facts, kind="stable")]

    def closest(self, classifier: Classifier) -> bool:
        """Return whether the best fact would be quoted as the closest."""
        likely = self.confidence >= classifier.closest_from and not self.answered(classifier)
        return likely and classifier.may_be_closest(self.table, self.probabilities, self.question.is_fact)

    def shown(self, classifier: Classifier) -> bool:
        """Return whether the text of the best fact would be shown, as the answer or as the closest."""
        return self.answered(classifier) or self.closest(classifier)

    def answered(self, classifier: Classifier) -> bool:
        """Return whether the best fact would be given as the answer."""
        return self.confidence >= classifier.answer_from


def predict(questions: Sequence[TrainingQuestion], classifier: Classifier) -> tuple[Prediction, ...]:
    """Return one prediction per question, for the reading that is believed."""
    predictions = []
    for question in questions:
        readings = _predict_readings(question, classifier)
        predictions.append(readings[best_reading([one.confidence for one in readings])])
    return tuple(predictions)


def _predict_readings(question: TrainingQuestion, classifier: Classifier) -> list[Prediction]:
    predictions = []
    for table in question.readings:
        probabilities = classifier.probabilities(table)
        confidence = classifier.confidence_in(table, probabilities, question.is_fact)
        predictions.append(Prediction(question, table, probabilities, confidence))
    return predictions


def fit_confidence(
    classifier: Classifier, groups: Sequence[Sequence[Prediction]], left_out: Collection[str]
) -> Classifier:
    """Fit step two to predictions that step one made on articles it was not trained on.

    Each group (article) weighs the same, and within it each question, however many readings it has. The penalty is on
    standardised features; their scale is folded into the weights. Signs hold as in step one: a feature that would get
    a weight of the other sign is left out, like those `left_out`.
    """
    predictions = [one for group in groups for one in group]
    table = np.array([confidence_features(one.table, one.probabilities, one.question.is_fact) for one in predictions])
    right = [one.right for one in predictions]
    shares = [np.array([1 / len(one.question.readings) for one in group]) for group in groups]
    weight = np.concatenate([share / share.sum() for share in shares]) * np.mean([share.sum() for share in shares])
    signs = {feature.name: feature.sign for feature in FEATURES}
    names = [None if name in left_out else signs.get(name, 0) for name in CONFIDENCE_FEATURES]
    weights, bias = fit_logistic(table, right, weight, names, CONFIDENCE_RIDGE)
    return replace(classifier, confidence=weights, confidence_bias=bias)


def fit_logistic(
    table: Matrix, right: Sequence[bool], weight: Matrix, signs: Sequence[int | None], ridge: float
) -> tuple[Matrix, float]:
    """Fit a logistic regression, whose L2 penalty `ridge` is on standardised features; return its weights and bias.

    A weight gets the sign in `signs` or is 0; 0 stands for either sign, None for a feature that is left out. If all
    are right, or none is, no feature tells them apart: the bias is the log odds with one more of each (Laplace).
    """
    if len(set(right)) == 1:
        return np.zeros(table.shape[1]), float(np.log((sum(right) + 1) / (len(right) - sum(right) + 1)))
    scaler = StandardScaler().fit(table)
    standard = scaler.transform(table)
    kept = [at for at, sign in enumerate(signs) if sign is not None]
    while True:
        # sklearn's objective is C · loss + ‖w‖² / 2; this solver reaches the optimum itself, not its neighbourhood
        model = LogisticRegression(C=1 / ridge, solver="newton-cholesky", tol=1e-8)
        model.fit(standard[:, kept], right, sample_weight=weight)
        wrong = [at for at, w in zip(kept, model.coef_[0], strict=True) if w * (signs[at] or 0) < 0]
        if not wrong:
            break
        kept = [at for at in kept if at not in wrong]
    weights = np.zeros(table.shape[1])
    weights[kept] = model.coef_[0] / scaler.scale_[kept]
    return weights, float(model.intercept_[0] - weights @ scaler.mean_)


def choose_thresholds(classifier: Classifier, predictions: Sequence[Prediction]) -> Classifier:
    """Set the thresholds from predictions on articles that `classifier` was not trained on."""
    answer_from = answer_threshold(predictions, FALSE_ANSWERS)
    suggested = sorted(one.confidence for one in predictions if one.covered and one.right_in_three)
    lost = int(LOST_SUGGESTIONS * sum(one.covered for one in predictions))
    suggest_from = suggested[lost] - 1e-6 if lost < len(suggested) else 0.0
    chosen = replace(classifier, answer_from=answer_from, suggest_from=min(suggest_from, answer_from))
    return replace(chosen, closest_from=closest_threshold(chosen, predictions))


def closest_threshold(classifier: Classifier, predictions: Sequence[Prediction]) -> float:
    """Return the lowest confidence for quoting the best fact as the closest, given the other thresholds.

    From it on, at most the share `UNFOUNDED` of the uncovered questions get a closest answer, and at least
    `RIGHT_CLOSEST` of the covered ones that get one are right.
    """
    anywhere = replace(classifier, closest_from=classifier.suggest_from)
    quoted = sorted((one for one in predictions if one.closest(anywhere)), key=lambda one: -one.confidence)
    allowed = UNFOUNDED * sum(not one.covered for one in predictions)
    right = np.cumsum([one.covered and one.right for one in quoted])
    covered = np.cumsum([one.covered for one in quoted])
    uncovered = np.arange(1, len(quoted) + 1) - covered
    met = np.flatnonzero((uncovered <= allowed) & (right >= RIGHT_CLOSEST * covered))
    return quoted[met[-1]].confidence - 1e-6 if len(met) else classifier.answer_from


def answer_threshold(predictions: Sequence[Prediction], false_answers: float) -> float:
    """Return the confidence reached by at most the share `false_answers` of the uncovered questions."""
    uncovered = sorted((one.confidence for one in predictions if not one.covered), reverse=True)
    allowed = int(false_answers * len(uncovered))
    return uncovered[allowed] + 1e-6 if allowed < len(uncovered) else 0.5


def train(
    articles: Sequence[TrainingArticle], *, semantic: bool, without: str | None = None
) -> tuple[Classifier, list[tuple[Prediction, ...]]]:
    """Return the final classifier and the leave-one-article-out predictions that its thresholds come from.

    Without the feature `without`, for the ablation, step two learns from predictions by rankers that have seen one
    article more, which takes a fifth of the time.
    """
    left_out = {one.name for one in FEATURES if one.name == without or (one.needs_encoder and not semantic)}
    slugs = tuple(dict.fromkeys(one.slug for one in articles))

    @cache  # leaving out two articles is needed from both sides
    def ranker(unseen: frozenset[str]) -> Classifier:
        return fit_ranker([one for one in articles if one.slug not in unseen], left_out)

    def classifier(unseen: frozenset[str]) -> Classifier:
        """Fit both steps; step two needs predictions on each article by a ranker that was not fitted to it either."""
        groups = []
        for article in articles:
            if article.slug not in unseen:
                blind = ranker(frozenset({article.slug}) if without else unseen | {article.slug})
                groups.append([one for asked in article.questions for one in _predict_readings(asked, blind)])
        return fit_confidence(ranker(unseen), groups, left_out)

    models = {slug: classifier(frozenset({slug})) for slug in slugs}
    held_out = [predict(one.questions, models[one.slug]) for one in articles]
    return choose_thresholds(classifier(frozenset()), [one for group in held_out for one in group]), held_out
