"""Texts in NFD, as macOS and some editors write them: what authors write is NFC before it is used."""

import json
import unicodedata
from pathlib import Path

import pytest

from bot.authoring.article_file import read_article
from bot.authoring.article_text import check_article_text
from bot.authoring.new import draft_article
from bot.knowledge.writer import dump
from tests.core.ferry import SHIPPED
from tests.knowledge.small_article import ARTICLE, ENTITIES, FACTS, Folder, read_knowledge

COMMANDS = """\
commands:
  - name: {en: origins, ko: 출신-나라}
    description: {en: Where people come from, ko: 사람들의 출신}
    facts: [murati-origin]
"""
SHARED = {
    "lexicon.yaml": "concepts:\n  leave:\n    ko: [퇴사]\n    en: [quit]\n",
    "messages.yaml": "chat_nothing_yet: {ko: 아직 없어요, en: Nothing yet}\n",
}
TEXT = """\
도서관이 밤에도 문을 연다
시험 기간에만

도서관은 3월부터 밤 열 시까지 문을 열기로 했다고 관장이 오늘 아침 기자들에게 밝혔다.

시민들은 오래전부터 더 긴 개관 시간을 바라 왔으며 이번 결정을 크게 반기고 있다고 말했다.
"""
FACTS_JSON = {
    "source": {"title": "도서관", "publisher": "신문", "language": "ko"},
    "entities": [{"id": "library", "kind": "place", "ko": "도서관"}],
    "facts": [
        {"id": "hours", "ko": "열 시까지 해요.", "questions_ko": ["몇 시까지 해?", "언제 닫아?", "시간"], "tags": ["t"]}
    ],
    "commands": [{"name": "hours", "name_ko": "시간표", "description": "d", "description_ko": "언제", "tag": "t"}],
}


def nfd(text: str) -> str:
    return unicodedata.normalize("NFD", text)


def written(root: Path, *, decomposed: bool) -> Path:
    """Write the small article with commands and shared files."""
    folder = Folder(root)
    files = {
        "art/article.yaml": ARTICLE,
        "art/entities.yaml": ENTITIES,
        "art/facts.yaml": FACTS,
        "art/commands.yaml": COMMANDS,
        "art/cases.yaml": "cases:\n  - question: 무라티 고향은?\n    expect: murati-origin\n",
        **SHARED,
    }
    for name, content in files.items():
        folder.write(name, nfd(content) if decomposed else content)
    return folder.root


def test_a_folder_in_nfd_is_the_same_knowledge(tmp_path: Path) -> None:
    """Command names, samples, names, answers, lexicon, messages and cases."""
    composed = read_knowledge(written(tmp_path / "nfc", decomposed=False), shipped=SHIPPED)
    assert read_knowledge(written(tmp_path / "nfd", decomposed=True), shipped=SHIPPED) == composed
    assert composed.articles[0].commands[0].name.ko == "출신-나라"


def test_an_escape_in_nfd_is_composed(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "knowledge")
    escaped = nfd("고향").encode("unicode_escape").decode()
    folder.change("art/facts.yaml", "무라티 고향", f'"무라티 {escaped}"')
    fact = read_knowledge(folder.root).articles[0].facts[0]
    assert fact.samples[1].text == "무라티 고향"


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_a_text_in_either_form_gives_the_same_draft(tmp_path: Path, form: str) -> None:
    source = tmp_path / "article.txt"
    source.write_text(unicodedata.normalize(form, TEXT), encoding="utf-8")  # type: ignore[arg-type]
    draft = draft_article(source, "library")
    assert draft.content["article.yaml"]["language"] == "ko"
    assert draft.content["article.yaml"]["title"] == {"ko": "도서관이 밤에도 문을 연다"}
    assert all(unicodedata.is_normalized("NFC", text) for text in draft.files().values())


@pytest.mark.parametrize("name", ["article.html", "article.md"])
def test_references_to_single_jamo_are_composed(tmp_path: Path, name: str) -> None:
    """As programs write HTML that knows no encoding."""
    title, *body = ("".join(f"&#{ord(char)};" for char in nfd(line)) for line in TEXT.splitlines() if line)
    page = f"<html><body><article><h1>{title}</h1>{''.join(f'<p>{line}</p>' for line in body)}</article></body></html>"
    source = tmp_path / name
    source.write_text(page if name.endswith("html") else "\n\n".join([f"# {title}", *body]), encoding="utf-8")
    draft = draft_article(source, "library")
    assert draft.content["article.yaml"]["language"] == "ko"
    assert draft.content["article.yaml"]["title"] == {"ko": "도서관이 밤에도 문을 연다"}
    assert all(unicodedata.is_normalized("NFC", text) for text in draft.files().values())


@pytest.mark.parametrize("escaped", [True, False])
def test_a_json_file_in_nfd_gives_the_same_draft(tmp_path: Path, *, escaped: bool) -> None:
    composed, decomposed = tmp_path / "nfc.json", tmp_path / "nfd.json"
    composed.write_text(json.dumps(FACTS_JSON, ensure_ascii=False), encoding="utf-8")
    data = json.loads(nfd(composed.read_text(encoding="utf-8")))
    decomposed.write_text(json.dumps(data, ensure_ascii=escaped), encoding="utf-8")
    draft = draft_article(decomposed, "library")
    assert draft.content == draft_article(composed, "library").content
    assert draft.content["commands.yaml"]["commands"][0]["name"] == {"en": "hours", "ko": "시간표"}  # type: ignore[index,call-overload]
    assert all(unicodedata.is_normalized("NFC", dump(content)) for content in draft.content.values())


def test_an_article_in_nfd_is_compared_like_one_in_nfc(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "knowledge")
    folder.change("art/facts.yaml", "    about:", "    evidence: [알바니아]\n    about:")
    source = tmp_path / "article.txt"
    source.write_text(nfd("제목\n" + "무라티는 알바니아에서 태어났다고 알려져 있다.\n" * 7), encoding="utf-8")
    article = read_knowledge(folder.root).articles[0]
    assert check_article_text(article, read_article(source)) == ()
