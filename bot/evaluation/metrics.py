"""Paired comparison: which questions two runs decided differently, and whether that can be chance."""

import json
import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import comb
from pathlib import Path

import numpy as np

from bot.errors import ConfigError
from bot.evaluation.question_sets import Item
from bot.service.replies import Reply

MEASURES = ("right", "wrong", "offered", "right_or_offered", "falsely_answered")
"""Fields of `Score`, in the order in which they are shown."""
_DRAWS = 5_000
COUNTED: dict[str, frozenset[str]] = {
    "right": frozenset({"right"}),
    "wrong": frozenset({"wrong"}),
    "right_or_offered": frozenset({"right", "offered"}),
    "falsely_answered": frozenset({"false"}),
}
"""Outcomes of `Result.outcome` that each measure counts."""
UNCOVERED = frozenset({"false", "declined"})


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one question."""

    item: Item
    reply: Reply
    milliseconds: float

    @property
    def answered(self) -> bool:
        """Tell whether a fact was given as the answer."""
        return self.reply.outcome == "answered"

    @property
    def right(self) -> bool:
        """Tell whether the answer was a right one."""
        return self.answered and self.reply.fact in self.item.facts

    @property
    def offered(self) -> bool:
        """Tell whether a right fact was among the suggestions instead."""
        return not self.answered and any(suggestion.fact in self.item.facts for suggestion in self.reply.suggestions)

    @property
    def missed(self) -> bool:
        """Tell whether the question was not answered as it should have been."""
        return not self.right if self.item.covered else self.false

    @property
    def false(self) -> bool:
        """Tell whether an answer was given that the article does not have; putting a premise right is none."""
        return not self.item.covered and self.answered and self.reply.fact not in self.item.corrects

    @property
    def outcome(self) -> str:
        """Return in one word what became of it: false or declined, where the article does not answer."""
        if not self.item.covered:
            return "false" if self.false else "declined"
        if self.answered:
            return "right" if self.right else "wrong"
        return "offered" if self.offered else "lost"


@dataclass(frozen=True, slots=True)
class Share:
    """A proportion with its 95 % interval (Wilson 1927)."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """Return the proportion, 0 when there is nothing to count."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Return the bounds of the Wilson score interval."""
        if not self.total:
            return 0.0, 1.0
        z, n, p = 1.96, self.total, self.value
        middle = (p + z * z / (2 * n)) / (1 + z * z / n)
        half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
        return max(0.0, middle - half), min(1.0, middle + half)


def clustered(hits: Sequence[float], totals: Sequence[float]) -> tuple[float, float]:
    """Return the 95 % interval of sum(hits) / sum(totals), each entry being what one article counts.

    Articles are drawn with replacement (bootstrap, always the same draws): questions of one article rise and fall
    together, and another article is what the share is wanted for.
    """
    drawn = np.random.default_rng(0).integers(0, len(hits), (_DRAWS, len(hits)))
    shares = np.array(hits)[drawn].sum(axis=1) / np.maximum(np.array(totals)[drawn].sum(axis=1), 1e-9)
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(low), float(high)


@dataclass(frozen=True, slots=True)
class Score:
    """The measures of one group of questions."""

    right: Share
    wrong: Share
    offered: Share
    """Right among the suggestions, of the covered."""
    right_or_offered: Share
    falsely_answered: Share
    """Of the uncovered."""


def run(items: Iterable[Item], ask: Callable[[Item], Reply]) -> tuple[Result, ...]:
    """Ask every question and time it."""
    results = []
    for item in items:
        start = time.perf_counter()
        reply = ask(item)
        results.append(Result(item, reply, 1000 * (time.perf_counter() - start)))
    return tuple(results)


def score(results: Sequence[Result]) -> Score:
    """Count one group."""
    covered = [result for result in results if result.item.covered]
    uncovered = [result for result in results if not result.item.covered]
    right = sum(result.right for result in covered)
    offered = sum(result.offered for result in covered)
    return Score(
        right=Share(right, len(covered)),
        wrong=Share(sum(result.answered for result in covered) - right, len(covered)),
        offered=Share(offered, len(covered)),
        right_or_offered=Share(right + offered, len(covered)),
        falsely_answered=Share(sum(result.false for result in uncovered), len(uncovered)),
    )


