"""One row of numbers per target, each between 0 and 1 without an encoder."""

import numpy as np
import pytest

from bot.core.features import SEMANTIC, SIGNALS, signals
from tests.core.ferry import ferry_snapshot

INDEX = ferry_snapshot().index
IDS = [target.item.id for target in INDEX.targets]


def column(question: str, name: str) -> dict[str, float]:
    """Return one signal of a question by target."""
    table = signals(INDEX, INDEX.tokenizer.tokenize(question))
    return dict(zip(IDS, table[:, SIGNALS.index(name)].tolist(), strict=True))


@pytest.mark.parametrize("question", ["", "Who built the ferry?", "룬드는 왜 떠났어?", "xyzzy", "😀", "ferry " * 400])
def test_the_table_has_a_row_per_target_and_a_column_per_signal(question: str) -> None:
    table = signals(INDEX, INDEX.tokenizer.tokenize(question))
    assert table.shape == (len(IDS), len(SIGNALS))
    assert table.dtype == np.float32
    assert np.isfinite(table).all()
    assert (table >= -1e-6).all()
    assert (table <= 1 + 1e-6).all()


def test_without_an_encoder_its_signals_are_zero() -> None:
    for name in SEMANTIC:
        assert set(column("Who built the ferry?", name).values()) == {0.0}


def test_a_sample_finds_itself() -> None:
    for name in ("ngrams", "words"):
        scores = column("Why did the chair step down?", name)
        assert scores["chair-left"] == pytest.approx(1, abs=1e-5) == max(scores.values())


def test_what_is_asked_for_tells_pay_from_price() -> None:
    assert column("How much does Lund earn as salary?", "attribute_hit")["chair-pay"] == 1
    assert column("How much does Lund earn as salary?", "attribute_miss")["cost"] == 1


def test_a_fact_about_somebody_else_is_told_apart() -> None:
    assert column("Lund?", "name_hit") == {"cost": 0, "builder": 0, "chair-left": 1, "chair-pay": 1}
    assert column("Lund?", "name_miss")["builder"] == 1


def test_an_amount_is_no_reason() -> None:
    assert column("How much was it?", "type_hit")["cost"] == 1
    assert column("Why was it?", "type_hit")["chair-left"] == 1
    assert column("Why was it?", "type_miss")["cost"] == 1
