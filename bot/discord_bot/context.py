"""What a handler knows: the state that all handlers share, and the language and place of an interaction."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any, TypeAlias

import discord

from bot.core.model import LANGUAGES, Knowledge, Language
from bot.discord_bot.limits import Clock, Limits
from bot.discord_bot.memory import Conversations, Exchanges, Languages
from bot.discord_bot.rest import RestGate
from bot.service.autocomplete import Completer, entity_names, questions
from bot.service.library import Library
from bot.service.pages import Listing
from bot.service.replies import Voice

Interaction: TypeAlias = discord.Interaction[Any]
_DEFAULT: Language = "en"


class BotState:
    """The state that all handlers of one client share."""

    def __init__(self, library: Library, per_minute: int, clock: Clock) -> None:
        """Answer with `library`; a person may ask `per_minute` questions a minute in a channel."""
        self.library = library
        self.limits = Limits(per_minute, clock)
        self.exchanges = Exchanges(clock)
        self.conversations = Conversations(clock)
        self.languages = Languages()
        self.rest = RestGate()
        self._completers: dict[str, Completer] = {}
        self._completed = library.snapshot

    @property
    def knowledge(self) -> Knowledge:
        """Return the knowledge of the current snapshot."""
        return self.library.snapshot.knowledge

    def voice(self, language: Language) -> Voice:
        """Return the bot's own sentences in `language`."""
        return Voice(self.knowledge, language)

    def question_completer(self) -> Completer:
        """Return the completer of questions."""
        return self._completer("", partial(questions, self.knowledge))

    def name_completer(self, command: Listing) -> Completer:
        """Return the completer of the names that a look-up command finds."""
        return self._completer(command.key, lambda: entity_names(command.entities()))

    def _completer(self, key: str, build: Callable[[], Completer]) -> Completer:
        """Return the completer `key` of the current snapshot, built when first needed."""
        snapshot = self.library.snapshot
        if self._completed is not snapshot:
            self._completed, self._completers = snapshot, {}
        if key not in self._completers:
            self._completers[key] = build()
        return self._completers[key]


def state_of(interaction: Interaction) -> BotState:
    """Return the state of the client that received `interaction`."""
    state: BotState = interaction.client.state
    return state


def is_bot_dm(interaction: Interaction) -> bool:
    """Return whether this is the person's direct message with the bot, where nobody else can read."""
    return interaction.context.dm_channel


def supported_language(*locales: str | None) -> Language:
    """Return the language of the first locale that is Korean or English; English if none is."""
    codes = [(locale or "").partition("-")[0] for locale in locales]
    return next((language for code in codes for language in LANGUAGES if language == code), _DEFAULT)


def language_for(interaction: Interaction) -> Language:
    """Return the language of the person's client, else the server's."""
    guild = interaction.guild_locale
    return supported_language(interaction.locale.value, guild.value if guild else None)


def written_text(message: discord.Message) -> str:
    """Return what a message says: its own text, or what it forwards."""
    return message.content or next((forwarded.content for forwarded in message.message_snapshots), "")


def without_mention(text: str, bot_id: int, role_id: int = 0) -> str:
    """Return `text` without mentions of the bot and of its own role."""
    return re.sub(rf"\s*<@(?:!?{bot_id}|&{role_id})>\s*", " ", text).strip()
