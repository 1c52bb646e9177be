"""Keeping the bot connected: registering commands, rebuilding, reloading, an orderly end."""

import asyncio
import threading
from functools import partial
from pathlib import Path

import pytest

from bot.core.model import Knowledge
from bot.discord_bot.client import BotClient
from bot.discord_bot.runner import Runner
from bot.errors import DiscordStartError
from bot.knowledge.folder import fingerprint
from bot.service import library
from bot.service.library import build_completers
from bot.settings import Switch
from tests.e2e.operators import ANSWER, COMMANDS_FILE, FACTS, QUESTION, Running, operated, prepared, settings_for, until
from tests.fake_discord import FakeDiscord, Intent

PUT = "PUT /applications/{application_id}/commands"
LOGIN = "GET /users/@me"
INVALID_VERSION = 4012
"""A close code that ends a client."""
WRITE = "POST /channels/{channel_id}/messages"


def syncs(server: FakeDiscord) -> int:
    """Count how often the commands for everybody were registered."""
    return len(server.requests_to(*PUT.split()))


async def answers(server: FakeDiscord) -> bool:
    """Return whether the bot answers a new member from the facts."""
    return ANSWER in (await server.user("reader", locale="ko").runs("/출신")).text


async def test_the_commands_are_registered_before_anybody_can_ask(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path):
        assert server.command("origins").data["name_localizations"]["ko"] == "출신"
        assert await answers(server)


