"""Replies as pages: text in pieces, one row of buttons, at most one menu; any chat front can show them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from bot.core.complete import useful
from bot.core.model import Article, Fact, Gap, Knowledge, Language, other_language
from bot.service.reply import Offer, Reply, SourceLine, Voice, item_reply, offer
from bot.service.views import Action, FactView, Trace, View, trace_of
from bot.service.wording import MESSAGE, clip, escape, one_line, split

MOST_BUTTONS: Final = 5
MOST_CHOICES: Final = 25
LABEL: Final = 80
CHOICE_LABEL: Final = 100
STARTERS: Final = 3
"""Questions offered to somebody who asked none."""

_LONGEST_SOURCE = 700
_LONGEST_ADDRESS = 500
_UNSAFE_IN_ADDRESS = {ord(char): f"%{ord(char):02X}" for char in '<> \t\r\n"\\'}

Style: TypeAlias = Literal["primary", "secondary"]


@dataclass(frozen=True, slots=True)
class Button:
    """A button and what it does."""

    label: str
    action: Action
    style: Style = "secondary"


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a menu."""

    label: str
    view: View


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu that stays while its entries are looked at."""

    owner: View
    """The page the menu belongs to, from which it is made again."""
    placeholder: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """What is shown: every text fits into a message, buttons and menu stand below the last one."""

    language: Language
    texts: tuple[str, ...]
    buttons: tuple[Button, ...] = ()
    menu: Menu | None = None


def plain_page(voice: Voice, key: str, **values: object) -> Page:
    """Return one of the bot's own sentences as a page."""
    return Page(voice.language, split(voice.say(key, **values)))


def reply_page(knowledge: Knowledge, reply: Reply, *, shareable: bool = False) -> Page:
    """Lay out the reply to a question; `shareable` where only the asker sees it and others could."""
    voice = Voice(knowledge, reply.language)
    if reply.also:  # one row of buttons for two answers: each leads to one of them
        buttons = offer_buttons(reply.language, _as_offers(knowledge, (reply, *reply.also)))
    elif reply.outcome == "answered" and reply.article and reply.fact:
        view = FactView(reply.article, reply.fact, reply.language)
        buttons = _fact_buttons(knowledge, view, trace_of(reply), shareable=shareable)
    else:
        buttons = offer_buttons(reply.language, reply.offers)
    return Page(reply.language, _reply_texts(voice, reply), buttons)


def _as_offers(knowledge: Knowledge, replies: Sequence[Reply]) -> list[Offer]:
    found = ((reply, knowledge.article(reply.article or "")) for reply in replies)
    facts = ((reply, article, article.fact(reply.fact or "")) for reply, article in found if article)
    return [offer(article, fact, reply.language, reply.confidence) for reply, article, fact in facts if fact]


def fact_page(
    knowledge: Knowledge, view: FactView, *, trace: Trace | None = None, shareable: bool = False
) -> Page | None:
    """Lay out one fact or gap, with the trace of how it was matched, if it was; None when it has gone."""
    found = find_item(knowledge, view)
    if found is None:
        return None
    voice = Voice(knowledge, view.language)
    reply = item_reply(voice, *found)
    if isinstance(found[1], Gap):
        return Page(view.language, _reply_texts(voice, reply), offer_buttons(view.language, reply.offers))
    buttons = _fact_buttons(knowledge, view, trace, shareable=shareable)
    return Page(view.language, _reply_texts(voice, reply), buttons)


def related_page(knowledge: Knowledge, view: FactView) -> Page | None:
    """Offer the questions related to a fact; None when it has gone."""
    found = find_item(knowledge, view)
    if found is None or not isinstance(found[1], Fact):
        return None
    article, keys = found[0], found[1].related
    related = (other for key in keys if (other := article.fact(key)))
    offers = [Offer(article.slug, other.id, other.label.get(view.language), 0.0) for other in related]
    page = plain_page(Voice(knowledge, view.language), "related_offers")
    return replace(page, buttons=offer_buttons(view.language, offers))


