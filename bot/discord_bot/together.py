"""Several processes of the bot: each reacts to what another one changed, and one leads."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext

from bot.errors import StoreError
from bot.service.ports import Processes, Topic

log = logging.getLogger(__name__)

React = Callable[[], Awaitable[object]]


class Together:
    """Calls what was registered for a topic whenever another process may have changed it, one call at a time."""

    def __init__(self, processes: Processes | None, pause: float = 0.5) -> None:
        """Listen to `processes`; without any, this one is alone.

        A reaction to which the store is missing is repeated after a `pause` in seconds.
        """
        self._processes = processes
        self._pause = pause
        self._reactions: dict[Topic, React] = {}
        self._due: dict[Topic, asyncio.Event] = {}

    @property
    def is_leader(self) -> bool:
        """Return whether this process does what must happen once, such as a purge; one that is alone always does."""
        return self._processes is None or self._processes.is_leader

    def turn(self, number: int, after: Callable[[], Awaitable[object]]) -> AbstractAsyncContextManager[bool]:
        """Run a block in a turn, as `Processes` has it; one that is alone gets False."""
        return nullcontext(enter_result=False) if self._processes is None else self._processes.turn(number, after)

    def on(self, topic: Topic, react: React) -> None:
        """Call `react` after changes of `topic`, before `run` begins; it may be called without one."""
        self._reactions[topic] = react

    async def run(self) -> None:
        """Listen and react until cancelled."""
        if self._processes is None:
            return
        self._due = {topic: asyncio.Event() for topic in self._reactions}
        async with asyncio.TaskGroup() as group:
            group.create_task(self._processes.listen(self._note))
            for topic, react in self._reactions.items():
                group.create_task(self._react(self._due[topic], react))

    def _note(self, topic: Topic) -> None:
        if topic in self._due:
            self._due[topic].set()

    async def _react(self, due: asyncio.Event, react: React) -> None:
        while True:
            await due.wait()
            due.clear()
            try:
                await react()
            except StoreError as error:
                log.debug("a change of another process is not taken over yet: %s", error)
                due.set()
                await asyncio.sleep(self._pause)
            except Exception:
                log.exception("a change of another process was not taken over")
