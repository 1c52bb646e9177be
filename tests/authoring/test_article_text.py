"""Evidence is in the cited paragraphs of the article's text, and no sentence is copied from it."""

import pytest

from bot.authoring.article_text import check_article_text, split_paragraphs
from bot.authoring.layout import read_text
from bot.core.model import Article, Fact, Gap, Sample, Section, Source, Text
from bot.knowledge.reader import Location

TEXT = """\
The Ship That Would Not Sail
A harbour town waits for its ferry. And waits.
Two winters were lost already

The ferry was built in 2019 by Norrin & Sons, a yard with sixty workers on the island of Hale.
Short one, in 2020.

Who pays?
The council has spent 7 million crowns on it, says Ada Lund, who has chaired the harbour board since May.
It is 17 metres too long for the pier, and nobody at the yard or in the council wants to say why that is.
Join the readers of the Hale Post for free and get the letter of the island every single week by post.
"""
SECTIONS = (
    Section("headline", Text(en="Headline")),
    Section("one", Text(en="One"), (1, 2)),
    Section("two", Text(en="Two"), (3, 4)),
    Section("note", Text(en="Note")),
)


def fact(name: str, paragraphs: tuple[int, ...], *evidence: str, answer: str = "Yes.") -> Fact:
    """Make a fact with evidence."""
    section = "one" if paragraphs and paragraphs[0] < 3 else "two" if paragraphs else "note"
    samples = (Sample("?", "en"),)
    return Fact(name, Text(en=name), Text(en=answer), samples, Source(section, paragraphs), evidence=evidence)


def article(*facts: Fact, gaps: tuple[Gap, ...] = ()) -> Article:
    """Make an article of the ferry."""
    return Article("ferry", Text(en="T"), Text(en="P"), "en", SECTIONS, (), facts, gaps)


def problems_of(subject: Article) -> list[str]:
    """Check against the text and return the problems as text."""
    return [str(problem) for problem in check_article_text(subject, read_text(TEXT))]


GOOD = (
    fact("a", (1,), "2019", "Norrin & Sons"),
    fact("b", (2,), "2020"),
    fact("c", (3,), "7 million", "ada  lund"),
    fact("d", (4,), "17 metres"),
    fact("e", (1, 4), "17 metres", "Hale"),
    fact("f", (), "Hale Post", "winters"),
)


def test_paragraphs_are_found_between_title_deck_heading_and_note() -> None:
    found = split_paragraphs(article(*GOOD), read_text(TEXT))
    assert found is not None
    starts = {number: text.split()[0] for number, text in found.body.items()}
    assert starts == {1: "the", 2: "short", 3: "the", 4: "it"}


def test_without_evidence_the_numbers_of_answers_tell_the_paragraphs_from_the_deck() -> None:
    """The deck is as long as a paragraph: only what the answers tell shows that it is none."""
    text = TEXT.replace("Two winters were lost already", f"Two winters, in all {'very ' * 20}long ones, were lost.")
    telling = article(fact("a", (1,), answer="It is of 2019."), fact("c", (2,), answer="2020."))
    found = split_paragraphs(telling, read_text(text))
    assert found is not None
    assert found.body[1].startswith("the ferry was built")
    assert text.splitlines()[found.lines[2] - 1] == found.written[2] == "Short one, in 2020."


def test_evidence_in_the_cited_paragraph_is_accepted() -> None:
    assert problems_of(article(*GOOD)) == []


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (fact("x", (3,), "2019"), "'2019' is in paragraph 1, not in 3"),
        (fact("x", (1,), "1987"), "'1987' is not in the article"),
        (fact("x", (4,), "7 metres"), "'7 metres' is not in the article"),
        (fact("x", (1, 2), "winters"), "'winters' is outside the body paragraphs, not in 1, 2"),
        (fact("x", (), "autumns"), "'autumns' is not in the article"),
    ],
)
def test_evidence_in_the_wrong_place_is_reported(wrong: Fact, message: str) -> None:
    """A figure is not found inside a longer one: 7 metres is not 17 metres."""
    assert problems_of(article(*GOOD, wrong)) == [f"ferry: fact 'x': evidence: {message}"]


def test_eight_words_of_the_article_in_a_row_are_a_copy() -> None:
    run = "the council has spent 7 million crowns on"
    copied = fact("x", (3,), answer=f"We know that {run.upper()}, friends.")
    gap = Gap("g", Text(en="g"), Text(en=f"{run} it"), (Sample("?", "en"),))
    message = f"answer: 8 words in a row are copied from the article: '{run}'"
    expected = [f"ferry: fact 'x': {message}", f"ferry: gap 'g': {message}"]
    assert problems_of(article(*GOOD, copied, gaps=(gap,))) == expected
    assert problems_of(article(*GOOD, fact("x", (3,), answer="The council has spent 7 million crowns."))) == []


def test_locations_put_file_and_line_into_the_problems() -> None:
    locations = {("ferry", "x"): Location("ferry/facts.yaml", 7)}
    problems = check_article_text(article(*GOOD, fact("x", (1,), "1987")), read_text(TEXT), locations)
    assert [(problem.file, problem.line) for problem in problems] == [("ferry/facts.yaml", 7)]


@pytest.mark.parametrize("text", ["", "one line", "\n\n", "a\nb\nc"])
def test_a_text_that_is_too_short_is_not_this_article(text: str) -> None:
    problems = check_article_text(article(*GOOD), read_text(text))
    assert [problem.where for problem in problems] == ["sections"]