def starters_page(knowledge: Knowledge, language: Language, key: str) -> Page:
    """Say the sentence `key` and offer three questions to begin with."""
    offers = [Offer(c.article, c.target, c.text, 0.0) for c in useful(knowledge, language, STARTERS)]
    return replace(plain_page(Voice(knowledge, language), key), buttons=offer_buttons(language, offers))


def find_item(knowledge: Knowledge, view: FactView) -> tuple[Article, Fact | Gap] | None:
    """Return what `view` shows, or None when it has gone."""
    article = knowledge.article(view.article)
    if article is None:
        return None
    item = article.item(view.fact)
    return None if item is None else (article, item)


def offer_buttons(language: Language, offers: Iterable[Offer]) -> tuple[Button, ...]:
    """Return questions as buttons that answer in place; each question once."""
    views = {(o.article, o.fact): o for o in offers}
    return tuple(
        Button(clip(o.label, LABEL), Action("open", FactView(o.article, o.fact, language)), "primary")
        for o in list(views.values())[:MOST_BUTTONS]
    )


def _fact_buttons(knowledge: Knowledge, view: FactView, trace: Trace | None, *, shareable: bool) -> tuple[Button, ...]:
    found = find_item(knowledge, view)
    fact = found[1] if found else None
    if not isinstance(fact, Fact):
        return ()  # a reload took it away while the question was being answered
    other = other_language(view.language)
    both = fact.answer.has(view.language) and fact.answer.has(other)
    wanted = (
        (both, "button_language", Action("open", replace(view, language=other), trace)),
        (bool(fact.related), "button_related", Action("related", view)),
        (shareable, "button_share", Action("share", view, trace)),
        (True, "button_more", Action("why", view, trace)),
    )
    voice = Voice(knowledge, view.language)
    return tuple(button(voice, key, action) for wants, key, action in wanted if wants)


def button(voice: Voice, key: str, action: Action) -> Button:
    """Return a button labelled with one of the bot's own sentences."""
    return Button(clip(voice.say(key), LABEL), action)


def _reply_texts(voice: Voice, reply: Reply) -> tuple[str, ...]:
    own = reply.fact is None and reply.gap is None
    body = reply.text if own else escape(reply.text)
    if reply.outcome == "unanswered" and reply.offers:
        body += f"\n\n{voice.say('gap_offers')}"
    lines = [small(escape(line)) for line in (reply.understood, reply.notice) if line]
    if reply.source:
        lines.append(source_line(reply.source))
    texts = with_footer(body, lines)
    for further in reply.also:
        texts += with_footer(escape(further.text), [source_line(further.source)] if further.source else [])
    return texts


def with_footer(body: str, lines: Iterable[str]) -> tuple[str, ...]:
    """Split escaped text and put the small lines below it, whole."""
    footer = "\n".join(lines)
    texts = split(body) or ("…",)
    if not footer:
        return texts
    last = f"{texts[-1]}\n{footer}"
    return (*texts[:-1], last) if len(last) <= MESSAGE else (*texts, *split(footer))


def small(escaped: str) -> str:
    """Return one line of escaped text in small print."""
    return f"-# {one_line(escaped)}"


def source_line(source: SourceLine) -> str:
    """Return the source in small print, its title a link without a preview where there is an address."""
    line = escape(clip(source.line, _LONGEST_SOURCE))
    return small(linked(line, source.title, source.url))


def linked(escaped: str, title: str, url: str | None) -> str:
    """Make the first occurrence of `title` in an escaped line a link; as it is without a usable address."""
    text = escape(one_line(title))
    if not url or len(url) > _LONGEST_ADDRESS or not text or not url.startswith(("http://", "https://")):
        return escaped
    return escaped.replace(text, f"[{text}](<{url.translate(_UNSAFE_IN_ADDRESS)}>)", 1)
