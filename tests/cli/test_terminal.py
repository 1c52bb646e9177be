"""How the command line takes paths and a reader that goes away."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.running import ENVIRONMENT, NIGHT, ROOT

TERMINAL = (
    ("ask", "도서관은 왜 밤에 열어?"),
    ("ask", "--json", "도서관은 왜 밤에 열어?"),
    ("preview",),
    ("chat",),
    ("check", "--schema"),
    ("--help",),
    ("--version",),
)


@pytest.mark.parametrize("arguments", TERMINAL, ids=" ".join)
def test_a_closed_pipe_ends_a_command_quietly(arguments: tuple[str, ...]) -> None:
    """As `head` closes it, before the first line."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "bot", *arguments]
    ended = subprocess.run(  # noqa: S603
        command,
        cwd=ROOT,
        env=ENVIRONMENT,
        input=b"hello\n",
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=60,
        check=False,
    )
    os.close(writing)
    complaints = [line for line in ended.stderr.decode().splitlines() if "rounds" not in line]
    assert complaints == []
    assert ended.returncode == 141


def at_home(home: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    """Run the command line of a user with this home."""
    command = [sys.executable, "-m", "bot", *arguments]
    environment = {**ENVIRONMENT, "HOME": str(home), "USERPROFILE": str(home)}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, timeout=60, check=False)  # noqa: S603


def test_every_path_of_the_command_line_may_begin_with_the_users_home(tmp_path: Path) -> None:
    """No shell replaces `~` behind `--option=`."""
    (tmp_path / "articles").symlink_to(NIGHT.parent)
    asked = at_home(tmp_path, "ask", "--json", "--knowledge=~/articles/night-library", "도서관은 왜 밤에 열어?")
    assert b'"article": "night-library"' in asked.stdout, asked.stderr
    shown = at_home(tmp_path, "preview", "--html=~/page.html", "--knowledge=~/articles/night-library")
    assert shown.returncode == 0, shown.stderr
    assert (tmp_path / "page.html").is_file()
    source = tmp_path / "text.txt"
    source.write_text("The ferry\n\nThe ferry was built in 2019 by a yard of sixty on the isle.\n", encoding="utf-8")
    assert at_home(tmp_path, "new", "~/text.txt", "~/ferry").returncode == 0
    assert (tmp_path / "ferry/facts.yaml").is_file()
    assert at_home(tmp_path, "check", "~no-such-user/x").returncode == 2
