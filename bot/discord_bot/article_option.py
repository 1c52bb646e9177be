"""The option of a command that names an article: what completes it, and which article is meant."""

from typing import Final

from discord import app_commands

from bot.core.model import Article, Knowledge, Language
from bot.core.text import normalise, squeeze
from bot.discord_bot.context import Interaction, language_for, state_of
from bot.service.pages import LONGEST_CHOICE, MOST_CHOICES, clip
from bot.service.replies import Voice

MOST_TYPED: Final = 200
"""Characters of the longest title."""


def article_choices(
    knowledge: Knowledge, language: Language, typed: str, first: tuple[app_commands.Choice[str], ...] = ()
) -> list[app_commands.Choice[str]]:
    """Return the articles whose title or slug contains what was typed, the newest first, after those in `first`."""
    wanted, voice = typed.casefold(), Voice(knowledge, language)
    found = [
        app_commands.Choice(name=clip(_label(voice, one), LONGEST_CHOICE), value=one.slug)
        for one in knowledge.newest_first()
        if any(wanted in text.casefold() for text in (one.slug, *one.title.every()))
    ]
    return [*first, *found][:MOST_CHOICES]


async def complete_article(interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
    """Complete an option that names an article."""
    return article_choices(state_of(interaction).knowledge, language_for(interaction), current)


def _label(voice: Voice, article: Article) -> str:
    title = article.title.get(voice.language)
    return f"{title} ({voice.say('retired_short')})" if article.retired else title


def find_article(knowledge: Knowledge, typed: str) -> Article | None:
    """Return the article with this slug or title; None if there is none."""
    if (article := knowledge.article(typed)) is not None:
        return article
    key = squeeze(normalise(typed))
    titles = ((one, squeeze(normalise(title))) for one in knowledge.newest_first() for title in one.title.every())
    return next((one for one, title in titles if key and title == key), None)
