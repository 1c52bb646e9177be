"""`sheet export` and `sheet import`: what an author sees."""

from pathlib import Path

import pytest

from bot.cli import app
from tests.cli.running import run
from tests.knowledge.small_article import Folder


def test_a_sheet_is_exported_edited_and_imported(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    article, sheet = str(folder.root / "art"), tmp_path / "facts.csv"
    app(["sheet", "export", article, str(sheet)], standalone_mode=False)
    assert capsys.readouterr().out.splitlines() == [
        f"{sheet}: 1 fact, 0 gaps",
        "Next: edit it, save it as CSV UTF-8, then run",
        f"  python -m bot sheet import {sheet} {article}",
    ]
    app(["sheet", "import", str(sheet), article], standalone_mode=False)
    assert capsys.readouterr().out == f"{article}:\n  nothing differs\n"
    sheet.write_text(sheet.read_text(encoding="utf-8").replace("알바니아에서", "그곳에서"), encoding="utf-8")
    app(["sheet", "import", str(sheet), article], standalone_mode=False)
    told = capsys.readouterr().out
    assert (
        "facts.yaml: fact 'murati-origin': answer_ko: '무라티는 알바니아에서 태어났어요.' → '무라티는 그곳에서" in told
    )
    assert told.endswith(f"python -m bot check {article}\n")


def test_problems_of_a_sheet_go_to_standard_error_with_exit_code_1(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / "facts.csv").write_text("id,paragraphs\nmurati-origin,exodus 9\n", encoding="utf-8")
    done = run("sheet", "import", str(tmp_path / "facts.csv"), str(folder.root / "art"))
    assert (done.returncode, done.stdout) == (1, b"")
    expected = "facts.csv:2:2: B2 (paragraphs of 'murati-origin'): paragraph 9 is not in section 'exodus' (1–7)\n"
    assert done.stderr.decode() == expected


def test_a_missing_file_is_told(folder: Folder, tmp_path: Path) -> None:
    done = run("sheet", "import", str(tmp_path / "none.csv"), str(folder.root / "art"))
    assert done.returncode == 1
    assert b"none.csv: can't be read: no such file or directory" in done.stderr
