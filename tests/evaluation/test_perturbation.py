"""Perturbations are typing errors that happen on a keyboard, the same in every run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.core.hangul import as_latin_keys
from bot.evaluation.perturbation import perturb, with_typos

KOREAN, ENGLISH = "무라티는 왜 회사를 떠났나요?", "Why did Murati leave the company?"


def typos(clean: str, typed: str) -> int:
    """Return the number of wrong keys between two texts; a swap of two counts once."""
    return OSA.distance(as_latin_keys(clean), as_latin_keys(typed))


def test_all_spaces_are_removed() -> None:
    assert perturb("누가  떠났\n나요?", "spaces") == "누가떠났나요?"


def test_each_language_is_typed_on_the_layout_of_the_other() -> None:
    assert perturb("무라티", "layout") == "anfkxl"
    assert perturb("when", "layout") == "조두"


@pytest.mark.parametrize(("text", "errors"), [(KOREAN, 2), (ENGLISH, 3), ("왜?", 1)])
def test_about_every_eighth_letter_is_mistyped(text: str, errors: int) -> None:
    for seed in range(30):
        assert 1 <= typos(text, with_typos(text, seed)) <= errors


def test_a_typo_changes_a_letter_not_a_syllable() -> None:
    """무라티 becomes 무라팅 or ㅜ라티, hardly ever a word of three other syllables."""
    typed = {with_typos("무라티", seed) for seed in range(40)}
    assert len(typed) > 10
    assert all(typos("무라티", one) == 1 for one in typed)


def test_the_same_question_is_always_perturbed_the_same_way() -> None:
    assert perturb(KOREAN, "typos") == perturb(KOREAN, "typos")
    assert perturb(KOREAN, "typos", 3) == with_typos(KOREAN, 3)
    assert with_typos(KOREAN, 1) != with_typos(KOREAN, 3)


@pytest.mark.parametrize("text", ["", "???", "2025"])
def test_a_text_without_letters_gets_no_typing_errors(text: str) -> None:
    assert with_typos(text) == text


@given(st.text(max_size=60))
def test_any_text_can_be_perturbed(text: str) -> None:
    assert len(with_typos(text)) <= 4 * len(text) + 8
    assert not any(char.isspace() for char in perturb(text, "spaces"))
    assert isinstance(perturb(text, "layout"), str)
