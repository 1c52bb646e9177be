"""A JSON file of facts becomes an article folder that can be read, a text becomes one with stubs to fill in."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.authoring.article_text import check_article_text
from bot.authoring.from_json import from_json
from bot.authoring.json_reply import read_reply
from bot.authoring.layout import read_text
from bot.authoring.new import draft_article, new_article
from bot.errors import KnowledgeError
from tests.knowledge.small_article import read_knowledge

DATA: dict[str, Any] = {
    "source": {"title": "배: 이야기", "publisher": "신문 # 1", "language": "ko"},
    "entities": [
        {
            "id": "Ada Lund",
            "ko": "아다",
            "en": "Ada",
            "aliases": ["에이다", "아 다", "Lund"],
            "kind": "person",
        },
        {"id": "lund-ltd", "ko": "룬드", "en": "Lund Ltd", "aliases": ["에이다", "룬 드"], "kind": "org"},
        {"id": "더밀크", "ko": "더밀크", "en": "", "aliases": [], "kind": "company"},
    ],
    "facts": [
        {
            "id": "a",
            "ko": "네: '예'\u0007예요. # 끝",
            "en": '"Yes", he said.',
            "questions_ko": ["하나?", "둘?", "[셋]"],
            "questions_en": ["One?", "- Two", "Three: 3"],
            "tags": ["People & Co"],
            "paragraph": 2,
        },
        {
            "id": "b",
            "ko": "아니요.",
            "en": "No.",
            "questions_ko": ["하나", "넷?", "다섯?", "여섯?"],
            "questions_en": [],
            "tags": [],
            "paragraph": [1, 3],
        },
        {"id": "c", "ko": "음.", "questions_ko": ["7?", "8?", "9?"]},
    ],
    "commands": [
        {
            "name": "Who Left?",
            "name_ko": "누가 떠났나",
            "description": "d",
            "description_ko": "설",
            "tag": "people & co",
        },
    ],
}


def test_a_json_of_facts_becomes_a_folder_that_reads(tmp_path: Path) -> None:
    """Ids and names are changed where they must be; a text of two entries stays with the first. All of it is told."""
    source = tmp_path / "facts.json"
    source.write_text(json.dumps(DATA), encoding="utf-8")
    draft = new_article(source, tmp_path / "ship")
    article = read_knowledge(tmp_path / "ship").articles[0]
    assert article.slug == draft.slug == "ship"
    assert article.title.ko == "배: 이야기"
    assert article.publisher.ko == "신문 # 1"
    assert [entity.id for entity in article.entities] == ["ada-lund", "lund-ltd", "entity-3"]
    assert [entity.kind for entity in article.entities] == ["person", "organisation", "organisation"]
    assert article.entities[0].aliases == ("에이다", "Lund")
    assert [fact.id for fact in article.facts] == ["a", "b", "c"]
    assert article.facts[0].answer.ko == "네: '예' 예요. # 끝"
    assert article.facts[1].source.paragraphs == (1, 3)
    assert article.facts[2].source.section == "article"
    assert [command.name.ko for command in article.commands] == ["누가-떠났나"]
    assert [re.sub(r"^facts.json:1:[0-9]+: ", "", warning) for warning in draft.warnings] == [
        "/commands/0/name (command 'Who Left?'): the command 'Who Left?' is written 'who-left'",
        "/commands/0/name_ko (command 'Who Left?'): the command '누가 떠났나' is written '누가-떠났나'",
        "/commands/0/tag (command 'Who Left?'): the tag 'people & co' is written 'people-co'",
        "/entities/0/aliases/1 (entity 'Ada Lund'): '아 다' was left out: it is there twice",
        "/entities/0/id (entity 'Ada Lund'): the id 'Ada Lund' is written ada-lund",
        "/entities/1/aliases/0 (entity 'lund-ltd'): '에이다' was left out: it belongs to entity 'ada-lund'",
        "/entities/1/aliases/1 (entity 'lund-ltd'): '룬 드' was left out: it is there twice",
        "/entities/2/id (entity '더밀크'): the id '더밀크' is written entity-3",
        "/facts/0/tags/0 (fact 'a'): the tag 'People & Co' is written 'people-co'",
        "/facts/1/questions_ko/0 (fact 'b'): '하나' was left out: it belongs to fact 'a'",
    ]
    assert draft.summary() == (
        "article.yaml: 2 sections",
        "entities.yaml: 3 entities",
        "facts.yaml: 3 facts",
        "commands.yaml: 1 command",
    )


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    target = tmp_path / "ship"
    target.mkdir()
    (target / "facts.yaml").write_text("mine", encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"facts\.yaml: already exists and is not overwritten"):
        from_json(read_reply(json.dumps(DATA), "a.json"), "ship").write(target)
    assert [path.name for path in target.iterdir()] == ["facts.yaml"]
    assert (target / "facts.yaml").read_text(encoding="utf-8") == "mine"


TEXT = """\
섬의 배, 왜 못 뜨나

두 번의 겨울을 잃다
누가 책임지나

