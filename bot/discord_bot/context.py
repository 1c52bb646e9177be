"""What a handler knows: the state that all handlers share, and the language and place of an interaction."""

import copy
import re
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import discord

from bot.core.matching import Question
from bot.core.model import LANGUAGES, Knowledge, Language
from bot.discord_bot.channel_settings import ChannelSettings
from bot.discord_bot.limits import Clock, Limits
from bot.discord_bot.measures import Measures, decision_of, note, note_subject
from bot.discord_bot.memory import AskedQuestions, Conversations, Exchanges, Languages, OpenQuestions, Posts
from bot.discord_bot.queueing import Turns
from bot.discord_bot.recording import Recorder
from bot.discord_bot.rest import RestGate
from bot.service.answering import Answer
from bot.service.library import Library
from bot.service.replies import Voice, subject_of
from bot.settings import DiscordSettings

if TYPE_CHECKING:
    from bot.discord_bot.notices import Notices

Interaction: TypeAlias = discord.Interaction[Any]
_DEFAULT: Language = "en"


class BotState:
    """The state that all handlers share."""

    def __init__(
        self,
        library: Library,
        settings: DiscordSettings,
        clock: Clock,
        measures: Measures,
        recorder: Recorder | None = None,
    ) -> None:
        """Answer with `library`, within the limits and in the channels of `settings`; store nothing by default."""
        self._clock = clock
        self.library = library
        self.measures = measures
        self.recorder = recorder or Recorder(None, measures)
        self.days_stored = settings.retention_days if self.recorder.store else 0
        """Days for which unanswered questions are stored, 0 if they are not."""
        self.channels = ChannelSettings(self.recorder.store, settings.ask_channels)
        """Which article questions in a channel are about, and where nobody has to mention the bot."""
        self.ask_threads = bool(settings.ask_threads)
        self.limits = Limits(settings.cooldown, clock)
        self.turns = Turns(clock)
        self.exchanges = Exchanges(clock)
        self.conversations = Conversations(clock)
        self.languages = Languages()
        self.posts = Posts()
        self.asked = AskedQuestions()
        self.notices: Notices | None = None
        """Who wants to be told of an answer later, None without a store."""
        self.open_questions = OpenQuestions()
        self.rest = RestGate(measures.rest_responses)

    def for_next_client(self) -> Self:
        """Return the state for the client after one that ended, whose messages only that one can edit."""
        state = copy.copy(self)
        state.exchanges = Exchanges(self._clock)
        return state

    @property
    def knowledge(self) -> Knowledge:
        """Return the knowledge of the current snapshot."""
        return self.library.snapshot.knowledge

    def article_in(self, channel: object) -> str | None:
        """Return the slug of the article that questions in a channel or thread of Discord's are about, if any."""
        number, parent = getattr(channel, "id", 0), getattr(channel, "parent_id", None)
        article = self.channels.article_of(self.knowledge, number, parent)
        return article.slug if article else None

    async def ask(self, person: int, question: Question) -> Answer | None:
        """Return the answer when it is the turn of `person`; None if too many questions wait."""
        with self.measures.answering():
            answer = await self.turns.run(person, lambda: self.library.ask(question))
        if answer is None:
            note("busy")
        else:
            note(decision_of(answer.reply), answer.reply.language)
            note_subject(*subject_of(answer.reply))
        return answer

    def voice(self, language: Language) -> Voice:
        """Return the bot's own sentences in `language`."""
        return Voice(self.knowledge, language)


def state_of(interaction: Interaction) -> BotState:
    """Return the state of the client that received `interaction`."""
    state: BotState = interaction.client.state
    return state


def voice_of(interaction: Interaction) -> Voice:
    """Return the bot's own sentences in the language of the person's client."""
    return state_of(interaction).voice(language_for(interaction))


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


def role_of(message: discord.Message, bot_id: int) -> int:
    """Return the id of the bot's own role if `message` mentions it, else 0."""
    return next((role.id for role in message.role_mentions if role.tags and role.tags.bot_id == bot_id), 0)


def without_mention(text: str, bot_id: int, role_id: int = 0) -> str:
    """Return `text` without mentions of the bot and of its own role."""
    return re.sub(rf"\s*<@(?:!?{bot_id}|&{role_id})>\s*", " ", text).strip()


def question_above(interaction: Interaction) -> str:
    """Return the text of the question that the message with the button replies to; "" if Discord does not show it."""
    reference = interaction.message.reference if interaction.message else None
    question = reference.resolved if reference else None
    if not isinstance(question, discord.Message) or question.author.bot:
        return ""
    bot_id = interaction.client.bot_id
    return without_mention(written_text(question), bot_id, role_of(question, bot_id))
