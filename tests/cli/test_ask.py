"""`ask`: one question, or a stream of them that another program reads."""

import json
import subprocess
import sys
from typing import Any

import pytest

from tests.cli.running import ENVIRONMENT, ROOT, run

QUESTION = "밤 도서관은 언제부터 운영했어?"


def objects(output: bytes) -> list[dict[str, Any]]:
    """Parse the lines of an output."""
    return [json.loads(line) for line in output.decode().splitlines()]


def test_one_question_is_shown_for_people() -> None:
    done = run("ask", QUESTION)
    assert (done.returncode, done.stderr) == (0, b"")
    assert "╭" in done.stdout.decode()


def test_json_keeps_hangul_and_bytes_that_are_no_text() -> None:
    """A lone surrogate, which argv makes of such a byte, leaves as the escape that JSON has for it."""
    done = run("ask", "--json", QUESTION.encode() + b"\xff")
    assert (done.returncode, done.stderr) == (0, b"")
    assert QUESTION in done.stdout.decode()
    assert objects(done.stdout)[0]["question"] == QUESTION + "\udcff"


def test_an_explanation_is_shown_only_when_asked_for() -> None:
    shown = run("ask", "--explain", QUESTION).stdout.decode()
    assert shown.index("이렇게 답한 까닭") > shown.index("╯")
    (data,) = objects(run("ask", "--json", "--explain", QUESTION).stdout)
    assert list(data)[-1] == "explain"
    assert all(line.rstrip() in shown for line in data["explain"] if len(line) < 40)
    assert "explain" not in objects(run("ask", "--json", QUESTION).stdout)[0]


def test_lines_are_answered_in_order_whatever_they_hold() -> None:
    lines = [QUESTION.encode(), b"", b"\xff\xfe\x00\x01", "😀".encode(), b"  ", b"a" * 100_000, b"Who pays?\r", b"last"]
    done = run("ask", "--json", "-", typed=b"\n".join(lines))
    assert (done.returncode, done.stderr) == (0, b"")
    found = objects(done.stdout)
    assert [item["question"] for item in found] == [line.decode(errors="replace").rstrip("\r") for line in lines]
    assert {item["outcome"] for item in found} <= {"answered", "suggested", "unanswered"}
    assert all(list(item) == list(found[0]) for item in found)


def test_each_answer_is_there_before_the_next_question() -> None:
    """A program may wait for the answer before it asks on."""
    command = [sys.executable, "-m", "bot", "ask", "--json", "-"]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for text in ("one", "two"):
            process.stdin.write(text.encode() + b"\n")
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["question"] == text
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def test_a_reader_that_goes_away_ends_it_without_a_word() -> None:
    command = [sys.executable, "-m", "bot", "ask", "--json", "-"]
    with subprocess.Popen(  # noqa: S603
        command, cwd=ROOT, env=ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, errors = process.communicate(b"who?\n" * 50, timeout=30)
        assert errors == b""


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ask", "-"), "Reading questions from standard input needs --json."),
        (("ask", "why?", "--article", "nope"), "There is no article 'nope'; there is: night-library."),
        (("ask", "why?", "--knowledge", "/nowhere/at/all"), "at/all: there is no such folder"),
    ],
)
def test_a_mistake_is_one_sentence_and_an_exit_code(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert done.returncode != 0
    assert message.rpartition("/")[2] in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()
    assert done.stdout == b""


def test_the_language_can_be_chosen() -> None:
    assert objects(run("ask", "--json", "--lang", "en", QUESTION).stdout)[0]["language"] == "en"


def test_a_chat_ends_with_its_input() -> None:
    done = run("chat", typed=f"{QUESTION}\n:why\n".encode() + b"\xff\x00\n")
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.decode().count("╭") == 2
