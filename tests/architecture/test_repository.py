"""What holds for every file of the repository."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
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
