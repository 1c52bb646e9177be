"""A number or bullet before a question changes nothing about its answer."""

import json
import sys
from pathlib import Path

import pytest

from bot.core.matching import Question
from bot.core.text import without_list_markers
from tests.shipped import shipped_library

QUESTIONS = Path(__file__).parents[1] / "questions" / "openai-exodus-development.jsonl"
MARKERS = ("1. ", "3) ", "(2) ", "① ", "1️⃣ ", "- ", "• ", "Q. ", "Q1: ", "  10. ")
ASKED = 100


def test_a_question_loses_no_answer_to_a_list_marker() -> None:
    library = shipped_library()
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["q"] for line in lines[:: len(lines) // ASKED][:ASKED]]
    lost = dict.fromkeys(MARKERS, 0)
    for number, question in enumerate(questions):
        plain = library.answer(Question(question)).reply
        for marker in ("1. ", MARKERS[number % len(MARKERS)]):
            lost[marker] += library.answer(Question(marker + question)).reply != plain
    sys.stdout.write(f"{len(questions)} questions, replies that differ by marker: {lost}\n")
    assert sum(lost.values()) == 0


@pytest.mark.parametrize(
    "text", ["5. 14. 발표된 것은?", "2024. 5월에 누가?", "M. Murati?", "1.5배?", "-5%?", "S. Altman은?"]
)
def test_dates_initials_and_figures_are_no_list_markers(text: str) -> None:
    assert without_list_markers(text) == text


def test_a_list_of_questions_loses_the_marker_of_every_line() -> None:
    assert without_list_markers("1. 누가 떠났어?\n2) Why?") == "누가 떠났어?\nWhy?"
