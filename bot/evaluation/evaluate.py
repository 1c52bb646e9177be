"""`eval`: the measures of one or more question sets as text or JSON."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bot.core.matching import Question
from bot.core.model import LANGUAGES, Knowledge, Language
from bot.evaluation.metrics import (
    MEASURES,
    Comparison,
    Result,
    Score,
    Share,
    changes_data,
    compare,
    groups,
    percentile,
    read_outcomes,
    run,
    score,
)
from bot.evaluation.perturbation import Noise, noisy
from bot.evaluation.question_sets import DEVELOPMENT, Item, read_items, slug_of
from bot.service.library import Responder
from bot.service.replies import Reply, why

NOISY_KINDS = frozenset({"typo", "spacing", "layout", "noise"})
"""Kinds of questions that are noisy as they stand."""


@dataclass(frozen=True, slots=True)
class Options:
    """What else the report should hold."""

    explain: bool = False
    """Each miss, with its signals."""
    earlier: Path | None = None
    """The JSON of an earlier run to compare with."""
    samples: Language | None = None
    """The language that the knowledge has samples in; questions in the other one are asked."""
    noise: Noise | None = None
    """How questions that are clean are to be disturbed, to compare with them as they are."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions and who answers them."""

    responder: Responder
    items: tuple[Item, ...]

    @property
    def knowledge(self) -> Knowledge:
        """Return what is answered from."""
        return self.responder.library.snapshot.knowledge

    def ask(self) -> tuple[Result, ...]:
        """Ask every question; the first calls load encoder and weights, which is not a question's time."""
        for item in self.items[:3]:
            self._reply(item)
        return run(self.items, self._reply)

    def only(self, wanted: Callable[[Item], bool]) -> "QuestionSet":
        """Return the set without the questions that are not `wanted`."""
        return replace(self, items=tuple(filter(wanted, self.items)))

    def disturbed(self, noise: Noise) -> "QuestionSet":
        """Return the set with every question typed as `noise` says."""
        return replace(self, items=tuple(replace(item, question=noisy(item.question, noise)) for item in self.items))

    def _reply(self, item: Item) -> Reply:
        before = self.responder.ask_now(Question(item.after, article=item.article)).context if item.after else None
        return self.responder.ask_now(Question(item.question, article=item.article, after=before))


def measuring(folder: Path) -> list[Path]:
    """Return the question sets of `folder` that measure, in order; the rest is what `train` learns from."""
    return sorted(file for file in folder.glob("*.jsonl") if DEVELOPMENT not in file.stem)


def open_sets(files: Sequence[Path], answering: Callable[[Path | None], Responder]) -> tuple[QuestionSet, ...]:
    """Read `files`; each is asked of the knowledge in use, or of the article of its own in `../articles`.

    `answering` returns who answers from a folder, None being the knowledge in use.
    """
    served = answering(None)
    slugs = {article.slug for article in served.library.snapshot.knowledge.articles}
    found = []
    for file in files:
        slug = slug_of(file)
        own = file.parent.parent / "articles" / slug
        responder = answering(own) if slug not in slugs and own.is_dir() else served
        found.append(QuestionSet(responder, read_items(file, responder.library.snapshot.knowledge)))
    return tuple(found)


def evaluate(sets: Sequence[QuestionSet], options: Options, *, as_json: bool) -> str:
    """Ask all questions of `sets` and return the report."""
    earlier = None if options.earlier is None else read_outcomes(options.earlier)
    if options.samples is not None:
        sets = [one.only(lambda item: item.language != options.samples) for one in sets]
    if options.noise is not None:
        sets = [one.only(lambda item: item.kind not in NOISY_KINDS) for one in sets]
    asked = [(one, one.ask()) for one in sets]
    results = [result for _, own in asked for result in own]
    compared = []
    if earlier is not None:
        compared.append(Comparison(f"Against {options.earlier}", "before", "now", compare(earlier, outcomes(results))))
    if options.noise is not None:
        compared += _disturbed(sets, options.noise, results)
    if as_json:
        data = _data(results, explain=options.explain)
        data |= {"compared": {one.title: changes_data(one.changes) for one in compared}} if compared else {}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    text = _text(results) + "".join(one.text(listing=options.explain) for one in compared)
    return text + ("\nMisses\n" + "".join(_misses_text(*one) for one in asked) if options.explain else "")


def _disturbed(sets: Sequence[QuestionSet], noise: Noise, clean: Sequence[Result]) -> list[Comparison]:
    """Ask everything again with noise and compare with the clean results, all together and by language."""
    noisy = [result for one in sets for result in one.disturbed(noise).ask()]
    parts = [("clean questions", clean, noisy)]
    for language in LANGUAGES:
        own = [[result for result in run if result.item.language == language] for run in (clean, noisy)]
        parts.append((f"language {language}", own[0], own[1]))
    return [
        Comparison(f"Noise: {noise}, {name}", "clean", "noisy", compare(outcomes(before), outcomes(now)))
        for name, before, now in parts
    ]


def outcomes(results: Sequence[Result]) -> dict[str, str]:
    """Return what became of each question, by article and id."""
    return {f"{one.item.article or ''}/{one.item.id}": one.outcome for one in results}


def _data(results: Sequence[Result], *, explain: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "questions": len(results),
        "milliseconds": {"p50": percentile(results, 50), "p99": percentile(results, 99)},
        "groups": {name: _score_data(score(group)) for name, group in groups(results).items()},
        "outcomes": outcomes(results),
    }
    if explain:
        data["misses"] = [_miss(result) for result in results if result.missed]
    return data


def _score_data(measured: Score) -> dict[str, Any]:
    return {name: _share_data(getattr(measured, name)) for name in MEASURES}


def _share_data(share: Share) -> dict[str, Any]:
    return {"hits": share.hits, "of": share.total, "share": share.value, "interval": share.interval}


def _miss(result: Result) -> dict[str, Any]:
    reply = result.reply
    return {
        "id": result.item.id,
        "question": result.item.question,
        "expected": list(result.item.facts),
        "outcome": reply.outcome,
        "got": reply.fact or reply.gap,
        "suggestions": [suggestion.fact for suggestion in reply.suggestions],
        "confidence": reply.confidence,
        "signals": reply.best.features if reply.best else None,
    }


def _text(results: Sequence[Result]) -> str:
    lines = [f"{len(results)} questions, {percentile(results, 50):.1f} ms median, {percentile(results, 99):.1f} ms p99"]
    heading = f"{'':26}{'n':>5}" + "".join(f"{name.replace('_', ' '):>20}" for name in MEASURES)
    lines += ["", heading]
    for name, group in groups(results).items():
        measured = score(group)
        cells = "".join(f"{_cell(getattr(measured, measure)):>20}" for measure in MEASURES)
        lines.append(f"{name:26}{len(group):>5}{cells}")
    return "\n".join(lines) + "\n"


def _cell(share: Share) -> str:
    if not share.total:
        return "–"
    low, high = share.interval
    return f"{share.value:.1%} ({100 * low:.0f}–{100 * high:.0f})"


def _misses_text(asked: QuestionSet, results: Sequence[Result]) -> str:
    lines = []
    for result in results:
        if not result.missed:
            continue
        expected = " or ".join(result.item.facts) or "nothing"
        got = result.reply.fact or result.reply.gap or result.reply.outcome
        lines.append(f"- {result.item.id} [{result.item.kind}] {result.item.question}\n")
        lines.append(f"  expected {expected}, got {result.reply.outcome}: {got}\n")
        lines += [f"    {' | '.join(row)}\n" for row in why(asked.knowledge, result.reply).rows]
    return "".join(lines)
