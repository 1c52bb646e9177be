"""BOT_WATCH: every way to change the facts is seen, through links too, and nothing ends the watching."""

import asyncio
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from bot.discord_bot.watching import EVERY, Changes, Retry, watch
from bot.knowledge.folder import fingerprint
from tests.discord_bot.clock import Clock
from tests.e2e.operators import until
from tests.knowledge.small_article import FACTS, Folder

WITHIN = 2.0
"""Seconds after its last step in which a change must be seen."""


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "knowledge")


def swap(link: Path, target: str) -> None:
    """Point a link elsewhere in one step."""
    fresh = link.with_name("..fresh")
    fresh.symlink_to(target)
    fresh.replace(link)


def linked(folder: Folder) -> Path:
    """Turn the article into a link to a version beside it, and return the version."""
    version = folder.root / ".versions/1"
    version.parent.mkdir()
    (folder.root / "art").rename(version)
    (folder.root / "art").symlink_to(".versions/1")
    return version


def mounted(folder: Folder) -> Path:
    """Lay the article out as Kubernetes mounts a ConfigMap, and return the version folder."""
    version = folder.root / "art/..1"
    version.mkdir()
    (folder.root / "art/..data").symlink_to("..1")
    for name in ("article.yaml", "entities.yaml", "facts.yaml"):
        (folder.root / "art" / name).rename(version / name)
        (folder.root / "art" / name).symlink_to(f"..data/{name}")
    return version


Steps = tuple[Callable[[], object], ...]


def edited(folder: Folder, _: Path) -> Steps:
    return (lambda: folder.change("art/facts.yaml", "고향", "출생"),)


def of_equal_size_and_time(folder: Folder, _: Path) -> Steps:
    path = folder.root / "art/facts.yaml"
    status = path.stat()

    def write() -> None:
        folder.change("art/facts.yaml", "고향", "출생")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    return (write,)


def added(folder: Folder, _: Path) -> Steps:
    return (lambda: folder.write("art/facts/more.yaml", FACTS),)


def removed(folder: Folder, _: Path) -> Steps:
    return ((folder.root / "art/entities.yaml").unlink,)


def misspelt(folder: Folder, _: Path) -> Steps:
    return (lambda: folder.write("art/entites.yaml", ""),)


def article_moved_in(folder: Folder, aside: Path) -> Steps:
    Folder(aside)
    return (lambda: (aside / "art").rename(folder.root / "second"),)


def article_moved_out(folder: Folder, aside: Path) -> Steps:
    Folder(folder.root / "x")
    (folder.root / "x/art").rename(folder.root / "second")
    return (lambda: (folder.root / "second").rename(aside),)


def article_renamed(folder: Folder, _: Path) -> Steps:
    return (lambda: (folder.root / "art").rename(folder.root / "tra"),)


def link_swapped(folder: Folder, _: Path) -> Steps:
    version = linked(folder)
    shutil.copytree(version, version.with_name("2"))
    return (lambda: swap(folder.root / "art", ".versions/2"),)


def behind_a_link_edited(folder: Folder, _: Path) -> Steps:
    version = linked(folder)
    return (lambda: (version / "facts.yaml").write_text(FACTS + "\n", encoding="utf-8"),)


def version_renamed_in(folder: Folder, aside: Path) -> Steps:
    version = mounted(folder)
    shutil.copytree(version, aside)
    return (
        lambda: aside.rename(version.with_name("..2")),
        lambda: swap(version.with_name("..data"), "..2"),
        lambda: shutil.rmtree(version),
    )


def root_deleted(folder: Folder, _: Path) -> Steps:
    return (lambda: shutil.rmtree(folder.root),)


def root_made_again(folder: Folder, _: Path) -> Steps:
    return (lambda: shutil.rmtree(folder.root), lambda: Folder(folder.root))


def root_replaced(folder: Folder, aside: Path) -> Steps:
    Folder(aside)
    return (lambda: folder.root.rename(aside.with_name("old")), lambda: aside.rename(folder.root))


