"""Replies as they will look on Discord, in the terminal or as an HTML page, before an author publishes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import escape
from importlib import resources
from itertools import islice
from pathlib import Path
from string import Template
from typing import Final, Literal

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.style import Style
from rich.text import Text as RichText

from bot.core.matching import Question
from bot.core.model import Fact, Gap, Knowledge, Language, Text
from bot.errors import ConfigError
from bot.service.autocomplete import entity_names, starter_facts
from bot.service.library import Library
from bot.service.pages import (
    about_page,
    explanation_page,
    listings,
    page_of,
    plain_page,
    reply_page,
    starters_page,
)
from bot.service.replies import Reply, Voice
from bot.service.views import Button, EntityView, Line, ListView, Page, Span

_MOST_TRIES: Final = 40
"""Questions to ask until the bot is unsure; one of the first few does on every article so far."""
_FACTS_MIXED: Final = 8
"""Facts of an article that are asked of each entity, whether or not they are about it."""
_WIDEST, _NARROWEST = 72, 20
_BUTTONS = {"primary": "white on blue", "secondary": "white on grey30"}
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""What disturbs a terminal or a file: controls, halves of characters, marks that turn the direction of the text."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One thing a reader does, and the page that answers it."""

    way: Literal["mention", "command", "press"]
    asked: str
    """The question, the command line or the button's label."""
    page: Page
    private: bool = False
    """Seen by the reader alone."""
    caption: str | None = None
    """Key of the sentence that says what there is to see; None where the author asked for it."""


def scenes(library: Library, what: str | None, wanted: Language | None) -> tuple[Scene, ...]:
    """Return what a question or a `/command` leads to, or a tour for None; raise ConfigError for an unknown command.

    Commands and the tour are shown in the first article's language and in English, unless one is `wanted`.
    """
    knowledge = library.snapshot.knowledge
    first = knowledge.articles[0].language
    languages: tuple[Language, ...] = (wanted,) if wanted else tuple(dict.fromkeys((first, "en")))
    if what is None:
        return tuple(scene for language in languages for scene in _tour(library, language))
    if what.startswith("/"):
        return tuple(_command(library, what.removeprefix("/"), language) for language in languages)
    if what.strip():
        return (_mention(library, Question(what, wanted, default=first)),)
    return (Scene("mention", "", starters_page(knowledge, wanted or first, "mention_help")),)


def _tour(library: Library, language: Language) -> Iterator[Scene]:
    """Yield one of each: an answer and what its ⋯ says, a list, the closest, suggestions, a refusal, small talk."""
    knowledge = library.snapshot.knowledge
    for _, fact in starter_facts(knowledge, 1):
        question = _sample(fact, language)
        mention, answer = _mention(library, question, "preview_mention"), library.answer(question)
        yield mention
        for button in mention.page.buttons:
            if button.action.verb == "why":
                page = explanation_page(knowledge, answer.reply, library.explain(answer), language)
                yield Scene("press", button.label, page, private=True, caption="preview_why")
    lists = sorted((one for one in listings(knowledge) if one.facts()), key=lambda one: not any(one.rows()))
    for one in lists[:1]:
        yield replace(_command(library, one.name.get(language), language), caption="preview_list")
    mixed = (
        Question(f"{entity.name.get(language)} {fact.label.get(language)}", language)
        for article in knowledge.articles
        for entity in article.entities
        for fact in article.facts[:_FACTS_MIXED]
    )
    closest = (question for question in islice(mixed, _MOST_TRIES) if library.answer(question).reply.closest)
    yield from (_mention(library, question, "preview_closest") for question in islice(closest, 1))
    names = (entity.name.get(language) for article in knowledge.articles for entity in article.entities)
    questions = (Question(name, language) for name in islice(names, _MOST_TRIES))
    unsure = (question for question in questions if _is_only_suggested(library.answer(question).reply))
    yield from (_mention(library, question, "preview_suggestion") for question in islice(unsure, 1))
    gaps = sorted((gap for article in knowledge.articles for gap in article.gaps), key=lambda gap: not gap.nearest)
    for found, caption in ((gaps, "preview_refusal"), (knowledge.dialogue, "preview_small_talk")):
        yield from (_mention(library, _sample(gap, language), caption) for gap in found[:1])


