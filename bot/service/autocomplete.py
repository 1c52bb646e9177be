"""Completion of half-typed questions and names.

Texts are compared key by key, as typed on a Korean keyboard: 무라ㅌ, 무랕 and `anfkx` are the beginning of 무라티, and
조두 is `when`. This covers half-composed Hangul and the wrong keyboard layout in both directions.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, pairwise, zip_longest
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.core.hangul import as_latin_keys, initials, is_initials
from bot.core.model import LANGUAGES, Article, Entity, Fact, Gap, Knowledge, Language
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
_MOST_CORRECTED = 4
"""Most words that are corrected."""
_MOST_COMPARED = 100
"""Most known words that a misspelt one is compared with: those that share most pairs of characters."""
_MOST_TYPED = 100
"""Characters that are read, both before and after normalising: one character can become eighteen."""
_MOST_STARTERS = 25
_AFTER_ALL = "\U0010ffff"
"""Sorts after every character that a text holds."""
Mask: TypeAlias = NDArray[np.bool_]
"""A yes or no for each text."""


@dataclass(frozen=True, slots=True)
class Completion:
    """A text that continues what was typed, and its target: a fact or entity of an article."""

    article: str
    target: str
    language: Language
    text: str


@dataclass(frozen=True, slots=True)
class _Typed:
    """What was typed, in the forms in which texts are compared."""

    squeezed: str
    words: tuple[str, ...]
    initials: str | None
    """Korean initial consonants (ㅁㄹㅌ for 무라티); None if something else was typed."""
    language: Language


def starter_facts(knowledge: Knowledge, limit: int, slug: str | None = None) -> list[tuple[Article, Fact]]:
    """Return facts to begin with: those shown by most commands first, taking turns between the articles in use.

    With `slug`, those of one article; the newest has the first turn.
    """
    article = knowledge.article(slug) if slug else None
    articles = (article,) if article else [one for one in knowledge.newest_first() if not one.retired]
    turns = zip_longest(*(_most_shown(one) for one in articles))
    return [pair for pair in chain.from_iterable(turns) if pair is not None][:limit]


def _most_shown(article: Article) -> list[tuple[Article, Fact]]:
    shown = Counter(key for command in article.commands for key in command.facts)
    return [(article, fact) for fact in sorted(article.facts, key=lambda fact: -shown[fact.id])]


def questions(knowledge: Knowledge) -> "Completer":
    """Return a completer of every label and sample of every fact."""
    turns = [starter_facts(knowledge, _MOST_STARTERS)]
    turns += [starter_facts(knowledge, _MOST_STARTERS, one.slug) for one in knowledge.newest_first()]
    first = dict.fromkeys((article.slug, fact.id) for turn in turns for article, fact in turn)
    found = {(article.slug, fact.id): (article, fact) for article in knowledge.articles for fact in article.facts}
    starters = (_label(*found[key], language) for language in LANGUAGES for key in first)
    hidden = frozenset(one.slug for one in knowledge.articles if one.retired)
    return Completer(_completions(knowledge), starters, hidden)


def places(knowledge: Knowledge) -> "Completer":
    """Return a completer of every label, sample and id of every fact and gap."""
    first = starter_facts(knowledge, _MOST_STARTERS)
    return Completer(
        (
            completion
            for article in knowledge.articles
            for item in article.items()
            for completion in (*_texts_of(article, item), Completion(article.slug, item.id, "en", item.id))
        ),
        (_label(article, fact, language) for language in LANGUAGES for article, fact in first),
    )


def _label(article: Article, item: Fact | Gap, language: Language) -> Completion:
    return Completion(article.slug, item.id, language, item.label.get(language))


def _texts_of(article: Article, item: Fact | Gap) -> Iterator[Completion]:
    """Yield the labels and samples of a fact or gap."""
    yield from (_label(article, item, language) for language in LANGUAGES if item.label.has(language))
    yield from (Completion(article.slug, item.id, sample.language, sample.text) for sample in item.samples)


class _Texts:
    """Texts in one array of characters, in which a part is found without a loop over the texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        """Join `texts`; each ends with a character that stands in none."""
        lengths = np.array([len(text) + 1 for text in texts], np.int64)
        codes = _codes("".join(f"{text}\n" for text in texts))
        self._codes = codes.astype(np.min_scalar_type(codes.max(initial=0)))
        self._begins = np.cumsum(lengths) - lengths
        self._longest = max(map(len, texts), default=0)

    def find(self, part: str) -> tuple[Mask, Mask]:
        """Return which texts contain `part`, and which begin with it."""
        contain, begin = (np.zeros(len(self._begins), np.bool_) for _ in range(2))
        if len(part) <= self._longest:
            first, *others = _codes(part).tolist()
            at = np.flatnonzero(self._codes == first)
            for offset, code in enumerate(others, 1):  # a place before the last text's end ends at its line end
                at = at[self._codes[at + offset] == code]
                if not at.size:
                    break
            found = self._begins.searchsorted(at, side="right") - 1
            contain[found] = True
            begin[found[self._begins[found] == at]] = True
        return contain, begin


