"""Lexicon entries are found by beginnings of words in Korean and by stems in English."""

import pytest

from bot.core.lexicon import LexiconIndex, answer_types, figures
from bot.core.model import LexiconEntry
from bot.core.text import normalise, words

FINDER = LexiconIndex(
    {
        "concept": (
            LexiconEntry("leave", ("퇴사", "떠나"), ("leave", "step down")),
            LexiconEntry("step", (), ("step",)),
            LexiconEntry("raise", ("투자 유치",), ("raise",)),
        ),
        "ask": (LexiconEntry("how-much", ("얼마",), ("how much",)), LexiconEntry("how", ("어떻게",), ("how",))),
        "stop word": (LexiconEntry("stop words", ("그래서",), ("the",)),),
    }
)


def found(text: str) -> set[tuple[str, str]]:
    """Return the kinds and entries in a text."""
    return {(hit.kind, hit.entry) for hit in FINDER.find(words(text))}


@pytest.mark.parametrize(
    ("text", "entries"),
    [
        ("퇴사했나요", {("concept", "leave")}),
        ("떠나는 까닭", {("concept", "leave")}),
        ("she leaves", {("concept", "leave")}),
        ("안떠나요", set()),
        ("올해퇴사자수", set()),
        ("올해투자유치액", {("concept", "raise")}),
        ("투자 유치 액수", {("concept", "raise")}),
        ("얼마나", {("ask", "how-much")}),
    ],
)
def test_an_entry_is_found_by_the_beginning_of_a_word_or_inside_a_long_run(
    text: str, entries: set[tuple[str, str]]
) -> None:
    """Entries of fewer than three syllables are not searched inside a run, where they would be found by accident."""
    assert found(text) == entries


def test_a_phrase_hides_the_words_it_is_made_of() -> None:
    assert found("how much") == {("ask", "how-much")}
    assert found("did she step down") == {("concept", "leave")}
    assert found("one step") == {("concept", "step")}


def test_kinds_do_not_hide_each_other() -> None:
    assert found("how much did they raise") == {("ask", "how-much"), ("concept", "raise")}


def test_a_stop_word_is_never_found_inside_a_run() -> None:
    assert ("stop word", "stop words") in found("그래서")
    assert found("아마그래서요") == set()


def test_without_words_no_entries_are_found() -> None:
    assert FINDER.find(()) == ()


def test_a_long_phrase_of_one_kind_hides_no_phrase_of_another() -> None:
    """`How much is it?` asks for an amount, although the longer phrase is an attribute."""
    kinds = {
        "ask": (LexiconEntry("how-much", en=("how much",)),),
        "attribute": (LexiconEntry("price", en=("how much is",)), LexiconEntry("quantity", en=("much",))),
    }
    found = {(kind, entry) for *_, kind, entry in LexiconIndex(kinds).find(("how", "much", "is", "it"))}
    assert found == {("ask", "how-much"), ("attribute", "price")}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2022년 매출은 1,500만 원", {"2022", "1500"}),
        ("in july and march of 2023", {"month 7", "month 3", "2023"}),
        ("7월 둘째 주", {"month 7", "2nd"}),
        ("두 번째 시험, the second test, 2nd", {"2nd"}),
        ("the first one, 첫 시험", {"1st"}),
        ("may I ask? in may, 7%", {"month 5", "7"}),
        ("두 사람이 같이 나갔어?", set()),
    ],
)
def test_numbers_months_and_ordinals_of_one_meaning_have_one_form(text: str, found: set[str]) -> None:
    assert figures(normalise(text)) == found


@pytest.mark.parametrize(
    "answer",
    ["현지 시각으로 25일에 알렸어요.", "오후 3시에 열려요.", "9월 1일부터예요.", "It was announced on the 25th."],
)
def test_a_day_or_an_hour_is_a_date_whatever_particle_follows(answer: str) -> None:
    assert "date" in answer_types(answer.lower())


@pytest.mark.parametrize("answer", ["25일간 쉬었어요.", "3일 만에 끝났어요.", "3시간 걸려요."])
def test_a_length_of_time_is_no_date(answer: str) -> None:
    found = answer_types(answer)
    assert "duration" in found
    assert "date" not in found
