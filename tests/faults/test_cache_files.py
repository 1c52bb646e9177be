"""Whatever happens to a file of the cache, the bot starts, answers the same, and leaves nothing behind."""

import contextlib
import logging
import os
import pickle
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import cached_files
from bot.cached_files import load, remove_abandoned, store
from bot.core.snapshot import Snapshot
from bot.knowledge.compiled import CompiledKnowledge
from bot.knowledge.folder import read_files
from bot.semantic.cache import CachedEncoder
from tests.core.ferry import SHIPPED
from tests.core.letters_encoder import LettersEncoder
from tests.knowledge.small_article import Folder, read_knowledge

TEXTS = tuple(f"누가 {number}번째로 떠났어?" for number in range(12))
HOUR = 3_600
Damage = Callable[[bytes], bytes]


def flipped(at: int, bits: int) -> Damage:
    def damage(content: bytes) -> bytes:
        place = at % len(content)
        return content[:place] + bytes([content[place] ^ bits]) + content[place + 1 :]

    return damage


def cut(at: int) -> Damage:
    return lambda content: content[: at % len(content)]


def zeroed(at: int, length: int) -> Damage:
    def damage(content: bytes) -> bytes:
        start = at % len(content)
        return content[:start] + bytes(len(content[start : start + length])) + content[start + length :]

    return damage


PLACES = st.integers(0, 2**31)
DAMAGES = (
    st.builds(flipped, PLACES, st.integers(1, 255))
    | st.builds(cut, PLACES)
    | st.builds(zeroed, PLACES, st.integers(1, 5_000))
    | st.binary(max_size=200).map(lambda content: lambda _: content)
    | st.binary(min_size=1, max_size=20).map(lambda more: lambda content: content + more)
)


@contextlib.contextmanager
def quiet() -> Iterator[Path]:
    """Yield a new folder; warnings about damage are not printed."""
    logging.disable(logging.WARNING)
    try:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)
    finally:
        logging.disable(logging.NOTSET)


@given(DAMAGES)
@settings(max_examples=300, deadline=None)
def test_damaged_vectors_are_made_again(damage: Damage) -> None:
    """The values are those of a first start, whatever the bytes were."""
    with quiet() as folder:
        expected = CachedEncoder(LettersEncoder(), folder).encode(TEXTS)
        (file,) = folder.iterdir()
        whole = file.read_bytes()
        file.write_bytes(damage(whole))
        assert np.array_equal(CachedEncoder(LettersEncoder(), folder).encode(TEXTS), expected)
        assert file.read_bytes() == whole, "and are whole again for the next start"


def test_a_damaged_snapshot_is_not_loaded(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = Folder(tmp_path / "knowledge")
    knowledge = read_knowledge(folder.root, shipped=SHIPPED)
    cache = CompiledKnowledge(tmp_path / "cache", folder.root)
    key = cache.key(read_files(folder.root, SHIPPED))
    cache.save(key, Snapshot.of(knowledge, "0"))
    (file,) = (tmp_path / "cache/compiled").iterdir()
    whole = file.read_bytes()
    caplog.set_level(logging.ERROR)

    @given(DAMAGES)
    @settings(max_examples=300, deadline=None)
    def damaged(damage: Damage) -> None:
        content = damage(whole)
        file.write_bytes(content)
        assert cache.load(key) is None or content == whole

    damaged()
    file.write_bytes(whole)
    assert cache.load(key) is not None


@pytest.mark.parametrize("error", [NotImplementedError, RuntimeError, MemoryError, RecursionError, AttributeError])
def test_any_exception_of_a_parser_means_that_the_file_is_made_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, error: type[Exception]
) -> None:
    def parse(_: memoryview) -> str:
        raise error

    file = tmp_path / "some.vectors"
    store(file, b"content", most_files=1)
    assert load(file, parse) is None
    assert caplog.messages == [f"the cache file some.vectors can't be used and is made again: {error.__name__}"]


