"""Replies as they will look on Discord, in a terminal or as a page, before an author publishes."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from importlib import resources
from itertools import chain, islice
from pathlib import Path
from typing import Final, Literal, TypeAlias

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.rule import Rule
from rich.style import Style
from rich.text import Text as RichText

from bot.core.matching import Question
from bot.core.model import Fact, Gap, Knowledge, Language, Text
from bot.errors import ConfigError
from bot.service.autocomplete import entity_names, useful
from bot.service.library import Responder
from bot.service.pages import (
    Button,
    Listing,
    Menu,
    Page,
    about_page,
    find_item,
    list_page,
    listings,
    page_of,
    plain_page,
    reply_page,
    starters_page,
    why_page,
)
from bot.service.replies import Reply, Voice
from bot.service.views import EntityView, FactView, ListView, trace_of
from bot.service.wording import MESSAGE
from bot.terminal.markup import Line, Span, parse, printable

Way: TypeAlias = Literal["mention", "command", "press"]
_OWN: Final = ("ask", "help", "about")
_MOST_TRIES: Final = 20
"""Names that are asked for until the bot is unsure; one of the first few does on every article so far."""
Device: TypeAlias = Literal["phone", "desktop"]
_PAGE: Final = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
{style}</style>
</head>
<body>
<main>
{scenes}
</main>
</body>
</html>
"""
_EYE: Final = (
    '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M12 5C6.5 5 2.7 9 1.2 12 2.7 15 6.5 19 12 19s9.3-4 10.8-7'
    'C21.3 9 17.5 5 12 5Zm0 11a4 4 0 1 1 0-8 4 4 0 0 1 0 8Zm0-2a2 2 0 1 0 0-4 2 2 0 0 0 0 4Z"/></svg>'
)
_WIDEST = 72
_NARROWEST = 20
_BUTTONS = {"primary": "white on blue", "secondary": "white on grey30"}


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing a reader does, and the message that answers it."""

    way: Way
    asked: str
    """The question, the command line or the button's label."""
    page: Page
    private: bool = False
    """Seen by the reader alone."""
    caption: str | None = None
    """Key of the message that says what there is to see; None where the author asked for it."""


def scenes(responder: Responder, what: str | None, wanted: Language | None) -> tuple[Scene, ...]:
    """Return what a question, a `/command` or None, the tour, leads to; raise ConfigError for an unknown command.

    Commands and the tour are shown in the first article's language and in English, unless one is `wanted`.
    """
    knowledge = responder.library.snapshot.knowledge
    what = what and what[:MESSAGE]  # Discord takes no more
    first = knowledge.articles[0].language
    languages: tuple[Language, ...] = (wanted,) if wanted else tuple(dict.fromkeys((first, "en")))
    if what is None:
        return tuple(chain.from_iterable(_tour(responder, language) for language in languages))
    if what.startswith("/"):
        return tuple(_command(responder, what.removeprefix("/"), language) for language in languages)
    if what.strip():
        return (_mention(responder, Question(what, wanted, default=first)),)
    return (Scene("mention", "", starters_page(knowledge, wanted or first, "mention_help")),)


def _mention(responder: Responder, question: Question, caption: str | None = None) -> Scene:
    page = reply_page(responder.library.snapshot.knowledge, responder.ask_now(question))
    return Scene("mention", question.text, page, caption=caption)


def _command(responder: Responder, line: str, language: Language) -> Scene:
    """Use a command; it answers the reader alone, as is the default."""
    knowledge = responder.library.snapshot.knowledge
    name, _, rest = line.partition(" ")
    own = {key: knowledge.messages.get(f"command_{key}_name", Text(key, key)) for key in _OWN}
    declared = listings(knowledge)
    called = next((key for key, text in own.items() if name.lower() in text.every()), None)
    if called is not None:
        asked = f"{own[called].get(language)} {rest}".strip()
        return Scene("command", f"/{asked}", _own_page(responder, called, rest, language), private=True)
    listing = next((one for one in declared if name.lower() in one.name.every()), None)
    if listing is None:
        known = ", ".join(f"/{text.get('en')}" for text in (*own.values(), *(one.name for one in declared)))
        msg = f"There is no command {name!r}; there is: {known}."
        raise ConfigError(msg)
    return _look_up(knowledge, listing, rest, language) if listing.lookup else _list(knowledge, listing, language)


def _own_page(responder: Responder, key: str, rest: str, language: Language) -> Page:
    knowledge = responder.library.snapshot.knowledge
    match key:
        case "ask" if rest.strip():
            reply = responder.ask_now(Question(rest, language))
            return reply_page(knowledge, reply, shareable=True)
        case "ask":
            return plain_page(Voice(knowledge, language), "empty")
        case "help":
            return starters_page(knowledge, language, "help")
        case _:
            return about_page(knowledge, language)


def _list(knowledge: Knowledge, listing: Listing, language: Language) -> Scene:
    page = list_page(knowledge, ListView(listing.key, 0, language), shareable=True)
    gone = plain_page(Voice(knowledge, language), "command_gone")
    return Scene("command", f"/{listing.name.get(language)}", page or gone, private=True)


