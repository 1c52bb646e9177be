"""What members do that is no plain mention: roles, forwards, edits, deletions, invisible text."""

import asyncio
from dataclasses import replace

import pytest

from bot.app import App
from bot.core.matching import Question
from bot.core.model import Fact
from bot.discord_bot.client import BotClient
from bot.service.answering import Answer
from bot.service.library import Library
from bot.settings import DiscordSettings, Switch
from tests.discord_bot.clock import Clock
from tests.e2e.certain import Certain
from tests.e2e.conftest import running
from tests.fake_discord import Actor, FakeDiscord, Intent, Permission
from tests.fake_discord.posting import touch

KOREAN, ENGLISH = "무라티 어디 사람이야?", "Where is Murati from?"
Facts = dict[str, Fact]


def role_mention(server: FakeDiscord) -> str:
    """Return the text that mentions the role which Discord made for the bot."""
    role = next(role for role in server.guild.roles.values() if role.managed_by == server.bot.id)
    return f"<@&{role.id}>"


async def test_a_mention_of_the_bots_role_gets_a_hint_where_the_text_is_hidden(
    server: FakeDiscord, alice: Actor
) -> None:
    assert "Mention me, not the role." in (await alice.says(f"{role_mention(server)} {KOREAN}")).text
    other = server.add_role("readers", Permission.NONE)
    await alice.writes(f"<@&{other.id}> {KOREAN}")
    await alice.hears_nothing()


async def test_a_mention_of_the_bots_role_is_answered_where_the_text_can_be_read(
    server: FakeDiscord, app: App, settings: DiscordSettings, facts: Facts
) -> None:
    server.grants(Intent.MESSAGE_CONTENT)
    async with running(server, app, settings.model_copy(update={"message_content": Switch.ON})):
        alice = server.user("alice", locale="ko")
        reply = await alice.says(f"{role_mention(server)} {KOREAN}")
        assert reply.text.startswith(str(facts["murati-origin"].answer.ko))
        assert "For example" in (await alice.says(role_mention(server))).text
        other = server.add_role("readers", Permission.NONE)
        await alice.writes(f"<@&{other.id}> {KOREAN}")
        await alice.hears_nothing()


async def test_a_forwarded_question_is_answered_in_a_direct_message(
    server: FakeDiscord, alice: Actor, bob: Actor, facts: Facts
) -> None:
    written = await bob.writes(KOREAN)
    forward = await alice.forwards(written, server.dm(alice, server.bot))
    assert (await alice.is_answered(forward)).text.startswith(str(facts["murati-origin"].answer.ko))
    await alice.forwards(written, server.general)
    await alice.hears_nothing()


async def test_no_help_in_a_direct_message_speaks_of_mentioning(server: FakeDiscord, alice: Actor, bob: Actor) -> None:
    """The language is the one that the person last used."""
    for member, question, words in (
        (alice, KOREAN, "여기에 질문을 쓰면"),
        (bob, ENGLISH, "Just write your question here"),
    ):
        await member.says(f"<@bot> {question}")
        place = server.dm(member, server.bot)
        picture = await member.is_answered(await member.writes("", place, files=["picture.png"]))
        blank = await member.dm("** **")
        command = await member.runs("/help", place)
        for reply in (picture, blank, command):
            assert reply.text.startswith(words)
            assert len(reply.buttons) == 3


async def test_a_stranger_is_greeted_in_the_language_of_the_bots_servers(
    server: FakeDiscord, app: App, settings: DiscordSettings
) -> None:
    server.guild.locale = "ko"
    async with running(server, app, settings):
        assert (await server.user("carol").dm("?!")).text
        assert "여기에 질문을 쓰면" in (await server.user("dave").dm("\u3164")).text


async def test_a_mention_added_by_editing_is_answered_once(alice: Actor, server: FakeDiscord, facts: Facts) -> None:
    written = await alice.writes(KOREAN)
    await alice.hears_nothing()
    await alice.edits(written, f"<@bot> {KOREAN}")
    reply = await alice.is_answered(written)
    assert reply.text.startswith(str(facts["murati-origin"].answer.ko))
    await alice.edits(written, f"<@bot> {ENGLISH}")
    await reply.changes()
    assert reply.text.startswith(str(facts["murati-origin"].answer.en))
    touch(server.hub, written.message)  # a link preview
    await server.quiets_down()
    assert len(written.answers) == 1


async def test_an_old_edit_that_is_reported_again_is_no_question(
    server: FakeDiscord, app: App, settings: DiscordSettings
) -> None:
    """Discord reports a pin as an edit, also after a restart, when nobody knows what was answered."""
    alice = server.user("alice")
    written = await alice.writes(f"<@bot> {ENGLISH}")
    await alice.edits(written, f"<@bot> {KOREAN}")
    assert written.message.edited_at is not None
    written.message.edited_at = written.message.edited_at.replace(year=2020)
    async with running(server, app, settings):
        touch(server.hub, written.message)
        await alice.hears_nothing()


