"""Typing errors are counted in key strokes; the words nearest to what was typed are found."""

import pytest

from bot.core.spelling import Spellings

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


def test_of_words_as_near_the_one_with_the_same_keys_is_meant_then_the_first() -> None:
    known = Spellings(("logos", "longs", "pleats", "please"))
    assert known.nearest("logns") == "longs"
    assert known.nearest("pleass") == "please"
    assert known.nearest("longz") == "longs"


def test_the_nearest_words_come_with_their_errors_and_the_nearest_first() -> None:
    assert KNOWN.within("whne", allowed=2, most=3) == [("when", 1)]
    assert KNOWN.within("whne", allowed=1, most=0) == []
