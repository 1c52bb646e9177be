"""Everything of discord.py that it does not document: sockets, sessions and parsers of the gateway, raw routes.

`tests/architecture/test_internals.py` fails when an upgrade changes the source of anything in `TOUCHED`.
"""

import asyncio
import logging
import operator
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, NoReturn, TypeAlias

import discord
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket, ReconnectWebSocket
from discord.http import HTTPClient, Route, handle_message_parameters
from discord.shard import Shard
from discord.state import AutoShardedConnectionState, ConnectionState
from discord.ui.view import ViewStore
from discord.webhook.async_ import AsyncWebhookAdapter, async_context

from bot.discord_bot.connection import DISCORD_ERRORS, identify_pause, pause
from bot.discord_bot.logs import describe

log = logging.getLogger(__name__)

TOUCHED: Final[tuple[Callable[..., Any], ...]] = (
    DiscordWebSocket.__init__,
    DiscordWebSocket.from_client,
    DiscordWebSocket.identify,
    DiscordWebSocket.resume,
    DiscordWebSocket.received_message,
    DiscordWebSocket.poll_event,
    DiscordWebSocket._can_handle_close,
    DiscordWebSocket.close,
    Shard.__init__,
    Shard._cancel_task,
    Shard.close,
    discord.AutoShardedClient.__init__,
    discord.AutoShardedClient._get_websocket,
    discord.AutoShardedClient.launch_shard,
    discord.AutoShardedClient.launch_shards,
    discord.AutoShardedClient.connect,
    discord.AutoShardedClient.close,
    discord.Client._call_before_identify_hook,
    discord.Client.on_error,
    ConnectionState.__init__,
    ConnectionState._remove_guild,
    AutoShardedConnectionState.parse_ready,
    AutoShardedConnectionState.parse_resumed,
    HTTPClient.ws_connect,
    HTTPClient.get_bot_gateway,
    HTTPClient.get_guilds,
    HTTPClient.static_login,
    app_commands.Command.__init__,
    app_commands.CommandTree._call,
    ViewStore.schedule_dynamic_item_call,
    discord.Interaction.edit_original_response,
    AsyncWebhookAdapter.request,
    AsyncWebhookAdapter.edit_original_interaction_response,
    handle_message_parameters,
)
"""What is subclassed, replaced or called here; `static_login` makes the session whose requests are traced."""
Turn: TypeAlias = Callable[[int, Callable[[], Awaitable[object]]], AbstractAsyncContextManager[bool]]
_SESSION_ENDED: Final = frozenset({4003, 4007, 4009})
"""Close codes after which only IDENTIFY helps; discord.py would try to resume."""
_CONNECTING: Final = 20.0
"""Seconds for a socket, its HELLO and the RESUME or IDENTIFY; discord.py waits five before an IDENTIFY."""
_QUICK: Final = 5.0
"""A connection that lasted longer is resumed without a pause."""
_STABLE: Final = 60.0
"""A session that lasted longer lets the next IDENTIFYs begin with short pauses."""
_UNAUTHORIZED: Final = 401
_INTERACTION: Final = "INTERACTION_CREATE"


class SteadySocket(DiscordWebSocket):
    """A gateway socket that ends with `ReconnectWebSocket` whatever it receives."""

    unreadable: bool = False
    """Whether the socket ended with a frame that is no JSON or no event of Discord's."""

    async def received_message(self, msg: Any, /) -> None:  # noqa: ANN401  as discord.py has it
        """Handle a frame; close a socket with 4000 whose frames can't be read."""
        before = self.sequence
        try:
            await super().received_message(msg)
            operator.index(self.sequence or 0)
        except (ReconnectWebSocket, *DISCORD_ERRORS):
            raise
        except Exception as error:  # noqa: BLE001  whatever the frame was, the session lives on
            self.unreadable, self.sequence = True, before
            log.warning("a frame of the gateway can't be read: %s", describe(error))
            await self.close(4000)
            raise ReconnectWebSocket(self.shard_id) from None

    async def poll_event(self) -> None:
        """Handle the next frame; raises ReconnectWebSocket when the socket ends, ConnectionClosed if for ever."""
        try:
            await super().poll_event()
        except ReconnectWebSocket as error:
            if self.socket.close_code in _SESSION_ENDED:
                raise ReconnectWebSocket(self.shard_id, resume=False) from None
            raise error from None


