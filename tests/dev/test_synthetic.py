"""A made-up knowledge has the size asked for, and answering from it can be timed."""

from bot.core.model import Knowledge
from bot.dev.bench import made_up, scaling
from tests.core.letters_encoder import LettersEncoder

NOTHING = Knowledge(())


def test_it_has_so_many_facts_with_so_many_samples_half_of_them_korean() -> None:
    (article,) = made_up(30, 8, NOTHING).articles
    assert len(article.facts) == 30
    assert all([sample.language for sample in fact.samples] == ["ko"] * 4 + ["en"] * 4 for fact in article.facts)


def test_it_is_the_same_every_time() -> None:
    assert made_up(5, 4, NOTHING) == made_up(5, 4, NOTHING)


def test_the_ratio_of_the_two_times_is_told() -> None:
    rows = [line.split(" | ") for line in scaling(NOTHING, LettersEncoder, large=70).splitlines()[4:]]
    assert [row[0] for row in rows] == ["| with encoder", "| without"]
    assert all(0.2 < float(row[3]) < 5 for row in rows)
