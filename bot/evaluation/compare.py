"""Paired comparison: which questions two runs decided differently, and whether that can be chance."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import comb
from pathlib import Path

from bot.errors import ConfigError

COUNTED: dict[str, frozenset[str]] = {
    "right": frozenset({"right"}),
    "wrong": frozenset({"wrong"}),
    "right_or_offered": frozenset({"right", "offered"}),
    "falsely_answered": frozenset({"false"}),
}
"""Outcomes of `Result.outcome` that each measure counts."""
UNCOVERED = frozenset({"false", "declined"})


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
