"""Work in threads that waits for what only the event loop can do."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from typing import Final, TypeVar

T = TypeVar("T")
_LOOP: Final[ContextVar[asyncio.AbstractEventLoop]] = ContextVar("loop")
"""The event loop that waits for the work of this thread."""


async def in_thread(work: Callable[[], T]) -> T:
    """Run `work` in a thread, where it may call `wait_for`."""
    _LOOP.set(asyncio.get_running_loop())
    return await asyncio.to_thread(work)


def wait_for(coroutine: Coroutine[None, None, T]) -> T:
    """Return what a coroutine returns in the event loop of `in_thread`; raise what it raises."""
    return asyncio.run_coroutine_threadsafe(coroutine, _LOOP.get()).result()
