"""Whether a message concerns the bot, and what it asks; nothing here knows discord.py."""

import re
from dataclasses import dataclass
from typing import Literal

Concern = Literal["question", "greeting", "silent reply"]


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


def without_mention(text: str, bot: int) -> str:
    """Return `text` without the mentions of the user `bot`."""
    return re.sub(rf"\s*<@!?{bot}>\s*", " ", text).strip()
