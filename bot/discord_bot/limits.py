"""Good manners without Discord: cooldowns, once-only handling, remembered questions and topics, work in flight."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from bot.core.dialogue import Context

Clock = Callable[[], float]
"""Seconds that only ever grow."""
SAME_QUESTION: Final = 60.0
"""Seconds in which the same question in the same channel gets a link to the earlier answer."""
EDITABLE: Final = 120.0
"""Seconds in which an edited question changes its answer."""
FOLLOWED: Final = 300.0
"""Seconds in which a question may lean on the same person's last one in the channel."""
_REMEMBERED = 2_000
_CONVERSATIONS = 1_000
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Bounded(Generic[K, V]):
    """A mapping that forgets its oldest entries."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        """Keep at most `most` entries."""
        self._entries: OrderedDict[K, V] = OrderedDict()
        self._most = most

    def __len__(self) -> int:
        """Return how many entries are kept."""
        return len(self._entries)

    def get(self, key: K) -> V | None:
        """Return what was put under `key`, unless it is forgotten."""
        return self._entries.get(key)

    def put(self, key: K, value: V) -> None:
        """Put `value` under `key` as the newest entry."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)


class Once(Generic[K]):
    """Tells what has been seen already."""

    def __init__(self, most: int = _REMEMBERED) -> None:
        """Remember the newest `most` keys."""
        self._seen: Bounded[K, bool] = Bounded(most)

    def first(self, key: K) -> bool:
        """Tell whether `key` comes for the first time."""
        if self._seen.get(key):
            return False
        self._seen.put(key, value=True)
        return True


@dataclass(slots=True)
class _Bucket:
    tokens: float
    filled: float
    warned: bool = False


class Cooldown(Generic[K]):
    """A token bucket per key: a minute's worth at once, refilled evenly."""

    def __init__(self, per_minute: int, clock: Clock) -> None:
        """Allow `per_minute` takings a minute."""
        self._capacity = float(per_minute)
        self._clock = clock
        self._buckets: Bounded[K, _Bucket] = Bounded()

    def takes(self, key: K) -> bool:
        """Take a token; return False when there is none."""
        now = self._clock()
        bucket = self._buckets.get(key) or _Bucket(self._capacity, now)
        self._buckets.put(key, bucket)
        bucket.tokens = min(self._capacity, bucket.tokens + (now - bucket.filled) * self._capacity / 60)
        bucket.filled = now
        if bucket.tokens < 1:
            return False
        bucket.tokens -= 1
        bucket.warned = False
        return True

    def warns(self, key: K) -> bool:
        """Tell whether a notice is due: once per time the bucket runs dry."""
        bucket = self._buckets.get(key)
        if bucket is None or bucket.warned:
            return False
        bucket.warned = True
        return True


@dataclass(slots=True)
class Exchange:
    """A question and the messages that answer it; `replies` are handles of the front's own."""

    channel: int
    question: str
    """Squeezed, for comparing."""
    asked: float
    replies: list[Any] = field(default_factory=list)
    gone: bool = False
    """Whether the question was deleted, perhaps before it was answered."""
    after: Context | None = None
    """What had been spoken of before."""
    needs_context: bool = False
    """Whether the question says too little without that, so that others who ask the same mean something else."""
    context: Context | None = None
    """What the answer spoke of."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Exchanges:
    """The recent exchanges, by message and by question."""

    def __init__(self, clock: Clock) -> None:
        """Start without any."""
        self._clock = clock
        self._by_message: Bounded[int, Exchange] = Bounded()
        self._by_question: Bounded[tuple[int, str], Exchange] = Bounded()

    def begin(self, message: int, channel: int, question: str) -> Exchange:
        """Remember a question that is about to be answered."""
        exchange = Exchange(channel, question, self._clock())
        self._by_message.put(message, exchange)
        return exchange

    def answered(self, exchange: Exchange) -> None:
        """Let later askers of the same be led to this answer."""
        if exchange.question and not exchange.needs_context:
            self._by_question.put((exchange.channel, exchange.question), exchange)

    def earlier(self, channel: int, question: str) -> Exchange | None:
        """Return a recent answer to the same question in the same channel that still stands."""
        found = self._by_question.get((channel, question))
        if found is None or found.gone or not found.replies or found.question != question:
            return None
        return found if self._clock() - found.asked <= SAME_QUESTION else None

    def of(self, message: int) -> Exchange | None:
        """Return the exchange that a message began."""
        return self._by_message.get(message)

    def editable(self, exchange: Exchange) -> bool:
        """Tell whether an edit of the question still counts."""
        return not exchange.gone and self._clock() - exchange.asked <= EDITABLE


class Conversations:
    """What was spoken of last, by person and channel for five minutes, and by the messages that said it."""

    def __init__(self, clock: Clock) -> None:
        """Start without any."""
        self._clock = clock
        self._by_person: Bounded[tuple[int, int, bool], tuple[float, Context]] = Bounded(_CONVERSATIONS)
        self._by_message: Bounded[int, Context] = Bounded()

    def note(self, person: int, channel: int, context: Context, *, private: bool = False) -> None:
        """Remember what `person` is told; what is told privately is only taken up privately."""
        for place in {True, private}:
            self._by_person.put((person, channel, place), (self._clock(), context))

    def told(self, messages: Iterable[int], context: Context) -> None:
        """Remember what the bot's `messages` say."""
        for message in messages:
            self._by_message.put(message, context)

    def before(self, person: int, channel: int, *, private: bool = False) -> Context | None:
        """Return what a question of `person` may lean on."""
        at, context = self._by_person.get((person, channel, private)) or (0.0, None)
        return context if self._clock() - at <= FOLLOWED else None

    def told_by(self, message: int) -> Context | None:
        """Return what a reply to `message`, whoever writes it, may lean on."""
        return self._by_message.get(message)


class InFlight:
    """Counts work under way, so that a shutdown can wait for it and take no more."""

    def __init__(self) -> None:
        """Accept work."""
        self.accepting = True
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Count the work inside."""
        self._count += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._count -= 1
            if not self._count:
                self._idle.set()

    async def drain(self, timeout: float) -> bool:  # noqa: ASYNC109  it gives up quietly
        """Accept no more and wait for what is under way; return False when `timeout` seconds did not do."""
        self.accepting = False
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), timeout)
        return self._idle.is_set()


@dataclass(frozen=True, slots=True)
class Limits:
    """All of it together, by the ids of messages, people and channels; none is stored or logged."""

    handled: Once[int]
    cooldown: Cooldown[tuple[int, int]]
    exchanges: Exchanges
    conversations: Conversations
    in_flight: InFlight

    @classmethod
    def with_clock(cls, per_minute: int, clock: Clock) -> "Limits":
        """Return fresh manners by which a person asks at most `per_minute` questions a minute in a channel."""
        return cls(Once(), Cooldown(per_minute, clock), Exchanges(clock), Conversations(clock), InFlight())
