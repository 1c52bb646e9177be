"""The report of the weights counts what it says it counts, and the weights are stored as they are loaded."""

import json

import numpy as np
import pytest

from bot.core.classifier import CONFIDENCE_FEATURES, Classifier
from bot.core.features import FEATURE_NAMES
from bot.dev.fit import Prediction, answer_threshold, closest_threshold
from bot.dev.train import NAMES, article_interval, report, stored
from bot.dev.training_data import TrainingArticle, TrainingQuestion
from bot.evaluation.question_sets import AnnotatedQuestion

MODEL = Classifier(np.zeros(len(FEATURE_NAMES)), 0.0, np.zeros(len(CONFIDENCE_FEATURES)), 0.0, 0.6, 0.4, 0.2)
NONE = np.zeros(2, bool)


def predicted(confidence: float, *, covered: bool, right: bool = True, kind: str = "direct") -> Prediction:
    """Return a prediction whose best fact is the first of two."""
    annotated = AnnotatedQuestion("1", "?", "en", kind, ("x",) if covered else (), "a")
    is_right = np.array([covered and right, covered and not right])
    table = np.zeros((2, len(FEATURE_NAMES)))
    question = TrainingQuestion(annotated, (table,), is_right, ~NONE)
    return Prediction(question, table, np.array([0.7, 0.1]), confidence)


GOOD = (predicted(0.9, covered=True), predicted(0.8, covered=True), predicted(0.3, covered=False, kind="oos-hard"))
BAD = (
    predicted(0.5, covered=True),
    predicted(0.7, covered=True, right=False),
    predicted(0.65, covered=False, kind="oos-hard"),
    predicted(0.1, covered=False, kind="chitchat"),
)


def rows(text: str) -> dict[str, list[str]]:
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {first: rest for first, *rest in cells}


def test_rows_count_right_wrong_and_false_at_the_threshold() -> None:
    articles = [TrainingArticle(slug, slug, ()) for slug in ("good", "bad")]
    table = rows(report("semantic", MODEL, articles, [GOOD, BAD]))
    assert table["good"][:9] == ["100%", "100%", "100%", "0%", "100%", "100%", "0%", "0%", "0%"]
    assert table["bad"] == ["50%", "100%", "0%", "50%", "50%", "50%", "0%", "50%", "0%", "50%", "0%"]
    assert table["**all**"][2].startswith("50% (")
    assert table["oos-hard"] == ["2", "–", "–", "–", "–", "–", "–", "–", "50%", "0%", "100%", "–"]


def test_the_closest_threshold_is_the_lowest_with_few_unfounded_and_mostly_right_closest_answers() -> None:
    """At 0.35, two of nine uncovered questions get one and four of five covered ones are right; below, four of six."""
    right = [predicted(confidence, covered=True) for confidence in (0.55, 0.5, 0.45, 0.4)]
    wrong = [predicted(confidence, covered=True, right=False) for confidence in (0.35, 0.25, 0.24)]
    none = [predicted(confidence, covered=False) for confidence in (0.52, 0.36, *[0.05] * 7)]
    assert closest_threshold(MODEL, [*right, *wrong, *none]) == pytest.approx(0.35, abs=1e-5)


def test_no_closest_answer_is_learnt_where_most_are_wrong() -> None:
    predictions = [predicted(0.5, covered=True, right=False), predicted(0.4, covered=True)]
    assert closest_threshold(MODEL, predictions) == MODEL.answer_from


def test_a_closest_answer_needs_a_question_that_does_not_contradict_it() -> None:
    found = predicted(0.5, covered=True)
    assert found.closest(MODEL)
    found.table[0, FEATURE_NAMES.index("type_miss")] = 1
    assert not found.closest(MODEL)


def test_the_few_shot_mean_takes_one_version_of_each_article_and_weighs_articles_equally() -> None:
    articles = [TrainingArticle(*names, ()) for names in (("a", "a"), ("a", "a (few-shot)"), ("b", "b"))]
    table = rows(report("semantic", MODEL, articles, [GOOD, BAD, GOOD * 5]))
    assert table["**few-shot, mean**"][2] == "50% (0–100)"
    assert table["a (few-shot)"][2] == "0%"


def test_fewer_false_answers_cost_right_ones() -> None:
    articles = [TrainingArticle(slug, slug, ()) for slug in ("good", "bad")]
    table = rows(report("semantic", MODEL, articles, [GOOD * 10, BAD * 10]))
    assert table["2%"] == ["50.0%", "25.0%", "0.650"]  # nothing that an uncovered question reaches is answered
    strict, loose = (answer_threshold([*GOOD, *BAD], share) for share in (0.0, 0.5))
    assert (strict, loose) == pytest.approx((0.65, 0.3), abs=1e-5)


def test_articles_that_agree_leave_no_doubt_and_others_do() -> None:
    assert article_interval(np.array([5, 5]), np.array([10, 10])) == (0.5, 0.5)
    low, high = article_interval(np.array([0, 5, 10]), np.array([10, 10, 10]))
    assert low < 0.3
    assert high > 0.7


def test_articles_are_drawn_together_with_their_number_of_questions() -> None:
    """The interval is that of a bootstrap written out with the same draws."""
    hits, totals = np.array([3, 40, 9, 0]), np.array([10, 50, 12, 5])
    drawn = np.random.default_rng(0).integers(0, 4, (5_000, 4))
    expected = np.percentile(hits[drawn].sum(axis=1) / totals[drawn].sum(axis=1), [2.5, 97.5])
    assert article_interval(hits, totals) == pytest.approx(tuple(expected), abs=1e-9)


def test_weights_are_stored_rounded_and_by_name() -> None:
    data = json.loads(json.dumps(stored(MODEL, NAMES)))
    assert list(data["weights"]) == list(FEATURE_NAMES)
    assert list(data["confidence"]) == list(CONFIDENCE_FEATURES)
    assert (data["none_of_the_above"], data["answer_from"], data["suggest_from"]) == (0.0, 0.6, 0.2)
