"""Several processes on one PostgreSQL: all answer from the same revision, and one of them does what is done once."""

import asyncio
import json
import re
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.e2e.operators import ANSWER, FACTS, until
from tests.e2e.test_process import end
from tests.fake_discord import Actor
from tests.fake_discord.actors.reply import Reply
from tests.faults.fleet import SECRET, Fleet, fleet
from tests.faults.private_postgres import PrivatePostgres, private_postgres
from tests.storage.databases import postgres_url

OTHER = "무라티의 고향은 알바니아예요."
UNKNOWN = "화성에 물이 있어?"


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """Return the URL of an empty PostgreSQL."""
    async with postgres_url() as url:
        yield url


@pytest.fixture
def postgres() -> Iterator[PrivatePostgres]:
    """Run a PostgreSQL that the test may stop."""
    with private_postgres() as server:
        if server is None:
            pytest.skip("the programs of PostgreSQL are not installed")
        yield server


def change(ships: Fleet, number: int, old: str, new: str) -> None:
    """Replace a passage in the files of one process."""
    facts = ships.ships[number].facts
    text = facts.read_text(encoding="utf-8")
    assert old in text
    facts.write_text(text.replace(old, new), encoding="utf-8")


async def answers(member: Actor) -> str:
    """Return what the bot answers in a member's server."""
    return (await member.runs("/origins")).text


async def everywhere(ships: Fleet, text: str) -> None:
    """Wait until the bot answers with a text in every server."""
    assert len(set(await ships.revisions())) == 1
    for member in ships.members:
        assert text in await answers(member)


async def test_a_reload_an_edit_and_a_rollback_in_one_process_reach_all(url: str, tmp_path: Path) -> None:
    """One that starts later takes over what is active too, whatever its own files say."""
    async with fleet(url, tmp_path, BOT_ADMIN_GUILD_IDS="") as ships:
        first = (await ships.revisions())[0]
        await everywhere(ships, ANSWER)
        change(ships, 1, ANSWER, OTHER)
        ships.ships[1].process.gets(signal.SIGHUP)
        await ships.ships[1].process.says("facts reloaded")
        second = await ships.ships[1].revision()
        await ships.at(second)
        assert second != first
        await everywhere(ships, OTHER)

        ships.ships[0].process.gets(signal.SIGTERM)
        assert (await ships.ships[0].process.ends()).code == 0
        await ships.launch(0, "0-1")
        await ships.at(second)
        assert ANSWER in ships.ships[-1].facts.read_text(encoding="utf-8")
        assert await ships.leader() in ships.running


async def lists(ships: Fleet, member: Actor) -> Reply:
    """Ask what has no answer in a member's server, and return the list of such questions once it is there."""
    number = ships.members.index(member)
    await member.says(f"<@bot> {UNKNOWN}", ships.server.add_channel("room", guild=ships.guilds[number]))
    listed = await member.runs("/facts unanswered")
    async with asyncio.timeout(20):
        while not listed.buttons:
            await asyncio.sleep(0.2)
            listed = await member.runs("/facts unanswered")
    return listed


async def edits(ships: Fleet, member: Actor) -> str:
    """Make an unanswered question a sample by a tap; return the revision since, from which all answer."""
    before, listed = (await ships.revisions())[0], await lists(ships, member)
    label = next(one.label or "" for one in listed.buttons if (one.label or "").startswith("1 + "))
    said = await (await member.clicks(listed, label)).gets_followup()
    assert "is answered with" in said.text
    return await other_than(ships, before)


async def other_than(ships: Fleet, revision: str) -> str:
    """Wait until all answer from another revision, and return it."""
    async with asyncio.timeout(30):
        while revision in (found := await ships.revisions()):  # noqa: ASYNC110  other processes announce nothing
            await asyncio.sleep(0.05)
    await ships.at(found[0])
    return found[0]


async def test_a_reload_that_would_lose_edits_on_discord_is_refused_until_the_files_have_them(
    url: str, tmp_path: Path
) -> None:
    values = {"BOT_DATABASE_URL": url, "BOT_SECRET": SECRET}
    async with fleet(url, tmp_path, processes=2, shared={}) as ships:
        near, far = ships.members[0], ships.members[-1]
        near.user.locale = far.user.locale = "en-US"
        edited = await edits(ships, near)
        assert "edit" in (await far.runs("/facts history")).text
        change(ships, 1, ANSWER, OTHER)
        refused = await far.runs("/facts reload")
        assert "Edits on Discord that the files lack: 2. The old facts stay in use." in refused.text
        assert "db export DIR" in refused.text
        assert "art: fact murati-origin: changed on Discord: " in refused.text
        ships.ships[1].process.gets(signal.SIGHUP)
        await ships.ships[1].process.says("these edits were made on Discord and are not in the files")
        await ships.at(edited)

        exported = await end(ships.server.url, tmp_path / "1", "db", "export", str(tmp_path / "out"), **values)
        assert f"the facts of revision {edited}" in exported.out
        folder = tmp_path / "out" / "knowledge"
        same = await end(ships.server.url, tmp_path / "1", "diff", edited, str(folder), **values)
        assert (same.code, same.out) == (0, f"{edited} → {edited}: both say the same\n")
        for name in (FACTS, "art/cases.yaml"):
            text = (folder / name).read_text(encoding="utf-8").replace(ANSWER, OTHER)
            (ships.ships[1].folder / "knowledge" / name).write_text(text, encoding="utf-8")
        assert "1 changed" in (await far.runs("/facts reload")).text
        await other_than(ships, edited)
        await everywhere(ships, OTHER)


