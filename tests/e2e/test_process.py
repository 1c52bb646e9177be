"""`python -m bot run` and its sisters as an operator starts them, each a process of its own."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.operators import ANSWER, COMMANDS_FILE, FACTS, QUESTION, small_knowledge, until
from tests.fake_discord import FakeDiscord, Intent, Permission
from tests.fake_discord import Settings as Patient
from tests.knowledge.small_article import Folder

ROOT = Path(__file__).parents[2]
WRITE = ("POST", "/channels/{channel_id}/messages")
WRONG = "MTIzNDU2.wrong.token-of-nobody"


@pytest.fixture
async def server() -> AsyncIterator[FakeDiscord]:
    """Run a server that only the processes are pointed at."""
    async with FakeDiscord(Patient(patience=60), points_here=False) as server:
        yield server
    assert server.refusals == []


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Write the small article."""
    return small_knowledge(tmp_path)


@dataclass
class Ended:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def sentences(self) -> list[str]:
        """Return what it said beside the log."""
        return [line for line in self.err.splitlines() if not re.match(r"\d{4}-\d\d-\d\d .+ INFO bot\.", line)]


@dataclass
class Process:
    """A process of the bot, and what it has said so far."""

    process: asyncio.subprocess.Process
    lines: list[str] = field(default_factory=list)
    listening: asyncio.Task[None] | None = None

    async def listen(self) -> None:
        """Collect what stands on standard error."""
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode())

    async def says(self, words: str, within: float = 60.0) -> None:
        """Wait until a line of the log holds `words`."""
        await until(lambda: any(words in line for line in self.lines), within)

    def gets(self, number: signal.Signals) -> None:
        """Send a signal."""
        self.process.send_signal(number)

    async def ends(self, within: float = 60.0) -> Ended:
        """Wait for the end."""
        code = await asyncio.wait_for(self.process.wait(), within)
        assert self.process.stdout is not None
        out = (await self.process.stdout.read()).decode()
        if self.listening is not None:
            await self.listening
        return Ended(code, out, "".join(self.lines))


@asynccontextmanager
async def process(
    url: str, tmp_path: Path, arguments: tuple[str, ...] = ("run",), **variables: str
) -> AsyncIterator[Process]:
    """Start the bot with `arguments` at `url`; its environment has only what a user would set."""
    command = (sys.executable, "-m", "tests.fake_discord.launcher", "--url", url, "--", *arguments)
    environment: Mapping[str, str] = {
        "PATH": os.environ["PATH"],
        "BOT_CACHE": str(tmp_path / "cache"),
        "BOT_DATA": str(tmp_path / "data"),
        "BOT_KNOWLEDGE": str(tmp_path / "knowledge"),
        "BOT_SEMANTIC": "off",
        "PYTHONUTF8": "1",
        **variables,
    }
    pipe = asyncio.subprocess.PIPE
    started = Process(
        await asyncio.create_subprocess_exec(*command, cwd=ROOT, env=environment, stdout=pipe, stderr=pipe)
    )
    started.listening = asyncio.create_task(started.listen())
    try:
        yield started
    finally:
        if started.process.returncode is None:
            started.process.kill()
        await started.process.wait()
        await started.listening
        said = "".join(started.lines)
        assert "Traceback" not in said
        for name, value in variables.items():
            assert name != "DISCORD_TOKEN" or value not in said


