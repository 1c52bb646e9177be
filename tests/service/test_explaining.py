"""Explanations say in words how a message was read, and what spoke for and against each candidate."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.matching import Question
from bot.core.model import LANGUAGES, Entity, Knowledge, Language, Sample, Text
from bot.service.library import Library
from tests.core.ferry import ferry, ferry_snapshot, night_snapshot

NIGHT = night_snapshot().knowledge
KNOWLEDGE = Knowledge(ferry_snapshot().knowledge.articles, NIGHT.lexicon, NIGHT.messages, NIGHT.dialogue)
MONEY = "– asks for an amount of money / a percentage, this fact holds none"
SALARY = "– speaks of “salary”, which this fact mentions under no name"
WORDS = ["who", "built", "배는", "lund", "2019", "july", "얼마", "ㅈㅗㅐ", "how much", "두 번째"]
LIBRARY = Library(lambda: (KNOWLEDGE, "1"), None)


def explained(text: str, library: Library = LIBRARY, after: str | None = None, language: Language | None = None) -> str:
    """Return the explanations of the reply to `text` as one text."""
    before = library.answer(Question(after)).reply.context if after else None
    answer = library.answer(Question(text, after=before))
    return "\n\n".join("\n".join(one.lines) for one in library.explain(answer, language))


def about(text: str, item: str, library: Library = LIBRARY) -> list[str]:
    """Return what is said about one candidate for the reply to `text`."""
    (paragraph,) = (part for part in explained(text, library).split("\n\n") if f"[{item}]" in part)
    return paragraph.split("\n")[1:]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("Who built the ferry?", ["Read as typed: “who built the ferry?”"]),
        (
            "Who bulit the ferry?",
            [r"• “who bulit the ferry\?” \(as typed, \d+%\)", r"“who built the ferry\?” \(typing errors corrected, "],
        ),
        ("쪼ㅐ 셔ㅑㅣㅅ 솓 ㄹㄷㄱ교?", [r"other keyboard layout, (typing errors .*, )?\d+%\) ← the one I believe"]),
        (
            "What a long day it has been at the harbour, and it rained. Who built the ferry?",
            [r"“who built the ferry\?” \(only the sentence that asks, \d+%\) ← the one I believe"],
        ),
    ],
)  # fmt: skip
def test_the_readings_and_what_differs_in_the_believed_one(text: str, lines: list[str]) -> None:
    shown = explained(text, language="en")
    assert [line for line in lines if not (line in shown or re.search(line, shown))] == []


def test_only_spaces_put_back_are_no_typing_errors() -> None:
    shown = explained("whobuilttheferry")
    assert "missing spaces put back" in shown
    assert "typing errors corrected" not in shown


def test_a_follow_up_is_explained_as_it_was_completed() -> None:
    first, *_ = explained("그 사람 연봉은?", after="룬드는 왜 떠났어?").split("\n")
    assert first == "앞의 대화로 채워서 읽었어요: “룬드 연봉은?”"


def test_two_answers_have_an_explanation_each() -> None:
    answer = LIBRARY.answer(Question("Who built the ferry? Why did Ada Lund quit?"))
    assert answer.reply.also
    found = LIBRARY.explain(answer)
    firsts = [one.lines[0] for one in found]
    assert firsts == ["Read as typed: “who built the ferry?”", "Read as typed: “why did ada lund quit?”"]


def test_a_gap_about_somebody_else_is_said_to_be_one() -> None:
    mate = Entity("holm", "person", Text("미라 홀름", "Mira Holm"), ("홀름", "Holm"))
    crewed = replace(ferry(), entities=(*ferry().entities, mate))
    library = Library(lambda: (replace(KNOWLEDGE, articles=(crewed,)), "1"), None)
    assert "it is about somebody or something else" in explained("What is Holm's salary?", library)


def test_the_list_of_the_articles_and_a_summary_are_explained_too() -> None:
    summary = replace(ferry().facts[0], id="summary", samples=(Sample("sum it up please", "en"),))
    second = replace(ferry(), slug="second", facts=(*ferry().facts[1:], summary), commands=())
    library = Library(lambda: (replace(KNOWLEDGE, articles=(ferry(), second)), "1"), None)
    assert explained("which articles do you know?", library).split("\n") == [
        "Read as typed: “which articles do you know?”",
        "You asked which articles there are, so I listed them.",
    ]
    assert "confidence in the best fact is 100%, enough for an answer" in explained("summarise it", library)
    assert about("summarise it", "summary", library)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Who built the ferry?", "My confidence in the best fact is 100%, enough for an answer."),
        ("What is Lund's salary?", "for a question that is listed as not answered by the article"),
        ("thank you so much", "for small talk: likelier than every fact."),
        (
            "Who built the ferry for Ada Lund?",
            "lacks a name or the kind of answer that is asked for, so I only suggest.",
        ),
        ("purple elephants dancing", "too little even for suggestions."),
    ],
)
def test_each_kind_of_reply_has_its_verdict_and_the_limits_of_the_article(text: str, verdict: str) -> None:
    shown = explained(text)
    limits = r"an answer from \d+%, the closest from \d+%, suggestions from \d+%, “the article does not say” from 30%"
    assert verdict in shown
    assert re.search(f"Limits for “The ferry that would not sail”: {limits}", shown)


def test_a_mere_name_is_said_to_ask_nothing() -> None:
    library = Library(lambda: (NIGHT, "1"), None, restored=night_snapshot())
    names = [entity.name.get("en") for entity in NIGHT.articles[0].entities]
    unsure = [name for name in names if library.answer(Question(name)).reply.outcome == "suggested"]
    assert unsure
    assert "The message only names something and asks nothing about it, so I suggest." in explained(
        unsure[0], library, language="en"
    )


@pytest.mark.parametrize(
    ("text", "item", "reason"),
    [
        ("How much did the chair quit for?", "chair-left", MONEY),
        ("How much did the ferry cost?", "cost", "+ asks for an amount of money, this fact holds that"),
        ("Did Lund build the ferry?", "builder", "– names Ada Lund, this fact does not"),
        ("Did Norrin build the ferry?", "builder", "+ names Norrin & Sons, as this fact does"),
        ("Why did the chair of Norrin quit?", "chair-left", "+ names Ada Lund, as this fact does"),
        ("Did Norrin quit?", "chair-left", "– this fact is about Ada Lund, the question does not say so"),
        ("Who built the ferry in 2022?", "builder", "– has 2022, this fact does not"),
        ("Who built the ferry in 2019?", "builder", "+ has 2019, as this fact does"),
        ("Who built the ferry in July?", "builder", "– has month 7, this fact does not"),
        ("When was the ferry built?", "builder", "– asks when; none of the 4 sample questions of this fact does"),
        ("Who built the ferry at last?", "builder", "+ asks who, as most sample questions of this fact do"),
        ("Who built the ferry at last?", "builder", "+ the nearest sample question is “Who built the ferry?”"),
        ("Who built the ferry?", "builder", "+ is a sample question of this fact, letter for letter"),
        ("Who built the marzipan ferry?", "builder", "– says “marzipan”, this fact does not"),
        ("Who built the ferry?", "builder", "+ says “built”, “ferry”, as this fact does"),
        ("What is the salary at the shipyard?", "builder", SALARY),
        ("룬드가 배를 만들었어?", "builder", "– 질문에 나온 이름이 이 사실에는 나오지 않아요: 아다 룬드"),
        ("7월에 배를 누가 만들었어?", "builder", "– 질문의 숫자나 때가 이 사실에는 없어요: 7월"),
        ("배는 언제 누가 만들었어?", "builder", "+ 이런 답을 묻고, 이 사실에 있어요: 때"),
    ],
)  # fmt: skip
def test_what_speaks_for_and_against_a_candidate_is_named(text: str, item: str, reason: str) -> None:
    assert reason in about(text, item)


def test_a_kind_of_answer_that_none_of_many_samples_asks_for_is_pointed_out() -> None:
    article = ferry()
    ways = ("who made the ferry {}", "which yard made the ferry {}")
    samples = tuple(Sample(way.format(number), "en") for way in ways for number in "abcdefghijklmno")
    builder = replace(article.fact("builder") or article.facts[0], samples=samples)
    facts = tuple(builder if fact.id == "builder" else fact for fact in article.facts)
    library = Library(lambda: (replace(KNOWLEDGE, articles=(replace(article, facts=facts),)), "1"), None)
    reasons = about("How much was the yard that made the ferry?", "builder", library)
    assert any(re.search(r"– asks how much.*; none of the many sample questions \(30\)", one) for one in reasons)
    assert any(re.match(r"\+ [4-8] of the 8 nearest sample questions belong to this fact", one) for one in reasons)


def test_at_most_three_candidates_the_first_being_the_reply() -> None:
    for text in ("Who built the ferry?", "What is Lund's salary?", "hello", "Ada Lund"):
        answer = LIBRARY.answer(Question(text))
        chosen = answer.reply.best or answer.reply.others[0]
        numbered = re.findall(r"^(\d)\. .*\[(.*)\] \d+%$", "\n".join(LIBRARY.explain(answer)[0].lines), re.MULTILINE)
        assert [number for number, _ in numbered] == ["1", "2", "3"][: len(numbered)]
        assert numbered[0][1] == chosen.target.item.id


@settings(max_examples=80, deadline=None)
@given(
    text=st.text(max_size=80) | st.lists(st.sampled_from(WORDS)).map(" ".join),
    language=st.sampled_from(LANGUAGES),
)  # fmt: skip
def test_any_text_is_explained_without_names_of_features_or_sentences(text: str, language: Language) -> None:
    shown = explained(text, language=language)
    assert shown
    assert re.findall(r"why_\w+|\w+_miss\b|meaning_coverage|\{\w+\}", shown.replace(text, "")) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_explanation_is_in_the_language_of_the_reply_or_the_one_wanted(language: Language) -> None:
    title = {"ko": "이렇게 답한 까닭", "en": "Why this answer"}
    for text, own in (("배는 누가 만들었어?", "ko"), ("Who built the ferry?", "en")):
        answer = LIBRARY.answer(Question(text))
        assert LIBRARY.explain(answer)[0].title == title[own]
        assert LIBRARY.explain(answer, language)[0].title == title[language]
