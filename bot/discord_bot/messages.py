"""Questions in messages: which concern the bot, their answers, edits and deletions."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import discord

from bot.core.dialogue import Context
from bot.core.matching import Question
from bot.core.model import Language
from bot.core.text import language_of, normalise, squeeze
from bot.discord_bot.context import BotContext, spoken, without_mention
from bot.discord_bot.limits import Exchange
from bot.discord_bot.sending import failure_page, log_failure, post, remove, revise, tell_privately
from bot.service.pages import Page, plain_page, reply_page, starters_page

Concern = Literal["question", "greeting", "silent reply"]
_ORDINARY = frozenset({discord.MessageType.default, discord.MessageType.reply})


@dataclass(frozen=True, slots=True)
class Heard:
    """A message as far as it matters here."""

    from_person: bool
    """Not from a bot, a webhook or Discord itself."""
    direct: bool
    mentioned: bool
    """By a mention of the bot itself or a reply that pings it."""
    replies_to_bot: bool
    text: str
    """Without the bot's own mention; empty where Discord does not deliver the content."""


def concern(heard: Heard) -> Concern | None:
    """Return how a message concerns the bot; None where it does not.

    A reply to the bot without a ping arrives empty (unless the Message Content intent is on).
    """
    if not heard.from_person or not (heard.direct or heard.mentioned or heard.replies_to_bot):
        return None
    if heard.text:
        return "question"
    return "greeting" if heard.direct or heard.mentioned else "silent reply"


