"""The kinds of answer, names, concepts and words that are found in a question."""

import pytest

from bot.core.text import normalise
from tests.core.ferry import ferry_scope, night_scope

FERRY = ferry_scope().index.tokenizer
SHIPPED = night_scope().index.tokenizer


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("누가 반대했어?", "who"),
        ("Who is against it?", "who"),
        ("왜 그래요?", "why"),
        ("What is the reason for that?", "why"),
        ("언제 시작했나요?", "when"),
        ("When did it start?", "when"),
        ("어디에 있어?", "where"),
        ("Where is it?", "where"),
        ("얼마예요?", "how-much"),
        ("How much did it cost?", "how-much"),
        ("몇 명이 왔어?", "how-many"),
        ("How many people came?", "how-many"),
    ],
)
def test_the_shipped_lexicon_knows_the_kinds_of_question(question: str, kind: str) -> None:
    assert kind in SHIPPED.tokenize(normalise(question)).asks


def test_another_kind_of_question_replaces_yes_no() -> None:
    assert FERRY.tokenize(normalise("Did Ada Lund quit?")).asks == {"yes-no"}
    assert FERRY.tokenize(normalise("When did Ada Lund quit?")).asks == {"when"}


def test_names_stop_words_and_question_words_are_not_content() -> None:
    tokenized = FERRY.tokenize(normalise("Please, why did Ada Lund sink the boat?"))
    assert tokenized.entities == {("ferry", "lund")}
    assert tokenized.asks == {"why"}
    assert set(tokenized.stems) == {"sink", "boat"}


def test_concepts_and_attributes_are_shared_by_both_languages() -> None:
    korean, english = FERRY.tokenize(normalise("룬드 퇴사")), FERRY.tokenize(normalise("Lund stepped down"))
    assert korean.concepts == english.concepts == {"leave"}
    assert (
        FERRY.tokenize(normalise("룬드 월급")).attributes
        == FERRY.tokenize(normalise("Lund's salary")).attributes
        == {"pay"}
    )


def test_a_typing_error_is_corrected_to_a_word_of_the_facts() -> None:
    assert "shipyard" in FERRY.tokenize(normalise("shipyrad")).stems
    assert "xylophon" in FERRY.tokenize(normalise("xylophone")).stems, "an unknown word stays unchanged"


def test_a_run_without_spaces_is_cut_at_words_of_the_facts() -> None:
    assert FERRY.tokenize(normalise("룬드는왜떠났어")).entities == {("ferry", "lund")}
    assert "비용은" in FERRY.tokenize(normalise("도대체비용은어땠나")).words


@pytest.mark.parametrize("text", ["", "???", "😀😀", "\ud800", " "])
def test_a_text_without_words_has_no_features(text: str) -> None:
    tokenized = FERRY.tokenize(normalise(text))
    assert tokenized.words == tokenized.stems == ()
    assert not tokenized.features


def test_only_the_beginning_of_a_long_text_is_tokenized() -> None:
    assert len(FERRY.tokenize(normalise("ferry " * 10_000)).words) <= 120
    assert all(len(word) <= 24 for word in FERRY.tokenize(normalise("가" * 5_000)).words)


def test_every_word_has_one_role() -> None:
    words = FERRY.tokens(normalise("Please, why did Ada Lund sink it?"))
    parts = [(word.text, word.role) for word in words]
    assert parts[:2] == [("please", "stop word"), ("why", "ask")]
    assert [text for text, role in parts if role == "name"] == ["ada", "lund"]
    assert ("sink", "content") in parts
    assert words[1].asks == {"why"}
    assert words[3].names == {("ferry", "lund")}
