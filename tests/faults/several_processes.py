"""Several processes on one PostgreSQL: `python tests/faults/several_processes.py [--reloads 100] [--shipped]`.

Four processes with files of their own share eight shards of the loopback Discord and a PostgreSQL that is started for
this run. One after the other reloads: how long until all answer from the same revision? Then members ask while the
leader is killed and PostgreSQL is restarted: no question is lost, and all are at the same revision afterwards.
"""

import argparse
import asyncio
import random
import re
import signal
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.app import read, shipped_knowledge
from tests.e2e.operators import until
from tests.e2e.watchdog import quantile
from tests.fake_discord.actors.reply import Reply
from tests.faults.fleet import SHARDS, Fleet, Ship, fleet
from tests.faults.load import samples
from tests.faults.private_postgres import PrivatePostgres, private_postgres
from tests.faults.promises import Promises
from tests.knowledge.small_article import SMALL_SHARED

LIMIT = 2.0
"""Seconds after a reload in which all answer from its revision."""
ANSWER = re.compile(r"^( +answer:\n +ko: )([^'\"|>\n][^\n]*?)(?: \d+\.)?$", re.MULTILINE)
ASKERS = 16
"""Members who ask as fast as they are answered."""
QUESTION = "<@bot> 무라티는 어느 나라 출신이야?"


def change(ship: Ship, number: int) -> None:
    """Write another Korean answer, one that is a plain scalar, in the files of one process."""
    for file in sorted((ship.folder / "knowledge").rglob("*.yaml")):
        text = file.read_text(encoding="utf-8")
        changed = ANSWER.sub(rf"\1\2 {number}.", text, count=1)
        if "facts" in f"{file.parent.name}/{file.name}" and changed != text:
            file.write_text(changed, encoding="utf-8")
            return
    msg = f"no answer to change in {ship.folder}"
    raise AssertionError(msg)


def reloaded(ship: Ship) -> int:
    """Return how often a process has said that it reloaded."""
    return sum("facts reloaded" in line for line in ship.process.lines)


async def reload(ships: Fleet, number: int) -> float:
    """Reload in one process; return the seconds from the end of that until all answer from the new revision."""
    ship = ships.running[number % len(ships.running)]
    change(ship, number)
    before = reloaded(ship)
    ship.process.gets(signal.SIGHUP)
    try:
        await until(lambda: reloaded(ship) > before)
    except TimeoutError:
        sys.stderr.writelines(ship.process.lines[-20:])
        raise
    return await ships.at(await ship.revision())


async def reloads(promises: Promises, ships: Fleet, times: int) -> None:
    """Reload in one process after the other."""
    before = await measured(ships, "process_cpu_seconds_total")
    seconds = [await reload(ships, number) for number in range(times)]
    computed = sum(await measured(ships, "process_cpu_seconds_total")) - sum(before)
    late = sum(one > LIMIT for one in seconds)
    middle, most = quantile(seconds, 0.5), max(seconds)
    promises.check(
        f"the same revision within {LIMIT:.0f} s in {len(ships.running)} processes",
        kept=not late,
        figures=f"{times - late} of {times} times, p50 {middle:.2f} s, longest {most:.2f} s; each computes "
        f"{computed / times / len(ships.running):.2f} s for it",
    )


async def asks(ships: Fleet, written: list[Reply], rate: float) -> None:
    """Let a member of each guild in turn ask, whether or not answers come."""
    number = 0
    while True:
        member = ships.members[number % len(ships.members)]
        written.append(await member.writes(QUESTION))
        number += 1
        await asyncio.sleep(1 / rate)


async def memory(ships: Fleet) -> list[int]:
    """Return the MB that each process takes."""
    return [round(one / 1e6) for one in await measured(ships, "process_resident_memory_bytes")]


async def measured(ships: Fleet, name: str) -> list[float]:
    """Return a measure of each process."""
    lines = [line for ship in ships.running for line in (await ship.measures()).splitlines()]
    return [float(line.removeprefix(f"{name} ")) for line in lines if line.startswith(f"{name} ")]


