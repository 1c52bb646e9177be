"""The preview shows what Discord will show, and all of it as plain text."""

import io
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest
from rich.cells import cell_len
from rich.console import Console

from bot.cli import app
from bot.core.model import Article, Command, Knowledge, Row, Text
from bot.errors import ConfigError
from bot.service.library import Library
from bot.service.views import Block, Line, Page, Span
from bot.terminal.preview import Scene, html_page, scenes, show, write_html
from tests.cli.running import NIGHT as NIGHT_FOLDER
from tests.cli.running import run
from tests.core.ferry import ferry, night_snapshot

NIGHT = night_snapshot().knowledge
QUESTION = "밤 도서관은 언제부터 운영했어?"
TOUR = ["mention", "why", "list", "closest", "suggestion", "refusal", "small_talk"]
HOSTILE = "\"><script>alert('&')</script> @everyone <@1> [b]x[/b] **\x1b[31m\ud800\u202e javascript:"


def library(knowledge: Knowledge | None = None) -> Library:
    """Return a library of `knowledge`, by default the night library."""
    return night() if knowledge is None else Library(lambda: (knowledge, "1"), None)


@cache
def night() -> Library:
    return Library(lambda: (NIGHT, "1"), None, restored=night_snapshot())


def text_of(scene: Scene) -> str:
    """Return the text of a scene's page without formatting."""
    lines = (line for block in scene.page.blocks for line in (*block.body, *block.footer))
    return "\n".join("".join(span.text for span in line.spans) for line in lines)


def screen(knowledge: Knowledge, shown: tuple[Scene, ...], width: int = 100) -> str:
    """Return what a terminal without colours shows."""
    file = io.StringIO()
    show(Console(file=file, width=width), knowledge, shown)
    return file.getvalue()


