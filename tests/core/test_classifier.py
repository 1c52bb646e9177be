"""Probabilities and confidence of a hand-made classifier."""

from dataclasses import replace

import numpy as np
import pytest

from bot.core.classifier import CONFIDENCE_FEATURES, Classifier, confidence_features, load_classifier
from bot.core.features import FEATURE_NAMES, Matrix


def classifier(**weights: float) -> Classifier:
    """Return a classifier with these weights in step one, whose confidence is the best fact's probability."""
    confidence = np.zeros(len(CONFIDENCE_FEATURES))
    confidence[CONFIDENCE_FEATURES.index("log_probability")] = 1.0
    return replace(
        load_classifier(semantic=False),
        weights=np.array([weights.get(name, 0.0) for name in FEATURE_NAMES]),
        none_of_the_above=0.0,
        confidence=confidence,
        confidence_bias=0.0,
    )


def table(*ngrams: float) -> Matrix:
    """Return a feature table in which one feature has these values, the others 0."""
    rows = np.zeros((len(ngrams), len(FEATURE_NAMES)))
    rows[:, FEATURE_NAMES.index("ngrams_margin")] = ngrams
    return rows


def test_the_probabilities_and_none_of_the_above_add_up_to_one() -> None:
    probabilities = classifier(ngrams_margin=2.0).probabilities(table(0.9, 0.1, 0.1))
    odds = np.exp([1.8, 0.2, 0.2])
    assert probabilities == pytest.approx(odds / (odds.sum() + 1))
    assert probabilities.sum() < 1


def test_huge_weights_do_not_overflow() -> None:
    probabilities = classifier(ngrams_margin=1e6).probabilities(table(1, 0.5))
    assert np.isfinite(probabilities).all()
    assert probabilities[0] == pytest.approx(1)


def test_without_targets_there_are_no_probabilities() -> None:
    assert classifier().probabilities(np.zeros((0, len(FEATURE_NAMES)))).shape == (0,)


def test_confidence_grows_with_the_probability_of_the_best_fact() -> None:
    hand_made, facts = classifier(ngrams_margin=8.0), np.array([True, True])
    confidences = []
    for best in (0.1, 0.5, 0.9):
        features = table(best, 0.1)
        confidences.append(hand_made.confidence_in(features, hand_made.probabilities(features), facts))
    assert confidences == sorted(confidences)
    assert all(0 < confidence < 1 for confidence in confidences)


def test_a_gap_likelier_than_every_fact_is_in_the_confidence_features() -> None:
    features = table(0.5, 0.9)
    found = confidence_features(features, np.array([0.2, 0.7]), np.array([True, False]))
    values = dict(zip(CONFIDENCE_FEATURES, found.tolist(), strict=True))
    assert (values["share"], values["second"], values["gaps"], values["best_gap"]) == pytest.approx((1, 0, 0.7, 0.7))
    assert values["ngrams_margin"] == pytest.approx(0.5), "the features are those of the best fact"


@pytest.mark.parametrize("semantic", [True, False])
def test_the_shipped_thresholds_are_in_order(*, semantic: bool) -> None:
    shipped = load_classifier(semantic=semantic)
    assert 0 < shipped.suggest_from < shipped.answer_from < 1
    assert shipped.weights.shape == (len(FEATURE_NAMES),)
    assert shipped.confidence.shape == (len(CONFIDENCE_FEATURES),)
