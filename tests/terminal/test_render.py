"""Replies as the terminal shows them."""

import io
from dataclasses import replace

from rich.console import Console

from bot.service.replies import Citation, Reply, Suggestion, Why
from bot.terminal.ask import render, show_why

SOURCE = Citation("T", "P", "S", (3,), None, "Source: P “T” · paragraph 3")
ANSWER = Reply("answered", "en", "Lund [left]. :boat:", "ferry", "one", source=SOURCE, confidence=0.9)
SUGGESTIONS = (Suggestion("ferry", "one", "First?", 0.3), Suggestion("ferry", "two", "Second?", 0.2))


def screen(reply: Reply) -> str:
    """Return what a terminal of 80 columns shows."""
    console = Console(file=io.StringIO(), width=80)
    console.print(render(reply))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_an_answer_stands_above_its_source_and_is_not_read_as_markup() -> None:
    text = screen(ANSWER)
    assert text.index("Lund [left]. :boat:") < text.index("Source: P “T” · paragraph 3")


def test_suggestions_are_numbered_and_name_their_article_if_there_are_several() -> None:
    reply = Reply("suggested", "en", "Did you mean?", suggestions=SUGGESTIONS)
    assert "1  First?" in screen(reply)
    assert "ferry" not in screen(reply)
    several = screen(replace(reply, suggestions=(*SUGGESTIONS, Suggestion("other", "x", "Third?", 0.1))))
    assert "Third? (other)" in several
    assert "First? (ferry)" in several


def test_an_answer_shows_no_suggestions() -> None:
    assert "First?" not in screen(replace(ANSWER, suggestions=SUGGESTIONS))


def test_a_further_answer_has_its_own_source() -> None:
    further = replace(ANSWER, text="No.", source=replace(SOURCE, line="Source: elsewhere"))
    assert screen(replace(ANSWER, also=(further,))).index("No.") < screen(replace(ANSWER, also=(further,))).index(
        "elsewhere"
    )


def test_why_is_a_table_that_reads_nothing_as_markup() -> None:
    console = Console(file=io.StringIO(), width=80)
    show_why(console, Why("[b]Why", ("fact", "signals"), (("[red]x", "ngrams 0.5"),)))
    assert isinstance(console.file, io.StringIO)
    assert all(part in console.file.getvalue() for part in ("[b]Why", "[red]x", "ngrams 0.5"))


def test_the_closest_answer_stands_between_its_caveat_and_its_source_with_the_others_below() -> None:
    text = screen(Reply("suggested", "en", "Perhaps this:", suggestions=SUGGESTIONS, closest=ANSWER))
    parts = ("Perhaps this:", "Lund [left]. :boat:", "Source: P", "1  First?")
    assert sorted(parts, key=text.index) == list(parts)
