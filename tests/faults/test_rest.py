"""Discord's HTTP side on bad days: every question gets one reply, and trouble one line of the log."""

import asyncio
import sys
import time
from dataclasses import replace

import discord
import pytest

from bot.app import App
from bot.core.matching import Question
from bot.discord_bot.client import BotClient
from bot.discord_bot.connection import MAX_LATER_PAUSE, MAX_PAUSE, pause
from bot.discord_bot.rest import RestGate
from bot.service.answering import Answer
from bot.service.library import Library
from bot.settings import DiscordSettings
from tests.e2e.certain import with_shipped_matcher
from tests.e2e.conftest import running
from tests.e2e.operators import until
from tests.fake_discord import Actor, FakeDiscord, MessageFlag, Reply

WRITE = "POST /channels/{channel_id}/messages"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"
REPLACE = "PATCH /webhooks/{webhook_id}/{webhook_token}/messages/@original"
TWO_QUESTIONS = "무라티 어디 사람이야? 슐먼은 언제 오픈AI를 떠났습니까?"
KOREAN, APOLOGY = "무라티 어디 사람이야?", "지금은 답을 드리지 못했어요."


def order(server: FakeDiscord, kind: str, on: str, times: int) -> None:
    """Order trouble for the next requests: a status, or "cut"."""
    if kind == "cut":
        server.cuts_next(on=on, times=times)
    else:
        server.fails_next(on=on, status=int(kind), times=times)


def statuses(server: FakeDiscord, on: str) -> list[int]:
    """Return how the requests to a route were answered; 0 for no answer."""
    return [request.status for request in server.requests_to(*on.split())]


@pytest.mark.parametrize("kind", ["503", "520", "521", "cut"])
async def test_a_reply_outlives_three_failures(
    server: FakeDiscord, alice: Actor, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    order(server, kind, WRITE, 3)
    began = time.monotonic()
    written = await alice.writes(f"<@bot> {KOREAN}")
    reply = await alice.is_answered(written)
    sys.stdout.write(f"three times {kind}: answered after {time.monotonic() - began:.1f} s\n")
    await server.quiets_down()
    assert APOLOGY not in reply.text
    assert len(written.answers) == 1
    assert len(statuses(server, WRITE)) == 4
    assert caplog.text == ""


async def test_a_reply_that_arrived_though_its_answer_was_lost_is_not_repeated(
    server: FakeDiscord, alice: Actor
) -> None:
    server.loses_answer(on=WRITE, status=503, times=2)
    written = await alice.writes(f"<@bot> {KOREAN}")
    await alice.is_answered(written)
    await server.is_asked(WRITE, times=3)
    assert len(written.answers) == 1


@pytest.mark.parametrize("kind", ["503", "cut"])
async def test_after_long_trouble_there_is_one_apology(
    server: FakeDiscord, alice: Actor, bot: BotClient, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    bot.state.rest.patience = 1.5
    order(server, kind, WRITE, 1_000)
    written = await alice.writes(f"<@bot> {KOREAN}")
    await until(lambda: "failure" in caplog.text)
    server.hub.troubles.orders.clear()
    assert (await alice.is_answered(written)).text.startswith(APOLOGY)
    await server.quiets_down()
    assert len(written.answers) == 1
    (line,) = caplog.records
    assert line.exc_info is None


@pytest.mark.parametrize(("status", "code"), [(404, 10003), (404, 10008), (400, 200000), (400, 50035), (401, 0)])
async def test_what_discord_refuses_is_posted_once_and_logged_in_one_line(
    server: FakeDiscord, alice: Actor, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    server.fails_next(on=WRITE, status=status, code=code)
    written = await alice.writes(f"<@bot> {KOREAN}")
    await until(lambda: caplog.records)
    await server.quiets_down(0.2)
    assert statuses(server, WRITE) == [status]
    assert written.answers == []
    (line,) = caplog.records
    assert line.exc_info is None
    assert line.getMessage() == f"Discord refused a reply: status {status}, code {code}"


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060)])
async def test_an_interaction_that_is_gone_is_one_line(
    server: FakeDiscord, alice: Actor, caplog: pytest.LogCaptureFixture, status: int, code: int
) -> None:
    server.fails_next(on=CALLBACK, status=status, code=code)
    with pytest.raises(AssertionError, match="did not respond"):
        await alice.runs("/help")
    assert statuses(server, CALLBACK) == [status]
    (line,) = caplog.records
    assert line.exc_info is None
    assert line.getMessage() == f"Discord refused a reply: status {status}, code {code}"


