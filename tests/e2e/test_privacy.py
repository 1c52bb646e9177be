"""Nothing that tells who somebody is reaches the database or the log, and what is kept is forgotten on request."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_store
from bot.service.records import Period
from bot.service.replies import Voice
from bot.settings import DiscordSettings
from bot.terminal.report import report_html
from tests.e2e.operators import QUESTION, Running, operated, settings_for
from tests.e2e.test_store import SECRET, groups_in, stored, stores
from tests.fake_discord import Actor, FakeDiscord, Permission
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


PERSONAL = ("ada@example.com", "010-1234-5678", "4111 1111 1111 1111", "https://example.com/a?k=v")
TOKEN = f"{'MTk4NjIy' * 3}.Cl2FMQ.{'ZnCjm1XV' * 4}"
"""What looks like the token of a bot."""


async def shown_elsewhere(bot: Running, settings: DiscordSettings) -> str:
    """Return what `db export` and `report` would write, and who waits for an answer."""
    store = open_store(settings)
    assert store is not None
    try:
        rows = [f"{table} {row}" async for table, row in store.rows()]
        rows += map(repr, await store.notices())
        figures = await store.figures(Period("2000-01-01"), 20)
        knowledge = bot.app.library.snapshot.knowledge
        return "\n".join((*rows, report_html(Voice(knowledge, "ko"), knowledge, figures, ["2000-01-01"])))
    finally:
        await store.close()


async def test_no_id_name_token_address_or_number_is_in_the_database_or_the_log(
    server: FakeDiscord, alice: Actor, tmp_path: Path, stored: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    """Members ask, vote and wait for answers with what nobody should keep; an administrator edits."""
    caplog.set_level(logging.INFO)
    admin = server.user("admin_of_them_all", permissions=Permission.MANAGE_GUILD)
    bob = server.user("bob_the_builder", locale="en-US")
    lists: dict[str, Any] = {"admin_guild_ids": frozenset({server.guild.id}), "admin_user_ids": frozenset({admin.id})}
    settings = settings_for(tmp_path, **stored)
    async with operated(server, tmp_path, shared={}, **stored, **lists) as bot:
        for member in (alice, bob):
            personal = " ".join((*PERSONAL, f"<@{alice.id}>", str(member.id), TOKEN))
            answer = await member.says(QUESTION, server.add_channel(f"answers-for-{member.name}"))
            why = await member.clicks(answer, "⋯")
            await member.clicks(why, "👎")
            await member.submits(await member.opens(why, why.buttons[2].label), word=f"틀려요 {personal}"[:200])
            for number, text in enumerate((*PERSONAL, f"<@{alice.id}>")):
                place = server.add_channel(f"place-{number}-of-{member.name}")  # a conversation of its own
                reply = await member.says(f"{UNKNOWN} {text} {member.id}", place)
                if number == 0:
                    await member.clicks(reply, reply.buttons[0].label)
            await member.runs("/ask", question=f"Is there water on Mars? {TOKEN}")
            await member.dm(f"화성에 물이 있어? {personal}")
        await stores(bot, 18)
        held = await shown_elsewhere(bot, settings)
        assert held.count("Notice(") == 2
        form = await admin.opens_by("/facts edit", fact="art/murati-origin")
        await admin.submits(form, ko="무라티는 블로러에서 태어났어요.")
        listed = await admin.runs("/facts unanswered")
        await (await admin.clicks(listed, listed.buttons[0].label)).gets_followup()
        await admin.runs("/facts insight")
        held += await contents(stored["database_url"]) + await shown_elsewhere(bot, settings)
        await alice.runs("/내-기록-지우기")
        held += await contents(stored["database_url"])
    held += caplog.text
    assert "물이 있어" in held
    assert "틀려요 …" in held
    people = [one for member in (alice, bob, admin) for one in (member.id, member.name)]
    secret = (server.token, SECRET, "example.com", "1234-", "010-", "4111", "1111 1111", TOKEN[:24], TOKEN[-24:])
    assert [one for one in (*people, *secret) if str(one) in held] == []


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


async def test_after_forget_me_no_vote_of_another_member_stores_the_question(
    server: FakeDiscord, alice: Actor, bob: Actor, tmp_path: Path, stored: dict[str, Any]
) -> None:
    """Neither the one that the bot had in mind nor its words come back."""
    async with operated(server, tmp_path, shared={}, **stored) as bot:
        shown = await alice.runs("/질문", question=f"{QUESTION.removeprefix('<@bot> ')} 비밀", 공개=True)
        why = await bob.clicks(shown, "⋯")
        await alice.runs("/내-기록-지우기")
        await bob.clicks(why, "👎")
        await stores(bot, 1)
    assert "비밀" not in await contents(stored["database_url"])


async def test_forget_me_deletes_the_question_that_another_members_vote_stored(
    server: FakeDiscord, alice: Actor, bob: Actor, tmp_path: Path, stored: dict[str, Any]
) -> None:
    """The vote stays its voter's; a restart does not change whose question it is."""
    settings = settings_for(tmp_path, **stored)
    async with operated(server, tmp_path, shared={}, **stored) as bot:
        shown = await alice.runs("/질문", question=f"{QUESTION.removeprefix('<@bot> ')} 비밀", 공개=True)
        await bob.clicks(await bob.clicks(shown, "⋯"), "👎")
        reply = await alice.says(QUESTION)
        await stores(bot, 1)
    async with operated(server, tmp_path, shared={}, **stored) as bot:
        await bob.clicks(await bob.clicks(reply, "⋯"), "👎")
        await stores(bot, 1)
        assert [(one.asked, one.askers) for one in await groups_in(settings)] == [(1, 1), (1, 1)]
        assert "지운 기록: 2개" in (await alice.runs("/내-기록-지우기")).text
        assert await groups_in(settings) == []
        assert "비밀" not in await contents(stored["database_url"])
        assert "Records deleted: 2" in (await bob.runs("/forget-me")).text


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
        assert max(text.count("\n") for text in (korean, english)) <= 9
        assert "/개인정보" in (await alice.runs("/소개")).text
    async with operated(server, tmp_path):
        assert "30" not in (await bob.runs("/privacy")).text
