"""Limits on asking: cooldowns, events that arrive twice, and work in flight. Ids are neither stored nor logged."""

import asyncio
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from cachetools import LRUCache

Clock = Callable[[], float]
"""Seconds since any fixed point, such as `time.monotonic`."""
Refusal: TypeAlias = Literal["slow_down", "busy"]
"""Why a question is not answered, as the key of the message that says so."""
MANY_CHANNELS: Final = 2
"""Times the questions of one channel that a person may ask in all channels together."""
_MINUTE: Final = 60.0
_KEYSTROKES, _KEYSTROKES_REFILL = 20, 4.0
"""Suggestions that a person gets at once, and the seconds in which as many are granted again."""
_MOST_IN_FLIGHT = 500
"""Replies being worked on or sent, as Discord delays the sending of many."""
_MAX_EVENTS = 2_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float


class Cooldown:
    """A token bucket per key; it refills evenly and is forgotten only when it is full again."""

    def __init__(self, capacity: int, seconds: float, clock: Clock) -> None:
        """Allow `capacity` at once, and as many again every `seconds`."""
        self._capacity = float(capacity)
        self._seconds = seconds
        self._clock = clock
        self._buckets: dict[Hashable, _Bucket] = {}
        """Those used last stand last."""

    def __len__(self) -> int:
        """Return how many buckets are remembered."""
        return len(self._buckets)

    def has_token(self, key: Hashable) -> bool:
        """Return whether there is a token to take."""
        return self._filled(key).tokens >= 1

    def try_acquire(self, key: Hashable) -> bool:
        """Take a token; return False when there is none."""
        bucket = self._filled(key)
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        return True

    def _filled(self, key: Hashable) -> _Bucket:
        """Return the bucket of `key` with what it has gained since it was used."""
        now = self._clock()
        self._forget_full(now)
        bucket = self._buckets.pop(key, None) or _Bucket(self._capacity, now)
        bucket.tokens = min(self._capacity, bucket.tokens + (now - bucket.filled) * self._capacity / self._seconds)
        bucket.filled = now
        self._buckets[key] = bucket
        return bucket

    def _forget_full(self, now: float) -> None:
        """Forget what has not been used for so long that it is full."""
        while self._buckets:
            oldest = next(iter(self._buckets))
            if now - self._buckets[oldest].filled < self._seconds:
                return
            del self._buckets[oldest]


class InFlight:
    """Counts work in flight, so that a shutdown can wait for it and accept no more."""

    def __init__(self) -> None:
        """Accept work."""
        self.accepting = True
        self.count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the block as work in flight."""
        self.count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self.count -= 1
            if not self.count:
                self._idle.set()

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109  it returns instead of raising
        """Accept no more work and wait; return False if some is still in flight after `timeout` seconds."""
        self.accepting = False
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), timeout)
        return self._idle.is_set()


class Limits:
    """The limits that all ways of asking share."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        """Allow each person `per_minute` questions a minute in a channel, and twice as many in all of them."""
        self.in_flight = InFlight()
        self.keystrokes = Cooldown(_KEYSTROKES, _KEYSTROKES_REFILL, clock)
        """By person."""
        self._in_channel = Cooldown(per_minute, _MINUTE, clock)
        self._in_all_channels = Cooldown(MANY_CHANNELS * per_minute, _MINUTE, clock)
        self._notices = Cooldown(1, _MINUTE, clock)
        self._accepted: LRUCache[int, bool] = LRUCache(_MAX_EVENTS)

    def accept(self, event_id: int) -> bool:
        """Return whether to handle a message or interaction: each one once."""
        if event_id in self._accepted:
            return False
        self._accepted[event_id] = True
        return True

    def refusal(self, person: int, channel: int) -> Refusal | None:
        """Return why a question is not answered, None if it is; count it if it is."""
        if not self.in_flight.accepting or self.in_flight.count > _MOST_IN_FLIGHT:
            return "busy"
        if not (self._in_all_channels.has_token(person) and self._in_channel.try_acquire((person, channel))):
            return "slow_down"
        self._in_all_channels.try_acquire(person)
        return None

    def should_tell(self, person: int) -> bool:
        """Return whether to tell a person in a message that a question was not answered: once a minute."""
        return self._notices.try_acquire(person)
