"""Mutated gateway events: each is handled or dropped, the connection and the bot stay."""

import gc

import pytest

from bot.discord_bot.client import BotClient
from tests.fake_discord import FakeDiscord
from tests.faults.mutated_events import KOREAN, bombard
from tests.faults.promises import Promises

EVENTS = 1_000


async def test_mutated_events_are_handled_or_dropped(
    server: FakeDiscord, bot: BotClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Messages, edits, interactions, servers; then everybody is answered as before."""
    promises = Promises()
    await bombard(promises, server, bot, EVENTS, 7)
    assert promises.broken == []
    assert KOREAN not in caplog.text
    gc.collect()
    assert [record.getMessage() for record in caplog.records if record.name == "asyncio"] == [], "tasks that failed"
    server.refusals.clear()