async def test_a_rollback_reaches_all_and_edits_are_given_up_when_that_is_wanted(url: str, tmp_path: Path) -> None:
    async with fleet(url, tmp_path, processes=2, shared={}) as ships:
        near, far = ships.members[0], ships.members[-1]
        near.user.locale = far.user.locale = "en-US"
        first = (await ships.revisions())[0]
        edited = await edits(ships, near)
        assert f"Back at version {first}" in (await far.runs("/facts rollback", revision=first[:8])).text
        await ships.at(first)
        await everywhere(ships, ANSWER)
        assert "Somebody went back to this version" in (await near.runs("/facts status")).text
        assert "Back at version" in (await far.runs("/facts rollback", revision=edited)).text
        await ships.at(edited)
        change(ships, 0, ANSWER, OTHER)
        assert "Edits on Discord" in (await near.runs("/facts reload")).text
        assert "Read again" in (await near.runs("/facts reload", discard=True)).text
        await other_than(ships, edited)
        await everywhere(ships, OTHER)
        assert "stays until" not in (await far.runs("/facts status")).text


async def test_an_edit_on_the_command_line_reaches_all(url: str, tmp_path: Path) -> None:
    """Its own files do not count, as the active revision is edited."""
    values = {"BOT_DATABASE_URL": url, "BOT_SECRET": SECRET}
    async with fleet(url, tmp_path, processes=2, shared={}) as ships:
        near, far, before = ships.members[0], ships.members[-1], (await ships.revisions())[0]
        await lists(ships, near)
        change(ships, 1, ANSWER, OTHER)
        asked = await end(ships.server.url, tmp_path / "1", "unanswered", "--json", **values)
        (number,) = [json.loads(line)["id"] for line in asked.out.splitlines()]
        arguments = ("unanswered", "--add", str(number), "murati-origin")
        added = await end(ships.server.url, tmp_path / "1", *arguments, **values)
        assert "All processes that share the database answer with it from now on." in added.out
        await other_than(ships, before)
        assert ANSWER in (await far.says(f"<@bot> {UNKNOWN}")).text


async def test_commands_are_registered_by_the_leader_and_by_another_one_when_that_is_killed(
    url: str, tmp_path: Path
) -> None:
    async with fleet(url, tmp_path, processes=2) as ships:
        leader = await ships.leader()
        await until(ships.server.hub.commands.everywhere)
        (other,) = [ship for ship in ships.ships if ship is not leader]
        assert not await other.leads()
        leader.process.gets(signal.SIGKILL)
        await leader.process.process.wait()
        assert await ships.leader() is other
        commands = other.folder / "knowledge" / "art" / "commands.yaml"
        commands.write_text(commands.read_text(encoding="utf-8").replace("en: origins", "en: homes"), encoding="utf-8")
        other.process.gets(signal.SIGHUP)
        await other.process.says("commands registered")
        assert ships.server.command("homes")


async def test_a_restart_of_postgres_under_load_loses_no_question(postgres: PrivatePostgres, tmp_path: Path) -> None:
    """Answers go on meanwhile, the records come after it, and a reload then reaches all."""
    async with fleet(postgres.url, tmp_path, processes=2, shared={}) as ships:
        written, rooms = [], [ships.server.add_channel("other", guild=guild) for guild in ships.guilds]
        for round_ in range(6):
            if round_ == 2:
                await asyncio.to_thread(postgres.stop)
            if round_ == 4:
                await asyncio.to_thread(postgres.start)
            for number, member in enumerate(ships.members):
                written.append(await member.writes(f"<@bot> {UNKNOWN} {round_} {number}"))
                written.append(await member.writes("<@bot> 무라티는 어느 나라 출신이야?", rooms[number]))
            await until(lambda: all(one.answers for one in written))
        assert all(len(one.answers) == 1 for one in written)

        async def stored() -> int:
            numbers = [
                re.search(r'bot_store_records_total\{result="written"\} (\d+)', await ship.measures())
                for ship in ships.ships
            ]
            return sum(int(number[1]) for number in numbers if number)

        async with asyncio.timeout(60):
            while await stored() < 6 * len(ships.members):  # noqa: ASYNC110  other processes announce nothing
                await asyncio.sleep(0.2)
        change(ships, 0, ANSWER, OTHER)
        ships.ships[0].process.gets(signal.SIGHUP)
        await ships.ships[0].process.says("facts reloaded")
        await ships.at(await ships.ships[0].revision())
        await everywhere(ships, OTHER)
    assert ships.server.refusals == []
