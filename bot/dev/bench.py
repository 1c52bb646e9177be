"""`bench`: time and memory, on a part of the shipped article and on synthetic articles."""

import json
import multiprocessing
import os
import pickle
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from rapidfuzz import fuzz, process

from bot.core.matching import Question
from bot.core.model import Article, Fact, Knowledge, Language, Sample, Source, Text
from bot.dev.training_data import few_shot
from bot.service.answering import decide_on
from bot.service.library import build_snapshot
from bot.service.ports import Encoder

_VOCABULARY = 10_000
"""Words of each language to draw from, so many that few facts share one, as in real articles."""
_TEMPLATES: dict[Language, tuple[str, ...]] = {
    "ko": ("{}은 왜 {}에 {}?", "누가 {}를 {}에서 {} 했어?", "{}는 언제 {}부터 {}였나요", "{} {} {} 알려 줘"),
    "en": ("why did {} leave {} for {}?", "who told {} about {} and {}", "when was {} {} by {}?", "how much {} {} {}"),
}
_SYLLABLES: dict[Language, list[str]] = {
    "ko": [chr(code) for code in range(0xAC00, 0xD7A4, 28)],  # those without a final consonant
    "en": [consonant + vowel for consonant in "bcdfghklmnprstvz" for vowel in ("a", "e", "i", "o", "u", "an", "er")],
}
FACTS, SAMPLES = 60, 24
STRANGERS = Path("tests/questions/openai-exodus.jsonl")
"""Questions about the shipped article by people who had not seen its samples."""
SMALL, LARGE, FEW_SAMPLES = 60, 5_000, 8
"""Facts of the two synthetic articles of `scaling`, and the samples of each fact."""
_LABELS = 120
"""Number of labels that questions are made from, for an article of any size."""
_WARM_UP = 5
"""Number of first questions whose times do not count."""
_ROUNDS = 3
"""Times that each question is asked; the median time counts, as the machine may be busy now and then."""
_SINGLE_CORE = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
EncoderFactory = Callable[[], Encoder]


def synthetic(facts: int, samples: int, shared: Knowledge) -> Knowledge:
    """Return one article of `facts` facts with `samples` samples each, half of them in each language.

    The same numbers give the same article. `shared` gives lexicon, messages and small talk.
    """
    rng = random.Random(0)  # noqa: S311  the same article every time
    words = make_words(rng)
    built = tuple(make_fact(number, samples, words, rng) for number in range(facts))
    article = Article("synthetic", Text(en="Synthetic"), Text(en="Nobody"), "ko", (), (), built)
    return replace(shared, articles=(article,))


def make_words(rng: random.Random) -> dict[Language, list[str]]:
    """Return words of each language to make facts of."""
    return {
        language: ["".join(rng.choices(syllables, k=3)) for _ in range(_VOCABULARY)]
        for language, syllables in _SYLLABLES.items()
    }


