"""What processes that share a PostgreSQL hear of each other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg
import pytest

from bot.service.ports import Topic
from bot.service.records import LoadedRevision
from bot.storage.changes import Coordination
from bot.storage.store import DatabaseStore
from tests.e2e.operators import until
from tests.storage.databases import opened, postgres_url, store_at

LOADED = LoadedRevision("aaaa11112222", "start", 1, "aaaa11112222", bundle={"a.yaml": b"a"})


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Return the URL of a PostgreSQL with tables."""
    async with postgres_url() as url:
        async with opened(url) as store:
            await store.upgrade()
        yield url


async def at_once() -> None:
    """End a turn with its block."""


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[tuple[DatabaseStore, Coordination, list[Topic]]]:
    """Listen as a process of its own does."""
    store, heard = store_at(url), list[Topic]()
    processes = store.processes
    assert isinstance(processes, Coordination)
    task = asyncio.create_task(processes.listen(heard.append))
    try:
        yield store, processes, heard
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await store.close()


async def test_a_revision_that_one_publishes_is_heard_of_by_all(url: str) -> None:
    async with listening(url) as (store, _, heard), listening(url) as (_, _, others):
        await store.publish(LOADED, None)
        await until(lambda: "revision" in heard and "revision" in others)
        async with listening(url) as (_, _, late):
            await until(lambda: "revision" in late)


async def test_a_change_is_heard_of_though_its_notice_is_lost(url: str) -> None:
    async with listening(url) as (_, _, heard):
        connection = await asyncpg.connect(url)
        await connection.execute("INSERT INTO change VALUES ('settings', 1)")
        await connection.close()
        await until(lambda: "settings" in heard)


async def test_one_leads_and_another_one_when_that_has_lost_its_connection(url: str) -> None:
    async with listening(url) as (_, first, heard), listening(url) as (_, second, others):
        await until(lambda: first.is_leader != second.is_leader)
        await asyncio.sleep(1.2)
        assert first.is_leader != second.is_leader
        before = "leader" in heard, "leader" in others
        assert sorted(before) == [False, True]
        connection = await asyncpg.connect(url)
        ended = await connection.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND objid::int8 = (hashtext(current_schema())::int8 & 4294967295)"
        )
        await connection.close()
        assert len(ended) == 1
        await until(lambda: heard.count("leader") + others.count("leader") == 2)
        assert first.is_leader != second.is_leader


async def test_two_bots_in_one_database_lead_each_for_itself(url: str) -> None:
    async with postgres_url() as other:
        async with opened(other) as store:
            await store.upgrade()
        async with listening(url) as (_, first, _), listening(other) as (_, second, _):
            await until(lambda: first.is_leader and second.is_leader)


async def test_a_turn_ends_some_time_after_its_block(url: str) -> None:
    """Turns with other numbers, and those of other bots, do not wait for it."""
    first, second = store_at(url).processes, store_at(url).processes
    assert first
    assert second
    over, done = asyncio.Event(), list[str]()
    async with postgres_url() as other, first.turn(1, over.wait) as has_turn:
        assert has_turn
        apart = store_at(other).processes
        assert apart
        async with second.turn(2, at_once) as also, apart.turn(1, at_once) as too:
            assert also
            assert too

    async def wait() -> None:
        async with second.turn(1, over.wait):
            done.append("second")

    waiting = asyncio.create_task(wait())
    await asyncio.sleep(0.3)
    assert done == []
    over.set()
    await waiting
    assert done == ["second"]


async def test_without_the_database_nobody_waits_for_a_turn() -> None:
    processes = store_at("postgresql://nobody@127.0.0.1:1/nowhere").processes
    assert processes
    async with processes.turn(1, at_once) as has_turn:
        assert not has_turn


async def test_a_sqlite_file_is_shared_with_nobody(tmp_path: object) -> None:
    async with opened(f"sqlite:///{tmp_path}/store.db") as store:
        assert store.processes is None
