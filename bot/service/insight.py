"""How much was asked and what was thought of the answers: in words, and as a page of bars for the width of a phone."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from bot.core.model import Knowledge
from bot.service.records import Figures
from bot.service.replies import Voice
from bot.service.views import Block, Line, Page, Span

Bars: TypeAlias = Sequence[tuple[str, int]]
"""Labels with their numbers."""
MOST_FACTS: Final = 5
"""Facts of each list on a page."""
_CELLS: Final = 8
"""Characters of the longest bar."""
_COLUMNS: Final = 24
"""Columns of a label, of which a Korean letter takes two; with its bar and number it fits the width of a phone."""
_MOST_DAYS: Final = 14
"""Days that have bars of their own; more are shown as weeks."""
_WEEK: Final = 7


def by_day(figures: Figures, days: Sequence[str], most: int = _MOST_DAYS) -> Bars:
    """Return the questions on each of `days`, which are in order; of more than `most` days those in each week.

    The last week is whole; the first begins with the first day.
    """
    if len(days) <= most:
        return [(day[5:], figures.days.get(day, 0)) for day in days]
    ends = range(len(days), 0, -_WEEK)
    weeks = [days[max(0, end - _WEEK) : end] for end in reversed(ends)]
    return [(f"{week[0][5:]} – {week[-1][5:]}", sum(figures.days.get(day, 0) for day in week)) for week in weeks]


def named(voice: Voice, kind: str, counts: Mapping[str, int]) -> Bars:
    """Return counts with the names of what is counted: `decision`, `language` or `way`."""
    return [(voice.say(f"{kind}_{key or 'none'}"), number) for key, number in counts.items()]


def by_article(voice: Voice, knowledge: Knowledge, counts: Mapping[str, int]) -> Bars:
    """Return counts with the titles of the articles, the slugs of those that are gone."""
    return [(article_title(voice, knowledge, slug), number) for slug, number in counts.items()]


def article_title(voice: Voice, knowledge: Knowledge, slug: str) -> str:
    """Return the title of an article, its slug if it is gone, the words for none without a slug."""
    article = knowledge.article(slug)
    return article.title.get(voice.language) if article else slug or voice.say("insight_no_article")


def fact_label(voice: Voice, knowledge: Knowledge, slug: str, fact: str) -> str:
    """Return the label of a fact or gap, its id if it is gone."""
    article = knowledge.article(slug)
    item = article.item(fact) if article else None
    return item.label.get(voice.language) if item else fact


def insight_page(voice: Voice, knowledge: Knowledge, figures: Figures, days: Sequence[str], article: str) -> Page:
    """Lay out the figures of one server for `days`, of one article if its slug is given."""
    title = voice.say("insight_title", days=len(days))
    lines = [_bold(f"{title} · {article_title(voice, knowledge, article)}" if article else title)]
    total = {"questions": figures.questions, "picked": figures.picked, "up": figures.up, "down": figures.down}
    if not any(total.values()):
        lines.append(_line(voice.say("insight_none")))
    else:
        asked = [(fact_label(voice, knowledge, *key), n) for key, n in list(figures.asked.items())[:MOST_FACTS]]
        lines += [
            _line(voice.say("insight_total", **total)),
            *_section(voice, "insight_days", by_day(figures, days)),
            *_section(voice, "insight_decisions", named(voice, "decision", figures.decisions), shares=True),
            *_section(voice, "insight_languages", named(voice, "language", figures.languages), shares=True),
            *_section(voice, "insight_asked", asked),
            *_worst(voice, knowledge, figures),
        ]
    return Page(voice.language, (Block(tuple(lines), (Line((Span(voice.say("insight_note")),), small=True),)),))


def _section(voice: Voice, heading: str, bars: Bars, *, shares: bool = False) -> Iterable[Line]:
    """Yield a heading and one line per number; with `shares`, how many per cent of all it is."""
    if not bars:
        return
    yield _bold(voice.say(heading))
    total = sum(number for _, number in bars)
    longest = total if shares else max(number for _, number in bars)
    for label, number in bars:
        cells = round(_CELLS * number / longest) if longest else 0
        bar = "█" * max(cells, int(number > 0)) + "░" * (_CELLS - max(cells, int(number > 0)))
        shown = f"{percent(number, total)} %" if shares else f"{number:,}"
        yield Line((Span(bar, code=True), Span(f" {shown} "), Span(fitted(label))))


def _worst(voice: Voice, knowledge: Knowledge, figures: Figures) -> Iterable[Line]:
    """Yield the facts with votes against them, with the latest word of each."""
    worst = figures.worst[:MOST_FACTS]
    if worst:
        yield _bold(voice.say("insight_worst"))
    for one in worst:
        yield _line(f"👎 {one.down} 👍 {one.up} {fitted(fact_label(voice, knowledge, one.article, one.fact))}")
        for word in one.words[:1]:
            yield Line((Span(f"“{word}”"),), small=True)


def percent(number: int, total: int) -> int:
    """Return how many per cent of the total a number is, rounded."""
    return round(100 * number / total) if total else 0


def fitted(label: str, columns: int = _COLUMNS) -> str:
    """Cut a label to so many columns of a screen, of which a Korean letter takes two, with `…`."""
    widths = [2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in label]
    if sum(widths) <= columns:
        return label
    kept, used = "", 1
    for char, width in zip(label, widths, strict=True):
        if (used := used + width) > columns:
            break
        kept += char
    return f"{kept.rstrip()}…"


def _bold(text: str) -> Line:
    return Line((Span(text, bold=True),))


def _line(text: str) -> Line:
    return Line((Span(text),))
