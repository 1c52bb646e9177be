"""The report of the weights counts what it says it counts, and its picture is one."""

from xml.etree import ElementTree as ET

import numpy as np
import pytest

from bot.core.classifier import CONFIDENCE_FEATURES, Classifier
from bot.core.features import FEATURE_NAMES
from bot.dev.fit import Decided
from bot.dev.train import at_most, curve, picture, report
from bot.dev.training_data import Asked, Development
from bot.evaluation.metrics import clustered
from bot.evaluation.question_sets import Item

MODEL = Classifier(np.zeros(len(FEATURE_NAMES)), 0.0, np.zeros(len(CONFIDENCE_FEATURES)), 0.0, 0.6, 0.6, 0.2)
NONE = np.zeros(2, bool)


def decided(confidence: float, *, covered: bool, right: bool = True, kind: str = "direct") -> Decided:
    """Return a decision for the first of two facts."""
    item = Item("1", "?", "en", kind, ("x",) if covered else (), "a")
    answers = np.array([covered and right, covered and not right])
    table = np.zeros((2, 1))
    return Decided(Asked(item, (table,), answers, ~NONE, NONE), table, np.array([0.7, 0.1]), confidence)


GOOD = (decided(0.9, covered=True), decided(0.8, covered=True), decided(0.3, covered=False, kind="oos-hard"))
BAD = (
    decided(0.5, covered=True),
    decided(0.7, covered=True, right=False),
    decided(0.65, covered=False, kind="oos-hard"),
    decided(0.1, covered=False, kind="chitchat"),
)


def rows(text: str) -> dict[str, list[str]]:
    cells = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {first: rest for first, *rest in cells}


def test_rows_count_right_wrong_and_false_at_the_bar() -> None:
    articles = [Development(slug, lean=False, asked=()) for slug in ("good", "bad")]
    table = rows(report("semantic", MODEL, articles, [GOOD, BAD]))
    assert table["good"][:7] == ["100%", "100%", "100%", "0%", "100%", "0%", "100%"]
    assert table["bad"] == ["50%", "100%", "0%", "50%", "50%", "50%", "50%", "0%"]
    assert table["**all**"][2].startswith("50% (")
    assert table["oos-hard"] == ["2", "–", "–", "–", "–", "–", "50%", "100%", "–"]


def test_the_lean_mean_takes_one_version_of_each_article_and_weighs_articles_alike() -> None:
    articles = [Development("a", lean=False, asked=()), Development("a", lean=True, asked=())]
    other = Development("b", lean=False, asked=())
    table = rows(report("semantic", MODEL, [*articles, other], [GOOD, BAD, GOOD * 5]))
    assert table["**lean, mean**"][2] == "50% (0–100)"
    assert table["a (lean)"][2] == "0%"


def test_a_stricter_threshold_answers_less_of_both() -> None:
    points = curve([*GOOD, *BAD])
    assert [point.false for point in points] == pytest.approx([0, 1 / 3, 2 / 3])
    assert [point.right for point in points] == pytest.approx([0.5, 0.75, 0.75])
    assert at_most(points, 0.5) == points[1]
    assert at_most(points, 0.0).wrong == 0.25


def test_the_picture_is_an_svg_with_a_line_for_each_model() -> None:
    points = curve([*GOOD, *BAD])
    root = ET.fromstring(picture({"semantic": points, "lexical": points}))  # noqa: S314  our own
    names = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"semantic", "lexical"} <= set(names)
    assert any("falsely answered" in (name or "") for name in names)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}polyline"))) == 2


def test_articles_that_agree_leave_no_doubt_and_others_do() -> None:
    assert clustered([5, 5], [10, 10]) == (0.5, 0.5)
    low, high = clustered([0, 5, 10], [10, 10, 10])
    assert low < 0.3
    assert high > 0.7
