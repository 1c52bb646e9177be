"""The figures of a period as one HTML file that needs nothing else, for phones and screens, light and dark."""

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from bot.core.model import Knowledge
from bot.errors import ConfigError
from bot.service.insight import Bars, article_title, by_article, by_day, fact_label, named, percent
from bot.service.records import Figures
from bot.service.replies import Voice

MOST_FACTS: Final = 20
"""Facts of each list."""
_SUFFIXES: Final = (".html", ".htm")
_WIDTH, _HEIGHT, _TOP = 360, 150, 16
"""Size of the chart of days in its own units, about one pixel of a phone each, and the room above its columns."""
_MOST_COLUMNS: Final = 92
"""Days that have a column of their own; more are shown as weeks."""
_GAP: Final = 0.2
"""Share of a column's width that stays free."""
_STYLE: Final = """
:root { color-scheme: light dark; --text: #1d1d20; --quiet: #5d5f66; --page: #fbfbfc; --line: #e2e3e7; --bar: #4654c8; }
@media (prefers-color-scheme: dark) {
  :root { --text: #ececef; --quiet: #a3a5ad; --page: #17181b; --line: #33353b; --bar: #8b96f5; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 44rem; padding: 1rem; background: var(--page); color: var(--text);
  font: 16px/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.4rem; margin: 0; }
h2 { font-size: 1.05rem; margin: 1.8rem 0 .5rem; }
p { margin: .2rem 0; }
.quiet { color: var(--quiet); font-size: .875rem; }
.total { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin-top: 1rem; }
.total b { font-size: 1.4rem; }
.row { display: grid; grid-template-columns: 1fr auto; gap: 0 .75rem; padding: .3rem 0; }
.row svg { grid-column: 1 / -1; width: 100%; height: 8px; }
.row .quiet { grid-column: 1 / -1; }
.number { font-variant-numeric: tabular-nums; }
.days { width: 100%; height: auto; display: block; max-width: 36rem; }
rect { fill: var(--bar); }
.back { fill: var(--line); }
text { fill: var(--quiet); font-size: 12px; }
"""
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'"
"""The file may load nothing, whatever stands in it."""


def report_html(voice: Voice, knowledge: Knowledge, figures: Figures, days: Sequence[str], server: str = "") -> str:
    """Return the figures for `days`, which are in order, as a page of HTML; those of `server` only if it is given.

    The texts of members are elements' texts, so that no markup in them has any effect.
    """
    html = ET.Element("html", lang=voice.language)
    head, body = ET.SubElement(html, "head"), ET.SubElement(html, "body")
    ET.SubElement(head, "meta", charset="utf-8")
    ET.SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    ET.SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
    _add(head, "title", voice.say("insight_report"))
    _add(head, "style", _STYLE)
    main = ET.SubElement(body, "main")
    _add(main, "h1", voice.say("insight_report"))
    _add(main, "p", voice.say("insight_report_period", since=days[0], until=days[-1]), "quiet")
    if server:
        _add(main, "p", _server(voice, server), "quiet")
    _totals(main, voice, figures)
    if figures.questions or figures.picked or figures.worst:
        _days(main, voice, by_day(figures, days, _MOST_COLUMNS))
        _sections(main, voice, knowledge, figures)
    else:
        _add(main, "p", voice.say("insight_none"))
    return f"<!doctype html>\n{ET.tostring(html, encoding='unicode', method='html')}\n"


def write_report(path: Path, html: str) -> None:
    """Write the file in one step, readable for its owner only; raise ConfigError.

    It takes the place of an earlier report; what is no HTML file by its name is left alone.
    """
    if path.suffix.lower() not in _SUFFIXES:
        msg = f"{path} is no name for a report: it must end in .html"
        raise ConfigError(msg)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")  # with mode 600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(html)
            Path(name).replace(path)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        msg = f"{path} can't be written: {(error.strerror or 'input/output error').lower()}"
        raise ConfigError(msg) from None


def _totals(parent: ET.Element, voice: Voice, figures: Figures) -> None:
    total = ET.SubElement(parent, "div", {"class": "total"})
    numbers = (
        (voice.say("insight_questions"), figures.questions),
        (voice.say("insight_picked"), figures.picked),
        ("👍", figures.up),
        ("👎", figures.down),
    )
    for label, number in numbers:
        one = _add(total, "span")
        _add(one, "b", f"{number:,}").tail = f" {label}"


