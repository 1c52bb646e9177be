"""Cached vectors equal those of the encoder, which encodes each text once; the file may be missing or damaged."""

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.semantic.cache import CachedEncoder
from tests.core.letters_encoder import LettersEncoder

TEXTS = ("누가 떠났어?", "Who left?", "누가 떠났어?", "", "\ud800")


class Counting(LettersEncoder):
    """Counts the texts it encodes."""

    def __init__(self) -> None:
        """Start at zero."""
        self.encoded = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode and count."""
        self.encoded += len(texts)
        return super().encode(texts)


def test_each_text_is_encoded_once(tmp_path: Path) -> None:
    encoder = Counting()
    first = CachedEncoder(encoder, tmp_path).encode(TEXTS)
    second = CachedEncoder(encoder, tmp_path).encode(TEXTS)
    assert encoder.encoded == len(set(TEXTS))
    assert first.dtype == np.float32
    assert (first == second).all(), "the first start must decide like the second"
    assert first == pytest.approx(encoder.encode(TEXTS), abs=1e-3)


def test_new_texts_are_added(tmp_path: Path) -> None:
    encoder = Counting()
    CachedEncoder(encoder, tmp_path).encode(TEXTS[:2])
    CachedEncoder(encoder, tmp_path).encode(TEXTS[1:3])
    CachedEncoder(encoder, tmp_path).encode(["무라티"])
    assert encoder.encoded == 3
    assert CachedEncoder(encoder, tmp_path).encode(TEXTS[:3]) == pytest.approx(encoder.encode(TEXTS[:3]), abs=1e-3)


def test_without_texts_no_file_is_read_or_written(tmp_path: Path) -> None:
    assert CachedEncoder(LettersEncoder(), tmp_path).encode([]).shape == (0, LettersEncoder.dimensions)
    assert not list(tmp_path.iterdir())


def as_bytes(array: NDArray[np.float32]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY", as_bytes(np.zeros((2, 64), np.float32))]
)
def test_a_damaged_file_is_built_again(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    expected = cached.encode(TEXTS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert (cached.encode(TEXTS) == expected).all()
    assert "built again" in caplog.text


def test_a_file_with_another_format_is_built_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    expected = cached.encode(TEXTS)
    (file,) = tmp_path.iterdir()
    with file.open("wb") as stream:
        np.savez(stream, keys=np.array(["a"]), rows=np.zeros((1, 64), np.float32))
    assert (cached.encode(TEXTS) == expected).all()
    assert "another format" in caplog.text


def test_a_folder_that_can_not_be_written_costs_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place = tmp_path / "file"
    place.write_text("a file where the folder should be")
    assert len(CachedEncoder(LettersEncoder(), place).encode(TEXTS)) == len(TEXTS)
    assert "can't be written" in caplog.text
