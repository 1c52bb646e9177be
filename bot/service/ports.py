"""Protocols of what the use cases need from other packages."""

from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.core.model import Knowledge
from bot.service.records import Editors, GroupState, Notice, NoticeOutcome, QuestionGroup, Record, StoreStatus


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


MostAlike: TypeAlias = Callable[[str, str, Sequence[str]], int | None]
"""Takes an article, a question and others; returns the position of the one that asks the same, None if none does."""


class NoticeStore(Protocol):
    """Keeps who wants to be told once a question has an answer; every method raises StoreError."""

    async def toggle_notice(self, notice: Notice, person: int) -> NoticeOutcome:
        """Keep a notice for its author `person`, or withdraw it if it is kept already."""

    async def notices(self) -> Sequence[Notice]:
        """Return the notices that nobody has begun to deliver, the oldest first."""

    async def claim_notice(self, number: int, now: int) -> bool:
        """Return whether the caller, and no other process, delivers the notice with this id."""

    async def release_notice(self, number: int) -> None:
        """Let a notice that was claimed be delivered later."""

    async def drop_notice(self, number: int) -> None:
        """Delete a notice that was delivered, or can't be."""


class RecordStore(Protocol):
    """Takes records; every method raises StoreError if the database can't be used."""

    async def upgrade(self) -> int:
        """Create the database or bring it up to date; return its version. Several processes may do so at once."""

    async def add(self, records: Sequence[Record]) -> None:
        """Store all of `records` or, if it raises, none."""

    async def purge(self, now: int, *, everything: bool = False) -> int:
        """Delete the questions that are too old at the Unix time `now`, or all of them; return how many.

        It also deletes notices, and erases what tells askers apart, after a day.
        """

    async def forget_person(self, person: int, now: int) -> int:
        """Delete what can be told to be a person's at the Unix time `now`; return how many things that were.

        These are the questions of the last day; who asked the older ones is not known.
        """

    async def close(self) -> None:
        """Close all connections."""


class Store(RecordStore, NoticeStore, Protocol):
    """Keeps what outlives the process; every method raises StoreError if the database can't be used."""

    def group_by(self, most_alike: MostAlike) -> None:
        """Count questions that are added from now on with those that ask the same; `most_alike` runs in a thread."""

    async def groups(self, most: int, editors: Editors | None = None, skip: int = 0) -> Sequence[QuestionGroup]:
        """Return the open groups of unanswered questions, the most asked first, at most `most` after the first `skip`.

        With `editors`, those that they may see.
        """

    async def group(self, number: int, editors: Editors | None = None) -> QuestionGroup | None:
        """Return the group with this id, None if it is not open, or not for these `editors`."""

    async def close_group(self, number: int, state: GroupState, now: int) -> None:
        """Close the group with this id at the Unix time `now`."""

    async def status(self) -> StoreStatus:
        """Return the state of the store."""

    async def check(self) -> None:
        """Raise StoreError if nothing could be written now; change nothing."""

    def rows(self) -> AsyncGenerator[tuple[str, Mapping[str, object]]]:
        """Yield the name of the table and the values of each row that is kept, without what tells askers apart."""
