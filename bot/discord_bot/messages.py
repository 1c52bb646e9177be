"""Questions in messages: their answers, edits and deletions."""

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from typing import Final, Literal, TypeAlias

import discord

from bot.core.asking import asks_something
from bot.core.dialogue import Context
from bot.core.matching import Question
from bot.core.model import Language
from bot.core.text import language_of, normalise, script_counts
from bot.discord_bot.addressing import Addressing, Incoming, addressing, comparable, incoming_of, way_of
from bot.discord_bot.context import BotState, supported_language
from bot.discord_bot.limits import Refusal
from bot.discord_bot.measures import Way, decision_of, note, note_subject
from bot.discord_bot.memory import EDITABLE, AskedQuestion, Exchange
from bot.discord_bot.notices import can_reply_later
from bot.discord_bot.sending import (
    close_thread,
    delete,
    edit_reply,
    log_failure,
    reply,
    reply_in_thread,
    send_dm,
)
from bot.discord_bot.unanswered import note_question
from bot.service.answering import Answer
from bot.service.pages import plain_page, reply_page, starters_page, tellable_page
from bot.service.replies import says_something, subject_of
from bot.service.unanswered import asked_text, unanswered_question
from bot.service.views import Page

Silence: TypeAlias = Literal["busy", "silent"]
"""Why there is no page: too many questions wait, or a question that nobody addressed to the bot has no answer."""
_EVERYBODY: Final = 0
"""Stands for whoever writes in a post or thread, where all talk about one question."""
_HISTORY: Final = 100
"""Messages of a post that are read to see who wrote in it, if the bot was started after them."""


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
        incoming = self._incoming(message, bot_id)
        addressed = addressing(incoming)
        if incoming.place == "post" and incoming.from_person and not incoming.by_author:
            self._state.posts.note(message.channel.id, taken=True)
        if addressed is None or not self._limits.accept(message.id):
            return
        with self._limits.in_flight.working(), self._handling(way_of(incoming), message):
            try:
                if not await self._is_left_to_others(message, incoming):
                    await self._answer(message, incoming, addressed)
            except Exception as error:  # noqa: BLE001  an entry point
                await self._report_failure(message, error, told=addressed != "overheard")

    def _handling(
        self, way: Way, message: discord.Message, language: Language | None = None
    ) -> AbstractContextManager[None]:
        server = message.guild.id if message.guild else 0
        return self._state.measures.handling(way, language, server=server)

    def _incoming(self, message: discord.Message, bot_id: int) -> Incoming:
        channels = self._state.channels
        return incoming_of(message, bot_id, channels.asking, channels.silent)

    async def _is_left_to_others(self, message: discord.Message, incoming: Incoming) -> bool:
        """Return whether a message in a post needs a mention, as another person has written there.

        A first message that was edited is none of the bot's business either if the bot itself answered it before.
        """
        if incoming.is_called or incoming.place != "post":
            return False
        posts, post = self._state.posts, message.channel
        if incoming.is_first and not message.edited_at:
            posts.note(post.id, taken=False)
            return False
        if incoming.is_first or (taken := posts.is_taken(post.id)) is None:
            taken = await self._state.rest.persistently(partial(_others_wrote, message, bots=incoming.is_first))
            posts.note(post.id, taken=taken)
        return taken

    async def _answer(self, message: discord.Message, incoming: Incoming, addressed: Addressing) -> None:
        language = self._language(message, incoming.text)
        note(language=language)
        if reason := self._limits.refusal(message.author.id, message.channel.id):
            await self._refuse(message, language, reason, told=addressed != "overheard")
            return
        exchange = Exchange(
            message.channel.id,
            self._previous(message, incoming),
            is_overheard=addressed == "overheard",
            in_thread=addressed == "overheard"
            and self._state.ask_threads
            and not isinstance(message.channel, discord.Thread),
            article=self._state.article_in(message.channel),
        )
        self._exchanges.add(message.id, exchange)
        async with exchange.lock:
            exchange.question = exchange.newest = comparable(incoming.text)
            page = await self._page(message, exchange, incoming, addressed, language)
            if page == "silent":
                note("silent")
                return
            if page == "busy":
                await self._refuse(message, language, page, told=addressed != "overheard")
                return
            if earlier := self._earlier(exchange):
                exchange.context, exchange.in_thread = earlier.context, False
                note("repeated")
                page = plain_page(self._state.voice(language), "asked_before", link=earlier.replies[0].jump_url)
            # the next question may come before the answer is sent
            self._remember_for_person(exchange, message, incoming)
            exchange.replies = await self._send(exchange, message, page)
            self._remember_for_replies(exchange)
            if not earlier:
                self._exchanges.allow_links(exchange)
            self._record(exchange, message)
        if exchange.is_deleted:
            await self._delete_replies(exchange, language)

    async def _send(self, exchange: Exchange, message: discord.Message, page: Page) -> list[discord.Message]:
        if not exchange.in_thread:
            return await reply(self._state, message, page, privately=not exchange.is_overheard)
        replies = await reply_in_thread(self._state, message, page)
        if replies and replies[0].channel.id == message.id:  # the talk goes on in the thread
            self._conversations.remember(_EVERYBODY, message.id, exchange.context)
        return replies

    def _previous(self, message: discord.Message, incoming: Incoming) -> Context | None:
        """Return the context of the answer that `message` replies to, else of the person's last one here."""
        if incoming.replies_to_bot and message.reference and message.reference.message_id:
            return self._conversations.of_message(message.reference.message_id)
        return self._conversations.last(_speaker(message, incoming), message.channel.id)

    def _earlier(self, exchange: Exchange) -> Exchange | None:
        """Return the recent exchange with the same question; an answer by direct message is never linked."""
        if not exchange.question or exchange.needs_context:
            return None
        earlier = self._exchanges.find(exchange.channel, exchange.question)
        if earlier is None:
            return None
        place = earlier.replies[0].channel
        return earlier if exchange.channel in {place.id, getattr(place, "parent_id", None)} else None

    def _record(self, exchange: Exchange, message: discord.Message) -> None:
        """Let a question without an answer be stored, unless its author has deleted it; keep others in mind."""
        question, exchange.unanswered = exchange.unanswered, None
        asked, exchange.asked = exchange.asked, ""
        if not exchange.is_deleted:
            replies = [one.id for one in exchange.replies]
            note_question(self._state, question, replies, message.guild.id if message.guild else None)
            if asked and replies:
                self._state.asked.remember(replies[-1], AskedQuestion(asked, message.guild is None, message.author.id))

    def _remember_for_person(self, exchange: Exchange, message: discord.Message, incoming: Incoming) -> None:
        self._conversations.remember(_speaker(message, incoming), message.channel.id, exchange.context)

    def _remember_for_replies(self, exchange: Exchange) -> None:
        self._conversations.remember_messages([message.id for message in exchange.replies], exchange.context)

    async def _refuse(
        self, message: discord.Message, language: Language, reason: Refusal, *, told: bool = True
    ) -> None:
        """Tell the author, at most once a minute, why there is no answer: by direct message if they accept any."""
        note(reason)
        if told and self._limits.should_tell(message.author.id):
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
        self,
        message: discord.Message,
        exchange: Exchange,
        incoming: Incoming,
        addressed: Addressing,
        language: Language,
    ) -> Page | Silence:
        """Return the reply, or why there is none."""
        state, person = self._state, message.author.id
        match addressed:
            case "greeting":
                note("page")
                key = "direct_help" if incoming.direct else "mention_help"
                return starters_page(state.knowledge, language, key, exchange.article)
            case "silent reply" | "role":
                note("hint")
                return plain_page(state.voice(language), "role_hint" if addressed == "role" else "reply_hint")
            case "question" | "follow-up" | "overheard":
                answer = await self._ask(person, exchange, incoming, language)
        if answer is None:
            return "busy"
        if not _is_wanted(answer, incoming, addressed):
            return "silent"
        exchange.context, exchange.needs_context = answer.reply.context, answer.needs_context
        exchange.is_answer = answer.reply.outcome == "answered"
        question = unanswered_question(answer, incoming.text, person)
        if addressed != "overheard" or answer.reply.closest is not None:  # turning that down is said to the bot
            exchange.unanswered = question
        if addressed != "overheard":
            exchange.asked = asked_text(answer, incoming.text)
        is_open = question is not None and question.decision in {"unanswered", "suggested"}
        page = reply_page(answer.snapshot.knowledge, answer.reply)
        if is_open and state.notices is not None and can_reply_later(message):
            return tellable_page(answer.snapshot.knowledge, page)
        return page

    async def _ask(self, person: int, exchange: Exchange, incoming: Incoming, language: Language) -> Answer | None:
        """Return the answer to a message; to the text or title of a post alone where both together have none."""
        first: Answer | None = None
        for text in (incoming.text, *incoming.parts):
            question = Question(text, default=language, after=exchange.previous, place=exchange.article)
            answer = await self._state.ask(person, question)
            if answer is None or says_something(answer.reply):
                return answer
            first = first or answer
        if first:
            note(decision_of(first.reply), first.reply.language)
            note_subject(*subject_of(first.reply))
        return first

    async def handle_edit(self, message: discord.Message, bot_id: int) -> None:
        """Change the answer to an edited question; Discord also reports link previews as edits."""
        exchange = self._exchanges.editable(message.id)
        if exchange is None:
            if _was_just_edited(message):  # a mention may have been added
                await self.handle(message, bot_id)
            return
        incoming = self._incoming(message, bot_id)
        question, addressed = comparable(incoming.text), addressing(incoming)
        if question in {"", exchange.newest} or not (addressed or exchange.is_overheard):
            return
        exchange.newest = question
        language = self._language(message, incoming.text)
        with self._limits.in_flight.working(), self._handling("edit", message, language):
            try:
                if reason := self._limits.refusal(message.author.id, message.channel.id):
                    await self._refuse(message, language, reason, told=not exchange.is_overheard)
                else:
                    await self._edit_reply(exchange, message, incoming, addressed, language)
            except Exception as error:  # noqa: BLE001  an entry point
                log_failure(error)

    async def _edit_reply(
        self,
        exchange: Exchange,
        message: discord.Message,
        incoming: Incoming,
        addressed: Addressing | None,
        language: Language,
    ) -> None:
        """Answer an edited question unless it was edited again; the lock keeps answers in the order of the edits.

        What was overheard and asks nothing any more loses its answer; None stands for that.
        """
        question = comparable(incoming.text)
        async with exchange.lock:
            if exchange.newest != question or exchange.question == question:
                return
            if exchange.is_deleted or not (exchange.replies or exchange.is_overheard):
                return
            page: Page | Silence = "silent"
            if addressed is not None:
                page = await self._page(message, exchange, incoming, addressed, language)
            if page == "busy":
                await self._refuse(message, language, page, told=not exchange.is_overheard)
                return
            exchange.question = question
            if page == "silent":
                note("silent")
                await self._take_back(exchange)
                return
            try:
                if exchange.replies:
                    exchange.replies = await edit_reply(self._state.rest, exchange.replies, page, message)
                else:
                    exchange.replies = await self._send(exchange, message, page)
            except discord.NotFound:  # a moderator deleted the answer
                exchange.replies = []
            self._remember_for_person(exchange, message, incoming)
            self._remember_for_replies(exchange)
            self._exchanges.allow_links(exchange)
            self._record(exchange, message)

    async def handle_deletion(self, messages: Iterable[int]) -> None:
        """Delete the answers to deleted questions; answers that were deleted are linked no more."""
        for message in messages:
            self._exchanges.note_deletion(message)
            exchange = self._exchanges.of_message(message)
            if exchange is not None and not exchange.is_deleted:
                exchange.is_deleted = True
                await self._delete_replies(exchange, self._home())

    async def _delete_replies(self, exchange: Exchange, language: Language) -> None:
        """Delete the answer to a deleted question; the thread opened for it keeps no word of the question."""
        replies = exchange.replies
        await self._take_back(exchange)
        if not exchange.in_thread or not replies:
            return
        thread = replies[0].channel
        if isinstance(thread, discord.Thread) and thread.owner_id == replies[0].author.id:
            await close_thread(self._state.rest, thread, self._state.voice(language).say("deleted_question"))

    async def _take_back(self, exchange: Exchange) -> None:
        replies, exchange.replies = exchange.replies, []
        for message in replies:
            self._state.asked.forget(message.id)
            await delete(self._state.rest, message)

    async def _report_failure(self, message: discord.Message, error: Exception, *, told: bool) -> None:
        if not (reference := log_failure(error)) or not told:
            return
        voice = self._state.voice(self._language(message, message.content))
        page = plain_page(voice, "error", reference=reference)
        try:
            await reply(self._state, message, page)
        except Exception as refused:  # noqa: BLE001  the person can't be reached
            log_failure(refused)


