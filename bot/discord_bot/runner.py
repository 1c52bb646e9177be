"""Keeping the bot connected: start, signals, rebuilding a client that ended, and an orderly end."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

import watchfiles

from bot.discord_bot.connection import Failures, final, start_error
from bot.discord_bot.logs import describe
from bot.discord_bot.reloading import Registration, Reloader
from bot.discord_bot.sync import sync_if_changed
from bot.errors import DiscordStartError
from bot.service.library import Library
from bot.settings import DiscordSettings

if TYPE_CHECKING:
    from bot.discord_bot.client import BotClient

log = logging.getLogger(__name__)

Make: TypeAlias = Callable[[Reloader], "BotClient"]
"""Builds a client that has not logged in yet."""
LONGEST_PAUSE: Final = 120.0
"""Seconds; shorter pauses for ever would use up the 1,000 logins that Discord allows a day."""
_HEALTHY: Final = 600.0
"""Seconds after which a client that ended is no longer part of a series of failures."""
_FIRST_TRIES: Final = 3
"""Failures before the first connection that are not the network's: then it is a mistake in the program."""
_CLOSE, _THREADS = 2.0, 1.0
"""Seconds for closing and for threads; with the patience under the ten that process managers grant."""
_TURN: Final = 0.001
"""Seconds that a thread computes while another waits."""
_WORKERS: Final = 3
"""Threads that answer and load; more take turns away from the event loop and answer no sooner."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What `serve` needs."""

    library: Library
    folder: Path
    """The knowledge that is watched."""
    settings: DiscordSettings
    token: str
    make: Make
    patience: float = 6.0
    """Seconds that replies in flight get at the end."""


def ignore_hangups() -> None:
    """Let SIGHUP pass until somebody listens; before the facts are read there is nothing to reload."""
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)


def stay_responsive() -> None:
    """Keep the event loop's waits short while facts are loaded in a thread beside it.

    Python's own turn of 5 ms is felt at every step of the loop. A full garbage collection stops all threads; what is
    there from the start, which is most, is left out of it.
    """
    sys.setswitchinterval(_TURN)
    gc.collect()
    gc.freeze()


def serve_here(plan: Plan) -> None:
    """Serve until SIGTERM or SIGINT; raise DiscordStartError when Discord refuses the bot."""
    stay_responsive()
    asyncio.run(_run(plan))


async def _run(plan: Plan) -> None:
    await serve(plan)
    # A thread that still reads facts must not hold up the end; nothing is lost with it.
    last = threading.Timer(_THREADS, os._exit, (0,))
    last.daemon = True
    last.start()


async def serve(plan: Plan, stop: asyncio.Event | None = None) -> None:
    """Keep one client connected until `stop` is set, by a signal if by nobody else."""
    stop = stop or asyncio.Event()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_WORKERS))
    reloader = Reloader(plan.library)
    jobs = Jobs()
    _listen_to_signals(stop, lambda: jobs.start(reloader.reload_and_log("SIGHUP")))
    if plan.settings.watch:
        jobs.start(_watch(plan.folder, reloader, stop))
    try:
        await _keep_connected(plan, reloader, stop)
    finally:
        await jobs.end()


