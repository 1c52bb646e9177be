"""Questions without an answer: a closest answer that is turned down, and suggestions that are taken or not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bot.app import App, open_store
from bot.core.model import Fact
from bot.discord_bot.components import button_id
from bot.discord_bot.runner import Runner
from bot.service.records import QuestionGroup
from bot.service.views import Action, FactView
from bot.settings import DiscordSettings, Switch
from tests.e2e.certain import ALONE, NEARLY, UNSURE
from tests.e2e.operators import settings_for, until
from tests.fake_discord import Actor, FakeDiscord, Intent

Facts = dict[str, Fact]
UNKNOWN = "화성에 물이 있어?"


@dataclass
class Bot:
    """A bot that is sure of its answers and stores questions."""

    runner: Runner
    settings: DiscordSettings

    async def stores(self, number: int) -> list[QuestionGroup]:
        """Wait until so many records were stored beside the revision at the start; return the groups."""
        value = self.runner.measures.registry.get_sample_value
        await until(lambda: (value("bot_store_records_total", {"result": "written"}) or 0.0) >= number + 1)
        assert value("bot_store_records_total", {"result": "written"}) == number + 1
        return await self.groups()

    async def groups(self) -> list[QuestionGroup]:
        """Return the groups that are stored."""
        store = open_store(self.settings)
        assert store is not None
        try:
            return list(await store.groups(10))
        finally:
            await store.close()


@asynccontextmanager
async def running(server: FakeDiscord, app: App, tmp_path: Path, **changes: object) -> AsyncIterator[Bot]:
    """Run the bot."""
    values: dict[str, Any] = {"database_url": None}
    settings = settings_for(tmp_path, **(values | changes))
    runner, stop = Runner(app.library, settings, open_store(settings), grace=3.0), asyncio.Event()
    serving = asyncio.create_task(runner.serve(server.token, lambda: "", stop))
    try:
        await server.connects()
        await until(lambda: runner.has_connected)
        yield Bot(runner, settings)
    finally:
        stop.set()
        await serving


@pytest.fixture
async def bot(server: FakeDiscord, app: App, tmp_path: Path) -> AsyncIterator[Bot]:
    """Run the bot."""
    async with running(server, app, tmp_path) as bot:
        yield bot


@pytest.fixture
def alice(server: FakeDiscord) -> Actor:
    """Return a member with a Korean client."""
    return server.user("alice", locale="ko")


@pytest.fixture
def bob(server: FakeDiscord) -> Actor:
    """Return a member with an English client."""
    return server.user("bob", locale="en-US")


def labels(reply: Any) -> list[str]:  # noqa: ANN401  of the loopback Discord
    """Return the labels of the buttons."""
    return [button.label for button in reply.buttons]


@pytest.mark.parametrize(
    ("name", "question", "said"),
    [
        ("alice", NEARLY[0], ("이게 아니에요", "그게 아니었군요. 혹시 이 질문인가요?")),
        ("bob", NEARLY[1], ("Not this", "Not that, then. Is it one of these?")),
    ],
)
async def test_a_closest_answer_that_is_turned_down_is_stored_and_the_others_are_offered(
    bot: Bot, request: pytest.FixtureRequest, name: str, question: str, said: tuple[str, str]
) -> None:
    button, offered = said
    member: Actor = request.getfixturevalue(name)
    reply = await member.says(f"<@bot> {question}")
    others = labels(reply)[:2]
    assert labels(reply) == [*others, button, "⋯"]
    assert all(question not in one.custom_id for one in reply.buttons)
    changed = await member.clicks(reply, button)
    assert changed.id == reply.id
    assert changed.text == offered
    tell = {"alice": "알게 되면 알려 주세요", "bob": "Tell me when you know"}[name]
    assert labels(changed) == [*others, tell, "⋯"]
    (group,) = await bot.stores(1)
    assert (group.text, group.asked, group.askers) == (question, 1, 1)


async def test_whoever_finds_no_suggestion_fitting_can_be_told_later(bot: Bot, alice: Actor) -> None:
    reply = await alice.says(f"<@bot> {UNSURE[0]}")
    assert labels(reply)[-2:] == ["알게 되면 알려 주세요", "⋯"]
    said = await alice.clicks(reply, "알게 되면 알려 주세요")
    assert said.ephemeral
    assert said.text.startswith("답할 수 있게 되면 물어보신 메시지에 답장할게요.")
    (group,) = await bot.stores(1)
    assert group.text == UNSURE[0]


async def test_where_nothing_else_is_near_the_bot_says_that_it_found_nothing(bot: Bot, alice: Actor) -> None:
    reply = await alice.says(f"<@bot> {ALONE[0]}")
    changed = await alice.clicks(reply, "이게 아니에요")
    assert changed.text == "기사에서 찾지 못했어요."
    (group,) = await bot.stores(1)
    assert group.text == ALONE[0]


async def test_a_closest_answer_that_nobody_turns_down_is_not_stored(bot: Bot, alice: Actor) -> None:
    reply = await alice.says(f"<@bot> {NEARLY[0]}")
    await alice.clicks(reply, labels(reply)[0])
    await alice.says(f"<@bot> {UNKNOWN}")
    assert [group.text for group in await bot.stores(1)] == [UNKNOWN]


async def test_only_the_asker_turns_an_answer_down_and_only_once(
    server: FakeDiscord, bot: Bot, alice: Actor, bob: Actor
) -> None:
    reply = await alice.says(f"<@bot> {NEARLY[0]}")
    before, custom_id = reply.text, reply.button("이게 아니에요").custom_id
    refused = await bob.clicks(reply, "이게 아니에요")
    assert refused.ephemeral
    assert refused.text == "Only the person who asked can press this."
    assert reply.text == before
    await alice.clicks(reply, "이게 아니에요")
    offered = reply.text
    await alice.forges_click(reply, custom_id)
    assert reply.text == offered
    (group,) = await bot.stores(1)
    assert group.asked == 1
    assert server.denials == []


async def test_private_answers_are_turned_down_privately(bot: Bot, alice: Actor) -> None:
    reply = await alice.runs("/질문", 질문=NEARLY[0])
    assert reply.ephemeral
    changed = await alice.clicks(reply, "이게 아니에요")
    assert changed.ephemeral
    dm = await alice.dm(NEARLY[0])
    assert (await alice.clicks(dm, "이게 아니에요")).id == dm.id
    command, direct = sorted(await bot.stores(2), key=lambda one: -one.server)
    assert (command.text, direct.text) == (NEARLY[0], NEARLY[0])
    assert (command.server != 0, direct.server) == (True, 0)


async def test_after_a_restart_the_question_that_stands_in_the_channel_is_stored(
    server: FakeDiscord, app: App, tmp_path: Path, alice: Actor, bob: Actor
) -> None:
    async with running(server, app, tmp_path):
        reply = await alice.says(f"<@bot> {NEARLY[0]}")
    async with running(server, app, tmp_path) as bot:
        assert (await bob.clicks(reply, "이게 아니에요")).ephemeral
        await alice.clicks(reply, "이게 아니에요")
        (group,) = await bot.stores(1)
        assert (group.text, group.server) == (NEARLY[0], server.guild.id)


async def test_a_question_of_a_channel_is_stored_once_its_asker_turns_the_answer_down(
    server: FakeDiscord, app: App, tmp_path: Path, alice: Actor, bob: Actor
) -> None:
    """In a thread that the bot opened for it, too; nobody else can."""
    server.grants(Intent.MESSAGE_CONTENT)
    changes = {"message_content": Switch.ON, "ask_channels": {server.general.id}, "ask_threads": Switch.ON}
    async with running(server, app, tmp_path, **changes) as bot:
        reply = await bob.says(NEARLY[1])
        assert reply.channel is not server.general
        assert (await alice.clicks(reply, "Not this")).ephemeral
        assert await bot.groups() == []
        assert (await bob.clicks(reply, "Not this")).text == "Not that, then. Is it one of these?"
        (group,) = await bot.stores(1)
        assert group.text == NEARLY[1]


@pytest.mark.parametrize(("name", "question"), [("alice", UNSURE[0]), ("bob", UNSURE[1])])
async def test_a_question_whose_suggestion_is_taken_is_not_counted(
    bot: Bot, request: pytest.FixtureRequest, name: str, question: str
) -> None:
    """One whose suggestions are ignored, or looked at by others only, is."""
    member: Actor = request.getfixturevalue(name)
    other: Actor = request.getfixturevalue("bob" if name == "alice" else "alice")
    reply = await member.says(f"<@bot> {question}")
    (group,) = await bot.stores(1)
    assert (group.text, group.asked) == (question.casefold(), 1)
    assert (await other.clicks(reply, labels(reply)[0])).ephemeral
    assert [one.asked for one in await bot.groups()] == [1]
    await member.clicks(reply, labels(reply)[0])
    assert await bot.stores(2) == []


async def test_a_suggestion_to_a_private_question_is_taken_too(bot: Bot, alice: Actor) -> None:
    reply = await alice.runs("/질문", 질문=UNSURE[0])
    await alice.clicks(reply, labels(reply)[0])
    assert await bot.stores(2) == []


async def test_a_suggestion_that_is_taken_after_a_restart_counts_as_taken(
    server: FakeDiscord, app: App, tmp_path: Path, alice: Actor
) -> None:
    async with running(server, app, tmp_path) as bot:
        reply = await alice.says(f"<@bot> {UNSURE[0]}")
        assert len(await bot.stores(1)) == 1
    async with running(server, app, tmp_path) as bot:
        await alice.clicks(reply, labels(reply)[0])
        assert await bot.stores(1) == []


async def test_buttons_of_the_version_before_keep_working(bot: Bot, alice: Actor, facts: Facts) -> None:
    """Their custom ids have not changed, and those below a closest answer have no button to turn it down."""
    reply = await alice.says(f"<@bot> {NEARLY[0]}")
    view = FactView("openai-exodus", "murati-origin", "ko")
    assert button_id(Action("open", view)) == "a1:ofk:openai-exodus:murati-origin"
    opened = await alice.forges_click(reply, "a1:ofk:openai-exodus:murati-origin")
    assert opened.text.startswith(str(facts["murati-origin"].answer.ko))
    assert (await alice.forges_click(reply, "a1:wfk:openai-exodus:murati-origin")).ephemeral
    assert await bot.groups() == []


async def test_questions_that_differ_in_spelling_only_are_one_group(bot: Bot, alice: Actor, bob: Actor) -> None:
    """Without the encoder; with it, those that mean the same."""
    await alice.says("<@bot> 화성 탐사선이 물을 찾았는지 아시는 분?")
    await bob.says("<@bot> 화성 탐사선이 물을 찿았는지 아시는 분?")
    (group,) = await bot.stores(2)
    assert (group.asked, group.askers) == (2, 2)
