"""Mutated gateway events: each is handled or dropped, the connection and the bot stay."""

import copy
import json
import random
import sys

import pytest

from bot.discord_bot.client import BotClient
from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.interactions import interaction_payload
from tests.fake_discord.payloads.messages import gateway_message_payload
from tests.fake_discord.payloads.things import guild_payload

EVENTS = 2_000
KOREAN = "무라티 어디 사람이야?"
VALUES: tuple[object, ...] = (None, "", "x", -1, 0, 2**70, 1.5, True, [], {}, [None], {"id": None}, "\ud800")


def places(part: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every value inside of a payload."""
    items = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    return [path, *(place for key, value in items for place in places(value, (*path, key)))] if path or items else []


def mutated(payload: Json, chance: random.Random) -> Json:
    """Return a copy in which one to three values are lost or replaced."""
    changed = copy.deepcopy(payload)
    for _ in range(chance.randint(1, 3)):
        path = chance.choice([place for place in places(changed) if place] or [("id",)])
        part: Json = changed
        for key in path[:-1]:
            part = part[key]  # type: ignore[index]
        if chance.random() < 0.4 and isinstance(part, dict):
            part.pop(path[-1], None)  # type: ignore[arg-type]
        else:
            part[path[-1]] = copy.deepcopy(chance.choice(VALUES))  # type: ignore[index]
    return changed


async def test_mutated_events_are_handled_or_dropped(
    server: FakeDiscord, alice: Actor, bob: Actor, bot: BotClient, caplog: pytest.LogCaptureFixture
) -> None:
    """Messages, edits, interactions, servers; then everybody is answered as before."""
    chance = random.Random(7)  # noqa: S311  the same events each time
    page = await alice.runs("/who-left")
    await alice.picks(page, page.selects[0].options[0].value)
    interaction = interaction_payload(server.hub, server.hub.interactions.latest())
    written = await alice.writes(f"<@bot> {KOREAN}")
    await alice.is_answered(written)
    message = gateway_message_payload(written.message, server.bot, content_intent=False)
    guild = guild_payload(server.add_guild("Elsewhere"), server.bot)
    originals = {
        "MESSAGE_CREATE": message,
        "MESSAGE_UPDATE": message,
        "MESSAGE_DELETE": {"id": "1", "channel_id": "2", "guild_id": "3"},
        "MESSAGE_DELETE_BULK": {"ids": ["1"], "channel_id": "2", "guild_id": "3"},
        "INTERACTION_CREATE": interaction,
        "GUILD_CREATE": guild,
        "GUILD_UPDATE": guild,
    }
    for number in range(EVENTS):
        event = chance.choice(list(originals))
        payload = mutated(originals[event], chance)
        if event in {"MESSAGE_CREATE", "INTERACTION_CREATE"} and isinstance(payload.get("id"), str):
            payload["id"] = str(10**18 + number)
        server.sends_event(event, json.loads(json.dumps(payload)))
        if number % 100 == 0:
            assert (await bob.runs("/help", within=30)).text
    await server.quiets_down(0.3, within=60)
    dropped = bot.dropped_events
    sys.stdout.write(f"{EVENTS} mutated events, dropped {dropped.total()}: {dict(dropped)}\n")
    assert server.hub.identifies == 1
    carol = server.user("carol")  # the mutated messages have used up what Alice may ask
    assert (await carol.says("<@bot> 슐먼은 언제 오픈AI를 떠났습니까?", within=30)).text
    assert KOREAN not in caplog.text
    server.refusals.clear()
