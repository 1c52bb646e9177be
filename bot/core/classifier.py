"""From features to probabilities, in two learnt steps: which target is meant, and how likely the best fact is right."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.core.features import FEATURE_NAMES, Matrix, contradicts

Mask = NDArray[np.bool_]
_COMPETITION: Final = ("share", "log_probability", "second", "gaps", "best_gap", "log_best_gap")
"""How the best fact compares with the other targets; `confidence_features` computes it."""
TOPIC_FEATURES: Final = ("size", "known", "named", "meaning")
"""What the shortlist knows of each article, without scoring it; `Shortlist.topics` computes it."""
ARTICLE_FEATURES: Final = (*TOPIC_FEATURES, "confidence", "entity")
"""The same, the confidence in the best fact of an article, and whether the question names a person or thing of it."""
SURE_FEATURES: Final = ("log_share", "confidence")
"""Inputs of the probability that the answer of the likeliest article is right."""
_ARTICLE_NUMBERS: Final = ("sure_bias", "answer_from", "contested_from", "closest_from", "suggest_from")
CONFIDENCE_FEATURES: Final = (*_COMPETITION, *FEATURE_NAMES)
"""Inputs of the confidence in the best fact: its competition and its own features."""
READING_MARGIN: Final = 0.05
"""Minimum gain of confidence for preferring another reading to the text as typed: on Korean keys, `who` is 좨."""
GAP_FROM: Final = 0.3
"""Minimum probability for replying with a gap, which must also be likelier than every fact."""
_TINY: Final = 1e-9
"""Keeps divisors and arguments of logarithms above 0."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Minimum confidences in the best fact for each kind of decision."""

    answer_from: float
    closest_from: float
    suggest_from: float


@dataclass(frozen=True, slots=True)
class Classifier:
    """The weights of both steps and the thresholds of the decision, all learnt by `train`.

    Step one is a conditional logit (McFadden 1974): the targets and none_of_the_above compete for one question,
    P(target i) = exp(w·xᵢ) / (exp(none_of_the_above) + Σⱼ exp(w·xⱼ)). Step two is a logistic regression: the
    probability that the best fact is the right answer, given its features and what competes with it.
    """

    weights: Matrix
    """Weights of step one, shape (len(FEATURES),)."""
    none_of_the_above: float
    confidence: Matrix
    """Weights of step two, shape (len(CONFIDENCE_FEATURES),)."""
    confidence_bias: float
    answer_from: float
    """Minimum confidence for giving the best fact as the answer."""
    closest_from: float
    """Minimum confidence for quoting the best fact as the closest one."""
    suggest_from: float
    """Minimum confidence for suggesting facts."""

    def probabilities(self, table: Matrix) -> Matrix:
        """Return P(target) for every row of a feature table, shape (targets,); the remainder is none_of_the_above."""
        logits = table @ self.weights
        highest = max(float(logits.max(initial=-np.inf)), self.none_of_the_above)
        odds = np.exp(logits - highest)
        result: Matrix = odds / (odds.sum() + np.exp(self.none_of_the_above - highest))
        return result

    def confidence_in(self, table: Matrix, probabilities: Matrix, is_fact: Mask) -> float:
        """Return the probability that the likeliest fact is the right answer."""
        return logistic(
            float(confidence_features(table, probabilities, is_fact) @ self.confidence) + self.confidence_bias
        )

    def may_be_closest(self, table: Matrix, probabilities: Matrix, is_fact: Mask) -> bool:
        """Return whether the likeliest fact may be quoted as the closest one, if the confidence in it suffices.

        It may not if a gap or small talk is the reply, or if the question contradicts it.
        """
        facts = np.where(is_fact, probabilities, 0)
        best = int(facts.argmax())
        return is_closest(facts[best], float(np.where(is_fact, 0, probabilities).max(initial=0)), table[best])

    @property
    def thresholds(self) -> Thresholds:
        """Return the thresholds, which are those of every article: what is added to one fact moves no bar."""
        return Thresholds(self.answer_from, self.closest_from, self.suggest_from)


