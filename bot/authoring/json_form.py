"""The form of the JSON from which `new` makes an article folder, and what is wrong with a reply that has another."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, ValidationError, WithJsonSchema
from pydantic_core import ErrorDetails

from bot.authoring.json_reply import JsonPath, Reply
from bot.core.model import EntityKind, Language, Status
from bot.errors import Problem
from bot.knowledge.problems import NOUNS, quote, similar_name, unknown
from bot.knowledge.schema import parse_paragraphs, refuse
from bot.knowledge.validation import model_in

OTHER_KINDS: Final[Mapping[str, str]] = {
    "people": "person",
    "organization": "organisation",
    "org": "organisation",
    "company": "organisation",
    "location": "place",
}
"""Words for a kind of entity that are accepted beside our own."""
_MESSAGES: Final[Mapping[str, str]] = {
    "refused": "{what}",
    "list_type": 'must be a list: ["…", "…"]',
    "model_type": "must be an object: {{…}}",
    "int_type": "must be a whole number, such as 12",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}
"""Messages by pydantic's type of error, with the details of the error in braces."""
_SHAPES: Final[Mapping[type, str]] = {list: "a list", dict: "an object", bool: "true or false", type(None): "null"}


def numbers(value: object) -> tuple[int, ...]:
    """Return the paragraphs in `3`, `"3-5"`, `"3, 5"`, `[3, 5]` or `["3-5", 7]`; refuse anything else."""
    parts = value if isinstance(value, list) else [value]
    if any(isinstance(part, bool) or not isinstance(part, int | str) for part in parts):
        refuse('paragraphs are numbers from 1, such as 3, "3-5" or [3, 5]')
    joined = ",".join(str(part) for part in parts)
    return parse_paragraphs(joined) if joined else ()


def _kind(value: object) -> object:
    """Return our own word for a kind of entity."""
    return OTHER_KINDS.get(value.casefold(), value.casefold()) if isinstance(value, str) else value


Paragraphs = Annotated[
    tuple[int, ...],
    BeforeValidator(numbers),
    WithJsonSchema({"type": ["integer", "string", "array"], "description": '3, "3-5" or [3, 5]'}),
]


