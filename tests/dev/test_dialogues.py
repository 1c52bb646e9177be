"""Learning from dialogues: each turn is decided on as if those before it had been answered right."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bot.dev.dialogues import Turn, load_turns, report, train
from bot.evaluation.question_sets import read_questions
from tests.core.ferry import night_snapshot

QUESTIONS = Path(__file__).parents[1] / "questions"
NIGHT = night_snapshot().knowledge


@cache
def turns() -> tuple[Turn, ...]:
    """Return the turns about the night library, which has gaps and so a few-shot version, too."""
    return load_turns(NIGHT, QUESTIONS, None)


def test_every_turn_but_the_first_is_learnt_from_with_both_versions_of_the_article() -> None:
    asked = read_questions(QUESTIONS / "night-library-dialogues-development.jsonl", NIGHT)
    later = sum(bool(one.earlier) for one in asked)
    assert 0.9 * later < len(turns()) / 2 <= later, "a dialogue that begins with a greeting has no context yet"
    assert {bool(one.exchange.typed.scope.knowledge.articles[0].gaps) for one in turns()} == {True, False}


def test_the_turn_before_counts_as_answered_right() -> None:
    facts = {fact.id for fact in NIGHT.articles[0].facts}
    after = [one.exchange.before.item for one in turns() if one.exchange.before.item in facts]
    assert len(after) > len(turns()) / 2
    assert all(one.exchange.before.article == "night-library" for one in turns())


def test_what_is_right_follows_the_annotation() -> None:
    for one in turns():
        index = one.exchange.typed.scope.index
        items = [index.targets[at].item.id for at in np.flatnonzero(one.right[:-1])]
        if one.is_covered:
            assert set(items) <= set(one.annotated.facts)
        elif one.asks:
            assert one.right[-1], "nothing is a right answer to what the article does not tell"
        elif one.annotated.kind not in {"list", "rest"}:
            assert all(index.is_act[np.flatnonzero(one.right[:-1])])


def test_the_thresholds_learnt_are_in_order_and_the_report_tells_them() -> None:
    """The same dialogues stand in for three articles, as each is decided by weights from the others."""
    apart = [replace(one, article=f"article-{at % 3}") for at, one in enumerate(turns())]
    classifier, held_out = train(apart)
    assert len(held_out) == len(apart)
    assert 0 < classifier.suggest_from <= classifier.closest_from <= classifier.answer_from <= 1
    wrong = [one for one in held_out if one.turn.asks and one.answered(classifier) and not one.is_right]
    assert len(wrong) / sum(one.turn.asks for one in held_out) == pytest.approx(0.06, abs=0.03)
    text = report("lexical", classifier, held_out)
    assert f"answer from {classifier.answer_from:.3f}" in text
    assert "| article-0 |" in text
