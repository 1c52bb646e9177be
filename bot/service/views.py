"""What can be shown, and what a button does to it; everything a front needs to remember stands in these."""

import zlib
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.core.matching import Candidate
from bot.core.model import Fact, Gap, Knowledge, Language
from bot.service.replies import Reply

Verb: TypeAlias = Literal["open", "share", "why", "related"]
_MARKS = 1 << 16


@dataclass(frozen=True, slots=True)
class FactView:
    """The answer of one fact or gap."""

    article: str
    fact: str
    language: Language


@dataclass(frozen=True, slots=True)
class ListView:
    """One page of a command's list; pages count from 0."""

    command: str
    page: int
    language: Language


@dataclass(frozen=True, slots=True)
class EntityView:
    """What an article says about an entity."""

    article: str
    entity: str
    language: Language


View: TypeAlias = FactView | ListView | EntityView


@dataclass(frozen=True, slots=True)
class Trace:
    """How a match came about, small enough for a button; texts are remembered by a 16-bit mark."""

    percent: int
    sample: int
    runner_up: int
    runner_up_percent: int


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does, and to what."""

    verb: Verb
    view: View
    trace: Trace | None = None
    """How the fact shown was matched, where it was: it stays with the answer through all its buttons."""


def mark(text: str) -> int:
    """Return a 16-bit mark by which one of a few hundred texts is found again."""
    return zlib.crc32(text.encode()) % _MARKS


def target_mark(slug: str, item_id: str) -> int:
    """Return the mark of a fact or gap."""
    return mark(f"{slug}/{item_id}")


def trace_of(reply: Reply) -> Trace | None:
    """Note how `reply` was matched; None where it was picked."""
    if reply.best is None:
        return None
    percent, sample = _percent(reply.best), mark(reply.best.sample)
    second = next((other for other in reply.others if other.target.article is not None), None)
    if second is None or second.target.article is None:
        return Trace(percent, sample, 0, 0)
    return Trace(percent, sample, target_mark(second.target.article.slug, second.target.item.id), _percent(second))


def _percent(candidate: Candidate) -> int:
    return round(100 * min(1.0, max(0.0, candidate.confidence)))


def marked_sample(item: Fact | Gap, wanted: int) -> str | None:
    """Return the sample of `item` with the mark `wanted`, or None when it has gone."""
    return next((sample.text for sample in item.samples if mark(sample.text) == wanted), None)


def marked_fact(knowledge: Knowledge, wanted: int) -> Fact | None:
    """Return the fact with the mark `wanted`, or None when it has gone."""
    pairs = ((article.slug, fact) for article in knowledge.articles for fact in article.facts)
    return next((fact for slug, fact in pairs if target_mark(slug, fact.id) == wanted), None)
