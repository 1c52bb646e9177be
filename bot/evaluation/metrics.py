"""The outcome of each question, the share of each outcome, and the questions that differ between two runs."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.evaluation.question_sets import AnnotatedQuestion
from bot.service.replies import Reply

COVERED = frozenset({"right", "wrong", "closest", "misled, offered", "misled", "offered", "lost"})
"""Outcomes of a question that the article answers.

closest: a right fact is quoted as the closest; misled: another one is; offered: a right fact is suggested; lost: none.
"""
UNCOVERED = frozenset({"false", "unfounded", "declined"})
"""Outcomes of a question that the article does not answer: answered nevertheless, a closest is quoted, or neither."""
MEASURES: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "right": (frozenset({"right"}), COVERED),
    "wrong": (frozenset({"wrong"}), COVERED),
    "offered": (frozenset({"offered", "misled, offered"}), COVERED),
    "right_or_offered": (frozenset({"right", "closest", "misled, offered", "offered"}), COVERED),
    "seen": (frozenset({"right", "closest"}), COVERED),
    "misled": (frozenset({"misled", "misled, offered"}), COVERED),
    "falsely_answered": (frozenset({"false"}), UNCOVERED),
    "unfounded": (frozenset({"unfounded"}), UNCOVERED),
}
"""For each measure, the outcomes that it counts, and all outcomes that it is a share of."""
COMPARED = ("right", "wrong", "seen", "misled", "right_or_offered", "falsely_answered", "unfounded")
"""The measures that two runs are compared by."""
_Z = 1.96
"""Quantile of the normal distribution for 95 %."""


@dataclass(frozen=True, slots=True)
class Result:
    """The reply to one question, and its outcome."""

    question: AnnotatedQuestion
    reply: Reply
    milliseconds: float

    @property
    def outcome(self) -> str:
        """Return one of COVERED or UNCOVERED."""
        shown = (self.reply.closest or self.reply).fact
        if not self.question.covered:
            if shown is None or shown in self.question.corrects:
                return "declined"
            return "unfounded" if self.reply.closest else "false"
        if self.reply.outcome == "answered":
            return self._outcome_of_answer()
        if self.reply.closest and shown in self.question.facts:
            return "closest"
        offered = not {suggestion.fact for suggestion in self.reply.suggestions}.isdisjoint(self.question.facts)
        if self.reply.closest:
            return "misled, offered" if offered else "misled"
        return "offered" if offered else "lost"

    def _outcome_of_answer(self) -> str:
        """Return "right" for a right answer; with several parts, if each got one and nothing else was answered."""
        parts, given = self.question.parts, [one.fact for one in (self.reply, *self.reply.also)]
        if given[0] not in self.question.facts:
            return "wrong"
        if not parts:
            return "right"
        if any(fact not in self.question.facts for fact in given):
            return "wrong"
        complete = len(given) == len(parts) and all(not set(part).isdisjoint(given) for part in parts)
        return "right" if complete else "offered"

    @property
    def is_act(self) -> bool:
        """Return whether the message was taken as a dialogue act."""
        return self.reply.best is not None and self.reply.best.target.article is None

    @property
    def missed(self) -> bool:
        """Return whether the reply is not the expected one."""
        return self.outcome not in {"right", "closest", "declined"}


@dataclass(frozen=True, slots=True)
class Share:
    """A proportion with its 95 % interval."""

    hits: int
    total: int

    @property
    def value(self) -> float:
        """Return the proportion, 0 without questions."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Return the bounds of the score interval (Wilson 1927), 0 and 1 without questions."""
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.value
        middle = (p + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
        half = _Z * math.sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2)) / (1 + _Z**2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)


def shares(outcomes: Iterable[str]) -> dict[str, Share]:
    """Return the share of each of MEASURES."""
    counts = Counter(outcomes)
    return {
        measure: Share(sum(counts[one] for one in counted), sum(counts[one] for one in group))
        for measure, (counted, group) in MEASURES.items()
    }


