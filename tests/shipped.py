"""The shipped article, read and indexed once for all tests of a process, without the encoder."""

from functools import cache

from bot.app import read, shipped_knowledge
from bot.core.model import Knowledge
from bot.core.snapshot import Snapshot
from bot.service.library import Library, build_snapshot


@cache
def shipped() -> Knowledge:
    """Return the shipped knowledge."""
    return _revision()[0]


@cache
def shipped_snapshot() -> Snapshot:
    """Return it indexed."""
    return build_snapshot(*_revision())


def shipped_library() -> Library:
    """Return a library that answers from it as the bot does, and reads nothing when it reloads."""
    return Library(_revision, None, restored=shipped_snapshot())


@cache
def _revision() -> tuple[Knowledge, str]:
    return read(shipped_knowledge())