@dataclass(slots=True)
class _Line:
    """One shard's way to the gateway: what a RESUME needs, and how often it failed."""

    shard_id: int
    session: str | None = None
    sequence: int | None = None
    gateway: yarl.URL | None = None
    unreadable_at: int | None = None
    """Sequence after which a frame could not be read; a second time the session is given up."""
    failures: int = 0
    """Attempts since the last event."""
    failing_since: float = 0.0
    identifies: int = 0
    """Since the last session that was stable."""
    opened_at: float = 0.0
    is_open: bool = False
    """Whether Discord has begun or resumed the session on the current socket."""

    def note_event(self, socket: DiscordWebSocket) -> None:
        """Take over what a RESUME needs after an event."""
        self.session, self.sequence, self.gateway = socket.session_id, socket.sequence, socket.gateway
        self.failures, self.is_open = 0, True

    def note_end(self, socket: SteadySocket | None, *, resumable: bool) -> None:
        """Forget the session if it can't be resumed."""
        self.is_open = False
        if socket is not None and socket.unreadable:
            resumable = resumable and self.unreadable_at != self.sequence
            self.unreadable_at = self.sequence
        if not resumable:
            self.session = self.sequence = self.gateway = self.unreadable_at = None
        now = time.monotonic()
        if socket is not None and now - self.opened_at > _STABLE:
            self.identifies = 0
        self.failing_since = now if self.failures == 0 else self.failing_since
        self.failures += 1

    def pause(self) -> float:
        """Return the seconds to wait before the next attempt."""
        now = time.monotonic()
        lasted = now - self.opened_at > _QUICK
        return 0.0 if self.failures == 1 and lasted else pause(self.failures, now - self.failing_since)