@pytest.mark.parametrize("kind", ["503", "cut"])
async def test_the_first_response_to_an_interaction_is_tried_again_in_its_three_seconds(
    server: FakeDiscord, alice: Actor, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    order(server, kind, CALLBACK, 1)
    began = time.monotonic()
    assert (await alice.runs("/help")).text
    sys.stdout.write(f"a response after {kind}: {time.monotonic() - began:.1f} s\n")
    assert caplog.text == ""


async def test_a_response_that_arrived_though_its_answer_was_lost_is_delivered(
    server: FakeDiscord, alice: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    """Discord refuses the repetition with 40060."""
    server.loses_answer(on=CALLBACK, status=503)
    assert (await alice.runs("/help")).text
    await server.is_asked(CALLBACK, times=2)
    await server.quiets_down(0.2)
    assert [request.code for request in server.requests_to(*CALLBACK.split())] == [0, 40060]
    assert caplog.text == ""
    server.refusals.clear()


class Slow(Library):
    """Answers after "… is thinking" is shown."""

    def __init__(self, library: Library) -> None:
        """Answer from the snapshot of `library`."""
        knowledge = library.snapshot.knowledge
        super().__init__(lambda: (knowledge, library.snapshot.revision), None, restored=library.snapshot)

    def answer(self, question: Question) -> Answer:
        """Answer late."""
        time.sleep(2.2)
        return super().answer(question)


@pytest.mark.parametrize("kind", ["500", "503", "cut", "lost"])
async def test_an_answer_after_thinking_is_repeated_and_stands_once(
    server: FakeDiscord, app: App, settings: DiscordSettings, caplog: pytest.LogCaptureFixture, kind: str
) -> None:
    """It replaces what is shown, so a repetition changes nothing."""
    if kind == "lost":
        server.loses_answer(on=REPLACE, times=2)
    else:
        order(server, kind, REPLACE, 2)
    async with running(server, replace(app, library=Slow(app.library)), settings):
        alice = server.user("alice", locale="ko")
        reply = await alice.runs("/질문", question=KOREAN)
        await server.quiets_down(0.5)
    assert "알바니아" in reply.text
    assert reply.message.flags & MessageFlag.SUPPRESS_EMBEDS
    assert reply.followups == []
    assert caplog.text == ""


async def shared(alice: Actor) -> Reply:
    """Return a private answer whose button posts it to the channel, as a follow-up, once it is pressed."""
    private = await alice.runs("/질문", question=KOREAN)
    return await alice.clicks(private, "채널에 공유")


@pytest.mark.parametrize(("kind", "times"), [("502", 2), ("503", 1), ("521", 1)])
async def test_a_follow_up_that_discord_never_saw_is_repeated(
    server: FakeDiscord, alice: Actor, kind: str, times: int
) -> None:
    order(server, kind, FOLLOW_UP, times)
    after = await shared(alice)
    assert "알바니아" in (await after.gets_followup()).text
    await server.quiets_down(0.5)
    assert len(after.followups) == 1


@pytest.mark.parametrize("status", [500, 504, 520])
async def test_a_follow_up_that_may_have_arrived_is_not_repeated(
    server: FakeDiscord, alice: Actor, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """Discord takes no nonce for it; the person is told privately that something went wrong."""
    server.loses_answer(on=FOLLOW_UP, status=status)
    after = await shared(alice)
    apology = await after.gets_followup(2)
    await server.quiets_down(0.5)
    assert [one.ephemeral for one in after.followups] == [False, True]
    assert apology.text.startswith(APOLOGY)
    assert len(statuses(server, FOLLOW_UP)) == 2
    (line,) = caplog.records
    assert line.exc_info is None


async def test_a_follow_up_whose_connection_is_cut_is_not_repeated(
    server: FakeDiscord, alice: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    server.cuts_next(on=FOLLOW_UP)
    after = await shared(alice)
    assert (await after.gets_followup()).text.startswith(APOLOGY)
    assert len(statuses(server, FOLLOW_UP)) == 2
    (line,) = caplog.records
    assert line.exc_info is None


@pytest.mark.parametrize("kind", ["503", "cut", "lost"])
async def test_further_messages_of_an_edited_answer_stand_once(
    server: FakeDiscord, app: App, settings: DiscordSettings, kind: str
) -> None:
    async with running(server, replace(app, library=with_shipped_matcher(app.library)), settings):
        alice = server.user("alice", locale="ko")
        written = await alice.writes(f"<@bot> {KOREAN}")
        await alice.is_answered(written)
        if kind == "lost":
            server.loses_answer(on=WRITE, status=503)
        else:
            order(server, kind, WRITE, 1)
        before = len(server.requests_to(*WRITE.split()))
        await alice.edits(written, f"<@bot> {TWO_QUESTIONS}")
        await until(lambda: len(statuses(server, WRITE)) == before + 2)
        await server.quiets_down(0.5)
    own = [reply for reply in alice.sees(server.general) if reply.author is server.bot]
    assert len(own) == 2
    assert len({reply.text for reply in own}) == 2


async def test_a_429_of_the_proxy_pauses_every_request(server: FakeDiscord, alice: Actor, bob: Actor) -> None:
    server.bans_next(on=WRITE, retry_after=1.5)
    written = await alice.writes(f"<@bot> {KOREAN}")
    await server.is_asked(WRITE)
    other = await bob.writes("<@bot> Where is Murati from?", server.add_channel("elsewhere"))
    replies = [await alice.is_answered(written), await bob.is_answered(other)]
    waits = [(one.message.created_at - written.message.created_at).total_seconds() for one in replies]
    sys.stdout.write(f"Retry-After 1.5 s: answered after {waits[0]:.1f} and {waits[1]:.1f} s\n")
    assert min(waits) >= 1.49, "the loopback counts milliseconds"
    assert APOLOGY not in replies[0].text
    assert sorted(statuses(server, WRITE)) == [200, 200, 429]


async def test_requests_are_repeated_for_so_long_and_no_longer() -> None:
    gate, tried = RestGate(), 0

    async def fail() -> None:
        nonlocal tried
        tried += 1
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await gate.persistently(fail, 1.0)
    assert 2 <= tried <= 3, "the pauses take 0.25 to 0.5 s, 0.5 to 1 s, 1 to 2 s"


async def test_a_request_that_hangs_is_given_up() -> None:
    with pytest.raises(TimeoutError):
        await RestGate().persistently(lambda: asyncio.sleep(60), 0.05)


async def test_a_mistake_of_the_program_is_not_repeated() -> None:
    tried = []

    async def fail() -> None:
        tried.append(1)
        raise discord.ClientException

    with pytest.raises(discord.ClientException):
        await RestGate().persistently(fail)
    assert len(tried) == 1


def test_pauses_double_up_to_five_seconds_in_the_first_minute_and_to_thirty_later() -> None:
    for failures, most in ((1, 0.5), (2, 1), (3, 2), (4, 4), (5, MAX_PAUSE), (1_000, MAX_PAUSE)):
        assert all(most / 2 <= pause(failures, 59) <= most for _ in range(50))
    assert MAX_PAUSE < pause(1_000, 61) <= MAX_LATER_PAUSE
    assert len({pause(3) for _ in range(10)}) > 1
