"""`train`: learn the weights, write them and the report that justifies them."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.core.classifier import CONFIDENCE_FEATURES, Classifier
from bot.core.features import FEATURE_NAMES
from bot.core.model import Knowledge
from bot.dev.fit import Decided, train
from bot.dev.training_data import Development, develop
from bot.evaluation.metrics import clustered
from bot.service.ports import Encoder

MOST_FALSE = 0.25
"""Where the picture ends: nobody wants a bot beyond."""
_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _RIGHT = 640, 400, 62, 24, 54, 24
_TICKS = 5
_FONT = 'font-family="sans-serif" font-size="13"'
_UP = "right answered (of the covered)"
_STYLE = """<style>
text { fill: #57606a } .grid { stroke: #8886; stroke-width: 1 } .line { fill: none; stroke-width: 2.5 }
.m0 { stroke: #0969da } .m1 { stroke: #bc4c00 } text.m0 { fill: #0969da; stroke: none } text.m1 { fill: #bc4c00; stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #9da7b3 } .m0 { stroke: #58a6ff } .m1 { stroke: #f0883e } text.m0 { fill: #58a6ff } text.m1 { fill: #f0883e }
}
</style>"""  # noqa: E501
EASY_KINDS = frozenset({"oos-easy", "chitchat", "noise"})
FALSE_LEVELS = (0.02, 0.05, 0.08, 0.10, 0.15, 0.20)
HEADING = """# Report of the weights

Written by `python -m bot train`; do not edit. Every row is leave-one-article-out: the article's questions were decided
by weights from the other articles, no version of it among them; the two thresholds come from all these decisions
together. "Lean" is the article with its first four samples per language and without gaps. Columns: the right fact
first; among the first three; answered and right; answered and wrong; right or a right fact offered (of the covered);
falsely answered; offered something (of the uncovered); offered something to small talk and other topics. **All** counts
every question of every row; **lean, mean** is the mean over articles of their lean version, or of the only one where an
article is lean as written. In brackets 95 % intervals, articles drawn with replacement.

![Right answers against false ones as the threshold moves](weights.svg)
"""
Counts = tuple[int, int]
"""Hits, and of how many questions."""
_Test = Callable[[Decided, Classifier], bool]


@dataclass(frozen=True, slots=True)
class Point:
    """What is answered from one threshold on."""

    threshold: float
    """The confidence above which questions are answered."""
    false: float
    """Share of the uncovered questions."""
    right: float
    """Share of the covered questions."""
    wrong: float
    """Share of the covered questions."""


def curve(decided: Sequence[Decided]) -> tuple[Point, ...]:
    """Return a point for each uncovered question, from the strictest threshold on; all others lie between two."""
    covered = [one for one in decided if one.asked.item.covered]
    uncovered = sorted((one.confidence for one in decided if not one.asked.item.covered), reverse=True)
    points = []
    for answered, threshold in enumerate(uncovered):
        given = [one for one in covered if one.confidence > threshold]
        right = sum(one.right for one in given)
        total = max(len(covered), 1)
        points.append(Point(threshold, answered / len(uncovered), right / total, (len(given) - right) / total))
    return tuple(points)


def at_most(points: Sequence[Point], false: float) -> Point:
    """Return the point with the most answers of those that answer at most the share `false` of the uncovered."""
    return [point for point in points if point.false <= false + 1e-9][-1]


def picture(curves: Mapping[str, Sequence[Point]]) -> str:
    """Return an SVG with one line per classifier, readable on light and dark pages."""
    middle_x, middle_y = _x(MOST_FALSE / 2), _y(0.5)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
        _STYLE,
        *(_grid(tick / _TICKS) for tick in range(_TICKS + 1)),
        f'<text x="{middle_x}" y="{_HEIGHT - 12}" text-anchor="middle">falsely answered (of the uncovered)</text>',
        f'<g transform="translate(16 {middle_y}) rotate(-90)"><text text-anchor="middle">{_UP}</text></g>',
        *(_line(number, name, points) for number, (name, points) in enumerate(curves.items())),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _x(false: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * false / MOST_FALSE


def _y(right: float) -> float:
    return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * right


def _grid(part: float) -> str:
    """Return the two grid lines at `part` of both axes, with their numbers."""
    x, y = _x(part * MOST_FALSE), _y(part)
    return (
        f'<path class="grid" d="M{x:.1f} {_y(0)}V{_y(1)}M{_x(0)} {y:.1f}H{_x(MOST_FALSE)}"/>'
        f'<text x="{x:.1f}" y="{_y(0) + 18}" text-anchor="middle">{part * MOST_FALSE:.0%}</text>'
        f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{part:.0%}</text>'
    )


def _line(number: int, name: str, points: Sequence[Point]) -> str:
    shown = [point for point in points if point.false <= MOST_FALSE]
    places = " ".join(f"{_x(point.false):.1f},{_y(point.right):.1f}" for point in shown)
    y = _y(0) - 18 * (number + 1)
    return (
        f'<polyline class="line m{number}" points="{places}"/>'
        f'<text class="m{number}" x="{_x(MOST_FALSE) - 8}" y="{y:.0f}" text-anchor="end">{name}</text>'
    )


def _covered(one: Decided) -> bool:
    return one.asked.item.covered


def _uncovered(one: Decided) -> bool:
    return not one.asked.item.covered


def _easy(one: Decided) -> bool:
    return not one.asked.item.covered and one.asked.item.kind in EASY_KINDS


def _offered(one: Decided, classifier: Classifier) -> bool:
    return one.confidence >= classifier.suggest_from


def _right_or_offered(one: Decided, classifier: Classifier) -> bool:
    return one.right if one.answered(classifier) else one.suggestions and _offered(one, classifier)


_COLUMNS: Mapping[str, tuple[Callable[[Decided], bool], _Test]] = {
    "first": (_covered, lambda one, _: one.right),
    "in three": (_covered, lambda one, _: one.suggestions),
    "right": (_covered, lambda one, classifier: one.right and one.answered(classifier)),
    "wrong": (_covered, lambda one, classifier: not one.right and one.answered(classifier)),
    "right or offered": (_covered, _right_or_offered),
    "false": (_uncovered, lambda one, classifier: one.answered(classifier)),
    "offered": (_uncovered, _offered),
    "small talk offered": (_easy, _offered),
}
"""Which questions a column is about, and what it counts."""


def report(
    name: str, classifier: Classifier, developments: Sequence[Development], held_out: Sequence[tuple[Decided, ...]]
) -> str:
    """Return the tables of one classifier as Markdown."""
    pairs = [(one, decided) for one, decided in zip(developments, held_out, strict=True) if decided]
    everything = [one for _, decided in pairs for one in decided]
    bars = f"answer from {classifier.answer_from:.3f}, with gaps from {classifier.answer_from_with_gaps:.3f}"
    lines = [
        f"## {name}",
        "",
        f"{bars}; suggestion from {classifier.suggest_from:.3f}",
        "",
        *_heading("article"),
        *(_row(one.name, [_counts(decided, classifier)]) for one, decided in pairs),
        _row("**all**", [_counts(group, classifier) for group in _articles(pairs).values()], intervals=True),
        _row("**lean, mean**", [_shares(_counts(decided, classifier)) for decided in _lean(pairs)], intervals=True),
        "",
        *_heading("language, kind | n"),
        *(_row(f"{key} | {len(group)}", [_counts(group, classifier)]) for key, group in _kinds(everything).items()),
        "",
        "Right answered against falsely answered, over all questions, as the threshold moves:",
        "",
        "| false | right | wrong | answer from |",
        "|---|---|---|---|",
        *_levels(everything),
        "",
    ]
    return "\n".join(lines)


def _heading(first: str) -> tuple[str, str]:
    line = f"| {first} | {' | '.join(_COLUMNS)} |"
    return line, "|---" * (line.count("|") - 1) + "|"


def _counts(decided: Sequence[Decided], classifier: Classifier) -> list[Counts]:
    """Return the counts of every column."""
    counts = []
    for about, test in _COLUMNS.values():
        group = [one for one in decided if about(one)]
        counts.append((sum(test(one, classifier) for one in group), len(group)))
    return counts


def _shares(counts: Iterable[Counts]) -> list[tuple[float, int]]:
    """Return shares of 1, so that every article weighs the same; of 0 where it has no such questions."""
    return [(hits / total, 1) if total else (0.0, 0) for hits, total in counts]


def _row(name: str, articles: Sequence[Sequence[tuple[float, int]]], *, intervals: bool = False) -> str:
    """Return a row over the counts of one or more articles."""
    cells = []
    for column in zip(*articles, strict=True):
        hits, totals = zip(*column, strict=True)
        cell = f"{sum(hits) / sum(totals):.0%}" if sum(totals) else "–"
        if intervals and sum(totals):
            low, high = clustered(hits, totals)
            cell += f" ({100 * low:.0f}–{100 * high:.0f})"
        cells.append(cell)
    return f"| {name} | {' | '.join(cells)} |"


def _articles(pairs: Sequence[tuple[Development, Sequence[Decided]]]) -> dict[str, list[Decided]]:
    """Return the decisions by article, all its versions together."""
    found: dict[str, list[Decided]] = {}
    for development, decided in pairs:
        found.setdefault(development.slug, []).extend(decided)
    return found


def _lean(pairs: Sequence[tuple[Development, Sequence[Decided]]]) -> list[Sequence[Decided]]:
    """Return the decisions on the lean version of each article, which is the last one."""
    return list({development.slug: decided for development, decided in pairs}.values())


def _kinds(decided: Sequence[Decided]) -> dict[str, list[Decided]]:
    """Return the decisions by language, then by kind of question."""
    found: dict[str, list[Decided]] = {}
    for one in sorted(decided, key=lambda one: one.asked.item.language):
        found.setdefault(one.asked.item.language, []).append(one)
    for one in sorted(decided, key=lambda one: one.asked.item.kind):
        found.setdefault(one.asked.item.kind, []).append(one)
    return found


def _levels(decided: Sequence[Decided]) -> list[str]:
    points = curve(decided)
    rows = [(level, at_most(points, level)) for level in FALSE_LEVELS] if points else []
    return [f"| {level:.0%} | {point.right:.1%} | {point.wrong:.1%} | {point.threshold:.3f} |" for level, point in rows]


def train_and_write(knowledge: Knowledge, questions: Path, output: Path, encoder: Encoder | None) -> str:
    """Train with and without the encoder; write `weights.json`, `.md` and `.svg` to `output`, return the report."""
    models: dict[str, object] = {}
    curves: dict[str, tuple[Point, ...]] = {}
    parts = [HEADING]
    for name, used in (("semantic", encoder), ("lexical", None)):
        developments = develop(knowledge, questions, used)
        classifier, held_out = train(developments, semantic=used is not None)
        models[name] = stored(classifier)
        curves[name] = curve([one for decided in held_out for one in decided])
        parts.append(report(name, classifier, developments, held_out))
    text = "\n".join(parts)
    (output / "weights.json").write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")
    (output / "weights.md").write_text(text, encoding="utf-8")
    (output / "weights.svg").write_text(picture(curves), encoding="utf-8")
    return text


def stored(classifier: Classifier) -> dict[str, object]:
    """Return `classifier` as it stands in `weights.json`."""
    return {
        "weights": dict(zip(FEATURE_NAMES, map(_round, classifier.weights), strict=True)),
        "none_of_the_above": _round(classifier.none_of_the_above),
        "confidence": dict(zip(CONFIDENCE_FEATURES, map(_round, classifier.confidence), strict=True)),
        "confidence_bias": _round(classifier.confidence_bias),
        "answer_from": _round(classifier.answer_from),
        "answer_from_with_gaps": _round(classifier.answer_from_with_gaps),
        "suggest_from": _round(classifier.suggest_from),
    }


def _round(value: float) -> float:
    return round(float(value), 4)
