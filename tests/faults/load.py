"""The bot as a process over the loopback Discord, with members who ask at a steady pace."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.app import shipped_knowledge
from bot.core.model import Knowledge
from tests.e2e.operators import until
from tests.e2e.test_process import Process, process
from tests.e2e.watchdog import quantile
from tests.fake_discord import Actor, FakeDiscord, Reply
from tests.fake_discord import Settings as Patient
from tests.faults.promises import Promises

PER_MINUTE = 6
"""Questions a minute of one member; the bot takes twelve."""


def samples(knowledge: Knowledge) -> list[str]:
    """Return all sample questions."""
    return [sample.text for article in knowledge.articles for fact in article.facts for sample in fact.samples]


def refusals(knowledge: Knowledge) -> tuple[str, ...]:
    """Return how the sentences begin that are no answer: too many questions, a failure."""
    texts = (knowledge.messages[key] for key in ("busy", "slow_down", "error"))
    return tuple(text.partition("{")[0] for one in texts for text in one.every())


@dataclass
class Crowd:
    """Members of a server who ask one after the other, each question once."""

    server: FakeDiscord
    texts: Sequence[str]
    rate: float
    """Questions a second."""
    written: list[Reply] = field(default_factory=list)

    async def asks(self, seconds: float, seed: int = 1) -> None:
        """Ask at the pace for so long, whether or not answers come; a pace that was missed is caught up."""
        chance = random.Random(seed)  # noqa: S311  the same questions every time
        members = [self.server.user(f"member {number}") for number in range(self._members())]
        channels = [self.server.add_channel(f"room-{number}") for number in range(20)]
        clock = asyncio.get_running_loop().time
        began = clock()
        for number in range(round(self.rate * seconds)):
            await asyncio.sleep(max(0.0, began + number / self.rate - clock()))
            member: Actor = members[number % len(members)]
            self.written.append(
                await member.writes(f"<@bot> {chance.choice(self.texts)}", channels[number % len(channels)])
            )

    def _members(self) -> int:
        return max(20, round(self.rate * 60 / PER_MINUTE))

    @asynccontextmanager
    async def asking(self) -> AsyncIterator[None]:
        """Ask until the end of the block."""
        task = asyncio.create_task(self.asks(3_600))
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def is_answered(self, within: float = 60.0) -> None:
        """Wait for the last answers; some may be missing for ever."""
        with contextlib.suppress(TimeoutError):
            await until(lambda: all(one.answers for one in self.written), within)
        await self.server.quiets_down(1.0)

    def waits(self) -> list[float]:
        """Return the seconds between each question and its answer."""
        return [
            (question.answers[0].message.created_at - question.message.created_at).total_seconds()
            for question in self.written
            if question.answers
        ]

    def check(self, promises: Promises, refused: tuple[str, ...]) -> None:
        """Check that every question got one answer, which is no refusal, and that nothing else went wrong."""
        numbers = [len(one.answers) for one in self.written]
        lost, doubled = numbers.count(0), sum(number > 1 for number in numbers)
        turned_away = sum(one.answers[0].text.startswith(refused) for one in self.written if one.answers)
        promises.check(
            "every question is answered once",
            kept=lost == doubled == turned_away == 0 and bool(numbers),
            figures=f"{len(numbers)} questions, {lost} lost, {doubled} answered twice, {turned_away} turned away",
        )
        promises.check("Discord refuses no request", kept=not self.server.refusals)
        waits = self.waits() or [float("inf")]
        middle, most = (1000 * quantile(waits, share) for share in (0.5, 0.99))
        promises.check("answers come", kept=bool(waits), figures=f"p50 {middle:.0f} ms, p99 {most:.0f} ms")


@asynccontextmanager
async def served(
    cache: Path, knowledge: Path | None = None, *, semantic: bool = False, **variables: str
) -> AsyncIterator[tuple[FakeDiscord, Process]]:
    """Run a server and the bot, which is connected; by default with the shipped knowledge."""
    async with (
        FakeDiscord(Patient(patience=60), points_here=False) as server,
        process(
            server.url,
            cache,
            ("run",),
            DISCORD_TOKEN=server.token,
            BOT_KNOWLEDGE=str(knowledge or shipped_knowledge()),
            BOT_SEMANTIC="on" if semantic else "off",
            **variables,
        ) as bot,
    ):
        await bot.says("connected and answering", within=180)
        yield server, bot
