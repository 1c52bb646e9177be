"""`new REPLY DIR --add`: merges a JSON of facts into a folder, whose own words stay."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from bot.authoring.encodings import read_source
from bot.authoring.from_json import (
    SHOWN_SAMPLES,
    Converter,
    first_problems,
    incomplete_lists,
    loaded_content,
    take_further,
    told,
)
from bot.authoring.json_form import AdditionForm, form_problems, name_of
from bot.authoring.json_reply import Reply, read_reply
from bot.core.model import LANGUAGES, Lexicon
from bot.core.text import counted, normalise, squeeze
from bot.errors import KnowledgeError, Problem
from bot.knowledge.editing import Addition, add_to, write_together
from bot.knowledge.folder import (
    ARTICLE,
    CASES,
    COMMANDS,
    ENTITIES,
    FACTS,
    SAMPLES,
    KnowledgeFiles,
    read_files,
)
from bot.knowledge.problems import NOUNS, Node, NodePath, dotted, quote
from bot.knowledge.reader import parse_knowledge
from bot.knowledge.references import ArticleFiles, all_samples, article_of, check_references, read_article
from bot.knowledge.schema import MOST_RELATED, CaseModel, SamplesFile, parse_paragraphs
from bot.knowledge.validation import LoadedFile, Located
from bot.knowledge.writer import dump

_LISTS: Final[Mapping[str, str]] = {
    "entities": ENTITIES,
    "facts": FACTS,
    "gaps": FACTS,
    "commands": COMMANDS,
    "cases": CASES,
}
"""The file to which each list is added where the folder has none of it."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The files of a folder with what was added, and a line for each change and for what was left as it was."""

    files: Mapping[Path, bytes]
    changes: tuple[str, ...]
    notes: tuple[str, ...]


def add_reply(source: Path, folder: Path, shipped: Path | None = None) -> Merged:
    """Merge a file with JSON of facts into an article's folder and return what changed.

    Raises KnowledgeError, and writes nothing, when anything is wrong with the folder, the reply or both together.
    """
    merged = merge_reply(source, folder, shipped)
    write_together(merged.files)
    return merged


def merge_reply(source: Path, folder: Path, shipped: Path | None = None) -> Merged:
    """Return what `add_reply` writes; raises like it."""
    files, own, lexicon = read_article_folder(folder, shipped)
    reply = read_reply(read_source(source)[0], source.name)
    return _Merging(reply, own, folder, files).merged(lexicon)


def read_article_folder(folder: Path, shipped: Path | None) -> tuple[KnowledgeFiles, ArticleFiles, Lexicon]:
    """Return the files of an article's folder, what was read of them, and the lexicon.

    Raises KnowledgeError when anything is wrong with the folder, or when it is not that of one article.
    """
    files = read_files(folder, shipped)
    lexicon = parse_knowledge(files).knowledge.lexicon
    if len(files.articles) != 1 or not (folder / ARTICLE).exists():
        what = f"has no {ARTICLE}: name the folder of one article"
        raise KnowledgeError((Problem(str(folder), 0, "", what),))
    return files, read_article(files.articles[0], files, []), lexicon


