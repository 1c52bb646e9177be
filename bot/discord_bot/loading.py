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
from bot.core.snapshot import Snapshot
from bot.discord_bot.limits import Clock
from bot.discord_bot.measures import Measures
from bot.discord_bot.recording import Recorder
from bot.errors import EditsError, KnowledgeError, Problem, RevisionError, StaleError, StoreError
from bot.service.comparison import Changed, compare, lost, size_of
from bot.service.library import Change, Library
from bot.service.ports import FactFiles, Store
from bot.service.records import ActiveRevision, Bundle, LoadAction, LoadedRevision
from bot.service.threads import in_thread, wait_for

log = logging.getLogger(__name__)

T = TypeVar("T")
Kept: TypeAlias = tuple[Store, FactFiles]
"""Where revisions are kept, and what reads their files."""
Read: TypeAlias = Callable[[], tuple[Knowledge, str]]
_FIRST_TRY: Final = 2.0
"""Seconds for which a start waits for the store."""
_ATTEMPTS: Final = 3
"""Attempts to publish what was read while other processes publish too."""
_LONGEST_PAUSE: Final = 60.0
"""Seconds between two attempts to find out which facts are in use."""
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
        self._noted = self.revision
        self._unreadable = ""
        """An active revision that this version of the bot can't read, which is logged once."""
        self._changing = asyncio.Lock()
        measures.uses(self.revision)

    @property
    def revision(self) -> str:
        """Return the revision that is answered from."""
        return self._library.snapshot.revision

    @property
    def is_shared(self) -> bool:
        """Return whether other processes answer from the same revision, which is in the store."""
        return self._kept is not None and self._kept[0].processes is not None

    async def begin(self) -> bool:
        """Answer from the revision that is active in the store, if one is; return False if the store can't tell now.

        In a store that is not shared only a pinned one counts, as otherwise the files have the say.
        """
        if self._kept is None:
            self._took_over("start", is_pinned=False)
            return True
        try:
            async with asyncio.timeout(_FIRST_TRY):
                await self._kept[0].upgrade()
                active = await self._kept[0].active()
                if active and not self.is_shared and not active.is_pinned:
                    active = None
                known = active is None or active.revision == self.revision
                bundle = None if active is None or known else await self._kept[0].bundle(active.revision)
        except (StoreError, TimeoutError) as error:
            log.warning("the store can't tell yet which facts are in use: %s", str(error) or "it is too slow")
            return False
        async with self._changing:
            if self._is_settled:  # meanwhile somebody has chosen
                return True
            if active is None or not (known or await self._take(active, bundle)):
                return await self._start()
            self._took_over(None, is_pinned=active.is_pinned)
        if not known:
            log.info(
                "facts at revision %s, which is active in the database; the files here say something else",
                self.revision,
            )
        if self.is_pinned:
            log.warning("the facts are pinned to revision %s until the next reload", self.revision)
        return True

    async def begin_later(self) -> None:
        """Repeat `begin` until the store can tell, with pauses of 1, 2, 4, … seconds."""
        pause = 1.0
        while not await self.begin():
            await asyncio.sleep(pause)
            pause = min(_LONGEST_PAUSE, 2 * pause)

    async def _start(self) -> bool:
        """Record the facts that were read at the start; in a shared store they become the active ones if none are.

        Return False if the store can't take them now.
        """
        if self._kept is not None and self.is_shared:
            try:
                await self._publish(self._library.snapshot, "start", None)
            except StoreError as error:
                log.warning("the facts can't be stored yet: %s", error)
                return False
            except StaleError:  # another process was faster: `follow` takes over what that has
                pass
            self._took_over(None, is_pinned=False)
        else:
            self._took_over("start", is_pinned=False)
        return True

    async def _take(self, active: ActiveRevision, bundle: Bundle | None) -> bool:
        """Answer from a revision with these files; return whether that can be done."""
        if bundle is None or self._kept is None:
            log.error("revision %s is active, but its files are lost", active.revision)
            return False
        try:
            await self._load(partial(self._kept[1].read_bundle, bundle, active.revision), is_checked=True)
        except KnowledgeError as error:
            if self._unreadable != active.revision:
                log.error("this version of the bot can't read revision %s: %s", active.revision, error)  # noqa: TRY400
            self._unreadable = active.revision
            return False
        return True

    async def follow(self) -> bool:
        """Answer from the revision that is active in a shared store by now; return whether it is another one.

        Raises StoreError.
        """
        store, _ = self._history()
        has_changed = False
        while True:
            async with self._changing:
                active = await store.active()
                if active is None:
                    await self._start()
                    return has_changed
                if active.revision == self.revision:
                    self._took_over(None, is_pinned=active.is_pinned)
                    return has_changed
                if not await self._take(active, await store.bundle(active.revision)):
                    return has_changed
                self._took_over(None, is_pinned=active.is_pinned)
                log.info("facts at revision %s, as another process has", self.revision)
                has_changed = True

    async def reload(self, *, discard: bool = False) -> Change:
        """Read the facts again; raise KnowledgeError and keep the old ones if anything is wrong.

        In a shared store, raise EditsError if edits would be lost, unless they are to be discarded; and StoreError.
        """
        publish = partial(self._publish_reload, discard=discard) if self.is_shared else None
        async with self._changing:
            try:
                change = await in_thread(partial(_without_collector, partial(self._library.reload, publish)))
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

    def _publish_reload(self, snapshot: Snapshot, *, discard: bool) -> None:
        """Make what was read of files the active revision, unless that loses edits; runs in a thread."""
        store, files = self._history()
        for _ in range(_ATTEMPTS):
            active = wait_for(store.active())
            if active and not discard and active.revision != active.base:
                base, edited = (wait_for(store.bundle(one)) for one in (active.base, active.revision))
                if edits := lost(files.look_into(base or {}), files.look_into(edited or {}), snapshot.knowledge):
                    raise EditsError(tuple(map(_problem, edits)))
            try:
                wait_for(self._publish(snapshot, "reload", active.revision if active else None))
            except StaleError:  # another process was faster
                continue
            return
        raise StaleError(snapshot.revision)

    async def _publish(self, snapshot: Snapshot, action: LoadAction, seen: str | None, base: str = "") -> None:
        """Store the revision of `snapshot` and make it the active one of all processes."""
        store, files = self._history()
        bundle = files.bundle_of(snapshot.revision)
        size, now = size_of(snapshot.knowledge), int(self._clock())
        loaded = LoadedRevision(snapshot.revision, action, now, base or snapshot.revision, size, bundle)
        await store.publish(loaded, seen, pinned=action == "rollback")

    async def edit(self, edit: Callable[[], T]) -> T:
        """Carry out an edit of the facts in use in a thread; raise what it raises."""
        async with self._changing:
            if self.is_pinned and not self.is_shared:
                what = "is pinned, as somebody went back to it: /facts reload ends that; then repeat the edit"
                raise KnowledgeError((Problem(self.revision, 0, "", what),))
            edited = await in_thread(partial(_without_collector, edit))
            self._took_over("edit", is_pinned=False)
            return edited

    async def rollback(self, prefix: str) -> Change:
        """Go back to the revision that begins with `prefix`; it stays until the next reload, over restarts too.

        Raises RevisionError if there is no such revision, KnowledgeError if the bot can't read it any more or a case
        of it fails, StoreError.
        """
        store, files = self._history()
        async with self._changing:
            wanted = await self.find(prefix)
            bundle = await store.bundle(wanted.revision)
            if bundle is None:
                raise RevisionError(wanted.revision, "revision_unknown")
            active = await store.active()
            seen = active.revision if active else None

            def publish(snapshot: Snapshot) -> None:
                wait_for(self._publish(snapshot, "rollback", seen, wanted.base))

            read = partial(files.read_bundle, bundle, wanted.revision)
            change = await self._load(read, publish=publish if self.is_shared else None)
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

    async def _load(
        self, read: Read, *, publish: Callable[[Snapshot], None] | None = None, is_checked: bool = False
    ) -> Change:
        load = partial(self._library.load, read, publish, is_checked=is_checked)
        return await in_thread(partial(_without_collector, load))

    def _history(self) -> Kept:
        if self._kept is None:
            raise RevisionError(self.revision, "revision_off")
        return self._kept

    def _took_over(self, action: LoadAction | None, *, is_pinned: bool) -> None:
        """Note which facts are in use, and record how, unless that is known; in a shared store it is published."""
        if self.is_pinned and not is_pinned:
            log.info("no revision is pinned any more")
        self.is_pinned, self._is_settled = is_pinned, True
        if action is not None or self._noted != self.revision:
            self.loaded_at = datetime.now(UTC)
        self._noted = self.revision
        self._measures.uses(self.revision)
        if action is not None and not self.is_shared:
            bundle = self._kept[1].bundle_of(self.revision) if self._kept else None
            size, now = size_of(self._library.snapshot.knowledge), int(self._clock())
            self._recorder.loaded(LoadedRevision(self.revision, action, now, self.revision, size, bundle))
        if self._kept is not None:
            self._kept[1].forget()


def _problem(edit: Changed) -> Problem:
    """Return an edit that would be lost as a problem of the files."""
    texts = "; ".join(detail.after or detail.before or "" for detail in edit.details)
    return Problem(edit.article, 0, f"{edit.kind} {edit.name}", f"{edit.how} on Discord: {texts}")


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
