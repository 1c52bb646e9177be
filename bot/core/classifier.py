"""From signals to a decision, in two learnt steps: which target, and whether to confidence it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from bot.core.features import SIGNALS
from bot.core.index import Target
from bot.core.model import Language

MAX_SUGGESTIONS = 3
MARGINS = ("ngrams", "words", "meaning", "meaning_mean", "meaning_passage")
"""Signals whose lead over the best other target is a feature of its own."""
FEATURES = (*SIGNALS, *(f"{name}_margin" for name in MARGINS))
CONFIDENCE_FEATURES = (
    "covered",
    "share",
    "log_probability",
    "second",
    "gaps",
    "best_gap",
    "has_gaps",
    "votes",
    *FEATURES,
)
"""What the confidence in the best fact is judged by: the probabilities around it, and its own features."""
GAIN = 0.05
"""How much more another reading must be trusted than the text as typed (`who` is a valid 좨)."""
Matrix = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Classifier:
    """The weights of both steps and the thresholds of the three bands; all of it is learnt by `train`.

    Step one is a conditional logit (McFadden 1974): the targets and none of the above compete for one question,
    P(target i) = exp(w·xᵢ) / (exp(w₀) + Σⱼ exp(w·xⱼ)). Step two is a logistic regression: the probability
    that the best fact is the right answer, given its features and what competes with it.
    """

    weights: Matrix
    """Of step one, shape (len(FEATURES),)."""
    none_of_the_above: float
    confidence: Matrix
    """Of step two, shape (len(CONFIDENCE_FEATURES),)."""
    confidence_bias: float
    answer_from: float
    """Trust from which the best fact is given as the answer."""
    answer_from_with_gaps: float
    """The same where the author has listed gaps: many a question that has no answer ends there already."""
    suggest_from: float
    """Trust from which facts are offered."""

    def probabilities(self, table: Matrix) -> Matrix:
        """Return P(target) for every row of `features`, shape (targets,); what is missing to 1 is none of the above."""
        logits = table @ self.weights
        highest = max(float(logits.max(initial=-np.inf)), self.none_of_the_above)
        odds = np.exp(logits - highest)
        result: Matrix = odds / (odds.sum() + np.exp(self.none_of_the_above - highest))
        return result

    def confidence_in(self, table: Matrix, probabilities: Matrix, is_fact: Mask, has_gaps: Mask) -> float:
        """Return the probability that the fact with the best chance is the right answer."""
        z = float(confidence_features(table, probabilities, is_fact, has_gaps) @ self.confidence) + self.confidence_bias
        return float(1 / (1 + np.exp(-z)))

    def answer_threshold(self, *, with_gaps: bool) -> float:
        """Return the confidence from which a fact is the answer, in an article with or without gaps."""
        return self.answer_from_with_gaps if with_gaps else self.answer_from


def features(signals: NDArray[np.float32]) -> Matrix:
    """Return signals and leads, shape (targets, len(FEATURES)).

    A lead is the distance to the best other target: positive for the best one, negative for the rest.
    """
    columns = signals[:, [SIGNALS.index(name) for name in MARGINS]]
    if len(columns) > 1:
        second, first = np.partition(columns, -2, axis=0)[-2:]
        best_other = np.where(columns >= first, second, first)
    else:
        best_other = np.zeros_like(columns)
    return np.concatenate([signals, columns - best_other], axis=1).astype(np.float64)


def confidence_features(table: Matrix, probabilities: Matrix, is_fact: Mask, has_gaps: Mask) -> Matrix:
    """Return the features of the fact with the best chance, shape (len(CONFIDENCE_FEATURES),).

    The masks tell for every target whether it is a fact, and whether its article lists gaps.
    """
    facts = np.where(is_fact, probabilities, 0)
    best = int(facts.argmax())
    covered, chance = float(facts.sum()), float(facts[best])
    second = float(np.delete(facts, best).max(initial=0))
    gaps = probabilities[~is_fact]
    around = [
        covered,
        chance / max(covered, 1e-9),
        np.log(chance + 1e-9),
        second,
        gaps.sum(),
        gaps.max(initial=0),
        float(has_gaps[best]),
        float((table[best, -len(MARGINS) :] > 0).mean()),
    ]
    return np.concatenate([around, table[best]])


def believed(confidences: Sequence[float]) -> int:
    """Return which reading is meant, given the confidence in the best fact of each, the text as typed first."""
    best = 0
    for number, confidence in enumerate(confidences):
        if confidence > confidences[best] + GAIN:
            best = number
    return best


@cache
def load_classifier(*, semantic: bool) -> Classifier:
    """Return the shipped classifier, trained with or without the encoder's signals."""
    text = resources.files("bot.core").joinpath("weights.json").read_text(encoding="utf-8")
    stored = json.loads(text)["semantic" if semantic else "lexical"]
    return Classifier(
        weights=np.array([stored["weights"][name] for name in FEATURES]),
        none_of_the_above=stored["none_of_the_above"],
        confidence=np.array([stored["confidence"][name] for name in CONFIDENCE_FEATURES]),
        confidence_bias=stored["confidence_bias"],
        answer_from=stored["answer_from"],
        answer_from_with_gaps=stored["answer_from_with_gaps"],
        suggest_from=stored["suggest_from"],
    )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A target with the probability that it answers the question, and the signals that say so."""

    target: Target
    confidence: float
    sample: str
    """The sample question nearest to what was asked."""
    signals: dict[str, float]


@dataclass(frozen=True, slots=True)
class Answered:
    """The article answers the question with `best`."""

    language: Language
    best: Candidate
    others: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggested:
    """Not sure enough: these may be what was meant, the likeliest first."""

    language: Language
    others: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The article does not answer; `best` is the gap that says so explicitly, if one matched."""

    language: Language
    best: Candidate | None = None
    others: tuple[Candidate, ...] = ()


Decision = Answered | Suggested | Unanswered
