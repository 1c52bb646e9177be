"""An author's copy is read whatever it was saved or pasted from: its title, byline, sections and paragraphs."""

import codecs
import textwrap
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.authoring.article_file import article_from, read_article
from bot.authoring.layout import ArticleCopy, Metadata, ReadOptions, read_text
from bot.errors import KnowledgeError

TITLE = "The clock that runs backwards"
ENGLISH = (
    "The clock on the harbour tower of Marel has run backwards since 3 March, says harbour master Ines Vold.",
    (
        "Repairing it would cost 40,000 crowns. The council has set aside half of that, and the shopkeepers are "
        "against it, because they say that visitors come for nothing else in the winter months."
    ),
    "Vold climbs the tower twice a day to write down the time, which she then turns round in her head.",
    (
        "The works were made in 1911 by a maker of music boxes from the next valley. He left no drawings behind, and "
        "of his four apprentices three went to sea before the clock had struck for the first time."
    ),
    "A decision is due in May, when the council meets again. Until then, nobody is allowed to touch the weights.",
    "Ferry captains have been told to go by their own watches. Two of them missed the tide all the same.",
)
KTITLE = "거꾸로 가는 항구의 시계"
KOREAN = (
    "마렐 항구 탑의 시계가 지난 3월 3일부터 거꾸로 가고 있다고 항만장 이네스 볼드가 밝혔다.",
    (
        "고치는 데 드는 돈은 4만 크로네다. 시의회는 그 절반만 마련해 두었고 상인들은 수리에 반대한다. 겨울에는 "
        "손님들이 시계 말고 다른 것을 보러 오지 않는다는 것이 그 이유다."
    ),
    "볼드는 하루에 두 번 탑에 올라 시각을 적고, 그것을 머릿속에서 뒤집어 읽는다고 한다.",
    (
        "시계는 1911년 이웃 골짜기의 오르골 장인이 만들었다. 그는 설계도를 남기지 않았고, 제자 넷 가운데 셋은 시계가 "
        "처음 울리기도 전에 배를 탔다."
    ),
    "결정은 의회가 다시 모이는 5월에 내려진다. 그때까지는 아무도 추에 손을 댈 수 없다고 한다.",
    "여객선 선장들은 자기 시계를 보고 다니라는 말을 들었다. 그런데도 두 사람이 물때를 놓쳤다.",
)


@dataclass(frozen=True)
class Shape:
    """A text in one of the shapes in which authors have it, and what is read from it."""

    name: str
    text: str
    title: str = TITLE
    paragraphs: tuple[str, ...] = ENGLISH
    sections: tuple[tuple[str, int], ...] = (("", 6),)
    author: str = ""
    date: str = ""
    deck: int = 0
    left_out: int = 0
    file: str = "article.txt"


def lines(*parts: str) -> str:
    return "\n".join(parts) + "\n"


def blank(*parts: str) -> str:
    return "\n\n".join(parts) + "\n"


def wrapped(width: int, *parts: str, between: str = "\n\n") -> str:
    return between.join(textwrap.fill(part, width) for part in parts) + "\n"


def cut(width: int, *parts: str) -> str:
    """Wrap without regard to words, as a terminal does."""
    return "\n\n".join("\n".join(part[at : at + width] for at in range(0, len(part), width)) for part in parts)


