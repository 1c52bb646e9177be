"""“Tell me when you know”: the asker alone is told, once, in reply to the question, when the facts answer it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_store
from bot.discord_bot import notices
from bot.service.records import MOST_NOTICES, Notice
from bot.storage.store import DatabaseStore
from tests.e2e.operators import Running, damage_store, operated, settings_for, until
from tests.fake_discord import Actor, FakeDiscord, Permission
from tests.fake_discord.actors.reply import Reply

POSTING = "POST /channels/{channel_id}/messages"
KO, EN = "화성에 물이 있어?", "does murati own a boat?"
WATER = f"""\
facts:
  - id: mars-water
    label: {{ko: 화성의 물, en: Water on Mars}}
    answer: {{ko: 화성에는 얼음이 있어요.}}
    questions:
      ko: [{KO}, 화성의 물은 어디 있어?, 화성에서 물이 나왔어?]
    source: {{section: exodus, paragraphs: [4]}}
  - id: murati-boat
    label: {{ko: 무라티의 배, en: Murati's boat}}
    answer: {{en: Murati owns a boat.}}
    questions:
      en: [{EN}, has murati bought a boat?, what is the boat of murati called?]
    source: {{section: exodus, paragraphs: [4]}}
"""
GAP = f"""\
gaps:
  - id: boat
    answer: {{ko: 배에 대해서는 기사에 없어요., en: The article says nothing about boats.}}
    questions: {{ko: [배가 있어?], en: ["{EN}", does she have a boat?]}}
"""
SAID = {
    "ko": ("알게 되면 알려 주세요", "전에 물어보신 질문에 이제 답할 수 있어요.", "화성에는 얼음이 있어요."),
    "en": ("Tell me when you know", "Now I can answer what you asked before.", "Murati owns a boat."),
}


@asynccontextmanager
async def running(server: FakeDiscord, tmp_path: Path, **changes: object) -> AsyncIterator[Running]:
    """Serve the small article with the bot's own small talk; questions are stored in a file."""
    values: dict[str, Any] = {"database_url": None, "shared": {}}
    (tmp_path / "knowledge" / "art" / "facts").mkdir(parents=True, exist_ok=True)
    async with operated(server, tmp_path, **(values | changes)) as bot:
        yield bot


@pytest.fixture
async def bot(server: FakeDiscord, tmp_path: Path) -> AsyncIterator[Running]:
    """Run the bot."""
    async with running(server, tmp_path) as bot:
        yield bot


@pytest.fixture
def alice(server: FakeDiscord) -> Actor:
    """Return a member with a Korean client."""
    return server.user("alice", locale="ko")


@pytest.fixture
def bob(server: FakeDiscord) -> Actor:
    """Return a member with an English client."""
    return server.user("bob", locale="en-US")


@asynccontextmanager
async def stored(tmp_path: Path) -> AsyncIterator[DatabaseStore]:
    """Return the store as another process sees it."""
    store = open_store(settings_for(tmp_path, database_url=None))
    assert isinstance(store, DatabaseStore)
    try:
        yield store
    finally:
        await store.close()


async def kept(tmp_path: Path) -> list[Notice]:
    """Return the notices that are kept."""
    async with stored(tmp_path) as store:
        return list(await store.notices())


async def learns(tmp_path: Path, bot: Running | None) -> None:
    """Add the fact that answers the questions, and let the bot load it if it runs."""
    (tmp_path / "knowledge" / "art" / "facts").mkdir(parents=True, exist_ok=True)
    (tmp_path / "knowledge" / "art" / "facts" / "water.yaml").write_text(WATER)
    if bot:
        await bot.runner.reload()


async def is_told(written: Reply) -> Reply:
    """Wait for the second reply to a question."""
    await until(lambda: len(written.answers) == 2)
    return written.answers[1]


async def asks(member: Actor, text: str, channel: Any = None) -> tuple[Reply, Reply]:  # noqa: ANN401
    """Let a member ask; return the question and the reply."""
    written = await member.writes(f"<@bot> {text}", channel)
    return written, await member.is_answered(written)


@pytest.mark.parametrize(("name", "question"), [("alice", KO), ("bob", EN)])
async def test_the_asker_alone_is_told_once_in_reply_to_the_question(
    bot: Running, tmp_path: Path, request: pytest.FixtureRequest, name: str, question: str
) -> None:
    member: Actor = request.getfixturevalue(name)
    button, intro, answer = SAID["ko" if name == "alice" else "en"]
    written, reply = await asks(member, question)
    assert button in [one.label for one in reply.buttons]
    said = await member.clicks(reply, button)
    assert said.ephemeral
    assert "30" in said.text
    (notice,) = await kept(tmp_path)
    assert (notice.message, notice.channel, notice.text) == (written.id, written.channel.id, question)
    await learns(tmp_path, bot)
    told = await is_told(written)
    assert told.text.startswith(f"{intro}\n")
    assert answer in told.text
    assert told.reference == written.id
    assert told.pinged == {name}
    await until_none_is_kept(tmp_path)
    await bot.runner.reload()
    await asyncio.sleep(0.1)
    assert len(written.answers) == 2


async def test_the_asker_is_told_too_that_the_article_does_not_say_it(bot: Running, tmp_path: Path, bob: Actor) -> None:
    written, reply = await asks(bob, EN)
    await bob.clicks(reply, SAID["en"][0])
    folder = tmp_path / "knowledge" / "art" / "facts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gaps.yaml").write_text(GAP)
    await bot.runner.reload()
    told = await is_told(written)
    assert told.text.startswith("The article has been checked for what you asked before.\n")
    assert "says nothing about boats" in told.text
    await until_none_is_kept(tmp_path)


async def until_none_is_kept(tmp_path: Path) -> None:
    """Wait until no notice waits."""
    async with asyncio.timeout(30):
        while await kept(tmp_path):  # noqa: ASYNC110  the database announces nothing
            await asyncio.sleep(0.02)


async def test_others_are_told_that_it_is_the_askers(bot: Running, tmp_path: Path, alice: Actor, bob: Actor) -> None:
    del bot
    _, reply = await asks(alice, KO)
    refused = await bob.clicks(reply, SAID["ko"][0])
    assert refused.ephemeral
    assert refused.text == "Only the person who asked can press this."
    assert await kept(tmp_path) == []


async def test_a_second_press_withdraws(bot: Running, tmp_path: Path, alice: Actor) -> None:
    written, reply = await asks(alice, KO)
    await alice.clicks(reply, SAID["ko"][0])
    assert (await alice.clicks(reply, SAID["ko"][0])).text == "취소했어요. 알리지 않을게요."
    assert await kept(tmp_path) == []
    await learns(tmp_path, bot)
    await asyncio.sleep(0.2)
    assert len(written.answers) == 1


async def test_ten_answers_are_waited_for_at_most(
    server: FakeDiscord, bot: Running, tmp_path: Path, bob: Actor
) -> None:
    del bot
    for number in range(MOST_NOTICES):
        _, reply = await asks(bob, EN, server.add_channel(f"room-{number}"))
        assert "Press again to withdraw" in (await bob.clicks(reply, SAID["en"][0])).text
    _, reply = await asks(bob, EN)
    said = await bob.clicks(reply, SAID["en"][0])
    assert said.text == "You are waiting for 10 answers already. Withdraw one of them, then press again."
    assert len(await kept(tmp_path)) == MOST_NOTICES


async def test_what_changed_before_the_press_is_told_at_once(bot: Running, tmp_path: Path, alice: Actor) -> None:
    written, reply = await asks(alice, KO)
    await learns(tmp_path, bot)
    await alice.clicks(reply, SAID["ko"][0])
    assert SAID["ko"][2] in (await is_told(written)).text


async def test_the_button_and_the_notice_outlive_a_restart(server: FakeDiscord, tmp_path: Path, alice: Actor) -> None:
    """The facts may change while the bot is away."""
    async with running(server, tmp_path):
        written, reply = await asks(alice, KO)
    async with running(server, tmp_path):
        assert "답장할게요" in (await alice.clicks(reply, SAID["ko"][0])).text
    await learns(tmp_path, None)
    async with running(server, tmp_path):
        assert (await is_told(written)).pinged == {"alice"}
        await until_none_is_kept(tmp_path)
    async with running(server, tmp_path) as bot:
        await bot.runner.reload()
        await asyncio.sleep(0.2)
    assert len(written.answers) == 2


async def test_a_notice_that_was_claimed_before_a_restart_is_not_told_again(
    server: FakeDiscord, tmp_path: Path, alice: Actor
) -> None:
    async with running(server, tmp_path):
        written, reply = await asks(alice, KO)
        await alice.clicks(reply, SAID["ko"][0])
    async with stored(tmp_path) as store:
        (notice,) = await store.notices()
        assert await store.claim_notice(notice.id, notice.asked_at)
    await learns(tmp_path, None)
    async with running(server, tmp_path) as bot:
        await bot.runner.reload()
        await asyncio.sleep(0.3)
    assert len(written.answers) == 1


@pytest.mark.parametrize("trouble", ["deleted", "no channel", "no permission"])
async def test_where_the_bot_can_not_reply_any_more_the_notice_is_dropped(
    server: FakeDiscord, bot: Running, tmp_path: Path, alice: Actor, trouble: str
) -> None:
    channel = server.add_channel("room")
    written, reply = await asks(alice, KO, channel)
    await alice.clicks(reply, SAID["ko"][0])
    async with stored(tmp_path) as store:
        (notice,) = await store.notices()
        if trouble == "no channel":
            await store.drop_notice(notice.id)
            gone = Notice(notice.server, 12_345, notice.message, KO, "ko", notice.asked_at)
            await store.toggle_notice(gone, alice.id)
    if trouble == "deleted":
        await alice.deletes(written)
        await until(lambda: not written.answers)
    if trouble == "no permission":
        server.denies(channel, server.bot, Permission.SEND_MESSAGES)
    before = len(channel.messages)
    await learns(tmp_path, bot)
    await until_none_is_kept(tmp_path)
    await asyncio.sleep(0.1)
    assert len(channel.messages) == before
    assert server.denials or trouble == "deleted"
    server.denials.clear()
    server.refusals[:] = [one for one in server.refusals if trouble != "deleted"]


async def test_a_reply_that_discord_could_not_take_is_sent_later(
    server: FakeDiscord, bot: Running, tmp_path: Path, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "AGAIN", 0.05)
    assert bot.runner.client is not None
    monkeypatch.setattr(bot.runner.client.state.rest, "patience", 0.01)
    written, reply = await asks(alice, KO)
    await alice.clicks(reply, SAID["ko"][0])
    server.fails_next(on=POSTING, status=503, times=6)
    await learns(tmp_path, bot)
    assert SAID["ko"][2] in (await is_told(written)).text
    await until_none_is_kept(tmp_path)
    assert len(written.answers) == 2


@pytest.mark.parametrize("text", ["안녕", "고마워!", "더 알려줘"])
async def test_small_talk_is_no_question_to_wait_for(bot: Running, alice: Actor, text: str) -> None:
    del bot
    _, reply = await asks(alice, text)
    assert SAID["ko"][0] not in [one.label for one in reply.buttons]


async def test_there_is_no_button_where_the_bot_can_not_reply_to_the_question(
    server: FakeDiscord, bot: Running, alice: Actor
) -> None:
    """Private replies have no message to reply to, and without its history no channel has."""
    del bot
    hidden = server.add_channel("hidden")
    server.denies(hidden, server.bot, Permission.READ_MESSAGE_HISTORY)
    replies = [
        await alice.says(f"<@bot> {KO}", hidden),
        await alice.dm(KO),
        await alice.runs("/질문", 질문=KO),
    ]
    for reply in replies:
        assert [one.label for one in reply.buttons] == ["⋯"]
    server.denials.clear()


async def test_without_a_store_there_is_no_button(server: FakeDiscord, tmp_path: Path, alice: Actor) -> None:
    async with running(server, tmp_path, database_url="off"):
        _, reply = await asks(alice, KO)
        assert [one.label for one in reply.buttons] == ["⋯"]


@pytest.mark.usefixtures("bot")
async def test_a_store_in_trouble_is_one_sentence(tmp_path: Path, bob: Actor) -> None:
    _, reply = await asks(bob, EN)
    damage_store(tmp_path / "data")
    said = await bob.clicks(reply, SAID["en"][0])
    assert said.text == "I can't make a note of it now. Please press again in a while."
