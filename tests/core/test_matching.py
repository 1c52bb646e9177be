"""Decisions about bare names, samples and text typed on the wrong layout, by the whole core."""

from dataclasses import replace

import pytest

from bot.core.classifier import GAP_FROM, READING_MARGIN, Thresholds
from bot.core.index import Scope
from bot.core.matching import (
    Answered,
    Closest,
    Decision,
    Question,
    Scored,
    Suggested,
    Unanswered,
    believed,
    decide,
    is_told_apart,
    prepare,
    score,
    stricter,
)
from bot.core.model import Entity, Knowledge, Text
from bot.core.snapshot import Snapshot
from tests.core.ferry import LEXICON, ferry, ferry_scope, night_snapshot, samples


def literal(text: str, scope: Scope | None = None) -> Decision:
    """Decide on a question without an encoder."""
    scope = scope or ferry_scope()
    prepared = prepare(scope, Question(text))
    return decide(prepared, score(scope, prepared))


@pytest.mark.parametrize("name", ["룬드", "Ada Lund", "룬드?", "Lund!"])
def test_a_bare_name_finds_a_fact_about_it_and_no_gap(name: str) -> None:
    decision = literal(name)
    assert isinstance(decision, Answered | Suggested)  # nothing in particular was asked: no fact is the closest
    first = decision.best if isinstance(decision, Answered) else decision.others[0]
    assert first.target.item.id == "chair-left"


@pytest.mark.parametrize("sample", ["배 비용은?", "PRICE OF THE FERRY", "who built the ferry"])
def test_an_authors_own_sample_is_answered_with_confidence_1(sample: str) -> None:
    decision = literal(sample)
    assert isinstance(decision, Answered)
    assert decision.best.confidence == 1.0


def test_english_typed_on_the_korean_layout_is_a_reading_in_lower_case() -> None:
    """Capitals are typed with shift, which gives doubled consonants; vectors belong to normalised text."""
    assert (
        prepare(ferry_scope(), Question("쪼ㅛ 양 ㅡㅕㄱㅁ샤 ㅣㄷㅁㅍㄷ?")).readings[1].normal == "why did murati leave?"
    )


def with_mate() -> Scope:
    """Return the ferry's article with a mate; a sample about the chair names her, which makes it no fact about her."""
    chair = next(fact for fact in ferry().facts if fact.id == "chair-left")
    told = replace(chair, samples=(*chair.samples, *samples("Did the chair quit before Mira Holm?")))
    facts = (*(fact for fact in ferry().facts if fact is not chair), told)
    entities = (*ferry().entities, Entity("holm", "person", Text("미라 홀름", "Mira Holm"), ("홀름", "Holm")))
    return Snapshot.of(Knowledge((replace(ferry(), facts=facts, entities=entities),), LEXICON), "1").alone("ferry")


def unsure(text: str, scope: Scope | None = None) -> Decision:
    """Decide on a question by a classifier that is never sure enough for an answer and always for the closest."""
    scope = scope or ferry_scope()
    prepared = prepare(scope, Question(text))
    scored = score(scope, prepared)
    never = replace(scored[0].classifier, answer_from=1.1, closest_from=0.0)
    return decide(prepared, tuple(replace(one, classifier=never) for one in scored))


def test_an_unsure_fact_is_quoted_as_the_closest_with_two_others_behind_it() -> None:
    decision = unsure("what was the price of the boat")
    assert isinstance(decision, Closest)
    assert decision.best.target.item.id == "cost"
    assert {one.target.item.id for one in decision.others} == {"builder", "chair-left"}


@pytest.mark.parametrize("text", ["왜 배 비용이 그렇게 나왔어?", "Lund built the ferry?"])
def test_no_fact_is_the_closest_that_lacks_the_kind_of_answer_or_the_name_asked_for(text: str) -> None:
    assert not isinstance(unsure(text), Closest)


@pytest.mark.parametrize("text", ["룬드 연봉은?", "Ada Lund", "???"])
def test_no_fact_is_the_closest_for_a_gap_a_bare_name_or_nothing(text: str) -> None:
    assert not isinstance(unsure(text), Closest)