CHANGES = (
    edited,
    of_equal_size_and_time,
    added,
    removed,
    misspelt,
    article_moved_in,
    article_moved_out,
    article_renamed,
    link_swapped,
    behind_a_link_edited,
    version_renamed_in,
    root_deleted,
    root_made_again,
    root_replaced,
)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen_within_two_seconds_and_once(
    folder: Folder, tmp_path: Path, change: Callable[[Folder, Path], Steps]
) -> None:
    steps = change(folder, tmp_path / "aside")
    changes = Changes(fingerprint(folder.root))
    for step in steps:
        assert not changes.complete(fingerprint(folder.root)), "a step was taken for the whole"
        step()
    looks = 1
    while not changes.complete(fingerprint(folder.root)):
        looks += 1
    seconds = (looks + 1) * EVERY
    print(f"{change.__name__}: seen at the latest after {seconds} s")  # noqa: T201  shown by -rP
    assert seconds <= WITHIN
    assert not any(changes.complete(fingerprint(folder.root)) for _ in range(20))


def test_files_that_keep_changing_are_loaded_nevertheless() -> None:
    changes = Changes("0")
    assert any(changes.complete(str(number)) for number in range(1, 11))


def test_a_change_that_is_taken_back_is_none() -> None:
    changes = Changes("a")
    assert not any(map(changes.complete, "ababab"))


class Reloads:
    """Counts reloads; each raises the next of `errors`."""

    def __init__(self, *errors: Exception) -> None:
        """Raise these, one after the other."""
        self.reasons: list[str] = []
        self.errors = list(errors)

    @property
    def count(self) -> int:
        """Return how many there were."""
        return len(self.reasons)

    async def __call__(self, reason: str) -> None:
        """Count, and raise."""
        self.reasons.append(reason)
        if self.errors:
            raise self.errors.pop(0)


async def test_no_exception_ends_the_watching(folder: Folder, caplog: pytest.LogCaptureFixture) -> None:
    """Neither one while looking nor one while loading; each kind is logged once."""
    looked = 0

    def failing() -> str:
        nonlocal looked
        looked += 1
        if looked % 2:
            raise MemoryError
        return fingerprint(folder.root)

    reloads = Reloads(RuntimeError("first"), RuntimeError("second"))
    watching = asyncio.create_task(watch(failing, reloads, every=0.01))
    await until(lambda: looked > 3)
    for number in range(1, 4):
        folder.write("lexicon.yaml", f"concepts: {{}}{' ' * number}\n")
        await until(lambda number=number: reloads.count >= number)  # type: ignore[misc]
    assert not watching.done()
    assert [record.exc_info[0] for record in caplog.records if record.exc_info] == [MemoryError, RuntimeError]
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


async def test_a_reload_that_fails_is_tried_again_until_it_succeeds(
    folder: Folder, caplog: pytest.LogCaptureFixture
) -> None:
    """With one line of the log, and no further change of a file."""
    loaded, reloads = fingerprint(folder.root), Reloads(*[MemoryError()] * 4)
    folder.change("art/facts.yaml", "고향", "출생")
    watching = asyncio.create_task(
        watch(partial(fingerprint, folder.root), reloads, loaded, every=0.01, first_pause=0.02)
    )
    await until(lambda: reloads.count == 5)
    await asyncio.sleep(0.5)
    assert reloads.count == 5
    assert reloads.reasons == ["a file has changed", *["the last reload failed"] * 4]
    assert len(caplog.records) == 1
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching


def test_the_pauses_between_attempts_double_up_to_five_minutes() -> None:
    clock = Clock()
    retry, pauses = Retry(clock), []
    assert not retry.is_due()
    for _ in range(11):
        retry.note_failure()
        assert not retry.is_due()
        pauses.append(retry.at - clock.now)
        clock.now = retry.at
        assert retry.is_due()
    assert pauses == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]


async def test_what_changed_while_the_facts_were_first_read_is_loaded(folder: Folder) -> None:
    """At the start reading and encoding may take a minute."""
    loaded, reloads = fingerprint(folder.root), Reloads()
    folder.change("art/facts.yaml", "고향", "출생")
    watching = asyncio.create_task(watch(partial(fingerprint, folder.root), reloads, loaded, every=0.01))
    await until(lambda: reloads.count)
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
