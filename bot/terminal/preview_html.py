"""Replies as one self-contained page in Discord's look: on a phone and beside it on a desktop."""

from collections.abc import Iterator
from html import escape
from importlib import resources
from typing import Final, Literal, TypeAlias

from bot.core.model import Knowledge
from bot.service.presentation import Button, Menu
from bot.service.reply import Voice
from bot.terminal.markup import Line, Span, parse, printable
from bot.terminal.scenes import Scene

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
