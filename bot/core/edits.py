"""The edits of an article's facts and gaps, as whoever asks for one describes it."""

from dataclasses import dataclass
from typing import TypeAlias

from bot.core.model import Fact, Gap, Knowledge, Language, Sample, Source, Status, Text


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is asked or told: a fact or gap of an article."""

    article: str
    item: str
    """"" for the article itself."""

    def __str__(self) -> str:
        """Return it as authors write it."""
        return f"{self.article}/{self.item}" if self.item else self.article


def item_at(knowledge: Knowledge, place: Place) -> Fact | Gap | None:
    """Return the fact or gap at a place, None if there is none."""
    article = knowledge.article(place.article)
    return article.item(place.item) if article else None


def places_named(knowledge: Knowledge, name: str) -> list[Place]:
    """Return the facts and gaps called `item` or `article/item`."""
    slug, _, item = name.rpartition("/")
    return [Place(one.slug, item) for one in knowledge.articles if slug in {"", one.slug} and one.item(item)]


@dataclass(frozen=True, slots=True)
class AddSample:
    """A question becomes a sample of a fact or gap, and a case that expects it."""

    place: Place
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class NewFact:
    """A fact that there is not yet; its first sample becomes a case."""

    article: str
    answer: Text
    samples: tuple[Sample, ...]
    source: Source
    status: Status
    name: str
    """Text that its id is made of."""
    beside: str = ""
    """Id of a fact in whose file it is written."""


@dataclass(frozen=True, slots=True)
class NewGap:
    """A gap that there is not yet; its first sample becomes a case."""

    article: str
    answer: Text
    samples: tuple[Sample, ...]
    name: str
    """Text that its id is made of."""
    nearest: tuple[str, ...] = ()
    beside: str = ""
    """Id of a gap in whose file it is written."""


@dataclass(frozen=True, slots=True)
class ChangeAnswer:
    """Another answer of a fact or gap, and another status of a fact."""

    place: Place
    answer: Text
    status: Status | None = None
    """None for a gap."""


@dataclass(frozen=True, slots=True)
class Retire:
    """A fact or gap that is not answered with any more; it stays in its file, marked."""

    place: Place


@dataclass(frozen=True, slots=True)
class Restore:
    """A retired fact or gap that is answered with again."""

    place: Place


@dataclass(frozen=True, slots=True)
class RetireArticle:
    """An article that is only found by name from now on, or else is in use again."""

    article: str
    retired: bool


EditRequest: TypeAlias = AddSample | NewFact | NewGap | ChangeAnswer | Retire | Restore | RetireArticle
