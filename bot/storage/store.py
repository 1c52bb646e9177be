"""The store in a database: what is written, purged and listed."""

import asyncio
import sqlite3
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any, Final, TypeAlias

from sqlalchemy import Select, and_, bindparam, case, delete, desc, func, insert, or_, select, tuple_, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.service.records import (
    Editors,
    GroupState,
    LoadedRevision,
    QuestionGroup,
    Record,
    StoreStatus,
    UnansweredQuestion,
)
from bot.storage import migrations
from bot.storage.engines import READING, Database, Upsert
from bot.storage.secret import digest
from bot.storage.tables import EXPORTED, GROUPS, QUESTIONS, REVISIONS, VERSION

_Group: TypeAlias = tuple[int, str, str, str]
"""Server, article, fact and key."""
_LIMIT: Final = 10.0
"""Seconds that a use of the database may take, except an export and a purge."""
_PURGE_LIMIT: Final = 300.0
"""Seconds that a purge may take, which deletes about 100,000 questions a second."""
_NEVER: Final = 2**62
"""A Unix time after all others."""
_DAY: Final = 86_400
"""Seconds."""
_WITH_STATES: Final = 2
"""The migration that lets groups be closed."""
_ASKERS: Final = 2
"""People who asked something privately before it is shown to anybody."""


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
        async with self._translated(), asyncio.timeout(_LIMIT):
            await asyncio.to_thread(self._database.prepare)
        async with self._transaction() as connection:
            await connection.run_sync(migrations.upgrade)
        return migrations.NEWEST

    async def add(self, records: Sequence[Record]) -> None:
        """Store all of `records` or none."""
        questions = [one for one in records if isinstance(one, UnansweredQuestion)]
        revisions = [one for one in records if isinstance(one, LoadedRevision)]
        async with self._translated():
            secret = await asyncio.to_thread(self._secret)
        asked = [(question, digest(secret, question.person, question.asked_at)) for question in questions]
        async with self._transaction() as connection:
            if asked:
                await _add_questions(connection, self._database.insert(GROUPS), asked)
            for revision in revisions:
                await _add_revision(connection, revision)

    async def purge(self, now: int, *, everything: bool = False) -> int:
        """Delete the questions that are too old, or all of them, and digests of more than a day; return how many."""
        limit = _NEVER if everything else now - self._days * _DAY
        async with self._transaction(limit=_PURGE_LIMIT) as connection:
            await connection.run_sync(migrations.lock)  # two purges at once would count the same questions
            deleted = await _delete_before(connection, limit)
            aged = QUESTIONS.c.asker.is_not(None), QUESTIONS.c.asked_at < now - _DAY
            await connection.execute(update(QUESTIONS).where(*aged).values(asker=None))
        async with self._translated():
            await asyncio.to_thread(self._database.forget)
        return deleted

    async def groups(self, most: int, editors: Editors | None = None, skip: int = 0) -> Sequence[QuestionGroup]:
        """Return the open groups of unanswered questions, the most asked first, at most `most` after the first `skip`.

        With `editors`, those that they may see.
        """
        order = desc(GROUPS.c.asked), desc(GROUPS.c.last_asked), GROUPS.c.id
        return await self._groups(_open_groups(editors).order_by(*order).limit(most).offset(skip))

    async def group(self, number: int, editors: Editors | None = None) -> QuestionGroup | None:
        """Return the group with this id, None if it is not open, or not for these `editors`."""
        found = await self._groups(_open_groups(editors).where(GROUPS.c.id == number))
        return found[0] if found else None

    async def _groups(self, query: Select[Any]) -> Sequence[QuestionGroup]:
        """Return the groups that a query finds; none where there is no database yet."""
        if not await asyncio.to_thread(self._database.exists):
            return ()
        async with self._transaction(reading=True) as connection:
            version = await connection.run_sync(migrations.current_version)
            if version == 0:
                return ()
            if version < _WITH_STATES:
                msg = f"{self._database.place}: an older version of the bot made it; `db upgrade` brings it up to date"
                raise StoreError(msg)
            rows = (await connection.execute(query)).mappings().all()
        return [QuestionGroup(**row) for row in rows]

    async def close_group(self, number: int, state: GroupState, now: int) -> None:
        """Close the group with this id at the Unix time `now`."""
        async with self._transaction() as connection:
            closed = update(GROUPS).where(GROUPS.c.id == number)
            await connection.execute(closed.values(state=state, closed_at=now))

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

    @asynccontextmanager
    async def _transaction(self, *, reading: bool = False, limit: float = _LIMIT) -> AsyncIterator[AsyncConnection]:
        """Run the block in one transaction of limited duration; raise StoreError."""
        engine = self._database.engine.execution_options(**{READING: reading})
        async with self._translated(), asyncio.timeout(limit), engine.begin() as connection:
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
    cause: BaseException = error
    if isinstance(error, DBAPIError) and error.orig is not None:
        cause = error.orig.__cause__ or error.orig  # SQLAlchemy wraps asyncpg's errors twice
    if isinstance(cause, sqlite3.Error | PermissionError):
        return str(cause)
    if isinstance(cause, TimeoutError):
        return "it takes too long"
    return (cause.strerror if isinstance(cause, OSError) else None) or type(cause).__name__