@dataclass(frozen=True, slots=True)
class ArticleClassifier:
    """The weights and thresholds that choose between articles, all learnt by `train --articles`.

    Two conditional logits (McFadden 1974), over all articles for the shortlist and over those that were scored for the
    choice: P(article i) = exp(w·xᵢ) / Σⱼ exp(w·xⱼ). A logistic regression then says how likely an answer of the
    likeliest article is right: its logit is a · ln P + b · confidence + c.
    """

    shortlist: Matrix
    """Weights of the shortlist, shape (len(TOPIC_FEATURES),)."""
    weights: Matrix
    """Weights of the choice, shape (len(ARTICLE_FEATURES),)."""
    sure: Matrix
    """Weights of the probability that its answer is right, shape (len(SURE_FEATURES),)."""
    sure_bias: float
    answer_from: float
    """Minimum probability that the answer is right for giving it."""
    contested_from: float
    """Minimum P(article) for giving it although another article would answer as well."""
    closest_from: float
    """Minimum P(article) for quoting its closest fact."""
    suggest_from: float
    """Minimum P(article) for suggesting facts of no other."""

    def topic(self, features: Matrix) -> Matrix:
        """Return what the features of the shortlist add to the logit of each article, shape (articles,)."""
        logits: Matrix = features @ self.weights[: len(TOPIC_FEATURES)]
        return logits

    def scored(self, confidence: float, *, entity: bool) -> float:
        """Return what an article adds to its logit once it is scored."""
        of_confidence, of_entity = self.weights[len(TOPIC_FEATURES) :]
        return float(of_confidence * confidence + of_entity * entity)

    def stands(self, share: float, right: float, *, contested: bool) -> bool:
        """Return whether the answer of an article is given, given P(article) and the probability that it is right.

        `contested` tells whether another article would answer as well.
        """
        return right >= self.answer_from and (not contested or share >= self.contested_from)

    def right(self, share: float, confidence: float) -> float:
        """Return the probability that the answer of an article is right, given P(article) and its confidence."""
        return logistic(float(self.sure @ (np.log(share), confidence)) + self.sure_bias)


def logistic(logit: float) -> float:
    """Return the probability with this logit: 1 / (1 + exp(-logit))."""
    return float(1 / (1 + np.exp(-logit)))


def softmax(logits: Matrix) -> Matrix:
    """Return the probabilities of a conditional logit, exp(xᵢ) / Σⱼ exp(xⱼ), of the shape of `logits`."""
    odds = np.exp(logits - logits.max())
    shares: Matrix = odds / odds.sum()
    return shares


def is_closest(fact: float, other: float, row: Matrix) -> bool:
    """Return whether a fact may be quoted as the closest.

    `fact` is its probability, `other` that of the likeliest other reply, `row` its features.
    """
    return not (other >= GAP_FROM and other > fact) and not contradicts(row)


def confidence_features(table: Matrix, probabilities: Matrix, is_fact: Mask) -> Matrix:
    """Return the features of the likeliest fact, shape (len(CONFIDENCE_FEATURES),).

    `is_fact` is True for targets that are facts, shape (targets,).
    """
    facts = np.where(is_fact, probabilities, 0)
    best = int(facts.argmax())
    probability = float(facts[best])
    gaps = probabilities[~is_fact]
    competition = [
        probability / max(float(facts.sum()), _TINY),
        np.log(probability + _TINY),
        float(np.delete(facts, best).max(initial=0)),
        gaps.sum(),
        gaps.max(initial=0),
        np.log(gaps.max(initial=0) + _TINY),
    ]
    return np.concatenate([competition, table[best]])


def best_reading(confidences: Sequence[float]) -> int:
    """Return the position of the reading to believe, given each one's confidence in its best fact.

    The text as typed comes first and is believed unless another reading is clearly likelier.
    """
    best = 0
    for position, confidence in enumerate(confidences):
        if confidence > confidences[best] + READING_MARGIN:
            best = position
    return best


def stored_weights(*, semantic: bool) -> Any:  # noqa: ANN401  JSON
    """Return what `train` has stored, with or without the features that need the encoder."""
    text = resources.files("bot.core").joinpath("weights.json").read_text(encoding="utf-8")
    return json.loads(text)["semantic" if semantic else "lexical"]


@cache
def load_classifier(*, semantic: bool) -> Classifier:
    """Return the shipped classifier, trained with or without the features that need the encoder.

    A feature that is not in `weights.json` yet weighs nothing until the next training.
    """
    stored = stored_weights(semantic=semantic)
    return Classifier(
        weights=np.array([stored["weights"].get(name, 0.0) for name in FEATURE_NAMES]),
        none_of_the_above=stored["none_of_the_above"],
        confidence=np.array([stored["confidence"].get(name, 0.0) for name in CONFIDENCE_FEATURES]),
        confidence_bias=stored["confidence_bias"],
        answer_from=stored["answer_from"],
        closest_from=stored["closest_from"],
        suggest_from=stored["suggest_from"],
    )


@cache
def load_article_classifier(*, semantic: bool) -> ArticleClassifier:
    """Return the shipped choice between articles, trained with or without the encoder."""
    stored = stored_weights(semantic=semantic)["articles"]
    return ArticleClassifier(
        shortlist=np.array([stored["shortlist"].get(name, 0.0) for name in TOPIC_FEATURES]),
        weights=np.array([stored["weights"].get(name, 0.0) for name in ARTICLE_FEATURES]),
        sure=np.array([stored["sure"][name] for name in SURE_FEATURES]),
        **{name: stored[name] for name in _ARTICLE_NUMBERS},
    )
