"""`eval`: the measures of one or more question sets as text or JSON."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bot.core.answer import Question
from bot.evaluation.measure import Result, Score, Share, groups, percentile, run, score
from bot.evaluation.questions import Item, read_items
from bot.service.reply import Reply
from bot.service.responder import Responder
from bot.service.why import why

MEASURES = ("right", "wrong", "offered", "right_or_offered", "falsely_answered")


def evaluate(responder: Responder, files: Sequence[Path], *, as_json: bool, explain: bool) -> str:
    """Ask all questions of `files` and return the report."""
    knowledge = responder.library.snapshot.knowledge
    items = [item for file in files for item in read_items(file, knowledge)]

    def ask(item: Item) -> Reply:
        before = item.after and responder.ask_now(Question(item.after, article=item.article)).context
        return responder.ask_now(Question(item.question, article=item.article, after=before or None))

    for item in items[:3]:
        ask(item)  # the first calls load the encoder and the weights, which is not a question's time
    results = run(items, ask)
    if as_json:
        return json.dumps(_data(results, explain=explain), ensure_ascii=False, indent=1) + "\n"
    return _text(results) + (_misses_text(responder, results) if explain else "")


def _data(results: Sequence[Result], *, explain: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "questions": len(results),
        "milliseconds": {"p50": percentile(results, 50), "p99": percentile(results, 99)},
        "groups": {name: _score_data(score(group)) for name, group in groups(results).items()},
    }
    if explain:
        data["misses"] = [_miss(result) for result in results if missed(result)]
    return data


def _score_data(measured: Score) -> dict[str, Any]:
    return {name: _share_data(getattr(measured, name)) for name in MEASURES}


def _share_data(share: Share) -> dict[str, Any]:
    return {"hits": share.hits, "of": share.total, "share": share.value, "interval": share.interval}


def missed(result: Result) -> bool:
    """Tell whether a question was not answered as it should have been."""
    return not result.right if result.item.covered else result.answered


def _miss(result: Result) -> dict[str, Any]:
    reply = result.reply
    return {
        "id": result.item.id,
        "question": result.item.question,
        "expected": list(result.item.facts),
        "outcome": reply.outcome,
        "got": reply.fact or reply.gap,
        "offers": [offer.fact for offer in reply.offers],
        "confidence": reply.confidence,
        "signals": reply.best.signals if reply.best else None,
    }


def _text(results: Sequence[Result]) -> str:
    lines = [f"{len(results)} questions, {percentile(results, 50):.1f} ms median, {percentile(results, 99):.1f} ms p99"]
    heading = f"{'':24}{'n':>5}" + "".join(f"{name.replace('_', ' '):>26}" for name in MEASURES)
    lines += ["", heading]
    for name, group in groups(results).items():
        measured = score(group)
        cells = "".join(f"{_cell(getattr(measured, measure)):>26}" for measure in MEASURES)
        lines.append(f"{name:24}{len(group):>5}{cells}")
    return "\n".join(lines) + "\n"


def _cell(share: Share) -> str:
    if not share.total:
        return "–"
    low, high = share.interval
    return f"{share.value:6.1%} ({low:.0%}–{high:.0%})"


def _misses_text(responder: Responder, results: Sequence[Result]) -> str:
    lines = ["", "Misses"]
    for result in filter(missed, results):
        expected = " or ".join(result.item.facts) or "nothing"
        got = result.reply.fact or result.reply.gap or result.reply.outcome
        lines.append(f"- {result.item.id} [{result.item.kind}] {result.item.question}")
        lines.append(f"  expected {expected}, got {result.reply.outcome}: {got}")
        table = why(responder.library.snapshot.knowledge, result.reply)
        lines += [f"    {' | '.join(row)}" for row in table.rows]
    return "\n".join(lines) + "\n"
