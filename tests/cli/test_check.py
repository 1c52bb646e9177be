"""`check` and `new`: what an author sees."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.authoring.advice import KINDS
from bot.cli import app
from bot.errors import BotError, ConfigError
from tests.cli.running import NIGHT, ROOT, run
from tests.knowledge.small_article import ENTITIES, FACTS, Folder


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run a command in this process and return what it prints."""
    app([str(argument) for argument in arguments], standalone_mode=False)
    return capsys.readouterr().out


def refused(*arguments: object) -> list[str]:
    """Run a command that fails and return its problems."""
    with pytest.raises(BotError) as caught:
        app([str(argument) for argument in arguments], standalone_mode=False)
    return str(caught.value).splitlines()


def test_the_schema_is_the_one_in_the_repository(capsys: pytest.CaptureFixture[str]) -> None:
    printed = command(capsys, "check", "--schema")
    assert printed == (ROOT / "knowledge" / "schema.json").read_text(encoding="utf-8")
    assert "$defs" in json.loads(printed)


def test_a_good_folder_is_one_line_of_counts(capsys: pytest.CaptureFixture[str], folder: Folder) -> None:
    """With a single fact no sample can be misclassified."""
    printed = command(capsys, "check", folder.root, "--no-semantic")
    assert printed == "1 article, 1 fact, 0 gaps, 3 sample questions, 0 cases: no problems, 0 warnings\n"


def test_problems_go_to_standard_error_with_exit_code_1(folder: Folder) -> None:
    folder.change("art/facts.yaml", "about: [murati]", "about: [muratti]")
    folder.write("art/entities.yaml", ENTITIES.replace("kind: person", "kind: persom"))
    done = run("check", str(folder.root))
    assert (done.returncode, done.stdout) == (1, b"")
    problems = done.stderr.decode().splitlines()
    assert len(problems) == 2
    assert problems[1].startswith("art/facts.yaml:13: ")


def test_a_case_that_fails_names_what_came_instead(folder: Folder) -> None:
    folder.write(
        "art/cases.yaml", "cases:\n  - question: 양자역학의 불확정성 원리 설명해줘\n    expect: murati-origin\n"
    )
    (problem,) = refused("check", folder.root, "--no-semantic")
    assert problem.startswith("art/cases.yaml:2: cases: the case '양자역학의")
    assert re.search("expects 'murati-origin' \\(nearest sample '무라티.*'\\) but gets 'nothing'$", problem)


def test_a_case_that_fails_names_the_sample_that_was_found(folder: Folder) -> None:
    folder.write("art/cases.yaml", "cases:\n  - question: 무라티의 고향\n    expect: nothing\n")
    (problem,) = refused("check", folder.root, "--no-semantic")
    assert problem.endswith("expects 'nothing' but gets 'murati-origin' (nearest sample '무라티 고향')")


