"""From signals to one of three bands, with a classifier made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from bot.core.classifier import (
    CONFIDENCE_FEATURES,
    FEATURES,
    MARGINS,
    Classifier,
    confidence_features,
    features,
    load_classifier,
)
from bot.core.features import SIGNALS


def classifier(**weights: float) -> Classifier:
    """Return a classifier with these weights in step one, whose confidence is the best fact's chance."""
    confidence = np.zeros(len(CONFIDENCE_FEATURES))
    confidence[CONFIDENCE_FEATURES.index("log_probability")] = 1.0
    return replace(
        load_classifier(semantic=False),
        weights=np.array([weights.get(name, 0.0) for name in FEATURES]),
        none_of_the_above=0.0,
        confidence=confidence,
        confidence_bias=0.0,
    )


def table(*ngrams: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return signals of which only the first says anything."""
    rows = np.zeros((len(ngrams), len(SIGNALS)), np.float32)
    rows[:, SIGNALS.index("ngrams")] = ngrams
    return rows


def test_chances_and_nothing_add_up_to_one() -> None:
    probabilities = classifier(ngrams=2.0).probabilities(features(table(0.9, 0.1, 0.1)))
    odds = np.exp([1.8, 0.2, 0.2])
    assert probabilities == pytest.approx(odds / (odds.sum() + 1))
    assert probabilities.sum() < 1


def test_huge_weights_do_not_overflow() -> None:
    probabilities = classifier(ngrams=1e6).probabilities(features(table(1, 0.5)))
    assert np.isfinite(probabilities).all()
    assert probabilities[0] == pytest.approx(1)


def test_without_targets_nothing_is_certain() -> None:
    assert classifier().probabilities(np.zeros((0, len(FEATURES)))).shape == (0,)


def test_a_lead_is_the_distance_to_the_best_other() -> None:
    at = FEATURES.index("ngrams_margin")
    assert features(table(0.9, 0.4, 0.1))[:, at] == pytest.approx([0.5, -0.5, -0.8])
    assert features(table(0.7, 0.7))[:, at] == pytest.approx([0, 0])
    assert features(table(0.7))[:, at] == pytest.approx([0.7]), "nothing else is as near as 0"


def test_trust_grows_with_the_chance_of_the_best_fact() -> None:
    judge, facts = classifier(ngrams=8.0), np.array([True, True])
    confidences = []
    for best in (0.1, 0.5, 0.9):
        described = features(table(best, 0.1))
        confidences.append(judge.confidence_in(described, judge.probabilities(described), facts, facts))
    assert confidences == sorted(confidences)
    assert all(0 < confidence < 1 for confidence in confidences)


def test_a_gap_in_front_is_seen_by_the_trust_features() -> None:
    described = features(table(0.5, 0.9))
    found = confidence_features(described, np.array([0.2, 0.7]), np.array([True, False]), np.array([True, True]))
    values = dict(zip(CONFIDENCE_FEATURES, found.tolist(), strict=True))
    assert (values["covered"], values["gaps"], values["best_gap"], values["has_gaps"]) == pytest.approx(
        (0.2, 0.7, 0.7, 1)
    )
    assert values["ngrams"] == pytest.approx(0.5), "the features are those of the best fact"


@pytest.mark.parametrize("semantic", [True, False])
def test_the_shipped_model_has_three_bands(*, semantic: bool) -> None:
    shipped = load_classifier(semantic=semantic)
    assert 0 < shipped.suggest_from < shipped.answer_threshold(with_gaps=True) < 1
    assert shipped.suggest_from < shipped.answer_threshold(with_gaps=False) < 1
    assert shipped.weights.shape == (len(FEATURES),)
    assert shipped.confidence.shape == (len(CONFIDENCE_FEATURES),)
    assert len(FEATURES) == len(SIGNALS) + len(MARGINS)
