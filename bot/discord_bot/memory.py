"""Memory of recent messages, never on disk: answers that may be linked or edited, and the context of follow-ups."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from cachetools import LRUCache, TTLCache

from bot.core.dialogue import Context
from bot.core.model import Language
from bot.discord_bot.limits import Clock
from bot.service.records import UnansweredQuestion

REPEATED: Final = 60.0
"""Seconds in which the same question in the same channel gets a link to the answer."""
EDITABLE: Final = 120.0
"""Seconds in which an edit of a question changes its answer."""
FOLLOWED: Final = 300.0
"""Seconds in which a person's next question in the channel may be a follow-up."""
_MAX_MESSAGES = 2_000
_MAX_CONVERSATIONS = 1_000
_MAX_DELETED = 10_000


@dataclass(slots=True)
class Exchange:
    """A question and the messages that answer it."""

    channel: int
    previous: Context | None = None
    """Context of the answer before the question, if any."""
    question: str = ""
    """The question that `replies` answer, squeezed for comparison."""
    newest: str = ""
    """The question as it was last edited, squeezed; an answer to it may still be on its way."""
    is_answer: bool = False
    """Whether the replies are an answer from the article: no small talk, no refusal."""
    is_overheard: bool = False
    """Whether nobody addressed the bot, which then has no replies unless it has something to say."""
    article: str | None = None
    """Slug of the article that questions in the channel are about, if there is one."""
    in_thread: bool = False
    """Whether a thread is opened for the answer."""
    needs_context: bool = False
    """Whether `previous` decides what the question means; the answer is then not linked for other people."""
    context: Context | None = None
    """Context of the answer, for a follow-up."""
    replies: list[Any] = field(default_factory=list)
    """The bot's messages, in the type of the Discord library."""
    unanswered: UnansweredQuestion | None = None
    """What to store of the question once it was replied to, if it has no answer."""
    asked: str = ""
    """The question as it may be stored if its answer is no good; "" if nobody asked the bot."""
    is_deleted: bool = False
    """Whether the question was deleted, perhaps before the answer was sent."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Exchanges:
    """Recent exchanges, by the id of the question's message and by channel and question."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self._by_message: LRUCache[int, Exchange] = LRUCache(_MAX_MESSAGES)
        self._editable: TTLCache[int, Exchange] = TTLCache(_MAX_MESSAGES, EDITABLE, clock)
        self._by_question: TTLCache[tuple[int, str], Exchange] = TTLCache(_MAX_MESSAGES, REPEATED, clock)
        self._deleted: TTLCache[int, bool] = TTLCache(_MAX_DELETED, REPEATED, clock)

    def add(self, message: int, exchange: Exchange) -> None:
        """Remember the exchange that `message` begins."""
        self._by_message[message] = self._editable[message] = exchange

    def of_message(self, message: int) -> Exchange | None:
        """Return the exchange that `message` began."""
        return self._by_message.get(message)

    def editable(self, message: int) -> Exchange | None:
        """Return the exchange that `message` began, if an edit still changes the answer."""
        exchange = self._editable.get(message)
        return None if exchange is None or exchange.is_deleted else exchange

    def allow_links(self, exchange: Exchange) -> None:
        """Let `find` return an exchange that has been answered, unless the question needs context."""
        if exchange.is_answer and exchange.question and not exchange.needs_context:
            self._by_question[exchange.channel, exchange.question] = exchange

    def find(self, channel: int, question: str) -> Exchange | None:
        """Return the exchange with the same question, if its answer is recent and still there."""
        found = self._by_question.get((channel, question))
        if found is None or not found.replies or found.is_deleted or found.question != question:
            return None
        return None if any(message.id in self._deleted for message in found.replies) else found

    def note_deletion(self, message: int) -> None:
        """Note that a message of anybody was deleted, so that no link leads to it."""
        self._deleted[message] = True


@dataclass(frozen=True, slots=True)
class AskedQuestion:
    """A question as it may be stored if its answer turns out to be no good."""

    text: str
    """As `unanswered.asked_text` returns it."""
    private: bool
    """Whether only the asker could read it and its reply."""


