"""`/facts unanswered`: an unknown question becomes a sample with one tap, and is answered from then on."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.e2e.editors import EN, JOB_ANSWERS, KO, asks, buttons, is_written, running, written
from tests.e2e.operators import ANSWER, QUESTION, Running, damage_store, until
from tests.fake_discord import Actor, FakeDiscord, Permission


@pytest.fixture
def admin(server: FakeDiscord) -> Actor:
    """Return a listed administrator who may manage the server."""
    return server.user("admin", permissions=Permission.MANAGE_GUILD)


@pytest.fixture
async def bot(server: FakeDiscord, admin: Actor, tmp_path: Path) -> AsyncIterator[Running]:
    """Run the bot."""
    async with running(server, admin, tmp_path) as bot:
        yield bot


async def test_a_question_asked_twice_is_answered_after_one_tap(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    """The editor is told what is decided differently, and the group is done."""
    admin.user.locale = "en-US"
    alice, bob = server.user("alice", locale="ko"), server.user("bob", locale="en-US")
    await asks(bot, (alice, KO), (bob, f"{KO}!"), (bob, EN))
    listed = await admin.runs("/facts unanswered")
    assert listed.ephemeral
    hint = listed.text.splitlines()[-1]
    assert listed.text.splitlines() == [
        "**Questions without an answer, the most asked first**",
        f"1  {KO}!",
        "-# times asked: 2 · people: 2",
        f"2  {EN}",
        "-# times asked: 1 · people: 1",
        hint,
    ]
    assert "Dismiss: take it off the list" in hint
    described = {option["value"]: option["description"] for option in listed.components[1]["components"][0]["options"]}
    assert described["art/murati-job"] == JOB_ANSWERS["en"]
    assert "1 + Murati's job" in buttons(listed)
    assert all(KO not in (button.custom_id or "") and len(button.custom_id or "") <= 100 for button in listed.buttons)
    said = await (await admin.clicks(listed, "1 + Murati's job")).gets_followup()
    assert said.ephemeral
    assert f"“{KO}!” is answered with “Murati's job” from now on." in said.text
    assert f"• {KO}!: no answer → answered with “Murati's job”" in said.text
    await until(lambda: KO not in listed.text)
    assert f"1  {EN}" in listed.text
    assert JOB_ANSWERS["ko"] in (await alice.says(f"<@bot> {KO}")).text
    assert bot.app.library.snapshot.revision in (await admin.runs("/facts status")).text
    assert f"무라티는 무슨 일을 했어?, {KO}!]" in bot.folder.root.joinpath("art/facts/job.yaml").read_text()
    assert "expect: murati-job" in bot.folder.root.joinpath("art/cases.yaml").read_text()


async def test_the_menu_adds_to_any_fact_in_the_editors_language(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    admin.user.locale = "ko"
    bob = server.user("bob", locale="en-US")
    await asks(bot, (bob, EN), (bob, EN))
    listed = await admin.runs("/facts unanswered", article="art")
    assert listed.text.splitlines()[0] == "**답하지 못한 질문, 많이 물은 순서**"
    assert {option.value for option in listed.selects[0].options} == {"art/murati-job", "art/murati-origin"}
    said = await (await admin.picks(listed, "art/murati-job")).gets_followup()
    assert f"“{EN}”: 이제 「무라티의 직책」의 내용으로 답해요." in said.text
    assert f"• {EN}: 답 없음 → 답 「무라티의 직책」" in said.text
    await until(lambda: listed.text == "답하지 못한 질문이 없어요.")
    assert listed.components == []
    assert JOB_ANSWERS["en"] in (await bob.says(f"<@bot> {EN}")).text


async def test_an_edit_that_breaks_a_case_is_refused_with_the_case_named(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    bot.folder.write("art/cases.yaml", f"cases:\n  - question: {KO}\n    expect: nothing\n")
    await admin.runs("/facts reload")
    await asks(bot, (server.user("alice", locale="ko"), KO))
    before = bot.folder.root.joinpath("art/facts/job.yaml").read_text()
    listed = await admin.runs("/facts unanswered")
    said = await (await admin.clicks(listed, "1 + Murati's job")).gets_followup()
    assert said.text.startswith("Not saved: a question that was settled before")
    assert "art/cases.yaml:2: cases: the case '화성에 물이 있어?' expects 'nothing'" in said.text
    assert bot.folder.root.joinpath("art/facts/job.yaml").read_text() == before
    assert KO in listed.text, "the group stays open"


async def test_the_second_of_two_editors_is_shown_the_newer_state(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    """What she sees then can be tapped."""
    alice = server.user("alice", locale="ko")
    await asks(bot, (alice, KO), (alice, KO), (alice, EN))
    first, second = await admin.runs("/facts unanswered"), await admin.runs("/facts unanswered")
    await (await admin.clicks(first, "1 + Murati's job")).gets_followup()
    said = await (await admin.clicks(second, "2 + Murati's job")).gets_followup()
    assert "Somebody made another edit after you opened this list" in said.text
    await until(lambda: KO not in second.text)
    assert EN not in bot.folder.root.joinpath("art/facts/job.yaml").read_text()
    again = await (await admin.clicks(second, "1 + Murati's job")).gets_followup()
    assert f"“{EN}” is answered with" in again.text


async def test_files_that_were_changed_by_hand_are_loaded_before_they_are_edited(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    await asks(bot, (server.user("alice", locale="ko"), KO))
    listed = await admin.runs("/facts unanswered")
    bot.folder.change("art/facts/job.yaml", "최고기술책임자였어요", "CTO였어요")
    said = await (await admin.clicks(listed, "1 + Murati's job")).gets_followup()
    assert "Run /facts reload, then tap again." in said.text
    await admin.runs("/facts reload")
    again = await (await admin.clicks(listed, "1 + Murati's job")).gets_followup()
    assert "Somebody made another edit after you opened this list" in again.text
    done = await (await admin.clicks(listed, "1 + Murati's job")).gets_followup()
    assert "is answered with" in done.text
    assert "CTO였어요" in bot.folder.root.joinpath("art/facts/job.yaml").read_text()


async def test_a_group_that_is_done_is_not_added_again(server: FakeDiscord, bot: Running, admin: Actor) -> None:
    await asks(bot, (server.user("alice", locale="ko"), KO))
    first, second = await admin.runs("/facts unanswered"), await admin.runs("/facts unanswered")
    await (await admin.clicks(first, "1 ✕ Dismiss")).gets_followup()
    await until(lambda: first.text == "There are no questions without an answer.")
    said = await (await admin.clicks(second, "1 + Murati's job")).gets_followup()
    assert said.text.startswith("Somebody has dealt with this question already.")
    assert not bot.folder.root.joinpath("art/cases.yaml").exists()


async def test_buttons_work_after_a_restart(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path) as bot:
        await asks(bot, (server.user("alice", locale="ko"), KO))
        listed = await admin.runs("/facts unanswered")
    async with running(server, admin, tmp_path):
        said = await (await admin.clicks(listed, "1 + Murati's job")).gets_followup()
        assert "is answered with" in said.text
    async with running(server, admin, tmp_path):
        assert JOB_ANSWERS["ko"] in (await server.user("bob", locale="ko").says(f"<@bot> {KO}")).text


async def test_direct_messages_are_listed_once_two_people_have_asked_alike(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    alice, bob = server.user("alice", locale="ko"), server.user("bob", locale="ko")
    before = await written(bot)
    await alice.dm(KO)
    await alice.dm(KO)
    await is_written(bot, before + 2)
    assert (await admin.runs("/facts unanswered")).text == "There are no questions without an answer."
    await bob.dm(KO)
    await is_written(bot, before + 3)
    assert "times asked: 3 · people: 2" in (await admin.runs("/facts unanswered")).text


async def test_what_members_wrote_is_shown_as_it_is_and_pings_nobody(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    await asks(bot, (server.user("alice", locale="ko"), "**화성** @everyone [물](https://example.com) 있어?"))
    listed = await admin.runs("/facts unanswered")
    assert "\\*\\*화성\\*\\*" in listed.text
    assert "example.com" not in listed.text
    assert "@everyone" not in listed.text
    said = await (await admin.clicks(listed, "1 + Murati's job")).gets_followup()
    assert listed.pinged == said.pinged == set()


async def test_a_long_list_has_pages(server: FakeDiscord, bot: Running, admin: Actor) -> None:
    alice = server.user("alice", locale="ko")
    planets = ("화성", "금성", "목성")
    await asks(bot, *((alice, f"{planet}에 물이 있어?") for planet in planets))
    listed = await admin.runs("/facts unanswered")
    seen = re.findall(r"(\S+)에 물이", listed.text)
    assert "◀" not in buttons(listed)
    await admin.clicks(listed, "▶")
    await until(lambda: "3  " in listed.text)
    seen += re.findall(r"(\S+)에 물이", listed.text)
    assert sorted(seen) == sorted(planets)
    assert "▶" not in buttons(listed)
    await (await admin.clicks(listed, "3 ✕ Dismiss")).gets_followup()
    await until(lambda: "1  " in listed.text)


async def test_a_store_in_trouble_is_one_sentence_and_edits_nothing(
    server: FakeDiscord, bot: Running, admin: Actor, tmp_path: Path
) -> None:
    """Somebody has written over the database; what is asked is answered all the same."""
    await asks(bot, (server.user("alice", locale="ko"), KO))
    listed = await admin.runs("/facts unanswered")
    damage_store(tmp_path / "data")
    away = "The store of questions can't be used now. The log says why."
    assert (await (await admin.clicks(listed, "1 + Murati's job")).gets_followup()).text == away
    assert (await (await admin.clicks(listed, "1 ✕ Dismiss")).gets_followup()).text == away
    assert (await admin.runs("/facts unanswered")).text == away
    assert not bot.folder.root.joinpath("art/cases.yaml").exists()
    assert ANSWER in (await server.user("bob", locale="ko").says(QUESTION)).text


async def test_without_a_store_the_command_says_so(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    async with running(server, admin, tmp_path, database_url="off"):
        assert (await admin.runs("/facts unanswered")).text == "The bot is set up to store no questions."


async def test_a_member_who_forges_a_tap_is_refused(server: FakeDiscord, bot: Running, admin: Actor) -> None:
    alice = server.user("alice")
    await asks(bot, (alice, KO))
    listed = await admin.runs("/facts unanswered")
    custom_id = listed.button("1 + Murati's job").custom_id
    reply = await alice.runs("/help")
    forged = await alice.forges_click(reply, custom_id or "")
    assert (await forged.gets_followup()).text == "Sorry, this command is for the bot's administrators only."
    assert not bot.folder.root.joinpath("art/cases.yaml").exists()
    assert KO in listed.text
