"""Recording what the store keeps, after the reply: a database in trouble costs records, never an answer."""

import asyncio
import logging
import time
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from itertools import islice
from typing import Final

from bot.days import day_of
from bot.discord_bot.limits import Clock, Cooldown
from bot.discord_bot.measures import Decision, Handling, Measures
from bot.errors import StoreError
from bot.service.ports import RecordStore
from bot.service.records import (
    Counted,
    DailyCount,
    DeletedChannel,
    JoinedServers,
    LeftServer,
    LoadedRevision,
    Record,
    TakenSuggestion,
    UnansweredQuestion,
    Vote,
)

log = logging.getLogger(__name__)

MOST_WAITING: Final = 1_000
"""Records that wait for a database in trouble; further ones are dropped."""
MOST_OF_ONE: Final = 300
"""Questions and votes of one person that are stored in a day; further ones are dropped."""
_DAY: Final = 86_400.0
"""Seconds."""
MOST_COUNTS: Final = 2_000
"""Counts that wait for it; questions that would begin another one are dropped."""
_QUESTIONS: Final[frozenset[Decision]] = frozenset(
    {"answered", "closest", "suggested", "gap", "small_talk", "unanswered", "repeated"}
)
"""Replies to questions, which are counted."""
_COUNTING: Final = 10.0
"""Seconds for which questions are counted before the counts are written, unless something else is."""
_GATHERING: Final = 1.0
"""Seconds before each transaction, so that many records share it and replies keep the processor."""
_AT_ONCE: Final = 500
"""Records that are written in one transaction."""
_LONGEST_PAUSE: Final = 60.0
"""Seconds between two attempts; the first pauses are 1, 2, 4, …"""
_PURGE_EVERY: Final = 3_600.0
"""Seconds."""
_LEADER_AGAIN: Final = 60.0
"""Seconds after which a process that did not lead, so that it purged nothing, sees whether it does by now."""
LAST_WRITES: Final = 0.5
"""Seconds at the end for what still waits."""