2019년 노린 조선소가 만든 배는 아직도 'Hale-2'라는 이름으로 항구에 묶여 있고, 아다 룬드 의장은 70억 원을 더 달라고 했다.

짧은 제목

배는 부두보다 17m 길다. 킴 대표는 이유를 말하지 않았고 섬 주민 300명은 세 번째 겨울을 기다린다고 말했습니다.
"""


def test_a_text_becomes_stubs_that_check_reports(tmp_path: Path) -> None:
    """Headings become sections with their paragraphs; names and figures become entities and evidence."""
    source = tmp_path / "a.txt"
    source.write_text(TEXT, encoding="utf-8")
    draft = new_article(source, tmp_path / "island")
    files = draft.files()
    assert sorted(files) == ["article.yaml", "cases.yaml", "entities.yaml", "facts.yaml"]
    for line in TEXT.splitlines()[1:]:
        assert not line or all(line not in content for content in files.values())
    assert draft.content["article.yaml"]["sections"] == [
        {"id": "headline", "label": {"ko": "제목", "en": "Headline"}},
        {"id": "deck", "label": {"ko": "부제", "en": "Deck"}},
        {"id": "part-1", "label": {"ko": "1부", "en": "Part 1"}, "paragraphs": "1-1"},
        {"id": "part-2", "label": {"ko": "2부", "en": "Part 2"}, "paragraphs": "2-2"},
    ]
    assert draft.content["entities.yaml"]["entities"] == [
        {"id": "hale-2", "kind": "product", "name": {"en": "Hale-2"}},
        {"id": "entity-2", "kind": "person", "name": {"ko": "아다 룬드"}},
    ]
    facts = draft.content["facts.yaml"]["facts"]
    evidence = [["2019년", "70억 원", "Hale-2", "아다 룬드"], ["17m", "300명", "세 번"]]
    assert [fact.get("evidence") for fact in facts if isinstance(fact, dict)] == evidence
    with pytest.raises(KnowledgeError) as caught:
        read_knowledge(tmp_path / "island")
    assert all("is unfinished" in problem.what for problem in caught.value.problems)
    assert len(caught.value.problems) == 4


def test_filled_in_stubs_are_read_and_their_evidence_is_in_the_text(tmp_path: Path) -> None:
    """An author has only to fill in the stubs: the guessed evidence is in the text."""
    source = tmp_path / "a.txt"
    source.write_text(TEXT, encoding="utf-8")
    for name, content in draft_article(source, "island").files().items():
        path = tmp_path / "island" / name
        path.parent.mkdir(exist_ok=True)
        filled = [line.replace("<fill in", f"written {at}") for at, line in enumerate(content.splitlines())]
        path.write_text("\n".join(filled), encoding="utf-8")
    article = read_knowledge(tmp_path / "island").articles[0]
    assert article.facts[0].evidence
    assert check_article_text(article, read_text(TEXT)) == ()


@pytest.mark.parametrize("text", ["", "\n\n", "only a title", "\ufeff"])
def test_a_text_without_paragraphs_is_refused(text: str, tmp_path: Path) -> None:
    source = tmp_path / "a.txt"
    source.write_text(text, encoding="utf-8")
    with pytest.raises(KnowledgeError, match="no paragraph was found"):
        draft_article(source, "island")


@pytest.mark.parametrize("slug", ["My Article", "", "-a", "a" * 33, "가"])
def test_a_folder_name_that_is_no_slug_is_refused(slug: str, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="a folder's name may contain only"):
        draft_article(tmp_path / "a.txt", slug)


def test_a_missing_source_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="no such file or directory"):
        draft_article(tmp_path / "a.txt", "island")


def test_a_target_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KnowledgeError, match="can't be written: "):
        from_json(read_reply(json.dumps(DATA), "a.json"), "ship").write(tmp_path / "file" / "ship")


def test_samples_beyond_four_of_a_fact_and_two_of_a_gap_are_written_apart(tmp_path: Path) -> None:
    asked = {"questions_ko": [f"하나 {n}" for n in "가나다라마바"], "questions_en": [f"one {n}" for n in "abcd"]}
    gap = {"id": "pay", "ko": "안 나와요.", "questions_ko": [f"둘 {n}" for n in "가나다"]}
    source = {"title": "제목", "publisher": "신문", "paragraphs": 1}
    data = {"source": source, "facts": [{"id": "a", "ko": "답", "paragraph": 1} | asked], "gaps": [gap]}
    (tmp_path / "reply.json").write_text(json.dumps(data), encoding="utf-8")
    draft = new_article(tmp_path / "reply.json", tmp_path / "art")
    apart = (tmp_path / "art/samples.yaml").read_text(encoding="utf-8")
    assert apart == "a:\n  ko:\n    - 하나 마\n    - 하나 바\npay:\n  ko:\n    - 둘 다\n"
    assert "samples.yaml: 3 further samples" in draft.summary()
    fact = read_knowledge(tmp_path / "art").articles[0].facts[0]
    assert [sample.text for sample in fact.samples] == [*asked["questions_ko"], *asked["questions_en"]]
