"""The small article as a fixture."""

from pathlib import Path

import pytest

from tests.knowledge.small_article import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "knowledge")
