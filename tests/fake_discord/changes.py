"""Waiting for something to become true, never for ever."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Hashable
from typing import TypeVar

Found = TypeVar("Found")


class Changes:
    """Wake whoever waits for a topic.

    Topics are message ids, channel ids, interaction ids and a few words. With one topic
    per question, two hundred members can wait in one channel without waking each other.
    """

    def __init__(self, hint: Callable[[], str]) -> None:
        """Start with nobody waiting; `hint` may say why a wait was in vain."""
        self._hint = hint
        self._waiting: dict[Hashable, set[asyncio.Future[None]]] = defaultdict(set)

    def announce(self, *topics: Hashable) -> None:
        """Say that something about these topics is different now."""
        for topic in topics:
            for future in self._waiting.pop(topic, ()):
                if not future.done():
                    future.set_result(None)

    async def until(
        self,
        probe: Callable[[], Found | None],
        *,
        topics: tuple[Hashable, ...],
        within: float,
        what: str,
    ) -> Found:
        """Return what `probe` finds, asking again after every announcement.

        Raises AssertionError naming `what` was waited for once `within` seconds passed.
        """
        deadline = asyncio.get_running_loop().time() + within
        while (found := probe()) is None:
            try:
                async with asyncio.timeout_at(deadline):
                    await self._next(topics)
            except TimeoutError:
                message = f"waited {within:g} s for {what}, in vain{self._hint()}"
                raise AssertionError(message) from None
        return found

    async def _next(self, topics: tuple[Hashable, ...]) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        for topic in topics:
            self._waiting[topic].add(future)
        try:
            await future
        finally:
            for topic in topics:
                self._waiting[topic].discard(future)
