"""Kill the bot while it stores and edits: `python tests/faults/store_kills.py [--kills 50]`.

The bot runs as a process over the loopback Discord. Members ask what it can't answer, which is stored in SQLite, and an
editor adds such questions to a fact with `/facts unanswered`. Signal 9 comes at any time. After each: the database is
whole, every file of the folder is read, what the editor was told is saved stands there, and the next start answers.
"""

import argparse
import asyncio
import contextlib
import random
import re
import shutil
import signal
import sqlite3
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.app import read
from bot.errors import KnowledgeError
from tests.e2e.editors import JOB
from tests.e2e.operators import ANSWER, QUESTION, small_knowledge, until
from tests.e2e.test_process import process
from tests.fake_discord import Actor, FakeDiscord, Permission
from tests.fake_discord import Settings as Patient
from tests.faults.load import samples
from tests.faults.promises import Promises

RATE = 20.0
"""Questions a second."""
LONGEST = 2.5
"""Seconds of each process after it is connected; what is stored waits one second for more."""
BACKLOG = 20
"""Questions that are stored before the first kill, so that there is always something to edit."""
ARTICLES = Path(__file__).parents[1] / "articles"
"""What is asked about them, the small article doesn't tell."""
PLAIN = re.compile(r"[^\W_]+( [^\W_]+){2,8}\?")
"""Questions that stand in Discord as they were typed."""
FACT = "art/murati-job"


@dataclass
class Editor:
    """An administrator who adds one question after the other to a fact."""

    admin: Actor
    saved: list[str] = field(default_factory=list)
    """Questions that the bot has said are saved."""
    refused: int = 0
    is_waiting: bool = False
    """Whether an edit was sent and the bot has not said what came of it."""

    async def edits(self) -> None:
        """Edit for ever."""
        self.is_waiting = False
        while True:
            listed = await self.admin.runs("/facts unanswered")
            first = re.search(r"^1  (.+)$", listed.text, re.MULTILINE)
            if first is None:
                await asyncio.sleep(0.1)
                continue
            self.is_waiting = True
            said = await (await self.admin.picks(listed, FACT)).gets_followup()
            self.is_waiting = False
            if "is answered with" in said.text:
                self.saved.append(first[1])
            else:  # a question settled before, or an edit whose group the last process could not close
                self.refused += 1
                await (await self.admin.clicks(listed, "1 ✕ Dismiss")).gets_followup()


async def asks(members: list[Actor], texts: list[str], chance: random.Random) -> None:
    """Let members ask for ever, whether or not answers come."""
    while True:
        await chance.choice(members).writes(f"<@bot> {chance.choice(texts)}")
        await asyncio.sleep(1 / RATE)


def damage(folder: Path, saved: list[str]) -> list[str]:
    """Return what is damaged or lost in the data and the knowledge of `folder`."""
    found = []
    with tempfile.TemporaryDirectory() as copies:
        for path in (folder / "data").glob("store.db*"):
            shutil.copy(path, copies)  # to look at the database itself would mend it before the bot does
        with contextlib.closing(sqlite3.connect(Path(copies, "store.db"))) as database:
            found += [line for (line,) in database.execute("PRAGMA integrity_check") if line != "ok"]
    for path in (folder / "knowledge").rglob("*.yaml"):
        try:
            yaml.load(path.read_bytes(), Loader=yaml.CSafeLoader)  # the one of Python refuses "?" in a list
        except yaml.YAMLError as error:
            found.append(f"{path.name}: {error}")
    try:
        knowledge, _ = read(folder / "knowledge")
    except KnowledgeError as error:
        return [*found, str(error)]
    return [*found, *(f"lost: {text}" for text in set(saved) - set(samples(knowledge)))]


def stored(folder: Path) -> int:
    """Return how many questions were ever stored."""
    with contextlib.closing(sqlite3.connect(folder / "data" / "store.db")) as database:
        (number,) = database.execute("SELECT coalesce(max(id), 0) FROM unanswered_question").fetchone()
    return int(number)


async def store_kills(promises: Promises, folder: Path, times: int) -> None:
    """Kill the bot so often, then start it once more."""
    small_knowledge(folder, shared={"lexicon.yaml": "concepts: {}\n"}).write("art/facts/job.yaml", JOB)
    texts = list(filter(PLAIN.fullmatch, samples(read(ARTICLES)[0])))
    chance, amid, damaged = random.Random(1), 0, list[str]()  # noqa: S311  the same each time
    async with FakeDiscord(Patient(patience=60), points_here=False) as server:
        editor = Editor(server.user("admin", locale="en-US", permissions=Permission.MANAGE_GUILD))
        members = [server.user(f"member {number}", locale="ko") for number in range(20)]
        variables = {
            "DISCORD_TOKEN": server.token,
            "BOT_ADMIN_GUILD_IDS": str(server.guild.id),
            "BOT_ADMIN_USER_IDS": str(editor.admin.id),
            "BOT_COOLDOWN": "600",
        }
        answered = 0
        for number in range(times + 1):
            async with process(server.url, folder, ("run",), **variables) as bot:
                await bot.says("connected and answering", within=60)
                reply = await members[0].says(QUESTION, server.add_channel(f"start-{number}"))
                answered += ANSWER in reply.text
                if number == times:
                    break
                tasks = [asyncio.create_task(one) for one in (editor.edits(), asks(members, texts, chance))]
                if number == 0:
                    await until(lambda: stored(folder) >= BACKLOG)
                await asyncio.wait(tasks, timeout=chance.uniform(0, LONGEST))
                bot.gets(signal.SIGKILL)
                await bot.process.wait()
                amid += editor.is_waiting
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                for task in tasks:
                    if not task.cancelled():
                        task.result()
            found = await asyncio.to_thread(damage, folder, editor.saved)
            damaged += [f"after kill {number + 1}: {one}" for one in found]
        promises.check(
            "after each kill the database is whole, all files are read and no edit is lost",
            kept=not damaged,
            figures=f"{times} kills, {amid} of them during an edit; {damaged or 'no damage'}",
        )
        promises.check("each start answers", kept=answered == times + 1, figures=f"{answered} of {times + 1}")
        promises.check(
            "there is something to lose",
            kept=bool(editor.saved) and stored(folder) > 0,
            figures=f"{stored(folder)} questions stored, {len(editor.saved)} edits saved, {editor.refused} refused",
        )
        promises.check("Discord refuses no request", kept=not server.refusals)


def main() -> None:
    """Run, and exit with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=50)
    chosen = parser.parse_args()
    promises = Promises()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(store_kills(promises, Path(folder), chosen.kills))
    promises.end()


if __name__ == "__main__":
    main()
