"""`sheet`: the facts and gaps of an article as a table for spreadsheets, and back: only cells that differ change it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Final

from bot.authoring.adding import read_article_folder
from bot.authoring.from_json import SHOWN_SAMPLES
from bot.authoring.sheet_cells import (
    ABOUT,
    ANSWERS,
    COLUMNS,
    LABELS,
    SAMPLES,
    SOURCE,
    canonical,
    list_text,
    samples_text,
    source_changes,
    source_node,
    source_text,
)
from bot.authoring.sheet_file import Sheet, SheetRow, read_sheet, written_sheet
from bot.core.model import LANGUAGES
from bot.errors import KnowledgeError, Problem
from bot.knowledge.editing import write_together
from bot.knowledge.folder import KnowledgeFiles
from bot.knowledge.line_editing import Change, Insert, Put, Remove, edit
from bot.knowledge.problems import NOUNS, Node, NodePath, describe, quote
from bot.knowledge.reader import parse_knowledge
from bot.knowledge.references import ArticleFiles
from bot.knowledge.schema import FactModel, GapModel, Questions
from bot.knowledge.validation import Located
from bot.knowledge.yaml_reader import Document, parse

_OF_FACTS: Final = (SOURCE, "status", ABOUT)
"""Columns that a gap has nothing in."""
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {"answer": ANSWERS, "label": LABELS, "questions": SAMPLES}
"""Keys of a fact or gap whose languages are columns."""
_NO_SOURCE: Final = "is empty: write the section and paragraphs where the article says it, such as 'exodus 2, 3'"
_CELL_LIMIT: Final = 32_767
"""Characters of a cell that Excel and LibreOffice keep."""
Item = Located[FactModel] | Located[GapModel]


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: how many rows, and cells that a spreadsheet would cut off."""

    facts: int
    gaps: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Imported:
    """The files that change, with their new content, and a line for each change."""

    files: Mapping[Path, bytes]
    changes: tuple[str, ...]


def export_sheet(folder: Path, file: Path, shipped: Path | None = None) -> Exported:
    """Write the facts and gaps of an article's folder to a new CSV file, one row each.

    Raises KnowledgeError when anything is wrong with the folder, or when the file exists or can't be written.
    """
    _, own, _ = read_article_folder(folder, shipped)
    rows = [_cells(item, _apart(own, item)) for item in own.answers()]
    try:
        with file.open("xb") as stream:
            stream.write(written_sheet(rows))
    except FileExistsError:
        what = "already exists and is not overwritten: choose another name, or delete it"
        raise KnowledgeError((Problem(str(file), 0, "", what),)) from None
    except OSError as error:
        what = f"can't be written: {(error.strerror or 'input/output error').lower()}"
        raise KnowledgeError((Problem(str(file), 0, "", what),)) from error
    long = [(row, column) for row in rows for column in COLUMNS if len(row[column]) > _CELL_LIMIT]
    notes = tuple(
        f"{row['kind']} {quote(row['id'])}: {column} has more than the {_CELL_LIMIT:,} characters that Excel keeps"
        for row, column in long
    )
    return Exported(len(own.facts), len(own.gaps), notes)


def import_sheet(file: Path, folder: Path, shipped: Path | None = None, *, delete_missing: bool = False) -> Imported:
    """Write what differs in a sheet to an article's folder and return what changed.

    A new row becomes a new fact or gap; one that the sheet lacks stays unless `delete_missing`. Raises KnowledgeError
    with every problem, by row and column, and writes nothing, when the folder could not be read afterwards.
    """
    imported = merge_sheet(file, folder, shipped, delete_missing=delete_missing)
    write_together(imported.files)
    return imported


