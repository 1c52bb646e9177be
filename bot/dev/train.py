"""`train`: learn the weights and write them with their report."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap

from bot.core.classifier import CONFIDENCE_FEATURES, Classifier
from bot.core.features import FEATURE_NAMES, FEATURES, Matrix
from bot.core.model import Knowledge
from bot.dev.fit import Prediction, answer_threshold, train
from bot.dev.training_data import TrainingArticle, load_training_data
from bot.service.ports import Encoder

EASY_KINDS = frozenset({"oos-easy", "chitchat", "noise"})
NAMES = {"weights": FEATURE_NAMES, "confidence": CONFIDENCE_FEATURES}
"""The names of the weights in each field of a `Classifier`."""
UNFOUNDED_LEVELS = (0.1, 0.15, 0.2, 0.25, 0.3)
FALSE_LEVELS = (0.02, 0.05, 0.08, 0.10, 0.15, 0.20)
HEADING = """# Report of the weights

Written by `python -m bot train`; do not edit. Every row is leave-one-article-out: the predictions for an article come
from weights learnt on the other articles only; the thresholds come from all these predictions together. "Few-shot" is
the article with its first four samples per language and without gaps. Columns, of the covered questions: the right fact
is first; it is among the first three; answered and right; answered and wrong; right, or a right fact is offered; seen:
the right fact is the answer or quoted as the closest; misled: another is quoted as the closest. Of the uncovered
questions: falsely answered; unfounded: a closest is quoted; something is offered; the same, of small talk and other
topics only. **All**
counts every question of every row; **few-shot, mean** is the mean over articles of their few-shot version, or of the
only version where the article is few-shot as written. In brackets: 95 % intervals from a bootstrap over articles.
"""


def _easy(one: Prediction) -> bool:
    return not one.covered and one.question.annotated.kind in EASY_KINDS


def _offered(one: Prediction, classifier: Classifier) -> bool:
    return one.confidence >= classifier.suggest_from


def _right_or_offered(one: Prediction, classifier: Classifier) -> bool:
    return one.right if one.answered(classifier) else one.right_in_three and _offered(one, classifier)


_COLUMNS: dict[str, tuple[Callable[[Prediction], bool], Callable[[Prediction, Classifier], bool]]] = {
    "first": (lambda one: one.covered, lambda one, _: one.right),
    "in three": (lambda one: one.covered, lambda one, _: one.right_in_three),
    "right": (lambda one: one.covered, lambda one, classifier: one.right and one.answered(classifier)),
    "wrong": (lambda one: one.covered, lambda one, classifier: not one.right and one.answered(classifier)),
    "right or offered": (lambda one: one.covered, _right_or_offered),
    "seen": (lambda one: one.covered, lambda one, classifier: one.right and one.shown(classifier)),
    "misled": (lambda one: one.covered, lambda one, classifier: not one.right and one.closest(classifier)),
    "false": (lambda one: not one.covered, lambda one, classifier: one.answered(classifier)),
    "unfounded": (lambda one: not one.covered, lambda one, classifier: one.closest(classifier)),
    "offered": (lambda one: not one.covered, _offered),
    "small talk offered": (_easy, _offered),
}
"""For each column, the questions that it is about, and those of them that it counts."""
_COUNTS_OF_COVERED = [_COLUMNS[name][1] for name in ("first", "right", "wrong")]
ABLATION_HEADING = """# Ablation: what each feature is worth