def shares_by_group(results: Sequence[Result]) -> dict[str, dict[str, Share]]:
    """Return the measures of all questions, then of each article (if there are several), language and kind."""
    several = len({result.question.article for result in results}) > 1
    outcomes: dict[tuple[int, str], list[str]] = defaultdict(list)
    for result in results:
        question = result.question
        if several:
            outcomes[1, f"article {question.article or '–'}"].append(result.outcome)
        outcomes[2, f"language {question.language}"].append(result.outcome)
        outcomes[3, f"kind {question.kind or '–'}"].append(result.outcome)
    by_group = {name: shares(group) for (_, name), group in sorted(outcomes.items())}
    return {"all": shares(result.outcome for result in results), **by_group}


TURNS: dict[str, frozenset[str]] = {
    "right": frozenset({"right", "closest", "declined", "unfounded"}),
    "outright": frozenset({"right", "declined", "unfounded"}),
    "wrong": frozenset({"wrong", "false"}),
}
"""Outcomes of a turn: a right fact is shown, or none outright if there is none; without those quoted as the closest."""


def turn_shares(results: Sequence[Result]) -> dict[str, dict[str, Share]]:
    """Return the shares of TURNS of all turns of dialogues, then of each act; nothing without dialogues."""
    by_act: dict[str, list[str]] = defaultdict(list)
    for result in results:
        if result.question.is_turn:
            for act in ("all", result.question.kind):
                by_act[act].append(result.outcome)
    return {
        act: {key: Share(sum(one in counted for one in outcomes), len(outcomes)) for key, counted in TURNS.items()}
        for act, outcomes in by_act.items()
    }


def percentile(results: Sequence[Result], percent: float) -> float:
    """Return the time below which `percent` % of the questions were answered, in milliseconds."""
    return float(np.percentile([result.milliseconds for result in results], percent)) if results else 0.0


@dataclass(frozen=True, slots=True)
class PairedChange:
    """One measure in a run and in a later one over the same questions, or in the mean of several later ones."""

    of: int
    before: int
    now: float
    became: tuple[str, ...]
    """Questions that count more often now than before."""
    stopped: tuple[str, ...]
    """Questions that count less often now than before."""
    error: float = 0.0
    """Standard error of the points, over the questions."""

    @property
    def points(self) -> float:
        """Return the gain in percentage points."""
        return 100 * (self.now - self.before) / max(self.of, 1)

    @property
    def interval(self) -> tuple[float, float]:
        """Return the bounds of the points, 95 %: those of one drawing or several, of other questions like these."""
        return self.points - _Z * self.error, self.points + _Z * self.error

    @property
    def p_value(self) -> float:
        """Return p of the exact, two-sided sign test over the questions; for one later run, that of McNemar."""
        differ = len(self.became) + len(self.stopped)
        fewer = min(len(self.became), len(self.stopped))
        return min(1.0, float(2 * sum(math.comb(differ, hits) for hits in range(fewer + 1)) / 2**differ))


def compare(before: Mapping[str, str], *later: Mapping[str, str]) -> dict[str, PairedChange]:
    """Compare outcomes by question and measure, over the questions of all runs; the mean of the later runs counts."""
    changes = {}
    for measure in COMPARED:
        counted, group = MEASURES[measure]
        asked = [key for key in later[0] if key in before and later[0][key] in group]
        old = {key: before[key] in counted for key in asked}
        gains = {key: sum(run[key] in counted for run in later) / len(later) - old[key] for key in asked}
        became, stopped = (tuple(key for key in asked if sign * gains[key] > 0) for sign in (1, -1))
        hits = sum(old.values())
        error = 100 * float(np.std(list(gains.values()), ddof=1)) / math.sqrt(len(asked)) if len(asked) > 1 else 0.0
        changes[measure] = PairedChange(len(asked), hits, hits + sum(gains.values()), became, stopped, error)
    return changes
