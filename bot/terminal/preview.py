"""Replies as they will look on Discord, in a terminal or as a page, before an author publishes."""

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.style import Style
from rich.text import Text

from bot.core.model import Knowledge
from bot.errors import ConfigError
from bot.service.presentation import Button, Menu
from bot.service.reply import Voice
from bot.terminal.markup import Line, Span, parse, printable
from bot.terminal.preview_html import html_page
from bot.terminal.scenes import Scene

_WIDEST = 72
_NARROWEST = 20
_BUTTONS = {"primary": "white on blue", "secondary": "white on grey30"}


def write_html(knowledge: Knowledge, shown: tuple[Scene, ...], file: Path) -> None:
    """Write the scenes as one page; raise ConfigError where the file cannot be written."""
    try:
        file.write_text(html_page(knowledge, shown), encoding="utf-8")
    except OSError as error:
        msg = f"{file} cannot be written: {error.strerror}."
        raise ConfigError(msg) from None


def show(console: Console, knowledge: Knowledge, shown: tuple[Scene, ...]) -> None:
    """Print the scenes at about the width of a message."""
    width = max(_NARROWEST, min(console.width, _WIDEST))
    for scene in shown:
        console.print(Group(*_scene(Voice(knowledge, scene.page.language), scene, width)), width=width)


def _scene(voice: Voice, scene: Scene, width: int) -> Iterator[RenderableType]:
    if scene.caption:
        yield Rule(_plain(voice.say(scene.caption)), style="dim")
    bot, reader = printable(voice.say("preview_bot")), printable(voice.say("preview_reader"))
    if scene.way == "mention":
        yield Text.assemble((reader, "bold"), "  ", (f"@{bot}", "blue"), " ", printable(scene.asked))
    else:
        yield _plain(voice.say(f"preview_{scene.way}", reader=reader, asked=scene.asked), "dim")
    title = Text.assemble((bot, "bold"), " ", _plain(f" {voice.say('preview_app')} ", "white on blue"))
    yield Panel(Group(*_message(voice, scene, width - 4)), title=title, title_align="left", width=width)
    yield Text()


def _message(voice: Voice, scene: Scene, width: int) -> Iterator[RenderableType]:
    """Yield the pieces of a reply, apart where there are several, then menu and buttons."""
    for at, text in enumerate(scene.page.texts):
        if at:
            yield Rule(style="dim")
        yield from map(_line, parse(text))
    if scene.page.menu:
        yield Padding(_menu(scene.page.menu), (1, 0, 0, 0))
    if scene.page.buttons:
        yield Padding(_buttons(scene.page.buttons, width), (1, 0, 0, 0))
    if scene.private:
        yield _plain(f"\n{voice.say('preview_only_you')}", "dim italic")


def _plain(text: str, style: str = "") -> Text:
    return Text(printable(text), style)


def _line(line: Line) -> Text:
    return Text.assemble(*map(_span, line.spans), style="dim" if line.small else "")


def _span(span: Span) -> tuple[str, Style]:
    link = span.url and printable(span.url)
    return printable(span.text), Style(bold=span.bold, italic=span.code, link=link, underline=link is not None)


def _menu(menu: Menu) -> RenderableType:
    rows = [_plain(f"▾ {menu.placeholder}", "on grey15")]
    return Group(*rows, *(_plain(f"  {choice.label}", "dim") for choice in menu.choices))


def _buttons(buttons: tuple[Button, ...], width: int) -> Text:
    """Put the buttons beside each other, as Discord does, and below where the line is full."""
    row, used = Text(), 0
    for button in buttons:
        label = _plain(f" {button.label} ", _BUTTONS[button.style])
        if used and used + 1 + label.cell_len > width:
            row.append("\n\n")
            used = 0
        row.append(" " if used else "").append_text(label)
        used += 1 + label.cell_len
    return row
