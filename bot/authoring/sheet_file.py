"""A sheet as a file: CSV that Excel, Google Sheets and LibreOffice read and write."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bot.authoring.encodings import CP949, decoded
from bot.authoring.sheet_cells import COLUMNS, escape, unescape
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import read_bytes
from bot.knowledge.problems import quote, unknown
from bot.knowledge.yaml_reader import CONTROL

_SEPARATORS: Final = (",", ";", "\t")
"""What stands between cells; Excel writes `;` where a comma is part of numbers, and tabs as "Unicode Text"."""
_HINT: Final = re.compile('"?sep=.?"?\r?\n')
"""A first line that tells Excel the separator."""
_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with its number, from 1 for the row of the columns' names, and what its cells say, by column."""

    number: int
    cells: Mapping[str, str]

    @property
    def id(self) -> str:
        """Return the id of the fact or gap."""
        return self.cells["id"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a file, and what is wrong with it."""

    file: str
    columns: tuple[str, ...]
    rows: tuple[SheetRow, ...]
    problems: tuple[Problem, ...]

    def problem(self, row: SheetRow, column: str, what: str) -> Problem:
        """Return the problem that `what` is wrong with a cell."""
        called = column if column == "id" else f"{column} of {quote(row.id)}"
        return _problem(self.file, row.number, self.columns.index(column), called, what)


def _problem(file: str, row: int, at: int, called: str, what: str) -> Problem:
    """Return the problem with a cell, whose column counts from 0: at `C7 (called)`, as spreadsheets name it."""
    letters, rest = "", at + 1
    while rest:
        rest, letter = divmod(rest - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return Problem(file, row, f"{letters}{row} ({called})", what, at + 1)


def written_sheet(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return rows as CSV in UTF-8, with the mark at the start by which Excel knows that."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows([escape(row[column]) for column in COLUMNS] for row in rows)
    return _BOM + stream.getvalue().encode()


def read_sheet(path: Path) -> Sheet:
    """Read a CSV file; KnowledgeError when it is none, other problems are in the sheet."""
    file = path.name
    text = _text(path, file)
    text = text.removeprefix(match[0] if (match := _HINT.match(text)) else "")
    try:
        records = _records(text)
    except csv.Error as error:
        raise KnowledgeError((Problem(file, 0, "", f"is no CSV file: {error}"),)) from None
    columns = _names(records)
    problems = list(_header_problems(file, columns))
    if problems:
        raise KnowledgeError(tuple(problems))
    rows: list[SheetRow] = []
    for number, record in enumerate(records[1:], 2):
        cells = [unescape(re.sub("\r\n?", "\n", cell).strip()) for cell in record]
        if any(cells):
            row = SheetRow(number, dict(zip(columns, [*cells, *[""] * len(columns)], strict=False)))
            found = list(_row_problems(file, columns, row, cells, rows))
            problems += found
            rows += [] if found else [row]
    return Sheet(file, columns, tuple(rows), tuple(problems))


def _text(path: Path, file: str) -> str:
    """Return the text of a file in UTF-8 or UTF-16; KnowledgeError in any other encoding."""
    data = read_bytes(path, file)
    if isinstance(data, Problem):
        raise KnowledgeError((data,))
    text, encoding = decoded(data)
    if text is None or encoding == CP949:
        what = "is in the encoding CP949, Excel's plain 'CSV', which replaces some characters by '?'"
        what = f"{what if text else 'is not UTF-8'}: save it as 'CSV UTF-8 (comma delimited)'"
        raise KnowledgeError((Problem(file, 0, "", what),))
    return text


def _records(text: str) -> list[list[str]]:
    """Return the cells of each row, separated as most names of columns are; raise csv.Error."""

    def known(separator: str) -> int:
        first = next(csv.reader(io.StringIO(text, newline=""), delimiter=separator), [])
        return len(set(_names([first])) & set(COLUMNS))

    separator = max(_SEPARATORS, key=known)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True))


def _names(records: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Return the names of the columns, without empty ones at the end."""
    names = [name.strip().casefold() for name in records[0]] if records else []
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _header_problems(file: str, columns: Sequence[str]) -> Iterator[Problem]:
    """Yield what is wrong with the names of the columns."""
    if "id" not in columns:
        what = f"the first row must name the columns: id, and any of {', '.join(COLUMNS[1:])}"
        yield Problem(file, 1, "", what)
        return
    for at, name in enumerate(columns):
        if name not in COLUMNS:
            yield _problem(file, 1, at, name, f"{unknown('column', name, COLUMNS)}; rename or delete it")
        elif name in columns[:at]:
            yield _problem(file, 1, at, name, "there are two columns of this name: delete one")


def _row_problems(
    file: str, columns: Sequence[str], row: SheetRow, cells: Sequence[str], rows: Sequence[SheetRow]
) -> Iterator[Problem]:
    """Yield what is wrong with a row by itself, or because of one above it."""
    at = columns.index("id")
    if not row.id:
        yield _problem(file, row.number, at, "id", "is empty: write an id, or delete the row")
    elif (same := next((one.number for one in rows if one.id == row.id), None)) is not None:
        yield _problem(file, row.number, at, "id", f"{quote(row.id)} is already the id of row {same}")
    for place, cell in enumerate(cells):
        if place >= len(columns) and cell:
            what = "is beyond the columns that have a name: delete it"
            yield _problem(file, row.number, place, "no name", what)
        elif control := CONTROL.search(cell):
            what = f"contains a control character (U+{ord(control[0]):04X}): delete it"
            yield _problem(file, row.number, place, columns[place], what)
