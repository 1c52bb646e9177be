"""What one person or one server left is deleted, and nothing else."""

from dataclasses import replace

import pytest
from sqlalchemy import Table

from bot.service.records import JoinedServers, LeftServer, UnansweredQuestion
from bot.storage.store import DatabaseStore
from bot.storage.tables import metadata
from tests.storage.databases import contents
from tests.storage.test_store import NOW, QUESTION

DAY = 86_400
ADA, BOB = 7, 8
SERVER = QUESTION.server


def asked(text: str, person: int, *, days_ago: float = 0, server: int = SERVER) -> UnansweredQuestion:
    """Return a question that a person asked."""
    return replace(QUESTION, text=text, person=person, server=server, asked_at=NOW - int(days_ago * DAY))


async def texts(store: DatabaseStore) -> dict[str, tuple[int, int]]:
    """Return how often each question was asked, and by how many."""
    return {group.text: (group.asked, group.askers) for group in await store.groups(100)}


async def test_a_persons_questions_of_the_last_day_are_deleted_and_those_of_others_stay(store: DatabaseStore) -> None:
    await store.add([asked("both", ADA), asked("both", BOB), asked("both", ADA), asked("hers", ADA, days_ago=0.9)])
    assert await store.forget_person(ADA, NOW) == 3
    assert await texts(store) == {"both": (1, 1)}
    assert await store.forget_person(ADA, NOW) == 0


async def test_what_is_older_than_a_day_is_nobodys_any_more(store: DatabaseStore) -> None:
    await store.add([asked("old", ADA, days_ago=2)])
    await store.purge(NOW)
    assert await store.forget_person(ADA, NOW) == 0
    assert await texts(store) == {"old": (1, 1)}


async def test_a_server_that_left_is_forgotten_and_the_others_stay(store: DatabaseStore, url: str) -> None:
    await store.add(
        [asked("what left", ADA, server=5), asked("what stays", ADA, server=6), asked("direct", BOB, server=0)]
    )
    await store.add([LeftServer(5)])
    assert set(await texts(store)) == {"what stays", "direct"}
    assert "what left" not in await contents(url)


async def test_servers_that_are_gone_are_forgotten_at_the_start(store: DatabaseStore) -> None:
    """Only those of the shards of this process: 3 << 22 is on shard 1 of 2."""
    mine, others, gone = 2 << 22, 3 << 22, 4 << 22
    everywhere = (mine, others, gone, 0)
    await store.add([asked(str(server), ADA, server=server) for server in everywhere])
    await store.add([JoinedServers(frozenset({mine}), frozenset({0}), 2)])
    assert set(await texts(store)) == {str(mine), str(others), "0"}


OF_ALL_SERVERS = {"revision", "revision_file", "file_content", "active_revision", "change", "schema_version"}
"""Tables that hold nothing of a server's."""


@pytest.mark.parametrize("table", [one for one in metadata.sorted_tables if one.name not in OF_ALL_SERVERS])
def test_every_table_says_whose_server_its_rows_are(table: Table) -> None:
    """Otherwise they stay when the server removes the bot: by a column `server`, or by a row with one."""
    parents = [key.column.table for key in table.foreign_keys]
    assert "server" in table.c or any("server" in parent.c for parent in parents)
