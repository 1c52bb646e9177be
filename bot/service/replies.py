"""Replies: what the bot says to a question in one language."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from bot.core.dialogue import Context
from bot.core.matching import Answered, Candidate, Closest, Decision, Suggested, Unanswered
from bot.core.model import Article, Fact, Gap, Knowledge, Language, Text

Outcome = Literal["answered", "suggested", "unanswered"]
_QUOTES = {"ko": "「{}」", "en": "“{}”"}
_LONGEST_TITLE = 30
"""Characters of a title before the label of a suggestion, so that the label is read too."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question that the asker may have meant, to choose from."""

    article: str
    fact: str
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Citation:
    """Where the article says it, in one language."""

    title: str
    publisher: str
    section: str
    """The label of the section; of several, joined by commas."""
    paragraphs: tuple[int, ...]
    """The paragraphs of all sections."""
    url: str | None
    place: str
    """Every section with its paragraphs, as one phrase."""
    line: str
    """All of it as one line: publisher, title, paragraphs and status; of several sections their labels too."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says to one question."""

    outcome: Outcome
    language: Language
    text: str
    """The answer, or one of the bot's own sentences; without the source."""
    article: str | None = None
    fact: str | None = None
    gap: str | None = None
    source: Citation | None = None
    confidence: float = 0.0
    suggestions: tuple[Suggestion, ...] = ()
    offer: str | None = None
    """One line before the suggestions beside an answer, if these are the answers of other articles."""
    notice: str | None = None
    """One line, if the answer exists in the other language only."""
    best: Candidate | None = None
    """The candidate that was chosen."""
    others: tuple[Candidate, ...] = ()
    closest: "Reply | None" = None
    """The answer that comes closest, to be quoted below `text`; only if the outcome is `suggested`."""
    understood: str | None = None
    """One line that says how the question was understood, if it needed the one before."""
    context: Context | None = None
    """What the next question may refer to; None if the reply is about no article."""
    also: tuple["Reply", ...] = ()
    """Further answers, if the message asked several questions."""


def offered(reply: Reply) -> tuple[Suggestion, ...]:
    """Return every fact that a reply quotes as the closest or suggests, the likeliest first."""
    best = reply.best
    if reply.closest is None or best is None or (article := best.target.article) is None:
        return reply.suggestions
    return (suggestion(article, best.target.item, reply.language, best.confidence), *reply.suggestions)


def subject_of(reply: Reply) -> tuple[str, str]:
    """Return the article that a reply is about and the fact or gap that it shows, each "" if there is none."""
    shown = reply.closest or reply
    if shown.article and shown.fact:
        return shown.article, shown.fact
    if reply.gap is not None and reply.best is not None:
        article = reply.best.target.article
        return (article.slug, reply.gap) if article else ("", "")
    return next(((one.article, "") for one in reply.suggestions), ("", ""))


def says_something(reply: Reply) -> bool:
    """Return whether a reply tells something of an article: an answer, the closest one, or a gap."""
    is_gap = reply.gap is not None and reply.best is not None and reply.best.target.article is not None
    return is_gap or reply.outcome == "answered" or reply.closest is not None


class Voice:
    """The bot's own sentences in one language."""

    def __init__(self, knowledge: Knowledge, language: Language) -> None:
        """Speak `language` with the sentences of `knowledge`."""
        self._messages = knowledge.messages
        self.language = language

    def say(self, key: str, **values: object) -> str:
        """Return the sentence called `key` with its placeholders filled in."""
        return self._messages.get(key, Text(key, key)).get(self.language).format_map(values)

    def paragraphs(self, numbers: tuple[int, ...]) -> str:
        """Return the words for paragraphs of an article ("paragraphs 2–3"), "" for none."""
        key = "paragraphs" if len(numbers) > 1 else "paragraph"
        return self.say(key, numbers=ranges(numbers)) if numbers else ""

    def published(self, article: Article) -> str:
        """Return the publisher and the quoted title of `article`."""
        quoted = _QUOTES[self.language].format(article.title.get(self.language))
        return f"{article.publisher.get(self.language)} {quoted}"


