"""Replies as rich text."""

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bot.service.reply import Offer, Reply
from bot.service.why import Why

_BORDER = {"answered": "green", "suggested": "yellow", "unanswered": "bright_black"}


def render(reply: Reply) -> RenderableType:
    """Return the reply as a panel: answer, source in small, offers by number."""
    parts: list[RenderableType] = [Text(reply.text)]
    parts += [Text(line, style="italic dim") for line in (reply.understood, reply.notice) if line]
    if reply.source:
        parts.append(Text(reply.source.line, style="dim"))
    for further in reply.also:
        parts += [Text(), Text(further.text)]
        if further.source:
            parts.append(Text(further.source.line, style="dim"))
    if reply.outcome != "answered":
        parts += _offers(reply.offers)
    return Panel(Group(*parts), border_style=_BORDER[reply.outcome], expand=False)


def _offers(offers: Sequence[Offer]) -> Iterator[Text]:
    """Yield the offers by number, with the article where they come from several."""
    several = len({offer.article for offer in offers}) > 1
    for number, offer in enumerate(offers, 1):
        article = f" ({offer.article})" if several else ""
        yield Text.assemble((f" {number} ", "reverse"), " ", offer.label, (article, "dim"))


def show_why(console: Console, why: Why) -> None:
    """Print how a reply came about: the candidates, their nearest samples and signals."""
    table = Table(title=escape(why.title), show_lines=False)
    for heading in why.headings:
        table.add_column(heading, overflow="fold")
    for row in why.rows:
        table.add_row(*map(escape, row))
    console.print(table)
