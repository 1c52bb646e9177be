"""The errors that `tests/planted_errors.py` plants in answers are found, and right answers are not doubted."""

import pytest

from bot.authoring.article_text import split_paragraphs
from bot.authoring.layout import read_text
from bot.core.model import Article, Fact, Sample, Section, Source, Text
from tests.authoring.test_evidence import ENTITIES, TEXT
from tests.planted_errors import MOST_DOUBTED, PROMISED, planted, report

SAMPLES = (Sample("?", "en"),)
SECTIONS = (Section("headline", Text(en="H")), Section("body", Text(en="B"), (1, 2, 3)))
FACTS = (
    Fact(
        "cost",
        Text(),
        Text("룬드의 배는 6000크로나예요.", "Lund's ferry cost 6,000 crowns."),
        SAMPLES,
        Source("body", (1,)),
    ),
    Fact("sold", Text(), Text("모에가 표 40장을 팔았어요.", "Moe sold 40 tickets."), SAMPLES, Source("body", (2,))),
)
ARTICLE = Article("ferry", Text(en="The Ferry"), Text(en="P"), "en", SECTIONS, ENTITIES, FACTS)


def test_one_error_of_each_kind_is_planted_and_the_same_ones_for_a_seed() -> None:
    assert {one.kind for one in planted(ARTICLE, 1)} == PROMISED.keys()
    assert list(planted(ARTICLE, 1)) == list(planted(ARTICLE, 1))
    assert all(one.fact not in FACTS for one in planted(ARTICLE, 1))


@pytest.mark.parametrize("seed", range(5))
def test_as_much_is_found_as_promised_and_no_right_answer_doubted(
    seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    paragraphs = split_paragraphs(ARTICLE, read_text(TEXT))
    assert paragraphs is not None
    assert report(ARTICLE, paragraphs, seed, missed=True) == 0
    assert capsys.readouterr().out.endswith("right answers doubted: 0 of 2\n")
    assert MOST_DOUBTED == 1 / 20