def merge_sheet(file: Path, folder: Path, shipped: Path | None = None, *, delete_missing: bool = False) -> Imported:
    """Return what `import_sheet` writes; raises like it."""
    files, own, _ = read_article_folder(folder, shipped)
    sheet = read_sheet(file)
    of_cells: list[Problem] = []
    while True:  # without the cells that have problems, the reader finds further ones
        wrong = frozenset((problem.line, problem.column) for problem in of_cells)
        others: list[Problem] = []
        try:
            imported = _Importing(sheet, own, files, wrong).imported(delete_missing=delete_missing)
        except KnowledgeError as error:
            others = [problem for problem in error.problems if not problem.column]
            new = [one for one in error.problems if one.column and (one.line, one.column) not in wrong]
            of_cells += new
            if new:
                continue
        if of_cells or others:
            raise KnowledgeError((*of_cells, *others))
        return imported


def _apart(own: ArticleFiles, item: Item) -> Located[Questions] | None:
    """Return the entry that a fact or gap has in a samples file."""
    return next((entry for entry in own.samples if entry.path == (item.value.id,)), None)


def _kind(item: Item) -> str:
    return NOUNS[str(item.path[0])]


def _cells(item: Item, apart: Located[Questions] | None) -> dict[str, str]:
    """Return the cells of a fact or gap."""
    value = item.value
    cells = dict.fromkeys(COLUMNS, "") | {"id": value.id, "kind": _kind(item)}
    for language in LANGUAGES:
        cells[f"answer_{language}"] = getattr(value.answer, language) or ""
        cells[f"label_{language}"] = (getattr(value.label, language) if value.label else None) or ""
        further = getattr(apart.value, language) if apart else []
        cells[f"samples_{language}"] = samples_text([*getattr(value.questions, language), *further])
    if isinstance(value, FactModel):
        source: Any = item.document.node((*item.path, "source"))
        cells |= {SOURCE: source_text(source), "status": value.status, ABOUT: list_text(value.about)}
    return cells


