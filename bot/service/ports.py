"""Protocols of what the use cases need from other packages."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bot.core.model import Knowledge
from bot.service.records import Editors, GroupState, QuestionGroup, Record, StoreStatus


class Encoder(Protocol):
    """Turns sentences of any language into unit vectors; similar meanings have a high cosine similarity."""

    @property
    def name(self) -> str:
        """Name and version; vectors of different names are never compared or shared."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions); texts are normalised and capped."""


class Edit(Protocol):
    """Facts as they will be once an edit that was prepared is written."""

    @property
    def knowledge(self) -> Knowledge:
        """The facts with the edit."""

    @property
    def revision(self) -> str:
        """The revision of the facts with the edit."""

    @property
    def seen(self) -> str:
        """The revision of the facts that the edit starts from."""

    @property
    def copied_to(self) -> str:
        """The folder to which the shipped articles are copied for it, "" if the articles are changed in place."""

    def write(self) -> None:
        """Write all of it or nothing; raise StaleError if somebody changed the same files since, KnowledgeError."""


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

    async def groups(self, most: int, editors: Editors | None = None, skip: int = 0) -> Sequence[QuestionGroup]:
        """Return the open groups of unanswered questions, the most asked first, at most `most` after the first `skip`.

        With `editors`, those that they may see.
        """

    async def group(self, number: int, editors: Editors | None = None) -> QuestionGroup | None:
        """Return the group with this id, None if it is not open, or not for these `editors`."""

    async def close_group(self, number: int, state: GroupState, now: int) -> None:
        """Close the group with this id at the Unix time `now`."""

    async def forget_person(self, person: int, now: int) -> int:
        """Delete what can be told to be a person's at the Unix time `now`; return how many things that were.

        These are the questions of the last day; who asked the older ones is not known.
        """

    async def status(self) -> StoreStatus:
        """Return the state of the store."""

    async def check(self) -> None:
        """Raise StoreError if nothing could be written now; change nothing."""

    def rows(self) -> AsyncGenerator[tuple[str, Mapping[str, object]]]:
        """Yield the name of the table and the values of each row that is kept, without what tells askers apart."""

    async def close(self) -> None:
        """Close all connections."""
