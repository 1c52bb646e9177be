"""How fast the list of unanswered questions is: `python tests/storage/many_questions.py` fills both databases.

20,000 groups with a million questions, in SQLite and in PostgreSQL (`TEST_POSTGRES_URL`). It exits with 1 if a page of
the list takes more than a second.
"""

import asyncio
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

sys.path.insert(0, str(Path(__file__).parents[2]))
from bot.service.records import Editors, UnansweredQuestion
from bot.storage.store import DatabaseStore
from bot.storage.tables import GROUPS, QUESTIONS
from tests.storage.databases import KINDS, database_at, database_url, store_at

SERVER, OTHER_SERVER, ARTICLE = 42, 43, "art"
NOW: Final = 1_800_000_000
_FIRST: Final = 1_000_000
"""Id of the first group, far above those that the database gives."""
_AT_ONCE: Final = 20_000
_LIMIT: Final = 1.0
"""Seconds."""


async def fill(connection: AsyncConnection, groups: int, questions: int) -> None:
    """Store groups: most of one server, some of another and of direct messages; half the facts are not known."""
    servers = [(SERVER, SERVER, SERVER, OTHER_SERVER, 0)[number % 5] for number in range(groups)]
    counts = [questions * 2 * (number + 1) // (groups * (groups + 1)) + 1 for number in range(groups)]
    rows = [
        {
            "id": _FIRST + number,
            "server": servers[number],
            "article": ARTICLE,
            "fact": f"fact-{number % 40}" if number % 2 else "",
            "key": f"key{number}",
            "asked": counts[number],
            "askers": 1 + number % 3,
            "last_asked": NOW - number,
        }
        for number in range(groups)
    ]
    for start in range(0, len(rows), _AT_ONCE):
        await connection.execute(insert(GROUPS), rows[start : start + _AT_ONCE])
    asked = [
        {
            "group_id": _FIRST + number,
            "text": f"what is the number {number} of this list?",
            "language": "en",
            "decision": "unanswered",
            "private": servers[number] == 0 or number % 7 == 0,
            "asker": None,
            "asked_at": NOW - number,
        }
        for number, count in enumerate(counts)
        for _ in range(count)
    ]
    for start in range(0, len(asked), _AT_ONCE):
        await connection.execute(insert(QUESTIONS), asked[start : start + _AT_ONCE])


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    """Return the longest of three runs."""
    found = []
    for _ in range(3):
        began = time.perf_counter()
        await work()
        found.append(time.perf_counter() - began)
    return max(found)


async def measure(store: DatabaseStore) -> Mapping[str, float]:
    """Return the seconds that each use of the store takes."""
    editors, new = Editors(SERVER), iter(range(1_000))

    def question() -> UnansweredQuestion:
        text = f"a new question {next(new)}"
        return UnansweredQuestion(text, "en", "unanswered", ARTICLE, "", 7, SERVER, private=False, asked_at=NOW)

    store.group_by(lambda _, __, ___: None)
    return {
        "first page": await _seconds(lambda: store.groups(3, editors)),
        "first page of an article": await _seconds(lambda: store.groups(3, Editors(SERVER, ARTICLE))),
        "page 1,000": await _seconds(lambda: store.groups(3, editors, 2_000)),
        "questions compared by an edit": await _seconds(lambda: store.groups(100, editors)),
        "one group": await _seconds(lambda: store.group(_FIRST + 1_000, editors)),
        "all, on the command line": await _seconds(lambda: store.groups(100)),
        "a new question in its group": await _seconds(lambda: store.add([question()])),
    }


async def measured(kind: str, folder: Path, groups: int, questions: int) -> Mapping[str, float]:
    """Fill an empty database of this kind; return what `measure` does."""
    async with database_url(kind, folder) as url:
        store, database = store_at(url), database_at(url)
        try:
            await store.upgrade()
            async with database.engine.begin() as connection:
                await fill(connection, groups, questions)
                if kind == "postgresql":
                    await connection.exec_driver_sql("ANALYZE")
            return await measure(store)
        finally:
            await store.close()
            await database.engine.dispose()


def main() -> int:
    """Print what each use takes; return the exit code."""
    slowest = 0.0
    for kind in KINDS:
        with tempfile.TemporaryDirectory() as folder:
            found = asyncio.run(measured(kind, Path(folder), 20_000, 1_000_000))
        for name, seconds in found.items():
            sys.stdout.write(f"{kind:<10} {name:<30} {1000 * seconds:>7.1f} ms\n")
        slowest = max(slowest, *found.values())
    return int(slowest > _LIMIT)


if __name__ == "__main__":
    sys.exit(main())
