"""Words written together are cut where the facts' words begin and end, and only there."""

import pytest

from bot.core.runs import split_hangul, split_latin

ENGLISH = frozenset({"who", "left", "the", "company", "how", "much", "money", "did", "is", "she", "at", "a", "i"})


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("wholeftthecompany", ["who", "left", "the", "company"]),
        ("howmuchmoneydidshe", ["how", "much", "money", "did", "she"]),
        ("issheatthecompany", ["is", "she", "at", "the", "company"]),
    ],
)
def test_an_english_run_is_cut_into_the_fewest_known_words(run: str, expected: list[str]) -> None:
    assert split_latin(run, ENGLISH) == expected


@pytest.mark.parametrize("word", ["internationalisation", "thermodynamics", "hovercraft"])
def test_a_word_of_its_own_stays_whole(word: str) -> None:
    assert split_latin(word, ENGLISH) == [word]


def test_a_korean_run_keeps_what_it_does_not_know() -> None:
    assert split_hangul("누가회사를떠났나요", frozenset({"누가", "회사를"})) == ["누가", "회사를", "떠났나요"]
