"""Files of the cache, each of which can be made again: damage, killed writes and foreign files cost only time.

A pickle that somebody else wrote can run code when it is loaded. So what is `private` is loaded only if this user
owns it, in a folder that nobody else may change or replace: whoever can do that can change this user's programs too.
"""

import logging
import os
import re
import stat
import tempfile
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final, TypeVar

log = logging.getLogger(__name__)
T = TypeVar("T")

MOST_BYTES: Final = 64_000_000
"""Size of the largest file, and of all files of one kind together."""
_CHECKSUM: Final = 4
"""Bytes of the checksum before the content; it detects damage, not malice."""
_FLAGS: Final = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""Flags for opening: a pipe in place of a file must not block, Windows must not translate line ends."""
_ABANDONED_AFTER: Final = 3_600.0
"""Seconds after which no process is still writing a file."""
_ABANDONED: Final = re.compile(
    r"(?:tmp|[0-9a-f]{16}\.(?:vectors|tokenizer)\.|[0-9a-f]{32}\.pickle\.|\d+\.commands\.)[a-z0-9_]{8}\.tmp|[0-9a-f]{16}\.npz"
)
"""Names of files whose write was killed, and of vectors as an earlier version kept them."""


def load(path: Path, parse: Callable[[memoryview], T], *, private: bool = False) -> T | None:
    """Return what `parse` makes of a stored file; None where there is none, and with a warning where it is unusable."""
    try:
        return parse(_content(path, private=private))
    except FileNotFoundError:
        return None
    except Exception as error:  # noqa: BLE001  a damaged file may raise anything, and is made again whatever it was
        reason = str(error) or type(error).__name__
        log.warning("the cache file %s can't be used and is made again: %s", path.name, reason)
        return None


def store(path: Path, content: bytes, *, most_files: int) -> None:
    """Write a file that only its owner may read, in one step; raise OSError.

    Of the files with the same suffix only the latest stay, at most `most_files` of `MOST_BYTES` together.
    """
    if len(content) + _CHECKSUM > MOST_BYTES:
        return
    _make_private_folder(path.parent)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_checksum(content))
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _remove_oldest(path, most_files)


def remove_abandoned(folder: Path) -> None:
    """Remove this user's files that a killed process left behind more than an hour ago."""
    limit = time.time() - _ABANDONED_AFTER
    for path in (*folder.glob("*.tmp"), *folder.glob("*.npz"), *folder.glob("compiled/*.tmp")):
        with suppress(OSError):
            status = path.lstat()
            ours = stat.S_ISREG(status.st_mode) and status.st_uid == _user(status)
            if ours and status.st_mtime < limit and _ABANDONED.fullmatch(path.name):
                path.unlink()


def _make_private_folder(folder: Path) -> None:
    """Create a folder and those above it, each for this user only; pathlib limits the rights of the last one only."""
    for missing in reversed([place for place in (folder, *folder.parents) if not place.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)
    folder.mkdir(exist_ok=True)  # raises where it is a file


def _remove_oldest(path: Path, most_files: int) -> None:
    """Remove files of the same suffix, the oldest first, until few and small enough ones are left beside `path`."""
    found = [(file, file.stat()) for file in path.parent.glob(f"*{path.suffix}") if file != path]
    left = MOST_BYTES - path.stat().st_size
    for rank, (file, status) in enumerate(sorted(found, key=lambda item: -item[1].st_mtime), 2):
        left -= status.st_size
        if rank > most_files or left < 0:
            file.unlink(missing_ok=True)


def _content(path: Path, *, private: bool) -> memoryview:
    """Return a file's content behind its checksum; raise OSError or ValueError where it can't be used."""
    with os.fdopen(os.open(path, os.O_RDONLY | _FLAGS), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            msg = "it is not a regular file"
            raise ValueError(msg)
        if private and not (_is_written_by_this_user(status) and _is_private(path.parent)):
            msg = "other users may write to it"
            raise PermissionError(msg)
        content = memoryview(file.read(MOST_BYTES + 1))
    checksum, rest = content[:_CHECKSUM], content[_CHECKSUM:]
    if len(content) > MOST_BYTES or _checksum(rest) != checksum:
        msg = "it is damaged"
        raise ValueError(msg)
    return rest


def _checksum(content: bytes | memoryview) -> bytes:
    return zlib.crc32(content).to_bytes(_CHECKSUM, "little")


def _user(status: os.stat_result) -> int:
    """Return this user's id; where there are none, the owner's."""
    return os.getuid() if hasattr(os, "getuid") else status.st_uid


def _is_written_by_this_user(status: os.stat_result) -> bool:
    return status.st_uid == _user(status) and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _is_private(folder: Path) -> bool:
    """Return whether nobody else, except root, can write to `folder` or put another one in its place."""
    resolved = folder.resolve(strict=True)
    above = [place.stat() for place in resolved.parents]
    return _is_written_by_this_user(resolved.stat()) and not any(map(_others_may_replace, above))


def _others_may_replace(status: os.stat_result) -> bool:
    """Return whether others may rename what this user has in a folder; in a sticky one such as /tmp they may not."""
    if status.st_uid not in {0, _user(status)}:
        return True
    group = status.st_mode & stat.S_IWGRP and not _is_own_group(status.st_gid)
    return bool(group or status.st_mode & stat.S_IWOTH) and not status.st_mode & stat.S_ISVTX


def _is_own_group(number: int) -> bool:
    """Return whether a group is the one that many systems make for each user; umask 002 lets it write everywhere."""
    import grp  # noqa: PLC0415  not on Windows
    import pwd  # noqa: PLC0415

    try:
        group, user = grp.getgrgid(number), pwd.getpwuid(os.getuid())
    except KeyError:
        return False
    return group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}