def _look_up(knowledge: Knowledge, listing: Listing, name: str, language: Language) -> Scene:
    """Look up the nearest name; without one, the one most is known about."""
    nearest = entity_names(listing.entities()).complete(name, language, 1)
    view = EntityView(nearest[0].article, nearest[0].target, language) if nearest else None
    page = page_of(knowledge, view, shareable=True) if view else None
    nothing = plain_page(Voice(knowledge, language), "entity_nothing")
    asked = f"/{listing.name.get(language)} {name or (nearest[0].text if nearest else '')}"
    return Scene("command", asked.strip(), page or nothing, private=True)


def _tour(responder: Responder, language: Language) -> Iterator[Scene]:
    """Yield one of each: an answer, what ⋯ says of it, a list, a suggestion, a refusal, small talk."""
    knowledge = responder.library.snapshot.knowledge
    for one in useful(knowledge, language, 1):
        found = find_item(knowledge, FactView(one.article, one.target, language))
        if found is not None:
            yield from _answer(responder, _sample(found[1], language))
    declared = sorted((one for one in listings(knowledge) if one.facts()), key=lambda one: not any(one.rows()))
    yield from (replace(_list(knowledge, one, language), caption="preview_list") for one in declared[:1])
    yield from _suggestion(responder, language)
    gaps = sorted((gap for article in knowledge.articles for gap in article.gaps), key=lambda gap: not gap.nearest)
    for gap in gaps[:1]:
        yield _mention(responder, _sample(gap, language), "preview_refusal")
    for talk in knowledge.small_talk[:1]:
        yield _mention(responder, _sample(talk, language), "preview_small_talk")


def _sample(item: Fact | Gap, language: Language) -> Question:
    """Ask the first sample in `language`, or the first there is."""
    samples = sorted(item.samples, key=lambda sample: sample.language != language)
    return Question(samples[0].text, language)


def _answer(responder: Responder, question: Question) -> Iterator[Scene]:
    """Yield a question with its answer, and what the last button tells about it."""
    knowledge = responder.library.snapshot.knowledge
    reply = responder.ask_now(question)
    yield Scene("mention", question.text, reply_page(knowledge, reply), caption="preview_mention")
    if (why := _why(knowledge, reply)) is not None:
        yield why


def _why(knowledge: Knowledge, reply: Reply) -> Scene | None:
    if reply.article is None or reply.fact is None:
        return None
    page = why_page(knowledge, FactView(reply.article, reply.fact, reply.language), trace_of(reply))
    label = Voice(knowledge, reply.language).say("button_more")
    return None if page is None else Scene("press", label, page, private=True, caption="preview_why")


def _suggestion(responder: Responder, language: Language) -> Iterator[Scene]:
    """Yield the first bare name that leaves the bot unsure; nothing where it is sure of all it tries."""
    knowledge = responder.library.snapshot.knowledge
    names = (entity.name.get(language) for article in knowledge.articles for entity in article.entities)
    for name in islice(names, _MOST_TRIES):
        reply = responder.ask_now(Question(name, language))
        if reply.outcome == "suggested":
            yield Scene("mention", name, reply_page(knowledge, reply), caption="preview_suggestion")
            return


def html_page(knowledge: Knowledge, shown: tuple[Scene, ...]) -> str:
    """Return the scenes as a page that loads nothing and runs nothing; every text in it is escaped."""
    language = shown[0].page.language
    page = _PAGE.format(
        language=language,
        title=escape(Voice(knowledge, language).say("preview_title")),
        style=resources.files("bot.terminal").joinpath("preview.css").read_text(encoding="utf-8"),
        scenes="\n".join(_scene(Voice(knowledge, scene.page.language), scene) for scene in shown),
    )
    return printable(page)


def _scene(voice: Voice, scene: Scene) -> str:
    caption = f"<h2>{escape(voice.say(scene.caption))}</h2>\n" if scene.caption else ""
    messages = "\n".join(_messages(voice, scene))
    devices: tuple[Device, ...] = ("phone", "desktop")
    views = "\n".join(
        f'<figure class="{device}">\n<div class="chat">\n{messages}\n</div>\n'
        f"<figcaption>{escape(voice.say(f'preview_{device}'))}</figcaption>\n</figure>"
        for device in devices
    )
    return f'<section lang="{voice.language}">\n{caption}<div class="views">\n{views}\n</div>\n</section>'


def _messages(voice: Voice, scene: Scene) -> Iterator[str]:
    """Yield the reader's message, where there is one, and the pieces of the reply, controls below the last."""
    bot, reader = voice.say("preview_bot"), voice.say("preview_reader")
    mention = f'<span class="mention">@{escape(bot)}</span> {escape(scene.asked)}'
    if scene.way == "mention":
        yield _message("reader", reader, f'{_name(reader)}<div class="text"><p>{mention}</p></div>')
        above = f"<b>@{escape(reader)}</b> {mention}"
    else:
        above = escape(voice.say(f"preview_{scene.way}", reader=reader, asked=scene.asked))
    kind = "bot private" if scene.private else "bot"
    for at, text in enumerate(scene.page.texts):
        first, last = at == 0, at == len(scene.page.texts) - 1
        body = f'<div class="text">{"".join(map(_line, parse(text)))}</div>'
        if first:
            body = _name(bot, voice.say("preview_app")) + body
        if last:
            body += "".join(_controls(voice, scene))
        top = f'<div class="above">{above}</div>' if first else ""
        yield _message(kind, bot if first else "", body, top)


