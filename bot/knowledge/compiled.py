"""Snapshots kept between starts, so that the next start neither reads YAML nor builds an index.

They are pickles, and whoever can write a pickle that is loaded can run code. So a file is loaded only if this user
owns it, in a folder of this user that nobody else may write to: whoever can write there can change this user's
programs as well. The name of a file is a hash over everything its snapshot was made from.
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

_MOST_KEPT: Final = 4
"""Snapshots kept, the latest ones (a few MB each)."""
_MAX_BYTES: Final = 100_000_000
_CHECKSUM: Final = 4
"""Bytes of the checksum before the pickle; it detects damage, not malice."""
_PACKAGE: Final = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class CompiledKnowledge:
    """The snapshots kept for one knowledge folder; without them everything still works, only slower."""

    cache_folder: Path
    folder: Path
    shipped: Path

    def key(self) -> str | None:
        """Return a hash over everything a snapshot is made from; None where the reader has to report problems."""
        if has_problems(self.folder):
            return None
        path = os.fsencode(self.folder.resolve())  # an article's slug is its folder's name
        parts = (path, revision(self.folder, shipped=self.shipped).encode(), _code_hash().encode())
        return hashlib.sha256(b"\0".join(parts)).hexdigest()[:32]

    def load(self, key: str | None) -> Snapshot | None:
        """Return the snapshot kept under `key`, None where there is none that can be trusted."""
        path = self._path(key)
        content = _read_trusted(path) if path else None
        if content is None:
            return None
        checksum, pickled = content[:_CHECKSUM], memoryview(content)[_CHECKSUM:]
        snapshot = _unpickle(pickled) if _checksum(pickled) == checksum else None
        if isinstance(snapshot, Snapshot):
            return snapshot
        log.warning("the compiled knowledge in the cache is damaged; it is compiled again")
        return None

    def save(self, key: str | None, snapshot: Snapshot) -> None:
        """Keep `snapshot`, unless the files it was made from have changed since `key` was computed."""
        path = self._path(key)
        if path is None or key != self.key():
            return
        content = pickle.dumps(snapshot, protocol=5)
        if len(content) > _MAX_BYTES:
            return
        try:
            _replace_file(path, _checksum(content) + content)
            for old in sorted(path.parent.glob("*.pickle"), key=lambda file: -file.stat().st_mtime)[_MOST_KEPT:]:
                old.unlink(missing_ok=True)
        except OSError as error:
            log.warning("the compiled knowledge can't be kept (%s); the next start compiles again", error)

    def _path(self, key: str | None) -> Path | None:
        """Return the file of a key; None too on systems where the owner of a file can't be checked."""
        return self.cache_folder / "compiled" / f"{key}.pickle" if key and hasattr(os, "getuid") else None


def _replace_file(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, in one step, so that a killed process leaves the old one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _checksum(content: bytes | memoryview) -> bytes:
    return zlib.crc32(content).to_bytes(_CHECKSUM, "little")


def _read_trusted(path: Path) -> bytes | None:
    """Return a file's content, None where it is missing or another user could have written it."""
    try:
        with path.open("rb") as file:
            if _only_writable_by_this_user(path.parent.stat()) and _only_writable_by_this_user(os.fstat(file.fileno())):
                return file.read(_MAX_BYTES)
        log.warning("the compiled knowledge in the cache is not used: other users may write to it")
    except FileNotFoundError:
        pass
    except OSError as error:
        log.warning("the compiled knowledge can't be read (%s)", error)
    return None


def _only_writable_by_this_user(status: os.stat_result) -> bool:
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _unpickle(pickled: memoryview) -> object:
    """Load without the garbage collector, which would scan the growing heap again and again for nothing."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        return pickle.loads(pickled)  # noqa: S301  written by this user only, see above
    finally:
        if collecting:
            gc.enable()


@cache
def _code_hash() -> str:
    """Return a hash over the code that makes snapshots, and the versions of the libraries it uses."""
    digest = hashlib.sha256(f"{sys.version} {np.__version__} {rapidfuzz.__version__}".encode())
    for folder in ("core", "knowledge"):
        for source in sorted((_PACKAGE / folder).glob("*.py")):
            digest.update(source.read_bytes())
    return digest.hexdigest()
