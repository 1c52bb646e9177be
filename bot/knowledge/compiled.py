"""Snapshots kept from start to start, so that the next one neither reads YAML nor builds an index.

They are pickles, and whoever can write a pickle that is read can run code. So only files are read that this user
owns, in a folder of this user's that nobody else may write to: who can write there can change this user's programs
as well. Whether a snapshot is the right one is told by its name, a hash over everything it was made from.
"""

import gc
import hashlib
import logging
import os
import pickle
import stat
import sys
import tempfile
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import rapidfuzz

from bot.core.index import Snapshot
from bot.knowledge.folder import has_problems, revision

log = logging.getLogger(__name__)

_KEPT: Final = 4
"""Snapshots kept, the latest ones (a few MB each)."""
_MAX_BYTES: Final = 100_000_000
_CHECKSUM: Final = 4
"""Bytes of the checksum before the pickle; it tells damage, not malice."""
_PACKAGE: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class CompiledKnowledge:
    """The snapshots of one knowledge folder under `cache`; a convenience without which everything still works."""

    cache: Path
    folder: Path
    shipped: Path

    def key(self) -> str | None:
        """Return a hash over all that a snapshot is made from; None where the reader will have to complain."""
        if has_problems(self.folder):
            return None
        place = os.fsencode(self.folder.resolve())  # an article's slug is its folder's name
        made_from = (place, revision(self.folder, shipped=self.shipped).encode(), _code().encode())
        return hashlib.sha256(b"\0".join(made_from)).hexdigest()[:32]

    def load(self, key: str | None) -> Snapshot | None:
        """Return the snapshot kept under `key`, None where there is none that can be trusted."""
        path = self._path(key)
        content = _read_own(path) if path else None
        if content is None:
            return None
        checksum, pickled = content[:_CHECKSUM], memoryview(content)[_CHECKSUM:]
        snapshot = _unpickle(pickled) if zlib.crc32(pickled).to_bytes(_CHECKSUM, "little") == checksum else None
        if isinstance(snapshot, Snapshot):
            return snapshot
        log.warning("the compiled knowledge in the cache is damaged and is made anew")
        return None

    def save(self, key: str | None, snapshot: Snapshot) -> None:
        """Keep `snapshot`, unless the files it was made from have changed since `key` was taken."""
        path = self._path(key)
        if path is None or key != self.key():
            return
        content = pickle.dumps(snapshot, protocol=5)
        if len(content) > _MAX_BYTES:
            return
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(path, zlib.crc32(content).to_bytes(_CHECKSUM, "little") + content)
            for old in sorted(path.parent.glob("*.pickle"), key=lambda file: -file.stat().st_mtime)[_KEPT:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the compiled knowledge can't be kept (%s); the next start compiles again", error)

    def _path(self, key: str | None) -> Path | None:
        """Return the file of a key; None too on systems where nobody can tell whose a file is."""
        return self.cache / "compiled" / f"{key}.pickle" if key and hasattr(os, "getuid") else None


def _read_own(path: Path) -> bytes | None:
    """Return a file's content, None where it is missing or anybody else could have written it."""
    try:
        with path.open("rb") as file:
            if _ours(path.parent.stat()) and _ours(os.fstat(file.fileno())):
                return file.read(_MAX_BYTES)
        log.warning("the compiled knowledge in the cache is not used: other users may write to it")
    except FileNotFoundError:
        pass
    except OSError as error:
        log.warning("the compiled knowledge can't be read (%s)", error)
    return None


def _ours(status: os.stat_result) -> bool:
    """Tell whether this user, and nobody else, may write to a file or folder."""
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _unpickle(pickled: memoryview) -> object:
    """Load without the collector, which would visit the growing heap again and again for nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return pickle.loads(pickled)  # noqa: S301  only what this user wrote, see above
    finally:
        if collecting:
            gc.enable()


def _replace(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, in one step."""
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def _code() -> str:
    """Return a hash over the code that makes snapshots, and the versions of what it stands on."""
    digest = hashlib.sha256(f"{sys.version} {np.__version__} {rapidfuzz.__version__}".encode())
    for folder in ("core", "knowledge"):
        for source in sorted((_PACKAGE / folder).glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()
