"""Names are found with particles, without spaces, misspelt and by their initial consonants."""

from dataclasses import replace

import pytest

from bot.core.lexicon import EntityIndex
from bot.core.model import Article, Entity, Text
from bot.core.text import normalise, words
from tests.core.ferry import ferry

PEOPLE = (
    Entity("murati", "person", Text("미라 무라티", "Mira Murati"), ("무라티", "Murati", "the ex-CTO")),
    Entity("schulman", "person", Text("존 슐먼", "John Schulman"), ("슐먼", "Schulman")),
    Entity("altman", "person", Text("샘 올트먼", "Sam Altman"), ("올트먼", "알트만", "Altman")),
    Entity("openai", "organisation", Text("오픈AI", "OpenAI"), ("오픈에이아이",)),
)
FINDER = EntityIndex([Article("art", Text("ㄱ"), Text("ㄴ"), "ko", (), PEOPLE, ())])


def named(text: str, known: tuple[str, ...] = ()) -> set[str]:
    """Return the ids of the entities named in a text."""
    return {entity for _, entity in FINDER.find(words(normalise(text)), known)}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("무라티는 어디로 갔어?", {"murati"}),
        ("미라 무라티가 떠난 이유", {"murati"}),
        ("무라티와 슐먼의 차이", {"murati", "schulman"}),
        ("Murati's plans", {"murati"}),
        ("the ex-CTO", {"murati"}),
        ("오픈 AI의 대표", {"openai"}),
        ("오픈AI에서", {"openai"}),
        ("openai", {"openai"}),
        ("무라티왜떠났어", {"murati"}),
        ("ㅁㄹㅌ", {"murati"}),
        ("ㅅㅁ 어디 갔어", {"schulman"}),
        ("아무도", set()),
        ("", set()),
    ],
)
def test_names_with_particles_spaces_and_initials(text: str, ids: set[str]) -> None:
    assert named(text) == ids


@pytest.mark.parametrize(
    ("typo", "entity"),
    [("무랴티", "murati"), ("슐만", "schulman"), ("Muratti", "murati"), ("Shulman", "schulman"), ("올트몬", "altman")],
)
def test_a_misspelt_name_is_found_by_its_letters(typo: str, entity: str) -> None:
    assert named(typo) == {entity}


def test_a_word_of_the_facts_is_never_a_misspelt_name() -> None:
    """Otherwise every word that resembles a name would be that name."""
    assert named("Shulman", known=("shulman",)) == set()


def test_the_positions_of_the_words_that_name_an_entity_are_returned() -> None:
    found = FINDER.find(("왜", "미라", "무라티가", "떠났어"))
    assert found == {("art", "murati"): {1, 2}}


def test_two_articles_may_know_the_same_name() -> None:
    other = Article("other", Text("ㄱ"), Text("ㄴ"), "ko", (), PEOPLE[:1], ())
    finder = EntityIndex([Article("art", Text("ㄱ"), Text("ㄴ"), "ko", (), PEOPLE, ()), other])
    assert set(finder.find(("무라티",))) == {("art", "murati"), ("other", "murati")}


def test_without_entities_no_name_is_found() -> None:
    words_of_names = ("무라티", "ㅁㄹㅌ", "murati")
    assert EntityIndex([]).find(words_of_names) == {}
    assert EntityIndex([replace(ferry(), entities=())]).find((*words_of_names, "룬드가")) == {}
    assert EntityIndex([ferry()]).find(("룬드가",)) == {("ferry", "lund"): {0}}


def test_a_name_that_ends_like_a_particle_is_found_with_a_particle_behind_it() -> None:
    """Only 은 is cut off: 만 is part of the name."""
    assert named("알트만은 어디 있어", known=("알트만은", "알트")) == {"altman"}
