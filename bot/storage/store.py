"""The store in a database: what is written, purged and listed."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import Select, case, delete, desc, exists, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.service.records import LoadedRevision, QuestionGroup, Record, StoreStatus, UnansweredQuestion
from bot.storage import migrations
from bot.storage.engines import READING, Database
from bot.storage.secret import digest
from bot.storage.tables import EXPORTED, GROUPS, QUESTIONS, REVISIONS

Result = TypeVar("Result")

LIMIT: Final = 10.0
"""Seconds that a use of the database may take, except an export."""
_DAY: Final = 86_400
"""Seconds."""
_INSERT: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


class DatabaseStore:
    """The `Store` in a SQLite file or in PostgreSQL."""

    def __init__(self, database: Database, secret: Callable[[], bytes], days: int) -> None:
        """Keep questions in `database` for `days`; `secret` returns the key of digests or raises OSError."""
        self._database = database
        self._secret = secret
        self._days = days
        self._errors: tuple[type[Exception], ...] = (DBAPIError, PoolTimeoutError, TimeoutError, *database.errors)

    async def upgrade(self) -> int:
        """Create the database or bring it up to date; return its version."""
        async with self._translated(), asyncio.timeout(LIMIT):
            await asyncio.to_thread(self._database.prepare)
        async with self._transaction() as connection:
            await connection.run_sync(migrations.upgrade)
        return migrations.NEWEST

    async def add(self, records: Sequence[Record]) -> None:
        """Store all of `records` or none, in an order in which two processes never wait for each other."""
        questions = [one for one in records if isinstance(one, UnansweredQuestion)]
        revisions = [one for one in records if isinstance(one, LoadedRevision)]
        async with self._translated():
            secret = await asyncio.to_thread(self._secret)
        async with self._transaction() as connection:
            for question in sorted(questions, key=_group_of):
                await _add_question(connection, question, digest(secret, question.person, question.asked_at))
            for revision in revisions:
                await _add_revision(connection, revision)

    async def purge(self, now: int, *, everything: bool = False) -> int:
        """Delete the questions that are too old, or all of them, and digests of more than a day; return how many."""
        limit = now + 1 if everything else now - self._days * _DAY
        async with self._transaction() as connection:
            deleted = await _delete_before(connection, limit)
            aged = QUESTIONS.c.asker.is_not(None), QUESTIONS.c.asked_at < now - _DAY
            await connection.execute(update(QUESTIONS).where(*aged).values(asker=None))
        async with self._translated():
            await asyncio.to_thread(self._database.forget)
        return deleted

    async def groups(self, most: int) -> Sequence[QuestionGroup]:
        """Return the groups of unanswered questions, the most asked first, at most `most`."""
        if not await asyncio.to_thread(self._database.exists):
            return ()
        of_group = QUESTIONS.alias()
        latest = select(func.max(of_group.c.id)).where(of_group.c.group_id == GROUPS.c.id)
        query = (
            select(GROUPS, QUESTIONS.c.text, QUESTIONS.c.language)
            .select_from(GROUPS)
            .join(QUESTIONS, QUESTIONS.c.id == latest.correlate(GROUPS).scalar_subquery())
            .order_by(desc(GROUPS.c.asked), desc(GROUPS.c.last_asked), GROUPS.c.id)
            .limit(most)
        )
        async with self._transaction(reading=True) as connection:
            if not await connection.run_sync(migrations.current_version):
                return ()
            rows = (await connection.execute(query)).mappings().all()
        return [QuestionGroup(**{key: value for key, value in row.items() if key != "key"}) for row in rows]

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
            await connection.rollback()

    async def rows(self) -> AsyncIterator[tuple[str, Mapping[str, object]]]:
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

    @asynccontextmanager
    async def _transaction(self, *, reading: bool = False) -> AsyncIterator[AsyncConnection]:
        """Run the block in one transaction of limited duration; raise StoreError."""
        engine = self._database.engine.execution_options(**{READING: reading})
        async with self._translated(), asyncio.timeout(LIMIT), engine.begin() as connection:
            yield connection

    @asynccontextmanager
    async def _translated(self) -> AsyncIterator[None]:
        """Turn the driver's errors in the block into StoreError, whose text holds nothing that was stored."""
        try:
            yield
        except self._errors as error:
            msg = f"{self._database.place}: {_reason(error)}"
            raise StoreError(msg) from error


