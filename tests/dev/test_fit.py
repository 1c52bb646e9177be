"""Fitting the weights: gradients, signs, optimum, thresholds."""

from dataclasses import replace

import numpy as np
from scipy.optimize import check_grad

from bot.core.classifier import CONFIDENCE_FEATURES, Classifier, confidence_features
from bot.core.features import FEATURE_NAMES, FEATURES
from bot.dev.fit import (
    CONFIDENCE_RIDGE,
    FALSE_ANSWERS,
    Prediction,
    choose_thresholds,
    contests_of,
    fit_confidence,
    fit_ranker,
    predict,
    train,
)
from bot.dev.training_data import TrainingArticle, TrainingQuestion
from bot.evaluation.question_sets import AnnotatedQuestion

FACTS, GAPS = 3, 1


def question(random: np.random.Generator, right: int | None) -> TrainingQuestion:
    """Return a question whose right fact, if any, has higher features than the other targets."""
    table = random.uniform(0, 0.4, (FACTS + GAPS, len(FEATURE_NAMES)))
    is_right = np.arange(FACTS + GAPS) == right
    table[is_right] += 0.5
    annotated = AnnotatedQuestion("1", "?", "en", "direct", ("fact",) if right is not None else (), "a")
    is_fact = np.arange(FACTS + GAPS) < FACTS
    return TrainingQuestion(annotated, (table,), is_right, is_fact)


def articles(count: int) -> list[TrainingArticle]:
    random = np.random.default_rng(7)
    right = (0, 1, 2, None, None, 0) * 4
    return [
        TrainingArticle(f"article-{n}", f"article-{n}", tuple(question(random, one) for one in right))
        for n in range(count)
    ]


def test_the_gradient_of_step_one_is_the_slope_of_its_loss() -> None:
    contests = contests_of([question for article in articles(2) for question in article.questions])
    start = np.random.default_rng(3).normal(0, 0.3, len(FEATURE_NAMES) + 1)
    ridge = np.linspace(0, 1, len(start))
    off = check_grad(lambda p: contests.loss(p, ridge)[0], lambda p: contests.loss(p, ridge)[1], start)
    assert off < 1e-4 * np.linalg.norm(contests.loss(start, ridge)[1])


def test_more_agreement_never_makes_an_answer_less_likely() -> None:
    weights = fit_ranker(articles(2), ()).weights
    assert all(weight * feature.sign >= 0 for feature, weight in zip(FEATURES, weights, strict=True))


def test_without_the_encoder_its_features_weigh_nothing() -> None:
    classifier, _ = train(articles(3), semantic=False)
    confidence = dict(zip(CONFIDENCE_FEATURES, classifier.confidence, strict=True))
    for feature, weight in zip(FEATURES, classifier.weights, strict=True):
        if feature.needs_encoder:
            assert weight == confidence[feature.name] == 0
    assert classifier.weights[FEATURE_NAMES.index("ngrams_margin")] > 0


def test_a_feature_left_out_weighs_nothing() -> None:
    classifier, _ = train(articles(3), semantic=True, without="asks")
    assert classifier.weights[FEATURE_NAMES.index("asks")] == 0
    assert classifier.confidence[CONFIDENCE_FEATURES.index("asks")] == 0
    assert np.count_nonzero(classifier.weights) > 1


def recorded(random: np.random.Generator, readings: int, *, right: bool) -> Prediction:
    """Return a prediction for one of `readings` readings, with random features."""
    asked = replace(question(random, 0 if right else None), readings=(np.zeros((0, 0)),) * readings)
    table = random.uniform(0, 1, (FACTS + GAPS, len(FEATURE_NAMES)))
    return Prediction(asked, table, np.array([0.5, *random.uniform(0, 0.2, FACTS + GAPS - 1)]))


def test_step_two_keeps_the_signs_and_is_at_the_optimum_of_its_penalised_likelihood() -> None:
    """Articles weigh the same and so do questions: 1 / (readings · questions of the article), 12 questions in all."""
    random = np.random.default_rng(5)
    groups = [
        [recorded(random, 1, right=n % 3 > 0) for n in range(8)],
        [recorded(random, 2, right=n % 2 > 0) for n in range(32)],
    ]
    empty = Classifier(np.zeros(len(FEATURE_NAMES)), 0.0, np.zeros(len(CONFIDENCE_FEATURES)), 0.0, 1.0, 1.0, 0.0)
    fitted = fit_confidence(empty, groups, ())
    rows = np.array(
        [confidence_features(one.table, one.probabilities, one.question.is_fact) for group in groups for one in group]
    )
    weight = np.array([12 / 8] * 8 + [12 / 32] * 32)
    scale = np.where(rows.std(axis=0) > 0, rows.std(axis=0), 1)
    probabilities = 1 / (1 + np.exp(-(rows @ fitted.confidence + fitted.confidence_bias)))
    slope = weight * (probabilities - [one.right for group in groups for one in group])
    gradient = (rows - rows.mean(axis=0)).T @ slope / scale + CONFIDENCE_RIDGE * fitted.confidence * scale
    signs = np.array([0] * (len(CONFIDENCE_FEATURES) - len(FEATURES)) + [feature.sign for feature in FEATURES])
    assert (fitted.confidence * signs >= 0).all()
    kept = fitted.confidence != 0
    assert kept.sum() > len(FEATURES) / 2
    assert not kept.all(), "random features get the other sign now and then"
    assert np.abs([*gradient[kept], slope.sum()]).max() < 1e-6


def test_separable_questions_are_right_on_articles_left_out_of_training() -> None:
    classifier, held_out = train(articles(3), semantic=True)
    assert np.mean([one.right for group in held_out for one in group if one.covered]) > 0.95
    assert 0 < classifier.suggest_from <= classifier.answer_from <= 1


def test_the_threshold_lets_no_more_false_answers_through_than_allowed() -> None:
    article = articles(1)[0]
    classifier = fit_ranker([article], ())
    random = np.random.default_rng(1)
    predictions = [
        replace(one, confidence=float(random.uniform())) for one in predict(article.questions * 10, classifier)
    ]
    chosen = choose_thresholds(classifier, predictions)
    false = np.mean([one.answered(chosen) for one in predictions if not one.covered])
    assert 0 < false <= FALSE_ANSWERS
