"""The normal form of a text, its words, and its language."""

import unicodedata

import pytest

from bot.core.text import (
    MAX_CHARACTERS,
    asking_sentences,
    language_of,
    normalise,
    separate_questions,
    squeeze,
    words,
)


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("Ｈｅｌｌｏ　Ｗｏｒｌｄ", "hello world"),
        (unicodedata.normalize("NFD", "무라티"), "무라티"),
        ("무\u200b라\u202e티\ufeff", "무라티"),
        ("z̸̢a̵l̶g̷o", "zalgo"),
        ("a\x00b\x07c", "abc"),
        ("\ud800무라티\udfff", "무라티"),
        ("who\n\tleft ?", "who left ?"),
        ("İstanbul", "istanbul"),
        ("Murati’s", "murati's"),
        ("ㅁㄹㅌ", "ㅁㄹㅌ"),
        ("\u1106\u1105\u1110", "ㅁㄹㅌ"),
        ("<@123456> 누가 떠났어? <:wave:1> https://a.example/b?c=d", "누가 떠났어?"),
        ("", ""),
        ("\u200b\u2060", ""),
    ],
)
def test_the_normal_form(typed: str, normal: str) -> None:
    assert normalise(typed) == normal


def test_characters_beyond_discords_limit_are_ignored() -> None:
    assert normalise("가" * 100_000) == "가" * MAX_CHARACTERS
    assert len(normalise("ﷺ" * 100_000)) <= MAX_CHARACTERS, "one character that NFKC turns into eighteen"


def test_words_are_runs_of_one_script() -> None:
    assert words("ceo는 gpt-4o를 7.5억에") == ("ceo", "는", "gpt", "4", "o", "를", "7.5", "억에")
    assert squeeze("오픈 ai, (2024)!") == "오픈ai2024"


@pytest.mark.parametrize(
    ("question", "language"),
    [
        ("누가 떠났어?", "ko"),
        ("Who left?", "en"),
        ("무라티 CEO 누구", "ko"),
        ("Sam Altman은?", "ko"),
        ("what did 무라티 say about it", "en"),
        ("Who is the 의장", "en"),
    ],
)
def test_function_words_decide_the_language_of_a_mixed_question(question: str, language: str) -> None:
    assert language_of(normalise(question)) == language


def test_a_question_without_letters_has_the_default_language() -> None:
    assert language_of("???", "en") == "en"
    assert language_of("???", "ko") == "ko"


@pytest.mark.parametrize("title", ["Mr.", "Ms.", "Mrs.", "Dr.", "Prof."])
def test_a_full_stop_behind_a_title_ends_no_sentence(title: str) -> None:
    question = f"when did {title} Sutskever leave the company?"
    assert asking_sentences(f"Excuse me for asking. {question}")[0] == question
    assert asking_sentences(f"Excuse me, {question}") == ()
    assert separate_questions(question) == ()


def test_a_full_stop_in_a_number_or_an_abbreviation_ends_no_sentence() -> None:
    assert asking_sentences("I read it twice today. Does GPT-4.5 run in the U.S. now?")[0].startswith(
        "Does GPT-4.5 run"
    )


def test_question_marks_in_addresses_end_no_sentence() -> None:
    message = "I found this on https://news.example.com/a?page=2 while waiting for the bus. Who built the ferry?"
    assert asking_sentences(message)[0] == "Who built the ferry?"
    assert (
        asking_sentences("배는 누가 만들었는지 https://news.example.com/a?page=2 에서 읽어 보려 했는데 잘 안 되네요")
        == ()
    )