HEADED = (*ENGLISH[:3], "Who pays?", *ENGLISH[3:])
TWO = (("", 3), ("Who pays?", 3))
KTWO = (("", 3), ("누가 내나", 3))
MENU = ("Home", "News", "Sport", "Business | Culture | Opinion", "Log in", "Subscribe", "Skip to main content")
SHARE = ("Share", "Tweet", "Email", "12 comments", "Advertisement")
FOOTER = (
    "Related articles",
    "Why the bridge was painted twice",
    "Ten harbours worth a detour",
    "Most read",
    "The ferry nobody wanted",
    "We use cookies to improve this site. Accept all cookies",
    "Sign up for our newsletter and get the week in your inbox",
    "© 2024 Marel Post. All rights reserved.",
    "Privacy Policy | Terms of Use | Contact us",
)
KMENU = ("본문 바로가기", "로그인", "회원가입", "정치 경제 사회 문화 스포츠", "구독하기", "뉴스 홈 > 지역")
KSHARE = ("공유하기", "댓글 12", "좋아요 3", "글자크기", "가 가 가", "URL 복사")
KFOOTER = (
    "관련기사",
    "두 번 칠한 다리의 사연",
    "들러 볼 만한 항구 열 곳",
    "많이 본 뉴스",
    "아무도 원하지 않은 배",
    "저작권자 ⓒ 마렐신문, 무단전재 및 재배포 금지",
    "뉴스레터를 무료로 구독하세요",
    "이용약관 | 개인정보처리방침 | 광고문의",
)
MARKDOWN = f"""\
---
title: "{TITLE}"
author: Jane Doe
date: 2024-09-26
---

# {TITLE}

{ENGLISH[0].replace("Ines Vold", "**[Ines Vold](https://marel.example/vold)**")}

{textwrap.fill(ENGLISH[1], 60)}

## Who pays?

- {ENGLISH[2]}
- {ENGLISH[3]}

![The tower](tower.jpg)

> {ENGLISH[4]}

{ENGLISH[5]}[^1]

[^1]: The harbour master's log of this spring.
"""
PAGE = f"""\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{TITLE} - Marel Post</title>
<meta name="author" content="Jane Doe"><meta property="article:published_time" content="2024-09-26T10:00:00Z">
<meta property="og:site_name" content="Marel Post"><link rel="canonical" href="https://marel.example/clock"></head>
<body><nav><ul><li><a href="/">Home</a></li><li><a href="/login">Log in</a></li></ul></nav>
<article><h1>{TITLE}</h1><p class="byline">By Jane Doe</p>
<p>{ENGLISH[0]}</p><p>{ENGLISH[1]}</p><h2>Who pays?</h2><ul><li>{ENGLISH[2]}</li><li>{ENGLISH[3]}</li></ul>
<blockquote><p>{ENGLISH[4]}</p></blockquote><p>{ENGLISH[5]}</p></article>
<div class="cookie">We use cookies. Accept all</div><footer>© 2024 Marel Post. All rights reserved.</footer>
</body></html>
"""
KOREAN_PAGE = (
    PAGE.replace(TITLE, KTITLE)
    .replace("Who pays?", "누가 내나")
    .replace('lang="en"', 'lang="ko"')
    .replace("utf-8", "euc-kr")
)
for english, korean in zip(ENGLISH, KOREAN, strict=True):
    KOREAN_PAGE = KOREAN_PAGE.replace(english, korean)

