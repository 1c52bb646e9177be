"""Typing errors are counted in keys, and short words are put right to usual ones only."""

import pytest

from bot.core.hangul import strokes
from bot.core.spelling import nearest, nearest_short

KNOWN = {word: strokes(word) for word in ("분위기", "무라티", "headline", "announcement", "when")}


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
def test_a_few_wrong_keys_are_put_right(typed: str, meant: str) -> None:
    assert nearest(typed, KNOWN) == meant


@pytest.mark.parametrize("word", ["whe", "hovercraft", "왜", "breadlines"])
def test_short_or_other_words_stay(word: str) -> None:
    assert nearest(word, KNOWN) == word


def test_three_letters_are_put_right_to_a_usual_word_only() -> None:
    assert nearest_short("teh", ("the", "what")) == "the"
    assert nearest_short("wht", ("the", "what")) == "what"
    assert nearest_short("eil", ("the", "what")) == "eil"
