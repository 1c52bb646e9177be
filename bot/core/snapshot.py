"""Immutable knowledge with its index; the unit that is swapped on reload."""

from dataclasses import dataclass

from bot.core.index import Index
from bot.core.meaning import Vectors
from bot.core.model import Knowledge


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a question is answered from, from beginning to end."""

    knowledge: Knowledge
    index: Index
    revision: str
    vectors: Vectors | None = None
    """None while the encoder loads or when it is off."""
