"""Features without an encoder: a row per target; shares lie between 0 and 1, margins between -1 and 1."""

import numpy as np
import pytest

from bot.core.features import FEATURE_NAMES, FEATURES, Comparison, Matrix, feature_table
from bot.core.text import normalise
from tests.core.ferry import ferry_scope

SCOPE = ferry_scope()
INDEX = SCOPE.index
IDS = [target.item.id for target in INDEX.targets]


def comparison(question: str) -> Comparison:
    """Compare a question with the index, without an encoder."""
    return Comparison(SCOPE, INDEX.tokenizer.tokenize(normalise(question)), None, ())


def table_of(question: str) -> Matrix:
    """Return the feature table of a question without an encoder."""
    return feature_table(comparison(question))


def column(question: str, name: str) -> dict[str, float]:
    """Return one feature of a question by target."""
    return dict(zip(IDS, table_of(question)[:, FEATURE_NAMES.index(name)].tolist(), strict=True))


@pytest.mark.parametrize("question", ["", "Who built the ferry?", "룬드는 왜 떠났어?", "xyzzy", "😀", "ferry " * 400])
def test_the_table_has_a_row_per_target_and_a_column_per_feature(question: str) -> None:
    table = table_of(question)
    assert table.shape == (len(IDS), len(FEATURES))
    assert table.dtype == np.float64
    assert np.isfinite(table).all()
    shares = table[:, [not name.endswith("_margin") for name in FEATURE_NAMES]]
    assert (shares >= -1e-6).all()
    assert (np.abs(table) <= 1 + 1e-6).all()


def test_without_an_encoder_its_features_are_zero() -> None:
    for feature in FEATURES:
        if feature.needs_encoder:
            assert set(column("Who built the ferry?", feature.name).values()) == {0.0}


def test_a_sample_finds_itself() -> None:
    compared = comparison("Why did the chair step down?")
    for scores in (compared.ngrams, compared.words):
        assert scores[IDS.index("chair-left")] == pytest.approx(1, abs=1e-5) == scores.max()


def test_an_attribute_separates_pay_from_price() -> None:
    assert column("How much does Lund earn as salary?", "attribute_miss")["chair-pay"] == 0
    assert column("How much does Lund earn as salary?", "attribute_miss")["cost"] == 1


def test_a_fact_that_does_not_mention_the_named_person_misses_the_name() -> None:
    missed = column("Lund?", "name_miss")
    assert (missed["chair-left"], missed["chair-pay"], missed["builder"]) == (0, 0, 1)


def test_an_answer_without_the_type_asked_for_misses_it() -> None:
    assert column("How much was it?", "type_miss")["cost"] == 0
    assert column("Why was it?", "type_miss")["chair-left"] == 0
    assert column("Why was it?", "type_miss")["cost"] == 1


def test_a_margin_is_the_distance_to_the_best_other_target() -> None:
    own = comparison("Why did the chair step down?").ngrams
    margins = np.array(list(column("Why did the chair step down?", "ngrams_margin").values()))
    second, first = np.sort(own)[-2:]
    assert margins == pytest.approx(np.where(own == first, first - second, own - first), abs=1e-6)


def test_a_number_or_ordinal_that_a_target_lacks_is_missed() -> None:
    """Only the fact about the cost has a 7, and none has that year."""
    found = column("Did the ferry cost 7 million in 1950?", "figure_miss")
    assert found["cost"] == 0.5
    assert found["builder"] == 1
    assert set(column("Did the ferry cost much?", "figure_miss").values()) == {0}


def test_what_no_sample_asks_counts_more_with_more_samples() -> None:
    """Nobody asks when the ferry was built; the few samples of these facts say little about what else they answer."""
    found = column("언제 떠났어?", "unasked")
    counts = dict(zip(IDS, INDEX.sample_segments.counts.tolist(), strict=True))
    assert found == pytest.approx({key: count / 24 for key, count in counts.items()})
    assert column("왜 떠났어?", "unasked")["chair-left"] == 0


def test_whom_a_question_means_is_told_by_the_words_of_the_facts() -> None:
    """Only the facts about Lund speak of a resignation; which fact about her is meant, these words do not tell."""
    found = column("the one who did step down?", "meant_miss")
    assert found["chair-left"] == found["chair-pay"] == 0
    assert found["builder"] > 0


def test_a_target_about_nothing_in_particular_may_be_meant_by_any_words() -> None:
    assert column("the one who did step down?", "meant_miss")["cost"] == 0


def test_a_negation_is_missed_by_what_has_none() -> None:
    missed = column("Who has not left?", "negation_miss")
    assert missed["builder"] == 1
    assert set(column("Who has left?", "negation_miss").values()) == {0}
    assert set(column("Lund left, didn't she?", "negation_miss").values()) == {0}


def test_more_content_words_are_a_longer_question() -> None:
    short, long = (column(text, "length")["cost"] for text in ("cost?", "cost of wooden ferry hull repairs?"))
    assert 0 < short < long <= 1
