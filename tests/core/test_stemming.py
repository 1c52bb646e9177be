"""Inflections of one word share a stem; different words keep theirs."""

import pytest

from bot.core.stemming import stem


@pytest.mark.parametrize(
    "forms",
    [
        ("무라티", "무라티는", "무라티가", "무라티의", "무라티에게", "무라티와는"),
        ("회사", "회사를", "회사에서", "회사에서는요"),
        ("얼마", "얼마예요", "얼마인가요"),
        ("leaving", "leaves"),
        ("company", "companies", "company's"),
        ("stopped", "stopping", "stops", "stop"),
    ],
)
def test_forms_of_one_word_share_a_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("wing", "win"), ("pass", "pas"), ("이", "가")])
def test_different_words_stay_different(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_a_short_word_is_left_alone() -> None:
    assert stem("왜") == "왜"
    assert stem("is") == "is"
