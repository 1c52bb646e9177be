"""Good manners, with a clock that the test pushes."""

import asyncio

from bot.core.dialogue import Context
from bot.discord_bot.limits import Bounded, Conversations, Cooldown, Exchanges, InFlight, Once


class Time:
    """A clock at rest."""

    def __init__(self) -> None:
        """Start at zero."""
        self.now = 0.0

    def __call__(self) -> float:
        """Return the seconds so far."""
        return self.now


def test_the_oldest_entry_is_forgotten_first() -> None:
    kept: Bounded[int, str] = Bounded(2)
    for number in (1, 2, 1, 3):
        kept.put(number, str(number))
    assert [kept.get(number) for number in (1, 2, 3)] == ["1", None, "3"]
    assert len(kept) == 2


def test_something_comes_for_the_first_time_once() -> None:
    once: Once[int] = Once()
    assert [once.first(key) for key in (1, 1, 2, 1)] == [True, False, True, False]


def test_a_bucket_empties_refills_evenly_and_warns_once() -> None:
    clock = Time()
    cooldown: Cooldown[str] = Cooldown(3, clock)
    assert [cooldown.takes("a") for _ in range(4)] == [True, True, True, False]
    assert [cooldown.warns("a"), cooldown.warns("a"), cooldown.warns("b")] == [True, False, False]
    assert cooldown.takes("b")
    clock.now += 19
    assert not cooldown.takes("a")
    clock.now += 2
    assert cooldown.takes("a")
    assert not cooldown.takes("a")
    assert cooldown.warns("a")
    clock.now += 6000
    assert [cooldown.takes("a") for _ in range(4)] == [True, True, True, False]


def test_an_earlier_answer_is_found_for_a_minute_while_it_stands() -> None:
    clock = Time()
    exchanges = Exchanges(clock)
    first = exchanges.begin(1, 10, "누가떠났나요")
    assert exchanges.earlier(10, "누가떠났나요") is None
    first.replies = ["reply"]
    exchanges.answered(first)
    assert exchanges.earlier(10, "누가떠났나요") is first
    assert exchanges.earlier(11, "누가떠났나요") is None
    clock.now = 61
    assert exchanges.earlier(10, "누가떠났나요") is None
    clock.now = 1
    first.gone = True
    assert exchanges.earlier(10, "누가떠났나요") is None


def test_a_question_that_was_edited_no_longer_answers_its_old_wording() -> None:
    exchanges = Exchanges(Time())
    exchange = exchanges.begin(1, 10, "old")
    exchange.replies = ["reply"]
    exchanges.answered(exchange)
    exchange.question = "new"
    assert exchanges.earlier(10, "old") is None
    exchanges.answered(exchange)
    assert exchanges.earlier(10, "new") is exchange


def test_an_edit_counts_for_two_minutes() -> None:
    clock = Time()
    exchanges = Exchanges(clock)
    exchange = exchanges.begin(1, 10, "q")
    assert exchanges.of(1) is exchange
    assert exchanges.of(2) is None
    clock.now = 120
    assert exchanges.editable(exchange)
    clock.now = 121
    assert not exchanges.editable(exchange)


async def test_a_drain_waits_for_work_but_not_for_ever() -> None:
    in_flight = InFlight()
    assert await in_flight.drain(0)
    with in_flight.working():
        assert not await in_flight.drain(0.01)
        waiting = asyncio.create_task(in_flight.drain(1))
        await asyncio.sleep(0)
    assert await waiting
    assert not in_flight.accepting


def test_what_was_spoken_of_is_bounded_and_expires_but_by_message() -> None:
    clock = Time()
    conversations = Conversations(clock)
    topic = Context("ferry", "왜 떠났어", "chair-left")
    conversations.note(1, 10, topic)
    conversations.told([100, 101], topic)
    assert conversations.before(1, 10) == conversations.before(1, 10, private=True) == topic
    assert conversations.before(2, 10) is None
    assert conversations.before(1, 11) is None
    clock.now = 301
    assert conversations.before(1, 10) is None
    assert conversations.told_by(101) == topic
    for person in range(2, 2_000):
        conversations.note(person, 10, topic)
        conversations.told([1_000 + person, 4_000 + person], topic)
    assert conversations.before(2, 10) is None, "forgotten, not expired"
    assert conversations.told_by(101) is None
    assert conversations.told_by(5_999) == topic


def test_what_was_told_privately_is_not_taken_up_in_public() -> None:
    conversations = Conversations(Time())
    topic = Context("ferry", "왜 떠났어", "chair-left")
    conversations.note(1, 10, topic, private=True)
    assert conversations.before(1, 10) is None
    assert conversations.before(1, 10, private=True) == topic
