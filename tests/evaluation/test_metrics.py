"""What is counted, and how sure one can be of it."""

import pytest

from bot.evaluation.metrics import Result, Share, groups, percentile, score
from bot.evaluation.question_sets import Item
from bot.service.replies import Reply, Suggestion


def result(expected: tuple[str, ...], reply: Reply, kind: str = "direct") -> Result:
    return Result(Item("1", "?", "en", kind, expected, "a"), reply, 2.0)


def answered(fact: str) -> Reply:
    return Reply("answered", "en", "Yes.", "a", fact)


def offered(*facts: str) -> Reply:
    return Reply("suggested", "en", "This?", suggestions=tuple(Suggestion("a", fact, fact, 0.3) for fact in facts))


def test_wilson_interval_of_eight_in_ten_is_the_textbook_one() -> None:
    assert Share(8, 10).interval == pytest.approx((0.490, 0.943), abs=0.001)


def test_a_share_of_nothing_is_nothing_known() -> None:
    assert Share(0, 0).value == 0
    assert Share(0, 0).interval == (0.0, 1.0)


def test_right_wrong_offered_and_falsely_answered_are_counted_apart() -> None:
    results = [
        result(("x",), answered("x")),
        result(("x",), answered("y")),
        result(("x",), offered("y", "x")),
        result(("x",), offered("y")),
        result((), answered("x"), "oos-hard"),
        result((), offered("x"), "oos-hard"),
    ]
    counted = score(results)
    assert (counted.right.hits, counted.wrong.hits, counted.offered.hits) == (1, 1, 1)
    assert counted.right_or_offered == Share(2, 4)
    assert counted.falsely_answered == Share(1, 2)


def test_either_of_two_right_facts_is_right() -> None:
    assert score([result(("x", "y"), answered("y"))]).right == Share(1, 1)


def test_groups_begin_with_all_then_languages_then_kinds() -> None:
    found = groups([result(("x",), answered("x")), result((), offered("x"), "chitchat")])
    assert list(found) == ["all", "language en", "kind chitchat", "kind direct"]
    assert len(found["all"]) == 2


def test_percentile_of_no_results_is_zero() -> None:
    assert percentile([], 99) == 0.0
    assert percentile([result(("x",), answered("x"))], 50) == 2.0


def test_the_fact_that_puts_a_wrong_premise_right_is_no_false_answer() -> None:
    asked = Item("1", "Why did she quit?", "en", "false-premise", (), "a", corrects=("stays",))
    results = [Result(asked, answered(fact), 2.0) for fact in ("stays", "pay")]
    assert [one.outcome for one in results] == ["declined", "false"]
    assert score(results).falsely_answered == Share(1, 2)
