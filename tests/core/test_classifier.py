"""From signals to one of three bands, with a model made by hand."""

from dataclasses import replace

import numpy as np
import pytest

from bot.core.classifier import FEATURES, LEADS, TRUST_FEATURES, Model, features, load_model, trust_features
from bot.core.features import SIGNALS


def model(**weights: float) -> Model:
    """Return a model with these weights in step one, whose trust is the best fact's chance."""
    trust = np.zeros(len(TRUST_FEATURES))
    trust[TRUST_FEATURES.index("log_chance")] = 1.0
    return replace(
        load_model(semantic=False),
        weights=np.array([weights.get(name, 0.0) for name in FEATURES]),
        nothing=0.0,
        trust=trust,
        trust_bias=0.0,
    )


def table(*grams: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """Return signals of which only the first says anything."""
    rows = np.zeros((len(grams), len(SIGNALS)), np.float32)
    rows[:, SIGNALS.index("grams")] = grams
    return rows


def test_chances_and_nothing_add_up_to_one() -> None:
    chances = model(grams=2.0).chances(features(table(0.9, 0.1, 0.1)))
    odds = np.exp([1.8, 0.2, 0.2])
    assert chances == pytest.approx(odds / (odds.sum() + 1))
    assert chances.sum() < 1


def test_huge_weights_do_not_overflow() -> None:
    chances = model(grams=1e6).chances(features(table(1, 0.5)))
    assert np.isfinite(chances).all()
    assert chances[0] == pytest.approx(1)


def test_without_targets_nothing_is_certain() -> None:
    assert model().chances(np.zeros((0, len(FEATURES)))).shape == (0,)


def test_a_lead_is_the_distance_to_the_best_other() -> None:
    at = FEATURES.index("grams_lead")
    assert features(table(0.9, 0.4, 0.1))[:, at] == pytest.approx([0.5, -0.5, -0.8])
    assert features(table(0.7, 0.7))[:, at] == pytest.approx([0, 0])
    assert features(table(0.7))[:, at] == pytest.approx([0.7]), "nothing else is as near as 0"


def test_trust_grows_with_the_chance_of_the_best_fact() -> None:
    judge, facts = model(grams=8.0), np.array([True, True])
    trusts = []
    for best in (0.1, 0.5, 0.9):
        described = features(table(best, 0.1))
        trusts.append(judge.trust_in(described, judge.chances(described), facts, facts))
    assert trusts == sorted(trusts)
    assert all(0 < trust < 1 for trust in trusts)


def test_a_gap_in_front_is_seen_by_the_trust_features() -> None:
    described = features(table(0.5, 0.9))
    found = trust_features(described, np.array([0.2, 0.7]), np.array([True, False]), np.array([True, True]))
    values = dict(zip(TRUST_FEATURES, found.tolist(), strict=True))
    assert (values["covered"], values["gaps"], values["best_gap"], values["has_gaps"]) == pytest.approx(
        (0.2, 0.7, 0.7, 1)
    )
    assert values["grams"] == pytest.approx(0.5), "the features are those of the best fact"


@pytest.mark.parametrize("semantic", [True, False])
def test_the_shipped_model_has_three_bands(*, semantic: bool) -> None:
    shipped = load_model(semantic=semantic)
    assert 0 < shipped.suggest_from < shipped.answers_from(with_gaps=True) < 1
    assert shipped.suggest_from < shipped.answers_from(with_gaps=False) < 1
    assert shipped.weights.shape == (len(FEATURES),)
    assert shipped.trust.shape == (len(TRUST_FEATURES),)
    assert len(FEATURES) == len(SIGNALS) + len(LEADS)
