"""Discord's ids: a timestamp in the upper bits, growing strictly."""

import time

DISCORD_EPOCH_MS = 1_420_070_400_000
TIMESTAMP_SHIFT = 22


class Snowflakes:
    """Hand out ids that sort by creation, as discord.py expects of them."""

    def __init__(self) -> None:
        """Start before the first id."""
        self._last = 0

    def next_in_shard(self, number: int, count: int) -> int:
        """Return a fresh id, a little in the future, of a guild that belongs to this shard."""
        while (self.next() >> TIMESTAMP_SHIFT) % count != number:
            self._last = ((self._last >> TIMESTAMP_SHIFT) + 1 << TIMESTAMP_SHIFT) - 1
        return self._last

    def next(self) -> int:
        """Return a fresh id whose timestamp is the present."""
        milliseconds = int(time.time() * 1000) - DISCORD_EPOCH_MS
        self._last = max(milliseconds << TIMESTAMP_SHIFT, self._last + 1)
        return self._last
