"""The smallest bot that shows what the server does to a real discord.py client."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable

import discord
from discord import app_commands

from tests.fake_discord import FakeDiscord

OnMessage = Callable[[discord.Message], Awaitable[object]]
Register = Callable[[app_commands.CommandTree[discord.AutoShardedClient]], object]


def modest_intents() -> discord.Intents:
    """Return what the real bot asks for: no privileged intent."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


async def echo(message: discord.Message) -> None:
    """Reply with what was delivered, blank or not."""
    await message.reply(f"heard: {message.content}", nonce=message.id)


class LittleBot(discord.AutoShardedClient):
    """A client that keeps what it got and answers with the functions it was given."""

    def __init__(self, on_text: OnMessage, *, intents: discord.Intents) -> None:
        """Prepare the client; nothing connects yet."""
        super().__init__(
            intents=intents,
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.tree = app_commands.CommandTree(self)
        self._on_text = on_text
        self.heard: list[discord.Message] = []
        self.updates: list[discord.RawMessageUpdateEvent] = []
        self.deletions: list[int] = []
        self.errors: list[BaseException] = []
        self.tree.error(self._on_command_error)

    async def on_message(self, message: discord.Message) -> None:
        """Keep a message and hand it on, unless it is the bot's own."""
        if message.author != self.user:
            self.heard.append(message)
            await self._on_text(message)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Keep an edit of somebody else's message."""
        if event.message.author != self.user:
            self.updates.append(event)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Keep a deletion."""
        self.deletions.append(event.message_id)

    async def on_error(self, event_method: str, /, *_: object, **__: object) -> None:
        """Keep what a handler raised."""
        del event_method
        error = sys.exception()
        if error is not None:
            self.errors.append(error)

    async def _on_command_error(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.errors.append(getattr(error, "original", error))


@contextlib.asynccontextmanager
async def running(
    server: FakeDiscord,
    on_text: OnMessage = echo,
    *,
    intents: discord.Intents | None = None,
    register: Register | None = None,
    translator: app_commands.Translator | None = None,
) -> AsyncIterator[LittleBot]:
    """Run a bot against the server; its commands are registered before it connects."""
    bot = LittleBot(on_text, intents=intents or modest_intents())
    if register is not None:
        register(bot.tree)
    async with bot:
        await bot.login(server.token)
        await bot.tree.set_translator(translator)
        if register is not None:
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
