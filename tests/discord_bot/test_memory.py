"""The memory of recent messages, with a clock that the test moves."""

from types import SimpleNamespace

from bot.core.dialogue import Context
from bot.discord_bot.memory import Conversations, Exchange, Exchanges
from tests.discord_bot.clock import Clock

CONTEXT = Context("ferry", "왜 떠났어", "chair-left")
CHANNEL, OTHER_CHANNEL = 10, 11
PERSON, OTHER_PERSON = 1, 2


def answered(exchanges: Exchanges, question: str) -> Exchange:
    """Add an exchange that message 1 began and one message answers."""
    exchange = Exchange(CHANNEL, question=question, is_answer=True, replies=[SimpleNamespace(id=2)])
    exchanges.add(1, exchange)
    exchanges.allow_links(exchange)
    return exchange


def test_the_same_question_is_found_in_its_channel_for_a_minute() -> None:
    clock = Clock()
    exchanges = Exchanges(clock)
    exchange = answered(exchanges, "누가떠났나요")
    assert exchanges.find(CHANNEL, "누가떠났나요") is exchange
    assert exchanges.find(CHANNEL, "누가왔나요") is None
    assert exchanges.find(OTHER_CHANNEL, "누가떠났나요") is None
    clock.now = 59
    assert exchanges.find(CHANNEL, "누가떠났나요") is exchange
    clock.now = 61
    assert exchanges.find(CHANNEL, "누가떠났나요") is None


def test_a_question_without_an_answer_is_not_found() -> None:
    exchanges = Exchanges(Clock())
    exchange = answered(exchanges, "q")
    exchange.replies = []
    assert exchanges.find(CHANNEL, "q") is None


def test_a_deleted_question_is_not_found() -> None:
    exchanges = Exchanges(Clock())
    exchange = answered(exchanges, "q")
    exchange.is_deleted = True
    assert exchanges.find(CHANNEL, "q") is None
    assert exchanges.editable(1) is None


def test_an_answer_that_somebody_deleted_is_not_found() -> None:
    exchanges = Exchanges(Clock())
    answered(exchanges, "q")
    exchanges.note_deletion(2)
    assert exchanges.find(CHANNEL, "q") is None


def test_what_is_no_answer_is_not_found() -> None:
    exchanges = Exchanges(Clock())
    exchanges.allow_links(Exchange(CHANNEL, question="q", replies=[SimpleNamespace(id=2)]))
    assert exchanges.find(CHANNEL, "q") is None


def test_a_question_that_needs_context_is_not_found() -> None:
    exchanges = Exchanges(Clock())
    exchange = Exchange(CHANNEL, question="q", needs_context=True, is_answer=True, replies=[SimpleNamespace(id=2)])
    exchanges.allow_links(exchange)
    assert exchanges.find(CHANNEL, "q") is None


def test_an_edited_question_is_found_by_its_new_text_only() -> None:
    exchanges = Exchanges(Clock())
    exchange = answered(exchanges, "old")
    exchange.question = "new"
    assert exchanges.find(CHANNEL, "old") is None
    exchanges.allow_links(exchange)
    assert exchanges.find(CHANNEL, "new") is exchange


def test_a_question_is_editable_for_two_minutes_but_remembered_longer() -> None:
    clock = Clock()
    exchanges = Exchanges(clock)
    exchange = answered(exchanges, "q")
    assert exchanges.of_message(2) is exchanges.editable(2) is None
    clock.now = 119
    assert exchanges.editable(1) is exchange
    clock.now = 121
    assert exchanges.editable(1) is None
    assert exchanges.of_message(1) is exchange


def test_a_follow_up_is_by_the_same_person_in_the_same_channel_within_five_minutes() -> None:
    clock = Clock()
    conversations = Conversations(clock)
    conversations.remember(PERSON, CHANNEL, CONTEXT)
    conversations.remember(PERSON, CHANNEL, None)
    assert conversations.last(PERSON, CHANNEL) == conversations.last(PERSON, CHANNEL, private=True) == CONTEXT
    assert conversations.last(OTHER_PERSON, CHANNEL) is None
    assert conversations.last(PERSON, OTHER_CHANNEL) is None
    clock.now = 299
    assert conversations.last(PERSON, CHANNEL) == CONTEXT
    clock.now = 301
    assert conversations.last(PERSON, CHANNEL) is None


def test_the_context_of_a_message_does_not_expire() -> None:
    clock = Clock()
    conversations = Conversations(clock)
    conversations.remember_messages([100, 101], CONTEXT)
    conversations.remember_messages([102], None)
    clock.now = 10_000
    assert [conversations.of_message(message) for message in (100, 101, 102)] == [CONTEXT, CONTEXT, None]


def test_the_oldest_conversations_and_messages_are_forgotten() -> None:
    conversations = Conversations(Clock())
    for number in range(2_001):
        conversations.remember(number, CHANNEL, CONTEXT)
        conversations.remember_messages([number], CONTEXT)
    assert conversations.last(0, CHANNEL) is None
    assert conversations.last(2_000, CHANNEL) == CONTEXT
    assert conversations.of_message(0) is None
    assert conversations.of_message(1) == conversations.of_message(2_000) == CONTEXT


def test_a_private_answer_is_context_for_private_follow_ups_only() -> None:
    conversations = Conversations(Clock())
    conversations.remember(PERSON, CHANNEL, CONTEXT, private=True)
    assert conversations.last(PERSON, CHANNEL) is None
    assert conversations.last(PERSON, CHANNEL, private=True) == CONTEXT
