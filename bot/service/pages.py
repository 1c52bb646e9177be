"""Replies, lists and the bot's own sentences laid out as pages: text, one row of buttons, at most one menu."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.core.model import (
    NOTHING,
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
from bot.service.autocomplete import starter_facts
from bot.service.explaining import Explanation
from bot.service.replies import (
    Citation,
    Reply,
    Suggestion,
    Voice,
    citation,
    item_reply,
    suggested,
    suggestion,
    unanswered_key,
)
from bot.service.views import (
    Action,
    ArticlesView,
    Block,
    Button,
    Choice,
    EntityView,
    FactView,
    Line,
    ListView,
    Menu,
    Page,
    Span,
    Trace,
    View,
    explained_view,
    fact_with,
    sample_with,
    trace_of,
)

MOST_BUTTONS: Final = 5
MOST_COMMANDS: Final = 90
"""Commands from YAML; Discord allows 100, and the bot has its own."""
MOST_CHOICES: Final = 25
LONGEST_LABEL: Final = 80
LONGEST_CHOICE: Final = 100
_STARTERS = 3
"""Questions suggested to somebody who asked none."""
_MOST_ROWS = 8
"""Maximum rows on a page: about two screens of a phone."""
_MOST_ARTICLES = 5
"""Maximum articles on a page, each with three lines."""
_MOST_CHARACTERS = 1_500
"""Maximum characters of the rows on a page, so that they fit into a message with heading and sources."""
_LONGEST_LINE = 300
_LONGEST_SOURCE = 700
_BLANK = Line(())
_CODE = re.compile("`([^`]+)`")
Lines = tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Listing:
    """One slash command and what each article puts into it."""

    key: str
    """The name that Discord and buttons use: the English one, if there is one."""
    name: Text
    description: Text
    lookup: EntityKind | None
    parts: tuple[tuple[Article, Command], ...]

    def facts(self) -> tuple[tuple[Article, Fact], ...]:
        """Return the facts behind the command, in the authors' order, each once."""
        found = {(a.slug, fact.id): (a, fact) for a, command in self.parts for fact in _facts(a, command)}
        return tuple(found.values())

    def rows(self) -> tuple[tuple[Article, Row], ...]:
        """Return the rows laid out by the authors."""
        return tuple((article, row) for article, command in self.parts for row in command.rows)

    def entities(self) -> tuple[tuple[Article, Entity], ...]:
        """Return the entities that can be looked up, those of articles in use."""
        parts = (article for article, _ in self.parts if not article.retired)
        return tuple((a, entity) for a in parts for entity in a.entities if entity.kind == self.lookup)


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


def registered(knowledge: Knowledge, most: int = MOST_COMMANDS) -> tuple[Listing, ...]:
    """Return the commands that Discord is told of: those of articles in use, or `most`, those of the newest."""
    found = [one for one in listings(knowledge) if not all(article.retired for article, _ in one.parts)]
    place = {article.slug: at for at, article in enumerate(knowledge.newest_first())}
    newest = sorted(found, key=lambda one: min(place[article.slug] for article, _ in one.parts))[:most]
    return tuple(one for one in found if one in newest)


def _of_article(listing: Listing, knowledge: Knowledge, slug: str | None) -> Listing:
    """Return what one article puts into a command: the article `slug`, or else the newest that has the command."""
    parts = {article.slug: (article, command) for article, command in listing.parts}
    newest = next((article.slug for article in knowledge.newest_first() if article.slug in parts), "")
    return replace(listing, parts=(parts.get(slug or newest) or parts[newest],))


def page_of(knowledge: Knowledge, view: View, *, trace: Trace | None = None, shareable: bool = False) -> Page | None:
    """Lay out what `view` names; None if it no longer exists."""
    match view:
        case FactView():
            return _fact_page(knowledge, view, trace, shareable=shareable)
        case ListView():
            return _list_page(knowledge, view, shareable=shareable)
        case EntityView():
            return _entity_page(knowledge, view, shareable=shareable)
        case ArticlesView():
            return articles_page(knowledge, view, shareable=shareable)


