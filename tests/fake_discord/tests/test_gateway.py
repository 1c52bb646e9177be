"""The gateway: greeting, sessions, close codes."""

import asyncio
import math

import discord
import pytest

from tests.fake_discord import Actor, FakeDiscord, Intent, Settings
from tests.fake_discord.tests.little_bot import LittleBot, modest_intents, running
from tests.fake_discord.tests.raw import RawClient


async def test_a_client_that_connects_hears_of_its_guilds(bot: LittleBot) -> None:
    """By READY and GUILD_CREATE."""
    assert bot.is_ready()
    assert [guild.name for guild in bot.guilds] == ["The Reading Room"]


async def test_heartbeats_are_acknowledged() -> None:
    """Without, discord.py drops the connection after a while and has no latency."""
    async with FakeDiscord(Settings(heartbeat_interval=0.02)) as server, running(server) as bot:
        async with asyncio.timeout(30):
            while server.hub.heartbeats < 3:  # noqa: ASYNC110  nobody announces heartbeats
                await asyncio.sleep(0.01)
        assert math.isfinite(bot.latency)
        assert server.hub.identifies == 1


async def test_a_wrong_token_does_not_log_in(server: FakeDiscord) -> None:
    """discord.py turns the 401 into its LoginFailure."""
    client = discord.AutoShardedClient(intents=modest_intents())
    with pytest.raises(discord.LoginFailure):
        await client.login("wrong")
    await client.close()
    assert [denial.status for denial in server.denials] == [401]


async def test_dropped_sockets_resume_and_get_what_they_missed(
    server: FakeDiscord, bot: LittleBot, alice: Actor
) -> None:
    """Nothing is lost between a cut line and the RESUME."""
    server.drops_connection()
    await server.disconnects()
    reply = await alice.says("<@bot> while you were away")
    assert reply.text.endswith("while you were away")
    assert len(bot.heard) == 1
    assert server.hub.identifies == 1
    await server.resumes()


async def test_a_malformed_event_ends_the_client(server: FakeDiscord) -> None:
    """discord.py gives up on it; whoever runs it has to start it again."""
    client = LittleBot(lambda _: asyncio.sleep(0), intents=modest_intents())
    await client.login(server.token)
    task = asyncio.create_task(client.connect())
    await server.connects()
    server.sends_malformed_event()
    with pytest.raises(KeyError):
        await asyncio.wait_for(task, 30)
    await client.close()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"token": "wrong"}, 4004),
        ({"intents": 1 << 40}, 4013),
        ({"intents": -1}, 4013),
        ({"intents": int(Intent.MESSAGE_CONTENT)}, 4014),
        ({"shard": [2, 2]}, 4010),
    ],
)
async def test_bad_identities_are_closed(raw: RawClient, change: dict[str, object], code: int) -> None:
    """Each with Discord's own close code."""
    gateway = await raw.gateway()
    await gateway.says(raw.identity(**change))
    assert await gateway.is_closed_with() == code


@pytest.mark.parametrize(("frame", "code"), [({"op": 99, "d": {}}, 4001), (["no frame"], 4002)])
async def test_frames_that_make_no_sense_are_closed(raw: RawClient, frame: object, code: int) -> None:
    """As on Discord: unknown opcode, decode error."""
    gateway = await raw.gateway()
    await gateway.says(frame)
    assert await gateway.is_closed_with() == code


async def test_missing_privileged_intents_end_the_client(server: FakeDiscord) -> None:
    """discord.py names the reason with its own exception."""
    client = LittleBot(lambda _: asyncio.sleep(0), intents=discord.Intents.all())
    await client.login(server.token)
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await client.connect()
    await client.close()


async def test_an_unknown_session_cannot_be_resumed(server: FakeDiscord, raw: RawClient) -> None:
    """The answer is INVALID_SESSION, not resumable."""
    gateway = await raw.gateway()
    await gateway.says({"op": 6, "d": {"token": server.token, "session_id": "none", "seq": 0}})
    assert await gateway.hears() == {"op": 9, "d": False, "s": None, "t": None}
    await gateway.close()


async def test_a_session_without_the_guilds_intent_gets_no_guilds(raw: RawClient, alice: Actor) -> None:
    """Only what was asked for is sent."""
    gateway = await raw.gateway()
    await gateway.says(raw.identity(intents=int(Intent.GUILD_MESSAGES)))
    assert (await gateway.hears())["t"] == "READY"
    await alice.writes("hello")
    assert (await gateway.hears())["t"] == "MESSAGE_CREATE"
    await gateway.close()


async def test_a_clean_close_forgets_the_session(server: FakeDiscord) -> None:
    """A restarted bot is a new session, and the old one gets nothing more."""
    async with running(server):
        assert len(server.sessions) == 1
    await server.disconnects()
    assert server.sessions == []
