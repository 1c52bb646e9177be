"""The commands: those declared in YAML and the bot's own, in both languages."""

import logging
import re
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any, Final, TypeAlias

import discord
from discord import app_commands
from discord.app_commands import TranslationContextTypes, locale_str

from bot.core.model import Knowledge, Language, Text
from bot.discord_bot import interactions, privacy
from bot.discord_bot.article_option import MOST_TYPED, complete_article
from bot.discord_bot.context import Interaction
from bot.discord_bot.internals import localised_name
from bot.discord_bot.sending import run_handler
from bot.service.pages import Listing, clip, registered

log = logging.getLogger(__name__)

MAX_NAME: Final = 32
MAX_DESCRIPTION: Final = 100
RESERVED: Final = frozenset({"facts"})
"""Names of the administrators' commands."""
_NOT_IN_A_NAME = re.compile(r"[^\w-]+")
SlashCommand: TypeAlias = app_commands.Command[Any, ..., None]
AnyCommand: TypeAlias = SlashCommand | app_commands.ContextMenu
_EVERYWHERE: Final[dict[str, Any]] = {
    "allowed_installs": app_commands.AppInstallationType(guild=True, user=True),
    "allowed_contexts": app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
}


def slash_name(name: str) -> str:
    """Return `name` as Discord and discord.py accept it: lower case, no spaces, at most 32 characters."""
    return _NOT_IN_A_NAME.sub("-", name.lower()).strip("-")[:MAX_NAME] or "-"


def name_of(text: Text) -> locale_str:
    """Return a command's or option's name in both languages."""
    return _localised(slash_name(text.get("en")), slash_name(text.get("ko")))


def description_of(text: Text) -> locale_str:
    """Return a description in both languages."""
    return label_of(text, MAX_DESCRIPTION)


def label_of(text: Text, limit: int) -> locale_str:
    """Return a label of at most `limit` characters, such as a menu's or a choice's, in both languages."""
    return _localised(clip(text.get("en"), limit), clip(text.get("ko"), limit))


def _localised(en: str, ko: str) -> locale_str:
    return locale_str(en, en=en, ko=ko)


class Translations(app_commands.Translator):
    """Looks up the translations in the strings themselves."""

    async def translate(
        self, string: locale_str, locale: discord.Locale, context: TranslationContextTypes
    ) -> str | None:
        """Return the text for Korean and American English, the languages of the knowledge."""
        del context
        languages = {discord.Locale.korean: "ko", discord.Locale.american_english: "en"}
        text = string.extras.get(languages.get(locale, ""))
        return None if text is None else str(text)


class Texts:
    """The bot's own names and descriptions."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Look them up in the messages of `knowledge`."""
        self._messages = knowledge.messages

    def text(self, key: str) -> Text:
        """Return the text `key`."""
        return self._messages.get(key, Text(key, key))

    def name(self, key: str) -> locale_str:
        """Return the name `{key}_name`."""
        return name_of(self.text(f"{key}_name"))

    def description(self, key: str) -> locale_str:
        """Return the description `{key}_description`."""
        return description_of(self.text(f"{key}_description"))


def build_commands(knowledge: Knowledge) -> Iterator[AnyCommand]:
    """Yield the commands for everybody; leave out those from YAML whose name is taken."""
    texts = Texts(knowledge)
    own = (
        _ask(texts),
        _plain(texts, "command_help", interactions.show_help),
        _plain(texts, "command_about", interactions.show_about),
        _plain(texts, "command_privacy", privacy.show_privacy),
        _plain(texts, "command_forget", privacy.forget_me),
    )
    yield from own
    yield _menu(texts)
    taken = set(RESERVED) | {name for command in own for name in _names(command)}
    found = registered(knowledge)
    articles = _articles(texts)
    if _names(articles).isdisjoint(slash_name(name) for one in found for name in one.name.every()):
        yield articles  # an article that had such a command before the bot did keeps it
    for listing in found:
        names = {slash_name(name) for name in listing.name.every()}
        if taken.isdisjoint(names):
            taken |= names
            yield _look_up(texts, listing) if listing.lookup else _list(texts, listing)
        else:
            log.warning("the command %s is not registered: its name is taken", listing.key)


