"""Protocols of what the use cases need from other packages."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.service.records import QuestionGroup, Record, StoreStatus


class Encoder(Protocol):
    """Turns sentences of any language into unit vectors; similar meanings have a high cosine similarity."""

    @property
    def name(self) -> str:
        """Name and version; vectors of different names are never compared or shared."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions); texts are normalised and capped."""


class Store(Protocol):
    """Keeps what outlives the process; every method raises StoreError if the database can't be used."""

    async def upgrade(self) -> int:
        """Create the database or bring it up to date; return its version. Several processes may do so at once."""

    async def add(self, records: Sequence[Record]) -> None:
        """Store all of `records` or, if it raises, none."""

    async def purge(self, now: int, *, everything: bool = False) -> int:
        """Delete the questions that are too old at the Unix time `now`, or all of them; return how many.

        It also erases what tells askers apart, after a day.
        """

    async def groups(self, most: int) -> Sequence[QuestionGroup]:
        """Return the groups of unanswered questions, the most asked first, at most `most`."""

    async def status(self) -> StoreStatus:
        """Return the state of the store."""

    async def check(self) -> None:
        """Raise StoreError if nothing could be written now; change nothing."""

    def rows(self) -> AsyncGenerator[tuple[str, Mapping[str, object]]]:
        """Yield the name of the table and the values of each row that is kept, without what tells askers apart."""

    async def close(self) -> None:
        """Close all connections."""
