"""Time as the loopback Discord sees it: real, but a test may push it forward."""

import time
from datetime import UTC, datetime, timedelta


class Clock:
    """Count real seconds plus whatever a test added.

    Deadlines (three seconds for an interaction, fifteen minutes for its token) are
    measured with it, so that no test has to wait for them.
    """

    def __init__(self) -> None:
        """Start in step with real time."""
        self._ahead = 0.0

    def now(self) -> float:
        """Return monotonic seconds, for comparing only."""
        return time.monotonic() + self._ahead

    def wall(self) -> datetime:
        """Return the date and time in UTC, as it stands in payloads."""
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._ahead += seconds
