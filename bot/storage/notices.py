"""Messages whose authors want to be told once their question has an answer, in the database."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Final

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.records import DAYS_OF_NOTICES, MOST_NOTICES, Notice, NoticeOutcome
from bot.storage import migrations
from bot.storage.secret import DAY, lasting_digest
from bot.storage.tables import NOTICES
from bot.storage.transactions import Transactions

_CLAIMED: Final = 3_600
"""Seconds after which the process that claimed a notice has ended without telling; nobody is told twice."""


class Notices(Transactions):
    """The part of the store that keeps who wants to be told, by message and never by person."""

    async def toggle_notice(self, notice: Notice, person: int) -> NoticeOutcome:
        """Keep a notice for its author `person`, or withdraw it if it is kept already."""
        async with self._translated():
            asker = lasting_digest(await self._key(), person)
        same = NOTICES.c.channel == notice.channel, NOTICES.c.message == notice.message
        async with self._transaction() as connection:
            await connection.run_sync(migrations.lock, int(asker[:15], 16))
            if (await connection.execute(delete(NOTICES).where(*same))).rowcount:
                return "withdrawn"
            pending = select(func.count()).where(NOTICES.c.asker == asker, NOTICES.c.claimed_at.is_(None))
            if (await connection.scalar(pending) or 0) >= MOST_NOTICES:
                return "full"
            values = {key: value for key, value in asdict(notice).items() if key != "id"}
            await connection.execute(insert(NOTICES).values(**values, asker=asker))
            return "added"

    async def notices(self) -> Sequence[Notice]:
        """Return the notices that nobody has begun to deliver, the oldest first."""
        columns = [NOTICES.c[one.name] for one in fields(Notice)]
        async with self._reading() as connection:
            if connection is None:
                return ()
            query = select(*columns).where(NOTICES.c.claimed_at.is_(None)).order_by(NOTICES.c.id)
            rows = (await connection.execute(query)).mappings().all()
        return [Notice(**row) for row in rows]

    async def claim_notice(self, number: int, now: int) -> bool:
        """Return whether the caller, and no other process, delivers the notice with this id."""
        async with self._transaction() as connection:
            claimed = update(NOTICES).where(NOTICES.c.id == number, NOTICES.c.claimed_at.is_(None))
            return bool((await connection.execute(claimed.values(claimed_at=now))).rowcount)

    async def release_notice(self, number: int) -> None:
        """Let a notice that was claimed be delivered later."""
        async with self._transaction() as connection:
            await connection.execute(update(NOTICES).where(NOTICES.c.id == number).values(claimed_at=None))

    async def drop_notice(self, number: int) -> None:
        """Delete a notice that was delivered, or can't be."""
        async with self._transaction() as connection:
            await connection.execute(delete(NOTICES).where(NOTICES.c.id == number))


async def delete_notices(connection: AsyncConnection, now: int, days: int, *, everything: bool) -> None:
    """Delete notices of more than `days`, and those whose process ended while it told; or all of them."""
    old = NOTICES.c.asked_at < now - min(days, DAYS_OF_NOTICES) * DAY
    left = NOTICES.c.claimed_at < now - _CLAIMED
    await connection.execute(delete(NOTICES) if everything else delete(NOTICES).where(or_(old, left)))
