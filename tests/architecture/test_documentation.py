"""What the documents name exists, and what exists is in the documents."""

import ast
import json
import re
import shlex
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from importlib import import_module
from numbers import Real
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from bot.app import read, shipped_knowledge
from bot.cli import app
from bot.service.pages import listings
from bot.service.replies import Citation, Reply, Suggestion
from bot.terminal.ask import as_json

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DOCUMENTS = [
    ROOT / name
    for name in (
        "README.md",
        ".deploy/README.md",
        "bot/core/experiments.md",
        "bot/core/weights.md",
        "knowledge/README.md",
        "knowledge/README.ko.md",
        "tests/README.md",
        "tests/fake_discord/README.md",
    )
]
MOST_README_LINES = 180
TOOLS = {"mypy", "lint-imports", "ruff", "pytest"}
COMMANDS = sorted(getattr(get_command(app), "commands", {}))


def test_there_are_commands() -> None:
    assert {"ask", "chat", "check", "new", "eval"} <= set(COMMANDS)


def test_the_readme_names_every_command() -> None:
    assert [name for name in COMMANDS if not re.search(rf"`{name}`|python -m bot {name}\b", README)] == []


def test_commands_that_the_documentation_names_exist() -> None:
    folders = (".", "knowledge", "tests", ".deploy")
    documents = [file for folder in folders for file in sorted((ROOT / folder).glob("README*.md"))]
    named = {name for file in documents for name in re.findall(r"python -m bot ([a-z]+)", file.read_text("utf-8"))}
    assert named
    assert sorted(named - set(COMMANDS)) == []


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= MOST_README_LINES


def shell_commands() -> Iterator[list[str]]:
    """Yield the words of each command in a shell block, comments left out, programs without their folder."""
    for document in DOCUMENTS:
        for block in re.findall(r"```(?:sh|bat)\n(.*?)```", document.read_text(encoding="utf-8"), re.DOTALL):
            for command in re.split(r"\n|&&", block.replace("\\", "/")):
                program, *arguments = shlex.split(command, comments=True) or [""]
                if program:
                    yield [program.removeprefix(".venv/bin/").removeprefix(".venv/Scripts/"), *arguments]


def inline_commands() -> Iterator[list[str]]:
    """Yield the words of each of the bot's commands that the README or the notes show inside a sentence or table."""
    shown = re.compile(rf"`(?:python -m bot )?((?:{'|'.join(COMMANDS)}) [^`]+)`")
    for document in DOCUMENTS[:3]:
        for command in shown.findall(document.read_text(encoding="utf-8")):
            yield ["python", "-m", "bot", *shlex.split(command)]


def parse(command: str, arguments: list[str]) -> None:
    """Parse the arguments of one of the bot's commands without running it; raise a UsageError where they are wrong."""
    commands: dict[str, Any] = getattr(get_command(app), "commands", {})
    commands[command].make_context(command, arguments)


@pytest.mark.parametrize("words", [*shell_commands(), *inline_commands()], ids=" ".join)
def test_each_command_that_is_shown_exists(words: list[str]) -> None:
    """With the options that are shown; files of the repository that are named exist too."""
    match words:
        case ["python" | "python3" | "py", "-m", "venv", _] | ["activate"] | [".", ".venv/bin/activate"]:
            pass
        case ["python", "-m", "bot", command, *arguments]:
            parse(command, arguments)
        case ["python", script, *_]:
            assert (ROOT / script).is_file()
        case ["pip", "install", "-q", *arguments]:
            extras = re.findall(r"\[(\w+)\]", " ".join(arguments))
            assert set(extras) <= PROJECT["project"]["optional-dependencies"].keys()
        case [program, *_]:
            assert program in {*TOOLS, *PROJECT["project"]["scripts"]}
    for word in words:
        name = word.partition("::")[0]
        assert not name.startswith(("tests/", "bot/")) or list(ROOT.glob(name)), f"there is no {name}"


def test_the_test_command_of_the_readme_is_the_one_that_is_checked() -> None:
    (command,) = (line for line in README.splitlines() if line.endswith("/pytest"))
    assert command in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_readme_says_what_each_dependency_is_for() -> None:
    """Type stubs need no reason."""
    project = PROJECT["project"]
    required = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    packages = {re.split(r"[\[<>=~]", one)[0].lower() for one in required if not one.startswith("types-")}
    table = README.partition("### Dependencies")[2]
    rows = re.findall(r"^\| (?:(?:web, )?dev: )?([^|]+) \| [^|]+ \| [^|]+ \|$", table, re.MULTILINE)
    assert {name for row in rows for name in row.split(", ")} - {"package"} == packages


