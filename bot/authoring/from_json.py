"""A JSON of facts becomes the content of an article folder."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict

from bot.core.model import NOTHING, EntityKind, Language
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import ARTICLE, COMMANDS, ENTITIES, FACTS, SLUG_LENGTH
from bot.knowledge.problems import Tree, quote
from bot.knowledge.references import squeeze
from bot.knowledge.schema import LAST_PARAGRAPH
from bot.knowledge.validation import validated
from bot.knowledge.writer import Draft, clean, identifier
from bot.knowledge.yaml_reader import Document

_KINDS: Final[Mapping[str, EntityKind]] = {
    "person": "person",
    "people": "person",
    "organisation": "organisation",
    "organization": "organisation",
    "org": "organisation",
    "company": "organisation",
    "product": "product",
    "place": "place",
    "location": "place",
    "event": "event",
    "other": "other",
}
_LONGEST_ALIAS: Final = 80
_LONGEST_SAMPLE: Final = 300
_LONGEST_COMMAND: Final = 32


def _numbers(value: object) -> object:
    """Take one paragraph for a list of one."""
    return [value] if isinstance(value, int) else (value or [])


class _Json(BaseModel):
    """Base of the JSON's shapes; what they don't name is ignored."""

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
class _Notes:
    """What is collected on the way: warnings, and who owns a text that only one may have."""

    warnings: list[str] = field(default_factory=list)
    owner: dict[str, str] = field(default_factory=dict)

    def own(self, texts: Iterable[str], mine: str, longest: int) -> list[str]:
        """Return the texts that `mine` may have: each once, not another's, not empty, not too long."""
        kept: list[str] = []
        for text in map(clean, texts):
            key = squeeze(text)
            other = self.owner.get(key, mine)
            if not key or len(text) > longest:
                self.warnings.append(f"{mine}: {quote(text)} was left out: it is empty or too long")
            elif other != mine:
                self.warnings.append(f"{mine}: {quote(text)} was left out: it belongs to {other}")
            elif key not in self.owner:
                self.owner[key] = mine
                kept.append(text)
        return kept


def from_json(data: object, slug: str, file: str = "facts.json") -> Draft:
    """Turn the JSON's data into an article folder that reads without problems.

    Texts that only one fact or entity may have stay with the first; what is left out is in `warnings`.
    Raises KnowledgeError when the JSON is not of the expected shape.
    """
    problems: list[Problem] = []
    facts = validated(Document(file, data, {(): 0}), _Facts, problems)  # type: ignore[arg-type]
    if problems or facts.model is None:
        raise KnowledgeError(tuple(problems))
    model, notes = facts.model, _Notes()
    content: dict[str, dict[str, Tree]] = {ARTICLE: _article(model)}
    if entities := _entities(model.entities, notes):
        content[ENTITIES] = {"entities": entities}
    content[FACTS] = {"facts": _fact_list(model.facts, notes)}
    tags = {_tag(tag) for fact in model.facts for tag in fact.tags}
    if commands := _commands(model.commands, tags, notes):
        content[COMMANDS] = {"commands": commands}
    return Draft(slug, content, tuple(notes.warnings))


def _article(model: _Facts) -> dict[str, Tree]:
    """Describe the article: one section with all paragraphs, one more for facts that name none."""
    source, last = model.source, max((n for fact in model.facts for n in fact.paragraph), default=0)
    sections: list[Tree] = []
    if last:
        label: Tree = {"ko": "본문", "en": "Body"}
        sections.append({"id": "body", "label": label, "paragraphs": f"1-{min(last, LAST_PARAGRAPH)}"})
    if not all(fact.paragraph for fact in model.facts):
        sections.append({"id": "article", "label": {"ko": "기사 전체", "en": "Whole article"}})
    article: dict[str, Tree] = {
        "title": {source.language: clean(source.title)},
        "publisher": {source.language: clean(source.publisher)},
        "language": source.language,
    }
    article |= {key: value for key, value in (("date", source.date), ("url", source.url)) if value}
    return article | {"sections": sections}


def _entities(entities: list[_Entity], notes: _Notes) -> list[Tree]:
    """List the entities; every name comes before any alias."""
    names = _Notes(notes.warnings)
    ids: list[str] = []
    proper: list[dict[str, Tree]] = []
    for entity in entities:
        ids.append(identifier(entity.id, (*ids, NOTHING), f"entity-{len(ids) + 1}"))
        pairs = (("ko", entity.ko), ("en", entity.en))
        mine = f"entity '{ids[-1]}'"
        proper.append({lang: own[0] for lang, n in pairs if n and (own := names.own([n], mine, _LONGEST_ALIAS))})
    listed: list[Tree] = []
    for entity, name, text in zip(entities, ids, proper, strict=True):
        mine = f"entity '{name}'"
        if not text:
            notes.warnings.append(f"{mine} was left out: it has no name of its own")
            continue
        kind = _KINDS.get(entity.kind.casefold())
        if kind is None:
            notes.warnings.append(f"{mine}: kind {quote(entity.kind)} became 'other'")
        item: dict[str, Tree] = {"id": name, "kind": kind or "other", "name": text}
        if aliases := names.own(entity.aliases, mine, _LONGEST_ALIAS):
            item["aliases"] = list(aliases)
        listed.append(item)
    return listed


def _fact_list(facts: list[_Fact], notes: _Notes) -> list[Tree]:
    """List the facts."""
    ids: list[str] = []
    listed: list[Tree] = []
    for fact in facts:
        ids.append(identifier(fact.id, (*ids, NOTHING), f"fact-{len(ids) + 1}"))
        mine = f"fact '{ids[-1]}'"
        questions: dict[str, Tree] = {}
        for language, texts in (("ko", fact.questions_ko), ("en", fact.questions_en)):
            if own := notes.own(texts, mine, _LONGEST_SAMPLE):
                questions[language] = list(own)
        numbers: list[Tree] = [str(number) for number in fact.paragraph]
        item: dict[str, Tree] = {
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


def _commands(commands: list[_Command], tags: set[str], notes: _Notes) -> list[Tree]:
    """List the commands whose tag some fact has."""
    listed: list[Tree] = []
    for command in commands:
        tag = _tag(command.tag)
        if tag not in tags:
            notes.warnings.append(f"command {quote(command.name)} was left out: no fact has its tag")
            continue
        names = {"en": _command_name(command.name), "ko": _command_name(command.name_ko)}
        texts = {"en": clean(command.description), "ko": clean(command.description_ko)}
        name: dict[str, Tree] = {lang: text for lang, text in names.items() if text}
        description: dict[str, Tree] = {lang: text for lang, text in texts.items() if text}
        listed.append({"name": name, "description": description, "tag": tag})
    return listed


def _command_name(text: str) -> str:
    """Return a command's name as Discord accepts it."""
    joined = "-".join(clean(text).lower().split())
    return "".join(c for c in joined if c in "-_" or c.isalnum())[:_LONGEST_COMMAND]
