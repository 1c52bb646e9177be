"""What building an index has freed goes back to the system where the C library can give it back, else it stays."""

import ctypes
import sys
from pathlib import Path

import pytest

from bot.discord_bot.loading import return_freed_memory


def resident() -> float:
    """Return the memory of this process in MB."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


@pytest.mark.skipif(sys.platform != "linux", reason="measured in /proc")
def test_memory_that_was_freed_is_given_back() -> None:
    if not hasattr(ctypes.CDLL(None), "malloc_trim"):
        pytest.skip("only glibc can")
    blocks = [bytearray(b"x" * 60_000) for _ in range(1_000)]
    del blocks[:-1]  # the last one keeps the heap from shrinking by itself
    before = resident()
    return_freed_memory()
    assert resident() < before - 30


@pytest.mark.parametrize("library", [None, OSError("no C library"), TypeError("no name")])
def test_without_such_a_library_nothing_happens(library: Exception | None, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[object] = []

    def open_library(name: object) -> object:
        opened.append(name)
        if library is not None:
            raise library
        return object()

    monkeypatch.setattr(ctypes, "CDLL", open_library)
    return_freed_memory()
    assert opened == [None]
