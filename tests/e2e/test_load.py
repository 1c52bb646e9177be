"""Under load: a restart, 200 questions while facts are reloaded 20 times, the loop's lag, the cost of one reply.

The figures are printed; `pytest -rP` shows them. Nothing asserted depends on how busy the machine is: CPU time of this
process is compared with other CPU time of this process.
"""

import asyncio
import gc
import signal
import statistics
import sys
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice, zip_longest
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.app import App, build_encoder
from bot.core.matching import Question
from bot.discord_bot.runner import Runner, stay_responsive
from bot.semantic.cache import CachedEncoder
from bot.service.library import Library
from bot.service.ports import Encoder
from bot.settings import DiscordSettings, Switch
from tests.e2e.marked import Kind, Marked, marks
from tests.e2e.operators import ANSWER, QUESTION, settings_for, small_knowledge, until
from tests.e2e.test_process import WRITE, process
from tests.e2e.watchdog import quantile, watchdog
from tests.fake_discord import Actor, FakeDiscord, Permission, Reply
from tests.fake_discord import Settings as Patient

RELOADS: tuple[Kind, ...] = (
    *("good", "mistake", "mistake", "mistake") * 4,
    "failing case",
    "mistake",
    "good",
    "mistake",
)
MEMBERS, AT_ONCE = 200, 100
LAG_SHARE = 1 / 4
"""Of the CPU time of a reload: the loop's lag at p99.9 stays below it, as a reload never runs on the loop."""
REPLY_COST = 6
"""Times the CPU time of matching: a mention's reply stays below it, with both sides of the connection."""


async def test_a_restart_with_questions_in_flight_loses_none_and_doubles_none(tmp_path: Path) -> None:
    """Each is answered before the end, and every button works with the next process."""
    small_knowledge(tmp_path)
    async with FakeDiscord(Patient(patience=60), points_here=False) as server:
        members = [server.user(f"member {number}", locale="ko") for number in range(10)]
        async with process(server.url, tmp_path, DISCORD_TOKEN=server.token) as bot:
            await bot.says("connected and answering")
            early = await members[0].says(QUESTION)
            server.delays_next(0.3, on=" ".join(WRITE))
            written = [await member.writes(f"{QUESTION} {number}") for number, member in enumerate(members)]
            assert ANSWER in (await members[0].runs("/출신")).text, "events come in order: it has all ten by now"
            bot.gets(signal.SIGTERM)
            assert (await bot.ends()).code == 0
        assert [len(question.answers) for question in written] == [1] * len(members)
        async with process(server.url, tmp_path, DISCORD_TOKEN=server.token) as bot:
            await bot.says("connected and answering")
            assert (await members[0].clicks(early, "⋯")).ephemeral
            for member, question in zip(members, written, strict=True):
                (answer,) = question.answers
                assert (await member.clicks(answer, "⋯")).ephemeral
            assert ANSWER in (await members[0].says(QUESTION, server.add_channel("later"))).text
        assert server.refusals == []


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Marked:
    """Return the folder of facts."""
    return Marked(tmp_path_factory.mktemp("marked") / "knowledge")


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, marked: Marked) -> DiscordSettings:
    """Return settings with the encoder on."""
    return settings_for(tmp_path_factory.mktemp("load"), knowledge=marked.root, semantic=Switch.ON)


class WatchedEncoder:
    """An encoder that remembers the threads in which it was called."""

    def __init__(self, encoder: Encoder) -> None:
        """Encode with `encoder`."""
        self.name = encoder.name
        self.threads: set[int] = set()
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text."""
        self.threads.add(threading.get_ident())
        return self._encoder.encode(texts)


@pytest.fixture(scope="module")
def encoder(settings: DiscordSettings) -> WatchedEncoder:
    """Return the shipped encoder."""
    encoder = build_encoder(settings)
    assert encoder is not None
    return WatchedEncoder(encoder)


@pytest.fixture(scope="module")
def loaded(settings: DiscordSettings, marked: Marked, encoder: WatchedEncoder) -> App:
    """Return the application with the encoder, all vectors there."""
    library = Library(marked.read, encoder, CachedEncoder(encoder, settings.cache))
    library.encode()
    return App(library, encoder)


@pytest.fixture
def responsive() -> Iterator[None]:
    """Do for this process what `run` does for its own."""
    turn = sys.getswitchinterval()
    stay_responsive()
    yield
    gc.unfreeze()
    sys.setswitchinterval(turn)


@pytest.fixture
def long_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Turn no question away, however slow the machine is."""
    monkeypatch.setattr("bot.discord_bot.queueing.LONGEST_WAIT", 60.0)


@asynccontextmanager
async def serving(server: FakeDiscord, app: App, settings: DiscordSettings) -> AsyncIterator[None]:
    """Serve until the end of the block."""
    stop = asyncio.Event()
    assert settings.knowledge is not None
    task = asyncio.create_task(Runner(app.library, settings).serve(server.token, str, stop))
    try:
        await server.connects()
        yield
    finally:
        stop.set()
        await task


