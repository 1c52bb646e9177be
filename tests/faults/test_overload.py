"""The bot as a process, asked twice as much as it can answer; `pytest -rP` shows the figures.

Nothing asserted depends on how fast the machine is: every question is answered once, or its author is told.
"""

import asyncio
import sys
import time
from pathlib import Path

from bot.app import shipped_knowledge
from tests.e2e.test_process import Process, process
from tests.e2e.watchdog import quantile
from tests.fake_discord import Actor, FakeDiscord, Reply
from tests.fake_discord import Settings as Patient
from tests.shipped import shipped

MEMBERS, AT_A_TIME = 400, 12
MEASURED, SECONDS = 120, 5.0


def samples() -> list[str]:
    """Return a thousand sample questions of the shipped article, from all of its facts."""
    (article,) = shipped().articles
    texts = [sample.text for fact in article.facts for sample in fact.samples]
    return texts[:: max(1, len(texts) // 1_000)]


def memory(bot: Process) -> float:
    """Return the memory of the process in MB, 0 on a system without /proc."""
    status = Path(f"/proc/{bot.process.pid}/status")
    lines = status.read_text(encoding="utf-8").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


async def capacity(server: FakeDiscord, texts: list[str]) -> float:
    """Return how many questions a second are answered to members who wait for each answer."""
    left = iter(texts[:MEASURED])

    async def ask(member: Actor) -> None:
        channel = server.add_channel(f"of-{member.name}")
        for text in left:
            await member.says(f"<@bot> {text}", channel)

    began = time.perf_counter()
    await asyncio.gather(*(ask(server.user(f"patient {number}")) for number in range(AT_A_TIME)))
    return MEASURED / (time.perf_counter() - began)


async def test_at_twice_the_capacity_each_question_is_answered_once_or_its_author_is_told(tmp_path: Path) -> None:
    texts = samples()
    async with FakeDiscord(Patient(patience=60), points_here=False) as server:
        folder = str(shipped_knowledge())
        async with process(
            server.url, tmp_path, DISCORD_TOKEN=server.token, BOT_KNOWLEDGE=folder, BOT_COOLDOWN="600"
        ) as bot:
            await bot.says("connected and answering", within=60)
            members = [server.user(f"member {number}") for number in range(MEMBERS)]
            rate, before = await capacity(server, texts), memory(bot)
            written: list[tuple[Actor, Reply]] = []
            began = time.perf_counter()
            while (due := 2 * rate * (time.perf_counter() - began)) < 2 * rate * SECONDS:
                while len(written) < due:
                    number = len(written)
                    member, channel = members[number % MEMBERS], server.add_channel(f"place-{number}")
                    text = f"<@bot> {texts[number % len(texts)]}"
                    written.append((member, await member.writes(text, channel)))
                await asyncio.sleep(0.002)
            await server.quiets_down(2.5, within=60)
            after = memory(bot)
        answers = [[one for one in asked.answers if one.channel.id == asked.channel.id] for _, asked in written]
        told = {
            member.id for member in members if any(one.author is server.bot for one in member.sees(member.dm_channel))
        }
        waits = [
            (found[0].message.created_at - asked.message.created_at).total_seconds()
            for (_, asked), found in zip(written, answers, strict=True)
            if found
        ]
        sys.stdout.write(
            f"capacity {rate:.0f} questions a second; at twice that, {len(written)} questions: {len(waits)} answered, "
            f"{len(written) - len(waits)} not, {len(told)} people told so; from question to answer p50 "
            f"{quantile(waits, 0.5):.2f} s, p99 {quantile(waits, 0.99):.2f} s; memory {before:.0f} to {after:.0f} MB\n"
        )
        assert max(map(len, answers)) == 1
        assert all(found or member.id in told for (member, _), found in zip(written, answers, strict=True))
        assert server.refusals == []
