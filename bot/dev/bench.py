"""`bench`: time and memory, on the shipped article cut to a stated size and on synthetic ones."""

import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bot.core.matching import Question
from bot.core.model import LANGUAGES, Article, Fact, Knowledge, Language, Sample, Source, Text
from bot.service.answering import decide_on
from bot.service.library import build_snapshot
from bot.service.ports import Encoder

_WORDS = 10_000
"""Words of each language to choose from; far fewer facts than words share one by chance, as in real articles."""
_FRAMES: dict[Language, tuple[str, ...]] = {
    "ko": ("{}은 왜 {}에 {}?", "누가 {}를 {}에서 {} 했어?", "{}는 언제 {}부터 {}였나요", "{} {} {} 알려 줘"),
    "en": ("why did {} leave {} for {}?", "who told {} about {} and {}", "when was {} {} by {}?", "how much {} {} {}"),
}
_KOREAN = [chr(code) for code in range(0xAC00, 0xD7A4, 28)]
"""Syllables without a final consonant."""
_ENGLISH = [consonant + vowel for consonant in "bcdfghklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "an", "er")]
FACTS, SAMPLES = 60, 24
SMALL, LARGE, FEW_SAMPLES = 60, 5_000, 8
"""Facts of the two made-up articles of `scaling`, and the samples of each."""
_LABELS = 120
"""Labels that questions are made of, the same number whatever the size."""
_SINGLE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def made_up(facts: int, samples: int, vocabulary: Knowledge) -> Knowledge:
    """Return one article of `facts` facts with `samples` samples each, half of them in each language.

    The same for the same numbers. `vocabulary` gives lexicon and small talk.
    """
    rng = random.Random(0)  # noqa: S311  to make up the same every time
    words: dict[Language, list[str]] = {
        "ko": ["".join(rng.choices(_KOREAN, k=3)) for _ in range(_WORDS)],
        "en": ["".join(rng.choices(_ENGLISH, k=3)) for _ in range(_WORDS)],
    }
    made = tuple(_fact(number, samples, words, rng) for number in range(facts))
    article = Article("made-up", Text(en="Made up"), Text(en="Nobody"), "ko", (), (), made)
    return Knowledge((article,), vocabulary.lexicon, vocabulary.messages, vocabulary.small_talk)


def _fact(number: int, samples: int, words: dict[Language, list[str]], rng: random.Random) -> Fact:
    own = {language: rng.sample(known, 6) for language, known in words.items()}
    texts = tuple(
        Sample(_FRAMES[language][turn % 4].format(*rng.sample(own[language], 3)), language)
        for language in own
        for turn in range(samples // 2)
    )
    label, answer = (Text(*(" ".join(own[language][:count]) for language in ("ko", "en"))) for count in (2, 6))
    return Fact(f"fact-{number}", label, answer, texts, Source("none"))


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
    snapshot = build_snapshot(knowledge, "", encoder)
    times = []
    for question in _questions(knowledge):
        start = time.process_time()  # what one core takes, also where others work on the machine
        decide_on(snapshot, Question(question), encoder)
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