@dataclass(slots=True)
class _Merging:
    """Finds out what of a reply is new to a folder."""

    reply: Reply
    own: ArticleFiles
    folder: Path
    files: KnowledgeFiles
    changes: list[str] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    additions: dict[str, list[Addition]] = field(default_factory=dict)
    """Additions by file, as messages name it."""
    merged_at: set[tuple[str, NodePath]] = field(default_factory=set)
    """Where the folder has the items that are added to."""
    further: dict[str, Node] = field(default_factory=dict)
    """Entries of samples files that are new or added to, as they will be, by id."""
    there: int = 0
    """Texts of the reply that the folder has already."""

    def merged(self, lexicon: Lexicon) -> Merged:
        """Check everything together and return the new content of the files that change."""
        form = list(form_problems(self.reply, AdditionForm))
        converter = self._converter()
        content = converter.content()
        form += converter.problems
        later: list[Problem] = []
        for data in content.values():
            for key, items in data.items():
                data[key] = [node for item in items for node in self._merge(key, item)]  # type: ignore[arg-type]
        if self.further:
            content[SAMPLES] = self.further
        kept = [self._without_merged(file) for file in self.own.files]
        loaded = loaded_content(self.reply, content, later, kept)
        later += check_references(self._together((*kept, *loaded.values())), lexicon)
        if problems := first_problems(form, later):
            raise KnowledgeError(problems)
        written = dict(self._written())
        if self.reply.data.get("source") is not None:
            self.notes.append(self.reply.problem(("source",), "was left out: the folder says what the article is"))
        if self.there:
            self.notes.append(Problem(self.reply.file, 0, "", f"{counted(self.there, 'text')} not new to the folder"))
        return Merged(written, tuple(self.changes), told([*converter.notes, *self.notes]))

    def _together(self, files: tuple[LoadedFile[Any], ...]) -> ArticleFiles:
        """Return the folder's files and the reply as one article."""
        incomplete = incomplete_lists(self.reply) if self.reply.data.get("facts") else frozenset[str]()
        return article_of(self.own.slug, files, incomplete)

    def _converter(self) -> Converter:
        """Return a converter that knows the folder's sections, ids, samples and names."""
        own, names = self.own, dict[str, str]()
        samples = {squeeze(normalise(text)): owner for text, owner, _, _ in all_samples(own)}
        for entity in own.entities:
            texts = [*(name for _, name in entity.value.name.given()), *entity.value.aliases]
            names |= {squeeze(normalise(text)): f"entity {quote(entity.value.id)}" for text in texts}
        known = {key: frozenset(item.value.id for item in getattr(own, key)) for key in ("entities", "facts", "gaps")}
        return Converter(self.reply, [section.value for section in own.sections], known, samples, names)

    def _merge(self, key: str, item: dict[str, Node]) -> Iterator[Node]:
        """Note what of an item is new; yield the item as it will be, None where nothing of it is new."""
        old = next((one for one in getattr(self.own, key) if _same(key, one, item)), None)
        file = old.document.file if old else self._file_for(key)
        further = self._take_further(key, item, old) if key in SHOWN_SAMPLES else {}
        if old is None:
            self.additions.setdefault(file, []).append(Addition((key,), [item]))
            self.changes.append(f"{file}: new {NOUNS[key]} {quote(_label(item))}")
            yield item
        else:
            self._keep_related(item, old)
            added: list[Addition] = []
            whole = self._merge_node(old.document.node(old.path), item, (), added)
            if added:
                self.merged_at.add((file, old.path))
                self._note_added(file, f"{NOUNS[key]} {quote(_label(item))}", old.path, added)
                yield whole
        if further:
            self._add_further(key, str(item["id"]), file, further)

    def _keep_related(self, item: dict[str, Node], old: Located[Any]) -> None:
        """Leave out the related facts for which an old fact has no room left."""
        has: list[str] = getattr(old.value, "related", [])
        given: Any = item.get("related", [])
        fresh = [key for key in given if key not in has]
        if len(has) + len(fresh) > MOST_RELATED:
            room = MOST_RELATED - len(has)
            item["related"] = fresh[:room]
            left = ", ".join(map(quote, fresh[room:]))
            why = f"{NOUNS['facts']} {quote(_label(item))}: 'related' is full, so that {left} was left out"
            self.notes.append(Problem(self.reply.file, 0, "", why))

    def _note_added(self, file: str, name: str, path: NodePath, added: Sequence[Addition]) -> None:
        """Note what is added at a path of a file."""
        self.changes.append(f"{file}: {name}: {', '.join(_told(addition) for addition in added)}")
        moved = [Addition((*path, *addition.path), addition.value) for addition in added]
        self.additions.setdefault(file, []).extend(moved)

    def _take_further(self, key: str, item: dict[str, Node], old: Located[Any] | None) -> dict[str, Node]:
        """Take the samples that belong into a samples file out of an item; of an old one also those that it has."""
        room = dict.fromkeys(LANGUAGES, SHOWN_SAMPLES[key])
        questions: Any = item.get("questions", {})
        if old is not None:
            apart = any(isinstance(file.model, SamplesFile) for file in self.own.files)
            own = [old.value.questions, *(one.value for one in self.own.samples if one.path == (old.value.id,))]
            has = {_compared(text, ("questions",)) for one in own for _, texts in one.by_language() for text in texts}
            for language, texts in old.value.questions.by_language():
                room[language] = 0 if apart else max(0, room[language] - len(texts))
            for language, texts in questions.items():
                fresh = [text for text in texts if _compared(text, ("questions",)) not in has]
                self.there += len(texts) - len(fresh)
                questions[language] = fresh
        further = take_further(item, room) if "id" in item else {}
        if old is not None and not any(questions.values()):
            item.pop("questions", None)
        return further

    def _add_further(self, key: str, name: str, facts: str, further: dict[str, Node]) -> None:
        """Note samples that are added to a samples file."""
        file = self.own.samples_file(name, facts) or self.files.articles[0].name(SAMPLES)
        entry = next((one for one in self.own.samples if one.path == (name,)), None)
        there: Any = {}
        added = [Addition((), further)]
        if entry is not None:
            self.merged_at.add((file, entry.path))
            there = entry.document.node(entry.path)
            added = [Addition((language,), texts) for language, texts in further.items()]
        self._note_added(file, f"{NOUNS[key]} {quote(name)}", (name,), added)
        whole: Any = {language: [*there.get(language, ()), *further.get(language, ())] for language in LANGUAGES}
        self.further[name] = {language: texts for language, texts in whole.items() if texts}

    def _merge_node(self, old: Node, new: Node, path: NodePath, added: list[Addition]) -> Node:
        """Return a node with what is new in another one; what differs stays as it is and is told."""
        match old, new:
            case (dict(), dict()):
                result = dict(old)
                for key, value in new.items():
                    if key in old and (*path, key) != ("source",):
                        result[key] = self._merge_node(old[key], value, (*path, key), added)
                    elif key not in old:
                        added.append(Addition((*path, key), value))
                        result[key] = value
                    elif _cited(old[key]) != _cited(value):
                        self._differs(value, (*path, key))
                return result
            case (list(), list()):
                there = {_compared(value, path) for value in old}
                fresh = [value for value in new if _compared(value, path) not in there]
                self.there += len(new) - len(fresh)
                if fresh:
                    added.append(Addition(path, fresh))
                return [*old, *fresh]
            case (str(), str()) if old.strip() == new or path == ("id",):
                return old
            case _:
                self._differs(new, path)
                return old

    def _differs(self, new: Node, path: NodePath) -> None:
        """Tell that the folder's own value was kept."""
        text: Any = new
        while isinstance(text, dict | list):
            text = next(iter(text.values() if isinstance(text, dict) else text), "")
        place = getattr(text, "path", ())
        what = f"differs from the folder's {dotted(path)}, which was kept"
        self.notes.append(self.reply.problem(place, what, name_of(self.reply.data, place)))

    def _file_for(self, key: str) -> str:
        """Return the name of the file to which a new item of a list is added."""
        article = self.files.articles[0]
        default = article.name(_LISTS[key])
        keys = {file.document.file: file.document.data for file in self.own.files}
        having = [name for name, data in keys.items() if key in data]
        others = [article.name(name) for name in article.fact_files] if _LISTS[key] == FACTS else []
        return default if default in having else (having or others or [default])[0]

    def _without_merged(self, file: LoadedFile[Any]) -> LoadedFile[Any]:
        """Return a file of the folder without the items that are added to."""
        gone = {path for name, path in self.merged_at if name == file.document.file}
        if not gone or file.model is None:
            return file
        data: Any = file.document.data
        if isinstance(file.model, SamplesFile):
            entries = {name: entry for name, entry in file.model.root.items() if (name,) not in gone}
            document = replace(file.document, data={name: data[name] for name in entries})
            return replace(file, document=document, model=SamplesFile.model_construct(root=entries))
        lists = [key for key in NOUNS if isinstance(data.get(key), list)]
        kept = {key: [item for item in file.items(key) if item.path not in gone] for key in lists}
        rest = {
            key: [{} if (key, at) in gone else item for at, item in enumerate(items)] if key in kept else items
            for key, items in data.items()
        }
        document = replace(file.document, data=rest)
        model = file.model.model_copy(update={key: [item.value for item in items] for key, items in kept.items()})
        positions = {key: [int(item.path[1]) for item in items] for key, items in kept.items()}
        return replace(file, document=document, model=model, positions=positions)

    def _written(self) -> Iterator[tuple[Path, bytes]]:
        """Yield each file that changes, with its new content."""
        prefix = self.files.articles[0].prefix
        for name, additions in self.additions.items():
            path = self.folder / name.removeprefix(prefix)
            data = self.files.content.get(path)
            if isinstance(data, bytes):
                yield path, add_to(data, name, additions)
                continue
            content: dict[str, Node] = {}
            for addition in additions:
                if isinstance(addition.value, dict):
                    content[str(addition.path[0])] = addition.value
                else:
                    content.setdefault(str(addition.path[0]), []).extend(addition.value)  # type: ignore[union-attr]
            yield path, dump(content).encode()