@pytest.mark.parametrize("status", [503, 520])
async def test_commands_are_registered_though_discord_fails_at_first(
    server: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    server.fails_next(on=PUT, status=status, times=2)
    async with operated(server, tmp_path):
        assert syncs(server) == 3
        assert await answers(server)
    assert "not registered" not in caplog.text


async def test_a_restart_registers_nothing_that_is_registered(server: FakeDiscord, tmp_path: Path) -> None:
    """The hash of what was registered last stands in the cache."""
    for _ in range(2):
        async with operated(server, tmp_path):
            assert syncs(server) == 1


async def test_another_application_has_hashes_of_its_own(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path):
        pass
    async with FakeDiscord() as other:
        other.hub.world.application.id += 1
        async with operated(other, tmp_path):
            assert syncs(other) == 1


@pytest.mark.parametrize("damage", ["not json", "[]", '{"global": 5}'])
async def test_a_damaged_hash_file_costs_one_sync(server: FakeDiscord, tmp_path: Path, damage: str) -> None:
    async with operated(server, tmp_path):
        pass
    (file,) = (tmp_path / "cache").glob("*.commands")
    file.write_text(damage, encoding="utf-8")
    async with operated(server, tmp_path):
        assert syncs(server) == 2


async def test_a_cache_that_cannot_be_written_stops_nothing(server: FakeDiscord, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.touch()
    async with operated(server, tmp_path, cache=blocked):
        assert await answers(server)


async def test_a_server_that_is_no_longer_an_administrators_loses_facts(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path, admin_guild_ids=frozenset({server.guild.id})):
        assert server.command("facts", guild=server.guild)
    async with operated(server, tmp_path):
        assert server.hub.commands.all_in(server.guild.id) == []


async def test_an_administrators_server_without_the_bot_stops_nothing(server: FakeDiscord, tmp_path: Path) -> None:
    """The log says so, and the next start tries again."""
    foreign = server.add_guild("Elsewhere", bot=False, app=False)
    async with operated(server, tmp_path, admin_guild_ids=frozenset({foreign.id})):
        assert await answers(server)
    assert [denial.status for denial in server.denials] == [403]


async def test_a_reload_registers_commands_that_changed(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path) as running:
        running.folder.change(COMMANDS_FILE, "Where people come from", "Who comes from where")
        change, registration = await running.runner.reload()
        assert registration == "registered"
        assert change.commands_changed
        assert server.command("origins").data["description"] == "Who comes from where"
        assert syncs(server) == 2


async def test_a_reload_registers_nothing_else(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path) as running:
        running.folder.change(FACTS, ANSWER, "무라티의 고향은 알바니아예요.")
        change, registration = await running.runner.reload()
        assert change.changed == ("art/murati-origin",)
        assert registration == "unchanged"
        assert syncs(server) == 1
        reply = await server.user("alice", locale="ko").runs("/출신")
        assert "무라티의 고향은 알바니아예요." in reply.text


async def test_reloads_at_once_are_one(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path) as running:
        running.folder.change(FACTS, ANSWER, "무라티의 고향은 알바니아예요.")
        done = await asyncio.gather(*(running.runner.reload() for _ in range(3)))
        assert [len(change.changed) for change, _ in done] == [1, 1, 1]
        assert running.runner.reloads == 1


async def test_nobody_who_types_waits_for_the_index_of_new_facts(
    server: FakeDiscord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At the start and after a reload it is built in the background, in a thread."""
    built: list[tuple[Knowledge, int]] = []

    def building(knowledge: Knowledge) -> library.Completers:
        built.append((knowledge, threading.get_ident()))
        return build_completers(knowledge)

    monkeypatch.setattr(library, "build_completers", building)
    async with operated(server, tmp_path) as running:
        await until(lambda: len(built) == 1)
        running.folder.change(FACTS, ANSWER, "무라티의 고향은 알바니아예요.")
        await running.runner.reload()
        await until(lambda: len(built) == 2)
        assert built[1][0] is running.app.library.snapshot.knowledge
        assert await server.user("alice", locale="ko").types("/질문", 질문="무라티")
        assert len(built) == 2
        assert threading.get_ident() not in {thread for _, thread in built}


async def test_a_changed_file_reloads_the_facts_when_watched(
    server: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """With something wrong in it the old facts stay, and the log lists the problems."""
    async with operated(server, tmp_path, watch=Switch.ON) as running:
        running.folder.change(FACTS, "section: exodus", "section: exodos")
        problem = "art/facts.yaml:11: fact 'murati-origin': source.section: unknown section 'exodos'"
        await until(lambda: problem in caplog.text)
        assert await answers(server)
        running.folder.change(FACTS, "section: exodos", "section: exodus")
        await until(lambda: running.runner.reloads)


def current(running: Running) -> BotClient:
    """Return the client that is connected."""
    assert running.runner.client is not None
    return running.runner.client


async def test_a_client_that_is_rebuilt_keeps_cooldowns_and_conversations(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path, cooldown=2) as running:
        before, alice = current(running).state, server.user("alice", locale="ko")
        assert ANSWER in (await alice.says(QUESTION)).text
        assert (await alice.runs("/help")).text
        server.drops_connection(INVALID_VERSION)
        await server.disconnects()
        await server.connects()
        assert running.runner.rebuilds == 1
        assert "질문이 조금 빨라요" in (await alice.runs("/help")).text
        after = current(running).state
        assert after.conversations is before.conversations
        assert after.exchanges is not before.exchanges, "the new client can't edit what the old one sent"


async def test_a_client_that_ends_is_rebuilt_and_costs_no_knowledge(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path) as running:
        snapshot = running.app.library.snapshot
        server.drops_connection(INVALID_VERSION)
        await server.disconnects()
        await server.connects()
        assert await answers(server)
        assert running.runner.rebuilds == 1
        assert running.app.library.snapshot is snapshot
        assert syncs(server) == 1
        running.folder.change(COMMANDS_FILE, "Where people come from", "Who comes from where")
        _, registration = await running.runner.reload()
        assert registration == "registered", "the new client's commands follow the facts"


async def test_a_network_that_fails_later_is_tried_again(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path) as running:
        server.cuts_next(on=LOGIN, times=2)  # aiohttp tries once more by itself
        server.drops_connection(INVALID_VERSION)
        await server.disconnects()
        await server.connects()
        await until(lambda: running.runner.client is not None and running.runner.client.is_ready())
        assert running.runner.rebuilds == 2


async def test_a_token_that_is_withdrawn_ends_the_service(server: FakeDiscord, tmp_path: Path) -> None:
    """Waiting would not help."""
    running = prepared(server, tmp_path)
    serving = asyncio.create_task(running.serve())
    await server.connects()
    await until(lambda: running.runner.has_connected)
    server.settings.token = "another"  # noqa: S105
    server.drops_connection()
    with pytest.raises(DiscordStartError, match="refuses the token"):
        await serving


async def start_error(running: Running) -> str:
    """Return the sentence with which a start fails."""
    with pytest.raises(DiscordStartError) as caught:
        await running.serve()
    assert caught.value.exit_code == 69
    return str(caught.value)


async def test_a_wrong_token_is_one_sentence(server: FakeDiscord, tmp_path: Path) -> None:
    server.settings.token = "right"  # noqa: S105
    running = prepared(server, tmp_path)
    with pytest.raises(DiscordStartError, match="refuses the token: reset it") as caught:
        await running.runner.serve("wrong", partial(fingerprint, running.folder.root))
    assert "wrong" not in str(caught.value)


async def test_a_missing_intent_is_one_sentence(server: FakeDiscord, tmp_path: Path) -> None:
    running = prepared(server, tmp_path, message_content=Switch.ON)
    assert "Message Content intent: switch it on" in await start_error(running)


async def test_a_granted_intent_is_asked_for(server: FakeDiscord, tmp_path: Path) -> None:
    server.grants(Intent.MESSAGE_CONTENT)
    async with operated(server, tmp_path, message_content=Switch.ON):
        assert Intent.MESSAGE_CONTENT in server.sessions[0].intents


@pytest.mark.parametrize("route", [LOGIN, "GET /gateway/bot"])
@pytest.mark.parametrize("kind", ["cut", "503"])
async def test_a_discord_that_is_away_at_the_start_is_waited_for(
    server: FakeDiscord, tmp_path: Path, caplog: pytest.LogCaptureFixture, route: str, kind: str
) -> None:
    """With a line of the log for each attempt, without a traceback."""
    if kind == "cut":
        server.cuts_next(on=route, times=4)  # aiohttp tries once more by itself
    else:
        server.fails_next(on=route, status=503, times=2)
    async with operated(server, tmp_path):
        assert await answers(server)
    lines = [record for record in caplog.records if "the next attempt in" in record.getMessage()]
    assert len(lines) == 2
    assert all(line.exc_info is None for line in lines)


async def test_the_end_waits_for_replies_in_flight(server: FakeDiscord, tmp_path: Path) -> None:
    alice = server.user("alice", locale="ko")
    async with operated(server, tmp_path) as running:
        server.delays_next(0.4, on=WRITE)
        written = await alice.writes(QUESTION)
        await until(lambda: server.requests_to(*WRITE.split()))
        running.stop.set()
        await asyncio.sleep(0)
        late = await alice.writes(QUESTION)
        reply = await alice.is_answered(written)
    assert reply.answers == []
    assert [answer.text for answer in late.answers] == ["지금은 답을 드리지 못해요. 잠시 뒤에 다시 물어봐 주세요."]
    assert server.sessions == []


async def test_a_reply_that_never_ends_does_not_hold_up_the_end(server: FakeDiscord, tmp_path: Path) -> None:
    alice = server.user("alice", locale="ko")
    async with operated(server, tmp_path, grace=0.2) as running:
        server.delays_next(30, on=WRITE)
        written = await alice.writes(QUESTION)
        await until(lambda: server.requests_to(*WRITE.split()))
        running.stop.set()
    assert server.sessions == []
    assert written.answers == [], "the end came before the reply"


async def test_the_end_can_come_before_anything_began(server: FakeDiscord, tmp_path: Path) -> None:
    running = prepared(server, tmp_path)
    running.stop.set()
    await running.serve()
    assert server.sessions == []


async def test_a_client_that_can_never_be_set_up_is_one_sentence(server: FakeDiscord, tmp_path: Path) -> None:
    """After a mistake in the program there are three attempts, not endlessly many."""

    class BrokenClient(BotClient):
        """Fails after the login."""

        async def setup_hook(self) -> None:
            """Fail."""
            raise ValueError

    class BrokenRunner(Runner):
        """Runs broken clients."""

        def new_client(self) -> BotClient:
            """Return a broken client."""
            return BrokenClient(running.app.library, settings_for(tmp_path))

    running = prepared(server, tmp_path)
    runner = BrokenRunner(running.app.library, settings_for(tmp_path))
    with pytest.raises(DiscordStartError, match=r"^The bot can't be started: ValueError at test_operating"):
        await runner.serve(server.token, partial(fingerprint, running.folder.root))
    assert len(server.requests_to(*LOGIN.split())) == 3


async def test_the_end_can_come_while_waiting_to_rebuild(server: FakeDiscord, tmp_path: Path) -> None:
    async with operated(server, tmp_path) as running:
        server.drops_connection(INVALID_VERSION)
        await server.disconnects()
        running.stop.set()
    assert len(server.requests_to(*LOGIN.split())) == 1
    assert running.runner.rebuilds == 0
