"""Deleting what one person, or one server, left in the database."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import ColumnElement, Table, delete, select, union
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.records import JoinedServers, LeftServer
from bot.storage import migrations
from bot.storage.questions import delete_questions
from bot.storage.secret import DAY, digest, lasting_digest
from bot.storage.tables import NOTICES, QUESTIONS, metadata
from bot.storage.transactions import Transactions
from bot.storage.votes import delete_votes

_OF_SERVERS: Final[Sequence[Table]] = [table for table in metadata.sorted_tables if "server" in table.c]
"""Tables whose rows belong to servers; 0 stands for none."""


class Forgetting(Transactions):
    """The part of the store that forgets."""

    async def forget_person(self, person: int, now: int) -> int:
        """Delete what can be told to be a person's at the Unix time `now`; return how many things that were.

        These are the votes, the notices and the questions of the last day; who asked the older ones is not known.
        """
        async with self._translated():
            secret = await self._key()
        askers = [digest(secret, person, time) for time in (now, now - DAY)]
        async with self._transaction() as connection:
            await connection.run_sync(migrations.lock)
            deleted = await delete_questions(connection, QUESTIONS.c.asker.in_(askers))
            waiting = delete(NOTICES).where(NOTICES.c.asker == lasting_digest(secret, person))
            deleted += (await connection.execute(waiting)).rowcount
            deleted += await delete_votes(connection, secret, person)
        await self._forget_pages()
        return deleted


async def delete_servers(connection: AsyncConnection, changes: Sequence[LeftServer | JoinedServers]) -> bool:
    """Delete what servers left that the bot is not in any more; return whether there was anything."""
    left = {one.server for one in changes if isinstance(one, LeftServer)}
    for joined in (one for one in changes if isinstance(one, JoinedServers)):
        found = await connection.scalars(union(*(select(table.c.server).distinct() for table in _OF_SERVERS)))
        left |= {server for server in found if joined.lacks(server)}
    if not left:
        return False
    for table in reversed(_OF_SERVERS):
        which: ColumnElement[bool] = table.c.server.in_(left)
        for child in metadata.sorted_tables:
            for key in child.foreign_keys:
                if key.column.table is table:
                    await connection.execute(delete(child).where(key.parent.in_(select(key.column).where(which))))
        await connection.execute(delete(table).where(which))
    return True
