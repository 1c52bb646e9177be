"""The gateway's WebSocket endpoint: HELLO, IDENTIFY, RESUME, heartbeats."""

import asyncio
import contextlib
import json
import secrets
from typing import TYPE_CHECKING

from aiohttp import WSMsgType, web

from tests.fake_discord.gateway.codes import NORMAL_CLOSURES, Closure, Op
from tests.fake_discord.gateway.compression import ZlibStream
from tests.fake_discord.gateway.connection import Connection
from tests.fake_discord.gateway.session import Session
from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.accounts import application_flags
from tests.fake_discord.payloads.things import guild_payload, user_payload
from tests.fake_discord.state.flags import ALL_INTENTS, Intent

if TYPE_CHECKING:
    from tests.fake_discord.gateway.events import Events


async def serve_gateway(hub: Hub, request: web.Request) -> web.StreamResponse:
    """Speak the gateway's protocol on one socket until it closes."""
    if hub.gateway_refusal is not None:
        if not hub.gateway_refusal and request.transport is not None:
            request.transport.abort()
        return web.Response(status=hub.gateway_refusal or 503)
    if request.query.get("compress") != ZlibStream.name:
        raise web.HTTPNotImplemented(text=f"only compress={ZlibStream.name} is modelled")
    socket = web.WebSocketResponse(compress=False, autoclose=True)
    await socket.prepare(request)
    connection = Connection(request, socket, ZlibStream())
    talk = _Conversation(hub, connection)
    writer = asyncio.create_task(connection.write())
    hub.connections.add(connection)
    try:
        talk.greet(request.query.get("v"))
        async for message in socket:
            if message.type in {WSMsgType.TEXT, WSMsgType.BINARY}:
                talk.hear(message.data)
    finally:
        hub.connections.discard(connection)
        talk.leave(None if connection.is_closing else socket.close_code)
        writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writer
    return socket


class _Conversation:
    """The state of one socket: nobody yet, then a session."""

    def __init__(self, hub: Hub, connection: Connection) -> None:
        self._hub = hub
        self._events: Events = hub.events
        self._connection = connection
        self._session: Session | None = None

    def greet(self, version: str | None) -> None:
        if version != "10":
            self._connection.close(Closure.INVALID_VERSION)
            return
        interval = int(self._hub.settings.heartbeat_interval * 1000)
        self._post(Op.HELLO, {"heartbeat_interval": interval})

    def hear(self, data: str | bytes) -> None:
        try:
            frame = json.loads(data)
            code, body = frame["op"], frame.get("d")
        except (ValueError, KeyError, TypeError, AttributeError):
            self._connection.close(Closure.DECODE_ERROR)
            return
        match code:
            case Op.HEARTBEAT:
                self._hub.heartbeats += 1
                self._post(Op.HEARTBEAT_ACK, None)
            case Op.IDENTIFY:
                self._identify(body)
            case Op.RESUME:
                self._resume(body)
            case _:
                self._connection.close(Closure.UNKNOWN_OPCODE)

    def leave(self, close_code: int | None) -> None:
        """Forget the session if it was closed in good order, else let it resume."""
        session = self._session
        if session is None or session.connection is not self._connection:
            return
        session.connection = None
        if close_code in NORMAL_CLOSURES:
            self._events.sessions.pop(session.id, None)
        self._hub.changes.announce("gateway")

    def _post(self, code: int, data: object) -> None:
        self._connection.post({"op": int(code), "s": None, "t": None, "d": data})

    def _identify(self, body: Json) -> None:
        refusal = self._hub.identify_closures.pop(0) if self._hub.identify_closures else self._why_not(body)
        if refusal is not None:
            self._connection.close(refusal)
            return
        number, count = body.get("shard", (0, 1))
        if not self._is_in_time(number):
            self._post(Op.INVALID_SESSION, False)  # noqa: FBT003 - the protocol's value
            return
        session = Session(secrets.token_hex(16), Intent(body["intents"]), (number, count))
        session.connection = self._connection
        self._session = session
        self._events.sessions[session.id] = session
        self._hub.identifies += 1
        self._welcome(session)
        self._hub.changes.announce("gateway")

    def _why_not(self, body: Json) -> int | None:
        intents = body.get("intents")
        if self._session is not None:
            return Closure.ALREADY_AUTHENTICATED
        if body.get("token") != self._hub.settings.token:
            return Closure.AUTHENTICATION_FAILED
        if not _is_shard(body.get("shard", [0, 1])):
            return Closure.INVALID_SHARD
        if not isinstance(intents, int) or intents < 0 or intents & ~ALL_INTENTS:
            return Closure.INVALID_INTENTS
        granted = self._hub.world.application.granted
        if intents & Intent.privileged() & ~granted:
            return Closure.DISALLOWED_INTENTS
        return None

    def _is_in_time(self, shard: int) -> bool:
        """Return whether no other shard of the same bucket identified just now."""
        settings, now = self._hub.settings, asyncio.get_running_loop().time()
        bucket = shard % settings.max_concurrency
        if now - self._hub.identified_at.get(bucket, -settings.identify_window) < settings.identify_window:
            return False
        self._hub.identified_at[bucket] = now
        return True

    def _welcome(self, session: Session) -> None:
        world = self._hub.world
        mine = [guild for guild in world.guilds.values() if session.serves(guild.id)]
        guilds = [guild for guild in mine if world.bot.id in guild.members]
        session.dispatch(
            "READY",
            {
                "v": 10,
                "user": user_payload(world.bot),
                "guilds": [{"id": str(g.id), "unavailable": True} for g in guilds],
                "session_id": session.id,
                "session_type": "normal",
                "resume_gateway_url": self._hub.gateway_url,
                "shard": list(session.shard),
                "private_channels": [],
                "application": {
                    "id": str(world.application.id),
                    "flags": application_flags(world.application),
                },
            },
        )
        if Intent.GUILDS in session.intents:
            for guild in guilds:
                session.dispatch("GUILD_CREATE", guild_payload(guild, world.bot))

    def _resume(self, body: Json) -> None:
        session = self._events.sessions.get(str(body.get("session_id")))
        if body.get("token") != self._hub.settings.token:
            self._connection.close(Closure.AUTHENTICATION_FAILED)
        elif session is None:
            self._post(Op.INVALID_SESSION, False)  # noqa: FBT003 - the protocol's value
        elif not 0 <= int(body.get("seq") or 0) <= session.sequence:
            self._connection.close(Closure.INVALID_SEQUENCE)
        else:
            self._session = session
            session.resume(self._connection, int(body.get("seq") or 0))
            self._hub.changes.announce("gateway")


def _is_shard(value: object) -> bool:
    """Return whether a value is the number of a shard and how many there are."""
    match value:
        case [int(number), int(count)]:
            return 0 <= number < count
        case _:
            return False