class AskedQuestions:
    """Recent questions to the bot, by what their reply is known by: its message, or the command that it answers."""

    def __init__(self) -> None:
        """Start empty."""
        self._by_reply: LRUCache[int, AskedQuestion] = LRUCache(_MAX_MESSAGES)

    def remember(self, reply: int, question: AskedQuestion) -> None:
        """Remember the question of a reply."""
        self._by_reply[reply] = question

    def of(self, *replies: int) -> AskedQuestion | None:
        """Return the question of the first of these replies that is known."""
        return next((self._by_reply[one] for one in replies if one in self._by_reply), None)

    def forget(self, reply: int) -> None:
        """Forget the question of a reply, as it was deleted."""
        self._by_reply.pop(reply, None)


class OpenQuestions:
    """Recent questions without an answer, by what the reply is known by: its message, or the command it answers."""

    def __init__(self) -> None:
        """Start empty."""
        self._by_reply: LRUCache[int, UnansweredQuestion] = LRUCache(_MAX_MESSAGES)
        self._turned_down: LRUCache[int, bool] = LRUCache(_MAX_MESSAGES)

    def note(self, replies: Iterable[int], question: UnansweredQuestion | None) -> None:
        """Remember the question to which these are the replies; None if it has an answer by now."""
        for reply in replies:
            self._by_reply.pop(reply, None)
            if question is not None:
                self._by_reply[reply] = question

    def of(self, reply: int) -> UnansweredQuestion | None:
        """Return the question without an answer to which this is the reply, if it is known."""
        return self._by_reply.get(reply)

    def forget(self, person: int) -> None:
        """Forget the questions of a person."""
        for reply in [reply for reply, question in self._by_reply.items() if question.person == person]:
            del self._by_reply[reply]

    def turn_down(self, message: int) -> bool:
        """Return whether the closest answer in a message is turned down for the first time."""
        if message in self._turned_down:
            return False
        self._turned_down[message] = True
        return True


class Posts:
    """In which posts of a forum another person than their author has written."""

    def __init__(self) -> None:
        """Start empty."""
        self._taken: LRUCache[int, bool] = LRUCache(_MAX_MESSAGES)

    def note(self, post: int, *, taken: bool) -> None:
        """Note a message of the author or, if `taken`, of another person."""
        self._taken[post] = taken or self._taken.get(post, False)

    def is_taken(self, post: int) -> bool | None:
        """Return whether another person has written in a post; None if that is not known."""
        return self._taken.get(post)


class Languages:
    """The language that each person last used, for messages without words."""

    def __init__(self) -> None:
        """Start empty."""
        self._by_person: LRUCache[int, Language] = LRUCache(_MAX_MESSAGES)

    def remember(self, person: int, language: Language) -> None:
        """Remember the language of a person's client or question."""
        self._by_person[person] = language

    def of(self, person: int) -> Language | None:
        """Return the language that a person last used, if known."""
        return self._by_person.get(person)

    def forget(self, person: int) -> None:
        """Forget which language a person used."""
        self._by_person.pop(person, None)


class Conversations:
    """The context of each person's last answer in a channel, and of each of the bot's messages."""

    def __init__(self, clock: Clock) -> None:
        """Start empty."""
        self._by_person: TTLCache[tuple[int, int, bool], Context] = TTLCache(_MAX_CONVERSATIONS, FOLLOWED, clock)
        self._by_message: LRUCache[int, Context] = LRUCache(_MAX_MESSAGES)

    def remember(self, person: int, channel: int, context: Context | None, *, private: bool = False) -> None:
        """Remember the context of a person's last answer, if it has one; a private one only for private follow-ups."""
        if context:
            self._by_person.update({(person, channel, visibility): context for visibility in (True, private)})

    def remember_messages(self, messages: Iterable[int], context: Context | None) -> None:
        """Remember the context of the bot's `messages`, if they have one."""
        if context:
            self._by_message.update(dict.fromkeys(messages, context))

    def forget(self, person: int) -> None:
        """Forget a person's last answers in all channels."""
        for key in [key for key in self._by_person if key[0] == person]:
            self._by_person.pop(key, None)

    def last(self, person: int, channel: int, *, private: bool = False) -> Context | None:
        """Return the context of the person's last answer in the channel."""
        return self._by_person.get((person, channel, private))

    def of_message(self, message: int) -> Context | None:
        """Return the context of one of the bot's messages."""
        return self._by_message.get(message)
