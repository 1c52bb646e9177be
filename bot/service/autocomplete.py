"""Completion of half-typed questions and names.

Texts are compared key by key, as typed on a Korean keyboard: 무라ㅌ, 무랕 and `anfkx` are the beginning of 무라티, and
조두 is `when`. This covers half-composed Hangul and the wrong keyboard layout in both directions.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, zip_longest

from rapidfuzz import fuzz, process

from bot.core.hangul import as_latin_keys, initials, is_initials
from bot.core.model import LANGUAGES, Article, Entity, Fact, Knowledge, Language
from bot.core.text import language_of, normalise, squeeze, words

_BEGINS, _HAS_WORDS, _CONTAINS = 4.0, 3.0, 2.0
"""Scores of a text that begins with what was typed, has all its words, or contains it inside a word."""
_SOME_WORDS = 1.8
"""Score of a text that has some of the typed words, times their share."""
_OTHER_LANGUAGE = 0.5
"""Factor of the score of a text in the other language."""
_FEWEST_KEYS = 3
"""Minimum key strokes for comparing with texts in the other language, and for correcting spelling."""
_SIMILAR = 75
"""Minimum `fuzz.ratio` of a word that replaces a misspelt one."""
_CORRECTED_FROM = 5
"""Minimum key strokes of a misspelt word."""
_MOST_TYPED = 100
_MOST_STARTERS = 25


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that continues what was typed, and its target: a fact or entity of an article."""

    article: str
    target: str
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class _Entry:
    """A completion in the forms that are compared."""

    completion: Completion
    squeezed: str
    spaced: str
    """All words, each with a space before it."""
    initials: str


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed in the same forms."""

    squeezed: str
    words: tuple[str, ...]
    """Each with a space before it, so that it is found at the beginning of a word."""
    initials: str | None
    """Korean initial consonants (ㅁㄹㅌ for 무라티); None if something else was typed."""
    language: Language


def starter_facts(knowledge: Knowledge, limit: int) -> list[tuple[Article, Fact]]:
    """Return facts to begin with: those shown by most commands first, taking turns between the articles."""
    turns = zip_longest(*(_most_shown(article) for article in knowledge.articles))
    return [pair for pair in chain.from_iterable(turns) if pair is not None][:limit]


def _most_shown(article: Article) -> list[tuple[Article, Fact]]:
    shown = Counter(key for command in article.commands for key in command.facts)
    return [(article, fact) for fact in sorted(article.facts, key=lambda fact: -shown[fact.id])]


def questions(knowledge: Knowledge) -> "Completer":
    """Return a completer of every label and sample of every fact."""
    first = starter_facts(knowledge, _MOST_STARTERS)
    return Completer(
        _completions(knowledge), (_label(article, fact, language) for language in LANGUAGES for article, fact in first)
    )


def _label(article: Article, fact: Fact, language: Language) -> Completion:
    return Completion(article.slug, fact.id, language, fact.label.get(language))


class Completer:
    """Texts indexed so that ranking them takes milliseconds."""

    def __init__(self, completions: Iterable[Completion], starters: Iterable[Completion]) -> None:
        """Index `completions`; `starters` are returned while nothing is typed."""
        self._starters = tuple(starters)
        self._entries = tuple(map(_entry, completions))
        self._words = tuple({word for entry in self._entries for word in entry.spaced.split()})

    def complete(self, typed: str, language: Language, limit: int = 25) -> tuple[Completion, ...]:
        """Return the best text of each target, best first; the starters while nothing is typed."""
        keys = _typed(typed, language)
        if not keys.squeezed:
            return tuple(one for one in self._starters if one.language == language)[:limit]
        ranked = self._rank(keys, limit)
        if ranked or len(keys.squeezed) < _FEWEST_KEYS:
            return ranked
        corrected = tuple(map(self._corrected, keys.words))
        return self._rank(_Typed("".join(corrected).replace(" ", ""), corrected, None, keys.language), limit)

    def _rank(self, typed: _Typed, limit: int) -> tuple[Completion, ...]:
        scored = [(score, entry) for entry in self._entries if (score := _score(entry, typed))]
        scored.sort(key=lambda one: (-one[0], len(one[1].squeezed)))
        best: dict[tuple[str, str], Completion] = {}
        for _, entry in scored:
            best.setdefault((entry.completion.article, entry.completion.target), entry.completion)
        return tuple(best.values())[:limit]

    def _corrected(self, word: str) -> str:
        found = process.extractOne(word[1:], self._words, scorer=fuzz.ratio, score_cutoff=_SIMILAR)
        return word if found is None or len(word) <= _CORRECTED_FROM else f" {found[0]}"


def _completions(knowledge: Knowledge) -> Iterable[Completion]:
    for article in knowledge.articles:
        for fact in article.facts:
            for language in LANGUAGES:
                if fact.label.has(language):
                    yield _label(article, fact, language)
            for sample in fact.samples:
                yield Completion(article.slug, fact.id, sample.language, sample.text)


def _keys(normal: str) -> str:
    return as_latin_keys(normal).lower()


def _entry(completion: Completion) -> _Entry:
    normal = normalise(completion.text)
    keys = tuple(map(_keys, words(normal)))
    return _Entry(completion, "".join(keys), "".join(f" {word}" for word in keys), initials(squeeze(normal)))


def _typed(text: str, language: Language) -> _Typed:
    normal = normalise(text[:_MOST_TYPED])
    squeezed = squeeze(normal)
    return _Typed(
        _keys(squeezed),
        tuple(f" {_keys(word)}" for word in words(normal)),
        squeezed if is_initials(squeezed) else None,
        language_of(normal, language),
    )


def _score(entry: _Entry, typed: _Typed) -> float:
    """Return how well an entry completes what was typed, from 0 (not at all) to 4 (begins with it)."""
    if typed.initials is not None and typed.initials in entry.initials:
        return _BEGINS if entry.initials.startswith(typed.initials) else _HAS_WORDS
    if entry.completion.language == typed.language:
        return _similarity(entry, typed)
    return _similarity(entry, typed) * _OTHER_LANGUAGE if len(typed.squeezed) >= _FEWEST_KEYS else 0.0


def _similarity(entry: _Entry, typed: _Typed) -> float:
    if entry.squeezed.startswith(typed.squeezed):
        return _BEGINS
    begun = 0
    for word in typed.words:  # a plain loop is fastest, and this runs for every sample at every key stroke
        if word in entry.spaced:
            begun += 1
    if begun == len(typed.words):
        return _HAS_WORDS
    return _CONTAINS if typed.squeezed in entry.squeezed else _SOME_WORDS * begun / len(typed.words)


def entity_names(entities: Sequence[tuple[Article, Entity]]) -> Completer:
    """Return a completer of the names that a look-up command finds; the starters are those with most facts."""
    by_use = sorted(entities, key=lambda pair: -len(pair[0].facts_about(pair[1])))
    return Completer(
        (Completion(a.slug, e.id, language_of(normalise(name)), name) for a, e in entities for name in e.names()),
        (Completion(a.slug, e.id, language, e.name.get(language)) for language in LANGUAGES for a, e in by_use),
    )
