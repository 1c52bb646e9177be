"""Limits on asking: the cooldown, events that arrive twice, and work in flight. Ids are neither stored nor logged."""

import asyncio
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from cachetools import LRUCache

Clock = Callable[[], float]
"""Seconds since any fixed point, such as `time.monotonic`."""
_MAX_ENTRIES = 2_000


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float
    warned: bool = False


class Cooldown:
    """A token bucket per key: it holds the tokens of one minute and refills evenly."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        """Allow `per_minute` questions a minute."""
        self._capacity = float(per_minute)
        self._clock = clock
        self._buckets: LRUCache[Hashable, _Bucket] = LRUCache(_MAX_ENTRIES)

    def try_acquire(self, key: Hashable) -> bool:
        """Take a token; return False when there is none."""
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(self._capacity, now))
        bucket.tokens = min(self._capacity, bucket.tokens + (now - bucket.filled) * self._capacity / 60)
        bucket.filled = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        bucket.warned = False
        return True

    def should_warn(self, key: Hashable) -> bool:
        """Return True once each time the bucket has run empty."""
        bucket = self._buckets.get(key)
        if bucket is None or bucket.warned:
            return False
        bucket.warned = True
        return True


class InFlight:
    """Counts work in flight, so that a shutdown can wait for it and accept no more."""

    def __init__(self) -> None:
        """Accept work."""
        self.accepting = True
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the block as work in flight."""
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
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
        """Allow each person `per_minute` questions a minute in a channel."""
        self.cooldown = Cooldown(per_minute, clock)
        self.in_flight = InFlight()
        self._accepted: LRUCache[int, bool] = LRUCache(_MAX_ENTRIES)

    def accept(self, event_id: int) -> bool:
        """Return whether to handle a message or interaction: each one once, and none after a drain has begun."""
        if not self.in_flight.accepting or event_id in self._accepted:
            return False
        self._accepted[event_id] = True
        return True