def _open_groups(editors: Editors | None) -> Select[Any]:
    """Return a query for the open groups, each with the latest of its questions."""
    of_group = QUESTIONS.alias()
    latest = select(func.max(of_group.c.id)).where(of_group.c.group_id == GROUPS.c.id)
    columns = [GROUPS.c[one.name] for one in fields(QuestionGroup) if one.name in GROUPS.c]
    query = (
        select(*columns, QUESTIONS.c.text, QUESTIONS.c.language)
        .select_from(GROUPS)
        .join(QUESTIONS, QUESTIONS.c.id == latest.correlate(GROUPS).scalar_subquery())
        .where(GROUPS.c.state == "open")
    )
    if editors is None:
        return query
    public = select(of_group.c.id).where(of_group.c.group_id == GROUPS.c.id, of_group.c.private.is_(False))
    shown = or_(GROUPS.c.askers >= _ASKERS, public.correlate(GROUPS).exists())
    query = query.where(GROUPS.c.server.in_((editors.server, 0)), shown)
    return query.where(GROUPS.c.article == editors.article) if editors.article else query


def _group_of(question: UnansweredQuestion) -> _Group:
    return question.server, question.article, question.fact, question.key


async def _add_questions(
    connection: AsyncConnection, new_group: Upsert, asked: Sequence[tuple[UnansweredQuestion, str]]
) -> None:
    """Store questions, each with the digest of its asker, in their groups, which are made where there are none."""
    groups = await _count(connection, new_group, [question for question, _ in asked])
    rows = [
        {
            "group_id": groups[_group_of(question)],
            "text": question.text,
            "language": question.language,
            "decision": question.decision,
            "private": question.private,
            "asker": asker,
            "asked_at": question.asked_at,
        }
        for question, asker in asked
    ]
    pairs = {(row["group_id"], row["asker"]) for row in rows}
    columns = QUESTIONS.c.group_id, QUESTIONS.c.asker
    known = await connection.execute(select(*columns).distinct().where(tuple_(*columns).in_(pairs)))
    new = Counter(group for group, _ in pairs.difference(map(tuple, known)))
    if new:
        more = update(GROUPS).where(GROUPS.c.id == bindparam("group"))
        changes = [{"group": group, "number": number} for group, number in new.items()]
        await connection.execute(more.values(askers=GROUPS.c.askers + bindparam("number")), changes)
    await connection.execute(insert(QUESTIONS), rows)


async def _count(
    connection: AsyncConnection, new_group: Upsert, questions: Sequence[UnansweredQuestion]
) -> Mapping[_Group, int]:
    """Count questions in their groups, with `new_group` to insert those that are missing; return the id of each group.

    Rows are locked in the same order by every process, so that two never wait for each other.
    """
    numbers = Counter(map(_group_of, questions))
    latest = {_group_of(one): one.asked_at for one in sorted(questions, key=lambda one: one.asked_at)}
    columns = [GROUPS.c.server, GROUPS.c.article, GROUPS.c.fact, GROUPS.c.key]
    rows = [
        dict(zip([one.name for one in columns], group, strict=True))
        | {"asked": numbers[group], "askers": 0, "last_asked": latest[group]}
        for group in sorted(numbers)
    ]
    new = new_group.excluded
    later = case((GROUPS.c.last_asked > new.last_asked, GROUPS.c.last_asked), else_=new.last_asked)
    again = and_(GROUPS.c.state == "done", new.last_asked > GROUPS.c.closed_at)  # the sample may be gone
    changes = {
        "asked": GROUPS.c.asked + new.asked,
        "last_asked": later,
        "state": case((again, "open"), else_=GROUPS.c.state),
    }
    await connection.execute(new_group.on_conflict_do_update(index_elements=columns, set_=changes), rows)
    found = await connection.execute(select(GROUPS.c.id, *columns).where(tuple_(*columns).in_(list(numbers))))
    return {(server, article, fact, key): number for number, server, article, fact, key in found}


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
    gone = (
        select(QUESTIONS.c.group_id, func.count().label("number")).where(old).group_by(QUESTIONS.c.group_id).subquery()
    )
    fewer = update(GROUPS).where(GROUPS.c.id == gone.c.group_id)
    await connection.execute(fewer.values(asked=GROUPS.c.asked - gone.c.number))
    deleted = await connection.execute(delete(QUESTIONS).where(old))
    await connection.execute(delete(GROUPS).where(GROUPS.c.asked <= 0))
    await connection.execute(update(GROUPS).where(GROUPS.c.askers > GROUPS.c.asked).values(askers=GROUPS.c.asked))
    return deleted.rowcount
