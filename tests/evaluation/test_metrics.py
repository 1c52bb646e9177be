"""The outcomes that each measure counts, and the intervals."""

from dataclasses import replace
from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from bot.evaluation.metrics import Result, Share, percentile, shares, shares_by_group, turn_shares
from bot.evaluation.question_sets import AnnotatedQuestion
from bot.service.replies import Reply, Suggestion


def result(expected: tuple[str, ...], reply: Reply, kind: str = "direct") -> Result:
    return Result(AnnotatedQuestion("1", "?", "en", kind, expected, "a"), reply, 2.0)


def answered(fact: str) -> Reply:
    return Reply("answered", "en", "Yes.", "a", fact)


def offered(*facts: str) -> Reply:
    return Reply("suggested", "en", "This?", suggestions=tuple(Suggestion("a", fact, fact, 0.3) for fact in facts))


def quoted(fact: str, *others: str) -> Reply:
    return replace(offered(*others), closest=answered(fact))


def test_wilson_interval_of_eight_in_ten_is_the_textbook_one() -> None:
    assert Share(8, 10).interval == pytest.approx((0.490, 0.943), abs=0.001)


@given(st.integers(1, 3_000), st.data())
def test_wilson_interval_is_that_of_scipy(total: int, data: st.DataObject) -> None:
    share = Share(data.draw(st.integers(0, total)), total)
    level = 2 * NormalDist().cdf(1.96) - 1
    assert share.interval == pytest.approx(binomtest(share.hits, total).proportion_ci(level, method="wilson"), abs=1e-9)


def test_a_share_without_questions_has_the_widest_interval() -> None:
    assert Share(0, 0).value == 0
    assert Share(0, 0).interval == (0.0, 1.0)


def test_answers_closest_ones_and_suggestions_are_counted_apart() -> None:
    results = [
        result(("x",), answered("x")),
        result(("x",), answered("y")),
        result(("x",), offered("y", "x")),
        result(("x",), offered("y")),
        result(("x",), quoted("x", "y")),
        result(("x",), quoted("y", "x")),
        result(("x",), quoted("y", "z")),
        result((), answered("x"), "oos-hard"),
        result((), offered("x"), "oos-hard"),
        result((), quoted("x"), "oos-hard"),
    ]
    assert shares(one.outcome for one in results) == {
        "right": Share(1, 7),
        "wrong": Share(1, 7),
        "offered": Share(2, 7),
        "right_or_offered": Share(4, 7),
        "seen": Share(2, 7),
        "misled": Share(2, 7),
        "falsely_answered": Share(1, 3),
        "unfounded": Share(1, 3),
    }


def test_either_of_two_right_facts_is_right() -> None:
    assert result(("x", "y"), answered("y")).outcome == "right"


def test_groups_begin_with_all_then_languages_then_kinds() -> None:
    found = shares_by_group([result(("x",), answered("x")), result((), offered("x"), "chitchat")])
    assert list(found) == ["all", "language en", "kind chitchat", "kind direct"]
    assert found["all"]["right"] == found["kind direct"]["right"] == Share(1, 1)
    assert found["kind chitchat"]["right"] == Share(0, 0)


def test_percentile_of_no_results_is_zero() -> None:
    assert percentile([], 99) == 0.0
    assert percentile([result(("x",), answered("x"))], 50) == 2.0


def test_the_fact_that_corrects_a_wrong_premise_is_no_false_answer() -> None:
    asked = AnnotatedQuestion("1", "Why did she quit?", "en", "false-premise", (), "a", corrects=("stays",))
    results = [Result(asked, answered(fact), 2.0) for fact in ("stays", "pay")]
    assert [one.outcome for one in results] == ["declined", "false"]


def test_turns_of_dialogues_are_counted_by_act() -> None:
    turns = [
        result(("x",), answered("x"), "verify"),
        result(("x",), quoted("x"), "verify"),
        result(("x",), answered("y"), "more"),
        result((), answered("y"), "react"),
        result((), offered("y"), "react"),
    ]
    turns = [replace(one, question=replace(one.question, is_turn=True)) for one in turns]
    found = turn_shares([*turns, result(("x",), answered("x"))])
    shown = {act: [share.hits for share in row.values()] for act, row in found.items()}
    assert shown == {"all": [3, 2, 2], "verify": [2, 1, 0], "more": [0, 0, 1], "react": [1, 1, 1]}


def test_a_message_of_several_questions_is_right_if_each_got_its_answer_and_nothing_else() -> None:
    def outcome(*facts: str) -> str:
        reply = replace(answered(facts[0]), also=tuple(map(answered, facts[1:])))
        asked = AnnotatedQuestion("1", "?", "en", "several", ("x", "y", "z"), "a", parts=(("x", "y"), ("z",)))
        return Result(asked, reply, 1.0).outcome

    assert [outcome("y", "z"), outcome("x"), outcome("x", "y"), outcome("x", "q")] == [
        "right",
        "offered",
        "offered",
        "wrong",
    ]
