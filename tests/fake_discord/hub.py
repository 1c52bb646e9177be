"""The parts of the server, held together for the handlers."""

from dataclasses import dataclass, field

from tests.fake_discord.changes import Changes
from tests.fake_discord.clock import Clock
from tests.fake_discord.commands import CommandBook
from tests.fake_discord.gateway.connection import Connection
from tests.fake_discord.gateway.events import Events
from tests.fake_discord.interactions.book import InteractionBook
from tests.fake_discord.rest.journal import Journal
from tests.fake_discord.rest.trouble import Troubles
from tests.fake_discord.rules.openapi import OpenApi
from tests.fake_discord.settings import Settings
from tests.fake_discord.state.world import World


@dataclass(slots=True, kw_only=True, eq=False)
class Hub:
    """Everything a handler may need. `openapi` is None when no description is named."""

    settings: Settings
    world: World
    events: Events
    openapi: OpenApi | None
    commands: CommandBook
    interactions: InteractionBook
    journal: Journal
    changes: Changes
    troubles: Troubles = field(default_factory=Troubles)
    connections: set[Connection] = field(default_factory=set)
    gateway_url: str = ""
    identifies: int = 0
    identified_at: dict[int, float] = field(default_factory=dict)
    """When a shard of each bucket last identified."""
    heartbeats: int = 0
    gateway_refusal: int | None = None
    identify_closures: list[int] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        """Return the server's clock."""
        return self.world.clock
