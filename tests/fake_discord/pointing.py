"""Pointing discord.py at the loopback server, and back."""

from typing import Any

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

READY_TIMEOUT = 0.02


class Pointing:
    """The class attributes by which discord.py knows Discord, exchanged for a while.

    It also takes two waits out that only the real Discord needs: five seconds between
    two IDENTIFYs, and two for guilds that may still be announced (a client that sets
    `guild_ready_timeout` itself keeps its own).
    """

    def __init__(self, url: str) -> None:
        """Remember where discord.py points now. `url` is http://host:port."""
        self._url = url
        self._before = (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
        self._init: Any = discord.Client.__init__
        self._hook: Any = discord.Client.before_identify_hook

    def apply(self) -> None:
        """Point at the server."""
        Route.BASE = f"{self._url}/api/v10"
        gateway = self._url.replace("http", "ws", 1) + "/gateway/"
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        self._hurry()

    def undo(self) -> None:
        """Point where it pointed before."""
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = self._before
        setattr(discord.Client, "__init__", self._init)  # noqa: B010 - a method
        setattr(discord.Client, "before_identify_hook", self._hook)  # noqa: B010

    def _hurry(self) -> None:
        original = self._init

        def init(client: discord.Client, *args: object, **options: object) -> None:
            options.setdefault("guild_ready_timeout", READY_TIMEOUT)
            original(client, *args, **options)

        async def hook(*_: object, **__: object) -> None:
            """Wait for nothing before an IDENTIFY."""

        setattr(discord.Client, "__init__", init)  # noqa: B010 - a method
        setattr(discord.Client, "before_identify_hook", hook)  # noqa: B010
