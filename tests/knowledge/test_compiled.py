"""A second start loads the snapshot of the first, if nothing changed and only this user could write the file."""

import logging
import os
import pickle
import re
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.matching import Question
from bot.core.snapshot import Snapshot
from bot.knowledge.compiled import CompiledKnowledge
from bot.knowledge.folder import read_files
from bot.service.answering import decide_on
from tests.core.ferry import SHIPPED
from tests.knowledge.small_article import SMALL_SHARED, Folder, read_knowledge

ASKED = Question("무라티는 어디서 태어났어?")


@pytest.fixture
def cache(folder: Folder, tmp_path: Path) -> CompiledKnowledge:
    for name, content in SMALL_SHARED.items():
        folder.write(name, content)
    return CompiledKnowledge(tmp_path / "cache", folder.root)


def key_of(cache: CompiledKnowledge) -> str | None:
    return cache.key(read_files(cache.folder, SHIPPED))


def compiled(cache: CompiledKnowledge) -> tuple[str, Path, Snapshot]:
    """Read the folder, keep the snapshot, and return its key, file and itself."""
    key = key_of(cache)
    assert key is not None
    knowledge = read_knowledge(cache.folder, shipped=SHIPPED)
    snapshot = Snapshot.of(knowledge, read_files(cache.folder).revision)
    cache.save(key, snapshot)
    (path,) = (cache.cache_folder / "compiled").iterdir()
    return key, path, snapshot


def test_a_kept_snapshot_is_loaded_and_answers_the_same(cache: CompiledKnowledge) -> None:
    key, _, made = compiled(cache)
    loaded = cache.load(key)
    assert loaded is not None
    assert (loaded.knowledge, loaded.revision) == (made.knowledge, made.revision)
    assert decide_on(loaded, ASKED, None) == decide_on(made, ASKED, None)
    assert loaded.alone("art").index.targets[0].item is loaded.knowledge.articles[0].facts[0], "nothing is stored twice"


def test_another_process_answers_the_same(cache: CompiledKnowledge) -> None:
    """Python's own hashes differ between processes; those of an index must not."""
    key, path, made = compiled(cache)
    code = "\n".join(
        (
            "import sys",
            "from pathlib import Path",
            "from bot.core.matching import Question",
            "from bot.service.answering import decide_on",
            "from bot.knowledge.compiled import CompiledKnowledge",
            "found = CompiledKnowledge(*map(Path, sys.argv[2:])).load(sys.argv[1])",
            f"print(decide_on(found, {ASKED!r}, None).best.confidence)",
        )
    )
    places = map(str, (cache.cache_folder, cache.folder))
    command = [sys.executable, "-c", code, path.stem, *places]
    done = subprocess.run(command, cwd=SHIPPED.parent, capture_output=True, text=True, check=True)  # noqa: S603
    decision = decide_on(made, ASKED, None)
    assert key == path.stem
    assert float(done.stdout) == pytest.approx(getattr(decision, "best").confidence, abs=1e-5)  # noqa: B009


def test_only_the_owner_may_read_it(cache: CompiledKnowledge) -> None:
    _, path, _ = compiled(cache)
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_at_the_first_start_nothing_is_loaded(cache: CompiledKnowledge, caplog: pytest.LogCaptureFixture) -> None:
    assert cache.load(key_of(cache)) is None
    assert not caplog.records


CHANGES: dict[str, Callable[[Folder], object]] = {
    "another answer": lambda folder: folder.change("art/facts.yaml", "태어났어요", "자랐어요"),
    "another lexicon": lambda folder: folder.write("lexicon.yaml", "concepts:\n  birth:\n    ko: [태어났]\n"),
    "the shipped small talk": lambda folder: (folder.root / "dialogue.yaml").unlink(),
    "another slug": lambda folder: (folder.root / "art").rename(folder.root / "tra"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_after_a_change_everything_is_read_again(
    cache: CompiledKnowledge, folder: Folder, change: Callable[[Folder], object]
) -> None:
    key, _, _ = compiled(cache)
    change(folder)
    assert key_of(cache) != key
    assert cache.load(key_of(cache)) is None


def test_another_name_of_the_article_folder_is_a_change(cache: CompiledKnowledge, folder: Folder) -> None:
    """The slug is the folder's name, which is in no file."""
    (folder.root / "art").rename(folder.root / "one")
    one = key_of(CompiledKnowledge(cache.cache_folder, folder.root / "one"))
    (folder.root / "one").rename(folder.root / "two")
    assert one != key_of(CompiledKnowledge(cache.cache_folder, folder.root / "two"))


def test_a_misspelt_file_is_reported_by_the_reader(cache: CompiledKnowledge, folder: Folder) -> None:
    compiled(cache)
    folder.write("art/entites.yaml", "entities: []\n")
    assert key_of(cache) is None
    assert cache.load(None) is None


def with_checksum(content: bytes) -> bytes:
    return zlib.crc32(content).to_bytes(4, "little") + content


@pytest.mark.parametrize("content", [b"", b"abc", b"\x00" * 4_000, with_checksum(pickle.dumps("something else"))])
def test_damaged_and_other_files_are_ignored_with_a_warning(
    cache: CompiledKnowledge, caplog: pytest.LogCaptureFixture, content: bytes
) -> None:
    key, path, _ = compiled(cache)
    path.write_bytes(content)
    assert cache.load(key) is None
    assert re.search("made again: it (is damaged|holds something else)", caplog.text)


def test_one_flipped_bit_is_damage(cache: CompiledKnowledge, caplog: pytest.LogCaptureFixture) -> None:
    key, path, _ = compiled(cache)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert cache.load(key) is None
    assert "damaged" in caplog.text


@pytest.mark.parametrize("mode", [0o620, 0o602, 0o666])
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_that_others_may_write_to_is_not_loaded(
    cache: CompiledKnowledge, caplog: pytest.LogCaptureFixture, what: str, mode: int
) -> None:
    key, path, _ = compiled(cache)
    (path if what == "file" else path.parent).chmod(mode | (0o100 if what == "folder" else 0))
    assert cache.load(key) is None
    assert "other users may write" in caplog.text


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give files away")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_file_of_another_user_is_not_loaded(cache: CompiledKnowledge, what: str) -> None:
    key, path, _ = compiled(cache)
    os.chown(path if what == "file" else path.parent, 12_345, -1)
    assert cache.load(key) is None


def test_the_latest_four_are_kept(cache: CompiledKnowledge, folder: Folder) -> None:
    _, path, snapshot = compiled(cache)
    for number in range(6):
        folder.change("art/facts.yaml", "태어났어요", "태어났어요" + "!")
        key = key_of(cache)
        cache.save(key, snapshot)
        os.utime(path.parent / f"{key}.pickle", (number, number))
    cache.save(key, snapshot)
    left = {file.stem for file in path.parent.iterdir()}
    assert len(left) == 4
    assert key in left


def test_a_cache_that_cannot_be_written_is_a_warning(
    cache: CompiledKnowledge, caplog: pytest.LogCaptureFixture
) -> None:
    _, path, snapshot = compiled(cache)
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("a file where the folder should be")
    with caplog.at_level(logging.WARNING):
        cache.save(key_of(cache), snapshot)
        assert cache.load(key_of(cache)) is None
    assert "can't be kept" in caplog.text
