"""The store in a database: what is written, purged and listed."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Final

from sqlalchemy import delete, func, select, update

from bot.days import day_of
from bot.errors import StoreError
from bot.service.ports import Processes
from bot.service.records import (
    DailyCount,
    DeletedChannel,
    JoinedServers,
    LeftServer,
    LoadedRevision,
    Record,
    StoreStatus,
    TakenSuggestion,
    UnansweredQuestion,
    Vote,
)
from bot.storage import migrations
from bot.storage.changes import Coordination
from bot.storage.channels import Channels, forget_channels
from bot.storage.counts import Counts, add_counts
from bot.storage.engines import READING, PostgresDatabase
from bot.storage.forgetting import Forgetting, delete_servers
from bot.storage.notices import Notices, delete_notices
from bot.storage.questions import Questions, add_questions, delete_questions, remove_question
from bot.storage.revisions import Revisions, add_loaded, delete_old_revisions, latest_revision
from bot.storage.secret import DAY, digest
from bot.storage.tables import COUNTS, EXPORTED, GROUPS, QUESTIONS, VERSION, VOTES
from bot.storage.transactions import LIMIT
from bot.storage.votes import add_votes

_PURGE_LIMIT: Final = 300.0
"""Seconds that a purge may take, which deletes about 100,000 questions a second."""
_NEVER: Final = 2**62
"""A Unix time after all others."""


class DatabaseStore(Questions, Notices, Counts, Revisions, Channels, Forgetting):
    """The `Store` in a SQLite file or in PostgreSQL."""

    @cached_property
    def processes(self) -> Processes | None:
        """Return what the processes that share a PostgreSQL tell each other, None for a SQLite file."""
        return Coordination(self._database) if isinstance(self._database, PostgresDatabase) else None

    async def upgrade(self) -> int:
        """Create the database or bring it up to date; return its version."""
        async with self._translated(), asyncio.timeout(LIMIT):
            await asyncio.to_thread(self._database.prepare)
        async with self._transaction() as connection:
            await connection.run_sync(migrations.upgrade)
        return migrations.NEWEST

    async def add(self, records: Sequence[Record]) -> None:
        """Store all of `records` or none."""
        questions = [one for one in records if isinstance(one, UnansweredQuestion)]
        taken = [one.question for one in records if isinstance(one, TakenSuggestion)]
        votes = [one for one in records if isinstance(one, Vote)]
        counts = [one for one in records if isinstance(one, DailyCount)]
        revisions = [one for one in records if isinstance(one, LoadedRevision)]
        gone = [one.channel for one in records if isinstance(one, DeletedChannel)]
        servers = [one for one in records if isinstance(one, LeftServer | JoinedServers)]
        async with self._translated():
            secret = await self._key()
        asked, answered = (
            [(one, digest(secret, one.person, one.asked_at)) for one in found] for found in (questions, taken)
        )
        leaders = await self._leaders([*questions, *(one.question for one in votes if one.question)])
        async with self._transaction() as connection:
            if asked:
                await add_questions(connection, self._database.insert(GROUPS), asked, leaders)
            if gone:
                await forget_channels(connection, gone)
            for question, asker in answered:
                await remove_question(connection, question, asker)
            if votes:
                await add_votes(connection, self._database, secret, votes, leaders)
            if counts:
                await add_counts(connection, self._database.insert(COUNTS), counts)
            for revision in revisions:
                await add_loaded(connection, revision)
            has_forgotten = await delete_servers(connection, servers)
        if has_forgotten:
            with suppress(StoreError):  # the records are stored, and must not be added again; the next purge follows
                await self._forget_pages()

    async def purge(self, now: int, *, everything: bool = False) -> int:
        """Delete questions, counts, votes and notices that are too old, or all of them, and digests of more than a day.

        Returns how many questions.
        """
        limit = _NEVER if everything else now - self._days * DAY
        async with self._transaction(limit=_PURGE_LIMIT) as connection:
            await connection.run_sync(migrations.lock)  # two purges at once would count the same questions
            deleted = await delete_questions(connection, QUESTIONS.c.asked_at < limit)
            await delete_notices(connection, now, self._days, everything=everything)
            for table in (COUNTS, VOTES):
                await connection.execute(delete(table).where(*() if everything else (table.c.day < day_of(limit),)))
            aged = QUESTIONS.c.asker.is_not(None), QUESTIONS.c.asked_at < now - DAY
            await connection.execute(update(QUESTIONS).where(*aged).values(asker=None))
        async with self._transaction() as connection:
            await delete_old_revisions(connection)
        with suppress(StoreError):  # two purges at once; a later one removes what is left
            await self._forget_pages()
        return deleted

    async def status(self) -> StoreStatus:
        """Return the state of the store."""
        place, newest = self._database.place, migrations.NEWEST
        if not await asyncio.to_thread(self._database.exists):
            return StoreStatus(place, 0, newest)
        async with self._transaction(reading=True) as connection:
            version = await connection.run_sync(migrations.current_version)
            if version == 0:
                return StoreStatus(place, 0, newest)
            groups = await connection.scalar(select(func.count()).select_from(GROUPS))
            questions, oldest = (
                await connection.execute(select(func.count(), func.min(QUESTIONS.c.asked_at)).select_from(QUESTIONS))
            ).one()
            latest = (await connection.execute(latest_revision())).first()
            counted = votes = None
            if version == newest:
                counted = await connection.scalar(select(func.sum(COUNTS.c.number)))
                votes = await connection.scalar(select(func.count()).select_from(VOTES))
        revision = LoadedRevision(latest.revision, latest.action, latest.loaded_at) if latest else None
        return StoreStatus(place, version, newest, groups or 0, questions, oldest, revision, counted or 0, votes or 0)

    async def check(self) -> None:
        """Raise StoreError if nothing could be written now; change nothing."""
        async with self._translated():
            if not await asyncio.to_thread(self._database.exists):
                await asyncio.to_thread(self._database.check)
                return
        async with self._transaction() as connection:
            await connection.run_sync(migrations.upgrade)
            await connection.execute(update(VERSION).values(version=VERSION.c.version))  # a lock alone may be had
            await connection.rollback()

    async def rows(self) -> AsyncGenerator[tuple[str, Mapping[str, object]]]:
        """Yield the name of the table and the values of each row that is kept."""
        if not (await self.status()).version:
            return
        engine = self._database.engine.execution_options(**{READING: True})
        async with self._translated(), engine.begin() as connection:
            for name, columns in EXPORTED.items():
                async for row in await connection.stream(select(*columns).order_by(columns[0])):
                    yield name, dict(row._mapping)  # noqa: SLF001  SQLAlchemy's public name for it

    async def close(self) -> None:
        """Close all connections."""
        await self._database.engine.dispose()
