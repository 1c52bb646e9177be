"""Turns a JSON file of facts into the content of an article folder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.core.model import NOTHING, EntityKind, Language
from bot.core.text import normalise, squeeze
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import ARTICLE, COMMANDS, ENTITIES, FACTS, SLUG_LENGTH
from bot.knowledge.problems import Node, quote
from bot.knowledge.schema import LAST_PARAGRAPH
from bot.knowledge.validation import validate
from bot.knowledge.writer import Draft, clean, identifier
from bot.knowledge.yaml_reader import Document

_OTHER_WORDS: Final[Mapping[str, str]] = {
    "people": "person",
    "organization": "organisation",
    "org": "organisation",
    "company": "organisation",
    "location": "place",
}
"""Words for a kind of entity that are accepted beside our own."""
_LONGEST_ALIAS: Final = 80
_LONGEST_SAMPLE: Final = 300
_LONGEST_COMMAND: Final = 32


def _numbers(value: object) -> object:
    """Return one paragraph as a list of one."""
    return [value] if isinstance(value, int) else (value or [])


class _Json(BaseModel):
    """Base of the JSON's models; unknown keys are ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, str_strip_whitespace=True)


class _Source(_Json):
    title: str
    publisher: str
    language: Language
    date: str | None = None
    url: str | None = None


class _Entity(_Json):
    id: str
    kind: str = "other"
    ko: str = ""
    en: str = ""
    aliases: list[str] = []


class _Fact(_Json):
    id: str
    ko: str = ""
    en: str = ""
    questions_ko: list[str] = []
    questions_en: list[str] = []
    tags: list[str] = []
    paragraph: Annotated[list[int], BeforeValidator(_numbers)] = []


class _Command(_Json):
    name: str
    name_ko: str = ""
    description: str
    description_ko: str = ""
    tag: str


class _Facts(_Json):
    source: _Source
    entities: list[_Entity] = []
    facts: list[_Fact]
    commands: list[_Command] = []


@dataclass(slots=True)
class _Claims:
    """Texts that only one fact or entity may have, and warnings about those that were left out."""

    warnings: list[str]
    owners: dict[str, str] = field(default_factory=dict)

    def claim(self, texts: Iterable[str], owner: str, longest: int) -> list[str]:
        """Return the texts that `owner` gets: each once, not another's, not empty, not too long."""
        kept: list[str] = []
        for text in map(clean, texts):
            key = squeeze(normalise(text))
            other = self.owners.get(key, owner)
            if not key or len(text) > longest:
                self.warnings.append(f"{owner}: {quote(text)} was left out: it is empty or too long")
            elif other != owner:
                self.warnings.append(f"{owner}: {quote(text)} was left out: it belongs to {other}")
            elif key not in self.owners:
                self.owners[key] = owner
                kept.append(text)
        return kept


def from_json(data: object, slug: str, file: str = "facts.json") -> Draft:
    """Turn the data of a JSON file into an article folder.

    A text that only one fact or entity may have stays with the first; `warnings` say what was left out.
    Raises KnowledgeError when the JSON has another form than expected.
    """
    problems: list[Problem] = []
    facts = validate(Document(file, data, {(): 0}), _Facts, problems)  # type: ignore[arg-type]
    if problems or facts.model is None:
        raise KnowledgeError(tuple(problems))
    model, warnings = facts.model, list[str]()
    content: dict[str, dict[str, Node]] = {ARTICLE: _article(model)}
    if entities := _entities(model.entities, warnings):
        content[ENTITIES] = {"entities": entities}
    content[FACTS] = {"facts": _fact_list(model.facts, _Claims(warnings))}
    tags = {_tag(tag) for fact in model.facts for tag in fact.tags}
    if commands := _commands(model.commands, tags, warnings):
        content[COMMANDS] = {"commands": commands}
    return Draft(slug, content, tuple(warnings))


