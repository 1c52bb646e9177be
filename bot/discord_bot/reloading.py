"""What outlives a client: the counts, and the one door through which the facts are reloaded."""

import asyncio
import gc
import logging
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, TypeAlias

from bot.errors import KnowledgeError
from bot.service.library import Change, Library

log = logging.getLogger(__name__)

Registration: TypeAlias = Literal["as before", "registered anew", "refused"]
"""What became of the commands with Discord; `refused` where any of them could not be registered."""
Follow: TypeAlias = Callable[[], Awaitable[Registration]]
"""Makes the commands follow the facts."""


@dataclass(frozen=True, slots=True)
class Reloaded:
    """A reload that went well."""

    change: Change
    registration: Registration


class Reloader:
    """Reloads one at a time and off the event loop; counts what an operator wants to know."""

    def __init__(self, library: Library) -> None:
        """Operate `library`, loaded just now."""
        self.library = library
        self.reloads = 0
        self.rebuilds = 0
        self.has_connected = False
        self.loaded_at = datetime.now(UTC)
        self._began = time.monotonic()
        self._one_at_a_time = asyncio.Lock()
        self.after_reload: Follow | None = None

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    async def reload(self) -> Reloaded:
        """Read the facts again; raise KnowledgeError, the old ones still in service, when anything is wrong."""
        async with self._one_at_a_time:
            try:
                change = await asyncio.to_thread(self._load)
            except KnowledgeError as error:
                log.warning("the facts were not reloaded, problems: %d", len(error.problems))
                raise
            self.reloads += 1
            self.loaded_at = datetime.now(UTC)
            registration = await self.after_reload() if self.after_reload else "as before"
            log.info(
                "facts reloaded, revision %s: %d added, %d removed, %d changed; commands %s",
                self.library.snapshot.revision,
                *map(len, (change.added, change.removed, change.changed)),
                registration,
            )
            return Reloaded(change, registration)

    def _load(self) -> Change:
        """Reload without the garbage collector: it stops all threads, ever longer, to walk an index that grows."""
        gc.disable()
        try:
            return self.library.reload()
        finally:
            gc.enable()

    async def reload_and_log(self, why: str) -> None:
        """Reload because of a signal or a changed file; log all problems instead of raising them."""
        log.info("reloading the facts: %s", why)
        try:
            await self.reload()
        except KnowledgeError as error:
            for problem in error.problems:
                log.error("%s", problem)  # noqa: TRY400  the problem is the event, not the exception
