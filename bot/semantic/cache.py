"""Vectors of texts that seldom change, kept on disk so that a start does not encode them again."""

import hashlib
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot import cached_files
from bot.service.ports import Encoder

log = logging.getLogger(__name__)

_MOST_UNUSED = 30_000
"""Vectors kept beside those in use, the latest ones (30 MB)."""
_MOST_FILES = 2
"""Encoders whose vectors are kept."""
_CONVERTED = 512
"""Rows converted at a time (half a MB)."""
_NUMBER, _KEY = np.dtype("<u4"), np.dtype("<u8")
_HALF = np.dtype("<f2")
Rows = NDArray[np.float16]
"""Vectors in half precision, shape (texts, dimensions): cosines change by 0.00001, reading takes half the time."""


class CachedEncoder:
    """An encoder that keeps what it encoded in a file, one per encoder name.

    Without the file (missing, damaged, not writable) everything still works, only slower; its size is bounded.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """Keep the vectors of `encoder` under `folder`."""
        self.name = encoder.name
        self._encoder = encoder
        self._file = folder / f"{hashlib.sha256(encoder.name.encode()).hexdigest()[:16]}.vectors"

    def has_vectors(self) -> bool:
        """Return whether there is a file of vectors, usable or not."""
        return self._file.exists()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, shape (len(texts), dimensions), from the file where it is known."""
        if not texts:
            return self._encoder.encode([])
        wanted = [_key(text) for text in texts]
        keys, rows = self._read()
        row_of = {key: row for row, key in enumerate(keys)}
        missing = {key: text for key, text in zip(wanted, texts, strict=True) if key not in row_of}
        if missing:
            log.info("encoding %d texts, which the cache lacks", len(missing))
            fresh = self._encoder.encode(list(missing.values())).astype(np.float16)
            keys, rows = [*keys, *missing], np.concatenate([rows, fresh]) if keys else fresh
            row_of = {key: row for row, key in enumerate(keys)}
            self._write(*_latest(keys, rows, wanted, row_of))
        return _in_single_precision(rows, [row_of[key] for key in wanted])

    def _read(self) -> tuple[list[int], Rows]:
        """Return keys and rows; none when there is no usable file."""
        return cached_files.load(self._file, _parsed) or ([], np.zeros((0, 0), np.float16))

    def _write(self, keys: NDArray[np.uint64], rows: Rows) -> None:
        dimensions = np.array(rows.shape[1:], _NUMBER)
        content = dimensions.tobytes() + keys.astype(_KEY).tobytes() + rows.astype(_HALF).tobytes()
        try:
            cached_files.store(self._file, content, most_files=_MOST_FILES)
        except OSError as error:
            log.warning("the vector cache can't be written (%s); the next start encodes again", error)


def _in_single_precision(rows: Rows, wanted: Sequence[int]) -> NDArray[np.float32]:
    """Return the wanted rows, converted few at a time: a whole second array would stay in the process's memory."""
    result = np.empty((len(wanted), rows.shape[1]), np.float32)
    for start in range(0, len(wanted), _CONVERTED):
        part = slice(start, start + _CONVERTED)
        result[part] = rows[wanted[part]]
    return result


def _parsed(content: memoryview) -> tuple[list[int], Rows]:
    """Return the keys and rows of a file: the number of dimensions, then all keys, then all rows."""
    (dimensions,) = np.frombuffer(content[: _NUMBER.itemsize], _NUMBER).tolist()
    content = content[_NUMBER.itemsize :]
    count, rest = divmod(len(content), _row_bytes(dimensions))
    if rest:
        msg = "it has another format"
        raise ValueError(msg)
    keys, rows = content[: count * _KEY.itemsize], content[count * _KEY.itemsize :]
    return np.frombuffer(keys, _KEY).tolist(), np.frombuffer(rows, _HALF).reshape(count, dimensions)


def _latest(
    keys: list[int], rows: Rows, wanted: Sequence[int], row_of: Mapping[int, int]
) -> tuple[NDArray[np.uint64], Rows]:
    """Return the keys and rows to keep: those in use, and the latest others; as many as a file may hold."""
    used = frozenset(wanted)
    kept = [row for row, key in enumerate(keys) if key not in used][-_MOST_UNUSED:]
    kept += [row_of[key] for key in dict.fromkeys(wanted)]
    kept = kept[-(cached_files.MOST_BYTES // _row_bytes(rows.shape[1]) - 1) :]
    return np.array(keys, np.uint64)[kept], rows[kept]


def _row_bytes(dimensions: int) -> int:
    """Return the bytes of one key and its row."""
    return _KEY.itemsize + dimensions * _HALF.itemsize


def _key(text: str) -> int:
    """Return a 64-bit hash; a collision among so few texts is as good as impossible."""
    return int.from_bytes(hashlib.blake2b(text.encode(errors="replace"), digest_size=8).digest(), "little")