def _article(model: _Facts) -> dict[str, Node]:
    """Return the content of `article.yaml`: one section for all paragraphs, another for facts that cite none."""
    source, last = model.source, max((n for fact in model.facts for n in fact.paragraph), default=0)
    sections: list[Node] = []
    if last:
        label: Node = {"ko": "본문", "en": "Body"}
        sections.append({"id": "body", "label": label, "paragraphs": f"1-{min(last, LAST_PARAGRAPH)}"})
    if not all(fact.paragraph for fact in model.facts):
        sections.append({"id": "article", "label": {"ko": "기사 전체", "en": "Whole article"}})
    article: dict[str, Node] = {
        "title": {source.language: clean(source.title)},
        "publisher": {source.language: clean(source.publisher)},
        "language": source.language,
    }
    article |= {key: value for key, value in (("date", source.date), ("url", source.url)) if value}
    return article | {"sections": sections}


def _entities(entities: list[_Entity], warnings: list[str]) -> list[Node]:
    """Return the entities; names are claimed before any alias."""
    names = _Claims(warnings)
    ids: list[str] = []
    proper: list[dict[str, Node]] = []
    for entity in entities:
        ids.append(identifier(entity.id, (*ids, NOTHING), f"entity-{len(ids) + 1}"))
        pairs = (("ko", entity.ko), ("en", entity.en))
        owner = f"entity '{ids[-1]}'"
        proper.append({lang: kept[0] for lang, n in pairs if n and (kept := names.claim([n], owner, _LONGEST_ALIAS))})
    listed: list[Node] = []
    for entity, name, text in zip(entities, ids, proper, strict=True):
        owner = f"entity '{name}'"
        if not text:
            warnings.append(f"{owner} was left out: no name is left for it")
            continue
        kind = _OTHER_WORDS.get(entity.kind.casefold(), entity.kind.casefold())
        if kind not in get_args(EntityKind):
            warnings.append(f"{owner}: kind {quote(entity.kind)} became 'other'")
            kind = "other"
        item: dict[str, Node] = {"id": name, "kind": kind, "name": text}
        if aliases := names.claim(entity.aliases, owner, _LONGEST_ALIAS):
            item["aliases"] = list(aliases)
        listed.append(item)
    return listed


def _fact_list(facts: list[_Fact], claims: _Claims) -> list[Node]:
    """Return the facts."""
    ids: list[str] = []
    listed: list[Node] = []
    for fact in facts:
        ids.append(identifier(fact.id, (*ids, NOTHING), f"fact-{len(ids) + 1}"))
        owner = f"fact '{ids[-1]}'"
        questions: dict[str, Node] = {}
        for language, texts in (("ko", fact.questions_ko), ("en", fact.questions_en)):
            if kept := claims.claim(texts, owner, _LONGEST_SAMPLE):
                questions[language] = list(kept)
        numbers: list[Node] = [str(number) for number in fact.paragraph]
        item: dict[str, Node] = {
            "id": ids[-1],
            "answer": {lang: clean(text) for lang, text in (("ko", fact.ko), ("en", fact.en)) if text},
            "questions": questions,
            "source": {"section": "body", "paragraphs": numbers} if numbers else {"section": "article"},
        }
        if fact.tags:
            item["tags"] = list(dict.fromkeys(_tag(tag) for tag in fact.tags))
        listed.append(item)
    return listed


def _tag(text: str) -> str:
    """Return a tag in the form of an id."""
    return identifier(text, (), "tag", SLUG_LENGTH)


def _commands(commands: list[_Command], tags: set[str], warnings: list[str]) -> list[Node]:
    """Return the commands whose tag some fact has."""
    listed: list[Node] = []
    for command in commands:
        tag = _tag(command.tag)
        if tag not in tags:
            warnings.append(f"command {quote(command.name)} was left out: no fact has its tag")
            continue
        names = {"en": _command_name(command.name), "ko": _command_name(command.name_ko)}
        texts = {"en": clean(command.description), "ko": clean(command.description_ko)}
        name: dict[str, Node] = {lang: text for lang, text in names.items() if text}
        description: dict[str, Node] = {lang: text for lang, text in texts.items() if text}
        listed.append({"name": name, "description": description, "tag": tag})
    return listed


def _command_name(text: str) -> str:
    """Return a command's name as Discord accepts it."""
    joined = "-".join(clean(text).lower().split())
    return "".join(c for c in joined if c in "-_" or c.isalnum())[:_LONGEST_COMMAND]
