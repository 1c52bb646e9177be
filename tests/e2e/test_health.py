"""`/healthz`, `/readyz` and `/metrics`, as whoever watches over the bot asks for them."""

import asyncio
import re
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import get_args

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app import App
from bot.core.model import LANGUAGES
from bot.discord_bot.client import BotClient
from bot.discord_bot.measures import SHED, Decision, ReloadResult, Way
from bot.discord_bot.queueing import ANSWERING
from bot.discord_bot.runner import Runner
from bot.errors import ConfigError, DiscordStartError, KnowledgeError
from bot.settings import Address, DiscordSettings
from tests.e2e.conftest import running
from tests.e2e.operators import COMMANDS_FILE, FACTS, QUESTION, operated, prepared, small_knowledge, until
from tests.e2e.test_conduct import ENGLISH, KOREAN, Failing, Slow
from tests.e2e.test_process import process
from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord import Settings as Patient

MARKER = "zebrafish"
"""A word that only members write."""
GATEWAY = "GET /gateway/bot"
GUIDE = Path(__file__).parents[2] / ".deploy" / "README.md"
WRITE = "POST /channels/{channel_id}/messages"


@pytest.fixture
def address(unused_tcp_port: int) -> Address:
    """Return an address on which nobody listens."""
    return Address("127.0.0.1", unused_tcp_port)


