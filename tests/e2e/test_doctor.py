"""`doctor` where the network is away, settings are wrong or another program has the port."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.discord_bot.doctor import cache_finding, http_finding, knowledge_findings, store_finding
from bot.settings import Address
from tests.e2e.operators import operated, small_knowledge
from tests.e2e.test_process import ROOT, WRONG, end
from tests.fake_discord import FakeDiscord
from tests.fake_discord import Settings as Patient
from tests.shipped import shipped
from tests.storage.databases import opened, store_at

UNREACHABLE = "FIX   start: Discord can't be reached (TimeoutError): check the network"
SLOW_LOOKUP = """
import socket, sys, time
def slow(*arguments, **options):
    time.sleep(60)
socket.getaddrinfo = slow
from tests.fake_discord.launcher import main
main(sys.argv[1:])
"""


@pytest.fixture
async def apart() -> AsyncIterator[FakeDiscord]:
    """Run a server that only the processes are pointed at."""
    async with FakeDiscord(Patient(patience=60), points_here=False) as server:
        yield server
    assert server.refusals == []


def fixes(out: str) -> list[str]:
    """Return the findings to fix."""
    return [line for line in out.splitlines() if line.startswith("FIX")]


async def test_a_network_that_swallows_everything_costs_seconds(tmp_path: Path) -> None:
    """It is one finding. Without a limit it would take minutes, and `end` would give up."""
    small_knowledge(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ended = await end(url, tmp_path, "doctor", DISCORD_TOKEN=WRONG)
    assert [line.startswith(UNREACHABLE) for line in fixes(ended.out)] == [True]
    assert ended.code == 1


async def test_a_name_that_is_looked_up_for_a_minute_is_not_waited_for(tmp_path: Path) -> None:
    small_knowledge(tmp_path)
    folders = {"BOT_CACHE": "cache", "BOT_DATA": "data", "BOT_KNOWLEDGE": "knowledge"}
    variables = {name: str(tmp_path / folder) for name, folder in folders.items()}
    command = [sys.executable, "-c", SLOW_LOOKUP, "--url", "http://discord.invalid", "--", "doctor"]
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "BOT_SEMANTIC": "off", "DISCORD_TOKEN": WRONG, **variables},
        capture_output=True,
        timeout=50,
        check=False,
    )
    assert [line.startswith(UNREACHABLE) for line in fixes(done.stdout.decode())] == [True]
    assert done.returncode == 1
    assert done.stderr == b""


async def test_each_wrong_setting_is_a_finding(tmp_path: Path) -> None:
    ended = await end("http://127.0.0.1:1", tmp_path, "doctor", BOT_COOLDOWN="0", BOT_WATCH="yes", BOT_HTTP="8080")
    assert fixes(ended.out) == [
        "FIX   settings: BOT_WATCH must be on or off.",
        "FIX   settings: BOT_COOLDOWN must be a number from 1 to 600.",
        "FIX   settings: BOT_HTTP must be an address and a port, as in 127.0.0.1:8080.",
    ]
    assert ended.code == 1
    assert ended.err == ""


async def test_a_misspelt_setting_is_a_finding(apart: FakeDiscord, tmp_path: Path) -> None:
    small_knowledge(tmp_path)
    ended = await end(apart.url, tmp_path, "doctor", DISCORD_TOKEN=apart.token, BOT_WHATCH="on")
    assert fixes(ended.out) == ["FIX   settings: 'BOT_WHATCH' is no setting: did you mean BOT_WATCH?"]
    assert ended.code == 1


async def test_a_missing_token_is_a_finding_beside_the_others(tmp_path: Path) -> None:
    small_knowledge(tmp_path)
    ended = await end("http://127.0.0.1:1", tmp_path, "doctor")
    assert ended.out.splitlines()[:2] == [
        "ok    knowledge: 1 article, 1 fact, 0 gaps, 0 cases; all cases pass",
        "ok    cache",
    ]
    assert ended.out.splitlines()[2].startswith("ok    store: SQLite, ")
    assert not (tmp_path / "data").exists(), "it changes nothing"
    assert [line.partition(":")[0] for line in fixes(ended.out)] == ["FIX   start"]


async def test_the_bot_that_runs_is_asked(server: FakeDiscord, tmp_path: Path, unused_tcp_port: int) -> None:
    """Otherwise its own port would be taken for another program's."""
    address = Address("127.0.0.1", unused_tcp_port)
    assert str(await http_finding(address)) == "ok    BOT_HTTP: the address is free, as no bot runs there"
    async with operated(server, tmp_path, http=address) as bot:
        assert str(await http_finding(address)) == "ok    BOT_HTTP: a running bot says that it is ready"
        bot.runner.client = None
        finding = await http_finding(address)
        assert str(finding) == (
            "FIX   BOT_HTTP: the running bot is not ready (the bot is logging in to Discord): see its log"
        )


@pytest.mark.parametrize("page", [b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi", b"SSH-2.0\r\n", b""])
async def test_another_program_on_the_port_is_a_finding(page: bytes) -> None:
    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(page)
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as other:
        finding = await http_finding(Address(*other.sockets[0].getsockname()))
    assert finding.fix == "The port of BOT_HTTP is in use: stop the program that uses it, or choose another port."


def test_a_cache_that_cannot_be_written_is_a_finding(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    assert cache_finding(blocked).fix.startswith("BOT_CACHE can't be written (File exists): let the bot's user")
    assert not cache_finding(tmp_path / "made").fix


async def test_a_store_that_cannot_be_used_is_a_finding(tmp_path: Path) -> None:
    """The reason names no password."""
    blocked = tmp_path / "file"
    blocked.touch()
    finding = await store_finding(store_at(f"sqlite:///{blocked / 'store.db'}"))
    assert finding.fix.startswith("SQLite, ")
    away = await store_finding(store_at("postgresql://somebody:hunter2@127.0.0.1:1/x"))
    assert away.fix.startswith("PostgreSQL, 127.0.0.1/x: ")
    assert "hunter2" not in str(away)


async def test_a_store_in_use_is_no_finding(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    async with opened(url) as store:
        await store.upgrade()
    finding = await store_finding(store_at(url))
    assert str(finding) == f"ok    store: SQLite, {tmp_path / 'store.db'}: 0 unanswered questions"


def test_numbers_agree_with_their_nouns() -> None:
    (finding,) = knowledge_findings(shipped(), ())
    assert finding.what.startswith("knowledge: 1 article, ")
    assert " facts, " in finding.what


async def test_the_invite_link_is_not_waited_for(tmp_path: Path) -> None:
    """Without an answer of Discord it ends with the exit code of an unreachable Discord."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        ended = await end(url, tmp_path, "doctor", "--invite", DISCORD_TOKEN=WRONG)
    assert ended.code == 69
    assert ended.err.startswith("Discord can't be reached (TimeoutError)")
