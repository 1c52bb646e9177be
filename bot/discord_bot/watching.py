"""Reloading the facts when a file of the knowledge folder changes.

Names, sizes and times of all files are compared twice a second, through all links. Notifications of the system are not
used: they miss moved folders, swapped links and what is behind a link, and end with the folder they were asked about.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

log = logging.getLogger(__name__)

EVERY: Final = 0.5
"""Seconds between two looks at the files."""
_MOST_LOOKS: Final = 10
"""Looks after which files that keep changing are loaded as they are."""


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


async def watch(
    look: Callable[[], str],
    reload: Callable[[str], Awaitable[None]],
    loaded: str | None = None,
    every: float = EVERY,
) -> None:
    """Call `reload` with the reason after each change, until cancelled; no exception ends it.

    `look` returns a fingerprint of the files and may take its time. `loaded` is the fingerprint of the files that are
    loaded already, by default of those that are there now.
    """
    loop, known = asyncio.get_running_loop(), set[type[Exception]]()
    changes = None if loaded is None else Changes(loaded)
    looking = ThreadPoolExecutor(1, "watching")  # of its own: a file system that hangs must not take an answer's place
    try:
        while True:
            try:
                seen = await loop.run_in_executor(looking, look)
                changes = changes or Changes(seen)
                if changes.complete(seen):
                    await reload("a file has changed")
            except Exception as error:
                if type(error) not in known:
                    known.add(type(error))
                    log.exception(
                        "a change of the knowledge folder may be missed; further errors of this kind are silent"
                    )
            await asyncio.sleep(every)
    finally:
        looking.shutdown(wait=False)
