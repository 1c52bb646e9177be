"""Vectors of texts that seldom change, kept on disk so that a start takes no second of encoding."""

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
_KEEP = 50_000
"""Vectors kept in one file, the latest ones (100 MB)."""


class CachedEncoder:
    """An encoder that remembers, in one file per encoder name, what it encoded.

    The file is a convenience: when it is missing, damaged or cannot be written, everything still works.
    """

    def __init__(self, encoder: Encoder, folder: Path) -> None:
        """Remember the vectors of `encoder` under `folder`."""
        self.name = encoder.name
        self._encoder = encoder
        self._file = folder / f"{hashlib.sha256(encoder.name.encode()).hexdigest()[:16]}.npz"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one unit row per text, from the file where it is known."""
        keys = [hashlib.sha256(text.encode(errors="replace")).hexdigest()[:24] for text in texts]
        known = self._read()
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            known |= dict(zip(missing, self._encoder.encode(list(missing.values())), strict=True))
            self._write(known)
        if not keys:
            return self._encoder.encode([])
        return np.stack([known[key] for key in keys]).astype(np.float32)

    def _read(self) -> dict[str, NDArray[np.float32]]:
        try:
            with np.load(self._file, allow_pickle=False) as stored:
                return dict(zip(stored["keys"].tolist(), stored["rows"].astype(np.float32), strict=True))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            log.warning("the vector cache %s can't be read and is made anew: %s", self._file.name, error)
            return {}

    def _write(self, known: dict[str, NDArray[np.float32]]) -> None:
        """Replace the file in one step, so that a killed process leaves the old one."""
        newest = list(known.items())[-_KEEP:]
        keys = np.array([key for key, _ in newest])
        rows = np.stack([row for _, row in newest])
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
