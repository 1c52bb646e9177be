"""More questions, key strokes and reloads than there is time for, as members and administrators meet it."""

import asyncio
import signal
import sys
import threading
from collections import Counter
from dataclasses import replace
from pathlib import Path

from bot.app import App
from bot.core.model import Knowledge
from bot.discord_bot.queueing import ANSWERING, MOST_PER_PERSON
from bot.service.library import Completers
from bot.settings import DiscordSettings
from tests.discord_bot.clock import Clock
from tests.e2e.certain import Certain
from tests.e2e.conftest import running
from tests.e2e.operators import ANSWER, FACTS, QUESTION, operated, small_knowledge, until
from tests.e2e.test_conduct import ENGLISH, KOREAN, Slow
from tests.e2e.test_process import process
from tests.fake_discord import Actor, FakeDiscord, Permission
from tests.fake_discord import Settings as Patient

BUSY_KO, BUSY_EN = "지금은 답을 드리지 못해요", "I can't answer right now."
TOO_FAST = "질문이 조금 빨라요"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"


def notices(server: FakeDiscord, person: Actor) -> list[str]:
    """Return what the bot has told a person by direct message."""
    return [reply.text for reply in person.sees(person.dm_channel) if reply.author is server.bot]


async def test_a_flood_of_one_person_is_cut_and_others_are_answered_between(
    server: FakeDiscord, app: App, settings: DiscordSettings
) -> None:
    """What is over the bound is told once, by direct message; everything accepted is answered."""
    library = Slow(app.library)
    async with running(server, replace(app, library=library), settings) as bot:
        alice, bob = server.user("alice", locale="ko"), server.user("bob", locale="en-US")
        flood = [await alice.writes(f"<@bot> {number} {KOREAN}") for number in range(10)]
        assert BUSY_KO in (await alice.receives()).text
        late = await bob.writes(f"<@bot> {ENGLISH}")
        await until(lambda: bot.state.turns.waiting == MOST_PER_PERSON + 1)
        library.released.set()
        assert await bob.is_answered(late)
        await until(lambda: not bot.state.limits.in_flight.count)
        assert [len(one.answers) for one in flood[: ANSWERING + MOST_PER_PERSON]] == [1] * 5
        assert len([one for one in alice.sees(server.general) if one.author is server.bot]) == 6
        assert len(notices(server, alice)) == 1
        assert notices(server, bob) == []
        assert (await alice.says(f"<@bot> {KOREAN}")).text


async def test_over_the_bound_a_command_is_told_privately(
    server: FakeDiscord, app: App, settings: DiscordSettings
) -> None:
    library = Slow(app.library)
    async with running(server, replace(app, library=library), settings) as bot:
        alice = server.user("alice", locale="en-US")
        for number in range(ANSWERING + MOST_PER_PERSON):
            await alice.writes(f"<@bot> {number} {ENGLISH}")
        await until(lambda: bot.state.turns.waiting == MOST_PER_PERSON)
        refused = await alice.runs("/ask", question=ENGLISH)
        assert refused.ephemeral
        assert refused.text.startswith(BUSY_EN)
        library.released.set()
        await until(lambda: not bot.state.limits.in_flight.count)


async def test_who_accepts_no_direct_messages_is_told_where_they_asked(
    server: FakeDiscord, app: App, settings: DiscordSettings, clock: Clock
) -> None:
    async with running(server, app, settings.model_copy(update={"cooldown": 1}), clock):
        alice = server.user("alice", locale="ko")
        alice.user.takes_direct_messages = False
        await alice.says(f"<@bot> {KOREAN}")
        assert TOO_FAST in (await alice.says("<@bot> 무라티 국적")).text
        ignored = await alice.writes("<@bot> 무라티 고향")
        await server.quiets_down()
        assert ignored.answers == []
        clock.now += 61
        await alice.says(f"<@bot> {KOREAN} 1")
        assert TOO_FAST in (await alice.says("<@bot> 무라티 국적 1")).text, "once a minute"


async def test_an_edit_over_the_bound_keeps_the_answer_and_is_told(
    server: FakeDiscord, app: App, settings: DiscordSettings
) -> None:
    async with running(server, app, settings.model_copy(update={"cooldown": 1}), Clock()):
        alice = server.user("alice", locale="ko")
        written = await alice.writes(f"<@bot> {KOREAN}")
        answer = await alice.is_answered(written)
        before = answer.text
        await alice.edits(written, "<@bot> 무라티 국적")
        assert TOO_FAST in (await alice.receives()).text
        assert answer.text == before


async def test_one_member_in_twenty_channels_gets_two_channels_worth_of_answers(
    server: FakeDiscord, app: App, settings: DiscordSettings
) -> None:
    async with running(server, app, settings.model_copy(update={"cooldown": 3}), Clock()) as bot:
        alice = server.user("alice", locale="ko")
        channels = [server.add_channel(f"channel-{number}") for number in range(20)]
        for at, channel in enumerate(channels):
            for number in range(3):
                await alice.writes(f"<@bot> {number} {KOREAN}", channel)
            assert (await server.user(f"reader {at}").says(f"<@bot> {ENGLISH}", channel)).text, "events come in order"
            await until(lambda: not bot.state.limits.in_flight.count)
        answered = sum(one.author is server.bot for channel in channels for one in alice.sees(channel)) - len(channels)
        sys.stdout.write(f"3 a minute and channel, 60 questions in 20 channels: {answered} answered (60 before)\n")
        assert answered == 6
        assert len(notices(server, alice)) == 1


