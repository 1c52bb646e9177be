"""The Korean keyboard: slips of the layout, letters and syllables, initial consonants."""

import pytest

from bot.core.hangul import (
    SLIPS,
    as_korean_keys,
    as_latin_keys,
    as_mixed_keys,
    compose,
    initials,
    is_initials,
    letters,
    neighbours,
)


@pytest.mark.parametrize(
    ("keys", "meant"),
    [("anfkxl", "무라티"), ("dho skrkTdj", "왜 나갔어"), ("ehswl", "돈지"), ("RkR", "깎"), ("QORD", "뺶ㅇ")],
)
def test_latin_letters_as_keys_of_the_korean_layout(keys: str, meant: str) -> None:
    assert as_korean_keys(keys) == meant


def test_hangul_as_keys_of_the_latin_layout() -> None:
    assert as_latin_keys("조두") == "when"
    assert as_latin_keys("좨 ㅣㄷㄽ") == "who left"


@pytest.mark.parametrize(
    ("typed", "composed"),
    [
        ("ㄷㅏㄹㄱㅣ", "달기"),
        ("ㄱㅏㅂㅅ", "값"),
        ("ㄱㅏㅂㅅㅏ", "갑사"),
        ("ㅋㅋㅋ", "ㅋㅋㅋ"),
        ("ㅗㅏ", "ㅗㅏ"),
        ("", ""),
    ],
)
def test_letters_compose_to_syllables_as_on_a_korean_keyboard(typed: str, composed: str) -> None:
    """A consonant before a vowel begins the next syllable; a letter that fits no syllable stays alone."""
    assert compose(typed) == composed


def test_letters_of_a_syllable() -> None:
    assert letters("값") == "ㄱㅏㅄ"
    assert letters("x") == "x"


def test_initial_consonants() -> None:
    assert initials("미라 무라티") == "ㅁㄹㅁㄹㅌ"
    assert is_initials("ㅁㄹㅌ")
    assert not is_initials("ㅁ"), "one letter names nothing"
    assert not is_initials("ㅁ라티")


KNOWN = frozenset({"murati", "again", "she"})


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Muratisms dho skrkTdj", "Murati는 왜 나갔어"),
        ("dho again skrkTdj", "왜 again 나갔어"),
        ("did they all leave murati", "did they all leave murati"),
    ],
)
def test_words_of_the_facts_stay_among_latin_letters_read_as_korean_keys(typed: str, meant: str) -> None:
    assert as_mixed_keys(typed, KNOWN) == meant


def test_neighbours_are_the_keys_that_touch() -> None:
    assert set(neighbours("s")) == set("awedxz")
    assert set(neighbours("R")) == set("edft")


def test_a_finger_slips_to_a_key_that_touches_or_misses_the_shift() -> None:
    assert {("s", "a"), ("a", "s"), ("ㅁ", "ㄴ"), ("ㄱ", "ㄲ"), ("ㄲ", "ㄱ"), ("ㅔ", "ㅖ")} <= SLIPS
    assert not {("s", "l"), ("ㅁ", "ㅏ"), ("ㅂ", "ㄱ"), ("s", "ㄴ")} & SLIPS