def test_advice_proposes_gaps_only_when_asked_for(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """The exit code stays 0 (`app` would raise), and the other advice stays the same."""
    shutil.copytree(NIGHT, tmp_path / "night-library")
    (tmp_path / "night-library" / "cases.yaml").unlink()
    plain = command(capsys, "check", tmp_path, "--no-semantic").splitlines()
    more = command(capsys, "check", tmp_path, "--no-semantic", "--advice").splitlines()
    added = [line for line in more if line not in plain]
    assert more[: len(plain) - 1] == plain[:-1]
    assert [line.split(" (")[0] for line in added if " (" in line and KINDS.get(line.split(" (")[0])] == ["gap"]
    gaps = [line for line in added if ": gap: " in line]
    assert gaps[0].startswith("night-library/entities.yaml:")
    assert "no sample asks for the people count of 솔여울도서관" in gaps[0]


def test_the_facts_are_compared_with_the_articles_text(folder: Folder, tmp_path: Path) -> None:
    folder.write("art/facts.yaml", FACTS + "    evidence:\n      - 알바니아\n      - 그리스\n")
    text = tmp_path / "article.txt"
    text.write_text("제목\n" + "".join(f"문단 {n}에는 알바니아가 나온다.\n" for n in range(1, 8)), encoding="utf-8")
    (problem,) = refused("check", folder.root, "--article", text, "--no-semantic")
    assert problem == "art/facts.yaml:2: fact 'murati-origin': evidence: '그리스' is not in the article"


def answers_of(folder: Folder, tmp_path: Path, wrong: str) -> tuple[str, ...]:
    """Return the arguments of a check in which an answer of the folder ends with `wrong`."""
    folder.write("art/facts.yaml", FACTS.replace("태어났어요.", f"태어났어요. {wrong}"))
    text = tmp_path / "article.txt"
    lines = [f"Paragraph {n} tells that Mira Murati is from Albania and that she is 35.\n" for n in range(1, 7)]
    last = "Rania Oduya, who was seen there, left the island in August and never came back again.\n"
    text.write_text("".join(("Title\n", *lines, last)), encoding="utf-8")
    return "check", str(folder.root), "--article", str(text), "--no-semantic"


def test_a_figure_that_the_article_has_nowhere_is_a_problem(folder: Folder, tmp_path: Path) -> None:
    (problem,) = refused(*answers_of(folder, tmp_path, "9000명이 알아요."))
    assert problem == "art/facts.yaml:2: fact 'murati-origin': answer: '9000' of the answer is not in the article"


def test_warnings_name_file_and_line_and_can_be_narrowed_to_a_fact(
    folder: Folder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = answers_of(folder, tmp_path, "8월이에요.")
    kind, figure, *rest = command(capsys, *arguments).splitlines()
    assert kind.startswith("figure (1): ")
    assert figure == (
        "art/facts.yaml:2: figure: fact 'murati-origin': '8월' of the answer is not in paragraph 3, but in paragraph 7"
    )
    assert [line for line in rest if ": coverage: " in line] != []
    narrowed = command(capsys, *arguments, "--only", "murati-origin").splitlines()
    assert figure in narrowed
    (problem,) = refused(*arguments, "--only", "murati-orign")
    assert problem == "--only: unknown fact 'murati-orign': did you mean 'murati-origin'?"


def test_a_text_needs_a_folder_of_one_article(folder: Folder, tmp_path: Path) -> None:
    shutil.copytree(folder.root / "art", folder.root / "second")
    (tmp_path / "a.txt").write_text("text", encoding="utf-8")
    (problem,) = refused("check", folder.root, "--article", tmp_path / "a.txt", "--no-semantic")
    assert problem == "--article needs the folder of one article; this one has 2."


def test_a_misclassified_sample_is_a_warning(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """A sample that asks something else than its fact answers finds the fact that does."""
    shutil.copytree(NIGHT, tmp_path / "night-library")
    (tmp_path / "night-library" / "cases.yaml").unlink()
    facts = tmp_path / "night-library" / "facts.yaml"
    text = facts.read_text(encoding="utf-8")
    at = text.index("        - ", text.index("      en:", text.index("- id: vote")))
    facts.write_text(
        text[:at] + "        - How many people visited the library at night so far\n" + text[at:], encoding="utf-8"
    )
    app(["check", str(tmp_path / "night-library"), "--no-semantic"], standalone_mode=False)
    captured = capsys.readouterr()
    (warning,) = [line for line in captured.out.splitlines() if ": misclassified: " in line and "so far" in line]
    line = text[: text.index("- id: vote")].count("\n") + 1
    expected = f"facts.yaml:{line}: misclassified: fact 'vote': the sample 'How many people visited"
    assert warning.startswith(expected)
    assert "visitors, " in warning.partition(" finds ")[2]
    assert captured.err.endswith(" rounds\n")


def test_a_new_folder_says_what_to_do_next(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = tmp_path / "article.txt"
    source.write_text(
        "The ferry\n\nThe ferry was built in 2019 by a yard of sixty on the island of Hale.\n", encoding="utf-8"
    )
    printed = command(capsys, "new", source, tmp_path / "ferry")
    assert "facts.yaml: 1 fact\n" in printed
    assert f"python -m bot check {tmp_path / 'ferry'}" in printed
    assert all("is unfinished" in problem for problem in refused("check", tmp_path / "ferry", "--no-semantic"))


def test_a_folder_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "article.txt"
    source.write_text(
        "The ferry\n\nThe ferry was built in 2019 by a yard of sixty on the island of Hale.\n", encoding="utf-8"
    )
    app(["new", str(source), str(tmp_path / "ferry")], standalone_mode=False)
    assert all("already exists" in problem for problem in refused("new", source, tmp_path / "ferry"))


def test_a_reply_is_added_and_what_changed_is_shown(folder: Folder, tmp_path: Path) -> None:
    """What was left out goes to standard error; a mistake has exit code 1, its place and its cure."""
    reply = tmp_path / "reply.md"
    data = {"facts": [{"id": "murati-origin", "questions_en": ["Where is she from?", "where is she from"]}]}
    reply.write_text(f"Here it is:\n```json\n{json.dumps(data)}\n```", encoding="utf-8")
    done = run("new", str(reply), str(folder.root / "art"), "--add")
    assert done.returncode == 0
    assert b"facts.yaml: fact 'murati-origin': +1 questions.en\n" in done.stdout
    assert b"reply.md:3:75: /facts/0/questions_en/1 (fact 'murati-origin'): 'where is she from' was" in done.stderr
    reply.write_text(json.dumps({"fact": []}), encoding="utf-8")
    (problem,) = refused("new", reply, folder.root / "art", "--add")
    assert problem == "reply.md:1:10: /fact: unknown key 'fact': did you mean 'facts'?"


ARTICLE = """\
Home
The ferry
By Jane Doe | Sept 26, 2024

The ferry was built in 2019 by a yard of sixty on the island of Hale, says the harbour master.
"""


def test_new_shows_how_it_read_a_text_and_options_change_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = tmp_path / "article.txt"
    source.write_text(ARTICLE, encoding="utf-8")
    printed = command(capsys, "new", source, tmp_path / "ferry")
    assert printed.startswith("article.txt was read as:\n  title       The ferry  [--title]\n")
    assert "  author      Jane Doe  [--author]\n  date        2024-09-26  [--date]\n" in printed
    assert "- line 1: Home (menu)\n" in printed
    options = ("--title", "A ferry", "--date", "1 May 2020", "--publisher", "Post", "--url", "https://hale.example")
    command(capsys, "new", source, tmp_path / "other", *options)
    article = (tmp_path / "other" / "article.yaml").read_text(encoding="utf-8")
    assert "  en: A ferry\n" in article
    assert "  en: Post\n" in article
    assert "date: 2020-05-01\nurl: " in article


def test_a_date_that_is_none_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "article.txt"
    source.write_text(ARTICLE, encoding="utf-8")
    done = run("new", str(source), str(tmp_path / "ferry"), "--date", "soon")
    assert done.returncode == 2
    assert b"a date must look like 2024-09-26 or 2024-09" in done.stderr


def test_brief_counts_paragraphs_like_new(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """What was read is told on standard error, for the brief itself may go to a pipe."""
    source = tmp_path / "article.txt"
    source.write_text(ARTICLE, encoding="utf-8")
    app(["brief", str(source)], standalone_mode=False)
    captured = capfd.readouterr()
    assert "[1] The ferry was built" in captured.out
    assert "[2]" not in captured.out.partition("```")[0]
    assert '"date": "2024-09-26"' in captured.out
    assert captured.err.startswith("article.txt was read as:\n")


def test_without_the_extra_a_web_page_is_refused_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "trafilatura", None)
    source = tmp_path / "article.html"
    source.write_text("<html><body><p>The ferry</p></body></html>", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"HTML needs the extra `web`: pip install '.*\[web\]'"):
        app(["new", str(source), str(tmp_path / "ferry")], standalone_mode=False)


def test_check_reads_a_text_as_new_was_told_to(
    capsys: pytest.CaptureFixture[str], folder: Folder, tmp_path: Path
) -> None:
    """Each short line is a paragraph, as with `--no-headings`: the evidence is in the third."""
    folder.change("art/facts.yaml", "    about:", "    evidence: [알바니아]\n    about:")
    source = tmp_path / "article.txt"
    body = ["무라티는 마을에서 자랐다고 이웃들이 입을 모아 말했고 그 말은 오래 기억에 남았다고 한다."] * 5
    source.write_text("\n\n".join(["제목", body[0], "첫 번째 집", "알바니아", *body[1:]]), encoding="utf-8")
    printed = command(capsys, "check", folder.root / "art", "--article", source, "--no-semantic")
    assert "no problems" in printed
    source.write_text("\n\n".join(["제목", body[0], "알바니아", "첫 번째 집", *body[1:]]), encoding="utf-8")
    (problem,) = refused("check", folder.root / "art", "--article", source, "--no-semantic")
    assert problem.endswith("evidence: '알바니아' is in paragraph 2, not in 3")


def test_the_advice_is_the_same_in_every_process(tmp_path: Path) -> None:
    """Sets have another order in each."""
    shutil.copytree(NIGHT, tmp_path / "night-library")
    (tmp_path / "night-library" / "cases.yaml").unlink()
    command_line = [sys.executable, "-m", "bot", "check", str(tmp_path), "--no-semantic", "--advice"]
    runs = [
        subprocess.run(command_line, capture_output=True, check=False, env={**os.environ, "PYTHONHASHSEED": seed})  # noqa: S603
        for seed in ("1", "6")
    ]
    assert b"night-library/" in runs[0].stdout
    assert runs[0].stdout == runs[1].stdout
