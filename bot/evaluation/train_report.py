"""The report of `train`: what the weights are worth on articles that they have not seen."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.core.verdict import Model
from bot.evaluation.curve import at_most, curve
from bot.evaluation.develop import Development
from bot.evaluation.fit import Decided
from bot.evaluation.measure import clustered

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
_Test = Callable[[Decided, Model], bool]


def _covered(one: Decided) -> bool:
    return one.asked.item.covered


def _uncovered(one: Decided) -> bool:
    return not one.asked.item.covered


def _easy(one: Decided) -> bool:
    return not one.asked.item.covered and one.asked.item.kind in EASY_KINDS


def _offered(one: Decided, model: Model) -> bool:
    return one.trust >= model.suggest_from


def _right_or_offered(one: Decided, model: Model) -> bool:
    return one.right if one.answered(model) else one.offers and _offered(one, model)


_COLUMNS: Mapping[str, tuple[Callable[[Decided], bool], _Test]] = {
    "first": (_covered, lambda one, _: one.right),
    "in three": (_covered, lambda one, _: one.offers),
    "right": (_covered, lambda one, model: one.right and one.answered(model)),
    "wrong": (_covered, lambda one, model: not one.right and one.answered(model)),
    "right or offered": (_covered, _right_or_offered),
    "false": (_uncovered, lambda one, model: one.answered(model)),
    "offered": (_uncovered, _offered),
    "small talk offered": (_easy, _offered),
}
"""Which questions a column is about, and what it counts."""


def report(
    name: str, model: Model, developments: Sequence[Development], held_out: Sequence[tuple[Decided, ...]]
) -> str:
    """Return the tables of one model as Markdown."""
    pairs = [(one, decided) for one, decided in zip(developments, held_out, strict=True) if decided]
    everything = [one for _, decided in pairs for one in decided]
    bars = f"answer from {model.answer_from:.3f}, with gaps from {model.answer_from_with_gaps:.3f}"
    lines = [
        f"## {name}",
        "",
        f"{bars}; offer from {model.suggest_from:.3f}",
        "",
        *_heading("article"),
        *(_row(one.name, [_counts(decided, model)]) for one, decided in pairs),
        _row("**all**", [_counts(group, model) for group in _articles(pairs).values()], intervals=True),
        _row("**lean, mean**", [_shares(_counts(decided, model)) for decided in _lean(pairs)], intervals=True),
        "",
        *_heading("language, kind | n"),
        *(_row(f"{key} | {len(group)}", [_counts(group, model)]) for key, group in _kinds(everything).items()),
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


def _counts(decided: Sequence[Decided], model: Model) -> list[Counts]:
    """Return the counts of every column."""
    counts = []
    for about, test in _COLUMNS.values():
        group = [one for one in decided if about(one)]
        counts.append((sum(test(one, model) for one in group), len(group)))
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
