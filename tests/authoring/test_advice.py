"""Advice for authors: it names what was spoilt in a good article, and leaves the good one in peace."""

from dataclasses import replace

import pytest

from bot.authoring.advice import MOST, Advice, Stray, advice, aliases, alike, gaps, overlaps, twins, untold
from bot.core.index import Index, Snapshot
from bot.core.model import Article, Fact, Gap, Knowledge
from bot.core.text import normalise
from bot.core.tokens import TokenizedText
from bot.service.library import with_vectors
from tests.core.ferry import LEXICON, ferry, samples
from tests.core.letters_encoder import LettersEncoder


def build_snapshot(article: Article) -> Snapshot:
    knowledge = Knowledge((article,), LEXICON)
    return Snapshot(knowledge, Index(knowledge), "1")


def changed(position: int, *more: str, answer: str = "") -> Article:
    """Return the ferry with more samples, or another English answer, in one of its facts."""
    facts = list(ferry().facts)
    fact = facts[position]
    told = replace(fact.answer, en=answer or fact.answer.en)
    facts[position] = replace(fact, samples=(*fact.samples, *samples(*more)), answer=told)
    return replace(ferry(), facts=tuple(facts))


def renamed(**changes: object) -> Article:
    """Return the ferry, its chair changed, and nobody else in it."""
    return replace(ferry(), entities=(replace(ferry().entities[0], **changes),))  # type: ignore[arg-type]


def stray(own: int, found: int, sample: str) -> Stray:
    return Stray("ferry", "?", sample, (), 0.0, own, found, lost=False)


def analysed(snapshot: Snapshot) -> tuple[TokenizedText, ...]:
    return tuple(snapshot.index.tokenizer.tokenize(normalise(text)) for text in snapshot.index.samples)


def test_ten_lines_are_shown_and_the_rest_counted() -> None:
    lines = str(advice("kind", range(MOST + 2))).splitlines()
    assert lines[0] == "kind: 0"
    assert lines[MOST:] == ["kind: … and 2 more"]
    assert str(Advice("kind", (), 0)) == ""


def test_facts_that_find_each_others_samples_overlap() -> None:
    """The pair is named once, whichever way round, by the two samples that are the most alike."""
    told = overlaps(
        build_snapshot(ferry()).index,
        [
            stray(0, 1, "How much did the ferry cost?"),
            stray(1, 0, "Who built the ferry?"),
            stray(2, 3, "룬드는 왜 떠났어?"),
            stray(3, 2, "룬드 연봉은?"),
            stray(3, 2, "What is Lund's salary?"),
            stray(1, 2, "배는 누가 만들었어?"),
        ],
    )
    assert told.number == 2
    first, second = told.lines
    assert "'chair-left'" in first
    assert "gap 'chair-pay'" in first
    assert "overlap in 3 samples" in first
    assert "overlap in 2 samples" in second
    assert "'How much did the ferry cost?'" in second or "'Who built the ferry?'" in second


def test_samples_with_the_same_words_are_alike() -> None:
    snapshot = build_snapshot(changed(0, "How much did it cost?", "Please, how much did a ferry cost"))
    (line,) = alike(snapshot.index, analysed(snapshot)).lines
    assert line.startswith("ferry: fact 'cost': 2 samples are the same to the bot: 'How much did the ferry cost?', ")
    assert "Please, how much did a ferry cost" in line


def test_the_same_question_in_both_languages_is_not_alike() -> None:
    snapshot = build_snapshot(ferry())
    assert alike(snapshot.index, analysed(snapshot)).number == 0


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        pytest.param(ferry(), [], id="nothing is missing"),
        pytest.param(
            renamed(aliases=()),
            ["'룬드' in 4 samples looks like Ada Lund", "'lund' in 2 samples looks like Ada Lund"],
            id="a surname alone",
        ),
        pytest.param(
            renamed(name=replace(ferry().entities[0].name, ko=None), aliases=("Lund",)),
            ["entity 'lund' has no name in Korean letters, and there are samples in Korean"],
            id="no Korean name",
        ),
    ],
)
def test_missing_aliases_are_told(article: Article, expected: list[str]) -> None:
    facts = (
        *article.facts[:2],
        replace(article.facts[2], samples=(*article.facts[2].samples, *samples("룬드 누구", "When did Lund go?"))),
    )
    snapshot = build_snapshot(replace(article, facts=facts))
    lines = aliases(snapshot, analysed(snapshot)).lines
    assert [part for part in expected if not any(part in line for line in lines)] == []
    assert len(lines) == len(expected)


def test_another_spelling_of_a_name_is_told_where_it_is_meant() -> None:
    """A word of the facts counts as known, so the bot does not take it for a misspelt name."""
    snapshot = build_snapshot(changed(1, "Norren made it, right?", "Is it from Norren"))
    (line,) = aliases(snapshot, analysed(snapshot)).lines
    assert "'norren' in 2 samples looks like Norrin & Sons" in line
    assert "make it an alias of entity 'norrin'" in line


def test_answers_that_are_nearly_the_same_are_twins() -> None:
    spoilt = build_snapshot(changed(0, answer="Norrin & Sons built the ferry in 2019, for a lot."))
    for snapshot in (spoilt, with_vectors(spoilt, LettersEncoder())):
        assert twins(snapshot).lines[0].startswith("ferry: fact 'cost' and fact 'builder' answer nearly the same")
    assert twins(build_snapshot(ferry())).number == 0


def test_without_facts_there_is_no_advice() -> None:
    empty = build_snapshot(replace(ferry(), facts=(), gaps=()))
    told = (alike(empty.index, ()), aliases(empty, ()), twins(empty), gaps(empty, None, ()), overlaps(empty.index, ()))
    assert [one.number for one in told] == [0] * 5


def asked(snapshot: Snapshot) -> set[tuple[str, str]]:
    found = untold(snapshot.knowledge, snapshot.index, analysed(snapshot))
    return {(one.entity.id, one.attribute) for one in found}


def test_what_a_gap_tells_is_not_proposed() -> None:
    assert asked(build_snapshot(ferry())) == set()
    assert asked(build_snapshot(replace(ferry(), gaps=()))) == {("lund", "pay")}


def test_a_gap_about_two_people_holds_for_all() -> None:
    """'What Lund or Moe earns' leaves nothing to tell of Berg."""
    people = [replace(ferry().entities[0], id=one, name=replace(ferry().entities[0].name, ko=one, en=one), aliases=())
              for one in ("moe", "berg")]  # fmt: skip
    general = Gap("pay", ferry().gaps[0].label, ferry().gaps[0].answer, samples("salary of Lund", "pay of Moe?"))
    about: Fact = replace(ferry().facts[2], about=("lund", "moe", "berg"))
    article = replace(ferry(), entities=(*ferry().entities, *people), facts=(about,), gaps=())
    assert asked(build_snapshot(article)) == {("lund", "pay"), ("moe", "pay"), ("berg", "pay")}
    assert asked(build_snapshot(replace(article, gaps=(general,)))) == set()


def test_a_proposed_gap_says_what_the_bot_makes_of_the_question() -> None:
    snapshot = build_snapshot(replace(ferry(), gaps=()))
    (line,) = gaps(snapshot, None, analysed(snapshot)).lines
    assert line.startswith("ferry: no fact or gap tells the pay of Ada Lund, and ")
    assert "'Ada Lund salary?'" in line
    assert "'chair-left'" in line
