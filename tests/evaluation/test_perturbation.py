"""Noise is what fingers do on a keyboard, and the same in every run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.core.hangul import as_latin_keys
from bot.evaluation.perturbation import neighbours, noisy, with_typos

KOREAN, ENGLISH = "무라티는 왜 회사를 떠났나요?", "Why did Murati leave the company?"


def slips(clean: str, typed: str) -> int:
    """Count the slips of the keys between two texts, a swap being one."""
    return OSA.distance(as_latin_keys(clean), as_latin_keys(typed))


def test_all_spaces_go() -> None:
    assert noisy("누가  떠났\n나요?", "spaces") == "누가떠났나요?"


def test_each_language_is_typed_on_the_layout_of_the_other() -> None:
    assert noisy("무라티", "layout") == "anfkxl"
    assert noisy("when", "layout") == "조두"


@pytest.mark.parametrize(("text", "errors"), [(KOREAN, 2), (ENGLISH, 3), ("왜?", 1)])
def test_about_every_eighth_letter_is_mistyped(text: str, errors: int) -> None:
    for seed in range(30):
        assert 1 <= slips(text, with_typos(text, seed)) <= errors


def test_a_slip_stays_within_a_syllable() -> None:
    """무라티 with a slip is 무라팅 or ㅜ라티, hardly ever another word of three other syllables."""
    typed = {with_typos("무라티", seed) for seed in range(40)}
    assert len(typed) > 10
    assert all(slips("무라티", one) == 1 for one in typed)


def test_the_same_question_is_always_disturbed_in_the_same_way() -> None:
    assert noisy(KOREAN, "typos") == noisy(KOREAN, "typos")
    assert with_typos(KOREAN, 1) != with_typos(KOREAN, 3)


def test_neighbours_are_the_keys_around() -> None:
    assert set(neighbours("s")) == set("awedxz")
    assert set(neighbours("R")) == set("edft")


@pytest.mark.parametrize("text", ["", "???", "2025"])
def test_what_has_no_letters_has_no_typing_errors(text: str) -> None:
    assert with_typos(text) == text


@given(st.text(max_size=60))
def test_any_text_can_be_disturbed(text: str) -> None:
    assert len(with_typos(text)) <= 4 * len(text) + 8
    assert not any(char.isspace() for char in noisy(text, "spaces"))
    assert isinstance(noisy(text, "layout"), str)
