"""Whoever follows the guides for authors, command by command and file by file, gets what they promise."""

import io
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from bot.cli import app
from bot.knowledge.schema import json_schema

ROOT: Final = Path(__file__).parents[2]
GUIDES: Final = {"en": ROOT / "knowledge/README.md", "ko": ROOT / "knowledge/README.ko.md"}
MOST_LINES: Final = 200
ARTICLE: Final = "my-articles/harbour-clock"
TYPED: Final = {
    "en": "How old is the clock?\n:why\n:reload\n:quit\n",
    "ko": "시계는 몇 년 됐어?\n:why\n:reload\n:quit\n",
}
"""What is typed into `chat`."""
GAP: Final = {"en": "does not say how old", "ko": "오래됐는지는 기사에 나오지 않아요"}
_STEP: Final = re.compile(r"^```(.*)\n((?:.*\n)*?)^```$|`(python -m bot [^`\n]+)`", re.MULTILINE)
_INSTALLS: Final = ("python3 -m venv", "py -m venv", ".venv", ". .venv", "pip install")


@dataclass(frozen=True)
class Ran:
    """A command of a guide, and what it printed."""

    command: str
    printed: str


@pytest.fixture(params=GUIDES)
def language(request: pytest.FixtureRequest) -> str:
    """Return the language of a guide."""
    return str(request.param)


def follow(
    language: str, folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Ran]:
    """Save the files that a guide shows into `folder`, run its commands there, and compare what it says they print."""
    monkeypatch.chdir(folder)
    for name, value in (("BOT_SEMANTIC", "off"), ("BOT_CACHE", str(folder / "cache")), ("COLUMNS", "200")):
        monkeypatch.setenv(name, value)
    printed = ""
    for kind, text, inline in _STEP.findall(GUIDES[language].read_text(encoding="utf-8")):
        form, _, name = kind.partition(" ")
        if form in {"sh", "bat"} or inline:
            for command in re.split(r"\n| && ", (inline or text).strip()):
                if command.startswith(_INSTALLS):
                    continue
                program, dash_m, bot, *arguments = shlex.split(command)
                assert (program, dash_m, bot) == ("python", "-m", "bot")
                monkeypatch.setattr("sys.stdin", io.StringIO(TYPED[language]))
                app(arguments, standalone_mode=False)
                printed = "".join(capsys.readouterr())
                yield Ran(command, printed)
        elif name:
            (folder / name).write_text(text, encoding="utf-8")
        elif form == "yaml":
            for file, content in re.findall(r"^# (.*\.yaml)\n((?:(?!# ).*\n)*)", text, re.MULTILINE):
                (folder / ARTICLE / file).write_text(content, encoding="utf-8")
        else:
            assert not form, f"nobody checks a block of {form}"
            assert [line for line in text.splitlines() if line not in printed] == []


def test_a_guide_has_at_most_200_lines(language: str) -> None:
    assert len(GUIDES[language].read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_both_guides_show_the_same_commands() -> None:
    """But for what is typed in the reader's language."""
    shown = [
        [
            re.sub(r'--publisher (?:"[^"]*"|\S+)', "--publisher …", command)
            for kind, text, inline in _STEP.findall(guide.read_text(encoding="utf-8"))
            if inline or kind in {"sh", "bat"}
            for command in (inline or text).splitlines()
        ]
        for guide in GUIDES.values()
    ]
    assert shown[0] == shown[1]
    assert len(shown[0]) > 12


def test_a_guide_names_every_key(language: str) -> None:
    """Keys of the shared files are explained in these files themselves."""
    shared = {"LexiconFile", "MessagesFile", "Message", "Words"}
    models = {name: model for name, model in json_schema()["$defs"].items() if name not in shared}
    keys = {key for model in models.values() for key in model.get("properties", {})}
    guide = GUIDES[language].read_text(encoding="utf-8")
    assert sorted(key for key in keys if not re.search(rf"(?<![a-z_]){key}(?![a-z_])", guide)) == []


def test_a_guide_names_every_kind_of_warning_and_value(language: str) -> None:
    guide = GUIDES[language].read_text(encoding="utf-8")
    definitions = json_schema()["$defs"]
    values = [
        value
        for model, key in (("EntityModel", "kind"), ("FactModel", "status"), ("ActModel", "act"))
        for value in definitions[model]["properties"][key]["enum"]
    ]
    kinds = ["figure", "name", "coverage", "misclassified", "overlap", "alias", "near-duplicate samples"]
    kinds += ["likely question", "gap", "near-duplicate facts"]
    assert sorted(word for word in (*values, *kinds) if word not in guide) == []


def test_a_guide_followed_from_the_text_to_the_measures_keeps_its_promises(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs: dict[str, list[str]] = {}
    for one in follow(language, tmp_path, monkeypatch, capsys):
        outputs.setdefault(one.command.split()[3], []).append(one.printed)
    assert set(outputs) == {"brief", "new", "check", "chat", "preview", "sheet", "eval"}
    assert "1 article, 1 fact, 1 gap" in outputs["check"][0]
    assert "no problems" in outputs["check"][0]
    assert GAP[language] in outputs["chat"][0]
    assert "nothing is new" in outputs["new"][-1]
    assert "nothing differs" in outputs["sheet"][-1]
    assert outputs["eval"][0].startswith("5 questions")
    assert re.search(r"^all +5 +100\.0% ", outputs["eval"][0], re.MULTILINE)
    app(["check", ARTICLE, "--article", "article.txt"], standalone_mode=False)
    assert "1 article, 1 fact, 1 gap, 4 sample questions, 3 cases: no problems" in capsys.readouterr().out