def _is_wanted(answer: Answer, incoming: Incoming, addressed: Addressing) -> bool:
    """Return whether to send an answer: always if the bot was asked, else if it tells something of an article.

    A follow-up that asks gets any answer; one that does not only what surely fits, as it may be said to anybody.
    """
    if addressed == "follow-up" and not asks_something(incoming.text):
        return answer.reply.outcome == "answered" or answer.reply.gap is not None
    return addressed in {"question", "follow-up"} or says_something(answer.reply)


def _speaker(message: discord.Message, incoming: Incoming) -> int:
    """Return whose talk a message goes on with: the author's, or everybody's in a post or thread for questions."""
    return _EVERYBODY if incoming.place in {"post", "thread"} else message.author.id


async def _others_wrote(message: discord.Message, *, bots: bool) -> bool:
    """Return whether anybody but the author, bots included if `bots`, has written where `message` stands."""
    async for one in message.channel.history(limit=_HISTORY):
        if one.author.id != message.author.id and (bots or not one.author.bot):
            return True
    return False


def place_language(message: discord.Message) -> Language:
    """Return the language of the server in which a message was written."""
    return supported_language(message.guild.preferred_locale.value if message.guild else None)


def _was_just_edited(message: discord.Message) -> bool:
    """Return whether a person changed the text; pins and link previews keep the time of the last edit."""
    edited = message.edited_at
    return edited is not None and discord.utils.utcnow() - edited < timedelta(seconds=EDITABLE)