async def get(address: Address, path: str) -> tuple[int, str]:
    """Return the status and the text of a page."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{address.host}:{address.port}{path}") as response,
    ):
        return response.status, await response.text()


Samples = dict[tuple[str, tuple[str, ...]], float]
"""Numbers by the name of a sample and the values of its labels, in the alphabetical order of the labels."""


def parsed(text: str) -> Samples:
    """Return the numbers of `/metrics`, without the times at which series began."""
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def questions(bot: BotClient) -> dict[str, float]:
    """Return how many questions were counted, by `way decision language`."""
    return {
        " ".join((labels[2], labels[0], labels[1])): number
        for (name, labels), number in parsed(bot.state.measures.text().decode()).items()
        if name == "bot_questions_total"
    }


async def test_health_is_told_while_discord_is_away(server: FakeDiscord, tmp_path: Path, address: Address) -> None:
    """And readiness, with the reason against it."""
    server.fails_next(on=GATEWAY, status=503, times=1_000)
    bot = prepared(server, tmp_path, http=address)
    serving = asyncio.create_task(bot.serve())
    await until(lambda: len(server.requests_to(*GATEWAY.split())) > 1)
    assert await get(address, "/healthz") == (200, "alive\n")
    status, reason = await get(address, "/readyz")
    assert status == 503
    assert reason.startswith("Discord can't be reached (")
    assert parsed((await get(address, "/metrics"))[1])["bot_ready", ()] == 0
    bot.stop.set()
    await serving


async def test_readiness_follows_the_connection_and_the_end(
    server: FakeDiscord, tmp_path: Path, address: Address
) -> None:
    alice = server.user("alice", locale="ko")
    async with operated(server, tmp_path, http=address) as bot:
        assert await get(address, "/readyz") == (200, "ready\n")
        server.refuses_gateway(503)
        server.drops_connection()
        await server.disconnects()
        await until(bot.runner.obstacle)
        assert await get(address, "/readyz") == (503, "the gateway of Discord is not connected\n")
        assert await get(address, "/healthz") == (200, "alive\n")
        server.refuses_gateway(None)
        await until(lambda: not bot.runner.obstacle())
        assert await get(address, "/readyz") == (200, "ready\n")
        server.delays_next(0.5, on=WRITE)
        await alice.writes(QUESTION)
        await until(lambda: server.requests_to(*WRITE.split()))
        bot.stop.set()
        assert await get(address, "/readyz") == (503, "the bot is shutting down\n")
    with pytest.raises(aiohttp.ClientConnectorError):
        await get(address, "/healthz")


async def test_nothing_is_served_by_default(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path) as bot:
        assert bot.runner.client is not None
        assert not [task for task in asyncio.all_tasks() if "measure_lag" in repr(task)]


async def test_every_way_of_asking_is_counted_with_its_decision_and_language(
    server: FakeDiscord, alice: Actor, bob: Actor, bot: BotClient
) -> None:
    reply = await alice.says(f"<@bot> {KOREAN}")
    await bob.dm(ENGLISH)
    await bob.says(f"<@bot> {KOREAN}")
    await alice.says(ENGLISH, reply_to=reply)
    await bob.runs("/ask", question="how much did murati earn")
    await bob.runs("/who-left")
    written = await bob.writes(ENGLISH)
    await alice.runs_on_message("이 질문에 답하기", written)
    await alice.clicks(reply, "English")
    await bob.says("<@bot>")
    await bob.says("<@bot> thanks!")
    edited = await bob.writes("<@bot> Who left?")
    await bob.is_answered(edited)
    await bob.edits(edited, "<@bot> Who stayed?")
    await server.is_asked("PATCH /channels/{channel_id}/messages/{message_id}")
    await until(lambda: not bot.state.limits.in_flight.count)
    counted = questions(bot)
    assert counted.keys() >= {
        "mention answered ko",
        "dm answered en",
        "reply answered en",
        "mention repeated ko",
        "command page en",
        "context_menu answered en",
        "button page ko",
        "mention page en",
        "mention small_talk en",
        "edit answered en",
    }
    assert sum(number for key, number in counted.items() if key.startswith("command")) == 2
    times = parsed(bot.state.measures.text().decode())
    assert times["bot_reply_seconds_count", ()] == sum(counted.values()) == 12
    assert times["bot_answer_seconds_count", ()] == 9


async def test_labels_take_few_values_whatever_is_asked(
    server: FakeDiscord, alice: Actor, bob: Actor, bot: BotClient
) -> None:
    """No word of a member and no id of anything becomes one."""
    before = len(parsed(bot.state.measures.text().decode()))
    for number in range(40):
        await alice.says(f"<@bot> {MARKER} {number} 은 누구야?")
        await bob.runs("/person", name=f"{MARKER} {number}")
        await bob.runs("/ask", question=f"{MARKER} {number}")
    text = bot.state.measures.text().decode()
    assert MARKER not in text
    assert not [one for one in (alice, bob, server.bot, server.guild, server.general) if str(one.id) in text]
    assert len(parsed(text)) - before < 20
    for key in questions(bot):
        way, decision, language = key.split()
        assert way in get_args(Way)
        assert decision in get_args(Decision)
        assert language in {*LANGUAGES, "none"}


async def test_what_waits_and_what_is_shed_is_shown(
    server: FakeDiscord, app: App, tmp_path: Path, address: Address
) -> None:
    slow = Slow(app.library)
    settings = prepared(server, tmp_path, http=address).runner._settings  # noqa: SLF001
    stop = asyncio.Event()
    runner = Runner(slow, settings)
    serving = asyncio.create_task(runner.serve(server.token, str, stop))
    await until(lambda: not runner.obstacle())
    alice = server.user("alice", locale="en-US")
    for number in range(ANSWERING + 5):
        await alice.writes(f"<@bot> {number} {ENGLISH}")
    assert "I can't answer right now." in (await alice.receives()).text
    await until(lambda: runner.client is not None and runner.client.state.turns.waiting == 3)
    waiting = parsed((await get(address, "/metrics"))[1])
    assert waiting["bot_questions_waiting", ()] == 3
    slow.released.set()
    assert runner.client is not None
    in_flight = runner.client.state.limits.in_flight
    await until(lambda: not in_flight.count)
    shown = parsed((await get(address, "/metrics"))[1])
    assert shown["bot_questions_waiting", ()] == 0
    assert shown["bot_questions_shed_total", ("busy",)] == 2
    assert shown["bot_questions_shed_total", ("slow_down",)] == 0
    await until(lambda: parsed(runner.measures.text().decode())["bot_loop_lag_seconds_count", ()] > 0)
    stop.set()
    await serving


def test_the_guide_explains_every_measure_and_every_value_of_a_label(app: App, settings: DiscordSettings) -> None:
    text = Runner(app.library, settings).measures.text().decode()
    shown = {family.name for family in text_string_to_metric_families(text)}
    names = {name for name in shown if name.startswith("bot_") and not name.endswith("_created")}
    rows = dict(re.findall(r"^\| `(bot_\w+)` \| (.+) \|$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE))
    assert {re.sub("_(total|info)$", "", name) for name in rows} == {name.removesuffix("_info") for name in names}
    for values in (get_args(Way), get_args(Decision), (*LANGUAGES, "none")):
        assert ", ".join(values) in rows["bot_questions_total"]
    for reason in SHED:
        assert f"({reason})" in rows["bot_questions_shed_total"]
    for result in get_args(ReloadResult):
        assert result in rows["bot_reloads_total"]


async def test_reloads_and_revision_are_shown(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path) as bot:
        runner = bot.runner

        def shown() -> Samples:
            return parsed(runner.measures.text().decode())

        assert shown()["bot_facts_info", (runner.status().revision,)] == 1
        bot.folder.change(COMMANDS_FILE, "Where people come from", "Who comes from where")
        await runner.reload()
        bot.folder.change(FACTS, "section: exodus", "section: exodos")
        with pytest.raises(KnowledgeError):
            await runner.reload()
        counted = {result: shown()["bot_reloads_total", (result,)] for result in get_args(ReloadResult)}
        assert counted == {"loaded": 1, "refused": 1, "failed": 0}
        revisions = [labels for name, labels in shown() if name == "bot_facts_info"]
        assert revisions == [(runner.status().revision,)]


async def test_the_gateway_and_rest_are_counted_over_rebuilt_clients(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path) as bot:
        server.sends_malformed_event()
        server.drops_connection()
        await server.resumes()
        await until(lambda: not bot.runner.obstacle())
        server.fails_next(on=WRITE, status=503)
        await server.user("alice", locale="ko").says(QUESTION)
        server.drops_connection(4012)
        await server.disconnects()
        await server.connects()
        await until(lambda: bot.runner.rebuilds and not bot.runner.obstacle())
        shown = parsed(bot.runner.measures.text().decode())
    assert shown["bot_gateway_connections_total", ("RESUME",)] == 1
    assert shown["bot_gateway_connections_total", ("IDENTIFY",)] == 2
    assert shown["bot_gateway_dropped_events_total", ("MESSAGE_CREATE",)] == 1
    assert shown["bot_rest_responses_total", ("5xx",)] == 1
    assert shown["bot_rest_responses_total", ("2xx",)] > 5
    assert {labels for name, labels in shown if name == "bot_rest_responses_total"} == {
        (status,) for status in ("2xx", "4xx", "429", "5xx", "lost")
    }
    assert ("bot_gateway_latency_seconds", ()) in shown


@asynccontextmanager
async def occupied() -> AsyncIterator[Address]:
    """Listen on a port as another program does."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield Address(*other.getsockname())