class SteadyClient(discord.AutoShardedClient):
    """A client that resumes where its session lives and drops the events that can't be read."""

    def __init__(
        self,
        *,
        reconnects: Counter[str],
        dropped_events: Counter[str],
        shards: tuple[int | None, Collection[int]] = (None, ()),
        **options: Any,  # noqa: ANN401  those of discord.py
    ) -> None:
        """Take the options of a client, and counters that may have counted for the client before it.

        `shards` are how many there are, by default as many as Discord recommends, and which of them to serve: all.
        """
        super().__init__(**options)
        self._shards = shards
        self._buckets = 1
        """Shards that may identify at the same time."""
        self.turn: Turn = lambda _, __: nullcontext(enter_result=False)
        """Waits until no shard of another process with the same rest by `_buckets` identifies."""
        self.dropped_events = dropped_events
        """How many events of each type were dropped."""
        self.reconnects = reconnects
        """How many sockets were opened with RESUME and IDENTIFY."""
        self._lines: tuple[_Line, ...] = ()
        self._ended = asyncio.Event()
        self._identifying = asyncio.Lock()
        parsers: Mapping[str, Callable[[Any], None]] = self._connection.parsers
        self._connection.parsers = {event: self._guarded(event, parse) for event, parse in parsers.items()}
        self._guard_buttons()

    def _guarded(self, event: str, parse: Callable[[Any], None]) -> Callable[[Any], None]:
        """Return a parser that drops what it can't read, counts it and logs the first."""

        def guarded(data: Any) -> None:  # noqa: ANN401  any JSON
            try:
                parse(data)
                if event == "READY":
                    self._forget_missed(data)
            except Exception as error:
                if event == "READY":  # without it there is no session
                    raise
                self.drop(event, error)

        return guarded

    def _forget_missed(self, ready: Any) -> None:  # noqa: ANN401  any JSON
        """Forget the servers that removed the bot while a shard had no session; discord.py keeps them for ever."""
        listed = {int(guild["id"]) for guild in ready["guilds"]}
        for guild in self.guilds:
            if guild.shard_id == ready["shard"][0] and guild.id not in listed:
                self._connection._remove_guild(guild)
                self.dispatch("guild_remove", guild)

    def _guard_buttons(self) -> None:
        """Drop presses of buttons and menus whose message can't be read."""
        store = self._connection._view_store
        carry_out = store.schedule_dynamic_item_call

        async def guarded(*arguments: Any) -> None:  # noqa: ANN401  those of discord.py
            try:
                await carry_out(*arguments)
            except Exception as error:  # noqa: BLE001  of the event: errors of its handler are caught before
                self.drop(_INTERACTION, error)

        store.schedule_dynamic_item_call = guarded  # type: ignore[method-assign, assignment]

    def drop(self, event: str, error: Exception) -> None:
        """Count an event that can't be read, and log the first of its type."""
        self.dropped_events[event] += 1
        if self.dropped_events[event] == 1:
            log.warning("an event %s can't be read and is dropped: %s", event, describe(error))

    async def connect(self, *, reconnect: bool = True) -> None:
        """Stay connected until the client is closed; raises ConnectionClosed when trying again can't help."""
        self._reconnect = reconnect  # a shard asks for it
        recommended, address, limits = await self.http.get_bot_gateway()
        self._buckets = limits["max_concurrency"]
        count = self.shard_count = self._connection.shard_count = self._shards[0] or recommended
        if recommended > count:
            log.warning("Discord recommends %d shards for the servers of this bot, %d are used", recommended, count)
        ids = sorted(self._shards[1]) or list(range(count))
        self._connection.shard_ids = ids
        self._lines = tuple(map(_Line, ids))
        lines = [asyncio.create_task(self._stay_connected(line, yarl.URL(address))) for line in self._lines]
        ended = asyncio.create_task(self._ended.wait())
        try:
            done, _ = await asyncio.wait({*lines, ended}, return_when=asyncio.FIRST_COMPLETED)
            for line in done:
                line.result()
        finally:
            for task in (*lines, ended):
                task.cancel()
            await asyncio.gather(*lines, ended, return_exceptions=True)

    @property
    def is_connected(self) -> bool:
        """Return whether each shard has a session from which events come."""
        return bool(self._lines) and all(line.is_open for line in self._lines)

    async def close(self) -> None:
        """Close the connection."""
        self._ended.set()
        await super().close()

    async def _stay_connected(self, line: _Line, address: yarl.URL) -> NoReturn:
        while True:
            socket: SteadySocket | None = None
            resumable = True
            try:
                socket = await self._opened(line, address)
                while True:
                    await socket.poll_event()
                    if socket.sequence != line.sequence:
                        line.note_event(socket)
            except ReconnectWebSocket as error:
                resumable, reason = error.resume, _closure(socket)
            except discord.ConnectionClosed as error:
                raise (discord.PrivilegedIntentsRequired(line.shard_id) if error.code == 4014 else error) from None  # noqa: PLR2004
            except DISCORD_ERRORS as error:
                reason = describe(error)
            line.note_end(socket, resumable=resumable)
            await self._wait(line, reason)

    async def _wait(self, line: _Line, reason: str) -> None:
        seconds, how = line.pause(), "RESUME" if line.session else "IDENTIFY"
        log.warning("the gateway is lost (%s), %s in %.1f s", reason, how, seconds)
        await asyncio.sleep(seconds)

    async def _opened(self, line: _Line, address: yarl.URL) -> SteadySocket:
        """Open a socket and send RESUME or IDENTIFY; the first frames may still refuse it."""
        if line.session is not None:
            self.reconnects["RESUME"] += 1
            resuming = SteadySocket.from_client(
                self,
                gateway=line.gateway,
                shard_id=line.shard_id,
                session=line.session,
                sequence=line.sequence,
                resume=True,
            )
            return await self._launched(line, resuming)
        async with self._identifying:
            if line.identifies:
                await self._spare_identifies(line)
            line.identifies += 1
            self.reconnects["IDENTIFY"] += 1
            wait = partial(self.before_identify_hook, line.shard_id, initial=False)
            async with self.turn(line.shard_id % self._buckets, wait) as has_turn:
                initial = has_turn or (line is self._lines[0] and line.identifies == 1)
                identifying = SteadySocket.from_client(self, initial=initial, gateway=address, shard_id=line.shard_id)
                return await self._launched(line, identifying)

    async def _launched(self, line: _Line, opening: Any) -> SteadySocket:  # noqa: ANN401  a coroutine
        async with asyncio.timeout(_CONNECTING):
            socket: SteadySocket = await opening
        line.opened_at = time.monotonic()
        shards: dict[int, Shard] = self._AutoShardedClient__shards  # type: ignore[attr-defined]
        shards[line.shard_id] = Shard(socket, self, lambda _: None)  # discord.py sends and closes through it
        return socket

    async def _spare_identifies(self, line: _Line) -> None:
        """Wait so long that repeated IDENTIFYs do not use up those that Discord allows in a day."""
        try:
            limits = await self.fetch_session_start_limits()
        except discord.GatewayNotFound as error:
            if isinstance(error.__cause__, discord.HTTPException) and error.__cause__.status == _UNAUTHORIZED:
                raise discord.LoginFailure from None
            raise
        seconds = identify_pause(line.identifies, limits.remaining, limits.reset_after / 1000)
        log.warning("IDENTIFY in %.1f s: %d are left for %.0f s", seconds, limits.remaining, limits.reset_after / 1000)
        await asyncio.sleep(seconds)


