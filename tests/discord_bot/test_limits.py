"""The limits on asking, with a clock that the test moves."""

import asyncio

from bot.discord_bot.limits import Cooldown, InFlight, Limits
from tests.discord_bot.clock import Clock


def test_an_event_is_accepted_once() -> None:
    limits = Limits(12, Clock())
    assert [limits.accept(event) for event in (1, 1, 2, 1)] == [True, False, True, False]


async def test_nothing_is_accepted_after_a_drain() -> None:
    limits = Limits(12, Clock())
    assert await limits.in_flight.drain(0)
    assert not limits.accept(1)


def test_a_bucket_empties_refills_evenly_and_warns_once() -> None:
    clock = Clock()
    cooldown = Cooldown(3, clock)
    assert [cooldown.try_acquire("a") for _ in range(4)] == [True, True, True, False]
    assert [cooldown.should_warn(key) for key in ("a", "a", "b")] == [True, False, False]
    assert cooldown.try_acquire("b")
    clock.now += 19
    assert not cooldown.try_acquire("a")
    clock.now += 2
    assert cooldown.try_acquire("a")
    assert not cooldown.try_acquire("a")
    assert cooldown.should_warn("a")
    clock.now += 6000
    assert [cooldown.try_acquire("a") for _ in range(4)] == [True, True, True, False]


async def test_a_drain_waits_for_work_but_not_for_ever() -> None:
    in_flight = InFlight()
    assert await in_flight.drain(0)
    with in_flight.working():
        assert not await in_flight.drain(0.01)
        waiting = asyncio.create_task(in_flight.drain(1))
        await asyncio.sleep(0)
    assert await waiting
    assert not in_flight.accepting
