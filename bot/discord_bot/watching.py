"""Reloading the facts when a file of the knowledge folder changes.

Names, sizes and times of all files are compared twice a second, through all links. Notifications of the system are not
used: they miss moved folders, swapped links and what is behind a link, and end with the folder they were asked about.
"""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

log = logging.getLogger(__name__)

EVERY: Final = 0.5
"""Seconds between two looks at the files."""
_MOST_LOOKS: Final = 10
"""Looks after which files that keep changing are loaded as they are."""
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 300.0
"""Seconds before a reload that failed is tried again; they double each time."""


@dataclass(slots=True)
class Changes:
    """Decides when a change of the files is complete: as soon as two looks in a row see the same."""

    loaded: str
    """Fingerprint of the files that the facts were last loaded from."""
    latest: str = ""
    looks: int = 0
    """Looks since the files began to differ."""

    def complete(self, seen: str) -> bool:
        """Return whether the files, which now have the fingerprint `seen`, are to be loaded."""
        before, self.latest = self.latest, seen
        if seen == self.loaded:
            self.looks = 0
            return False
        self.looks += 1
        if seen != before and self.looks < _MOST_LOOKS:
            return False
        self.loaded, self.looks = seen, 0
        return True


@dataclass(slots=True)
class Retry:
    """When to try a reload again that failed for another reason than what stands in the files."""

    clock: Callable[[], float]
    first: float = _FIRST_PAUSE
    pause: float = 0.0
    at: float = math.inf

    def note_failure(self) -> None:
        """Try again after a pause, twice as long as the one before."""
        self.pause = min(_LONGEST_PAUSE, 2 * self.pause or self.first)
        self.at = self.clock() + self.pause

    def is_due(self) -> bool:
        """Return whether to try again now."""
        return self.clock() >= self.at


async def watch(
    look: Callable[[], str],
    reload: Callable[[str], Awaitable[None]],
    loaded: str | None = None,
    every: float = EVERY,
    first_pause: float = _FIRST_PAUSE,
) -> None:
    """Call `reload` with the reason after each change, until cancelled; no exception ends it.

    A reload that raises is tried again, after ever longer pauses, until it succeeds or the files change once more.
    `look` returns a fingerprint of the files and may take its time. `loaded` is the fingerprint of the files that are
    loaded already, by default of those that are there now.
    """
    loop, known = asyncio.get_running_loop(), set[type[Exception]]()
    changes = None if loaded is None else Changes(loaded)
    retry = Retry(loop.time, first_pause)
    looking = ThreadPoolExecutor(1, "watching")  # of its own: a file system that hangs must not take an answer's place
    try:
        while True:
            try:
                seen = await loop.run_in_executor(looking, look)
                changes = changes or Changes(seen)
                if changes.complete(seen):
                    retry = Retry(loop.time, first_pause)
                    await _reload(reload, "a file has changed", retry)
                elif retry.is_due():
                    await _reload(reload, "the last reload failed", retry)
            except Exception as error:
                if type(error) not in known:
                    known.add(type(error))
                    log.exception(
                        "reloading changed facts failed and is tried again; further errors of this kind are silent"
                    )
            await asyncio.sleep(every)
    finally:
        looking.shutdown(wait=False)


async def _reload(reload: Callable[[str], Awaitable[None]], reason: str, retry: Retry) -> None:
    """Call `reload`; where it raises, `retry` says when to try again."""
    retry.at = math.inf
    try:
        await reload(reason)
    except Exception:
        retry.note_failure()
        raise