SHAPES = (
    Shape("one line per paragraph", lines(TITLE, *ENGLISH)),
    Shape("blank lines between paragraphs", blank(TITLE, *ENGLISH)),
    Shape("blank lines, CRLF", blank(TITLE, *ENGLISH).replace("\n", "\r\n")),
    Shape("a lone CR ends a line", blank(TITLE, *ENGLISH).replace("\n", "\r")),
    Shape(
        "spaces around lines, and no-break spaces", blank(TITLE, *ENGLISH).replace(" ", "\xa0 ").replace("\n", "  \n")
    ),
    Shape("wrapped at 60", wrapped(60, TITLE, *ENGLISH)),
    Shape("wrapped at 80", wrapped(80, TITLE, *ENGLISH)),
    Shape("wrapped at 72, CRLF", wrapped(72, TITLE, *ENGLISH).replace("\n", "\r\n")),
    Shape(
        "wrapped, first lines indented, no blank lines",
        TITLE + "\n\n" + lines(*(textwrap.fill(part, 60, initial_indent="    ") for part in ENGLISH)),
    ),
    Shape(
        "twelve paragraphs wrapped at 60",
        wrapped(60, TITLE, *ENGLISH, *ENGLISH),
        paragraphs=ENGLISH * 2,
        sections=(("", 12),),
    ),
    Shape(
        "twelve paragraphs wrapped at 80",
        wrapped(80, TITLE, *ENGLISH, *ENGLISH),
        paragraphs=ENGLISH * 2,
        sections=(("", 12),),
    ),
    Shape("cut at 64 columns", cut(64, TITLE, *ENGLISH)),
    Shape("wrapped with headings", wrapped(70, TITLE, *HEADED), sections=TWO),
    Shape("headings without markup", blank(TITLE, *HEADED), sections=TWO),
    Shape("headings, one line per paragraph", lines(TITLE, *HEADED), sections=TWO),
    Shape(
        "a deck below the title",
        lines(TITLE, "A harbour town cannot agree on the time", "And it does not want to") + "\n" + blank(*ENGLISH),
        deck=2,
    ),
    Shape(
        "a deck of two sentences above a byline with the newsletter's name",
        blank(
            TITLE, f"{ENGLISH[4]} {ENGLISH[5]}", "By Jane Doe | 7 October 2025 | The Marel Valley Dispatch", *ENGLISH
        ),
        author="Jane Doe",
        date="2025-10-07",
        deck=1,
    ),
    Shape(
        "Korean, the same with the number of the issue",
        blank(
            KTITLE,
            f"{KOREAN[0]} {KOREAN[2]}",
            "글 홍길동 기자 | 2025년 11월 18일 | 뉴스레터 '항구의 저녁' 제147호",
            *KOREAN,
        ),
        KTITLE,
        KOREAN,
        author="홍길동",
        date="2025-11-18",
        deck=1,
    ),
    Shape(
        "a byline with a date",
        blank(TITLE, "By Jane Doe | Sept 26, 2024", *ENGLISH),
        author="Jane Doe",
        date="2024-09-26",
    ),
    Shape(
        "byline and dates on lines of their own",
        lines(
            TITLE,
            "By Jane Doe, Science Correspondent",
            "Published 26 September 2024",
            "Updated 1 October 2024",
            "",
            *ENGLISH,
        ),
        author="Jane Doe",
        date="2024-09-26",
    ),
    Shape(
        "pasted with menus, sharing, links and a footer",
        lines(
            *MENU, TITLE, "By Jane Doe", "26 September 2024", *SHARE, *ENGLISH[:3], "Who pays?", *ENGLISH[3:], *FOOTER
        ),
        sections=TWO,
        author="Jane Doe",
        date="2024-09-26",
        left_out=len(MENU) + len(SHARE) + len(FOOTER),
    ),
    Shape(
        "pasted, blank lines everywhere",
        blank(*MENU, TITLE, *SHARE, *ENGLISH, *FOOTER),
        left_out=len(MENU) + len(SHARE) + len(FOOTER),
    ),
    Shape(
        "pasted, with a caption and links inside",
        blank(
            TITLE,
            "Photo: Ada Lund / Marel Post",
            *ENGLISH[:2],
            "Related: Why the bridge was painted twice",
            *ENGLISH[2:],
        ),
        left_out=2,
    ),
    Shape("no title", blank(*ENGLISH[1:], ENGLISH[0]), title="", paragraphs=(*ENGLISH[1:], ENGLISH[0])),
    Shape("Korean, one line per paragraph", lines(KTITLE, *KOREAN), KTITLE, KOREAN),
    Shape("Korean, blank lines", blank(KTITLE, *KOREAN), KTITLE, KOREAN),
    Shape("Korean, wrapped at 40 characters", wrapped(40, KTITLE, *KOREAN), KTITLE, KOREAN),
    Shape("Korean, cut at 40 characters", cut(40, KTITLE, *KOREAN), KTITLE, KOREAN),
    Shape("Korean in NFD", unicodedata.normalize("NFD", blank(KTITLE, *KOREAN)), KTITLE, KOREAN),
    Shape("Korean headings", blank(KTITLE, *KOREAN[:3], "누가 내나", *KOREAN[3:]), KTITLE, KOREAN, KTWO),
    Shape(
        "Korean byline and dates",
        lines(KTITLE, "홍길동 기자", "입력 2024-09-26 10:00 | 수정 2024-09-27 11:30", "", *KOREAN),
        KTITLE,
        KOREAN,
        author="홍길동",
        date="2024-09-26",
    ),
    Shape(
        "Korean date with dots, byline at the end",
        blank(KTITLE, "2024.09.26", *KOREAN, "홍길동 기자 gildong@marel.example"),
        KTITLE,
        KOREAN,
        author="홍길동",
        date="2024-09-26",
    ),
    Shape(
        "Korean date in words, agency's reporter",
        blank(KTITLE, "2024년 9월 26일", "(마렐=항구통신) 홍길동 기자 = " + KOREAN[0], *KOREAN[1:]),
        KTITLE,
        ("(마렐=항구통신) 홍길동 기자 = " + KOREAN[0], *KOREAN[1:]),
        author="홍길동",
        date="2024-09-26",
    ),
    Shape(
        "Korean, pasted",
        lines(*KMENU, KTITLE, "입력 2024.09.26 오전 10:00", *KSHARE, *KOREAN, *KFOOTER),
        KTITLE,
        KOREAN,
        date="2024-09-26",
        left_out=len(KMENU) + len(KSHARE) + len(KFOOTER),
    ),
    Shape(
        "pasted below the site's name, the author without By",
        lines(
            *("Skip to content", "The Marel Post", "Menu", "Sign in", "Subscribe for $1", "BUSINESS"),
            TITLE,
            *("A harbour town cannot agree on the time", "Jane Doe", "Staff Writer", "Sept. 26, 2024, 10:00 a.m. ET"),
            *("Share full article", "123", "Listen to this article · 5:12 min"),
            *ENGLISH[:3],
            *("Advertisement", "SKIP ADVERTISEMENT"),
            *ENGLISH[3:],
            "Jane Doe is a reporter for the Post who covers harbours. More about Jane Doe",
            "A version of this article appears in print on Sept. 27, 2024, Section A, Page 1.",
            *("Order Reprints | Today’s Paper | Subscribe", "See more on: Clocks", "More in Business"),
            *("Ten harbours worth a detour", "© 2024 The Marel Post Company", "Contact Us", "Your Privacy Choices"),
        ),
        author="Jane Doe",
        date="2024-09-26",
        deck=1,
        left_out=20,
    ),
    Shape(
        "Korean, pasted with labels on lines of their own",
        lines(
            *("본문 바로가기", "뉴스홈", "정치", "로그인"),
            KTITLE,
            *("입력", "2024-09-26 10:00", "수정", "2024-09-27 09:12", "홍길동 기자", "공유하기", "글자크기 설정"),
            "▲ 마렐 항구의 탑. /사진=마렐신문",
            *KOREAN[:3],
            "▶ 관련기사: 두 번 칠한 다리의 사연",
            *KOREAN[3:],
            *("홍길동 기자 gildong@marel.example", "<저작권자 ⓒ 마렐신문, 무단전재 및 재배포 금지>", "댓글 3"),
            *("많이 본 뉴스", "1", "아무도 원하지 않은 배", "2", "들러 볼 만한 항구 열 곳"),
        ),
        KTITLE,
        KOREAN,
        author="홍길동",
        date="2024-09-26",
        left_out=17,
    ),
    Shape(
        "Markdown with front matter, lists, links, a quotation and a footnote",
        MARKDOWN,
        sections=(("", 2), ("Who pays?", 4)),
        author="Jane Doe",
        date="2024-09-26",
        left_out=1,
        file="article.md",
    ),
    Shape(
        "Markdown with underlined headings and bold ones",
        blank(f"{TITLE}\n=====", *ENGLISH[:3], "**Who pays?**", *ENGLISH[3:]),
        sections=TWO,
        file="article.md",
    ),
    Shape("Markdown, one line per paragraph", f"# {TITLE}\n" + lines(*ENGLISH), file="article.md"),
    Shape("Markdown in a text file", blank(f"# {TITLE}", *ENGLISH[:3], "## Who pays?", *ENGLISH[3:]), sections=TWO),
)
PAGES = (
    Shape(
        "HTML",
        PAGE,
        sections=(("", 2), ("Who pays?", 4)),
        author="Jane Doe",
        date="2024-09-26",
        file="article.html",
    ),
    Shape(
        "HTML in a text file",
        PAGE,
        sections=(("", 2), ("Who pays?", 4)),
        author="Jane Doe",
        date="2024-09-26",
    ),
    Shape(
        "Korean HTML",
        KOREAN_PAGE,
        KTITLE,
        KOREAN,
        (("", 2), ("누가 내나", 4)),
        author="Jane Doe",
        date="2024-09-26",
        file="article.html",
    ),
)
"""Read where the extra `web` is installed."""