@dataclass(slots=True)
class _Importing:
    """Finds out what of a sheet differs from a folder."""

    sheet: Sheet
    own: ArticleFiles
    files: KnowledgeFiles
    wrong: frozenset[tuple[int, int]]
    """Rows and columns of cells that are left out because their problems are known."""
    changes: dict[str, list[Change]] = field(default_factory=dict)
    """Changes by file, as messages name it."""
    new: dict[tuple[str, str, int], list[Node]] = field(default_factory=dict)
    """New facts and gaps by file, list and the position that they are inserted at."""
    told: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def imported(self, *, delete_missing: bool) -> Imported:
        """Check everything together and return the new content of the files that change."""
        self.problems += self.sheet.problems
        items: dict[str, Item] = {item.value.id: item for item in self.own.answers()}
        before: dict[str, Item] = {}
        for given in self.sheet.rows:
            row = replace(
                given, cells={name: cell for name, cell in given.cells.items() if not self._is_wrong(given, name)}
            )
            if "id" not in row.cells:
                continue
            if (item := items.get(row.id)) is not None:
                before[f"{_kind(item)}s"] = item
                self._change(row, item, _apart(self.own, item))
            else:
                self._add(row, before)
        if delete_missing and not self.sheet.problems:  # a row with a problem is not missing
            there = {row.id for row in self.sheet.rows}
            self._delete([item for name, item in items.items() if name not in there])
        for (file, key, at), nodes in self.new.items():
            has = any(document.file == file and (key,) in document.lines for document in self._documents())
            self._note(file, Insert((key,), at, tuple(nodes)) if has else Put((key,), nodes))
        written = dict(self._written())
        self.problems += self._validated(written)
        if self.problems:
            raise KnowledgeError(tuple(dict.fromkeys(self.problems)))
        return Imported(written, tuple(self.told))

    def _documents(self) -> Iterator[Document]:
        return (file.document for file in self.own.files)

    def _note(self, file: str, *changes: Change) -> None:
        self.changes.setdefault(file, []).extend(changes)

    def _value(self, row: SheetRow, column: str) -> Any:  # noqa: ANN401  a text, or what it lists
        """Return what a cell says; None, with a problem, where it says nothing that can be understood."""
        try:
            return canonical(column, row.cells[column])
        except ValueError as error:
            self._refuse(row, column, str(error))
            return None

    def _is_wrong(self, row: SheetRow, column: str) -> bool:
        """Return whether a cell is left out."""
        return column in self.sheet.columns and (row.number, self.sheet.columns.index(column) + 1) in self.wrong

    def _refuse(self, row: SheetRow, column: str, what: str) -> None:
        """Note a problem with a cell, or with a cell that the sheet has no column for."""
        if column in self.sheet.columns:
            self.problems.append(self.sheet.problem(row, column, what))
        else:
            self.problems.append(self.sheet.problem(row, "id", f"the sheet has no column {column}: {what}"))

    def _change(self, row: SheetRow, item: Item, apart: Located[Questions] | None) -> None:
        """Note what a row changes of a fact or gap."""
        old = _cells(item, apart)
        differs: dict[str, Any] = {}
        for column in row.cells:
            value = self._value(row, column)
            if value is not None and value != canonical(column, old[column]):
                differs[column] = value
        if "kind" in differs:
            what = f"this is a {old['kind']}: to make it something else, write a row with another id"
            self._refuse(row, "kind", what)
        if isinstance(item.value, GapModel):
            self._refuse_for_gap(row)
            differs = {column: value for column, value in differs.items() if column not in _OF_FACTS}
        elif not differs.get(SOURCE, True):
            self._refuse(row, SOURCE, _NO_SOURCE)
        differs.pop("kind", None)
        self._note_differences(item, apart, differs)
        for column, value in differs.items():
            self.told.append(f"{_named(item)}: {column}: {_difference(canonical(column, old[column]), value)}")

    def _refuse_for_gap(self, row: SheetRow) -> None:
        """Note cells that a gap can't have."""
        for column in _OF_FACTS:
            if row.cells.get(column):
                self._refuse(row, column, "a gap has none: leave the cell empty")

    def _note_differences(self, item: Item, apart: Located[Questions] | None, differs: Mapping[str, Any]) -> None:
        """Note the changes of the files that make a fact or gap say what its cells say."""
        node: Any = item.document.node(item.path)
        file = item.document.file
        for key in ("answer", "label"):
            texts = {column[-2:]: differs[column] for column in _KEYS[key] if column in differs}
            self._note(file, *_texts_changes((*item.path, key), node.get(key), texts, keep=key == "answer"))
        if "status" in differs:
            self._note(file, Put((*item.path, "status"), differs["status"]))
        if about := differs.get(ABOUT):
            self._note(file, Put((*item.path, ABOUT), list(about)))
        elif ABOUT in differs:
            self._note(file, Remove((*item.path, ABOUT)))
        if source := differs.get(SOURCE):
            self._note(file, *source_changes((*item.path, "source"), node["source"], source))
        if any(column in differs for column in SAMPLES):
            self._note_samples(item, apart, {column[-2:]: differs[column] for column in SAMPLES if column in differs})

    def _note_samples(self, item: Item, apart: Located[Questions] | None, samples: Mapping[str, Sequence[str]]) -> None:
        """Note the changes of the samples of a fact or gap; each stays beside the answer, or apart, as it is."""
        file = self.own.samples_file(item.value.id, item.document.file)
        beside: dict[str, tuple[list[str], list[str]]] = {}
        further: dict[str, tuple[list[str], list[str]]] = {}
        for language in LANGUAGES:
            own = list(getattr(item.value.questions, language))
            others = list(getattr(apart.value, language)) if apart else []
            new = list(samples.get(language, [*own, *others]))
            cut = _cut(own, others, new, SHOWN_SAMPLES[str(item.path[0])] if file else len(new))
            beside[language], further[language] = (own, new[:cut]), (others, new[cut:])
        node: Any = item.document.node(item.path)
        self._note(item.document.file, *_lists_changes((*item.path, "questions"), beside, there="questions" in node))
        if file:
            self._note(file, *_lists_changes((item.value.id,), further, there=apart is not None))

    def _add(self, row: SheetRow, before: Mapping[str, Item]) -> None:
        """Note a new fact or gap, behind the one of its kind that the sheet has before it."""
        kind = row.cells.get("kind", "").casefold()
        key = f"{kind}s"
        if key not in SHOWN_SAMPLES:
            what = f"there is no {quote(row.id)} in the folder; for a new row, write fact or gap here"
            self._refuse(row, "kind", what)
            return
        file, at = self._place(key, before.get(key))
        values = {column: self._value(row, column) for column in row.cells}
        if kind == "gap":
            self._refuse_for_gap(row)
        elif not row.cells.get(SOURCE):
            self._refuse(row, SOURCE, _NO_SOURCE)
        item: dict[str, Node] = {"id": row.id}
        for name, columns in (("label", LABELS), ("answer", ANSWERS)):
            texts: dict[str, Node] = {column[-2:]: values[column] for column in columns if values.get(column)}
            if texts or name == "answer":
                item[name] = texts
        lists = {column[-2:]: list(values[column]) for column in SAMPLES if values.get(column)}
        samples = self.own.samples_file(row.id, file)
        most = SHOWN_SAMPLES[key] if samples else max(map(len, lists.values()), default=0)
        item["questions"] = {language: texts[:most] for language, texts in lists.items()}
        further: dict[str, Node] = {language: texts[most:] for language, texts in lists.items() if texts[most:]}
        if samples and further:
            self._note(samples, Put((row.id,), further))
        if kind == "fact":
            item |= {"source": source_node(values.get(SOURCE) or ())}
            item |= {"about": list(values[ABOUT])} if values.get(ABOUT) else {}
            item |= {"status": values["status"]} if row.cells.get("status") else {}
        self.new.setdefault((file, key, at), []).append(item)
        self.told.append(f"{file}: new {kind} {quote(row.id)}")

    def _place(self, key: str, before: Item | None) -> tuple[str, int]:
        """Return the file of a new fact or gap and its position in the list there."""
        if before is not None:
            return before.document.file, int(before.path[1]) + 1
        article = self.files.articles[0]
        facts = [document for document in self._documents() if document.file in map(article.name, article.fact_files)]
        having = [document for document in facts if (key,) in document.lines]
        document = (*having, *facts)[0]
        return document.file, len(document.node((key,))) if having else 0

    def _delete(self, items: Sequence[Item]) -> None:
        """Note the removal of facts and gaps."""
        for item in items:
            self._note(item.document.file, Remove(item.path))
            apart = _apart(self.own, item)
            if apart is not None:
                self._note(apart.document.file, Remove(apart.path))
            self.told.append(f"{_named(item)}: deleted")

    def _written(self) -> Iterator[tuple[Path, bytes]]:
        """Yield each file that changes, with its new content."""
        prefix = self.files.articles[0].prefix
        for name, changes in self.changes.items():
            path = self.files.articles[0].path / name.removeprefix(prefix)
            data = self.files.content[path]
            if changes and isinstance(data, bytes):
                try:
                    yield path, edit(data, name, changes)
                except KnowledgeError as error:
                    self.problems += error.problems

    def _validated(self, written: Mapping[Path, bytes]) -> Iterator[Problem]:
        """Yield what the reader says about the folder as it would be; in the sheet where that comes from there."""
        try:
            parse_knowledge(replace(self.files, content={**self.files.content, **written}))
        except KnowledgeError as error:
            article = self.files.articles[0]
            documents = []
            for name in (*article.fact_files, *article.sample_files):
                data = written.get(article.path / name, self.files.content[article.path / name])
                document = parse(data, article.name(name), []) if isinstance(data, bytes) else None
                documents += [document] if document else []
            cells = _cells_of_problems(documents)
            rows = {row.id: row for row in self.sheet.rows}
            for problem in error.problems:
                name, column = cells.get((problem.file, problem.line, problem.where), ("", ""))
                column = SAMPLES[0] if column == "id" and "questions" in problem.what else column
                known = name in rows and column in rows[name].cells
                yield self.sheet.problem(rows[name], column, problem.what) if known else problem


