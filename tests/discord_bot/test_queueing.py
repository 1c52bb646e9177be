"""The queue before the matcher and the coalesced reload, without Discord; time passes only where a test says so."""

import asyncio
import heapq
import random
import sys

import pytest

from bot.discord_bot.queueing import ANSWERING, LONGEST_WAIT, MOST_PER_PERSON, Coalesced, FairQueue, Pace, Turns
from tests.discord_bot.clock import Clock
from tests.e2e.watchdog import quantile


def test_people_take_turns() -> None:
    queue = FairQueue[str]()
    for person, item in (("a", "a1"), ("a", "a2"), ("a", "a3"), ("b", "b1"), ("c", "c1"), ("b", "b2")):
        assert queue.put(person, item, most=10)
    assert [queue.take() for _ in range(7)] == ["a1", "b1", "c1", "a2", "b2", "a3", None]


def test_who_asks_again_comes_after_those_who_wait() -> None:
    queue = FairQueue[str]()
    queue.put("a", "a1", most=10)
    queue.put("b", "b1", most=10)
    assert queue.take() == "a1"
    queue.put("a", "a2", most=10)
    assert [queue.take(), queue.take()] == ["b1", "a2"]


def test_a_queue_is_bounded_for_everybody_and_for_each_person() -> None:
    queue = FairQueue[int]()
    assert [queue.put("a", number, most=5) for number in range(5)].count(True) == MOST_PER_PERSON
    assert [queue.put(f"b{number}", number, most=5) for number in range(5)].count(True) == 5 - MOST_PER_PERSON
    assert len(queue) == 5


@pytest.mark.parametrize(("seconds", "most"), [(0.001, 500), (0.02, 150), (0.1, 30), (1.0, 8)])
def test_as_many_wait_as_are_answered_in_a_second_and_a_half(seconds: float, most: int) -> None:
    pace = Pace()
    for _ in range(500):
        pace.observe(seconds)
    assert abs(pace.most_waiting - most) <= 1
    assert most in {8, 500} or most * seconds / ANSWERING == pytest.approx(LONGEST_WAIT)


def test_at_twice_the_capacity_accepted_questions_wait_less_than_three_seconds() -> None:
    """Simulated: exponential arrivals of 300 people for ten minutes, service around 40 ms; a reload halves the speed.

    Without a bound the queue would grow to 15,000 questions, and the last would wait for five minutes.
    """
    rng = random.Random(7)  # noqa: S311  a simulation
    queue, pace = FairQueue[float](), Pace()
    waits: list[float] = []
    ends: list[float] = []
    asked = shed = longest = 0
    now, mean = 0.0, 0.04

    def begin(at: float, arrived: float) -> None:
        waits.append(at - arrived)
        seconds = rng.expovariate(1 / mean) * (2 if at % 60 > 50 else 1)
        pace.observe(seconds)
        heapq.heappush(ends, at + seconds)

    while now < 600:
        now += rng.expovariate(2 * ANSWERING / mean)
        asked += 1
        while ends and ends[0] <= now:
            ended = heapq.heappop(ends)
            if (arrived := queue.take()) is not None:
                begin(ended, arrived)
        if len(ends) < ANSWERING:
            begin(now, now)
        elif not queue.put(rng.randrange(300), now, most=pace.most_waiting):
            shed += 1
        longest = max(longest, len(queue))
    p50, p99, most = (quantile(waits, share) for share in (0.5, 0.99, 1.0))
    sys.stdout.write(
        f"twice the capacity, {asked} questions, simulated: {len(waits)} answered, {shed} told to ask again; "
        f"longest queue {longest}; waited p50 {p50:.2f} s, p99 {p99:.2f} s, at most {most:.2f} s\n"
    )
    assert p99 <= 3
    assert 0.4 < len(waits) / asked < 0.6


async def settle() -> None:
    """Let every task go as far as it gets."""
    for _ in range(20):
        await asyncio.sleep(0)


