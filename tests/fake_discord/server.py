"""The loopback Discord: start it, point discord.py at it, watch what comes."""

import asyncio
import os
from types import TracebackType
from typing import Self

from aiohttp import web

from tests.fake_discord.actors.actor import Actor
from tests.fake_discord.building import Building
from tests.fake_discord.changes import Changes
from tests.fake_discord.clock import Clock
from tests.fake_discord.commands import CommandBook
from tests.fake_discord.gateway.events import Events
from tests.fake_discord.gateway.session import Session
from tests.fake_discord.hub import Hub
from tests.fake_discord.interactions.book import InteractionBook
from tests.fake_discord.mischief import Mischief
from tests.fake_discord.pointing import Pointing
from tests.fake_discord.rest.app import BASE, make_app
from tests.fake_discord.rest.journal import Exchange, Journal, Refused
from tests.fake_discord.rules.openapi import load_openapi
from tests.fake_discord.settings import Settings
from tests.fake_discord.snowflakes import Snowflakes
from tests.fake_discord.state.models import User
from tests.fake_discord.state.world import Application, World

HOST = "127.0.0.1"
DESCRIPTION_VARIABLE = "DISCORD_OPENAPI"


class FakeDiscord(Building, Mischief):
    """A server on a free port of 127.0.0.1, used as ``async with FakeDiscord() as s``.

    It starts with one guild, `guild`, that the bot and the application's owner are in,
    and its channel `general`. While it runs, discord.py in this process is pointed at
    it, unless `points_here` is false.
    """

    def __init__(self, settings: Settings | None = None, *, points_here: bool = True) -> None:
        """Build the world; nothing listens yet."""
        self.settings = settings or Settings()
        self.hub = _make_hub(self.settings)
        self._points_here = points_here
        self._pointing: Pointing | None = None
        self._runner: web.AppRunner | None = None
        self.url = ""
        self.guild = self.add_guild("The Reading Room")
        self.general = next(iter(self.guild.channels.values()))
        owner = self.hub.world.application.owner
        self.joins(owner, self.guild)
        self.owner = Actor(self.hub, owner, self.general)

    async def __aenter__(self) -> Self:
        """Listen."""
        runner = web.AppRunner(make_app(self.hub), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        self._runner = runner
        port = runner.addresses[0][1]
        self.url = f"http://{HOST}:{port}"
        self.hub.gateway_url = f"ws://{HOST}:{port}/gateway/"
        if self._points_here:
            self._pointing = Pointing(self.url)
            self._pointing.apply()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close everything and point discord.py back at Discord."""
        if self._pointing is not None:
            self._pointing.undo()
        self.drops_connection()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def token(self) -> str:
        """Return the token the bot must log in with."""
        return self.settings.token

    @property
    def bot(self) -> User:
        """Return the bot's account."""
        return self.hub.world.bot

    @property
    def api_url(self) -> str:
        """Return what stands before every route."""
        return self.url + BASE

    @property
    def refusals(self) -> list[Refused]:
        """Return what was refused though a correct bot never sends it."""
        return self.hub.journal.refusals

    @property
    def denials(self) -> list[Refused]:
        """Return what was refused by circumstance: permissions, things gone, lateness."""
        return self.hub.journal.denials

    @property
    def requests(self) -> list[Exchange]:
        """Return all requests in order."""
        return self.hub.journal.exchanges

    @property
    def sessions(self) -> list[Session]:
        """Return the gateway sessions, connected or waiting to be resumed."""
        return list(self.hub.events.sessions.values())

    def requests_to(self, method: str, route: str) -> list[Exchange]:
        """Return the requests to one route, such as "/channels/{channel_id}"."""
        wanted = (method, route)
        return [e for e in self.requests if (e.method, e.route) == wanted]

    def advances(self, seconds: float) -> None:
        """Let time pass at once, for deadlines, tokens and rate limits."""
        self.hub.clock.advance(seconds)

    async def connects(self, *, shards: int = 1, within: float | None = None) -> None:
        """Wait until the bot has identified or resumed with so many shards."""
        await self.hub.changes.until(
            lambda: len({one.shard for one in self._connected()}) >= shards or None,
            topics=("gateway",),
            within=self._patience(within),
            what="the bot to connect",
        )

    async def disconnects(self, *, within: float | None = None) -> None:
        """Wait until no session has a socket any more."""
        await self.hub.changes.until(
            lambda: not self._connected() or None,
            topics=("gateway",),
            within=self._patience(within),
            what="the bot to disconnect",
        )

    async def resumes(self, times: int = 1, *, within: float | None = None) -> None:
        """Wait until sessions were resumed that often in all."""
        await self.hub.changes.until(
            lambda: sum(s.resumed for s in self.sessions) >= times or None,
            topics=("gateway",),
            within=self._patience(within),
            what=f"the bot to resume {times} time(s)",
        )

    async def is_asked(self, what: str, *, times: int = 1, within: float | None = None) -> None:
        """Wait until a route, as "METHOD /route/{template}", was asked and answered so often."""
        method, route = what.split()
        await self.hub.changes.until(
            lambda: sum(e.status > 0 for e in self.requests_to(method, route)) >= times or None,
            topics=("requests",),
            within=self._patience(within),
            what=f"{times} request(s) of {what}",
        )

    async def quiets_down(self, seconds: float = 0.05, *, within: float = 60.0) -> None:
        """Wait until the bot has sent no request for a while."""
        async with asyncio.timeout(within):
            seen = -1
            while seen != len(self.requests):
                seen = len(self.requests)
                await asyncio.sleep(seconds)

    def _connected(self) -> list[Session]:
        return [s for s in self.sessions if s.connection is not None]

    def _patience(self, within: float | None) -> float:
        return self.settings.patience if within is None else within


def _make_hub(settings: Settings) -> Hub:
    ids, clock = Snowflakes(), Clock()
    bot = User(id=ids.next(), name="bot", is_bot=True)
    owner = User(id=ids.next(), name="owner")
    application = Application(id=bot.id, name="bot", owner=owner)
    world = World(clock=clock, ids=ids, bot=bot, application=application)
    world.users |= {bot.id: bot, owner.id: owner}
    journal = Journal()
    description = os.environ.get(DESCRIPTION_VARIABLE)
    return Hub(
        settings=settings,
        world=world,
        journal=journal,
        changes=Changes(journal.hint),
        events=Events(world),
        openapi=load_openapi(description) if description else None,
        commands=CommandBook(ids),
        interactions=InteractionBook(ids, clock, settings),
    )
