"""Edits, deletions, repetitions, lost connections, missing permissions, failures."""

import asyncio
import logging
from dataclasses import replace

import pytest

from bot.app import App
from bot.core.matching import Question
from bot.core.model import Fact
from bot.discord_bot.client import BotClient
from bot.service.answering import Answer
from bot.service.library import Library
from bot.settings import DiscordSettings
from tests.discord_bot.clock import Clock
from tests.e2e.certain import Certain
from tests.e2e.conftest import running
from tests.e2e.operators import until
from tests.fake_discord import Actor, FakeDiscord, Permission

WRITE = "POST /channels/{channel_id}/messages"
KOREAN, ENGLISH = "무라티 어디 사람이야?", "Where is Murati from?"
Facts = dict[str, Fact]


async def test_the_same_question_within_a_minute_gets_a_link(
    server: FakeDiscord, alice: Actor, bob: Actor, clock: Clock
) -> None:
    first = await alice.says(f"<@bot> {KOREAN}")
    again = await bob.says(f"<@bot> {KOREAN}!!")
    assert again.text == f"방금 같은 질문에 답했어요: {first.link}"
    elsewhere = server.add_channel("elsewhere")
    assert first.text == (await bob.says(f"<@bot> {KOREAN}", elsewhere)).text
    clock.now += 61
    assert (await bob.says(f"<@bot> {KOREAN}")).text == first.text


async def test_an_edit_within_two_minutes_changes_the_answer(alice: Actor, facts: Facts, clock: Clock) -> None:
    written = await alice.writes(f"<@bot> {KOREAN}")
    reply = await alice.is_answered(written)
    await alice.edits(written, f"<@bot> {ENGLISH}")
    await reply.changes()
    assert reply.text.startswith(str(facts["murati-origin"].answer.en))
    assert [b.label for b in reply.buttons] == ["한국어", "Related questions", "⋯"]
    clock.now += 121
    await alice.edits(written, f"<@bot> {KOREAN}")
    await alice.runs("/help")  # events are handled in order
    assert reply.text.startswith(str(facts["murati-origin"].answer.en))


