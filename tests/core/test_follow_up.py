"""In a conversation, the text as typed and its resolutions compete in one decision."""

from dataclasses import replace

import numpy as np
import pytest

from bot.core.dialogue import Context, resolve
from bot.core.follow_up import (
    CONTEXT_FEATURE_NAMES,
    Exchange,
    Interpretation,
    context_table,
    decide_in_context,
    load_context_classifier,
)
from bot.core.index import Scope
from bot.core.matching import Answered, Question, believed, leading, prepare, score
from bot.core.model import DialogueAct, Entity, Gap, Knowledge, Text
from bot.core.snapshot import Snapshot
from tests.core.ferry import ferry, night_snapshot, samples

SHARED = night_snapshot().knowledge
FERRY = Snapshot.of(Knowledge((ferry(),), SHARED.lexicon, dialogue=SHARED.dialogue), "hand-made").alone("ferry")
COST = Context("ferry", "배에 돈이 얼마 들었어", "cost", ("cost",))
LEFT = Context("ferry", "룬드는 왜 떠났어", "chair-left", ("chair-left",))
COLUMN = {name: at for at, name in enumerate(CONTEXT_FEATURE_NAMES)}


def exchange(text: str, before: Context, scope: Scope = FERRY) -> Exchange:
    """Return a message after an exchange, scored without the encoder."""
    resolved = resolve(scope, text, before)
    texts = [(None, text), *((one, one.text) for one in (resolved.candidates if resolved else ()))]
    scored = [(way, believed(score(scope, prepare(scope, Question(text))))) for way, text in texts]
    return Exchange(before, resolved, tuple(Interpretation(way, one) for way, one in scored))


def column(text: str, before: Context, name: str) -> dict[str, float]:
    """Return a feature of the text as typed by the id of the target."""
    one = exchange(text, before)
    table, index = context_table(one), FERRY.index
    rows = np.flatnonzero((table.interpretations == 0) & (table.targets < len(index.targets)))
    return {index.targets[table.targets[row]].item.id: table.features[row, COLUMN[name]] for row in rows}


def test_probabilities_of_all_pairs_add_up_to_one() -> None:
    prediction = load_context_classifier(semantic=False).predict(exchange("왜?", COST))
    assert prediction.of_pairs.sum() == pytest.approx(1)
    assert prediction.probabilities.sum() == pytest.approx(1)


def test_only_the_text_as_typed_may_be_a_dialogue_act() -> None:
    table = context_table(exchange("그 사람은 어디 갔어?", LEFT))
    completed = table.targets[table.interpretations > 0]
    acts = np.flatnonzero(FERRY.index.is_act)
    assert len(completed)
    assert not np.isin(completed, acts).any()
    assert np.isin(table.targets[table.interpretations == 0], acts).any()


def test_the_last_answer_is_told_apart_from_what_was_shown_before_it() -> None:
    before = Context("ferry", "룬드는 왜 떠났어", "chair-left", ("cost", "chair-left"))
    last, shown = (column("왜?", before, name) for name in ("repeats_fitting", "shown"))
    assert (last["chair-left"], last["cost"]) == (1, 0)
    assert (shown["chair-left"], shown["cost"]) == (0, 1)


def test_a_fact_of_the_same_paragraph_is_nearest() -> None:
    near = column("그건 언제야?", COST, "near")
    assert near["builder"] == 1
    assert near["chair-left"] == 0.5
    assert near["cost"] == 0, "the last answer has features of its own"


def test_a_question_that_needs_the_one_before_is_answered_with_its_completed_text() -> None:
    told = decide_in_context(exchange("그 사람은 왜 떠났어?", LEFT), "ko", semantic=False)
    best = leading(told.decision)
    assert best is not None
    assert best.target.item.id == "chair-left"
    assert told.interpretation.resolution is not None
    assert told.interpretation.resolution.way == "pronoun"


def test_a_complete_question_is_answered_whatever_was_said_before() -> None:
    told = decide_in_context(exchange("배는 누가 만들었어?", LEFT), "ko", semantic=False)
    assert isinstance(told.decision, Answered)
    assert told.decision.best.target.item.id == "builder"
    assert told.interpretation.resolution is None


def test_a_name_that_the_fact_does_not_mention_is_not_what_a_question_left_out() -> None:
    one = exchange("배는 누가 만들었어?", LEFT)
    table, targets = context_table(one), [target.item.id for target in FERRY.index.targets]
    found = {
        (targets[target], one.interpretations[text].resolution is None)
        for target, text in zip(table.targets, table.interpretations, strict=True)
        if target < len(targets)
        and (one.interpretations[text].resolution is None or one.interpretations[text].scored.reading.entities)
    }
    assert ("builder", True) in found
    assert ("builder", False) not in found
    assert ("chair-left", False) in found


@pytest.mark.parametrize("text", ["says who?", "출처는?", "진짜야?"])
def test_an_authors_sample_of_an_act_is_that_act_in_any_conversation(text: str) -> None:
    for before in (COST, LEFT):
        best = leading(decide_in_context(exchange(text, before), "en", semantic=False).decision)
        assert best is not None
        assert isinstance(best.target.item, DialogueAct)
    assert not exchange("배는 누가 만들었어?", LEFT).is_own_act
    assert not exchange("몇 시야?", LEFT).is_own_act, "it may ask for a time that the article tells"


@pytest.mark.parametrize("text", ["qwxz zxwq", "ㅁㄴㅇㄹ", "바라뿌두두"])
def test_words_that_nobody_knows_are_not_completed(text: str) -> None:
    assert set(context_table(exchange(text, LEFT)).interpretations) == {0}


def test_thanks_stay_thanks_in_a_conversation() -> None:
    best = leading(decide_in_context(exchange("고마워", COST), "ko", semantic=False).decision)
    assert best is not None
    assert isinstance(best.target.item, DialogueAct)
    assert best.target.item.act == "thank"


@pytest.mark.parametrize("semantic", [True, False])
def test_the_shipped_thresholds_are_in_order(*, semantic: bool) -> None:
    shipped = load_context_classifier(semantic=semantic)
    assert 0 < shipped.suggest_from <= shipped.closest_from <= shipped.answer_from < 1
    assert shipped.weights.shape == (len(CONTEXT_FEATURE_NAMES),)
    assert shipped.weights[COLUMN["log_probability"]] > 0


def test_a_gap_about_somebody_else_is_no_reply_to_what_goes_on() -> None:
    holm = Entity("holm", "person", Text("페르 홀름", "Per Holm"), ("홀름", "Holm"))
    gap = Gap(
        "holm-married",
        Text("홀름의 결혼", "Holm's marriage"),
        Text("홀름이 결혼했는지는 나오지 않아요.", "The article does not say whether Holm is married."),
        samples("홀름 결혼했어?", "홀름은 결혼했나요?", "Is Holm married?"),
    )
    article = replace(ferry(), entities=(*ferry().entities, holm), gaps=(*ferry().gaps, gap))
    scope = Snapshot.of(Knowledge((article,), SHARED.lexicon, dialogue=SHARED.dialogue), "hand-made").alone("ferry")
    about_holm = Context("ferry", "홀름은 누구야", "holm-married")
    for before, found in ((LEFT, None), (about_holm, gap)):
        best = leading(decide_in_context(exchange("결혼했어?", before, scope), "ko", semantic=False).decision)
        assert (best.target.item if best and isinstance(best.target.item, Gap) else None) == found
