"""A message that asks several things is taken apart into what it asks."""

import pytest

from bot.core.text import coordinated_questions, separate_questions


def test_a_sentence_keeps_its_question_mark_and_a_statement_has_none() -> None:
    assert separate_questions("I read it. Where did he go?") == ("I read it", "Where did he go?")
    assert separate_questions("왜 떠났어? 글고 어디로 갔어?") == ("왜 떠났어?", "어디로 갔어?")


@pytest.mark.parametrize(
    ("text", "halves"),
    [
        ("who is Ada and when did she come?", ("who is Ada", "when did she come?")),
        ("her age n her job", ("her age", "her job")),
        ("어느 나라 사람이고 언제 왔어?", ("어느 나라 사람이", "언제 왔어?")),
        ("전 직장이랑 지금 하는 일", ("전 직장", "지금 하는 일")),
    ],
)
def test_a_sentence_is_split_at_an_and(text: str, halves: tuple[str, str]) -> None:
    assert next(coordinated_questions(text)) == halves


@pytest.mark.parametrize("text", ["떠난다고 했어?", "무라티 말고 누가 떠났어?", "일하고 있어?", "and then?"])
def test_an_ending_that_joins_nothing_splits_nothing(text: str) -> None:
    assert list(coordinated_questions(text)) == []
