"""`eval --channel`: to what the bot would reply where members just talk."""

import json
from pathlib import Path

import pytest

from bot.cli import app
from bot.errors import ConfigError
from tests.cli.running import NIGHT

MESSAGES = (
    {"text": "솔여울도서관 심야 개관은 언제 시작됐나요?", "lang": "ko", "question": True, "fact": "night-start"},
    {"text": "도서관 좋네요", "lang": "ko", "question": False, "fact": None},
    {"text": "who won the game yesterday?", "lang": "en", "question": True, "fact": None, "also": []},
    {"text": "lol same", "lang": "en", "question": False, "fact": None},
)


def evaluated(capsys: pytest.CaptureFixture[str], file: Path) -> str:
    """Measure a file with the small article, without the encoder."""
    options = ("--channel", str(file), "--knowledge", str(NIGHT), "--no-semantic")
    app(["eval", *options], standalone_mode=False)
    return capsys.readouterr().out


def test_covered_questions_and_everything_else_are_counted_by_language(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "talk.jsonl"
    lines = (json.dumps(message | {"id": str(at)}) for at, message in enumerate(MESSAGES))
    file.write_text("\n".join(lines), encoding="utf-8")
    rows = {line[:28].strip(): line[28:].split() for line in evaluated(capsys, file).splitlines()}
    assert rows["all: covered questions"][:3] == ["1", "1", "1"]
    assert rows["all: covered questions"][-1] == "1"
    assert rows["ko: … no questions"][:3] == ["1", "0", "0"]
    assert rows["all: everything else"][0] == "3"
    assert rows["all: everything else"][-1] == "0"


@pytest.mark.parametrize("line", ["[]", '{"id": "1", "text": "a", "lang": "en", "question": false}', "no json"])
def test_what_is_no_message_is_refused_with_its_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, line: str
) -> None:
    file = tmp_path / "talk.jsonl"
    file.write_text(line, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"talk\.jsonl:1: not a message"):
        evaluated(capsys, file)


def test_a_missing_file_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        evaluated(capsys, tmp_path / "nowhere.jsonl")
