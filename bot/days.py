"""Days in UTC, by which the store counts and tells people apart."""

from datetime import UTC, datetime, timedelta


def day_of(time: float) -> str:
    """Return the day of a Unix time, as 2027-01-15."""
    return datetime.fromtimestamp(time, UTC).date().isoformat()


def last_days(time: float, count: int) -> list[str]:
    """Return the last days until that of a Unix time, the earliest first."""
    today = datetime.fromtimestamp(time, UTC).date()
    return [(today - timedelta(days=ago)).isoformat() for ago in reversed(range(count))]
