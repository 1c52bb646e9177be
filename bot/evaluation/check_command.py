"""`check`: everything an author wants to hear about a folder before it goes live."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.core.model import Knowledge
from bot.core.snapshot import Snapshot
from bot.errors import ConfigError, KnowledgeError, Problem
from bot.evaluation.advice import Advice, advice, alike, overlaps, twins
from bot.evaluation.advice_gaps import gaps
from bot.evaluation.advice_names import aliases
from bot.evaluation.held_out import strays
from bot.knowledge.check import check_article_text, read_article_text
from bot.knowledge.reader import Reading
from bot.service.library import failed_cases
from bot.service.ports import Encoder


@dataclass(frozen=True, slots=True)
class Checked:
    """What was checked and what to think about; a folder with problems never gets this far."""

    counts: str
    advice: tuple[Advice, ...]

    def __str__(self) -> str:
        """Return the report: the advice kind by kind, and one line of counts."""
        number = sum(one.number for one in self.advice)
        return "".join(map(str, self.advice)) + f"{self.counts}: no problems, {_count(number, 'warning')}\n"


def text_problems(reading: Reading, file: Path) -> tuple[Problem, ...]:
    """Compare the one article of `reading` with its text in `file`: evidence where it is cited, nothing copied.

    Raises ConfigError when it is not clear which article the text belongs to, KnowledgeError when it can't be read.
    """
    articles = reading.knowledge.articles
    if len(articles) != 1:
        msg = f"--article needs the folder of one article; there are {len(articles)} in this one."
        raise ConfigError(msg)
    return check_article_text(articles[0], read_article_text(file), reading.places)


def check(
    snapshot: Snapshot,
    encoder: Encoder | None,
    progress: Callable[[int, int], None],
    problems: tuple[Problem, ...] = (),
    *,
    propose: bool = False,
) -> Checked:
    """Run the cases, then ask every sample held out; raise KnowledgeError with `problems` and every failed case.

    With `propose` gaps are proposed and facts that tell the same named.
    """
    if found := (*problems, *failed_cases(snapshot, encoder)):
        raise KnowledgeError(found)
    astray = strays(snapshot, encoder, progress)
    index = snapshot.index
    samples = tuple(map(index.analyser.analyse, index.samples))
    told = (
        advice("stray", (stray for stray in astray if stray.lost)),
        overlaps(index, astray),
        aliases(snapshot, samples),
        alike(index, samples),
    )
    proposed = (gaps(snapshot, encoder, samples), twins(snapshot)) if propose else ()
    return Checked(_counts(snapshot.knowledge), (*told, *proposed))


def _counts(knowledge: Knowledge) -> str:
    articles = knowledge.articles
    facts = [fact for article in articles for fact in article.facts]
    gaps = [gap for article in articles for gap in article.gaps]
    return ", ".join(
        (
            _count(len(articles), "article"),
            _count(len(facts), "fact"),
            _count(len(gaps), "gap"),
            _count(sum(len(fact.samples) for fact in facts) + sum(len(gap.samples) for gap in gaps), "sample question"),
            _count(sum(len(article.cases) for article in articles), "case"),
        )
    )


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
