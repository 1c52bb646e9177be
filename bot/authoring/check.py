"""`check`: the problems of a folder, and what would improve its answers."""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bot.authoring import advice
from bot.authoring.advice import MOST_LINES, Advice, Line, Misclassified
from bot.authoring.article_file import article_from
from bot.authoring.article_text import check_article_text, split_paragraphs
from bot.authoring.coverage import Untold, untold
from bot.authoring.encodings import read_source
from bot.authoring.evidence import Doubt, answer_doubts
from bot.authoring.layout import SPLITS, ArticleCopy, ReadOptions
from bot.authoring.likely import likely_questions
from bot.core.features import Matrix
from bot.core.index import Scope, Vector
from bot.core.matching import MAX_SUGGESTIONS, Question, believed
from bot.core.memo import BatchMemo
from bot.core.model import Article, Fact, Knowledge, Sample
from bot.core.snapshot import Snapshot
from bot.core.text import counted, normalise
from bot.errors import ConfigError, KnowledgeError, Problem
from bot.knowledge.problems import quote
from bot.knowledge.reader import LocatedKnowledge, Location, Locations
from bot.service.answering import score_with
from bot.service.library import build_snapshot, failed_cases
from bot.service.ports import Encoder

FOLDS = 8
"""Most rounds of held-out samples; each round holds out every eighth sample of a fact."""
MOST_HELD_OUT: Final = 12
"""Held-out samples of a fact that are tested unless all are wanted: more of them name the same facts."""

_OTHER_READINGS: Final = tuple(
    ReadOptions(split=split, headings=headings, keep_all=keep_all)
    for keep_all in (False, True)
    for headings in (True, False)
    for split in SPLITS
)[1:]
"""How `new` may have been told to read a text; the first, without options, is left out."""


class _RememberingEncoder:
    """An encoder that encodes each text once in all rounds, and no text whose vector `snapshot` has."""

    def __init__(self, encoder: Encoder, snapshot: Snapshot) -> None:
        """Remember the vectors of `snapshot` and what `encoder` returns."""
        self.name = encoder.name
        self._encoder = encoder
        self._memo: BatchMemo[Vector] = BatchMemo(sys.maxsize)
        for scope in (snapshot.small_talk, *snapshot.scopes.values()):
            if (vectors := scope.vectors) is not None:
                rows = (row.astype(np.float32) for block in vectors.own for row in block)
                known = dict(zip(map(normalise, scope.index.texts()), rows, strict=True))
                self._memo.get(list(known), partial(map, known.__getitem__))

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions)."""
        return np.stack(self._memo.get(texts, self._encoder.encode)) if texts else self._encoder.encode([])


def misclassified_samples(
    snapshot: Snapshot, encoder: Encoder | None, progress: Callable[[int, int], None], *, full: bool = False
) -> tuple[Misclassified, ...]:
    """Return the samples of facts that, held out, do not find their own fact first; the worst first.

    Of each fact, at most `MOST_HELD_OUT` samples are tested, the same ones every time; with `full`, all of them.
    `progress` is called with the number of finished rounds and of all rounds. Each round builds its own index,
    because a sample counts in a dozen places of the index.
    """
    knowledge = snapshot.knowledge
    remembering = encoder and _RememberingEncoder(encoder, snapshot)
    most = max((len(fact.samples) for article in knowledge.articles for fact in article.facts), default=0)
    rounds = min(FOLDS, most)
    found: list[Misclassified] = []
    with threadpool_limits(1):  # on matrices this small a second thread only costs time
        for fold in range(rounds):
            found += _round(snapshot, fold, remembering, full=full)
            progress(fold + 1, rounds)
    return tuple(sorted(found, key=lambda sample: sample.probability))


def _round(snapshot: Snapshot, fold: int, encoder: Encoder | None, *, full: bool) -> Iterator[Misclassified]:
    """Hold out the samples of one fold and yield those tested that do not find their own fact first."""
    for article in snapshot.knowledge.articles:
        rest = replace(snapshot.knowledge, articles=(_without_fold(article, fold),))
        yield from _misclassified(article, build_snapshot(rest, "", encoder, snapshot), fold, encoder, full=full)


def _misclassified(
    article: Article, rest: Snapshot, fold: int, encoder: Encoder | None, *, full: bool
) -> Iterator[Misclassified]:
    """Yield the tested samples of an article that do not find their own fact first in the `rest` without them."""
    scope = rest.alone(article.slug)
    targets, is_fact = scope.index.targets, scope.index.is_fact
    of_article = np.array([target.article is not None for target in targets], bool)
    positions = {target.item.id: at for at, target in enumerate(targets) if target.article}
    for fact in article.facts:
        own = positions[fact.id]
        for sample in _tested(fact, fold, full=full):
            probabilities = _probabilities(scope, sample, encoder)
            ranked = [int(at) for at in np.argsort(-probabilities, kind="stable") if of_article[at]]
            if own != ranked[0]:
                first = [at for at in ranked if is_fact[at]][:MAX_SUGGESTIONS]
                yield Misclassified(
                    article=article.slug,
                    fact=fact.id,
                    sample=sample.text,
                    found=tuple(targets[at].item.id for at in first),
                    probability=float(probabilities[own]),
                    own=own,
                    found_first=ranked[0],
                    offered=own in first,
                )


def _tested(fact: Fact, fold: int, *, full: bool) -> Iterator[Sample]:
    """Yield the samples of one fold that are tested; which ones depends on the fact's id alone."""
    positions: Sequence[int] = range(len(fact.samples))
    if not full and len(positions) > MOST_HELD_OUT:
        positions = sorted(random.Random(fact.id).sample(positions, MOST_HELD_OUT))  # noqa: S311  no secret
    return (fact.samples[at] for at in positions if at % FOLDS == fold)


