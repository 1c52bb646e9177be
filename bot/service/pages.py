"""Replies, lists and the bot's own texts as pages: text in pieces, one row of buttons, at most one menu."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from bot.core.model import (
    Article,
    Command,
    Entity,
    EntityKind,
    Fact,
    Gap,
    Knowledge,
    Language,
    Row,
    Text,
    other_language,
)
from bot.service.autocomplete import useful
from bot.service.replies import Reply, SourceLine, Suggestion, Voice, item_reply, quoted, ranges, suggestion
from bot.service.replies import source_line as source_of
from bot.service.views import Action, EntityView, FactView, ListView, Trace, View, marked_fact, marked_sample, trace_of
from bot.service.wording import MESSAGE, clip, escape, one_line, paged, split

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
_ROWS: Final = 8
"""Most rows on a page: about two screens of a phone."""
_ROOM: Final = 1_500
"""Characters for the rows; the rest is for heading and sources."""
_LONGEST_DETAIL = 300
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Listing:
    """One slash command and what each article puts into it."""

    key: str
    """The name by which Discord and buttons know it: the English one, where there is one."""
    name: Text
    description: Text
    lookup: EntityKind | None
    parts: tuple[tuple[Article, Command], ...]

    def facts(self) -> tuple[tuple[Article, Fact], ...]:
        """Return the facts behind the command, in the authors' order, each once."""
        found = {(a.slug, fact.id): (a, fact) for a, command in self.parts for fact in _facts(a, command)}
        return tuple(found.values())

    def rows(self) -> Iterator[tuple[Article, Row]]:
        """Yield the rows laid out by the authors."""
        for article, command in self.parts:
            for row in command.rows:
                yield article, row

    def entities(self) -> tuple[tuple[Article, Entity], ...]:
        """Return the entities that can be looked up."""
        return tuple((a, entity) for a, _ in self.parts for entity in a.entities if entity.kind == self.lookup)


def _facts(article: Article, command: Command) -> Iterator[Fact]:
    if command.tag is not None:
        yield from (fact for fact in article.facts if command.tag in fact.tags)
    yield from (fact for key in command.facts if (fact := article.fact(key)))


def listings(knowledge: Knowledge) -> tuple[Listing, ...]:
    """Return the commands of all articles; those of one name become one."""
    merged: dict[str, Listing] = {}
    for article in knowledge.articles:
        for command in article.commands:
            key = command.name.get("en")
            known = merged.get(key) or Listing(key, command.name, command.description, command.lookup, ())
            merged[key] = replace(known, parts=(*known.parts, (article, command)))
    return tuple(merged.values())


def listing(knowledge: Knowledge, key: str) -> Listing | None:
    """Return the command called `key`, or None."""
    return next((one for one in listings(knowledge) if one.key == key), None)


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
        buttons = suggestion_buttons(reply.language, _as_suggestions(knowledge, (reply, *reply.also)))
    elif reply.outcome == "answered" and reply.article and reply.fact:
        view = FactView(reply.article, reply.fact, reply.language)
        buttons = _fact_buttons(knowledge, view, trace_of(reply), shareable=shareable)
    else:
        buttons = suggestion_buttons(reply.language, reply.suggestions)
    return Page(reply.language, _reply_texts(voice, reply), buttons)


def _as_suggestions(knowledge: Knowledge, replies: Sequence[Reply]) -> list[Suggestion]:
    found = ((reply, knowledge.article(reply.article or "")) for reply in replies)
    facts = ((reply, article, article.fact(reply.fact or "")) for reply, article in found if article)
    return [suggestion(article, fact, reply.language, reply.confidence) for reply, article, fact in facts if fact]


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
        return Page(view.language, _reply_texts(voice, reply), suggestion_buttons(view.language, reply.suggestions))
    buttons = _fact_buttons(knowledge, view, trace, shareable=shareable)
    return Page(view.language, _reply_texts(voice, reply), buttons)


