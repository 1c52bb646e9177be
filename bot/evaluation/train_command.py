"""`train`: learn the weights, write them and the report that justifies them."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from bot.core.model import Knowledge
from bot.core.verdict import FEATURES, TRUST_FEATURES, Model
from bot.evaluation.develop import Development, develop
from bot.evaluation.fit import Decided, train
from bot.evaluation.measure import Share
from bot.service.ports import Encoder

EASY_KINDS = frozenset({"oos-easy", "chitchat", "noise"})
FALSE_LEVELS = (0.02, 0.05, 0.08, 0.10, 0.15, 0.20)


def train_and_write(knowledge: Knowledge, questions: Path, output: Path, encoder: Encoder | None) -> str:
    """Train with and without the encoder; write `weights.json` and `weights.md` to `output`, return the report."""
    models: dict[str, object] = {}
    parts = [_HEADING]
    for name, used in (("semantic", encoder), ("lexical", None)):
        developments = develop(knowledge, questions, used)
        model, held_out = train(developments, semantic=used is not None)
        models[name] = stored(model)
        parts.append(report(name, model, developments, held_out))
    text = "\n".join(parts)
    (output / "weights.json").write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")
    (output / "weights.md").write_text(text, encoding="utf-8")
    return text


_HEADING = """# Report of the weights

Written by `python -m bot train`; do not edit. Every row is leave-one-article-out: the article's questions were decided
by weights from the other articles, no version of it among them; the two thresholds come from all these decisions
together. "Lean" is the article with its first four samples per language and without gaps. Columns: the right fact
first; among the first three; answered and right; answered and wrong (of the covered); falsely answered; offered
something (of the uncovered); offered something to small talk and other topics.
"""


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


def report(
    name: str, model: Model, developments: Sequence[Development], held_out: Sequence[tuple[Decided, ...]]
) -> str:
    """Return the tables of one model as Markdown."""
    rows = [_row(one.name, decided, model) for one, decided in zip(developments, held_out, strict=True) if decided]
    everything = [one for decided in held_out for one in decided]
    lines = [
        f"## {name}",
        "",
        (
            f"answer from {model.answer_from:.3f}, with gaps from {model.answer_from_with_gaps:.3f}; "
            f"offer from {model.suggest_from:.3f}"
        ),
        "",
        "| article | first | in three | right | wrong | false | offered | small talk offered |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        _row("**all**", everything, model),
        "",
        "Right answered against falsely answered, over all questions, as the threshold moves:",
        "",
        "| false | right | wrong | answer from |",
        "|---|---|---|---|",
        *(_curve_row(everything, level) for level in FALSE_LEVELS),
        "",
    ]
    return "\n".join(lines)


def _row(name: str, decided: Sequence[Decided], model: Model) -> str:
    covered = [one for one in decided if one.asked.item.covered]
    uncovered = [one for one in decided if not one.asked.item.covered]
    easy = [one for one in uncovered if one.asked.item.kind in EASY_KINDS]

    def share(group: Sequence[Decided], test: Callable[[Decided], bool]) -> str:
        return f"{Share(sum(map(test, group)), len(group)).value:.0%}" if group else "–"

    def answers(one: Decided) -> bool:
        return one.answered(model)

    def offers(one: Decided) -> bool:
        return one.trust >= model.suggest_from

    cells = (
        share(covered, lambda one: one.right),
        share(covered, lambda one: one.offers),
        share(covered, lambda one: one.right and answers(one)),
        share(covered, lambda one: not one.right and answers(one)),
        share(uncovered, answers),
        share(uncovered, offers),
        share(easy, offers),
    )
    return f"| {name} | {' | '.join(cells)} |"


def _curve_row(decided: Sequence[Decided], level: float) -> str:
    uncovered = sorted((one.trust for one in decided if not one.asked.item.covered), reverse=True)
    covered = [one for one in decided if one.asked.item.covered]
    threshold = uncovered[int(level * len(uncovered))]
    answered = [one for one in covered if one.trust > threshold]
    right = sum(one.right for one in answered)
    total = max(len(covered), 1)
    return f"| {level:.0%} | {right / total:.1%} | {(len(answered) - right) / total:.1%} | {threshold:.3f} |"
