"""What the bot answers from: loaded from files, edited, or gone back to; each is a revision that the store keeps."""

import asyncio
import ctypes
import gc
import logging
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final, TypeAlias, TypeVar

from bot.core.model import Knowledge
from bot.discord_bot.limits import Clock
from bot.discord_bot.measures import Measures
from bot.discord_bot.recording import Recorder
from bot.errors import KnowledgeError, Problem, RevisionError, StoreError
from bot.service.comparison import Changed, compare, size_of
from bot.service.library import Change, Library
from bot.service.ports import FactFiles, Store
from bot.service.records import Bundle, LoadAction, LoadedRevision

log = logging.getLogger(__name__)

T = TypeVar("T")
Kept: TypeAlias = tuple[Store, FactFiles]
"""Where revisions are kept, and what reads their files."""
Read: TypeAlias = Callable[[], tuple[Knowledge, str]]
_FIRST_TRY: Final = 2.0
"""Seconds for which a start waits for the store."""
_LONGEST_PAUSE: Final = 60.0
"""Seconds between two attempts to find out what is pinned."""
_SHORTEST: Final = 4
"""Characters of a revision that tell it from others."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two revisions and what differs."""

    old: str
    new: str
    changes: tuple[Changed, ...]


class Loading:
    """Loads what a library answers from, and records each revision."""

    def __init__(
        self,
        library: Library,
        recorder: Recorder,
        measures: Measures,
        kept: Kept | None = None,
        clock: Clock = time.time,
    ) -> None:
        """Load into `library`; without what is `kept`, nobody can go back to a revision."""
        self.loaded_at = datetime.now(UTC)
        self.reloads = 0
        self.is_pinned = False
        """Whether somebody went back to the revision, which stays until the next reload."""
        self._library = library
        self._recorder = recorder
        self._measures = measures
        self._kept = kept
        self._clock = clock
        self._is_settled = False
        self._changing = asyncio.Lock()
        measures.uses(self.revision)

    @property
    def revision(self) -> str:
        """Return the revision that is answered from."""
        return self._library.snapshot.revision

    async def begin(self) -> bool:
        """Answer from the revision that is pinned, if one is; return False if the store can't tell now."""
        pinned, bundle = "", None
        if self._kept is not None:
            store, _ = self._kept
            try:
                async with asyncio.timeout(_FIRST_TRY):
                    await store.upgrade()
                    active = await store.active()
                    pinned = active.revision if active and active.is_pinned else ""
                    bundle = await store.bundle(pinned) if pinned else None
            except (StoreError, TimeoutError) as error:
                log.warning("the store can't tell yet whether a revision is pinned: %s", str(error) or "it is too slow")
                return False
        async with self._changing:
            if self._is_settled:  # meanwhile somebody has chosen
                return True
            if not pinned or not await self._pin(pinned, bundle):
                self._took_over("start", is_pinned=False)
        return True

    async def _pin(self, revision: str, bundle: Bundle | None) -> bool:
        """Answer from a pinned revision with these files; return whether that can be done."""
        if revision != self.revision:
            if bundle is None or self._kept is None:
                log.error("revision %s is pinned, but its files are lost", revision)
                return False
            try:
                await self._load(partial(self._kept[1].read_bundle, bundle, revision), is_checked=True)
            except KnowledgeError as error:
                log.error("this version of the bot can't read the pinned revision %s: %s", revision, error)  # noqa: TRY400
                return False
        self._took_over(None, is_pinned=True)
        log.warning("the facts are pinned to revision %s until the next reload", revision)
        return True

    async def begin_later(self) -> None:
        """Repeat `begin` until the store can tell, with pauses of 1, 2, 4, … seconds."""
        pause = 1.0
        while not await self.begin():
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)

    async def reload(self) -> Change:
        """Read the facts again; raise KnowledgeError and keep the old ones if anything is wrong."""
        async with self._changing:
            try:
                change = await asyncio.to_thread(_without_collector, self._library.reload)
            except KnowledgeError as error:
                log.warning("the facts were not reloaded, problems: %d", len(error.problems))
                self._measures.reloaded("refused")
                raise
            except Exception:
                self._measures.reloaded("failed")
                raise
            self.reloads += 1
            self._measures.reloaded("loaded")
            self._took_over("reload", is_pinned=False)
            return change

    async def edit(self, edit: Callable[[], T]) -> T:
        """Carry out an edit of the facts in use in a thread; raise what it raises."""
        async with self._changing:
            if self.is_pinned:
                what = "is pinned, as somebody went back to it: /facts reload ends that; then repeat the edit"
                raise KnowledgeError((Problem(self.revision, 0, "", what),))
            edited = await asyncio.to_thread(_without_collector, edit)
            self._took_over("edit", is_pinned=False)
            return edited

    async def rollback(self, prefix: str) -> Change:
        """Go back to the revision that begins with `prefix`; it stays until the next reload, over restarts too.

        Raises RevisionError if there is no such revision, KnowledgeError if the bot can't read it any more or a case
        of it fails, StoreError.
        """
        store, files = self._history()
        async with self._changing:
            wanted = (await self.find(prefix)).revision
            bundle = await store.bundle(wanted)
            if bundle is None:
                raise RevisionError(wanted, "revision_unknown")
            change = await self._load(partial(files.read_bundle, bundle, wanted))
            self._took_over("rollback", is_pinned=True)
        log.warning("the facts went back to revision %s, which is pinned until the next reload", self.revision)
        return change

    async def find(self, prefix: str) -> LoadedRevision:
        """Return the only revision that begins with `prefix` and whose files are kept; raise RevisionError."""
        store, _ = self._history()
        short = prefix.strip().lower()
        found = await store.revisions_like(short, 2) if len(short) >= _SHORTEST else ()
        if len(found) != 1:
            raise RevisionError(prefix, "revision_ambiguous" if found else "revision_unknown")
        return found[0]

    async def revisions(self, most: int, skip: int = 0) -> Sequence[LoadedRevision]:
        """Return revisions as they were loaded, the latest first; raise RevisionError if none are kept, StoreError."""
        return await self._history()[0].revisions(most, skip)

    async def compare(self, old: str = "", new: str = "") -> Comparison:
        """Compare two revisions: by default the one in use, with the one that was loaded before it.

        Raises RevisionError, KnowledgeError and StoreError as `rollback` does.
        """
        if not old:
            latest = [one.revision for one in await self.revisions(50)]
            others = [one for one in latest if one != self.revision]
            if not others:
                raise RevisionError(self.revision, "revision_alone")
            old = others[0]
        names = [(await self.find(one)).revision if one else self.revision for one in (old, new)]
        store, files = self._history()
        bundles = [None if one == self.revision else await store.bundle(one) for one in names]
        mine = self._library.snapshot.knowledge

        def compared() -> tuple[Changed, ...]:
            return compare(*(mine if bundle is None else files.look_into(bundle) for bundle in bundles))

        return Comparison(names[0], names[1], await asyncio.to_thread(compared))

    async def _load(self, read: Read, *, is_checked: bool = False) -> Change:
        load = partial(self._library.load, read, is_checked=is_checked)
        return await asyncio.to_thread(_without_collector, load)

    def _history(self) -> Kept:
        if self._kept is None:
            raise RevisionError(self.revision, "revision_off")
        return self._kept

    def _took_over(self, action: LoadAction | None, *, is_pinned: bool) -> None:
        """Note which facts are in use, and record them unless they were so before, without an `action`."""
        if self.is_pinned and not is_pinned:
            log.info("no revision is pinned any more")
        self.is_pinned, self._is_settled = is_pinned, True
        self.loaded_at = datetime.now(UTC)
        self._measures.uses(self.revision)
        bundle = self._kept[1].take_bundle(self.revision) if self._kept else None
        if action is not None:
            size = size_of(self._library.snapshot.knowledge)
            now = int(self._clock())
            self._recorder.loaded(LoadedRevision(self.revision, action, now, self.revision, size, bundle))


def _without_collector(load: Callable[[], T]) -> T:
    """Load facts without the garbage collector: it stops all threads, ever longer, to walk an index that grows."""
    gc.disable()
    try:
        return load()
    finally:
        gc.enable()
        return_freed_memory()


def return_freed_memory() -> None:
    """Give the memory that building an index has freed back to the system, where the C library can: glibc keeps it."""
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
