"""Fixtures of the server's own tests."""

from collections.abc import AsyncIterator

import pytest

from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord.tests.little_bot import LittleBot, running
from tests.fake_discord.tests.raw import RawClient


@pytest.fixture
async def server() -> AsyncIterator[FakeDiscord]:
    """Run a server for one test."""
    async with FakeDiscord() as server:
        yield server


@pytest.fixture
async def bot(server: FakeDiscord) -> AsyncIterator[LittleBot]:
    """Run a bot that echoes what it is delivered."""
    async with running(server) as bot:
        yield bot


@pytest.fixture
def alice(server: FakeDiscord) -> Actor:
    """Return a member with a Korean client."""
    return server.user("alice", locale="ko")


@pytest.fixture
async def raw(server: FakeDiscord) -> AsyncIterator[RawClient]:
    """Return a client without discord.py's own checks."""
    async with RawClient(server) as client:
        yield client
