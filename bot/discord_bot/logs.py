"""The log: one line per event on standard error, without secrets and without what members wrote."""

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
"""The tokens of interactions, with which anybody can answer for 15 minutes."""
_SAFE_ERRORS = (discord.HTTPException, discord.ConnectionClosed, discord.GatewayNotFound, OSError, BotError)
"""Errors whose text comes from Discord or the system; that of any other may quote what a member wrote."""
_MAX_FRAMES = 4


def set_up(level: str, secrets: Collection[str], stream: TextIO | None = None) -> None:
    """Send the log to `stream` (default: standard error) without `secrets`; libraries log only warnings."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(OneLineFormatter(secrets))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot joins no voice channel
    logging.getLogger("discord.app_commands.tree").setLevel(logging.CRITICAL)  # it writes out ids of members
    for noisy in ("discord", "asyncio"):  # at DEBUG discord.py writes out whole messages of members
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


class OneLineFormatter(logging.Formatter):
    """Formats any event as one line."""

    def __init__(self, secrets: Collection[str] = ()) -> None:
        """Replace `secrets` in every line."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secrets = tuple(filter(None, secrets))

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; an error is described briefly, never as a traceback."""
        line = super().format(
            logging.makeLogRecord({**record.__dict__, "exc_info": None, "exc_text": None, "stack_info": None})
        )
        if record.exc_info and record.exc_info[1] is not None:
            line += f" [{describe(record.exc_info[1])}]"
        for secret in self._secrets:
            line = line.replace(secret, _HIDDEN)
        line = _TOKENS_IN_ADDRESSES.sub(rf"\g<1>{_HIDDEN}", line)
        return "".join(c if c.isprintable() else " " for c in line)


def describe(error: BaseException) -> str:
    """Return an error's type, where it was raised and, if it is safe, its text."""
    cause = getattr(error, "original", error)  # discord.py wraps what a command raised
    text = f": {cause}" if isinstance(cause, _SAFE_ERRORS) else ""
    frames = traceback.extract_tb(cause.__traceback__)[-_MAX_FRAMES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(cause).__name__}{text}" + (f" at {places}" if places else "")
