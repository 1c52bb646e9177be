"""`eval`: ask question sets and report the measures as text or JSON."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from bot.core.matching import Candidate, Question
from bot.core.model import LANGUAGES, Language
from bot.core.text import counted
from bot.errors import ConfigError
from bot.evaluation.metrics import (
    MEASURES,
    PairedChange,
    Result,
    Share,
    compare,
    percentile,
    shares_by_group,
    turn_shares,
)
from bot.evaluation.perturbation import Perturbation, perturb
from bot.evaluation.question_sets import CHANNEL, TRAINING, AnnotatedQuestion, read_questions, slug_of
from bot.service.library import Library
from bot.service.replies import Reply
from bot.service.views import candidates_of

DRAWINGS: dict[Perturbation, int] = {"typos": 4, "spaces": 1, "layout": 1}
"""How often the clean questions are perturbed; one drawing of typing errors says little."""
PERTURBED_KINDS = frozenset({"typo", "spacing", "layout", "noise"})
"""Kinds of questions that are perturbed already."""
_STRONGEST = 4
"""Features of a candidate that are listed for a miss."""
_WARM_UP = 3
"""Questions asked once before timing, because the first ones load the encoder and the weights."""


@dataclass(frozen=True, slots=True)
class Options:
    """Which questions are asked, and what is in the report."""

    explain: bool = False
    """List each miss with its features."""
    earlier: Path | None = None
    """The JSON of an earlier run to compare with."""
    samples: Language | None = None
    """The language of all samples in the knowledge; only questions in the other language are asked."""
    perturbation: Perturbation | None = None
    """How to perturb the clean questions, to compare the outcomes with and without."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions and the library that answers them."""

    library: Library
    questions: tuple[AnnotatedQuestion, ...]

    def ask(self) -> tuple[Result, ...]:
        """Ask every question and time it."""
        for question in self.questions[:_WARM_UP]:
            self._reply(question)
        results = []
        for question in self.questions:
            start = time.perf_counter()
            reply = self._reply(question)
            results.append(Result(question, reply, 1000 * (time.perf_counter() - start)))
        return tuple(results)

    def _reply(self, asked: AnnotatedQuestion) -> Reply:
        before = None
        for text in asked.earlier:
            before = self.library.answer(Question(text, article=asked.article, after=before)).reply.context or before
        return self.library.answer(Question(asked.text, article=asked.article, after=before)).reply


def measuring_sets(folder: Path) -> list[Path]:
    """Return the question sets of `folder`, in order, without those that `train` learns from and those of channels."""
    return sorted(file for file in folder.glob("*.jsonl") if TRAINING not in file.stem and CHANNEL not in file.stem)


def read_sets(files: Sequence[Path], library_for: Callable[[Path | None], Library]) -> tuple[QuestionSet, ...]:
    """Read `files`; each is asked of the knowledge in use, or of the article in `../articles` that it is named after.

    `library_for` returns the library of a folder; for None, that of the knowledge in use.
    """
    served = library_for(None)
    slugs = {article.slug for article in served.snapshot.knowledge.articles}
    found = []
    for file in files:
        slug = slug_of(file)
        folder = file.parent.parent / "articles" / slug
        library = library_for(folder) if slug not in slugs and folder.is_dir() else served
        found.append(QuestionSet(library, read_questions(file, library.snapshot.knowledge)))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class PairedComparison:
    """The differences between two runs, with a title and a name for each run."""

    title: str
    runs: tuple[str, str]
    changes: Mapping[str, PairedChange]
    """By measure."""

    def data(self) -> dict[str, Any]:
        """Return the changes for JSON."""
        return {
            measure: asdict(one) | {"interval": one.interval, "p": one.p_value} for measure, one in self.changes.items()
        }

    def text(self, *, explain: bool) -> str:
        """Return the changes as a table; with `explain` the questions that differ are listed by id."""
        heads = "".join(f"{head:>9}" for head in (*self.runs, "points"))
        lines = ["", self.title, f"{'':24}{'n':>5}{heads}{'95 %':>16}{'became':>9}{'stopped':>9}{'p':>8}"]
        listed = []
        for key, one in self.changes.items():
            measure = key.replace("_", " ")
            cells = "".join(f"{hits / one.of:>9.1%}" if one.of else f"{'–':>9}" for hits in (one.before, one.now))
            interval = "{:+.1f} to {:+.1f}".format(*one.interval)
            differ = f"{one.points:>+9.1f}{interval:>16}{len(one.became):>9}{len(one.stopped):>9}{one.p_value:>8.3f}"
            lines.append(f"{measure:24}{one.of:>5}{cells}{differ}")
            listed += [f"became {measure}: {', '.join(one.became)}"] if one.became else []
            listed += [f"stopped being {measure}: {', '.join(one.stopped)}"] if one.stopped else []
        return "\n".join(lines + listed if explain else lines) + "\n"


def evaluate(sets: Sequence[QuestionSet], options: Options, *, as_json: bool) -> str:
    """Ask all questions of `sets` and return the report."""
    earlier = None if options.earlier is None else read_outcomes(options.earlier)
    sets = [_filtered(one, options) for one in sets]
    asked = [(one, one.ask()) for one in sets]
    results = [result for _, own in asked for result in own]
    comparisons = []
    if earlier is not None:
        changes = compare(earlier, _outcomes(results))
        comparisons.append(PairedComparison(f"Against {options.earlier}", ("before", "now"), changes))
    if options.perturbation is not None:
        comparisons += _perturbed(sets, options.perturbation, results)
    if as_json:
        data = _data(results, explain=options.explain)
        data |= {"compared": {one.title: one.data() for one in comparisons}} if comparisons else {}
        return json.dumps(data, ensure_ascii=False, indent=1) + "\n"
    text = _text(results) + "".join(one.text(explain=options.explain) for one in comparisons)
    return text + ("\nMisses\n" + _misses_text(results) if options.explain else "")


