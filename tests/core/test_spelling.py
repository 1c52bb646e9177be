"""Typing errors are counted in key strokes, and short words are corrected to common ones only."""

import pytest

from bot.core.spelling import Spellings, nearest_short

KNOWN = Spellings(("분위기", "무라티", "headline", "announcement", "when"))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("부ㅜㄴ위기", "분위기"),
        ("무랕기", "무라티"),
        ("headlnie", "headline"),
        ("anouncemnet", "announcement"),
        ("whne", "when"),
    ],
)
def test_a_few_wrong_keys_are_corrected(typed: str, meant: str) -> None:
    assert KNOWN.nearest(typed) == meant


@pytest.mark.parametrize("word", ["whe", "hovercraft", "왜", "breadlines"])
def test_short_words_and_other_words_stay(word: str) -> None:
    assert KNOWN.nearest(word) == word


def test_three_letters_are_corrected_to_a_common_word_only() -> None:
    assert nearest_short("teh", ("the", "what")) == "the"
    assert nearest_short("wht", ("the", "what")) == "what"
    assert nearest_short("eil", ("the", "what")) == "eil"


def test_of_words_as_near_the_one_with_the_same_keys_is_meant_then_the_first() -> None:
    known = Spellings(("logos", "longs", "pleats", "please"))
    assert known.nearest("logns") == "longs"
    assert known.nearest("pleass") == "please"
    assert known.nearest("longz") == "longs"
