"""Revisions and their files, in SQLite as in PostgreSQL."""

from dataclasses import replace
from typing import Any

import pytest

from bot.errors import StaleError
from bot.service.records import ActiveRevision, LoadedRevision, Size
from bot.storage.revisions import MOST_KEPT
from bot.storage.store import DatabaseStore
from tests.storage.databases import contents, opened

NOW = 1_800_000_000
BUNDLE = {"lexicon.yaml": b"concepts: {}\n", "art/facts.yaml": "facts: 알바니아\n".encode(), "art/empty.yaml": b""}
FIRST = LoadedRevision("aaaa11112222", "start", NOW, "aaaa11112222", Size(3, 2, 40), BUNDLE)
EDITED = {**BUNDLE, "art/facts.yaml": b"facts: edited\n"}
SECOND = LoadedRevision("bbbb11112222", "edit", NOW + 5, "bbbb11112222", Size(3, 2, 41), EDITED)


def listed(loaded: LoadedRevision) -> LoadedRevision:
    """Return a revision as lists have it."""
    return replace(loaded, bundle=None)


async def test_revisions_are_listed_latest_first_and_their_files_come_back(store: DatabaseStore) -> None:
    await store.add([FIRST, SECOND])
    assert await store.revisions(10) == [listed(SECOND), listed(FIRST)]
    assert await store.revisions(1, 1) == [listed(FIRST)]
    assert await store.bundle(FIRST.revision) == BUNDLE
    assert await store.bundle(SECOND.revision) == EDITED
    assert await store.bundle("cccc") is None


async def test_what_revisions_share_is_stored_once(store: DatabaseStore, url: str) -> None:
    large = {**BUNDLE, "art/samples.yaml": bytes(range(256)) * 400}
    for number in range(20):
        changed = {**large, "art/facts.yaml": b"%d" % number}
        await store.add([replace(FIRST, revision=f"{number:012x}", bundle=changed)])
        await store.add([replace(FIRST, revision=f"{number:012x}", bundle=changed)])
    rows = [row async for row in store.rows()]
    assert len(rows) == 20
    assert len(await contents(url)) < 1_000_000
    assert await store.bundle("000000000013") == {**large, "art/facts.yaml": b"19"}


async def test_the_latest_one_is_active_and_only_a_rollback_pins(store: DatabaseStore) -> None:
    assert await store.active() is None
    await store.add([FIRST, SECOND])
    assert await store.active() == ActiveRevision(SECOND.revision, SECOND.base, is_pinned=False)
    await store.add([replace(FIRST, action="rollback", bundle=None)])
    assert await store.active() == ActiveRevision(FIRST.revision, FIRST.base, is_pinned=True)
    await store.add([replace(SECOND, action="reload")])
    assert await store.active() == ActiveRevision(SECOND.revision, SECOND.base, is_pinned=False)


async def test_a_prefix_finds_each_revision_once_if_its_files_are_kept(store: DatabaseStore) -> None:
    bare = replace(FIRST, revision="aaaa99999999", bundle=None)
    again = replace(FIRST, action="reload", loaded_at=NOW + 9)
    await store.add([FIRST, SECOND, again, bare])
    assert await store.revisions_like("aaaa", 5) == [listed(again)]
    assert await store.revisions_like("aa%", 5) == []
    assert [one.revision for one in await store.revisions_like("", 5)] == [FIRST.revision, SECOND.revision]


async def test_a_revision_is_published_once_by_who_saw_the_present_one(store: DatabaseStore) -> None:
    await store.publish(FIRST, None)
    with pytest.raises(StaleError):
        await store.publish(SECOND, None)
    await store.publish(SECOND, FIRST.revision, pinned=True)
    with pytest.raises(StaleError):
        await store.publish(SECOND, FIRST.revision)
    assert await store.active() == ActiveRevision(SECOND.revision, SECOND.base, is_pinned=True)
    assert [one.revision for one in await store.revisions(5)] == [SECOND.revision, FIRST.revision]


async def test_a_purge_keeps_the_latest_the_active_one_and_what_it_was_edited_from(store: DatabaseStore) -> None:
    base = replace(FIRST, revision="0000aaaabbbb", bundle={"a.yaml": b"base"})
    active = replace(FIRST, revision="1111aaaabbbb", base=base.revision, bundle={"a.yaml": b"active"})
    gone = replace(FIRST, revision="2222aaaabbbb", bundle={"a.yaml": b"gone"})
    await store.add([base, gone, active])
    for number in range(MOST_KEPT):
        await store.add([replace(FIRST, revision=f"{number:012d}", bundle={"a.yaml": b"%d" % number})])
    await store.add([replace(active, action="rollback", bundle=None)])
    await store.purge(NOW)
    kept = [one.revision for one in await store.revisions(100)]
    assert len(kept) == MOST_KEPT + 2
    assert {base.revision, active.revision} <= set(kept)
    assert await store.bundle(gone.revision) is None
    assert await store.bundle(base.revision) == base.bundle
    assert await store.bundle("000000000000") is None
    assert await store.bundle("000000000001") == {"a.yaml": b"1"}


async def test_without_a_database_there_is_no_revision(url: str) -> None:
    async with opened(url) as store:
        nothing: list[Any] = [await store.active(), await store.bundle("aaaa"), *await store.revisions(5)]
        assert nothing == [None, None]
