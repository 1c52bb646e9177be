"""One WebSocket: frames go out in order, through one writer."""

import asyncio
import json
from dataclasses import dataclass

from aiohttp import web

from tests.fake_discord.gateway.compression import ZlibStream
from tests.fake_discord.jsontypes import Json


@dataclass(slots=True, frozen=True)
class _Close:
    code: int


class Connection:
    """Queue frames, so that events can be sent from code that must not wait."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, packer: ZlibStream) -> None:
        """Take over an opened socket."""
        self._request = request
        self._socket = socket
        self._packer = packer
        self.is_closing = False
        """Whether the server closes the socket, and not the client."""
        self._outbox: asyncio.Queue[str | _Close] = asyncio.Queue()

    def post(self, frame: Json | str) -> None:
        """Queue a frame."""
        text = frame if isinstance(frame, str) else json.dumps(frame)
        self._outbox.put_nowait(text)

    def close(self, code: int) -> None:
        """Close with a code after what is queued."""
        self.is_closing = True
        self._outbox.put_nowait(_Close(code))

    def abort(self) -> None:
        """Cut the line without a closing handshake."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def write(self) -> None:
        """Send what is queued until the socket closes."""
        while not self._socket.closed:
            item = await self._outbox.get()
            if isinstance(item, _Close):
                await self._socket.close(code=item.code)
                return
            try:
                await self._send(item)
            except ConnectionError:
                return

    async def _send(self, text: str) -> None:
        await self._socket.send_bytes(self._packer.pack(text))
