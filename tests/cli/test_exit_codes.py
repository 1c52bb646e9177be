"""How the process ends when something is wrong."""

import subprocess
import sys

from bot.errors import MISTAKE
from tests.cli.running import ENVIRONMENT, ROOT, run

BROKEN = """
from bot import app
def build(*_, **__):
    raise KeyError("a mistake")
app.build = build
from bot.__main__ import main
main()
"""


def test_a_mistake_in_the_program_has_a_code_of_its_own() -> None:
    """With its traceback, so that it can be mended."""
    command = [sys.executable, "-c", BROKEN, "ask", "who left?"]
    done = subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, timeout=60, check=False)  # noqa: S603
    assert done.returncode == MISTAKE == 70
    assert b"KeyError: 'a mistake'" in done.stderr


def test_a_wrong_option_is_another_code() -> None:
    assert run("ask", "--wrong").returncode == 2
    assert run("ask", "who left?", "--article", "none").returncode == 2
