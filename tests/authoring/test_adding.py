# ruff: noqa: E501 - in a table, one mistake is one line
"""A reply is merged into a folder that a person wrote: only what is new is written, everything else stays."""

import difflib
import json
from pathlib import Path
from typing import Any

import pytest

from bot.authoring.adding import add_reply
from bot.errors import KnowledgeError
from tests.knowledge.small_article import Folder, read_knowledge

FACTS = """\
# Our facts, in the order of the article.
facts:
  - id: murati-origin   # an id may have a comment
    answer: {ko: "무라티는 알바니아에서 태어났어요."}
    questions:
      ko:
        - 무라티는 어느 나라 출신이야?
        - '무라티 고향'
        # a comment between samples
        - 무라티가 태어난 곳은?
    source: {section: exodus, paragraphs: [3]}
    about: [murati]

  - id: second
    answer:
      ko: 둘째 답이에요.
    questions:
      ko:
        - 둘째는?
        - 둘째 뭐야
        - 두 번째
    source:
      section: exodus
      paragraphs: 1-2
# the end
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a small article whose facts have comments."""
    small = Folder(tmp_path / "knowledge")
    small.write("art/facts.yaml", FACTS)
    return small.root / "art"


def reply(path: Path, data: dict[str, Any]) -> Path:
    (path / "reply.json").write_text(json.dumps(data, ensure_ascii=False, indent=1), encoding="utf-8")
    return path / "reply.json"


def added_lines(before: str, after: str) -> list[str]:
    """Return the lines that were added; a line that was removed fails the test."""
    changed = [line for line in difflib.ndiff(before.splitlines(), after.splitlines()) if line[0] in "+-"]
    assert all(line.startswith("+") for line in changed), changed
    return [line[2:] for line in changed]


def test_new_samples_and_facts_are_added_and_no_other_line_changes(folder: Path, tmp_path: Path) -> None:
    data = {
        "entities": [{"id": "murati", "aliases": ["미라", "무라티"]}],
        "facts": [
            {"id": "murati-origin", "questions_ko": ["무라티 고향?", "어디서 왔어"], "questions_en": ["Where from?"]},
            {"id": "third", "ko": "셋째: 답.", "questions_ko": ["셋째는?", "셋째 # 뭐", "세 번째"], "paragraph": "6-7"},
        ],
        "gaps": [{"id": "age", "ko": "안 나와요.", "questions_ko": ["몇 살?"], "nearest": ["third"]}],
        "cases": [{"question": "세 번째는?", "expect": "third"}],
    }
    merged = add_reply(reply(tmp_path, data), folder)
    assert added_lines(FACTS, (folder / "facts.yaml").read_text(encoding="utf-8")) == [
        "        - 어디서 왔어",
        "      en:",
        "        - Where from?",
        "  - id: third",
        "    answer:",
        "      ko: '셋째: 답.'",
        "    questions:",
        "      ko:",
        "        - 셋째는?",
        "        - '셋째 # 뭐'",
        "        - 세 번째",
        "    source:",
        "      section: exodus",
        "      paragraphs: [6, 7]",
        "gaps:",
        "  - id: age",
        "    answer:",
        "      ko: 안 나와요.",
        "    questions:",
        "      ko:",
        "        - 몇 살?",
        "    nearest: [third]",
    ]
    article = read_knowledge(folder).articles[0]
    assert len(article.facts[0].samples) == 5
    assert article.entities[0].aliases == ("무라티", "미라")
    assert [case.expect for case in article.cases] == ["third"]
    assert merged.changes == (
        "entities.yaml: entity 'murati': +1 aliases",
        "facts.yaml: fact 'murati-origin': +1 questions.ko, +1 questions.en",
        "facts.yaml: new fact 'third'",
        "facts.yaml: new gap 'age'",
        "cases.yaml: new case '세 번째는?'",
    )
    assert merged.notes == ("reply.json: 2 texts not new to the folder",)
    assert add_reply(reply(tmp_path, data), folder).changes == ()