def _cells_of_problems(documents: Iterable[Document]) -> dict[tuple[str, int, str], tuple[str, str]]:
    """Return the id and the column of each place in files: file, line and how messages call it."""
    found: dict[tuple[str, int, str], tuple[str, str]] = {}
    for document in documents:
        for path, line in document.lines.items():
            name, rest = _id_and_rest(document, path)
            language = next((str(part) for part in rest[1:2] if part in LANGUAGES), LANGUAGES[0])
            columns = {"questions": "samples", "source": SOURCE, "status": "status", ABOUT: ABOUT, "id": "id"}
            column = columns.get(str(rest[0]), str(rest[0])) if rest else "id"
            column = f"{column}_{language}" if column in {"answer", "label", "samples"} else column
            found[document.file, line, describe(document.data, path)] = name, column
    return found


def _id_and_rest(document: Document, path: NodePath) -> tuple[str, NodePath]:
    """Return the id of the fact or gap that a path leads into, and the path inside it."""
    match path:
        case ("facts" | "gaps", int(), *rest):
            item: Any = document.node(path[:2])
            return (str(item.get("id", "")) if isinstance(item, dict) else ""), tuple(rest)
        case (str(name), *rest):
            return name, ("questions", *rest)
        case _:
            return "", ()


def _named(item: Item) -> str:
    return f"{item.document.file}: {_kind(item)} {quote(item.value.id)}"


