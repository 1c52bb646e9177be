"""`/facts history`, `/facts diff`, `/facts rollback`: revisions are kept, compared and gone back to."""

import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_store
from bot.service.records import LoadedRevision
from tests.e2e.operators import ANSWER, FACTS, Running, operated, settings_for, until
from tests.e2e.test_process import end
from tests.fake_discord import Actor, FakeDiscord, Permission
from tests.fake_discord.actors.reply import Reply

OTHER = "무라티의 고향은 알바니아예요."


@pytest.fixture
def admin(server: FakeDiscord) -> Actor:
    """Return a listed administrator who may manage the server."""
    return server.user("admin", permissions=Permission.MANAGE_GUILD)


@asynccontextmanager
async def running(server: FakeDiscord, admin: Actor, tmp_path: Path, **changes: object) -> AsyncIterator[Running]:
    """Serve the small article, or what became of it, with a store in a file."""
    values: dict[str, Any] = {
        "admin_guild_ids": frozenset({server.guild.id}),
        "admin_user_ids": frozenset({admin.id}),
        "database_url": None,
    }
    async with operated(server, tmp_path, **(values | changes)) as bot:
        yield bot


async def answers(admin: Actor) -> str:
    """Return what the bot answers from."""
    return (await admin.runs("/origins")).text


def plain(reply: Reply) -> list[str]:
    """Return the lines of a reply as Discord shows them."""
    return reply.text.replace("\\", "").splitlines()


async def loads(bot: Running, admin: Actor, old: str, new: str) -> str:
    """Change the facts, reload them and return the revision, which is stored."""
    bot.folder.change(FACTS, old, new)
    assert "1 changed" in (await admin.runs("/facts reload")).text
    revision = bot.app.library.snapshot.revision
    await is_stored(bot, admin, revision)
    return revision


async def is_stored(bot: Running, admin: Actor, revision: str) -> None:
    """Wait until a revision is in the history."""
    waiting = bot.runner.measures.registry.get_sample_value
    await until(lambda: waiting("bot_store_waiting") == 0)
    assert revision in (await admin.runs("/facts history")).text


async def test_the_history_lists_each_revision_latest_first(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path) as bot:
        first = bot.app.library.snapshot.revision
        second = await loads(bot, admin, ANSWER, OTHER)
        listed = await admin.runs("/facts history")
    assert listed.ephemeral
    title, latest, start = listed.text.splitlines()
    assert title == "**Versions of the facts, the latest first**"
    assert latest.startswith(f"`{second}` <t:")
    assert latest.endswith("reload · facts 1 · not in the article 0 · sample questions 3 ← in use")
    assert start.startswith(f"`{first}` <t:")
    assert start.endswith("start · facts 1 · not in the article 0 · sample questions 3")


async def test_a_long_history_has_pages(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path) as bot:
        first, text = bot.app.library.snapshot.revision, ANSWER
        for number in range(11):
            new = f"무라티의 고향 {number}번지는 알바니아예요."
            bot.folder.change(FACTS, text, new)
            await admin.runs("/facts reload")
            text = new
        await is_stored(bot, admin, bot.app.library.snapshot.revision)
        listed = await admin.runs("/facts history")
        assert [button.label for button in listed.buttons] == ["▶"]
        assert first not in listed.text
        await admin.clicks(listed, "▶")
        await until(lambda: first in listed.text)
        assert listed.text.endswith("start · facts 1 · not in the article 0 · sample questions 3")
        assert [button.label for button in listed.buttons] == ["◀"]
        await admin.clicks(listed, "◀")
        await until(lambda: first not in listed.text)


async def test_a_diff_tells_what_an_answer_was_and_is(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path) as bot:
        first = bot.app.library.snapshot.revision
        second = await loads(bot, admin, ANSWER, OTHER)
        expected = [
            f"What differs between `{first}` and `{second}`:",
            "art",
            "  Changed: fact murati-origin",
            f"      −answer (ko): {ANSWER}",
            f"      +answer (ko): {OTHER}",
        ]
        assert plain(await admin.runs("/facts diff")) == expected
        assert plain(await admin.runs("/facts diff", old=first[:6], new=second)) == expected
        assert f"−answer (ko): {OTHER}" in (await admin.runs("/facts diff", old=second, new=first)).text
        assert (await admin.runs("/facts diff", old=second)).text == f"`{second}` and `{second}` say the same."
        assert "There is no version 0000" in (await admin.runs("/facts diff", old="0000")).text
        admin.user.locale = "ko"
        assert "변경: 사실 murati-origin" in (await admin.runs("/facts diff")).text


async def test_a_long_diff_is_attached(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path) as bot:
        await is_stored(bot, admin, bot.app.library.snapshot.revision)
        samples = "".join(f"        - 무라티가 자란 동네 {number}번지는 어디야?\n" for number in range(90))
        await loads(bot, admin, "        - 무라티 고향\n", f"        - 무라티 고향\n{samples}")
        reply = await admin.runs("/facts diff")
    assert reply.text.endswith("The list is long, so it is attached as a file.")
    assert [file["filename"] for file in reply.attachments] == ["facts.txt"]