def _without_fold(article: Article, fold: int) -> Article:
    """Return `article` without the held-out samples of its facts."""
    facts = (
        replace(fact, samples=tuple(s for at, s in enumerate(fact.samples) if at % FOLDS != fold))
        for fact in article.facts
    )
    return replace(article, facts=tuple(facts))


def _probabilities(scope: Scope, sample: Sample, encoder: Encoder | None) -> Matrix:
    """Return the probability of each target, shape (targets,)."""
    _, scored = score_with(scope, Question(sample.text), encoder)
    return believed(scored).probabilities


@dataclass(frozen=True, slots=True)
class Report:
    """What `check` prints about a folder without problems."""

    counts: str
    advice: tuple[Advice, ...]

    def shown(self, locations: Locations, *, every: bool = False) -> str:
        """Return the advice kind by kind, the ten best lines of each or `every` one, and one line of counts."""
        warnings = counted(sum(len(kind.lines) for kind in self.advice), "warning")
        most = None if every else MOST_LINES
        shown = "".join(kind.shown(locations, most) for kind in self.advice)
        return f"{shown}{self.counts}: no problems, {warnings}\n"

    def only(self, fact: str) -> "Report":
        """Return the report with nothing but the advice about one fact."""
        return replace(self, advice=tuple(kind.only(fact) for kind in self.advice))


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison of the facts with each other and with the article's text has found."""

    problems: tuple[Problem, ...]
    advice: tuple[Advice, ...]


def compare(located: LocatedKnowledge, file: Path | None = None) -> Compared:
    """Compare the two languages of each answer, and the only article of `located` with its text in `file`.

    A figure that the article has nowhere is a problem; what may be right all the same is advice. Raises ConfigError
    when there is a file and several articles, KnowledgeError when `file` can't be read.
    """
    articles = located.knowledge.articles
    if file is None:
        doubts = [(article, doubt) for article in articles for doubt in answer_doubts(article, None)]
        return Compared((), _doubtful(doubts))
    if len(articles) != 1:
        msg = f"--article needs the folder of one article; this one has {len(articles)}."
        raise ConfigError(msg)
    (article,) = articles
    copy = _copy_as_divided(article, file)
    problems = check_article_text(article, copy, located.locations)
    if (paragraphs := split_paragraphs(article, copy)) is None:
        return Compared(problems, ())
    doubts = [(article, doubt) for doubt in answer_doubts(article, paragraphs)]
    wrong = [_problem(located, article, doubt) for article, doubt in doubts if not doubt.in_article]
    possible = _doubtful([one for one in doubts if one[1].in_article])
    lines = (_untold(article, one, Location(str(file), one.line)) for one in untold(article, paragraphs))
    return Compared((*problems, *wrong), (*possible, Advice("coverage", tuple(lines))))


