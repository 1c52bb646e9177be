"""Trouble on order, and what the journal keeps of it."""

import asyncio

import aiohttp
import discord
import pytest
from discord import app_commands

from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord.tests.little_bot import LittleBot, running
from tests.fake_discord.tests.raw import RawClient

MESSAGES = "POST /channels/{channel_id}/messages"


async def test_a_429_is_retried(server: FakeDiscord, bot: LittleBot, alice: Actor) -> None:
    """By discord.py itself; the person gets one reply."""
    server.limits_next(on=MESSAGES, retry_after=0.05, times=2)
    await alice.says("<@bot> hello")
    assert [r.text for r in alice.sees()][1:] == [f"heard: {server.bot.mention} hello"]
    assert [e.status for e in server.requests_to(*MESSAGES.split())] == [429, 429, 200]
    assert bot.errors == []


async def test_the_headers_of_a_429_are_discords(server: FakeDiscord) -> None:
    """For one route, with its bucket."""
    headers = {"Authorization": f"Bot {server.token}"}
    server.limits_next(retry_after=1.5)
    async with aiohttp.ClientSession(headers=headers) as session, session.get(f"{server.api_url}/users/@me") as answer:
        body = await answer.json()
        assert body == {"message": "You are being rate limited.", "retry_after": 1.5, "global": False}
        assert answer.headers["Retry-After"] == "2"
        assert answer.headers["X-RateLimit-Remaining"] == "0"
        assert answer.headers["X-RateLimit-Scope"] == "user"
        assert answer.headers["Via"]


async def test_a_lost_answer_does_not_double_the_reply(server: FakeDiscord, bot: LittleBot, alice: Actor) -> None:
    """discord.py asks again with the same nonce and gets the message it already wrote."""
    server.loses_answer(on=MESSAGES)
    await alice.says("<@bot> hello")
    await server.is_asked(MESSAGES, times=2)
    assert [e.status for e in server.requests_to(*MESSAGES.split())] == [500, 200]
    assert len(alice.sees()) == 2
    assert bot.errors == []


async def test_a_repeated_message_is_answered_once_thanks_to_the_nonce(
    server: FakeDiscord, bot: LittleBot, alice: Actor
) -> None:
    """The bot hears it twice; the server keeps one message per nonce."""
    written = await alice.writes("<@bot> hello")
    await alice.is_answered(written)
    server.repeats_message(written)
    await server.is_asked(MESSAGES, times=2)
    assert [message.id for message in bot.heard] == [written.id] * 2
    assert len(alice.sees()) == 2


async def test_a_repeated_interaction_cannot_be_responded_to_twice(server: FakeDiscord, alice: Actor) -> None:
    """The second attempt is 40060, which a bot has to prevent or bear."""

    def register(tree: app_commands.CommandTree[discord.AutoShardedClient]) -> None:
        @tree.command(description="Once")
        async def once(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("once")

        del once

    async with running(server, register=register):
        await alice.runs("/once")
        server.repeats_interaction()
        await server.is_asked("POST /interactions/{interaction_id}/{interaction_token}/callback", times=2)
    assert [refusal.code for refusal in server.refusals] == [40060]


async def test_a_503_reaches_the_bot_at_once(server: FakeDiscord, bot: LittleBot, alice: Actor) -> None:
    """discord.py retries 500, 502, 504 and 524 after a second, but not 503."""
    server.fails_next(on=MESSAGES, status=503)
    await alice.writes("<@bot> hello")
    await server.quiets_down()
    assert [type(error) for error in bot.errors] == [discord.DiscordServerError]
    assert server.denials[0].status == 503


async def test_a_delayed_request_is_overtaken(server: FakeDiscord, raw: RawClient) -> None:
    """By one that comes while it waits."""
    server.delays_next(0.2, on=MESSAGES)
    slow = asyncio.create_task(raw.says(content="slow"))
    await asyncio.sleep(0.02)
    assert (await raw.says(content="quick"))[0] == 200
    assert (await slow)[0] == 200
    assert [reply.text for reply in server.user("alice").sees()] == ["quick", "slow"]


async def test_a_cut_connection_is_an_error_of_the_network(server: FakeDiscord, raw: RawClient) -> None:
    """No answer at all."""
    server.cuts_next(on=MESSAGES)
    with pytest.raises(aiohttp.ClientError):
        await raw.says(content="x")
    assert (await raw.says(content="x"))[0] == 200


async def test_two_hundred_questions_get_one_reply_each(server: FakeDiscord) -> None:
    """Concurrent waits find their own replies, through a cut line in the middle."""
    people = [server.user(f"p{n}") for n in range(200)]
    async with running(server) as bot:
        waiting = asyncio.gather(*(p.says(f"<@bot> {p.name}") for p in people))
        await asyncio.sleep(0.05)
        server.drops_connection()
        replies = await waiting
        assert [r.text for r in replies] == [f"heard: {server.bot.mention} {p.name}" for p in people]
        assert len(bot.heard) == 200
        assert len(server.general.messages) == 400


async def test_a_wait_in_vain_says_what_was_refused(server: FakeDiscord, alice: Actor) -> None:
    """Most often that is the reason."""

    async def ramble(message: discord.Message) -> None:
        await message.reply("x" * 2001)

    async with running(server, ramble):
        with pytest.raises(AssertionError, match="2000 or fewer in length"):
            await alice.says("<@bot> hello", within=0.1)


async def test_every_wait_ends(server: FakeDiscord, bot: LittleBot, alice: Actor) -> None:
    """And says what it waited for."""
    del bot
    reply = await alice.says("<@bot> hello")
    with pytest.raises(AssertionError, match="an edit of <reply 'heard"):
        await reply.changes(within=0.02)
    with pytest.raises(AssertionError, match="the deletion of"):
        await reply.disappears(within=0.02)
    with pytest.raises(AssertionError, match="a message of the bot to alice in DM"):
        await alice.receives(within=0.02)
    with pytest.raises(AssertionError, match="the bot to disconnect"):
        await server.disconnects(within=0.02)
    with pytest.raises(AssertionError, match="to be silent"):
        await asyncio.gather(alice.hears_nothing(within=0.1), alice.says("<@bot> hello"))
