"""The 429 of Discord: too many requests."""

import math
import time

from tests.fake_discord.errors import Refusal
from tests.fake_discord.jsontypes import Json

TOO_MANY = 429


class LimitedRefusal(Refusal):
    """The answer 429, with all headers that Discord sends and in a format of its own.

    discord.py takes a 429 without `Via` for a ban by Cloudflare and gives up.
    """

    def __init__(self, seconds: float) -> None:
        """Refuse one route for so many seconds."""
        self._seconds = seconds
        headers = {
            "Retry-After": str(math.ceil(seconds)),
            "Via": "1.1 google",
            "X-RateLimit-Scope": "user",
            "X-RateLimit-Bucket": "ordered",
            "X-RateLimit-Limit": "1",
            "X-RateLimit-Remaining": "0",
            "X-RateLimit-Reset-After": f"{seconds:.3f}",
            "X-RateLimit-Reset": f"{time.time() + seconds:.3f}",
        }
        super().__init__(TOO_MANY, 0, "You are being rate limited.", headers=headers)

    def body(self) -> Json:
        """Return the JSON that goes over the wire."""
        return {"message": self.message, "retry_after": self._seconds, "global": False}


class BannedRefusal(Refusal):
    """The 429 of the proxy before Discord, for every request of an address."""

    def __init__(self, seconds: float) -> None:
        """Refuse for so many seconds."""
        super().__init__(TOO_MANY, 0, "error code: 1015", headers={"Retry-After": f"{seconds:g}"})
