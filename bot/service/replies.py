"""Why a reply is what it is: candidates, nearest samples, signals."""

from dataclasses import dataclass, replace
from typing import Literal

from bot.core.dialogue import Context
from bot.core.features import MARGINS
from bot.core.matching import Answered, Candidate, Decision, Suggested, Unanswered
from bot.core.model import Article, Fact, Gap, Knowledge, Language, Text

Outcome = Literal["answered", "suggested", "unanswered"]
_QUOTES = {"ko": "「{}」", "en": "“{}”"}
_SILENT_STATUS = frozenset({"confirmed"})
"""Statuses that need no mention: a reader expects them."""
_STRONGEST = 4


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A question the asker may have meant, ready to be picked."""

    article: str
    fact: str
    label: str
    confidence: float


@dataclass(frozen=True, slots=True)
class SourceLine:
    """Where an answer stands, in the words of one language."""

    title: str
    publisher: str
    section: str
    paragraphs: tuple[int, ...]
    url: str | None
    line: str
    """All of it as one line: publisher, title, paragraphs and status."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What the bot says to one question."""

    outcome: Outcome
    language: Language
    text: str
    """The answer (or the bot's own sentence), without the source line."""
    article: str | None = None
    fact: str | None = None
    gap: str | None = None
    source: SourceLine | None = None
    confidence: float = 0.0
    suggestions: tuple[Suggestion, ...] = ()
    notice: str | None = None
    """One line when the answer exists in the other language only."""
    best: Candidate | None = None
    """The candidate behind the reply, for "why this answer"."""
    others: tuple[Candidate, ...] = ()
    understood: str | None = None
    """One line that says what a question was taken to be about, when it leant on the one before."""
    context: Context | None = None
    """What a later question may lean on; None where nothing of an article was spoken of."""
    also: tuple["Reply", ...] = ()
    """Further answers, when the message asked two things."""


class Voice:
    """The bot's own sentences in one language."""

    def __init__(self, knowledge: Knowledge, language: Language) -> None:
        """Speak `language` with the sentences of `knowledge`."""
        self._messages = knowledge.messages
        self.language = language

    def say(self, key: str, **values: object) -> str:
        """Return the sentence called `key` with its placeholders filled in."""
        return self._messages.get(key, Text(key, key)).get(self.language).format_map(values)


def reply_to(knowledge: Knowledge, decision: Decision) -> Reply:
    """Put a decision into words."""
    language, others = decision.language, decision.others
    voice = Voice(knowledge, language)
    suggestions = tuple(
        suggestion(c.target.article, c.target.item, language, c.confidence) for c in others if c.target.article
    )
    match decision:
        case Answered(best=best):
            reply = item_reply(voice, best.target.article, best.target.item, confidence=best.confidence)
            return replace(reply, best=best, others=others)
        case Unanswered(best=Candidate() as best):
            reply = item_reply(voice, best.target.article, best.target.item, confidence=best.confidence)
            return replace(reply, suggestions=suggestions or reply.suggestions, best=best, others=others)
        case Suggested():
            return Reply(
                "suggested",
                language,
                voice.say("suggested"),
                confidence=others[0].confidence,
                suggestions=suggestions,
                others=others,
            )
        case Unanswered():
            key = "unanswered" if len(knowledge.articles) == 1 else "unanswered_several"
            return Reply("unanswered", language, voice.say(key), others=others)


def item_reply(voice: Voice, article: Article | None, item: Fact | Gap, *, confidence: float = 1.0) -> Reply:
    """Say what `item` says, in the voice's language or in the only one there is; small talk has no article."""
    language = voice.language
    text = item.answer.get(language)
    notice = None if item.answer.has(language) else voice.say("other_language_only")
    if isinstance(item, Fact) and article is not None:
        source = source_line(voice, article, item)
        return Reply(
            "answered",
            language,
            text,
            article.slug,
            item.id,
            source=source,
            confidence=confidence,
            notice=notice,
        )
    nearest = _nearest(article, item, language) if article is not None and isinstance(item, Gap) else ()
    return Reply("unanswered", language, text, gap=item.id, confidence=confidence, suggestions=nearest, notice=notice)


def _nearest(article: Article, gap: Gap, language: Language) -> tuple[Suggestion, ...]:
    facts = (article.fact(key) for key in gap.nearest)
    return tuple(suggestion(article, fact, language, 0.0) for fact in facts if fact is not None)


def suggestion(article: Article, item: Fact | Gap, language: Language, confidence: float) -> Suggestion:
    """Return `item` as something to pick."""
    return Suggestion(article.slug, item.id, item.label.get(language), confidence)


def source_line(voice: Voice, article: Article, fact: Fact) -> SourceLine:
    """Tell where `fact` stands in its article."""
    language = voice.language
    section = article.section(fact.source.section)
    title, publisher = article.title.get(language), article.publisher.get(language)
    label = section.label.get(language) if section else ""
    numbers = ranges(fact.source.paragraphs)
    place = (
        voice.say("paragraphs" if len(fact.source.paragraphs) > 1 else "paragraph", numbers=numbers)
        if numbers
        else label
    )
    parts = [f"{publisher} {quoted(title, language)}", place]
    if fact.status not in _SILENT_STATUS:
        parts.append(voice.say(f"status_{fact.status}"))
    return SourceLine(
        title,
        publisher,
        label,
        fact.source.paragraphs,
        article.url,
        voice.say("source", source=" · ".join(part for part in parts if part)),
    )


def quoted(title: str, language: Language) -> str:
    """Put a title into the quotation marks of the language."""
    return _QUOTES[language].format(title)


def ranges(numbers: tuple[int, ...]) -> str:
    """Write paragraph numbers shortly: (2, 3, 4, 6) → "2–4, 6"."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs)


@dataclass(frozen=True, slots=True)
class Why:
    """A small table in the language of the reply."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def why(knowledge: Knowledge, reply: Reply) -> Why:
    """Explain `reply`: the chosen target first, then the runners-up."""
    voice = Voice(knowledge, reply.language)
    candidates = (*((reply.best,) if reply.best else ()), *reply.others)
    return Why(
        title=voice.say("why_title"),
        headings=(
            voice.say("why_fact"),
            voice.say("why_confidence"),
            voice.say("why_sample"),
            voice.say("why_signals"),
        ),
        rows=tuple(
            (
                candidate.target.item.id,
                f"{candidate.confidence:.0%}",
                candidate.sample,
                _strongest(candidate.features),
            )
            for candidate in candidates
        ),
    )


def _strongest(features: dict[str, float]) -> str:
    own = (pair for pair in features.items() if pair[0] not in MARGINS)
    ranked = sorted(own, key=lambda pair: -abs(pair[1]))[:_STRONGEST]
    return ", ".join(f"{name} {value:.2f}" for name, value in ranked)
