"""A clock that a test moves."""


class Clock:
    """Returns the same time until a test changes `now`, in seconds."""

    def __init__(self) -> None:
        """Start at zero."""
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now
