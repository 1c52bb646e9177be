"""What every part of the Discord front works with, and in which language somebody is spoken to."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.core.index import Snapshot
from bot.core.model import Knowledge, Language
from bot.discord_bot.limits import Limits
from bot.service.autocomplete import Completer, entity_names, questions
from bot.service.library import Library, Responder
from bot.service.pages import Listing
from bot.service.replies import Voice

_DEFAULT: Language = "en"


def spoken(*locales: str | None) -> Language:
    """Return the first of the locales that is Korean or English; English where none is."""
    for locale in locales:
        match (locale or "").partition("-")[0]:
            case "ko":
                return "ko"
            case "en":
                return "en"
            case _:
                continue
    return _DEFAULT


@dataclass(slots=True)
class Completers:
    """The completers of one snapshot; made when first needed."""

    snapshot: Snapshot
    made: dict[str, Completer] = field(default_factory=dict)


class BotContext:
    """The library, the responder and the manners that all ways of asking share."""

    def __init__(self, library: Library, responder: Responder, limits: Limits) -> None:
        """Keep the parts together."""
        self.library = library
        self.responder = responder
        self.limits = limits
        self._completers = Completers(library.snapshot)

    @property
    def knowledge(self) -> Knowledge:
        """Return the knowledge in service now."""
        return self.library.snapshot.knowledge

    def voice(self, language: Language) -> Voice:
        """Return the bot's voice in `language`."""
        return Voice(self.knowledge, language)

    def questions(self) -> Completer:
        """Return the completer of questions."""
        knowledge = self.knowledge
        return self._completer("", lambda: questions(knowledge))

    def names(self, command: Listing) -> Completer:
        """Return the completer of what a look-up command finds."""
        return self._completer(command.key, lambda: entity_names(command.entities()))

    def _completer(self, key: str, make: Callable[[], Completer]) -> Completer:
        if self._completers.snapshot is not self.library.snapshot:
            self._completers = Completers(self.library.snapshot)
        made = self._completers.made
        if key not in made:
            made[key] = make()
        return made[key]


def context_of_interaction(interaction: discord.Interaction[Any]) -> BotContext:
    """Return the front of the client that got `interaction`."""
    front: BotContext = interaction.client.front
    return front


def is_alone(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether this is the person's direct message with the bot, where nobody else reads along."""
    return interaction.context.dm_channel


def language_for(interaction: discord.Interaction[Any]) -> Language:
    """Return the language to speak where no question says it: the person's, else the guild's."""
    guild = interaction.guild_locale
    return spoken(interaction.locale.value, guild.value if guild else None)


def without_mention(text: str, bot: int) -> str:
    """Return `text` without the mentions of the user `bot`."""
    return re.sub(rf"\s*<@!?{bot}>\s*", " ", text).strip()
