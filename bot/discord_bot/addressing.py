"""Which messages are addressed to the bot, and how: by what they mention or answer, or by where they stand."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

import discord

from bot.core.asking import asks_something
from bot.core.text import is_blank, normalise, squeeze
from bot.discord_bot.context import role_of, without_mention, written_text
from bot.discord_bot.measures import Way

Addressing: TypeAlias = Literal["question", "greeting", "silent reply", "role", "follow-up", "overheard"]
"""A `follow-up` needs no mention where it stands; what is `overheard` may be said to anybody."""
Place: TypeAlias = Literal["channel", "post", "thread"]
"""Where nobody has to mention the bot: a text channel for questions, a post in a forum for questions, and a thread
that the bot opened in such a channel."""
_ORDINARY: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})
_WAYS: Final[dict[Place, Way]] = {"channel": "ask_channel", "post": "ask_post", "thread": "ask_thread"}


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
    place: Place | None = None
    is_first: bool = False
    """Whether it is the first message of a post; `text` then begins with the title."""
    parts: tuple[str, ...] = ()
    """The text and the title of a first message that has both."""
    by_author: bool = False
    """Whether the author of the post wrote it."""
    to_others: bool = False
    """Whether it mentions or answers other people."""

    @property
    def is_called(self) -> bool:
        """Return whether the message itself is for the bot, wherever it stands."""
        return self.direct or self.mentioned or self.replies_to_bot or self.role_mentioned


def addressing(incoming: Incoming) -> Addressing | None:
    """Return how a message addresses the bot; None if it does not.

    A reply to the bot without a ping and a mention of its role arrive empty (unless the Message Content intent is on).
    """
    if not incoming.from_person:
        return None
    if not incoming.is_called:
        return _uncalled(incoming) if incoming.text else None
    if incoming.text:
        return "question"
    if incoming.direct or incoming.mentioned:
        return "greeting"
    return "silent reply" if incoming.replies_to_bot else "role"


def _uncalled(incoming: Incoming) -> Addressing | None:
    """Return how a message with a text addresses the bot by the place in which it stands."""
    if incoming.is_first:
        return "question"
    if incoming.to_others:
        return None
    match incoming.place:
        case "channel":
            return "overheard" if asks_something(incoming.text) else None
        case "post":
            return "follow-up" if incoming.by_author else None
        case "thread":
            return "follow-up"
        case None:
            return None


def way_of(incoming: Incoming) -> Way:
    """Return how a message that addresses the bot does so."""
    if not incoming.is_called and incoming.place:
        return _WAYS[incoming.place]
    return "dm" if incoming.direct else "reply" if incoming.replies_to_bot else "mention"


def incoming_of(
    message: discord.Message, bot_id: int, ask_channels: Collection[int] = (), silent: Collection[int] = ()
) -> Incoming:
    """Reduce a message to what decides how it addresses the bot; in `ask_channels` it need not be mentioned.

    Threads in `silent` are excepted.
    """
    answered = message.reference.resolved if message.reference else None
    role = role_of(message, bot_id)
    text = _shown(without_mention(written_text(message), bot_id, role))
    place, channel = _place_of(message, bot_id, ask_channels, silent), message.channel
    is_first = place == "post" and message.id == channel.id
    title = channel.name if is_first and isinstance(channel, discord.Thread) else ""
    parts = tuple(part for part in (text, title) if part)
    if len(parts) > 1 and comparable(text) == comparable(title):
        parts = (text,)
    return Incoming(
        from_person=not message.author.bot and message.webhook_id is None and message.type in _ORDINARY,
        direct=isinstance(channel, discord.DMChannel),
        mentioned=any(user.id == bot_id for user in message.mentions) or bool(role and message.content),
        replies_to_bot=isinstance(answered, discord.Message) and answered.author.id == bot_id,
        text="\n".join(reversed(parts)),
        role_mentioned=bool(role),
        place=place,
        is_first=is_first,
        parts=parts if len(parts) > 1 else (),
        by_author=isinstance(channel, discord.Thread) and channel.owner_id == message.author.id,
        to_others=_is_to_others(message, bot_id, role),
    )


def _shown(text: str) -> str:
    return "" if is_blank(text) else text


def _place_of(
    message: discord.Message, bot_id: int, ask_channels: Collection[int], silent: Collection[int]
) -> Place | None:
    """Return in which place for questions a message stands; that the bot opened a thread is known from its owner.

    A thread or post that is itself among them is like a channel: there is no question that all talk in it is about.
    """
    channel = message.channel
    if not isinstance(channel, discord.Thread):
        is_text = isinstance(channel, discord.TextChannel)
        return "channel" if is_text and channel.id in ask_channels else None
    if channel.id in ask_channels:
        return "channel"
    if channel.parent_id not in ask_channels or channel.id in silent:
        return None
    if isinstance(channel.parent, discord.ForumChannel):
        return "post"
    return "thread" if channel.owner_id == bot_id else None


def _is_to_others(message: discord.Message, bot_id: int, role: int) -> bool:
    """Return whether a message mentions or answers anybody but its author and the bot."""
    known = {bot_id, message.author.id}
    if message.mention_everyone or any(one.id != role for one in message.role_mentions):
        return True
    if any(user.id not in known for user in message.mentions):
        return True
    if message.type is not discord.MessageType.reply:
        return False
    answered = message.reference.resolved if message.reference else None
    return not isinstance(answered, discord.Message) or answered.author.id not in known


def comparable(text: str) -> str:
    """Return the letters and digits of a text, by which two questions are the same."""
    return squeeze(normalise(text))
