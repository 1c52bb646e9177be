"""The library reads at a start without a restored snapshot, and at every reload."""

from bot.core.model import Knowledge
from bot.service.library import Library
from tests.core.ferry import ferry_snapshot


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
