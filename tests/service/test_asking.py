"""Two questions in a row: the second is answered in the context of the first, if it needs context."""

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
    """Return the reply to the second of two questions in a row."""
    before = LIBRARY.answer(Question(first)).reply.context
    return LIBRARY.answer(Question(second, after=before)).reply


def test_a_pronoun_is_resolved_and_the_reply_names_the_person() -> None:
    reply = then("룬드는 왜 떠났어?", "그 사람 연봉은?")
    assert reply.gap == "chair-pay"
    assert reply.understood == "아다 룬드에 대한 질문으로 이해했어요."


def test_a_bare_question_word_repeats_the_last_question_with_that_word() -> None:
    reply = then("How much did Ada Lund quit for?", "why?")
    assert reply.fact == "chair-left"
    assert reply.understood == "Understood as: about Ada Lund"


def test_without_a_name_the_reply_shows_the_label_of_the_answer_before() -> None:
    reply = then("Who built the ferry?", "how much?")
    assert reply.fact == "cost"
    assert reply.understood == "Understood as following “Who built the ferry”"


def test_a_third_question_refers_to_the_second_as_it_was_resolved() -> None:
    second = then("룬드는 왜 떠났어?", "그 사람 연봉은?")
    third = LIBRARY.answer(Question("왜 떠났는데?", after=second.context)).reply
    assert (third.closest or third).fact == "chair-left"


@pytest.mark.parametrize("text", ["배는 누가 만들었어?", "Who built the ferry?", "룬드 연봉은?"])
def test_a_complete_question_is_answered_as_without_context(text: str) -> None:
    alone = LIBRARY.answer(Question(text)).reply
    after = then("Why did Ada Lund quit?", text)
    assert (after.outcome, after.fact, after.gap, after.text) == (alone.outcome, alone.fact, alone.gap, alone.text)
    assert after.understood is None


def test_without_context_an_incomplete_question_is_answered_literally() -> None:
    assert LIBRARY.answer(Question("그 사람 연봉은?")).reply.understood is None


@pytest.mark.parametrize("text", ["", "???"])
def test_a_reply_about_no_article_leaves_no_context(text: str) -> None:
    assert LIBRARY.answer(Question(text)).reply.context is None


def test_a_question_that_got_suggestions_leaves_the_name_in_it_as_context() -> None:
    before = LIBRARY.answer(Question("룬드 고향 집 강아지 이름")).reply
    assert before.outcome == "suggested"
    assert LIBRARY.answer(Question("그 사람 연봉은?", after=before.context)).reply.gap == "chair-pay"


def test_a_message_without_a_discourse_marker_is_read_as_typed() -> None:
    """The end of a line ends a question, in a conversation too."""
    message = "my bus was late and I sat in the rain for an hour\nwho built the ferry"
    reply = then("How much did the ferry cost?", message)
    assert (reply.outcome, reply.fact) == ("answered", "builder")
