"""Snapshots kept between starts, so that the next start neither reads YAML nor builds an index.

They are pickles, so one is loaded only where no other user can have written it. The name of a file is a hash over
everything its snapshot was made from.
"""

import gc
import hashlib
import logging
import os
import pickle
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import rapidfuzz

from bot import cached_files
from bot.core.snapshot import Snapshot
from bot.knowledge.folder import KnowledgeFiles

log = logging.getLogger(__name__)

_MOST_KEPT: Final = 4
"""Snapshots kept, the latest ones (a few MB each)."""
_PACKAGE: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class CompiledKnowledge:
    """The snapshots kept for one knowledge folder; without them everything still works, only slower."""

    cache_folder: Path
    folder: Path

    def key(self, files: KnowledgeFiles) -> str | None:
        """Return a hash over everything a snapshot is made from; None where the reader has to report problems."""
        if files.has_problems():
            return None
        path = os.fsencode(self.folder.resolve())  # an article's slug is its folder's name
        parts = (path, files.revision.encode(), _code_hash().encode())
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]

    def load(self, key: str | None) -> Snapshot | None:
        """Return the snapshot kept under `key`, None where there is none that can be trusted."""
        path = self._path(key)
        return cached_files.load(path, _unpickled, private=True) if path else None

    def save(self, key: str | None, snapshot: Snapshot) -> None:
        """Keep `snapshot`, which was made of the files that `key` was computed from."""
        path = self._path(key)
        if path is None:
            return
        try:
            cached_files.store(path, pickle.dumps(snapshot, protocol=5), most_files=_MOST_KEPT)
        except OSError as error:
            log.warning("the compiled knowledge can't be kept (%s); the next start compiles again", error)

    def _path(self, key: str | None) -> Path | None:
        """Return the file of a key; None too on systems where the owner of a file can't be checked."""
        return self.cache_folder / "compiled" / f"{key}.pickle" if key and hasattr(os, "getuid") else None


@contextmanager
def without_garbage_collector() -> Iterator[None]:
    """Do without it while a snapshot grows: it would scan the heap again and again for nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _unpickled(content: memoryview) -> Snapshot:
    with without_garbage_collector():
        snapshot = pickle.loads(content)  # noqa: S301  written by this user only, see `cached_files`
    if not isinstance(snapshot, Snapshot):
        msg = "it holds something else"
        raise TypeError(msg)
    return snapshot


@cache
def _code_hash() -> str:
    """Return a hash over the code that makes snapshots, and the versions of the libraries it uses."""
    digest = hashlib.sha256(f"{sys.version} {np.__version__} {rapidfuzz.__version__}".encode())
    for folder in ("core", "knowledge"):
        for source in sorted((_PACKAGE / folder).glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()
