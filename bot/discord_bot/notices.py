"""Telling members who asked for it, once and alone, that their question has an answer by now."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeAlias

import discord

from bot.core.matching import Question
from bot.discord_bot.limits import Clock
from bot.discord_bot.rest import is_passing, is_refusal
from bot.errors import StoreError
from bot.service.answering import Answer
from bot.service.editing import decided_of
from bot.service.ports import NoticeStore
from bot.service.records import Notice, NoticeOutcome, UnansweredQuestion

log = logging.getLogger(__name__)

Ask: TypeAlias = Callable[[Question], Awaitable[Answer | None]]
"""Answers a question off the event loop; None if too many wait."""
Tell: TypeAlias = Callable[[Notice, Answer], Awaitable[None]]
"""Replies to the message of a notice; raises Discord's error or the network's."""
ArticleOf: TypeAlias = Callable[[Notice], Awaitable[str | None]]
"""Returns the slug of the article that questions where a message stands are about; raises as `Tell` does."""
AGAIN: Final = 60.0
"""Seconds after which what could not be told is tried again."""


class Notices:
    """Keeps who wants to be told, and tells them when the facts have changed."""

    def __init__(
        self,
        store: NoticeStore,
        ask: Ask,
        revision: Callable[[], str],
        article_of: ArticleOf,
        clock: Clock = time.time,
    ) -> None:
        """Keep notices in `store`; `ask` answers their questions from the facts of the current `revision`.

        `clock` returns the Unix time.
        """
        self._store = store
        self._ask = ask
        self._revision = revision
        self._article_of = article_of
        self._clock = clock
        self._unanswered: dict[int, tuple[str, str | None]] = {}
        """The revision and the channel's article with which a notice's question last had no answer, by its id."""
        self._changed = asyncio.Event()

    async def toggle(self, question: UnansweredQuestion, channel: int, message: int) -> NoticeOutcome:
        """Let the asker of a question be told in reply to their `message`, or no more; raise StoreError."""
        now = int(self._clock())
        notice = Notice(question.server, channel, message, question.text, question.language, now)
        outcome = await self._store.toggle_notice(notice, question.person)
        self.check()  # the facts may have changed since the question was answered
        return outcome

    def check(self) -> None:
        """Ask the questions that wait again, in the background, where there may be an answer now."""
        self._changed.set()

    async def telling(self, tell: Tell) -> None:
        """Tell with `tell` whose question has an answer, after each `check`, until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            try:
                is_done = await self._tell_all(tell)
            except StoreError as error:
                log.warning("nobody can be told of new answers now: %s", error)
                is_done = False
            if not is_done:
                with suppress(TimeoutError):
                    async with asyncio.timeout(AGAIN):
                        await self._changed.wait()
                self._changed.set()

    async def _tell_all(self, tell: Tell) -> bool:
        """Tell everybody whose question is answered by a fact; return whether none is left to be told later."""
        is_done, pending = True, await self._store.notices()
        known = ((one.id, self._unanswered.get(one.id)) for one in pending)
        self._unanswered = {number: last for number, last in known if last}
        for notice in pending:
            try:
                place = await self._article_of(notice)
            except Exception as error:
                if not is_passing(error):
                    raise
                is_done = False
                continue
            if self._unanswered.get(notice.id) == (self._revision(), place):
                continue
            answer = await self._ask(Question(notice.text, notice.language, place=place))
            if answer is None:
                is_done = False
            elif _is_settled(answer):
                is_done = await self._deliver(notice, answer, tell) and is_done
            else:
                self._unanswered[notice.id] = answer.snapshot.revision, place
        return is_done

    async def _deliver(self, notice: Notice, answer: Answer, tell: Tell) -> bool:
        """Tell one person, if no other process does; return False if it has to be tried again.

        A process that ends between the claim and the reply tells nobody: never rather than twice.
        """
        if not await self._store.claim_notice(notice.id, int(self._clock())):
            return True
        try:
            await tell(notice, answer)
        except Exception as error:
            if is_passing(error):
                await self._store.release_notice(notice.id)
                return False
            if not is_refusal(error):
                log.exception("somebody could not be told of an answer")
            else:
                log.info("somebody could not be told of an answer: status %d, code %d", error.status, error.code)
        await self._store.drop_notice(notice.id)
        return True


def _is_settled(answer: Answer) -> bool:
    """Return whether a fact answers a question, or an editor wrote down meanwhile that the article does not."""
    return decided_of(answer).outcome in {"answered", "gap"}


def can_reply_later(message: discord.Message) -> bool:
    """Return whether the bot may read and write where a message of a server stands, so that it can reply to it."""
    guild, channel = message.guild, message.channel
    if guild is None or guild.me is None or isinstance(channel, discord.DMChannel | discord.GroupChannel):
        return False
    if isinstance(channel, discord.Thread) and channel.parent is None:  # the permissions are its parent's
        return False
    if isinstance(channel, discord.PartialMessageable):
        return False
    return may_reply(channel.permissions_for(guild.me), in_thread=isinstance(channel, discord.Thread))


def may_reply(permissions: discord.Permissions, *, in_thread: bool) -> bool:
    """Return whether these permissions suffice for a reply."""
    writes = permissions.send_messages_in_threads if in_thread else permissions.send_messages
    return permissions.view_channel and permissions.read_message_history and writes
