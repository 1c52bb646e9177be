"""Advice for authors names what is wrong with a worsened article, and nothing in the good one."""

from dataclasses import replace

import pytest

from bot.authoring.advice import (
    KINDS,
    MOST_LINES,
    Advice,
    Line,
    Misclassified,
    missing_aliases,
    missing_gaps,
    near_duplicate_facts,
    near_duplicate_samples,
    overlapping_facts,
    unasked_attributes,
    unregistered_commands,
)
from bot.core.index import Scope
from bot.core.model import Article, Command, Fact, Gap, Knowledge, Text
from bot.core.text import normalise
from bot.core.tokens import TokenizedText
from bot.knowledge.reader import Location
from bot.service.library import build_snapshot
from bot.service.pages import MOST_COMMANDS
from tests.core.ferry import LEXICON, ferry, samples
from tests.core.letters_encoder import LettersEncoder


def build_scope(article: Article) -> Scope:
    return build_snapshot(Knowledge((article,), LEXICON), "1").alone(article.slug)


def changed(position: int, *more: str, answer: str = "") -> Article:
    """Return the ferry with more samples, or another English answer, in one of its facts."""
    facts = list(ferry().facts)
    fact = facts[position]
    changed_answer = replace(fact.answer, en=answer or fact.answer.en)
    facts[position] = replace(fact, samples=(*fact.samples, *samples(*more)), answer=changed_answer)
    return replace(ferry(), facts=tuple(facts))


def with_chair(**changes: object) -> Article:
    """Return the ferry with the chair as its only entity, changed."""
    return replace(ferry(), entities=(replace(ferry().entities[0], **changes),))  # type: ignore[arg-type]


def misclassified(own: int, found: int, sample: str) -> Misclassified:
    return Misclassified("ferry", "?", sample, (), 0.0, own, found, offered=True)


def tokenized_samples(scope: Scope) -> tuple[TokenizedText, ...]:
    return tuple(scope.index.tokenizer.tokenize(normalise(text)) for text in scope.index.samples)


def test_ten_lines_are_shown_below_what_the_kind_means_and_the_rest_counted() -> None:
    advice = Advice("gap", tuple(Line(str(n), "ferry") for n in range(MOST_LINES + 2)))
    lines = advice.shown({}).splitlines()
    assert lines[:2] == [f"gap ({MOST_LINES + 2}): {KINDS['gap']}", "ferry: gap: 0"]
    assert lines[MOST_LINES + 1 :] == ["gap: … and 2 more; --all shows them"]
    assert advice.shown({}, None).splitlines()[-1] == f"ferry: gap: {MOST_LINES + 1}"
    assert Advice("gap", ()).shown({}) == ""


def test_a_line_begins_with_file_and_line_of_the_first_thing_it_is_about() -> None:
    locations = {("ferry", "cost"): Location("ferry/facts.yaml", 7)}
    own = Line("c", "ferry", ("cost",), Location("ferry.txt", 3))
    advice = Advice("gap", (Line("a", "ferry", ("cost", "builder")), Line("b", "ferry", ("builder",)), own))
    places = [line.partition(": gap: ")[0] for line in advice.shown(locations).splitlines()[1:]]
    assert places == ["ferry/facts.yaml:7", "ferry", "ferry.txt:3"]
    assert [line.text for line in advice.only("builder").lines] == ["a", "b"]


def test_a_line_about_a_file_without_lines_names_the_file_alone() -> None:
    """A web page has none that mean anything."""
    shown = Advice("coverage", (Line("a", "ferry", (), Location("page.html", 0)),)).shown({})
    assert shown.splitlines()[1:] == ["page.html: coverage: a"]


def test_facts_that_win_each_others_samples_overlap() -> None:
    """Each pair is listed once, in either order, with its two most similar samples."""
    advice = overlapping_facts(
        build_scope(ferry()).index,
        [
            misclassified(0, 1, "How much did the ferry cost?"),
            misclassified(1, 0, "Who built the ferry?"),
            misclassified(2, 3, "룬드는 왜 떠났어?"),
            misclassified(3, 2, "룬드 연봉은?"),
            misclassified(3, 2, "What is Lund's salary?"),
            misclassified(1, 2, "배는 누가 만들었어?"),
        ],
    )
    first, second = (line.text for line in advice.lines)
    assert "'chair-left'" in first
    assert "gap 'chair-pay'" in first
    assert "overlap in 3 samples" in first
    assert "overlap in 2 samples" in second
    assert "'How much did the ferry cost?'" in second or "'Who built the ferry?'" in second


def test_samples_with_the_same_words_are_near_duplicates() -> None:
    scope = build_scope(changed(0, "How much did it cost?", "Please, how much did a ferry cost"))
    (line,) = near_duplicate_samples(scope.index, tokenized_samples(scope)).lines
    assert line.text.startswith("fact 'cost': 2 samples look the same to the bot: 'How much did the ferry cost?', ")
    assert "Please, how much did a ferry cost" in line.text


