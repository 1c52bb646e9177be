"""Synthetic knowledge has the size asked for, and answering from it can be timed."""

from bot.core.model import Knowledge
from bot.dev.bench import scaling, synthetic
from tests.core.letters_encoder import LettersEncoder

EMPTY = Knowledge(())


def test_it_has_the_facts_and_samples_asked_for_half_of_them_korean() -> None:
    (article,) = synthetic(30, 8, EMPTY).articles
    assert len(article.facts) == 30
    assert all([sample.language for sample in fact.samples] == ["ko"] * 4 + ["en"] * 4 for fact in article.facts)


def test_it_is_the_same_every_time() -> None:
    assert synthetic(5, 4, EMPTY) == synthetic(5, 4, EMPTY)


def test_the_table_shows_the_ratio_of_the_two_times() -> None:
    rows = [line.split(" | ") for line in scaling(EMPTY, LettersEncoder, large=70).splitlines()[4:]]
    assert [row[0] for row in rows] == ["| with encoder", "| without"]
    assert all(0.2 < float(row[3]) < 5 for row in rows)
