"""The library reads at a start without a restored snapshot, and at every reload; completers are built once used."""

from dataclasses import replace

import pytest

from bot.core.model import Knowledge
from bot.service import library as module
from bot.service.library import Library, build_completers, failed_cases
from tests.core.ferry import ferry_snapshot
from tests.shipped import shipped_snapshot


def test_a_restored_snapshot_is_used_without_reading_and_a_reload_reads() -> None:
    read: list[str] = []

    def reading() -> tuple[Knowledge, str]:
        read.append("again")
        return ferry_snapshot().knowledge, "read"

    library = Library(reading, None, restored=ferry_snapshot())
    assert library.snapshot is ferry_snapshot()
    assert read == []
    library.reload()
    assert library.snapshot.revision == "read"
    assert read == ["again"]


def test_completers_are_built_once_and_again_when_used_after_a_reload(monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Knowledge] = []

    def building(knowledge: Knowledge) -> module.Completers:
        built.append(knowledge)
        return build_completers(knowledge)

    monkeypatch.setattr(module, "build_completers", building)
    library = Library(lambda: (replace(ferry_snapshot().knowledge), "read"), None, restored=ferry_snapshot())
    library.reload()
    assert built == [], "nobody completes anything in a terminal"
    first = library.completers()
    assert library.completers() is first
    library.reload()
    assert len(built) == 1, "a reload does not wait for them"
    assert library.completers() is not first
    assert len(built) == 2
    assert library.completers().knowledge is library.snapshot.knowledge
    assert len(built) == 2


def test_the_shipped_cases_hold_without_the_encoder() -> None:
    """With BOT_SEMANTIC=off, `doctor` would find something to fix, and a changed article could not be loaded."""
    assert failed_cases(shipped_snapshot(), None) == ()
