"""The shape of the YAML files: one set of pydantic models, from which the JSON Schema is generated too."""

import json
import re
import unicodedata
from datetime import date
from string import Formatter
from typing import Annotated, Any, ClassVar, Final, Generic, NoReturn, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    RootModel,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)
from pydantic.json_schema import models_json_schema
from pydantic_core import PydanticCustomError

from bot.core.model import NOTHING, EntityKind, Language, Status
from bot.knowledge.folder import SLUG_LENGTH

ID_PATTERN: Final = "^[a-z0-9][a-z0-9-]*$"
URL_PATTERN: Final = r"^https?://[^\s/]+\S*$"
KEY_PATTERN: Final = "^[a-z][a-z0-9_.-]*$"
ID_LENGTH: Final = 48
LAST_PARAGRAPH: Final = 999
_RANGE: Final = re.compile(r"(\d{1,3})(?:\s*[-–]\s*(\d{1,3}))?")
Tag: TypeAlias = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=SLUG_LENGTH)]
UrlText: TypeAlias = Annotated[str, StringConstraints(pattern=URL_PATTERN, max_length=500)]
Ref: TypeAlias = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_LENGTH)]
"""An id that may also be `nothing`."""
MessageKey: TypeAlias = Annotated[str, StringConstraints(pattern=KEY_PATTERN)]
S = TypeVar("S", bound=str)


def refuse(what: str) -> NoReturn:
    """Make the value invalid for a reason that is shown to the author as it stands."""
    kind, template = "said", "{what}"
    raise PydanticCustomError(kind, template, {"what": what})


def parse_paragraphs(value: object) -> tuple[int, ...]:
    """Read `3`, `1-7`, `[1, 3]` or `[1-3, 5]`; the numbers are returned in order, each once."""
    parts = value if isinstance(value, list) else str(value).split(",")
    numbers: set[int] = set()
    for part in parts:
        match = _RANGE.fullmatch(part.strip()) if isinstance(part, str) else None
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
        if not 1 <= first <= last <= LAST_PARAGRAPH:
            refuse("paragraphs are numbers from 1, such as 3, 1-7 or [1, 3]")
        numbers.update(range(first, last + 1))
    return tuple(sorted(numbers))


def check_id(value: str) -> str:
    """Refuse the word that cases use for no answer."""
    if value == NOTHING:
        refuse(f"'{NOTHING}' can't be an id; cases use the word")
    return value


def check_command_name(value: str) -> str:
    """Hold Discord's rules: letters and digits of any script, `-` and `_`, lower case."""
    if value != value.lower():
        refuse("a command name is in lower case")
    if not all(c in "-_'" or unicodedata.category(c)[0] in "LN" for c in value):
        refuse("a command name has letters, digits, '-' and '_' only, no spaces")
    return value


def check_date(value: str) -> str:
    """Return a date written 2024-09-26 or 2024-09; raise the error that pydantic reports otherwise."""
    try:
        date.fromisoformat(value if len(value) != len("2024-09") else f"{value}-01")
    except ValueError:
        refuse("a date is written 2024-09-26 (or 2024-09)")
    return value


def placeholders(text: str) -> frozenset[str]:
    """Return the names in `{…}` of a message; ValueError unless all are plain names."""
    names = {name for _, name, spec, conversion in Formatter().parse(text) if name is not None}
    plain = all(name.isidentifier() for name in names)
    if not plain or any(spec or conversion for _, _, spec, conversion in Formatter().parse(text)):
        raise ValueError(text)
    return frozenset(names)


Id: TypeAlias = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_LENGTH), AfterValidator(check_id)]
Paragraphs: TypeAlias = Annotated[
    tuple[int, ...],
    BeforeValidator(parse_paragraphs),
    WithJsonSchema({"type": ["integer", "string", "array"], "description": "3, 1-7 or [1, 3]"}),
]


def length(most: int) -> StringConstraints:
    """Return the constraint of a text of 1 to `most` characters."""
    return StringConstraints(min_length=1, max_length=most)


Word: TypeAlias = Annotated[str, length(80)]
SampleText: TypeAlias = Annotated[str, length(300)]
CommandNameText: TypeAlias = Annotated[str, length(32), AfterValidator(check_command_name)]
DateText: TypeAlias = Annotated[str, AfterValidator(check_date)]


class Strict(BaseModel):
    """Base of all: unknown keys are an error, texts are stripped."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Localised(Strict, Generic[S]):
    """A text in Korean, English or both."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})
    ko: S | None = None
    en: S | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if self.ko is None and self.en is None:
            refuse("needs `ko: …` or `en: …`")
        return self


class Label(Localised[Annotated[str, length(80)]]):
    """A short name, shown on buttons: at most 80 characters."""


class Title(Localised[Annotated[str, length(200)]]):
    """A title, or the detail of a row: at most 200 characters."""


class Answer(Localised[Annotated[str, length(1500)]]):
    """One to three sentences in the project's own words: at most 1,500 characters."""


class CommandName(Localised[CommandNameText]):
    """A slash command's name: lower case, no spaces, at most 32 characters."""


class Description(Localised[Annotated[str, length(100)]]):
    """A slash command's description: at most 100 characters."""


