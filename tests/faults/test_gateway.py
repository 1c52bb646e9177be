"""The gateway on bad days: sessions are resumed, broken events dropped, IDENTIFYs spared."""

import re
import sys
import time
from pathlib import Path

import pytest

from bot.discord_bot.client import BotClient
from bot.discord_bot.connection import MAX_PAUSE
from tests.e2e.operators import operated, until
from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord.payloads.messages import gateway_message_payload

KOREAN, ENGLISH = "무라티 어디 사람이야?", "Where is Murati from?"
OUTAGE = 4
"""Attempts to resume until one succeeds; the pauses before them double from half a second."""


def resumed(server: FakeDiscord) -> int:
    """Return how often the only session was resumed."""
    (session,) = server.sessions
    return session.resumed


def pauses(caplog: pytest.LogCaptureFixture) -> list[float]:
    """Return the seconds before each attempt to resume, as the log announces them."""
    announced = (re.search(r"RESUME in ([\d.]+) s", record.getMessage()) for record in caplog.records)
    return [float(found[1]) for found in announced if found]


async def test_after_an_outage_the_session_is_resumed_after_pauses_of_at_most_five_seconds(
    server: FakeDiscord, alice: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    """A question from in between is answered then."""
    server.refuses_gateway()
    server.drops_connection()
    await server.disconnects()
    written = await alice.writes(f"<@bot> {KOREAN}")
    await until(lambda: len(pauses(caplog)) == OUTAGE)
    server.refuses_gateway(None)
    await alice.is_answered(written)
    sys.stdout.write(f"gateway refused {OUTAGE - 1} times: pauses of {pauses(caplog)} s\n")
    assert max(pauses(caplog)) <= MAX_PAUSE
    assert server.hub.identifies == 1
    assert resumed(server) == 1


async def test_ten_drops_lose_no_question(server: FakeDiscord, alice: Actor) -> None:
    written = []
    for number in range(10):
        written.append(await alice.writes(f"<@bot> {KOREAN} {number}"))
        server.drops_connection()
        await server.resumes(number + 1)
    for question in written:
        await alice.is_answered(question)
    await server.quiets_down()
    assert [len(question.answers) for question in written] == [1] * 10
    assert server.hub.identifies == 1
    assert resumed(server) == 10


def order(name: str, server: FakeDiscord) -> None:
    """Make one kind of trouble."""
    match name:
        case "RECONNECT":
            server.asks_to_reconnect()
        case "op 9 true":
            server.invalidates_sessions(resumable=True)
        case "op 9 false":
            server.invalidates_sessions()
        case "no JSON":
            server.sends_frame("{")
        case "no object":
            server.sends_frame("[1]")
        case code:
            server.drops_connection(int(code))


@pytest.mark.parametrize(
    ("trouble", "resumes"),
    [
        ("RECONNECT", True),
        ("op 9 true", True),
        ("op 9 false", False),
        ("no JSON", True),
        ("no object", True),
        ("4000", True),
        ("4008", True),
        ("4003", False),
        ("4007", False),
        ("4009", False),
    ],
)
async def test_the_session_is_resumed_where_it_lives(
    server: FakeDiscord, alice: Actor, bot: BotClient, trouble: str, *, resumes: bool
) -> None:
    order(trouble, server)
    await until(lambda: server.hub.identifies == 2 or sum(session.resumed for session in server.sessions) == 1)
    assert (await alice.says(f"<@bot> {KOREAN}")).text
    assert server.hub.identifies == (1 if resumes else 2)
    assert bot.reconnects["RESUME"] == resumes


async def test_a_frame_that_cannot_be_read_twice_costs_the_session(server: FakeDiscord, alice: Actor) -> None:
    """A RESUME would replay it for ever."""
    server.dispatches_text("{")
    await until(lambda: server.hub.identifies == 2)
    assert (await alice.says(f"<@bot> {KOREAN}")).text


@pytest.mark.parametrize("event", ["MESSAGE_CREATE", "GUILD_UPDATE", "MESSAGE_UPDATE", "INTERACTION_CREATE"])
async def test_a_broken_event_is_dropped_counted_and_logged_once(
    server: FakeDiscord, alice: Actor, bot: BotClient, caplog: pytest.LogCaptureFixture, event: str
) -> None:
    for _ in range(50):
        server.sends_malformed_event(event)
    assert (await alice.says(f"<@bot> {KOREAN}")).text
    assert bot.dropped_events == {event: 50}
    assert server.hub.identifies == 1
    assert resumed(server) == 0
    (line,) = caplog.records
    assert line.exc_info is None
    assert f"an event {event} can't be read" in line.getMessage()


@pytest.mark.parametrize("part", ["author", "mentions", "mention_roles"])
async def test_a_message_without_what_decides_on_it_is_dropped_and_counted(
    server: FakeDiscord, alice: Actor, bot: BotClient, caplog: pytest.LogCaptureFixture, part: str
) -> None:
    written = await alice.writes(f"<@bot> {KOREAN}")
    assert (await alice.is_answered(written)).text
    payload = gateway_message_payload(written.message, server.bot, content_intent=False)
    del payload[part]
    for event in ("MESSAGE_CREATE", "MESSAGE_UPDATE"):
        server.sends_event(event, payload)
    assert (await server.user("bob").says(f"<@bot> {KOREAN}")).text
    assert bot.dropped_events == {"MESSAGE_CREATE": 1, "MESSAGE_UPDATE": 1}
    assert [line.exc_info for line in caplog.records] == [None, None]


async def test_no_question_is_lost_among_broken_events(server: FakeDiscord, bot: BotClient) -> None:
    members = [server.user(f"member-{number}") for number in range(100)]
    written = []
    for member in members:
        written.append(await member.writes(f"<@bot> {KOREAN}"))
        server.sends_malformed_event()
    for member, question in zip(members, written, strict=True):
        await member.is_answered(question)
    sys.stdout.write(f"100 questions among {bot.dropped_events.total()} broken events: all answered\n")
    assert [len(question.answers) for question in written] == [1] * 100
    assert bot.dropped_events.total() == 100
    assert server.hub.identifies == 1


async def test_a_message_of_a_server_that_is_not_known_is_no_direct_message(
    server: FakeDiscord, alice: Actor, bot: BotClient
) -> None:
    """The event that announces the server may be the one that was dropped."""
    place = {"guild_id": "99", "channel_id": "98", "id": "97", "type": 0, "content": KOREAN}
    author = {"id": "96", "username": "x", "discriminator": "0", "avatar": None}
    lists: dict[str, list[str]] = {"mentions": [], "mention_roles": [], "attachments": [], "embeds": []}
    flags = {
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "pinned": False,
        "mention_everyone": False,
        "tts": False,
        "flags": 0,
    }
    server.sends_event("MESSAGE_CREATE", {"author": author, **place, **lists, **flags})
    assert (await alice.says(f"<@bot> {KOREAN}")).text
    assert not bot.dropped_events
    assert server.denials == []


@pytest.mark.parametrize("code", [4003, 4008])
async def test_a_refused_identify_is_repeated_with_a_line_of_the_log_each(
    server: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture, code: int
) -> None:
    server.closes_next_identify(code, times=2)
    async with operated(server, tmp_path):
        lines = [record.getMessage() for record in caplog.records if f"closed with {code}" in record.getMessage()]
        assert len(lines) == 2
        assert all("IDENTIFY in" in line for line in lines)


async def test_when_few_identifies_are_left_they_are_spread(
    server: FakeDiscord, alice: Actor, bot: BotClient, caplog: pytest.LogCaptureFixture
) -> None:
    server.settings.session_starts, server.settings.session_starts_reset = 5, 8.0
    began = time.monotonic()
    server.invalidates_sessions()
    await until(lambda: server.hub.identifies == 2)
    assert time.monotonic() - began >= 2.0
    assert "IDENTIFY in 2.0 s: 4 are left for 8 s" in caplog.text
    assert bot.reconnects["IDENTIFY"] == 2
    assert (await alice.says(f"<@bot> {KOREAN}")).text
