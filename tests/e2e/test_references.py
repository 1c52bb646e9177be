"""The log of a question: one reference from its event to its reply, and nothing of what was written."""

import json
import logging
import signal
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import App
from bot.core.matching import Question
from bot.discord_bot.client import BotClient
from bot.discord_bot.logs import JsonFormatter, ReferenceFilter
from bot.service.answering import Answer
from bot.settings import DiscordSettings
from tests.e2e.certain import Certain
from tests.e2e.conftest import running
from tests.e2e.operators import FACTS, QUESTION, small_knowledge, until
from tests.e2e.test_conduct import KOREAN, Failing
from tests.e2e.test_process import WRONG, end, process
from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord import Settings as Patient

MARKER = "zebrafish"
"""A word that only members write."""
WRITE = "POST /channels/{channel_id}/messages"


class Log(logging.Handler):
    """Keeps what `run` would write with BOT_LOG_FORMAT=json."""

    def __init__(self) -> None:
        """Begin empty."""
        super().__init__()
        self.addFilter(ReferenceFilter())
        self.setFormatter(JsonFormatter())
        self.events: list[dict[str, str | None]] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep an event."""
        self.events.append(json.loads(self.format(record)))


@pytest.fixture
def log() -> Iterator[Log]:
    """Record the log from INFO on."""
    handler, root = Log(), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield handler
    root.removeHandler(handler)
    root.setLevel(level)


async def ask_in_every_way(alice: Actor, bob: Actor) -> None:
    """Ask with the marker in every place where a member writes."""
    reply = await alice.says(f"<@bot> {MARKER} 무라티 어디 사람이야?")
    await alice.says(f"{MARKER} 왜?", reply_to=reply)
    await bob.dm(f"{MARKER} where is she from?")
    await bob.runs("/ask", question=f"{MARKER}?")
    await bob.runs("/person", name=MARKER)
    await bob.types("/ask", question=MARKER)
    written = await bob.writes(f"what about {MARKER}")
    await alice.runs_on_message("이 질문에 답하기", written)
    edited = await bob.writes(f"<@bot> {MARKER} who left?")
    await bob.is_answered(edited)
    await bob.edits(edited, f"<@bot> {MARKER} who stayed?")
    await alice.forges_click(reply, f"a1:{MARKER}")


async def test_nothing_that_members_write_is_logged_at_info(
    server: FakeDiscord, alice: Actor, bob: Actor, bot: BotClient, log: Log
) -> None:
    """Nor measured, nor are ids and names."""
    await ask_in_every_way(alice, bob)
    await server.is_asked("PATCH /channels/{channel_id}/messages/{message_id}")
    await until(lambda: not bot.state.limits.in_flight.count)
    written = json.dumps(log.events)
    assert len(log.events) >= 9
    for secret in (MARKER, "alice", str(alice.id), str(server.general.id), str(server.guild.id)):
        assert secret not in written
        assert secret.encode() not in bot.state.measures.text()


async def test_nothing_that_members_write_is_logged_when_answers_fail(
    server: FakeDiscord, app: App, settings: DiscordSettings, log: Log
) -> None:
    async with running(server, replace(app, library=Failing(app.library)), settings) as bot:
        await server.user("alice").says(f"<@bot> {MARKER} 무라티 어디 사람이야?")
        await server.user("bob").runs("/ask", question=MARKER)
        await until(lambda: not bot.state.limits.in_flight.count)
    assert {event["level"] for event in log.events} >= {"error"}
    assert MARKER not in json.dumps(log.events)


async def test_each_question_has_a_reference_of_its_own(
    server: FakeDiscord, alice: Actor, bob: Actor, bot: BotClient, log: Log
) -> None:
    for number in range(5):
        await alice.says(f"<@bot> {number} {KOREAN}")
        await bob.runs("/who-left")
    await until(lambda: not bot.state.limits.in_flight.count)
    questions = [event for event in log.events if event["logger"] == "bot.discord_bot.measures"]
    assert len({event["reference"] for event in questions}) == len(questions) == 10
    assert all(event["reference"] for event in questions)
    del server


class Thinking(Certain):
    """Logs in the thread that answers, then fails."""

    def answer(self, question: Question) -> Answer:
        """Fail, as a mistake in the program would."""
        assert threading.current_thread() is not threading.main_thread()
        logging.getLogger("bot.core").warning("thinking")
        raise RuntimeError(question.default)


async def test_an_operator_finds_by_the_reference_that_a_member_tells_all_events_of_the_question(
    server: FakeDiscord, app: App, settings: DiscordSettings, log: Log
) -> None:
    """Also those of the thread that answers, and of nobody else's question."""
    async with running(server, replace(app, library=Thinking(app.library)), settings) as bot:
        alice, bob = server.user("alice", locale="ko"), server.user("bob", locale="en-US")
        told = [(await alice.says(f"<@bot> {KOREAN}")).text, (await bob.runs("/ask", question="who left?")).text]
        await until(lambda: not bot.state.limits.in_flight.count)
    for text, way in zip(told, ("mention", "command"), strict=True):
        reference = text.removesuffix(")").rpartition(" ")[2]
        found = [(event["logger"], event["level"]) for event in log.events if event["reference"] == reference]
        assert found == [
            ("bot.core", "warning"),
            ("bot.discord_bot.sending", "error"),
            ("bot.discord_bot.measures", "info"),
        ]
        (last,) = (e for e in log.events if e["reference"] == reference and e["level"] == "info")
        assert str(last["message"]).startswith(f"{way}: failed, language ")


