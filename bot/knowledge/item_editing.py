"""Edits of an article's files: facts and gaps that are new or say something else; what is retired or comes back."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from bot.core.edits import AddSample, ChangeAnswer, EditRequest, NewFact, NewGap, Place, Restore, Retire, RetireArticle
from bot.core.model import LANGUAGES, Language, Sample, Source, Text
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import ARTICLE, CASES, ArticleFolder, KnowledgeFiles
from bot.knowledge.line_editing import Change, Insert, Put, Remove, edit
from bot.knowledge.problems import Node, NodePath, unknown
from bot.knowledge.references import ArticleFiles, read_article
from bot.knowledge.schema import CasesFile, FactModel, FactsFile, GapModel
from bot.knowledge.validation import Located
from bot.knowledge.writer import dump, identifier

_RETIRED: Final = "retired"
_NAME_LENGTH: Final = 40
"""Characters of the longest id that is derived."""
_DEFAULT_STATUS: Final = FactModel.model_fields["status"].default


def changed_files(files: KnowledgeFiles, request: EditRequest) -> Mapping[Path, bytes]:
    """Return the new content of the files that an edit changes.

    Raises KnowledgeError when there is no such article, fact or gap, or when a file can't be changed without changing
    what else it says.
    """
    slug = request.article if isinstance(request, NewFact | NewGap | RetireArticle) else request.place.article
    folder = next((one for one in files.articles if one.slug == slug), None)
    if folder is None:
        raise KnowledgeError((Problem(slug, 0, "", unknown("article", slug, [one.slug for one in files.articles])),))
    problems = list(files.problems)
    article = read_article(folder, files, problems)
    if problems:
        raise KnowledgeError(tuple(dict.fromkeys(problems)))
    changing = _Changing(folder, article, files)
    match request:
        case AddSample(place, text, language):
            return changing.with_sample(place, text, language)
        case NewFact() | NewGap():
            return changing.with_item(request)
        case ChangeAnswer():
            return changing.with_answer(request)
        case Retire(place):
            return changing.retired(place)
        case Restore(place):
            return changing.restored(place)
        case RetireArticle():
            return changing.with_state(retired=request.retired)


class _Changing:
    """An article's files, and what becomes of them."""

    def __init__(self, folder: ArticleFolder, article: ArticleFiles, files: KnowledgeFiles) -> None:
        self._folder = folder
        self._article = article
        self._files = files

    def with_sample(self, place: Place, text: str, language: Language) -> Mapping[Path, bytes]:
        """Return the files with a new sample, in the samples file where the folder has one, and a new case."""
        item = self._item(place)
        samples = self._article.samples_file(place.item, item.document.file)
        path: NodePath
        file, path = (samples, (place.item,)) if samples else (item.document.file, (*item.path, "questions"))
        change = _appended(self._root(file), path, language, text)
        return {**self._edited(file, [change]), **self._with_case(text, place.item)}

    def with_item(self, new: NewFact | NewGap) -> Mapping[Path, bytes]:
        """Return the files with a new fact or gap and the case of its first sample."""
        key = "facts" if isinstance(new, NewFact) else "gaps"
        taken = self._article.ids("facts", "gaps") or ()
        name = identifier(new.name, taken, key.removesuffix("s"), _NAME_LENGTH)
        entry = _fact_entry(name, new) if isinstance(new, NewFact) else _gap_entry(name, new)
        file = self._file_for(key, new.beside)
        change = _appended(self._root(file), (), key, entry)
        return {**self._edited(file, [change]), **self._with_case(new.samples[0].text, name)}

    def with_answer(self, new: ChangeAnswer) -> Mapping[Path, bytes]:
        """Return the file with another answer; KnowledgeError when it is the same."""
        item = self._item(new.place)
        changes = list(_answer_changes(item, new))
        if not changes:
            raise KnowledgeError((item.problem("has this answer and status already: nothing is changed"),))
        return self._edited(item.document.file, changes)

    def retired(self, place: Place) -> Mapping[Path, bytes]:
        """Return the file with the mark; KnowledgeError unless taking it away again leaves the same bytes."""
        item = self._item(place)
        path = (*item.path, _RETIRED)
        written = self._edited(item.document.file, [Put(path, "true")])
        for file, data in written.items():
            if edit(data, item.document.file, [Remove(path)]) != self._files.content[file]:
                what = "can't be retired so that it comes back as it was: write it in lines, without brackets around it"
                raise KnowledgeError((item.problem(what),))
        return written

    def restored(self, place: Place) -> Mapping[Path, bytes]:
        """Return the file without the mark."""
        item = next((one for one in self._article.retired if one.value.id == place.item), None)
        if item is None:
            raise KnowledgeError((Problem(str(place), 0, "", "is not retired"),))
        return self._edited(item.document.file, [Remove((*item.path, _RETIRED))])

    def with_state(self, *, retired: bool) -> Mapping[Path, bytes]:
        """Return the file that says whether the article is retired; nothing if it says so already."""
        file = self._folder.name(ARTICLE)
        if retired:
            return self._edited(file, [Put((_RETIRED,), "true")])
        return self._edited(file, [Remove((_RETIRED,))]) if _RETIRED in self._root(file) else {}

    def _item(self, place: Place) -> Located[FactModel] | Located[GapModel]:
        """Return a fact or gap that is answered with; KnowledgeError if there is none."""
        answers = self._article.answers()
        item = next((one for one in answers if one.value.id == place.item), None)
        if item is None:
            what = unknown("fact or gap", place.item, [one.value.id for one in answers])
            raise KnowledgeError((Problem(self._article.slug, 0, "", what),))
        return item

    def _file_for(self, key: str, beside: str) -> str:
        """Return the file of a fact or gap, else the last one with any such, else the first one with either."""
        located = self._article.facts if key == "facts" else self._article.gaps
        files = [one.document.file for one in located]
        near = [one.document.file for one in located if one.value.id == beside]
        every = [file.document.file for file in self._article.files if isinstance(file.model, FactsFile)]
        return next(iter((*near, *reversed(files), *every)))

    def _root(self, file: str) -> Any:  # noqa: ANN401  plain data of any depth
        return next(one.document.data for one in self._article.files if one.document.file == file)

    def _with_case(self, question: str, expect: str) -> Mapping[Path, bytes]:
        """Return the file of cases with one more."""
        entry: Node = {"question": question, "expect": expect}
        file = next((one.document for one in self._article.files if isinstance(one.model, CasesFile)), None)
        if file is None:
            return {self._folder.path / CASES: dump({"cases": [entry]}).encode()}
        return self._edited(file.file, [_appended(file.data, (), "cases", entry)])

    def _edited(self, file: str, changes: Sequence[Change]) -> Mapping[Path, bytes]:
        """Return a file with changes."""
        path = self._folder.path / file.removeprefix(self._folder.prefix)
        data = self._files.content[path]
        if not isinstance(data, bytes):
            raise KnowledgeError((data,))
        return {path: edit(data, file, changes)}


