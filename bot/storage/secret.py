"""The secret with which people are told apart without storing who they are."""

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

from bot.days import day_of

_FILE: Final = "secret"
_BYTES: Final = 32
DAY: Final = 86_400
"""Seconds."""
_DIGEST: Final = 16
"""Bytes of a digest: more than enough to tell people and answers apart."""


def load_secret(folder: Path) -> bytes:
    """Return the secret in `folder`; make one that only its owner may read where there is none. Raise OSError.

    Of several processes that make one at once, all use the first.
    """
    path = folder / _FILE
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=f"{_FILE}.")  # with mode 600
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(_BYTES))
            _link(Path(name), path)
        finally:
            Path(name).unlink(missing_ok=True)
    return path.read_bytes().strip()


def _link(written: Path, path: Path) -> None:
    """Give a file that is written a second name, unless another file has it already."""
    try:
        path.hardlink_to(written)
    except FileExistsError:
        return


def lasting_digest(secret: bytes, person: int) -> str:
    """Return what tells apart who waits for notices, whatever the day, in hexadecimal digits."""
    return hmac.digest(secret, f"notices:{person}".encode(), hashlib.sha256)[:_DIGEST].hex()


def digest(secret: bytes, person: int, time: int) -> str:
    """Return what tells a person apart from others on the day (UTC) of the Unix time `time`, in hexadecimal digits."""
    return hmac.digest(secret, f"{day_of(time)}:{person}".encode(), hashlib.sha256)[:_DIGEST].hex()


def answer_digest(secret: bytes, message: int, article: str, fact: str) -> str:
    """Return what tells an answer apart from others, in hexadecimal digits: a message may show one after the other."""
    return hmac.digest(secret, f"answer:{message}:{article}/{fact}".encode(), hashlib.sha256)[:_DIGEST].hex()


def voter_digest(secret: bytes, answer: str, person: int) -> str:
    """Return what tells the voters of an answer, given by its digest, apart, in hexadecimal digits."""
    return hmac.digest(secret, f"vote:{answer}:{person}".encode(), hashlib.sha256)[:_DIGEST].hex()
