"""The shipped article, a tenth of its samples, with a mark of its own for each revision in all that a reply can show.

The marks are invisible characters that matching does not see: every revision answers alike, and vectors are cached.
"""

import re
import shutil
import threading
from dataclasses import replace
from pathlib import Path
from typing import Literal, TypeVar

from bot.app import read, shipped_knowledge
from bot.core.model import Fact, Gap, Knowledge, Text
from tests.fake_discord import Reply

Kind = Literal["good", "mistake", "failing case"]
Item = TypeVar("Item", Fact, Gap)

_ARTICLE = "openai-exodus"
_FACTS = "facts/murati.yaml"
_CASE = "cases:\n  - question: 무라티는 어느 나라 출신입니까?\n    expect: {}\n"
_MARK = re.compile("\u2063(\u200b*)\u2063")


class Marked:
    """A folder that can be broken and fixed; `threads` are those in which it was read."""

    def __init__(self, root: Path) -> None:
        """Copy the article to `root`, with one case instead of its own."""
        self.root = root
        self.readings = 0
        self.threads: set[int] = set()
        self._folder = root / _ARTICLE
        shutil.copytree(shipped_knowledge() / _ARTICLE, self._folder)
        self.becomes("good")

    def becomes(self, kind: Kind) -> None:
        """Make the next reading good, or put a mistake or a case that fails into the files."""
        facts = self._folder / _FACTS
        section = "nowhere" if kind == "mistake" else "exodus"
        text = re.sub(r"section: \w+", f"section: {section}", facts.read_text(encoding="utf-8"), count=1)
        facts.write_text(text, encoding="utf-8")
        expected = "summary" if kind == "failing case" else "murati-origin"
        (self._folder / "cases.yaml").write_text(_CASE.format(expected), encoding="utf-8")

    def read(self) -> tuple[Knowledge, str]:
        """Read the folder and mark what is in it; raise KnowledgeError."""
        self.threads.add(threading.get_ident())
        knowledge, revision = read(self.root)
        self.readings += 1
        marked = tuple(
            replace(article, facts=tuple(map(self._item, article.facts)), gaps=tuple(map(self._item, article.gaps)))
            for article in knowledge.articles
        )
        return replace(knowledge, articles=marked), f"{revision}-{self.readings}"

    def _item(self, item: Item) -> Item:
        samples = item.samples[::10]
        return replace(item, samples=samples, answer=self._text(item.answer), label=self._text(item.label))

    def _text(self, text: Text) -> Text:
        mark = "\u2063" + "\u200b" * self.readings + "\u2063"
        return Text(text.ko and mark + text.ko, text.en and mark + text.en)


def marks(reply: Reply) -> set[int]:
    """Return the revisions whose marks a reply shows."""
    shown = "\n".join([reply.text, *(button.label or "" for button in reply.buttons)])
    return {len(mark) for mark in _MARK.findall(shown)}
