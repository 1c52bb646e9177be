"""Files of a folder as a bundle, from which the same knowledge is read again."""

from pathlib import Path

import pytest

from bot.app import shipped_knowledge
from bot.knowledge.folder import SHIPPED, files_of, read_files
from bot.knowledge.reader import parse_knowledge
from tests.cli.running import ARTICLES
from tests.knowledge.small_article import Folder


@pytest.mark.parametrize("folder", [shipped_knowledge(), ARTICLES / "night-library"], ids=["shipped", "one article"])
def test_a_bundle_has_the_revision_and_the_knowledge_of_its_folder(folder: Path) -> None:
    read = read_files(folder, shipped_knowledge())
    again = files_of(read.bundle(), shipped_knowledge())
    assert (again.revision, again.digests) == (read.revision, read.digests)
    assert again.bundle() == read.bundle()
    titles = [[one.title for one in parse_knowledge(files).knowledge.articles] for files in (read, again)]
    assert titles[0] == titles[1]


def test_an_article_has_the_same_revision_alone_and_in_a_folder_of_articles(folder: Folder) -> None:
    inside = read_files(folder.root, shipped_knowledge())
    alone = read_files(folder.root / "art", shipped_knowledge())
    assert inside.revision == alone.revision
    assert inside.bundle() == alone.bundle()


def test_own_messages_are_kept_beside_those_of_the_program(folder: Folder) -> None:
    """The program's own sentences are always its present ones."""
    own = folder.write("messages.yaml", "busy: {ko: 바빠요, en: Too busy}\n").read_bytes()
    bundle = dict(read_files(folder.root, shipped_knowledge()).bundle())
    assert bundle["messages.yaml"] == own
    bundle[f"{SHIPPED}messages.yaml"] = b"of_another_version: {ko: a, en: a}\n"
    knowledge = parse_knowledge(files_of(bundle, shipped_knowledge(), "abcd")).knowledge
    assert knowledge.messages["busy"].en == "Too busy"
    assert "of_another_version" not in knowledge.messages
    assert "slow_down" in knowledge.messages
