"""Replies as the terminal shows them."""

import io
from dataclasses import replace

from rich.console import Console

from bot.service.explaining import Explanation
from bot.service.replies import Citation, Reply, Suggestion
from bot.terminal.ask import render, show_why

SOURCE = Citation("T", "P", "S", (3,), None, "S, paragraph 3", "Source: P “T” · paragraph 3")
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


def test_an_answer_shows_those_of_other_articles_by_number() -> None:
    text = screen(replace(ANSWER, suggestions=SUGGESTIONS, offer="Elsewhere, too."))
    assert text.index("T” · paragraph 3") < text.index("Elsewhere, too.") < text.index("1  First?")


def test_a_further_answer_has_its_own_source() -> None:
    further = replace(ANSWER, text="No.", source=replace(SOURCE, line="Source: elsewhere"))
    assert screen(replace(ANSWER, also=(further,))).index("No.") < screen(replace(ANSWER, also=(further,))).index(
        "elsewhere"
    )


def test_an_explanation_is_printed_line_by_line_and_nothing_in_it_is_read_as_markup() -> None:
    console = Console(file=io.StringIO(), width=80)
    show_why(console, (Explanation("[b]Why", ("[red]x", "", "+ y")), Explanation("Again", ("z",))))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "[b]Why\n[red]x\n\n+ y\nAgain\nz\n"


def test_the_closest_answer_stands_between_its_caveat_and_its_source_with_the_others_below() -> None:
    text = screen(Reply("suggested", "en", "Perhaps this:", suggestions=SUGGESTIONS, closest=ANSWER))
    parts = ("Perhaps this:", "Lund [left]. :boat:", "Source: P", "1  First?")
    assert sorted(parts, key=text.index) == list(parts)
