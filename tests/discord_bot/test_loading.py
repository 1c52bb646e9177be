"""What a start answers from, whatever the store says and when it says so."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import App, build
from bot.discord_bot import loading as module
from bot.discord_bot.loading import Loading
from bot.discord_bot.measures import Measures
from bot.discord_bot.recording import Recorder
from bot.errors import StoreError
from bot.service.records import LoadedRevision
from bot.storage.store import DatabaseStore
from tests.e2e.operators import FACTS, settings_for, small_knowledge
from tests.storage.databases import DAYS, SECRET, database_at, database_url, store_at

OTHER = "0123456789ab"


class Shy(DatabaseStore):
    """A store that is away at first."""

    failures = 1

    async def upgrade(self) -> int:
        """Fail, then work."""
        if self.failures:
            self.failures -= 1
            msg = "it is away"
            raise StoreError(msg)
        return await super().upgrade()


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """Return the URL of an empty PostgreSQL."""
    async with database_url("postgresql", tmp_path) as url:
        yield url


@pytest.fixture
def app(tmp_path: Path) -> App:
    """Load the small article."""
    small_knowledge(tmp_path)
    return build(settings_for(tmp_path))


def loading_of(app: App, store: DatabaseStore) -> Loading:
    """Return what loads into the library of `app` and keeps revisions in `store`."""
    measures = Measures()
    assert app.reader
    return Loading(app.library, Recorder(store, measures), measures, (store, app.reader))


async def keep(store: DatabaseStore, app: App, old: str, new: str, *, pinned: bool = False) -> None:
    """Make the facts of `app` with another passage the active revision, called OTHER."""
    await store.upgrade()
    assert app.reader
    bundle = dict(app.reader.bundle_of(app.library.snapshot.revision) or {})
    bundle[FACTS] = bundle[FACTS].decode().replace(old, new).encode()
    await store.publish(LoadedRevision(OTHER, "reload", 1, OTHER, bundle=bundle), None, pinned=pinned)


async def test_the_first_start_makes_its_files_the_active_revision(app: App, url: str) -> None:
    store = store_at(url)
    loading = loading_of(app, store)
    assert await loading.begin()
    active = await store.active()
    assert active
    assert (active.revision, active.base, active.is_pinned) == (loading.revision, loading.revision, False)
    assert await store.bundle(loading.revision)
    await store.close()


async def test_a_start_while_the_store_is_away_does_so_later(
    app: App, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Shy(database_at(url), lambda: SECRET, DAYS)
    loading = loading_of(app, store)
    assert not await loading.begin()
    monkeypatch.setattr(module, "_LONGEST_PAUSE", 0.01)
    await loading.begin_later()
    active = await store.active()
    assert active
    assert active.revision == loading.revision
    assert await store.bundle(loading.revision)
    await store.close()


async def test_a_later_start_answers_from_the_active_revision(app: App, url: str) -> None:
    store = store_at(url)
    await keep(store, app, "알바니아", "알바니아의 블로러")
    loading = loading_of(app, store)
    assert await loading.begin()
    assert loading.revision == OTHER
    assert "블로러" in str(app.library.snapshot.knowledge.articles[0].facts[0].answer.ko)
    assert not await loading.follow()
    await store.close()


async def test_an_active_revision_that_cannot_be_read_leaves_the_files_in_use_and_is_not_replaced(
    app: App, url: str, caplog: pytest.LogCaptureFixture
) -> None:
    store = store_at(url)
    await keep(store, app, "section: exodus", "section: exodos")
    loading = loading_of(app, store)
    own = loading.revision
    assert await loading.begin()
    assert not await loading.follow()
    assert loading.revision == own
    active = await store.active()
    assert active
    assert active.revision == OTHER
    assert caplog.text.count(f"this version of the bot can't read revision {OTHER}") == 1
    assert "unknown section 'exodos'" in caplog.text
    await store.close()


async def test_files_have_the_say_over_a_database_of_its_own_unless_a_revision_is_pinned(
    app: App, tmp_path: Path
) -> None:
    store = store_at(f"sqlite:///{tmp_path / 'store.db'}")
    await keep(store, app, "알바니아", "알바니아의 블로러")
    loading = loading_of(app, store)
    own = loading.revision
    assert await loading.begin()
    assert loading.revision == own
    (last, *_) = await store.revisions(1)
    await store.add([replace(last, action="rollback")])
    assert await loading_of(app, store).begin()
    assert app.library.snapshot.revision == OTHER
    await store.close()
