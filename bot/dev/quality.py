"""`bench quality`: this bot and other matchers on the same few-shot episodes of public question sets."""

import json
import random
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from operator import itemgetter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from bot.core.matching import Question, believed
from bot.core.model import Article, Fact, Knowledge, Language, Sample, Source, Text
from bot.core.text import normalise
from bot.errors import ConfigError
from bot.service.answering import score_with
from bot.service.library import build_snapshot
from bot.service.ports import Encoder

INTENTS = 60
"""Intents of an episode."""
SAMPLES = 4
"""Maximum training sentences of each intent."""
MAX_OUT_OF_SCOPE = 1_000
"""Maximum questions in each of the four groups without an answer, so that a run takes minutes."""
FALSE_ANSWERS = 0.05
"""Share of the dev questions without an answer, near and far weighted equally, that may be answered."""


@dataclass(frozen=True, slots=True)
class OutOfScope:
    """Questions that the fact base does not answer."""

    near: tuple[str, ...]
    """Of intents that were not drawn."""
    far: tuple[str, ...]
    """Outside the set's topics, or small talk."""


LabelledTexts = tuple[tuple[str, int], ...]
"""Texts with the position of their intent."""


@dataclass(frozen=True, slots=True)
class Episode:
    """A fact base and the questions asked of it (Vinyals et al. 2016); all texts are normalised."""

    language: Language
    samples: LabelledTexts
    """Training sentences, one intent after the other."""
    covered: LabelledTexts
    dev: OutOfScope
    test: OutOfScope


Matcher = Callable[[str], tuple[int, float]]
"""Takes a question, returns the position of the likeliest intent and its score."""
MatcherFactory = Callable[[Episode], Matcher]


@dataclass(frozen=True, slots=True)
class _Line:
    intent: str
    split: str
    text: str


def clinc150(data: Path, seed: int) -> Episode:
    """Draw an episode of the English set, which has splits of its own."""
    lines = _read(data / "clinc150.jsonl")
    drawn, rng = _draw([line for line in lines if line.intent != "oos"], seed)

    def out_of_scope(split: str) -> OutOfScope:
        part = [line for line in lines if line.split == split]
        near = [line.text for line in part if line.intent not in {*drawn, "oos"}]
        return OutOfScope(_some(near, rng), _some([line.text for line in part if line.intent == "oos"], rng))

    samples = _of_intents(drawn, [line for line in lines if line.split == "train"], rng, SAMPLES)
    covered = _of_intents(drawn, [line for line in lines if line.split == "test"], rng)
    return Episode("en", samples, covered, out_of_scope("dev"), out_of_scope("test"))


def qpair_ko(data: Path, seed: int) -> Episode:
    """Draw an episode of the Korean pairs; the questions without an answer are halved into dev and test."""
    lines = _read(data / "qpair_ko.jsonl")
    drawn, rng = _draw(lines, seed)
    base, query = ([line for line in lines if line.split == split] for split in ("base", "query"))
    near = [line.text for line in query if line.intent not in drawn]
    far = [line.text for line in _read(data / "chitchat_ko.jsonl")]
    rng.shuffle(near)
    rng.shuffle(far)
    dev, test = (OutOfScope(_some(near[half::2], rng), _some(far[half::2], rng)) for half in (0, 1))
    return Episode("ko", _of_intents(drawn, base, rng, SAMPLES), _of_intents(drawn, query, rng), dev, test)


SETS: dict[str, tuple[Callable[[Path, int], Episode], int]] = {"clinc150": (clinc150, 3), "qpair_ko": (qpair_ko, 8)}
"""For each set, the function that draws an episode, and the number of episodes."""


def _read(file: Path) -> list[_Line]:
    try:
        found = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        return [_Line(one["id"], one["split"], normalise(one["text"])) for one in found]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{file}: not a public question set ({error.__class__.__name__}); see --data"
        raise ConfigError(msg) from None


def _draw(lines: Sequence[_Line], seed: int) -> tuple[list[str], random.Random]:
    """Return the intents of an episode and the random generator for its other draws."""
    rng = random.Random(seed)  # noqa: S311  the same episode every time
    intents = sorted({line.intent for line in lines})
    if len(intents) <= INTENTS:
        msg = f"A public question set needs more than {INTENTS} intents; one has {len(intents)}. See --data."
        raise ConfigError(msg)
    return rng.sample(intents, INTENTS), rng


def _of_intents(
    drawn: Sequence[str], lines: Sequence[_Line], rng: random.Random, most: int | None = None
) -> LabelledTexts:
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
    return tuple(rng.sample(texts, min(MAX_OUT_OF_SCOPE, len(texts))))


def matchers(shared: Knowledge, encoder: Encoder) -> dict[str, MatcherFactory]:
    """Return the matchers by name; `shared` is the knowledge whose lexicon and small talk are used."""
    return {
        "rapidfuzz WRatio": partial(_fuzzy, fuzz.WRatio),
        "rapidfuzz token_set_ratio": partial(_fuzzy, fuzz.token_set_ratio),
        "rapidfuzz ratio": partial(_fuzzy, fuzz.ratio),
        "character TF-IDF": _tf_idf,
        "few-shot logistic regression": _regression,
        "sentence encoder alone": partial(_encoder_alone, encoder),
        "this bot without the encoder": partial(_bot, shared, None),
        "**this bot**": partial(_bot, shared, encoder),
    }


_ngram_vectors = partial(TfidfVectorizer, analyzer="char_wb", ngram_range=(2, 4))


