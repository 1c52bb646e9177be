"""The JSON that programs read has every key, always."""

import json
from dataclasses import replace

import pytest

from bot.core.matching import Question
from bot.service.answering import joined
from bot.service.explaining import Explanation
from bot.service.library import Library
from bot.service.replies import Citation, Reply, Suggestion
from bot.terminal.ask import as_json
from tests.core.ferry import night_snapshot

KEYS = [
    "question",
    "outcome",
    "language",
    "article",
    "fact",
    "gap",
    "answer",
    "source",
    "confidence",
    "suggestions",
    "also",
    "closest",
]
SOURCE = Citation("T", "P", "S", (3, 4), None, "S, paragraphs 3–4", "Source: P “T” · paragraphs 3–4")
ANSWER = Reply("answered", "en", "Yes.", "art", "one", source=SOURCE, confidence=0.93456)
OTHER = replace(ANSWER, fact="two", text="No.")
UNSURE = Reply(
    "suggested", "en", "Did you mean?", confidence=0.3, suggestions=(Suggestion("art", "one", "One", 0.33333),)
)


CLOSEST = replace(UNSURE, closest=replace(ANSWER, confidence=0.5))


@pytest.mark.parametrize("reply", [ANSWER, UNSURE, CLOSEST, Reply("unanswered", "ko", "없어요.", gap="pay")])
def test_every_key_is_always_there_in_the_documented_order(reply: Reply) -> None:
    assert list(as_json("?", reply)) == KEYS


def test_an_answer_comes_with_its_source_but_not_in_its_text() -> None:
    data = as_json("Really?", ANSWER)
    assert data["answer"] == "Yes."
    assert data["source"] == {"title": "T", "publisher": "P", "section": "S", "paragraphs": [3, 4], "url": None}
    assert data["confidence"] == 0.9346


def test_a_reply_without_an_answer_has_no_article_fact_or_source() -> None:
    data = as_json("?", UNSURE)
    assert (data["article"], data["fact"], data["source"]) == (None, None, None)
    assert data["suggestions"] == [{"article": "art", "fact": "one", "label": "One", "confidence": 0.3333}]


def test_further_answers_have_the_same_form() -> None:
    (further,) = as_json("Both?", joined(UNSURE, [ANSWER, OTHER]))["also"]
    assert list(further) == KEYS
    assert (further["fact"], further["also"]) == ("two", [])


@pytest.mark.parametrize(
    "asked", [[], [ANSWER, UNSURE], [ANSWER, ANSWER], [ANSWER, replace(OTHER, outcome="unanswered")]]
)
def test_there_is_one_answer_unless_each_part_has_its_own(asked: list[Reply]) -> None:
    assert joined(UNSURE, asked) is UNSURE


def test_the_same_fact_of_two_articles_is_two_answers() -> None:
    assert joined(UNSURE, [ANSWER, replace(ANSWER, article="other")]).also


def test_a_message_that_asks_two_things_gets_both_answers() -> None:
    knowledge = night_snapshot().knowledge
    library = Library(lambda: (knowledge, "1"), None, restored=night_snapshot())
    certain = [
        sample.text.rstrip("?")
        for fact in knowledge.articles[0].facts
        for sample in fact.samples
        if library.answer(Question(sample.text)).reply.outcome == "answered"
    ]
    answers = {library.answer(Question(text)).reply.fact: text for text in certain}
    first, second = [text for fact, text in answers.items() if fact][:2]
    reply = library.answer(Question(f"{first}? 그리고 {second}?")).reply
    assert [reply.fact, *(further.fact for further in reply.also)] == [
        library.answer(Question(text)).reply.fact for text in (first, second)
    ]
    assert {further.language for further in reply.also} == {reply.language}


def test_explanations_add_one_key_to_the_reply_and_to_each_further_answer() -> None:
    both = joined(UNSURE, [ANSWER, OTHER])
    data = as_json("Both?", both, [Explanation("Why", ("a", "", "b")), Explanation("Why", ("c",))])
    assert list(data) == [*KEYS, "explain"]
    assert data["explain"] == ["a", "", "b"]
    assert data["also"][0]["explain"] == ["c"]
    assert list(as_json("Both?", both)) == KEYS


def test_a_lone_surrogate_is_written_and_read_back() -> None:
    assert json.loads(json.dumps(as_json("\ud800", ANSWER)))["question"] == "\ud800"


def test_the_closest_answer_is_quoted_in_what_the_member_reads_and_the_outcome_stays_suggested() -> None:
    data = as_json("?", CLOSEST)
    assert data["outcome"] == "suggested"
    assert data["answer"] == "Did you mean?\n> Yes."
    assert data["fact"] is None
    assert data["closest"] == {
        "article": "art",
        "fact": "one",
        "answer": "Yes.",
        "source": as_json("?", ANSWER)["source"],
        "confidence": 0.5,
    }
    assert as_json("?", UNSURE)["closest"] is None
