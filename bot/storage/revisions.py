"""The revisions that were loaded, their files, and which one is active, in the database."""

import hashlib
import zlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, RowMapping, Select, delete, desc, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StaleError
from bot.service.records import ActiveRevision, Bundle, LoadedRevision, Size
from bot.storage import migrations
from bot.storage.changes import announce
from bot.storage.tables import ACTIVE, CHANGES, CONTENTS, REVISION_FILES, REVISIONS
from bot.storage.transactions import Transactions

MOST_KEPT: Final = 50
"""Revisions that are listed and can be gone back to, the latest ones."""


class Revisions(Transactions):
    """The part of the store that keeps revisions."""

    async def active(self) -> ActiveRevision | None:
        """Return the revision that is answered from, None if none was loaded yet."""
        async with self._reading() as connection:
            return None if connection is None else await _active(connection)

    async def publish(self, loaded: LoadedRevision, seen: str | None, *, pinned: bool = False) -> None:
        """Store a revision and make it the active one; StaleError unless that is `seen` until now, None for none."""
        async with self._transaction() as connection:
            await connection.run_sync(migrations.lock_revisions)
            active = await _active(connection)
            if (active.revision if active else None) != seen:
                raise StaleError(seen or "")
            await _add(connection, loaded)
            await _activate(connection, ActiveRevision(loaded.revision, loaded.base, pinned))
            await announce(connection, self._database.insert(CHANGES), "revision")

    async def bundle(self, revision: str) -> Bundle | None:
        """Return the files of a revision, None if they are not kept."""
        query = select(REVISION_FILES.c.name, CONTENTS.c.content).join(CONTENTS).where(_is(revision))
        async with self._reading() as connection:
            rows = [] if connection is None else (await connection.execute(query)).all()
        return {name: zlib.decompress(content) for name, content in rows} or None

    async def revisions(self, most: int, skip: int = 0) -> Sequence[LoadedRevision]:
        """Return the revisions in the order in which they were loaded, the latest first, at most `most` after `skip`.

        Their files are not among what is returned.
        """
        return await self._listed(select(REVISIONS).order_by(desc(REVISIONS.c.id)).limit(most).offset(skip))

    async def revisions_like(self, prefix: str, most: int) -> Sequence[LoadedRevision]:
        """Return each revision that begins with `prefix` as it was loaded last, if its files are kept, latest first."""
        latest = (
            select(func.max(REVISIONS.c.id))
            .where(REVISIONS.c.revision.startswith(prefix, autoescape=True))
            .where(REVISIONS.c.revision.in_(select(REVISION_FILES.c.revision)))
            .group_by(REVISIONS.c.revision)
        )
        query = select(REVISIONS).where(REVISIONS.c.id.in_(latest)).order_by(desc(REVISIONS.c.id)).limit(most)
        return await self._listed(query)

    async def _listed(self, query: Select[Any]) -> Sequence[LoadedRevision]:
        async with self._reading() as connection:
            return [] if connection is None else [_loaded(row) for row in (await connection.execute(query)).mappings()]


def _loaded(row: RowMapping) -> LoadedRevision:
    size = Size(row["facts"], row["gaps"], row["samples"])
    return LoadedRevision(row["revision"], row["action"], row["loaded_at"], row["base"], size)


async def _active(connection: AsyncConnection) -> ActiveRevision | None:
    row = (await connection.execute(select(ACTIVE.c.revision, ACTIVE.c.base, ACTIVE.c.pinned))).first()
    return ActiveRevision(*row) if row else None


async def add_loaded(connection: AsyncConnection, loaded: LoadedRevision) -> None:
    """Store what is answered from by now; one that somebody went back to is pinned."""
    await connection.run_sync(migrations.lock_revisions)
    await _add(connection, loaded)
    await _activate(connection, ActiveRevision(loaded.revision, loaded.base, loaded.action == "rollback"))


async def _add(connection: AsyncConnection, loaded: LoadedRevision) -> None:
    """Store a revision, unless it is the one that was loaded last, as after a restart, and its files."""
    latest = (await connection.execute(latest_revision())).first()
    if latest is None or latest.revision != loaded.revision:
        size = loaded.size
        values = {"revision": loaded.revision, "action": loaded.action, "loaded_at": loaded.loaded_at}
        values |= {"base": loaded.base, "facts": size.facts, "gaps": size.gaps, "samples": size.samples}
        await connection.execute(insert(REVISIONS).values(**values))
    if loaded.bundle:
        await _add_bundle(connection, loaded.revision, loaded.bundle)


async def _add_bundle(connection: AsyncConnection, revision: str, bundle: Bundle) -> None:
    """Store the files of a revision, and of their contents those that no other revision has."""
    if (await connection.execute(select(REVISION_FILES.c.name).where(_is(revision)).limit(1))).first():
        return
    digests: Mapping[str, str] = {name: hashlib.sha256(data).hexdigest() for name, data in bundle.items()}
    contents = {digest: bundle[name] for name, digest in digests.items()}
    known = set((await connection.execute(select(CONTENTS.c.digest).where(CONTENTS.c.digest.in_(contents)))).scalars())
    new = [{"digest": one, "content": zlib.compress(contents[one])} for one in contents if one not in known]
    if new:
        await connection.execute(insert(CONTENTS), new)
    files = [{"revision": revision, "name": name, "digest": digest} for name, digest in digests.items()]
    await connection.execute(insert(REVISION_FILES), files)


async def _activate(connection: AsyncConnection, active: ActiveRevision) -> None:
    values = {"revision": active.revision, "base": active.base, "pinned": active.is_pinned}
    changed = await connection.execute(update(ACTIVE).values(**values))
    if not changed.rowcount:
        await connection.execute(insert(ACTIVE).values(id=1, **values))


async def delete_old_revisions(connection: AsyncConnection) -> None:
    """Delete all revisions but the latest, the active one and the one that it was edited from."""
    await connection.run_sync(migrations.lock_revisions)
    latest = select(REVISIONS.c.id).order_by(desc(REVISIONS.c.id)).limit(MOST_KEPT)
    active = await _active(connection)
    needed = [active.revision, active.base] if active else []
    old = REVISIONS.c.id.not_in(latest.scalar_subquery()), REVISIONS.c.revision.not_in(needed)
    await connection.execute(delete(REVISIONS).where(*old))
    gone = REVISION_FILES.c.revision.not_in(select(REVISIONS.c.revision)), REVISION_FILES.c.revision.not_in(needed)
    await connection.execute(delete(REVISION_FILES).where(*gone))
    await connection.execute(delete(CONTENTS).where(CONTENTS.c.digest.not_in(select(REVISION_FILES.c.digest))))


def latest_revision() -> Select[Any]:
    """Return a query for the revision that was loaded last."""
    return select(REVISIONS).order_by(desc(REVISIONS.c.id)).limit(1)


def _is(revision: str) -> ColumnElement[bool]:
    return REVISION_FILES.c.revision == revision
