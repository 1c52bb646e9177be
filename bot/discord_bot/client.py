"""The client: receives discord.py's events and passes them to the handlers."""

import logging
import sys
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final, TypeAlias

import discord
from cachetools import LRUCache
from discord import app_commands

from bot.core.model import Language
from bot.discord_bot.commands import Translations, build_commands
from bot.discord_bot.components import EditorButton, EditorMenu, PageButton, PageMenu, TagMenu
from bot.discord_bot.context import BotState, Interaction, language_for, state_of, supported_language
from bot.discord_bot.forms import give_back
from bot.discord_bot.interactions import pick, press
from bot.discord_bot.internals import SteadyClient, SteadyTree
from bot.discord_bot.limits import Clock
from bot.discord_bot.measures import Measures
from bot.discord_bot.messages import MessageHandler
from bot.discord_bot.rest import is_refusal
from bot.discord_bot.sending import log_failure, report_failure, run_handler, say
from bot.discord_bot.voting import ANY_VOTE, VoteButton, take_word, vote
from bot.service.library import Library
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

Edit: TypeAlias = Callable[[Interaction, str, str], Awaitable[None]]
"""Carries out the button or menu with a custom id; the last argument is the entry of the menu that was picked."""
Tag: TypeAlias = Callable[[Interaction, str, list[str]], Awaitable[None]]
"""Carries out the menu with a custom id that asks for the tags of a post; the last argument are those picked."""
Submit: TypeAlias = Callable[[Interaction, str, str], Awaitable[None]]
"""Takes the form with a custom id; the last argument is the sentence with which it is refused, "" if it is not."""
Turn: TypeAlias = Callable[[Interaction, int], Awaitable[None]]
"""Shows a page, counted from 0, of the history of revisions."""
_NEEDED: Final = ("author", "mentions", "role_mentions")
"""What discord.py leaves unset of a message whose event lacks it."""
_TELLING: Final = 0.25
"""Share of the time at the end that is kept for telling people that they get no answer."""

_MAX_PARENTS: Final = 2_000
"""Threads and posts that were looked up of which the channel above is remembered."""


