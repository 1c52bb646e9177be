"""Rate limits: Discord's headers, its 429 answer, and buckets that count."""

import math
import time
from dataclasses import dataclass

from tests.fake_discord.clock import Clock
from tests.fake_discord.errors import Refusal
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rest.journal import Exchange

TOO_MANY = 429
POST_MESSAGE = "POST /channels/{channel_id}/messages"


@dataclass(slots=True)
class _Bucket:
    """A fixed window that opens with the first request in it."""

    ends: float = 0.0
    used: int = 0


class LimitedRefusal(Refusal):
    """The answer 429 in its own format."""

    def __init__(self, seconds: float, scope: str, headers: dict[str, str]) -> None:
        """Say how long to wait and whether that is for one route or for all."""
        super().__init__(TOO_MANY, 0, "You are being rate limited.", headers=headers)
        self._seconds = seconds
        self._is_global = scope == "global"

    def body(self) -> Json:
        """Return the JSON that goes over the wire."""
        return {
            "message": self.message,
            "retry_after": self._seconds,
            "global": self._is_global,
        }


def limited(seconds: float, scope: str, *, bucket: str = "ordered") -> LimitedRefusal:
    """Return a 429 with all headers Discord sends, `Via` included.

    discord.py takes a 429 without `Via` for a ban by Cloudflare and gives up.
    """
    headers = {"Retry-After": str(math.ceil(seconds)), "Via": "1.1 google"}
    headers["X-RateLimit-Scope"] = scope
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    else:
        headers |= _bucket_headers(bucket, limit=1, remaining=0, reset_after=seconds)
    return LimitedRefusal(seconds, scope, headers)


def _bucket_headers(bucket: str, *, limit: int, remaining: int, reset_after: float) -> dict[str, str]:
    return {
        "X-RateLimit-Bucket": bucket,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": f"{reset_after:.3f}",
        "X-RateLimit-Reset": f"{time.time() + reset_after:.3f}",
    }


class RateLimits:
    """Count messages per channel, once switched on."""

    def __init__(self, clock: Clock) -> None:
        """Start switched off: tests are faster than Discord lets bots be."""
        self._clock = clock
        self._count = 0
        self._per = 0.0
        self._buckets: dict[str, _Bucket] = {}

    def switch_on(self, count: int, per: float) -> None:
        """Let `count` messages through in `per` seconds and channel."""
        self._count, self._per = count, per
        self._buckets.clear()

    def switch_off(self) -> None:
        """Stop counting."""
        self._count = 0

    def headers(self, exchange: Exchange) -> dict[str, str]:
        """Count a request and return its headers; raise the 429 when it is too many."""
        route = f"{exchange.method} {exchange.route}"
        if not self._count or route != POST_MESSAGE:
            return {}
        now = self._clock.now()
        bucket = self._buckets.setdefault(exchange.path, _Bucket())
        if now >= bucket.ends:
            bucket.ends, bucket.used = now + self._per, 0
        left = bucket.ends - now
        if bucket.used >= self._count:
            raise limited(left, "user", bucket="messages")
        bucket.used += 1
        return _bucket_headers(
            "messages",
            limit=self._count,
            remaining=self._count - bucket.used,
            reset_after=left,
        )
