"""Reads an author's copy of an article: text, Markdown or HTML."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bot.authoring.bylines import dates_in
from bot.authoring.encodings import HOW_TO_SAVE, read_source
from bot.authoring.layout import (
    ArticleCopy,
    Block,
    Markup,
    Metadata,
    ReadOptions,
    Unit,
    lay_out,
    plain_blocks,
    units_of,
)
from bot.errors import ConfigError
from bot.knowledge.writer import clean

if TYPE_CHECKING:
    from markdown_it.token import Token

_MARKDOWN: Final = frozenset({".md", ".markdown", ".mdown"})
_HTML: Final = frozenset({".html", ".htm", ".xhtml"})
_STARTS_HTML: Final = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:!doctype html|html|head|body|article)\b", re.IGNORECASE)
_HEADING: Final = re.compile(r"^#{1,6}\s+\S", re.MULTILINE)
_FRONT_MATTER: Final = re.compile(r"\s*---\s*\n(.*?)\n---\s*(?:\n|$)", re.DOTALL)
_FRONT_KEYS: Final = {
    "title": "title",
    "author": "author",
    "authors": "author",
    "byline": "author",
    "date": "date",
    "published": "date",
    "publisher": "publisher",
    "source": "publisher",
    "url": "url",
    "link": "url",
}
_PAGE_KEYS: Final = ("title", "author", "date", "sitename")
"""Where trafilatura puts title, author, date and publisher."""
_FOOTNOTE_MARK: Final = re.compile(r"\[\^[^\]\s]{1,20}\](?!:)")
_TABLE_RULE: Final = re.compile(r"[\s|:-]*")


def read_article(path: Path, options: ReadOptions | None = None) -> ArticleCopy:
    """Return an article from its file.

    Raises KnowledgeError when the file can't be read as text, ConfigError when it is HTML and trafilatura is missing.
    """
    text, encoding = read_source(path)
    return article_from(text, path.name, options, encoding)


def article_from(text: str, file: str, options: ReadOptions | None = None, encoding: str = "") -> ArticleCopy:
    """Return an article from the text of a file, whose name and beginning tell whether it is Markdown or HTML."""
    options = options or ReadOptions()
    known, name = Metadata(), ""
    if is_html(text, file):
        name, joined = "HTML", False
        known, units = _html_units(text, options)
    elif Path(file).suffix.casefold() in _MARKDOWN or _FRONT_MATTER.match(text) or len(_HEADING.findall(text)) > 1:
        name = "Markdown"
        known, body = _front_matter(text)
        units, joined = units_of(list(_markdown_blocks(body)), options.split)
    else:
        units, joined = units_of(list(plain_blocks(text)), options.split)
    form = ", ".join(filter(None, (name, encoding)))
    return lay_out(units, options, known, file=file, joined=joined, form=form)


def is_html(text: str, file: str) -> bool:
    """Return whether a file is a web page, by its name or its beginning."""
    return Path(file).suffix.casefold() in _HTML or _STARTS_HTML.match(text) is not None


def _front_matter(text: str) -> tuple[Metadata, str]:
    """Return what stands between `---` lines before a Markdown text, and the text with blank lines in its place."""
    match = _FRONT_MATTER.match(text)
    if match is None:
        return Metadata(), text
    found: dict[str, str] = {}
    for line in match[1].splitlines():
        key, colon, value = line.partition(":")
        name = _FRONT_KEYS.get(key.strip().casefold())
        if colon and name and (value := clean(value.strip().strip("[]").strip("\"'"))):
            found.setdefault(name, value)
    if "date" in found:
        found["date"] = next((iso for iso, _ in dates_in(found["date"])), "")
    return Metadata(**found), "\n" * match[0].count("\n") + text[match.end() :]


def _markdown_blocks(text: str) -> Iterator[Block]:
    """Yield the headings, paragraphs and list items of a Markdown text; code and HTML in it are left as they are."""
    from markdown_it import MarkdownIt  # noqa: PLC0415  only Markdown needs it

    opened = ""
    for token in MarkdownIt("commonmark").parse(text):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "heading_open":
            opened = "title" if token.tag == "h1" else "heading"
        elif token.type == "inline":
            lines = ["" if _TABLE_RULE.fullmatch(part) else part for part in _inline_text(token).split("\n")]
            markup: Markup = "text"
            if opened:
                markup = "title" if opened == "title" else "heading"
            elif _is_bold_line(token):
                markup = "heading"
            yield Block(tuple((line + at, part) for at, part in enumerate(lines) if part.strip()), markup)
            opened = ""
        elif token.type in {"fence", "code_block", "html_block"}:
            content = unescape(re.sub(r"<[^>]*>", " ", token.content)) if token.type == "html_block" else token.content
            parts = [(line + at, part) for at, part in enumerate(content.splitlines()) if part.strip()]
            if parts:
                yield Block(tuple(parts), "text")


def _inline_text(token: "Token") -> str:
    """Return the text of a Markdown line without links' addresses, emphasis, images and marks of footnotes."""
    parts = {"softbreak": "\n", "hardbreak": "\n", "image": "", "html_inline": ""}
    text = "".join(parts.get(child.type, child.content) for child in token.children or ())
    return _FOOTNOTE_MARK.sub("", text)


def _is_bold_line(token: "Token") -> bool:
    """Return whether a paragraph is one line in bold, which many write for a heading."""
    kinds = [child.type for child in token.children or () if child.content or child.type.startswith("strong")]
    is_bold = kinds[:1] == ["strong_open"] and kinds[-1:] == ["strong_close"] and kinds.count("strong_open") == 1
    return is_bold and "\n" not in token.content and not token.content.rstrip("*_ ").endswith((".", "!", "다"))


def _html_units(text: str, options: ReadOptions) -> tuple[Metadata, tuple[Unit, ...]]:
    """Return what trafilatura finds in a web page: its metadata, and its text without menus and footers."""
    try:
        from trafilatura import bare_extraction, html2txt  # noqa: PLC0415  an extra
    except ImportError as error:
        otherwise = HOW_TO_SAVE.partition(",")[0]
        msg = f"HTML needs the extra `web`: pip install 'article-answers-bot[web]' ({error}); or {otherwise}."
        raise ConfigError(msg) from None
    page = bare_extraction(text, include_comments=False, include_formatting=True, with_metadata=True)
    if page is None or isinstance(page, dict):
        return Metadata(), ()
    title, author, date, publisher = (clean(getattr(page, key) or "") for key in _PAGE_KEYS)
    url = page.url if str(page.url).startswith(("http://", "https://")) else ""
    known = Metadata(title, author, date, publisher, url or "")
    if options.keep_all:
        return known, units_of(list(plain_blocks(html2txt(text))), options.split)[0]
    units = [Unit(part, 0, at, markup) for at, (part, markup) in enumerate(_html_parts(page.body)) if part]
    return known, tuple(units)


def _html_parts(node: Any) -> Iterator[tuple[str, Markup]]:  # noqa: ANN401  lxml has no types
    """Yield the headings, paragraphs, list items and tables below a node of trafilatura's tree."""
    for child in node:
        if child.tag == "head":
            yield clean("".join(child.itertext())), "title" if child.get("rend") == "h1" else "heading"
        elif child.tag == "table":
            rows = (", ".join(clean("".join(cell.itertext())) for cell in row) for row in child.iter("row"))
            yield "; ".join(rows), "text"
        elif child.tag in {"list", "quote", "div", "main", "body"} and len(child):
            yield from _html_parts(child)
        else:
            yield clean("".join(child.itertext())), "text"
