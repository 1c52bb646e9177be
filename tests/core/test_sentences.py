"""A message is split where a question can end; in a long one, the sentence that asks is found."""

import pytest

from bot.core.text import MAX_QUESTIONS, asking_sentences, separate_questions


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("왜 떠났어? 그리고 어디로 갔어?", ("왜 떠났어?", "어디로 갔어?")),
        ("무라티는 어디 출신이야 그리고 언제 입사했어", ("무라티는 어디 출신이야", "언제 입사했어")),
        ("Why did Schulman leave? Where did he go?", ("Why did Schulman leave?", "Where did he go?")),
        ("Who left and also who stayed", ("Who left", "who stayed")),
        ("Who left, and also, who stayed?", ("Who left", "who stayed?")),
        ("누가 떠났어\n누가 남았어", ("누가 떠났어", "누가 남았어")),
    ],
)
def test_a_message_with_two_questions_is_split(text: str, expected: tuple[str, ...]) -> None:
    assert separate_questions(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Who left?",
        "Who left and why?",
        "What is GPT-3.5?",
        "Did they raise 6.5 billion",
        "누가 그리고싶어",
        "왜? 응? ㅋ. 아!",
        "One. Two. Three. Four.",
        "a?" * 50_000,
    ],
)
def test_one_question_or_a_story_is_not_split(text: str) -> None:
    assert separate_questions(text) == ()


def test_there_are_never_more_parts_than_can_be_shown() -> None:
    assert len(separate_questions("one thing? two things? three things?")) == MAX_QUESTIONS


def test_the_sentence_that_asks_is_found_in_a_longer_message() -> None:
    """The last sentence with a question mark is the question; the one before may name what it refers to."""
    message = "What a week at the office, honestly. Anyway, who left the company first? My tea is getting cold."
    assert asking_sentences(message) == (
        "Anyway, who left the company first?",
        "What a week at the office, honestly. Anyway, who left the company first?",
    )


def test_without_a_question_mark_the_last_sentence_is_the_question() -> None:
    message = "오늘 회의가 너무 길어서 정말 힘들었어요. 점심도 못 먹었네요. 무라티가 언제 들어왔는지 궁금해요"
    assert asking_sentences(message)[0] == "무라티가 언제 들어왔는지 궁금해요"


@pytest.mark.parametrize(
    "message", ["Who left? Why?", "who left the company and where did they all go to", "", "?" * 99]
)
def test_a_short_message_or_a_single_sentence_has_no_asking_sentence(message: str) -> None:
    assert asking_sentences(message) == ()