def make_fact(number: int, samples: int, words: dict[Language, list[str]], rng: random.Random) -> Fact:
    """Return a fact with samples made of a few words of its own, half of them in each language."""
    own = {language: rng.sample(known, 6) for language, known in words.items()}
    texts = tuple(
        Sample(_TEMPLATES[language][turn % 4].format(*rng.sample(own[language], 3)), language)
        for language in own
        for turn in range(samples // 2)
    )
    label, answer = (Text(*(" ".join(own[language][:count]) for language in own)) for count in (2, 6))
    return Fact(f"fact-{number}", label, answer, texts, Source("none"))


@dataclass(frozen=True, slots=True)
class Timing:
    """Time and memory of answering."""

    median: float
    """Milliseconds."""
    p99: float
    """Milliseconds."""
    memory: float
    """Peak resident memory of the process in MB."""


def speed(knowledge: Knowledge, build_encoder: EncoderFactory) -> str:
    """Measure answering and starting, with and without the encoder, and return a table."""
    article = knowledge.articles[0]
    small = few_shot(replace(article, facts=article.facts[:FACTS]), SAMPLES // 2)
    cut = replace(knowledge, articles=(small,))
    lines = [
        f"{FACTS} facts × {SAMPLES} samples, one core",
        "",
        "| | p50 ms | p99 ms | memory MB |",
        "|---|---|---|---|",
    ]
    for name, builder in (("with encoder", build_encoder), ("without", None)):
        timing = _measure_apart(cut, builder)
        lines.append(f"| {name} | {timing.median:.1f} | {timing.p99:.1f} | {timing.memory:.0f} |")
    lines += ["", *against_wratio(knowledge, build_encoder, questions_of(STRANGERS))]
    lines += ["", "| `ask` from start to end, shipped article | seconds | of all cores |", "|---|---|---|", *_starts()]
    return "\n".join(lines) + "\n"


def questions_of(path: Path) -> list[str]:
    """Return the questions of a question set."""
    return [json.loads(line)["q"] for line in path.read_text(encoding="utf-8").splitlines()]


def against_wratio(knowledge: Knowledge, build_encoder: EncoderFactory, questions: Sequence[str]) -> list[str]:
    """Compare the time that answering takes with that of rapidfuzz's `WRatio` over the same samples; return a table."""
    samples = [s.text for article in knowledge.articles for fact in article.facts for s in fact.samples]
    with multiprocessing.get_context("spawn").Pool(1) as pool:  # both on the same core, in turn
        own, theirs = pool.apply(_measure_in_turn, (knowledge, build_encoder, questions, samples))
    rows = (
        ("the bot, with encoder", own),
        ("rapidfuzz `WRatio`", theirs),
        ("ratio", [a / b for a, b in zip(own, theirs, strict=True)]),
    )
    return [
        f"shipped article, {len(questions)} questions of strangers, {len(samples):,} samples, one core",
        "",
        "| | p50 ms | p99 ms |",
        "|---|---|---|",
        *(f"| {name} | {median:.2f} | {p99:.2f} |" for name, (median, p99) in rows),
    ]


def _measure_in_turn(
    knowledge: Knowledge, build_encoder: EncoderFactory, questions: Sequence[str], samples: Sequence[str]
) -> list[list[float]]:
    """Return p50 and p99 in milliseconds of answering, and of finding the nearest sample by `WRatio`."""
    use_one_core()
    built = pickle.dumps(build_snapshot(knowledge, "", build_encoder()))
    rounds = []
    for _ in range(_ROUNDS):
        snapshot, encoder = pickle.loads(built), build_encoder()  # noqa: S301  nothing is remembered from a round before
        encoder.encode([""])
        rounds.append(
            [
                (
                    milliseconds(partial(decide_on, snapshot, Question(question), encoder)),
                    milliseconds(partial(process.extractOne, question, samples, scorer=fuzz.WRatio)),
                )
                for question in questions
            ]
        )
    own, theirs = np.median(rounds, axis=0)[_WARM_UP:].T
    return [np.percentile(times, [50, 99]).tolist() for times in (own, theirs)]


def milliseconds(action: Callable[[], object]) -> float:
    """Return the CPU time of one core, comparable on a busy machine."""
    start = time.process_time()
    action()
    return 1000 * (time.process_time() - start)


def use_one_core() -> None:
    """Keep this process on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def scaling(shared: Knowledge, build_encoder: EncoderFactory, large: int = LARGE) -> str:
    """Compare the median times on a small and a large synthetic article and return a table."""
    lines = [
        f"p50 ms, synthetic facts × {FEW_SAMPLES} samples, one core",
        "",
        f"| | {SMALL} facts | {large:,} facts | ratio | memory MB |",
        "|---|---|---|---|---|",
    ]
    for name, builder in (("with encoder", build_encoder), ("without", None)):
        few, many = (_measure_apart(synthetic(facts, FEW_SAMPLES, shared), builder) for facts in (SMALL, large))
        ratio = many.median / few.median
        lines.append(f"| {name} | {few.median:.1f} | {many.median:.1f} | {ratio:.1f} | {many.memory:.0f} |")
    return "\n".join(lines) + "\n"


def _measure_apart(knowledge: Knowledge, build_encoder: EncoderFactory | None) -> Timing:
    """Measure in a new process, so that its memory holds nothing else."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (knowledge, build_encoder))


def _measure(knowledge: Knowledge, build_encoder: EncoderFactory | None) -> Timing:
    use_one_core()
    encoder = build_encoder() if build_encoder else None
    snapshot = build_snapshot(knowledge, "", encoder)
    times = [milliseconds(partial(decide_on, snapshot, Question(text), encoder)) for text in _questions(knowledge)]
    median, p99 = np.percentile(times[_WARM_UP:], [50, 99])
    return Timing(float(median), float(p99), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _questions(knowledge: Knowledge) -> list[str]:
    """Return questions that equal no sample: labels with words around them, one in six of them long."""
    labels = [label for article in knowledge.articles for fact in article.facts for label in fact.label.every()]
    asked = [f"{label} – tell me please, 그거 궁금해요" for label in labels[:_LABELS]]
    return asked + [f"{question} " * 6 for question in asked[::5]]


def _starts() -> Iterator[str]:
    """Yield a row for each way to start: its name, the elapsed seconds, the CPU seconds of all cores."""
    command = [sys.executable, "-m", "bot", "ask", "--json", "Who left OpenAI?"]
    with tempfile.TemporaryDirectory() as cache:
        for name, semantic in (
            ("the very first time", "on"),
            ("with a warm cache", "on"),
            ("without the encoder", "off"),
        ):
            environment = os.environ | _SINGLE_CORE | {"BOT_CACHE": cache, "BOT_SEMANTIC": semantic}
            start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(command, env=environment, check=True, capture_output=True)  # noqa: S603
            elapsed, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            yield f"| {name} | {elapsed:.2f} | {used:.2f} |"
