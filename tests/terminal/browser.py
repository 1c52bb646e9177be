"""A headless browser, if this machine has one, that shows a page as on a phone and tells what it did."""

import asyncio
import re
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final, Self

import aiohttp
import pytest

_NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
WIDTH: Final = 390
"""Pixels of a phone."""


class Tab:
    """A page that is shown, spoken to in the Chrome DevTools Protocol."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Speak through `socket`."""
        self._socket = socket
        self._numbers = count(1)
        self.events: list[Any] = []
        """What the browser told of, so far."""

    async def does(self, method: str, **parameters: object) -> Any:  # noqa: ANN401  as the protocol has it
        """Carry out a command and return its result."""
        number = next(self._numbers)
        await self._socket.send_json({"id": number, "method": method, "params": parameters})
        while True:
            message = await self._receive()
            if message.get("id") == number:
                assert "error" not in message, message
                return message["result"]

    async def tells(self, event: str) -> None:
        """Wait for an event."""
        while event not in (one["method"] for one in self.events):
            await self._receive()

    async def _receive(self) -> Any:  # noqa: ANN401  as the protocol has it
        message = await self._socket.receive_json(timeout=30)
        if "method" in message:
            self.events.append(message)
        return message

    async def evaluates(self, script: str) -> Any:  # noqa: ANN401  whatever it returns
        """Return what a line of JavaScript returns."""
        return (await self.does("Runtime.evaluate", expression=script, returnByValue=True))["result"]["value"]

    async def shows(self, page: Path) -> Self:
        """Show a file at the width of a phone."""
        for domain in ("Page", "Network", "Log", "Runtime"):
            await self.does(f"{domain}.enable")
        size = {"width": WIDTH, "height": 844, "deviceScaleFactor": 1, "mobile": True}
        await self.does("Emulation.setDeviceMetricsOverride", **size)
        await self.does("Page.navigate", url=page.as_uri())
        await self.tells("Page.loadEventFired")
        return self

    async def prefers(self, scheme: str) -> None:
        """Prefer `light` or `dark` colours."""
        await self.does("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def requests(self) -> list[str]:
        """Return the addresses that were asked for."""
        return [one["params"]["request"]["url"] for one in self.events if one["method"] == "Network.requestWillBeSent"]

    def complaints(self) -> list[Any]:
        """Return what the browser logged, errors of scripts included."""
        return [one for one in self.events if one["method"] in {"Log.entryAdded", "Runtime.exceptionThrown"}]


@asynccontextmanager
async def browser() -> AsyncIterator[Tab]:
    """Start a browser for the block; skip the test where none is installed."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        pytest.skip("no headless browser: install chromium to check the report in one")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--remote-debugging-port=0",
            f"--user-data-dir={folder}",
        )
        process = await asyncio.create_subprocess_exec(
            found, *options, "about:blank", stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.PIPE
        )
        try:
            async with aiohttp.ClientSession() as session:
                address = await asyncio.wait_for(_address(process), 60)
                async with session.get(f"http://{address}/json/list") as response:
                    tabs = [one for one in await response.json(content_type=None) if one["type"] == "page"]
                async with session.ws_connect(tabs[0]["webSocketDebuggerUrl"], max_msg_size=0) as socket:
                    yield Tab(socket)
        finally:
            process.kill()
            await process.communicate()


async def _address(process: asyncio.subprocess.Process) -> str:
    """Return where the browser listens, as it says on its standard error."""
    assert process.stderr is not None
    while line := (await process.stderr.readline()).decode("utf-8", "replace"):
        if match := re.search(r"ws://([^/]+)/", line):
            return match[1]
    msg = "the browser ended"
    raise AssertionError(msg)
