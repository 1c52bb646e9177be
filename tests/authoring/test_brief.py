"""A brief is complete: whoever has nothing else can draft facts that are imported without a mistake."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from bot.authoring.adding import add_reply
from bot.authoring.advice import Misclassified
from bot.authoring.brief import addition_schema, reply_schema, write_brief
from bot.authoring.layout import read_text
from bot.authoring.more import write_more
from bot.authoring.new import draft_article, new_article
from bot.cli import app
from bot.core.model import LANGUAGES, Language
from bot.errors import ConfigError, KnowledgeError
from tests.knowledge.small_article import read_knowledge

ARTICLE = """\
The clock that runs backwards

The clock on the harbour tower of Marel has run backwards since 3 March, says harbour master Ines Vold.

Repairing it would cost 40,000 crowns. The council has set aside half of that; the shopkeepers are against it.
"""


def blocks(text: str) -> list[str]:
    """Return the blocks of code."""
    return re.findall(r"```json\n(.*?)\n```", text, re.DOTALL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_brief_has_paragraphs_source_example_and_schema(language: Language) -> None:
    brief = write_brief(read_text(ARTICLE), language, 24)
    assert (brief.part, brief.parts) == (1, 1)
    assert "[1] The clock on the harbour tower" in brief.text
    assert "[2] Repairing it would cost" in brief.text
    source, example, schema = map(json.loads, blocks(brief.text))
    unknown = "<fill in: the publisher>"
    assert source == {"title": "The clock that runs backwards", "publisher": unknown, "language": "en", "paragraphs": 2}
    assert schema == reply_schema()
    assert set(example) <= set(schema["properties"])
    assert "$" not in re.sub(r"```.*?```", "", brief.text, flags=re.DOTALL)
    assert brief.text.count("24") >= 3


def test_the_example_of_a_brief_follows_its_schema_and_is_imported_as_it_is(tmp_path: Path) -> None:
    """A whole brief, taken for a reply, is refused because the source stands there alone."""
    _, example, _ = blocks(write_brief(read_text(ARTICLE), "en", 24).text)
    Draft202012Validator.check_schema(reply_schema())
    Draft202012Validator(reply_schema()).validate(json.loads(example))
    (tmp_path / "reply.json").write_text(example, encoding="utf-8")
    assert new_article(tmp_path / "reply.json", tmp_path / "clock").warnings == ()
    article = read_knowledge(tmp_path / "clock").articles[0]
    assert [fact.source.paragraphs for fact in article.facts] == [(2,), (1,)]
    (tmp_path / "brief.md").write_text(write_brief(read_text(ARTICLE), "en", 24).text, encoding="utf-8")
    with pytest.raises(KnowledgeError):
        draft_article(tmp_path / "brief.md", "clock")


def test_the_brief_is_in_the_language_of_the_article_unless_another_is_named() -> None:
    assert write_brief(read_text(ARTICLE), None, 24).text.startswith("# Write the facts")
    korean = "거꾸로 가는 시계\n\n마렐 항구 탑의 시계가 3월 3일부터 거꾸로 가고 있다고 항만장 이네스 볼드가 말했다.\n"
    assert write_brief(read_text(korean), None, 24).text.startswith("# 기사 내용을")
    assert write_brief(read_text(korean), "en", 24).text.startswith("# Write the facts")
    assert '"language": "ko"' in write_brief(read_text(korean), "en", 24).text


def test_a_long_article_comes_in_parts_that_hold_each_paragraph_once() -> None:
    line = "The clock number {} on the harbour tower of Marel has run backwards since 3 March, says Ines Vold there."
    article = "\n\n".join(["Thirty clocks", *(line.format(number) for number in range(1, 31))])
    briefs = [write_brief(read_text(article), "en", 12, part) for part in (1, 2, 3)]
    assert {brief.parts for brief in briefs} == {3}
    numbers = [int(number) for brief in briefs for number in re.findall(r"^\[(\d+)\]", brief.text, re.MULTILINE)]
    assert numbers == list(range(1, 31))
    assert all('"paragraphs": 30' in brief.text for brief in briefs)
    assert "in paragraphs 11–20" in briefs[1].text, "no part is a small remainder"
    assert max(len(brief.text) for brief in briefs) < 20_000
    with pytest.raises(ConfigError, match="There is no part 4: this article has 3"):
        write_brief(read_text(article), "en", 12, 4)


def test_brief_writes_to_a_file_or_standard_output(tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    source, out = tmp_path / "article.txt", tmp_path / "brief.md"
    source.write_text(ARTICLE, encoding="utf-8")
    app(["brief", str(source), "--out", str(out), "--samples", "7"], standalone_mode=False)
    assert out.read_text(encoding="utf-8") == write_brief(read_text(ARTICLE), None, 7).text
    with pytest.raises(ConfigError, match="can't be written"):
        app(["brief", str(source), "--out", str(tmp_path)], standalone_mode=False)
    assert capfdbinary.readouterr().out == b""


def missed(fact: str, sample: str, found: str) -> Misclassified:
    return Misclassified("clock", fact, sample, (found, fact), 0.1, 0, 1, offered=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_second_brief_asks_for_what_is_weak_and_its_reply_is_added(language: Language, tmp_path: Path) -> None:
    """Facts that are missed, two taken for each other, a paragraph, a figure and a name that no fact tells."""
    _, example, _ = blocks(write_brief(read_text(ARTICLE), "en", 24).text)
    (tmp_path / "reply.json").write_text(example.replace('"paragraphs": 2', '"paragraphs": 3'), encoding="utf-8")
    new_article(tmp_path / "reply.json", tmp_path / "clock")
    article = read_knowledge(tmp_path / "clock").articles[0]
    text = ARTICLE.replace("half of that", "half of that for 2027, says the baker Ada Lund")
    text += "\nNobody in the town remembers that any clock in the harbour has ever run backwards before this spring.\n"
    wrong = [missed("repair-cost", f"price {at}?", "backwards-since") for at in (1, 2)]
    asked = [("Who winds {clock}?", 7), ("Why $5?", 2)]
    first, *_ = re.findall(
        r"^1\. .*\n\n((?:   - .*\n)+)",
        write_more(article, read_text(text), wrong, language, 24, asked=asked),
        re.MULTILINE,
    )
    assert first == "   - “Who winds {clock}?” (7×)\n   - “Why $5?” (2×)\n"
    brief = write_more(article, read_text(text), wrong, language, 24)
    wishes = re.findall(r"^(\d)\. (.*)", brief, re.MULTILINE)
    assert [number for number, _ in wishes] == ["1", "2", "3", "4"]
    assert "`repair-cost`" in wishes[0][1]
    assert "“price 1?”, “price 2?”" in wishes[0][1]
    assert "`repair-cost`" in wishes[1][1]
    assert "`backwards-since`" in wishes[1][1]
    assert "[3] Nobody in the town" in brief
    assert "“2027”, “Ada Lund”" in wishes[3][1]
    assert "40,000" not in wishes[3][1]
    assert json.loads(blocks(brief)[1]) == addition_schema()
    Draft202012Validator.check_schema(addition_schema())
    reply = {"facts": [{"id": "repair-cost", "questions_en": ["What would the town pay?"]}]}
    Draft202012Validator(addition_schema()).validate(reply)
    (tmp_path / "more.json").write_text(json.dumps(reply), encoding="utf-8")
    assert add_reply(tmp_path / "more.json", tmp_path / "clock").changes == (
        "facts.yaml: fact 'repair-cost': +1 questions.en",
    )


def test_a_second_brief_asks_for_nothing_where_nothing_is_weak(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the command line, without the encoder."""
    _, example, _ = blocks(write_brief(read_text(ARTICLE), "en", 24).text)
    for name, text in (("reply.json", example), ("article.txt", ARTICLE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    new_article(tmp_path / "reply.json", tmp_path / "clock")
    article, folder = str(tmp_path / "article.txt"), str(tmp_path / "clock")
    monkeypatch.setenv("BOT_DATABASE_URL", "off")
    app(["brief", article, "--more", folder, "--lang", "en", "--no-semantic"], standalone_mode=False)
    printed = capfdbinary.readouterr().out.decode()
    assert "- fact `repair-cost`: Repairing the clock of Marel" in printed
    assert "[1]" not in printed
    with pytest.raises(ConfigError, match="--more needs the folder of one article"):
        app(["brief", article, "--more", "tests/articles", "--no-semantic"], standalone_mode=False)


def test_what_the_text_does_not_say_is_told_to_brief(tmp_path: Path) -> None:
    (tmp_path / "article.txt").write_text(ARTICLE, encoding="utf-8")
    given = ["--publisher", "Marel Post", "--date", "26 September 2024", "--url", "https://marel.example/clock"]
    app(["brief", str(tmp_path / "article.txt"), "--out", str(tmp_path / "brief.md"), *given], standalone_mode=False)
    source, *_ = blocks((tmp_path / "brief.md").read_text(encoding="utf-8"))
    assert json.loads(source) == {
        "title": "The clock that runs backwards",
        "publisher": "Marel Post",
        "date": "2024-09-26",
        "url": "https://marel.example/clock",
        "language": "en",
        "paragraphs": 2,
    }
