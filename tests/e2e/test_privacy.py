"""Nothing that tells who somebody is reaches the database or the log, and what is kept is forgotten on request."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.operators import QUESTION, operated, settings_for, until
from tests.e2e.test_store import SECRET, counted, groups_in, stored, stores
from tests.fake_discord import Actor, FakeDiscord
from tests.storage.databases import contents

__all__ = ["stored"]
UNKNOWN = "<@bot> 화성에 물이 있어?"


@pytest.fixture
def alice(server: FakeDiscord) -> Actor:
    """Return a member with a Korean client."""
    return server.user("alice.in.chains", locale="ko")


@pytest.fixture
def bob(server: FakeDiscord) -> Actor:
    """Return a member with an English client."""
    return server.user("bob_the_builder", locale="en-US")


async def until_equal(find: Callable[[], Awaitable[object]], wanted: object) -> None:
    """Wait until what is found is what is wanted."""
    async with asyncio.timeout(60):
        while await find() != wanted:  # noqa: ASYNC110  databases announce nothing
            await asyncio.sleep(0.05)


async def test_no_id_name_token_address_or_number_is_in_the_database_or_the_log(
    server: FakeDiscord, alice: Actor, tmp_path: Path, stored: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Members ask by mention and command what nobody should keep."""
    caplog.set_level(logging.INFO)
    personal = (
        "ada@example.com",
        "010-1234-5678",
        "4111 1111 1111 1111",
        f"<@{alice.id}>",
        "https://example.com/a?k=v",
    )
    bob = server.user("bob_the_builder", locale="en-US")
    async with operated(server, tmp_path, shared={}, **stored) as bot:
        for member in (alice, bob):
            await member.says(QUESTION)
            for number, text in enumerate(personal):
                place = server.add_channel(f"place-{number}")  # a conversation of its own
                await member.says(f"{UNKNOWN} {text} {member.id}", place)
            await member.runs("/ask", question=f"Is there water on Mars? {server.token}")
        await until(lambda: counted(bot, "written") > 2 * len(personal))
        await alice.runs("/내-기록-지우기")
    held = await contents(stored["database_url"]) + "\n".join(caplog.messages)
    assert "물이 있어" in held
    names = (alice.id, bob.id, "alice.in", "bob_the", server.token, SECRET, "example.com", "1234", "4111", "1111 1111")
    assert [name for name in names if str(name) in held] == []


async def test_forget_me_deletes_what_was_asked_today_and_what_waits(
    server: FakeDiscord, alice: Actor, bob: Actor, tmp_path: Path, stored: dict[str, Any]
) -> None:
    async with operated(server, tmp_path, shared={}, **stored) as bot:
        for member in (alice, bob):
            await member.says(UNKNOWN)
        await stores(bot, 2)
        await alice.says(f"{UNKNOWN} 또?")
        reply = await alice.runs("/내-기록-지우기")
        assert reply.ephemeral
        assert "지운 기록: 2개" in reply.text
        (group,) = await groups_in(settings_for(tmp_path, **stored))
        assert (group.asked, group.askers) == (1, 1)
        assert "Records deleted: 1" in (await bob.runs("/forget-me")).text
        assert await groups_in(settings_for(tmp_path, **stored)) == []
        assert "Nothing is stored" in (await bob.runs("/forget-me")).text


async def test_forget_me_ends_the_conversation(server: FakeDiscord, bob: Actor, tmp_path: Path) -> None:
    async with operated(server, tmp_path):
        await bob.says("<@bot> Where is Murati from?")
        assert "Nothing is stored" in (await bob.runs("/forget-me")).text
        assert "Albania" not in (await bob.says("<@bot> why?")).text


async def test_a_server_that_removes_the_bot_is_forgotten_and_one_that_is_unavailable_is_not(
    server: FakeDiscord, tmp_path: Path, stored: dict[str, Any]
) -> None:
    left, down, missed = (server.add_guild(name) for name in ("left", "down", "missed"))
    async with operated(server, tmp_path, shared={}, **stored) as bot:
        for guild in (left, down, missed):
            await server.user(f"member of {guild.name}", guild=guild).says(UNKNOWN)
        await stores(bot, 3)
        server.removes_bot(left)
        server.hub.events.guild_deleted(down, unavailable=True)
        settings = settings_for(tmp_path, **stored)

        async def servers() -> set[int]:
            return {group.server for group in await groups_in(settings)}

        await until_equal(servers, {down.id, missed.id})
        server.hub.events.sessions.clear()  # the next event is missed, as the session ends with it
        server.removes_bot(missed)
        server.drops_connection(4009)
        await until_equal(servers, {down.id})


async def test_privacy_and_about_say_what_is_kept_in_both_languages(
    server: FakeDiscord, alice: Actor, bob: Actor, tmp_path: Path
) -> None:
    async with operated(server, tmp_path, database_url=None):
        korean, english = (await alice.runs("/개인정보")).text, (await bob.runs("/privacy")).text
        assert "30일" in korean
        assert "/내-기록-지우기" in korean
        assert "30 days" in english
        assert "/forget-me" in english
        assert max(text.count("\n") for text in (korean, english)) <= 10
        assert "/개인정보" in (await alice.runs("/소개")).text
    async with operated(server, tmp_path):
        assert "30" not in (await bob.runs("/privacy")).text