def related_page(knowledge: Knowledge, view: FactView) -> Page | None:
    """Suggestion the questions related to a fact; None when it has gone."""
    found = find_item(knowledge, view)
    if found is None or not isinstance(found[1], Fact):
        return None
    article, keys = found[0], found[1].related
    related = (other for key in keys if (other := article.fact(key)))
    suggestions = [Suggestion(article.slug, other.id, other.label.get(view.language), 0.0) for other in related]
    page = plain_page(Voice(knowledge, view.language), "related_offers")
    return replace(page, buttons=suggestion_buttons(view.language, suggestions))


def starters_page(knowledge: Knowledge, language: Language, key: str) -> Page:
    """Say the sentence `key` and suggestion three questions to begin with."""
    suggestions = [Suggestion(c.article, c.target, c.text, 0.0) for c in useful(knowledge, language, STARTERS)]
    return replace(plain_page(Voice(knowledge, language), key), buttons=suggestion_buttons(language, suggestions))


def find_item(knowledge: Knowledge, view: FactView) -> tuple[Article, Fact | Gap] | None:
    """Return what `view` shows, or None when it has gone."""
    article = knowledge.article(view.article)
    if article is None:
        return None
    item = article.item(view.fact)
    return None if item is None else (article, item)


def suggestion_buttons(language: Language, suggestions: Iterable[Suggestion]) -> tuple[Button, ...]:
    """Return questions as buttons that answer in place; each question once."""
    views = {(o.article, o.fact): o for o in suggestions}
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
    if reply.outcome == "unanswered" and reply.suggestions:
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
    facts = article.facts_about(entity)
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


def why_page(knowledge: Knowledge, view: FactView, trace: Trace | None) -> Page | None:
    """Explain an answer: nearest sample, confidence, runner-up, full source; None when the fact has gone."""
    found = find_item(knowledge, view)
    if found is None:
        return None
    article, item = found
    voice = Voice(knowledge, view.language)
    lines = [f"**{voice.say('why_title')}**", escape(clip(item.label.get(view.language), _LONGEST))]
    lines += _matching(knowledge, voice, item, trace) if trace else [voice.say("explain_picked")]
    if isinstance(item, Fact):
        source = source_of(voice, article, item)
        if source.section:
            lines.append(escape(voice.say("explain_section", section=clip(source.section, _LONGEST))))
        if article.date:
            lines.append(escape(voice.say("explain_date", date=article.date)))
        return Page(view.language, with_footer("\n".join(lines), [source_line(source)]))
    return Page(view.language, split("\n".join(lines)))


def _matching(knowledge: Knowledge, voice: Voice, item: Fact | Gap, trace: Trace) -> Iterator[str]:
    if sample := marked_sample(item, trace.sample):
        yield escape(voice.say("explain_sample", sample=clip(sample, _LONGEST)))
    yield escape(voice.say("explain_confidence", percent=trace.percent))
    if (second := marked_fact(knowledge, trace.runner_up)) and second is not item:
        label = clip(second.label.get(voice.language), _LONGEST)
        yield escape(voice.say("explain_runner_up", label=label, percent=trace.runner_up_percent))


def about_page(knowledge: Knowledge, language: Language) -> Page:
    """Say which articles the bot knows, how it answers and what it keeps."""
    voice = Voice(knowledge, language)
    articles = "\n".join(_article(voice, article) for article in knowledge.articles[:10])
    parts = (voice.say("about_intro"), articles, voice.say("about_how"), voice.say("about_privacy"))
    return Page(language, split("\n\n".join(parts)))


def _article(voice: Voice, article: Article) -> str:
    title, publisher = article.title.get(voice.language), article.publisher.get(voice.language)
    quoted = voice.say("about_article", publisher=publisher, title=title)
    return linked(escape(clip(quoted, _LONGEST)), title, article.url)


def with_notice(page: Page, notice: str) -> Page:
    """Put a sentence of the bot's own before a page."""
    first = f"{notice}\n\n{page.texts[0]}"
    return replace(page, texts=(*split(first), *page.texts[1:]))