@pytest.mark.parametrize("text", ["Did Mira Holm quit?", "홀름은 왜 떠났어?"])
def test_no_fact_about_somebody_else_is_the_closest_though_a_sample_mentions_who_is_asked_about(text: str) -> None:
    decision = unsure(text, with_mate())
    assert isinstance(decision, Suggested)
    assert decision.others[0].target.item.id == "chair-left"
    assert isinstance(unsure("Did the chair quit then?", with_mate()), Closest)


@pytest.mark.parametrize(("asked", "about"), [("홀름 연봉은?", "룬드 연봉은?"), ("Holm's salary?", "Lund's salary?")])
def test_a_gap_about_somebody_else_is_no_reply(asked: str, about: str) -> None:
    reply = literal(about, with_mate())
    assert isinstance(reply, Unanswered)
    assert reply.best is not None
    assert reply.best.target.item.id == "chair-pay"
    other = literal(asked, with_mate())
    assert not isinstance(other, Answered | Closest)
    assert isinstance(other, Suggested) or other.best is None


@pytest.mark.parametrize("text", ["her salary, please?", "그 사람 연봉은?"])
def test_no_gap_about_somebody_replies_to_a_pronoun_for_nobody(text: str) -> None:
    decision = literal(text)
    assert not isinstance(decision, Unanswered) or decision.best is None


def test_a_pronoun_may_mean_who_is_described_in_front_of_it() -> None:
    (best, *_) = score(ferry_scope(), prepare(ferry_scope(), Question("did the boss say what her salary is?")))
    assert not best.is_about_others.any()


@pytest.mark.parametrize("text", ["we want to die", "what to do", "so who is to go there"])
def test_english_of_known_words_is_never_read_as_korean_keys(text: str) -> None:
    readings = prepare(ferry_scope(), Question(text)).readings
    assert not [one.normal for one in readings if any("가" <= char <= "힣" for char in one.normal)]


def test_english_words_in_a_korean_sentence_are_never_all_read_as_korean_keys() -> None:
    """Which of them were meant as Korean is decided word by word, so that a name stays one."""
    readings = prepare(ferry_scope(), Question("lund ferry 언제부터야")).readings
    assert all("lund" in one.normal for one in readings)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Who buitl the ferry: a council?", "who built the ferry: a council?"),
        ("the 7,5 milion... ferry-tale (price)!", "the 7,5 million... ferry-tale (price)!"),
        ("배 비ㅛ용은? (2024년)", "배 비용은? (2024년)"),
    ],
)
def test_what_stands_between_words_stays_when_typing_errors_are_corrected(typed: str, meant: str) -> None:
    assert [one.normal for one in prepare(ferry_scope(), Question(typed)).readings] == [typed.lower(), meant]


def as_sure(scored: Scored, confidence: float, gap: float = 0.0) -> Scored:
    """Return a reading with this confidence in a fact and this probability of a gap, whatever it says."""
    index = scored.scope.index
    gaps = ~(index.is_fact | index.is_act)
    probabilities = confidence * index.is_fact / index.is_fact.sum() + gap * gaps / gaps.sum()
    changed = replace(scored)
    vars(changed)["_probabilities_and_confidence"] = probabilities, confidence
    return changed


def test_of_two_readings_as_sure_the_one_with_known_words_is_believed() -> None:
    """It is without the typing errors; as typed, a text is only as sure of a fact by what the errors hide."""
    typed, respelt = score(ferry_scope(), prepare(ferry_scope(), Question("Whp buitl teh fery?")))
    assert (typed.share_known, respelt.share_known) == (0, 1)
    assert believed((as_sure(typed, 0.6), as_sure(respelt, 0.6))).reading is respelt.reading
    assert believed((as_sure(typed, 0.9), as_sure(respelt, 0.6))).reading is typed.reading
    assert believed((as_sure(respelt, 0.6), as_sure(respelt, 0.6 + READING_MARGIN))).reading is respelt.reading