def sections_of(copy: ArticleCopy) -> tuple[tuple[str, int], ...]:
    return tuple((part.heading, len(part.paragraphs)) for part in copy.parts)


def check_shape(shape: Shape) -> None:
    copy = article_from(unicodedata.normalize("NFC", shape.text), shape.file)
    assert copy.metadata.title == shape.title
    assert copy.paragraphs == shape.paragraphs
    assert sections_of(copy) == shape.sections
    assert (copy.metadata.author, copy.metadata.date) == (shape.author, shape.date)
    assert len(copy.deck) == shape.deck
    assert len(copy.left_out) == shape.left_out


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.name)
def test_every_shape_gives_its_title_byline_sections_and_paragraphs(shape: Shape) -> None:
    check_shape(shape)


@pytest.mark.parametrize("shape", PAGES, ids=lambda shape: shape.name)
def test_a_web_page_is_read_without_its_menus_and_footers(shape: Shape) -> None:
    pytest.importorskip("trafilatura")
    check_shape(shape)


def test_a_web_page_gives_publisher_and_address() -> None:
    pytest.importorskip("trafilatura")
    known = article_from(PAGE, "article.html").metadata
    assert (known.publisher, known.url) == ("Marel Post", "https://marel.example/clock")


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (blank(KTITLE, *KOREAN).encode("utf-8"), ""),
        (blank(KTITLE, *KOREAN).encode("utf-8-sig"), ""),
        (blank(KTITLE, *KOREAN).encode("cp949"), "CP949"),
        (blank(KTITLE, *KOREAN).encode("euc-kr"), "CP949"),
        (blank(KTITLE, *KOREAN).encode("utf-16"), "UTF-16"),
        (codecs.BOM_UTF16_BE + blank(KTITLE, *KOREAN).encode("utf-16-be"), "UTF-16"),
        (blank(KTITLE, *KOREAN).encode("utf-16-le"), "UTF-16"),
        (blank(KTITLE, *KOREAN).encode("utf-16-be"), "UTF-16"),
    ],
)
def test_every_usual_encoding_is_read(data: bytes, form: str, tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(data)
    copy = read_article(path)
    assert copy.paragraphs == KOREAN
    assert copy.metadata.title == KTITLE
    assert copy.form == form


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"%PDF-1.7 \xe2\xe3\xcf\xd3", "is a PDF: save the article as plain text in UTF-8, or as HTML"),
        (b"PK\x03\x04\x14\x00", "is a Word, OpenDocument or other zipped file: save"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an older Word or Hangul \\(HWP\\) file: save"),
        (b"{\\rtf1\\ansi", "is an RTF file: save"),
        ("The café’s clock\n\n“It is late,” she said.".encode("cp1252"), "txt:1: is not UTF-8, UTF-16 or CP949: save"),
        (b"The clock\n\x00\x01\x02\xff\xfe", "txt:2: is not UTF-8, UTF-16 or CP949: save"),
        (bytes(range(128, 256)), "is not UTF-8, UTF-16 or CP949: save"),
    ],
)
def test_what_is_no_text_in_these_encodings_is_refused_with_a_cure(data: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "article.txt"
    path.write_bytes(data)
    with pytest.raises(KnowledgeError, match=problem):
        read_article(path)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(KnowledgeError, match="is a folder"):
        read_article(tmp_path)


PASTED = lines(*MENU, TITLE, "By Jane Doe", *SHARE, *ENGLISH, *FOOTER)


def test_with_keep_all_every_line_is_title_byline_heading_or_paragraph() -> None:
    copy = read_text(PASTED, ReadOptions(keep_all=True))
    assert copy.left_out == ()
    kept = [*copy.deck, *copy.paragraphs, *(heading for part in copy.parts for heading in part.heading.split(" / "))]
    assert all(any(line in text for text in (*kept, copy.metadata.title)) for line in (*MENU, *SHARE, *FOOTER))


def test_a_title_that_is_named_is_found_in_the_text_and_what_is_above_left_out() -> None:
    copy = read_text(blank("Harbour notes", TITLE, *ENGLISH), ReadOptions(Metadata(title=TITLE)))
    assert copy.metadata.title == TITLE
    assert copy.paragraphs == ENGLISH
    assert [item.reason for item in copy.left_out] == ["before the title"]


def test_what_is_named_comes_before_what_the_text_says() -> None:
    said = Metadata(author="Ada Lund", date="2020-01", publisher="Hale Post", url="https://hale.example")
    copy = read_text(blank(TITLE, "By Jane Doe | Sept 26, 2024", *ENGLISH), ReadOptions(said))
    assert copy.metadata == Metadata(TITLE, "Ada Lund", "2020-01", "Hale Post", "https://hale.example")


def test_the_author_says_what_separates_paragraphs() -> None:
    """One sentence per line, which looks like one paragraph per line."""
    sentences = [
        "It struck nine at dawn, as it does every day now.",
        "Nobody in the harbour looked up any more, she says.",
    ]
    text = blank(TITLE, *("\n".join(sentences) for _ in range(4)))
    assert len(read_text(text).paragraphs) == 8
    assert read_text(text, ReadOptions(split="blank")).paragraphs == (" ".join(sentences),) * 4
    assert not read_text(wrapped(60, TITLE, *ENGLISH), ReadOptions(split="line")).joined


def test_without_headings_every_short_line_is_a_paragraph() -> None:
    copy = read_text(blank(TITLE, *HEADED), ReadOptions(headings=False))
    assert copy.paragraphs == HEADED


def test_a_list_of_short_lines_is_no_run_of_headings() -> None:
    items = ("- red weights", "- a brass hand", "- two springs")
    copy = read_text(blank(TITLE, *ENGLISH[:2], *items, *ENGLISH[2:]))
    assert copy.paragraphs == (*ENGLISH[:2], *items, *ENGLISH[2:])
    assert sections_of(copy) == (("", 9),)


def test_a_paragraph_about_cookies_or_subscribing_inside_an_article_stays() -> None:
    body = (
        ENGLISH[0],
        "The council asked visitors to subscribe to a newsletter for one crown a week, and eleven of them did so.",
        "She bakes cookies for the crew. They accept cookies from nobody else.",
        *ENGLISH[1:],
        *ENGLISH[1:],
    )
    assert read_text(blank(TITLE, *body)).paragraphs == body


def test_what_was_taken_for_what_is_shown_with_the_option_that_changes_it() -> None:
    text = lines(
        "Home", TITLE, "By Jane Doe | Sept 26, 2024", "", *ENGLISH[:3], "", "Who pays?", "", *ENGLISH[3:], "© 2024 Post"
    )
    assert read_text(text).described() == (
        "title       The clock that runs backwards  [--title]",
        "author      Jane Doe  [--author]",
        "date        2024-09-26  [--date]",
        "paragraphs  6  [--paragraphs line, --paragraphs blank]",
        "sections    1-3: (no heading)  [--no-headings]",
        "            4-6: Who pays?",
        "left out    2 lines (1 menu, 1 copyright)  [--keep-all]",
        "            - line 1: Home (menu)",
        "            - line 14: © 2024 Post (copyright)",
    )


def test_a_figure_at_the_start_of_a_wrapped_line_is_no_item_of_a_list() -> None:
    body = tuple(
        f"The clock was wound for the last time by the old keeper of the harbour at {at}. It ran on." for at in (7, 9)
    )
    text = wrapped(75, TITLE, *body, *ENGLISH)
    assert "\n7. It" in text
    assert read_text(text).paragraphs == (*body, *ENGLISH)


def test_a_title_as_long_as_the_lines_is_not_joined_with_the_first_paragraph() -> None:
    title = "The clock on the tower that has run backwards for a year"
    text = lines(*(textwrap.fill(part, 70) for part in (title, *ENGLISH)))
    assert read_text(text).metadata.title == title
