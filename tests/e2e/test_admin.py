"""`/facts`: what it does for administrators, and that it refuses everybody else."""

import asyncio
import contextlib
import re
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.model import Knowledge
from tests.e2e.operators import ANSWER, COMMANDS_FILE, FACTS, Running, operated, until
from tests.fake_discord import Actor, CommandUnavailableError, FakeDiscord, InteractionFailedError, Permission
from tests.knowledge.small_article import FACTS as FACTS_TEXT

REFUSED = "Sorry, this command is for the bot's administrators only."


@pytest.fixture
def admin(server: FakeDiscord) -> Actor:
    """Return a listed administrator who may manage the server."""
    return server.user("admin", permissions=Permission.MANAGE_GUILD)


@pytest.fixture
async def bot(server: FakeDiscord, tmp_path: Path, admin: Actor) -> AsyncIterator[Running]:
    """Serve the small article; the guild is the administrators', `admin` is listed."""
    lists: dict[str, Any] = {"admin_guild_ids": frozenset({server.guild.id}), "admin_user_ids": frozenset({admin.id})}
    async with operated(server, tmp_path, **lists) as running:
        yield running


async def test_a_reload_lists_what_changed_by_id(bot: Running, admin: Actor) -> None:
    bot.folder.change(FACTS, ANSWER, "무라티의 고향은 알바니아예요.")
    bot.folder.write(
        "art/facts/more.yaml",
        FACTS_TEXT.replace("murati-origin", "murati-home").replace("무라티는", "그는").replace("무라티", "그"),
    )
    reply = await admin.runs("/facts reload")
    assert reply.ephemeral
    assert reply.text == (
        "Read again: 1 added, 0 removed, 1 changed.\n- Added: art/murati-home\n- Changed: art/murati-origin"
    )


@pytest.mark.usefixtures("bot")
async def test_a_reload_speaks_the_administrators_language(admin: Actor) -> None:
    admin.user.locale = "ko"
    assert (await admin.runs("/facts reload")).text == "다시 읽었어요. 추가 0, 삭제 0, 변경 0."


async def test_a_reload_says_that_commands_changed(bot: Running, admin: Actor) -> None:
    bot.folder.change(COMMANDS_FILE, "en: origins", "en: homes")
    reply = await admin.runs("/facts reload")
    assert reply.text.endswith("The commands' content has changed.\nThe commands were registered with Discord again.")
    assert ANSWER in (await admin.runs("/homes")).text
    with pytest.raises(CommandUnavailableError):
        await admin.runs("/origins")
    assert (await admin.runs("/facts status")).text, "the administrators' own command is still there"


async def test_a_reload_says_that_commands_could_not_be_registered(bot: Running, admin: Actor) -> None:
    """The new facts are in service all the same, and the next reload tries again."""
    bot.folder.change(COMMANDS_FILE, "en: origins", "en: homes")
    bot.server.fails_next(on="PUT /applications/{application_id}/commands", status=403)
    assert "Not all commands could be registered" in (await admin.runs("/facts reload")).text
    assert (await admin.runs("/facts reload")).text.endswith("The commands were registered with Discord again.")
    assert ANSWER in (await admin.runs("/homes")).text


async def test_all_problems_are_listed_and_the_old_facts_stay(bot: Running, admin: Actor) -> None:
    bot.folder.change(FACTS, "section: exodus", "section: exodos")
    bot.folder.change(FACTS, "about: [murati]", "about: [muratti]")
    reply = await admin.runs("/facts reload")
    assert reply.text.splitlines() == [
        "Problems: 2. The old facts stay in use.",
        "- art/facts.yaml:11: fact 'murati-origin': source.section: unknown section 'exodos': did you mean 'exodus'?",
        "- art/facts.yaml:13: fact 'murati-origin': about\\[1\\]: unknown entity 'muratti': did you mean 'murati'?",
    ]
    assert ANSWER in (await admin.runs("/origins")).text
    assert bot.runner.reloads == 0


async def test_a_failing_case_keeps_the_old_facts(bot: Running, admin: Actor) -> None:
    bot.folder.write("art/cases.yaml", "cases:\n  - question: 무라티 고향\n    expect: nothing\n")
    reply = await admin.runs("/facts reload")
    assert "Problems: 1." in reply.text
    assert "art/cases.yaml:2: cases: the case '무라티 고향' expects 'nothing'" in reply.text