async def test_it_answers_reloads_and_ends(server: FakeDiscord, tmp_path: Path, folder: Folder) -> None:
    """One life: start, a reply, a good and a bad SIGHUP, SIGTERM while a reply is on its way."""
    alice = server.user("alice", locale="ko")
    async with process(server.url, tmp_path, DISCORD_TOKEN=server.token) as bot:
        await server.connects()
        await bot.says("connected and answering: 1 server,")
        assert ANSWER in (await alice.runs("/출신")).text

        folder.change(FACTS, ANSWER, "무라티의 고향은 알바니아예요.")
        folder.change(COMMANDS_FILE, "en: origins", "en: homes")
        bot.gets(signal.SIGHUP)
        await bot.says("facts reloaded")
        assert "무라티의 고향은 알바니아예요." in (await alice.runs("/homes")).text

        folder.change(FACTS, "section: exodus", "section: exodos")
        bot.gets(signal.SIGHUP)
        await bot.says("art/facts.yaml:11: fact 'murati-origin': source.section: unknown section 'exodos'")
        assert "무라티의 고향은 알바니아예요." in (await alice.runs("/homes")).text

        server.delays_next(0.5, on=" ".join(WRITE))
        written = await alice.writes(QUESTION)
        await until(lambda: server.requests_to(*WRITE))
        bot.gets(signal.SIGTERM)
        await alice.is_answered(written)
        ended = await bot.ends()
    assert ended.code == 0
    assert ended.out == ""
    steps = (
        "reading the facts: ",
        "indexing the facts: ",
        "answering a first question: ",
        "connecting to Discord",
        "connected and answering: ",
    )
    assert [step for line in ended.err.splitlines() for step in steps if step in line] == list(steps)
    assert "SIGTERM: finishing the replies in flight" in ended.err
    assert "alice" not in ended.err
    assert "무라티는 어느 나라" not in ended.err
    assert str(alice.id) not in ended.err
    assert server.sessions == []


async def test_ctrl_c_ends_it_quietly(server: FakeDiscord, tmp_path: Path, folder: Folder) -> None:
    del folder
    async with process(server.url, tmp_path, DISCORD_TOKEN=server.token) as bot:
        await bot.says("connected and answering")
        bot.gets(signal.SIGINT)
        assert (await bot.ends()).code == 0


async def test_a_malformed_event_is_survived(server: FakeDiscord, tmp_path: Path, folder: Folder) -> None:
    """One line of the log says so, without a traceback."""
    del folder
    async with process(server.url, tmp_path, DISCORD_TOKEN=server.token) as bot:
        await bot.says("connected and answering")
        server.sends_malformed_event()
        assert ANSWER in (await server.user("alice").runs("/origins")).text
        await bot.says("an event MESSAGE_CREATE can't be read and is dropped: KeyError at state.py")
        bot.gets(signal.SIGTERM)
        assert (await bot.ends()).code == 0


async def end(url: str, tmp_path: Path, *arguments: str, **variables: str) -> Ended:
    """Run the bot until it ends by itself."""
    async with process(url, tmp_path, arguments or ("run",), **variables) as bot:
        return await bot.ends()


async def test_a_wrong_token_is_one_sentence(server: FakeDiscord, tmp_path: Path, folder: Folder) -> None:
    del folder
    ended = await end(server.url, tmp_path, DISCORD_TOKEN=WRONG)
    assert (ended.code, ended.out) == (69, "")
    assert ended.sentences == [
        "Discord refuses the token: reset it in the developer portal (Bot, Reset Token) and set the new one."
    ]


async def test_no_token_is_one_sentence(tmp_path: Path) -> None:
    """It is said before anything is read."""
    ended = await end("http://127.0.0.1:1", tmp_path)
    assert ended.code == 2
    assert ended.err == (
        "There is no token: set DISCORD_TOKEN or DISCORD_TOKEN_FILE (developer portal, Bot, Reset Token).\n"
    )


async def test_a_token_file_is_read(server: FakeDiscord, tmp_path: Path, folder: Folder) -> None:
    del folder
    file = tmp_path / "token"
    file.write_text(WRONG, encoding="utf-8")
    ended = await end(server.url, tmp_path, DISCORD_TOKEN_FILE=str(file))
    assert ended.code == 69
    assert WRONG not in ended.err


async def test_an_unreachable_discord_is_one_sentence(tmp_path: Path, folder: Folder) -> None:
    del folder
    ended = await end("http://127.0.0.1:1", tmp_path, "sync", "--dry-run", DISCORD_TOKEN=WRONG)
    assert ended.code == 69
    assert ended.err == (
        "Discord can't be reached (ClientConnectorError): check the network and https://discordstatus.com, "
        "then start again.\n"
    )


async def test_the_service_waits_for_an_unreachable_discord(tmp_path: Path, folder: Folder) -> None:
    del folder
    async with process("http://127.0.0.1:1", tmp_path, DISCORD_TOKEN=WRONG) as bot:
        await until(lambda: sum("Discord can't be reached (ClientConnectorError" in line for line in bot.lines) > 2)
        bot.gets(signal.SIGTERM)
        assert (await bot.ends()).code == 0


