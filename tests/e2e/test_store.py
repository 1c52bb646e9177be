"""Unanswered questions are stored after the reply, and no trouble of the database holds one up."""

import json
import shutil
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_store
from bot.service.records import QuestionGroup
from bot.settings import DiscordSettings, Switch
from tests.e2e.operators import ANSWER, QUESTION, Running, operated, settings_for, small_knowledge, until
from tests.e2e.test_process import end, process
from tests.fake_discord import Actor, FakeDiscord, Intent
from tests.fake_discord import Settings as Patient
from tests.storage.databases import KINDS, contents, database_url

UNKNOWN = "화성에 물이 있어?"
SECRET = "a secret of at least thirty-two characters"  # noqa: S105
NOWHERE = "postgresql://somebody:hunter2@127.0.0.1:1/nowhere"


@pytest.fixture(params=KINDS)
async def stored(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    """Return the settings of an empty database."""
    async with database_url(request.param, tmp_path) as url:
        yield {"database_url": url, "secret": SECRET}


@pytest.fixture
async def apart() -> AsyncIterator[FakeDiscord]:
    """Run a server that only the processes are pointed at."""
    async with FakeDiscord(Patient(patience=15), points_here=False) as server:
        yield server
    assert server.refusals == []


@pytest.fixture
def alice(server: FakeDiscord) -> Actor:
    """Return a member with a Korean client."""
    return server.user("alice", locale="ko")


@pytest.fixture
def bob(server: FakeDiscord) -> Actor:
    """Return another one."""
    return server.user("bob", locale="ko")


async def groups_in(settings: DiscordSettings) -> list[QuestionGroup]:
    """Return the groups that another process finds."""
    store = open_store(settings)
    assert store is not None
    try:
        return list(await store.groups(10))
    finally:
        await store.close()


def counted(bot: Running, result: str) -> float:
    """Return how many records were stored, or lost."""
    return bot.runner.measures.registry.get_sample_value("bot_store_records_total", {"result": result}) or 0.0


async def stores(bot: Running, number: int) -> None:
    """Wait until so many questions were stored, beside the revision at the start unless that was published."""
    await until(lambda: counted(bot, "written") == number + (not bot.runner.loading.is_shared))


async def test_an_unknown_question_asked_twice_is_one_group_that_names_nobody(
    server: FakeDiscord, alice: Actor, bob: Actor, tmp_path: Path, stored: dict[str, Any]
) -> None:
    async with operated(server, tmp_path, shared={}, **stored) as bot:
        await alice.says(f"<@bot> {UNKNOWN}")
        await bob.says(f"<@bot> 화성에  물이 있어?! <@{alice.id}> alice@example.com")
        assert ANSWER in (await alice.says(QUESTION)).text
        await stores(bot, 2)
        (group,) = await groups_in(settings_for(tmp_path, **stored))
        assert (group.asked, group.askers, group.article) == (2, 2, "art")
        assert (group.server, group.text) == (server.guild.id, "화성에 물이 있어?! …")
    held = await contents(stored["database_url"])
    assert "화성에 물이 있어" in held
    for personal in (alice.id, bob.id, "bob", "alice", "example.com", server.general.id, server.token):
        assert str(personal) not in held


async def test_what_nobody_asked_the_bot_is_not_stored(
    server: FakeDiscord, alice: Actor, bob: Actor, tmp_path: Path
) -> None:
    """Talk in a channel for questions, and somebody else's message; the command is the bot's to answer."""
    server.grants(Intent.MESSAGE_CONTENT)
    changes: dict[str, Any] = {"database_url": None, "message_content": Switch.ON, "ask_channels": {server.general.id}}
    async with operated(server, tmp_path, shared={}, **changes) as bot:
        written = await alice.writes(UNKNOWN)
        assert await bob.runs_on_message("이 질문에 답하기", written)
        assert await bob.runs("/질문", 질문=UNKNOWN)
        await stores(bot, 1)
        (group,) = await groups_in(settings_for(tmp_path, **changes))
        assert (group.asked, group.server) == (1, server.guild.id)


async def test_answers_come_while_the_database_is_locked_and_questions_are_stored_after(
    server: FakeDiscord, alice: Actor, bob: Actor, tmp_path: Path
) -> None:
    """The lock is held until all have their answers."""
    async with operated(server, tmp_path, shared={}, database_url=None) as bot:
        await stores(bot, 0)
        with closing(sqlite3.connect(tmp_path / "data" / "store.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for member in (alice, bob):
                await member.says(f"<@bot> {UNKNOWN}")
                assert ANSWER in (await member.says(QUESTION, server.add_channel(f"{member.id}"))).text
            assert counted(bot, "written") == 1
            other.execute("ROLLBACK")
        await stores(bot, 2)
        (group,) = await groups_in(settings_for(tmp_path, database_url=None))
        assert (group.asked, group.askers) == (2, 2)


async def test_answers_come_after_the_data_folder_vanished_and_it_is_made_again(
    server: FakeDiscord, alice: Actor, tmp_path: Path
) -> None:
    async with operated(server, tmp_path, shared={}, database_url=None) as bot:
        await stores(bot, 0)
        shutil.rmtree(tmp_path / "data")
        assert await alice.says(f"<@bot> {UNKNOWN}")
        await stores(bot, 1)
        (group,) = await groups_in(settings_for(tmp_path, database_url=None))
        assert group.asked == 1


@pytest.mark.parametrize("url", [NOWHERE, "sqlite:////dev/null/store.db"])
async def test_answers_come_without_any_database(
    server: FakeDiscord, alice: Actor, tmp_path: Path, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so once, without the password."""
    async with operated(server, tmp_path, shared={}, database_url=url, secret=SECRET) as bot:
        assert await alice.says(f"<@bot> {UNKNOWN}")
        assert ANSWER in (await alice.says(QUESTION)).text
        await until(lambda: "the store can't be used" in caplog.text)
        assert counted(bot, "written") == 0
    assert caplog.text.count("the store can't be used") == 1
    assert counted(bot, "dropped") == 1
    assert "hunter2" not in caplog.text


async def test_the_store_can_be_switched_off(server: FakeDiscord, alice: Actor, tmp_path: Path) -> None:
    async with operated(server, tmp_path, shared={}) as bot:
        await alice.says(f"<@bot> {UNKNOWN}")
        assert counted(bot, "written") == 0
        assert "저장하지 않아요" in (await alice.runs("/소개")).text
    assert not (tmp_path / "data").exists()


async def test_the_members_are_told_what_is_stored(server: FakeDiscord, alice: Actor, tmp_path: Path) -> None:
    async with operated(server, tmp_path, shared={}, database_url=None, retention_days=7):
        assert "7일 동안 보관" in (await alice.runs("/소개")).text


async def test_a_lock_does_not_hold_up_the_end_of_the_process(apart: FakeDiscord, tmp_path: Path) -> None:
    """It ends in order, and says that records could not be stored."""
    small_knowledge(tmp_path, shared={})  # the shipped small talk keeps what is unknown unknown
    alice = apart.user("alice", locale="ko")
    async with process(apart.url, tmp_path, DISCORD_TOKEN=apart.token) as bot:
        await apart.connects(within=30)
        await bot.says("connected and answering")
        await until((tmp_path / "data" / "secret").exists)
        with closing(sqlite3.connect(tmp_path / "data" / "store.db", timeout=5, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert await alice.dm(UNKNOWN)
            bot.gets(signal.SIGTERM)
            ended = await bot.ends()
    assert ended.code == 0
    assert "the bot ends before these records were stored: " in ended.err


async def test_an_operator_lists_what_the_running_bot_has_stored(apart: FakeDiscord, tmp_path: Path) -> None:
    """With the database, the secret and nothing else in the data folder, for its owner only."""
    small_knowledge(tmp_path, shared={})  # the shipped small talk keeps what is unknown unknown
    alice = apart.user("alice", locale="ko")
    async with process(apart.url, tmp_path, DISCORD_TOKEN=apart.token) as bot:
        await apart.connects(within=30)
        await bot.says("connected and answering")
        await alice.dm(UNKNOWN)
        await alice.dm(f"{UNKNOWN}?")

        async def listed() -> list[dict[str, Any]]:
            ended = await end(apart.url, tmp_path, "unanswered", "--json")
            assert ended.code == 0
            return [json.loads(line) for line in ended.out.splitlines()]

        found = await listed()
        while not found or found[0]["asked"] < 2:
            found = await listed()
    (group,) = found
    assert (group["text"], group["askers"], group["server"]) == ("화성에 물이 있어??", 1, None)
    files = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    assert files.keys() >= {"store.db", "secret"}
    assert set(files.values()) == {0o600}
