"""`eval`: which article a set is asked of, what the report holds and what it leaves out."""

import json
from pathlib import Path

import pytest

from bot.cli import app
from bot.errors import ConfigError
from bot.evaluation.evaluate import DRAWINGS
from bot.evaluation.metrics import COMPARED, COVERED, UNCOVERED
from tests.cli.running import NIGHT, ROOT

QUESTIONS = ROOT / "tests" / "questions"
NIGHT_QUESTIONS, CHIP_QUESTIONS = QUESTIONS / "night-library.jsonl", QUESTIONS / "chip-startup.jsonl"


def evaluated(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """Run `eval` without the encoder on the small article and return what it prints."""
    options = ("--knowledge", NIGHT, "--no-semantic")
    app(["eval", *map(str, (*arguments, *options))], standalone_mode=False)
    return capsys.readouterr().out


def test_each_set_is_asked_of_the_article_it_is_named_after(capsys: pytest.CaptureFixture[str]) -> None:
    report = evaluated(capsys, NIGHT_QUESTIONS, CHIP_QUESTIONS)
    rows = {line[:26].strip(): line[26:].split() for line in report.splitlines()}
    assert rows["all"][0] == "270"
    assert rows["article night-library"][0] == "110"
    assert rows["article chip-startup"][0] == "160"
    assert float(rows["article chip-startup"][1].rstrip("%")) > 10  # of another article it would be 0


def test_one_set_has_no_rows_by_article(capsys: pytest.CaptureFixture[str]) -> None:
    report = evaluated(capsys, NIGHT_QUESTIONS)
    assert "article " not in report
    assert "language ko" in report


def test_the_json_lists_every_outcome_and_no_text(capsys: pytest.CaptureFixture[str]) -> None:
    report = evaluated(capsys, NIGHT_QUESTIONS, "--json")
    outcomes = json.loads(report)["outcomes"]
    assert len(outcomes) == 110
    assert set(outcomes.values()) <= COVERED | UNCOVERED
    asked = [json.loads(line) for line in NIGHT_QUESTIONS.read_text(encoding="utf-8").splitlines()]
    assert outcomes.keys() == {f"night-library/{question['id']}" for question in asked}
    assert [question["q"] for question in asked if question["q"] in report] == []


def test_misses_are_listed_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert "expected " in evaluated(capsys, NIGHT_QUESTIONS, "--explain").partition("\nMisses\n")[2]


def test_a_run_compared_with_itself_differs_in_nothing(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    earlier = tmp_path / "earlier.json"
    earlier.write_text(evaluated(capsys, NIGHT_QUESTIONS, "--json"), encoding="utf-8")
    table = evaluated(capsys, NIGHT_QUESTIONS, "--compare", earlier).partition("Against ")[2]
    assert [line.split()[-4:] for line in table.splitlines()[2:]] == [["+0.0", "0", "0", "1.000"]] * len(COMPARED)
    (compared,) = json.loads(evaluated(capsys, NIGHT_QUESTIONS, "--compare", earlier, "--json"))["compared"].values()
    assert compared["right"]["became"] == compared["right"]["stopped"] == []


def test_noise_compares_clean_questions_with_themselves(capsys: pytest.CaptureFixture[str]) -> None:
    report = evaluated(capsys, NIGHT_QUESTIONS, "--noise", "spaces")
    assert "kind typo" not in report
    tables = [table.splitlines() for table in report.split("Noise: spaces, ")[1:]]
    assert [table[0] for table in tables] == ["clean questions", "language ko", "language en"]
    counts = [int(table[2].split()[1]) for table in tables]
    assert counts[0] == counts[1] + counts[2]


def test_typing_errors_are_drawn_several_times_for_each_question(capsys: pytest.CaptureFixture[str]) -> None:
    compared = json.loads(evaluated(capsys, NIGHT_QUESTIONS, "--noise", "typos", "--json"))["compared"]
    right = compared[f"Noise: typos, clean questions, mean of {DRAWINGS['typos']} drawings"]["right"]
    low, high = right["interval"]
    assert low < 100 * (right["now"] - right["before"]) / right["of"] < high
    assert {one["right"]["of"] for one in compared.values()} != {0}
    assert (right["now"] * DRAWINGS["typos"]) % 1 == pytest.approx(0)


def test_with_samples_of_one_language_questions_are_asked_in_the_other(capsys: pytest.CaptureFixture[str]) -> None:
    report = evaluated(capsys, NIGHT_QUESTIONS, "--samples", "ko")
    assert "language en" in report
    assert "language ko" not in report


def test_nothing_to_ask_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        evaluated(capsys, tmp_path / "nowhere.jsonl")