async def test_at_the_end_who_still_waits_or_asks_is_told_to_ask_again(
    server: FakeDiscord, app: App, settings: DiscordSettings
) -> None:
    library = Slow(app.library)
    async with running(server, replace(app, library=library), settings) as bot:
        members = [server.user(f"member {number}", locale="ko") for number in range(ANSWERING + 2)]
        written = [await member.writes(f"<@bot> {KOREAN}") for member in members]
        await until(lambda: bot.state.turns.waiting == 2)
        draining = asyncio.create_task(bot.drain(2))
        await asyncio.sleep(0)
        bob = server.user("bob")
        await bob.writes(f"<@bot> {ENGLISH}")
        assert (await bob.receives()).text.startswith(BUSY_EN)
        assert (await bob.runs("/ask", question=ENGLISH)).text.startswith(BUSY_EN)
        for member in members[ANSWERING:]:
            assert BUSY_KO in (await member.receives()).text
        library.released.set()
        assert await draining
        assert [len(one.answers) for one in written[:ANSWERING]] == [1] * ANSWERING


class Watched(Certain):
    """Remembers in which threads somebody's typing was completed."""

    def __init__(self, app: App) -> None:
        """Answer as `app` does."""
        super().__init__(app.library)
        self.threads: list[int] = []

    def completers(self) -> Completers:
        """Return the completers."""
        self.threads.append(threading.get_ident())
        return super().completers()


async def test_typing_is_completed_off_the_event_loop_and_limited_per_person(
    server: FakeDiscord, app: App, settings: DiscordSettings, clock: Clock
) -> None:
    """Over the limit there are no suggestions, instead of an error, and asking still works."""
    library = Watched(app)
    async with running(server, replace(app, library=library), settings, clock):
        alice, bob = server.user("alice", locale="ko"), server.user("bob", locale="ko")
        found = [len(await alice.types("/ask", question="ﷺ" * 100 if number % 2 else "무라티")) for number in range(40)]
        assert found == [25, 0] * 10 + [0] * 20
        assert len(library.threads) == 20
        assert threading.get_ident() not in library.threads
        assert await bob.types("/ask", question="무라티")
        assert (await alice.runs("/ask", question=KOREAN)).text
        clock.now += 1
        assert await alice.types("/ask", question="무라티")


async def test_two_hundred_reload_commands_are_at_most_three_reloads(server: FakeDiscord, tmp_path: Path) -> None:
    """One that runs, and one that waits for it and tells all others of the change; a third if a command comes late."""
    readable, readings = threading.Event(), []

    def reading(knowledge: Knowledge) -> Knowledge:
        readings.append(knowledge)
        assert readable.wait(30)
        return knowledge

    readable.set()
    admin = server.user("admin", permissions=Permission.MANAGE_GUILD)
    guilds, admins = frozenset({server.guild.id}), frozenset({admin.id})
    async with operated(server, tmp_path, change=reading, admin_guild_ids=guilds, admin_user_ids=admins) as bot:
        readable.clear()
        first = asyncio.create_task(admin.runs("/facts reload"))
        await until(lambda: len(readings) > 1)
        bot.folder.change(FACTS, ANSWER, "무라티의 고향은 알바니아예요.")
        others = [asyncio.create_task(admin.runs("/facts reload")) for _ in range(199)]
        await server.is_asked(CALLBACK, times=200)
        readable.set()
        assert (await first).text == "Read again: 0 added, 0 removed, 0 changed."
        reports = Counter(report.text.split("\n")[0] for report in await asyncio.gather(*others))
        assert reports["Read again: 0 added, 0 removed, 1 changed."] > 100
        sys.stdout.write(f"200 times /facts reload at once: {bot.runner.reloads} reloads (200 before)\n")
        assert bot.runner.reloads <= 3


async def test_two_hundred_hangups_are_a_few_reloads(tmp_path: Path) -> None:
    """As a process; the last one sees the last change. A reload takes longer than all of them."""
    folder = small_knowledge(tmp_path, shared={})
    async with FakeDiscord(Patient(patience=60), points_here=False) as server:
        alice = server.user("alice", locale="ko")
        async with process(server.url, tmp_path, DISCORD_TOKEN=server.token) as bot:
            await bot.says("connected and answering")
            for _ in range(199):
                bot.gets(signal.SIGHUP)
            folder.change(FACTS, ANSWER, "무라티의 고향은 알바니아예요.")
            bot.gets(signal.SIGHUP)
            await bot.says("1 changed")
            assert "무라티의 고향은 알바니아예요." in (await alice.says(QUESTION)).text
            bot.gets(signal.SIGTERM)
            ended = await bot.ends()
        reloads = ended.err.count("facts reloaded")
        sys.stdout.write(f"200 SIGHUPs: {reloads} reloads\n")
        assert reloads <= 4
        assert server.refusals == []
