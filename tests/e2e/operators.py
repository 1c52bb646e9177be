"""The bot as its operator runs it, in the test's own process, over a loopback Discord."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bot.app import App, build, editing_of, open_store
from bot.core.model import Knowledge
from bot.discord_bot.runner import Runner
from bot.knowledge.folder import fingerprint
from bot.settings import DiscordSettings, Switch
from tests.fake_discord import FakeDiscord
from tests.knowledge.small_article import SMALL_SHARED, Folder

QUESTION = "<@bot> 무라티는 어느 나라 출신이야?"
ANSWER = "무라티는 알바니아에서 태어났어요."
COMMANDS = """\
commands:
  - name: {en: origins, ko: 출신}
    description: {en: Where people come from, ko: 사람들의 출신}
    facts: [murati-origin]
"""
FACTS, COMMANDS_FILE = "art/facts.yaml", "art/commands.yaml"

Change = Callable[[Knowledge], Knowledge]


def settings_for(tmp_path: Path, **changes: object) -> DiscordSettings:
    """Return settings without the developer's own `.env`, the encoder and the store off."""
    values: dict[str, Any] = {
        "_env_file": None,
        "cache": tmp_path / "cache",
        "knowledge": tmp_path / "knowledge",
        "data": tmp_path / "data",
        "database_url": "off",
        "semantic": Switch.OFF,
        "cooldown": 600,
    }
    return DiscordSettings(**(values | changes))


def small_knowledge(tmp_path: Path, shared: Mapping[str, str] = SMALL_SHARED) -> Folder:
    """Write the small article with one command; of the `shared` files, those not given are the shipped ones."""
    folder = Folder(tmp_path / "knowledge")
    for name, content in {**shared, COMMANDS_FILE: COMMANDS}.items():
        folder.write(name, content)
    return folder


@dataclass
class Running:
    """A bot as `run` starts it."""

    server: FakeDiscord
    app: App
    folder: Folder
    runner: Runner
    stop: asyncio.Event

    async def serve(self) -> None:
        """Serve until `stop` is set."""
        await self.runner.serve(self.server.token, partial(fingerprint, self.folder.root), self.stop)


def prepared(
    server: FakeDiscord,
    tmp_path: Path,
    *,
    grace: float = 3.0,
    change: Change | None = None,
    shared: Mapping[str, str] = SMALL_SHARED,
    **changes: object,
) -> Running:
    """Return the bot with the small article and the `shared` files, not yet served; `changes` are settings.

    `change` is applied to the facts at each reading; `shared` as in `small_knowledge`.
    """
    folder = small_knowledge(tmp_path, shared)
    settings = settings_for(tmp_path, **changes)
    app = build(settings, change=change)
    store = open_store(settings)
    runner = Runner(app.library, settings, store, editing_of(app, settings, store), app.reader, grace=grace)
    return Running(server, app, folder, runner, asyncio.Event())


@asynccontextmanager
async def operated(
    server: FakeDiscord,
    tmp_path: Path,
    *,
    grace: float = 3.0,
    change: Change | None = None,
    shared: Mapping[str, str] = SMALL_SHARED,
    **changes: object,
) -> AsyncIterator[Running]:
    """Serve the small article until the end of the block; arguments as of `prepared`."""
    running = prepared(server, tmp_path, grace=grace, change=change, shared=shared, **changes)
    serving = asyncio.create_task(running.serve())
    try:
        await server.connects()
        await until(lambda: running.runner.has_connected)
        yield running
    finally:
        running.stop.set()
        await serving


def damage_store(data: Path) -> None:
    """Put files that are no database in the place of the store; to write over those that are open ends the process."""
    for path in list(data.glob("store.db*")):
        path.unlink()
        path.write_bytes(b"no database" * 1000)


async def until(true: Callable[[], object], within: float = 60.0) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(within):
        while not true():  # noqa: ASYNC110  files, logs and processes announce nothing
            await asyncio.sleep(0.01)
