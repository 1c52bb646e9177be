"""Vectors of texts that seldom change, kept on disk so that a start does not encode them again."""

import hashlib
import logging
import os
import tempfile
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.service.ports import Encoder

log = logging.getLogger(__name__)

_MOST_UNUSED = 30_000
"""Vectors kept beside those in use, the latest ones (30 MB)."""
Rows = NDArray[np.float16]
"""Vectors in half precision, shape (texts, dimensions): cosines change by 0.00001, reading takes half the time."""


class CachedEncoder:
    """An encoder that keeps what it encoded in a file, one per encoder name.

    Without the file (missing, damaged, not writable) everything still works, only slower.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """Keep the vectors of `encoder` under `folder`."""
        self.name = encoder.name
        self._encoder = encoder
        self._file = folder / f"{hashlib.sha256(encoder.name.encode()).hexdigest()[:16]}.npz"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions), from the file where it is known."""
        if not texts:
            return self._encoder.encode([])
        wanted = [_key(text) for text in texts]
        keys, rows = self._read()
        row_of = {key: row for row, key in enumerate(keys)}
        missing = {key: text for key, text in zip(wanted, texts, strict=True) if key not in row_of}
        if missing:
            fresh = self._encoder.encode(list(missing.values())).astype(np.float16)
            keys, rows = [*keys, *missing], np.concatenate([rows, fresh]) if keys else fresh
            row_of = {key: row for row, key in enumerate(keys)}
            used = frozenset(wanted)
            kept = [row for row, key in enumerate(keys) if key not in used][-_MOST_UNUSED:]
            kept += [row_of[key] for key in dict.fromkeys(wanted)]
            self._write(np.array(keys, np.uint64)[kept], rows[kept])
        return rows[[row_of[key] for key in wanted]].astype(np.float32)

    def _read(self) -> tuple[list[int], Rows]:
        """Return keys and rows; none when there is no usable file."""
        try:
            with self._file.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                keys, rows = stored["keys"], stored["rows"]
            if (keys.dtype, rows.dtype, rows.shape[:-1]) != (np.uint64, np.float16, keys.shape):
                msg = "its content has another format"
                raise ValueError(msg)  # noqa: TRY301
        except FileNotFoundError:
            pass
        except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("the vector cache %s can't be read and is built again: %s", self._file.name, error)
        else:
            return keys.tolist(), rows
        return [], np.zeros((0, 0), np.float16)

    def _write(self, keys: NDArray[np.uint64], rows: Rows) -> None:
        """Replace the file in one step, so that a killed process leaves the old one."""
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._file.parent, suffix=".tmp")
            try:
                with os.fdopen(handle, "wb") as file:
                    np.savez(file, keys=keys, rows=rows)
                Path(name).replace(self._file)
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
        except OSError as error:
            log.warning("the vector cache can't be written (%s); the next start encodes again", error)


def _key(text: str) -> int:
    """Return a 64-bit hash; a collision among so few texts is as good as impossible."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest(), "little")
