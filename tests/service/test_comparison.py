"""What differs between two revisions, and which edits a reload would lose."""

from dataclasses import replace

import pytest

from bot.core.model import Article, Case, Fact, Gap, Knowledge, Lexicon, LexiconEntry, Sample, Section, Source, Text
from bot.service.comparison import Changed, Detail, compare, lines_of, lost, markdown_of, size_of
from bot.service.records import Size

FACT = Fact(
    "origin", Text(en="Origin"), Text(ko="알바니아", en="Albania"), (Sample("where from?", "en"),), Source("s", (3,))
)
GAP = Gap("pay", Text(en="Pay"), Text(en="It doesn't say."), (Sample("how much?", "en"), Sample("얼마?", "ko")))
ARTICLE = Article(
    "art", Text(en="Title"), Text(en="Paper"), "en", (Section("s", Text(en="S")),), (), (FACT,), (GAP,),
    cases=(Case("where from?", "origin", "cases.yaml:2"),),
)  # fmt: skip
KNOWLEDGE = Knowledge((ARTICLE,), Lexicon((LexiconEntry("leave", ("떠나다",), ("leave",)),)), {"hello": Text(en="Hi")})


def with_fact(**changes: object) -> Knowledge:
    """Return the knowledge with another fact."""
    return replace(KNOWLEDGE, articles=(replace(ARTICLE, facts=(replace(FACT, **changes),)),))  # type: ignore[arg-type]


def with_article(**changes: object) -> Knowledge:
    """Return the knowledge with another article."""
    return replace(KNOWLEDGE, articles=(replace(ARTICLE, **changes),))  # type: ignore[arg-type]


def test_where_a_case_is_written_does_not_count() -> None:
    moved = with_article(cases=(replace(ARTICLE.cases[0], where="cases.yaml:9"),))
    assert compare(KNOWLEDGE, moved) == ()
    assert compare(KNOWLEDGE, KNOWLEDGE) == ()


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (
            with_fact(answer=Text(ko="알바니아", en="Vlorë, Albania")),
            Changed("art", "fact", "origin", "changed", (Detail("answer (en)", "Albania", "Vlorë, Albania"),)),
        ),
        (
            with_fact(samples=(*FACT.samples, Sample("어디 출신?", "ko"))),
            Changed("art", "fact", "origin", "changed", (Detail("samples (ko)", None, "어디 출신?"),)),
        ),
        (
            with_fact(source=Source("s", (3, 4))),
            Changed("art", "fact", "origin", "changed", (Detail("source", "s 3", "s 3, 4"),)),
        ),
        (
            with_article(cases=()),
            Changed("art", "case", "where from?", "removed", (Detail("expect", "origin", None),)),
        ),
        (
            with_article(title=Text(en="Other")),
            Changed("art", "article", "art", "changed", (Detail("title (en)", "Title", "Other"),)),
        ),
        (
            replace(KNOWLEDGE, messages={"hello": Text(en="Hello")}),
            Changed("", "message", "hello", "changed", (Detail("en", "Hi", "Hello"),)),
        ),
        (
            replace(KNOWLEDGE, lexicon=Lexicon((LexiconEntry("leave", ("떠나다",), ("leave", "quit")),))),
            Changed("", "lexicon", "leave", "changed", (Detail("en", None, "quit"),)),
        ),
    ],
    ids=["answer", "sample", "source", "case", "title", "message", "lexicon"],
)
def test_each_part_that_differs_is_told(after: Knowledge, expected: Changed) -> None:
    assert compare(KNOWLEDGE, after) == (expected,)


def test_an_article_that_is_removed_is_told_with_what_it_held() -> None:
    found = compare(KNOWLEDGE, replace(KNOWLEDGE, articles=()))
    assert {(one.kind, one.how) for one in found} == {(kind, "removed") for kind in ("article", "fact", "gap", "case")}


def test_another_order_is_told() -> None:
    two = replace(ARTICLE, facts=(FACT, replace(FACT, id="other")))
    turned = replace(two, facts=two.facts[::-1])
    found = compare(replace(KNOWLEDGE, articles=(two,)), replace(KNOWLEDGE, articles=(turned,)))
    assert [(one.kind, one.name, one.how) for one in found] == [("order", "art", "changed")]


def test_an_edit_that_the_files_have_too_is_not_lost() -> None:
    edited = with_fact(samples=(*FACT.samples, Sample("new?", "en")))
    files = with_fact(samples=(Sample("new?", "en"), *FACT.samples, Sample("more?", "en")), status="denied")
    assert lost(KNOWLEDGE, edited, files) == ()


def test_an_edit_that_the_files_lack_is_lost() -> None:
    edited = with_fact(samples=(*FACT.samples, Sample("new?", "en")), answer=Text(ko="알바니아", en="Vlorë"))
    assert lost(KNOWLEDGE, edited, KNOWLEDGE) == (
        Changed(
            "art", "fact", "origin", "changed",
            (Detail("answer (en)", "Albania", "Vlorë"), Detail("samples (en)", None, "new?")),
        ),
    )  # fmt: skip
    partly = with_fact(answer=Text(ko="알바니아", en="Vlorë"))
    assert [one.details for one in lost(KNOWLEDGE, edited, partly)] == [(Detail("samples (en)", None, "new?"),)]


def test_a_fact_that_was_added_or_retired_on_discord_is_lost() -> None:
    added = with_article(facts=(FACT, replace(FACT, id="new")))
    assert [(one.name, one.how) for one in lost(KNOWLEDGE, added, KNOWLEDGE)] == [("new", "added")]
    retired = with_article(facts=())
    assert [(one.name, one.how) for one in lost(KNOWLEDGE, retired, KNOWLEDGE)] == [("origin", "removed")]


def test_a_change_of_the_files_alone_loses_nothing() -> None:
    assert lost(KNOWLEDGE, KNOWLEDGE, with_fact(status="denied")) == ()


def test_the_size_counts_facts_gaps_and_samples() -> None:
    assert size_of(KNOWLEDGE) == Size(1, 1, 3)


def test_the_lines_name_article_item_and_texts() -> None:
    changed = compare(KNOWLEDGE, with_fact(answer=Text(ko="알바니아", en="`A` ``b``")))
    words = {word: word for word in ("shared", "fact", "changed")}
    assert list(lines_of(changed, words)) == [
        "art",
        "  changed: fact origin",
        "      −answer (en): Albania",
        "      +answer (en): `A` ``b``",
    ]
    assert list(markdown_of(changed)) == [
        "### art",
        "",
        "- **changed** fact `origin`",
        "  - −answer (en): `Albania`",
        "  - +answer (en): ``` `A` ``b`` ```",
    ]
