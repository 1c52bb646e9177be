"""`bench quality`: this bot against other matchers on public question sets, on the same scenes in one run."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bot.core.model import Knowledge
from bot.evaluation.matchers import Matcher, builders
from bot.evaluation.public_sets import SETS, Scene, Strangers
from bot.service.ports import Encoder

FALSE_ANSWERS = 0.05
"""Share of the dev questions without an answer, near and far weighted equally, that may be answered."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What a matcher makes of one scene."""

    first: float
    """Share of the covered questions whose intent comes first."""
    right: float
    """Share of them that are answered, and rightly."""
    false: float
    """Share of the test questions without an answer that are answered."""
    milliseconds: tuple[float, ...]


def quality(vocabulary: Knowledge, encoder: Encoder, data: Path, scenes: int | None = None) -> str:
    """Return a table of all matchers on the sets in `data`; `scenes` reduces the number of scenes of each."""
    drawn = {
        name: [draw(data, seed) for seed in range(min(scenes or count, count))] for name, (draw, count) in SETS.items()
    }
    heads = [f"{name}, scenes: {len(found)}" for name, found in drawn.items()]
    lines = [
        f"Right first / answered and right / falsely answered in %, aim {FALSE_ANSWERS:.0%} false on dev",
        "",
        f"| matcher | {' | '.join(heads)} | p50 / p99 ms |",
        "|---|" + "---|" * (len(heads) + 1),
    ]
    for name, build in builders(vocabulary, encoder).items():
        found = {key: [measure(build(scene), scene) for scene in group] for key, group in drawn.items()}
        times = [time for group in found.values() for one in group for time in one.milliseconds]
        median, p99 = np.percentile(times, [50, 99])
        cells = [_cell(group) for group in found.values()]
        lines.append(f"| {name} | {' | '.join(cells)} | {median:.2f} / {p99:.2f} |")
    return "\n".join(lines) + "\n"


def _cell(found: Sequence[Measured]) -> str:
    means = (100 * float(np.mean([getattr(one, name) for one in found])) for name in ("first", "right", "false"))
    return " / ".join(f"{mean:.0f}" for mean in means)


def measure(match: Matcher, scene: Scene) -> Measured:
    """Ask everything: the threshold is chosen on dev and applied to test."""
    bar = threshold(*_sureness(match, scene.dev))
    false = np.mean([np.mean(np.array(scores) > bar) for scores in _sureness(match, scene.test)])
    times, first, right = [], 0, 0
    for question, intent in scene.covered:
        start = time.process_time()  # what one core takes, also where others work on the machine
        found, sure = match(question)
        times.append(1000 * (time.process_time() - start))
        first += found == intent
        right += found == intent and sure > bar
    total = len(scene.covered)
    return Measured(first / total, right / total, float(false), tuple(times))


def _sureness(match: Matcher, strangers: Strangers) -> tuple[list[float], list[float]]:
    near, far = ([match(question)[1] for question in group] for group in (strangers.near, strangers.far))
    return near, far


def threshold(near: Sequence[float], far: Sequence[float]) -> float:
    """Return the score above which at most FALSE_ANSWERS of both groups lie, each group weighing a half."""
    scores = np.array([*near, *far])
    weights = np.repeat([0.5 / len(near), 0.5 / len(far)], [len(near), len(far)])
    levels = np.unique(scores)[::-1]
    above = np.array([weights[scores > level].sum() for level in levels])
    return float(levels[above <= FALSE_ANSWERS + 1e-9][-1])
