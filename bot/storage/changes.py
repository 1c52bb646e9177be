"""What processes that share a PostgreSQL tell each other, and which of them does what must happen once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.ports import Topic
from bot.storage.engines import PostgresDatabase, Upsert
from bot.storage.tables import CHANGES

log = logging.getLogger(__name__)

_CHANNEL: Final = "article_answers"
_ONCE: Final = 0x61777273
"""First key of the advisory lock of the leader: `awrs` in ASCII; the second one tells schemas apart."""
_TURNS: Final = 0x61777274
"""First part of the key of the locks of turns: `awrt` in ASCII; schemas and numbers make the second one."""
_TURN: Final = "SELECT pg_advisory_lock($1, hashtext(current_schema() || ' ' || $2::int))"
_LONGEST_TURN: Final = 120.0
"""Seconds after which a process goes on without its turn."""
_LEAD: Final = "SELECT pg_try_advisory_lock($1, hashtext(current_schema()))"
_LATEST: Final = f"SELECT topic, number FROM {CHANGES.name}"  # noqa: S608  no input
_POLL: Final = 1.0
"""Seconds between two looks at what has changed, in case a notice was lost."""
_ANSWER: Final = 3.0
"""Seconds after which a database that does not answer is taken for gone."""
_LONGEST_PAUSE: Final = 5.0
"""Seconds before another attempt to connect; the first pauses are 0.25, 0.5, 1, …"""


async def announce(connection: AsyncConnection, new_change: Upsert, topic: Topic) -> None:
    """Count a change of `topic`, with `new_change` to insert it; the end of the transaction tells all processes."""
    again = new_change.on_conflict_do_update(
        index_elements=[CHANGES.c.topic], set_={"number": CHANGES.c.number + new_change.excluded.number}
    )
    await connection.execute(again, {"topic": topic, "number": 1})
    if connection.dialect.name == "postgresql":
        await connection.execute(select(func.pg_notify(_CHANNEL, topic)))


class Coordination:
    """Hears of changes over a connection of its own, which also holds the lock of the leader."""

    def __init__(self, database: PostgresDatabase) -> None:
        """Connect to `database` when `listen` runs."""
        self._database = database
        self._errors: tuple[type[Exception], ...] = (*database.errors, TimeoutError)
        self._is_leader = False
        self._turns: set[asyncio.Task[None]] = set()
        self._failures = 0
        """Attempts to connect since the connection was lost."""
        self._known: dict[Topic, int] = {}
        """Number of the last change of each topic that was told."""

    @property
    def is_leader(self) -> bool:
        """Return whether this process does what must happen once; another one does when it has lost its connection."""
        return self._is_leader

    async def listen(self, changed: Callable[[Topic], object]) -> None:
        """Call `changed` with each topic that changes, and with `leader` when this becomes the leader; never return.

        The first look reports every topic. While the database is away nobody leads, and it is tried again and again.
        """
        while True:
            try:
                async with asyncio.timeout(_ANSWER):
                    connection = await self._database.connect()
                try:
                    await self._hear(connection, changed)
                finally:
                    self._is_leader = False
                    connection.terminate()
            except self._errors as error:
                self._failures += 1
                if self._failures == 1:
                    log.warning("changes by other processes can't be heard of (%s)", type(error).__name__)
                await asyncio.sleep(min(_LONGEST_PAUSE, 0.125 * 2.0 ** min(self._failures, 9)))

    @asynccontextmanager
    async def turn(self, number: int, after: Callable[[], Awaitable[object]]) -> AsyncIterator[bool]:
        """Run the block while no other process is in the turn with this number, which ends when `after` returns.

        `after` is called after the block, which does not wait for it. Without the database nobody waits, and the block
        gets False.
        """
        connection: Any = None
        has_turn = False
        try:
            async with asyncio.timeout(_LONGEST_TURN):
                connection = await self._database.connect()
                await connection.execute(_TURN, _TURNS, number)
                has_turn = True
        except self._errors as error:
            log.debug("a turn is taken without the others: %s", type(error).__name__)
        try:
            yield has_turn
        finally:
            if connection is not None:
                ending = asyncio.create_task(_end(connection, after))
                self._turns.add(ending)
                ending.add_done_callback(self._turns.discard)

    async def _hear(self, connection: Any, changed: Callable[[Topic], object]) -> None:  # noqa: ANN401  asyncpg's
        """Tell of changes until the connection ends, which raises an error of the driver or TimeoutError."""
        woken = asyncio.Event()
        connection.add_termination_listener(lambda *_: woken.set())
        async with asyncio.timeout(_ANSWER):
            await connection.add_listener(_CHANNEL, lambda *_: woken.set())
        while True:
            woken.clear()
            async with asyncio.timeout(_ANSWER):
                numbers = dict(await connection.fetch(_LATEST))
                leads = self._is_leader or await connection.fetchval(_LEAD, _ONCE)
            if self._failures:
                log.info("changes by other processes are heard of again")
                self._failures = 0
            topics: list[Topic] = [topic for topic in numbers if numbers[topic] != self._known.get(topic)]
            self._known = numbers
            if leads and not self._is_leader:
                self._is_leader = True
                topics.append("leader")
            for topic in topics:
                changed(topic)
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL):
                    await woken.wait()


async def _end(connection: Any, after: Callable[[], Awaitable[object]]) -> None:  # noqa: ANN401  asyncpg's
    """End a turn, whose lock the connection holds, when `after` returns."""
    try:
        await after()
    finally:
        connection.terminate()