def groups(results: Sequence[Result]) -> dict[str, tuple[Result, ...]]:
    """Split results by article where there are several, by language and by kind; `all` comes first."""
    found: dict[str, tuple[Result, ...]] = {"all": tuple(results)}
    several = len({result.item.article for result in results}) > 1
    for result in results:
        names = [f"language {result.item.language}", f"kind {result.item.kind}"]
        for name in [f"article {result.item.article or '–'}", *names] if several else names:
            found[name] = (*found.get(name, ()), result)
    order = ("all", "article", "language", "kind")
    return dict(sorted(found.items(), key=lambda pair: (order.index(pair[0].split()[0]), pair[0])))


def percentile(results: Sequence[Result], percent: float) -> float:
    """Return the time below which `percent` % of the questions were answered, in milliseconds."""
    return float(np.percentile([result.milliseconds for result in results], percent)) if results else 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """One measure in two runs over the same questions."""

    measure: str
    before: int
    now: int
    of: int
    became: tuple[str, ...]
    """Questions that it counts now and did not before."""
    stopped: tuple[str, ...]

    @property
    def points(self) -> float:
        """Return how many percentage points were gained."""
        return 100 * (self.now - self.before) / max(self.of, 1)

    @property
    def chance(self) -> float:
        """Return p of McNemar's test in its exact, two-sided form: that this much differs by chance."""
        differ = len(self.became) + len(self.stopped)
        ways = sum(comb(differ, hits) for hits in range(min(len(self.became), len(self.stopped)) + 1))
        return min(1.0, float(2 * ways / 2**differ))


def compare(before: Mapping[str, str], now: Mapping[str, str]) -> tuple[Change, ...]:
    """Compare the outcomes of the questions that stand in both runs, measure by measure."""
    both = [key for key in now if key in before]
    changes = []
    for measure, counted in COUNTED.items():
        asked = [key for key in both if (now[key] in UNCOVERED) is (measure == "falsely_answered")]
        old, new = ({key for key in asked if run[key] in counted} for run in (before, now))
        became, stopped = (tuple(key for key in asked if key in found) for found in (new - old, old - new))
        changes.append(Change(measure, len(old), len(new), len(asked), became, stopped))
    return tuple(changes)


def read_outcomes(report: Path) -> dict[str, str]:
    """Return the outcomes of an earlier `eval --json`; raise ConfigError if `report` is none."""
    try:
        outcomes = json.loads(report.read_text(encoding="utf-8"))["outcomes"]
        return {str(key): str(outcome) for key, outcome in outcomes.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{report}: not a report of eval --json ({error.__class__.__name__})"
        raise ConfigError(msg) from None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The changes between two runs, under a title and with a name for each run."""

    title: str
    first: str
    second: str
    changes: tuple[Change, ...]

    def text(self, *, listing: bool) -> str:
        """Return the comparison as a table; with `listing` the questions that differ are named."""
        heads = "".join(f"{head:>9}" for head in (self.first, self.second, "points", "became", "stopped"))
        lines = ["", self.title, f"{'':24}{'n':>5}{heads}{'p':>8}"]
        for one in self.changes:
            shares = "".join(f"{hits / one.of:>9.1%}" if one.of else f"{'–':>9}" for hits in (one.before, one.now))
            differ = f"{one.points:>+9.1f}{len(one.became):>9}{len(one.stopped):>9}{one.chance:>8.3f}"
            lines.append(f"{_words(one.measure):24}{one.of:>5}{shares}{differ}")
        return "\n".join([*lines, *(self._listed() if listing else ())]) + "\n"

    def _listed(self) -> list[str]:
        return [
            f"{verb} {_words(one.measure)}: {', '.join(keys)}"
            for one in self.changes
            for verb, keys in (("became", one.became), ("stopped being", one.stopped))
            if keys
        ]


def _words(measure: str) -> str:
    return measure.replace("_", " ")


def changes_data(changes: tuple[Change, ...]) -> dict[str, object]:
    """Return the comparison for JSON."""
    return {
        one.measure: {
            "of": one.of,
            "before": one.before,
            "now": one.now,
            "became": one.became,
            "stopped": one.stopped,
            "p": one.chance,
        }
        for one in changes
    }