async def test_a_port_in_use_is_one_sentence(server: FakeDiscord, tmp_path: Path) -> None:
    async with occupied() as address:
        with pytest.raises(
            ConfigError, match=r"^The port of BOT_HTTP is in use: stop the program that uses it"
        ) as error:
            await prepared(server, tmp_path, http=address).serve()
    assert error.value.exit_code == 2
    assert server.sessions == []


async def test_an_address_of_another_machine_is_one_sentence(server: FakeDiscord, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^The address of BOT_HTTP can't be used \(.+\): choose another one"):
        await prepared(server, tmp_path, http=Address("192.0.2.1", 8080)).serve()


async def test_a_start_that_discord_refuses_stops_the_server_too(
    server: FakeDiscord, tmp_path: Path, address: Address
) -> None:
    bot = prepared(server, tmp_path, http=address)
    server.settings.token = "another"  # noqa: S105
    with pytest.raises(DiscordStartError):
        await bot.runner.serve("wrong", str)
    with pytest.raises(aiohttp.ClientConnectorError):
        await get(address, "/healthz")


@pytest.fixture
async def apart() -> AsyncIterator[FakeDiscord]:
    """Run a server that only the processes are pointed at."""
    async with FakeDiscord(Patient(patience=60), points_here=False) as server:
        yield server
    assert server.refusals == []


async def test_a_process_serves_its_health(apart: FakeDiscord, tmp_path: Path, address: Address) -> None:
    small_knowledge(tmp_path)
    token, place = apart.token, f"127.0.0.1:{address.port}"
    async with process(apart.url, tmp_path, DISCORD_TOKEN=token, BOT_HTTP=place) as bot:
        await bot.says("connected and answering")
        assert await get(address, "/readyz") == (200, "ready\n")
        assert "process_resident_memory_bytes" in (await get(address, "/metrics"))[1]
        async with process(apart.url, tmp_path, DISCORD_TOKEN=token, BOT_HTTP=place) as second:
            ended = await second.ends()
        assert ended.code == 2
        assert ended.err == ("The port of BOT_HTTP is in use: stop the program that uses it, or choose another port.\n")
        bot.gets(signal.SIGTERM)
        assert (await bot.ends()).code == 0


async def test_a_failed_answer_is_counted(server: FakeDiscord, app: App, settings: DiscordSettings) -> None:
    async with running(server, replace(app, library=Failing(app.library)), settings) as bot:
        await server.user("alice", locale="ko").says(f"<@bot> {ENGLISH}")
        await server.user("bob").runs("/ask", question=ENGLISH)
        await until(lambda: not bot.state.limits.in_flight.count)
        assert questions(bot) == {"mention failed en": 1, "command failed en": 1}
