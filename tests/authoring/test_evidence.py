"""A wrong figure or name in an answer is doubted; what the cited paragraph says in other words is not."""

from dataclasses import replace

import pytest

from bot.authoring.article_text import Paragraphs, split_paragraphs
from bot.authoring.evidence import answer_doubts
from bot.authoring.layout import read_text
from bot.core.model import Article, Entity, Fact, Sample, Section, Source, Text

TEXT = """\
The Ferry of Hale
The ferry was built by Norrin & Sons in 2019 for six thousand crowns, says Ada Lund, who sails it.
Ingrid Moe sold 40 tickets in May, and the ferry broke down two months later off the coast of Hale.
Nobody knows whether the ferry will sail again before the winter comes to the island of Hale.
"""
ENTITIES = (
    Entity("lund", "person", Text(ko="아다 룬드", en="Ada Lund"), ("룬드", "Lund")),
    Entity("moe", "person", Text(ko="잉그리드 모에", en="Ingrid Moe"), ("모에", "Moe")),
    Entity("norrin", "organisation", Text(ko="노린 조선소", en="Norrin & Sons"), ("Norrin",)),
    Entity("hale", "place", Text(ko="헤일섬", en="Hale")),
    Entity("h2", "product", Text(ko="헤일 2호", en="Hale-2")),
)


def doubts(ko: str, en: str, paragraph: int = 1, *evidence: str, text: bool = True) -> list[str]:
    """Return what is doubted of an answer."""
    source = Source("body", (paragraph,))
    fact = Fact("f", Text(en="f"), Text(ko=ko, en=en), (Sample("?", "en"),), source, evidence=evidence)
    sections = (Section("headline", Text(en="H")), Section("body", Text(en="B"), (1, 2, 3)))
    article = Article("ferry", Text(en="The Ferry"), Text(en="P"), "en", sections, ENTITIES, (fact,))
    return [doubt.what for doubt in answer_doubts(article, paragraphs_of(article) if text else None)]


def paragraphs_of(article: Article) -> Paragraphs | None:
    return split_paragraphs(replace(article, facts=()), read_text(TEXT))


@pytest.mark.parametrize(
    ("ko", "en", "paragraph"),
    [
        ("배값은 6000크로나예요.", "The ferry cost 6,000 crowns.", 1),
        ("룬드가 몰아요.", "Lund sails it.", 1),
        ("모에는 5월에 표 마흔 장을 팔았어요.", "In May Ingrid Moe sold 40 tickets.", 2),
        ("두 달 뒤 헤일섬 앞에서 멈췄어요.", "It broke down off Hale after two months.", 2),
    ],
)
def test_what_the_cited_paragraph_says_in_other_words_is_right(ko: str, en: str, paragraph: int) -> None:
    assert doubts(ko, en, paragraph) == []


@pytest.mark.parametrize(
    ("ko", "en", "expected"),
    [
        ("6000크로나예요.", "It cost 9000 crowns.", ["'9000' of the answer is not in the article"]),
        ("5천만이에요.", "It cost $50 million.", ["'5천만' of the answer is not in the article"]),
        ("5월이에요.", "It was in May.", ["'5월' of the answer is not in paragraph 1, but in paragraph 2"]),
        ("모에가 몰아요.", "Ingrid Moe sails it.", ["'Ingrid Moe' of the answer is not in paragraph 1"]),
        ("룬드가 몰아요.", "Norrin sails it.", ["the Korean answer names 'Ada Lund', the English one 'Norrin & Sons'"]),
        ("2019년이에요.", "It was sixty.", ["'sixty' of the answer is not in the article"]),
        ("그가 몰아요.", "Ada Lund sails it.", []),
    ],
)
def test_what_the_cited_paragraph_does_not_have_is_doubted_once(ko: str, en: str, expected: list[str]) -> None:
    assert doubts(ko, en) == expected


def test_evidence_that_the_answer_does_not_name_is_doubted() -> None:
    expected = ["the evidence has 'Ada Lund', but the answer does not name it"]
    assert doubts("노린 조선소예요.", "Norrin did.", 1, "Ada Lund", "2019") == expected


def test_without_the_text_the_languages_are_compared() -> None:
    assert doubts("6000이에요.", "It was 6,000.", text=False) == []
    assert doubts("두 사람이 몰아요.", "They sail it, Moe says.", text=False) == []
    assert doubts("모에가 6000을 냈어요.", "Moe paid.", text=False) == [
        "the Korean answer has '6000', the English one no such figure"
    ]
    expected = ["the Korean answer has '6000', the English one '9000'"]
    assert doubts("6000이에요.", "It was 9000.", text=False) == expected


def test_a_digit_in_a_name_is_no_figure() -> None:
    assert doubts("헤일 2호는 7대예요.", "There are 8 of Hale-2.", text=False) == [
        "the Korean answer has '7', the English one '8'"
    ]


def test_an_answer_in_one_language_is_compared_with_the_text_only() -> None:
    fact = Fact("f", Text(en="f"), Text(en="It cost 6,000."), (Sample("?", "en"),), Source("body", (1,)))
    article = Article(
        "ferry", Text(en="T"), Text(en="P"), "en", (Section("body", Text(en="B"), (1, 2, 3)),), (), (fact,)
    )
    assert list(answer_doubts(article, paragraphs_of(article))) == []
    assert list(answer_doubts(article, None)) == []
