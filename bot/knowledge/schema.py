"""The form of the YAML files as pydantic models; the JSON Schema is generated from them."""

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping
from datetime import date
from string import Formatter
from typing import Annotated, Any, ClassVar, Final, Generic, NoReturn, Self, TypeAlias, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    RootModel,
    StringConstraints,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic import Tag as UnionTag
from pydantic.json_schema import models_json_schema
from pydantic_core import PydanticCustomError

from bot.core.model import LANGUAGES, NOTHING, ActKind, EntityKind, Language, Status
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
Q = TypeVar("Q", bound="Samples")


def refuse(what: str) -> NoReturn:
    """Make the value invalid; `what` is shown to the author unchanged."""
    kind, template = "refused", "{what}"
    raise PydanticCustomError(kind, template, {"what": what})


def parse_paragraphs(value: object) -> tuple[int, ...]:
    """Return the numbers in `3`, `1-7`, `[1, 3]` or `[1-3, 5]`, in order, each once."""
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
        refuse(f"'{NOTHING}' can't be an id: cases use it for no answer")
    return value


def check_command_name(value: str) -> str:
    """Refuse what Discord refuses: anything but letters and digits of any script, `-`, `_` and `'`; upper case."""
    if value != value.lower():
        refuse("a command name must be in lower case")
    if not all(c in "-_'" or unicodedata.category(c)[0] in "LN" for c in value):
        refuse("a command name may contain only letters, digits, '-' and '_', no spaces")
    return value


def check_date(value: str) -> str:
    """Refuse anything but a date such as 2024-09-26 or a month such as 2024-09."""
    try:
        date.fromisoformat(value if len(value) != len("2024-09") else f"{value}-01")
    except ValueError:
        refuse("a date must look like 2024-09-26 or 2024-09")
    return value


def placeholders(text: str) -> frozenset[str]:
    """Return the names in `{…}` of a message; ValueError unless all are plain names."""
    fields = [(name, spec, conversion) for _, name, spec, conversion in Formatter().parse(text) if name is not None]
    if any(spec or conversion or not name.isidentifier() for name, spec, conversion in fields):
        raise ValueError(text)
    return frozenset(name for name, _, _ in fields)


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


FurtherSamples: TypeAlias = Mapping[str, tuple[int, int]]
"""How many samples in Korean and in English a fact or gap has in samples files, by its id."""


class Strict(BaseModel):
    """Base of all models: unknown keys are an error, texts are stripped."""

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

    def given(self) -> Iterator[tuple[Language, S]]:
        """Yield each text that is given, with its language."""
        yield from ((language, text) for language in LANGUAGES if (text := getattr(self, language)))


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


class Samples(Strict):
    """Sample questions by language; perhaps none, where all of them stand in a samples file."""

    ko: list[SampleText] = []
    en: list[SampleText] = []

    def by_language(self) -> tuple[tuple[Language, list[SampleText]], ...]:
        """Return the samples of each language."""
        return ("ko", self.ko), ("en", self.en)


class Questions(Samples):
    """Sample questions by language: at least one."""

    @model_validator(mode="after")
    def _enough(self) -> Self:
        return enough(self, 1, (0, 0))


def enough(samples: Q, fewest: int, further: tuple[int, int]) -> Q:
    """Refuse samples that, with `further` ones in Korean and English, are fewer than `fewest` in both languages."""
    most = max(len(texts) + more for (_, texts), more in zip(samples.by_language(), further, strict=True))
    if most < fewest:
        refuse(f"has too few questions: at least {fewest} needed in one language, there are {most}")
    return samples


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
    retired: bool = Field(default=False, description="true: answer from the article only where it is named.")
    sections: Annotated[list[SectionModel], Field(min_length=1)]


class EntityModel(Strict):
    """A person, organisation, product, place or event, with every name members use for it."""

    id: Id
    kind: EntityKind
    name: Label
    role: Label | None = None
    aliases: list[Word] = []


class EntitiesFile(Strict):
    """entities.yaml."""

    entities: list[EntityModel]


class SourceModel(Strict):
    """Where the article states a fact: a section and its paragraphs, counted from 1 over the body."""

    section: Id
    paragraphs: Paragraphs = ()


MOST_RELATED: Final = 3
"""Facts that a fact may name as related; more are not offered."""
ONE_SECTION: Final = "one section"
SEVERAL_SECTIONS: Final = "several sections"
"""Which form a `source` has; pydantic puts this into the locations of errors, where the file has no such key."""


def _source_form(value: object) -> str:
    return SEVERAL_SECTIONS if isinstance(value, list | tuple) else ONE_SECTION


SourceForms: TypeAlias = Annotated[
    Annotated[SourceModel, UnionTag(ONE_SECTION)]
    | Annotated[list[SourceModel], Field(min_length=1), UnionTag(SEVERAL_SECTIONS)],
    Discriminator(_source_form),
]


