"""Transactions of limited duration, whose errors quote nothing that was stored."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.errors import StoreError
from bot.storage import migrations
from bot.storage.engines import READING, Database

LIMIT: Final = 10.0
"""Seconds that a use of the database may take, except an export and a purge."""


class Transactions:
    """What each part of the store is built on."""

    def __init__(self, database: Database, secret: Callable[[], bytes], days: int) -> None:
        """Keep questions in `database` for `days`; `secret` returns the key of digests or raises OSError."""
        self._database = database
        self._secret = secret
        self._days = days
        self._errors: tuple[type[Exception], ...] = (DBAPIError, PoolTimeoutError, TimeoutError, *database.errors)

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AsyncConnection | None]:
        """Run the block in a transaction that reads; with None where there is no database yet.

        Raises StoreError if an older version of the bot made the database and nobody brought it up to date.
        """
        if not await asyncio.to_thread(self._database.exists):
            yield None
            return
        async with self._transaction(reading=True) as connection:
            version = await connection.run_sync(migrations.current_version)
            if 0 < version < migrations.NEWEST:
                msg = f"{self._database.place}: an older version of the bot made it; `db upgrade` brings it up to date"
                raise StoreError(msg)
            yield connection if version else None

    @asynccontextmanager
    async def _transaction(self, *, reading: bool = False, limit: float = LIMIT) -> AsyncIterator[AsyncConnection]:
        """Run the block in one transaction of limited duration; raise StoreError."""
        engine = self._database.engine.execution_options(**{READING: reading})
        async with self._translated(), asyncio.timeout(limit), engine.begin() as connection:
            yield connection

    async def _key(self) -> bytes:
        """Return the key of digests; raise OSError."""
        return await asyncio.to_thread(self._secret)

    async def _forget_pages(self) -> None:
        """Remove what was deleted from the files of the database; raise StoreError while another process reads them."""
        async with self._translated():
            await asyncio.to_thread(self._database.forget)

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
