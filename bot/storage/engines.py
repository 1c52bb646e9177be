"""Connections to a SQLite file and to PostgreSQL, and what only one of them needs."""

import os
import sqlite3
import time
from collections.abc import Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias
from urllib.parse import urlsplit

import aiosqlite
from sqlalchemy import Connection, Table, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from bot.errors import ConfigError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from sqlalchemy.dialects import postgresql, sqlite

Upsert: TypeAlias = "sqlite.Insert | postgresql.Insert"
"""An INSERT that can update instead; a dialect takes 3 MB, so only the one that is used is loaded."""
READING: Final = "reading"
"""Execution option of a transaction that only reads."""
_CHUNK: Final = 64
"""Rows that are fetched at a time."""
_BUSY: Final = 2.0
"""Seconds to wait for a lock of another process."""
_CONNECTING: Final = 5.0
"""Seconds to wait for a connection to PostgreSQL."""
_PRAGMAS: Final = ("secure_delete = ON", "foreign_keys = ON", "synchronous = FULL")
"""Deleted content is overwritten; what is committed survives a crash of the machine too."""


class Database(Protocol):
    """Where the tables are."""

    engine: AsyncEngine
    place: str
    """What it is and where, without a password."""
    errors: tuple[type[Exception], ...]
    """What the driver raises beside SQLAlchemy's errors."""

    @staticmethod
    def insert(table: Table) -> Upsert:
        """Return an INSERT that can update instead."""

    def exists(self) -> bool:
        """Return whether there is a database that may have tables."""

    def prepare(self) -> None:
        """Create what the engine can't create itself; raise one of `errors`."""

    def check(self) -> None:
        """Raise OSError if `prepare` could not create it."""

    def forget(self) -> None:
        """Remove what was deleted from files beside the database; raise one of `errors`."""


class SqliteConnection(aiosqlite.Connection):
    """A connection whose thread is stopped only once.

    A second request, as when one that took too long is closed after it was stopped, is never answered by a thread that
    has ended; who waits for it keeps the event loop from closing.
    """

    def __init__(self, connector: "Callable[[], sqlite3.Connection]") -> None:
        """Prepare to connect with `connector`, in a thread that ends with the process."""
        super().__init__(connector, iter_chunk_size=_CHUNK)
        self._thread.daemon = True
        self._is_stopped = False

    def stop(self) -> "asyncio.Future[Any] | None":
        """Let the thread close the connection and end; return what completes then, None if it was told so before."""
        if self._is_stopped:
            return None
        self._is_stopped = True
        return super().stop()


class SqliteDatabase:
    """A SQLite file in WAL mode, opened anew for each transaction, so that a file that vanished is noticed."""

    errors: tuple[type[Exception], ...] = (sqlite3.Error, OSError)

    def __init__(self, path: Path) -> None:
        """Use the file `path`, which `prepare` creates."""
        self._path = path.absolute()
        self.place = f"SQLite, {self._path}"
        self.engine = create_async_engine(
            "sqlite+aiosqlite://", async_creator=self._connect, poolclass=NullPool, hide_parameters=True
        )
        event.listen(self.engine.sync_engine, "connect", _set_pragmas)
        event.listen(self.engine.sync_engine, "begin", _begin)

    async def _connect(self) -> aiosqlite.Connection:
        uri = f"{self._path.as_uri()}?mode=rw"  # "rw" creates no file
        return await SqliteConnection(partial(sqlite3.connect, uri, uri=True, timeout=_BUSY, isolation_level=None))

    @staticmethod
    def insert(table: Table) -> Upsert:
        """Return an INSERT that can update instead."""
        from sqlalchemy.dialects.sqlite import insert  # noqa: PLC0415

        return insert(table)

    def exists(self) -> bool:
        """Return whether the file exists."""
        return self._path.exists()

    def prepare(self) -> None:
        """Create the file, for its owner only, and turn the WAL on; that does not wait for locks by itself."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        limit = time.monotonic() + _BUSY
        while True:
            try:
                self._run("PRAGMA journal_mode = WAL")
            except sqlite3.OperationalError:
                if time.monotonic() > limit:
                    raise
                time.sleep(0.05)
            else:
                return

    def check(self) -> None:
        """Raise OSError if the folder, or the first one above it that exists, can't be written."""
        place = next(place for place in self._path.parents if place.exists())
        if not os.access(place, os.W_OK | os.X_OK):
            msg = f"{place} can't be written"
            raise PermissionError(msg)

    def forget(self) -> None:
        """Truncate the WAL, which still holds pages from before a deletion; raise sqlite3.Error while it is read."""
        (is_busy, *_) = self._run("PRAGMA wal_checkpoint(TRUNCATE)")
        if is_busy:
            msg = "what was deleted is still in the WAL, as another process reads the database"
            raise sqlite3.OperationalError(msg)

    def _run(self, pragma: str) -> Sequence[Any]:
        """Return the first row of what a pragma says."""
        with closing(sqlite3.connect(f"{self._path.as_uri()}?mode=rw", timeout=_BUSY, uri=True)) as connection:
            row: Sequence[Any] = connection.execute(pragma).fetchone()
            return row


def _set_pragmas(connection: Any, _: object) -> None:  # noqa: ANN401  the driver's, as SQLAlchemy adapts it
    cursor = connection.cursor()
    for pragma in _PRAGMAS:
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: Connection) -> None:
    """Take the lock for writing at once: a transaction that reads first may be refused it later without a wait."""
    reads = connection.get_execution_options().get(READING)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


class PostgresDatabase:
    """A PostgreSQL database; `url` may have all parameters that asyncpg knows, such as `sslmode`."""

    def __init__(self, url: str) -> None:
        """Connect to `url` when needed; raise ConfigError without asyncpg."""
        try:
            import asyncpg  # noqa: PLC0415  an extra
        except ModuleNotFoundError:
            msg = "BOT_DATABASE_URL names PostgreSQL, which needs the library asyncpg: pip install '.[postgres]'"
            raise ConfigError(msg) from None
        self.errors: tuple[type[Exception], ...] = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)
        scheme, _, rest = url.partition("://")
        dsn = f"{scheme.partition('+')[0]}://{rest}"
        parts = urlsplit(dsn)
        self.place = f"PostgreSQL, {parts.hostname or 'local'}{parts.path}"

        async def connect(**options: Any) -> Any:  # noqa: ANN401  asyncpg has no types
            return await asyncpg.connect(dsn, timeout=_CONNECTING, **options)

        self.connect: Callable[..., Awaitable[Any]] = connect
        """Opens a connection of asyncpg's own."""
        self.engine = create_async_engine(
            "postgresql+asyncpg://", async_creator=connect, pool_size=2, pool_pre_ping=True, hide_parameters=True
        )

    @staticmethod
    def insert(table: Table) -> Upsert:
        """Return an INSERT that can update instead."""
        from sqlalchemy.dialects.postgresql import insert  # noqa: PLC0415

        return insert(table)

    def exists(self) -> bool:
        """Return True: only the server knows."""
        return True

    def prepare(self) -> None:
        """Do nothing: an administrator created the database."""

    def check(self) -> None:
        """Do nothing, as there is nothing to create."""

    def forget(self) -> None:
        """Do nothing: the server writes over what was deleted when it vacuums."""