class Jobs:
    """Work beside the replies, kept from being forgotten half-way."""

    def __init__(self) -> None:
        """Start with none."""
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, job: Coroutine[None, None, None]) -> None:
        """Begin `job`; an error in it is logged."""
        task = asyncio.create_task(job)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("a job beside the replies failed", exc_info=error)

    async def end(self) -> None:
        """Cancel what is left."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _listen_to_signals(stop: asyncio.Event, reload: Callable[[], None]) -> None:
    if sys.platform == "win32":
        return  # Ctrl-C cancels the main task there, and there is no SIGHUP
    loop = asyncio.get_running_loop()

    def end(number: signal.Signals) -> None:
        log.info("%s: finishing the replies in flight", number.name)
        stop.set()
        loop.remove_signal_handler(number)  # the second time it ends the process at once

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end, number)
    loop.add_signal_handler(signal.SIGHUP, reload)


async def _watch(folder: Path, reloader: Reloader, stop: asyncio.Event) -> None:
    def is_knowledge(_: watchfiles.Change, path: str) -> bool:
        return path.endswith((".yaml", ".yml"))

    async for _ in watchfiles.awatch(folder, watch_filter=is_knowledge, stop_event=stop):
        await reloader.reload_and_log("a file has changed")


def pause(failures: int) -> float:
    """Return the seconds to wait after so many failures in a row: 1, 2, 4, … bounded."""
    return min(LONGEST_PAUSE, 2.0 ** min(failures - 1, 10))


async def _keep_connected(plan: Plan, reloader: Reloader, stop: asyncio.Event) -> None:
    """Build a client, and another whenever one ends; the knowledge is kept."""
    failures = 0
    while True:
        began = time.monotonic()
        client = plan.make(reloader)
        reason = await _live(client, plan, reloader, stop)
        if stop.is_set():
            return
        failures = 1 if time.monotonic() - began > _HEALTHY else failures + 1
        if (refusal := _refusal(reason, reloader, failures)) is not None:
            raise refusal
        log.error("the client ended and is rebuilt in %.0f s", pause(failures), exc_info=reason)
        if await _wait(stop, pause(failures)):
            return
        reloader.rebuilds += 1


def _refusal(reason: Exception | None, reloader: Reloader, failures: int) -> DiscordStartError | None:
    """Return why another client would not do better, or None.

    At the start, what is wrong with the network is told at once; later it is waited for.
    """
    if reason is None:
        return None
    if isinstance(reason, Failures) and not reloader.has_connected:
        return start_error(reason)
    if not reloader.has_connected and failures >= _FIRST_TRIES:
        return DiscordStartError(f"The bot can't be started: {describe(reason)}.")
    return final(reason)


async def _wait(stop: asyncio.Event, seconds: float) -> bool:
    """Wait, and tell whether `stop` was set meanwhile."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return False
    return True


async def _live(client: "BotClient", plan: Plan, reloader: Reloader, stop: asyncio.Event) -> Exception | None:
    """Connect `client` until it ends or `stop` is set; return what ended it."""
    living = asyncio.create_task(_connect(client, plan, reloader))
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({living, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not living.done() and not await client.drain(plan.patience):
            log.warning("some replies took too long and are given up")
    finally:
        reloader.after_reload = None
        stopping.cancel()
        await _close(client, living)
    error = living.exception() if living.done() and not living.cancelled() else None
    return error if isinstance(error, Exception) else None


async def _close(client: "BotClient", living: asyncio.Task[None]) -> None:
    """Close `client`, whatever state it is in, and wait only so long for Discord to take note."""
    closing = asyncio.create_task(client.close())
    living.cancel()
    await asyncio.wait({living, closing}, timeout=_CLOSE)
    if closing.done() and (error := closing.exception()):  # one that never logged in has nothing to close
        log.debug("the client was not open", exc_info=error)


async def _connect(client: "BotClient", plan: Plan, reloader: Reloader) -> None:
    """Log in, register commands that changed, and stay connected."""
    settings = plan.settings

    async def follow_facts() -> Registration:
        client.register_commands()
        return await sync_if_changed(client.tree, settings.admin_guild_ids, settings.cache)

    await client.login(plan.token)
    await sync_if_changed(client.tree, settings.admin_guild_ids, settings.cache)
    reloader.after_reload = follow_facts
    announcing = asyncio.create_task(_announce(client, reloader))
    try:
        await client.connect()
    finally:
        announcing.cancel()


async def _announce(client: "BotClient", reloader: Reloader) -> None:
    await client.wait_until_ready()
    reloader.has_connected = True
    revision = reloader.library.snapshot.revision
    log.info("connected and answering: %d servers, facts at revision %s", len(client.guilds), revision)
