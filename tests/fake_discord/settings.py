"""What a test may set before or while the server runs."""

from dataclasses import dataclass

DEFAULT_TOKEN = "loopback.token.of-the-bot"  # noqa: S105 - opens nothing


@dataclass(slots=True, kw_only=True)
class Settings:
    """Discord's own numbers, unless a test wants others.

    `patience` is how long a member waits for the bot before the test fails: long, as machines may be busy.
    """

    token: str = DEFAULT_TOKEN
    heartbeat_interval: float = 41.25
    interaction_deadline: float = 3.0
    token_lifetime: float = 900.0
    session_starts: int = 1000
    session_starts_reset: float = 86_400.0
    recommended_shards: int = 1
    max_concurrency: int = 1
    identify_window: float = 0.0
    """Seconds in which only one shard of a bucket may identify: five on Discord, none here, as no bot waits here."""
    nonce_memory: float = 300.0
    patience: float = 30.0
