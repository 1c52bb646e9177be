"""Encoding thousands of texts, as the first start does: in parts, with a helper process where a core is free.

A second thread helps only a little: between short products of matrices, the encoder holds Python's lock.
"""

import logging
import os
import signal
from collections import deque
from collections.abc import Callable, Sequence
from multiprocessing import get_context
from multiprocessing.connection import Connection
from threading import Lock, Thread
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

Rows = NDArray[np.float32]
Encode: TypeAlias = Callable[[Sequence[str]], Rows]
Report: TypeAlias = Callable[[int, int], None]
"""Is told the number of texts that are encoded, and of all."""
PART: Final = 128
"""Texts encoded at once."""
_PATIENCE: Final = 60.0
"""Seconds after which a helper that has not returned a part is given up; it needs two to load and 0.1 for a part."""


class Helper:
    """A process that encodes parts; whatever goes wrong with it, the work is done without it."""

    def __init__(self, serve: Callable[[Connection], None]) -> None:
        """Start the process, which runs `serve` with its end of the connection."""
        context = get_context("spawn")  # a fork copies locks that other threads hold
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()  # so that each side notices the end of the other

    def encode(self, texts: Sequence[str]) -> Rows:
        """Return one row per text; raise OSError or EOFError if the process does not answer."""
        self._connection.send(list(texts))
        if not self._connection.poll(_PATIENCE):
            raise EOFError
        rows: Rows = self._connection.recv()
        return rows

    def close(self) -> None:
        """End the process, which has nothing to lose."""
        self._process.kill()
        self._process.join()
        self._process.close()
        self._connection.close()


def serve(connection: Connection, encode: Encode) -> None:
    """Encode the parts that come over the connection until its other end closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that this one helps
    try:
        while True:
            connection.send(encode(connection.recv()))
    except (EOFError, OSError):
        return


def start_helper(serve: Callable[[Connection], None]) -> Helper | None:
    """Return a helper, or None where there is no core for it or no process can be started."""
    if cores() == 1:
        return None
    try:
        return Helper(serve)
    except (OSError, RuntimeError, AssertionError) as error:  # the last one: a daemonic process may start none
        log.info("no second process can be started (%s); one does all the work", error)
        return None


class Bulk:
    """Texts being encoded in parts, by this process and a helper, if there is one."""

    def __init__(self, texts: Sequence[str], report: Report) -> None:
        """Cut the texts into parts."""
        self._texts = texts
        self._report = report
        self._waiting = deque(range(0, len(texts), PART))
        self._rows: dict[int, Rows] = {}
        self._done = 0
        self._lock = Lock()

    def encode(self, encode: Encode, helper: Helper | None) -> Rows:
        """Return one row per text, in order; there must be texts. Without a helper, a thread helps a little."""
        self._report(0, len(self._texts))
        thread = Thread(target=self._help, args=(helper.encode if helper else encode,), daemon=True)
        if helper is not None or cores() > 1:
            thread.start()
        self._work(encode)
        if thread.ident is not None:
            thread.join()
        self._work(encode)  # what a failed helper has left
        return np.concatenate([self._rows[start] for start in sorted(self._rows)])

    def _help(self, encode: Encode) -> None:
        try:
            self._work(encode)
        except (EOFError, OSError):
            log.info("the second process ended early; one does the rest of the work")

    def _work(self, encode: Encode) -> None:
        """Encode waiting parts until there are none."""
        while True:
            try:
                start = self._waiting.popleft()
            except IndexError:
                return
            try:
                rows = encode(self._texts[start : start + PART])
            except BaseException:
                self._waiting.append(start)
                raise
            with self._lock:
                self._rows[start] = rows
                self._done += len(rows)
                self._report(self._done, len(self._texts))


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
