"""Send mutated gateway events: `python tests/faults/mutated_events.py [--count 20000] [--seed 7]`.

Messages, edits, deletions, commands, buttons, menus, what is being typed, servers, channels and threads lose values or
get others. Each event is handled or dropped: the connection stays, nobody is notified, and members are answered.
"""

import argparse
import asyncio
import copy
import json
import random
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.app import build
from bot.discord_bot.client import BotClient
from bot.settings import Settings, Switch
from tests.e2e.conftest import running
from tests.e2e.operators import settings_for
from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord import Settings as Patient
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.interactions import interaction_payload
from tests.fake_discord.payloads.messages import gateway_message_payload
from tests.fake_discord.payloads.things import guild_payload
from tests.faults.promises import Promises

KOREAN = "무라티 어디 사람이야?"
VALUES: tuple[object, ...] = (None, "", "x", -1, 0, 2**70, 1.5, True, [], {}, [None], {"id": None}, "\ud800")
NEW = frozenset({"MESSAGE_CREATE", "INTERACTION_CREATE"})
"""Events that the bot handles once each."""


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


async def originals(server: FakeDiscord, alice: Actor) -> list[tuple[str, Json]]:
    """Return whole events by their type, as this server sends them."""
    hub = server.hub

    def interaction() -> tuple[str, Json]:
        return "INTERACTION_CREATE", interaction_payload(hub, hub.interactions.latest())

    found = []
    page = await alice.runs("/who-left")
    found.append(interaction())
    await alice.picks(page, page.selects[0].options[0].value)
    found.append(interaction())
    await alice.types("/ask", question="무라티")
    found.append(interaction())
    await alice.runs("/ask", question=KOREAN)
    found.append(interaction())
    written = await alice.writes(f"<@bot> {KOREAN}")
    answer = await alice.is_answered(written)
    await alice.clicks(answer, "⋯")
    found.append(interaction())
    message = gateway_message_payload(written.message, server.bot, content_intent=False)
    guild = guild_payload(server.add_guild("Elsewhere"), server.bot)
    place = {"id": "1", "channel_id": "2", "guild_id": "3"}
    return [
        *found,
        *((event, message) for event in ("MESSAGE_CREATE", "MESSAGE_CREATE", "MESSAGE_UPDATE")),
        *((event, guild) for event in ("GUILD_CREATE", "GUILD_UPDATE")),
        ("MESSAGE_DELETE", place),
        ("MESSAGE_DELETE_BULK", place | {"ids": ["1"]}),
        *((event, guild["channels"][0] | {"guild_id": guild["id"]}) for event in ("CHANNEL_CREATE", "CHANNEL_UPDATE")),
        ("GUILD_ROLE_UPDATE", {"guild_id": guild["id"], "role": guild["roles"][0]}),
    ]


async def bombard(promises: Promises, server: FakeDiscord, bot: BotClient, count: int, seed: int) -> None:
    """Send so many mutated events and check what is promised; every hundredth time somebody asks for help."""
    chance = random.Random(seed)  # noqa: S311  the same events each time
    alice, bob = server.user("alice", locale="ko"), server.user("bob", locale="en-US")
    await asyncio.to_thread(bot.state.library.completers)  # else the first suggestions come too late
    events, helped = await originals(server, alice), 0
    for number in range(count):
        event, whole = chance.choice(events)
        payload = mutated(whole, chance)
        if event in NEW and isinstance(payload.get("id"), str):
            payload["id"] = str(10**18 + number)
        server.sends_event(event, json.loads(json.dumps(payload)))
        if number % 100 == 0:
            helped += bool((await bob.runs("/help")).text)
    await server.quiets_down(0.5, within=120)
    carol = server.user("carol")  # the mutated messages have used up what Alice may ask
    last = await carol.says(f"<@bot> {KOREAN}")
    dropped = bot.dropped_events
    sys.stdout.write(f"{count} mutated events, dropped {dropped.total()}: {dict(dropped)}\n")
    identifies, asked = server.hub.identifies, -(-count // 100)
    promises.check("the connection stays", kept=identifies == 1, figures=f"{identifies} IDENTIFY")
    promises.check("members are answered", kept=helped == asked and bool(last.text), figures=f"{helped} of {asked}")
    own = [message for message in server.hub.world.written.values() if message.author is server.bot]
    pings = sum(bool(message.mentions.pinged) for message in own)
    promises.check("nobody is notified", kept=pings == 0 and bool(own), figures=f"{len(own)} messages, {pings} pings")


async def run(promises: Promises, cache: Path, count: int, seed: int) -> None:
    """Run the bot with the shipped knowledge, without the encoder, and bombard it."""
    app = build(Settings(semantic=Switch.OFF), compiled=True)
    async with FakeDiscord(Patient(patience=60)) as server, running(server, app, settings_for(cache)) as bot:
        await bombard(promises, server, bot, count, seed)


def main() -> None:
    """Run, and exit with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=7)
    chosen = parser.parse_args()
    promises = Promises()
    with tempfile.TemporaryDirectory() as cache:
        asyncio.run(run(promises, Path(cache), chosen.count, chosen.seed))
    promises.end()


if __name__ == "__main__":
    main()