def test_a_pipe_or_a_folder_in_place_of_a_file_blocks_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    os.mkfifo(tmp_path / "pipe.vectors")
    (tmp_path / "folder.vectors").mkdir()
    assert load(tmp_path / "pipe.vectors", bytes) is None
    assert load(tmp_path / "folder.vectors", bytes) is None
    assert "not a regular file" in caplog.text


ABANDONED = (
    "tmpab12_3cd.tmp",
    "42.commands.ab12_3cd.tmp",
    f"{'a' * 16}.vectors.ab12_3cd.tmp",
    f"compiled/{'b' * 32}.pickle.ab12_3cd.tmp",
)
OLD_FORMAT = f"{'c' * 16}.npz"
OTHERS = ("notes.tmp", "tmp.tmp", "mine.npz", "history", "compiled/notes.tmp")


def test_files_of_killed_writes_are_removed_after_an_hour(tmp_path: Path) -> None:
    (tmp_path / "compiled").mkdir()
    for name in (*ABANDONED, OLD_FORMAT, *OTHERS):
        file = tmp_path / name
        file.touch()
        os.utime(file, (0, time.time() - 2 * HOUR))
    fresh = tmp_path / "tmpzzzzzzzz.tmp"
    fresh.touch()
    remove_abandoned(tmp_path)
    left = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert left == {*OTHERS, fresh.name}


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root can give files away")
def test_files_of_another_user_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / ABANDONED[0]
    file.touch()
    os.utime(file, (0, 0))
    os.chown(file, 12_345, -1)
    remove_abandoned(tmp_path)
    assert file.exists()


def test_a_cache_folder_that_is_missing_or_a_file_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    remove_abandoned(tmp_path / "missing")
    remove_abandoned(tmp_path / "file")


def test_all_files_of_one_kind_are_bounded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cached_files, "MOST_BYTES", 1_000)
    (tmp_path / "other.json").touch()
    for number in range(5):
        file = tmp_path / f"{number}.pickle"
        store(file, bytes(400), most_files=4)
        os.utime(file, (number, number))
    store(tmp_path / "large.pickle", bytes(1_000), most_files=4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["3.pickle", "4.pickle", "other.json"]


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_folders_are_made_for_this_user_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store(tmp_path / "a/b/some.pickle", b"", most_files=1)
    finally:
        os.umask(before)
    assert [rights(tmp_path / name) for name in ("a", "a/b", "a/b/some.pickle")] == [0o700, 0o700, 0o600]


@pytest.mark.skipif(os.name == "nt", reason="Windows has other rights")
@pytest.mark.parametrize("mode", [0o757, 0o777, 0o703])
def test_no_pickle_is_loaded_from_below_a_folder_that_others_may_write(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    """They could put another folder in its place."""
    file = tmp_path / "shared/cache/compiled/some.pickle"
    store(file, pickle.dumps(1), most_files=1)
    assert load(file, pickle.loads, private=True) == 1
    (tmp_path / "shared").chmod(mode)
    assert load(file, pickle.loads, private=True) is None
    assert "other users may write to it" in caplog.text
    assert load(file, bytes) is not None, "vectors can do no harm"
    (tmp_path / "shared").chmod(mode | 0o1000)
    assert load(file, pickle.loads, private=True) == 1, "in a sticky folder they could not"


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="only root can give folders away")
def test_no_pickle_is_loaded_from_below_another_users_folder(tmp_path: Path) -> None:
    file = tmp_path / "theirs/cache/some.pickle"
    store(file, pickle.dumps(1), most_files=1)
    os.chown(tmp_path / "theirs", 12_345, -1)
    assert load(file, pickle.loads, private=True) is None


@pytest.mark.skipif(os.name == "nt" or os.getuid() != 0, reason="needs a group of another name")
def test_a_group_of_this_user_alone_may_write_above(tmp_path: Path) -> None:
    """Systems with umask 002 make a group for each user; root's stands for it here."""
    file = tmp_path / "project/cache/some.pickle"
    store(file, pickle.dumps(1), most_files=1)
    (tmp_path / "project").chmod(0o775)
    assert load(file, pickle.loads, private=True) == 1
    os.chown(tmp_path / "project", -1, 12_345)
    assert load(file, pickle.loads, private=True) is None
