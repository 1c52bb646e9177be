"""The gateway: greeting, sessions, close codes, compression, shards."""

import asyncio

import discord
import pytest

from tests.fake_discord import Actor, FakeDiscord, Intent, Settings
from tests.fake_discord.tests.little_bot import LittleBot, modest_intents, running
from tests.fake_discord.tests.raw import RawClient


async def test_start_connect_and_ready_take_less_than_a_tenth_of_a_second() -> None:
    """Tests can afford a server each; the best of five, as machines can be busy."""
    times = []
    for _ in range(5):
        began = asyncio.get_running_loop().time()
        async with FakeDiscord() as server, running(server) as bot:
            times.append(asyncio.get_running_loop().time() - began)
            assert bot.is_ready()
            assert [guild.name for guild in bot.guilds] == ["The Reading Room"]
    assert min(times) < 0.1


async def test_heartbeats_are_acknowledged() -> None:
    """The client measures a latency."""
    async with FakeDiscord(Settings(heartbeat_interval=0.02)) as server, running(server) as bot:
        await asyncio.sleep(0.08)
        assert server.hub.heartbeats >= 2
        assert bot.latency < 1


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


async def test_a_reconnect_order_is_followed(server: FakeDiscord, bot: LittleBot, alice: Actor) -> None:
    """The client closes, comes back and resumes its session."""
    server.asks_reconnect()
    await server.resumes()
    assert (await alice.says("<@bot> again")).text.endswith("again")
    assert server.hub.identifies == 1
    assert len(bot.heard) == 1


async def test_an_invalid_session_is_begun_anew(server: FakeDiscord, bot: LittleBot, alice: Actor) -> None:
    """The client identifies again."""
    server.invalidates_session()
    await server.disconnects()
    await server.connects()
    assert server.hub.identifies == 2
    assert (await alice.says("<@bot> anew")).text.endswith("anew")
    assert len(bot.heard) == 1


async def test_a_session_times_out(server: FakeDiscord, bot: LittleBot, alice: Actor) -> None:
    """Who comes back too late identifies again, and has missed what happened."""
    server.drops_connection()
    await alice.writes("<@bot> while you were away")
    server.hub.settings.resume_window = -1
    await server.disconnects()
    await server.connects()
    assert server.hub.identifies == 2
    assert (await alice.says("<@bot> again")).text.endswith("again")
    assert len(bot.heard) == 1


async def test_a_malformed_event_ends_the_client(server: FakeDiscord) -> None:
    """discord.py gives up on it; whoever runs it has to start it again."""
    client = LittleBot(lambda _: asyncio.sleep(0), intents=modest_intents())
    await client.login(server.token)
    task = asyncio.create_task(client.connect())
    await server.connects()
    server.sends_malformed_event()
    with pytest.raises(KeyError):
        await asyncio.wait_for(task, 2)
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


@pytest.mark.parametrize(
    ("frame", "code"), [({"op": 3, "d": {}}, 4003), ({"op": 99, "d": {}}, 4001), (["no frame"], 4002)]
)
async def test_frames_that_make_no_sense_are_closed(raw: RawClient, frame: object, code: int) -> None:
    """As on Discord: not authenticated, unknown opcode, decode error."""
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


@pytest.mark.parametrize("compress", ["", "&compress=zlib-stream"])
async def test_frames_are_packed_as_the_query_asks(raw: RawClient, compress: str) -> None:
    """Both as plain text and as one zlib stream."""
    gateway = await raw.gateway(compress=compress)
    await gateway.says(raw.identity())
    assert (await gateway.hears())["t"] == "READY"
    assert (await gateway.hears())["t"] == "GUILD_CREATE"
    await gateway.close()


async def test_zstd_is_packed_when_a_client_has_it(server: FakeDiscord, alice: Actor) -> None:
    """discord.py then asks for it by itself."""
    pytest.importorskip("zstandard")
    async with running(server):
        assert (await alice.says("<@bot> hello")).text.endswith("hello")


async def test_a_session_without_the_guilds_intent_gets_no_guilds(raw: RawClient, alice: Actor) -> None:
    """Only what was asked for is sent."""
    gateway = await raw.gateway()
    await gateway.says(raw.identity(intents=int(Intent.GUILD_MESSAGES)))
    assert (await gateway.hears())["t"] == "READY"
    await alice.writes("hello")
    assert (await gateway.hears())["t"] == "MESSAGE_CREATE"
    await gateway.close()


async def test_each_guild_is_served_by_its_shard() -> None:
    """Two shards connect without the five seconds between them; DMs go to the first."""
    async with FakeDiscord(Settings(shards=2)) as server, running(server) as bot:
        alice = server.user("alice")
        shard = (server.guild.id >> 22) % 2
        await alice.says("<@bot> hello")
        assert bot.heard[0].guild is not None
        assert bot.heard[0].guild.shard_id == shard
        await alice.dm("hello")
        assert len(bot.heard) == 2


async def test_a_clean_close_forgets_the_session(server: FakeDiscord) -> None:
    """A restarted bot is a new session, and the old one gets nothing more."""
    async with running(server):
        assert len(server.sessions) == 1
    await server.disconnects()
    assert server.sessions == []