def _best(scores: Callable[[str], NDArray[np.floating]], intents: Sequence[int]) -> Matcher:
    """Return a matcher that chooses the intent of the highest score; `intents` has the intent of each score."""

    def match(question: str) -> tuple[int, float]:
        found = scores(question)
        best = int(found.argmax())
        return int(intents[best]), float(found[best])

    return match


def _fuzzy(scorer: Callable[..., float], episode: Episode) -> Matcher:
    texts, intents = zip(*episode.samples, strict=True)
    return _best(lambda question: process.cdist([question], texts, scorer=scorer)[0], intents)


def _tf_idf(episode: Episode) -> Matcher:
    texts, intents = zip(*episode.samples, strict=True)
    vectors = _ngram_vectors()
    table = vectors.fit_transform(texts)
    return _best(lambda question: (table @ vectors.transform([question]).T).toarray()[:, 0], intents)


def _regression(episode: Episode) -> Matcher:
    texts, intents = zip(*episode.samples, strict=True)
    model = make_pipeline(_ngram_vectors(), LogisticRegression(C=10, max_iter=1_000))
    with warnings.catch_warnings(action="ignore"):  # about classes with a single sample, which are intended
        model.fit(texts, intents)
    return _best(lambda question: model.predict_proba([question])[0], model.classes_)


def _encoder_alone(encoder: Encoder, episode: Episode) -> Matcher:
    texts, intents = zip(*episode.samples, strict=True)
    rows = encoder.encode(texts)
    return _best(lambda question: rows @ encoder.encode([question])[0], intents)


def _bot(shared: Knowledge, encoder: Encoder | None, episode: Episode) -> Matcher:
    """Return the bot's matcher: the fact with the highest probability and the confidence in it."""
    (scope,) = build_snapshot(replace(shared, articles=(_article(episode),)), "", encoder).every_scope()

    def match(question: str) -> tuple[int, float]:
        _, scored = score_with(scope, Question(question), encoder)
        best = believed(scored)
        return int(np.where(scope.index.is_fact, best.probabilities, -1).argmax()), best.confidence

    return match


def _article(episode: Episode) -> Article:
    """Return an article of facts that have samples only: the other matchers see no labels or answers either."""
    facts = tuple(
        Fact(f"intent-{n}", Text(), Text(), tuple(Sample(text, episode.language) for text, _ in group), Source("none"))
        for n, group in groupby(episode.samples, itemgetter(1))
    )
    return Article("episode", Text(), Text(), episode.language, (), (), facts)


@dataclass(frozen=True, slots=True)
class Measured:
    """The results of a matcher on one episode."""

    first: float
    """Share of the covered questions whose intent comes first."""
    right: float
    """Share of them that are answered right."""
    false: float
    """Share of the test questions without an answer that are answered."""
    milliseconds: tuple[float, ...]


def quality(shared: Knowledge, encoder: Encoder, data: Path, episodes: int | None = None) -> str:
    """Return a table of all matchers on the sets in `data`, with at most `episodes` episodes of each."""
    drawn = {
        name: [draw(data, seed) for seed in range(min(episodes or count, count))]
        for name, (draw, count) in SETS.items()
    }
    heads = [f"{name}, episodes: {len(found)}" for name, found in drawn.items()]
    lines = [
        f"Right first / answered and right / falsely answered in %, aim {FALSE_ANSWERS:.0%} false on dev",
        "",
        f"| matcher | {' | '.join(heads)} | p50 / p99 ms |",
        "|---|" + "---|" * (len(heads) + 1),
    ]
    for name, build in matchers(shared, encoder).items():
        measured = [[measure(build(episode), episode) for episode in group] for group in drawn.values()]
        times = [time for group in measured for one in group for time in one.milliseconds]
        median, p99 = np.percentile(times, [50, 99])
        lines.append(f"| {name} | {' | '.join(map(_cell, measured))} | {median:.2f} / {p99:.2f} |")
    return "\n".join(lines) + "\n"


def _cell(group: Sequence[Measured]) -> str:
    means = np.mean([(one.first, one.right, one.false) for one in group], axis=0)
    return " / ".join(f"{100 * mean:.0f}" for mean in means)


def measure(match: Matcher, episode: Episode) -> Measured:
    """Ask all questions; the threshold is chosen on dev and applied to test."""
    bar = threshold(*_scores(match, episode.dev))
    false = np.mean([np.mean(np.array(scores) > bar) for scores in _scores(match, episode.test)])
    times, first, right = [], 0, 0
    for question, intent in episode.covered:
        start = time.process_time()  # CPU time of one core, comparable on a busy machine
        found, score = match(question)
        times.append(1000 * (time.process_time() - start))
        first += found == intent
        right += found == intent and score > bar
    total = len(episode.covered)
    return Measured(first / total, right / total, float(false), tuple(times))


def _scores(match: Matcher, questions: OutOfScope) -> tuple[list[float], list[float]]:
    near, far = ([match(question)[1] for question in group] for group in (questions.near, questions.far))
    return near, far


def threshold(near: Sequence[float], far: Sequence[float]) -> float:
    """Return the score that at most FALSE_ANSWERS of the questions exceed; both groups weigh the same."""
    scores = np.array([*near, *far])
    weights = np.repeat([0.5 / len(near), 0.5 / len(far)], [len(near), len(far)])
    levels = np.unique(scores)[::-1]
    above = np.array([weights[scores > level].sum() for level in levels])
    return float(levels[above <= FALSE_ANSWERS + 1e-9][-1])
