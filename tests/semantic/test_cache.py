"""Cached vectors equal those of the encoder, which encodes each text once; the file may be missing or damaged."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot import cached_files
from bot.cached_files import store
from bot.semantic.cache import CachedEncoder
from tests.core.letters_encoder import LettersEncoder

NUMBERED = [f"{number}번" for number in range(100)]
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


def test_a_file_with_another_format_is_built_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    cached = CachedEncoder(Counting(), tmp_path)
    expected = cached.encode(TEXTS)
    (file,) = tmp_path.iterdir()
    store(file, b"\x40\0\0\0 three bytes more", most_files=1)
    assert (cached.encode(TEXTS) == expected).all()
    assert "made again: it has another format" in caplog.text


def test_a_file_has_room_for_the_latest_vectors_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those in use come before the others."""
    monkeypatch.setattr(cached_files, "MOST_BYTES", 11 * (8 + 2 * LettersEncoder.dimensions))
    encoder = Counting()
    CachedEncoder(encoder, tmp_path).encode(NUMBERED)
    (file,) = tmp_path.iterdir()
    assert file.stat().st_size <= cached_files.MOST_BYTES
    CachedEncoder(encoder, tmp_path).encode(NUMBERED[-10:])
    assert encoder.encoded == len(NUMBERED), "the last ten were kept"
    CachedEncoder(encoder, tmp_path).encode(["무라티"])
    CachedEncoder(encoder, tmp_path).encode(["무라티", *NUMBERED[-9:]])
    assert encoder.encoded == len(NUMBERED) + 1, "with a new one, nine of them"
    assert file.stat().st_size <= cached_files.MOST_BYTES


def test_the_vectors_of_two_encoders_are_kept(tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        encoder = Counting()
        encoder.name = name
        CachedEncoder(encoder, tmp_path).encode(TEXTS)
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_can_not_be_written_costs_no_answer(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    place = tmp_path / "file"
    place.write_text("a file where the folder should be")
    assert len(CachedEncoder(LettersEncoder(), place).encode(TEXTS)) == len(TEXTS)
    assert "can't be written" in caplog.text