class Tags(HTMLParser):
    """Counts the tags and attributes of a page and keeps its text."""

    def __init__(self, page: str) -> None:
        """Read `page`."""
        super().__init__()
        self.found: Counter[tuple[str, ...]] = Counter()
        self.text = ""
        self.links: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count a tag with its attributes."""
        self.found[tag, *(name for name, _ in attrs)] += 1
        self.links |= {value or "" for name, value in attrs if name in {"href", "src"}}

    def handle_data(self, data: str) -> None:
        """Keep what is shown."""
        self.text += data


def test_the_tour_shows_one_of_each_in_the_articles_language_and_in_english() -> None:
    found = scenes(library(), None, None)
    assert [scene.caption for scene in found] == [f"preview_{name}" for name in TOUR] * 2
    assert [scene.page.language for scene in found] == ["ko"] * len(TOUR) + ["en"] * len(TOUR)
    mention, why, listed, closest, suggestion, refusal, talk = (text_of(scene) for scene in found[: len(TOUR)])
    assert "출처: " in mention
    assert NIGHT.messages["why_title"].get("ko") in why
    assert listed.startswith(NIGHT.articles[0].commands[0].description.get("ko"))
    assert closest.startswith(NIGHT.messages["closest"].get("ko"))
    assert suggestion == NIGHT.messages["suggested"].get("ko")
    assert any(gap.answer.get("ko") in refusal for gap in NIGHT.articles[0].gaps)
    assert talk == NIGHT.dialogue[0].answer.get("ko")


def test_an_article_with_little_in_it_has_a_short_tour() -> None:
    """Without commands, gaps and small talk, their scenes are missing."""
    bare = replace(ferry(), gaps=(), entities=())
    found = scenes(library(Knowledge((bare,), NIGHT.lexicon, NIGHT.messages)), None, None)
    assert [scene.caption for scene in found] == ["preview_mention", "preview_why"]


def test_the_language_can_be_chosen() -> None:
    assert {scene.page.language for scene in scenes(library(), None, "en")} == {"en"}
    assert [scene.page.language for scene in scenes(library(), QUESTION, "en")] == ["en"]


def test_a_question_is_answered_as_in_a_channel() -> None:
    (scene,) = scenes(library(), QUESTION, None)
    assert (scene.way, scene.asked, scene.private, scene.caption) == ("mention", QUESTION, False, None)
    assert NIGHT.messages["button_share"].get("ko") not in [button.label for button in scene.page.buttons]


def test_a_mention_without_a_question_is_greeted() -> None:
    (scene,) = scenes(library(), "  ", None)
    assert text_of(scene) == NIGHT.messages["mention_help"].get("ko")
    assert len(scene.page.buttons) == 3


def commanding() -> Knowledge:
    """Return an article with a list and a look-up."""
    listed = Command(
        Text("비용", "cost"), Text("얼마", "How much"), ("cost", "builder"), rows=(Row(Text("70억"), "norrin"),)
    )
    look_up = Command(Text("누구", "who"), Text("누구", "Who"), lookup="person")
    return Knowledge((replace(ferry(), commands=(look_up, listed)),), NIGHT.lexicon, NIGHT.messages)


@pytest.mark.parametrize(
    ("line", "asked", "begins"),
    [
        ("/cost", "/cost", "How much"),
        ("/비용", "/cost", "How much"),
        ("/COST public", "/cost", "How much"),
        ("/who", "/who Ada Lund", "Ada Lund"),
        ("/who 룬드", "/who 룬드", "Ada Lund"),
        ("/ask Who built the ferry?", "/ask Who built the ferry?", "Norrin & Sons"),
        ("/질문", "/ask", NIGHT.messages["empty"].get("en")),
        ("/help", "/help", NIGHT.messages["help"].get("en").split("`")[0]),
        ("/about", "/about", NIGHT.messages["about_intro"].get("en")),
    ],
)
def test_a_command_answers_the_reader_alone(line: str, asked: str, begins: str) -> None:
    """The article's commands and the bot's own are found by their name in either language."""
    (scene,) = scenes(library(commanding()), line, None)
    assert (scene.way, scene.asked, scene.private) == ("command", asked, True)
    assert text_of(scene).startswith(begins)


def test_a_command_is_shown_in_both_languages() -> None:
    korean = replace(commanding(), articles=(replace(commanding().articles[0], language="ko"),))
    found = scenes(library(korean), "/cost", None)
    assert [scene.asked for scene in found] == ["/비용", "/cost"]


def test_an_unknown_command_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ConfigError) as caught:
        scenes(library(commanding()), "/costs \x1b", None)
    assert str(caught.value) == "There is no command 'costs'; there is: /ask, /help, /about, /who, /cost."


FORMATTINGS = (
    (Span("plain"), "plain", "<span>plain</span>"),
    (Span("bold", bold=True), "\x1b[1mbold", "<strong>bold</strong>"),
    (Span("/ask", code=True), "\x1b[3m/ask", "<code>/ask</code>"),
    (
        Span("a", url="https://x.y/?a&b"),
        "https://x.y/?a&b",
        '<a href="https://x.y/?a&amp;b" rel="noreferrer"><span>a</span></a>',
    ),
)


@pytest.mark.parametrize(("span", "printed", "html"), FORMATTINGS, ids=lambda look: str(look)[:20])
def test_every_formatting_is_shown(span: Span, printed: str, html: str) -> None:
    block = Block((Line((span,)), Line(())), (Line((span,), small=True),))
    shown = (Scene("mention", "x", Page("en", (block,))),)
    file = io.StringIO()
    show(Console(file=file, width=100, force_terminal=True), NIGHT, shown)
    assert printed in file.getvalue()
    assert f"<p>{html}</p><p></p><small>{html}</small>" in html_page(NIGHT, shown)


@pytest.mark.parametrize("question", [HOSTILE, (HOSTILE * 60)[:4000], "/ask " + HOSTILE, "가" * 4000, "\n" * 9 + "?"])
def test_a_hostile_question_is_text(question: str) -> None:
    found = scenes(library(), question, None)
    page = html_page(NIGHT, found)
    page.encode()
    tags = Tags(page)
    harmless = Tags(html_page(NIGHT, tuple(replace(scene, asked="x") for scene in found)))
    assert tags.found == harmless.found
    assert question[:30].strip().removeprefix("/ask ") in tags.text
    printed = screen(NIGHT, found)
    printed.encode()
    assert not {"\x1b", "\u202e"} & {*page, *printed}


def hostile(article: Article) -> Article:
    """Return `article` with every text made hostile."""
    bad = Text(f"한{HOSTILE}", f"en{HOSTILE}")

    return replace(
        article,
        title=bad,
        publisher=bad,
        url='https://x.y/"onclick=alert(1)\x1b',
        facts=tuple(replace(fact, label=bad, answer=bad, related=("cost",)) for fact in article.facts),
        gaps=tuple(replace(gap, label=bad, answer=bad) for gap in article.gaps),
        entities=tuple(replace(entity, name=bad, role=bad) for entity in article.entities),
        commands=(Command(Text("비용", "cost"), bad, ("cost", "builder"), rows=(Row(bad, "lund", paragraphs=(1,)),)),),
    )


def test_hostile_knowledge_is_text() -> None:
    """Nothing in the YAML becomes a tag, an attribute, another kind of address or a command to the terminal."""
    knowledge = Knowledge((hostile(ferry()),), NIGHT.lexicon, NIGHT.messages)
    found = (*scenes(library(knowledge), None, None), *scenes(library(knowledge), "/about", None))
    page = html_page(knowledge, found)
    page.encode()
    tags = Tags(page)
    assert "script" not in {tag for tag, *_ in tags.found}
    allowed = {
        "class",
        "lang",
        "href",
        "rel",
        "charset",
        "name",
        "content",
        "http-equiv",
        "viewbox",
        "d",
        "aria-hidden",
    }
    assert {name for _, *names in tags.found for name in names} <= allowed
    assert tags.links == {'https://x.y/"onclick=alert(1)'}
    printed = screen(knowledge, found)
    assert "[b]x[/b]" in printed
    assert not {"\x1b", "\u202e"} & {*page, *printed}


def test_the_page_loads_nothing() -> None:
    """It has no script, font or picture, and tells the browser to refuse them."""
    page = html_page(NIGHT, scenes(library(), None, None))
    assert "default-src 'none'" in page
    assert Tags(page).links == set()
    assert not any(word in page for word in ("@import", "url(", "<script", "<link", "<img"))


def test_a_long_reply_has_its_buttons_below_the_last_piece() -> None:
    (greeting,) = scenes(library(), "", "en")
    blocks = tuple(Block((Line((Span(text),)),)) for text in ("One piece.", "Another."))
    shown = (replace(greeting, page=replace(greeting.page, blocks=blocks)),)
    label = greeting.page.buttons[0].label
    for text in (screen(NIGHT, shown), html_page(NIGHT, shown)):
        assert text.index("One piece.") < text.index("Another.") < text.index(label)
    assert Tags(html_page(NIGHT, shown)).text.count(label) == 2  # on the phone and on the desktop


@pytest.mark.parametrize("width", [20, 40, 200])
def test_the_preview_fits_any_width_of_a_terminal(width: int) -> None:
    printed = screen(NIGHT, scenes(library(), QUESTION, "en"), width)
    assert max(map(cell_len, printed.splitlines())) == min(width, 72)


def test_a_menu_shows_what_can_be_chosen() -> None:
    shown = scenes(library(commanding()), "/cost", None)
    for text in (screen(commanding(), shown), Tags(html_page(commanding(), shown)).text):
        assert NIGHT.messages["menu_facts"].get("en") in text
        assert "Who built the ferry" in text


def test_a_file_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be written"):
        write_html(NIGHT, scenes(library(), QUESTION, None), tmp_path)


def test_the_command_prints_a_frame(capsys: pytest.CaptureFixture[str]) -> None:
    app(["preview", QUESTION, "--knowledge", str(NIGHT_FOLDER), "--no-semantic"], standalone_mode=False)
    assert "╭" in capsys.readouterr().out


def test_the_command_writes_a_page(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    options = ("--lang", "en", "--html", str(file), "--knowledge", str(NIGHT_FOLDER), "--no-semantic")
    app(["preview", QUESTION, *options], standalone_mode=False)
    assert capsys.readouterr().out == f"{file}: open it in a browser.\n"
    assert file.read_text(encoding="utf-8").startswith('<!doctype html>\n<html lang="en">')


def test_an_unknown_command_is_one_sentence_and_an_exit_code() -> None:
    refused = run("preview", b"/nope\xff")
    assert (refused.returncode, refused.stdout) == (2, b"")
    assert refused.stderr.decode().startswith("There is no command 'nope\\udcff'; there is: /ask,")
