"""Explanations: why a reply was given, in words, found by scoring its questions again."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bot.core.classifier import GAP_FROM, Thresholds
from bot.core.index import Postings
from bot.core.lexicon import ANSWER_TYPES_OF, figures
from bot.core.matching import (
    Answered,
    Candidate,
    Closest,
    Decision,
    Evidence,
    Prepared,
    Scored,
    Suggested,
    Unanswered,
    believed,
    conclude,
    leading,
    weigh,
)
from bot.core.model import Fact, Gap, Language
from bot.core.text import normalise
from bot.core.tokens import TokenizedText
from bot.service.answering import Answer, Asked, score_with
from bot.service.ports import Encoder
from bot.service.replies import Voice

_MOST_CANDIDATES: Final = 3
_MOST_READINGS: Final = 4
"""Readings that are shown; the believed one always is."""
_MOST_WORDS: Final = 5
"""Words of the question that one sentence quotes."""
_LONGEST_QUOTATION: Final = 120
_MOSTLY_ASKED: Final = 0.5
"""Share of samples that ask for a kind of answer from which on the target is mostly asked it."""
_NEAREST: Final = 8
_OFTEN_NEAREST: Final = 4
"""Samples of the nearest ones from which on they speak for their target."""
_SAME_MEANING, _OTHER_MEANING = 0.8, 0.5
"""Coverage by meaning from which on other words mean about the same, and below which they mean something else."""
_SOMEBODY_ELSE = 0.5
"""Lead in probability from which on the words of a question speak of somebody else than a target."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why one answer of a reply was given: a title and lines of plain text, of which the empty ones divide."""

    title: str
    lines: tuple[str, ...]


def explain(answer: Answer, encoder: Encoder | None, language: Language | None = None) -> tuple[Explanation, ...]:
    """Return one explanation for each question that `answer` answers, in its language unless another is given."""
    voice = Voice(answer.snapshot.knowledge, language or answer.reply.language)
    title = voice.say("why_title")
    if not answer.asked:
        return (Explanation(title, (voice.say("why_no_text"),)),)
    return tuple(Explanation(title, tuple(_lines(answer, asked, voice, encoder))) for asked in answer.asked)


def _lines(answer: Answer, asked: Asked, voice: Voice, encoder: Encoder | None) -> Iterator[str]:
    if answer.decision is None:
        yield voice.say("why_read_as_typed", text=_quotation(normalise(asked.question.text)))
        yield voice.say("why_articles")
        return
    snapshot, slug = answer.snapshot, asked.question.article or asked.question.place
    scope = snapshot.alone(slug) if slug else snapshot.every_scope()[0]
    prepared, scored = score_with(scope, asked.question, encoder)
    if not scored:
        yield voice.say("why_nothing_near")
        return
    best = believed(scored)
    yield from _readings(voice, prepared, scored, best, is_resolved=asked.is_resolved)
    evidence = asked.evidence or weigh(best)
    decision = conclude(voice.language, evidence)
    candidates = _candidates(decision, evidence)
    yield ""
    yield _thresholds(voice, best, evidence.thresholds)
    yield _verdict(voice, decision, best, evidence)
    if answer.reply.offer:
        yield voice.say("why_elsewhere")
    elif isinstance(answer.decision, Suggested) and len({one.target.article for one in answer.decision.others}) > 1:
        yield voice.say("why_asked_back")
    for number, candidate in enumerate(candidates, 1):
        yield ""
        yield from _candidate(voice, best, candidate, number)


