"""Pages with their texts, buttons and menus, for any front, and the views that identify them."""

import zlib
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from bot.core.matching import Candidate
from bot.core.model import NOTHING, Fact, Gap, Knowledge, Language
from bot.service.replies import Reply

Verb: TypeAlias = Literal["open", "share", "why", "related", "turn down", "tell"]
"""What a button does. A new one gets a letter in `components`, a case in `interactions`, a place in `pages`."""
Style: TypeAlias = Literal["primary", "secondary"]
Shown: TypeAlias = Literal["answered", "closest", "suggested", "unanswered"]
"""As what a reply shows its fact; buttons of earlier versions say `answered` whatever it was."""


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
    article: str | None = None
    """Slug of the article whose list it is; None or one without the command: the newest with it."""


@dataclass(frozen=True, slots=True)
class EntityView:
    """What an article says about an entity."""

    article: str
    entity: str
    language: Language


@dataclass(frozen=True, slots=True)
class ArticlesView:
    """One page of the list of articles; pages count from 0."""

    page: int
    language: Language


View: TypeAlias = FactView | ListView | EntityView | ArticlesView


@dataclass(frozen=True, slots=True)
class Trace:
    """How a question was matched, short enough for a custom id: percentages, and 16-bit hashes instead of texts."""

    percent: int
    sample: int
    runner_up: int
    runner_up_percent: int
    shown: Shown = field(default="answered", compare=False)


@dataclass(frozen=True, slots=True)
class Action:
    """What a button does, and with which view."""

    verb: Verb
    view: View
    trace: Trace | None = None
    """How the fact was matched, None if it was picked; all buttons of an answer carry it."""


@dataclass(frozen=True, slots=True)
class Span:
    """Plain characters with one formatting; fronts escape them."""

    text: str
    bold: bool = False
    code: bool = False
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; blank if it has no spans."""

    spans: tuple[Span, ...]
    small: bool = False
    quoted: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """One answer: its text, and a footer that is never split over messages."""

    body: tuple[Line, ...]
    footer: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    """A button and what it does."""

    label: str
    action: Action
    style: Style = "secondary"


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu."""

    label: str
    view: View


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu that stays below the page when an entry is picked."""

    owner: View
    """The page of the menu, from which it is built again."""
    placeholder: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One block per answer; one row of buttons and at most one menu below the last block."""

    language: Language
    blocks: tuple[Block, ...]
    buttons: tuple[Button, ...] = ()
    menu: Menu | None = None


def short_hash(text: str) -> int:
    """Return 16 bits, enough to distinguish a few hundred texts."""
    return zlib.crc32(text.encode()) & 0xFFFF


def fact_hash(slug: str, item_id: str) -> int:
    """Return the hash of a fact or gap."""
    return short_hash(f"{slug}/{item_id}")


def trace_of(reply: Reply) -> Trace | None:
    """Return how the first of its candidates was matched; None if the reply was picked or has no candidate."""
    if not (candidates := candidates_of(reply)):
        return None
    best, *others = candidates
    runners_up = [
        (fact_hash(one.target.article.slug, one.target.item.id), _percent(one)) for one in others if one.target.article
    ]
    shown: Shown = "closest" if reply.closest else reply.outcome
    return Trace(_percent(best), short_hash(best.sample), *(runners_up or [(0, 0)])[0], shown)


def candidates_of(reply: Reply) -> tuple[Candidate, ...]:
    """Return the candidates of a reply: the chosen one, if there is one, then the others."""
    return (*((reply.best,) if reply.best else ()), *reply.others)


def explained_view(reply: Reply) -> FactView:
    """Return what an explanation of `reply` is about: its fact, gap or first suggestion.

    Small talk belongs to the article `nothing`, which has the fact `nothing` for a reply without any candidate.
    """
    shown = reply.closest or reply
    if shown.article and shown.fact:
        return FactView(shown.article, shown.fact, reply.language)
    for one in candidates_of(reply)[:1]:
        return FactView(one.target.article.slug if one.target.article else NOTHING, one.target.item.id, reply.language)
    return FactView(NOTHING, NOTHING, reply.language)


def _percent(candidate: Candidate) -> int:
    return round(100 * min(1.0, max(0.0, candidate.confidence)))


def sample_with(item: Fact | Gap, wanted: int) -> str | None:
    """Return the sample of `item` with the hash `wanted`; None if it no longer exists."""
    return next((sample.text for sample in item.samples if short_hash(sample.text) == wanted), None)


def fact_with(knowledge: Knowledge, wanted: int) -> Fact | None:
    """Return the fact with the hash `wanted`; None if it no longer exists."""
    pairs = ((article.slug, fact) for article in knowledge.articles for fact in article.facts)
    return next((fact for slug, fact in pairs if fact_hash(slug, fact.id) == wanted), None)