Written by `python -m bot train --ablation`; do not edit. Each row is leave-one-article-out over all questions, without
one feature: the right fact is first; answered and right; answered and wrong (of the covered questions, at 8 % false
answers); the mean of right over the few-shot articles; the mean log loss of the confidence, where less is better.
"""


def report(
    name: str, classifier: Classifier, articles: Sequence[TrainingArticle], held_out: Sequence[Sequence[Prediction]]
) -> str:
    """Return the tables of one classifier as Markdown; `held_out` are the predictions for each of `articles`."""
    everything = [one for group in held_out for one in group]
    names = [article.name for article, group in zip(articles, held_out, strict=True) if group]
    slugs = [article.slug for article, group in zip(articles, held_out, strict=True) if group]
    counts = np.array([_counts(group, classifier) for group in held_out if group])
    by_article = {slug: counts[[one == slug for one in slugs]] for slug in slugs}
    hits, totals = np.array([versions[-1] for versions in by_article.values()]).swapaxes(0, 1)
    # hits as shares of 1, so that every article weighs the same; of 0 where it has no such questions
    few_shot = np.stack([hits / np.maximum(totals, 1), totals > 0], axis=1)
    other = f"closest from {classifier.closest_from:.3f}; suggestion from {classifier.suggest_from:.3f}"
    lines = [
        f"## {name}",
        "",
        f"answer from {classifier.answer_from:.3f}; {other}",
        "",
        *_heading("article", *_COLUMNS),
        *(_row(own, version[None]) for own, version in zip(names, counts, strict=True)),
        _row("**all**", np.array([versions.sum(axis=0) for versions in by_article.values()]), intervals=True),
        _row("**few-shot, mean**", few_shot, intervals=True),
        "",
        *_heading("language, kind", "n", *_COLUMNS),
        *(_row(f"{key} | {len(group)}", _counts(group, classifier)[None]) for key, group in _kinds(everything)),
        "",
        "Right answered against falsely answered, over all questions, by threshold:",
        "",
        *_heading("false", "right", "wrong", "answer from"),
        *_risk_coverage(everything),
        "",
        "Closest answers, over all questions, by threshold:",
        "",
        *_heading("unfounded", "seen", "misled", "right of the closest", "closest from"),
        *_closest_curve(classifier, everything),
        "",
    ]
    return "\n".join(lines)


def _heading(*names: str) -> tuple[str, str]:
    return f"| {' | '.join(names)} |", "|---" * len(names) + "|"


def _counts(predictions: Sequence[Prediction], classifier: Classifier) -> Matrix:
    """Return hits and number of questions of every column, shape (2, columns)."""
    groups = [([one for one in predictions if about(one)], counts) for about, counts in _COLUMNS.values()]
    hits = [sum(counts(one, classifier) for one in group) for group, counts in groups]
    return np.array([hits, [len(group) for group, _ in groups]], float)


def _row(name: str, counts: NDArray[np.float64], *, intervals: bool = False) -> str:
    """Return a row over the counts of one or more articles, shape (articles, 2, columns)."""
    cells = []
    for hits, totals in counts.transpose(2, 1, 0):
        cell = f"{hits.sum() / totals.sum():.0%}" if totals.sum() else "–"
        if intervals and totals.sum():
            low, high = article_interval(hits, totals)
            cell += f" ({100 * low:.0f}–{100 * high:.0f})"
        cells.append(cell)
    return f"| {name} | {' | '.join(cells)} |"


def article_interval(hits: Matrix, totals: Matrix) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of sum(hits) / sum(totals), each of shape (articles,).

    Articles are resampled, not questions, because the questions of one article resemble each other and the share is
    wanted for another article.
    """
    found = bootstrap(
        (hits, totals),
        lambda hits, totals, axis: hits.sum(axis) / np.maximum(totals.sum(axis), 1e-9),
        paired=True,
        method="percentile",
        n_resamples=5_000,
        rng=np.random.default_rng(0),  # the same report every time
    )
    return float(found.confidence_interval.low), float(found.confidence_interval.high)


def _kinds(predictions: Sequence[Prediction]) -> Iterator[tuple[str, list[Prediction]]]:
    """Yield the predictions by language, then by kind of question."""
    for key in (attrgetter("question.annotated.language"), attrgetter("question.annotated.kind")):
        yield from ((name, list(group)) for name, group in groupby(sorted(predictions, key=key), key))


def _risk_coverage(predictions: Sequence[Prediction]) -> Iterator[str]:
    covered = [one for one in predictions if one.covered]
    for level in FALSE_LEVELS:
        threshold = answer_threshold(predictions, level)
        answered = [one.right for one in covered if one.confidence >= threshold]
        right, wrong = (answered.count(kind) / max(len(covered), 1) for kind in (True, False))
        yield f"| {level:.0%} | {right:.1%} | {wrong:.1%} | {threshold:.3f} |"


