"""What holds for every file of the repository."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES, MOST_FUNCTION_LINES = 300, 40
# put together here, so that this file is not the one that has them
FORBIDDEN = {
    "a path of somebody's machine": re.compile(r"(?<![\w.~-])/(?:" + "work|root|home|Users" + r")/\w"),
    "a package registry's host": re.compile(r"\b(?:pypi|pythonhosted|npmjs|crates)" + r"\.(?:org|com|io)\b"),
}


def tracked() -> list[Path]:
    """Return the files under version control, and those that soon will be."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [path for name in listed.decode().split("\0") if name and (path := ROOT / name).is_file()]


def texts() -> Iterator[tuple[Path, str]]:
    """Yield the text files with their content."""
    for path in tracked():
        try:
            yield path.relative_to(ROOT), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def test_no_file_names_a_machine_or_a_registry() -> None:
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}: {what}: {match.group()}"
        for path, text in texts()
        for what, pattern in FORBIDDEN.items()
        for match in pattern.finditer(text)
    ]
    assert found == []


def test_files_and_functions_are_short() -> None:
    """Reported as a skip, not failed: a limit that stops work is met by cutting in the wrong place."""
    long = []
    for path in sorted((ROOT / "bot").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        if lines > MOST_LINES:
            long.append(f"{path.relative_to(ROOT)}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > MOST_FUNCTION_LINES:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {length} lines")
    if long:
        pytest.skip("; ".join(long))


def test_the_schema_for_editors_is_there() -> None:
    """That it is fresh is tested with the schema."""
    assert (ROOT / "knowledge" / "schema.json").is_file()
