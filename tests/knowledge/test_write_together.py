"""Several files are written, or none."""

from pathlib import Path

import pytest

from bot.errors import KnowledgeError
from bot.knowledge.editing import write_together


def test_all_files_are_as_before_when_a_later_one_cannot_be_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, new, last = tmp_path / "facts.yaml", tmp_path / "cases.yaml", tmp_path / "gaps.yaml"
    first.write_text("facts: old\n")
    last.write_text("gaps: old\n")
    replace = Path.replace

    def fails_at_last(path: Path, target: Path) -> Path:
        if target == last:
            raise OSError(28, "No space left on device")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", fails_at_last)
    with pytest.raises(KnowledgeError, match=r"gaps.yaml.*can't be written: no space left"):
        write_together({first: b"facts: new\n", new: b"cases: new\n", last: b"gaps: new\n"})
    assert first.read_text() == "facts: old\n"
    assert last.read_text() == "gaps: old\n"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["facts.yaml", "gaps.yaml"]
