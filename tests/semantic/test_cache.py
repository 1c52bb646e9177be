"""Cached vectors are those of the encoder, asked for once; the file is only a convenience."""

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
    """Counts the texts it is asked for."""

    def __init__(self) -> None:
        """Begin at none."""
        self.asked = 0

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode and count."""
        self.asked += len(texts)
        return super().encode(texts)


def test_each_text_is_encoded_once(tmp_path: Path) -> None:
    encoder = Counting()
    first = CachedEncoder(encoder, tmp_path).encode(TEXTS)
    second = CachedEncoder(encoder, tmp_path).encode(TEXTS)
    assert encoder.asked == len(set(TEXTS))
    assert first.dtype == np.float32
    assert (first == second).all(), "the first start must not decide otherwise than the second"
    assert first == pytest.approx(encoder.encode(TEXTS), abs=1e-3)


def test_what_is_new_is_added(tmp_path: Path) -> None:
    encoder = Counting()
    CachedEncoder(encoder, tmp_path).encode(TEXTS[:2])
    CachedEncoder(encoder, tmp_path).encode(TEXTS[1:3])
    CachedEncoder(encoder, tmp_path).encode(["무라티"])
    assert encoder.asked == 3
    assert CachedEncoder(encoder, tmp_path).encode(TEXTS[:3]) == pytest.approx(encoder.encode(TEXTS[:3]), abs=1e-3)


def test_nothing_asked_is_nothing_read(tmp_path: Path) -> None:
    assert CachedEncoder(LettersEncoder(), tmp_path).encode([]).shape == (0, LettersEncoder.dimensions)
    assert not list(tmp_path.iterdir())


def as_bytes(array: NDArray[np.float32]) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04 no archive", b"\x93NUMPY", as_bytes(np.zeros((2, 64), np.float32))]
)
def test_a_damaged_file_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    expected = cached.encode(TEXTS)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert (cached.encode(TEXTS) == expected).all()
    assert "made anew" in caplog.text


def test_a_file_of_another_form_is_made_anew(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    expected = cached.encode(TEXTS)
    (file,) = tmp_path.iterdir()
    with file.open("wb") as stream:
        np.savez(stream, keys=np.array(["a"]), rows=np.zeros((1, 64), np.float32))
    assert (cached.encode(TEXTS) == expected).all()
    assert "something else" in caplog.text


def test_a_folder_that_can_not_be_written_is_no_obstacle(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place = tmp_path / "file"
    place.write_text("a file where the folder should be")
    assert len(CachedEncoder(LettersEncoder(), place).encode(TEXTS)) == len(TEXTS)
    assert "can't be written" in caplog.text
