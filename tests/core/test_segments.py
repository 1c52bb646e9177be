"""Rows reduced to their owners, as a loop over them would do it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.index import Segments


@given(st.lists(st.lists(st.floats(-1, 1, width=32), max_size=4), max_size=5))
def test_best_and_mean_of_each_owner(rows: list[list[float]]) -> None:
    """An owner without rows has nothing; nobody's best is below 0."""
    owners = Segments(list(map(len, rows)))
    scores = np.array([score for own in rows for score in own], np.float32)
    assert owners.best(scores).tolist() == [max([0.0, *own]) for own in rows]
    assert owners.mean(scores) == pytest.approx([sum(own) / max(len(own), 1) for own in rows], abs=1e-6)
    assert [scores[owners.rows(position)].tolist() for position in range(len(rows))] == rows
    assert owners.target_of_row.tolist() == [position for position, own in enumerate(rows) for _ in own]


def test_further_axes_are_kept() -> None:
    assert Segments([1, 2]).best(np.array([[1, 2], [3, 6], [5, 4]], np.float32)).tolist() == [[1, 2], [5, 6]]
