"""Any knowledge folder is read or refused with a reason; written YAML is read back the same."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unicodedata import normalize

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.authoring.article_text import check_article_text
from bot.authoring.from_json import from_json
from bot.authoring.from_text import from_text
from bot.authoring.json_reply import read_reply
from bot.authoring.layout import read_text
from bot.errors import KnowledgeError, Problem
from bot.knowledge.writer import Draft, dump
from bot.knowledge.yaml_reader import parse
from tests.knowledge.small_article import read_knowledge

NIGHT = Path(__file__).parents[1] / "articles/night-library"
FILES = {path.name: path.read_bytes() for path in sorted(NIGHT.glob("*.yaml"))}
SNIPPETS = [
    b"\n",
    b": ",
    b"- ",
    b" #",
    b'"',
    b"[",
    b"{",
    b"*a",
    b"&a ",
    b"!",
    b"\t",
    b"\0",
    b"\xff",
    b"|",
    b"  ",
    b"7",
]

REFUSED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")
texts = st.text(max_size=40).map(lambda text: normalize("NFC", REFUSED.sub("", text)))
keys = texts.filter(bool)
trees: st.SearchStrategy[Any] = st.recursive(
    texts, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4), max_leaves=12
)


def accepted(action: Callable[[], object]) -> bool:
    """Return whether `action` succeeds; a refusal must give its reasons, any other error fails the test."""
    try:
        action()
    except KnowledgeError as error:
        problems = error.problems
    else:
        return True
    assert problems
    assert all(problem.what for problem in problems)
    return False


def readable(files: dict[str, bytes]) -> bool:
    """Return whether an article of these files can be read; a refusal must give its reasons."""
    with TemporaryDirectory() as name:
        for file, content in files.items():
            (Path(name) / "art").mkdir(exist_ok=True)
            (Path(name) / "art" / file).write_bytes(content)
        return accepted(lambda: read_knowledge(Path(name)))


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_mutated_yaml_reads_or_says_why(data: st.DataObject) -> None:
    files = dict(FILES)
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from(sorted(files)))
        at = data.draw(st.integers(0, len(files[name])))
        until = at + data.draw(st.integers(0, 30))
        new = data.draw(st.sampled_from(SNIPPETS) | st.binary(max_size=6))
        files[name] = files[name][:at] + new + files[name][until:]
    readable(files)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(FILES)), trees | st.binary(max_size=60))
def test_any_tree_in_any_file_reads_or_says_why(name: str, tree: Any) -> None:  # noqa: ANN401 - any tree
    content = tree if isinstance(tree, bytes) else dump({"facts": tree, "entities": tree, "cases": tree}).encode()
    readable(FILES | {name: content})


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(keys, trees, min_size=1, max_size=4))
def test_what_is_written_reads_back_the_same(tree: dict[str, Any]) -> None:
    problems: list[Problem] = []
    document = parse(dump(tree).encode(), "f.yaml", problems)
    assert problems == []
    assert document is not None
    assert document.data == tree


words = st.text(max_size=20)
json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)
json_facts = st.fixed_dictionaries(
    {
        "id": words,
        "ko": words.map(lambda text: f"답 {text}"),
        "questions_ko": st.lists(words, min_size=3, max_size=5),
        "tags": st.lists(words, max_size=2),
        "paragraph": st.integers(1, 50) | st.lists(st.integers(1, 50), max_size=3),
    }
)


@settings(max_examples=100, deadline=None)
@given(st.lists(json_facts, min_size=1, max_size=4), json_values)
def test_any_json_of_facts_becomes_yaml_or_says_why(facts: list[Any], odd: Any) -> None:  # noqa: ANN401
    """What is accepted can be read; anything else is refused with a reason."""
    source = {"title": "제목", "publisher": "신문", "language": "ko"}
    for data in (
        {"source": source, "facts": facts},
        odd,
        {"source": source, "facts": odd},
        {"source": odd, "facts": facts},
    ):
        found: list[Draft] = []
        if accepted(lambda data=data, found=found: found.append(from_json(read_reply(json.dumps(data), "a"), "art"))):  # type: ignore[misc]
            assert readable({name: text.encode() for name, text in found[0].files().items()})


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400))
def test_any_text_becomes_stubs_or_says_why(text: str) -> None:
    """Stubs are YAML with places to fill in, so they are refused until these are filled in."""
    if accepted(lambda: from_text(read_text(text), "art")):
        draft = from_text(read_text(text), "art")
        assert not readable({name: content.encode() for name, content in draft.files().items()})


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=30), max_size=30).map("\n".join))
def test_evidence_is_reported_as_missing_in_any_other_text(text: str) -> None:
    (article,) = read_knowledge(NIGHT).articles
    cited = replace(article, facts=tuple(replace(fact, evidence=("7,654,321 books",)) for fact in article.facts))
    problems = check_article_text(cited, read_text(text))
    assert problems
    assert all(problem.what for problem in problems)
