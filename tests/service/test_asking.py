"""Two questions in a row: the second is answered with what the first spoke of, if it needs that."""

import pytest

from bot.core.matching import Question
from bot.core.model import Knowledge
from bot.service.library import Library
from bot.service.replies import Reply
from tests.core.ferry import ferry_snapshot, night_snapshot

KNOWLEDGE = Knowledge(
    ferry_snapshot().knowledge.articles, night_snapshot().knowledge.lexicon, night_snapshot().knowledge.messages
)
LIBRARY = Library(lambda: (KNOWLEDGE, "1"), None)


def then(first: str, second: str) -> Reply:
    """Ask one question after another."""
    before = LIBRARY.answer(Question(first)).reply.context
    return LIBRARY.answer(Question(second, after=before)).reply


def test_a_pronoun_is_answered_and_the_reply_says_for_whom() -> None:
    reply = then("룬드는 왜 떠났어?", "그 사람 연봉은?")
    assert reply.gap == "chair-pay"
    assert reply.understood == "아다 룬드에 대한 질문으로 이해했어요."


def test_a_bare_question_word_asks_the_last_question_anew() -> None:
    reply = then("How much did Ada Lund quit for?", "why?")
    assert reply.fact == "chair-left"
    assert reply.understood == "Understood as: about Ada Lund"


def test_without_a_name_the_reply_names_what_the_answer_before_was_about() -> None:
    reply = then("Who built the ferry?", "how much?")
    assert reply.fact == "cost"
    assert reply.understood == "Understood as following “Who built the ferry”"


def test_a_third_question_leans_on_the_second_as_it_was_filled() -> None:
    second = then("룬드는 왜 떠났어?", "그 사람 연봉은?")
    third = LIBRARY.answer(Question("왜 떠났는데?", after=second.context)).reply
    assert third.fact == "chair-left"


@pytest.mark.parametrize("text", ["배는 누가 만들었어?", "Who built the ferry?", "룬드 연봉은?", "안녕", "qwxz zxwq"])
def test_a_complete_question_is_answered_as_if_nothing_had_been_asked(text: str) -> None:
    alone = LIBRARY.answer(Question(text)).reply
    after = then("Why did Ada Lund quit?", text)
    assert (after.outcome, after.fact, after.gap, after.text) == (alone.outcome, alone.fact, alone.gap, alone.text)
    assert after.understood is None


def test_an_incomplete_question_after_nothing_is_answered_as_it_stands() -> None:
    assert LIBRARY.answer(Question("그 사람 연봉은?")).reply.understood is None


@pytest.mark.parametrize("text", ["", "???"])
def test_what_spoke_of_no_article_leaves_nothing_to_lean_on(text: str) -> None:
    assert LIBRARY.answer(Question(text)).reply.context is None


def test_a_question_that_only_led_to_offers_still_leaves_its_name() -> None:
    before = LIBRARY.answer(Question("룬드 고향 집 강아지 이름")).reply
    assert before.outcome == "suggested"
    assert LIBRARY.answer(Question("그 사람 연봉은?", after=before.context)).reply.gap == "chair-pay"


def test_a_message_that_no_word_leads_into_is_read_as_typed() -> None:
    """Where lines end a question ends, in a conversation too."""
    message = "my bus was late and I sat in the rain for an hour\nwho built the ferry"
    reply = then("How much did the ferry cost?", message)
    assert reply.fact == "builder"
    assert reply.confidence == LIBRARY.answer(Question(message)).reply.confidence == 1.0
