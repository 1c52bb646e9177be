"""What the tests of editors share: two facts, an administrator, and questions that the bot can't answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.e2e.operators import Running, operated, until
from tests.fake_discord import Actor, FakeDiscord
from tests.fake_discord.actors.reply import Reply

KO, EN = "화성에 물이 있어?", "does murati own a boat?"
JOB = """\
facts:
  - id: murati-job
    label: {ko: 무라티의 직책, en: Murati's job}
    answer: {ko: 무라티는 최고기술책임자였어요., en: Murati was the chief technology officer.}
    questions:
      ko: [무라티 직책이 뭐야?, 무라티가 맡은 일, 무라티는 무슨 일을 했어?]
    source: {section: exodus, paragraphs: [4]}
"""
JOB_ANSWERS = {"ko": "무라티는 최고기술책임자였어요.", "en": "Murati was the chief technology officer."}


@asynccontextmanager
async def running(server: FakeDiscord, admin: Actor, tmp_path: Path, **changes: object) -> AsyncIterator[Running]:
    """Serve two facts with the bot's own small talk, and store questions in a file."""
    (tmp_path / "knowledge" / "art" / "facts").mkdir(parents=True, exist_ok=True)
    job = tmp_path / "knowledge" / "art" / "facts" / "job.yaml"
    if not job.exists():
        job.write_text(JOB)
    values: dict[str, Any] = {
        "admin_guild_ids": frozenset({server.guild.id}),
        "admin_user_ids": frozenset({admin.id}),
        "database_url": None,
        "shared": {},
    }
    async with operated(server, tmp_path, **(values | changes)) as bot:
        yield bot


async def written(bot: Running) -> float:
    """Return how many records were stored, once none waits."""
    value = bot.runner.measures.registry.get_sample_value
    await until(lambda: value("bot_store_waiting") == 0)
    return value("bot_store_records_total", {"result": "written"}) or 0.0


async def is_written(bot: Running, number: float) -> None:
    """Wait until so many records were stored."""
    value = bot.runner.measures.registry.get_sample_value
    await until(lambda: (value("bot_store_records_total", {"result": "written"}) or 0.0) >= number)


async def asks(bot: Running, *questions: tuple[Actor, str]) -> None:
    """Let members ask what the bot can't answer, and wait until that is stored."""
    before = await written(bot)
    for number, (member, text) in enumerate(questions):
        await member.says(f"<@bot> {text}", bot.server.add_channel(f"room-{before:.0f}-{number}"))
    await is_written(bot, before + len(questions))


def buttons(reply: Reply) -> list[str]:
    """Return the labels of the buttons."""
    return [button.label or "" for button in reply.buttons]
