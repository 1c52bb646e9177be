"""`/facts channel`: which article questions in a channel are about, and whether they need a mention."""

import logging
from dataclasses import replace
from typing import Any, Final

import discord
from discord import app_commands

from bot.core.model import Article
from bot.discord_bot.admin import lets_in
from bot.discord_bot.article_option import MOST_TYPED, article_choices, find_article
from bot.discord_bot.channel_settings import ChannelSettings
from bot.discord_bot.client import BotClient
from bot.discord_bot.commands import description_of, name_of
from bot.discord_bot.context import Interaction, language_for, state_of, voice_of
from bot.discord_bot.markup import escape
from bot.discord_bot.place_option import Bindable, PlaceOption, missing_to_answer, place_of
from bot.discord_bot.sending import defer, fill_original, run_handler, say
from bot.errors import StoreError
from bot.service.pages import LONGEST_CHOICE, clip
from bot.service.records import ChannelSetting
from bot.service.replies import Voice
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

NO_ARTICLE: Final = "-"
"""The option's value that removes the binding; no slug begins like this."""


class ChannelBinding:
    """Shows and changes what is set for channels."""

    def __init__(self, settings: DiscordSettings, channels: ChannelSettings) -> None:
        """Change `channels`; `settings` say who may."""
        self._settings = settings
        self._channels = channels

    async def command(
        self,
        interaction: Interaction,
        chosen: Any,  # noqa: ANN401  discord.py's, of any kind
        article: str,
        without_mention: bool | None,  # noqa: FBT001  as the option is
    ) -> None:
        """Answer the command: carry out what is asked, then show what is set."""
        await defer(interaction, private=True)
        if not await lets_in(interaction, self._settings):
            return
        place = await place_of(interaction, chosen)
        named = find_article(state_of(interaction).knowledge, article) if article else None
        if place is None:
            await say(interaction, "channel_wrong_kind")
        elif article and article != NO_ARTICLE and named is None:
            await say(interaction, "article_unknown", article=clip(article, LONGEST_CHOICE))
        else:
            voice = voice_of(interaction)
            lines = []
            if article or without_mention is not None:
                slug = (named.slug if named else "") if article else None
                lines += await self.set(voice, place, slug, without_mention=without_mention)
            await fill_original(interaction, "\n".join((*self._state(interaction, place), *lines)), None)

    async def set(
        self, voice: Voice, place: Bindable, slug: str | None, *, without_mention: bool | None = None
    ) -> list[str]:
        """Bind a place to an article, to none if the slug is "", and turn answering without a mention on or off.

        What is None stays as it is. Return in words what could not be done.
        """
        lines = []
        before = self._channels.of(place.id, place.guild.id)
        setting = before if slug is None else replace(before, article=slug)
        if without_mention and not self._settings.message_content:
            lines.append(voice.say("channel_needs_content"))
        elif without_mention is not None:
            setting = self._with_mention(setting, place, without_mention=without_mention)
        if setting == before:
            return lines
        if not self._channels.can_be_stored:
            return [*lines, voice.say("channel_store_off")]
        try:
            await self._channels.change(setting)
        except StoreError as error:
            log.warning("what was set for a channel can't be stored: %s", error)
            lines.append(voice.say("channel_store_away"))
        return lines

    def _with_mention(self, setting: ChannelSetting, place: Bindable, *, without_mention: bool) -> ChannelSetting:
        """Return a setting that turns answering without a mention on or off, where it is not so without it."""
        configured = place.id in self._settings.ask_channels
        above = isinstance(place, discord.Thread) and place.parent_id in self._channels.asking
        is_so = configured if without_mention else not (configured or above)
        return replace(setting, without_mention=None if is_so else without_mention)

    def _state(self, interaction: Interaction, place: Bindable) -> list[str]:
        """Return what is set for a place, in words, and what keeps it from working."""
        voice, knowledge = voice_of(interaction), state_of(interaction).knowledge
        parent = place.parent_id if isinstance(place, discord.Thread) else None
        article, own = self._channels.article_of(knowledge, place.id, parent), self._channels.of(place.id).article
        lines = []
        if own and knowledge.article(own) is None:
            lines.append(voice.say("channel_article_gone", channel=place.mention, article=own))
        if article is None:
            lines.append(voice.say("channel_article_none", channel=place.mention))
        else:
            key = "channel_article" if article.slug == own else "channel_article_above"
            lines.append(voice.say(key, channel=place.mention, parent=f"<#{parent}>", title=title_in(voice, article)))
        unmentioned = self._channels.needs_no_mention(place.id, parent)
        lines.append(voice.say("channel_mention_off" if unmentioned else "channel_mention_on"))
        if lacking := missing_to_answer(place):
            lines.append(voice.say("channel_permissions", permissions=", ".join(lacking)))
        return lines


def title_in(voice: Voice, article: Article) -> str:
    """Return an article's title as it stands in a message."""
    return escape(article.title.get(voice.language))


def add_channel_command(client: BotClient, group: app_commands.Group, binding: ChannelBinding) -> None:
    """Add `/facts channel` to the administrators' commands."""
    messages = client.state.knowledge.messages

    @group.command(name="channel", description=description_of(messages["admin_channel"]))
    @app_commands.rename(
        article=name_of(messages["option_article_name"]),
        channel=name_of(messages["option_channel_name"]),
        without_mention=name_of(messages["option_mention_name"]),
    )
    @app_commands.describe(
        article=description_of(messages["option_bound_description"]),
        channel=description_of(messages["option_channel_description"]),
        without_mention=description_of(messages["option_mention_description"]),
    )
    async def facts_channel(
        interaction: Interaction,
        article: app_commands.Range[str, 0, MOST_TYPED] = "",
        channel: app_commands.Transform[Any, PlaceOption] = None,
        without_mention: bool | None = None,  # noqa: FBT001
    ) -> None:
        await run_handler(interaction, binding.command(interaction, channel, article, without_mention), "admin")

    @facts_channel.autocomplete("article")
    async def articles(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        language, knowledge = language_for(interaction), state_of(interaction).knowledge
        none = app_commands.Choice(name=Voice(knowledge, language).say("channel_no_article"), value=NO_ARTICLE)
        return article_choices(knowledge, language, current, () if current else (none,))