def _is_only_suggested(reply: Reply) -> bool:
    return reply.outcome == "suggested" and reply.closest is None


def _sample(item: Fact | Gap, language: Language) -> Question:
    """Ask the first sample in `language`, or the first there is."""
    return Question(min(item.samples, key=lambda sample: sample.language != language).text, language)


def _mention(library: Library, question: Question, caption: str | None = None) -> Scene:
    answer = library.answer(question)
    return Scene("mention", question.text, reply_page(answer.snapshot.knowledge, answer.reply), caption=caption)


def _command(library: Library, line: str, language: Language) -> Scene:
    """Use a command; it answers the reader alone, as is the default."""
    knowledge = library.snapshot.knowledge
    voice = Voice(knowledge, language)
    called, _, rest = line.partition(" ")
    names = {key: knowledge.messages.get(f"command_{key}_name", Text(key, key)) for key in ("ask", "help", "about")}
    commands = {one.key: one for one in listings(knowledge)}
    names |= {key: command.name for key, command in commands.items()}
    key, name = next(((key, name) for key, name in names.items() if called.lower() in name.every()), ("", Text()))
    option = rest.strip()
    match key, commands.get(key):
        case "ask", _:
            page = reply_page(knowledge, library.answer(Question(option, language)).reply, shareable=True)
        case "help", _:
            page = starters_page(knowledge, language, "help")
        case "about", _:
            page = about_page(knowledge, language)
        case _, None:
            known = ", ".join(f"/{name.get('en')}" for name in names.values())
            msg = f"There is no command {called!r}; there is: {known}."
            raise ConfigError(msg)
        case _, command if command.lookup:
            page = plain_page(voice, "entity_nothing")
            for nearest in entity_names(command.entities()).complete(option, language, 1):
                option, view = option or nearest.text, EntityView(nearest.article, nearest.target, language)
                page = page_of(knowledge, view, shareable=True) or page
        case _:
            found = page_of(knowledge, ListView(key, 0, language), shareable=True)
            option, page = "", found or plain_page(voice, "command_gone")
    return Scene("command", f"/{name.get(language)} {option}".strip(), page, private=True)


def _used(voice: Voice, scene: Scene) -> str:
    """Say which command or button the reader used."""
    return voice.say(f"preview_{scene.way}", reader=voice.say("preview_reader"), asked=scene.asked)


def show(console: Console, knowledge: Knowledge, shown: tuple[Scene, ...]) -> None:
    """Print the scenes at about the width of a message."""
    width = max(_NARROWEST, min(console.width, _WIDEST))
    for scene in shown:
        console.print(Group(*_printed(Voice(knowledge, scene.page.language), scene, width)), width=width)


def _printed(voice: Voice, scene: Scene, width: int) -> Iterator[RenderableType]:
    if scene.caption:
        yield Rule(_text((voice.say(scene.caption), "")), style="dim")
    bot, reader, app = (voice.say(f"preview_{who}") for who in ("bot", "reader", "app"))
    if scene.way == "mention":
        yield _text((reader, "bold"), ("  ", ""), (f"@{bot}", "blue"), (f" {scene.asked}", ""))
    else:
        yield _text((_used(voice, scene), "dim"))
    title = _text((bot, "bold"), (" ", ""), (f" {app} ", "white on blue"))
    yield Panel(Group(*_message(voice, scene, width - 4)), title=title, title_align="left", width=width)
    yield RichText()


def _message(voice: Voice, scene: Scene, width: int) -> Iterator[RenderableType]:
    """Yield the answers of a page with a rule between them, then menu and buttons."""
    for at, block in enumerate(scene.page.blocks):
        if at:
            yield Rule(style="dim")
        yield from map(_printed_line, (*block.body, *block.footer))
    if menu := scene.page.menu:
        yield _text((f"\n▾ {menu.placeholder}", "on grey15"), *((f"\n  {one.label}", "dim") for one in menu.choices))
    if scene.page.buttons:
        yield _printed_buttons(scene.page.buttons, width)
    if scene.private:
        yield _text((f"\n{voice.say('preview_only_you')}", "dim italic"))


