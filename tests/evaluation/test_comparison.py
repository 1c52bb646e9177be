"""A paired comparison counts differences over the questions of both runs."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from bot.errors import ConfigError
from bot.evaluation.evaluate import PairedComparison, read_outcomes
from bot.evaluation.metrics import COMPARED, PairedChange, compare

BEFORE = {"a/1": "right", "a/2": "wrong", "a/3": "offered", "a/4": "false", "a/5": "declined", "a/gone": "right"}
NOW = {"a/1": "offered", "a/2": "right", "a/3": "right", "a/4": "declined", "a/5": "declined", "a/new": "right"}


def test_questions_that_became_right_and_stopped_being_right_are_named() -> None:
    right = compare(BEFORE, NOW)["right"]
    assert (right.became, right.stopped) == (("a/2", "a/3"), ("a/1",))
    assert (right.before, right.now, right.of) == (1, 2, 3)
    assert right.points == pytest.approx(100 / 3)


def test_a_suggestion_counts_like_an_answer_in_right_or_offered() -> None:
    either = compare(BEFORE, NOW)["right_or_offered"]
    assert (either.became, either.stopped) == (("a/2",), ())


def test_false_answers_are_shares_of_the_uncovered_questions() -> None:
    false = compare(BEFORE, NOW)["falsely_answered"]
    assert (false.before, false.now, false.of) == (1, 0, 2)
    assert false.stopped == ("a/4",)


def test_of_several_later_runs_the_mean_counts_for_each_question() -> None:
    """One question is lost in one drawing of two, one in both; the third stays: gains of −1/2, −1 and 0."""
    before = dict.fromkeys("abc", "right")
    right = compare(before, before | {"a": "offered", "b": "wrong"}, before | {"b": "offered"})["right"]
    assert (right.of, right.before, right.now) == (3, 3, 1.5)
    assert (right.became, right.stopped) == ((), ("a", "b"))
    assert right.points == pytest.approx(-50)
    half = 1.96 * 50 / 3**0.5  # the standard deviation of the gains is 1/2
    assert right.interval == pytest.approx((-50 - half, -50 + half))


@pytest.mark.parametrize(
    ("became", "stopped", "p_value"),
    [(0, 0, 1.0), (1, 1, 1.0), (5, 0, 2 / 32), (8, 2, 2 * (1 + 10 + 45) / 1024), (400, 400, 1.0)],
)
def test_p_is_the_exact_binomial_one(became: int, stopped: int, p_value: float) -> None:
    change = PairedChange(1_000, 0, 0, ("x",) * became, ("x",) * stopped)
    assert change.p_value == pytest.approx(p_value)


@given(st.integers(0, 200), st.integers(0, 200))
def test_p_is_that_of_scipy(became: int, stopped: int) -> None:
    change = PairedChange(1_000, 0, 0, ("x",) * became, ("x",) * stopped)
    differ = became + stopped
    assert change.p_value == pytest.approx(binomtest(became, differ).pvalue if differ else 1.0, abs=1e-9)


def test_the_table_has_a_row_for_each_measure_and_nothing_for_no_questions() -> None:
    table = PairedComparison("Against x", ("before", "now"), compare({"a/1": "right"}, {"a/1": "right"})).text(
        explain=False
    )
    assert table.splitlines()[:2] == ["", "Against x"]
    assert len(table.splitlines()) == 3 + len(COMPARED)
    assert "–" in table.splitlines()[-1]


def test_questions_are_listed_by_id_when_asked_for() -> None:
    comparison = PairedComparison("Against x", ("before", "now"), compare(BEFORE, NOW))
    assert "became right: a/2, a/3\nstopped being right: a/1\n" in comparison.text(explain=True)
    assert "a/2" not in comparison.text(explain=False)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"outcomes": 3}'])
def test_a_file_that_is_no_report_is_refused_in_one_sentence(tmp_path: Path, content: str) -> None:
    file = tmp_path / "report.json"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"report\.json: not a report"):
        read_outcomes(file)


def test_outcomes_are_read_back(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(json.dumps({"outcomes": NOW}), encoding="utf-8")
    assert read_outcomes(file) == NOW
