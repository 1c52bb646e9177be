"""What the store costs: `python tests/faults/store_cost.py [--rounds 3] [--seconds 30]`.

The bot runs as a process over the loopback Discord, with the shipped knowledge, and 200 members ask; half of their
questions have no answer. Rounds with and without the store take turns, so that a busy machine slows both. With the
store, the median of the reply times may be at most 1.1 times as long, and the process may take at most 25 MB more.
"""

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.app import read
from bot.core.matching import Question
from bot.service.unanswered import unanswered_question
from tests.e2e.watchdog import quantile
from tests.faults.load import PER_MINUTE, Crowd, refusals, samples, served
from tests.faults.promises import Promises
from tests.faults.test_overload import memory
from tests.shipped import shipped, shipped_library

ASKERS = 200
RATE = ASKERS * PER_MINUTE / 60
"""Questions a second."""
SLOWER, LARGER = 1.1, 25.0
"""Most times as long as without the store, and most MB more."""
STORED = 0.4
"""Least share of the questions that is stored: of nearly all that have no answer."""
ARTICLES = Path(__file__).parents[1] / "articles"
HALF = 500
"""Questions of each kind: so many that few are repeated in a channel, where the bot would reply with a link."""


@dataclass
class Side:
    """The figures of the rounds with the store, or of those without."""

    asked: int = 0
    stored: int = 0
    waits: list[float] = field(default_factory=list)
    """Milliseconds from a question to its answer."""
    memory: list[float] = field(default_factory=list)
    """MB at the end of each round."""

    @property
    def median(self) -> float:
        """Return the median wait in milliseconds."""
        return statistics.median(self.waits)

    @property
    def size(self) -> float:
        """Return the median memory in MB."""
        return statistics.median(self.memory)

    def __str__(self) -> str:
        """Return the figures for people."""
        return f"p50 {self.median:.1f} ms, p99 {quantile(self.waits, 0.99):.1f} ms, {self.size:.1f} MB"


def texts() -> list[str]:
    """Return a thousand questions; every other one has no answer, as it is about another article."""
    known, foreign = samples(shipped()), samples(read(ARTICLES)[0])
    unknown = list(islice(filter(is_stored, foreign[:: len(foreign) // (3 * HALF)]), HALF))
    return [text for pair in zip(known[:: len(known) // HALF], unknown, strict=False) for text in pair]


def is_stored(text: str) -> bool:
    """Return whether a question is stored as soon as it is asked."""
    question = unanswered_question(shipped_library().answer(Question(text)), text, person=1)
    return question is not None and question.decision != "turned_down"


def stored(data: Path) -> int:
    """Return how many questions were stored; of those that are asked alike, not every text is kept."""
    with closing(sqlite3.connect(data / "store.db")) as database:
        (number,) = database.execute("SELECT sum(asked) FROM unanswered_group").fetchone()
    return int(number)


async def cost(promises: Promises, folder: Path, rounds: int, seconds: float) -> None:
    """Ask in turns with the store and without, and check what is promised."""
    asked, knowledge = texts(), shipped()
    sides = {"with the store": Side(), "without it": Side()}
    async with served(folder):
        pass  # later starts restore the index that this one compiles
    for number in range(2 * rounds):
        name = list(sides)[(number + number // 2) % 2]  # neither side is always the second
        side = sides[name]
        data, url = folder / f"data-{number}", "" if side is sides["with the store"] else "off"
        async with served(folder, BOT_DATA=str(data), BOT_DATABASE_URL=url) as (server, bot):
            crowd = Crowd(server, asked, RATE)
            await crowd.asks(seconds, seed=1 + number // 2)
            await crowd.is_answered()
            await server.quiets_down(2.0)  # records wait one second for more
            side.memory.append(memory(bot))
        sys.stdout.write(f"round {1 + number // 2} {name}\n")
        crowd.check(promises, refusals(knowledge))
        side.asked += len(crowd.written)
        side.stored += stored(data) if not url else 0
        side.waits += [1_000 * wait for wait in crowd.waits()]
    for name, side in sides.items():
        sys.stdout.write(f"{name}: {side}\n")
    with_store, without = sides.values()
    ratio = with_store.median / without.median
    promises.check(
        "what has no answer is stored",
        kept=with_store.stored >= STORED * with_store.asked,
        figures=f"{with_store.stored} of {with_store.asked} questions",
    )
    promises.check(
        f"the median is at most {SLOWER} times as long with the store", kept=ratio <= SLOWER, figures=f"{ratio:.2f}"
    )
    larger = with_store.size - without.size
    promises.check(f"the store takes at most {LARGER:.0f} MB", kept=larger <= LARGER, figures=f"{larger:.1f} MB")


def main() -> None:
    """Run, and exit with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3, help="rounds with the store, and as many without")
    parser.add_argument("--seconds", type=float, default=30, help="of each round")
    chosen = parser.parse_args()
    promises = Promises()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(cost(promises, Path(folder), chosen.rounds, chosen.seconds))
    promises.end()


if __name__ == "__main__":
    main()