async def test_a_long_list_of_problems_is_attached(bot: Running, admin: Actor) -> None:
    """Every problem stands in the file, however many there are."""
    facts = "".join(f"  - id: Bad{number}\n" for number in range(60))
    bot.folder.write("art/facts/more.yaml", f"facts:\n{facts}")
    reply = await admin.runs("/facts reload")
    assert reply.text.endswith("The list is long, so it is attached as a file.")
    assert [file["filename"] for file in reply.attachments] == ["facts.txt"]


async def test_markup_in_a_file_is_shown_as_it_is(bot: Running, admin: Actor) -> None:
    """Whoever writes the facts can't ping anybody through the report."""
    bot.folder.change(FACTS, "section: exodus", "section: '@everyone **x**'")
    reply = await admin.runs("/facts reload")
    assert "@everyone" not in reply.text
    assert "\\*\\*x" in reply.text
    assert reply.pinged == set()


async def test_status_tells_what_is_in_service(bot: Running, admin: Actor) -> None:
    await admin.runs("/facts reload")
    reply = await admin.runs("/facts status")
    lines = reply.text.splitlines()
    assert reply.ephemeral
    assert lines[0].startswith(f"Facts at version {bot.app.library.snapshot.revision}, read <t:")
    assert lines[1] == "Articles 1 · facts 1 · not in the article 0 · commands 1"
    assert re.fullmatch(r"Up \d\d:\d\d:\d\d.*", lines[2])
    assert lines[3] == "Reloads 1 · rebuilds 0"


async def test_a_reload_does_not_stop_the_others_being_answered(
    server: FakeDiscord, tmp_path: Path, admin: Actor
) -> None:
    """Reading runs beside the event loop: here it goes on only after somebody was answered."""
    reading, answered = threading.Event(), threading.Event()
    answered.set()

    def waits(knowledge: Knowledge) -> Knowledge:
        reading.set()
        assert answered.wait(10), "nobody was answered while the facts were read"
        return knowledge

    lists: dict[str, Any] = {"admin_guild_ids": frozenset({server.guild.id}), "admin_user_ids": frozenset({admin.id})}
    async with operated(server, tmp_path, change=waits, **lists):
        reading.clear()
        answered.clear()
        reloading = asyncio.create_task(admin.runs("/facts reload"))
        await until(reading.is_set)
        assert ANSWER in (await server.user("alice").runs("/origins")).text
        answered.set()
        assert "Read again" in (await reloading).text


async def test_two_reloads_at_once_get_one_reply_each(bot: Running, admin: Actor) -> None:
    """The second one shares the first one's run or gets one of its own, in which nothing has changed."""
    bot.folder.change(FACTS, ANSWER, "무라티의 고향은 알바니아예요.")
    replies = await asyncio.gather(*(admin.runs("/facts reload") for _ in range(2)))
    assert all("Read again" in reply.text for reply in replies)
    assert any("1 changed" in reply.text for reply in replies)


async def test_the_application_owner_may_without_being_listed(bot: Running) -> None:
    assert "Facts at version" in (await bot.server.owner.runs("/facts status", forced=True)).text


async def test_a_team_administers_and_its_placeholder_owner_counts_for_nobody(bot: Running) -> None:
    """Asked for at every call: the team was formed while the bot was running."""
    member = bot.server.user("member", permissions=Permission.MANAGE_GUILD)
    assert (await member.runs("/facts status")).text == REFUSED
    bot.server.forms_team(member)
    assert "Facts at version" in (await member.runs("/facts status")).text
    assert (await bot.server.owner.runs("/facts status", forced=True)).text == REFUSED


async def test_the_owner_is_let_in_though_discord_fails_at_first(bot: Running) -> None:
    bot.server.fails_next(on="GET /oauth2/applications/@me", status=503, times=2)
    assert "Facts at version" in (await bot.server.owner.runs("/facts status", forced=True)).text


