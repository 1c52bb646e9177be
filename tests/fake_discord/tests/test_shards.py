"""Shards: each session gets what belongs to its guilds, and may identify when it is its turn."""

from collections.abc import AsyncIterator

import pytest

from tests.fake_discord import FakeDiscord, Settings
from tests.fake_discord.tests.raw import RawClient, RawGateway


@pytest.fixture
async def server() -> AsyncIterator[FakeDiscord]:
    """Run a server that recommends two shards."""
    async with FakeDiscord(Settings(recommended_shards=2)) as server:
        yield server


async def shard(raw: RawClient, number: int, count: int = 2) -> tuple[RawGateway, dict[str, object]]:
    """Identify as a shard; return its socket and READY."""
    gateway = await raw.gateway()
    await gateway.says(raw.identity(shard=[number, count]))
    ready = await gateway.hears()
    assert ready["t"] == "READY"
    return gateway, ready["d"]


async def test_the_gateway_recommends_shards(server: FakeDiscord) -> None:
    async with RawClient(server) as raw:
        _, found = await raw.ask("GET", "/gateway/bot")
    assert found["shards"] == 2
    assert found["session_start_limit"]["max_concurrency"] == 1


async def test_a_shard_hears_of_its_guilds_and_the_first_one_of_none_else(server: FakeDiscord) -> None:
    guilds = [server.add_guild(f"guild {number}", shard=(number, 2)) for number in (0, 1)]
    assert [(guild.id >> 22) % 2 for guild in guilds] == [0, 1]
    default = (server.guild.id >> 22) % 2
    async with RawClient(server) as raw:
        sockets = []
        for number in (0, 1):
            gateway, ready = await shard(raw, number)
            assert ready["shard"] == [number, 2]
            expected = {str(guilds[number].id)} | ({str(server.guild.id)} if default == number else set())
            assert {one["id"] for one in ready["guilds"]} == expected  # type: ignore[attr-defined]
            sockets.append(gateway)
            for _ in expected:
                assert (await gateway.hears())["t"] == "GUILD_CREATE"
        await server.connects(shards=2)
        server.add_channel("new", guild=guilds[1])
        server.add_channel("new", guild=guilds[0])
        for guild, gateway in zip(guilds, sockets, strict=True):
            event = await gateway.hears()
            assert (event["t"], event["d"]["guild_id"]) == ("CHANNEL_CREATE", str(guild.id))


@pytest.mark.parametrize("value", [[2, 2], [-1, 2], [0], "0", [0, "2"]])
async def test_what_is_no_shard_is_closed(server: FakeDiscord, value: object) -> None:
    async with RawClient(server) as raw:
        gateway = await raw.gateway()
        await gateway.says(raw.identity(shard=value))
        assert await gateway.is_closed_with() == 4010


async def test_a_shard_that_identifies_too_early_gets_no_session() -> None:
    """One of another bucket may."""
    settings = Settings(identify_window=600, max_concurrency=2)
    async with FakeDiscord(settings) as server, RawClient(server) as raw:
        await shard(raw, 0, 4)
        gateway = await raw.gateway()
        await gateway.says(raw.identity(shard=[2, 4]))
        refused = await gateway.hears()
        assert (refused["op"], refused["d"]) == (9, False)
        await shard(raw, 1, 4)
        assert server.hub.identifies == 2
