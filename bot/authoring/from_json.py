"""Turns a JSON of facts, such as a chat assistant's reply, into the content of an article folder.

Nothing is dropped silently: what has no place is a problem, and what is left out or written otherwise is told.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel

from bot.authoring.json_form import (
    OTHER_KINDS,
    CaseForm,
    CommandForm,
    EntityForm,
    FactForm,
    GapForm,
    ReplyForm,
    SectionForm,
    SourceForm,
    form_problems,
    misspelt,
    name_of,
    numbers,
    without_nulls,
)
from bot.authoring.json_reply import JsonPath, Reply
from bot.core.model import LANGUAGES, NOTHING, Language, Lexicon
from bot.core.text import normalise, squeeze
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import ARTICLE, CASES, COMMANDS, ENTITIES, FACTS, SAMPLES, SLUG_LENGTH
from bot.knowledge.problems import NOUNS, Node, NodePath, quote
from bot.knowledge.references import article_of, check_references, further_samples
from bot.knowledge.schema import (
    ArticleFile,
    CasesFile,
    CommandsFile,
    EntitiesFile,
    FactsFile,
    SamplesFile,
    SectionModel,
)
from bot.knowledge.validation import LoadedFile, validate
from bot.knowledge.writer import Draft, clean, identifier
from bot.knowledge.yaml_reader import Document

_FORMS: Final[Mapping[str, type[BaseModel]]] = {
    "entities": EntityForm,
    "facts": FactForm,
    "gaps": GapForm,
    "commands": CommandForm,
    "cases": CaseForm,
}
_FILES: Final[Mapping[str, type[BaseModel]]] = {
    ARTICLE: ArticleFile,
    ENTITIES: EntitiesFile,
    FACTS: FactsFile,
    SAMPLES: SamplesFile,
    COMMANDS: CommandsFile,
    CASES: CasesFile,
}
SHOWN_SAMPLES: Final[Mapping[str, int]] = {"facts": 4, "gaps": 2}
"""Samples of each language that are written beside the answer; further ones are written to a samples file."""
_LONGEST_COMMAND: Final = 32
_HANGUL: Final = re.compile("[가-힣]")
_BODY, _WHOLE = "body", "article"
"""Ids of the section with all paragraphs and of that for facts without one, where a reply names no sections."""


class Placed(str):
    """A text of the reply that knows its place there."""

    __slots__ = ("path",)
    path: JsonPath

    @classmethod
    def at(cls, path: JsonPath, text: str) -> "Placed":
        """Return a text that came from `path`."""
        placed = cls(text)
        placed.path = path
        return placed


@dataclass(frozen=True, slots=True)
class Item:
    """An object of the reply; what has a wrong type, which is a problem already, counts as left out."""

    reply: Reply
    path: JsonPath
    values: Mapping[str, Any]
    misspelt: Mapping[str, str]

    def place(self, key: str) -> JsonPath:
        """Return the path of a key."""
        return (*self.path, self.misspelt.get(key, key))

    def value(self, key: str) -> object:
        """Return the value of a key, also of one that is probably misspelt."""
        return self.values.get(self.misspelt.get(key, key))

    def text(self, key: str) -> Placed | None:
        """Return a text on one line, None where there is none."""
        value = self.value(key)
        return Placed.at(self.place(key), clean(value)) if isinstance(value, str) and value.strip() else None

    def texts(self, key: str) -> list[Placed]:
        """Return a list of texts; a single text counts as a list of one."""
        value = self.value(key)
        found = list(enumerate(value)) if isinstance(value, list) else []
        if isinstance(value, str):
            return [Placed.at(self.place(key), clean(value))]
        return [Placed.at((*self.place(key), at), clean(text)) for at, text in found if isinstance(text, str)]

    def both(self, ko: str, en: str) -> dict[str, Node]:
        """Return the texts of two keys by language."""
        return {lang: text for lang, key in (("ko", ko), ("en", en)) if (text := self.text(key)) is not None}

    def paragraphs(self, key: str) -> list[int]:
        """Return the paragraphs of a key."""
        try:
            return list(numbers(self.value(key) or []))
        except ValueError:
            return []


@dataclass(slots=True)
class Claims:
    """Texts that only one fact or entity may have; `tell` is told what is left out."""

    tell: Callable[[JsonPath, str], None]
    owners: dict[str, str] = field(default_factory=dict)

    def claim(self, texts: Sequence[Placed], owner: str, names: Iterable[Node] = ()) -> list[Node]:
        """Return the texts that `owner` gets beside its names: each once, and not another's."""
        kept: list[Node] = []
        own = {squeeze(normalise(name)) for name in names if isinstance(name, str)}
        for text in texts:
            key = squeeze(normalise(text))
            other = self.owners.setdefault(key, owner) if key else owner
            if other != owner:
                self.tell(text.path, f"{quote(text)} was left out: it belongs to {other}")
            elif key and key in own:
                self.tell(text.path, f"{quote(text)} was left out: it is there twice")
            else:
                own.add(key)
                kept.append(text)
        return kept


