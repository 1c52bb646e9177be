"""`db` and `unanswered` as an operator uses them."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.service.records import Counted, DailyCount, LoadedRevision
from bot.storage.migrations import NEWEST
from tests.cli.running import ROOT
from tests.e2e.operators import small_knowledge
from tests.storage.databases import opened
from tests.storage.test_store import BEN, QUESTION


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m bot` with its data in `folder`."""
    environment = {"PATH": os.environ["PATH"], "BOT_DATA": str(folder), "PYTHONUTF8": "1", **variables}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(  # noqa: S603
        command, cwd=ROOT, env=environment, capture_output=True, encoding="utf-8", timeout=60, check=False
    )


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a data folder with three questions in two groups."""

    async def fill() -> None:
        async with opened(f"sqlite:///{tmp_path / 'store.db'}") as store:
            await store.upgrade()
            elsewhere = replace(QUESTION, text="화성에 물이 있어?", language="ko", server=0, fact="", private=True)
            await store.add([QUESTION, replace(QUESTION, person=BEN), elsewhere])
            await store.add([LoadedRevision("abc123", "start", QUESTION.asked_at)])

    asyncio.run(fill())
    return tmp_path


def test_unanswered_lists_the_most_asked_first(data: Path) -> None:
    done = run(data, "unanswered")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "   2     2× (2 people, last 2027-01-15 08:00)  how old is murati?  [openai-exodus/murati-origin]",
        "   1     1× (1 person, last 2027-01-15 08:00)  화성에 물이 있어?  [openai-exodus]",
    ]


def test_unanswered_prints_json_for_programs(data: Path) -> None:
    first, second = map(json.loads, run(data, "unanswered", "--json").stdout.splitlines())
    assert first == {
        "id": 2,
        "server": "42",
        "article": "openai-exodus",
        "fact": "murati-origin",
        "text": "how old is murati?",
        "language": "en",
        "asked": 2,
        "askers": 2,
        "last_asked": "2027-01-15 08:00",
    }
    assert second["server"] is None
    assert len(run(data, "unanswered", "--most", "1").stdout.splitlines()) == 1


def test_the_status_says_what_is_held_where(data: Path) -> None:
    assert run(data, "db", "status", BOT_RETENTION_DAYS="7").stdout.splitlines() == [
        f"database: SQLite, {data / 'store.db'}",
        f"version: {NEWEST} (up to date)",
        "unanswered questions: 3 in 2 groups, the oldest from 2027-01-15 08:00",
        "questions counted: 0; votes for answers: 0",
        "kept for: 7 days",
        "facts: revision abc123 since 2027-01-15 08:00 (start)",
    ]


def test_reading_creates_nothing_and_an_upgrade_does(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert "there is no database yet" in run(folder, "db", "status").stdout
    assert run(folder, "unanswered").stdout == "There are no unanswered questions.\n"
    assert run(folder, "db", "export", str(tmp_path / "out")).stdout == "Nothing is stored yet.\n"
    assert not folder.exists()
    assert run(folder, "db", "upgrade").stdout == f"The database is up to date: version {NEWEST}.\n"
    assert (folder / "store.db").exists()


def test_an_export_is_one_file_per_table_and_replaces_none(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = run(data, "db", "export", str(out))
    assert done.returncode == 0
    questions = [json.loads(line) for line in (out / "unanswered_question.jsonl").read_text("utf-8").splitlines()]
    assert [one["text"] for one in questions] == ["how old is murati?", "how old is murati?", "화성에 물이 있어?"]
    assert not any("asker" in one for one in questions)
    assert {path.stat().st_mode & 0o777 for path in out.iterdir()} == {0o600}
    again = run(data, "db", "export", str(out))
    assert (again.returncode, again.stdout) == (2, "")
    assert again.stderr == f"{out / 'unanswered_group.jsonl'} exists already: name another folder\n"


def test_a_purge_deletes_what_is_old_or_all(data: Path) -> None:
    """The questions are of the year 2027."""
    old = replace(QUESTION, asked_at=1_000_000_000)

    async def add() -> None:
        async with opened(f"sqlite:///{data / 'store.db'}") as store:
            await store.add([old, old])

    asyncio.run(add())
    assert run(data, "db", "purge").stdout == "Questions deleted: 2\n"
    assert run(data, "db", "purge", "--all").stdout == "Questions deleted: 3\n"
    assert run(data, "unanswered").stdout == "There are no unanswered questions.\n"


def test_a_store_that_is_off_or_away_is_one_sentence(tmp_path: Path) -> None:
    off = run(tmp_path, "unanswered", BOT_DATABASE_URL="off")
    assert (off.returncode, off.stderr) == (2, "Nothing is stored, as BOT_DATABASE_URL is off.\n")
    away = {"BOT_DATABASE_URL": "postgresql://somebody:hunter2@127.0.0.1:1/x", "BOT_SECRET": "s" * 32}
    done = run(tmp_path, "db", "status", **away)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("PostgreSQL, 127.0.0.1/x: ")
    assert done.stderr.count("\n") == 1
    assert "hunter2" not in done.stderr


def test_without_asyncpg_the_install_line_is_shown() -> None:
    code = "import sys; sys.modules['asyncpg'] = None; sys.argv = ['bot', 'unanswered']"
    code += "; from bot.__main__ import main; main()"
    environment = {"PATH": os.environ["PATH"], "BOT_DATABASE_URL": "postgresql://127.0.0.1/x", "BOT_SECRET": "s" * 32}
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.endswith("which needs the library asyncpg: pip install '.[postgres]'\n")


def test_a_question_is_added_to_a_fact_and_what_changes_is_told(data: Path, tmp_path: Path) -> None:
    """The shipped articles are copied to the data folder, where every command reads them since."""
    off = {"BOT_SEMANTIC": "off", "BOT_CACHE": str(tmp_path / "cache")}
    done = run(data, "unanswered", "--add", "2", "murati-origin", **off)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0].startswith(f"The shipped articles were copied to {data / 'knowledge'}")
    added = "openai-exodus/murati-origin: the question 'how old is murati?' is a sample now, and a case; revision "
    assert lines[1].startswith(added)
    assert re.fullmatch(r"  question 'how old is murati\?': .* → answered openai-exodus/murati-origin", lines[2])
    assert "Albania" in run(data, "ask", "how old is murati?", **off).stdout
    assert "murati" not in run(data, "unanswered").stdout
    again = run(data, "unanswered", "--add", "2", "murati-origin", **off)
    assert (again.returncode, again.stderr) == (2, "There is no open group 2; `unanswered` lists all with their ids.\n")


def test_a_second_brief_asks_what_readers_asked_in_vain(data: Path, tmp_path: Path) -> None:
    """Only of its article, and nothing that one person asked privately; without a database it does without."""
    article, folder = tmp_path / "article.txt", tmp_path / "openai-exodus"
    shutil.copytree(small_knowledge(tmp_path, {}).root / "art", folder)
    things = ("The harbour", "A painter", "Two clocks", "Every baker", "The old mayor", "Her brother", "One ferry")
    article.write_text("\n\n".join(f"{thing} was seen in the town before that day, they said." for thing in things))
    change = folder / "article.yaml"
    change.write_text(change.read_text().replace("1-7", "1-6"))  # the first line of the text is its title
    off = {"BOT_SEMANTIC": "off", "BOT_CACHE": str(tmp_path / "cache")}
    done = run(data, "brief", str(article), "--more", str(folder), "--lang", "en", **off)
    assert done.returncode == 0, done.stderr
    assert "   - “how old is murati?” (2×)\n" in done.stdout
    assert "화성에" not in done.stdout
    (data / "store.db").write_bytes(b"no database" * 1000)
    done = run(data, "brief", str(article), "--more", str(folder), "--lang", "en", **off)
    assert done.returncode == 0
    assert "The brief holds no questions of readers: SQLite, " in done.stderr
    assert "murati?” (2×)" not in done.stdout


@pytest.mark.parametrize(
    ("fact", "reason"),
    [
        ("murati-orgin", "murati-orgin: there is no such fact or gap\n"),
        ("murati-origin", "art/cases.yaml:2: cases: the case '화성에 물이 있어?' expects 'nothing'"),
    ],
    ids=["unknown", "breaks-a-case"],
)
def test_a_question_that_cannot_be_added_leaves_the_articles_as_they_are(data: Path, fact: str, reason: str) -> None:
    folder = small_knowledge(data, {})
    folder.write("art/cases.yaml", "cases:\n  - question: 화성에 물이 있어?\n    expect: nothing\n")
    before = {path: path.read_bytes() for path in folder.root.rglob("*.yaml")}
    off = {"BOT_SEMANTIC": "off", "BOT_CACHE": str(data / "cache"), "BOT_KNOWLEDGE": str(folder.root)}
    done = run(data, "unanswered", "--add", "1", fact, **off)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(reason)
    assert {path: path.read_bytes() for path in folder.root.rglob("*.yaml")} == before
    assert "화성" in run(data, "unanswered").stdout


def test_the_report_is_written_in_both_languages_for_all_servers_or_one(data: Path) -> None:
    async def fill() -> None:
        async with opened(f"sqlite:///{data / 'store.db'}") as store:
            today = datetime.now(UTC).date().isoformat()
            asked = Counted(today, 42, "openai-exodus", "murati-origin", "answered", "ko", "mention")
            await store.add([DailyCount(asked, 1_234), DailyCount(replace(asked, server=0), 5)])

    asyncio.run(fill())
    file = data / "report.html"
    done = run(data, "report", str(file))
    assert (done.returncode, done.stderr, done.stdout) == (0, "", f"{file}: 1,239 questions, 0 votes\n")
    assert "What readers asked" in file.read_text("utf-8")
    done = run(data, "report", str(file), "--server", "42", "--days", "7", "--language", "ko")
    assert done.stdout == f"{file}: 1,234 questions, 0 votes\n"
    assert "독자들이 물은 것" in file.read_text("utf-8")
    assert "서버 42" in file.read_text("utf-8")
    refused = run(data, "report", str(data / "store.db"))
    assert refused.returncode == 2
    assert "must end in .html" in refused.stderr
    assert "questions counted: 1,239; votes for answers: 0" in run(data, "db", "status").stdout
