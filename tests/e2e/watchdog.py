"""How late an event loop gets."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

_PERIOD = 0.002


@dataclass(slots=True)
class Lags:
    """How late each turn of the watchdog came, in seconds."""

    wall: list[float] = field(default_factory=list)
    own: list[float] = field(default_factory=list)
    """The part that this process computed, in any thread; the rest other processes had the processor."""

    def figures(self) -> str:
        """Return the figures for people."""
        return "; ".join(f"{name}: {_figures(lags)}" for name, lags in (("wall", self.wall), ("own", self.own)))


def quantile(values: list[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def _figures(lags: list[float]) -> str:
    shares = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999, "max": 1.0}
    return ", ".join(f"{name} {1000 * quantile(lags, share):.1f} ms" for name, share in shares.items())


@asynccontextmanager
async def watchdog() -> AsyncIterator[Lags]:
    """Watch the running loop from within, until the end of the block."""
    lags = Lags()
    watching = asyncio.create_task(_watch(lags))
    try:
        yield lags
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(lags: Lags) -> None:
    while True:
        began, computed = time.perf_counter(), time.process_time()
        await asyncio.sleep(_PERIOD)
        late = max(0.0, time.perf_counter() - began - _PERIOD)
        lags.wall.append(late)
        lags.own.append(min(late, time.process_time() - computed))