async def test_a_missing_intent_is_one_sentence(server: FakeDiscord, tmp_path: Path, folder: Folder) -> None:
    del folder
    ended = await end(server.url, tmp_path, DISCORD_TOKEN=server.token, BOT_MESSAGE_CONTENT="on")
    assert ended.code == 69
    (sentence,) = ended.sentences
    assert sentence.startswith("Discord does not grant the Message Content intent: switch it on")


async def test_all_problems_of_the_facts_are_listed_and_nothing_connects(
    server: FakeDiscord, tmp_path: Path, folder: Folder
) -> None:
    folder.change(FACTS, "section: exodus", "section: exodos")
    folder.change(FACTS, "about: [murati]", "about: [muratti]")
    ended = await end(server.url, tmp_path, DISCORD_TOKEN=server.token)
    assert ended.code == 1
    assert [line.partition(": ")[0] for line in ended.sentences] == ["art/facts.yaml:11", "art/facts.yaml:13"]
    assert server.requests == []


async def test_sync_shows_the_differences_and_registers_them(
    server: FakeDiscord, tmp_path: Path, folder: Folder
) -> None:
    """The differences are first only shown, then registered, and then gone; `--clear` removes all commands."""
    variables = {"DISCORD_TOKEN": server.token, "BOT_ADMIN_GUILD_IDS": str(server.guild.id)}
    shown = await end(server.url, tmp_path, "sync", "--dry-run", **variables)
    assert "everywhere: would change\n" in shown.out
    assert "  + /origins\n" in shown.out
    assert f"server {server.guild.id}: would change\n  + /facts\n" in shown.out
    assert server.hub.commands.everywhere() == []

    assert "everywhere: changed\n" in (await end(server.url, tmp_path, "sync", **variables)).out
    again = await end(server.url, tmp_path, "sync", **variables)
    assert "no difference" in again.out
    assert "change" not in again.out

    folder.change(COMMANDS_FILE, "ko: 사람들의 출신", "ko: 사람들이 온 곳")
    changed = await end(server.url, tmp_path, "sync", "--dry-run", **variables)
    assert "everywhere: would change\n  ~ /origins\n" in changed.out

    one = await end(server.url, tmp_path, "sync", "--clear", "--guild", str(server.guild.id), **variables)
    assert one.out == f"server {server.guild.id}: changed\n  - /facts\n"
    assert server.command("origins")
    assert "  - /origins\n" in (await end(server.url, tmp_path, "sync", "--clear", **variables)).out
    assert server.hub.commands.everywhere() == []


async def test_doctor_finds_nothing_to_fix(server: FakeDiscord, tmp_path: Path, folder: Folder) -> None:
    del folder
    ended = await end(server.url, tmp_path, "doctor", DISCORD_TOKEN=server.token)
    assert "FIX" not in ended.out
    assert ended.code == 0
    assert "ok    server “The Reading Room”: permissions" in ended.out


async def test_doctor_lists_everything_to_fix(server: FakeDiscord, tmp_path: Path, folder: Folder) -> None:
    folder.change(FACTS, "section: exodus", "section: exodos")
    server.denies(server.general, server.bot, Permission.SEND_MESSAGES)
    variables = {"BOT_MESSAGE_CONTENT": "on", "BOT_ADMIN_GUILD_IDS": "5"}
    ended = await end(server.url, tmp_path, "doctor", DISCORD_TOKEN=server.token, **variables)
    fixes = [line.removeprefix("FIX   ") for line in ended.out.splitlines() if line.startswith("FIX")]
    assert ended.code == 1
    assert [line.split(": ")[0] for line in fixes] == [
        "knowledge",
        "intents",
        "server 5",
        "server “The Reading Room”",
    ]
    assert "the bot sees #general but may not reply there: give its role View Channels, Send Messages, " in fixes[3]


async def test_doctor_reports_a_wrong_token(server: FakeDiscord, tmp_path: Path, folder: Folder) -> None:
    del folder
    ended = await end(server.url, tmp_path, "doctor", DISCORD_TOKEN=WRONG)
    assert ended.code == 1
    assert "FIX   start: Discord refuses the token" in ended.out
    assert ended.err == ""


