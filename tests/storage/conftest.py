"""One contract for both databases."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.storage.store import DatabaseStore
from tests.storage.databases import KINDS, database_url, opened


@pytest.fixture(params=KINDS)
async def url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """Return the URL of an empty database."""
    async with database_url(request.param, tmp_path) as url:
        yield url


@pytest.fixture
async def store(url: str) -> AsyncIterator[DatabaseStore]:
    """Return a store in an up-to-date database."""
    async with opened(url) as store:
        await store.upgrade()
        yield store
