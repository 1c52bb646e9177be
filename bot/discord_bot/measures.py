"""What the bot counts and times for `/metrics`; no label holds an id or what a member wrote."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, get_args

import prometheus_client as prometheus
from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector

from bot.core.model import Language
from bot.discord_bot.logs import referenced
from bot.service.replies import Reply

log = logging.getLogger(__name__)

Way: TypeAlias = Literal[
    "mention",
    "reply",
    "dm",
    "ask_channel",
    "ask_post",
    "ask_thread",
    "edit",
    "command",
    "context_menu",
    "button",
    "menu",
    "admin",
]
"""How somebody asked: `ask_…` without a mention, in a text channel, in a post of a forum, in a thread that the bot
opened; `admin` is `/facts`."""
Decision: TypeAlias = Literal[
    "answered",
    "closest",
    "suggested",
    "gap",
    "small_talk",
    "unanswered",
    "page",
    "hint",
    "repeated",
    "silent",
    "slow_down",
    "busy",
    "failed",
]
"""What was replied. No question was matched for a `page` (a list, help, a button) and for a `hint` (one sentence);
`repeated` is a link to an earlier answer, `silent` no reply, as nobody addressed the bot and it has nothing to say;
`slow_down` and `busy` say that there is none now."""
ReloadResult: TypeAlias = Literal["loaded", "refused", "failed"]
"""`refused` if there are problems in the facts."""
StoreResult: TypeAlias = Literal["written", "dropped"]
"""`dropped` if too many records waited for a database in trouble, or the bot ended."""
SHED: Final[tuple[Decision, ...]] = ("slow_down", "busy")
CONTENT_TYPE: Final = prometheus.CONTENT_TYPE_LATEST
_ANSWER_TIMES: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0)
_REPLY_TIMES: Final = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 10.0, 30.0)
_LAGS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
_LAG_EVERY: Final = 0.5
"""Seconds between two measurements of the event loop's lag."""


@dataclass(slots=True)
class Handling:
    """One question or command from its event to its reply."""

    way: Way
    language: Language | None = None
    decision: Decision | None = None
    """None if there was nothing to reply to, as after an edit that changes nothing."""
    server: int = 0
    """Id of the server, 0 for none; no metric has it."""
    article: str = ""
    fact: str = ""
    """Article and fact or gap that is shown, "" for none; no metric has them."""


_handling: ContextVar[Handling | None] = ContextVar("handling", default=None)


def note(decision: Decision | None = None, language: Language | None = None) -> None:
    """Note what is replied to the question at hand, if any, or in which language."""
    if (handling := _handling.get()) is not None:
        handling.decision = decision or handling.decision
        handling.language = language or handling.language


def note_subject(article: str, fact: str) -> None:
    """Note which fact or gap of which article is shown to the question at hand, if any."""
    if (handling := _handling.get()) is not None:
        handling.article, handling.fact = article, fact


def decision_of(reply: Reply) -> Decision:
    """Return the kind of a reply to a question that was matched."""
    if reply.closest is not None:
        return "closest"
    if reply.outcome != "unanswered" or reply.gap is None:
        return reply.outcome
    return "small_talk" if reply.best is not None and reply.best.target.article is None else "gap"


