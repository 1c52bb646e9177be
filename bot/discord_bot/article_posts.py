"""`/facts post`: a thread or forum post about an article, with questions to begin with."""

import re
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import discord
from discord import app_commands, ui

from bot.core.model import Article
from bot.discord_bot.admin import lets_in
from bot.discord_bot.article_option import MOST_TYPED, complete_article, find_article
from bot.discord_bot.channel_binding import ChannelBinding, title_in
from bot.discord_bot.channel_settings import ChannelSettings
from bot.discord_bot.client import BotClient
from bot.discord_bot.commands import description_of, name_of
from bot.discord_bot.components import TagMenu, view_of
from bot.discord_bot.context import BotState, Interaction, state_of, supported_language, voice_of
from bot.discord_bot.markup import name_of as thread_name
from bot.discord_bot.markup import texts_of
from bot.discord_bot.permissions import NAMES, THREADS, missing
from bot.discord_bot.place_option import IN_THREADS, Bindable, PlaceOption, permissions_in, place_of
from bot.discord_bot.rest import is_refusal
from bot.discord_bot.sending import defer, defer_update, fill_original, run_handler, say
from bot.service.pages import LONGEST_CHOICE, clip, starters_page
from bot.settings import DiscordSettings

_MOST_TAGS: Final = 5
"""Tags of a post, as Discord allows."""
_ID: Final = re.compile(r"p1:(?P<forum>[0-9]{1,20}):(?P<free>[01]):(?P<article>[a-z0-9-]{1,32})")


@dataclass(frozen=True, slots=True)
class Post:
    """A post that waits for its tags."""

    forum: int
    """Id of the forum."""
    without_mention: bool
    article: str
    """Slug of the article."""

    def custom_id(self) -> str:
        """Return the custom id of the menu of tags."""
        return f"p1:{self.forum}:{int(self.without_mention)}:{self.article}"


def read_post(custom_id: str) -> Post | None:
    """Return the post that a menu asks tags for; None if the id is forged or of another version."""
    match = _ID.fullmatch(custom_id)
    return Post(int(match["forum"]), match["free"] == "1", match["article"]) if match else None


class ArticlePosts:
    """Opens threads and forum posts about articles, which are bound to them."""

    def __init__(self, settings: DiscordSettings, channels: ChannelSettings) -> None:
        """Bind in `channels`; `settings` say who may."""
        self._settings = settings
        self._binding = ChannelBinding(settings, channels)

    async def command(
        self,
        interaction: Interaction,
        typed: str,
        chosen: Any,  # noqa: ANN401  discord.py's, of any kind
        *,
        without_mention: bool,
    ) -> None:
        """Answer the command: open the thread or post, or ask for the tags that the forum requires."""
        await defer(interaction, private=True)
        if not await lets_in(interaction, self._settings):
            return
        article = find_article(state_of(interaction).knowledge, typed)
        place = await place_of(interaction, chosen)
        if article is None:
            await say(interaction, "article_unknown", article=clip(typed, LONGEST_CHOICE))
        elif place is None or isinstance(place, discord.Thread):
            await say(interaction, "post_wrong_kind")
        elif await self._lacks_nothing(interaction, place):
            tags = _tags(place)
            if isinstance(place, discord.ForumChannel) and place.flags.require_tag and tags:
                await _ask_for_tags(interaction, Post(place.id, without_mention, article.slug), tags)
            else:
                await self._open(interaction, place, article, [], without_mention=without_mention)

    async def tagged(self, interaction: Interaction, custom_id: str, picked: list[str]) -> None:
        """Open the post for whose tags a menu asked."""
        await defer_update(interaction)
        if not await lets_in(interaction, self._settings):
            return
        post = read_post(custom_id)
        article = state_of(interaction).knowledge.article(post.article) if post else None
        forum = interaction.guild.get_channel(post.forum) if post and interaction.guild else None
        if post is None or article is None or not isinstance(forum, discord.ForumChannel):
            await say(interaction, "gone")
            return
        offered = _tags(forum)
        tags = [tag for tag in offered if str(tag.id) in picked]
        if offered and not tags:  # they were changed meanwhile
            await _ask_for_tags(interaction, post, offered)
        elif await self._lacks_nothing(interaction, forum):
            await self._open(interaction, forum, article, tags, without_mention=post.without_mention)

    async def _lacks_nothing(self, interaction: Interaction, place: Bindable) -> bool:
        """Return whether the bot has the permissions to open something in a place; name those that are missing."""
        needed = NAMES if isinstance(place, discord.ForumChannel) else IN_THREADS | THREADS
        if lacking := missing(permissions_in(place), needed):
            text = voice_of(interaction).say("post_permissions", channel=place.mention, permissions=", ".join(lacking))
            await fill_original(interaction, text, None)
        return not lacking

    async def _open(
        self,
        interaction: Interaction,
        place: discord.TextChannel | discord.ForumChannel,
        article: Article,
        tags: list[discord.ForumTag],
        *,
        without_mention: bool,
    ) -> None:
        """Open the thread or post, bind it to the article, and say so."""
        free, voice = without_mention and bool(self._settings.message_content), voice_of(interaction)
        try:
            thread = await _opened(state_of(interaction), place, article, tags, without_mention=free)
        except discord.HTTPException as error:
            if not is_refusal(error):
                raise
            text = voice.say("post_refused", channel=place.mention, code=error.code)
            await fill_original(interaction, text, None)
            return
        lines = [voice.say("post_opened", thread=thread.mention, title=title_in(voice, article))]
        lines += await self._binding.set(voice, thread, article.slug, without_mention=without_mention or None)
        await fill_original(interaction, "\n".join(lines), None)