def test_what_the_folder_says_otherwise_stays_and_is_told(folder: Path, tmp_path: Path) -> None:
    """Answer and paragraph of the folder are kept; a sample of another fact is left out."""
    fact = {
        "id": "second",
        "ko": "다른 답.",
        "paragraph": 3,
        "status": "denied",
        "questions_ko": ["무라티 고향", "새로"],
    }
    source = {"title": "다른 제목", "publisher": "신문", "language": "ko"}
    merged = add_reply(reply(tmp_path, {"source": source, "facts": [fact]}), folder)
    assert [note.partition(": ")[2] for note in merged.notes] == [
        "/source: was left out: the folder says what the article is",
        "/facts/0/ko (fact 'second'): differs from the folder's answer.ko, which was kept",
        "/facts/0/paragraph (fact 'second'): differs from the folder's source, which was kept",
        "/facts/0/questions_ko/0 (fact 'second'): '무라티 고향' was left out: it belongs to fact 'murati-origin'",
    ]
    assert added_lines(FACTS, (folder / "facts.yaml").read_text(encoding="utf-8")) == [
        "        - 새로",
        "    status: denied",
    ]
    assert merged.changes == ("facts.yaml: fact 'second': +1 questions.ko, +status",)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (
            {"facts": [{"id": "new", "ko": "답", "questions_ko": ["하나", "둘", "셋"]}]},
            "3:3: /facts/0 (fact 'new'): 'paragraph' is missing: which of 1–7?",
        ),
        (
            {"facts": [{"id": "new", "ko": "답", "questions_ko": ["하나", "둘", "셋"], "paragraph": 8}]},
            "11:17: /facts/0/paragraph (fact 'new'): the article has no paragraph 8 (1–7)",
        ),
        ({"facts": [{"id": "second", "about": ["none"]}]}, "6:5: /facts/0/about/0 (fact 'second'): unknown entity 'none'"),
        ({"gaps": [{"id": "second", "ko": "답", "questions_ko": ["하나"]}]}, "4:10: /gaps/0/id (gap 'second'): the id 'second' is already used in facts.yaml:14"),
        ({"facts": [{"id": "second", "question_ko": ["하나"]}]}, "5:19: /facts/0/question_ko (fact 'second'): unknown key"),
        ({"entities": [{"id": "fine", "ko": "괜찮음"}], "cases": [{"question": "?!", "expect": "first"}]}, "11:14: /cases/0/expect: unknown fact or gap 'first'"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_and_nothing_is_written(
    folder: Path, tmp_path: Path, data: dict[str, Any], told: str
) -> None:
    with pytest.raises(KnowledgeError) as caught:
        add_reply(reply(tmp_path, data), folder)
    assert told in str(caught.value)
    assert (folder / "facts.yaml").read_text(encoding="utf-8") == FACTS
    assert sorted(path.name for path in folder.iterdir()) == ["article.yaml", "entities.yaml", "facts.yaml"]


def test_related_facts_for_which_there_is_no_room_are_left_out_and_told(folder: Path, tmp_path: Path) -> None:
    """Two parts of a brief may name related facts of the same fact."""
    samples = {"questions_ko": ["셋", "셋이요", "셋은?"]}
    others = [{"id": f"fact-{n}", "ko": f"{n}번 답.", "paragraph": 1, **samples} for n in range(4)]
    for n, one in enumerate(others):
        one["questions_ko"] = [f"{n} {text}" for text in samples["questions_ko"]]
    fact = {"id": "second", "related": [str(one["id"]) for one in others[:3]]}
    add_reply(reply(tmp_path, {"facts": [*others, fact]}), folder)
    merged = add_reply(reply(tmp_path, {"facts": [{"id": "second", "related": ["fact-3"]}]}), folder)
    assert any("'related' is full, so that 'fact-3' was left out" in note for note in merged.notes)


def test_line_ends_and_the_mark_at_the_start_of_a_file_stay(folder: Path, tmp_path: Path) -> None:
    (folder / "facts.yaml").write_bytes(b"\xef\xbb\xbf" + FACTS.replace("\n", "\r\n").encode())
    add_reply(reply(tmp_path, {"facts": [{"id": "second", "questions_ko": ["새로"]}]}), folder)
    data = (folder / "facts.yaml").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf#")
    assert data.count(b"\n") == data.count(b"\r\n") == FACTS.count("\n") + 1


def test_facts_of_a_folder_of_files_are_added_to_where_they_are(folder: Path, tmp_path: Path) -> None:
    first, second = FACTS.split("\n\n")
    (folder / "facts").mkdir()
    (folder / "facts.yaml").unlink()
    (folder / "facts/a.yaml").write_text(first, encoding="utf-8")
    (folder / "facts/b.yaml").write_text(f"facts:\n{second}", encoding="utf-8")
    merged = add_reply(reply(tmp_path, {"facts": [{"id": "second", "questions_ko": ["새로"]}]}), folder)
    assert merged.changes == ("facts/b.yaml: fact 'second': +1 questions.ko",)
    assert (folder / "facts/a.yaml").read_text(encoding="utf-8") == first
    assert len(read_knowledge(folder).articles[0].facts[1].samples) == 4


SAMPLES = """\
# Further samples.
murati-origin:
  en:
    - Where is she from
    # chatty
    - 'which country, though?'

second:
  ko:
    - 둘째 좀 알려줘
"""


def test_new_samples_go_to_the_samples_file_of_a_folder_that_has_one(folder: Path, tmp_path: Path) -> None:
    (folder / "samples.yaml").write_text(SAMPLES, encoding="utf-8")
    data = {
        "facts": [
            {
                "id": "murati-origin",
                "questions_ko": ["어디서 왔어", "무라티 고향"],
                "questions_en": ["where from", "Where is she from?"],
            },
            {"id": "third", "ko": "답.", "questions_ko": [f"셋째 {n}" for n in "가나다라마바"], "paragraph": 6},
        ],
        "gaps": [{"id": "age", "ko": "안 나와요.", "questions_ko": ["몇 살?", "나이", "생일"]}],
    }
    merged = add_reply(reply(tmp_path, data), folder)
    assert added_lines(SAMPLES, (folder / "samples.yaml").read_text(encoding="utf-8")) == [
        "    - where from",
        "  ko:",
        "    - 어디서 왔어",
        "third:",
        "  ko:",
        "    - 셋째 마",
        "    - 셋째 바",
        "age:",
        "  ko:",
        "    - 생일",
    ]
    assert [line for line in added_lines(FACTS, (folder / "facts.yaml").read_text(encoding="utf-8")) if "- " in line] == [
        "  - id: third", "        - 셋째 가", "        - 셋째 나", "        - 셋째 다", "        - 셋째 라",
        "  - id: age", "        - 몇 살?", "        - 나이",
    ]  # fmt: skip
    assert merged.changes == (
        "samples.yaml: fact 'murati-origin': +1 ko, +1 en",
        "facts.yaml: new fact 'third'",
        "samples.yaml: fact 'third': +2 ko",
        "facts.yaml: new gap 'age'",
        "samples.yaml: gap 'age': +1 ko",
    )
    assert merged.notes == ("reply.json: 2 texts not new to the folder",)
    assert [len(item.samples) for item in read_knowledge(folder).articles[0].facts] == [7, 4, 6]
    assert add_reply(reply(tmp_path, data), folder).changes == ()


def test_samples_beyond_four_of_a_fact_begin_a_samples_file(folder: Path, tmp_path: Path) -> None:
    data = {"facts": [{"id": "second", "questions_ko": ["하나", "둘", "셋"], "questions_en": ["one"]}]}
    merged = add_reply(reply(tmp_path, data), folder)
    assert (folder / "samples.yaml").read_text(encoding="utf-8") == "second:\n  ko:\n    - 둘\n    - 셋\n"
    assert merged.changes == (
        "facts.yaml: fact 'second': +1 questions.ko, +1 questions.en",
        "samples.yaml: fact 'second': +2 ko",
    )
    assert len(read_knowledge(folder).articles[0].facts[1].samples) == 7


def test_samples_go_to_the_file_beside_the_facts_or_where_the_fact_has_some(folder: Path, tmp_path: Path) -> None:
    first, second = FACTS.split("\n\n")
    (folder / "facts.yaml").unlink()
    for name, text in (
        ("facts/a", first),
        ("facts/b", f"facts:\n{second}"),
        ("samples/a", "second:\n  en: [second]\n"),
        ("samples/b", "murati-origin: {en: [from]}\n"),
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    third = {"id": "third", "ko": "답.", "questions_ko": [f"셋째 {n}" for n in "가나다라마"], "paragraph": 6}
    merged = add_reply(reply(tmp_path, {"facts": [{"id": "second", "questions_ko": ["새로"]}, third]}), folder)
    assert merged.changes == (
        "samples/a.yaml: fact 'second': +1 ko",
        "facts/a.yaml: new fact 'third'",
        "samples/a.yaml: fact 'third': +1 ko",
    )


def test_a_mistake_in_a_sample_that_goes_to_the_samples_file_is_told_in_the_reply(folder: Path, tmp_path: Path) -> None:
    (folder / "samples.yaml").write_text("second: {ko: [둘째 좀]}\n", encoding="utf-8")
    with pytest.raises(
        KnowledgeError, match=r"reply\.json:6:5: /facts/0/questions_ko/0 .*neither a letter nor a digit"
    ):
        add_reply(reply(tmp_path, {"facts": [{"id": "second", "questions_ko": ["?!"]}]}), folder)
    assert (folder / "samples.yaml").read_text(encoding="utf-8") == "second: {ko: [둘째 좀]}\n"


def test_a_folder_with_problems_is_not_added_to(folder: Path, tmp_path: Path) -> None:
    (folder / "facts.yaml").write_text(FACTS.replace("second", "murati-origin"), encoding="utf-8")
    with pytest.raises(KnowledgeError, match=r"facts\.yaml:14: .*already used"):
        add_reply(reply(tmp_path, {"facts": []}), folder)


def test_a_folder_of_articles_is_not_added_to(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="name the folder of one article"):
        add_reply(reply(tmp_path, {"facts": []}), folder.parent)


def test_nothing_is_written_where_one_file_cannot_be(folder: Path, tmp_path: Path) -> None:
    """A file that can't be replaced leaves all others as they were."""
    (folder / "cases.yaml").mkdir()
    data = {
        "facts": [{"id": "second", "questions_ko": ["새로"]}],
        "cases": [{"question": "새로?", "expect": "second"}],
    }
    with pytest.raises(KnowledgeError, match="is a folder"):
        add_reply(reply(tmp_path, data), folder)
    assert (folder / "facts.yaml").read_text(encoding="utf-8") == FACTS
