"""The databases that the contract is tested with: a SQLite file, and a schema of its own in a real PostgreSQL."""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import pytest

from bot.storage.engines import Database, PostgresDatabase, SqliteDatabase
from bot.storage.store import DatabaseStore

POSTGRES: Final = os.environ.get("TEST_POSTGRES_URL") or "postgresql://127.0.0.1:5432/test"
KINDS: Final = ("sqlite", "postgresql")
SECRET: Final = b"a key for tests that tells people apart"
DAYS: Final = 30


async def _administrator() -> Any:  # noqa: ANN401  asyncpg has no types
    """Connect to PostgreSQL; skip the test if there is none, which continuous integration may not."""
    try:
        return await asyncpg.connect(POSTGRES, timeout=5)
    except (OSError, asyncpg.PostgresError) as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"no PostgreSQL at TEST_POSTGRES_URL ({type(error).__name__})")


@asynccontextmanager
async def postgres_url() -> AsyncIterator[str]:
    """Make a schema for the block; return a URL whose tables are there."""
    name = f"test_{uuid.uuid4().hex}"
    administrator = await _administrator()
    try:
        await administrator.execute(f"CREATE SCHEMA {name}")
        try:
            yield f"{POSTGRES}{'&' if '?' in POSTGRES else '?'}search_path={name}"
        finally:
            await administrator.execute(f"DROP SCHEMA {name} CASCADE")
    finally:
        await administrator.close()


@asynccontextmanager
async def database_url(kind: str, folder: Path) -> AsyncIterator[str]:
    """Return the URL of an empty database of this kind."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'store.db'}"
        return
    async with postgres_url() as url:
        yield url


def database_at(url: str) -> Database:
    """Return the database with this URL."""
    path = url.removeprefix("sqlite:///")
    return PostgresDatabase(url) if path == url else SqliteDatabase(Path(path))


def store_at(url: str, days: int = DAYS) -> DatabaseStore:
    """Return a store in the database with this URL."""
    return DatabaseStore(database_at(url), lambda: SECRET, days)


@asynccontextmanager
async def opened(url: str, days: int = DAYS) -> AsyncIterator[DatabaseStore]:
    """Return a store that is closed after the block."""
    store = store_at(url, days)
    try:
        yield store
    finally:
        await store.close()


def _content(path: Path) -> str:
    """Return the content of a file; a WAL ends with the last connection."""
    try:
        return path.read_bytes().decode("utf-8", "replace")
    except FileNotFoundError:
        return ""


async def contents(url: str) -> str:
    """Return all that the database with this URL holds, as text: the bytes of SQLite's files or PostgreSQL's rows."""
    path = url.removeprefix("sqlite:///")
    if path != url:
        files = await asyncio.to_thread(lambda: sorted(Path(path).parent.glob(f"{Path(path).name}*")))
        return "".join(map(_content, files))
    connection = await asyncpg.connect(url)
    try:
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
        rows = [await connection.fetch(f'SELECT * FROM "{table["tablename"]}"') for table in tables]  # noqa: S608
    finally:
        await connection.close()
    return repr([dict(row) for found in rows for row in found])
