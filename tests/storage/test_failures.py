"""Kills, a full disk, a lock, damage: what was acknowledged is there, and every failure is a StoreError."""

import asyncio
import os
import sqlite3
import sys
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import asyncpg
import pytest

from bot.errors import StoreError
from bot.storage import store as module
from bot.storage.engines import SqliteConnection
from bot.storage.secret import load_secret
from tests.storage.databases import contents, opened, postgres_url
from tests.storage.test_store import NOW, QUESTION

ROOT = Path(__file__).parents[2]
KILLS = 5
WRITER = """
import asyncio, sys
from dataclasses import replace
from tests.storage.databases import opened
from tests.storage.test_store import QUESTION

async def main():
    async with opened(sys.argv[1]) as store:
        await store.upgrade()
        number = 0
        while True:
            number += 1
            await store.add([replace(QUESTION, text=f"{sys.argv[2]} {number} {at}") for at in range(3)])
            print(number, flush=True)

asyncio.run(main())
"""


async def test_a_kill_during_writes_loses_nothing_acknowledged(url: str) -> None:
    """Of each batch all questions are there, or none."""
    acknowledged = {}
    for kill in range(KILLS):
        command = (sys.executable, "-c", WRITER, url, str(kill))
        writer = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        assert writer.stdout is not None
        for _ in range(3 + kill):
            acknowledged[kill] = int(await writer.stdout.readline())
        writer.kill()
        await writer.wait()
        for line in (await writer.stdout.read()).splitlines():
            acknowledged[kill] = int(line)
    async with opened(url) as store:
        await store.upgrade()
        stored = {group.text for group in await store.groups(100_000)}
    for kill, number in acknowledged.items():
        assert {f"{kill} {batch} {at}" for batch in range(1, number + 1) for at in range(3)} <= stored
    assert len(stored) % 3 == 0


async def test_connections_that_postgresql_ended_are_opened_again() -> None:
    """As after its restart."""
    async with postgres_url() as url, opened(f"{url}&application_name={url[-8:]}") as store:
        await store.upgrade()
        await store.add([QUESTION])
        administrator = await asyncpg.connect(url)
        ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1"
        assert await administrator.fetchval(ended, url[-8:])
        await administrator.close()
        await store.add([QUESTION])
        (group,) = await store.groups(10)
        assert group.asked == 2


async def test_a_full_disk_is_an_error_and_nothing_is_damaged(tmp_path: Path) -> None:
    """A limit on the size of files stands for it."""
    resource = pytest.importorskip("resource", reason="there are no such limits on Windows")
    path = tmp_path / "store.db"
    async with opened(f"sqlite:///{path}") as store:
        await store.upgrade()
        await store.add([QUESTION])
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, before[1]))
        try:
            with pytest.raises(StoreError, match=r"^SQLite, .+: .*(full|disk I/O error)"):
                await store.add([replace(QUESTION, text=f"{'long ' * 50}{number}") for number in range(500)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        await store.add([QUESTION])
        (group,) = await store.groups(10)
        assert group.asked == 2
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_a_lock_is_an_error_after_a_while_and_passes(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with opened(f"sqlite:///{path}") as store:
        await store.upgrade()
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for use in (store.add([QUESTION]), store.purge(NOW), store.check()):
                with pytest.raises(StoreError, match=r": database is locked$"):
                    await use
            assert list(await store.groups(10)) == [], "reading needs no lock"
        await store.add([QUESTION])
        assert len(await store.groups(10)) == 1


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
async def test_a_file_that_may_only_be_read_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    async with opened(f"sqlite:///{path}") as store:
        await store.upgrade()
        await store.add([QUESTION])
        path.chmod(0o400)
        with pytest.raises(StoreError, match=r": attempt to write a readonly database$"):
            await store.add([QUESTION])
        with pytest.raises(StoreError):
            await store.check()
        assert len(await store.groups(10)) == 1


@pytest.mark.parametrize(
    "content", [b"no database at all, but a long text " * 50, b"SQLite format 3\0" + b"\xff" * 5_000]
)
async def test_a_damaged_file_is_an_error_and_stays_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(content)
    async with opened(f"sqlite:///{path}") as store:
        with pytest.raises(StoreError, match=r"^SQLite, "):
            await store.upgrade()
    assert path.read_bytes() == content


async def test_a_file_that_vanished_is_an_error_until_it_is_made_again(tmp_path: Path) -> None:
    """Otherwise questions would go to a file without a name."""
    path = tmp_path / "store.db"
    async with opened(f"sqlite:///{path}") as store:
        await store.upgrade()
        path.unlink()
        with pytest.raises(StoreError, match=r": unable to open database file$"):
            await store.add([QUESTION])
        assert not path.exists()
        await store.upgrade()
        await store.add([QUESTION])
        assert len(await store.groups(10)) == 1


async def test_a_slow_database_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LIMIT", 0.0)
    async with opened(f"sqlite:///{tmp_path / 'store.db'}") as store:
        with pytest.raises(StoreError, match=r": it takes too long$"):
            await store.upgrade()


async def test_the_file_and_its_folder_are_for_their_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "new" / "store.db"
    async with opened(f"sqlite:///{path}") as store:
        await store.upgrade()
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_a_path_may_have_any_character(tmp_path: Path) -> None:
    path = tmp_path / "왜? #1 100%&mode=ro" / "a b.db"
    async with opened(f"sqlite:///{path}") as store:
        await store.upgrade()
        await store.add([QUESTION])
    assert path.stat().st_size > 0


async def test_processes_that_start_at_once_use_the_same_secret(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    secrets = await asyncio.gather(*(asyncio.to_thread(load_secret, folder) for _ in range(20)))
    assert len(set(secrets)) == 1
    assert len(secrets[0]) == 64
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600


async def test_who_wants_to_be_forgotten_is_told_if_it_is_still_in_the_wal_and_the_next_purge_removes_it(
    tmp_path: Path,
) -> None:
    """Another process reads the file all the while, as `db export` does."""
    url = f"sqlite:///{tmp_path / 'store.db'}"
    async with opened(url) as store:
        await store.upgrade()
        await store.add([replace(QUESTION, text="zebrafish")])
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as reader:
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM unanswered_question").fetchall()
            with pytest.raises(StoreError, match="still in the WAL"):
                await store.forget_person(QUESTION.person, NOW)
        assert await store.purge(NOW) == 0
    assert "zebrafish" not in await contents(url)


async def test_a_connection_that_is_stopped_while_it_closes_keeps_nobody_waiting() -> None:
    """A query that took too long is stopped; who closes the connection then waited for a thread that had ended."""
    connection = await SqliteConnection(partial(sqlite3.connect, ":memory:"))
    closing_it = asyncio.create_task(connection.close())
    await asyncio.sleep(0)
    stopped = connection.stop()
    assert stopped is not None
    await asyncio.wait_for(asyncio.gather(closing_it, stopped), 30)
    assert connection.stop() is None
