"""`bench`: time and memory on the shipped article cut to a stated size; each row in a process of its own."""

import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bot.core.answer import Question
from bot.core.model import LANGUAGES, Article, Fact, Knowledge, Sample
from bot.evaluation.made_up import made_up
from bot.service.asking import ask_snapshot
from bot.service.library import snapshot_of
from bot.service.ports import Encoder

FACTS, SAMPLES = 60, 24
SMALL, LARGE, FEW_SAMPLES = 60, 5_000, 8
"""Facts of the two made-up articles of `scaling`, and the samples of each."""
_LABELS = 120
"""Labels that questions are made of, the same number whatever the size."""
_SINGLE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Timing:
    """What answering costs."""

    median: float
    """Milliseconds."""
    p99: float
    """Milliseconds."""
    memory: float
    """Peak resident memory of the process in MB."""


def bench(knowledge: Knowledge, build_encoder: Callable[[], Encoder]) -> str:
    """Measure answering and starting, with and without the encoder, and return a table."""
    cut = replace(knowledge, articles=tuple(_cut(article) for article in knowledge.articles[:1]))
    lines = [
        f"{FACTS} facts × {SAMPLES} samples, one core",
        "",
        "| | p50 ms | p99 ms | memory MB |",
        "|---|---|---|---|",
    ]
    for name, builder in (("with encoder", build_encoder), ("without", None)):
        timing = _apart(cut, builder)
        lines.append(f"| {name} | {timing.median:.1f} | {timing.p99:.1f} | {timing.memory:.0f} |")
    lines += ["", "| `ask` from start to end, shipped article | seconds | of all cores |", "|---|---|---|", *_starts()]
    return "\n".join(lines) + "\n"


def scaling(vocabulary: Knowledge, build_encoder: Callable[[], Encoder], large: int = LARGE) -> str:
    """Compare the median times on a small and a large made-up article and return a table."""
    lines = [
        f"p50 ms, made-up facts × {FEW_SAMPLES} samples, one core",
        "",
        f"| | {SMALL} facts | {large:,} facts | ratio | memory MB |",
        "|---|---|---|---|---|",
    ]
    for name, builder in (("with encoder", build_encoder), ("without", None)):
        few, many = (_apart(made_up(facts, FEW_SAMPLES, vocabulary), builder) for facts in (SMALL, large))
        times = f"{few.median:.1f} | {many.median:.1f} | {many.median / few.median:.1f}"
        lines.append(f"| {name} | {times} | {many.memory:.0f} |")
    return "\n".join(lines) + "\n"


def _cut(article: Article) -> Article:
    half = SAMPLES // len(LANGUAGES)
    facts = tuple(replace(fact, samples=_first(fact, half)) for fact in article.facts[:FACTS])
    return replace(article, facts=facts, gaps=())


def _first(fact: Fact, count: int) -> tuple[Sample, ...]:
    return tuple(s for language in LANGUAGES for s in [x for x in fact.samples if x.language == language][:count])


def _apart(knowledge: Knowledge, build_encoder: Callable[[], Encoder] | None) -> Timing:
    """Measure in a fresh process, so that memory is nobody else's."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (knowledge, build_encoder))


def _measure(knowledge: Knowledge, build_encoder: Callable[[], Encoder] | None) -> Timing:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    encoder = build_encoder() if build_encoder else None
    snapshot = snapshot_of(knowledge, "", encoder)
    times = []
    for question in _questions(knowledge):
        start = time.process_time()  # what one core takes, also where others work on the machine
        ask_snapshot(snapshot, Question(question), encoder)
        times.append(1000 * (time.process_time() - start))
    median, p99 = np.percentile(times[5:], [50, 99])
    return Timing(float(median), float(p99), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _questions(knowledge: Knowledge) -> list[str]:
    """Return questions that are nobody's sample: labels with words around them, a sixth of them long."""
    labels = [label for article in knowledge.articles for fact in article.facts for label in fact.label.every()]
    labels = labels[:_LABELS]
    asked = [f"{label} – tell me please, 그거 궁금해요" for label in labels]
    return asked + [f"{question} " * 6 for question in asked[::5]]


def _starts() -> list[str]:
    with tempfile.TemporaryDirectory() as cache:
        runs = (
            ("the very first time", {"BOT_CACHE": cache}),
            ("with a warm cache", {"BOT_CACHE": cache}),
            ("without the encoder", {"BOT_CACHE": cache, "BOT_SEMANTIC": "off"}),
        )
        return [f"| {name} | {_start(changes)} |" for name, changes in runs]


def _start(changes: dict[str, str]) -> str:
    """Return the seconds that went by, and those that cores worked, as two cells."""
    command = [sys.executable, "-m", "bot", "ask", "--json", "Who left OpenAI?"]
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=os.environ | _SINGLE_CORE | changes, check=True, capture_output=True)  # noqa: S603
    elapsed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return f"{elapsed:.2f} | {used:.2f}"