def _copy_as_divided(article: Article, file: Path) -> ArticleCopy:
    """Return an article's text as it was read when its sections were divided.

    Its author may have told `new` to read it in another way: of those that give as many paragraphs as the article
    has, the one with the fewest problems counts.
    """
    text, encoding = read_source(file)
    copies = [article_from(text, file.name, options, encoding) for options in (None, *_OTHER_READINGS)]
    count = sum(len(section.paragraphs) for section in article.sections)
    fitting = [copy for copy in copies if len(copy.paragraphs) == count]
    return min((*fitting, copies[0]), key=lambda copy: len(check_article_text(article, copy)))


def _problem(located: LocatedKnowledge, article: Article, doubt: Doubt) -> Problem:
    place = located.locations.get((article.slug, doubt.fact), Location(article.slug, 0))
    return Problem(place.file, place.line, f"fact {quote(doubt.fact)}: answer", doubt.what)


def _doubtful(doubts: Sequence[tuple[Article, Doubt]]) -> tuple[Advice, ...]:
    """Return what is doubtful in answers, one advice for figures and one for names."""
    kinds: dict[str, list[Line]] = {"figure": [], "name": []}
    for article, doubt in doubts:
        kinds[doubt.kind].append(Line(f"fact {quote(doubt.fact)}: {doubt.what}", article.slug, (doubt.fact,)))
    return tuple(Advice(kind, tuple(lines)) for kind, lines in kinds.items())


def _untold(article: Article, one: Untold, place: Location) -> Line:
    """Return the line for a sentence that is not told; it concerns the facts that cite its paragraph."""
    citing = tuple(fact.id for fact in article.facts if one.paragraph in fact.source.every_paragraph())
    text = f"no fact tells {', '.join(map(quote, one.things()))} of {quote(one.sentence)}"
    return Line(f"paragraph {one.paragraph}: {text}", article.slug, citing, place)


def check(  # noqa: PLR0913  what to look for is a switch each
    snapshot: Snapshot,
    encoder: Encoder | None,
    progress: Callable[[int, int], None],
    compared: Compared = Compared((), ()),
    *,
    more_advice: bool = False,
    full: bool = False,
) -> Report:
    """Return what would improve the answers; raise KnowledgeError with the problems and every case that fails.

    With `more_advice` the report also proposes samples and gaps and lists near-duplicate facts; with `full` it tests
    every sample.
    """
    if found := (*compared.problems, *failed_cases(snapshot, encoder)):
        raise KnowledgeError(found)
    wrong = misclassified_samples(snapshot, encoder, progress, full=full)
    by_article = [_advice(scope, encoder, wrong, more_advice=more_advice) for scope in snapshot.every_scope()]
    kinds = [
        *compared.advice,
        advice.unregistered_commands(snapshot.knowledge),
        Advice("misclassified", tuple(sample.line() for sample in wrong if not sample.offered)),
        *map(advice.in_turn, zip(*by_article, strict=True)),
    ]
    return Report(_counts(snapshot.knowledge), tuple(kinds))


def _advice(
    scope: Scope, encoder: Encoder | None, misclassified: Sequence[Misclassified], *, more_advice: bool
) -> list[Advice]:
    """Return the advice about one article, one of each kind."""
    index = scope.index
    samples = tuple(index.tokenizer.tokenize(normalise(text)) for text in index.samples)
    kinds = [
        advice.overlapping_facts(index, (sample for sample in misclassified if sample.article == scope.slug)),
        advice.missing_aliases(scope, samples),
        advice.near_duplicate_samples(index, samples),
    ]
    if more_advice:
        kinds += [
            likely_questions(scope, encoder, samples),
            advice.missing_gaps(scope, encoder, samples),
            advice.near_duplicate_facts(index, encoder),
        ]
    return kinds


def _counts(knowledge: Knowledge) -> str:
    articles = knowledge.articles
    facts = [fact for article in articles for fact in article.facts]
    gaps = [gap for article in articles for gap in article.gaps]
    numbers = {
        "article": len(articles),
        "fact": len(facts),
        "gap": len(gaps),
        "sample question": sum(len(fact.samples) for fact in facts) + sum(len(gap.samples) for gap in gaps),
        "case": sum(len(article.cases) for article in articles),
    }
    return ", ".join(counted(number, noun) for noun, number in numbers.items())