def _same(key: str, old: Located[Any], new: Mapping[str, Node]) -> bool:
    """Return whether an item of the reply is about the same as one of the folder."""
    if key == "cases":
        case: CaseModel = old.value
        return squeeze(normalise(case.question)) == squeeze(normalise(str(new.get("question", "")))) and (
            case.after or ""
        ) == new.get("after", "")
    if key == "commands":
        name = new.get("name")
        return isinstance(name, dict) and any(text == name.get(lang) for lang, text in old.value.name.given())
    return bool(old.value.id == new.get("id"))


def _label(item: Mapping[str, Node]) -> str:
    """Return how an item is called in messages."""
    name = item.get("id") or item.get("name") or item.get("question") or ""
    return str(next(iter(name.values()), "")) if isinstance(name, dict) else str(name)


def _told(addition: Addition) -> str:
    """Return what is added, such as `12 questions.ko`."""
    value, where = addition.value, dotted(addition.path)
    if isinstance(value, dict):
        return ", ".join(_told(Addition((*addition.path, key), inner)) for key, inner in value.items())
    return f"+{len(value)} {where}" if isinstance(value, list) else f"+{where}"


def _compared(node: Node, path: NodePath) -> str:
    """Return an entry of a list as it is compared with others: samples by letters and digits only."""
    text = node if isinstance(node, str) else repr(node)
    return squeeze(normalise(text)) if path[:1] in {("questions",), ("aliases",)} else text.strip()


def _cited(source: Any) -> frozenset[object]:  # noqa: ANN401  a node
    """Return the sections and the paragraphs of a source in one form."""
    places = source if isinstance(source, list) else [source]
    return frozenset(
        (place.get("section"), parse_paragraphs(given) if (given := place.get("paragraphs")) else ())
        for place in places
        if isinstance(place, dict)
    )
