"""The log: one line per event on standard error, without secrets and without members' words."""

import logging
import re
import sys
import traceback
from collections.abc import Collection
from pathlib import Path
from typing import TextIO

import discord

from bot.errors import BotError

_HIDDEN = "[hidden]"
_TOKENS_IN_ADDRESSES = re.compile(r"(/(?:interactions|webhooks)/\d+/)[^/\s?]+")
"""The tokens of interactions, which whoever has them can answer with for 15 minutes."""
_TELLABLE = (discord.HTTPException, discord.ConnectionClosed, discord.GatewayNotFound, OSError, BotError)
"""Errors whose text is Discord's or the system's own; any other may quote what a member wrote."""
_FRAMES = 4


def set_up(level: str, secrets: Collection[str], stream: TextIO | None = None) -> None:
    """Send the log to `stream` (standard error), `secrets` blackened; discord.py speaks only of trouble."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(Lines(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot does not speak
    for noisy in ("discord", "asyncio", "watchfiles"):  # at DEBUG discord.py writes out whole messages of members
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


class Lines(logging.Formatter):
    """One line per event, whatever is in it."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        """Blacken `secrets` wherever they stand."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(filter(None, secrets))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; an error is told in short, never as a traceback."""
        line = super().format(_without_traceback(record))
        if record.exc_info and record.exc_info[1] is not None:
            line += f" [{describe(record.exc_info[1])}]"
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        line = _TOKENS_IN_ADDRESSES.sub(rf"\g<1>{_HIDDEN}", line)
        return "".join(c if c.isprintable() else " " for c in line)


def _without_traceback(record: logging.LogRecord) -> logging.LogRecord:
    plain = logging.makeLogRecord(record.__dict__)
    plain.exc_info = plain.exc_text = plain.stack_info = None
    return plain


def describe(error: BaseException) -> str:
    """Tell an error's type, where it came from and, if it is safe to tell, its text."""
    cause = getattr(error, "original", error)  # discord.py wraps what a command raised
    told = f": {cause}" if isinstance(cause, _TELLABLE) else ""
    frames = traceback.extract_tb(cause.__traceback__)[-_FRAMES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(cause).__name__}{told}" + (f" at {places}" if places else "")