def test_links_lead_to_files_and_headings() -> None:
    broken = []
    for document in DOCUMENTS:
        for link in re.findall(r"\]\(([^)]+)\)", document.read_text(encoding="utf-8")):
            name, _, heading = link.partition("#")
            target = document.parent / name if name else document
            if not target.is_file() or (heading and heading not in headings(target)):
                broken.append(f"{document.relative_to(ROOT)}: {link}")
    assert broken == []


def headings(document: Path) -> set[str]:
    """Return the anchors of a document's headings, as GitHub makes them."""
    titles = re.findall(r"^#+ (.*)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_slash_commands_that_the_readme_names_exist() -> None:
    knowledge, _ = read(shipped_knowledge())
    own = (
        knowledge.messages[f"command_{key}_name"] for key in ("ask", "help", "about", "privacy", "forget", "articles")
    )
    names = {"facts", *(name for text in (*own, *(one.name for one in listings(knowledge))) for name in text.every())}
    served = {"healthz", "readyz", "metrics"}
    named = set(re.findall(r"`/([\w-]+)[ `]", README)) - served
    assert len(named) > 10
    assert named <= names


def test_the_json_that_the_readme_shows_has_the_keys_of_ask() -> None:
    (block,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    shown = json.loads(block)
    source = Citation("", "", "", (), None, "", "")
    reply = Reply("answered", "en", "", source=source, suggestions=(Suggestion("", "", "", 0.0),))
    printed = as_json("", reply)
    assert list(shown) == list(printed)
    assert list(shown["source"]) == list(printed["source"])
    assert list(shown["suggestions"][0]) == list(printed["suggestions"][0])


def test_the_diagram_shows_every_package_and_each_import_follows_its_arrows() -> None:
    arrows: defaultdict[str, set[str]] = defaultdict(set)
    for line in re.findall(r"^  (.*-->.*)$", README, re.MULTILINE):
        sources, targets = (re.findall(r"(\w+)(?=\[| &|$)", re.sub(r'"[^"]*"', "", end)) for end in line.split(" --> "))
        for source in sources:
            arrows[source] |= set(targets)
    packages = {path.parent.name for path in (ROOT / "bot").glob("*/__init__.py")}
    assert {*arrows, *(target for targets in arrows.values() for target in targets)} == {*packages, "cli"}
    for package in packages:
        below = reachable(arrows, package)
        for path in (ROOT / "bot" / package).rglob("*.py"):
            imported = set(re.findall(r"^\s*from bot\.(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE))
            assert imported & packages <= below, path


def reachable(arrows: dict[str, set[str]], start: str) -> set[str]:
    """Return `start` and what the arrows lead to from there."""
    found, ahead = {start}, [start]
    while ahead:
        new = arrows[ahead.pop()] - found
        found |= new
        ahead += new
    return found


def hand_set_constants() -> dict[str, object]:
    """Return the numbers, and tuples of numbers, that modules of the core set to literals, by `module.NAME`.

    The follow-up rules of `dialogue` are left out.
    """
    found: dict[str, object] = {}
    for path in sorted((ROOT / "bot" / "core").glob("*.py")):
        module = import_module(f"bot.core.{path.stem}")
        for node in ast.parse(path.read_text(encoding="utf-8")).body if path.stem != "dialogue" else ():
            if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None or not has_number(node.value):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [one.id for target in targets for one in ast.walk(target) if isinstance(one, ast.Name)]
            found |= {f"{path.stem}.{name}": value for name in names if is_numeric(value := getattr(module, name))}
    return found


def has_number(expression: ast.expr) -> bool:
    """Return whether a number is written in an expression."""
    return any(isinstance(one, ast.Constant) and is_numeric(one.value) for one in ast.walk(expression))


def is_numeric(value: object) -> bool:
    """Return whether a value is a number or a tuple of numbers."""
    parts = value if isinstance(value, tuple) else (value,)
    return bool(parts) and all(isinstance(part, Real) and not isinstance(part, bool) for part in parts)


def test_every_hand_set_constant_of_the_core_is_in_the_table_with_its_value_and_reason() -> None:
    notes = (ROOT / "bot" / "core" / "experiments.md").read_text(encoding="utf-8")
    section = notes.partition("\n## Hand-set constants\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| (`[^|]+`) \| (`[^|]+`) \| [^|]+ \|$", section, re.MULTILINE)
    listed = [
        (name, ast.literal_eval(value))
        for names, values in rows
        for name, value in zip(re.findall("`(.+?)`", names), re.findall("`(.+?)`", values), strict=True)
    ]
    assert dict(listed) == hand_set_constants()
    assert len(dict(listed)) == len(listed)


def test_the_version_shown_is_the_projects(capsys: pytest.CaptureFixture[str]) -> None:
    app(["--version"], standalone_mode=False)
    assert capsys.readouterr().out == f"article-answers-bot {PROJECT['project']['version']}\n"
