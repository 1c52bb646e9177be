"""A figure is the same however it is written; what is no figure is not taken for one."""

import pytest

from bot.authoring.figures import figures_of, unconfirmed, written_figures


def certain(text: str) -> list[tuple[float, str]]:
    """Return value and unit of the figures that need to be confirmed."""
    return sorted((figure.value, figure.unit) for figure in figures_of(text) if figure.certain)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("10억 달러를 모았다", "It raised $1 billion."),
        ("10억달러", "1 billion dollars"),
        ("두 달 만에", "after two months"),
        ("7퍼센트", "7 %"),
        ("1.5만 명", "15,000 people"),
        ("12개", "a dozen"),
        ("24명", "two dozen of them"),
        ("250장", "two hundred and fifty sheets"),
        ("50만", "half a million"),
        ("1억 2천만 원", "120 million won"),
        ("2만 1000개", "21,000"),
        ("3조 5000억 원", "3.5 trillion won"),
        ("5월 25일", "May 25"),
        ("5월 25일", "the 25th of May"),
        ("3월에", "in March"),
        ("2024-05-12", "2024년 5월 12일"),
        ("열두 살", "twelve years old"),
        ("3분의 1", "1/3"),
        ("절반", "half of it"),
        ("비용의 3분의 1", "a third of it"),
        ("서른네 살", "the 34-year-old"),
        ("여섯이 남았다", "six remain"),
        ("아흐레 동안", "for nine days"),
        ("열네 기", "14 turbines"),
        ("만 원쯤", "about 10,000 won"),
        ("11.8㎞이고", "It is 11.8 km long"),
        ("6시 40분", "at 6.40 a.m."),
        ("9시 30분", "9:30"),
        ("5월부터 7월까지", "between May and July"),
        ("1분도 안 돼", "within a minute"),
        ("1990년대", "the 1990s"),
        ("18세 이하 팀", "the under-18s"),
        ("3,400원", "3400 won"),
        ("두 번째", "the second time"),
        ("두 사람", "both of them"),
        ("350억~400억 원", "35 to 40 billion won"),
        ("3~5%", "3–5 percent"),
    ],
)
def test_the_same_figure_confirms_itself_in_the_other_form(one: str, other: str) -> None:
    assert unconfirmed(one, [other]) == []
    assert unconfirmed(other, [one]) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("6000", "9000"),
        ("7 %", "7 dollars"),
        ("5월", "5개월"),
        ("5월", "five of them"),
        ("10억 원", "10억 달러"),
        ("two months", "세 달"),
        ("1.5만", "1.5"),
    ],
)
def test_another_value_or_unit_confirms_nothing(one: str, other: str) -> None:
    assert len(unconfirmed(one, [other])) == 1
    assert len(unconfirmed(other, [one])) == 1


@pytest.mark.parametrize(
    "text",
    [
        "She may march on.",
        "GPT-4o",
        "one of them",
        "each of the two",
        "a year",
        "A4 용지",
        "세척 용제",
        "한 사람",
        "네, 맞아요.",
        "연세 대학",
    ],
)
def test_what_may_be_no_figure_needs_no_confirmation(text: str) -> None:
    assert certain(text) == []


def test_units_and_values_are_read_together() -> None:
    text = "In May 2025 the 46-year-old paid 3만 원 for 7 % over seven weeks."
    expected = [(5, "month name"), (7, "%"), (7, "week"), (46, "year"), (2025, ""), (30_000, "won")]
    assert certain(text) == expected


def test_a_number_of_things_that_the_text_lists_needs_no_confirmation() -> None:
    listing = "Three of them left: Lund, Moe and Berg."
    assert unconfirmed(listing, []) == []
    assert [figure.text for figure in unconfirmed("Three of them left.", [])] == ["three"]
    assert [figure.text for figure in unconfirmed(listing.replace("Three", "Five"), [])] == ["five"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "It ran backwards since 3 March 2019, with Sixty workers; GPT-4o cost $1.5 Billion on 2024-09-25.",
            ["3 March 2019", "Sixty", "$1.5 Billion", "2024-09-25"],
        ),
        (
            "2024년 9월 25일, 60명이 10억 달러로 두 달 만에 17 m를 팠다.",
            ["2024년 9월 25일", "60명", "10억 달러", "두 달", "17 m"],
        ),
        ("both of them, once, and 5 or 5", ["5"]),
        ("Straße 5 in ＭＡＹ", ["5", "may"]),
        ("", []),
    ],
)
def test_figures_are_returned_as_written_in_their_order(text: str, expected: list[str]) -> None:
    assert written_figures(text) == expected
