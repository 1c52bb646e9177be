"""Thousands of texts are encoded in parts, by two where possible, and by one where the other fails."""

import os
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.semantic import bulk
from bot.semantic.bulk import PART, Bulk, Helper, serve, start_helper
from bot.semantic.encoder import UseEncoder
from tests.core.letters_encoder import LettersEncoder

TEXTS = [f"{number}번 질문" for number in range(10 * PART + 5)]
ENCODER = LettersEncoder()


class Counting:
    """Counts the texts that this process encodes."""

    def __init__(self) -> None:
        """Start at zero."""
        self.encoded: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode and count."""
        self.encoded += texts
        return ENCODER.encode(texts)


def letters(connection: Connection) -> None:
    """Help as the encoder's helper does."""
    serve(connection, ENCODER.encode)


def dies(connection: Connection) -> None:
    """End in the middle of a part."""
    connection.recv()
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def test_each_text_is_encoded_once_and_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "cores", lambda: 2)
    counting = Counting()
    told: list[tuple[int, int]] = []
    rows = Bulk(TEXTS, lambda done, total: told.append((done, total))).encode(counting.encode, None)
    assert (rows == ENCODER.encode(TEXTS)).all()
    assert sorted(counting.encoded) == sorted(TEXTS)
    assert (told[0], told[-1]) == ((0, len(TEXTS)), (len(TEXTS), len(TEXTS)))
    assert told == sorted(told)


def test_a_helper_shares_the_work() -> None:
    helper = Helper(letters)
    try:
        assert (helper.encode(TEXTS[:3]) == ENCODER.encode(TEXTS[:3])).all(), "it has loaded"
        counting = Counting()
        rows = Bulk(TEXTS, lambda *_: None).encode(counting.encode, helper)
    finally:
        helper.close()
    assert (rows == ENCODER.encode(TEXTS)).all()
    assert len(counting.encoded) < len(TEXTS)


def test_what_a_helper_that_dies_was_given_is_encoded_here() -> None:
    helper = Helper(dies)
    counting = Counting()
    try:
        rows = Bulk(TEXTS, lambda *_: None).encode(counting.encode, helper)
    finally:
        helper.close()
    assert (rows == ENCODER.encode(TEXTS)).all()
    assert sorted(counting.encoded) == sorted(TEXTS)


def test_a_process_that_can_not_be_started_costs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: object) -> Helper:
        msg = "no more processes"
        raise OSError(msg)

    monkeypatch.setattr(bulk, "cores", lambda: 2)
    monkeypatch.setattr(bulk, "Helper", refuse)
    assert start_helper(letters) is None


def test_one_core_gets_no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "cores", lambda: 1)
    assert start_helper(letters) is None


def test_a_bot_that_serves_discord_starts_no_process() -> None:
    """Only where a person waits may a second process take 200 MB; a container's limit may be lower."""
    encoder = UseEncoder()
    encoder.expect_many()
    assert not encoder.may_start_processes
    assert encoder.helper is None
