"""`bench quality`: this bot against other matchers on public question sets, on the same scenes."""

import json
import random
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.core.matching import Question, believed
from bot.core.model import Article, Fact, Knowledge, Language, Sample, Source, Text
from bot.core.text import normalise
from bot.errors import ConfigError
from bot.service.answering import score_with
from bot.service.library import build_snapshot
from bot.service.ports import Encoder

INTENTS = 60
"""Intents in the fact base of a scene."""
SAMPLES = 4
"""Training sentences of each, where the set has that many."""
MOST_STRANGERS = 1_000
"""Questions without an answer that are asked in each of the four groups, so that a run takes minutes."""
Matcher = Callable[[str], tuple[int, float]]
"""Takes a question, returns the position of the likeliest intent and how sure it is."""
FALSE_ANSWERS = 0.05
"""Share of the dev questions without an answer, near and far weighted equally, that may be answered."""


@dataclass(frozen=True, slots=True)
class Strangers:
    """Questions that the fact base does not answer."""

    near: tuple[str, ...]
    """Of intents that were not drawn."""
    far: tuple[str, ...]
    """Out of scope, small talk."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A fact base and the questions asked of it; all texts are normalised."""

    language: Language
    samples: tuple[tuple[str, int], ...]
    """Training sentences with the position of their intent, one intent after the other."""
    covered: tuple[tuple[str, int], ...]
    dev: Strangers
    test: Strangers


@dataclass(frozen=True, slots=True)
class _Line:
    intent: str
    split: str
    text: str


def clinc150(data: Path, seed: int) -> Scene:
    """Draw a scene of the English set, which has splits of its own."""
    lines = _read(data / "clinc150.jsonl")
    drawn, rng = _draw([line for line in lines if line.intent != "oos"], seed)

    def strangers(split: str) -> Strangers:
        part = [line for line in lines if line.split == split]
        near = [line.text for line in part if line.intent not in {*drawn, "oos"}]
        return Strangers(_some(near, rng), _some([line.text for line in part if line.intent == "oos"], rng))

    samples = _of(drawn, [line for line in lines if line.split == "train"], SAMPLES, rng)
    covered = _of(drawn, [line for line in lines if line.split == "test"], None, rng)
    return Scene("en", samples, covered, strangers("dev"), strangers("test"))


def qpair_ko(data: Path, seed: int) -> Scene:
    """Draw a scene of the Korean pairs; the questions without an answer are halved into dev and test."""
    lines = _read(data / "qpair_ko.jsonl")
    drawn, rng = _draw(lines, seed)
    base, query = ([line for line in lines if line.split == split] for split in ("base", "query"))
    near = [line.text for line in query if line.intent not in drawn]
    far = [line.text for line in _read(data / "chitchat_ko.jsonl")]
    rng.shuffle(near)
    rng.shuffle(far)
    dev, test = (Strangers(_some(near[half::2], rng), _some(far[half::2], rng)) for half in (0, 1))
    return Scene("ko", _of(drawn, base, SAMPLES, rng), _of(drawn, query, None, rng), dev, test)


SETS: dict[str, tuple[Callable[[Path, int], Scene], int]] = {"clinc150": (clinc150, 3), "qpair_ko": (qpair_ko, 8)}
"""How a scene of each set is drawn, and how many are."""


def _read(file: Path) -> list[_Line]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
        found = [json.loads(line) for line in lines]
        return [_Line(one["id"], one["split"], normalise(one["text"])) for one in found]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{file}: not a public question set ({error.__class__.__name__}); see --data"
        raise ConfigError(msg) from None


def _draw(lines: Sequence[_Line], seed: int) -> tuple[list[str], random.Random]:
    """Return the intents of a scene and the generator for what else is drawn."""
    rng = random.Random(seed)  # noqa: S311  to draw the same scene every time
    intents = sorted({line.intent for line in lines})
    if len(intents) <= INTENTS:
        msg = f"A public question set needs more than {INTENTS} intents; one has {len(intents)}. See --data."
        raise ConfigError(msg)
    return rng.sample(intents, INTENTS), rng


