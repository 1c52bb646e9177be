"""Completion of half-typed questions."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Article, Command, Fact, Knowledge, Sample, Source, Text
from bot.service.autocomplete import Completer, Completion, questions, starter_facts

TEXTS = (
    "무라티 출신",
    "슐먼은 언제 떠났나요?",
    "과학자가 누구야?",
    "Who left when?",
    "When did Murati leave?",
    "돈은 얼마야?",
)


def completions(*texts: str) -> list[Completion]:
    return [Completion("a", f"fact-{at}", "en" if text.isascii() else "ko", text) for at, text in enumerate(texts)]


COMPLETER = Completer(completions(*TEXTS), completions("첫째", "second"))


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("무라티", TEXTS[0]),
        ("무", TEXTS[0]),
        ("ㅁ", TEXTS[0]),
        ("무라ㅌ", TEXTS[0]),
        ("무랕", TEXTS[0]),
        ("ㅁㄹㅌ", TEXTS[0]),
        ("ㅊㅅ", TEXTS[0]),
        ("anfkx", TEXTS[0]),
        ("무라티출신", TEXTS[0]),
        ("언제", TEXTS[1]),
        ("언제 슐먼", TEXTS[1]),
        ("고", TEXTS[2]),
        ("ㄱㅎㅈ", TEXTS[2]),
        ("who", TEXTS[3]),
        ("WHO L", TEXTS[3]),
        ("좨 ㅣㄷㄽ", TEXTS[3]),
        ("조두 양", TEXTS[4]),
        ("muratti", TEXTS[4]),
        ("얼마", TEXTS[5]),
    ],
)
def test_typed_text_finds_the_question(typed: str, text: str) -> None:
    assert COMPLETER.complete(typed, "ko")[0].text == text


@pytest.mark.parametrize("typed", ["xyzzy", "ㅋㅋㅋ", "쀍"])
def test_text_that_no_question_contains_gets_nothing(typed: str) -> None:
    assert COMPLETER.complete(typed, "ko") == ()


@pytest.mark.parametrize("typed", ["", "  ", "?!"])
def test_without_text_the_starters_of_the_language_are_returned(typed: str) -> None:
    assert [one.text for one in COMPLETER.complete(typed, "ko")] == ["첫째"]
    assert [one.text for one in COMPLETER.complete(typed, "en")] == ["second"]


def test_each_target_is_returned_once_with_its_best_text() -> None:
    same = [Completion("a", "one", "ko", text) for text in ("무라티는 왜 떠났어?", "무라티 이유", "이유")]
    found = Completer(same, ()).complete("무라티", "ko")
    assert [one.text for one in found] == ["무라티 이유"]


@given(typed=st.text(max_size=300), language=st.sampled_from(["ko", "en"]))
def test_any_text_gets_at_most_as_many_completions_as_wanted(typed: str, language: str) -> None:
    assert len(COMPLETER.complete(typed, "ko" if language == "ko" else "en", 3)) <= 3


def seconds(samples: int) -> float:
    """Return the CPU seconds of this thread for twenty completions with that many samples."""
    completer = Completer(completions(*(f"{TEXTS[n % len(TEXTS)]} {n}" for n in range(samples))), ())
    begin = time.thread_time()
    for typed in ("무라티 출", "ㅁㄹㅌ", "when did", "언제 떠", "anfkxl cnf") * 4:
        completer.complete(typed, "ko")
    return time.thread_time() - begin


def test_ten_times_the_samples_cost_at_most_twenty_times_the_work() -> None:
    """The work is proportional to the samples; the factor of two allows for noise."""
    assert seconds(3_000) < 20 * seconds(300)


def article(slug: str, shown: tuple[str, ...]) -> Article:
    facts = tuple(
        Fact(
            f"{slug}{n}",
            Text(f"라벨 {n}", f"label {n}"),
            Text("답", "answer"),
            (Sample(f"질문 {n}", "ko"),),
            Source("s"),
        )
        for n in range(3)
    )
    command = Command(Text(en="list"), Text(en="a list"), facts=shown)
    return Article(slug, Text("제목"), Text("곳"), "ko", (), (), facts, commands=(command,))


def test_starters_are_facts_that_commands_show_one_article_after_the_other() -> None:
    knowledge = Knowledge((article("a", ("a2",)), article("b", ("b1",))))
    assert [fact.id for _, fact in starter_facts(knowledge, 3)] == ["a2", "b1", "a0"]
    assert questions(knowledge).complete("", "en", 1)[0].text == "label 2"
    assert questions(knowledge).complete("", "ko", 1)[0].text == "라벨 2"


def test_labels_and_samples_are_completed() -> None:
    completer = questions(Knowledge((article("a", ()),)))
    assert completer.complete("label 1", "en")[0].target == "a1"
    assert completer.complete("질문 2", "ko")[0].target == "a2"
    assert len(completer.complete("", "en")) == 3
