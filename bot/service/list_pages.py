"""Pages of commands: lists laid out for a phone, and what an article says about an entity."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from bot.core.complete import Completer, Completion
from bot.core.model import LANGUAGES, Article, Entity, Fact, Knowledge, Language, Row, other_language
from bot.core.text import language_of, normalise
from bot.service.listing import Listing, listing
from bot.service.presentation import (
    CHOICE_LABEL,
    MOST_CHOICES,
    Button,
    Choice,
    Menu,
    Page,
    button,
    fact_page,
    linked,
    small,
    source_line,
    with_footer,
)
from bot.service.reply import Voice, item_reply, quoted, ranges
from bot.service.views import Action, EntityView, FactView, ListView, Trace, View
from bot.service.wording import clip, escape, paged

_ROWS: Final = 8
"""Most rows on a page: about two screens of a phone."""
_ROOM: Final = 1_500
"""Characters for the rows; the rest is for heading and sources."""
_LONGEST_DETAIL = 300


def page_of(knowledge: Knowledge, view: View, *, trace: Trace | None = None, shareable: bool = False) -> Page | None:
    """Lay out whatever `view` names; None when it has gone."""
    match view:
        case FactView():
            return fact_page(knowledge, view, trace=trace, shareable=shareable)
        case ListView():
            return list_page(knowledge, view, shareable=shareable)
        case EntityView():
            return entity_page(knowledge, view, shareable=shareable)


def list_page(knowledge: Knowledge, view: ListView, *, shareable: bool = False) -> Page | None:
    """Lay out one page of a command; a command of one fact without rows is that fact."""
    command = listing(knowledge, view.command)
    facts = command.facts() if command else ()
    if command is None or not facts:
        return None
    voice, rows = Voice(knowledge, view.language), tuple(command.rows())
    if not rows and len(facts) == 1:
        article, fact = facts[0]
        return fact_page(knowledge, FactView(article.slug, fact.id, view.language), shareable=shareable)
    blocks = tuple(_block(voice, *row) for row in rows) or tuple(_bullet(voice, fact) for _, fact in facts)
    pages = paged(blocks, most=_ROWS if rows else MOST_CHOICES, limit=_ROOM)
    at = min(max(view.page, 0), len(pages) - 1)
    here = replace(view, page=at)
    heading = f"**{escape(clip(command.description.get(view.language), 100))}**"
    gap = "\n\n" if rows else "\n"
    body = f"{heading}{gap}{gap.join(pages[at])}"
    texts = with_footer(body, _footer(voice, _articles(command), at, len(pages)))
    shown = facts if rows else facts[sum(map(len, pages[:at])) :][: len(pages[at])]
    buttons = _list_buttons(voice, here, len(pages), shareable=shareable)
    return Page(view.language, texts, buttons, _menu(voice, here, shown))


def _block(voice: Voice, article: Article, row: Row) -> str:
    """Return one row: who or when in bold, what there is to say, the paragraph in small print."""
    entity = article.entity(row.entity) if row.entity else None
    name = entity.name if entity else row.title
    lines = [f"**{escape(clip(name.get(voice.language), 80))}**"] if name else []
    lines.append(escape(clip(row.detail.get(voice.language), _LONGEST_DETAIL)))
    if row.paragraphs:
        key = "paragraphs" if len(row.paragraphs) > 1 else "paragraph"
        lines.append(small(escape(voice.say(key, numbers=ranges(row.paragraphs)))))
    return "\n".join(lines)


def _bullet(voice: Voice, fact: Fact) -> str:
    return f"• {escape(clip(fact.label.get(voice.language), CHOICE_LABEL))}"


def _articles(command: Listing) -> tuple[Article, ...]:
    return tuple(article for article, _ in command.parts)


def _footer(voice: Voice, articles: tuple[Article, ...], at: int, pages: int) -> Iterator[str]:
    for article in articles[:2]:
        title, publisher = article.title.get(voice.language), article.publisher.get(voice.language)
        line = escape(
            clip(voice.say("list_source", title=f"{publisher} {quoted(title, voice.language)}"), _LONGEST_DETAIL)
        )
        yield small(linked(line, title, article.url))
    if pages > 1:
        yield small(escape(voice.say("list_page", page=at + 1, pages=pages)))


def _list_buttons(voice: Voice, view: ListView, pages: int, *, shareable: bool) -> tuple[Button, ...]:
    there = replace(view, language=other_language(view.language))
    wanted = (
        (view.page > 0, "button_previous", Action("open", replace(view, page=view.page - 1))),
        (view.page < pages - 1, "button_next", Action("open", replace(view, page=view.page + 1))),
        (True, "button_language", Action("open", there)),
        (shareable, "button_share", Action("share", view)),
    )
    return tuple(button(voice, key, action) for wants, key, action in wanted if wants)


def _menu(voice: Voice, owner: View, facts: tuple[tuple[Article, Fact], ...]) -> Menu | None:
    """Return a menu of facts; None where there is nothing to choose."""
    if len(facts) < 2:  # noqa: PLR2004  one fact is no choice
        return None
    choices = tuple(
        Choice(clip(fact.label.get(voice.language), CHOICE_LABEL), FactView(article.slug, fact.id, voice.language))
        for article, fact in facts[:MOST_CHOICES]
    )
    return Menu(owner, clip(voice.say("menu_facts"), CHOICE_LABEL), choices)


def menu_of(knowledge: Knowledge, owner: View) -> Menu | None:
    """Make the menu of a page again; None when it has gone."""
    page = page_of(knowledge, owner)
    return page.menu if page else None


def entity_page(knowledge: Knowledge, view: EntityView, *, shareable: bool = False) -> Page | None:
    """Show who or what an entity is, the fact most about it, and the others in a menu; None when it has gone."""
    article = knowledge.article(view.article)
    entity = article.entity(view.entity) if article else None
    if article is None or entity is None:
        return None
    voice = Voice(knowledge, view.language)
    facts = facts_about(article, entity)
    heading = _heading(voice, entity)
    there = replace(view, language=other_language(view.language))
    buttons = [button(voice, "button_language", Action("open", there))]
    if shareable:
        buttons.append(button(voice, "button_share", Action("share", view)))
    if not facts:
        return Page(view.language, with_footer(f"{heading}\n{voice.say('entity_nothing')}", ()), tuple(buttons))
    reply = item_reply(voice, article, facts[0])
    notes = [small(escape(reply.notice))] if reply.notice else []
    sources = [source_line(reply.source)] if reply.source else []
    texts = with_footer(f"{heading}\n{escape(reply.text)}", [*notes, *sources])
    return Page(view.language, texts, tuple(buttons), _menu(voice, view, tuple((article, fact) for fact in facts)))


def _heading(voice: Voice, entity: Entity) -> str:
    name = f"**{escape(clip(entity.name.get(voice.language), 80))}**"
    role = escape(clip(entity.role.get(voice.language), 80)) if entity.role else ""
    return f"{name} · {role}" if role else name


def facts_about(article: Article, entity: Entity) -> tuple[Fact, ...]:
    """Return the facts about `entity`, first those it is the main or only subject of."""
    about = [fact for fact in article.facts if entity.id in fact.about]
    return tuple(sorted(about, key=lambda fact: (fact.about.index(entity.id), len(fact.about))))


def entity_names(command: Listing) -> Completer:
    """Complete the names of what a look-up command finds; first come those with most facts."""
    entities = command.entities()
    by_use = sorted(entities, key=lambda pair: -len(facts_about(*pair)))
    return Completer(
        (Completion(a.slug, e.id, _language(name), name) for a, e in entities for name in e.names()),
        (Completion(a.slug, e.id, language, e.name.get(language)) for language in LANGUAGES for a, e in by_use),
    )


def _language(name: str) -> Language:
    return language_of(normalise(name))
