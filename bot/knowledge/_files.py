"""Files and their limits, known without the schema and the YAML parser."""

import stat
from pathlib import Path
from typing import Final

from bot.errors import Problem

MAX_BYTES: Final = 2_000_000
SLUG_LENGTH: Final = 32
"""Longest name of an article's folder."""


def read_bytes(path: Path, file: str, problems: list[Problem]) -> bytes | None:
    """Return a file's bytes, or None with a problem; never blocks on a pipe or reads beyond the limit."""
    try:
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            what = "is a folder; a file of this name is expected"
        elif not stat.S_ISREG(status.st_mode):
            what = "is not a regular file"
        elif status.st_size > MAX_BYTES:
            what = f"is too large ({status.st_size:,} bytes; at most {MAX_BYTES:,} are read)"
        else:
            with path.open("rb") as stream:
                return stream.read(MAX_BYTES)
    except OSError as error:
        broken = path.is_symlink() and isinstance(error, FileNotFoundError)
        reason = "the link points to nothing" if broken else (error.strerror or "input/output error").lower()
        what = f"can't be read: {reason}"
    problems.append(Problem(file, 0, "", what))
    return None