def questions(app: App) -> list[str]:
    """Return different questions in both languages; some have no answer, the first ten ask two things."""
    (article,) = app.library.snapshot.knowledge.articles
    turns = [item for pair in zip_longest(article.facts, article.gaps) for item in pair if item is not None]
    samples = [item.samples[number % len(item.samples)].text for number, item in enumerate(turns)]
    both = [f"{first}? {second}?" for first, second in zip(samples[:10], samples[10:20], strict=True)]
    return list(dict.fromkeys([*both, *samples]))[:MEMBERS]


def replies(server: FakeDiscord, reader: Actor) -> dict[str, list[Reply]]:
    """Return the bot's messages in the channel by the id of the question, which their nonces begin with."""
    found: dict[str, list[Reply]] = {}
    for reply in reader.sees(server.general):
        if reply.author is server.bot and not reply.ephemeral:
            found.setdefault(str(reply.nonce).partition("-")[0], []).append(reply)
    return found


@pytest.mark.usefixtures("responsive", "long_queue")
async def test_two_hundred_questions_are_answered_once_from_one_revision_each_while_facts_are_reloaded(
    server: FakeDiscord,
    loaded: App,
    marked: Marked,
    settings: DiscordSettings,
    encoder: WatchedEncoder,
) -> None:
    """Half of them come at once, the others as each of twenty reloads, good and bad, begins; all may wait for long.

    Nothing is read or encoded on the event loop, and its lag stays far below the work of a reload.
    """
    server.settings.patience = 120
    assert len(RELOADS) == 20
    admin = server.user("admin", permissions=Permission.MANAGE_GUILD)
    lists = {"admin_guild_ids": frozenset({server.guild.id}), "admin_user_ids": frozenset({admin.id})}
    asked = questions(loaded)
    members = [server.user(f"member {number}") for number in range(len(asked))]
    for threads in (marked.threads, encoder.threads):
        threads.clear()
    async with serving(server, loaded, settings.model_copy(update=lists)), watchdog() as lags:
        writing = (member.writes(f"<@bot> {question}") for member, question in zip(members, asked, strict=True))
        written = []
        for one in islice(writing, AT_ONCE):
            written.append(await one)
            await asyncio.sleep(0)  # they come one by one, as on a socket
        for kind in RELOADS:
            marked.becomes(kind)
            written += [await one for one in islice(writing, (MEMBERS - AT_ONCE) // len(RELOADS))]
            report = (await admin.runs("/facts reload")).text
            assert report.startswith("Read again" if kind == "good" else "Problems: 1."), report
        await until(lambda: len(server.hub.world.answers) == MEMBERS, within=120)
        await server.quiets_down()
        marked.becomes("good")
        began = time.process_time()
        await admin.runs("/facts reload")
        reload = time.process_time() - began
    sys.stdout.write(f"event loop, {len(lags.wall)} samples: {lags.figures()}; a reload: own {1000 * reload:.0f} ms\n")
    answered = replies(server, admin)
    assert answered.keys() == {str(question.id) for question in written}
    assert all(len({piece.nonce for piece in pieces}) == len(pieces) for pieces in answered.values())
    revisions = [set().union(*map(marks, pieces)) for pieces in answered.values()]
    assert max(map(len, revisions)) == 1
    assert len(set().union(*revisions)) > 1
    assert marked.threads
    assert encoder.threads
    assert threading.get_ident() not in marked.threads | encoder.threads
    assert quantile(lags.own, 0.999) < LAG_SHARE * reload


@pytest.mark.usefixtures("responsive")
async def test_a_mentions_reply_costs_a_few_times_its_matching_with_the_encoder_on(
    server: FakeDiscord, loaded: App, settings: DiscordSettings
) -> None:
    server.settings.patience = 30
    member = server.user("member")
    asked = questions(loaded)[10:130]
    wall, own, matching = [], [], []
    for question in asked[60:]:
        computed = time.process_time()
        loaded.library.answer(Question(question))
        matching.append(time.process_time() - computed)
    async with serving(server, loaded, settings):
        for question in asked[:60]:
            began, computed = time.perf_counter(), time.process_time()
            await member.says(f"<@bot> {question}")
            wall.append(time.perf_counter() - began)
            own.append(time.process_time() - computed)
    middle, computed, alone = (1000 * statistics.median(seconds) for seconds in (wall, own, matching))
    sys.stdout.write(
        f"a mention's reply: median {middle:.1f} ms, p95 {1000 * quantile(wall, 0.95):.1f} ms; "
        f"own {computed:.1f} ms, of matching alone {alone:.1f} ms\n"
    )
    assert computed < REPLY_COST * alone
