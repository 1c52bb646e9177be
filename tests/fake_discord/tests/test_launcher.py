"""Running a bot as a process of its own against the server."""

import asyncio
import os
import sys
from pathlib import Path

from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.fake_discord import FakeDiscord
from tests.fake_discord.pointing import Pointing

BOT = """
import os, sys
import discord

class Bot(discord.AutoShardedClient):
    async def on_message(self, message):
        if message.author != self.user:
            await message.reply(" ".join(sys.argv[1:]), nonce=message.id)

if __name__ == "__main__":
    intents = discord.Intents(guilds=True, guild_messages=True)
    Bot(intents=intents).run(os.environ["DISCORD_TOKEN"], log_handler=None)
"""


async def test_the_launcher_runs_a_package_as_its_user_would(tmp_path: Path) -> None:
    """With its own arguments, and its token in the environment."""
    package = tmp_path / "newsbot"
    package.mkdir()
    (package / "__main__.py").write_text(BOT, encoding="utf-8")
    root = Path(__file__).parents[3]
    async with FakeDiscord(points_here=False) as server:
        command = ["-m", "tests.fake_discord.launcher", "--url", server.url, "--module", "newsbot"]
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-W", "ignore", *command, "--", "run", "--loud"),
            cwd=root,
            env=os.environ | {"PYTHONPATH": f"{root}:{tmp_path}", "DISCORD_TOKEN": server.token},
        )
        try:
            await server.connects(within=10)
            assert (await server.user("alice").says("<@bot> hello")).text == "run --loud"
        finally:
            process.kill()
            await process.wait()
    assert server.refusals == []


def test_pointing_is_undone() -> None:
    """What discord.py knew before, it knows again."""
    before = (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
    pointing = Pointing("http://127.0.0.1:1")
    pointing.apply()
    base = str(Route.BASE)
    assert base == "http://127.0.0.1:1/api/v10"
    assert str(DiscordWebSocket.DEFAULT_GATEWAY) == "ws://127.0.0.1:1/gateway/"
    pointing.undo()
    after = (Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY)
    assert after == before