def _reason(error: Exception) -> str:
    """Return why the database can't be used; only texts that never quote values or addresses are shown."""
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    cause = getattr(cause, "__cause__", None) or cause  # what asyncpg raised
    if isinstance(cause, sqlite3.Error | PermissionError):
        return str(cause)
    if isinstance(cause, TimeoutError):
        return "it takes too long"
    return (cause.strerror if isinstance(cause, OSError) else None) or type(cause).__name__


def _group_of(question: UnansweredQuestion) -> tuple[int, str, str, str]:
    return question.server, question.article, question.fact, question.key


async def _add_question(connection: AsyncConnection, question: UnansweredQuestion, asker: str) -> None:
    """Store a question in its group, which is made if it is the first."""
    columns = [GROUPS.c.server, GROUPS.c.article, GROUPS.c.fact, GROUPS.c.key]
    values: dict[str, Any] = dict(zip([column.name for column in columns], _group_of(question), strict=True))
    new = _INSERT[connection.dialect.name](GROUPS).values(**values, asked=1, askers=0, last_asked=question.asked_at)
    later = case((GROUPS.c.last_asked > question.asked_at, GROUPS.c.last_asked), else_=question.asked_at)
    counted = new.on_conflict_do_update(index_elements=columns, set_={"asked": GROUPS.c.asked + 1, "last_asked": later})
    group = await connection.scalar(counted.returning(GROUPS.c.id))
    asked = exists().where(QUESTIONS.c.group_id == group, QUESTIONS.c.asker == asker)
    if not await connection.scalar(select(asked)):
        await connection.execute(update(GROUPS).where(GROUPS.c.id == group).values(askers=GROUPS.c.askers + 1))
    await connection.execute(
        insert(QUESTIONS).values(
            group_id=group,
            text=question.text,
            language=question.language,
            decision=question.decision,
            private=question.private,
            asker=asker,
            asked_at=question.asked_at,
        )
    )


async def _add_revision(connection: AsyncConnection, loaded: LoadedRevision) -> None:
    """Store a revision unless it is the one that was loaded last, as after a restart."""
    latest = (await connection.execute(_latest_revision())).first()
    if latest is None or latest.revision != loaded.revision:
        values = {"revision": loaded.revision, "action": loaded.action, "loaded_at": loaded.loaded_at}
        await connection.execute(insert(REVISIONS).values(**values))


def _latest_revision() -> Select[Any]:
    return select(REVISIONS).order_by(desc(REVISIONS.c.id)).limit(1)


async def _delete_before(connection: AsyncConnection, limit: int) -> int:
    """Delete the questions that were asked before `limit`, and groups that are empty then; return how many questions.

    Counts go down with them; that of the askers, who are not known any more, only as far as it must.
    """
    old = QUESTIONS.c.asked_at < limit
    gone = select(func.count()).where(QUESTIONS.c.group_id == GROUPS.c.id, old).correlate(GROUPS).scalar_subquery()
    concerned = GROUPS.c.id.in_(select(QUESTIONS.c.group_id).where(old))
    await connection.execute(update(GROUPS).where(concerned).values(asked=GROUPS.c.asked - gone))
    deleted = await connection.execute(delete(QUESTIONS).where(old))
    await connection.execute(delete(GROUPS).where(GROUPS.c.asked <= 0))
    await connection.execute(update(GROUPS).where(GROUPS.c.askers > GROUPS.c.asked).values(askers=GROUPS.c.asked))
    return deleted.rowcount
