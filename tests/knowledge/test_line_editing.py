# ruff: noqa: E501 - in a table, one change is one line
"""Values in YAML that a person wrote are changed by line: comments, order, quotation marks and other lines stay."""

import difflib
from typing import Any
from unicodedata import normalize

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import KnowledgeError
from bot.knowledge.line_editing import Change, Insert, Put, Remove, edit
from bot.knowledge.writer import dump
from bot.knowledge.yaml_reader import parse

TEXT = """\
# head
facts:
  # about one
  - id: one   # an id
    answer: {ko: "하나 🎉예요.", en: 'It''s one'}
    label:
      ko: 첫째
    questions:
      ko:
        - 하나는?
        # a comment between
        - '하나 뭐야'
        - 하나 좀

      en: [one, two]
    source: {section: exodus, paragraphs: [3]}
    about: [murati]

  - id: two
    answer:
      ko: |
        첫 줄
        둘째 줄

      en: >-
        folded
        text
    questions:
      ko:
      - 둘
# the end
"""


def changed(*changes: Change, text: str = TEXT) -> list[str]:
    """Return the lines that differ, as a diff shows them."""
    after = edit(text.encode(), "facts.yaml", changes).decode()
    return [line for line in difflib.ndiff(text.splitlines(), after.splitlines()) if line[0] in "+-"]


KO = ("facts", 0, "questions", "ko")
CHANGES: list[tuple[list[Change], list[str]]] = [
    ([Put((*KO, 0), "하나: 뭐?")], ["-         - 하나는?", '+         - "하나: 뭐?"']),
    ([Put((*KO, 1), "하나 '뭐'")], ["-         - '하나 뭐야'", "+         - '하나 ''뭐'''"]),
    ([Remove((*KO, 1))], ["-         - '하나 뭐야'"]),
    ([Remove((*KO, 0)), Insert(KO, 0, ("처음",)), Insert(KO, 3, ("끝",))], ["-         - 하나는?", "+         - 처음", "+         - 끝"]),
    ([Insert(KO, 1, ("가", "나"))], ["+         - 가", "+         - 나"]),
    ([Put(("facts", 0, "answer", "ko"), "둘, 셋")], ['-     answer: {ko: "하나 🎉예요.", en: \'It\'\'s one\'}', '+     answer: {ko: "둘, 셋", en: \'It\'\'s one\'}']),
    ([Remove(("facts", 0, "answer", "en"))], ['-     answer: {ko: "하나 🎉예요.", en: \'It\'\'s one\'}', "+     answer: {ko: 하나 🎉예요.}"]),
    ([Put(("facts", 0, "label", "en"), "First")], ["+       en: First"]),
    ([Remove(("facts", 0, "label"))], ["-     label:", "-       ko: 첫째"]),
    ([Insert(("facts", 0, "questions", "en"), 2, ("three?",))], ["-       en: [one, two]", "+       en: [one, two, three?]"]),
    ([Put(("facts", 0, "source", "paragraphs"), ["3", "4"])], ["-     source: {section: exodus, paragraphs: [3]}", "+     source: {section: exodus, paragraphs: [3, 4]}"]),
    ([Put(("facts", 0, "status"), "denied")], ["+     status: denied"]),
    ([Put(("facts", 1, "answer", "ko"), "새 줄\n둘째 줄")], ["-       ko: |", "+       ko: |-", "-         첫 줄", "+         새 줄"]),
    ([Put(("facts", 1, "answer", "en"), "other\ntext")], ["-         folded", "+         other", "+ "]),
    ([Insert(("facts", 1, "questions", "ko"), 1, ("셋",))], ["+       - 셋"]),
    ([Put(("facts", 1, "questions", "en"), ["two"]), Insert(("facts", 1, "questions", "ko"), 1, ("셋",))], ["+       - 셋", "+       en: [two]"]),
    ([Insert(("facts",), 2, ({"id": "three", "about": ["a"]},))], ["+ ", "+   - id: three", "+     about: [a]"]),
    ([Put(("gaps",), [{"id": "pay"}])], ["+ gaps:", "+   - id: pay"]),
    ([Remove(("facts", 1, "questions"))], ["-     questions:", "-       ko:", "-       - 둘"]),
    ([Remove(("facts", 1, "questions", "ko"))], ["-       ko:", "-       - 둘", "+       {}"]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "lines"), CHANGES)
