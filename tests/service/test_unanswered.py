"""What of a question may be stored, and which questions are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching import Answered, Candidate, Closest, Decision, Question, Suggested, Unanswered
from bot.core.model import DialogueAct, Fact, Gap
from bot.service.answering import Answer, Asked
from bot.service.replies import reply_to
from bot.service.unanswered import MAX_STORED, stored_text, unanswered_question
from tests.core.ferry import night_snapshot

PERSON = 7
SNAPSHOT = night_snapshot()
TARGETS = [target for scope in SNAPSHOT.every_scope() for target in scope.index.targets]


def candidate(kind: type[Fact] | type[Gap] | type[DialogueAct]) -> Candidate:
    """Return a candidate with the first target of this kind."""
    target = next(one for one in TARGETS if isinstance(one.item, kind))
    return Candidate(target, 0.3, "", {})


FACT = candidate(Fact)


def answer(decision: Decision | None, asked: tuple[Asked, ...] = ()) -> Answer:
    """Return the answer to a question that was decided on in this way."""
    reply = reply_to(SNAPSHOT.knowledge, decision or Unanswered("en"))
    return Answer(SNAPSHOT, decision, reply, asked=asked)


def test_a_question_without_an_answer_is_stored_with_the_only_article() -> None:
    found = unanswered_question(answer(Unanswered("en")), "How OLD is the library?", PERSON)
    assert found is not None
    (article,) = SNAPSHOT.knowledge.articles
    assert (found.text, found.language, found.decision) == ("how old is the library?", "en", "unanswered")
    assert (found.article, found.fact, found.person) == (article.slug, "", PERSON)


def test_a_question_with_suggestions_only_is_stored_with_the_likeliest() -> None:
    found = unanswered_question(answer(Suggested("ko", (FACT,))), "배는?", PERSON)
    assert found is not None
    assert (found.decision, found.fact) == ("suggested", FACT.target.item.id)


@pytest.mark.parametrize(
    "decision",
    [
        Answered("en", FACT),
        Unanswered("en", candidate(Gap)),
        Unanswered("en", candidate(DialogueAct)),
        None,
    ],
    ids=["answered", "gap", "small talk", "no text"],
)
def test_what_has_a_reply_of_its_own_is_not_stored(decision: Decision | None) -> None:
    assert unanswered_question(answer(decision), "How old is the library?", PERSON) is None


def test_a_question_with_a_closest_answer_is_one_that_may_be_turned_down() -> None:
    found = unanswered_question(answer(Closest("en", FACT, ())), "How old is the library?", PERSON)
    assert found is not None
    assert (found.decision, found.fact) == ("turned_down", FACT.target.item.id)


@pytest.mark.parametrize("text", ["???", "<@123>", "01012345678", "👍"])
def test_what_has_no_word_left_is_not_stored(text: str) -> None:
    assert unanswered_question(answer(Unanswered("en")), text, PERSON) is None


def test_a_follow_up_is_stored_as_it_was_completed() -> None:
    asked = (Asked(Question("why did Ada leave?"), is_resolved=True),)
    found = unanswered_question(answer(Unanswered("en"), asked), "why?", PERSON)
    assert found is not None
    assert found.text == "why did ada leave?"


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("  How OLD is   Murati? ", "how old is murati?"),
        ("<@123456789012345678> <#4> 무라티 몇 살이야?", "무라티 몇 살이야?"),
        ("https://example.com/a?b=c 이거 사실이야?", "이거 사실이야?"),
        ("see discord.gg/secret or www.example.com now", "see … or … now"),
        ("ftp://host/file what is it", "… what is it"),
        ("mail ada.lovelace@example.com please", "mail … please"),
        ("@ada_l 무라티는 어디 갔어?", "… 무라티는 어디 갔어?"),
        ("내 번호는 010-1234-5678 이야", "내 번호는 … 이야"),
        ("call +82 10 1234 5678 or (02) 123-4567", "call … or ( … "),
        ("카드 1234 5678 9012 3456", "카드 …"),
        ("０１０１２３４５６７８ 누구야", "… 누구야"),
        ("01\u200b012\u200b345678 who", "… who"),
        ("id 123456789012345678 is who", "id … is who"),
        ("token MTIzNDU2Nzg5.GabcdE.abcdefghijklmnop who", "token … who"),
    ],
)
def test_what_tells_who_somebody_is_is_taken_out(text: str, stored: str) -> None:
    assert stored_text(text) == stored.strip()


@pytest.mark.parametrize(
    "text",
    ["66억 달러 투자가 2024년이야?", "did 1,700 people leave in 2024?", "gpt-4o랑 o1 차이가 뭐야?", "왜 3.5점이야?"],
)
def test_figures_that_questions_are_about_stay(text: str) -> None:
    assert stored_text(text) == text


def test_a_long_question_is_capped() -> None:
    stored = stored_text("누가 떠났어? " * 100)
    assert len(stored) <= MAX_STORED
    assert stored.endswith("…")


@given(
    st.text(), st.sampled_from(["ada@example.com", "010-1234-5678", "https://example.com/x", "<@123456789012345678>"])
)
def test_any_text_with_something_personal_is_stored_without_it(text: str, personal: str) -> None:
    stored = stored_text(f"{text} {personal} {text}")
    assert personal not in stored
    assert len(stored) <= MAX_STORED
    assert stored.isprintable()