def _names(command: SlashCommand) -> set[str]:
    localised = localised_name(command)
    return {command.name, *(map(str, localised.extras.values()) if localised else ())}


def _list(texts: Texts, listing: Listing) -> SlashCommand:
    @app_commands.rename(public=texts.name("option_public"))
    @app_commands.describe(public=texts.description("option_public"))
    async def callback(interaction: Interaction, public: bool = False) -> None:  # noqa: FBT001, FBT002
        await run_handler(interaction, interactions.show_list(interaction, listing.key, public=public))

    return _command(name_of(listing.name), description_of(listing.description), callback)


def _look_up(texts: Texts, listing: Listing) -> SlashCommand:
    @app_commands.rename(name=texts.name("option_name"), public=texts.name("option_public"))
    @app_commands.describe(name=texts.description("option_name"), public=texts.description("option_public"))
    async def callback(
        interaction: Interaction,
        name: app_commands.Range[str, 0, 100],
        public: bool = False,  # noqa: FBT001, FBT002
    ) -> None:
        await run_handler(interaction, interactions.show_entity(interaction, listing.key, name, public=public))

    async def complete(interaction: Interaction, current: str) -> interactions.Choices:
        return await interactions.complete(interaction, partial(interactions.name_choices, listing.key, current))

    command = _command(name_of(listing.name), description_of(listing.description), callback)
    command.autocomplete("name")(complete)
    return command


def _ask(texts: Texts) -> SlashCommand:
    languages = [
        app_commands.Choice(name=label_of(texts.text("choice_korean"), 100), value="ko"),
        app_commands.Choice(name=label_of(texts.text("choice_english"), 100), value="en"),
    ]
    options = {name: f"option_{name}" for name in ("question", "language", "public")} | {"article": "option_only"}

    @app_commands.rename(**{name: texts.name(key) for name, key in options.items()})
    @app_commands.describe(**{name: texts.description(key) for name, key in options.items()})
    @app_commands.choices(language=languages)
    async def callback(
        interaction: Interaction,
        question: app_commands.Range[str, 0, 1000],
        language: str | None = None,
        public: bool = False,  # noqa: FBT001, FBT002
        article: app_commands.Range[str, 0, MOST_TYPED] = "",
    ) -> None:
        wanted: Language | None = "ko" if language == "ko" else "en" if language == "en" else None
        await run_handler(interaction, interactions.answer_ask(interaction, question, wanted, article, public=public))

    async def complete(interaction: Interaction, current: str) -> interactions.Choices:
        return await interactions.complete_question(interaction, current)

    command = _command(texts.name("command_ask"), texts.description("command_ask"), callback)
    command.autocomplete("question")(complete)
    command.autocomplete("article")(complete_article)
    return command


def _articles(texts: Texts) -> SlashCommand:
    @app_commands.rename(public=texts.name("option_public"))
    @app_commands.describe(public=texts.description("option_public"))
    async def callback(interaction: Interaction, public: bool = False) -> None:  # noqa: FBT001, FBT002
        await run_handler(interaction, interactions.show_articles(interaction, public=public))

    return _command(texts.name("command_articles"), texts.description("command_articles"), callback)


def _plain(texts: Texts, key: str, show: Callable[[Interaction], Awaitable[None]]) -> SlashCommand:
    """Return a command without options."""

    async def callback(interaction: Interaction) -> None:
        await run_handler(interaction, show(interaction))

    return _command(texts.name(key), texts.description(key), callback)


def _menu(texts: Texts) -> app_commands.ContextMenu:
    async def callback(interaction: Interaction, message: discord.Message) -> None:
        await run_handler(interaction, interactions.answer_message(interaction, message))

    name = label_of(texts.text("command_menu_name"), MAX_NAME)
    return app_commands.ContextMenu(name=name, callback=callback, **_EVERYWHERE)


def _command(name: locale_str, description: locale_str, callback: Any) -> SlashCommand:  # noqa: ANN401
    return app_commands.Command(name=name, description=description, callback=callback, **_EVERYWHERE)