class BotClient(SteadyClient):
    """The bot on Discord; it caches no members and no messages."""

    def __init__(
        self,
        library: Library,
        settings: DiscordSettings,
        *,
        clock: Clock = time.monotonic,
        state: BotState | None = None,
    ) -> None:
        """Answer with `library`, and with the `state` of the client before, if any; nothing connects yet."""
        self.state = state or BotState(library, settings, clock, Measures())
        measures = self.state.measures
        content = bool(settings.message_content)
        super().__init__(
            reconnects=measures.connections,
            dropped_events=measures.dropped_events,
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True, message_content=content),
            shards=(settings.shard_count, settings.shard_ids),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
            http_trace=self.state.rest.trace,
        )
        self.tree = CommandTree(self)
        self._messages = MessageHandler(self.state, self._home_language)
        self._edit: Edit | None = None
        self._tag: Tag | None = None
        self._submit: Submit | None = None
        self._turn: Turn | None = None
        self._parents: LRUCache[int, int | None] = LRUCache(_MAX_PARENTS)

    @property
    def bot_id(self) -> int:
        """Return the id of the bot's account; 0 before the login."""
        return self.user.id if self.user else 0

    def _home_language(self) -> Language:
        """Return the language of all servers of the bot if they share one, else the default."""
        languages = {supported_language(guild.preferred_locale.value) for guild in self.guilds}
        return languages.pop() if len(languages) == 1 else supported_language()

    async def setup_hook(self) -> None:
        """Add buttons and commands after the login."""
        self.add_dynamic_items(PageButton, PageMenu, EditorButton, EditorMenu, TagMenu, VoteButton)
        await self.tree.set_translator(Translations())
        self.rebuild_commands()

    def rebuild_commands(self) -> None:
        """Build the commands for everybody from the current knowledge; those of single servers stay."""
        self.tree.clear_commands(guild=None)
        for command in build_commands(self.state.knowledge):
            self.tree.add_command(command)

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109  it returns instead of raising
        """Accept no more work and wait; return False if a reply is still in flight after `timeout` seconds.

        Who still waits for an answer near the end is told that there is none.
        """
        in_flight = self.state.limits.in_flight
        if await in_flight.drain((1 - _TELLING) * timeout):
            return True
        self.state.turns.refuse_waiting()
        return await in_flight.drain(_TELLING * timeout)

    async def on_message(self, message: discord.Message) -> None:
        """Answer a message that is addressed to the bot."""
        if self._is_whole(message, "MESSAGE_CREATE"):
            await self._messages.handle(message, self.bot_id)

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Change the answer to an edited question."""
        if self._is_whole(event.message, "MESSAGE_UPDATE"):
            await self._messages.handle_edit(event.message, self.bot_id)

    def _is_whole(self, message: discord.Message, event: str) -> bool:
        """Return whether a message has what decides whether it is answered; drop the event if Discord left it out."""
        missing = [name for name in _NEEDED if not hasattr(message, name)]
        if missing:
            self.drop(event, AttributeError(missing[0]))
        return not missing

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Delete the answer to a deleted question."""
        await self._messages.handle_deletion((event.message_id,))

    async def on_raw_bulk_message_delete(self, event: discord.RawBulkMessageDeleteEvent) -> None:
        """Delete the answers to deleted questions."""
        await self._messages.handle_deletion(event.message_ids)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Forget what was set for a deleted channel, and for the threads in it."""
        threads = {one.id for one in channel.guild.threads if one.parent_id == channel.id}
        self._forget_channels({channel.id, *threads})

    async def on_raw_thread_delete(self, event: discord.RawThreadDeleteEvent) -> None:
        """Forget what was set for a deleted thread or post."""
        self._forget_channels({event.thread_id})

    async def forget_deleted_channels(self) -> None:
        """Forget what was set for channels and threads that were deleted while the bot was away."""
        channels = self.state.channels
        await channels.is_read.wait()
        for setting in channels.every():
            guild = self.get_guild(setting.server)
            if guild is None or guild.unavailable or guild.get_channel_or_thread(setting.channel):
                continue
            try:
                await self.fetch_channel(setting.channel)
            except discord.NotFound:
                self._forget_channels({setting.channel})
            except discord.HTTPException as error:  # hidden from the bot, or Discord is away
                log.debug("a channel with settings can't be looked up: status %d", error.status)

    async def parent_of(self, channel: int) -> int | None:
        """Return the id of the channel or forum above a thread or post; None if there is none or the bot can't see it.

        Discord is asked where it is not in the cache, as archived ones are not; raises its error, or the network's, if
        it may answer later.
        """
        if (cached := self.get_channel(channel)) is not None:
            return getattr(cached, "parent_id", None)
        if channel not in self._parents:
            try:
                found = await self.state.rest.persistently(partial(self.fetch_channel, channel))
            except (discord.HTTPException, discord.InvalidData) as error:
                if isinstance(error, discord.InvalidData) or is_refusal(error):
                    return None
                raise
            self._parents[channel] = getattr(found, "parent_id", None)
        return self._parents[channel]

    def _forget_channels(self, deleted: set[int]) -> None:
        for setting in self.state.channels.every():
            if setting.channel in deleted:
                self.state.channels.forget(setting.channel)
                self.state.recorder.deleted(setting.channel)

    async def on_ready(self) -> None:
        """Forget the servers that removed the bot while it was not connected."""
        self.state.recorder.joined((guild.id for guild in self.guilds), self.shards, self.shard_count or 1)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget a server that removed the bot; one that is only unavailable comes as another event."""
        self.state.recorder.left(guild.id)
        for setting in self.state.channels.every():
            if setting.server == guild.id:
                self.state.channels.forget(setting.channel)

    async def on_error(self, _: str, /, *__: object, **___: object) -> None:
        """Log the error of an event's handler, without the arguments."""
        if error := sys.exception():
            log_failure(error)

    async def pressed(self, interaction: Interaction, custom_id: str) -> None:
        """Carry out a button."""
        if await is_accepted(interaction):
            await run_handler(interaction, press(interaction, custom_id))

    async def picked(self, interaction: Interaction, custom_id: str, value: str) -> None:
        """Show what was picked from a menu."""
        if await is_accepted(interaction):
            await run_handler(interaction, pick(interaction, custom_id, value))

    async def voted(self, interaction: Interaction, custom_id: str) -> None:
        """Carry out a vote for or against an answer."""
        if await is_accepted(interaction):
            await run_handler(interaction, vote(interaction, custom_id))

    def edit_with(self, edit: Edit, submit: Submit) -> None:
        """Carry out the buttons and menus of editors with `edit`, and their forms with `submit`."""
        self._edit, self._submit = edit, submit

    async def on_interaction(self, interaction: Interaction) -> None:
        """Take a form that was sent; it may have been opened before a restart."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        state = state_of(interaction)
        data: Any = interaction.data
        custom_id = str(data["custom_id"])
        if ANY_VOTE.fullmatch(custom_id):
            if await is_accepted(interaction):
                await run_handler(interaction, take_word(interaction, custom_id), "button")
        elif state.limits.accept(interaction.id):
            state.languages.remember(interaction.user.id, language_for(interaction))
            refusal = state.limits.refusal(interaction.user.id, interaction.channel_id or 0) or ""
            submit = self._submit or give_back
            await run_handler(interaction, submit(interaction, custom_id, refusal), "admin")

    async def edited(self, interaction: Interaction, custom_id: str, value: str) -> None:
        """Carry out a button or menu of the list of unanswered questions; without administrators there is none."""
        if await is_accepted(interaction):
            edit = self._edit(interaction, custom_id, value) if self._edit else say(interaction, "gone")
            await run_handler(interaction, edit, "admin")

    def tag_with(self, tag: Tag) -> None:
        """Carry out the menus that ask for the tags of a post with `tag`."""
        self._tag = tag

    async def tagged(self, interaction: Interaction, custom_id: str, tags: list[str]) -> None:
        """Carry out a menu that asks for the tags of a post; without administrators there is none."""
        if await is_accepted(interaction):
            post = self._tag(interaction, custom_id, tags) if self._tag else say(interaction, "gone")
            await run_handler(interaction, post, "admin")

    def turn_with(self, turn: Turn) -> None:
        """Carry out the buttons of the history of revisions with `turn`."""
        self._turn = turn

    async def turned(self, interaction: Interaction, page: int) -> None:
        """Show another page of the history of revisions; without administrators there is none."""
        if await is_accepted(interaction):
            turn = self._turn(interaction, page) if self._turn else say(interaction, "gone")
            await run_handler(interaction, turn, "admin")


class CommandTree(SteadyTree):
    """The command tree; it applies the limits and reports errors."""

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Return whether to handle a command."""
        return await is_accepted(interaction)

    async def on_error(self, interaction: Interaction, error: app_commands.AppCommandError, /) -> None:
        """Report an error; a command that Discord still shows may no longer exist."""
        if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
            await run_handler(interaction, say(interaction, "command_gone"))
        else:
            await report_failure(interaction, error)


async def is_accepted(interaction: Interaction) -> bool:
    """Return whether to handle an interaction; tell the person if they ask too fast."""
    limits = state_of(interaction).limits
    if not limits.accept(interaction.id):
        return False
    state_of(interaction).languages.remember(interaction.user.id, language_for(interaction))
    if interaction.type is discord.InteractionType.autocomplete:
        return True
    refusal = limits.refusal(interaction.user.id, interaction.channel_id or 0)
    if refusal is None:
        return True
    await run_handler(interaction, say(interaction, refusal))
    return False
