"""The bot on the loopback Discord, with the shipped knowledge and without the encoder."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.core.model import Fact
from bot.discord_bot.client import BotClient
from bot.settings import DiscordSettings
from tests.discord_bot.clock import Clock
from tests.e2e.certain import Certain
from tests.e2e.operators import settings_for
from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord import Settings as Patient
from tests.shipped import shipped_library


@contextlib.asynccontextmanager
async def running(
    server: FakeDiscord, app: App, settings: DiscordSettings, clock: Clock | None = None
) -> AsyncIterator[BotClient]:
    """Run the bot against the server; its commands are registered."""
    bot = BotClient(app.library, settings, clock=clock or Clock())
    async with bot:
        await bot.login(server.token)
        await bot.tree.sync()
        task = asyncio.create_task(bot.connect())
        try:
            await server.connects()
            await bot.wait_until_ready()
            yield bot
        finally:
            await bot.close()
            with contextlib.suppress(Exception):
                await task


@pytest.fixture(scope="session")
def app() -> App:
    """Return the application with the shipped knowledge and a sure library; it is never changed."""
    return App(Certain(shipped_library()), None)


@pytest.fixture
async def server() -> AsyncIterator[FakeDiscord]:
    """Run a server whose every refusal fails the test."""
    async with FakeDiscord(Patient(patience=60)) as server:
        yield server
    assert server.refusals == []


@pytest.fixture
def settings(tmp_path: Path) -> DiscordSettings:
    """Return the bot's settings."""
    return settings_for(tmp_path)


@pytest.fixture
def clock() -> Clock:
    """Return the bot's clock."""
    return Clock()


@pytest.fixture
async def bot(server: FakeDiscord, app: App, settings: DiscordSettings, clock: Clock) -> AsyncIterator[BotClient]:
    """Run the bot."""
    async with running(server, app, settings, clock) as bot:
        yield bot


@pytest.fixture
def alice(server: FakeDiscord, bot: BotClient) -> Actor:
    """Return a member with a Korean client."""
    del bot
    return server.user("alice", locale="ko")


@pytest.fixture
def bob(server: FakeDiscord, bot: BotClient) -> Actor:
    """Return a member with an English client."""
    del bot
    return server.user("bob", locale="en-US")


@pytest.fixture
def facts(app: App) -> dict[str, Fact]:
    """Return the shipped facts by id."""
    return {fact.id: fact for article in app.library.snapshot.knowledge.articles for fact in article.facts}