class _Answered(Strict):
    """What facts and gaps share."""

    fewest: ClassVar[int] = 1
    """Samples needed in one language, those of samples files included."""

    id: Id
    label: Label | None = None
    answer: Answer
    retired: bool = False
    questions: Annotated[Samples, Field(validate_default=True)] = Samples()

    @field_validator("questions")
    @classmethod
    def _enough(cls, value: Samples, info: ValidationInfo) -> Samples:
        """Refuse too few; the context holds the number of further samples, None where that is not known."""
        further: FurtherSamples | None = info.context
        if further is None:
            return value
        return enough(value, cls.fewest, further.get(info.data.get("id", ""), (0, 0)))


# A new key of a fact is declared here and in `core.model.Fact`, read in `reader`, explained in `knowledge/README.md`;
# then `python -m bot check --schema > knowledge/schema.json`. YAML values arrive as text: a number is a bounded int.
class FactModel(_Answered):
    """One answerable statement of the article; it needs three samples in one language."""

    fewest: ClassVar[int] = 3

    source: SourceForms
    asks: list[Id] = []
    about: list[Id] = []
    evidence: list[Word] = []
    status: Status = "reported"
    tags: list[Tag] = []
    related: Annotated[list[Id], Field(max_length=MOST_RELATED)] = []

    def sources(self) -> Iterator[tuple[SourceModel, tuple[str | int, ...]]]:
        """Yield the place in each section, with its path in the fact."""
        if isinstance(self.source, SourceModel):
            yield self.source, ("source",)
        else:
            yield from ((source, ("source", at)) for at, source in enumerate(self.source))


class GapModel(_Answered):
    """A question the article does not answer; it needs one sample."""

    nearest: list[Id] = []


class ActModel(GapModel):
    """Something members say that is no question about an article, with the reply."""

    act: ActKind
    nearest: Annotated[list[Id], Field(max_length=0)] = []


class SamplesFile(RootModel[dict[str, Questions]]):
    """samples.yaml, or a file of the folder samples: further samples of facts and gaps by id."""


class DialogueFile(Strict):
    """dialogue.yaml: greetings, small talk, and acts about the last answer ("is that true?", "tell me more")."""

    acts: list[ActModel] = []


class FactsFile(Strict):
    """facts.yaml, or a file of the folder facts."""

    facts: list[FactModel] = []
    gaps: list[GapModel] = []


class RowModel(Strict):
    """One line of a list command: an entity or a title, and a detail."""

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


class TurnModel(Strict):
    """A message of a conversation, and the fact id, gap id or `nothing` it must lead to."""

    question: SampleText
    expect: Ref


class CaseModel(Strict):
    """A regression check: a question, perhaps after another, and what it must lead to; or a conversation in turns."""

    question: SampleText | None = None
    after: SampleText | None = None
    expect: Ref | None = None
    turns: list[TurnModel] = []

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        given = [name for name in ("question", "expect", "after") if getattr(self, name) is not None]
        if self.turns and given:
            refuse(f"has `turns`, which hold what is asked and expected: remove `{given[0]}`")
        if not self.turns and not {"question", "expect"} <= set(given):
            refuse("needs `question` and `expect`, or `turns`")
        return self


class CasesFile(Strict):
    """cases.yaml."""

    cases: list[CaseModel]


Entries: TypeAlias = dict[Ref, Words]


class LexiconFile(Strict):
    """lexicon.yaml: vocabulary shared by all articles."""

    concepts: Entries = {}
    attributes: Entries = {}
    asks: Entries = {}
    stop_words: Words | None = None
    fillers: Words | None = Field(None, description="Older name of stop_words.", json_schema_extra={"deprecated": True})

    @field_validator("fillers")
    @classmethod
    def _not_both(cls, value: Words | None, info: ValidationInfo) -> Words | None:
        if value and info.data.get("stop_words"):
            refuse("is the older name of `stop_words`; keep only one of the two")
        return value


class Message(Strict):
    """A sentence the bot says; both languages use the same `{placeholders}`."""

    ko: Annotated[str, length(1500)]
    en: Annotated[str, length(1500)]

    @model_validator(mode="after")
    def _same_placeholders(self) -> Self:
        try:
            ko, en = placeholders(self.ko), placeholders(self.en)
        except ValueError:
            refuse("a placeholder is a name in braces, such as {name}; write {{ and }} for plain braces")
        if odd := ko ^ en:
            names = ", ".join(f"{{{name}}}" for name in sorted(odd))
            refuse(f"the placeholder {names} is used in one language only; use it in both or in neither")
        return self


class MessagesFile(RootModel[dict[MessageKey, Message]]):
    """messages.yaml: every sentence the bot says that is not from an article."""


FILES: Final[tuple[type[BaseModel], ...]] = (
    ArticleFile,
    EntitiesFile,
    FactsFile,
    SamplesFile,
    CommandsFile,
    CasesFile,
    LexiconFile,
    MessagesFile,
    DialogueFile,
)


def json_schema() -> dict[str, Any]:
    """Return one JSON Schema for all files; editors use parts of it such as `#/$defs/FactsFile`."""
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