def from_json(reply: Reply, slug: str, lexicon: Lexicon | None = None) -> Draft:
    """Turn a reply into a new article folder.

    A text that only one fact or entity may have stays with the first; `warnings` say what was left out. Raises
    KnowledgeError with everything that is wrong with the reply.
    """
    form = list(form_problems(reply, ReplyForm))
    converter = Converter(reply)
    content = _with_samples_apart(converter.content())
    form += converter.problems
    if reply.data.get("facts") == []:
        form.append(reply.problem(("facts",), "has no fact: an article needs at least one"))
    later: list[Problem] = []
    article = article_of(slug, tuple(loaded_content(reply, content, later).values()), incomplete_lists(reply))
    later += check_references(article, lexicon or Lexicon())
    if problems := first_problems(form, later):
        raise KnowledgeError(problems)
    return Draft(slug, content, told(converter.notes))


def _with_samples_apart(content: Mapping[str, dict[str, Node]]) -> dict[str, dict[str, Node]]:
    """Return the content of files, with further samples of facts and gaps in a file of their own."""
    apart: dict[str, Node] = {}
    for key, most in SHOWN_SAMPLES.items():
        items: Any = content[FACTS].get(key, ())
        for item in items:
            name = item.get("id")
            if name in {None, *apart}:
                continue
            if further := take_further(item, dict.fromkeys(LANGUAGES, most)):
                apart[name] = further
    files = {FACTS: {FACTS: content[FACTS]} | ({SAMPLES: apart} if apart else {})}
    return {name: data for of in content for name, data in files.get(of, {of: content[of]}).items()}


def take_further(item: dict[str, Node], most: Mapping[Language, int]) -> dict[str, Node]:
    """Take the samples beyond the first `most` of each language out of a fact or gap and return them by language."""
    questions: Any = item.get("questions", {})
    further: dict[str, Node] = {}
    for language, shown in most.items():
        texts = questions.pop(language, [])
        if texts[:shown]:
            questions[language] = texts[:shown]
        if texts[shown:]:
            further[language] = texts[shown:]
    return further


def told(notes: Iterable[Problem]) -> tuple[str, ...]:
    """Return notes as lines, in the order of their places."""
    return tuple(map(str, sorted(notes)))


def first_problems(form: Sequence[Problem], later: Sequence[Problem]) -> tuple[Problem, ...]:
    """Return the problems with the form, and later ones except of what holds the place of one of these."""
    places = {problem.where.partition(" ")[0] for problem in form if problem.column}
    rest = [p for p in later if not p.column or not any(_holds(p.where.partition(" ")[0], place) for place in places)]
    return tuple(dict.fromkeys([*form, *rest]))


def _holds(outer: str, inner: str) -> bool:
    """Return whether a JSON pointer is another one, or leads to what holds it."""
    return inner == outer or inner.startswith(f"{outer}/")


