"""The store in a database: what is written, purged and listed."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, desc, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.records import (
    JoinedServers,
    LeftServer,
    LoadedRevision,
    Record,
    StoreStatus,
    TakenSuggestion,
    UnansweredQuestion,
)
from bot.storage import migrations
from bot.storage.engines import READING
from bot.storage.forgetting import Forgetting, delete_servers
from bot.storage.questions import Questions, add_questions, delete_questions, remove_question
from bot.storage.secret import DAY, digest
from bot.storage.tables import EXPORTED, GROUPS, QUESTIONS, REVISIONS, VERSION
from bot.storage.transactions import LIMIT

_PURGE_LIMIT: Final = 300.0
"""Seconds that a purge may take, which deletes about 100,000 questions a second."""
_NEVER: Final = 2**62
"""A Unix time after all others."""


class DatabaseStore(Questions, Forgetting):
    """The `Store` in a SQLite file or in PostgreSQL."""

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
        revisions = [one for one in records if isinstance(one, LoadedRevision)]
        servers = [one for one in records if isinstance(one, LeftServer | JoinedServers)]
        async with self._translated():
            secret = await self._key()
        asked, answered = (
            [(one, digest(secret, one.person, one.asked_at)) for one in found] for found in (questions, taken)
        )
        async with self._transaction() as connection:
            if asked:
                await add_questions(connection, self._database.insert(GROUPS), asked)
            for question, asker in answered:
                await remove_question(connection, question, asker)
            for revision in revisions:
                await _add_revision(connection, revision)
            has_forgotten = await delete_servers(connection, servers)
        if has_forgotten:
            await self._forget_pages()

    async def purge(self, now: int, *, everything: bool = False) -> int:
        """Delete the questions that are too old, or all of them, and digests of more than a day; return how many."""
        limit = _NEVER if everything else now - self._days * DAY
        async with self._transaction(limit=_PURGE_LIMIT) as connection:
            await connection.run_sync(migrations.lock)  # two purges at once would count the same questions
            deleted = await delete_questions(connection, QUESTIONS.c.asked_at < limit)
            aged = QUESTIONS.c.asker.is_not(None), QUESTIONS.c.asked_at < now - DAY
            await connection.execute(update(QUESTIONS).where(*aged).values(asker=None))
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
            latest = (await connection.execute(_latest_revision())).first()
        revision = LoadedRevision(latest.revision, latest.action, latest.loaded_at) if latest else None
        return StoreStatus(place, version, newest, groups or 0, questions, oldest, revision)

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


async def _add_revision(connection: AsyncConnection, loaded: LoadedRevision) -> None:
    """Store a revision unless it is the one that was loaded last, as after a restart."""
    latest = (await connection.execute(_latest_revision())).first()
    if latest is None or latest.revision != loaded.revision:
        values = {"revision": loaded.revision, "action": loaded.action, "loaded_at": loaded.loaded_at}
        await connection.execute(insert(REVISIONS).values(**values))


def _latest_revision() -> Select[Any]:
    return select(REVISIONS).order_by(desc(REVISIONS.c.id)).limit(1)
