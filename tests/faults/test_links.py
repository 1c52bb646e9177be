"""Links in a knowledge folder: those that stay inside are followed, no other file is opened, listed or quoted."""

import os
from pathlib import Path

import pytest

from bot.knowledge.folder import fingerprint, read_files
from tests.knowledge.small_article import COMMAND, FACTS, Folder, problems_of, read_knowledge

SECRET = "root:$6$secret:19000:0:99999:7:::\n"  # noqa: S105
REFUSED = "is a link that leads out of the knowledge folder; only links that stay inside are followed"


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "knowledge")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Return a folder beside the knowledge with a file that is nobody's business."""
    path = tmp_path / "outside"
    path.mkdir()
    (path / "shadow").write_text(SECRET)
    return path


@pytest.mark.parametrize(
    "name",
    [
        "art/cases.yaml",
        "art/facts/more.yaml",
        "art/samples/more.yaml",
        "lexicon.yaml",
        "messages.yaml",
        "dialogue.yaml",
        "small-talk.yaml",
    ],
)
@pytest.mark.parametrize("relative", [False, True])
def test_a_file_that_leads_out_is_refused_by_name(folder: Folder, outside: Path, name: str, *, relative: bool) -> None:
    link = folder.root / name
    link.parent.mkdir(exist_ok=True)
    up = "../" * (name.count("/") + 1)
    link.symlink_to(f"{up}outside/shadow" if relative else outside / "shadow")
    assert problems_of(folder) == [f"{name}: {REFUSED}"]


def test_a_link_to_a_link_that_leads_out_is_refused(folder: Folder, outside: Path) -> None:
    (folder.root / "art/.first").symlink_to(outside / "shadow")
    (folder.root / "art/cases.yaml").symlink_to(".first")
    assert problems_of(folder) == [f"art/cases.yaml: {REFUSED}"]


def test_an_article_that_leads_out_is_refused_as_a_whole(folder: Folder, outside: Path) -> None:
    (folder.root / "art").rename(outside / "art")
    (outside / "art/secret-name.yaml").touch()
    (folder.root / "art").symlink_to(outside / "art")
    problems = problems_of(folder)
    assert f"art/: {REFUSED}" in problems
    assert "secret" not in str(problems)


def test_a_folder_that_is_no_article_may_lead_anywhere(folder: Folder, outside: Path) -> None:
    (folder.root / "pictures").symlink_to(outside)
    assert len(read_knowledge(folder.root).articles) == 1


def test_a_link_to_nothing_outside_is_refused_too(folder: Folder) -> None:
    """Whether a file exists elsewhere is not told either."""
    (folder.root / "art/cases.yaml").symlink_to("/nowhere/at/all")
    assert problems_of(folder) == [f"art/cases.yaml: {REFUSED}"]


def test_links_that_stay_inside_are_followed(folder: Folder) -> None:
    """As Kubernetes mounts files: each is a link to `..data`, which is a link to a folder with a date."""
    version = folder.root / "art/..2024_09_26"
    version.mkdir()
    (folder.root / "art/..data").symlink_to(version.name)
    for name in ("article.yaml", "entities.yaml", "facts.yaml"):
        (folder.root / "art" / name).rename(version / name)
        (folder.root / "art" / name).symlink_to(f"..data/{name}")
    assert [article.slug for article in read_knowledge(folder.root).articles] == ["art"]
    assert [article.slug for article in read_knowledge(folder.root / "art").articles] == ["art"]


def test_the_knowledge_folder_may_itself_be_a_link(folder: Folder, tmp_path: Path) -> None:
    (folder.root / ".versions").mkdir()
    (folder.root / "art").rename(folder.root / ".versions/5")
    (folder.root / "art").symlink_to(".versions/5")
    current = tmp_path / "current"
    current.symlink_to(folder.root)
    assert [article.slug for article in read_knowledge(current).articles] == ["art"]


def test_a_file_that_becomes_a_link_while_it_is_read_is_not_followed(
    folder: Folder, outside: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = folder.write("art/cases.yaml", "cases: []\n")
    opened = os.open

    def swapping(path: Path, flags: int) -> int:
        if path.name == cases.name:
            path.unlink()
            path.symlink_to(outside / "shadow")
        return opened(path, flags)

    monkeypatch.setattr(os, "open", swapping)
    files = read_files(folder.root)
    assert SECRET.encode() not in files.content.values()
    assert cases.is_symlink()


def test_the_revision_is_that_of_the_bytes_that_were_read(folder: Folder) -> None:
    """A change between reading and parsing changes neither."""
    files = read_files(folder.root)
    folder.change("art/facts.yaml", "알바니아", "이탈리아")
    again = read_files(folder.root)
    assert FACTS.encode() in files.content.values()
    assert FACTS.encode() not in again.content.values()
    assert files.revision != again.revision
    folder.change("art/facts.yaml", "이탈리아", "알바니아")
    assert read_files(folder.root).revision == files.revision


SHARED = ("lexicon.yaml", "messages.yaml", "dialogue.yaml", "small-talk.yaml")


@pytest.mark.parametrize("name", SHARED)
@pytest.mark.parametrize("where", ["own", "shipped"])
def test_the_revision_counts_every_shared_file(folder: Folder, tmp_path: Path, name: str, where: str) -> None:
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    base = folder.root if where == "own" else shipped
    revisions = {read_files(folder.root, shipped).revision}
    for content in ("a: {ko: 가, en: A}\n", "a: {ko: 나, en: A}\n"):
        (base / name).write_text(content, encoding="utf-8")
        revisions.add(read_files(folder.root, shipped).revision)
    assert len(revisions) == 3


@pytest.mark.parametrize(
    ("name", "counts"), [("lexicon.yaml", False), ("dialogue.yaml", False), ("messages.yaml", True)]
)
def test_a_shipped_file_counts_only_where_it_is_read(
    folder: Folder, tmp_path: Path, name: str, *, counts: bool
) -> None:
    """A lexicon of one's own replaces the shipped one as a whole; messages are replaced one by one."""
    shipped = tmp_path / "shipped"
    shipped.mkdir()
    folder.write(name, "{}\n")
    before = read_files(folder.root, shipped).revision
    (shipped / name).write_text("{}\n", encoding="utf-8")
    assert (read_files(folder.root, shipped).revision != before) is counts


@pytest.mark.parametrize("name", ["art/article.yaml", "art/entities.yaml", "art/facts.yaml", "art/commands.yaml"])
def test_the_fingerprint_changes_with_every_file(folder: Folder, name: str) -> None:
    folder.write("art/commands.yaml", COMMAND % ("origins", "facts: [murati-origin]"))
    before = fingerprint(folder.root)
    assert fingerprint(folder.root) == before
    path = folder.root / name
    path.write_bytes(path.read_bytes() + b"\n")
    assert fingerprint(folder.root) != before