def incomplete_lists(reply: Reply) -> frozenset[str]:
    """Return the lists in which an item has no id, or that are none: what refers to their items can't be checked."""
    given = {key: reply.data.get(key) or [] for key in ("entities", "facts", "gaps")}
    given["facts"] = given["facts"] or None
    return frozenset(
        key
        for key, items in given.items()
        if not isinstance(items, list)
        or not all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in items)
    )


@dataclass(frozen=True, slots=True)
class _ReplyDocument(Document):
    """The content of a file before it is written; its problems are told at their places in the reply."""

    reply: Reply = field(kw_only=True)
    origins: Mapping[NodePath, JsonPath] = field(kw_only=True)
    """Where each node comes from."""

    def line(self, path: NodePath) -> int:
        """Return the line in the reply."""
        return self.reply.line(self._place(path))

    def problem(self, path: NodePath, what: str) -> Problem:
        """Return the problem at its place in the reply."""
        place = self._place(path)
        return self.reply.problem(place, what, name_of(self.reply.data, place))

    def _place(self, path: NodePath) -> JsonPath:
        while path and path not in self.origins:
            path = path[:-1]
        return self.origins.get(path, ())


def _document(reply: Reply, data: dict[str, Node]) -> Document:
    """Return the content of a file that comes from a reply."""
    origins: dict[NodePath, JsonPath] = {}
    _origin(data, (), origins)
    return _ReplyDocument(reply.file, data, {}, reply=reply, origins=origins)


def _origin(node: Node, path: NodePath, origins: dict[NodePath, JsonPath]) -> JsonPath | None:
    """Note where a node comes from: a text from its place, a list or mapping from what its entries share."""
    if isinstance(node, str):
        found = getattr(node, "path", None)
    else:
        entries = enumerate(node) if isinstance(node, list) else node.items()
        places = [place for key, inner in entries if (place := _origin(inner, (*path, key), origins)) is not None]
        whole = isinstance(node, list) or bool(path and isinstance(path[-1], int))
        found = _shared(places, at_least_one_up=whole) if places else None
    if found is not None:
        origins[path] = found
    return found


def _shared(places: Sequence[JsonPath], *, at_least_one_up: bool) -> JsonPath:
    """Return the longest path that all places begin with."""
    shared = places[0][:-1] if at_least_one_up else places[0]
    for place in places:
        while place[: len(shared)] != shared:
            shared = shared[:-1]
    return shared


def loaded_content(
    reply: Reply, content: Mapping[str, dict[str, Node]], problems: list[Problem], files: Iterable[LoadedFile[Any]] = ()
) -> dict[str, LoadedFile[Any]]:
    """Validate the content of each file; problems are told at their places in the reply.

    Samples in the samples files among `files`, those of the folder that is added to, count for the facts too.
    """
    documents = {name: _document(reply, data) for name, data in content.items()}
    apart = [file.document for file in files if isinstance(file.model, SamplesFile)]
    further = further_samples([*apart, *(documents[name] for name in documents if name == SAMPLES)])
    return {name: validate(document, _FILES[name], problems, further) for name, document in documents.items()}


