"""The faster way to encode many texts gives the encoder's own vectors, and gives way where it does not."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.semantic import forward
from bot.semantic.encoder import UseEncoder
from bot.semantic.forward import encode, faster

TEXTS = (
    "누가 회사를 떠났어?",
    "누가 회사를 떠났나요?",
    "누가 떠났어?",
    "",
    "a",
    "Who left the company, and why did they leave?",
    "who left the company",
    "무라티",
    "\ud800 와 😀",
    "가 " * 200,
)


@pytest.fixture(scope="module")
def encoder() -> UseEncoder:
    return UseEncoder()


def test_vectors_equal_those_of_the_encoder(encoder: UseEncoder) -> None:
    assert encode(encoder.backend, TEXTS[:8]) == pytest.approx(encoder.backend.encode(TEXTS[:8]), abs=1e-5)
    assert encode(encoder.backend, TEXTS[9:]) == pytest.approx(encoder.backend.encode(TEXTS[9:]), abs=1e-5)
    assert encode(encoder.backend, TEXTS[:1]).dtype == np.float32


def test_equal_n_grams_are_computed_once(encoder: UseEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Many texts with the same tokens cost products of as many rows as one."""
    rows: list[int] = []
    convolved = forward._convolved  # noqa: SLF001

    def counting(*arguments: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        rows.append(len(arguments[0]))
        return convolved(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(forward, "_convolved", counting)
    encode(encoder.backend, TEXTS[:1])
    once, rows[:] = list(rows), []
    encode(encoder.backend, TEXTS[:1] * 50)
    assert rows == once


def test_the_faster_way_is_used_for_this_version(encoder: UseEncoder) -> None:
    assert faster(encoder.backend, TEXTS[:4]) != encoder.backend.encode


class OtherNetwork:
    """A backend of a version that works differently."""

    def __init__(self, backend: object) -> None:
        """Take everything but the result from `backend`."""
        self._backend = backend

    def __getattr__(self, name: str) -> object:
        """Return what the backend has."""
        return getattr(self._backend, name)

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return the same for all texts."""
        return np.full((len(texts), 512), 512**-0.5, np.float32)


def test_a_version_with_another_network_encodes_itself(encoder: UseEncoder) -> None:
    other = OtherNetwork(encoder.backend)
    assert faster(other, TEXTS[:4])(TEXTS[:1]) == pytest.approx(other.encode(TEXTS[:1]))


def test_a_version_with_other_names_encodes_itself() -> None:
    other = OtherNetwork(None)
    assert faster(other, TEXTS[:4])(TEXTS[:1]) == pytest.approx(other.encode(TEXTS[:1]))


def test_the_readings_of_a_long_question_share_their_n_grams(
    encoder: UseEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    kinds: list[int] = []
    convolved = forward._convolved  # noqa: SLF001

    def counting(*arguments: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        kinds.append(len(arguments[0]))
        return convolved(*arguments)  # type: ignore[arg-type]

    sentence = "Who left the company, and why did they leave?"
    readings = (f"I have read this on the train. {sentence}", sentence, f"{sentence} thanks, and who came back")
    expected = encoder.backend.encode(readings)
    assert encoder.encode(TEXTS[:2]) == pytest.approx(encoder.backend.encode(TEXTS[:2]), abs=1e-6)
    monkeypatch.setattr(forward, "_convolved", counting)
    assert encoder.encode(readings) == pytest.approx(expected, abs=1e-5)
    assert kinds[0] < sum(len(encoder.backend.sp.encode(text, out_type=int)) for text in readings)