async def test_a_rollback_is_in_use_at_once_and_after_a_restart_until_the_next_reload(
    server: FakeDiscord, admin: Actor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    async with running(server, admin, tmp_path) as bot:
        first = bot.app.library.snapshot.revision
        second = await loads(bot, admin, ANSWER, OTHER)
        assert OTHER in await answers(admin)
        choices = await admin.types("/facts rollback", revision=first[:3])
        assert [choice.value for choice in choices] == [first]
        back = await admin.runs("/facts rollback", revision=first[:6])
        assert back.text.startswith(f"Back at version {first}: 0 added, 0 removed, 1 changed.")
        assert ANSWER in await answers(admin)
        assert "Somebody went back to this version" in (await admin.runs("/facts status")).text
        await is_stored(bot, admin, first)
    async with running(server, admin, tmp_path) as bot:
        await until(lambda: bot.app.library.snapshot.revision == first)
        assert ANSWER in await answers(admin)
        assert "Somebody went back to this version" in (await admin.runs("/facts status")).text
        assert "1 changed" in (await admin.runs("/facts reload")).text
        assert bot.app.library.snapshot.revision == second
        assert OTHER in await answers(admin)
        assert "stays until" not in (await admin.runs("/facts status")).text
        actions = [line.split(" · ")[1] for line in (await admin.runs("/facts history")).text.splitlines()[1:]]
    assert actions[-2:] == ["reload", "start"]
    assert f"the facts are pinned to revision {first} until the next reload" in caplog.text
    async with running(server, admin, tmp_path):
        assert OTHER in await answers(admin)


async def test_a_hangup_ends_the_pin(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path) as bot:
        first = bot.app.library.snapshot.revision
        second = await loads(bot, admin, ANSWER, OTHER)
        await admin.runs("/facts rollback", revision=first)
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: bot.app.library.snapshot.revision == second)
        await until(lambda: not bot.runner.loading.is_pinned)


async def test_a_revision_that_this_version_cannot_read_is_refused(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    """As is one of whose cases one fails; the facts in use stay."""
    async with running(server, admin, tmp_path) as bot:
        first = bot.app.library.snapshot.revision
        await is_stored(bot, admin, first)
        store = open_store(settings_for(tmp_path, database_url=None))
        assert store is not None
        bundle = dict(await store.bundle(first) or {})
        facts = bundle["art/facts.yaml"].decode()
        older = {**bundle, "art/facts.yaml": facts.replace("section: exodus", "section: exodos").encode()}
        cases = {**bundle, "art/cases.yaml": "cases:\n  - question: 무라티 고향\n    expect: nothing\n".encode()}
        for revision, files in (("0123456789ab", older), ("ba9876543210", cases)):
            await store.add([LoadedRevision(revision, "reload", 1, bundle=files)])
        await store.close()
        refused = await admin.runs("/facts rollback", revision="0123456789ab")
        assert "Problems: 1. The old facts stay in use." in refused.text
        assert "art/facts.yaml:11: fact 'murati-origin': source.section: unknown section 'exodos'" in refused.text
        failing = await admin.runs("/facts rollback", revision="ba98")
        assert "the case '무라티 고향' expects 'nothing'" in failing.text
        assert "This release of the bot can't read" in (await admin.runs("/facts diff", old="0123456789ab")).text
        assert bot.app.library.snapshot.revision == first
        assert not bot.runner.loading.is_pinned


async def test_nobody_else_may_see_or_use_the_revisions(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path):
        other = server.user("other", permissions=Permission.MANAGE_GUILD)
        for reply in (
            await other.runs("/facts history"),
            await other.runs("/facts diff"),
            await other.runs("/facts rollback", revision="abcd"),
        ):
            assert "administrators only" in reply.text


async def test_without_a_store_nothing_is_kept(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path, database_url="off"):
        for reply in (
            await admin.runs("/facts history"),
            await admin.runs("/facts diff"),
            await admin.runs("/facts rollback", revision="abcd"),
        ):
            assert reply.text == "The bot is set up to keep no versions."


async def test_the_command_line_compares_revisions_and_folders(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    async with running(server, admin, tmp_path) as bot:
        first = bot.app.library.snapshot.revision
        second = await loads(bot, admin, ANSWER, OTHER)
    folder = str(tmp_path / "knowledge")
    same = await end(server.url, tmp_path, "diff", second[:5], folder)
    assert (same.code, same.out) == (0, f"{second} → {second}: both say the same\n")
    differs = await end(server.url, tmp_path, "diff", first, folder, "--markdown")
    assert differs.code == 1
    assert differs.out.splitlines() == [
        f"## Facts: `{first}` → `{second}`",
        "",
        "Facts: 1 changed.",
        "",
        "### art",
        "",
        "- **changed** fact `murati-origin`",
        f"  - −answer (ko): `{ANSWER}`",
        f"  - +answer (ko): `{OTHER}`",
    ]
    for wrong in ("ffff", "not-a-revision"):
        assert (await end(server.url, tmp_path, "diff", wrong, folder)).code == 2
    bot.folder.change(FACTS, "section: exodus", "section: exodos")
    broken = await end(server.url, tmp_path, "diff", first, folder)
    assert broken.code == 2
    assert "unknown section 'exodos'" in broken.err


async def test_revisions_are_suggested_to_administrators_only(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    member = server.user("member", permissions=Permission.MANAGE_GUILD)
    async with running(server, admin, tmp_path) as bot:
        revision = await loads(bot, admin, ANSWER, OTHER)
        commands: list[tuple[str, dict[str, Any]]] = [
            ("/facts rollback", {"revision": ""}),
            ("/facts diff", {"old": ""}),
            ("/facts diff", {"new": ""}),
        ]
        for command, typed in commands:
            assert revision in [one.value for one in await admin.types(command, **typed)]
            assert await member.types(command, **typed) == []


async def test_a_revision_that_is_none_is_named_without_its_markup(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    async with running(server, admin, tmp_path):
        said = await admin.runs("/facts rollback", revision="**@everyone** [x](http://a.b)")
        assert "\\*\\*@\u200beveryone\\*\\* \\[x\\](http://a.b)" in said.text
