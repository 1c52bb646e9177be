"""The client: discord.py's events on one side, the ways of asking on the other."""

import time
from collections.abc import Callable
from typing import Protocol, TypeAlias

import discord
from discord import app_commands

from bot.discord_bot.commands import Translations, build_commands
from bot.discord_bot.components import PageButton, PageMenu
from bot.discord_bot.context import BotContext, context_of_interaction, language_for
from bot.discord_bot.interactions import pick, press
from bot.discord_bot.limits import Clock, Limits
from bot.discord_bot.messages import Asking
from bot.discord_bot.sending import Interaction, guarded, respond, tell_failure
from bot.service.library import Library, Responder
from bot.service.pages import plain_page

Extend: TypeAlias = Callable[["BotClient"], None]
"""Adds further commands to a client's tree."""


class Parts(Protocol):
    """What the client needs of the application."""

    @property
    def library(self) -> Library:
        """Return the holder of the knowledge."""

    @property
    def responder(self) -> Responder:
        """Return who answers questions."""


class Wishes(Protocol):
    """What the client needs of the settings."""

    @property
    def message_content(self) -> object:
        """Tell, by its truth, whether to ask for the privileged Message Content intent."""

    @property
    def cooldown(self) -> int:
        """Return how many questions a minute a person may ask in a channel."""


class BotClient(discord.AutoShardedClient):
    """The bot on Discord; it keeps no members, no messages and nothing on disk."""

    def __init__(
        self,
        app: Parts,
        settings: Wishes,
        *,
        extend: Extend | None = None,
        clock: Clock = time.monotonic,
    ) -> None:
        """Prepare; nothing connects yet. `extend` adds further commands to the tree before it is first used."""
        super().__init__(
            intents=_intents(message_content=bool(settings.message_content)),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.app = app
        self.front = BotContext(app.library, app.responder, Limits.with_clock(settings.cooldown, clock))
        self.tree = Tree(self)
        self.asking = Asking(self.front)
        self._extend = extend

    @property
    def bot_id(self) -> int:
        """Return the bot's own id; 0 before it has logged in."""
        return self.user.id if self.user else 0

    async def setup_hook(self) -> None:
        """Register buttons and commands once the bot has logged in."""
        self.add_dynamic_items(PageButton, PageMenu)
        await self.tree.set_translator(Translations())
        self.register_commands()
        if self._extend is not None:
            self._extend(self)

    def register_commands(self) -> None:
        """Build the commands for everybody from the knowledge in service; those of single guilds stay."""
        self.tree.clear_commands(guild=None)
        for command in build_commands(self.front.knowledge):
            self.tree.add_command(command)

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109  it gives up quietly
        """Take no new work and let replies in flight finish; return False when `timeout` seconds did not do."""
        return await self.front.limits.in_flight.drain(timeout)

    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that concerns the bot."""
        await self.asking.hear(message, self.bot_id)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Let the answer follow an edited question."""
        await self.asking.hear_edit(event.message, self.bot_id)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Take the answer to a deleted question away."""
        await self.asking.hear_deletion((event.message_id,))

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Take the answers to deleted questions away."""
        await self.asking.hear_deletion(event.message_ids)

    async def pressed(self, interaction: Interaction, custom_id: str) -> None:
        """Do what a button says."""
        if await admits(interaction):
            await guarded(interaction, press(interaction, custom_id))

    async def picked(self, interaction: Interaction, custom_id: str, value: str) -> None:
        """Show what was picked from a menu."""
        if await admits(interaction):
            await guarded(interaction, pick(interaction, custom_id, value))


class Tree(app_commands.CommandTree[BotClient]):
    """The command tree, with the manners that hold for all interactions."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Let each interaction through once, and not too many of one person."""
        return await admits(interaction)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Say calmly what went wrong; a command Discord still shows may be gone from the facts."""
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            voice = context_of_interaction(interaction).voice(language_for(interaction))
            await guarded(interaction, respond(interaction, plain_page(voice, "command_gone"), private=True))
        else:
            await tell_failure(interaction, error)


async def admits(interaction: Interaction) -> bool:
    """Tell whether an interaction is to be handled: new, and within the person's cooldown."""
    front = context_of_interaction(interaction)
    limits = front.limits
    if not limits.in_flight.accepting or not limits.handled.first(interaction.id):
        return False
    if interaction.type is discord.InteractionType.autocomplete:
        return True
    if limits.cooldown.takes((interaction.user.id, interaction.channel_id or 0)):
        return True
    page = plain_page(front.voice(language_for(interaction)), "slow_down")
    await guarded(interaction, respond(interaction, page, private=True))
    return False


def _intents(*, message_content: bool) -> discord.Intents:
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=message_content)
