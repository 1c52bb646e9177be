"""The report is one file that a phone shows, whatever members wrote."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.core.model import Language
from bot.errors import ConfigError
from bot.service.records import Figures, Ratings
from bot.service.replies import Voice
from bot.terminal.report import report_html, write_report
from tests.shipped import shipped_library
from tests.terminal.browser import WIDTH, browser

SHIPPED = shipped_library().snapshot.knowledge
ARTICLE = SHIPPED.articles[0]
DAYS = [(date(2027, 1, 15) + timedelta(days=ago)).isoformat() for ago in range(30)]
EVIL = "<script>document.title='taken'</script><img src=http://127.0.0.1:9/x> & \"quoted\" </style>"
FIGURES = Figures(
    days={day: 7 * number for number, day in enumerate(DAYS)},
    decisions={"answered": 2_700, "closest": 200, "gap": 100, "unanswered": 45},
    languages={"ko": 3_000, "en": 45},
    ways={"mention": 3_000, "dm": 40, "ask_channel": 5},
    articles={ARTICLE.slug: 3_000, "": 45},
    servers={"42": 3_040, "0": 5},
    asked={(ARTICLE.slug, fact.id): 1_000 // (at + 1) for at, fact in enumerate(ARTICLE.facts[:20])},
    picked=31,
    up=12,
    down=9,
    worst=[
        Ratings(ARTICLE.slug, ARTICLE.facts[0].id, 3, 7, (EVIL, "x" * 300)),
        Ratings("gone", EVIL, 0, 2),
    ],
)
NOTHING = Figures({}, {}, {}, {}, {}, {}, {}, 0, 0, 0, ())


def html_of(language: Language, figures: Figures = FIGURES, server: str = "") -> str:
    return report_html(Voice(SHIPPED, language), SHIPPED, figures, DAYS, server)


class Elements(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self, html: str) -> None:
        """Read a page."""
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.text += data


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_report_is_in_the_language_asked_for(language: Language) -> None:
    page = Elements(html_of(language))
    assert ("html", {"lang": language}) in page.found
    voice = Voice(SHIPPED, language)
    for key in ("days", "decisions", "asked", "worst", "languages", "ways", "articles", "servers"):
        assert voice.say(f"insight_{key}") in page.text
    assert voice.say("decision_gap") in page.text
    assert ARTICLE.facts[0].label.get(language) in page.text
    assert not re.search(r"insight_|decision_|language_|way_", page.text), "each key has its words"


def test_each_number_has_a_bar_of_its_size() -> None:
    page = Elements(html_of("en"))
    columns = [attributes for tag, attributes in page.found if tag == "rect" and "x" in attributes]
    heights = [float(one["height"] or 0) for one in columns]
    assert len(heights) == 30
    assert heights == sorted(heights)
    assert max(heights) == pytest.approx(2 * heights[14], rel=0.05)
    assert "2,700 · 89 %" in page.text
    assert "most in a day: 203" in page.text


def test_what_members_wrote_is_text_only() -> None:
    page = Elements(html_of("en"))
    assert {tag for tag, _ in page.found}.isdisjoint({"script", "img", "link", "iframe", "a"})
    assert EVIL in page.text


def test_the_file_asks_for_nothing_else() -> None:
    page = Elements(html_of("en"))
    loading = {"src", "href", "srcset", "action", "data", "poster"}
    assert [attributes for _, attributes in page.found if loading & attributes.keys()] == []
    assert ("meta", {"name": "viewport", "content": "width=device-width, initial-scale=1"}) in page.found
    assert "url(" not in html_of("en", NOTHING)
    assert "@import" not in html_of("en", NOTHING)


def test_nothing_asked_and_one_server_are_told() -> None:
    assert "Nothing was asked in these days." in html_of("en", NOTHING)
    assert "server 42" in html_of("en", NOTHING, "42")
    assert "direct messages" in html_of("en", NOTHING, "0")
    one = html_of("en", replace(FIGURES, servers={"42": 3_045}))
    assert "Questions by server" not in one


def test_a_report_takes_the_place_of_an_earlier_one_and_of_nothing_else(tmp_path: Path) -> None:
    for text in ("first", "second"):
        write_report(tmp_path / "report.html", text)
    assert (tmp_path / "report.html").read_text() == "second"
    assert [file.name for file in tmp_path.iterdir()] == ["report.html"]
    assert (tmp_path / "report.html").stat().st_mode & 0o777 == 0o600
    (tmp_path / "notes.md").write_text("mine")
    with pytest.raises(ConfigError, match=r"notes\.md is no name for a report: it must end in \.html"):
        write_report(tmp_path / "notes.md", "third")
    assert (tmp_path / "notes.md").read_text() == "mine"
    with pytest.raises(ConfigError, match=r"can't be written: no such file or directory"):
        write_report(tmp_path / "missing" / "report.html", "third")


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_a_browser_shows_it_at_the_width_of_a_phone(tmp_path: Path, language: Language) -> None:
    """It runs no script, asks for nothing, complains about nothing, and is dark where the reader wants it."""
    file = tmp_path / "report.html"
    write_report(file, html_of(language))
    async with browser() as tab:
        await tab.shows(file)
        assert await tab.evaluates("document.documentElement.scrollWidth") <= WIDTH
        assert await tab.evaluates("document.title") == Voice(SHIPPED, language).say("insight_report")
        assert await tab.evaluates(
            "[...document.querySelectorAll('.days, .row svg')].every(one => one.clientWidth > 300)"
        )
        smallest = "Math.min(...[...document.querySelectorAll('text')].map(one => one.getBoundingClientRect().height))"
        assert await tab.evaluates(smallest) >= 11
        background = "getComputedStyle(document.body).backgroundColor"
        await tab.prefers("light")
        light = await tab.evaluates(background)
        await tab.prefers("dark")
        assert await tab.evaluates(background) != light
        assert tab.requests() == [file.as_uri()]
        assert tab.complaints() == []
