"""Requests that outlive Discord's bad moments: retries, and one pause for all of them after a proxy's 429."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count
from typing import Final, TypeGuard, TypeVar

import aiohttp
import discord
from cachetools import LRUCache

from bot.discord_bot.connection import pause

T = TypeVar("T")

_REPLY: Final = 30.0
CALLBACK: Final = 3.0
"""Seconds in which Discord takes the first response to an interaction."""
_TOO_MANY: Final = 429
_UNNAMED_PAUSE: Final = 5.0
"""Seconds to pause after a 429 that names no time."""
_NOT_TAKEN: Final = frozenset({502, 503, 521, 522, 523})
"""Statuses of proxies that could not hand a request on, so Discord has not carried it out."""
_SOCKETS: Final = frozenset({"ws", "wss"})
"""Schemes of the gateway, whose sockets the same session opens."""
_MAX_INTERACTIONS = 2_000
_INTERACTION = re.compile(r"/interactions/(\d+)/")


def is_passing(error: BaseException) -> bool:
    """Return whether a request that failed with `error` may succeed later: Discord or the network is in trouble."""
    if isinstance(error, discord.HTTPException):
        return error.status >= 500 or error.status == _TOO_MANY  # noqa: PLR2004
    return isinstance(error, aiohttp.ClientError | OSError)


def is_refusal(error: BaseException) -> TypeGuard[discord.HTTPException]:
    """Return whether Discord understood a request and refused it, so that another one would fare no better."""
    return isinstance(error, discord.HTTPException) and not is_passing(error)


class UnsureError(ConnectionError):
    """Discord may have carried out a request that must not be carried out twice."""


@dataclass(slots=True)
class _Delivery:
    """What is known of something that must not be sent twice."""

    may_have_arrived: bool = False


_delivery: ContextVar[_Delivery | None] = ContextVar("_delivery", default=None)
"""Of the request that is sent now; None if Discord recognises repetitions."""


def _is_unsure() -> bool:
    delivery = _delivery.get()
    return delivery is not None and delivery.may_have_arrived


def status_class(status: int) -> str:
    """Return the label under which a status is counted: its class, but 429 for itself."""
    return "429" if status == _TOO_MANY else f"{status // 100}xx"


class RestGate:
    """Lets requests through, none during the pause that a proxy's 429 asks for.

    Such a 429 has no `Via` header and concerns every request, not one route; discord.py waits for the others itself.
    """

    def __init__(self, responses: Counter[str] | None = None) -> None:
        """Let everything through; count in `responses` what comes back, by class of status."""
        self._responses = Counter() if responses is None else responses
        self.patience = _REPLY
        """Seconds in which a reply or follow-up is tried again."""
        self._opens_at = 0.0
        self._unsure: LRUCache[int, bool] = LRUCache(_MAX_INTERACTIONS)
        self.trace = aiohttp.TraceConfig()
        """For the session whose requests pass through."""
        self.trace.on_request_start.append(self._before)
        self.trace.on_request_end.append(self._after)
        self.trace.on_request_exception.append(self._lost)

    async def opened(self) -> None:
        """Wait until the pause is over."""
        while (left := self._opens_at - time.monotonic()) > 0:  # noqa: ASYNC110  the pause may have grown meanwhile
            await asyncio.sleep(left)

    def may_have_arrived(self, interaction: int) -> bool:
        """Return whether a response to an interaction failed in a way that leaves open if Discord took it."""
        return interaction in self._unsure

    async def persistently(self, send: Callable[[], Awaitable[T]], within: float | None = None) -> T:
        """Return what `send` returns; repeat it for at most `within` seconds (default: `patience`) of passing trouble.

        Raises the last error, TimeoutError if none came in time. A pause of the gate does not count.
        """
        left, clock = within or self.patience, asyncio.get_running_loop().time
        for failures in count(1):
            await self.opened()
            began, delay = clock(), pause(failures)
            try:
                async with asyncio.timeout(left):
                    return await send()
            except Exception as error:
                left -= clock() - began + delay
                if left <= 0 or not is_passing(error) or _is_unsure():
                    raise
            await asyncio.sleep(delay)
        raise AssertionError

    async def at_most_once(self, send: Callable[[], Awaitable[T]]) -> T:
        """Return what `send` returns; repeat it only where Discord can't have carried it out.

        For messages without a nonce; discord.py's own repetitions end with UnsureError.
        """
        token = _delivery.set(_Delivery())
        try:
            return await self.persistently(send)
        finally:
            _delivery.reset(token)

    async def _before(self, _: object, __: object, request: aiohttp.TraceRequestStartParams) -> None:
        if request.url.scheme in _SOCKETS:
            return
        if _is_unsure():
            msg = "Discord may have carried out the request"
            raise UnsureError(msg)
        await self.opened()

    async def _after(self, _: object, __: object, request: aiohttp.TraceRequestEndParams) -> None:
        response = request.response
        if request.url.scheme not in _SOCKETS:
            self._responses[status_class(response.status)] += 1
        if response.status >= 500:  # noqa: PLR2004
            self._note(request.url.path, taken=response.status not in _NOT_TAKEN)
        if response.status == _TOO_MANY and "Via" not in response.headers:
            named = response.headers.get("Retry-After", "")
            seconds = float(named) if re.fullmatch(r"\d+(\.\d+)?", named) else _UNNAMED_PAUSE
            self._opens_at = max(self._opens_at, time.monotonic() + seconds)

    async def _lost(self, _: object, __: object, request: aiohttp.TraceRequestExceptionParams) -> None:
        if request.url.scheme not in _SOCKETS:
            self._responses["lost"] += 1
        self._note(request.url.path, taken=not isinstance(request.exception, aiohttp.ClientConnectorError))

    def _note(self, path: str, *, taken: bool) -> None:
        """Note a request that failed; `taken` says whether Discord may have carried it out all the same."""
        if taken and (delivery := _delivery.get()):
            delivery.may_have_arrived = True
        if found := _INTERACTION.search(path):
            self._unsure[int(found[1])] = True