async def test_doctor_prints_the_invite_link_alone(server: FakeDiscord, tmp_path: Path) -> None:
    """With the permissions the bot uses and no more; the facts may be broken."""
    ended = await end(server.url, tmp_path, "doctor", "--invite", DISCORD_TOKEN=server.token)
    permissions = (1 << 10) + (1 << 11) + (1 << 16) + (1 << 38)
    assert ended.out == (
        f"https://discord.com/oauth2/authorize?client_id={server.hub.world.application.id}"
        f"&scope=bot+applications.commands&permissions={permissions}\n"
    )


async def test_the_link_asks_for_threads_only_if_they_are_on(server: FakeDiscord, tmp_path: Path) -> None:
    variables = {"DISCORD_TOKEN": server.token, "BOT_ASK_THREADS": "on"}
    ended = await end(server.url, tmp_path, "doctor", "--invite", **variables)
    permissions = (1 << 10) + (1 << 11) + (1 << 16) + (1 << 35) + (1 << 38)
    assert ended.out.endswith(f"&permissions={permissions}\n")


async def test_doctor_checks_the_channels_in_which_nobody_mentions_the_bot(
    server: FakeDiscord, tmp_path: Path, folder: Folder
) -> None:
    del folder
    ask, forum, hidden = server.add_channel("ask"), server.add_forum("forum"), server.add_channel("hidden")
    dm = server.dm(server.owner, server.bot)
    server.denies(hidden, server.bot, Permission.VIEW_CHANNEL)
    server.denies(ask, server.bot, Permission.CREATE_PUBLIC_THREADS)
    server.denies(forum, server.bot, Permission.SEND_MESSAGES)
    server.grants(Intent.MESSAGE_CONTENT)
    channels = [ask.id, forum.id, hidden.id, dm.id, 5]
    variables = {"BOT_MESSAGE_CONTENT": "on", "BOT_ASK_CHANNELS": ",".join(map(str, channels))}
    ended = await end(server.url, tmp_path, "doctor", DISCORD_TOKEN=server.token, **variables)
    found = [line for line in ended.out.splitlines() if "BOT_ASK_CHANNELS" in line]
    assert found == [
        "FIX   BOT_ASK_CHANNELS: channel 5: there is no such channel: right-click a channel, Copy Channel ID",
        "ok    BOT_ASK_CHANNELS: channel #ask",
        "ok    BOT_ASK_CHANNELS: forum #forum",
        f"FIX   BOT_ASK_CHANNELS: channel {hidden.id}: the bot can't see it: give its role View Channels there",
        f"FIX   BOT_ASK_CHANNELS: channel {dm.id}: is neither a text channel nor a forum: name one of those",
    ]
    server.denies(forum, server.bot, Permission.SEND_MESSAGES_IN_THREADS)
    threads = await end(server.url, tmp_path, "doctor", DISCORD_TOKEN=server.token, BOT_ASK_THREADS="on", **variables)
    fixes = [line for line in threads.out.splitlines() if line.startswith("FIX") and " #" in line.partition(": ")[2]]
    assert fixes == [
        "FIX   BOT_ASK_CHANNELS: channel #ask: give the bot's role Create Public Threads in its settings",
        "FIX   BOT_ASK_CHANNELS: forum #forum: give the bot's role Send Messages in Threads in its settings",
    ]


async def test_doctor_says_that_ask_channels_need_the_intent(
    server: FakeDiscord, tmp_path: Path, folder: Folder
) -> None:
    del folder
    variables = {"BOT_MESSAGE_CONTENT": "on", "BOT_ASK_CHANNELS": str(server.general.id)}
    ended = await end(server.url, tmp_path, "doctor", DISCORD_TOKEN=server.token, **variables)
    assert "FIX   intents: switch Message Content Intent on" in ended.out
    assert "or remove BOT_ASK_CHANNELS" in ended.out
    ended = await end(server.url, tmp_path, "doctor", DISCORD_TOKEN=server.token, BOT_ASK_CHANNELS="5")
    assert ended.out.startswith("FIX   settings: BOT_ASK_CHANNELS needs BOT_MESSAGE_CONTENT=on")