def _codes(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), np.uint32)


class _Words:
    """The words of texts, sorted, with the texts that have each."""

    def __init__(self, texts: Sequence[Iterable[str]]) -> None:
        """Index `texts`, each split into words."""
        having: defaultdict[str, list[int]] = defaultdict(list)
        for number, words_ in enumerate(texts):
            for word in dict.fromkeys(words_):
                having[word].append(number)
        self._words = sorted(having)
        self._ends = np.cumsum([0, *(len(having[word]) for word in self._words)])
        self._texts = np.fromiter(chain.from_iterable(having[word] for word in self._words), np.int32)
        self._count = len(texts)

    def count(self, parts: Iterable[str]) -> NDArray[np.float64]:
        """Return for each text how many of `parts` begin a word of it."""
        counts = np.zeros(self._count)
        for part, times in Counter(parts).items():
            having = np.zeros(self._count, np.bool_)
            first, last = (bisect_left(self._words, end) for end in (part, part + _AFTER_ALL))
            having[self._texts[self._ends[first] : self._ends[last]]] = True
            counts += times * having
        return counts


class _Spelling:
    """Corrects words to those of the texts."""

    def __init__(self, known: Iterable[str]) -> None:
        """Correct to `known` words."""
        self._known = sorted(set(known))
        self._having = _Words([_pairs(word) for word in self._known])

    def corrected(self, typed: Sequence[str]) -> tuple[str, ...]:
        """Return `typed` with the first few long words replaced by the most similar known ones, where there are any."""
        long = [word for word in dict.fromkeys(typed) if len(word) >= _CORRECTED_FROM][:_MOST_CORRECTED]
        best = {word: self._most_similar(word) for word in long}
        return tuple(best.get(word, word) for word in typed)

    def _most_similar(self, word: str) -> str:
        shared = self._having.count(_pairs(word))
        near = [self._known[at] for at in np.argsort(-shared, kind="stable")[:_MOST_COMPARED] if shared[at]]
        found = process.extractOne(word, near, scorer=fuzz.ratio, score_cutoff=_SIMILAR)
        return word if found is None else found[0]


def _pairs(word: str) -> tuple[str, ...]:
    """Return the pairs of neighbouring characters."""
    return tuple(map("".join, pairwise(word)))