async def test_an_edit_after_a_moderator_took_the_answer_away_does_nothing(
    server: FakeDiscord, alice: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    moderator = server.user("moderator", permissions=Permission.MANAGE_MESSAGES)
    written = await alice.writes(f"<@bot> {KOREAN}")
    await moderator.deletes(await alice.is_answered(written))
    await alice.edits(written, f"<@bot> {ENGLISH}")
    await server.is_asked("PATCH /channels/{channel_id}/messages/{message_id}")
    await server.quiets_down()
    assert written.answers == []
    assert "failure" not in caplog.text


async def test_a_deleted_question_takes_its_answer_away(alice: Actor, bob: Actor) -> None:
    written = await alice.writes(f"<@bot> {KOREAN}")
    reply = await alice.is_answered(written)
    await alice.deletes(written)
    await reply.disappears()
    assert "방금" not in (await bob.says(f"<@bot> {KOREAN}")).text


async def test_questions_deleted_in_bulk_take_their_answers_away(server: FakeDiscord, alice: Actor) -> None:
    """As a moderator's purge does; one of them was never answered."""
    written = [await alice.writes(text) for text in (f"<@bot> {KOREAN}", "just talk", f"<@bot> {ENGLISH}")]
    answers = [await alice.is_answered(written[at]) for at in (0, 2)]
    place = {"channel_id": str(server.general.id), "guild_id": str(server.guild.id)}
    server.sends_event("MESSAGE_DELETE_BULK", {"ids": [str(message.id) for message in written], **place})
    for answer in answers:
        await answer.disappears()


async def test_a_question_deleted_before_its_answer_leaves_nothing(server: FakeDiscord, alice: Actor) -> None:
    server.delays_next(0.1, on=WRITE)
    written = await alice.writes(f"<@bot> {KOREAN}")
    await until(lambda: server.requests_to(*WRITE.split()))
    await alice.deletes(written)
    await server.is_asked("DELETE /channels/{channel_id}/messages/{message_id}")
    assert written.answers == []


async def test_questions_asked_while_the_connection_is_gone_are_answered_once(
    server: FakeDiscord, alice: Actor, bob: Actor
) -> None:
    """The session is resumed, and Discord delivers what was missed."""
    server.drops_connection()
    await server.disconnects()
    written = [await member.writes(f"<@bot> {text}") for member, text in ((alice, KOREAN), (bob, ENGLISH))]
    await server.resumes()
    for member, question in zip((alice, bob), written, strict=True):
        await member.is_answered(question)
    await server.quiets_down()
    assert [len(question.answers) for question in written] == [1, 1]


async def test_a_rate_limit_delays_an_answer_and_loses_none(server: FakeDiscord, alice: Actor) -> None:
    server.limits_next(on=WRITE, times=2)
    written = await alice.writes(f"<@bot> {KOREAN}")
    await alice.is_answered(written)
    assert [request.status for request in server.requests_to(*WRITE.split())] == [429, 429, 200]
    assert len(written.answers) == 1


async def test_where_it_may_not_write_it_answers_privately(server: FakeDiscord, alice: Actor, facts: Facts) -> None:
    server.denies(server.general, server.bot, Permission.SEND_MESSAGES)
    await alice.writes(f"<@bot> {KOREAN}")
    private = await alice.receives()
    assert private.text.startswith(f"<#{server.general.id}>에는 제가 글을 쓸 수 없어서 여기로 답해요.")
    assert str(facts["murati-origin"].answer.ko) in private.text
    assert "English" in [b.label for b in private.buttons]


async def test_an_answer_given_privately_is_linked_for_nobody_else(
    server: FakeDiscord, alice: Actor, bob: Actor, facts: Facts
) -> None:
    server.denies(server.general, server.bot, Permission.SEND_MESSAGES)
    for member in (alice, bob):
        await member.writes(f"<@bot> {KOREAN}")
        assert str(facts["murati-origin"].answer.ko) in (await member.receives()).text


async def test_closed_direct_messages_end_it_quietly(server: FakeDiscord, alice: Actor) -> None:
    server.denies(server.general, server.bot, Permission.SEND_MESSAGES)
    alice.user.takes_direct_messages = False
    await alice.writes(f"<@bot> {KOREAN}")
    await until(lambda: len(server.denials) > 1)
    await server.quiets_down()
    assert [denied.code for denied in server.denials] == [50013, 50007]


async def test_without_the_history_it_answers_without_a_reference(
    server: FakeDiscord, alice: Actor, facts: Facts
) -> None:
    server.denies(server.general, server.bot, Permission.READ_MESSAGE_HISTORY)
    reply = await alice.says(f"<@bot> {KOREAN}")
    assert reply.text.startswith(str(facts["murati-origin"].answer.ko))
    assert reply.reference is None


async def test_a_locked_thread_is_answered_privately(server: FakeDiscord, alice: Actor) -> None:
    thread = server.add_thread("old", members=[alice])
    written = await alice.writes(f"<@bot> {KOREAN}", thread)
    await alice.is_answered(written)
    thread.locked = True
    server.hub.events.channel("THREAD_UPDATE", thread)
    await alice.writes("<@bot> 무라티 국적", thread)
    assert "여기로 답해요" in (await alice.receives()).text


class Failing(Certain):
    """Fails on everything."""

    def answer(self, question: Question) -> Answer:
        """Fail."""
        message = f"cannot answer {question.default}"
        raise RuntimeError(message)


async def test_a_failure_is_one_calm_sentence_with_a_reference(
    server: FakeDiscord, app: App, settings: DiscordSettings, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(server, replace(app, library=Failing(app.library)), settings):
        alice, bob = server.user("alice", locale="ko"), server.user("bob")
        korean = (await alice.says(f"<@bot> {KOREAN}")).text
        english = (await bob.runs("/ask", question=ENGLISH)).text
    for text, start in ((korean, "지금은 답을 드리지 못했어요."), (english, "I could not answer just now.")):
        assert text.startswith(start)
        reference = text.removesuffix(")").rpartition(" ")[2]
        logged = [record for record in caplog.records if reference in record.getMessage()]
        assert [record.levelno for record in logged] == [logging.ERROR]
    assert KOREAN not in caplog.text


class Slow(Certain):
    """Takes until it is released."""

    def __init__(self, library: Library) -> None:
        """Answer from `library` once `released` is set."""
        super().__init__(library)
        self.released = asyncio.Event()

    async def ask(self, question: Question) -> Answer:
        """Answer late."""
        await self.released.wait()
        return self.answer(question)


async def test_a_slow_answer_shows_that_it_is_coming(
    server: FakeDiscord, app: App, settings: DiscordSettings, facts: Facts
) -> None:
    """Before Discord gives up, which would fail the test."""
    library = Slow(app.library)
    async with running(server, replace(app, library=library), settings):
        asking = asyncio.create_task(server.user("alice", locale="ko").runs("/ask", question=KOREAN))
        await server.is_asked("POST /interactions/{interaction_id}/{interaction_token}/callback")
        library.released.set()
        reply = await asking
        assert reply.ephemeral
        assert reply.text.startswith(str(facts["murati-origin"].answer.ko))


async def test_a_draining_bot_answers_nothing_new_and_says_so(
    server: FakeDiscord, alice: Actor, bot: BotClient
) -> None:
    server.delays_next(0.1, on=WRITE)
    written = await alice.writes(f"<@bot> {KOREAN}")
    await until(lambda: server.requests_to(*WRITE.split()))
    assert await bot.drain(5)
    assert len(written.answers) == 1
    await alice.writes(f"<@bot> {ENGLISH}")
    assert "I can't answer right now." in (await alice.receives()).text
