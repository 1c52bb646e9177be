"""The bot on machines that are set up differently: no home, old terminals, no libraries. Each start is a process."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
NIGHT = ROOT / "tests/articles/night-library"
QUESTION = "도서관은 언제 열어?"
COMMANDS = (["ask", QUESTION], ["preview"], ["doctor"], ["check"], ["--help"], ["chat"])
ALL_IN_ONE = """
import sys
from bot.__main__ import main
for arguments in {commands!r}:
    sys.argv = ["bot", *arguments]
    try:
        main()
    except SystemExit as end:
        print("== ended", end.code)
"""


def started(*arguments: str, folder: Path, typed: bytes = b"", **variables: str) -> subprocess.CompletedProcess[bytes]:
    """Run Python in `folder` with an environment that holds nothing but what is given."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "BOT_SEMANTIC": "off",
        "BOT_KNOWLEDGE": str(NIGHT),
    }
    return subprocess.run(  # noqa: S603
        [sys.executable, *arguments],
        cwd=folder,
        env=environment | variables,
        input=typed,
        capture_output=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize("encoding", ["cp1252", "cp437", "ascii", "cp949"])
def test_no_command_fails_at_a_terminal_that_lacks_characters(tmp_path: Path, encoding: str) -> None:
    done = started(
        "-c",
        ALL_IN_ONE.format(commands=COMMANDS),
        folder=tmp_path,
        typed=QUESTION.encode(encoding, "replace") + b"\n\xff\xfe\n",
        PYTHONIOENCODING=encoding,
        BOT_CACHE=str(tmp_path / "cache"),
    )
    out, said = done.stdout.decode(encoding), done.stderr.decode(encoding)
    assert "Traceback" not in said
    assert out.count("== ended") == len(COMMANDS)
    assert "?" in out
    if encoding == "cp949":
        assert "도서관" in out, "what the terminal has is shown"


def test_programs_get_utf_8_whatever_the_terminal_has(tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    command = ("-m", "bot", "ask", "--json", QUESTION)
    done = started(*command, folder=tmp_path, PYTHONIOENCODING="ascii", BOT_CACHE=cache)
    assert QUESTION.encode() in done.stdout


NAMELESS = """
import pwd, sys
def getpwuid(number): raise KeyError(number)
pwd.getpwuid = getpwuid
sys.argv = ["bot", "ask", sys.argv[1]]
from bot.__main__ import main
main()
"""


@pytest.mark.skipif(os.name == "nt", reason="Windows always has a home")
@pytest.mark.parametrize("cache", ["", "own"])
def test_a_user_without_home_and_name_gets_an_answer(tmp_path: Path, cache: str) -> None:
    """As containers start with any user id."""
    variables: dict[str, Any] = {"TMPDIR": str(tmp_path), "BOT_CACHE": str(tmp_path / cache) if cache else ""}
    done = started("-c", NAMELESS, QUESTION, folder=tmp_path, **variables)
    assert done.stderr == b""
    assert done.returncode == 0
    (made,) = tmp_path.iterdir()
    assert made.name == (cache or f"article-answers-bot-{os.getuid()}")


def test_without_the_libraries_the_install_line_is_shown(tmp_path: Path) -> None:
    code = f"import runpy, sys; sys.path.insert(0, {str(ROOT)!r}); runpy.run_module('bot', run_name='__main__')"
    done = started("-I", "-S", "-c", code, folder=tmp_path)
    assert done.returncode == 1
    assert done.stderr.decode() == (
        "The library 'typer' is missing: run `pip install .` in the folder that holds pyproject.toml, or start the bot"
        " with the Python it was installed for.\n"
    )


def test_a_library_that_one_command_needs_is_named_too(tmp_path: Path) -> None:
    code = "import sys; sys.modules['discord'] = None; sys.argv = ['bot', 'run']; from bot.__main__ import main; main()"
    done = started("-c", code, folder=tmp_path, DISCORD_TOKEN="a.b.c")  # noqa: S106
    assert done.returncode == 1
    assert done.stderr.decode().startswith("The library 'discord' is missing: run `pip install .`")


@pytest.mark.parametrize("encoding", ["cp949", "utf-16"])
def test_an_env_file_in_another_encoding_is_one_sentence_of_each_command(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_bytes("BOT_KNOWLEDGE=/기사\n".encode(encoding))
    commands = (["ask", QUESTION], ["check"], ["preview"], ["chat"], ["run"])
    done = started("-c", ALL_IN_ONE.format(commands=commands), folder=tmp_path)
    assert done.stdout.splitlines() == [b"== ended 2"] * len(commands)
    sentences = done.stderr.splitlines()
    assert len(sentences) == len(commands)
    assert all(sentence.startswith(b"The file .env can't be read (") for sentence in sentences)


@pytest.mark.parametrize("encoding", ["cp949", "utf-16"])
def test_an_env_file_in_another_encoding_is_a_finding_of_doctor(tmp_path: Path, encoding: str) -> None:
    (tmp_path / ".env").write_bytes("BOT_KNOWLEDGE=/기사\n".encode(encoding))
    done = started("-m", "bot", "doctor", folder=tmp_path)
    assert done.returncode == 1
    assert done.stdout.startswith(b"FIX   settings: The file .env can't be read (")
    assert done.stdout.count(b"\n") == 1
    assert done.stderr == b""


def test_a_misspelt_setting_is_named_where_the_operator_looks(tmp_path: Path) -> None:
    cache = str(tmp_path / "cache")
    done = started("-m", "bot", "ask", QUESTION, folder=tmp_path, BOT_CACHE=cache, BOT_KNOWLEGE="/somewhere")
    assert done.returncode == 0
    assert done.stderr.decode() == "'BOT_KNOWLEGE' is no setting: did you mean BOT_KNOWLEDGE?\n"