def test_a_gap_that_shows_when_typing_errors_are_corrected_is_believed() -> None:
    typed, respelt = score(ferry_scope(), prepare(ferry_scope(), Question("Whp buitl teh fery?")))
    sure = as_sure(typed, 0.9)
    assert believed((sure, as_sure(respelt, 0.1, gap=0.5))).reading is respelt.reading
    assert believed((sure, as_sure(respelt, 0.1, gap=0.2))).reading is typed.reading
    assert believed((sure, as_sure(respelt, 0.6, gap=0.4))).reading is typed.reading
    assert believed((as_sure(respelt, 0.9), as_sure(typed, 0.1, gap=0.5))).reading is respelt.reading


def test_a_gap_is_believed_if_no_reading_comes_close_to_a_fact() -> None:
    whole = "They read about the ferry all morning and this coffee is cold. Long story. What is the salary of Lund?"
    talk, asked, *_ = score(ferry_scope(), prepare(ferry_scope(), Question(whole)))
    assert (talk.share_known, asked.share_known) == (1, 1)
    unsure = 0.9 * talk.classifier.thresholds.closest_from
    assert believed((as_sure(talk, unsure), as_sure(asked, 0.0, gap=0.5))).reading is asked.reading
    assert believed((as_sure(talk, 0.9), as_sure(asked, 0.0, gap=0.5))).reading is talk.reading


def test_unknown_words_make_no_part_of_a_message_likelier_that_is_sure_of_nothing() -> None:
    typed, respelt = score(ferry_scope(), prepare(ferry_scope(), Question("Whp buitl teh fery?")))
    assert believed((as_sure(typed, 0.05), as_sure(respelt, 0.03))).reading is typed.reading


def test_small_talk_of_several_kinds_is_a_reply_only_if_one_of_them_is_likely_by_itself() -> None:
    acts = {one.act: one for one in night_snapshot().knowledge.dialogue}
    greet, more = acts["greet"], acts["more"]
    assert is_told_apart(greet, GAP_FROM)
    assert not is_told_apart(greet, GAP_FROM - 0.01)
    assert is_told_apart(more, 0.1), "“또?” may be one of several acts about the last answer"
    assert not is_told_apart(ferry().facts[0], 0.9)


@pytest.mark.parametrize(
    ("message", "read"),
    [
        (
            "They all talk about Ada Lund at the harbour today. It is cold here. How much did she earn?",
            "how much did ada lund earn?",
        ),
        (
            "항구에서 다들 룬드 얘기만 하던데 저는 아무것도 몰라서요. 그분 연봉은 얼마예요?",
            "룬드 연봉은 얼마예요?",
        ),
    ],
)
def test_a_pronoun_in_the_sentence_that_asks_gets_the_last_name_of_the_message(message: str, read: str) -> None:
    readings = [one.normal for one in prepare(ferry_scope(), Question(message)).readings]
    assert read in readings
    assert read.split(" ", 1)[1] not in readings, "without the name, it says too little"


def test_a_pronoun_behind_a_name_that_is_excluded_means_somebody_else() -> None:
    message = "항구에서 다들 룬드 말고 다른 사람도 떠난다고 하던데 이름을 못 들었어요. 그 사람 누구예요?"
    readings = [one.normal for one in prepare(ferry_scope(), Question(message)).readings]
    assert "그 사람 누구예요?" in readings
    assert not any(one.startswith("룬드") for one in readings)


def test_a_pronoun_without_a_name_before_it_stays() -> None:
    message = "They all talk about the ferry at the harbour today. It is cold here. How much did she earn?"
    readings = [one.normal for one in prepare(ferry_scope(), Question(message)).readings]
    assert "how much did she earn?" in readings


def test_a_fact_that_lacks_the_not_of_a_question_answers_only_if_it_is_surer() -> None:
    usual = Thresholds(answer_from=0.7, closest_from=0.4, suggest_from=0.1)
    scope = ferry_scope()
    found = {}
    for text in ("Who built the ferry?", "Who did not build the ferry?"):
        (first, *_) = score(scope, prepare(scope, Question(text)))
        found[text] = stricter(usual, first.candidates())
    assert found["Who built the ferry?"] == usual
    assert found["Who did not build the ferry?"] == replace(usual, answer_from=0.8)
    assert stricter(usual, ()) == usual
