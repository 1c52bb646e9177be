"""What a preview shows: moments of a conversation with the bot on Discord, made of the pages that would be sent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice
from typing import Final, Literal, TypeAlias

from bot.core.answer import Question
from bot.core.complete import useful
from bot.core.model import Fact, Gap, Knowledge, Language, Text
from bot.errors import ConfigError
from bot.service.list_pages import entity_names, list_page, page_of
from bot.service.listing import Listing, listings
from bot.service.own_pages import about_page, why_page
from bot.service.presentation import Page, find_item, plain_page, reply_page, starters_page
from bot.service.reply import Reply, Voice
from bot.service.responder import Responder
from bot.service.views import EntityView, FactView, ListView, trace_of
from bot.service.wording import MESSAGE

Way: TypeAlias = Literal["mention", "command", "press"]

_OWN: Final = ("ask", "help", "about")
_MOST_TRIES: Final = 20
"""Names that are asked for until the bot is unsure; one of the first few does on every article so far."""


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
    nearest = entity_names(listing).complete(name, language, 1)
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
