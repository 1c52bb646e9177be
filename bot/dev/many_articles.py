"""`bench articles`: time, memory and reload of a folder with many articles."""

import json
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bot.core.matching import Question
from bot.core.model import LANGUAGES, Article, Fact, Knowledge
from bot.dev.bench import EncoderFactory, make_fact, make_words, milliseconds, use_one_core
from bot.service.library import Library
from bot.service.ports import Encoder

ReaderOf = Callable[[Path], Callable[[], tuple[Knowledge, str]]]
"""Returns what reads a knowledge folder again and again."""
ARTICLES: Final = 200
_FACTS, _SAMPLES = 50, 8
_MILLISECONDS, _MEGABYTES, _RELOAD = 40, 1_000, 2
"""The most that a question, the process and a reload may take."""
_HEAD = """title: {{en: Article {number}}}
publisher: {{en: Nobody}}
language: en
sections:
  - id: body
    label: {{en: Body}}
    paragraphs: "1"
"""
_ASKED = 120
"""Questions asked."""
_WARM_UP = 5
"""Number of first questions whose times do not count."""
_MOST_ENCODED = 256
"""Texts that are encoded at once; more belong to the articles."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What many articles cost."""

    median: float
    """Milliseconds of CPU time per question."""
    memory: float
    """Peak resident memory of the process in MB."""
    reload: float
    """Seconds of CPU time to put a change in one article into use."""
    start: float
    """The same for reading and indexing all of them."""

    @property
    def is_missed(self) -> bool:
        """Return whether a target is missed."""
        return self.median > _MILLISECONDS or self.memory > _MEGABYTES or self.reload > _RELOAD

    def __str__(self) -> str:
        """Return a table with the targets."""
        rows = (
            ("p50 of a question, ms", f"{self.median:.1f}", _MILLISECONDS),
            ("peak memory, MB", f"{self.memory:.0f}", _MEGABYTES),
            ("reload after a change in one article, s", f"{self.reload:.2f}", _RELOAD),
            ("first reading and indexing of all, s", f"{self.start:.1f}", "–"),
        )
        lines = (("one core", "measured", "at most"), ("---",) * 3, *rows)
        return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def many_articles(reader: ReaderOf, build_encoder: EncoderFactory, number: int = ARTICLES) -> Cost:
    """Measure `number` synthetic articles in a folder, in a process of its own.

    Questions are encoded by the encoder, the articles by chance, which takes seconds instead of many minutes; which
    vectors they have changes neither time nor memory.
    """
    with tempfile.TemporaryDirectory() as folder, multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measure, (Path(folder), reader, build_encoder, number))


def _measure(folder: Path, reader: ReaderOf, build_encoder: EncoderFactory, number: int) -> Cost:
    use_one_core()
    last = _write(folder, number)
    encoder = _ByChance(build_encoder())
    begin = time.process_time()
    library = Library(reader(folder), encoder)
    library.encode()
    start = time.process_time() - begin
    library.completers()
    asked = list(_questions(library.snapshot.knowledge.articles))[:_ASKED]
    times = [milliseconds(partial(library.answer, Question(text))) for text in asked]
    last.write_text(last.read_text(encoding="utf-8").replace("questions:", "status: confirmed\n    questions:", 1))
    reload = milliseconds(library.reload) / 1_000
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024
    return Cost(float(np.median(times[_WARM_UP:])), memory, reload, start)


def _write(folder: Path, number: int) -> Path:
    """Write the articles, each with one case; return the file with the facts of the last one."""
    rng = random.Random(0)  # noqa: S311  the same articles every time
    words = make_words(rng)
    for at in range(number):
        facts = [make_fact(n, _SAMPLES, words, rng) for n in range(_FACTS)]
        files = {
            "article.yaml": _HEAD.format(number=at),
            "facts.yaml": "facts:\n" + "".join(map(_yaml, facts)),
            "cases.yaml": f"cases:\n  - question: {_quoted(facts[0].samples[0].text)}\n    expect: {facts[0].id}\n",
        }
        (folder / f"article-{at}").mkdir()
        for name, text in files.items():
            (folder / f"article-{at}" / name).write_text(text, encoding="utf-8")
    return folder / f"article-{number - 1}" / "facts.yaml"


def _yaml(fact: Fact) -> str:
    """Return a fact as an item of a list."""
    lines = [f"  - id: {fact.id}"]
    for key, text in (("label", fact.label), ("answer", fact.answer)):
        lines += [f"    {key}:", *(f"      {one}: {_quoted(text.get(one))}" for one in LANGUAGES)]
    lines.append("    questions:")
    for language in LANGUAGES:
        own = [_quoted(sample.text) for sample in fact.samples if sample.language == language]
        lines += [f"      {language}:", *(f"        - {text}" for text in own)]
    return "\n".join([*lines, '    source: {section: body, paragraphs: "1"}', ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _questions(articles: Sequence[Article]) -> Iterator[str]:
    """Yield questions that equal no sample, of one article after the other."""
    for at in range(_FACTS):
        for article in articles[at :: len(articles) // 10 or 1]:
            yield f"{article.facts[at].label.get('ko')} – tell me please, 그거 궁금해요"


class _ByChance:
    """Encodes few texts with an encoder, and many by chance."""

    def __init__(self, encoder: Encoder) -> None:
        """Encode questions with `encoder`."""
        self.name = encoder.name
        self._encoder = encoder
        self._dimensions = encoder.encode(["?"]).shape[1]

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions)."""
        if len(texts) <= _MOST_ENCODED:
            return self._encoder.encode(texts)
        rows = np.random.default_rng(0).standard_normal((len(texts), self._dimensions), np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows
