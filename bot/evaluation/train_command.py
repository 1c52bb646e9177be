"""`train`: learn the weights, write them and the report that justifies them."""

import json
from pathlib import Path

from bot.core.model import Knowledge
from bot.core.verdict import FEATURES, TRUST_FEATURES, Model
from bot.evaluation.curve import Point, curve, picture
from bot.evaluation.develop import develop
from bot.evaluation.fit import train
from bot.evaluation.train_report import HEADING, report
from bot.service.ports import Encoder


def train_and_write(knowledge: Knowledge, questions: Path, output: Path, encoder: Encoder | None) -> str:
    """Train with and without the encoder; write `weights.json`, `.md` and `.svg` to `output`, return the report."""
    models: dict[str, object] = {}
    curves: dict[str, tuple[Point, ...]] = {}
    parts = [HEADING]
    for name, used in (("semantic", encoder), ("lexical", None)):
        developments = develop(knowledge, questions, used)
        model, held_out = train(developments, semantic=used is not None)
        models[name] = stored(model)
        curves[name] = curve([one for decided in held_out for one in decided])
        parts.append(report(name, model, developments, held_out))
    text = "\n".join(parts)
    (output / "weights.json").write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")
    (output / "weights.md").write_text(text, encoding="utf-8")
    (output / "weights.svg").write_text(picture(curves), encoding="utf-8")
    return text


def stored(model: Model) -> dict[str, object]:
    """Return `model` as it stands in `weights.json`."""
    return {
        "weights": dict(zip(FEATURES, map(_round, model.weights), strict=True)),
        "nothing": _round(model.nothing),
        "trust": dict(zip(TRUST_FEATURES, map(_round, model.trust), strict=True)),
        "trust_bias": _round(model.trust_bias),
        "answer_from": _round(model.answer_from),
        "answer_from_with_gaps": _round(model.answer_from_with_gaps),
        "suggest_from": _round(model.suggest_from),
    }


def _round(value: float) -> float:
    return round(float(value), 4)
