"""Which target each row of a table of texts belongs to."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float32]


class Owners:
    """Owners of rows that stand target by target: those of the first target first."""

    def __init__(self, counts: Sequence[int]) -> None:
        """Take the number of rows of each target."""
        self.counts = np.array(counts, np.int64)
        self.of_row = np.repeat(np.arange(len(counts)), self.counts)
        """Position of the owner of each row, shape (rows,)."""
        self._ends = np.cumsum(self.counts)
        self._owning = np.flatnonzero(self.counts)
        self._starts = (self._ends - self.counts)[self._owning]

    def rows(self, target: int) -> slice:
        """Return where the rows of `target` stand."""
        end = int(self._ends[target])
        return slice(end - int(self.counts[target]), end)

    def best(self, scores: Column) -> Column:
        """Return each target's best score, at least 0; `scores` has one per row, the result one per target.

        Further axes of `scores` are kept.
        """
        found = np.zeros((len(self.counts), *scores.shape[1:]), np.float32)
        if len(self._owning):
            found[self._owning] = np.maximum(np.maximum.reduceat(scores, self._starts, axis=0), 0)
        return found

    def mean(self, scores: Column) -> Column:
        """Return each target's average score, 0 for one without rows, shape (targets,)."""
        sums = np.bincount(self.of_row, scores, minlength=len(self.counts))
        average: Column = (sums / np.maximum(self.counts, 1)).astype(np.float32)
        return average
