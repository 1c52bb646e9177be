"""Several processes of the bot on one loopback Discord and one PostgreSQL, each with files of its own."""

import asyncio
import re
import shutil
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

from tests.e2e.operators import FACTS, small_knowledge
from tests.e2e.test_process import Process, process
from tests.fake_discord import Actor, FakeDiscord, Permission
from tests.fake_discord import Settings as Patient
from tests.fake_discord.state.models import Guild
from tests.knowledge.small_article import SMALL_SHARED

SECRET = "a secret of at least thirty-two characters"  # noqa: S105  opens nothing
SHARDS = 8
_REVISION = re.compile(r'bot_facts_info\{revision="(\w+)"\}')


@dataclass
class Ship:
    """One process, its folder, and the address of its measures."""

    number: int
    folder: Path
    address: str
    process: Process

    @property
    def facts(self) -> Path:
        """Return its own file of facts."""
        return self.folder / "knowledge" / FACTS

    async def leads(self) -> bool:
        """Return whether it does what is done once."""
        return "bot_leads 1.0" in (await self.measures()).splitlines()

    async def measures(self) -> str:
        """Return its measures."""
        async with aiohttp.ClientSession() as session, session.get(f"http://{self.address}/metrics") as response:
            return await response.text()

    async def revision(self) -> str:
        """Return the revision that it answers from."""
        match = _REVISION.search(await self.measures())
        return match[1] if match else ""


@dataclass
class Fleet:
    """The processes, the server, and a guild in each shard."""

    server: FakeDiscord
    database: str
    folder: Path
    guilds: Sequence[Guild]
    members: Sequence[Actor]
    """One of each guild, who may also manage it."""
    ships: list[Ship]
    _stack: AsyncExitStack
    knowledge: Path | None = None
    shared: Mapping[str, str] = field(default_factory=lambda: SMALL_SHARED)

    async def launch(self, number: int, shards: str, **variables: str) -> Ship:
        """Start a process that serves `shards`, and wait until it is connected."""
        folder = self.folder / str(len(self.ships))
        if self.knowledge is None:
            small_knowledge(folder, self.shared)
        else:
            shutil.copytree(self.knowledge, folder / "knowledge")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        settings = {
            "DISCORD_TOKEN": self.server.token,
            "BOT_DATABASE_URL": self.database,
            "BOT_SECRET": SECRET,
            "BOT_SHARD_COUNT": str(SHARDS),
            "BOT_SHARD_IDS": shards,
            "BOT_HTTP": address,
            "BOT_ADMIN_GUILD_IDS": ",".join(str(guild.id) for guild in self.guilds),
            "BOT_ADMIN_USER_IDS": ",".join(str(member.id) for member in self.members),
            "BOT_COOLDOWN": "600",
        }
        started = await self._stack.enter_async_context(
            process(self.server.url, folder, ("run",), **(settings | variables))
        )
        ship = Ship(number, folder, address, started)
        self.ships.append(ship)
        await started.says("connected and answering", within=120)
        return ship

    async def at(self, revision: str, within: float = 60.0) -> float:
        """Wait until all that run answer from `revision`; return the seconds that took."""
        clock = asyncio.get_running_loop().time
        began = clock()
        async with asyncio.timeout(within):
            while set(await self.revisions()) != {revision}:  # noqa: ASYNC110  other processes announce nothing
                await asyncio.sleep(0.01)
        return clock() - began

    @property
    def running(self) -> list[Ship]:
        """Return the processes that run."""
        return [ship for ship in self.ships if ship.process.process.returncode is None]

    async def revisions(self) -> list[str]:
        """Return the revision that each process answers from."""
        return await asyncio.gather(*(ship.revision() for ship in self.running))

    async def leader(self) -> Ship:
        """Wait until one of those that run leads."""
        async with asyncio.timeout(60):
            while True:
                for ship in self.running:
                    if await ship.leads():
                        return ship
                await asyncio.sleep(0.05)


@asynccontextmanager
async def fleet(
    database: str,
    folder: Path,
    processes: int = 4,
    knowledge: Path | None = None,
    shared: Mapping[str, str] = SMALL_SHARED,
    **variables: str,
) -> AsyncIterator[Fleet]:
    """Run `processes` that share eight shards; by default with the small article, `shared` as in `small_knowledge`."""
    each = SHARDS // processes
    async with FakeDiscord(Patient(patience=60), points_here=False) as server, AsyncExitStack() as stack:
        guilds = [server.add_guild(f"guild {number}", shard=(number, SHARDS)) for number in range(SHARDS)]
        members = [
            server.user(f"member {number}", guild=guild, locale="ko", permissions=Permission.MANAGE_GUILD)
            for number, guild in enumerate(guilds)
        ]
        made = Fleet(server, database, folder, guilds, members, [], stack, knowledge, shared)
        for number in range(processes):
            await made.launch(number, f"{number * each}-{(number + 1) * each - 1}", **variables)
        await server.connects(shards=SHARDS)
        yield made
