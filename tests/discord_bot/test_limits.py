"""The limits on asking, with a clock that the test moves."""

import asyncio

from bot.discord_bot.limits import MANY_CHANNELS, Cooldown, InFlight, Limits
from tests.discord_bot.clock import Clock

PERSON, CHANNEL = 1, 2


def test_an_event_is_accepted_once() -> None:
    limits = Limits(12, Clock())
    assert [limits.accept(event) for event in (1, 1, 2, 1)] == [True, False, True, False]


async def test_who_asks_after_a_drain_has_begun_is_told_that_there_is_no_answer() -> None:
    limits = Limits(12, Clock())
    assert limits.refusal(PERSON, CHANNEL) is None
    assert await limits.in_flight.drain(0)
    assert limits.refusal(PERSON, CHANNEL) == "busy"


def test_a_bucket_empties_and_refills_evenly() -> None:
    clock = Clock()
    cooldown = Cooldown(3, 60, clock)
    assert [cooldown.try_acquire("a") for _ in range(4)] == [True, True, True, False]
    assert cooldown.try_acquire("b")
    clock.now += 19
    assert not cooldown.has_token("a")
    assert not cooldown.try_acquire("a")
    clock.now += 2
    assert cooldown.has_token("a")
    assert cooldown.try_acquire("a")
    assert not cooldown.try_acquire("a")
    clock.now += 6000
    assert [cooldown.try_acquire("a") for _ in range(4)] == [True, True, True, False]


def test_an_empty_bucket_is_not_forgotten_because_many_others_came_by() -> None:
    """It was after 2,000 others. Full ones are forgotten, so that no more are kept than came within a minute."""
    clock = Clock()
    cooldown = Cooldown(12, 60, clock)
    assert [cooldown.try_acquire("hasty") for _ in range(13)].count(True) == 12
    for other in range(50_000):
        clock.now += 0.00001
        assert cooldown.try_acquire(other)
    assert not cooldown.try_acquire("hasty")
    assert len(cooldown) == 50_001
    clock.now += 59
    assert cooldown.try_acquire("hasty")
    clock.now += 1
    assert cooldown.try_acquire("another")
    assert len(cooldown) == 2


def test_one_person_in_twenty_channels_gets_no_more_than_in_two() -> None:
    limits = Limits(12, Clock())
    refusals = [limits.refusal(PERSON, channel) for channel in range(20) for _ in range(20)]
    assert refusals.count(None) == 12 * MANY_CHANNELS == 24
    assert set(refusals) == {None, "slow_down"}
    assert limits.refusal(PERSON + 1, CHANNEL) is None


def test_refused_questions_in_one_channel_cost_nothing_in_another() -> None:
    limits = Limits(12, Clock())
    assert [limits.refusal(PERSON, CHANNEL) for _ in range(100)].count(None) == 12
    assert [limits.refusal(PERSON, CHANNEL + 1) for _ in range(100)].count(None) == 12


def test_a_person_is_told_once_a_minute() -> None:
    clock = Clock()
    limits = Limits(1, clock)
    told = []
    for second in range(180):
        clock.now = float(second)
        told += [second] if limits.should_tell(PERSON) else []
    assert told == [0, 60, 120]
    assert limits.should_tell(PERSON + 1)


def test_more_replies_in_flight_than_can_be_sent_are_refused() -> None:
    limits = Limits(600, Clock())
    limits.in_flight.count = 501
    assert limits.refusal(PERSON, CHANNEL) == "busy"


def test_keystrokes_are_limited_per_person_and_apart_from_questions() -> None:
    clock = Clock()
    limits = Limits(1, clock)
    assert [limits.keystrokes.try_acquire(PERSON) for _ in range(100)].count(True) == 20
    assert limits.keystrokes.try_acquire(PERSON + 1)
    assert limits.refusal(PERSON, CHANNEL) is None
    clock.now += 1
    assert [limits.keystrokes.try_acquire(PERSON) for _ in range(100)].count(True) == 5


async def test_a_drain_waits_for_work_but_not_for_ever() -> None:
    in_flight = InFlight()
    assert await in_flight.drain(0)
    with in_flight.working():
        assert not await in_flight.drain(0.01)
        waiting = asyncio.create_task(in_flight.drain(1))
        await asyncio.sleep(0)
    assert await waiting
    assert not in_flight.accepting