def _fact_entry(name: str, new: NewFact) -> Node:
    """Return a fact as authors write it."""
    places: list[Node] = [_place_entry(one) for one in new.source.sections()]
    entry: dict[str, Node] = {
        "id": name,
        "answer": _text_entry(new.answer),
        "questions": _samples_entry(new.samples),
        "source": places[0] if len(places) == 1 else places,
    }
    return entry if new.status == _DEFAULT_STATUS else {**entry, "status": new.status}


def _gap_entry(name: str, new: NewGap) -> Node:
    """Return a gap as authors write it."""
    entry: dict[str, Node] = {
        "id": name,
        "answer": _text_entry(new.answer),
        "questions": _samples_entry(new.samples),
    }
    return {**entry, "nearest": list(new.nearest)} if new.nearest else entry


def _place_entry(source: Source) -> Node:
    entry: dict[str, Node] = {"section": source.section}
    return {**entry, "paragraphs": list(map(str, source.paragraphs))} if source.paragraphs else entry


def _text_entry(text: Text) -> Node:
    return {language: text.get(language) for language in LANGUAGES if text.has(language)}


def _samples_entry(samples: Sequence[Sample]) -> Node:
    texts = {language: [one.text for one in samples if one.language == language] for language in LANGUAGES}
    return {language: [*found] for language, found in texts.items() if found}


def _answer_changes(item: Located[FactModel] | Located[GapModel], new: ChangeAnswer) -> Iterator[Change]:
    """Yield a change for each text that differs, and for the status."""
    for language in LANGUAGES:
        path = (*item.path, "answer", language)
        before = getattr(item.value.answer, language)
        after = new.answer.get(language) if new.answer.has(language) else None
        if before != after:
            yield Remove(path) if after is None else Put(path, after)
    if isinstance(item.value, FactModel) and new.status not in {None, item.value.status}:
        yield Put((*item.path, "status"), str(new.status))


def _appended(root: Any, path: NodePath, key: str, entry: Node) -> Change:  # noqa: ANN401  plain data of any depth
    """Return the change that puts an entry at the end of the list `key` of the mapping at a path, if there are any."""
    node = root
    for part in path:
        node = node.get(part) if isinstance(node, dict) else node[part]
        if node is None:
            return Put(path, {key: [entry]})
    entries = node.get(key)
    if not entries:
        return Put((*path, key), [entry])
    return Insert((*path, key), len(entries), (entry,))
