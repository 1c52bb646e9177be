"""The whole core behind one call: a question goes in, a verdict comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.core.classifier import (
    MAX_SUGGESTIONS,
    Answered,
    Candidate,
    Model,
    Suggested,
    Unanswered,
    Verdict,
    believed,
    features,
    load_model,
)
from bot.core.dialogue import Context
from bot.core.features import SIGNALS, signals, unknown_words
from bot.core.hangul import as_korean_keys, as_latin_keys
from bot.core.index import Snapshot, Vector
from bot.core.model import Fact, Gap, Language
from bot.core.text import MAX_CHARACTERS, focuses, language_of, normalise, script_counts, squeeze

_SHOWN = 8
_GAP_FROM = 0.3
"""Chance from which a gap that beats every fact is named."""
_WHOLE_SYLLABLES = 0.75
"""Share of whole syllables from which Latin letters read as Korean keys make sense."""
_LONE_LETTERS = 0.1


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, where the asker's wishes narrow it down."""

    text: str
    language: Language | None = None
    """The language to answer in; None: the question's own."""
    article: str | None = None
    """Slug of the only article to look at."""
    default: Language = "ko"
    """The language to answer in when the question has none (`???`)."""
    after: Context | None = None
    """What was spoken of before, for a question that says too little by itself; `answer` does not look at it."""


@lru_cache(maxsize=8)  # encoder and verdict ask for those of the same message
def readings(text: str) -> tuple[str, ...]:
    """Return how `text` may be meant: as typed and, if it looks like one, as a slip of the keyboard layout."""
    normal = normalise(text)
    hangul, latin = script_counts(normal)
    if latin > hangul:
        meant = normalise(as_korean_keys(text[:MAX_CHARACTERS]))
        return (normal, meant) if _mostly_syllables(meant) else (normal,)
    return (normal, normalise(as_latin_keys(normal))) if _holds_lone_letters(normal) else (normal,)


def _mostly_syllables(text: str) -> bool:
    squeezed = squeeze(text)
    whole = sum("가" <= char <= "힣" for char in squeezed)
    return whole > 1 and whole >= _WHOLE_SYLLABLES * len(squeezed)


def _holds_lone_letters(normal: str) -> bool:
    """Tell whether Hangul holds lone letters, as English words do when typed on the Korean layout."""
    squeezed = squeeze(normal)
    return sum("ㄱ" <= char <= "ㅣ" for char in squeezed) > _LONE_LETTERS * len(squeezed)


def ways(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """Return all that is ranked for one message: its readings, of each the sentence that asks, each respelt."""
    analyser = snapshot.index.analyser
    meant = tuple(dict.fromkeys((*readings(text), analyser.relaid(text))))
    written = (text, *meant[1:])  # where lines end only the text as typed can tell
    asking = [normalise(focus) for one in written for focus in focuses(one)]
    respelt = [analyser.respelt(one) for one in (*written, *asking)]
    return tuple(dict.fromkeys((*meant, *asking, *filter(None, respelt))))


def texts_to_encode(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """Return the texts whose vectors `answer` needs: all ways to read it and the words that no fact has."""
    index = snapshot.index
    meant = ways(snapshot, text)
    unknown = (word for reading in meant for word in unknown_words(index, index.analyser.analyse(reading)))
    return tuple(dict.fromkeys((*meant, *unknown)))


def answer(snapshot: Snapshot, question: Question, vectors: Mapping[str, Vector] | None = None) -> Verdict:
    """Decide what the knowledge answers to `question`; total, whatever the text.

    `vectors` holds the encoder's unit vector for each of `texts_to_encode`; None: encoder off.
    """
    model = load_model(semantic=vectors is not None and snapshot.vectors is not None)
    meant = ways(snapshot, question.text)
    rankings = [_rank(snapshot, question, text, vectors, model) for text in meant]
    choice = believed([ranking.trust for ranking in rankings])
    reading, ranking = meant[choice], rankings[choice]
    language = question.language or language_of(reading, question.default)
    return _decide(ranking, language, model)


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The likeliest targets for one reading, best first, and the trust in the best fact."""

    candidates: tuple[Candidate, ...] = ()
    trust: float = 0.0

    @property
    def facts(self) -> tuple[Candidate, ...]:
        return tuple(c for c in self.candidates if isinstance(c.target.item, Fact))

    @property
    def gap(self) -> Candidate | None:
        return next((c for c in self.candidates if isinstance(c.target.item, Gap)), None)


def _rank(
    snapshot: Snapshot, question: Question, reading: str, encoded: Mapping[str, Vector] | None, model: Model
) -> _Ranking:
    """Rank the targets for one reading; the best fact's confidence is the trust, the others' in proportion."""
    index = snapshot.index
    analysis = index.analyser.analyse(reading)
    if not index.targets or not analysis.words:
        return _Ranking()
    table = signals(index, analysis, snapshot.vectors, encoded)
    described = features(table)
    chances = model.chances(described)
    if question.article is not None:
        chances = np.where(index.belongs_to(question.article), chances, 0)
    trust = model.trust_in(described, chances, index.is_fact, index.has_gaps)
    if analysis.names_only:  # "Murati?" asks for something, if not for what: facts are offered, no gap is told
        trust, chances = max(trust, model.suggest_from), np.where(index.is_fact, chances, 0)
    own = [position for position in index.asked.get(analysis.squeezed, ()) if chances[position] > 0]
    if len(own) == 1:  # an author's own sample is the surest sign there is
        chances[own[0]] = 1.0
        trust = float(index.is_fact[own[0]])
    scale = trust / max(float(np.where(index.is_fact, chances, 0).max()), 1e-9)
    likeness = index.likeness(analysis.squeezed)
    candidates = tuple(
        Candidate(
            target=index.targets[position],
            confidence=float(min(1.0, chances[position] * (scale if index.is_fact[position] else 1.0))),
            sample=index.nearest_sample(int(position), likeness),
            signals=dict(zip(SIGNALS, map(float, table[position]), strict=True)),
        )
        for position in np.argsort(-chances, kind="stable")[:_SHOWN]
        if chances[position] > 0
    )
    return _Ranking(candidates, trust)


def _decide(ranking: _Ranking, language: Language, model: Model) -> Verdict:
    """Put a ranking into one of the three bands; a gap that beats every fact is said out loud."""
    facts, gap = ranking.facts[: MAX_SUGGESTIONS + 1], ranking.gap
    if facts and ranking.trust >= model.answers_from(with_gaps=_has_gaps(facts[0])):
        return Answered(language, facts[0], facts[1:])
    offers = facts[:MAX_SUGGESTIONS] if ranking.trust >= model.suggest_from else ()
    if gap is not None and ranking.candidates[0] is gap and gap.confidence >= _GAP_FROM:
        return Unanswered(language, gap, offers if gap.target.article else ())
    return Suggested(language, offers) if offers else Unanswered(language)


def _has_gaps(candidate: Candidate) -> bool:
    return candidate.target.article is not None and bool(candidate.target.article.gaps)
