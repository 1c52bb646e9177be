"""The glossary of the project as frozen dataclasses."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Language: TypeAlias = Literal["ko", "en"]


Status: TypeAlias = Literal["reported", "confirmed", "denied", "stated", "opinion"]


EntityKind: TypeAlias = Literal["person", "organisation", "product", "place", "event", "other"]


ActKind: TypeAlias = Literal[
    "greet",
    "thank",
    "farewell",
    "react",
    "insult",
    "chat",
    "verify",
    "more",
    "source",
    "list",
    "rest",
    "correct",
    "language",
]


LANGUAGES: tuple[Language, ...] = ("ko", "en")


def other_language(language: Language) -> Language:
    """Return the one of the two languages that `language` is not."""
    return "en" if language == "ko" else "ko"


@dataclass(frozen=True, slots=True)
class Text:
    """A text in one or both languages; at least one of them is present."""

    ko: str | None = None
    en: str | None = None

    def has(self, language: Language) -> bool:
        """Return whether the text exists in `language`."""
        return bool(self.ko if language == "ko" else self.en)

    def get(self, language: Language) -> str:
        """Return the text in `language`, in the other one if that is missing."""
        first, second = (self.ko, self.en) if language == "ko" else (self.en, self.ko)
        return first or second or ""

    def every(self) -> tuple[str, ...]:
        """Return the texts that exist, Korean first."""
        return tuple(text for text in (self.ko, self.en) if text)


@dataclass(frozen=True, slots=True)
class Sample:
    """A question written by the author for which a fact (or gap) is the answer."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Section:
    """A named part of an article; headline, deck and notes have no body paragraphs."""

    id: str
    label: Text
    paragraphs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """The place of a fact in its article; paragraphs count body paragraphs from 1."""

    section: str
    paragraphs: tuple[int, ...] = ()
    """Paragraphs of this section."""
    further: tuple["Source", ...] = ()
    """The other sections, if the fact is from several."""

    def sections(self) -> tuple["Source", ...]:
        """Return the place in each section, in the author's order."""
        return (self, *self.further)

    def every_paragraph(self) -> tuple[int, ...]:
        """Return the paragraphs of all sections, in order."""
        return tuple(sorted({number for place in self.sections() for number in place.paragraphs}))


@dataclass(frozen=True, slots=True)
class Entity:
    """A person, organisation, product or place, with every name that members use for it."""

    id: str
    kind: EntityKind
    name: Text
    aliases: tuple[str, ...] = ()
    role: Text | None = None

    def names(self) -> tuple[str, ...]:
        """Return all names: the proper ones first, then the aliases."""
        return (*self.name.every(), *self.aliases)


@dataclass(frozen=True, slots=True)
class Fact:
    """One answerable statement of an article."""

    id: str
    label: Text
    answer: Text
    samples: tuple[Sample, ...]
    source: Source
    asks: tuple[str, ...] = ()
    """Kinds of answer, where the author overrides what samples and answer imply."""
    about: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    status: Status = "reported"
    tags: tuple[str, ...] = ()
    related: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """A question the author knows the article does not answer."""

    id: str
    label: Text
    answer: Text
    samples: tuple[Sample, ...]
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DialogueAct(Gap):
    """What members say that is no question about an article; the answer is the reply without an exchange before it."""

    act: ActKind = "chat"

    @property
    def is_social(self) -> bool:
        """Return whether the reply is the same whatever was said before."""
        return self.act in SOCIAL_ACTS


SOCIAL_ACTS: frozenset[ActKind] = frozenset({"greet", "thank", "farewell", "react", "insult", "chat"})
"""Acts that are about no answer; the others are about the last one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list command, laid out for a phone."""

    detail: Text
    entity: str | None = None
    title: Text | None = None
    paragraphs: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command declared as data: facts, a tag of facts, or a look-up by entity kind."""

    name: Text
    description: Text
    facts: tuple[str, ...] = ()
    tag: str | None = None
    lookup: EntityKind | None = None
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A regression check: a question and the expected fact id, gap id or `nothing`."""

    question: str
    expect: str
    where: str = ""
    """`file:line` of the case, for messages."""
    earlier: tuple[str, ...] = ()
    """The messages of the same conversation before it, the first one first."""