class SteadyTree(app_commands.CommandTree[Any]):
    """A command tree that drops the commands that can't be read."""

    async def _call(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:  # noqa: BLE001  of the event: errors of the command are AppCommandErrors
            interaction.client.drop(_INTERACTION, error)


def _closure(socket: SteadySocket | None) -> str:
    code = socket.socket.close_code if socket else None
    return f"closed with {code}" if code else "the connection dropped"


def localised_name(command: app_commands.Command[Any, ..., Any]) -> app_commands.locale_str | None:
    """Return the translatable name of a command, which discord.py keeps nowhere else."""
    return command._locale_name


async def fill_response(interaction: discord.Interaction[Any], text: str, view: ui.View | None) -> None:
    """Replace the first response to an interaction; discord.py's own method can't suppress the previews of links."""
    flags, mentions = discord.MessageFlags(suppress_embeds=True), interaction._state.allowed_mentions
    with handle_message_parameters(text, view=view, flags=flags, previous_allowed_mentions=mentions) as parameters:
        await async_context.get().edit_original_interaction_response(
            interaction.application_id,
            interaction.token,
            session=interaction._session,
            payload=parameters.payload,
        )


async def raw_commands(client: discord.Client, guild: int | None) -> list[dict[str, Any]]:
    """Return the registered commands with their localisations, which `fetch_commands` leaves out."""
    path = "/applications/{application_id}" + ("" if guild is None else "/guilds/{guild_id}") + "/commands"
    route = Route("GET", path, application_id=client.application_id, guild_id=guild)
    commands: list[dict[str, Any]] = await client.http.request(route, params={"with_localizations": "true"})
    return commands


async def guild_ids(client: discord.Client) -> list[int]:
    """Return the ids of the first 200 servers that the bot is in."""
    listed: Any = await client.http.get_guilds(200, with_counts=False)
    return [int(guild["id"]) for guild in listed]
