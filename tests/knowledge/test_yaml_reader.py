"""The traps of YAML are refused, each with its line and a message that says how to fix it."""

import time
from typing import TYPE_CHECKING

import pytest
import yaml

from bot.knowledge import lookalikes, yaml_reader
from bot.knowledge.yaml_reader import Document, parse

if TYPE_CHECKING:
    from bot.errors import Problem


def parsed(text: str | bytes) -> tuple[Document | None, list[str]]:
    """Return the document and its problems as text."""
    problems: list[Problem] = []
    data = text if isinstance(text, bytes) else text.encode()
    document = parse(data, "f.yaml", problems)
    return document, [str(problem) for problem in problems]


QUOTED = "needs quotes around all of it"
BROKEN = [
    ("- a: b: c", f"f.yaml:1: a sentence that contains ': ' {QUOTED}"),
    ("a:\n  - 답: 하나: 둘\n", f"f.yaml:2: a sentence that contains ': ' {QUOTED}"),
    ('- "Who" left?', f'f.yaml:1: a sentence that starts with " {QUOTED}'),
    ("- 'a' b", f"f.yaml:1: a sentence that starts with ' {QUOTED}"),
    ("- [단독] 누가?", f"f.yaml:1: a sentence that starts with [ {QUOTED}"),
    ("ko: {a} b", f"f.yaml:1: a sentence that starts with {{ {QUOTED}"),
    ("- @mira 누구?", f"f.yaml:1: a sentence that starts with @ {QUOTED}"),
    ("- %x", f"f.yaml:1: a sentence that starts with % {QUOTED}"),
    ("- `x", f"f.yaml:1: a sentence that starts with ` {QUOTED}"),
    ("- > what", f"f.yaml:1: a sentence that starts with > {QUOTED}"),
    ("- * star", f"f.yaml:1: a sentence that starts with * {QUOTED}"),
    ("- ok\n- *alias", f"f.yaml:2: aliases are not allowed; a sentence that starts with '*' {QUOTED}"),
    ("- &anchor x", f"f.yaml:1: anchors are not allowed; a sentence that starts with '&' {QUOTED}"),
    ("- !wow x", f"f.yaml:1: tags are not allowed; a sentence that starts with '!' {QUOTED}"),
    ('- "open\n- b', "f.yaml:1: a quotation mark is opened here and never closed"),
    (
        "a: [b, c\nd: e",
        f"f.yaml:1: a bracket is opened here and not closed; a sentence that starts with [ {QUOTED}",
    ),
    ("a:\n  - b\n c: d", "f.yaml:3: the indentation is wrong, or '- ' or 'key:' is missing"),
    ("a: b\n0x1F", "f.yaml:2: a ':' is missing, or the indentation is wrong"),
    ("a: b\n  c: d", "f.yaml:2: the indentation is wrong, or the line above is not finished"),
    ("a: - b", f"f.yaml:1: a list begins on a line of its own; a text that starts with '- ' {QUOTED}"),
    ("a: b\nc: d\na: e", "f.yaml:3: the key 'a' is repeated (first in line 1)"),
    ('"": x', "f.yaml:1: a key is missing before ':'"),
    ("[a]: b", f"f.yaml:1: a key must be a word; a text that starts with '[' or '{{' {QUOTED}"),
    (
        "a: 오픈AI는 # 1위예요",
        "f.yaml:1: ' #' cuts the sentence off: quote it, or put the comment on a line of its own",
    ),
    ("a: b\n---\nc: d", "f.yaml:2: a second document starts here ('---'); a file may have only one"),
    ("%YAML 1.1\n---\na: b", "f.yaml:1: directives ('%…') are not allowed"),
    ("a:\n\tb: c", "f.yaml:2: contains a tab; use spaces"),
    ("a: b\nc: \x07", "f.yaml:2: contains a control character (U+0007)"),
    ("a: b\u2028c", "f.yaml:1: contains a control character (U+2028)"),
    ('a: "\\0"', "f.yaml:1: contains an escaped control character"),
    ("a: \0", "f.yaml: is not a text file"),
    ("a: b\nc: 한글".encode("cp949"), "f.yaml:2: is not UTF-8: save the file in the encoding UTF-8"),
    ("", "f.yaml: is empty"),
    ("# only a comment\n", "f.yaml: is empty"),
    ("[" * 50 + "]" * 50, "f.yaml:1: is nested too deeply (more than 20 levels)"),
    ("- a\n" * 60_000, "f.yaml:50001: the file has too many entries (more than 50,000)"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_trap_is_refused_with_one_sentence(text: str | bytes, message: str) -> None:
    assert parsed(text)[1] == [message]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_the_pure_parser_refuses_the_same_lines(
    text: str | bytes, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without libyaml, the message about a syntax error may differ, but the line is refused."""
    for module in (yaml_reader, lookalikes):
        monkeypatch.setattr(module, "LOADER", yaml.BaseLoader)
    if isinstance(text, str) and len(text) > 100_000:
        pytest.skip("the pure parser needs seconds for it")
    found = parsed(text)[1]
    assert len(found) == 1, message
    assert found[0].startswith("f.yaml")


def test_plain_values_stay_strings() -> None:
    """What stock YAML turns into booleans, minutes and octal numbers is text here."""
    document, problems = parsed("a: no\nb: 1:30\nc: 010\nd: ~\ne: 2024-09-26\nf: [1, true]\n")
    assert problems == []
    assert document is not None
    assert document.data == {
        "a": "no",
        "b": "1:30",
        "c": "010",
        "d": "~",
        "e": "2024-09-26",
        "f": ["1", "true"],
    }


def test_comments_are_allowed_unless_they_cut_a_sentence_off() -> None:
    text = "# top\na: # behind a key\n  - murati # behind an id\n  - '문장' # behind quotes\nb: [x] # flow\n"
    document, problems = parsed(text)
    assert problems == []
    assert document is not None
    assert document.data == {"a": ["murati", "문장"], "b": ["x"]}


def test_windows_line_ends_and_byte_order_mark_are_fine() -> None:
    document, problems = parsed(b"\xef\xbb\xbfa: b\r\nc: d\r\n")
    assert problems == []
    assert document is not None
    assert document.data == {"a": "b", "c": "d"}


def test_every_line_is_known() -> None:
    document, _ = parsed("a:\n  - b\n  - c: d\n    e:\n      f\n")
    assert document is not None
    assert [document.line(path) for path in (("a",), ("a", 0), ("a", 1), ("a", 1, "e"))] == [1, 2, 3, 4]
    assert document.line(("a", 1, "missing", 7)) == 3


def test_all_problems_of_a_file_are_found_at_once() -> None:
    _, problems = parsed("a: &x b\na: c\nd: *x\ne: 문장 # 끝\n")
    assert [problem.split(":")[1] for problem in problems] == ["1", "2", "3", "4"]


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x]\n" + "".join(f"b{i}: &b{i} [*a, *a, *a, *a]\n" for i in range(200)),
        "[" * 1_000_000,
        "{" * 1_000_000,
        "- " * 500_000,
        "? " * 500_000,
        "[" + "a," * 900_000 + "]",
        "[" + "*a," * 400_000 + "]",
        "&" + "a" * 1_000_000,
        '"' + "x" * 1_900_000,
        "\n".join(f"k{i}: v" for i in range(100_000)),
    ],
    ids=["laughs", "brackets", "braces", "dashes", "marks", "items", "aliases", "anchor", "quote", "keys"],
)
def test_refusing_a_bomb_costs_at_most_thirty_times_as_much_as_reading_sentences_of_the_same_length(text: str) -> None:
    """Measured: 0.1 to 8 times; a bomb that went off would cost millions of times as much."""
    line = "- a sentence of eight words that is harmless\n"
    sentences = line * (len(text) // len(line) + 1)
    assert parsed(sentences)[1] == []
    _, problems = parsed(text)
    assert 0 < len(problems) <= yaml_reader.MAX_PROBLEMS
    assert cpu_seconds(text) < 30 * cpu_seconds(sentences)


def cpu_seconds(text: str) -> float:
    """Return the CPU seconds that parsing takes, the least of three runs."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        parsed(text)
        times.append(time.thread_time() - start)
    return min(times)
