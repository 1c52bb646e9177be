"""Words without spaces are cut where words of the facts begin and end."""

import pytest

from bot.core.spelling import split_run

ENGLISH = dict.fromkeys(["who", "left", "the", "company", "how", "much", "did", "is", "she", "at", "a", "i"], 3)
RARE = {"an": 2, "dall": 0, "and": 9, "all": 5}


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("wholeftthecompany", ["who", "left", "the", "company"]),
        ("howmuchmoneydidshe", ["how", "much", "money", "did", "she"]),
        ("issheatthecompany", ["is", "she", "at", "the", "company"]),
        ("who'sthecompany", ["who's", "the", "company"]),
        ("andall", ["and", "all"]),
    ],
)
def test_an_english_run_is_cut_into_few_and_frequent_words(run: str, expected: list[str]) -> None:
    assert split_run(run, ENGLISH | RARE) == expected


@pytest.mark.parametrize("word", ["internationalisation", "thermodynamics", "hovercraft"])
def test_a_single_long_word_stays_whole(word: str) -> None:
    assert split_run(word, ENGLISH) == [word]


def test_an_unknown_part_of_a_korean_run_stays_whole() -> None:
    assert split_run("누가회사를떠났나요", {"누가": 5, "회사를": 1}) == ["누가", "회사를", "떠났나요"]


def test_a_korean_run_is_cut_where_frequent_words_begin() -> None:
    known = {"이력이": 1, "어떻게": 9, "전이": 1, "이어": 1, "되나요": 9, "전": 30}
    assert split_run("전이력이어떻게되나요", known) == ["전", "이력이", "어떻게", "되나요"]