class Work:
    """Answers that end when the test says so."""

    def __init__(self) -> None:
        """Begin nothing yet."""
        self.turns = Turns(Clock())
        self.begun: list[str] = []
        self._ends: dict[str, asyncio.Event] = {}

    def ask(self, person: int, name: str) -> asyncio.Task[str | None]:
        """Ask as `person`."""

        async def answer() -> str:
            self.begun.append(name)
            await self._ends[name].wait()
            return name.upper()

        self._ends[name] = asyncio.Event()
        return asyncio.create_task(self.turns.run(person, answer))

    async def end(self, name: str) -> None:
        """Let an answer end."""
        self._ends[name].set()
        await settle()


async def test_two_questions_are_answered_at_a_time_and_the_rest_in_turn() -> None:
    work = Work()
    asked = [work.ask(1, "a1"), work.ask(1, "a2"), work.ask(1, "a3"), work.ask(1, "a4"), work.ask(2, "b1")]
    await settle()
    assert work.begun == ["a1", "a2"]
    assert work.turns.waiting == 3
    await work.end("a2")
    await work.end("a1")
    assert work.begun == ["a1", "a2", "a3", "b1"]
    for name in ("a3", "b1", "a4"):
        await work.end(name)
    assert await asyncio.gather(*asked) == ["A1", "A2", "A3", "A4", "B1"]
    again = work.ask(3, "c1")
    await work.end("c1")
    assert await again == "C1"


async def test_what_is_over_the_bound_is_refused_without_waiting() -> None:
    work = Work()
    asked = [work.ask(1, f"a{number}") for number in range(10)]
    await settle()
    done = [task for task in asked if task.done()]
    assert len(done) == 10 - ANSWERING - MOST_PER_PERSON
    assert {task.result() for task in done} == {None}
    for number in range(5):
        await work.end(f"a{number}")
    assert [await task for task in asked[:5]] == ["A0", "A1", "A2", "A3", "A4"]


async def test_a_cancelled_or_failing_question_passes_its_turn_on() -> None:
    work = Work()
    tasks = [work.ask(person, f"p{person}") for person in range(5)]
    await settle()
    tasks[2].cancel()
    tasks[0].cancel()
    await settle()
    assert work.begun == ["p0", "p1", "p3"]
    work.turns.refuse_waiting()
    await settle()
    assert tasks[4].result() is None
    for name in ("p1", "p3"):
        await work.end(name)

    async def fail() -> str:
        msg = "failed"
        raise ValueError(msg)

    for _ in range(5):
        with pytest.raises(ValueError, match="failed"):
            await work.turns.run(9, fail)


async def test_a_question_cancelled_as_its_turn_comes_passes_it_on() -> None:
    work = Work()
    tasks = [work.ask(person, f"p{person}") for person in range(4)]
    await settle()
    tasks[0].cancel()
    await asyncio.sleep(0)  # the turn is passed on, and the next one has not woken yet
    tasks[2].cancel()
    await settle()
    assert work.begun == ["p0", "p1", "p3"]


async def test_two_hundred_requests_are_two_runs_and_each_gets_one_that_began_after_it() -> None:
    began: list[int] = []
    release = asyncio.Event()

    async def work() -> int:
        began.append(len(began))
        await release.wait()
        return began[-1]

    run = Coalesced(work)
    first = asyncio.create_task(run())
    await settle()
    assert began == [0]
    others = [asyncio.create_task(run()) for _ in range(200)]
    await settle()
    assert began == [0]
    release.set()
    assert await first == 0
    assert set(await asyncio.gather(*others)) == {1}
    assert await run() == 2


async def test_an_error_reaches_all_who_wait_for_it_and_nobody_else() -> None:
    results = [ValueError("bad"), None]

    async def work() -> str:
        if (error := results.pop(0)) is not None:
            raise error
        return "good"

    run = Coalesced(work)
    tasks = [asyncio.create_task(run()) for _ in range(3)]
    gone = asyncio.create_task(run())
    await asyncio.sleep(0)
    gone.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [str(outcome) for outcome in outcomes] == ["bad"] * 3
    assert await run() == "good"
