"""Trouble while members ask: `python tests/faults/trouble_under_load.py [--drops 100] [--reloads 20] [--kills 50]`.

The bot runs as a process over the loopback Discord. Sockets are dropped, broken facts are reloaded, and processes are
killed with signal 9 at any time of their start: no question is lost or answered twice, and no file is left damaged.
"""

import argparse
import asyncio
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.app import shipped_knowledge
from bot.cached_files import load
from tests.e2e.operators import ANSWER, QUESTION, small_knowledge, until
from tests.e2e.test_process import process
from tests.fake_discord import FakeDiscord
from tests.fake_discord import Settings as Patient
from tests.faults.load import Crowd, refusals, samples, served
from tests.faults.promises import Promises
from tests.shipped import shipped

RATE = 10.0
"""Questions a second."""
SECTION = "section: exodus"
"""A place in a file of facts that can be broken."""


async def drops(promises: Promises, cache: Path, times: int) -> None:
    """Drop the socket again and again while members ask."""
    knowledge = shipped()
    async with served(cache) as (server, bot):
        crowd, chance = Crowd(server, samples(knowledge), RATE), random.Random(1)  # noqa: S311  the same each time
        began = time.monotonic()
        async with crowd.asking():
            for number in range(times):
                await asyncio.sleep(chance.uniform(0, 0.4))
                server.drops_connection()
                await server.resumes(number + 1)
        await crowd.is_answered()
        sys.stdout.write(f"{times} drops of the socket in {time.monotonic() - began:.0f} s\n")
        crowd.check(promises, refusals(knowledge))
        identifies = server.hub.identifies
        promises.check("every session is resumed", kept=identifies == 1, figures=f"{identifies} IDENTIFY")
        promises.check("the process lives", kept=bot.process.returncode is None)


async def reloads(promises: Promises, cache: Path, times: int) -> None:
    """Reload broken facts again and again while members ask; then whole ones."""
    knowledge, folder = shipped(), cache / "knowledge"
    shutil.copytree(shipped_knowledge(), folder)
    file = next(path for path in sorted(folder.rglob("facts/*.yaml")) if SECTION in path.read_text(encoding="utf-8"))
    whole = file.read_text(encoding="utf-8")
    async with served(cache, folder) as (server, bot):
        crowd = Crowd(server, samples(knowledge), RATE)
        async with crowd.asking():
            for number in range(1, times + 1):
                file.write_text(whole.replace(SECTION, f"section: none-{number}", 1), encoding="utf-8")
                bot.gets(signal.SIGHUP)
                await bot.says(f"unknown section 'none-{number}'", within=60)
            file.write_text(whole + "\n", encoding="utf-8")
            bot.gets(signal.SIGHUP)
            await bot.says("facts reloaded", within=60)
        await crowd.is_answered()
        refused = sum("the facts were not reloaded" in line for line in bot.lines)
        sys.stdout.write(f"{times} reloads of broken facts, then one of whole ones\n")
        crowd.check(promises, refusals(knowledge))
        promises.check("every broken reload is refused", kept=refused == times, figures=f"{refused} of {times}")


async def kills(promises: Promises, cache: Path, times: int) -> None:
    """Kill the bot at any time of its first five seconds, with nothing in its cache; then start it once more."""
    small_knowledge(cache, shared={})  # with the shipped files, so that what is kept is large
    chance, seen, damaged = random.Random(1), 0, []  # noqa: S311  the same each time
    async with FakeDiscord(Patient(patience=60), points_here=False) as server:
        variables = {"DISCORD_TOKEN": server.token, "BOT_SEMANTIC": "on"}
        began = time.monotonic()
        async with process(server.url, cache, ("run",), **variables) as bot:
            await bot.says("connected and answering", within=60)
            start = time.monotonic() - began
        for _ in range(times):
            async with process(server.url, cache, ("run",), **variables) as bot:
                await asyncio.sleep(chance.uniform(0.1, 1.1) * start)
                bot.gets(signal.SIGKILL)
                await bot.process.wait()
            files = [path for path in (cache / "cache").rglob("*") if path.is_file() and path.suffix != ".tmp"]
            seen += len(files)
            damaged += [path.name for path in files if load(path, bytes) is None]
            if chance.random() < 0.7:  # else the next start finds what this one wrote
                shutil.rmtree(cache / "cache", ignore_errors=True)
        sys.stdout.write(f"{times} processes killed within {1.1 * start:.1f} s of their start\n")
        promises.check(
            "no file is damaged", kept=seen > 0 and not damaged, figures=f"{seen} files, {damaged or 'none'}"
        )
        async with process(server.url, cache, ("run",), **variables) as bot:
            await bot.says("connected and answering", within=60)
            alice = server.user("alice", locale="ko")
            written = await alice.writes(QUESTION)
            await until(lambda: written.answers)
            await server.quiets_down(0.5)
            answered = [ANSWER in one.text for one in written.answers]
            promises.check("the next start answers", kept=answered == [True])
            worried = [line for line in bot.lines if "can't be used" in line]
            promises.check("the next start finds nothing to mend", kept=not worried, figures=str(len(worried)))


def main() -> None:
    """Run, and exit with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--drops", type=int, default=100)
    parser.add_argument("--reloads", type=int, default=20)
    parser.add_argument("--kills", type=int, default=50)
    chosen = parser.parse_args()
    promises = Promises()
    for run, times in ((drops, chosen.drops), (reloads, chosen.reloads), (kills, chosen.kills)):
        if times:
            with tempfile.TemporaryDirectory() as cache:
                asyncio.run(run(promises, Path(cache), times))
    promises.end()


if __name__ == "__main__":
    main()