def _filtered(one: QuestionSet, options: Options) -> QuestionSet:
    """Return the set without the questions that `options` exclude."""
    without = PERTURBED_KINDS if options.perturbation else ()
    kept = (asked for asked in one.questions if asked.language != options.samples and asked.kind not in without)
    return replace(one, questions=tuple(kept))


def _perturbed(sets: Sequence[QuestionSet], how: Perturbation, clean: Sequence[Result]) -> list[PairedComparison]:
    """Ask all questions perturbed and compare with the clean results: all of them, then by language."""
    drawings: list[list[Result]] = []
    for seed in range(DRAWINGS[how]):
        drawings.append([])
        for one in sets:
            questions = tuple(replace(asked, text=perturb(asked.text, how, seed)) for asked in one.questions)
            drawings[-1] += replace(one, questions=questions).ask()
    of = f", mean of {len(drawings)} drawings" if len(drawings) > 1 else ""
    comparisons = []
    for language in (None, *LANGUAGES):
        before, *later = (
            _outcomes([result for result in run if language in {None, result.question.language}])
            for run in (clean, *drawings)
        )
        part = f"language {language}" if language else "clean questions"
        title = f"Noise: {how}, {part}{of}"
        comparisons.append(PairedComparison(title, ("clean", "noisy"), compare(before, *later)))
    return comparisons


def read_outcomes(report: Path) -> dict[str, str]:
    """Return the outcomes of an earlier `eval --json`; raise ConfigError if `report` is something else."""
    try:
        outcomes = json.loads(report.read_text(encoding="utf-8"))["outcomes"]
        return {str(key): str(outcome) for key, outcome in outcomes.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{report}: not a report of eval --json ({error.__class__.__name__})"
        raise ConfigError(msg) from None


def _outcomes(results: Sequence[Result]) -> dict[str, str]:
    """Return the outcome of each question by article and id."""
    return {f"{one.question.article or ''}/{one.question.id}": one.outcome for one in results}


def _data(results: Sequence[Result], *, explain: bool) -> dict[str, Any]:
    data: dict[str, Any] = {
        "questions": len(results),
        "milliseconds": {"p50": percentile(results, 50), "p99": percentile(results, 99)},
        "groups": {
            name: {
                measure: {"hits": one.hits, "of": one.total, "share": one.value, "interval": one.interval}
                for measure, one in row.items()
            }
            for name, row in shares_by_group(results).items()
        },
        "outcomes": _outcomes(results),
        "acts": sum(result.is_act for result in results),
    }
    if turns := turn_shares(results):
        data["turns"] = {act: {key: asdict(one) for key, one in row.items()} for act, row in turns.items()}
    if explain:
        data["misses"] = [_miss(result) for result in results if result.missed]
    return data


def _miss(result: Result) -> dict[str, Any]:
    reply = result.reply
    return {
        "id": result.question.id,
        "question": result.question.text,
        "expected": list(result.question.facts),
        "outcome": reply.outcome,
        "got": reply.fact or reply.gap,
        "suggestions": [suggestion.fact for suggestion in reply.suggestions],
        "confidence": reply.confidence,
        "signals": reply.best.features if reply.best else None,
    }


def _text(results: Sequence[Result]) -> str:
    median, p99 = (f"{percentile(results, share):.1f} ms" for share in (50, 99))
    lines = [
        f"{counted(len(results), 'question')}, {median} median, {p99} p99",
        "",
        f"{'':26}{'n':>5}" + "".join(f"{measure.replace('_', ' '):>17}" for measure in MEASURES),
    ]
    for name, row in shares_by_group(results).items():
        total = row["right"].total + row["falsely_answered"].total
        lines.append(f"{name:26}{total:>5}" + "".join(f"{_cell(one):>17}" for one in row.values()))
    if acts := sum(result.is_act for result in results):
        lines += ["", f"{acts} of {counted(len(results), 'message')} taken as a dialogue act"]
    if turns := turn_shares(results):
        lines += [
            "",
            f"{'turns of dialogues':26}{'n':>5}" + "".join(f"{key:>17}" for key in next(iter(turns.values()))),
        ]
        lines += [
            f"{act:26}{next(iter(row.values())).total:>5}" + "".join(f"{_cell(one):>17}" for one in row.values())
            for act, row in turns.items()
        ]
    return "\n".join(lines) + "\n"


def _cell(share: Share) -> str:
    low, high = share.interval
    return f"{share.value:.1%} ({100 * low:.0f}–{100 * high:.0f})" if share.total else "–"


def _misses_text(results: Sequence[Result]) -> str:
    lines = []
    for result in results:
        if result.missed:
            question, reply = result.question, result.reply
            expected = " or ".join(question.facts) or "nothing"
            got = reply.fact or reply.gap or reply.outcome
            lines.append(f"- {question.id} [{question.kind}] {question.text}\n")
            lines.append(f"  expected {expected}, got {reply.outcome}: {got}\n")
            lines += [f"    {_signals(one)}\n" for one in candidates_of(reply)]
    return "".join(lines)


def _signals(candidate: Candidate) -> str:
    """Return a candidate with its nearest sample and its strongest features."""
    ranked = sorted(candidate.features.items(), key=lambda pair: -abs(pair[1]))[:_STRONGEST]
    features = ", ".join(f"{name} {value:.2f}" for name, value in ranked)
    return f"{candidate.target.item.id} | {candidate.confidence:.0%} | {candidate.sample} | {features}"