class Asking:
    """Answers messages that concern the bot."""

    def __init__(self, front: BotContext) -> None:
        """Answer with what `front` knows."""
        self._front = front
        self._conduct = front.limits

    async def hear(self, message: discord.Message, bot: int) -> None:
        """Answer `message` if it concerns the bot and came for the first time."""
        heard = heard_in(message, bot)
        concerned = concern(heard)
        if concerned is None or not self._conduct.in_flight.accepting:
            return
        if not self._conduct.handled.first(message.id):
            return
        with self._conduct.in_flight.working():
            try:
                await self._answer(message, heard, concerned)
            except Exception as error:  # noqa: BLE001  an entry point
                await self._tell_failure(message, error)

    async def _answer(self, message: discord.Message, heard: Heard, concerned: Concern) -> None:
        text = heard.text
        language = language_in(message, text)
        if await self._is_too_fast(message, language):
            return
        asked = squeeze(normalise(text))
        exchange = self._conduct.exchanges.begin(message.id, message.channel.id, asked)
        exchange.after = self._before(message, heard)
        async with exchange.lock:
            exchange.needs_context = self._front.responder.needs_context(Question(text, after=exchange.after))
            page = self._earlier(exchange, language) if asked and not exchange.needs_context else None
            is_new = page is None
            page = page or await self._page(exchange, text, concerned, language)
            self._note(exchange, message)
            exchange.replies = await post(self._front, message, page)
            self._told(exchange)
            if is_new:
                self._conduct.exchanges.answered(exchange)
        if exchange.gone:
            await _take_away(exchange)

    def _before(self, message: discord.Message, heard: Heard) -> Context | None:
        """Return what `message` may lean on: the answer it replies to, else the person's last one here."""
        conversations = self._conduct.conversations
        if heard.replies_to_bot and message.reference and message.reference.message_id:
            return conversations.told_by(message.reference.message_id)
        return conversations.before(message.author.id, message.channel.id)

    def _note(self, exchange: Exchange, message: discord.Message) -> None:
        """Let the person's next question lean on this, even one sent before the answer has arrived."""
        if exchange.context:
            self._conduct.conversations.note(message.author.id, message.channel.id, exchange.context)

    def _told(self, exchange: Exchange) -> None:
        if exchange.context:
            self._conduct.conversations.told([reply.id for reply in exchange.replies], exchange.context)

    async def _is_too_fast(self, message: discord.Message, language: Language) -> bool:
        """Tell whether this is to be left unanswered; the person is told once, privately."""
        key = (message.author.id, message.channel.id)
        if self._conduct.cooldown.takes(key):
            return False
        if self._conduct.cooldown.warns(key):
            await tell_privately(message, plain_page(self._front.voice(language), "slow_down"))
        return True

    def _earlier(self, exchange: Exchange, language: Language) -> Page | None:
        """Lead to the answer that the same question got here a moment ago; one given privately is for its asker."""
        earlier = self._conduct.exchanges.earlier(exchange.channel, exchange.question)
        if earlier is None or earlier.replies[0].channel.id != exchange.channel:
            return None
        exchange.context = earlier.context
        return plain_page(self._front.voice(language), "asked_before", link=earlier.replies[0].jump_url)

    async def _page(self, exchange: Exchange, text: str, concerned: Concern, language: Language) -> Page:
        front = self._front
        match concerned:
            case "question":
                reply = await front.responder.ask(Question(text, default=language, after=exchange.after))
                exchange.context = reply.context
                return reply_page(front.knowledge, reply)
            case "greeting":
                return starters_page(front.knowledge, language, "mention_help")
            case "silent reply":
                return plain_page(front.voice(language), "reply_hint")

    async def hear_edit(self, message: discord.Message, bot: int) -> None:
        """Change the answer to a question that was edited in time; link previews and the like are no edits."""
        exchange = self._conduct.exchanges.of(message.id)
        heard = heard_in(message, bot)
        asked = squeeze(normalise(heard.text))
        if (
            exchange is None
            or not asked
            or asked == exchange.question
            or not self._conduct.exchanges.editable(exchange)
        ):
            return
        language = language_in(message, heard.text)
        if concern(heard) is None or not self._conduct.cooldown.takes((message.author.id, message.channel.id)):
            return
        exchange.question = asked
        exchange.needs_context = self._front.responder.needs_context(Question(heard.text, after=exchange.after))
        with self._conduct.in_flight.working():
            try:
                await self._revise(exchange, message, await self._page(exchange, heard.text, "question", language))
            except Exception as error:  # noqa: BLE001  an entry point
                log_failure(error)

    async def _revise(self, exchange: Exchange, message: discord.Message, page: Page) -> None:
        async with exchange.lock:
            if not exchange.replies or exchange.gone:
                return
            try:
                exchange.replies = await revise(exchange.replies, page, message)
            except discord.NotFound:  # a moderator took the answer away
                exchange.replies = []
            self._note(exchange, message)
            self._told(exchange)
            self._conduct.exchanges.answered(exchange)

    async def hear_deletion(self, messages: Iterable[int]) -> None:
        """Take the answers to deleted questions away."""
        for message in messages:
            exchange = self._conduct.exchanges.of(message)
            if exchange is not None and not exchange.gone:
                exchange.gone = True
                await _take_away(exchange)

    async def _tell_failure(self, message: discord.Message, error: Exception) -> None:
        page = failure_page(self._front, language_in(message, message.content), error)
        try:
            await post(self._front, message, page)
        except Exception as refused:  # noqa: BLE001  nothing is left to be told, and to whom
            log_failure(refused)


async def _take_away(exchange: Exchange) -> None:
    replies, exchange.replies = exchange.replies, []
    for reply in replies:
        await remove(reply)


def heard_in(message: discord.Message, bot: int) -> Heard:
    """Reduce a message to what matters."""
    author = message.author
    answered = message.reference.resolved if message.reference else None
    return Heard(
        from_person=not author.bot and message.webhook_id is None and message.type in _ORDINARY,
        direct=message.guild is None,
        mentioned=any(user.id == bot for user in message.mentions),
        replies_to_bot=isinstance(answered, discord.Message) and answered.author.id == bot,
        text=without_mention(message.content, bot),
    )


def language_in(message: discord.Message, text: str) -> Language:
    """Return the language of `text`; where it has none, of the message replied to, or the guild's."""
    guild = message.guild.preferred_locale.value if message.guild else None
    answered = message.reference.resolved if message.reference else None
    before = answered.content if isinstance(answered, discord.Message) else ""
    return language_of(normalise(text), language_of(normalise(before), spoken(guild)))