async def test_a_reply_that_discord_refuses_is_found_by_its_reference(
    server: FakeDiscord, alice: Actor, bot: BotClient, log: Log
) -> None:
    server.fails_next(on=WRITE, status=400, code=50035)
    await alice.writes(f"<@bot> {KOREAN}")
    await until(lambda: any(event["level"] == "info" for event in log.events if event["reference"]))
    await until(lambda: not bot.state.limits.in_flight.count)
    refused, counted = (event for event in log.events if event["reference"])
    assert refused["message"] == "Discord refused a reply: status 400, code 50035"
    assert refused["reference"] == counted["reference"]


@pytest.fixture
async def apart() -> AsyncIterator[FakeDiscord]:
    """Run a server that only the processes are pointed at."""
    async with FakeDiscord(Patient(patience=60), points_here=False) as server:
        yield server
    assert server.refusals == []


async def test_every_line_of_a_process_is_json(apart: FakeDiscord, tmp_path: Path) -> None:
    """From a misspelt setting to the end."""
    small_knowledge(tmp_path)
    async with process(
        apart.url, tmp_path, DISCORD_TOKEN=apart.token, BOT_LOG_FORMAT="json", BOT_KNOWLEGE="somewhere"
    ) as bot:
        await bot.says("connected and answering")
        apart.sends_malformed_event()
        await apart.user("alice", locale="ko").says(QUESTION.replace("?", f" {MARKER}?"))
        bot.gets(signal.SIGTERM)
        ended = await bot.ends()
    events = [json.loads(line) for line in ended.err.splitlines()]
    assert all(list(event) == ["time", "level", "logger", "message", "reference", "exception"] for event in events)
    messages = [event["message"] for event in events]
    assert messages[0] == "'BOT_KNOWLEGE' is no setting: did you mean BOT_KNOWLEDGE?"
    assert next(event["message"] for event in events if event["reference"]).startswith("mention: ")
    assert MARKER not in ended.err
    assert ended.code == 0


@pytest.mark.parametrize("trouble", ["token", "facts"])
async def test_the_error_that_ends_a_process_is_json_too(apart: FakeDiscord, tmp_path: Path, trouble: str) -> None:
    folder = small_knowledge(tmp_path)
    if trouble == "facts":
        folder.change(FACTS, "section: exodus", "section: exodos")
        folder.change(FACTS, "about: [murati]", "about: [muratti]")
    ended = await end(apart.url, tmp_path, DISCORD_TOKEN=WRONG, BOT_LOG_FORMAT="json")
    events = [json.loads(line) for line in ended.err.splitlines()]
    assert ended.code == (1 if trouble == "facts" else 69)
    last = [event["message"] for event in events if event["level"] == "critical"]
    assert len(last) == (2 if trouble == "facts" else 1)
    assert last == [event["message"] for event in events][-len(last) :]
    assert ("art/facts.yaml:11" if trouble == "facts" else "refuses the token") in last[0]