def _message(kind: str, name: str, body: str, top: str = "") -> str:
    """Return a message; one without a name continues the one above."""
    avatar = f'<div class="avatar">{escape(name[:1])}</div>'
    return f'<article class="{kind}">{top}{avatar}<div class="body">{body}</div></article>'


def _name(name: str, badge: str = "") -> str:
    app = f'<span class="app">{escape(badge)}</span>' if badge else ""
    return f"<header><b>{escape(name)}</b>{app}<time>14:05</time></header>"


def _line(line: Line) -> str:
    text = "".join(map(_span, line.spans))
    if line.small:
        return f"<small>{text}</small>"
    return f"<p>{text}</p>" if text else '<p class="blank"></p>'


def _span(span: Span) -> str:
    text = escape(span.text)
    if span.code:
        text = f"<code>{text}</code>"
    if span.bold:
        text = f"<strong>{text}</strong>"
    return text if span.url is None else f'<a href="{escape(span.url)}" rel="noreferrer">{text}</a>'


def _controls(voice: Voice, scene: Scene) -> Iterator[str]:
    if scene.page.menu:
        yield _menu(scene.page.menu)
    if scene.page.buttons:
        yield f'<div class="buttons">{"".join(map(_button, scene.page.buttons))}</div>'
    if scene.private:
        yield f'<div class="only-you">{_EYE}{escape(voice.say("preview_only_you"))}</div>'


def _button(button: Button) -> str:
    return f'<span class="button {button.style}">{escape(button.label)}</span>'


def _menu(menu: Menu) -> str:
    """Return a menu that opens without a script."""
    choices = "".join(f"<li>{escape(choice.label)}</li>" for choice in menu.choices)
    return f'<details class="menu"><summary>{escape(menu.placeholder)}</summary><ul>{choices}</ul></details>'


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
        console.print(Group(*_scene_preview(Voice(knowledge, scene.page.language), scene, width)), width=width)


def _scene_preview(voice: Voice, scene: Scene, width: int) -> Iterator[RenderableType]:
    if scene.caption:
        yield Rule(_plain(voice.say(scene.caption)), style="dim")
    bot, reader = printable(voice.say("preview_bot")), printable(voice.say("preview_reader"))
    if scene.way == "mention":
        yield RichText.assemble((reader, "bold"), "  ", (f"@{bot}", "blue"), " ", printable(scene.asked))
    else:
        yield _plain(voice.say(f"preview_{scene.way}", reader=reader, asked=scene.asked), "dim")
    title = RichText.assemble((bot, "bold"), " ", _plain(f" {voice.say('preview_app')} ", "white on blue"))
    yield Panel(Group(*_message_preview(voice, scene, width - 4)), title=title, title_align="left", width=width)
    yield RichText()


def _message_preview(voice: Voice, scene: Scene, width: int) -> Iterator[RenderableType]:
    """Yield the pieces of a reply, apart where there are several, then menu and buttons."""
    for at, text in enumerate(scene.page.texts):
        if at:
            yield Rule(style="dim")
        yield from map(_line_preview, parse(text))
    if scene.page.menu:
        yield Padding(_menu_preview(scene.page.menu), (1, 0, 0, 0))
    if scene.page.buttons:
        yield Padding(_buttons(scene.page.buttons, width), (1, 0, 0, 0))
    if scene.private:
        yield _plain(f"\n{voice.say('preview_only_you')}", "dim italic")


def _plain(text: str, style: str = "") -> RichText:
    return RichText(printable(text), style)


def _line_preview(line: Line) -> RichText:
    return RichText.assemble(*map(_span_preview, line.spans), style="dim" if line.small else "")


def _span_preview(span: Span) -> tuple[str, Style]:
    link = span.url and printable(span.url)
    return printable(span.text), Style(bold=span.bold, italic=span.code, link=link, underline=link is not None)


def _menu_preview(menu: Menu) -> RenderableType:
    rows = [_plain(f"▾ {menu.placeholder}", "on grey15")]
    return Group(*rows, *(_plain(f"  {choice.label}", "dim") for choice in menu.choices))


def _buttons(buttons: tuple[Button, ...], width: int) -> RichText:
    """Put the buttons beside each other, as Discord does, and below where the line is full."""
    row, used = RichText(), 0
    for button in buttons:
        label = _plain(f" {button.label} ", _BUTTONS[button.style])
        if used and used + 1 + label.cell_len > width:
            row.append("\n\n")
            used = 0
        row.append(" " if used else "").append_text(label)
        used += 1 + label.cell_len
    return row
