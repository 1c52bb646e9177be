"""Talking to the server without discord.py, to send what that would never send."""

import json
import zlib
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.fake_discord import FakeDiscord


class RawClient:
    """A plain HTTP and WebSocket client with the bot's token."""

    def __init__(self, server: FakeDiscord) -> None:
        """Prepare; nothing connects yet."""
        self._server = server
        self._session = aiohttp.ClientSession()

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close all connections."""
        await self._session.close()

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """Send JSON and return status and JSON."""
        data = None if body is None else json.dumps(body).encode()
        return await self.send(method, path, data, "application/json")

    async def send(self, method: str, path: str, data: bytes | None, content_type: str) -> tuple[int, Any]:
        """Send bytes of any type and return status and JSON."""
        headers = {"Authorization": f"Bot {self._server.token}"}
        if data is not None:
            headers["Content-Type"] = content_type
        url = self._server.api_url + path
        async with self._session.request(method, url, data=data, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None

    async def says(self, **body: object) -> tuple[int, Any]:
        """Write a message in #general."""
        return await self.ask("POST", f"/channels/{self._server.general.id}/messages", body)

    async def gateway(self) -> "RawGateway":
        """Open a gateway socket and take its HELLO."""
        query = "?v=10&encoding=json&compress=zlib-stream"
        socket = await self._session.ws_connect(self._server.hub.gateway_url + query)
        gateway = RawGateway(socket)
        hello = await gateway.hears()
        assert hello["op"] == 10
        return gateway

    def identity(self, **changes: object) -> dict[str, object]:
        """Return the body of an IDENTIFY."""
        body = {"token": self._server.token, "intents": 1, "properties": {}}
        return {"op": 2, "d": body | changes}


class RawGateway:
    """One gateway socket, frame by frame."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Take over an opened socket."""
        self._socket = socket
        self._inflate = zlib.decompressobj()

    async def says(self, frame: object) -> None:
        """Send a frame."""
        await self._socket.send_str(json.dumps(frame))

    async def hears(self) -> Any:  # noqa: ANN401 - JSON
        """Return the next frame."""
        message = await self._socket.receive(timeout=30)
        assert message.type is aiohttp.WSMsgType.BINARY, message
        return json.loads(self._inflate.decompress(message.data))

    async def is_closed_with(self) -> int | None:
        """Return the close code, skipping frames that come before."""
        async for _ in self._socket:
            pass
        return self._socket.close_code

    async def close(self, code: int = 4000) -> None:
        """Close from this side."""
        await self._socket.close(code=code)
