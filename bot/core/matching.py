"""The whole core behind one call: a question goes in, a decision comes out."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.core.classifier import (
    MAX_SUGGESTIONS,
    Answered,
    Candidate,
    Classifier,
    Decision,
    Suggested,
    Unanswered,
    believed,
    features,
    load_classifier,
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


@lru_cache(maxsize=8)  # encoder and decision ask for those of the same message
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
    tokenizer = snapshot.index.tokenizer
    meant = tuple(dict.fromkeys((*readings(text), tokenizer.relaid(text))))
    written = (text, *meant[1:])  # where lines end only the text as typed can tell
    asking = [normalise(focus) for one in written for focus in focuses(one)]
    respelt = [tokenizer.respelt(one) for one in (*written, *asking)]
    return tuple(dict.fromkeys((*meant, *asking, *filter(None, respelt))))


def texts_to_encode(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    """Return the texts whose vectors `answer` needs: all ways to read it and the words that no fact has."""
    index = snapshot.index
    meant = ways(snapshot, text)
    unknown = (word for reading in meant for word in unknown_words(index, index.tokenizer.tokenize(reading)))
    return tuple(dict.fromkeys((*meant, *unknown)))


def answer(snapshot: Snapshot, question: Question, vectors: Mapping[str, Vector] | None = None) -> Decision:
    """Decide what the knowledge answers to `question`; total, whatever the text.

    `vectors` holds the encoder's unit vector for each of `texts_to_encode`; None: encoder off.
    """
    classifier = load_classifier(semantic=vectors is not None and snapshot.vectors is not None)
    meant = ways(snapshot, question.text)
    rankings = [_rank(snapshot, question, text, vectors, classifier) for text in meant]
    choice = believed([ranking.confidence for ranking in rankings])
    reading, ranking = meant[choice], rankings[choice]
    language = question.language or language_of(reading, question.default)
    return _decide(ranking, language, classifier)


@dataclass(frozen=True, slots=True)
class _Ranking:
    """The likeliest targets for one reading, best first, and the confidence in the best fact."""

    candidates: tuple[Candidate, ...] = ()
    confidence: float = 0.0

    @property
    def facts(self) -> tuple[Candidate, ...]:
        return tuple(c for c in self.candidates if isinstance(c.target.item, Fact))

    @property
    def gap(self) -> Candidate | None:
        return next((c for c in self.candidates if isinstance(c.target.item, Gap)), None)


def _rank(
    snapshot: Snapshot, question: Question, reading: str, encoded: Mapping[str, Vector] | None, classifier: Classifier
) -> _Ranking:
    """Rank the targets for one reading; the best fact's confidence is the confidence, the others' in proportion."""
    index = snapshot.index
    tokenized = index.tokenizer.tokenize(reading)
    if not index.targets or not tokenized.words:
        return _Ranking()
    table = signals(index, tokenized, snapshot.vectors, encoded)
    described = features(table)
    probabilities = classifier.probabilities(described)
    if question.article is not None:
        probabilities = np.where(index.belongs_to(question.article), probabilities, 0)
    confidence = classifier.confidence_in(described, probabilities, index.is_fact, index.has_gaps)
    if tokenized.names_only:  # "Murati?" asks for something, if not for what: facts are offered, no gap is told
        confidence, probabilities = max(confidence, classifier.suggest_from), np.where(index.is_fact, probabilities, 0)
    own = [position for position in index.asked.get(tokenized.squeezed, ()) if probabilities[position] > 0]
    if len(own) == 1:  # an author's own sample is the surest sign there is
        probabilities[own[0]] = 1.0
        confidence = float(index.is_fact[own[0]])
    scale = confidence / max(float(np.where(index.is_fact, probabilities, 0).max()), 1e-9)
    similarity = index.similarity(tokenized.squeezed)
    candidates = tuple(
        Candidate(
            target=index.targets[position],
            confidence=float(min(1.0, probabilities[position] * (scale if index.is_fact[position] else 1.0))),
            sample=index.nearest_sample(int(position), similarity),
            signals=dict(zip(SIGNALS, map(float, table[position]), strict=True)),
        )
        for position in np.argsort(-probabilities, kind="stable")[:_SHOWN]
        if probabilities[position] > 0
    )
    return _Ranking(candidates, confidence)


def _decide(ranking: _Ranking, language: Language, classifier: Classifier) -> Decision:
    """Put a ranking into one of the three bands; a gap that beats every fact is said out loud."""
    facts, gap = ranking.facts[: MAX_SUGGESTIONS + 1], ranking.gap
    if facts and ranking.confidence >= classifier.answer_threshold(with_gaps=_has_gaps(facts[0])):
        return Answered(language, facts[0], facts[1:])
    suggestions = facts[:MAX_SUGGESTIONS] if ranking.confidence >= classifier.suggest_from else ()
    if gap is not None and ranking.candidates[0] is gap and gap.confidence >= _GAP_FROM:
        return Unanswered(language, gap, suggestions if gap.target.article else ())
    return Suggested(language, suggestions) if suggestions else Unanswered(language)


def _has_gaps(candidate: Candidate) -> bool:
    return candidate.target.article is not None and bool(candidate.target.article.gaps)