def _difference(old: Any, new: Any) -> str:  # noqa: ANN401  texts, or what they list
    """Return a difference for a person: an old and a new text, or what is gone from a list and what is new."""
    if isinstance(old, str) and isinstance(new, str):
        return f"{quote(old) if old else 'nothing'} → {quote(new) if new else 'nothing'}"
    gone, fresh = [one for one in old if one not in new], [one for one in new if one not in old]
    parts = [f"- {quote(_shown(one))}" for one in gone] + [f"+ {quote(_shown(one))}" for one in fresh]
    return ", ".join(parts) if parts else "another order"


def _shown(one: Any) -> str:  # noqa: ANN401  a text, or a section with its paragraphs
    return one if isinstance(one, str) else source_text(source_node((one,)))


def _texts_changes(
    path: NodePath, old: Mapping[str, Node] | None, texts: Mapping[str, str], *, keep: bool
) -> Iterator[Change]:
    """Yield the changes of a text in two languages; without any text its key goes too, unless it is to be kept."""
    given: dict[str, Node] = {language: text for language, text in texts.items() if text}
    if old is None:
        if given:
            yield Put(path, given)
        return
    if not keep and not given and set(old) <= set(texts):
        yield Remove(path)
        return
    for language, text in texts.items():
        if text:
            yield Put((*path, language), text)
        elif language in old:
            yield Remove((*path, language))


def _lists_changes(
    path: NodePath, lists: Mapping[str, tuple[Sequence[str], Sequence[str]]], *, there: bool
) -> Iterator[Change]:
    """Yield the changes of samples by language, each old and new, at a path that is there already or not."""
    given: dict[str, Node] = {language: list(new) for language, (_, new) in lists.items() if new}
    if not there:
        if given:
            yield Put(path, given)
        return
    if not given:
        yield Remove(path)
        return
    for language, (old, new) in lists.items():
        if not new and old:
            yield Remove((*path, language))
        elif new and not old:
            yield Put((*path, language), list(new))
        else:
            yield from _list_changes((*path, language), old, new)


def _list_changes(path: NodePath, old: Sequence[str], new: Sequence[str]) -> Iterator[Change]:
    """Yield the changes that make a list another one."""
    for tag, start, end, first, last in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        both = min(end - start, last - first)
        yield from (Put((*path, start + n), new[first + n]) for n in range(both))
        yield from (Remove((*path, n)) for n in range(start + both, end))
        if first + both < last:
            yield Insert(path, start + both, tuple(new[first + both : last]))


def _cut(beside: Sequence[str], apart: Sequence[str], new: Sequence[str], most: int) -> int:
    """Return how many of the new samples stand beside the answer: those that do already, and up to `most`."""
    last, first = 0, len(new)
    for start, at, size in SequenceMatcher(None, [*beside, *apart], new, autojunk=False).get_matching_blocks():
        if size and start < len(beside):
            last = max(last, at + min(size, len(beside) - start))
        if size and start + size > len(beside):
            first = min(first, at + max(0, len(beside) - start))
    return max(last, min(first, max(most, len(beside))))
