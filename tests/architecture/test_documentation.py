"""What the documentation says exists, and what exists is documented."""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from bot.cli import app
from bot.knowledge.schema import json_schema

ROOT = Path(__file__).parents[2]
AUTHORS = (ROOT / "knowledge" / "README.md").read_text(encoding="utf-8")
COMMANDS = sorted(getattr(get_command(app), "commands", {}))


def test_there_are_commands() -> None:
    assert {"ask", "chat", "check", "new", "eval"} <= set(COMMANDS)


def test_the_readme_tells_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in COMMANDS if not re.search(rf"`{name}`|python -m bot {name}\b", readme)] == []


def test_commands_that_the_documentation_tells_exist() -> None:
    told = set()
    for file in (ROOT / "README.md", ROOT / "knowledge" / "README.md"):
        told |= set(re.findall(r"python -m bot ([a-z]+)", file.read_text(encoding="utf-8")))
    assert told <= set(COMMANDS)


def test_authors_are_told_every_key() -> None:
    """Keys of the shared files are explained in these files themselves."""
    shared = {"LexiconFile", "MessagesFile", "Message", "Words"}
    models = {name: model for name, model in json_schema()["$defs"].items() if name not in shared}
    keys = {key for model in models.values() for key in model.get("properties", {})}
    assert sorted(key for key in keys if not re.search(rf"\b{key}\b", AUTHORS)) == []


def test_the_yaml_shown_to_authors_is_yaml() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", AUTHORS, re.DOTALL)
    assert len(blocks) >= 4
    for block in blocks:
        assert isinstance(yaml.safe_load(block), dict)


def test_the_example_for_authors_passes_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever types the example from the text gets what the text promises."""
    blocks = re.findall(r"```(?:yaml|text)\n(.*?)```", AUTHORS, re.DOTALL)
    (tmp_path / "harbour-clock").mkdir()
    for block in blocks:
        name = block.splitlines()[0].removeprefix("# ")
        path = tmp_path / "harbour-clock" / name if name.endswith(".yaml") else tmp_path / "article.txt"
        path.write_text(block, encoding="utf-8")
    arguments = ["check", str(tmp_path / "harbour-clock"), "--article", str(tmp_path / "article.txt"), "--no-semantic"]
    app(arguments, standalone_mode=False)
    assert "1 article, 2 facts, 1 gap, 9 sample questions, 4 cases: no problems" in capsys.readouterr().out