class Measures:
    """The measures of one process; they outlive a client that is rebuilt."""

    def __init__(self) -> None:
        """Begin at zero, in a registry of its own."""
        self.handled: Callable[[Handling], None] | None = None
        """Is told of each question and command that was replied to."""
        self.registry = prometheus.CollectorRegistry()
        self.rest_responses: Counter[str] = Counter({"2xx": 0, "4xx": 0, "429": 0, "5xx": 0, "lost": 0})
        self.connections: Counter[str] = Counter(IDENTIFY=0, RESUME=0)
        self.dropped_events: Counter[str] = Counter()
        prometheus.ProcessCollector(registry=self.registry)
        for name, text, label, counts in (
            ("bot_rest_responses", "Discord's responses; lost: none came.", "status", self.rest_responses),
            ("bot_gateway_connections", "Sockets opened to the gateway, the first included.", "how", self.connections),
            ("bot_gateway_dropped_events", "Events that could not be read.", "event", self.dropped_events),
        ):
            self.registry.register(_Counts(name, text, label, counts))
        self._questions = prometheus.Counter(
            "bot_questions", "Questions and commands.", ("way", "decision", "language"), registry=self.registry
        )
        self._shed = prometheus.Counter(
            "bot_questions_shed", "Questions that got no answer.", ("reason",), registry=self.registry
        )
        self._reloads = prometheus.Counter("bot_reloads", "Reloads of the facts.", ("result",), registry=self.registry)
        self._stored = prometheus.Counter(
            "bot_store_records", "Records for the store.", ("result",), registry=self.registry
        )
        self._facts = prometheus.Info("bot_facts", "The facts in use.", registry=self.registry)
        self._answer_time = self._histogram("bot_answer_seconds", "From asking to the answer.", _ANSWER_TIMES)
        self._reply_time = self._histogram("bot_reply_seconds", "From the event to the reply's arrival.", _REPLY_TIMES)
        self._lag = self._histogram("bot_loop_lag_seconds", "How late the event loop resumes a task.", _LAGS)
        for reason in SHED:
            self._shed.labels(reason)
        for result in get_args(ReloadResult):
            self._reloads.labels(result)
        for stored in get_args(StoreResult):
            self._stored.labels(stored)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...]) -> prometheus.Histogram:
        return prometheus.Histogram(name, text, buckets=buckets, registry=self.registry)

    def gauge(self, name: str, text: str, value: Callable[[], float]) -> None:
        """Show the number that `value` returns when it is asked for."""
        prometheus.Gauge(name, text, registry=self.registry).set_function(value)

    @contextmanager
    def handling(
        self, way: Way, language: Language | None = None, decision: Decision | None = None, *, server: int = 0
    ) -> Iterator[None]:
        """Give the block a reference for its log lines; count and time it by what it has noted at its end."""
        began, handling = time.perf_counter(), Handling(way, language, decision, server)
        token = _handling.set(handling)
        try:
            with referenced():
                yield
                self._finish(handling, time.perf_counter() - began)
        finally:
            _handling.reset(token)

    def _finish(self, handling: Handling, seconds: float) -> None:
        if handling.decision is None:
            return
        language = handling.language or "none"
        self._questions.labels(handling.way, handling.decision, language).inc()
        if handling.decision != "silent":
            self._reply_time.observe(seconds)
        if handling.decision in SHED:
            self._shed.labels(handling.decision).inc()
        if self.handled is not None:
            self.handled(handling)
        log.info("%s: %s, language %s, %.0f ms", handling.way, handling.decision, language, 1000 * seconds)

    @contextmanager
    def answering(self) -> Iterator[None]:
        """Time the block as the answer to a question, the wait for its turn included."""
        with self._answer_time.time():
            yield

    def reloaded(self, result: ReloadResult) -> None:
        """Count a reload of the facts."""
        self._reloads.labels(result).inc()

    def stored(self, result: StoreResult, number: int) -> None:
        """Count records that were stored, or lost."""
        self._stored.labels(result).inc(number)

    def uses(self, revision: str) -> None:
        """Show which facts are in use."""
        self._facts.info({"revision": revision})

    async def measure_lag(self) -> None:
        """Measure the event loop's lag until cancelled."""
        clock = asyncio.get_running_loop().time
        while True:
            due = clock() + _LAG_EVERY
            await asyncio.sleep(_LAG_EVERY)
            self._lag.observe(max(0.0, clock() - due))

    def text(self) -> bytes:
        """Return all measures in Prometheus' format."""
        return prometheus.generate_latest(self.registry)


@dataclass(frozen=True, slots=True, eq=False)
class _Counts(Collector):
    """Shows numbers that are counted elsewhere."""

    name: str
    text: str
    label: str
    counts: Counter[str]

    def collect(self) -> Iterable[CounterMetricFamily]:
        """Return the current numbers."""
        family = CounterMetricFamily(self.name, self.text, labels=(self.label,))
        for value, number in sorted(self.counts.items()):
            family.add_metric((value,), number)
        return [family]