def reply_to(knowledge: Knowledge, decision: Decision, *, of_one: bool = False) -> Reply:
    """Put a decision into words; `of_one` if only one of several articles was looked at."""
    language, others = decision.language, decision.others
    voice = Voice(knowledge, language)
    several = len({one.target.article.slug for one in others if one.target.article}) > 1
    suggestions = _suggestions(others, language, titled=several)
    match decision:
        case Answered(best=best, elsewhere=elsewhere):
            reply = item_reply(voice, best.target.article, best.target.item)
            offer = voice.say("answered_elsewhere") if elsewhere else None
            suggestions = _suggestions(elsewhere, language, titled=True)
            reply = replace(reply, suggestions=suggestions, offer=offer, others=(*others, *elsewhere))
            return replace(reply, confidence=best.confidence, best=best)
        case Unanswered(best=Candidate() as best):
            reply = item_reply(voice, best.target.article, best.target.item)
            suggestions = suggestions or reply.suggestions
            return replace(reply, confidence=best.confidence, suggestions=suggestions, best=best, others=others)
        case Closest(best=best):
            quoted = replace(item_reply(voice, best.target.article, best.target.item), confidence=best.confidence)
            reply = Reply("suggested", language, voice.say("closest"), suggestions=suggestions, others=others)
            return replace(reply, confidence=best.confidence, best=best, closest=quoted, notice=quoted.notice)
        case Suggested():
            text = voice.say("suggested_several" if several else "suggested")
            reply = Reply("suggested", language, text, suggestions=suggestions, others=others)
            return replace(reply, confidence=others[0].confidence)
        case Unanswered():
            key = "unanswered" if of_one else unanswered_key(knowledge)
            return Reply("unanswered", language, voice.say(key), others=others)


def _suggestions(candidates: Iterable[Candidate], language: Language, *, titled: bool) -> tuple[Suggestion, ...]:
    return tuple(
        suggestion(one.target.article, one.target.item, language, one.confidence, titled=titled)
        for one in candidates
        if one.target.article
    )


def unanswered_key(knowledge: Knowledge) -> str:
    """Return the key of the sentence that nothing was found."""
    return "unanswered" if len(knowledge.active()) <= 1 else "unanswered_several"


def item_reply(voice: Voice, article: Article | None, item: Fact | Gap) -> Reply:
    """Return the answer of `item` in the voice's language, or in the only one there is; small talk has no article."""
    notice = None if item.answer.has(voice.language) else voice.say("other_language_only")
    reply = Reply("unanswered", voice.language, item.answer.get(voice.language), confidence=1.0, notice=notice)
    if article is None:
        return replace(reply, gap=item.id)
    if isinstance(item, Gap):
        return replace(reply, gap=item.id, suggestions=suggested(article, item.nearest, voice.language))
    source = citation(voice, article, item)
    return replace(reply, outcome="answered", article=article.slug, fact=item.id, source=source)


def suggested(article: Article, facts: Iterable[str], language: Language) -> tuple[Suggestion, ...]:
    """Return the facts with these ids as suggestions."""
    found = (fact for key in facts if (fact := article.fact(key)))
    return tuple(suggestion(article, fact, language) for fact in found)


def suggestion(
    article: Article, item: Fact | Gap, language: Language, confidence: float = 0.0, *, titled: bool = False
) -> Suggestion:
    """Return `item` as a suggestion; `titled`: its label begins with the article's title."""
    label = item.label.get(language)
    if titled:
        title = article.title.get(language)
        title = title if len(title) <= _LONGEST_TITLE else f"{title[: _LONGEST_TITLE - 1].rstrip()}…"
        label = f"{_QUOTES[language].format(title)} {label}"
    return Suggestion(article.slug, item.id, label, confidence)


def citation(voice: Voice, article: Article, fact: Fact) -> Citation:
    """Return the citation of the place in `article` that `fact` is from."""
    language, places = voice.language, fact.source.sections()
    labels = [section.label.get(language) if (section := article.section(one.section)) else "" for one in places]
    numbers = [voice.paragraphs(one.paragraphs) for one in places]
    place = "; ".join(", ".join(filter(None, pair)) for pair in zip(labels, numbers, strict=True))
    where = place if len(places) > 1 else numbers[0] or labels[0]
    status = "" if fact.status == "confirmed" else voice.say(f"status_{fact.status}")  # what readers expect anyway
    line = voice.say("source", source=" · ".join(filter(None, (voice.published(article), where, status))))
    title, publisher = article.title.get(language), article.publisher.get(language)
    named, paragraphs = ", ".join(filter(None, labels)), fact.source.every_paragraph()
    return Citation(title, publisher, named, paragraphs, article.url, place, line)


def ranges(numbers: Iterable[int]) -> str:
    """Return numbers with their ranges joined: (2, 3, 4, 6) → "2–4, 6"."""
    runs = groupby(enumerate(sorted(numbers)), lambda pair: pair[1] - pair[0])
    ends = ([number for _, number in run] for _, run in runs)
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in ends)
