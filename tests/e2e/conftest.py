"""The bot on the loopback Discord, with the shipped knowledge and without the encoder."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from bot.app import App, build
from bot.core.model import Fact
from bot.discord_bot.client import BotClient
from bot.settings import Settings, Switch
from tests.e2e.certain import Certain
from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord import Settings as Patient


@dataclass(slots=True)
class Wishes:
    """The settings of the client."""

    message_content: bool = False
    cooldown: int = 600


class Time:
    """A clock that a test pushes."""

    def __init__(self) -> None:
        """Start at zero."""
        self.now = 0.0

    def __call__(self) -> float:
        """Return the seconds so far."""
        return self.now


@contextlib.asynccontextmanager
async def running(
    server: FakeDiscord, app: App, wishes: Wishes | None = None, clock: Time | None = None
) -> AsyncIterator[BotClient]:
    """Run the bot against the server; its commands are registered."""
    bot = BotClient(app, wishes or Wishes(), clock=clock or Time())
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
    """Return the application with the shipped knowledge and a sure responder; it is never changed."""
    parts = build(Settings(semantic=Switch.OFF))
    return replace(parts, responder=Certain(parts.library))


@pytest.fixture
async def server() -> AsyncIterator[FakeDiscord]:
    """Run a server whose every refusal fails the test."""
    async with FakeDiscord(Patient(patience=15)) as server:
        yield server
    assert server.refusals == []


@pytest.fixture
def wishes() -> Wishes:
    """Return the client's settings, which a test module may replace."""
    return Wishes()


@pytest.fixture
def clock() -> Time:
    """Return the bot's clock."""
    return Time()


@pytest.fixture
async def bot(server: FakeDiscord, app: App, wishes: Wishes, clock: Time) -> AsyncIterator[BotClient]:
    """Run the bot."""
    async with running(server, app, wishes, clock) as bot:
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