def _readings(
    voice: Voice, prepared: Prepared, scored: tuple[Scored, ...], best: Scored, *, is_resolved: bool
) -> Iterator[str]:
    """Say how the message was read, which reading is believed and in what it differs from the text as typed.

    If it `is_resolved`, its text was completed with the exchange before it.
    """
    if len(scored) == 1:
        key = "why_read_completed" if is_resolved else "why_read_as_typed"
        yield voice.say(key, text=_quotation(best.reading.normal))
        return
    if is_resolved:
        yield voice.say("why_resolved")
    yield voice.say("why_readings")
    others = [at for at, one in enumerate(scored) if one is not best][: _MOST_READINGS - 1]
    for at, (one, corrections) in enumerate(zip(scored, prepared.corrections, strict=True)):
        if one is best or at in others:
            how = [_correction(voice, one.reading, correction, prepared) for correction in corrections]
            said = ", ".join(how or [voice.say("why_as_completed" if is_resolved else "why_as_typed")])
            key = "why_believed" if one is best else "why_reading"
            yield voice.say(key, text=_quotation(one.reading.normal), how=said, percent=_percent(one.confidence))


def _correction(voice: Voice, reading: TokenizedText, correction: str, prepared: Prepared) -> str:
    """Say what was changed; only spaces put back are no typing errors."""
    same_letters = any(one.squeezed == reading.squeezed and one is not reading for one in prepared.readings)
    return voice.say("why_spacing" if correction == "spelling" and same_letters else f"why_{correction}")


def _candidates(decision: Decision, evidence: Evidence) -> tuple[Candidate, ...]:
    """Return the best candidates, first the one that the reply is about."""
    lead = leading(decision)
    others = (one for one in evidence.candidates if one is not lead)
    return (*([lead] if lead else ()), *others)[:_MOST_CANDIDATES]


def _thresholds(voice: Voice, best: Scored, thresholds: Thresholds) -> str:
    """Say from which confidence on the article of the best fact answers."""
    index = best.scope.index
    likeliest = index.targets[int(np.where(index.is_fact, best.probabilities, -1).argmax())]
    if (article := likeliest.article) is None:
        return voice.say("why_nothing_near")
    return voice.say(
        "why_thresholds",
        title=article.title.get(voice.language),
        answer=_percent(thresholds.answer_from),
        closest=_percent(thresholds.closest_from),
        suggest=_percent(thresholds.suggest_from),
        gap=_percent(GAP_FROM),
    )


def _verdict(voice: Voice, decision: Decision, best: Scored, evidence: Evidence) -> str:
    """Say why the confidence led to this kind of reply."""
    confidence, likeliest = evidence.confidence, evidence.candidates[:1]
    match decision:
        case Answered():
            key = "why_answered"
        case Closest():
            key = "why_closest"
        case Suggested() if best.reading.names_only:
            key = "why_names_only"
        case Suggested(others=(first, *_)) if confidence >= evidence.thresholds.closest_from:
            is_contradicted = first.features["name_miss"] or first.features["type_miss"] or first.is_about_others
            key = "why_contradicted" if is_contradicted else "why_gap_leads"
        case Suggested():
            key = "why_suggested"
        case Unanswered(best=Candidate() as found):
            key, confidence = "why_gap" if found.target.article else "why_small_talk", found.confidence
        case Unanswered() if any(one.is_about_others and isinstance(one.target.item, Gap) for one in likeliest):
            key = "why_gap_about_others"
        case Unanswered():
            key = "why_unanswered"
    return voice.say(key, percent=_percent(confidence))


def _candidate(voice: Voice, best: Scored, candidate: Candidate, number: int) -> Iterator[str]:
    """Name a candidate with its confidence, and say what spoke for and against it."""
    target = candidate.target
    kind = "why_fact" if isinstance(target.item, Fact) else "why_gap_label" if target.article else "why_talk_label"
    label, percent = target.item.label.get(voice.language), _percent(candidate.confidence)
    yield voice.say(kind, number=number, label=label, id=target.item.id, percent=percent)
    evidence = _Evidence(voice, best, candidate)
    yield from (f"+ {reason}" for reason in evidence.reasons_for())
    yield from (f"– {reason}" for reason in evidence.reasons_against())


