"""Synthetic knowledge has the size asked for, and the table of times has its rows and columns."""

from dataclasses import replace

from bot.app import Reader
from bot.core.model import Knowledge
from bot.dev.bench import against_wratio, scaling, synthetic
from bot.dev.many_articles import many_articles
from tests.core.letters_encoder import LettersEncoder

EMPTY = Knowledge(())


def test_a_synthetic_article_has_the_wanted_facts_and_samples_half_of_them_korean() -> None:
    (article,) = synthetic(30, 8, EMPTY).articles
    assert len(article.facts) == 30
    assert all([sample.language for sample in fact.samples] == ["ko"] * 4 + ["en"] * 4 for fact in article.facts)


def test_a_synthetic_article_is_the_same_every_time() -> None:
    assert synthetic(5, 4, EMPTY) == synthetic(5, 4, EMPTY)


def test_the_table_of_times_has_a_row_with_and_without_the_encoder_and_a_column_for_each_size() -> None:
    """Times differ from machine to machine: only that they are numbers is tested."""
    title, _, heading, _, *rows = scaling(EMPTY, LettersEncoder, large=70).splitlines()
    assert title == "p50 ms, synthetic facts × 8 samples, one core"
    assert heading == "| | 60 facts | 70 facts | ratio | memory MB |"
    cells = [row.strip("| ").split(" | ") for row in rows]
    assert [name for name, *_ in cells] == ["with encoder", "without"]
    assert all(len(numbers) == 4 and min(map(float, numbers)) >= 0 for _, *numbers in cells)


def test_the_table_shows_the_ratio_to_wratio_in_the_same_run() -> None:
    *_, own, theirs, ratio = against_wratio(synthetic(20, 4, EMPTY), LettersEncoder, ["why did abc leave?"] * 12)
    times = [[float(cell) for cell in row.strip("| ").split(" | ")[1:]] for row in (own, theirs, ratio)]
    assert all(b == 0 or 0.5 < r * b / a < 2 for a, b, r in zip(*times, strict=True))


def test_the_table_of_many_articles_shows_each_target_and_whether_one_is_missed() -> None:
    cost = many_articles(Reader, LettersEncoder, 3)
    assert [line.split(" | ")[-1] for line in str(cost).splitlines()[2:]] == ["40 |", "1000 |", "2 |", "– |"]
    assert min(cost.median, cost.memory, cost.reload, cost.start) > 0
    assert not replace(cost, median=40, memory=1_000, reload=2).is_missed
    assert replace(cost, reload=2.1).is_missed