def _closest_curve(classifier: Classifier, predictions: Sequence[Prediction]) -> Iterator[str]:
    """Yield a row for each threshold that lets through a level of unfounded ones, then one for the learnt threshold."""
    covered, uncovered = ([one for one in predictions if one.covered is kind] for kind in (True, False))
    anywhere = replace(classifier, closest_from=0.0)
    confidences = sorted((one.confidence for one in uncovered if one.closest(anywhere)), reverse=True)
    counts = (int(level * len(uncovered)) for level in UNFOUNDED_LEVELS)
    thresholds = [confidences[count] + 1e-6 for count in counts if count < len(confidences)]
    for threshold in (*thresholds, classifier.closest_from):
        moved = replace(classifier, closest_from=threshold)
        quoted = [one.right for one in covered if one.closest(moved)]
        seen = np.mean([one.right and one.shown(moved) for one in covered])
        unfounded = np.mean([one.closest(moved) for one in uncovered])
        misled, right = quoted.count(False) / len(covered), np.mean(quoted)
        yield f"| {unfounded:.1%} | {seen:.1%} | {misled:.1%} | {right:.0%} | {threshold:.3f} |"


def learn_and_write(
    learn: Callable[[str, Encoder | None], tuple[Mapping[str, Any], str]],
    output: Path,
    report_name: str,
    heading: str,
    encoder: Encoder | None,
) -> str:
    """Learn with and without the encoder, put what is learnt in `weights.json`, write the report and return it.

    `learn` is given the name of a mode and its encoder; it returns keys and values of the mode, and their report. The
    other keys of the mode stay as they are.
    """
    file = output / "weights.json"
    models, parts = json.loads(file.read_text(encoding="utf-8")), [heading]
    for name, used in (("semantic", encoder), ("lexical", None)):
        learnt, text = learn(name, used)
        models[name].update(learnt)
        parts.append(text)
    file.write_text(json.dumps(models, indent=1) + "\n", encoding="utf-8")
    return _written(output / report_name, parts)


def train_and_write(knowledge: Knowledge, questions: Path, output: Path, encoder: Encoder | None) -> str:
    """Train with and without the encoder; write `weights.json` and `weights.md` to `output`, return the report."""

    def learn(name: str, used: Encoder | None) -> tuple[dict[str, Any], str]:
        articles = load_training_data(knowledge, questions, used)
        classifier, held_out = train(articles, semantic=used is not None)
        return stored(classifier, NAMES), report(name, classifier, articles, held_out)

    return learn_and_write(learn, output, "weights.md", HEADING, encoder)


def ablate_and_write(knowledge: Knowledge, questions: Path, output: Path, encoder: Encoder | None) -> str:
    """Train without one feature at a time; write `ablation.md` to `output` and return it."""
    parts = [ABLATION_HEADING]
    for name, used in (("semantic", encoder), ("lexical", None)):
        articles = load_training_data(knowledge, questions, used)
        semantic = used is not None
        names = [feature.name for feature in FEATURES if semantic or not feature.needs_encoder]
        lines = [f"## {name}", "", *_heading("left out", "first", "right", "wrong", "few-shot: right", "log loss")]
        lines += [_ablated(one, articles, *train(articles, semantic=semantic, without=one)) for one in ("–", *names)]
        parts.append("\n".join([*lines, ""]))
    return _written(output / "ablation.md", parts)


def _ablated(
    name: str, articles: Sequence[TrainingArticle], classifier: Classifier, held_out: Sequence[Sequence[Prediction]]
) -> str:
    """Return the row of one feature; the few-shot version of an article is its last."""
    covered = [one for group in held_out for one in group if one.covered]
    few_shot = {article.slug: group for article, group in zip(articles, held_out, strict=True)}.values()
    shares = [np.mean([one.right and one.answered(classifier) for one in group if one.covered]) for group in few_shot]
    losses = [-np.log(one.confidence if one.right else 1 - one.confidence) for group in held_out for one in group]
    first, right, wrong = (np.mean([counts(one, classifier) for one in covered]) for counts in _COUNTS_OF_COVERED)
    return f"| {name} | {first:.1%} | {right:.1%} | {wrong:.1%} | {np.mean(shares):.1%} | {np.mean(losses):.4f} |"


def _written(file: Path, parts: Sequence[str]) -> str:
    text = "\n".join(parts)
    file.write_text(text, encoding="utf-8")
    return text


def stored(model: Any, names: Mapping[str, Sequence[str]]) -> dict[str, Any]:  # noqa: ANN401  a dataclass of numbers
    """Return a classifier in the form of `weights.json`: by field, and by the names of the weights in it."""
    found: dict[str, Any] = {}
    for field in fields(model):
        value = np.round(getattr(model, field.name), 4).tolist()
        found[field.name] = dict(zip(names[field.name], value, strict=True)) if field.name in names else value
    return found
