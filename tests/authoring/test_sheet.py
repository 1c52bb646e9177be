# ruff: noqa: E501 - in a table, one case is one line
"""A sheet shows facts and gaps, and back in the folder it changes only what differs."""

import csv
import difflib
import io
import shutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.app import shipped_knowledge
from bot.authoring.sheet import export_sheet, import_sheet
from bot.authoring.sheet_cells import COLUMNS, canonical, escape, unescape
from bot.authoring.sheet_file import read_sheet, written_sheet
from bot.errors import KnowledgeError
from tests.knowledge.small_article import Folder, read_knowledge

ROOT = Path(__file__).parents[2]
ARTICLES = [*(ROOT / "tests/articles").iterdir(), *(path for path in (ROOT / "tests/articles_aside").iterdir() if path.is_dir())]  # fmt: skip
FACTS = """\
# Our facts, in the order of the article.
facts:
  - id: murati-origin   # an id may have a comment
    answer: {ko: "무라티는 알바니아에서 태어났어요."}
    questions:
      ko:
        - 무라티는 어느 나라 출신이야?
        - '무라티 고향'
        # a comment between samples
        - 무라티가 태어난 곳은?
    source: {section: exodus, paragraphs: [3]}
    about: [murati]
    evidence:
      - 알바니아
    tags: [people]

  - id: second
    label:
      en: The second
    answer:
      ko: 둘째 답이에요.
      en: The second answer.
    questions:
      ko:
        - 둘째는?
        - 둘째 뭐야
        - 두 번째
    source:
      section: exodus
      paragraphs: 1-2
    status: denied
    related: [murati-origin]
gaps:
  - id: pay
    answer:
      en: The article does not say.
    questions:
      en:
        - What did she earn?
    nearest: [second]
# the end
"""
SAMPLES = """\
# Further samples.
second:
  ko:
    - 둘째 좀
    # chatty
    - 둘째 알려줘
"""
Cells = list[dict[str, str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a small article whose facts have comments and further samples."""
    small = Folder(tmp_path / "knowledge")
    small.write("art/facts.yaml", FACTS)
    small.write("art/samples.yaml", SAMPLES)
    return small.root / "art"


def rows_of(file: Path) -> Cells:
    """Return the rows of a sheet as a spreadsheet shows them."""
    return list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig"), newline="")))


def saved(file: Path, rows: Cells, separator: str = ",", encoding: str = "utf-8-sig") -> Path:
    """Write rows as a spreadsheet saves them."""
    with file.open("w", encoding=encoding, newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), delimiter=separator)
        writer.writeheader()
        writer.writerows(rows)
    return file


def edited(folder: Path, change: Callable[[Cells], object]) -> Path:
    """Return a sheet of a folder that a person changed."""
    file = folder.parent.parent / "sheet.csv"
    file.unlink(missing_ok=True)
    export_sheet(folder, file)
    rows = rows_of(file)
    change(rows)
    return saved(file, rows)


def setting(row: int, column: str, text: str) -> Callable[[Cells], object]:
    return lambda rows: rows[row].__setitem__(column, text)


def changed_lines(folder: Path) -> list[str]:
    """Return the lines of facts and samples that differ from those at first."""
    found: list[str] = []
    for name, before in (("facts.yaml", FACTS), ("samples.yaml", SAMPLES)):
        after = (folder / name).read_text(encoding="utf-8")
        found += [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    return found


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*.yaml"))}


@pytest.mark.parametrize("article", [*ARTICLES, shipped_knowledge() / "openai-exodus"], ids=lambda path: path.name)
@pytest.mark.parametrize(("separator", "encoding"), [(",", "utf-8-sig"), (";", "utf-8"), ("\t", "utf-16")])
def test_an_export_changes_nothing_when_imported(article: Path, separator: str, encoding: str, tmp_path: Path) -> None:
    """Also as Excel saves it where a comma is part of numbers, and as "Unicode Text"."""
    folder = tmp_path / article.name
    shutil.copytree(article, folder)
    before = content(folder)
    exported = export_sheet(folder, tmp_path / "sheet.csv", shipped_knowledge())
    rows = rows_of(tmp_path / "sheet.csv")
    saved(tmp_path / "sheet.csv", rows, separator, encoding)
    imported = import_sheet(tmp_path / "sheet.csv", folder, shipped_knowledge(), delete_missing=True)
    assert (len(rows), exported.notes) == (exported.facts + exported.gaps, ())
    assert (imported.changes, imported.files) == ((), {})
    assert content(folder) == before


def test_a_sheet_shows_each_fact_and_gap_in_a_row(folder: Path, tmp_path: Path) -> None:
    export_sheet(folder, tmp_path / "sheet.csv")
    assert (tmp_path / "sheet.csv").read_bytes().startswith(b"\xef\xbb\xbfid,kind,answer_ko,")
    first, second, gap = rows_of(tmp_path / "sheet.csv")
    assert tuple(first) == COLUMNS
    assert (first["paragraphs"], first["status"], first["about"]) == ("exodus 3", "reported", "murati")
    assert (second["paragraphs"], second["status"], second["label_en"]) == ("exodus 1, 2", "denied", "The second")
    assert second["samples_ko"] == "둘째는?\n둘째 뭐야\n두 번째\n둘째 좀\n둘째 알려줘"
    assert gap == dict.fromkeys(COLUMNS, "") | {
        "id": "pay", "kind": "gap", "answer_en": "The article does not say.", "samples_en": "What did she earn?"
    }  # fmt: skip


def test_a_file_that_exists_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("mine", encoding="utf-8")
    with pytest.raises(KnowledgeError, match="already exists and is not overwritten"):
        export_sheet(folder, tmp_path / "sheet.csv")
    assert (tmp_path / "sheet.csv").read_text(encoding="utf-8") == "mine"


EDITS = [
    (0, "answer_ko", "무라티는 알바니아 출신이에요, 네.", ['-     answer: {ko: "무라티는 알바니아에서 태어났어요."}', '+     answer: {ko: "무라티는 알바니아 출신이에요, 네."}']),
    (0, "answer_en", "In Albania.", ['-     answer: {ko: "무라티는 알바니아에서 태어났어요."}', "+     answer: {ko: 무라티는 알바니아에서 태어났어요., en: In Albania.}"]),
    (0, "label_ko", "고향", ["+     label:", "+       ko: 고향"]),
    (0, "paragraphs", "exodus 3,5-7", ["-     source: {section: exodus, paragraphs: [3]}", "+     source: {section: exodus, paragraphs: [3, 5-7]}"]),
    (0, "paragraphs", "headline", ["-     source: {section: exodus, paragraphs: [3]}", "+     source: {section: headline}"]),
    (0, "status", "Stated", ["+     status: stated"]),
    (0, "about", "", ["-     about: [murati]"]),
    (0, "samples_ko", "무라티는 어느 나라 출신이야?\n무라티의 고향\n무라티가 태어난 곳은?", ["-         - '무라티 고향'", "+         - '무라티의 고향'"]),
    (0, "samples_ko", "무라티는 어느 나라 출신이야?\n무라티 고향\n\n  무라티가 태어난 곳은?  \n네번째\n다섯", ["+         - 네번째", "+ murati-origin:", "+   ko:", "+     - 다섯"]),
    (0, "samples_en", "Where from?", ["+       en:", "+         - Where from?"]),
    (1, "samples_ko", "둘째는?\n둘째 뭐야\n두 번째\n둘째 알려줘", ["-     - 둘째 좀"]),
    (1, "samples_ko", "둘째는?\n둘째 뭐야\n두 번째", ["- second:", "-   ko:", "-     - 둘째 좀", "-     # chatty", "-     - 둘째 알려줘", "+ {}"]),
    (1, "samples_ko", "둘째 뭐야\n두 번째\n둘째 좀\n둘째 알려줘\n끝", ["-         - 둘째는?", "+     - 끝"]),
    (1, "label_en", "", ["-     label:", "-       en: The second"]),
    (1, "paragraphs", "exodus 7", ["-       paragraphs: 1-2", "+       paragraphs: [7]"]),
    (1, "status", "", ["-     status: denied", "+     status: reported"]),
    (1, "answer_en", "- a: 'b' # c", ["-       en: The second answer.", '+       en: "- a: \'b\' # c"']),
    (2, "answer_ko", "안 나와요.", ["+       ko: 안 나와요."]),
]  # fmt: skip


@pytest.mark.parametrize(("row", "column", "text", "lines"), EDITS)
def test_a_changed_cell_changes_its_lines_only(
    folder: Path, row: int, column: str, text: str, lines: list[str]
) -> None:
    """Comments, quotation marks and what the sheet does not show stay."""
    file = edited(folder, setting(row, column, text))
    imported = import_sheet(file, folder)
    assert sorted(changed_lines(folder)) == sorted(lines)
    assert len(imported.changes) == 1
    assert f": {column}: " in imported.changes[0]
    assert import_sheet(file, folder).changes == ()


def test_what_changed_is_told_with_the_old_and_the_new_text(folder: Path) -> None:
    def change(rows: Cells) -> None:
        rows[0] |= {
            "answer_en": "In Albania.",
            "samples_ko": "무라티는 어느 나라 출신이야?\n무라티가 태어난 곳은?\n어디?",
        }
        rows[1] |= {"paragraphs": "exodus 2", "samples_ko": "\n".join(reversed(rows[1]["samples_ko"].split("\n")))}

    assert import_sheet(edited(folder, change), folder).changes == (
        "facts.yaml: fact 'murati-origin': answer_en: nothing → 'In Albania.'",
        "facts.yaml: fact 'murati-origin': samples_ko: - '무라티 고향', + '어디?'",
        "facts.yaml: fact 'second': paragraphs: - 'exodus 1, 2', + 'exodus 2'",
        "facts.yaml: fact 'second': samples_ko: another order",
    )


def test_columns_may_be_left_out_and_moved(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "sheet.csv").write_text("sep=;\nLABEL_KO;Id\n둘째;second\n", encoding="utf-8")
    assert len(import_sheet(tmp_path / "sheet.csv", folder).changes) == 1
    assert changed_lines(folder) == ["+       ko: 둘째"]


NEW = dict.fromkeys(COLUMNS, "") | {"id": "third", "kind": "Fact", "answer_en": "Third: yes.", "paragraphs": "exodus 4", "samples_en": "a?\nb?\nc?\nd?\ne?", "about": "murati"}  # fmt: skip


def test_a_new_row_is_a_new_fact_behind_the_one_above_it(folder: Path) -> None:
    gap = NEW | {"id": "age", "kind": "gap", "samples_en": "How old?", "paragraphs": "", "about": ""}
    fourth = NEW | {"id": "fourth", "status": "denied", "label_en": "4", "samples_en": "f?\ng?\nh?"}

    def change(rows: Cells) -> None:
        rows[1:1] = [NEW, fourth]
        rows.append(gap)

    imported = import_sheet(edited(folder, change), folder)
    assert imported.changes == (
        "facts.yaml: new fact 'third'",
        "facts.yaml: new fact 'fourth'",
        "facts.yaml: new gap 'age'",
    )
    assert all(line.startswith("+") for line in changed_lines(folder))
    article = read_knowledge(folder).articles[0]
    assert [fact.id for fact in article.facts] == ["murati-origin", "third", "fourth", "second"]
    assert [gap.id for gap in article.gaps] == ["pay", "age"]
    assert [sample.text for sample in article.facts[1].samples] == ["a?", "b?", "c?", "d?", "e?"]
    assert (article.facts[1].status, article.facts[2].status, article.facts[2].label.en) == ("reported", "denied", "4")
    assert (folder / "samples.yaml").read_text(encoding="utf-8") == SAMPLES + "third:\n  en:\n    - e?\n"


def test_all_samples_stay_beside_the_answer_in_a_folder_without_a_samples_file(folder: Path) -> None:
    (folder / "samples.yaml").unlink()
    import_sheet(edited(folder, lambda rows: rows.append(NEW)), folder)
    assert not (folder / "samples.yaml").exists()
    assert len(read_knowledge(folder).articles[0].facts[2].samples) == 5


def test_a_row_that_is_missing_stays_unless_it_is_to_be_deleted(folder: Path) -> None:
    def change(rows: Cells) -> None:
        del rows[1:]
        rows.append(dict.fromkeys(COLUMNS, ""))

    assert import_sheet(edited(folder, change), folder).changes == ()
    imported = import_sheet(edited(folder, change), folder, delete_missing=True)
    assert imported.changes == ("facts.yaml: fact 'second': deleted", "facts.yaml: gap 'pay': deleted")
    assert all(line.startswith(("- ", "+ {}", "+   []")) for line in changed_lines(folder))
    assert [len(read_knowledge(folder).articles[0].facts), len(read_knowledge(folder).articles[0].gaps)] == [1, 0]


def test_a_fact_that_others_need_is_not_deleted(folder: Path) -> None:
    file = edited(folder, lambda rows: rows.pop(0))
    with pytest.raises(
        KnowledgeError, match=r"facts\.yaml:\d+: fact 'second': related\[1\]: unknown fact 'murati-origin'"
    ):
        import_sheet(file, folder, delete_missing=True)
    assert changed_lines(folder) == []


PROBLEMS = [
    (0, {"paragraphs": "exodus 9"}, "sheet.csv:2:5: E2 (paragraphs of 'murati-origin'): paragraph 9 is not in section 'exodus' (1–7)"),
    (0, {"paragraphs": "3"}, "sheet.csv:2:5: E2 (paragraphs of 'murati-origin'): '3' is no section with its paragraphs: write it as 'exodus 2, 3'"),
    (0, {"paragraphs": "exodus three"}, "sheet.csv:2:5: E2 (paragraphs of 'murati-origin'): 'exodus three' is no section with its paragraphs: write it as 'exodus 2, 3'"),
    (0, {"paragraphs": "exodos 3"}, "sheet.csv:2:5: E2 (paragraphs of 'murati-origin'): unknown section 'exodos': did you mean 'exodus'?"),
    (0, {"paragraphs": ""}, "sheet.csv:2:5: E2 (paragraphs of 'murati-origin'): is empty: write the section and paragraphs where the article says it, such as 'exodus 2, 3'"),
    (0, {"status": "reportd"}, "sheet.csv:2:6: F2 (status of 'murati-origin'): unknown status 'reportd': did you mean 'reported'?"),
    (0, {"about": "muratti"}, "sheet.csv:2:11: K2 (about of 'murati-origin'): unknown entity 'muratti': did you mean 'murati'?"),
    (0, {"answer_ko": ""}, "sheet.csv:2:3: C2 (answer_ko of 'murati-origin'): needs `ko: …` or `en: …`"),
    (0, {"answer_ko": "a\x07b"}, "sheet.csv:2:3: C2 (answer_ko): contains a control character (U+0007): delete it"),
    (0, {"samples_ko": "하나\n둘"}, "sheet.csv:2:7: G2 (samples_ko of 'murati-origin'): has too few questions: at least 3 needed in one language, there are 2"),
    (0, {"samples_ko": ""}, "sheet.csv:2:7: G2 (samples_ko of 'murati-origin'): has too few questions: at least 3 needed in one language, there are 0"),
    (0, {"samples_en": "둘째는?"}, "sheet.csv:3:7: G3 (samples_ko of 'second'): '둘째는?' already belongs to fact 'murati-origin' (only letters and digits count): keep one of them"),
    (1, {"samples_en": "무라티 고향?"}, "sheet.csv:3:8: H3 (samples_en of 'second'): '무라티 고향?' already belongs to fact 'murati-origin' (only letters and digits count): keep one of them"),
    (1, {"samples_ko": "둘째는?\n둘째 뭐야\n두 번째\n둘째 좀\n둘째는\n"}, "sheet.csv:3:7: G3 (samples_ko of 'second'): '둘째는' already stands in facts.yaml:25 (only letters and digits count): remove one of the two"),
    (0, {"label_ko": "가" * 81}, "sheet.csv:2:9: I2 (label_ko of 'murati-origin'): is 81 characters long; at most 80 are allowed"),
    (0, {"kind": "gap"}, "sheet.csv:2:2: B2 (kind of 'murati-origin'): this is a fact: to make it something else, write a row with another id"),
    (2, {"paragraphs": "exodus 1"}, "sheet.csv:4:5: E4 (paragraphs of 'pay'): a gap has none: leave the cell empty"),
    (0, {"id": ""}, "sheet.csv:2:1: A2 (id): is empty: write an id, or delete the row"),
    (1, {"id": "murati-origin"}, "sheet.csv:3:1: A3 (id): 'murati-origin' is already the id of row 2"),
    (2, {"id": "Pay!", "kind": "gap"}, "sheet.csv:4:1: A4 (id): 'Pay!' may contain only a–z, 0–9 and '-'"),
    (2, {"id": "pax", "kind": ""}, "sheet.csv:4:2: B4 (kind of 'pax'): there is no 'pax' in the folder; for a new row, write fact or gap here"),
    (2, {"id": "pax", "kind": "gap", "answer_en": ""}, "sheet.csv:4:3: C4 (answer_ko of 'pax'): needs `ko: …` or `en: …`"),
    (2, {"id": "pax", "kind": "gap", "samples_en": ""}, "sheet.csv:4:7: G4 (samples_ko of 'pax'): has too few questions: at least 1 needed in one language, there are 0"),
    (2, {"id": "pax", "kind": "fact"}, "sheet.csv:4:5: E4 (paragraphs of 'pax'): is empty: write the section and paragraphs where the article says it, such as 'exodus 2, 3'"),
]  # fmt: skip


@pytest.mark.parametrize(("row", "cells", "problem"), PROBLEMS)
def test_a_problem_is_told_with_row_and_column_and_nothing_is_written(
    folder: Path, row: int, cells: dict[str, str], problem: str
) -> None:
    def change(rows: Cells) -> None:
        rows[row] |= cells
        rows[1]["answer_en"] = "Fine."

    before = content(folder)
    with pytest.raises(KnowledgeError) as caught:
        import_sheet(edited(folder, change), folder)
    assert problem in map(str, caught.value.problems)
    assert content(folder) == before


def test_all_problems_are_told_at_once(folder: Path) -> None:
    def change(rows: Cells) -> None:
        rows[0] |= {"paragraphs": "three", "status": "no", "answer_ko": ""}
        rows[1] |= {"about": "nobody", "samples_ko": "x"}
        rows[2]["about"] = "murati"
        rows.append(NEW | {"paragraphs": "exodus 88", "about": "nobody"})
        rows.append(NEW | {"id": "", "answer_en": "x"})

    with pytest.raises(KnowledgeError) as caught:
        import_sheet(edited(folder, change), folder)
    assert [problem.where.partition(" ")[0] for problem in caught.value.problems] == [
        "C2", "E2", "F2", "G3", "K3", "K4", "E5", "K5", "A6",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ("id,kind,answer_ko\nsecond,fact,둘째\n".encode("cp949"), "is in the encoding CP949, Excel's plain 'CSV', which replaces some characters by '?': save it as 'CSV UTF-8 (comma delimited)'"),
        ("id,label_en\nsecond,café\n".encode("latin-1"), "is not UTF-8: save it as 'CSV UTF-8 (comma delimited)'"),
        (b"", "the first row must name the columns: id, and any of kind, answer_ko"),
        (b"a,b\n1,2\n", "the first row must name the columns: id"),
        (b"id,label_fr\nsecond,x\n", "B1 (label_fr): unknown column 'label_fr': did you mean 'label_en'?; rename or delete it"),
        (b"id,about,about\nsecond,,\n", "C1 (about): there are two columns of this name: delete one"),
        (b"id,label_en\nsecond,x,y\n", "C2 (no name): is beyond the columns that have a name: delete it"),
        (b'id,label_en\nsecond,"x\n', "is no CSV file: unexpected end of data"),
        (b"id,paragraphs\nsecond,a 1;b\n\xff", "is not UTF-8"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_sheet_says_what_to_do(folder: Path, tmp_path: Path, data: bytes, problem: str) -> None:
    (tmp_path / "sheet.csv").write_bytes(data)
    with pytest.raises(KnowledgeError) as caught:
        import_sheet(tmp_path / "sheet.csv", folder)
    assert problem in str(caught.value)
    assert changed_lines(folder) == []


def test_nothing_is_imported_into_a_folder_of_articles(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="name the folder of one article"):
        export_sheet(folder.parent, tmp_path / "sheet.csv")


def test_a_sample_with_a_line_break_goes_on_in_a_line_that_begins_with_a_tab(folder: Path, tmp_path: Path) -> None:
    facts = folder / "facts.yaml"
    facts.write_text(FACTS.replace("- 둘째 뭐야", '- "둘째\\n\\n  뭐야"'), encoding="utf-8")
    assert read_knowledge(facts.parent).articles[0].facts[1].samples[1].text == "둘째\n\n  뭐야"
    export_sheet(facts.parent, tmp_path / "sheet.csv")
    assert rows_of(tmp_path / "sheet.csv")[1]["samples_ko"].startswith("둘째는?\n둘째\n\t\n\t  뭐야\n")
    assert import_sheet(tmp_path / "sheet.csv", facts.parent).changes == ()


def test_decomposed_hangul_is_the_same_text(folder: Path) -> None:
    """As macOS writes it."""
    file = edited(folder, lambda rows: rows.reverse())
    file.write_text(normalize("NFD", file.read_text(encoding="utf-8-sig")), encoding="utf-8-sig")
    assert import_sheet(file, folder).changes == ()


@pytest.mark.parametrize("text", ["=1+1", "+82", "-5도", "@everyone", "＝1", "'=1", "''-1"])
def test_a_cell_that_looks_like_a_formula_is_text_in_a_spreadsheet_and_back(
    folder: Path, tmp_path: Path, text: str
) -> None:
    import_sheet(edited(folder, setting(1, "answer_en", escape(text))), folder)
    assert read_knowledge(folder).articles[0].facts[1].answer.en == text
    export_sheet(folder, tmp_path / "again.csv")
    assert rows_of(tmp_path / "again.csv")[1]["answer_en"] == f"'{text}"
    assert import_sheet(tmp_path / "again.csv", folder).changes == ()


nasty = st.text(st.characters(codec="utf-8", categories=["L", "M", "N", "P", "S", "Zs"]) | st.sampled_from(list("=+-@'\"\n,;|:#각")), max_size=15)  # fmt: skip


@given(nasty)
def test_any_escaped_cell_is_no_formula_and_comes_back(text: str) -> None:
    assert escape(text)[:1] not in {"=", "+", "-", "@", "\t"}
    assert unescape(escape(text)) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.fixed_dictionaries({column: nasty for column in COLUMNS if column != "id"}), max_size=4))
def test_any_cells_come_back_from_a_file(rows: Cells) -> None:
    cells = [
        {"id": f"row-{at}"} | {k: normalize("NFC", v).strip() for k, v in row.items()} for at, row in enumerate(rows)
    ]
    with TemporaryDirectory() as name:
        path = Path(name) / "sheet.csv"
        path.write_bytes(written_sheet(cells))
        assert [dict(row.cells) for row in read_sheet(path).rows] == cells


SHOWN = ("answer_ko", "answer_en", "samples_ko", "samples_en", "label_ko", "label_en")


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(SHOWN), nasty), max_size=4), st.data())
def test_a_folder_says_what_any_sheet_says_or_is_left_alone(
    edits: list[tuple[int, str, str]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as name:
        small = Folder(Path(name) / "knowledge")
        small.write("art/facts.yaml", FACTS)
        small.write("art/samples.yaml", SAMPLES)
        folder = small.root / "art"

        def change(rows: Cells) -> None:
            for row, column, text in edits:
                kept = rows[row][column].split("\n") if column.startswith("samples") else []
                lines = [*kept, *text.split("\n")]
                rows[row][column] = escape("\n".join(data.draw(st.permutations(lines))) if kept else text)

        before = content(folder)
        file = edited(folder, change)
        wanted = [dict(row.cells) for row in read_sheet(file).rows]
        try:
            import_sheet(file, folder)
        except KnowledgeError as error:
            assert all(problem.file == "sheet.csv" for problem in error.problems), error  # noqa: PT017
            assert content(folder) == before
            return
        (Path(name) / "again.csv").unlink(missing_ok=True)
        export_sheet(folder, Path(name) / "again.csv")
        again = [dict(row.cells) for row in read_sheet(Path(name) / "again.csv").rows]
        for one, other in zip(wanted, again, strict=True):
            assert {k: canonical(k, v) for k, v in one.items()} == {k: canonical(k, v) for k, v in other.items()}
