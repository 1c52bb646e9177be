"""Protocols of what the use cases need from other packages."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bot.core.model import Knowledge
from bot.service.records import (
    ActiveRevision,
    Bundle,
    ChannelSetting,
    Editors,
    Figures,
    GroupState,
    LoadedRevision,
    Notice,
    NoticeOutcome,
    Period,
    QuestionGroup,
    Record,
    StoreStatus,
)


class Encoder(Protocol):
    """Turns sentences of any language into unit vectors; similar meanings have a high cosine similarity."""

    @property
    def name(self) -> str:
        """Name and version; vectors of different names are never compared or shared."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions); texts are normalised and capped."""


class FactFiles(Protocol):
    """Reads facts from their files; what was read last makes reading quick where most of it is the same."""

    def bundle_of(self, revision: str) -> Bundle | None:
        """Return the files that were read last, if their revision is this one and they are not forgotten."""

    def forget(self) -> None:
        """Keep the content of the files that were read last no longer."""

    def read_bundle(self, bundle: Bundle, revision: str) -> tuple[Knowledge, str]:
        """Return the knowledge of a bundle as if it had been read, and its revision; raise KnowledgeError."""

    def look_into(self, bundle: Bundle) -> Knowledge:
        """Return the knowledge of a bundle, which does not count as read; raise KnowledgeError."""


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


Topic: TypeAlias = Literal["revision", "settings", "leader"]
"""What every process hears of when it changes: the active revision, settings of servers, and that it leads now."""


class Processes(Protocol):
    """What the processes that share a database tell each other."""

    @property
    def is_leader(self) -> bool:
        """Whether this process does what must happen once: one of those that run leads, and if it ends another one."""

    async def listen(self, changed: Callable[[Topic], object]) -> None:
        """Call `changed` with each topic that changes, and with `leader` when this becomes the leader; never return.

        The first look reports every topic that ever changed. While the database is away nobody leads.
        """

    def turn(self, number: int, after: Callable[[], Awaitable[object]]) -> AbstractAsyncContextManager[bool]:
        """Run a block while no other process is in the turn with this number, which ends when `after` returns.

        `after` is called after the block, which does not wait for it. Without the database nobody waits, and the block
        gets False.
        """


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


class RevisionStore(Protocol):
    """Keeps the revisions that were loaded, with their files; every method raises StoreError."""

    async def active(self) -> ActiveRevision | None:
        """Return the revision that is answered from, None if none was loaded yet."""

    async def publish(self, loaded: LoadedRevision, seen: str | None, *, pinned: bool = False) -> None:
        """Store a revision and make it the active one; StaleError unless that is `seen` until now, None for none."""

    async def bundle(self, revision: str) -> Bundle | None:
        """Return the files of a revision, None if they are not kept."""

    async def revisions(self, most: int, skip: int = 0) -> Sequence[LoadedRevision]:
        """Return the revisions in the order in which they were loaded, the latest first, at most `most` after `skip`.

        Their files are not among what is returned.
        """

    async def revisions_like(self, prefix: str, most: int) -> Sequence[LoadedRevision]:
        """Return each revision that begins with `prefix` as it was loaded last, if its files are kept, latest first."""


class ChannelStore(Protocol):
    """Keeps what was set for channels; every method raises StoreError."""

    async def channel_settings(self) -> Sequence[ChannelSetting]:
        """Return what was set for channels of all servers."""

    async def set_channel(self, setting: ChannelSetting) -> None:
        """Store what was set for a channel in place of what was; nothing if it says nothing."""


class RecordStore(ChannelStore, Protocol):
    """Takes records in the background; every method raises StoreError."""

    async def upgrade(self) -> int:
        """Create the database or bring it up to date; return its version. Several processes may do so at once."""

    async def add(self, records: Sequence[Record]) -> None:
        """Store all of `records` or, if it raises, none."""

    async def purge(self, now: int, *, everything: bool = False) -> int:
        """Delete the questions that are too old at the Unix time `now`, or all of them; return how many.

        So it does with counts, votes and notices. It also erases what tells askers apart, after a day.
        """

    async def forget_person(self, person: int, now: int) -> int:
        """Delete what can be told to be a person's at the Unix time `now`; return how many things that were.

        These are the votes, the notices and the questions of the last day; who asked the older ones is not known.
        """

    async def close(self) -> None:
        """Close all connections."""


class Store(RecordStore, NoticeStore, RevisionStore, Protocol):
    """Keeps what outlives the process; every method raises StoreError if the database can't be used."""

    @property
    def processes(self) -> Processes | None:
        """The other processes that share the database, None if it is this one's own."""

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

    async def figures(self, period: Period, most: int) -> Figures:
        """Return the figures of a period with at most `most` facts in each list; all are 0 without a database."""

    async def status(self) -> StoreStatus:
        """Return the state of the store."""

    async def check(self) -> None:
        """Raise StoreError if nothing could be written now; change nothing."""

    def rows(self) -> AsyncGenerator[tuple[str, Mapping[str, object]]]:
        """Yield the name of the table and the values of each row that is kept, without what tells askers apart."""