class Words(Strict):
    """Words of one meaning in both languages."""

    ko: list[Word] = []
    en: list[Word] = []


class Questions(Strict):
    """Sample questions by language."""

    ko: list[SampleText] = []
    en: list[SampleText] = []

    fewest: ClassVar[int] = 1

    @model_validator(mode="after")
    def _enough(self) -> Self:
        most = max(len(self.ko), len(self.en))
        if most < self.fewest:
            refuse(f"needs at least {self.fewest} in one language; there are {most}")
        return self


class FactQuestions(Questions):
    """Sample questions of a fact: at least three in one language."""

    fewest: ClassVar[int] = 3


class SectionModel(Strict):
    """A part of the article; headline, deck and notes have no body paragraphs."""

    id: Id
    label: Label
    paragraphs: Paragraphs = ()


class ArticleFile(Strict):
    """article.yaml: what the article is and how it is divided; never its text."""

    title: Title
    publisher: Label
    language: Language
    date: DateText | None = None
    url: UrlText | None = None
    sections: Annotated[list[SectionModel], Field(min_length=1)]


class EntityModel(Strict):
    """A person, organisation, product, place or event, with every name members give it."""

    id: Id
    kind: EntityKind
    name: Label
    role: Label | None = None
    aliases: list[Word] = []


class EntitiesFile(Strict):
    """entities.yaml."""

    entities: list[EntityModel]


class SourceModel(Strict):
    """Where a fact stands: a section and its paragraphs, counted from 1 over the body."""

    section: Id
    paragraphs: Paragraphs = ()


class FactModel(Strict):
    """One answerable statement of the article."""

    id: Id
    label: Label | None = None
    answer: Answer
    questions: FactQuestions
    source: SourceModel
    asks: list[Id] = []
    about: list[Id] = []
    evidence: list[Word] = []
    status: Status = "reported"
    tags: list[Tag] = []
    related: Annotated[list[Id], Field(max_length=3)] = []


class GapModel(Strict):
    """A question the article does not answer."""

    id: Id
    label: Label | None = None
    answer: Answer
    questions: Questions
    nearest: list[Id] = []


class FactsFile(Strict):
    """facts.yaml, or a file of the folder facts."""

    facts: list[FactModel] = []
    gaps: list[GapModel] = []


class RowModel(Strict):
    """One line of a list command: an entity or a title, and what there is to say."""

    entity: Id | None = None
    title: Label | None = None
    detail: Title
    paragraphs: Paragraphs = ()

    @model_validator(mode="after")
    def _one_head(self) -> Self:
        if (self.entity is None) == (self.title is None):
            refuse("needs either `entity` or `title`")
        return self


class CommandModel(Strict):
    """A slash command: facts, a tag of facts, or a look-up by entity kind."""

    name: CommandName
    description: Description
    facts: list[Id] = []
    tag: Tag | None = None
    lookup: EntityKind | None = None
    rows: list[RowModel] = []

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (bool(self.facts), self.tag is not None, self.lookup is not None).count(True) != 1:
            refuse("needs exactly one of `facts`, `tag` and `lookup`")
        return self


class CommandsFile(Strict):
    """commands.yaml."""

    commands: list[CommandModel]


class CaseModel(Strict):
    """A regression check: a question, perhaps after another, and the fact id, gap id or `nothing` it must lead to."""

    question: SampleText
    after: SampleText | None = None
    expect: Ref


class CasesFile(Strict):
    """cases.yaml."""

    cases: list[CaseModel]


Families: TypeAlias = dict[Ref, Words]


class LexiconFile(Strict):
    """lexicon.yaml: vocabulary shared by all articles."""

    concepts: Families = {}
    attributes: Families = {}
    asks: Families = {}
    fillers: Words = Words()


class Message(Strict):
    """A sentence of the bot's own; both languages use the same `{placeholders}`."""

    ko: Annotated[str, length(1500)]
    en: Annotated[str, length(1500)]

    @model_validator(mode="after")
    def _same_placeholders(self) -> Self:
        try:
            ko, en = placeholders(self.ko), placeholders(self.en)
        except ValueError:
            refuse("a placeholder is a name in braces, such as {name}; a brace is doubled")
        if odd := ko ^ en:
            names = ", ".join(f"{{{name}}}" for name in sorted(odd))
            refuse(f"the placeholder {names} stands in one language only")
        return self


class MessagesFile(RootModel[dict[MessageKey, Message]]):
    """messages.yaml: every sentence the bot says in its own voice."""


FILES: Final[tuple[type[BaseModel], ...]] = (
    ArticleFile,
    EntitiesFile,
    FactsFile,
    CommandsFile,
    CasesFile,
    LexiconFile,
    MessagesFile,
)


def json_schema() -> dict[str, Any]:
    """Return one JSON Schema for all files; an editor may point at `#/$defs/FactsFile` and its like."""
    _, schema = models_json_schema([(model, "validation") for model in FILES])
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Knowledge of the article bot",
        "anyOf": [{"$ref": f"#/$defs/{model.__name__}"} for model in FILES],
        "$defs": schema["$defs"],
    }


def schema_text() -> str:
    """Return the content of `knowledge/schema.json`."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False, sort_keys=True) + "\n"
