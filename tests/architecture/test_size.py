"""How large the bot is: `python tests/architecture/test_size.py` prints modules and code lines per package.

A code line holds code: blank lines, comments and docstrings are not counted, nor is an `__init__` a module.
"""

import ast
import io
import sys
import tokenize
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_MODULES, MOST_CODE_LINES, MOST_FUNCTION_LINES = 174, 25_000, 40
"""70 and 8,300 without what load and faults need: `rest`, the queue before the matcher, bounded work, safe files,
follow-ups that are sent once, paths and pipes of the command line; three modules and 260 lines for a first start that
is fast and says what it does: `forward`, `bulk`, `progress`; `health` and `measures` with what operators need; five
modules and 650 lines that choose among many articles, each scored alone, and measure that; `explaining`, which puts
into words why a reply was given; `asking`, `channel` and `addressing` for channels without mentions; `conversation`,
which replies to what is said about the last answer; and six modules and 1,070 lines that ask a chat assistant for
facts, tell each mistake in its reply with its place and add it to a folder; 150 lines that read, check and add to
samples that stand apart from their facts; `line_editing`, which changes YAML and leaves all other lines alone;
three modules and 620 lines that show facts in a spreadsheet and take them back; five modules and 900 lines with which
`check` reads figures and names in both languages, compares answers with the article and lists what no fact tells; five
modules and 800 lines that read an article as editors have it: `encodings`, `article_file` (Markdown, HTML), `layout`
(wrapped lines, headings), `bylines` and `furniture` (the menus and footers of a paste); four modules and 450 lines that
propose the names in it; nine modules and 850 lines that keep unanswered questions in SQLite or PostgreSQL without
telling who asked, and list them; four modules and 700 lines with which editors make such a question a sample, checked
before it is written, on Discord or the command line; `follow_up` and `dialogues`, which decide in a conversation and
learn to; and what editors do without leaving Discord: new facts, revisions that come back, votes, insight, articles
bound to channels, privacy on request, one revision in several processes; `correction`, which
reads typing errors in their context; `articles`, which learns to choose among many articles; 80 lines that know an
article by a part of its title or its topic, say which other articles answer too, and explain both."""
_NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}


def code_lines(source: str) -> int:
    """Return the number of lines that hold code; a string that stands alone is a docstring."""
    docstrings = {
        line
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    code = {
        line
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type not in _NO_CODE
        for line in range(token.start[0], token.end[0] + 1)
    }
    return len(code - docstrings)


def function_lengths(source: str) -> list[int]:
    """Return the lines of each function, from its `def` to its end."""
    return [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def sources() -> dict[str, str]:
    """Return the text of each module below `bot` by its path there."""
    bot = ROOT / "bot"
    return {path.relative_to(bot).as_posix(): path.read_text(encoding="utf-8") for path in sorted(bot.rglob("*.py"))}


def is_module(path: str) -> bool:
    """Return whether a file counts as a module."""
    return not path.endswith("__init__.py")


def test_there_are_not_more_modules_than_the_limit() -> None:
    count = len([path for path in sources() if is_module(path)])
    assert count <= MOST_MODULES


def test_there_is_not_more_code_than_the_limit() -> None:
    count = sum(map(code_lines, sources().values()))
    assert count <= MOST_CODE_LINES


def test_all_but_one_function_in_twenty_have_at_most_40_lines() -> None:
    lengths = sorted(length for source in sources().values() for length in function_lengths(source))
    assert lengths[int(0.95 * len(lengths))] <= MOST_FUNCTION_LINES


def test_neither_comments_nor_docstrings_are_code() -> None:
    source = '''"""A docstring
    of two lines."""

# a comment
X = """a text
of two lines"""
"""What X is."""
def f(
    a,
): ...  # code
'''
    assert code_lines(source) == 5
    assert function_lengths(source) == [3]


def main() -> None:
    """Print modules and code lines of each package, then of the whole bot."""
    modules: Counter[str] = Counter()
    lines: Counter[str] = Counter()
    for path, source in sources().items():
        package, inside, _ = path.partition("/")
        for name in (package if inside else "(top)", "bot"):
            modules[name] += is_module(path)
            lines[name] += code_lines(source)
    for name in sorted(lines, key=lambda name: (name == "bot", name)):
        sys.stdout.write(f"{name:<12} {modules[name]:>3} modules {lines[name]:>6} code lines\n")


if __name__ == "__main__":
    main()
