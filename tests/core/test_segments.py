"""Best and mean score per target, compared with a plain loop."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.index import Segments


@given(st.lists(st.lists(st.floats(-1, 1, width=32), max_size=4), max_size=5))
def test_best_and_mean_of_each_target(rows: list[list[float]]) -> None:
    """A target without rows has 0, and no best is below 0."""
    segments = Segments(list(map(len, rows)))
    scores = np.array([score for own in rows for score in own], np.float32)
    assert segments.best(scores).tolist() == [max([0.0, *own]) for own in rows]
    assert segments.mean(scores) == pytest.approx([sum(own) / max(len(own), 1) for own in rows], abs=1e-6)
    assert [scores[segments.rows(position)].tolist() for position in range(len(rows))] == rows
    assert segments.target_of_row.tolist() == [position for position, own in enumerate(rows) for _ in own]


def test_further_axes_are_kept() -> None:
    assert Segments([1, 2]).best(np.array([[1, 3, 5], [2, 6, 4]], np.float32)).tolist() == [[1, 5], [2, 6]]
    assert Segments([1, 2]).mean(np.array([[1, 2], [3, 6], [5, 4]], np.float32)).tolist() == [[1, 2], [4, 5]]
