"""A small valid article; tests break one thing of it at a time."""

from pathlib import Path

import pytest

from bot.core.model import Knowledge
from bot.errors import KnowledgeError
from bot.knowledge.folder import read_files
from bot.knowledge.reader import parse_knowledge

ARTICLE = """\
title: {ko: 제목}
publisher: {ko: 신문}
language: ko
sections:
  - id: headline
    label: {ko: 제목}
  - id: exodus
    label: {ko: 이탈}
    paragraphs: 1-7
"""
ENTITIES = """\
entities:
  - id: murati
    kind: person
    name: {ko: 미라 무라티, en: Mira Murati}
    aliases:
      - 무라티
"""
FACTS = """\
facts:
  - id: murati-origin
    answer:
      ko: 무라티는 알바니아에서 태어났어요.
    questions:
      ko:
        - 무라티는 어느 나라 출신이야?
        - 무라티 고향
        - 무라티가 태어난 곳은?
    source:
      section: exodus
      paragraphs: [3]
    about: [murati]
"""


COMMAND = "commands:\n  - name: {en: %s}\n    description: {en: d}\n    %s\n"


SMALL_SHARED = {"lexicon.yaml": "concepts: {}\n", "dialogue.yaml": "acts: []\n"}
"""In place of the shipped files, whose reading and indexing takes thirty times as long as that of the article."""


class Folder:
    """A knowledge folder with one article, whose files a test may replace."""

    def __init__(self, root: Path) -> None:
        """Write the small article, unless it is there already."""
        self.root = root
        for name, content in (
            ("art/article.yaml", ARTICLE),
            ("art/entities.yaml", ENTITIES),
            ("art/facts.yaml", FACTS),
        ):
            if not (root / name).exists():
                self.write(name, content)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the knowledge folder."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def change(self, name: str, old: str, new: str) -> None:
        """Replace a passage that the file must contain."""
        path = self.root / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")


def problems_of(folder: Folder) -> list[str]:
    """Return the problems that the reader reports for a folder."""
    with pytest.raises(KnowledgeError) as caught:
        read_knowledge(folder.root)
    return [str(problem) for problem in caught.value.problems]


def read_knowledge(folder: Path, *, shipped: Path | None = None) -> Knowledge:
    """Read a folder of articles, or the folder of one article; what it lacks comes from `shipped`."""
    return parse_knowledge(read_files(folder, shipped)).knowledge
