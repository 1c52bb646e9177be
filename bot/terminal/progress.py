"""What a person sees on standard error while a start takes long: nothing for a second, then a bar or one line."""

import sys
import time
from threading import Lock, Timer
from types import TracebackType
from typing import Final, Self, TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

_SHOWN_AFTER: Final = 1.0
"""Seconds of work after which it is shown."""
_READING: Final = "reading the facts"
_PREPARING: Final = "preparing sample questions, only this once"


class Preparing:
    """A progress bar on a terminal, one plain line elsewhere, both only while the work lasts longer than a second."""

    def __init__(self, stream: TextIO | None = None, after: float = _SHOWN_AFTER) -> None:
        """Show on `stream` (default: standard error) what takes longer than `after` seconds."""
        self._stream = stream or sys.stderr
        self._after = after
        self._ends_silence = float("inf")
        self._timer: Timer | None = None
        self._bar: Progress | None = None
        self._has_told = False
        self._numbers: tuple[int, int] | None = None
        self._lock = Lock()

    def __enter__(self) -> Self:
        """Begin to count the time."""
        self._ends_silence = time.monotonic() + self._after
        self._timer = Timer(self._after, self._show)
        self._timer.daemon = True
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the bar."""
        if self._timer is not None:
            self._timer.cancel()
        with self._lock:
            self._ends_silence = float("inf")
            if self._bar is not None:
                self._bar.stop()
            self._bar = None

    def report(self, done: int, total: int) -> None:
        """Take note of the number of prepared texts and of all."""
        with self._lock:
            self._numbers = done, total
        self._show()

    def _show(self) -> None:
        with self._lock:
            if time.monotonic() < self._ends_silence:
                return
            if self._stream.isatty():
                self._draw()
            elif self._numbers is not None and not self._has_told:
                self._has_told = True
                self._stream.write(f"{_PREPARING}: {self._numbers[1]} texts\n")
                self._stream.flush()

    def _draw(self) -> None:
        if self._bar is None:
            columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
            self._bar = Progress(*columns, console=Console(file=self._stream), transient=True)
            self._bar.add_task(_READING, total=None)
            self._bar.start()
        if self._numbers is not None:
            done, total = self._numbers
            self._bar.update(self._bar.task_ids[0], description=_PREPARING, completed=done, total=total)
