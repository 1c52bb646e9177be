# ruff: noqa: E501 - in a table, one mistake is one line
"""The JSON in a chat assistant's reply is read strictly: each mistake is told with its place and its cure."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.authoring.new import draft_article, new_article
from bot.core.model import Source
from bot.errors import KnowledgeError, Problem
from tests.knowledge.small_article import read_knowledge


def good() -> dict[str, Any]:
    """Return a reply without a mistake."""
    return {
        "source": {"title": "시계", "publisher": "신문", "paragraphs": 4},
        "entities": [{"id": "vold", "kind": "person", "ko": "볼드", "en": "Vold", "aliases": ["Ines"]}],
        "facts": [
            {
                "id": "cost",
                "ko": "수리비는 4만이에요.",
                "en": "It costs 40,000.",
                "questions_ko": ["얼마야?", "수리비는?", "비용"],
                "questions_en": ["How much?", "What does it cost?", "price"],
                "paragraph": "2-3",
                "about": ["vold"],
                "status": "stated",
            },
        ],
        "gaps": [
            {"id": "age", "ko": "나이는 나오지 않아요.", "questions_ko": ["몇 살이야?"], "nearest": ["cost"]},
        ],
        "cases": [{"question": "얼마예요?", "expect": "cost"}],
    }


def text_of(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=1)


def drafted(text: str, folder: Path, name: str = "reply.json") -> tuple[Problem, ...]:
    """Return the problems of a reply, none where it is accepted."""
    (folder / name).write_text(text, encoding="utf-8")
    try:
        draft_article(folder / name, "ship")
    except KnowledgeError as error:
        return error.problems
    return ()


def without(text: str) -> Callable[[str], str]:
    return lambda reply: reply.replace(text, "", 1)


def instead(old: str, new: str) -> Callable[[str], str]:
    return lambda reply: reply.replace(old, new, 1)


def setting(path: str, value: object) -> Callable[[str], str]:
    """Return the change that sets a value; a path such as `facts/0/id`."""

    def change(reply: str) -> str:
        data = json.loads(reply)
        node, (*parts, last) = data, path.split("/")
        for part in parts:
            node = node[int(part) if part.isdigit() else part]
        if isinstance(node, list):
            node.insert(int(last), value)
        else:
            node[last] = value
        return text_of(data)

    return change


def again(key: str, changes: dict[str, object]) -> Callable[[str], str]:
    """Return the change that repeats the first item of a list, with changes."""

    def change(reply: str) -> str:
        data = json.loads(reply)
        data[key].append(data[key][0] | changes)
        return text_of(data)

    return change


OTHER: dict[str, object] = {"questions_ko": ["가?", "나?", "다?"], "questions_en": []}
MALFORMED: list[tuple[str, Callable[[str], str], str, str]] = [
    ("misspelt key", instead("questions_ko", "question_ko"), "/facts/0/question_ko", "unknown key 'question_ko': did you mean 'questions_ko'?"),
    ("misspelt top key", instead('"gaps"', '"gabs"'), "/gabs", "unknown key 'gabs': did you mean 'gaps'?"),
    ("unknown key", setting("facts/0/confidence", 1), "/facts/0/confidence", "unknown key 'confidence': remove it, or use one of id, "),
    ("unknown key of the source", setting("source/author", "A"), "/source/author", "unknown key 'author': remove it, or use one of title, "),
    ("unknown key of a case", setting("cases/0/expected", "cost"), "/cases/0/expected", "did you mean 'expect'?"),
    ("repeated id", again("facts", OTHER), "/facts/1/id", "the id 'cost' is used twice: rename one, or join the two"),
    ("id of a fact and a gap", setting("gaps/0/id", "cost"), "/gaps/0/id", "the id 'cost' is used twice"),
    ("repeated entity", again("entities", {"ko": "", "en": "B", "aliases": []}), "/entities/1/id", "the id 'vold' is used twice"),
    ("reserved id", setting("gaps/0/id", "nothing"), "/gaps/0/id", "'nothing' can't be an id"),
    ("missing id", without('"id": "cost",'), "/facts/0", "'id' is missing: add \"id\": …"),
    ("missing source", lambda reply: text_of({k: v for k, v in json.loads(reply).items() if k != "source"}), "", "'source' is missing"),
    ("missing title", setting("source/title", None), "/source/title", "'title' is missing"),
    ("missing facts", setting("facts", None), "/facts", "'facts' is missing"),
    ("no facts", setting("facts", []), "/facts", "has no fact"),
    ("no answer", lambda reply: setting("facts/0/ko", "")(setting("facts/0/en", "")(reply)), "/facts/0", "needs `ko: …` or `en: …`"),
    ("too few samples", lambda reply: setting("facts/0/questions_ko", ["하나"])(setting("facts/0/questions_en", [])(reply)), "/facts/0/questions_ko", "at least 3 needed"),
    ("number for a text", setting("facts/0/ko", 4), "/facts/0/ko", 'must be a text in quotation marks ("…"), not a number'),
    ("truth value for a text", setting("source/publisher", value=True), "/source/publisher", "not true or false"),
    ("list for a text", setting("facts/0/en", ["a"]), "/facts/0/en", "not a list"),
    ("object for a text", setting("gaps/0/ko", {"text": "a"}), "/gaps/0/ko", "not an object"),
    ("text for a list", setting("facts/0/questions_ko", "얼마야?"), "/facts/0/questions_ko", 'must be a list: ["…", "…"]'),
    ("text for an object", setting("facts/0", "a fact"), "/facts/0", "must be an object: {…}"),
    ("object for a list", setting("facts", {"cost": {}}), "/facts", "must be a list"),
    ("number in a list of texts", setting("facts/0/questions_en/1", 7), "/facts/0/questions_en/1", "must be a text"),
    ("null in a list of texts", setting("facts/0/questions_en/1", None), "/facts/0/questions_en/1", "not null"),
    ("empty sample", setting("facts/0/questions_en/0", " "), "/facts/0/questions_en/0", "is empty"),
    ("sample without letters", setting("facts/0/questions_en/0", "?!"), "/facts/0/questions_en/0", "has neither a letter nor a digit"),
    ("sample too long", setting("facts/0/questions_en/0", "a" * 301), "/facts/0/questions_en/0", "at most 300 are allowed"),
    ("paragraph that does not exist", setting("facts/0/paragraph", [3, 5]), "/facts/0/paragraph", "the article has no paragraph 5 (1–4)"),
    ("paragraph in words", setting("facts/0/paragraph", "third"), "/facts/0/paragraph", "paragraphs are numbers from 1"),
    ("paragraph zero", setting("facts/0/paragraph", 0), "/facts/0/paragraph", "paragraphs are numbers from 1"),
    ("paragraph with a fraction", setting("facts/0/paragraph", 2.5), "/facts/0/paragraph", "paragraphs are numbers from 1"),
    ("number of paragraphs in words", setting("source/paragraphs", "four"), "/source/paragraphs", "must be a whole number, such as 12"),
    ("unknown status", setting("facts/0/status", "rumour"), "/facts/0/status", "unknown status 'rumour' (known: "),
    ("unknown kind", setting("entities/0/kind", "robot"), "/entities/0/kind", "unknown kind 'robot' (known: "),
    ("unknown language", setting("source/language", "fr"), "/source/language", "unknown language 'fr' (known: en, ko)"),
    ("unknown entity", setting("facts/0/about/0", "volt"), "/facts/0/about/0", "did you mean 'vold'?"),
    ("unknown kind of answer", setting("facts/0/asks", ["whenever"]), "/facts/0/asks/0", "unknown kind of answer 'whenever'"),
    ("unknown nearest fact", setting("gaps/0/nearest/0", "costs"), "/gaps/0/nearest/0", "did you mean 'cost'?"),
    ("case of nothing known", setting("cases/0/expect", "price"), "/cases/0/expect", "unknown fact or gap 'price'"),
    ("command without a tag", setting("commands", [{"name": "a", "description": "b", "tag": "c"}]), "/commands/0/tag", "unknown tag 'c'"),
    ("wrong date", setting("source/date", "26/09/2024"), "/source/date", "a date must look like 2024-09-26"),
    ("name of two entities", again("entities", {"id": "b", "aliases": []}), "/entities/1/ko", "already belongs to entity 'vold'"),
    ("repeated key", instead('"en": "It', '"ko": "다시", "en": "It'), "/facts/0/ko", "the key 'ko' is repeated (first in line 21): join the two or remove one"),
    ("comma too many", instead('"비용"\n', '"비용",\n'), "/facts/0/questions_ko", "a ',' too many before ']': remove it"),
    ("comma too few", instead('"얼마야?",', '"얼마야?"'), "/facts/0/questions_ko", "a ',' is missing before this"),
    ("comment", instead('"facts"', '// the facts\n"facts"'), "", "JSON has no comments"),
    ("key without quotation marks", instead('"status"', "status"), "/facts/0", 'the key status needs quotation marks: "status"'),
    ("single quotation marks", instead('"stated"', "'stated'"), "/facts/0/status", "' is no quotation mark of JSON: write \""),
    ("typographic quotation marks", instead('"stated"', "“stated”"), "/facts/0/status", "“ is no quotation mark of JSON"),
    ("quotation mark in a text", instead("It costs", 'It "costs"'), "/facts/0", 'a quotation mark inside a text must be written \\"'),
    ("line break in a text", instead("It costs", "It\ncosts"), "/facts/0/en", "close the quotation mark, or write \\n"),
    ("unknown escape", instead("It costs", r"It\'s"), "/facts/0/en", "JSON has no such escape"),
    ("Python's words", instead('"stated"', "None"), "/facts/0/status", "None is not JSON: write null"),
    ("left out", instead('"비용"\n', '"비용", …\n'), "/facts/0/questions_ko/3", "something was left out here"),
    ("broken off", lambda reply: reply[: reply.index('"gaps"')], "", "the JSON breaks off here: ask for the rest"),
    ("broken off in a text", lambda reply: reply[: reply.index("costs")], "/facts/0/en", "never closed"),
    ("wrong bracket", instead('"비용"\n', '"비용"}\n'), "/facts/0/questions_ko", "write ']'"),
    ("colon too few", instead('"en":', '"en"'), "/entities/0/en", "a ':' is missing behind 'en'"),
    ("a list around everything", lambda reply: f"[{reply}]", "", "must be one object"),
    ("one key with two contents", lambda reply: f'{reply}\n{{"source": {{"title": "b", "publisher": "c"}}}}', "/source", "is given in two blocks with different content: keep one"),
    ("nested too deeply", setting("facts", json.loads("[" * 30 + "]" * 30)), "/facts/0/0", "is nested too deeply"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "pointer", "cure"), [row[1:] for row in MALFORMED], ids=[row[0] for row in MALFORMED]
)
def test_a_malformed_reply_is_told_with_place_and_cure(
    change: Callable[[str], str], pointer: str, cure: str, tmp_path: Path
) -> None:
    problems = drafted(change(text_of(good())), tmp_path)
    found = [problem for problem in problems if cure in problem.what]
    assert found, problems
    place = found[0].where.partition(" ")[0]
    assert place == pointer if not pointer.startswith("/facts/0/0") else place.startswith(pointer)
    assert re.match(r"reply\.json:\d+:\d+: ", str(found[0]))


def test_there_are_more_than_40_kinds_and_only_the_mistake_is_told(tmp_path: Path) -> None:
    """A mistake with the form is not told a second time as something that is missing."""
    assert len(MALFORMED) >= 40
    assert drafted(text_of(good()), tmp_path) == ()
    for name, change, *_ in MALFORMED:
        assert len(drafted(change(text_of(good())), tmp_path)) <= 3, name


def test_all_mistakes_are_told_at_once_with_line_and_column(tmp_path: Path) -> None:
    data = good()
    data["facts"][0]["paragraph"] = 9
    data["facts"][0]["question_ko"] = data["facts"][0].pop("questions_ko")
    data["gaps"][0]["nearest"] = ["none"]
    data["cases"][0]["expect"] = 3
    text = text_of(data)
    problems = drafted(text, tmp_path)
    assert [problem.where.partition(" ")[0] for problem in problems] == [
        "/facts/0/paragraph",
        "/facts/0/question_ko",
        "/gaps/0/nearest/0",
        "/cases/0/expect",
    ]
    lines = text.splitlines()
    starts = [lines[problem.line - 1][problem.column - 1 :] for problem in problems]
    assert starts == ["9,", "[", '"none"', "3"]


def test_nothing_is_written_of_a_reply_with_a_mistake(tmp_path: Path) -> None:
    (tmp_path / "reply.json").write_text(text_of(good() | {"cases": [{"question": "?"}]}), encoding="utf-8")
    with pytest.raises(KnowledgeError):
        new_article(tmp_path / "reply.json", tmp_path / "ship")
    assert not (tmp_path / "ship").exists()


@pytest.mark.parametrize("name", ["reply.json", "reply.txt", "reply.md"])
def test_json_is_taken_out_of_a_chat_reply_of_several_blocks(name: str, tmp_path: Path) -> None:
    """Text around it is no mistake; lists go on from block to block, and pointers count within each."""
    first = {key: value for key, value in good().items() if key in {"source", "entities", "facts"}}
    second = {
        "facts": [good()["facts"][0] | OTHER | {"id": "second", "paragraph": [1, 4]}],
        "gaps": good()["gaps"],
        "cases": good()["cases"],
    }
    reply = f"Sure! Here are {{both}} parts:\n\n```json\n{text_of(first)}\n```\nand\n```\n{text_of(second)}\n```\nDone."
    (tmp_path / name).write_text(reply, encoding="utf-8")
    new_article(tmp_path / name, tmp_path / "ship")
    article = read_knowledge(tmp_path / "ship").articles[0]
    assert [(fact.id, fact.source.paragraphs) for fact in article.facts] == [("cost", (2, 3)), ("second", (1, 4))]
    assert [gap.nearest for gap in article.gaps] == [("cost",)]
    assert [case.expect for case in article.cases] == ["cost"]
    assert article.language == "ko"
    assert article.facts[0].status == "stated"
    broken = reply.replace('"second"', '"nothing"')
    assert [problem.where.partition(" ")[0] for problem in drafted(broken, tmp_path)] == ["/facts/0/id"]


@pytest.mark.parametrize(
    ("given", "paragraphs"),
    [(2, (2,)), ("2", (2,)), ([1, 3], (1, 3)), ("1-3", (1, 2, 3)), ("1–2, 4", (1, 2, 4)), (["1-2", 4], (1, 2, 4))],
)
def test_paragraphs_are_a_number_a_range_or_a_list(given: object, paragraphs: tuple[int, ...], tmp_path: Path) -> None:
    (tmp_path / "reply.json").write_text(setting("facts/0/paragraph", given)(text_of(good())), encoding="utf-8")
    new_article(tmp_path / "reply.json", tmp_path / "ship")
    assert read_knowledge(tmp_path / "ship").articles[0].facts[0].source.paragraphs == paragraphs


def test_sections_of_a_reply_are_kept_and_facts_cite_them(tmp_path: Path) -> None:
    data = good()
    data["source"]["sections"] = [
        {"id": "first", "ko": "처음", "paragraphs": 1},
        {"id": "rest", "ko": "나머지", "paragraphs": "2-4"},
    ]
    (tmp_path / "reply.json").write_text(text_of(data), encoding="utf-8")
    new_article(tmp_path / "reply.json", tmp_path / "ship")
    article = read_knowledge(tmp_path / "ship").articles[0]
    assert [(section.id, section.paragraphs) for section in article.sections] == [("first", (1,)), ("rest", (2, 3, 4))]
    assert article.facts[0].source.section == "rest"
    data["facts"][0]["paragraph"] = [1, 2]
    (tmp_path / "reply.json").write_text(text_of(data), encoding="utf-8")
    new_article(tmp_path / "reply.json", tmp_path / "cited")
    source = read_knowledge(tmp_path / "cited").articles[0].facts[0].source
    assert source.sections() == (Source("first", (1,), (Source("rest", (2,)),)), Source("rest", (2,)))


@pytest.mark.parametrize("content", ["[]", "{", "", "no JSON at all", "[" * 100_000, '"facts"', "\ufeff"])
def test_something_else_than_json_of_facts_is_refused(content: str, tmp_path: Path) -> None:
    (problem,) = drafted(content, tmp_path)
    assert re.search("holds no JSON|breaks off|nested too deeply", problem.what)