def _sections(parent: ET.Element, voice: Voice, knowledge: Knowledge, figures: Figures) -> None:
    asked = [(fact_label(voice, knowledge, *key), number) for key, number in figures.asked.items()]
    servers = [(_server(voice, key), number) for key, number in figures.servers.items()]
    _bars(parent, voice.say("insight_decisions"), named(voice, "decision", figures.decisions), shares=True)
    _bars(parent, voice.say("insight_asked"), asked, _titles(voice, knowledge, [key[0] for key in figures.asked]))
    _worst(parent, voice, knowledge, figures)
    _bars(parent, voice.say("insight_languages"), named(voice, "language", figures.languages), shares=True)
    _bars(parent, voice.say("insight_ways"), named(voice, "way", figures.ways), shares=True)
    _bars(parent, voice.say("insight_articles"), by_article(voice, knowledge, figures.articles))
    if len(servers) > 1:
        _bars(parent, voice.say("insight_servers"), servers)


def _server(voice: Voice, server: str) -> str:
    return voice.say("insight_direct") if server == "0" else voice.say("insight_server", server=server)


def _days(parent: ET.Element, voice: Voice, bars: Bars) -> None:
    """Draw a column per day, or week, with the first and the last one named."""
    heading, most = voice.say("insight_days"), max(number for _, number in bars)
    _add(parent, "h2", heading)
    size = {"class": "days", "viewBox": f"0 0 {_WIDTH} {_HEIGHT}", "role": "img", "aria-label": heading}
    chart = ET.SubElement(parent, "svg", size)
    step, bottom = _WIDTH / len(bars), _HEIGHT - _TOP
    for at, (label, number) in enumerate(bars):
        height = (bottom - _TOP) * number / most if most else 0.0
        place = {"x": f"{step * (at + _GAP / 2):.1f}", "y": f"{bottom - height:.1f}"}
        column = ET.SubElement(chart, "rect", place, width=f"{step * (1 - _GAP):.1f}", height=f"{height:.1f}")
        _add(column, "title", f"{label}: {number:,}")
    _add(chart, "text", voice.say("insight_most", count=f"{most:,}")).attrib.update(x="0", y="11")
    _add(chart, "text", bars[0][0]).attrib.update(x="0", y=str(_HEIGHT - 3))
    if len(bars) > 1:
        end = {"x": str(_WIDTH), "y": str(_HEIGHT - 3), "text-anchor": "end"}
        _add(chart, "text", bars[-1][0]).attrib.update(end)


def _bars(
    parent: ET.Element,
    heading: str,
    bars: Bars,
    notes: Sequence[str] = (),
    *,
    shares: bool = False,
) -> None:
    """Draw a bar for each label, below its note, if any; with `shares`, say how many per cent of all it is."""
    if not bars:
        return
    _add(parent, "h2", heading)
    total = sum(number for _, number in bars)
    longest = total if shares else max(number for _, number in bars)
    for at, (label, number) in enumerate(bars):
        shown = f"{number:,} · {percent(number, total)} %" if shares else f"{number:,}"
        row = _row(parent, label, shown, notes[at : at + 1])
        size = {"viewBox": "0 0 100 8", "preserveAspectRatio": "none", "aria-hidden": "true"}
        bar = ET.SubElement(row, "svg", size)
        ET.SubElement(bar, "rect", {"class": "back", "width": "100", "height": "8"})
        ET.SubElement(bar, "rect", width=f"{100 * number / longest:.1f}", height="8")


def _worst(parent: ET.Element, voice: Voice, knowledge: Knowledge, figures: Figures) -> None:
    if figures.worst:
        _add(parent, "h2", voice.say("insight_worst"))
    for one in figures.worst:
        notes = [*_titles(voice, knowledge, [one.article]), *(f"“{word}”" for word in one.words)]
        _row(parent, fact_label(voice, knowledge, one.article, one.fact), f"👎 {one.down} 👍 {one.up}", notes)


def _titles(voice: Voice, knowledge: Knowledge, articles: Sequence[str]) -> list[str]:
    """Return the titles of the articles of some facts; none where there is only one article."""
    return [article_title(voice, knowledge, slug) for slug in articles] if len(knowledge.articles) > 1 else []


def _row(parent: ET.Element, label: str, number: str, small: Iterable[str]) -> ET.Element:
    row = ET.SubElement(parent, "div", {"class": "row"})
    _add(row, "span", label)
    _add(row, "span", number, "number")
    for text in small:
        _add(row, "span", text, "quiet")
    return row


def _add(parent: ET.Element, tag: str, text: str = "", kind: str = "") -> ET.Element:
    """Add an element with a text."""
    child = ET.SubElement(parent, tag, {"class": kind} if kind else {})
    child.text = text
    return child