class _Evidence:
    """What speaks for and against one candidate, each feature in words."""

    def __init__(self, voice: Voice, scored: Scored, candidate: Candidate) -> None:
        """Compare the believed reading with the candidate's target."""
        self._voice, self._reading, self._candidate = voice, scored.reading, candidate
        self._index, self._knowledge = scored.scope.index, scored.scope.knowledge
        self._at = next(at for at, target in enumerate(self._index.targets) if target is candidate.target)
        self._value = candidate.features
        self._samples = int(self._index.sample_segments.counts[self._at])
        self._unmatched = self._entries_missing()

    def reasons_for(self) -> Iterator[str]:
        """Yield what makes the target likelier."""
        if self._at in self._index.targets_of(self._reading.squeezed):
            yield self._say("why_own_sample")
        elif self._candidate.sample:
            yield self._say("why_nearest_sample", sample=_quotation(self._candidate.sample))
        if self._near >= _OFTEN_NEAREST:
            yield self._say("why_neighbours", count=self._near, of=_NEAREST)
        if share := self._asked_share():
            key = "why_mostly_asked" if share >= _MOSTLY_ASKED else "why_sometimes_asked"
            yield self._say(key, asks=self._asks())
        held = [kind for kind in self._wanted_types() if self._has(self._index.answer_types, kind)]
        if held and not self._value["type_miss"]:
            yield self._say("why_type_held", types=self._types(held))
        if names := [key for key in self._reading.entities if self._has(self._index.entities, key)]:
            yield self._say("why_names", names=self._names(names))
        if found := [one for one in figures(self._reading.normal) if self._has(self._index.figures, one)]:
            yield self._say("why_figures", figures=self._figures(found))
        if shared := [word for word in self._content if self._is_shared(word)]:
            yield self._say("why_words", words=_quoted(shared))
        if self._missing_words() and self._value["meaning_coverage"] >= _SAME_MEANING:
            yield self._say("why_same_meaning", words=_quoted(self._missing_words()))

    def reasons_against(self) -> Iterator[str]:
        """Yield what makes the target less likely."""
        if self._value["unasked"] > 0:
            key = "why_never_asked" if self._value["unasked"] >= 1 else "why_not_asked"
            yield self._say(key, asks=self._asks(), count=self._samples)
        if self._value["type_miss"] > 0:
            yield self._say("why_type_missing", types=self._types(self._wanted_types()))
        if names := [key for key in self._reading.entities if not self._has(self._index.entities, key)]:
            yield self._say("why_names_missing", names=self._names(names))
        if self._value["name_extra"] > 0:
            yield self._say("why_names_extra", names=self._names(self._about_others()))
        if missing := [one for one in figures(self._reading.normal) if not self._has(self._index.figures, one)]:
            yield self._say("why_figures_missing", figures=self._figures(missing))
        yield from self._other_meant()
        if self._unmatched:
            yield self._say("why_things_missing", words=_quoted(self._unmatched))
        if words := [word for word in self._missing_words() if word not in " ".join(self._unmatched).split()]:
            is_near = self._value["meaning_coverage"] >= _SAME_MEANING
            is_far = 0 < self._value["meaning_coverage"] < _OTHER_MEANING
            if not is_near:
                yield self._say("why_far_words" if is_far else "why_words_missing", words=_quoted(words))
        if not self._near:
            yield self._say("why_no_neighbours", of=_NEAREST)

    def _other_meant(self) -> Iterator[str]:
        """Yield what shows that the question as a whole means something else."""
        if self._value["negation_miss"] > 0:
            yield self._say("why_negation_missing")
        if self._value["meant_miss"] >= _SOMEBODY_ELSE and not self._reading.entities:
            yield self._say("why_somebody_else")

    def _say(self, key: str, **values: object) -> str:
        this = "why_this_fact" if isinstance(self._candidate.target.item, Fact) else "why_this_reply"
        return self._voice.say(key, this=self._voice.say(this), **values)

    @property
    def _near(self) -> int:
        return round(_NEAREST * self._value["neighbours"])

    @property
    def _content(self) -> list[str]:
        """Return the content words, each once, without numbers and months, which are told apart."""
        return [word for word in dict.fromkeys(self._reading.content) if not figures(word)]

    def _has(self, postings: Postings, feature: object) -> bool:
        return bool(postings.weigh({feature: 1.0})[self._at] > 0)

    def _asked_share(self) -> float:
        columns = (self._index.asks[kind] for kind in self._reading.asks if kind in self._index.asks)
        return max((float(column[self._at]) for column in columns), default=0.0)

    def _wanted_types(self) -> list[str]:
        return sorted({kind for ask in self._reading.asks for kind in ANSWER_TYPES_OF.get(ask, ())})

    def _about_others(self) -> list[tuple[str, str]]:
        """Return the entities that the target is about and the question does not name."""
        about = (
            (article.slug, entity.id)
            for article in self._knowledge.articles
            for entity in article.entities
            if article is self._candidate.target.article
        )
        return [key for key in about if key not in self._reading.entities and self._has(self._index.about, key)]

    def _is_shared(self, word: str) -> bool:
        """Return whether the target's texts hold a content word in some form."""
        stems = dict(zip(self._reading.content, self._reading.stems, strict=True))
        return self._has(self._index.stems, stems[word])

    def _entries(self) -> Iterator[tuple[str, bool]]:
        """Yield the words of each concept and attribute in the question, and whether the target has it.

        Question words and numbers are told apart.
        """
        held = {"concept": self._index.concepts, "attribute": self._index.attributes}
        found = self._index.tokenizer.lexicon_words(self._reading.normal)
        asking = {word for kind, _, words in found if kind == "ask" for word in words}
        for kind, entry, words in found:
            if kind in held and not asking.issuperset(words) and not figures(" ".join(words)):
                yield " ".join(words), self._has(held[kind], entry)

    def _entries_missing(self) -> list[str]:
        """Return the words of the question for something that the target does not mention under any of its names."""
        held = {words for words, is_held in self._entries() if is_held}
        missing = list(dict.fromkeys(words for words, _ in self._entries() if words not in held))
        return [words for words in missing if not any(words != other and words in other for other in missing)]

    def _missing_words(self) -> list[str]:
        """Return the content words that the target's texts hold neither in any form nor by another name."""
        known = {word for words, is_held in self._entries() if is_held for word in words.split()}
        return [word for word in self._content if word not in known and not self._is_shared(word)]

    def _names(self, keys: Iterable[tuple[str, str]]) -> str:
        found = (
            entity.name.get(self._voice.language)
            for slug, key in sorted(keys)
            if (article := self._knowledge.article(slug)) and (entity := article.entity(key))
        )
        return ", ".join(dict.fromkeys(found))

    def _asks(self) -> str:
        return self._listed("why_ask", sorted(self._reading.asks))

    def _types(self, kinds: Iterable[str]) -> str:
        return self._listed("why_type", kinds)

    def _listed(self, prefix: str, kinds: Iterable[str]) -> str:
        """Return the names of some kinds; a kind that has no name in the messages stands for itself."""
        keys = ((kind, f"{prefix}_{kind.replace('-', '_')}") for kind in kinds)
        said = ((kind, key, self._voice.say(key)) for kind, key in keys)
        return " / ".join(kind if text == key else text for kind, key, text in said)

    def _figures(self, found: Iterable[str]) -> str:
        return ", ".join(map(self._figure, sorted(found)))

    def _figure(self, figure: str) -> str:
        """Return a number as it is, a month or an ordinal in words."""
        if figure.startswith("month "):
            return self._voice.say("why_month", number=figure.removeprefix("month "))
        if figure[-2:].isalpha():
            return self._voice.say("why_ordinal", number=figure[:-2])
        return figure


def _percent(share: float) -> str:
    return f"{100 * float(np.clip(share, 0, 1)):.0f}%"


def _quoted(words: Iterable[str]) -> str:
    return ", ".join(f"“{word}”" for word in list(words)[:_MOST_WORDS])


def _quotation(text: str) -> str:
    """Return the beginning of a text as one line."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_QUOTATION else f"{line[: _LONGEST_QUOTATION - 1].rstrip()}…"


def with_note(explanation: Explanation, note: str) -> Explanation:
    """Return `explanation` with a line before its first one."""
    return replace(explanation, lines=(note, "", *explanation.lines))