@dataclass(slots=True)
class Converter:
    """Turns the objects of a reply into the content of files; notes what is written otherwise or left out."""

    reply: Reply
    sections: Sequence[SectionModel] = ()
    """Sections of the folder that is added to."""
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids that the folder has, by list."""
    samples: Mapping[str, str] = field(default_factory=dict)
    """Owners of the folder's samples."""
    names: Mapping[str, str] = field(default_factory=dict)
    """Owners of the folder's names."""
    notes: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    ids: dict[tuple[str, str], str] = field(default_factory=dict)
    """Ids as they are written, by kind (entities, or facts and gaps) and as the reply has them."""

    def content(self) -> dict[str, dict[str, Node]]:
        """Return the content of each file that the reply has something for."""
        everything = {key: list(self._items(key)) for key in _FORMS}
        for key in ("entities", "facts", "gaps"):
            self._name(key, everything[key])
        content: dict[str, dict[str, Node]] = {}
        if not self.sections:
            content[ARTICLE] = self._article(everything["facts"])
        claims = Claims(self._tell, dict(self.samples))
        names = Claims(self._tell, dict(self.names))
        facts: list[Node] = [self._fact(item, claims) for item in everything["facts"]]
        gaps: list[Node] = [self._gap(item, claims) for item in everything["gaps"]]
        if everything["entities"]:
            content[ENTITIES] = {"entities": self._entities(everything["entities"], names)}
        content[FACTS] = {"facts": facts, "gaps": gaps} if gaps else {"facts": facts}
        if everything["commands"]:
            content[COMMANDS] = {"commands": [self._command(item) for item in everything["commands"]]}
        if everything["cases"]:
            content[CASES] = {"cases": [self._case(item) for item in everything["cases"]]}
        return content

    def _tell(self, path: JsonPath, what: str) -> None:
        self.notes.append(self.reply.problem(path, what, name_of(self.reply.data, path)))

    def _item(self, path: JsonPath, value: object, form: type[BaseModel]) -> Item:
        values = without_nulls(value) if isinstance(value, dict) else {}
        return Item(self.reply, path, values, misspelt(values, form))

    def _items(self, key: str) -> Iterator[Item]:
        """Yield the objects of a list."""
        values = self.reply.data.get(key)
        for at, value in enumerate(values if isinstance(values, list) else ()):
            if isinstance(value, dict):
                yield self._item((key, at), value, _FORMS[key])

    def _name(self, key: str, items: Sequence[Item]) -> None:
        """Give each item the id under which it is written; two of one id are a problem."""
        kind = "entities" if key == "entities" else "answers"
        for item in items:
            if (given := item.text("id")) is None:
                continue
            taken = {written for (of, _), written in self.ids.items() if of == kind}
            fallback = f"{NOUNS[key]}-{item.path[-1] + 1 if isinstance(item.path[-1], int) else 1}"
            name = identifier(given, (), fallback)
            if name in taken or (kind, given) in self.ids:
                what = f"the id {quote(given)} is used twice: rename one, or join the two"
                self.problems.append(self._problem(item, what))
                continue
            if name != given:
                self._tell(item.place("id"), f"the id {quote(given)} is written {name}")
            self.ids[kind, given] = name

    def _problem(self, item: Item, what: str, key: str = "id") -> Problem:
        return self.reply.problem(item.place(key), what, name_of(self.reply.data, item.path))

    def _id(self, item: Item, kind: str) -> dict[str, Node]:
        """Return the id of an item as it is written."""
        given = item.text("id")
        return {"id": self._written(given, kind)} if given is not None else {}

    def _written(self, given: Placed, kind: str) -> Placed:
        """Return an id or a reference to one as it is written."""
        return Placed.at(given.path, self.ids.get((kind, given), given))

    def _references(self, item: Item, key: str, kind: str = "answers") -> dict[str, Node]:
        """Return a list of ids."""
        texts: list[Node] = [self._written(text, kind) for text in item.texts(key)]
        return {key: texts} if texts else {}

    def _article(self, facts: Sequence[Item]) -> dict[str, Node]:
        """Return the content of `article.yaml`."""
        item = self._item(("source",), self.reply.data.get("source"), SourceForm)
        title = item.text("title") or Placed.at(item.place("title"), "")
        given = item.text("language")
        language = given if given in LANGUAGES else "ko" if _HANGUL.search(title) else "en"
        if given is None:
            self._tell(("source",), f"the language is taken from the title: {language}")
        article: dict[str, Node] = {
            "title": {language: title},
            "publisher": {language: item.text("publisher") or Placed.at(item.place("publisher"), "")},
            "language": language,
        }
        article |= {key: text for key in ("date", "url") if (text := item.text(key)) is not None}
        return article | {"sections": self._sections(item, facts)}

    def _sections(self, source: Item, facts: Sequence[Item]) -> list[Node]:
        """Return the sections of the reply, else one for all paragraphs; and another for facts that cite none."""
        values = source.value("sections")
        listed: list[Node] = []
        models: list[SectionModel] = []
        for at, value in enumerate(values if isinstance(values, list) else ()):
            item = self._item((*source.place("sections"), at), value, SectionForm)
            paragraphs = item.paragraphs("paragraphs")
            name = item.text("id") or Placed.at(item.path, f"section-{at + 1}")
            section: dict[str, Node] = {"id": name, "label": item.both("ko", "en")}
            if paragraphs:
                placed: list[Node] = [Placed.at(item.place("paragraphs"), str(number)) for number in paragraphs]
                section["paragraphs"] = placed
            listed.append(section)
            models.append(SectionModel.model_construct(id=str(name), paragraphs=tuple(paragraphs)))
        count, cited = source.value("paragraphs"), (n for fact in facts for n in fact.paragraphs("paragraph"))
        last = count if isinstance(count, int) else max(cited, default=0)
        if not listed and last:
            label: Node = {"ko": "본문", "en": "Body"}
            listed.append({"id": _BODY, "label": label, "paragraphs": f"1-{last}"})
            models.append(SectionModel.model_construct(id=_BODY, paragraphs=tuple(range(1, last + 1))))
        if not all(fact.paragraphs("paragraph") for fact in facts):
            listed.append({"id": _WHOLE, "label": {"ko": "기사 전체", "en": "Whole article"}})
            models.append(SectionModel.model_construct(id=_WHOLE, paragraphs=()))
        self.sections = models
        return listed

    def _entities(self, items: Sequence[Item], names: Claims) -> list[Node]:
        """Return the entities; names are claimed before any alias."""
        listed: list[dict[str, Node]] = []
        for item in items:
            entity = self._id(item, "entities")
            adds = self._is_known("entities", entity)
            kind = item.text("kind")
            if kind is not None or not adds:
                word = (kind or "other").casefold()
                entity["kind"] = Placed.at(item.place("kind"), OTHER_KINDS.get(word, word))
            entity |= _given(name=item.both("ko", "en"), role=item.both("role_ko", "role_en"))
            if not adds:
                entity.setdefault("name", {})
            for text in _texts_of(entity.get("name")):
                names.owners.setdefault(squeeze(normalise(text)), f"entity {quote(str(entity.get('id')))}")
            listed.append(entity)
        for item, entity in zip(items, listed, strict=True):
            owner = f"entity {quote(str(entity.get('id')))}"
            entity.update(_given(aliases=names.claim(item.texts("aliases"), owner, _texts_of(entity.get("name")))))
        return list(listed)

    def _answer(self, item: Item, noun: str, claims: Claims) -> dict[str, Node]:
        """Return what a fact and a gap share."""
        answer = self._id(item, "answers")
        owner = f"{noun} {quote(str(answer.get('id')))}"
        questions: dict[str, Node] = {}
        for language in LANGUAGES:
            questions |= _given(**{language: claims.claim(item.texts(f"questions_{language}"), owner)})
        answer |= _given(label=item.both("label_ko", "label_en"), answer=item.both("ko", "en"), questions=questions)
        if not self._is_known(f"{noun}s", answer):
            answer = {"answer": {}, "questions": {}} | answer
        order = ("id", "label", "answer", "questions")
        return {key: answer[key] for key in order if key in answer}

    def _fact(self, item: Item, claims: Claims) -> dict[str, Node]:
        fact = self._answer(item, "fact", claims)
        if item.value("paragraph") is not None or not self._is_known("facts", fact):
            fact["source"] = self._source(item)
        fact |= self._references(item, "asks") | self._references(item, "about", "entities")
        fact |= _given(evidence=list(item.texts("evidence")))
        if (status := item.text("status")) is not None:
            fact["status"] = status
        tags = {tag: text for text in item.texts("tags") for tag in [self._tag(text)]}
        return fact | _given(tags=list(tags)) | self._references(item, "related")

    def _gap(self, item: Item, claims: Claims) -> dict[str, Node]:
        return self._answer(item, "gap", claims) | self._references(item, "nearest")

    def _is_known(self, key: str, item: Mapping[str, Node]) -> bool:
        """Return whether an item of the reply adds to one of the folder."""
        return item.get("id") in self.known.get(key, frozenset())

    def _source(self, item: Item) -> Node:
        """Return section and paragraphs of a fact; a list of these if its paragraphs are in several sections."""
        cited, place = item.paragraphs("paragraph"), item.place("paragraph")
        last = max((n for s in self.sections for n in s.paragraphs), default=0)
        sections = [s for s in self.sections if set(cited) & set(s.paragraphs)]
        if not cited:
            sections = [s for s in self.sections if s.id == _WHOLE or not last][:1]
        if beyond := [n for n in cited if not any(n in s.paragraphs for s in self.sections)]:
            self.problems.append(
                self._problem(item, f"the article has no paragraph {beyond[0]} (1–{last})", "paragraph")
            )
        elif not sections:
            what = f"'paragraph' is missing: which of 1–{last}?"
            self.problems.append(self._problem(item, what, "paragraph"))
        if beyond or not sections:
            sections = [next(iter(self.sections))]
            cited = list(sections[0].paragraphs[:1])
        listed: list[Node] = []
        for section in sections:
            numbers: list[Node] = [Placed.at(place, str(number)) for number in cited if number in section.paragraphs]
            listed.append({"section": Placed.at(place, section.id)} | _given(paragraphs=numbers))
        return listed if len(listed) > 1 else listed[0]

    def _tag(self, text: Placed) -> Placed:
        """Return a tag in the form of an id."""
        tag = Placed.at(text.path, identifier(text, (), text, SLUG_LENGTH))
        if tag != text and ("tags", text) not in self.ids:
            self._tell(text.path, f"the tag {quote(text)} is written {quote(tag)}")
            self.ids["tags", text] = tag
        return tag

    def _command(self, item: Item) -> Node:
        name: dict[str, Node] = {}
        for language, text in item.both("name_ko", "name").items():
            name |= self._command_name(language, text)
        command: dict[str, Node] = {"name": name, "description": item.both("description_ko", "description")}
        command |= self._references(item, "facts")
        if (tag := item.text("tag")) is not None:
            command["tag"] = self._tag(tag)
        if (kind := item.text("lookup")) is not None:
            command["lookup"] = kind
        return command

    def _command_name(self, language: str, text: Node) -> dict[str, Node]:
        """Return a command's name as Discord accepts it."""
        if not isinstance(text, Placed):
            return {}
        joined = "-".join(text.lower().split())
        name = "".join(c for c in joined if c in "-_" or c.isalnum())[:_LONGEST_COMMAND]
        if name != text:
            self._tell(text.path, f"the command {quote(text)} is written {quote(name)}")
        return {language: Placed.at(text.path, name)}

    def _case(self, item: Item) -> Node:
        case: dict[str, Node] = {}
        for key in ("question", "after"):
            if (text := item.text(key)) is not None:
                case[key] = text
        if (expected := item.text("expect")) is not None:
            case["expect"] = expected if expected == NOTHING else self._written(expected, "answers")
        return case


def _given(**values: "dict[str, Node] | list[Node]") -> dict[str, Node]:
    """Return the values that hold something."""
    return {key: value for key, value in values.items() if value}


def _texts_of(node: "Node | None") -> list[str]:
    """Return the texts of a mapping by language."""
    return [text for text in node.values() if isinstance(text, str)] if isinstance(node, dict) else []
