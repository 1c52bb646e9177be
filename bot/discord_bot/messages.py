"""Questions in messages: which ones are addressed to the bot, their answers, edits and deletions."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, TypeAlias

import discord

from bot.core.dialogue import Context
from bot.core.matching import Question
from bot.core.model import Language
from bot.core.text import is_blank, language_of, normalise, script_counts, squeeze
from bot.discord_bot.context import BotState, role_of, supported_language, without_mention, written_text
from bot.discord_bot.limits import Refusal
from bot.discord_bot.measures import Way, note
from bot.discord_bot.memory import EDITABLE, Exchange
from bot.discord_bot.sending import delete, edit_reply, log_failure, reply, send_dm
from bot.service.pages import plain_page, reply_page, starters_page
from bot.service.views import Page

Addressing: TypeAlias = Literal["question", "greeting", "silent reply", "role"]
_ORDINARY = frozenset({discord.MessageType.default, discord.MessageType.reply})


@dataclass(frozen=True, slots=True)
class Incoming:
    """What decides how a message addresses the bot."""

    from_person: bool
    """Not from a bot, a webhook or Discord itself."""
    direct: bool
    mentioned: bool
    """By a mention of the bot itself or a reply that pings it."""
    replies_to_bot: bool
    text: str
    """Without mentions of the bot; empty where it shows nothing or Discord does not deliver the content."""
    role_mentioned: bool = False
    """By a mention of the role that Discord made for the bot; the content then comes only with its intent."""


def addressing(incoming: Incoming) -> Addressing | None:
    """Return how a message addresses the bot; None if it does not.

    A reply to the bot without a ping and a mention of its role arrive empty (unless the Message Content intent is on).
    """
    called = incoming.direct or incoming.mentioned
    if not incoming.from_person or not (called or incoming.replies_to_bot or incoming.role_mentioned):
        return None
    if incoming.text:
        return "question"
    return "greeting" if called else "silent reply" if incoming.replies_to_bot else "role"


def way_of(incoming: Incoming) -> Way:
    """Return how a message that addresses the bot does so."""
    return "dm" if incoming.direct else "reply" if incoming.replies_to_bot else "mention"


class MessageHandler:
    """Answers messages that are addressed to the bot."""

    def __init__(self, state: BotState, home: Callable[[], Language]) -> None:
        """Answer with the shared `state`; `home` is the language for direct messages of people not yet known."""
        self._state = state
        self._home = home
        self._limits = state.limits
        self._exchanges = state.exchanges
        self._conversations = state.conversations

    async def handle(self, message: discord.Message, bot_id: int) -> None:
        """Answer a new message, if it is addressed to the bot."""
        incoming = incoming_of(message, bot_id)
        addressed = addressing(incoming)
        if addressed is None or not self._limits.accept(message.id):
            return
        with self._limits.in_flight.working(), self._state.measures.handling(way_of(incoming)):
            try:
                await self._answer(message, incoming, addressed)
            except Exception as error:  # noqa: BLE001  an entry point
                await self._report_failure(message, error)

    async def _answer(self, message: discord.Message, incoming: Incoming, addressed: Addressing) -> None:
        language = self._language(message, incoming.text)
        note(language=language)
        if reason := self._limits.refusal(message.author.id, message.channel.id):
            await self._refuse(message, language, reason)
            return
        exchange = Exchange(message.channel.id, self._previous(message, incoming))
        self._exchanges.add(message.id, exchange)
        async with exchange.lock:
            exchange.question = exchange.newest = _comparable(incoming.text)
            page = await self._page(message.author.id, exchange, incoming, addressed, language)
            if page is None:
                await self._refuse(message, language, "busy")
                return
            if earlier := self._earlier(exchange):
                exchange.context = earlier.context
                note("repeated")
                page = plain_page(self._state.voice(language), "asked_before", link=earlier.replies[0].jump_url)
            self._remember_for_person(exchange, message)  # the next question may come before the answer is sent
            exchange.replies = await reply(self._state, message, page)
            self._remember_for_replies(exchange)
            if not earlier:
                self._exchanges.allow_links(exchange)
        if exchange.is_deleted:
            await self._delete_replies(exchange)

    def _previous(self, message: discord.Message, incoming: Incoming) -> Context | None:
        """Return the context of the answer that `message` replies to, else of the person's last one here."""
        if incoming.replies_to_bot and message.reference and message.reference.message_id:
            return self._conversations.of_message(message.reference.message_id)
        return self._conversations.last(message.author.id, message.channel.id)

    def _earlier(self, exchange: Exchange) -> Exchange | None:
        """Return the recent exchange with the same question; an answer by direct message is never linked."""
        if not exchange.question or exchange.needs_context:
            return None
        earlier = self._exchanges.find(exchange.channel, exchange.question)
        return earlier if earlier and earlier.replies[0].channel.id == exchange.channel else None

    def _remember_for_person(self, exchange: Exchange, message: discord.Message) -> None:
        self._conversations.remember(message.author.id, message.channel.id, exchange.context)

    def _remember_for_replies(self, exchange: Exchange) -> None:
        self._conversations.remember_messages([message.id for message in exchange.replies], exchange.context)

    async def _refuse(self, message: discord.Message, language: Language, reason: Refusal) -> None:
        """Tell the author, at most once a minute, why there is no answer: by direct message if they accept any."""
        note(reason)
        if self._limits.should_tell(message.author.id):
            page = plain_page(self._state.voice(language), reason)
            if not await send_dm(self._state.rest, message, page):
                await reply(self._state, message, page)

    def _language(self, message: discord.Message, text: str) -> Language:
        """Return the language of `text`; without letters, that of the message replied to, else of the place.

        In a direct message the place is the person: the language they last used.
        """
        person, normal = message.author.id, normalise(text)
        if any(script_counts(normal)):
            self._state.languages.remember(person, language_of(normal))
        place = place_language(message) if message.guild else self._state.languages.of(person) or self._home()
        answered = message.reference.resolved if message.reference else None
        before = answered.content if isinstance(answered, discord.Message) else ""
        return language_of(normal, language_of(normalise(before), place))

    async def _page(
        self, person: int, exchange: Exchange, incoming: Incoming, addressed: Addressing, language: Language
    ) -> Page | None:
        """Return the reply; None if too many questions wait."""
        state = self._state
        match addressed:
            case "question":
                answer = await state.ask(person, Question(incoming.text, default=language, after=exchange.previous))
                if answer is None:
                    return None
                exchange.context, exchange.needs_context = answer.reply.context, answer.needs_context
                exchange.is_answer = answer.reply.outcome == "answered"
                return reply_page(answer.snapshot.knowledge, answer.reply)
            case "greeting":
                note("page")
                return starters_page(state.knowledge, language, "direct_help" if incoming.direct else "mention_help")
            case "silent reply" | "role":
                note("hint")
                return plain_page(state.voice(language), "role_hint" if addressed == "role" else "reply_hint")

    async def handle_edit(self, message: discord.Message, bot_id: int) -> None:
        """Change the answer to an edited question; Discord also reports link previews as edits."""
        exchange = self._exchanges.editable(message.id)
        if exchange is None:
            if _was_just_edited(message):  # a mention may have been added
                await self.handle(message, bot_id)
            return
        incoming = incoming_of(message, bot_id)
        question = _comparable(incoming.text)
        if addressing(incoming) is None or question in {"", exchange.newest}:
            return
        exchange.newest = question
        language = self._language(message, incoming.text)
        with self._limits.in_flight.working(), self._state.measures.handling("edit", language):
            try:
                if reason := self._limits.refusal(message.author.id, message.channel.id):
                    await self._refuse(message, language, reason)
                else:
                    await self._edit_reply(exchange, message, incoming, language)
            except Exception as error:  # noqa: BLE001  an entry point
                log_failure(error)

    async def _edit_reply(
        self, exchange: Exchange, message: discord.Message, incoming: Incoming, language: Language
    ) -> None:
        """Answer an edited question unless it was edited again; the lock keeps answers in the order of the edits."""
        question = _comparable(incoming.text)
        async with exchange.lock:
            if exchange.newest != question or exchange.question == question:
                return
            if not exchange.replies or exchange.is_deleted:
                return
            page = await self._page(message.author.id, exchange, incoming, "question", language)
            if page is None:
                await self._refuse(message, language, "busy")
                return
            exchange.question = question
            try:
                exchange.replies = await edit_reply(self._state.rest, exchange.replies, page, message)
            except discord.NotFound:  # a moderator deleted the answer
                exchange.replies = []
            self._remember_for_person(exchange, message)
            self._remember_for_replies(exchange)
            self._exchanges.allow_links(exchange)

    async def handle_deletion(self, messages: Iterable[int]) -> None:
        """Delete the answers to deleted questions; answers that were deleted are linked no more."""
        for message in messages:
            self._exchanges.note_deletion(message)
            exchange = self._exchanges.of_message(message)
            if exchange is not None and not exchange.is_deleted:
                exchange.is_deleted = True
                await self._delete_replies(exchange)

    async def _delete_replies(self, exchange: Exchange) -> None:
        replies, exchange.replies = exchange.replies, []
        for message in replies:
            await delete(self._state.rest, message)

    async def _report_failure(self, message: discord.Message, error: Exception) -> None:
        if not (reference := log_failure(error)):
            return
        voice = self._state.voice(self._language(message, message.content))
        page = plain_page(voice, "error", reference=reference)
        try:
            await reply(self._state, message, page)
        except Exception as refused:  # noqa: BLE001  the person can't be reached
            log_failure(refused)


def _comparable(text: str) -> str:
    return squeeze(normalise(text))


def incoming_of(message: discord.Message, bot_id: int) -> Incoming:
    """Reduce a message to what decides how it addresses the bot."""
    answered = message.reference.resolved if message.reference else None
    role = role_of(message, bot_id)
    text = without_mention(written_text(message), bot_id, role)
    return Incoming(
        from_person=not message.author.bot and message.webhook_id is None and message.type in _ORDINARY,
        direct=isinstance(message.channel, discord.DMChannel),
        mentioned=any(user.id == bot_id for user in message.mentions) or bool(role and message.content),
        replies_to_bot=isinstance(answered, discord.Message) and answered.author.id == bot_id,
        text="" if is_blank(text) else text,
        role_mentioned=bool(role),
    )


def place_language(message: discord.Message) -> Language:
    """Return the language of the server in which a message was written."""
    return supported_language(message.guild.preferred_locale.value if message.guild else None)


def _was_just_edited(message: discord.Message) -> bool:
    """Return whether a person changed the text; pins and link previews keep the time of the last edit."""
    edited = message.edited_at
    return edited is not None and discord.utils.utcnow() - edited < timedelta(seconds=EDITABLE)