def plain_page(voice: Voice, key: str, **values: object) -> Page:
    """Return one of the bot's own sentences as a page."""
    return Page(voice.language, (Block(_own_lines(voice.say(key, **values))),))


def starters_page(
    knowledge: Knowledge, language: Language, key: str, slug: str | None = None, **values: object
) -> Page:
    """Return the sentence `key` with three suggested questions to begin with; with `slug`, of that article."""
    suggestions = [suggestion(*pair, language) for pair in starter_facts(knowledge, _STARTERS, slug)]
    return _suggesting(plain_page(Voice(knowledge, language), key, **values), suggestions)


def articles_page(knowledge: Knowledge, view: ArticlesView, *, shareable: bool = False) -> Page:
    """Lay out one page of the list of articles, the newest first, each with an example of what it answers."""
    voice, language = Voice(knowledge, view.language), view.language
    articles = knowledge.newest_first()
    pages = max(1, -(-len(articles) // _MOST_ARTICLES))
    at = min(max(view.page, 0), pages - 1)
    shown = articles[at * _MOST_ARTICLES : (at + 1) * _MOST_ARTICLES]
    examples = [pair for one in shown for pair in starter_facts(knowledge, 1, one.slug)]
    body = [_line(voice.say("articles_title"), bold=True)]
    for article in shown:
        body += [_BLANK, *_article_lines(voice, article, [fact for one, fact in examples if one is article])]
    footer = (_small(voice.say("list_page", page=at + 1, pages=pages)),) if pages > 1 else ()
    current = replace(view, page=at)
    buttons = _buttons(
        voice,
        (at > 0, "button_previous", Action("open", replace(current, page=at - 1))),
        (at < pages - 1, "button_next", Action("open", replace(current, page=at + 1))),
        (True, "button_language", Action("open", replace(current, language=other_language(language)))),
        (shareable, "button_share", Action("share", current)),
    )
    choices = tuple(
        Choice(clip(fact.label.get(language), LONGEST_CHOICE), FactView(article.slug, fact.id, language))
        for article, fact in examples
    )
    menu = Menu(current, clip(voice.say("articles_menu"), LONGEST_CHOICE), choices) if choices else None
    return Page(language, (Block(tuple(body), footer),), buttons, menu)


def _article_lines(voice: Voice, article: Article, examples: Sequence[Fact]) -> Iterator[Line]:
    """Yield the lines about one article: its title, what it holds, and an example."""
    title = clip(article.title.get(voice.language), _LONGEST_LINE)
    line = voice.say("about_article", publisher=article.publisher.get(voice.language), title=title)
    yield _linked(line, title, article.url)
    details = [
        article.date or "",
        voice.say("articles_facts", count=len(article.facts)),
        voice.say("retired") if article.retired else "",
    ]
    yield _small(" · ".join(filter(None, details)))
    for fact in examples:
        yield _line(voice.say("articles_example", question=clip(fact.label.get(voice.language), LONGEST_CHOICE)))


def related_page(knowledge: Knowledge, view: FactView) -> Page | None:
    """Suggest the questions related to a fact; None if it no longer exists."""
    match _find(knowledge, view):
        case article, Fact() as fact:
            page = plain_page(Voice(knowledge, view.language), "related_offers")
            return _suggesting(page, suggested(article, fact.related, view.language))
        case _:
            return None


def turned_down_page(knowledge: Knowledge, turned_down: Action, others: Iterable[FactView]) -> Page:
    """Offer what else a question may mean, after its closest answer was turned down; say so if there is nothing."""
    language, found = turned_down.view.language, [(view, _find(knowledge, view)) for view in others]
    suggestions = [suggestion(*pair, language) for _, pair in found if pair]
    voice = Voice(knowledge, language)
    more = _buttons(voice, (True, "button_more", replace(turned_down, verb="why")))
    if suggestions:
        return _suggesting(plain_page(voice, "turned_down"), suggestions, more)
    return _suggesting(plain_page(voice, unanswered_key(knowledge)), (), more)


def tellable_page(knowledge: Knowledge, page: Page) -> Page:
    """Add the button with which the asker is told later, before the last one, to a page that answers nothing."""
    *others, more = page.buttons
    tell = Action("tell", more.action.view)
    return replace(
        page, buttons=(*others, *_buttons(Voice(knowledge, page.language), (True, "button_tell", tell)), more)
    )


def _fact_page(knowledge: Knowledge, view: FactView, trace: Trace | None, *, shareable: bool) -> Page | None:
    """Lay out one fact or gap; `trace` says how it was matched, if it was. None if it no longer exists."""
    found = _find(knowledge, view)
    if found is None:
        return None
    reply = item_reply(Voice(knowledge, view.language), *found)
    return reply_page(knowledge, reply, picked=view, trace=trace, shareable=shareable)


def reply_page(
    knowledge: Knowledge,
    reply: Reply,
    *,
    picked: FactView | None = None,
    trace: Trace | None = None,
    shareable: bool = False,
) -> Page:
    """Lay out a reply, which may be to a view that was `picked`; `shareable` if only the asker sees it."""
    language, trace = reply.language, trace or trace_of(reply)
    explained = Action("why", picked or explained_view(reply), trace)
    voice = Voice(knowledge, language)
    also = (Block(_lines(one.text), _source_line(one.source)) for one in reply.also)
    page = Page(language, (_block(voice, reply), *also))
    views = [FactView(one.article or "", one.fact or "", language) for one in (reply, *reply.also)]
    if reply.closest:
        view = FactView(reply.closest.article or "", reply.closest.fact or "", language)
        further = _buttons(
            voice,
            (True, "button_turn_down", Action("turn down", view, trace)),
            (shareable, "button_share", Action("share", view, trace)),
            (True, "button_more", explained),
        )
        return _suggesting(page, reply.suggestions, further)
    more = _buttons(voice, (True, "button_more", explained))
    if reply.also:  # one row of buttons for two answers: each leads to one of them
        found = (_find(knowledge, view) for view in views)
        return _suggesting(page, [suggestion(*pair, language) for pair in found if pair], more)
    match _find(knowledge, view := views[0]):
        case _, Fact() as fact:
            other = other_language(language)
            both = fact.answer.has(language) and fact.answer.has(other)
            buttons = _buttons(
                voice,
                (both, "button_language", Action("open", replace(view, language=other), trace)),
                (bool(fact.related) and not reply.suggestions, "button_related", Action("related", view)),
                (shareable, "button_share", Action("share", view, trace)),
            )
            choices = _suggesting(page, reply.suggestions).buttons[: MOST_BUTTONS - len(buttons) - len(more)]
            return replace(page, buttons=(*choices, *buttons, *more))
        case _:  # not answered, or a reload took the fact away meanwhile
            return _suggesting(page, reply.suggestions, more)


def _block(voice: Voice, reply: Reply) -> Block:
    is_own = reply.fact is None and reply.gap is None
    body = _own_lines(reply.text) if is_own else _lines(reply.text)
    if reply.closest:
        body = (*body, *(replace(line, quoted=True) for line in _lines(reply.closest.text)))
    if reply.outcome == "unanswered" and reply.suggestions:
        body = (*body, _BLANK, *_own_lines(voice.say("gap_offers")))
    if reply.offer:
        body = (*body, _BLANK, *_own_lines(reply.offer))
    return Block(body, _footer(reply))


def _footer(reply: Reply) -> Lines:
    source = (reply.closest or reply).source
    return (*(_small(line) for line in (reply.understood, reply.notice) if line), *_source_line(source))


def _source_line(source: Citation | None) -> Lines:
    return (_linked(source.line, source.title, source.url, small=True),) if source else ()


def _find(knowledge: Knowledge, view: FactView) -> tuple[Article, Fact | Gap] | None:
    """Return what `view` shows; None if it no longer exists."""
    article = knowledge.article(view.article)
    item = article.item(view.fact) if article else None
    return (article, item) if article and item else None


def _suggesting(page: Page, suggestions: Iterable[Suggestion], further: tuple[Button, ...] = ()) -> Page:
    """Add suggestions to a page as buttons, each question once, as many as leave room for `further` buttons."""
    labels = {FactView(one.article, one.fact, page.language): one.label for one in suggestions}
    buttons = (Button(clip(label, LONGEST_LABEL), Action("open", view), "primary") for view, label in labels.items())
    return replace(page, buttons=(*tuple(buttons)[: MOST_BUTTONS - len(further)], *further))


def _buttons(voice: Voice, *buttons: tuple[bool, str, Action]) -> tuple[Button, ...]:
    """Return the wanted buttons, each labelled with one of the bot's own sentences."""
    return tuple(Button(clip(voice.say(key), LONGEST_LABEL), action) for is_wanted, key, action in buttons if is_wanted)


def _list_page(knowledge: Knowledge, view: ListView, *, shareable: bool) -> Page | None:
    """Lay out one page of a command; a command of one fact without rows is that fact."""
    every = listing(knowledge, view.command)
    command = _of_article(every, knowledge, view.article) if every else None
    facts = command.facts() if command else ()
    if command is None or not facts:
        return None
    voice = Voice(knowledge, view.language)
    rows = [_row(voice, *row) for row in command.rows()]
    if not rows and len(facts) == 1:
        article, fact = facts[0]
        return _fact_page(knowledge, FactView(article.slug, fact.id, view.language), None, shareable=shareable)
    bullets = [(_line(f"• {clip(fact.label.get(view.language), LONGEST_CHOICE)}"),) for _, fact in facts]
    pages = _paged(rows or bullets, _MOST_ROWS if rows else MOST_CHOICES)
    at = min(max(view.page, 0), len(pages) - 1)
    body = [_line(clip(command.description.get(view.language), LONGEST_CHOICE), bold=True)]
    for entry in pages[at]:
        body += [_BLANK, *entry] if rows else entry
    footer = [_list_source(voice, article) for article, _ in command.parts[:2]]
    if len(pages) > 1:
        footer.append(_small(voice.say("list_page", page=at + 1, pages=len(pages))))
    begin = sum(map(len, pages[:at]))
    shown = facts if rows else facts[begin : begin + len(pages[at])]
    current = replace(view, page=at, article=command.parts[0][0].slug if every and len(every.parts) > 1 else None)
    buttons = _buttons(
        voice,
        (at > 0, "button_previous", Action("open", replace(current, page=at - 1))),
        (at < len(pages) - 1, "button_next", Action("open", replace(current, page=at + 1))),
        (True, "button_language", Action("open", replace(current, language=other_language(view.language)))),
        (shareable, "button_share", Action("share", current)),
    )
    return Page(view.language, (Block(tuple(body), tuple(footer)),), buttons, _menu(voice, current, shown))


def _row(voice: Voice, article: Article, row: Row) -> Lines:
    """Return one row: the person or title in bold, the detail, the paragraph in small print."""
    entity = article.entity(row.entity) if row.entity else None
    name = entity.name if entity else row.title
    heading = [_line(clip(name.get(voice.language), LONGEST_LABEL), bold=True)] if name else []
    place = [_small(voice.paragraphs(row.paragraphs))] if row.paragraphs else []
    return (*heading, _line(clip(row.detail.get(voice.language), _LONGEST_LINE)), *place)


def _paged(entries: Sequence[Lines], most: int) -> list[list[Lines]]:
    """Put entries on pages of at most `most` entries and `_MOST_CHARACTERS` characters."""
    pages: list[list[Lines]] = [[]]
    used = 0
    for entry in entries:
        size = sum(len(span.text) for line in entry for span in line.spans)
        if pages[-1] and (len(pages[-1]) >= most or used + size > _MOST_CHARACTERS):
            pages.append([])
            used = 0
        pages[-1].append(entry)
        used += size + 2 * len(entry)  # room for line breaks and markup
    return pages


def _list_source(voice: Voice, article: Article) -> Line:
    line = voice.say("list_source", title=voice.published(article))
    return _linked(line, article.title.get(voice.language), article.url, small=True)


def _menu(voice: Voice, owner: View, facts: Sequence[tuple[Article, Fact]]) -> Menu | None:
    """Return a menu of facts; None if there are not at least two."""
    if len(facts) < 2:  # noqa: PLR2004  one fact is no choice
        return None
    choices = tuple(
        Choice(clip(fact.label.get(voice.language), LONGEST_CHOICE), FactView(article.slug, fact.id, voice.language))
        for article, fact in facts[:MOST_CHOICES]
    )
    return Menu(owner, clip(voice.say("menu_facts"), LONGEST_CHOICE), choices)


def menu_of(knowledge: Knowledge, owner: View) -> Menu | None:
    """Return the menu of a page; None if it no longer exists."""
    page = page_of(knowledge, owner)
    return page.menu if page else None


def _entity_page(knowledge: Knowledge, view: EntityView, *, shareable: bool) -> Page | None:
    """Show who or what an entity is, the fact most about it, and the others in a menu; None if it is gone."""
    article = knowledge.article(view.article)
    entity = article.entity(view.entity) if article else None
    if article is None or entity is None:
        return None
    voice = Voice(knowledge, view.language)
    facts = [(article, fact) for fact in article.facts_about(entity)]
    heading = [Span(clip(entity.name.get(view.language), LONGEST_LABEL), bold=True)]
    if entity.role:
        heading += [Span(" · "), Span(clip(entity.role.get(view.language), LONGEST_LABEL))]
    reply = item_reply(voice, *facts[0]) if facts else None
    text = _lines(reply.text) if reply else _own_lines(voice.say("entity_nothing"))
    block = Block((Line(tuple(heading)), *text), _footer(reply) if reply else ())
    buttons = _buttons(
        voice,
        (True, "button_language", Action("open", replace(view, language=other_language(view.language)))),
        (shareable, "button_share", Action("share", view)),
    )
    return Page(view.language, (block,), buttons, _menu(voice, view, facts))


def why_page(knowledge: Knowledge, view: FactView, trace: Trace | None) -> Page | None:
    """Explain a reply by what its button says: nearest sample, confidence, runner-up, source; None if it is gone."""
    voice = Voice(knowledge, view.language)
    found = _find(knowledge, view)
    item = found[1] if found else _small_talk(knowledge, view)
    if item is None and view.fact != NOTHING:
        return None
    texts = [voice.say("explain_nothing")]
    if item is not None:
        texts = [clip(item.label.get(view.language), _LONGEST_LINE)]
        texts += _matching(knowledge, voice, item, trace) if trace else [voice.say("explain_picked")]
    place, footer = _place(voice, *found) if found else ((), ())
    body = (_line(voice.say("why_title"), bold=True), *_lines("\n".join((*texts, *place))))
    return Page(view.language, (Block(body, footer),))


def explanation_page(
    knowledge: Knowledge, reply: Reply, explanations: Sequence[Explanation], language: Language
) -> Page:
    """Lay out in full why `reply` was given, with the source of its answer, if it has one."""
    found = _find(knowledge, explained_view(reply)) if (reply.closest or reply).source else None
    place, footer = _place(Voice(knowledge, language), *found) if found else ((), ())
    blocks = [_explanation_block(one) for one in explanations]
    last = blocks[-1]
    more = (_BLANK, *map(_line, place)) if place else ()
    return Page(language, (*blocks[:-1], Block((*last.body, *more), footer)))


def _explanation_block(explanation: Explanation) -> Block:
    return Block((_line(explanation.title, bold=True), *(_line(line) for line in explanation.lines)))


def _place(voice: Voice, article: Article, item: Fact | Gap) -> tuple[tuple[str, ...], Lines]:
    """Return where in the article a fact stands and when that was published, and its source; nothing for a gap."""
    if not isinstance(item, Fact):
        return (), ()
    source = citation(voice, article, item)
    section = voice.say("explain_section", section=clip(source.section, _LONGEST_LINE)) if source.section else ""
    date = voice.say("explain_date", date=article.date) if article.date else ""
    return tuple(filter(None, (section, date))), _source_line(source)


def _small_talk(knowledge: Knowledge, view: FactView) -> Gap | None:
    """Return the small talk that `view` names; None if it names something else or is gone."""
    return next((gap for gap in knowledge.dialogue if view.article == NOTHING and gap.id == view.fact), None)


def _matching(knowledge: Knowledge, voice: Voice, item: Fact | Gap, trace: Trace) -> Iterator[str]:
    if sample := sample_with(item, trace.sample):
        yield voice.say("explain_sample", sample=clip(sample, _LONGEST_LINE))
    yield voice.say("explain_confidence", percent=trace.percent)
    if (second := fact_with(knowledge, trace.runner_up)) and second is not item:
        label = clip(second.label.get(voice.language), _LONGEST_LINE)
        yield voice.say("explain_runner_up", label=label, percent=trace.runner_up_percent)


def about_page(knowledge: Knowledge, language: Language, *, overhears: bool = False, days: int = 0) -> Page:
    """Return the page about the bot: its articles, how it answers, what it reads and stores.

    `overhears` says whether it also reads channels in which nobody mentions it, `days` for how many days questions
    without an answer are stored, 0 for not at all.
    """
    voice, read = Voice(knowledge, language), "privacy_channels" if overhears else "privacy"
    intro, how, privacy = (_own_lines(voice.say(f"about_{part}")) for part in ("intro", "how", read))
    privacy = (*privacy, *_own_lines(voice.say("about_stored" if days else "about_not_stored", days=days)))
    articles = (_about_article(voice, article) for article in knowledge.newest_first()[:10])
    return Page(language, (Block((*intro, _BLANK, *articles, _BLANK, *how, _BLANK, *privacy)),))


def privacy_page(knowledge: Knowledge, language: Language, *, overhears: bool = False, days: int = 0) -> Page:
    """Return the page that says what is read, what is stored and for how long; arguments as for `about_page`."""
    voice = Voice(knowledge, language)
    read = voice.say("about_privacy_channels" if overhears else "about_privacy")
    stored = voice.say("privacy_stored" if days else "about_not_stored", days=days)
    kept = [voice.say("privacy_memory"), *stored.split("\n")]
    heading = _line(voice.say("privacy_title"), bold=True)
    return Page(language, (Block((heading, *(one for line in (read, *kept) for one in _own_lines(f"• {line}")))),))


def _about_article(voice: Voice, article: Article) -> Line:
    title, publisher = article.title.get(voice.language), article.publisher.get(voice.language)
    return _linked(voice.say("about_article", publisher=publisher, title=title), title, article.url)


def _own_lines(sentence: str) -> Lines:
    """Return one of the bot's own sentences, in which backticks mean code."""
    return tuple(
        Line(tuple(Span(part, code=at % 2 == 1) for at, part in enumerate(_CODE.split(line)) if part))
        for line in sentence.split("\n")
    )


def _lines(text: str) -> Lines:
    """Return the lines of a text that is shown unchanged."""
    return tuple(map(_line, text.split("\n")))


def _line(text: str, *, bold: bool = False) -> Line:
    return Line((Span(text, bold=bold),) if text else ())


def _small(text: str) -> Line:
    return Line((Span(_one_line(text)),), small=True)


def _linked(line: str, title: str, url: str | None, *, small: bool = False) -> Line:
    """Clip `line`, and link the first `title` in it to `url`, if there is one."""
    line = clip(line, _LONGEST_SOURCE)
    before, linked, after = line.partition(_one_line(title)) if url else (line, "", "")
    spans = (Span(before), Span(linked, url=url), Span(after))
    return Line(tuple(span for span in spans if span.text), small)


def _one_line(text: str) -> str:
    """Return `text` with every run of white space as one space."""
    return " ".join(text.split())


def clip(text: str, limit: int) -> str:
    """Cut one line to `limit` characters, at a word if there is one in the second half, with `…`."""
    line = _one_line(text) or "…"
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit // 2 else cut).rstrip() + "…"