def test_the_same_question_in_both_languages_is_no_near_duplicate() -> None:
    scope = build_scope(ferry())
    assert near_duplicate_samples(scope.index, tokenized_samples(scope)).lines == ()


@pytest.mark.parametrize(
    ("article", "expected"),
    [
        pytest.param(ferry(), [], id="nothing is missing"),
        pytest.param(
            with_chair(aliases=()),
            ["'룬드' in 4 samples looks like Ada Lund", "'lund' in 2 samples looks like Ada Lund"],
            id="a surname alone",
        ),
        pytest.param(
            with_chair(name=replace(ferry().entities[0].name, ko=None), aliases=("Lund",)),
            ["entity 'lund' has no name in Korean letters, but there are samples in Korean"],
            id="no Korean name",
        ),
    ],
)
def test_missing_aliases_are_proposed(article: Article, expected: list[str]) -> None:
    facts = (
        *article.facts[:2],
        replace(article.facts[2], samples=(*article.facts[2].samples, *samples("룬드 누구", "When did Lund go?"))),
    )
    scope = build_scope(replace(article, facts=facts))
    lines = missing_aliases(scope, tokenized_samples(scope)).lines
    assert [part for part in expected if not any(part in line.text for line in lines)] == []
    assert len(lines) == len(expected)


def test_another_spelling_of_a_name_is_proposed_as_an_alias() -> None:
    """A word of the facts counts as known, so the bot does not take it for a misspelt name."""
    scope = build_scope(changed(1, "Norren made it, right?", "Is it from Norren"))
    (line,) = missing_aliases(scope, tokenized_samples(scope)).lines
    assert "'norren' in 2 samples looks like Norrin & Sons" in line.text
    assert "add it as an alias of entity 'norrin'" in line.text


def test_facts_with_nearly_the_same_answer_are_near_duplicates() -> None:
    duplicated = build_scope(changed(0, answer="Norrin & Sons built the ferry in 2019, for a lot."))
    for encoder in (None, LettersEncoder()):
        assert (
            near_duplicate_facts(duplicated.index, encoder)
            .lines[0]
            .text.startswith("fact 'cost' and fact 'builder' have nearly the same answer")
        )
    assert near_duplicate_facts(build_scope(ferry()).index, None).lines == ()


def test_without_facts_there_is_no_advice() -> None:
    empty = build_scope(replace(ferry(), facts=(), gaps=()))
    advice = (
        near_duplicate_samples(empty.index, ()),
        missing_aliases(empty, ()),
        near_duplicate_facts(empty.index, None),
        missing_gaps(empty, None, ()),
        overlapping_facts(empty.index, ()),
    )
    assert [kind.lines for kind in advice] == [()] * 5


def unasked(scope: Scope) -> set[tuple[str, str]]:
    found = unasked_attributes(scope.knowledge, scope.index, tokenized_samples(scope))
    return {(one.entity.id, one.attribute) for one in found}


def test_an_attribute_with_a_gap_is_not_proposed() -> None:
    assert unasked(build_scope(ferry())) == set()
    assert unasked(build_scope(replace(ferry(), gaps=()))) == {("lund", "pay")}


def test_a_gap_about_two_people_covers_all_people() -> None:
    """A gap with samples about Lund and Moe is about Berg too."""
    people = [replace(ferry().entities[0], id=one, name=replace(ferry().entities[0].name, ko=one, en=one), aliases=())
              for one in ("moe", "berg")]  # fmt: skip
    general = Gap("pay", ferry().gaps[0].label, ferry().gaps[0].answer, samples("salary of Lund", "pay of Moe?"))
    about: Fact = replace(ferry().facts[2], about=("lund", "moe", "berg"))
    article = replace(ferry(), entities=(*ferry().entities, *people), facts=(about,), gaps=())
    assert unasked(build_scope(article)) == {("lund", "pay"), ("moe", "pay"), ("berg", "pay")}
    assert unasked(build_scope(replace(article, gaps=(general,)))) == set()


def test_a_proposed_gap_says_how_the_bot_answers_now() -> None:
    scope = build_scope(replace(changed(2, "Ada Lund?", "What about Ada Lund?"), gaps=()))
    (line,) = missing_gaps(scope, None, tokenized_samples(scope)).lines
    assert line.text.startswith("no sample asks for the pay of Ada Lund, but ")
    assert "'Ada Lund salary?'" in line.text
    assert "'chair-left'" in line.text


def test_commands_that_discord_has_no_room_for_are_named() -> None:
    commands = [Command(Text(en=f"list-{n}"), Text(en="A list"), facts=("cost",)) for n in range(MOST_COMMANDS + 1)]
    old, new = (replace(ferry(), slug=year, date=f"{year}-01-02") for year in ("2024", "2025"))
    knowledge = Knowledge(
        (replace(old, commands=tuple(commands[:2])), replace(new, commands=tuple(commands[1:]))), LEXICON
    )
    (line,) = unregistered_commands(knowledge).lines
    assert line.text.startswith("/list-0 of 2024 is not registered: Discord has room for 90")
    assert unregistered_commands(replace(knowledge, articles=knowledge.articles[1:])).lines == ()