def _of(
    drawn: Sequence[str], lines: Sequence[_Line], most: int | None, rng: random.Random
) -> tuple[tuple[str, int], ...]:
    """Return texts of the drawn intents with their positions, at most `most` of each."""
    by_intent: dict[str, list[str]] = {intent: [] for intent in drawn}
    for line in lines:
        by_intent.get(line.intent, []).append(line.text)
    return tuple(
        (text, position)
        for position, texts in enumerate(by_intent.values())
        for text in rng.sample(texts, min(most or len(texts), len(texts)))
    )


def _some(texts: Sequence[str], rng: random.Random) -> tuple[str, ...]:
    return tuple(rng.sample(texts, min(MOST_STRANGERS, len(texts))))


Builder = Callable[[Scene], Matcher]


def builders(vocabulary: Knowledge, encoder: Encoder) -> dict[str, Builder]:
    """Return the matchers by name; `vocabulary` is the knowledge whose lexicon and small talk are used."""
    return {
        "rapidfuzz WRatio": partial(_fuzzy, fuzz.WRatio),
        "rapidfuzz token_set_ratio": partial(_fuzzy, fuzz.token_set_ratio),
        "rapidfuzz ratio": partial(_fuzzy, fuzz.ratio),
        "character TF-IDF": _tf_idf,
        "few-shot logistic regression": _regression,
        "sentence encoder alone": partial(_encoder_alone, encoder),
        "this bot without the encoder": partial(_bot, vocabulary, None),
        "**this bot**": partial(_bot, vocabulary, encoder),
    }


def _nearest(scene: Scene, scores: Callable[[str], NDArray[np.floating]]) -> Matcher:
    """Return the matcher that takes the intent of the best-scoring sample."""

    def match(question: str) -> tuple[int, float]:
        found = scores(question)
        best = int(found.argmax())
        return scene.samples[best][1], float(found[best])

    return match


def _fuzzy(scorer: Callable[..., float], scene: Scene) -> Matcher:
    texts = [text for text, _ in scene.samples]
    return _nearest(scene, lambda question: process.cdist([question], texts, scorer=scorer)[0])


def _tf_idf(scene: Scene) -> Matcher:
    vectors, _ = _scikit_learn()
    table = vectors.fit_transform([text for text, _ in scene.samples])
    return _nearest(scene, lambda question: (table @ vectors.transform([question]).T).toarray()[:, 0])


def _regression(scene: Scene) -> Matcher:
    vectors, classifier = _scikit_learn()
    table = vectors.fit_transform([text for text, _ in scene.samples])
    with warnings.catch_warnings(action="ignore"):  # it warns of classes with a single sample, which are meant
        classifier.fit(table, [owner for _, owner in scene.samples])

    def match(question: str) -> tuple[int, float]:
        found = classifier.predict_proba(vectors.transform([question]))[0]
        best = int(found.argmax())
        return int(classifier.classes_[best]), float(found[best])

    return match


def _scikit_learn() -> tuple[Any, Any]:  # it has no types
    """Return TF-IDF of character n-ngrams and a logistic regression."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415  for developers only
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415
    except ImportError:
        msg = "bench quality compares with scikit-learn: pip install -e '.[dev]'"
        raise ConfigError(msg) from None
    return TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 4)), LogisticRegression(C=10, max_iter=1_000)


def _encoder_alone(encoder: Encoder, scene: Scene) -> Matcher:
    rows = encoder.encode([text for text, _ in scene.samples])
    return _nearest(scene, lambda question: rows @ encoder.encode([question])[0])


def _bot(vocabulary: Knowledge, encoder: Encoder | None, scene: Scene) -> Matcher:
    """Return what the bot makes of a question: the fact with the highest probability and the confidence in it."""
    snapshot = build_snapshot(replace(vocabulary, articles=(_article(scene),)), "", encoder)

    def match(question: str) -> tuple[int, float]:
        _, scored = score_with(snapshot, Question(question), encoder)
        best = believed(scored)
        return int(np.where(snapshot.index.is_fact, best.probabilities, -1).argmax()), best.confidence

    return match


def _article(scene: Scene) -> Article:
    """Return an article of facts that have samples and nothing else: the others see no labels or answers either."""
    samples: dict[int, list[Sample]] = {}
    for text, intent in scene.samples:
        samples.setdefault(intent, []).append(Sample(text, scene.language))
    facts = tuple(Fact(f"intent-{n}", Text(), Text(), tuple(own), Source("none")) for n, own in samples.items())
    return Article("scene", Text(), Text(), scene.language, (), (), facts)


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
