"""What editors type becomes facts and gaps: sources, samples, names."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.edits import AddSample, Place
from bot.core.model import Article, Fact, Gap, Lexicon, LexiconEntry, Sample, Section, Source, Text
from bot.errors import FormError
from bot.service.drafts import (
    changed_answer,
    new_fact,
    new_gap,
    new_sample,
    read_source,
    sections_text,
)

SECTIONS = (
    Section("headline", Text("제목", "Headline")),
    Section("exodus", Text("이탈", "The exodus"), (1, 2, 3, 4)),
    Section("exodus-after", Text("그 뒤"), (5,)),
)
ORIGIN = Fact("origin", Text("고향"), Text("알바니아예요."), (Sample("고향은?", "ko"),), Source("exodus", (3,)))
PAY = Gap("pay", Text("연봉"), Text("연봉은 기사에 없어요.", None), (Sample("연봉은?", "ko"),))
ARTICLE = Article("art", Text("제목"), Text("신문"), "ko", SECTIONS, (), (ORIGIN,), (PAY,))
LEXICON = Lexicon(stop_words=LexiconEntry("stop_words", ("좀",), ("was", "the")))
TYPED: dict[str, str] = {"ko": "CTO였어요.", "en": "", "source": "exodus 3", "status": "", "questions": "직책이 뭐야?"}


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("exodus 3, 4", Source("exodus", (3, 4))),
        ("EXODUS: 2-4", Source("exodus", (2, 3, 4))),
        ("이탈 1", Source("exodus", (1,))),
        ("the exodus, paragraphs 1 and 2", Source("exodus", (1, 2))),
        ("3", Source("exodus", (3,))),
        ("4, 5", Source("exodus", (4,), (Source("exodus-after", (5,)),))),
        ("exodus-after 5; exodus 1", Source("exodus-after", (5,), (Source("exodus", (1,)),))),
        ("3번 문단", Source("exodus", (3,))),
        ("headline", Source("headline")),
        ("", None),
        ("exodus", None),
        ("headline 3", None),
        ("exodus 5", None),
        ("9", None),
        ("intro 3", None),
        ("exodus three", None),
        ("exodus 4-2", None),
    ],
)
def test_a_source_is_read_as_people_write_it(text: str, source: Source | None) -> None:
    assert read_source(text, ARTICLE) == source


def test_sections_are_shown_in_as_many_characters_as_there_are() -> None:
    assert sections_text(ARTICLE, "en", 100) == "Headline, The exodus 1–4, 그 뒤 5"
    assert sections_text(ARTICLE, "ko", 15) == "제목, 이탈 1–4, …"
    many = Article("art", Text("t"), Text("p"), "ko", (Section("x", Text("x" * 48), (1,)),) * 9, (), ())
    assert len(sections_text(many, "ko", 100)) <= 100


def test_samples_of_a_new_fact_are_those_typed_and_further_ones_up_to_three() -> None:
    one = new_fact(ARTICLE, LEXICON, TYPED, "origin")
    assert [sample.text for sample in one.samples] == ["직책이 뭐야?", "CTO였어요.", "직책이 뭐야? 알려 줘"]
    assert {sample.language for sample in one.samples} == {"ko"}
    assert (one.status, one.source, one.answer, one.beside) == (
        "reported",
        Source("exodus", (3,)),
        Text("CTO였어요.", None),
        "origin",
    )
    shorter = new_fact(ARTICLE, LEXICON, TYPED | {"questions": "좀 직책"}, "")
    assert [sample.text for sample in shorter.samples][:2] == ["좀 직책", "직책"]
    typed = TYPED | {"questions": "- 하나?\n2. 둘?\n\n셋?\n하나?!\nWhat?"}
    assert [one.text for one in new_fact(ARTICLE, LEXICON, typed, "").samples] == ["하나?!", "둘?", "셋?", "What?"]


def test_a_further_sample_is_none_of_another_fact() -> None:
    one = new_fact(ARTICLE, LEXICON, TYPED | {"ko": "고향은?", "questions": "고향은 어디"}, "")
    assert "고향은?" not in [sample.text for sample in one.samples]
    assert len(one.samples) == 3


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ({"en": "Murati was the chief technology officer of OpenAI."}, "Murati chief technology officer of"),
        ({"questions": "직책이 뭐야?\nMurati's job?"}, "Murati s job"),
        ({}, "직책이 뭐야"),
    ],
)
def test_the_name_is_made_of_the_english_answer_or_question(typed: dict[str, Any], name: str) -> None:
    assert new_fact(ARTICLE, LEXICON, TYPED | typed, "").name == name


@pytest.mark.parametrize("end", ["\r\n", "\r", "\x0b", "\x85", "\u2028", "\u2029"])
def test_pasted_text_is_freed_of_what_yaml_can_not_hold(end: str) -> None:
    typed = {"en": f"\ufeffOne:\ttwo\x00{end}thr\ud800ee\x07", "questions": f"q\x00 one{end}q two"}
    fact = new_fact(ARTICLE, LEXICON, TYPED | typed, "")
    assert fact.answer.en == "One:\ttwo\nthree"
    assert [one.text for one in fact.samples][:2] == ["q one", "q two"]
    assert changed_answer(Place("art", "origin"), ORIGIN, typed).answer.en == "One:\ttwo\nthree"


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ({"ko": " ", "en": ""}, "form_no_answer"),
        ({"questions": "\n?!"}, "form_no_question"),
        ({"source": "somewhere"}, "form_bad_source"),
    ],
)
def test_what_is_missing_is_named(typed: dict[str, Any], key: str) -> None:
    with pytest.raises(FormError) as caught:
        new_fact(ARTICLE, LEXICON, TYPED | typed, "")
    assert caught.value.key == key


def test_a_gap_has_not_the_text_of_another_unless_that_fits_any() -> None:
    pattern = Text("없어요.", "Not there.")
    with pytest.raises(FormError) as caught:
        new_gap(ARTICLE, LEXICON, TYPED | {"ko": "연봉은 기사에 없어요!"}, (), pattern)
    assert (caught.value.key, caught.value.values) == ("form_gap_text", {"label": PAY.label})
    gap = new_gap(ARTICLE, LEXICON, TYPED | {"ko": "보너스는 기사에 없어요."}, ("origin",), pattern)
    assert (gap.nearest, [one.text for one in gap.samples]) == (("origin",), ["직책이 뭐야?"])
    plain = replace(ARTICLE, gaps=(replace(PAY, answer=pattern),))
    assert new_gap(plain, LEXICON, TYPED | {"ko": "없어요.", "en": "Not there."}, (), pattern).answer == pattern


def test_a_question_that_is_a_sample_already_is_refused_with_the_fact_or_gap_named() -> None:
    """Letters and digits count."""
    sample = AddSample(Place("art", "origin"), "연봉은", "ko")
    edits = (
        lambda: new_sample(ARTICLE, sample),
        lambda: new_fact(ARTICLE, LEXICON, TYPED | {"questions": "하나?\n연봉은"}, ""),
        lambda: new_gap(ARTICLE, LEXICON, TYPED | {"questions": "연봉은"}, (), Text("없어요.")),
    )
    for edit in edits:
        with pytest.raises(FormError) as caught:
            edit()
        assert (caught.value.key, caught.value.values) == ("edit_sample_there", {"text": "연봉은", "label": PAY.label})
    assert new_sample(ARTICLE, replace(sample, text="급여는")).text == "급여는"


def test_an_edit_that_changes_nothing_is_refused() -> None:
    same = {"ko": " 알바니아예요. ", "en": "", "status": "reported"}
    for place, item, typed in (("origin", ORIGIN, same), ("pay", PAY, {"ko": "연봉은 기사에 없어요.", "en": ""})):
        with pytest.raises(FormError) as caught:
            changed_answer(Place("art", place), item, typed)
        assert (caught.value.key, caught.value.values) == ("edit_unchanged", {"label": item.label})


def test_an_edit_keeps_the_status_that_was_picked() -> None:
    place = Place("art", "origin")
    assert changed_answer(place, ORIGIN, {"ko": "알바니아예요.", "en": "", "status": "denied"}).status == "denied"
    assert changed_answer(Place("art", "pay"), PAY, {"ko": "a", "en": "b"}).status is None
