"""`/healthz`, `/readyz` and `/metrics` for whoever watches over the process, and asking another process for them."""

import errno
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

import aiohttp
from aiohttp import web

from bot.errors import ConfigError
from bot.settings import Address

ALIVE: Final = "alive\n"
READY: Final = "ready\n"
_LAST_ANSWERS: Final = 0.5
"""Seconds for requests that are being answered at the end."""
_ASKING: Final = 1.0
"""Seconds in which another process has to answer."""


def claim(address: Address) -> socket.socket:
    """Return a socket bound to `address`, on which nobody listens yet; raise ConfigError if that is impossible."""
    try:
        family, kind, _, _, place = socket.getaddrinfo(*address, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
        bound = socket.socket(family, kind)
        try:
            if os.name == "posix":  # elsewhere it would share a port that is in use
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(place)
        except OSError:
            bound.close()
            raise
    except OSError as error:
        raise _unusable(error) from None
    return bound


def _unusable(error: OSError) -> ConfigError:
    if error.errno == errno.EADDRINUSE:
        return ConfigError("The port of BOT_HTTP is in use: stop the program that uses it, or choose another port.")
    reason = error.strerror or type(error).__name__
    return ConfigError(f"The address of BOT_HTTP can't be used ({reason}): choose another one, or unset BOT_HTTP.")


@asynccontextmanager
async def serving(
    address: Address, obstacle: Callable[[], str], metrics: Callable[[], bytes], content_type: str
) -> AsyncIterator[None]:
    """Serve at `address` during the block; raise ConfigError if that is impossible.

    `obstacle` returns in words why the bot is not ready, "" if it is; `metrics` returns what `/metrics` shows.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text=ALIVE)

    async def readyz(_: web.Request) -> web.Response:
        reason = obstacle()
        return web.Response(text=f"{reason}\n", status=503) if reason else web.Response(text=READY)

    async def show_metrics(_: web.Request) -> web.Response:
        return web.Response(body=metrics(), headers={"Content-Type": content_type})

    application = web.Application()
    application.add_routes(
        [web.get("/healthz", healthz), web.get("/readyz", readyz), web.get("/metrics", show_metrics)]
    )
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_LAST_ANSWERS)
    await runner.setup()
    try:
        try:
            await web.SockSite(runner, claim(address)).start()
        except OSError as error:
            raise _unusable(error) from None
        yield
    finally:
        await runner.cleanup()


async def ask(address: Address) -> str | None:
    """Return what the bot that serves at `address` says about its readiness; None if no bot answers there."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address.host, address.host)  # noqa: S104  compared, not bound
    base = f"http://[{host}]:{address.port}" if ":" in host else f"http://{host}:{address.port}"
    timeout = aiohttp.ClientTimeout(total=_ASKING)
    try:
        async with aiohttp.ClientSession(base, timeout=timeout) as session:
            async with session.get("/healthz") as health:
                if await health.text() != ALIVE:
                    return None
            async with session.get("/readyz") as readiness:
                return (await readiness.text()).strip()
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError):
        return None
