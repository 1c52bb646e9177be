"""The option of a command that names a channel, forum, thread or post, and what the bot may do there."""

from typing import Any, Final, TypeAlias

import discord
from discord import app_commands

from bot.discord_bot.context import Interaction
from bot.discord_bot.permissions import IN_FORUMS, NAMES, missing

Bindable: TypeAlias = discord.TextChannel | discord.ForumChannel | discord.Thread
"""Where questions may be about one article."""
IN_THREADS: Final = {key: name for key, name in NAMES.items() if key != "send_messages"}
"""Permissions to answer in a thread."""


class PlaceOption(app_commands.Transformer):
    """A text channel, forum, thread or post; Discord's client shows no others."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        """Return the type of the option."""
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        """Return the kinds of channels that may be chosen."""
        kinds = discord.ChannelType
        return [kinds.text, kinds.news, kinds.forum, kinds.public_thread, kinds.private_thread, kinds.news_thread]

    async def transform(self, interaction: Interaction, value: Any, /) -> Any:  # noqa: ANN401  as discord.py has it
        """Return what was chosen as it is."""
        del interaction
        return value


async def place_of(interaction: Interaction, chosen: Any) -> Bindable | None:  # noqa: ANN401  discord.py's, of any kind
    """Return the chosen place, or the one where the command was used; None if it is of another kind or hidden."""
    guild = interaction.guild
    found = interaction.channel if chosen is None else guild and guild.get_channel_or_thread(chosen.id)
    if found is None and chosen is not None:
        try:
            found = await chosen.fetch()  # an archived thread, say
        except (discord.Forbidden, discord.NotFound):
            return None
    return found if isinstance(found, discord.TextChannel | discord.ForumChannel | discord.Thread) else None


def permissions_in(place: Bindable) -> discord.Permissions:
    """Return what the bot may do in a place; nothing where that can't be known."""
    try:
        return place.permissions_for(place.guild.me)
    except discord.ClientException:  # the channel of a thread is hidden
        return discord.Permissions.none()


def missing_to_answer(place: Bindable) -> list[str]:
    """Return the permissions that the bot lacks to answer in a place, by their names in Discord's settings."""
    match place:
        case discord.ForumChannel():
            needed = IN_FORUMS
        case discord.Thread():
            needed = IN_THREADS
        case _:
            needed = NAMES
    return missing(permissions_in(place), needed)
