"""Ask the bot at a steady pace: `python tests/faults/soak.py [--minutes 10] [--rate 20] [--no-semantic]`.

The bot runs as a process over the loopback Discord, with the shipped knowledge. All questions must be answered once,
99 of 100 within `--p99` seconds (which a busy machine may miss), and the memory must not grow in the second half.
"""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.e2e.watchdog import quantile
from tests.faults.load import Crowd, refusals, samples, served
from tests.faults.promises import Promises
from tests.faults.test_overload import memory
from tests.shipped import shipped

GROWTH, LEEWAY = 1.05, 10.0
"""Most growth of the memory in the second half, and the MB that count as none."""


async def soak(promises: Promises, cache: Path, chosen: argparse.Namespace) -> None:
    """Ask for so long and check what is promised."""
    knowledge, half = shipped(), 60 * chosen.minutes / 2
    async with served(cache, semantic=not chosen.no_semantic) as (server, bot):
        crowd = Crowd(server, samples(knowledge), chosen.rate)
        start = memory(bot)
        await crowd.asks(half, seed=1)
        middle = memory(bot)
        await crowd.asks(half, seed=2)
        await crowd.is_answered()
        end = memory(bot)
    crowd.check(promises, refusals(knowledge))
    late = quantile(crowd.waits() or [float("inf")], 0.99)
    promises.check(f"p99 is at most {chosen.p99} s", kept=late <= chosen.p99, figures=f"{late:.3f} s")
    promises.check(
        "the memory does not grow in the second half",
        kept=end <= GROWTH * middle + LEEWAY,
        figures=f"start {start:.0f} MB, middle {middle:.0f} MB, end {end:.0f} MB",
    )


def options(*arguments: str) -> argparse.Namespace:
    """Return the options of the command line, or of `arguments`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=20)
    parser.add_argument("--p99", type=float, default=0.5)
    parser.add_argument("--no-semantic", action="store_true")
    return parser.parse_args(arguments or None)


def main() -> None:
    """Run, and exit with 1 if a promise is broken."""
    promises = Promises()
    with tempfile.TemporaryDirectory() as cache:
        asyncio.run(soak(promises, Path(cache), options()))
    promises.end()


if __name__ == "__main__":
    main()
