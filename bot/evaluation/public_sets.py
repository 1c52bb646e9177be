"""Public question sets as scenes: a fact base of a few intents, and what is asked of it."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.model import Language
from bot.core.text import normalise
from bot.errors import ConfigError

INTENTS = 60
"""Intents in the fact base of a scene."""
SAMPLES = 4
"""Training sentences of each, where the set has that many."""
MOST_STRANGERS = 1_000
"""Questions without an answer that are asked in each of the four groups, so that a run takes minutes."""


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