async def load(ships: Fleet, seconds: float) -> None:
    """Let members of all guilds ask, each the next question when the last one is answered; tell how fast that is."""
    knowledge, _ = read(ships.ships[0].folder / "knowledge")
    texts, waits = samples(knowledge), list[float]()
    clock = asyncio.get_running_loop().time
    ends = clock() + seconds

    async def ask(number: int) -> None:
        guild, chance = ships.guilds[number % SHARDS], random.Random(number)  # noqa: S311  the same each time
        member = ships.server.user(f"asker {number}", guild=guild)
        channel = ships.server.add_channel(f"room-{number}", guild=guild)
        while clock() < ends:
            began = clock()
            await member.says(f"<@bot> {chance.choice(texts)}", channel)
            waits.append(clock() - began)

    await asyncio.gather(*map(ask, range(ASKERS)))
    middle, most = (1000 * quantile(waits, share) for share in (0.5, 0.99))
    sys.stdout.write(
        f"{len(waits) / seconds:.0f} answers a second in {len(ships.running)} processes to {ASKERS} who ask on, "
        f"p50 {middle:.0f} ms, p99 {most:.0f} ms\n"
    )


async def trouble(promises: Promises, ships: Fleet, postgres: PrivatePostgres, rate: float) -> None:
    """Restart PostgreSQL and kill the leader while members ask."""
    written: list[Reply] = []
    asking = asyncio.create_task(asks(ships, written, rate))
    await asyncio.sleep(2)
    await asyncio.to_thread(postgres.stop)
    await asyncio.sleep(3)
    await asyncio.to_thread(postgres.start)
    await asyncio.sleep(2)
    asking.cancel()
    await until(lambda: all(one.answers for one in written))
    await ships.server.quiets_down(1.0)
    numbers = [len(one.answers) for one in written]
    lost, doubled = numbers.count(0), sum(number > 1 for number in numbers)
    promises.check(
        "a restart of PostgreSQL loses no question",
        kept=not lost and not doubled and bool(written),
        figures=f"{len(written)} questions, {lost} lost, {doubled} answered twice",
    )
    seconds = await reload(ships, 1_000)
    promises.check("then a reload reaches all", kept=seconds <= LIMIT, figures=f"{seconds:.2f} s")
    leader, clock = await ships.leader(), asyncio.get_running_loop().time
    leader.process.gets(signal.SIGKILL)
    await leader.process.process.wait()
    killed = clock()
    await ships.leader()
    promises.check("another process leads when that is killed", kept=True, figures=f"after {clock() - killed:.2f} s")
    each = SHARDS // len(ships.ships)
    shards = f"{leader.number * each}-{(leader.number + 1) * each - 1}"
    await ships.launch(leader.number, shards)
    seconds = await ships.at(await ships.running[0].revision())
    promises.check("one that starts later answers from the same", kept=True, figures=f"{seconds:.2f} s")
    answered = await ships.members[leader.number * each].says(QUESTION)
    promises.check("its servers are answered", kept=bool(answered.text))


async def run(promises: Promises, chosen: argparse.Namespace) -> None:
    """Run everything."""
    knowledge = shipped_knowledge() if chosen.shipped else None
    variables = {"BOT_SEMANTIC": "on" if chosen.semantic else "off"}
    with private_postgres() as postgres, tempfile.TemporaryDirectory() as folder:
        if postgres is None:
            sys.exit("The programs of PostgreSQL (initdb, pg_ctl) are not installed.")
        async with fleet(postgres.url, Path(folder), chosen.processes, knowledge, SMALL_SHARED, **variables) as ships:
            sys.stdout.write(f"MB of each process: {await memory(ships)}\n")
            if chosen.load:
                await load(ships, chosen.load)
            await reloads(promises, ships, chosen.reloads)
            if chosen.processes > 1:
                await trouble(promises, ships, postgres, chosen.rate)
            promises.check("Discord refuses no request", kept=not ships.server.refusals)
            sys.stdout.write(f"MB of each process afterwards: {await memory(ships)}\n")


def main() -> None:
    """Run, and exit with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reloads", type=int, default=100)
    parser.add_argument("--processes", type=int, choices=(1, 2, 4, 8), default=4)
    parser.add_argument("--load", type=float, default=0, help="seconds in which members ask as fast as they can")
    parser.add_argument("--rate", type=float, default=10.0, help="questions a second")
    parser.add_argument("--shipped", action="store_true", help="with the article that comes with the bot")
    parser.add_argument("--semantic", action="store_true", help="with the sentence encoder")
    promises = Promises()
    asyncio.run(run(promises, parser.parse_args()))
    promises.end()


if __name__ == "__main__":
    main()