def test_only_lines_that_change_are_written(changes: list[Change], lines: list[str]) -> None:
    assert sorted(changed(*changes)) == sorted(lines)


def test_an_item_is_removed_and_comments_stay() -> None:
    after = edit(TEXT.encode(), "facts.yaml", [Remove(("facts", 1))]).decode()
    assert after == TEXT[: TEXT.index("  - id: two")] + "# the end\n"
    after = edit(TEXT.encode(), "facts.yaml", [Remove(("facts", 0)), Remove(("facts", 1))]).decode()
    assert after == "# head\nfacts:\n  # about one\n\n  []\n# the end\n"


@pytest.mark.parametrize(
    ("text", "expected"), [("{}\n", "a:\n  ko:\n    - x: 'y'\n"), ("# none\n{}", "# none\na:\n  ko:\n    - x: 'y'")]
)
def test_what_was_empty_is_written_in_lines(text: str, expected: str) -> None:
    after = edit(text.encode(), "samples.yaml", [Put(("a",), {"ko": ["x: 'y'"]})]).decode()
    assert after == expected.replace("- x: 'y'", "- \"x: 'y'\"")
    assert edit(after.encode(), "samples.yaml", [Remove(("a",))]).decode() == text
    assert edit(b"facts: []\n", "facts.yaml", [Insert(("facts",), 0, ({"id": "a"},))]) == b"facts:\n  - id: a\n"


def test_line_ends_and_the_mark_at_the_start_stay() -> None:
    data = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    after = edit(data, "facts.yaml", [Put((*KO, 0), "새로")])
    assert after == data.replace("하나는?".encode(), "새로".encode())


def test_what_cannot_be_changed_alone_is_refused() -> None:
    """A key beside the dash of its item can't be removed as a line."""
    with pytest.raises(KnowledgeError, match="change it by hand"):
        edit(TEXT.encode(), "facts.yaml", [Remove(("facts", 0, "id"))])


texts = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S", "Zs"]) | st.sampled_from(list("\"'\n:#-[]{},&*")), min_size=1, max_size=12).map(lambda text: normalize("NFC", text).strip()).filter(bool)  # fmt: skip
lists = st.lists(texts, min_size=1, max_size=4)
items = st.fixed_dictionaries({"id": st.just("a"), "answer": st.fixed_dictionaries({"ko": texts}, optional={"en": texts}), "questions": st.dictionaries(st.sampled_from(["ko", "en"]), lists, min_size=1)})  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_change_of_what_we_write_says_what_it_should(data: st.DataObject) -> None:
    content: Any = {"facts": data.draw(st.lists(items, min_size=1, max_size=3))}
    content = parse(dump(content).encode(), "f", [])
    assert content is not None
    before: Any = content.data
    changes: list[Change] = []
    number = 0
    for at, item in enumerate(before["facts"]):
        changes += [Put(("facts", at, "answer", language), data.draw(texts)) for language in ("ko", "en")]
        for language, samples in item["questions"].items():
            path = ("facts", at, "questions", language)
            gone = data.draw(st.sets(st.integers(0, len(samples) - 1)))
            new = tuple(data.draw(lists))
            changes += [Insert(path, data.draw(st.integers(0, len(samples))), new), *(Remove((*path, n)) for n in gone)]
            number += len(samples) - len(gone) + len(new)
    read = parse(edit(dump(before).encode(), "f", changes), "f", [])
    assert read is not None
    after: Any = read.data
    assert sum(len(samples) for item in after["facts"] for samples in item["questions"].values()) == number