@pytest.mark.parametrize("text", ["안녕하세요", "고마워요", "화성에 물이 있어?"])
async def test_small_talk_thanks_and_refusals_are_never_linked(alice: Actor, bob: Actor, text: str) -> None:
    first = await alice.says(f"<@bot> {text}")
    assert (await bob.says(f"<@bot> {text}")).text == first.text


@pytest.mark.parametrize("purged", [False, True])
async def test_an_answer_that_a_moderator_deleted_is_given_again(
    server: FakeDiscord, alice: Actor, bob: Actor, facts: Facts, *, purged: bool
) -> None:
    moderator = server.user("moderator", permissions=Permission.MANAGE_MESSAGES)
    answer = await alice.says(f"<@bot> {KOREAN}")
    assert "방금" in (await bob.says(f"<@bot> {KOREAN}")).text
    await (moderator.purges(answer, await bob.writes("spam")) if purged else moderator.deletes(answer))
    assert (await bob.says(f"<@bot> {KOREAN}")).text.startswith(str(facts["murati-origin"].answer.ko))


@pytest.mark.parametrize("text", ["\u3164", "\u2800\u2800", "** **", "__ __", "\u200b", "||\u115f||", "> \uffa0"])
async def test_a_mention_with_invisible_text_gets_the_help_of_an_empty_one(alice: Actor, text: str) -> None:
    reply = await alice.says(f"<@bot>{text}")
    assert "For example" in reply.text
    assert len(reply.buttons) == 3


class Waiting(Certain):
    """Answers questions in the order in which a test lets it."""

    def __init__(self, library: Library) -> None:
        """Answer from `library`; a question waits for its gate, if it has one."""
        super().__init__(library)
        self.gates: dict[str, asyncio.Event] = {}
        self.asked: list[str] = []

    async def ask(self, question: Question) -> Answer:
        """Answer when the gate is open."""
        self.asked.append(question.text)
        if gate := self.gates.get(question.text):
            await gate.wait()
        return self.answer(question)


async def test_of_two_quick_edits_the_last_one_stands(
    server: FakeDiscord, app: App, settings: DiscordSettings, clock: Clock, facts: Facts
) -> None:
    """The first edit takes longer to answer than the second; nothing is found under the wrong question."""
    library, slow = Waiting(app.library), "슐먼은 언제 오픈AI를 떠났습니까?"
    gate = library.gates[slow] = asyncio.Event()
    async with running(server, replace(app, library=library), settings, clock):
        alice, bob = server.user("alice"), server.user("bob")
        written = await alice.writes(f"<@bot> {KOREAN}")
        reply = await alice.is_answered(written)
        await alice.edits(written, f"<@bot> {slow}")
        await alice.edits(written, f"<@bot> {ENGLISH}")
        await bob.runs("/help")  # events are handled in order
        gate.set()
        while not reply.text.startswith(str(facts["murati-origin"].answer.en)):
            await reply.changes()
        await server.quiets_down()
        assert reply.text.startswith(str(facts["murati-origin"].answer.en))
        assert (await bob.says(f"<@bot> {slow}")).text.startswith(str(facts["schulman-when"].answer.ko))
        assert reply.link in (await bob.says(f"<@bot> {ENGLISH}")).text


async def test_an_edit_back_to_the_first_question_wins(
    server: FakeDiscord, app: App, settings: DiscordSettings, facts: Facts
) -> None:
    library, slow = Waiting(app.library), "슐먼은 언제 오픈AI를 떠났습니까?"
    gate = library.gates[KOREAN] = asyncio.Event()
    async with running(server, replace(app, library=library), settings):
        alice = server.user("alice")
        written = await alice.writes(f"<@bot> {KOREAN}")
        await alice.edits(written, f"<@bot> {slow}")
        await alice.edits(written, f"<@bot> {KOREAN}")
        await server.user("bob").runs("/help")
        gate.set()
        reply = await alice.is_answered(written)
        await server.quiets_down()
        assert reply.text.startswith(str(facts["murati-origin"].answer.ko))
        assert slow not in library.asked, "an edit that was edited again is not answered"


async def test_a_menu_used_without_values_gets_a_polite_reply(
    alice: Actor, bot: BotClient, caplog: pytest.LogCaptureFixture
) -> None:
    del bot
    page = await alice.runs("/who-left")
    reply = await alice.picks_nothing(page)
    assert reply.ephemeral
    assert reply.text
    assert caplog.text == ""
