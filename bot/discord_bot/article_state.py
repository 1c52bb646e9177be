"""`/facts article`: what an article holds, and whether it is retired."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias

from discord import app_commands

from bot.core.model import Article
from bot.discord_bot.admin import lets_in
from bot.discord_bot.article_option import MOST_TYPED, complete_article, find_article
from bot.discord_bot.channel_binding import title_in
from bot.discord_bot.client import BotClient
from bot.discord_bot.commands import description_of, name_of
from bot.discord_bot.context import Interaction, state_of, voice_of
from bot.discord_bot.markup import escape
from bot.discord_bot.sending import defer, fill_original, run_handler, say
from bot.errors import KnowledgeError, StaleError
from bot.service.editing import Edited
from bot.service.pages import LONGEST_CHOICE, clip
from bot.service.replies import Voice
from bot.settings import DiscordSettings

Retire: TypeAlias = Callable[[str, bool], Awaitable[Edited]]
"""Retires the article with a slug, or puts it in use again, while the bot runs; errors as of `Editing.carry_out`."""
_MOST_PROBLEMS = 10


class ArticleState:
    """Shows articles to administrators, and retires them."""

    def __init__(self, settings: DiscordSettings, retire: Retire) -> None:
        """Retire with `retire`; `settings` say who may."""
        self._settings = settings
        self._retire = retire

    async def command(
        self,
        interaction: Interaction,
        typed: str,
        retired: bool | None,  # noqa: FBT001  as the option is
    ) -> None:
        """Answer the command: carry out what is asked, then show the article."""
        await defer(interaction, private=True)
        if not await lets_in(interaction, self._settings):
            return
        article = find_article(state_of(interaction).knowledge, typed)
        if article is None:
            await say(interaction, "article_unknown", article=clip(typed, LONGEST_CHOICE))
            return
        voice, lines = voice_of(interaction), []
        if retired is not None and retired != article.retired:
            lines += await self._carried_out(voice, article.slug, retired=retired)
        now = state_of(interaction).knowledge.article(article.slug) or article
        await fill_original(interaction, "\n".join((*_described(voice, now), *lines)), None)

    async def _carried_out(self, voice: Voice, slug: str, *, retired: bool) -> list[str]:
        """Retire an article, or put it in use again; return in words what went wrong, and where it was written."""
        try:
            done = await self._retire(slug, retired)
        except StaleError:
            return [voice.say("article_stale")]
        except KnowledgeError as error:
            problems = [f"• {escape(str(one))}" for one in error.problems[:_MOST_PROBLEMS]]
            return [voice.say("article_refused"), *problems]
        return [voice.say("unanswered_copied", folder=escape(done.copied_to))] if done.copied_to else []


def _described(voice: Voice, article: Article) -> list[str]:
    """Return what an article holds, in words."""
    details = [article.date or "", voice.say("articles_facts", count=len(article.facts)), article.slug]
    state = voice.say("article_retired" if article.retired else "article_in_use")
    return [f"**{title_in(voice, article)}**", " · ".join(filter(None, details)), state]


def add_article_command(client: BotClient, group: app_commands.Group, articles: ArticleState) -> None:
    """Add `/facts article` to the administrators' commands."""
    messages = client.state.knowledge.messages

    @group.command(name="article", description=description_of(messages["admin_article"]))
    @app_commands.rename(
        article=name_of(messages["option_article_name"]), retired=name_of(messages["option_retired_name"])
    )
    @app_commands.describe(
        article=description_of(messages["option_shown_description"]),
        retired=description_of(messages["option_retired_description"]),
    )
    async def facts_article(
        interaction: Interaction,
        article: app_commands.Range[str, 1, MOST_TYPED],
        retired: bool | None = None,  # noqa: FBT001
    ) -> None:
        await run_handler(interaction, articles.command(interaction, article, retired), "admin")

    facts_article.autocomplete("article")(complete_article)
