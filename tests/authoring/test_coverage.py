"""Sentences that no fact tells are found, the most telling first."""

from dataclasses import replace

from bot.authoring.article_text import split_paragraphs
from bot.authoring.coverage import Untold, untold
from bot.authoring.layout import read_text
from bot.core.model import Article, Fact, Sample, Section, Source, Text
from tests.authoring.test_evidence import ENTITIES

TEXT = """\
The Ferry of Hale

The ferry was built in 2019 by a yard with sixty workers. Ada Lund sails it. It is blue and rather slow.

Ingrid Moe sold 40 tickets for 1.5 million crowns. "We will never sell as many again," she said in the harbour.
"""


def found(*facts: Fact) -> list[Untold]:
    """Return what these facts do not tell."""
    sections = (Section("headline", Text(en="H")), Section("body", Text(en="B"), (1, 2)))
    article = Article("ferry", Text(en="The Ferry"), Text(en="P"), "en", sections, ENTITIES, facts)
    paragraphs = split_paragraphs(replace(article, facts=()), read_text(TEXT))
    assert paragraphs is not None
    return untold(article, paragraphs)


def fact(paragraph: int, answer: str, *evidence: str) -> Fact:
    source = Source("body", (paragraph,))
    return Fact("f", Text(en="f"), Text(en=answer), (Sample("?", "en"),), source, evidence=evidence)


def test_without_facts_the_most_telling_sentence_comes_first() -> None:
    sentences = found()
    assert [(one.paragraph, one.line, one.figures, one.names) for one in sentences] == [
        (2, 5, ("40", "1.5 million"), ("Ingrid Moe",)),
        (1, 3, ("2019", "sixty"), ()),
        (2, 5, (), ()),
        (1, 3, (), ("Ada Lund",)),
    ]
    assert sentences[2].quotations == ("We will never sell as many again,",)


def test_what_a_fact_of_the_same_paragraph_tells_is_not_listed() -> None:
    facts = (
        fact(1, "In 2019 sixty people built it, and Lund sails it."),
        fact(2, "Moe sold 40 tickets."),
        fact(2, "The 40 tickets brought 1,500,000 crowns."),
        fact(2, "Moe thinks that they will never sell so many again."),
    )
    assert found(*facts) == []
    assert [one.things() for one in found(*facts[:1], *facts[2:3])] == [
        ("We will never sell as many again,",),
        ("Ingrid Moe",),
    ]


def test_a_date_that_is_not_told_is_shown_as_it_is_written() -> None:
    sections = (Section("body", Text(en="B"), (1,)),)
    article = Article("ferry", Text(en="The Ferry"), Text(en="P"), "en", sections, (), ())
    copy = read_text(
        "The Ferry of Hale\n\nOn 3 March 2019 the ferry sank in the harbour with a hundred hens and all hands."
    )
    paragraphs = split_paragraphs(article, copy)
    assert paragraphs is not None
    assert [one.figures for one in untold(article, paragraphs)] == [("3 March 2019", "a hundred")]


def test_a_fact_of_another_paragraph_tells_nothing() -> None:
    assert len(found(fact(2, "In 2019 sixty people built it, and Lund sails it."))) == 4
