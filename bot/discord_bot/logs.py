"""The log: one line per event on standard error, without secrets and without what members wrote."""

import json
import logging
import re
import secrets
import sys
import traceback
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TextIO

import discord

from bot.errors import BotError

_HIDDEN = "[hidden]"
_TOKENS_IN_ADDRESSES = re.compile(r"(/(?:interactions|webhooks)/\d+/)[^/\s?]+")
"""The tokens of interactions, with which anybody can answer for 15 minutes."""
_IDS_IN_ADDRESSES = re.compile(r"(?<=/)\d{15,20}(?![\d.])")
"""Of people, channels and messages, which discord.py names in its warnings."""
_SAFE_ERRORS = (discord.HTTPException, discord.ConnectionClosed, discord.GatewayNotFound, OSError, BotError)
"""Errors whose text comes from Discord or the system; that of any other may quote what a member wrote."""
_MAX_FRAMES = 4


_reference: ContextVar[str | None] = ContextVar("reference", default=None)


@contextmanager
def referenced() -> Iterator[str]:
    """Give all events of the block the same short reference, that of the block around it if it has one."""
    reference = _reference.get() or secrets.token_hex(3)
    token = _reference.set(reference)
    try:
        yield reference
    finally:
        _reference.reset(token)


class ReferenceFilter(logging.Filter):
    """Adds the reference of the question at hand to every record, None if there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Add the attribute `reference`."""
        record.reference = _reference.get()
        return True


def set_up(
    level: str, hidden: Collection[str], stream: TextIO | None = None, form: Literal["text", "json"] = "text"
) -> None:
    """Send the log to `stream` (default: standard error) without the texts in `hidden`; libraries log only warnings."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(ReferenceFilter())
    handler.setFormatter(JsonFormatter(hidden) if form == "json" else OneLineFormatter(hidden))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot joins no voice channel
    logging.getLogger("discord.app_commands.tree").setLevel(logging.CRITICAL)  # it writes out ids of members
    for noisy in ("discord", "asyncio", "aiosqlite", "sqlalchemy"):  # at DEBUG they write out what members wrote
        logging.getLogger(noisy).setLevel(max(logging.WARNING, root.level))


class CleanFormatter(logging.Formatter):
    """Hides secrets, in addresses also tokens of interactions and ids, and control characters."""

    def __init__(self, hidden: Collection[str] = ()) -> None:
        """Replace the texts in `hidden` wherever they occur."""
        super().__init__()
        self._hidden = tuple(filter(None, hidden))

    def clean(self, text: str) -> str:
        """Return `text` as one line without what is hidden."""
        for secret in self._hidden:
            text = text.replace(secret, _HIDDEN)
        text = _IDS_IN_ADDRESSES.sub("[id]", _TOKENS_IN_ADDRESSES.sub(rf"\g<1>{_HIDDEN}", text))
        return "".join(c if c.isprintable() else " " for c in text)


class OneLineFormatter(CleanFormatter):
    """Formats any event as one line to read."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; an error is described briefly, never as a traceback."""
        error, reference = _error_of(record), getattr(record, "reference", None)
        line = f"{self.formatTime(record)} {record.levelname} {record.name}: {record.getMessage()}"
        line += f" [{error}]" if error else ""
        return self.clean(line + (f" (reference {reference})" if reference and reference not in line else ""))


class JsonFormatter(CleanFormatter):
    """Formats any event as a JSON object on one line, with the same keys always."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as ASCII, which any terminal and any file takes."""
        error = _error_of(record)
        return json.dumps(
            {
                "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
                "level": record.levelname.lower(),
                "logger": record.name,
                "message": self.clean(record.getMessage()),
                "reference": getattr(record, "reference", None),
                "exception": self.clean(error) if error else None,
            }
        )


def _error_of(record: logging.LogRecord) -> str | None:
    return describe(record.exc_info[1]) if record.exc_info and record.exc_info[1] is not None else None


def describe(error: BaseException) -> str:
    """Return an error's type, where it was raised and, if it is safe, its text."""
    cause = getattr(error, "original", error)  # discord.py wraps what a command raised
    text = f": {cause}" if isinstance(cause, _SAFE_ERRORS) else ""
    frames = traceback.extract_tb(cause.__traceback__)[-_MAX_FRAMES:]
    places = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(cause).__name__}{text}" + (f" at {places}" if places else "")
