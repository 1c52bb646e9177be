"""Each step of a start is one line in the log, with how long it took."""

import logging
import re
from pathlib import Path

import pytest

from bot.app import build
from bot.settings import Settings, Switch
from tests.cli.running import NIGHT


def steps(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return the steps that were logged since the last call, each of which took some time."""
    lines = [record.getMessage() for record in caplog.records if record.name == "bot.app"]
    caplog.clear()
    assert all(re.fullmatch(r".+: \d+\.\d s", line) for line in lines)
    return [line.rpartition(":")[0] for line in lines]


def test_a_start_logs_its_steps(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    settings = Settings(knowledge=NIGHT, cache=tmp_path, semantic=Switch.OFF)
    build(settings, compiled=True)
    looking = "looking for an index that an earlier start made"
    assert steps(caplog) == [looking, "reading the facts", "indexing the facts"]
    build(settings, compiled=True)
    assert steps(caplog) == [looking]


def test_a_start_with_the_encoder_says_how_many_texts_it_encodes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    running = build(Settings(knowledge=NIGHT, cache=tmp_path, semantic=Switch.ON))
    snapshot = running.library.snapshot
    texts = {text for scope in (snapshot.small_talk, *snapshot.scopes.values()) for text in scope.index.texts()}
    assert f"encoding {len(texts)} texts, which the cache lacks" in caplog.text
    assert steps(caplog)[-1] == f"loading the vectors of {snapshot.text_count()} texts"
    build(Settings(knowledge=NIGHT, cache=tmp_path, semantic=Switch.ON))
    assert "which the cache lacks" not in caplog.text


def test_nobody_is_told_of_progress_after_a_warm_start(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    settings = Settings(knowledge=NIGHT, cache=tmp_path, semantic=Switch.ON)
    for _ in range(2):
        build(settings, compiled=True, report=lambda done, total: told.append((done, total)))
        assert [one for one in told if one[0] == one[1]] == told[-1:], "the first start only"
