"""What waits: questions before the matcher, fairly and never longer than is soon answered, and one reload."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from typing import Final, Generic, TypeVar

from bot.discord_bot.limits import Clock

Item = TypeVar("Item")
Result = TypeVar("Result")

ANSWERING: Final = 2
"""Questions that are answered at a time; more are answered no sooner."""
MOST_PER_PERSON: Final = 3
"""Questions of one person that wait."""
LONGEST_WAIT: Final = 1.5
"""Seconds that the last in a full queue should wait: half of what is promised, as a reload can halve the speed."""
_FEWEST, _MOST = 8, 500
"""Bounds on the length of the queue, whatever the speed."""
_FIRST_GUESS: Final = 0.02
"""Seconds that a question takes, as long as none was measured."""
_WEIGHT: Final = 0.05
"""Weight of the latest question in the average of what questions take."""


class FairQueue(Generic[Item]):
    """Items that wait, one of each person in turn."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: dict[Hashable, deque[Item]] = {}
        self._length = 0

    def __len__(self) -> int:
        """Return how many items wait."""
        return self._length

    def put(self, person: Hashable, item: Item, *, most: int, most_per_person: int = MOST_PER_PERSON) -> bool:
        """Let `item` wait; return False if already so many wait, of everybody or of this person.

        The third item of a person waits for three turns of everybody, so it counts as many.
        """
        turns = len(self._waiting.get(person, ())) + 1
        if turns > most_per_person or self._length >= most or turns * len(self._waiting) >= most:
            return False
        self._waiting.setdefault(person, deque()).append(item)
        self._length += 1
        return True

    def take(self) -> Item | None:
        """Remove and return the next item, None if none waits; its person comes last with the others."""
        if not self._waiting:
            return None
        person = next(iter(self._waiting))
        items = self._waiting.pop(person)
        item = items.popleft()
        self._length -= 1
        if items:
            self._waiting[person] = items
        return item


class Pace:
    """How many questions can wait so that the last one's turn comes soon enough."""

    def __init__(self) -> None:
        """Begin with a guess."""
        self._seconds = _FIRST_GUESS

    def observe(self, seconds: float) -> None:
        """Take into account how long a question took."""
        self._seconds += _WEIGHT * (seconds - self._seconds)

    @property
    def most_waiting(self) -> int:
        """Return how many questions can wait."""
        return max(_FEWEST, min(_MOST, int(LONGEST_WAIT * ANSWERING / max(self._seconds, 1e-6))))


class Turns:
    """Answers a few questions at a time and lets a few more wait."""

    def __init__(self, clock: Clock) -> None:
        """Measure by `clock` how long questions take."""
        self._clock = clock
        self._queue: FairQueue[asyncio.Future[bool]] = FairQueue()
        self._pace = Pace()
        self._answering = 0

    @property
    def waiting(self) -> int:
        """Return how many questions wait for their turn."""
        return len(self._queue)

    async def run(self, person: int, work: Callable[[], Awaitable[Result]]) -> Result | None:
        """Return the result of `work` when its turn has come; None, without running it, if too many wait."""
        if self._answering < ANSWERING:
            self._answering += 1
        elif not await self._wait(person):
            return None
        began = self._clock()
        try:
            return await work()
        finally:
            self._pace.observe(self._clock() - began)
            self._pass_on()

    async def _wait(self, person: int) -> bool:
        """Wait for a turn that another question passes on; return False if there is none."""
        turn: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        if not self._queue.put(person, turn, most=self._pace.most_waiting):
            return False
        try:
            return await turn
        except asyncio.CancelledError:
            if not turn.cancelled() and turn.result():
                self._pass_on()
            raise

    def _pass_on(self) -> None:
        """Give the turn that has ended to the next question that still waits."""
        while (turn := self._queue.take()) is not None:
            if not turn.done():
                turn.set_result(True)
                return
        self._answering -= 1

    def refuse_waiting(self) -> None:
        """Answer none of the questions that wait."""
        while (turn := self._queue.take()) is not None:
            if not turn.done():
                turn.set_result(False)


class Coalesced(Generic[Result]):
    """Work of which at most one run goes on and one waits, however many ask for it."""

    def __init__(self, work: Callable[[], Awaitable[Result]]) -> None:
        """Run `work` when somebody asks for it."""
        self._work = work
        self._running: asyncio.Task[Result] | None = None
        self._waiting: asyncio.Task[Result] | None = None

    async def __call__(self) -> Result:
        """Return the result of a run that begins after this call; raise its error."""
        if self._waiting is None:
            self._waiting = asyncio.create_task(self._run_after(self._running))
            self._waiting.add_done_callback(_retrieve)
        return await asyncio.shield(self._waiting)

    async def _run_after(self, previous: asyncio.Task[Result] | None) -> Result:
        if previous is not None:
            await asyncio.wait({previous})
        self._running, self._waiting = self._waiting, None
        return await self._work()


def _retrieve(task: asyncio.Task[Result]) -> None:
    """Take note of an error, which nobody awaits if all who asked have gone."""
    if not task.cancelled():
        task.exception()