NOTHING = "nothing"
"""The expectation of a case that the article does not answer; no fact or gap may have this id."""


@dataclass(frozen=True, slots=True)
class Article:
    """One published text and all that an author wrote down about it."""

    slug: str
    title: Text
    publisher: Text
    language: Language
    sections: tuple[Section, ...]
    entities: tuple[Entity, ...]
    facts: tuple[Fact, ...]
    gaps: tuple[Gap, ...] = ()
    commands: tuple[Command, ...] = ()
    cases: tuple[Case, ...] = ()
    date: str | None = None
    url: str | None = None
    retired: bool = False
    """Whether it is searched only where a question, a channel or an option names it."""

    def section(self, section_id: str) -> Section | None:
        """Return the section called `section_id`, or None."""
        return next((s for s in self.sections if s.id == section_id), None)

    def fact(self, fact_id: str) -> Fact | None:
        """Return the fact called `fact_id`, or None."""
        return next((f for f in self.facts if f.id == fact_id), None)

    def items(self) -> "tuple[Fact | Gap, ...]":
        """Return the facts and the gaps."""
        return (*self.facts, *self.gaps)

    def item(self, item_id: str) -> Fact | Gap | None:
        """Return the fact or gap called `item_id`, or None."""
        return self.fact(item_id) or next((gap for gap in self.gaps if gap.id == item_id), None)

    def entity(self, entity_id: str) -> Entity | None:
        """Return the entity called `entity_id`, or None."""
        return next((e for e in self.entities if e.id == entity_id), None)

    def facts_about(self, entity: Entity) -> tuple[Fact, ...]:
        """Return the facts about `entity`; those with it as the main or only subject come first."""
        about = [fact for fact in self.facts if entity.id in fact.about]
        return tuple(sorted(about, key=lambda fact: (fact.about.index(entity.id), len(fact.about))))


@dataclass(frozen=True, slots=True)
class LexiconEntry:
    """Words of one meaning in both languages: a concept, an attribute or a kind of question."""

    id: str
    ko: tuple[str, ...] = ()
    en: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Vocabulary shared by all articles."""

    concepts: tuple[LexiconEntry, ...] = ()
    """Word families that mean the same (leave: 퇴사·떠나 / leave·quit)."""
    attributes: tuple[LexiconEntry, ...] = ()
    """Properties that a question can ask for (pay, age, successor, …)."""
    asks: tuple[LexiconEntry, ...] = ()
    """Question words by kind of answer (who, when, how-much, …)."""
    stop_words: LexiconEntry = LexiconEntry("stop_words")
    """Words that carry no content: politeness, chat, function words."""

    def entries(self) -> tuple[LexiconEntry, ...]:
        """Return the entries of every kind."""
        return (*self.concepts, *self.attributes, *self.asks, self.stop_words)


@dataclass(frozen=True, slots=True)
class Knowledge:
    """Everything read from a knowledge folder."""

    articles: tuple[Article, ...]
    lexicon: Lexicon = Lexicon()
    messages: Mapping[str, Text] = field(default_factory=dict)
    """The bot's own sentences by key; see `knowledge/messages.yaml`."""
    dialogue: tuple[DialogueAct, ...] = ()
    """What members say that no article answers: greetings, small talk, and acts about the last answer."""

    def newest_first(self) -> tuple[Article, ...]:
        """Return the articles by date, the newest first; those without a date come later, retired ones last."""
        by_date = sorted(self.articles, key=lambda article: article.date or "", reverse=True)
        return tuple(sorted(by_date, key=lambda article: article.retired))

    def active(self) -> tuple[Article, ...]:
        """Return the articles that are not retired."""
        return tuple(article for article in self.articles if not article.retired)

    def article(self, slug: str) -> Article | None:
        """Return the article called `slug`, or None."""
        return next((a for a in self.articles if a.slug == slug), None)
