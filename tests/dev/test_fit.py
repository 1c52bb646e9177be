"""The learning is right where it can be checked: gradient, signs, thresholds."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import check_grad

from bot.core.features import FEATURE_NAMES
from bot.dev.fit import FALSE_ANSWERS, Decided, _Stack, choose_thresholds, decide, fit_ranker, train
from bot.dev.training_data import Asked, Development
from bot.evaluation.question_sets import Item

FACTS, GAPS = 3, 1


def asked(random: np.random.Generator, right: int | None) -> Asked:
    """Return a question whose right fact, if any, has higher signals than the other targets."""
    table = random.uniform(0, 0.4, (FACTS + GAPS, len(FEATURE_NAMES)))
    wanted = np.zeros(FACTS + GAPS, bool)
    if right is not None:
        table[right] += 0.5
        wanted[right] = True
    facts = ("fact",) if right is not None else ()
    is_fact = np.arange(FACTS + GAPS) < FACTS
    return Asked(Item("1", "?", "en", "direct", facts, "a"), (table,), wanted, is_fact, np.zeros(FACTS + GAPS, bool))


def articles(count: int) -> list[Development]:
    random = np.random.default_rng(7)
    questions = (0, 1, 2, None, None, 0)
    return [
        Development(f"article-{n}", lean=False, asked=tuple(asked(random, q) for q in questions * 4))
        for n in range(count)
    ]


def test_the_gradient_is_the_slope_of_the_loss() -> None:
    stack = _Stack.of([one for article in articles(2) for one in article.asked])
    start = np.random.default_rng(3).normal(0, 0.3, len(FEATURE_NAMES) + 1)
    off = check_grad(lambda p: stack.loss(p)[0], lambda p: stack.loss(p)[1], start)
    assert off < 1e-4 * np.linalg.norm(stack.loss(start)[1])


def test_more_agreement_never_makes_an_answer_less_likely() -> None:
    weights = dict(zip(FEATURE_NAMES, fit_ranker(articles(2), semantic=True).weights, strict=True))
    assert all(weight <= 0 for name, weight in weights.items() if name.endswith(("_miss", "_extra")))
    assert all(weight >= 0 for name, weight in weights.items() if not name.endswith(("_miss", "_extra")))


def test_without_the_encoder_its_features_weigh_nothing() -> None:
    weights = dict(zip(FEATURE_NAMES, fit_ranker(articles(2), semantic=False).weights, strict=True))
    assert weights["meaning_mean"] == weights["meaning_mean_margin"] == weights["meaning_coverage"] == 0
    assert weights["ngrams"] > 0


def test_a_separable_world_is_learnt_on_articles_left_out() -> None:
    classifier, held_out = train(articles(3), semantic=True)
    covered = [one for group in held_out for one in group if one.asked.item.covered]
    assert np.mean([one.right for one in covered]) > 0.95
    assert 0 < classifier.suggest_from <= classifier.answer_from <= 1


@pytest.mark.parametrize("with_gaps", [False, True])
def test_the_bar_lets_no_more_false_answers_through_than_allowed(*, with_gaps: bool) -> None:
    article = articles(1)[0]
    classifier = fit_ranker([article], semantic=True)
    random = np.random.default_rng(1)
    decided = [
        Decided(
            replace(one.asked, has_gaps=np.full(FACTS + GAPS, with_gaps)),
            one.table,
            one.probabilities,
            float(random.uniform()),
        )
        for one in decide(article.asked * 10, classifier)
    ]
    chosen = choose_thresholds(classifier, decided)
    false = np.mean([one.answered(chosen) for one in decided if not one.asked.item.covered])
    assert 0 < false <= FALSE_ANSWERS