class _Json(BaseModel):
    """Base of the JSON's models; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class SectionForm(_Json):
    """A part of the article, with its heading in both languages."""

    id: str
    ko: str = ""
    en: str = ""
    paragraphs: Paragraphs = ()


class SourceForm(_Json):
    """The article."""

    title: str
    publisher: str
    language: Language | None = Field(None, description="Language of the article; from its title if left out.")
    date: str | None = Field(None, description="2024-09-26 or 2024-09, if known.")
    url: str | None = None
    paragraphs: StrictInt | None = Field(None, ge=1, le=999, description="Number of body paragraphs.")
    sections: list[SectionForm] = Field([], description="Parts of the article, if it has any.")


class EntityForm(_Json):
    """A person, organisation, product, place or event that the article names."""

    id: str
    kind: Annotated[EntityKind, BeforeValidator(_kind)] = "other"
    ko: str = Field("", description="Name in Korean.")
    en: str = Field("", description="Name in English.")
    role_ko: str = ""
    role_en: str = ""
    aliases: list[str] = Field([], description="Every other way members write the name, in both scripts.")


class _Answer(_Json):
    """What facts and gaps share."""

    id: str = Field(description="a–z, 0–9 and '-'")
    label_ko: str = Field("", description="Short name on a button, at most 80 characters.")
    label_en: str = ""
    ko: str = Field("", description="Answer in Korean, one to three sentences.")
    en: str = Field("", description="Answer in English.")
    questions_ko: list[str] = []
    questions_en: list[str] = []


class FactForm(_Answer):
    """One statement of the article."""

    paragraph: Paragraphs = ()
    asks: list[str] = Field(
        [], description="Kind of answer: who, what, when, where, why, how, how-many, how-much, which, yes-no, list."
    )
    about: list[str] = Field([], description="Ids of the entities that it is about.")
    evidence: list[str] = Field([], description="Names and figures exactly as they stand in the cited paragraphs.")
    status: Status | None = None
    tags: list[str] = []
    related: list[str] = Field([], description="Ids of up to three facts a reader may want next.")


class GapForm(_Answer):
    """A question that members will ask and the article does not answer."""

    nearest: list[str] = Field([], description="Ids of the facts that come closest.")


class CommandForm(_Json):
    """A slash command: its facts, all facts with a tag, or a look-up of entities of a kind."""

    name: str
    name_ko: str = ""
    description: str
    description_ko: str = ""
    facts: list[str] = []
    tag: str | None = None
    lookup: EntityKind | None = None


class CaseForm(_Json):
    """A question and the id of the fact or gap that it must lead to, or `nothing`."""

    question: str
    after: str | None = Field(None, description="The question before, if this one goes on from it.")
    expect: str


class ReplyForm(_Json):
    """What a reply holds."""

    source: SourceForm
    entities: list[EntityForm] = []
    facts: list[FactForm]
    gaps: list[GapForm] = []
    commands: list[CommandForm] = []
    cases: list[CaseForm] = []


class AdditionForm(ReplyForm):
    """What a reply holds that is added to a folder: any part of it."""

    source: SourceForm | None = None  # type: ignore[assignment]
    facts: list[FactForm] = []


def form_problems(reply: Reply, form: type[ReplyForm]) -> Iterator[Problem]:
    """Yield everything in which a reply has another form: unknown keys, missing ones, wrong types."""
    try:
        form.model_validate(without_nulls(reply.data))
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            path = _existing(reply, detail["loc"])
            yield reply.problem(path, _message(detail, form), name_of(reply.data, path))


def without_nulls(node: object) -> Any:  # noqa: ANN401  any JSON
    """Return JSON without keys whose value is null, which says that there is nothing."""
    match node:
        case dict():
            return {key: without_nulls(value) for key, value in node.items() if value is not None}
        case list():
            return [without_nulls(value) for value in node]
        case _:
            return node


def name_of(data: Mapping[str, object], path: JsonPath) -> str:
    """Return what an author calls the item that a path leads into: `fact 'murati-origin'`."""
    match path:
        case (str(key), int(index), *_) if key in NOUNS and isinstance(items := data.get(key), list):
            item = items[index] if index < len(items) else None
            name = (item.get("id") or item.get("name")) if isinstance(item, dict) else None
            return f"{NOUNS[key]} {quote(name)}" if isinstance(name, str) and name else ""
        case _:
            return ""


def misspelt(item: Mapping[str, object], form: type[BaseModel]) -> Mapping[str, str]:
    """Return the unknown keys of an item that are probably misspelt, by the known key that they mean."""
    known = set(form.model_fields) - set(item)
    unknown_keys = [key for key in item if key not in form.model_fields]
    return {meant: key for key in unknown_keys if (meant := similar_name(key, known))}


def _existing(reply: Reply, loc: Sequence[str | int]) -> JsonPath:
    """Return the part of pydantic's location that exists in the reply."""
    path = tuple(loc)
    while path and path not in reply.starts:
        path = path[:-1]
    return path


def _message(detail: ErrorDetails, form: type[ReplyForm]) -> str:
    """Return what is wrong with a value, with the cure."""
    given: Any = detail["input"]
    last = str(detail["loc"][-1]) if detail["loc"] else ""
    match detail["type"]:
        case "missing":
            return f"'{last}' is missing: add \"{last}\": …"
        case "extra_forbidden":
            return _unknown_key(last, _model_at(form, detail["loc"][:-1]))
        case "string_type":
            shape = _SHAPES.get(type(given), "a number")
            return f'must be a text in quotation marks ("…"), not {shape}'
        case "literal_error":
            options = [option.strip("'") for option in detail["ctx"]["expected"].replace(" or ", ", ").split(", ")]
            return unknown(last, str(given), options)
        case kind if kind in _MESSAGES:
            return _MESSAGES[kind].format_map(detail.get("ctx", {}))
        case _:
            return detail["msg"].lower()


def _unknown_key(key: str, model: type[BaseModel]) -> str:
    """Return the message about a key that an object can't have."""
    if similar := similar_name(key, model.model_fields):
        return f"unknown key {quote(key)}: did you mean '{similar}'?"
    return f"unknown key {quote(key)}: remove it, or use one of {', '.join(model.model_fields)}"


def _model_at(form: type[BaseModel], loc: Sequence[str | int]) -> type[BaseModel]:
    """Return the model of the object at a location."""
    model = form
    for part in loc:
        if isinstance(part, str) and part in model.model_fields:
            model = model_in(model.model_fields[part].annotation) or model
    return model
