"""A gateway session: what outlives a dropped socket."""

import json
from collections import deque

from tests.fake_discord.gateway.codes import Op
from tests.fake_discord.gateway.connection import Connection
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.snowflakes import TIMESTAMP_SHIFT
from tests.fake_discord.state.flags import Intent

REMEMBERED_EVENTS = 5000


class Session:
    """Number the events of one identified client and keep them for a RESUME."""

    def __init__(self, session_id: str, intents: Intent, shard: tuple[int, int] = (0, 1)) -> None:
        """Start a session of a shard: its number and how many there are."""
        self.id = session_id
        self.shard = shard
        self.intents = intents
        self.sequence = 0
        self.resumed = 0
        self.connection: Connection | None = None
        self._sent: deque[tuple[int, str]] = deque(maxlen=REMEMBERED_EVENTS)

    def serves(self, guild_id: int | None) -> bool:
        """Return whether events of a guild, or those of none, belong to this shard."""
        number, count = self.shard
        return ((guild_id or 0) >> TIMESTAMP_SHIFT) % count == number

    def dispatch(self, event: str, data: Json) -> None:
        """Send an event, now or when the client resumes."""
        self.sequence += 1
        self._send(json.dumps({"op": int(Op.DISPATCH), "s": self.sequence, "t": event, "d": data}))

    def dispatch_text(self, text: str) -> None:
        """Send a text that takes the place of an event."""
        self.sequence += 1
        self._send(text)

    def _send(self, frame: str) -> None:
        self._sent.append((self.sequence, frame))
        if self.connection is not None:
            self.connection.post(frame)

    def resume(self, connection: Connection, sequence: int) -> None:
        """Continue on another socket with what was missed since `sequence`."""
        self.connection = connection
        self.resumed += 1
        for number, frame in self._sent:
            if number > sequence:
                connection.post(frame)
        self.dispatch("RESUMED", {})