def _tags(place: Bindable) -> list[discord.ForumTag]:
    """Return the tags that the bot may give a post; moderated ones need Manage Threads."""
    if not isinstance(place, discord.ForumChannel):
        return []
    every = permissions_in(place).manage_threads
    return [tag for tag in place.available_tags if every or not tag.moderated]


async def _ask_for_tags(interaction: Interaction, post: Post, tags: list[discord.ForumTag]) -> None:
    voice = voice_of(interaction)
    options = [
        discord.SelectOption(label=clip(tag.name, LONGEST_CHOICE), value=str(tag.id), emoji=tag.emoji) for tag in tags
    ]
    view = ui.View(timeout=None)
    view.add_item(TagMenu.of(clip(voice.say("post_tags_menu"), LONGEST_CHOICE), post.custom_id(), options, _MOST_TAGS))
    await fill_original(interaction, voice.say("post_tags"), view)


async def _opened(
    state: BotState,
    place: discord.TextChannel | discord.ForumChannel,
    article: Article,
    tags: list[discord.ForumTag],
    *,
    without_mention: bool,
) -> discord.Thread:
    """Open a thread or post in the language of the server, with an intro and three questions; raise HTTPException."""
    language = supported_language(place.guild.preferred_locale.value)
    title = article.title.get(language)
    key = "post_intro_free" if without_mention else "post_intro"
    page = starters_page(state.knowledge, language, key, article.slug, title=title)
    (text, *_), view, name = texts_of(page), view_of(page) or ui.View(timeout=None), thread_name(title)
    if isinstance(place, discord.ForumChannel):
        post = partial(place.create_thread, name=name, content=text, view=view, applied_tags=tags, suppress_embeds=True)
        return (await state.rest.at_most_once(post)).thread
    start = partial(place.create_thread, name=name, type=discord.ChannelType.public_thread)
    thread = await state.rest.at_most_once(start)
    await state.rest.persistently(partial(thread.send, text, view=view, nonce=str(thread.id), suppress_embeds=True))
    return thread


def add_post_command(client: BotClient, group: app_commands.Group, posts: ArticlePosts) -> None:
    """Add `/facts post` to the administrators' commands, and answer its menus."""
    messages = client.state.knowledge.messages

    @group.command(name="post", description=description_of(messages["admin_post"]))
    @app_commands.rename(
        article=name_of(messages["option_article_name"]),
        channel=name_of(messages["option_channel_name"]),
        without_mention=name_of(messages["option_mention_name"]),
    )
    @app_commands.describe(
        article=description_of(messages["option_posted_description"]),
        channel=description_of(messages["option_channel_description"]),
        without_mention=description_of(messages["option_mention_description"]),
    )
    async def facts_post(
        interaction: Interaction,
        article: app_commands.Range[str, 1, MOST_TYPED],
        channel: app_commands.Transform[Any, PlaceOption] = None,
        without_mention: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        handler = posts.command(interaction, article, channel, without_mention=without_mention)
        await run_handler(interaction, handler, "admin")

    facts_post.autocomplete("article")(complete_article)

    client.tag_with(posts.tagged)