class Recorder:
    """Takes records at any time and writes them in the background, in order; without a store it takes none."""

    def __init__(
        self,
        store: RecordStore | None,
        measures: Measures,
        clock: Clock = time.time,
        is_leader: Callable[[], bool] = lambda: True,
    ) -> None:
        """Write to `store`; nothing is written before `writing` begins. `clock` returns the Unix time.

        Of the processes that share the store, the one that `is_leader` deletes what is old.
        """
        self._store = store
        self._measures = measures
        self._clock = clock
        self._is_leader = is_leader
        self._of_one = Cooldown(MOST_OF_ONE, _DAY, clock)
        """By person, so that nobody fills the database, or the editors' list, alone."""
        self._waiting: deque[Record] = deque()
        self._adding = asyncio.Lock()
        """Held while records that wait are written, or some of them are taken out."""
        self._wake = asyncio.Event()
        self._ending = asyncio.Event()
        self._is_ready = False
        self._purge_at = 0.0
        """When old questions are deleted next, Unix time."""
        self._counts: Counter[Counted] = Counter()
        """Questions that were counted since counts were last written."""
        self._count_at = 0.0
        """When they are written at the latest, Unix time."""
        self._dropped = 0
        """Records dropped since the database was last in order."""
        if store is not None:
            measures.handled = self.count

    @property
    def store(self) -> RecordStore | None:
        """Return where records are written, None if nothing is stored."""
        return self._store

    @property
    def waiting(self) -> int:
        """Return how many records wait."""
        return len(self._waiting)

    def asked(self, question: UnansweredQuestion, server: int | None, *, private: bool = False) -> UnansweredQuestion:
        """Return a question as asked just now in `server` or, without one, privately; record it if it has no answer."""
        private, now = private or server is None, int(self._clock())
        asked = replace(question, server=server or 0, private=private, asked_at=now)
        if asked.decision != "turned_down":  # the asker has not turned anything down yet
            self._add_of_one(asked)
        return asked

    def turned_down(self, question: UnansweredQuestion) -> None:
        """Record a question whose closest answer was turned down."""
        self._add_of_one(question)

    def taken(self, question: UnansweredQuestion) -> None:
        """Record that one of the suggestions to a question was taken."""
        self._add(TakenSuggestion(question))

    def count(self, handling: Handling) -> None:
        """Count a question that was replied to, or a fact that was picked, in the figures of its server and day."""
        decision = handling.decision
        if decision is None or not (decision in _QUESTIONS or (decision == "page" and handling.fact)):
            return
        day, language = day_of(self._clock()), handling.language or ""
        of = Counted(day, handling.server, handling.article, handling.fact, decision, language, handling.way)
        if of not in self._counts and len(self._counts) >= MOST_COUNTS:
            self._drop(1)
            return
        if not self._counts:
            self._count_at = self._clock() + _COUNTING
            self._wake.set()
        self._counts[of] += 1

    def voted(self, vote: Vote) -> None:
        """Record what somebody thinks of an answer, just now."""
        now = int(self._clock())
        question = replace(vote.question, asked_at=now) if vote.question else None
        self._add_of_one(replace(vote, day=day_of(now), question=question))

    def loaded(self, loaded: LoadedRevision) -> None:
        """Record that the bot answers from other facts from now on."""
        self._add(loaded)

    def deleted(self, channel: int) -> None:
        """Record that a channel with settings is gone."""
        self._add(DeletedChannel(channel))

    def left(self, server: int) -> None:
        """Record that a server removed the bot."""
        self._add(LeftServer(server))

    def joined(self, servers: Iterable[int], shards: Iterable[int], shard_count: int) -> None:
        """Record which servers the bot is in, as the shards of this process know."""
        self._add(JoinedServers(frozenset(servers), frozenset(shards), shard_count))

    async def forget(self, person: int) -> int:
        """Delete what is stored of a person and what waits to be; return how many things. Raise StoreError."""
        if self._store is None:
            return 0
        async with self._adding:
            remains = [(one, _without(one, person)) for one in self._waiting]
            self._waiting = deque(kept for _, kept in remains if kept is not None)
            waited = sum(kept is not one for one, kept in remains)
            return waited + await self._store.forget_person(person, int(self._clock()))

    def _add_of_one(self, record: UnansweredQuestion | Vote) -> None:
        if self._store is None or self._of_one.try_acquire(record.person):
            self._add(record)
        else:
            self._measures.stored("dropped", 1)

    def _add(self, record: Record) -> None:
        if self._store is None:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._drop(_kept((record,)))
            return
        self._waiting.append(record)
        self._wake.set()

    def _drop(self, number: int) -> None:
        self._dropped += number
        self._measures.stored("dropped", number)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Write during the block, and for a moment after it what then still waits."""
        if self._store is None:
            yield
            return
        task = asyncio.create_task(self._write_until_the_end(self._store))
        try:
            yield
        finally:
            self._ending.set()
            self._wake.set()
            await asyncio.wait({task}, timeout=LAST_WRITES)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if lost := _kept(self._waiting):
                log.warning("the bot ends before these records were stored: %d", lost)
                self._drop(lost)
            if self._counts:
                log.warning("the bot ends before these questions were counted: %d", self._counts.total())
            with suppress(StoreError, TimeoutError):
                async with asyncio.timeout(LAST_WRITES):
                    await self._store.close()

    async def _write_until_the_end(self, store: RecordStore) -> None:
        failures = 0
        while self._waiting or self._counts or not self._ending.is_set():
            try:
                await self._write(store)
            except StoreError as error:
                self._is_ready = False  # it may have been replaced by an empty database
                failures += 1
                if failures == 1:
                    log.warning("the store can't be used, at most %d records wait for it: %s", MOST_WAITING, error)
                if await _is_set(self._ending, min(_LONGEST_PAUSE, 2.0 ** (failures - 1))):
                    return
            except Exception:
                log.exception("a mistake in the program: the records that wait for the store are dropped")
                self._drop(_kept(self._waiting))
                self._waiting.clear()
                self._counts.clear()
                if await _is_set(self._ending, _LONGEST_PAUSE):
                    return
            else:
                if failures:
                    log.info("the store can be used again; records lost meanwhile: %d", self._dropped)
                failures = self._dropped = 0
                if not self._waiting:
                    self._wake.clear()
                    until = min(self._purge_at, self._count_at) if self._counts else self._purge_at
                    await _is_set(self._wake, 0 if self._ending.is_set() else until - self._clock())

    async def _write(self, store: RecordStore) -> None:
        """Bring the database up to date, delete what is old and write what waits."""
        if not self._is_ready:
            await store.upgrade()
            self._is_ready = True
        if (now := self._clock()) >= self._purge_at:
            leads = self._is_leader()
            if leads and (deleted := await store.purge(int(now))):
                log.info("old questions were deleted from the store: %d", deleted)
            self._purge_at = now + (_PURGE_EVERY if leads else _LEADER_AGAIN)
        are_counts_due = self._counts and (self._ending.is_set() or self._clock() >= self._count_at)
        if self._waiting or are_counts_due:
            await _is_set(self._ending, _GATHERING)
            async with self._adding:
                batch, counts = list(islice(self._waiting, _AT_ONCE)), Counter(self._counts)
                await store.add([*batch, *(DailyCount(of, number) for of, number in counts.items())])
                for _ in batch:
                    self._waiting.popleft()
                self._counts -= counts
            self._count_at = self._clock() + _COUNTING
            self._measures.stored("written", _kept(batch))


def _without(record: Record, person: int) -> Record | None:
    """Return a record without what is a person's: None if all of it is, itself if nothing is."""
    if isinstance(record, UnansweredQuestion | Vote) and record.person == person:
        return None
    if isinstance(record, Vote) and record.question is not None and record.question.person == person:
        return replace(record, question=None)
    return record


def _kept(records: Iterable[Record]) -> int:
    """Return how many of some records are kept; the others only say what to delete, which the next start finds too."""
    return sum(not isinstance(one, LeftServer | JoinedServers) for one in records)


async def _is_set(event: asyncio.Event, seconds: float) -> bool:
    """Wait for `event` at most so long; return whether it is set."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
    return event.is_set()