def _printed_line(line: Line) -> RichText:
    mark = [("▏ ", "dim")] if line.quoted else []
    return _text(*mark, *((span.text, _look(span, small=line.small)) for span in line.spans))


def _look(span: Span, *, small: bool) -> Style:
    link = span.url and _UNPRINTABLE.sub("", span.url)
    return Style(bold=span.bold, italic=span.code, dim=small, link=link, underline=link is not None)


def _printed_buttons(buttons: tuple[Button, ...], width: int) -> RichText:
    """Put buttons beside each other, as Discord does, and below where the line is full."""
    row, used = RichText("\n"), 0
    for button in buttons:
        label = _text((f" {button.label} ", _BUTTONS[button.style]))
        if used and used + 1 + label.cell_len > width:
            row.append("\n\n")
            used = 0
        row.append(" " if used else "").append_text(label)
        used += 1 + label.cell_len
    return row


def _text(*parts: tuple[str, str | Style]) -> RichText:
    return RichText.assemble(*((_UNPRINTABLE.sub("", text), style) for text, style in parts))


def write_html(knowledge: Knowledge, shown: tuple[Scene, ...], file: Path) -> None:
    """Write the scenes as one page; raise ConfigError where the file cannot be written."""
    try:
        file.write_text(html_page(knowledge, shown), encoding="utf-8")
    except OSError as error:
        msg = f"{file} cannot be written: {error.strerror}."
        raise ConfigError(msg) from None


def html_page(knowledge: Knowledge, shown: tuple[Scene, ...]) -> str:
    """Return the scenes as a page that loads nothing and runs nothing; every text in it is escaped."""
    voice = Voice(knowledge, shown[0].page.language)
    sections = "".join(_section(Voice(knowledge, scene.page.language), scene) for scene in shown)
    title = escape(voice.say("preview_title"))
    page = _filled("preview.html", {"language": voice.language, "title": title, "sections": sections})
    return _UNPRINTABLE.sub("", page)


def _filled(template: str, values: dict[str, str]) -> str:
    """Fill a template of this folder with HTML."""
    text = resources.files("bot.terminal").joinpath(template).read_text(encoding="utf-8")
    return Template(text).substitute(values)


def _section(voice: Voice, scene: Scene) -> str:
    """Return a scene as it looks on a phone and on a desktop; the style sheet hides what its kind does not have."""
    words = ("bot", "reader", "app", "only_you", "phone", "desktop")
    values = {word: escape(voice.say(f"preview_{word}")) for word in words}
    values["language"] = voice.language
    values["kind"] = f"{scene.way} private" if scene.private else scene.way
    values["heading"] = escape(voice.say(scene.caption)) if scene.caption else ""
    values["asked"] = escape(scene.asked)
    values["used"] = "" if scene.way == "mention" else escape(_used(voice, scene))
    values["content"] = "".join(_content(scene.page))
    values["chat"] = _filled("preview-chat.html", values)
    return _filled("preview-section.html", values)


def _content(page: Page) -> Iterator[str]:
    """Yield the answers of a page, then menu and buttons."""
    for block in page.blocks:
        yield f'<div class="text">{"".join(map(_html_line, (*block.body, *block.footer)))}</div>'
    if page.menu:
        choices = "".join(f"<li>{escape(choice.label)}</li>" for choice in page.menu.choices)
        yield f'<details class="menu"><summary>{escape(page.menu.placeholder)}</summary><ul>{choices}</ul></details>'
    buttons = (f'<span class="button {button.style}">{escape(button.label)}</span>' for button in page.buttons)
    yield f'<div class="buttons">{"".join(buttons)}</div>'


def _html_line(line: Line) -> str:
    text = "".join(map(_html_span, line.spans))
    if line.quoted:
        return f"<blockquote>{text}</blockquote>"
    return f"<small>{text}</small>" if line.small else f"<p>{text}</p>"


def _html_span(span: Span) -> str:
    tag = "code" if span.code else "strong" if span.bold else "span"
    text = f"<{tag}>{escape(span.text)}</{tag}>"
    return text if span.url is None else f'<a href="{escape(span.url)}" rel="noreferrer">{text}</a>'