async def test_owners_that_cannot_be_asked_for_let_nobody_in(bot: Running) -> None:
    bot.server.fails_next(on="GET /oauth2/applications/@me", status=403)
    assert (await bot.server.owner.runs("/facts status", forced=True)).text == REFUSED


async def test_a_listed_role_may(server: FakeDiscord, tmp_path: Path) -> None:
    role = server.add_role("editors", Permission.MANAGE_GUILD)
    editor = server.user("editor", roles=[role])
    lists: dict[str, Any] = {"admin_guild_ids": frozenset({server.guild.id}), "admin_role_ids": frozenset({role.id})}
    async with operated(server, tmp_path, **lists):
        assert "Facts at version" in (await editor.runs("/facts status")).text
        server.guild.members[editor.id].roles.clear()
        assert (await editor.runs("/facts status", forced=True)).text == REFUSED, "the role is looked at every time"


async def refused(running: Running, person: Actor, *place: object) -> None:
    """Show that `person` is refused privately, politely and without any effect."""
    running.folder.change(FACTS, ANSWER, "다른 말이에요.")
    revision = running.app.library.snapshot.revision
    reply = await person.runs("/facts reload", *place, forced=True)  # type: ignore[arg-type]
    assert reply.text in {REFUSED, "이 명령은 봇 관리자만 쓸 수 있어요."}
    assert reply.ephemeral
    assert running.app.library.snapshot.revision == revision
    assert running.runner.reloads == 0


async def test_members_are_not_shown_the_command(bot: Running) -> None:
    with pytest.raises(CommandUnavailableError):
        await bot.server.user("alice").runs("/facts reload")
    await refused(bot, bot.server.user("bob"))


async def test_overridden_command_permissions_do_not_get_through(bot: Running) -> None:
    """A server's settings can show the command to everyone; the bot checks again."""
    alice = bot.server.user("alice", locale="ko")
    bot.server.overrides_command("facts", bot.server.guild.everyone)
    assert "facts" in alice.shown_commands()
    await refused(bot, alice)


async def test_a_servers_administrator_does_not_get_through_by_that_alone(bot: Running) -> None:
    await refused(bot, bot.server.user("chief", permissions=Permission.ADMINISTRATOR))


async def test_another_servers_administrator_does_not_get_through(bot: Running, admin: Actor) -> None:
    """Nor does a listed administrator from there."""
    elsewhere = bot.server.add_guild("Elsewhere")
    room = next(iter(elsewhere.channels.values()))
    chief = bot.server.user("chief", guild=elsewhere, permissions=Permission.ADMINISTRATOR)
    await refused(bot, chief, room)
    bot.server.joins(admin, elsewhere)
    reply = await admin.runs("/facts reload", room, forced=True)
    assert reply.text == REFUSED


async def test_a_user_install_does_not_get_through(bot: Running, admin: Actor) -> None:
    """Where the server has taken the application out, what people installed for themselves is not enough."""
    admin.user.has_installed_app = True
    bot.server.guild.has_app = False
    await refused(bot, admin)


async def test_a_direct_message_does_not_get_through(bot: Running, admin: Actor) -> None:
    await refused(bot, admin, bot.server.dm(admin, bot.server.bot))


async def test_the_owner_does_not_get_through_in_a_direct_message(bot: Running) -> None:
    await refused(bot, bot.server.owner, bot.server.dm(bot.server.owner, bot.server.bot))


@pytest.mark.parametrize("custom_id", ["facts:reload", "facts reload", "reload", "1:facts:reload"])
async def test_a_forged_button_does_not_get_through(bot: Running, custom_id: str) -> None:
    """Administration has no buttons; whatever is clicked, nothing is reloaded."""
    alice = bot.server.user("alice")
    reply = await alice.runs("/help")
    bot.folder.change(FACTS, ANSWER, "다른 말이에요.")
    revision = bot.app.library.snapshot.revision
    bot.server.settings.interaction_deadline = 0.2
    with contextlib.suppress(InteractionFailedError):
        await alice.forges_click(reply, custom_id)
    assert bot.app.library.snapshot.revision == revision
    assert bot.runner.reloads == 0


async def test_without_an_administrators_server_there_is_no_command(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path):
        assert "facts" not in {command.name for command in server.hub.commands.everywhere()}