class Completer:
    """Texts indexed so that ranking them takes about a millisecond for ten thousand."""

    def __init__(
        self, completions: Iterable[Completion], starters: Iterable[Completion], hidden: frozenset[str] = frozenset()
    ) -> None:
        """Index `completions`; `starters` are returned while nothing is typed.

        Texts of `hidden` articles complete only what is typed for that article.
        """
        self._starters = tuple(starters)
        self._hidden = hidden
        self._completions = tuple(completions)
        normal = [normalise(one.text) for one in self._completions]
        keys = [tuple(map(_keys, words(text))) for text in normal]
        squeezed = list(map("".join, keys))
        self._squeezed = _Texts(squeezed)
        self._initials = _Texts([initials(squeeze(text)) for text in normal])
        self._words = _Words(keys)
        self._spelling = _Spelling(chain.from_iterable(keys))
        self._lengths = np.array(list(map(len, squeezed)), np.int64)
        slugs: dict[str, int] = {}
        self._articles = np.array([slugs.setdefault(one.article, len(slugs)) for one in self._completions], np.int64)
        self._slugs = slugs
        self._korean = np.array([one.language == "ko" for one in self._completions], np.bool_)
        numbers: dict[tuple[str, str], int] = {}
        targets = [numbers.setdefault((one.article, one.target), len(numbers)) for one in self._completions]
        self._targets = np.array(targets, np.int64)
        self._target_count = len(numbers)

    def complete(
        self, typed: str, language: Language, limit: int = 25, article: str | None = None
    ) -> tuple[Completion, ...]:
        """Return the best text of each target, best first; the starters while nothing is typed.

        With `article`, only those of that article.
        """
        keys = _typed(typed, language)
        if not keys.squeezed:
            return tuple(
                one for one in self._starters if one.language == language and self._is_open(one.article, article)
            )[:limit]
        ranked = self._rank(keys, limit, article)
        if ranked or len(keys.squeezed) < _FEWEST_KEYS:
            return ranked
        corrected = self._spelling.corrected(keys.words)
        if corrected == keys.words:
            return ()
        return self._rank(_Typed("".join(corrected), corrected, None, keys.language), limit, article)

    def _is_open(self, slug: str, article: str | None) -> bool:
        """Return whether texts of an article complete what is typed for `article`, or for none."""
        return slug not in self._hidden if article is None else slug == article

    def _rank(self, typed: _Typed, limit: int, article: str | None) -> tuple[Completion, ...]:
        """Return the best completion of each target: the highest score, then the shortest text, then the first."""
        scores = self._scores(typed)
        if article is not None or self._hidden:
            is_open = np.array([self._is_open(slug, article) for slug in self._slugs], np.bool_)
            scores[~is_open[self._articles]] = 0
        (found,) = np.nonzero(scores)
        order = found[np.lexsort((self._lengths[found], -scores[found]))]
        place = np.full(self._target_count, len(order))
        np.minimum.at(place, self._targets[order], np.arange(len(order)))
        best = np.sort(place[place < len(order)])[:limit]
        return tuple(self._completions[at] for at in order[best])

    def _scores(self, typed: _Typed) -> NDArray[np.float64]:
        """Return how well each text completes what was typed, from 0 (not at all) to 4 (begins with it)."""
        contain, begin = self._squeezed.find(typed.squeezed)
        share = self._words.count(typed.words) / max(len(typed.words), 1)
        scores = np.select([begin, share == 1, contain], [_BEGINS, _HAS_WORDS, _CONTAINS], default=_SOME_WORDS * share)
        other = self._korean != (typed.language == "ko")
        scores[other] *= _OTHER_LANGUAGE if len(typed.squeezed) >= _FEWEST_KEYS else 0
        if typed.initials is not None:
            contain, begin = self._initials.find(typed.initials)
            scores[contain] = _HAS_WORDS
            scores[begin] = _BEGINS
        return scores


def _completions(knowledge: Knowledge) -> Iterable[Completion]:
    for article in knowledge.articles:
        for fact in article.facts:
            yield from _texts_of(article, fact)


@lru_cache(maxsize=65_536)
def _keys(normal: str) -> str:
    """Return the key strokes of a word; the words of articles repeat, and a reload asks for all of them again."""
    return as_latin_keys(normal).lower()


def _typed(text: str, language: Language) -> _Typed:
    normal = normalise(text[:_MOST_TYPED])[:_MOST_TYPED]
    squeezed = squeeze(normal)
    return _Typed(
        _keys(squeezed),
        tuple(map(_keys, words(normal))),
        squeezed if is_initials(squeezed) else None,
        language_of(normal, language),
    )


def entity_names(entities: Sequence[tuple[Article, Entity]]) -> Completer:
    """Return a completer of the names that a look-up command finds; the starters are those with most facts."""
    by_use = sorted(entities, key=lambda pair: -len(pair[0].facts_about(pair[1])))
    return Completer(
        (Completion(a.slug, e.id, language_of(normalise(name)), name) for a, e in entities for name in e.names()),
        (Completion(a.slug, e.id, language, e.name.get(language)) for language in LANGUAGES for a, e in by_use),
    )
