"""Find the article's people, organisations and products in a question, misspelt or not."""

from collections.abc import Container, Iterable, Sequence

from rapidfuzz import fuzz, process

from bot.core.hangul import initials, is_initials
from bot.core.memo import Memo
from bot.core.model import Article
from bot.core.stems import less_suffix, stem
from bot.core.text import is_hangul, jamo, normalise, squeeze

_MAX_WORDS = 4
_FUZZY = 80
"""Ratio of decomposed forms from which a word counts as a misspelt name (슐만/슐먼: 83)."""
_MIN_FUZZY_LENGTH = 5
_MIN_INSIDE = 2


class NameFinder:
    """Look-up of entities by alias; a key is (article slug, entity id)."""

    def __init__(self, articles: Iterable[Article]) -> None:
        """Index every name of every entity of `articles`."""
        self._keys: dict[str, list[tuple[str, str]]] = {}
        for article in articles:
            for entity in article.entities:
                for name in entity.names():
                    squeezed = squeeze(normalise(name))
                    keys = self._keys.setdefault(squeezed, [])
                    if squeezed and (article.slug, entity.id) not in keys:
                        keys.append((article.slug, entity.id))
        self._keys.pop("", None)
        self._beginnings = frozenset(name[:end] for name in self._keys for end in range(1, len(name)))
        self._hangul = tuple(name for name in self._keys if is_hangul(name) and len(name) >= _MIN_INSIDE)
        self._initials: dict[str, list[str]] = {}
        for name in self._hangul:
            self._initials.setdefault(initials(name), []).append(name)
        self._spelled = {name: jamo(name) for name in self._keys if len(jamo(name)) >= _MIN_FUZZY_LENGTH}
        self._misspelt = Memo(self._closest, 8_192)

    def find(self, sequence: Sequence[str], known: Container[str] = ()) -> dict[tuple[str, str], set[int]]:
        """Return the entities named in `sequence`, each with the positions of the words that name it.

        Words in `known` (the vocabulary of the facts) are never taken for misspelt names.
        """
        found: dict[tuple[str, str], set[int]] = {}
        taken: set[int] = set()
        for length in range(min(_MAX_WORDS, len(sequence)), 0, -1):
            for start in range(len(sequence) - length + 1):
                if length > 1 and sequence[start] not in self._beginnings:
                    continue
                span = range(start, start + length)
                if not taken.isdisjoint(span):
                    continue
                if names := self._exact(sequence[start : start + length]):
                    taken.update(span)
                    self._note(found, names, span)
        for position, word in enumerate(sequence):
            if position not in taken and word not in known and stem(word) not in known:
                self._note(found, self._inexact(word), (position,))
        return found

    def _note(self, found: dict[tuple[str, str], set[int]], names: Iterable[str], span: Iterable[int]) -> None:
        for name in names:
            for key in self._keys[name]:
                found.setdefault(key, set()).update(span)

    def _exact(self, part: Sequence[str]) -> tuple[str, ...]:
        """Match a span of words, with or without the particle on its last word."""
        joined = "".join(part)
        bare = (less_suffix(part[-1]), stem(part[-1])) if is_hangul(part[-1]) else (stem(part[-1]),)
        for name in (joined, *("".join((*part[:-1], last)) for last in bare), joined.removesuffix("s")):
            if name in self._keys:
                return (name,)
        return ()

    def _inexact(self, word: str) -> tuple[str, ...]:
        """Match a name inside an unspaced run, by its initial consonants, or misspelt."""
        if is_initials(word):
            return tuple(self._initials.get(word, ()))
        if is_hangul(word) and (inside := [name for name in self._hangul if name in word]):
            return tuple(name for name in inside if not any(name != other and name in other for other in inside))
        return self._misspelt(word)

    def _closest(self, word: str) -> tuple[str, ...]:
        stemmed = stem(word) if is_hangul(word) else word
        spelled = jamo(stemmed)
        if len(spelled) < _MIN_FUZZY_LENGTH:
            return ()
        best = process.extractOne(spelled, self._spelled, scorer=fuzz.ratio, score_cutoff=_FUZZY)
        return () if best is None else (best[2],)
