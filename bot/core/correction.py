"""Which known words a text with typing errors means: the likeliest by the errors and by the words beside them.

A noisy channel: an error costs about as much as it is rare, a word as much as it is rare behind the word before it, and
a word that nobody knows the more the longer it is. Words are those of the facts and the commonest ones of English.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA, Levenshtein

from bot.core.budget import Budget
from bot.core.hangul import SLIPS, strokes, whole_syllables
from bot.core.memo import Memo
from bot.core.spelling import Spellings, WordCounts
from bot.core.stemming import stem
from bot.core.text import is_hangul

_SWAPPED, _DOUBLED, _LEFT_OUT, _NEIGHBOUR, _ADDED, _OTHER_KEY = 3.0, 3.0, 3.5, 4.0, 6.5, 8.0
"""Cost of two keys in the wrong order, a key pressed twice or left out, one that touches the right one, and others."""
_KNOWN: Final = 3.0
"""What a word that is known as typed costs less."""
_COMMON, _UNKNOWN, _UNKNOWN_LETTER = 10.0, 12.0, 1.2
"""Cost of an English word that no text has, of an unknown one of Latin letters, and of each letter in that."""
_UNKNOWN_HANGUL, _UNKNOWN_STROKE = 11.0, 0.3
"""The same in Hangul, where particles and endings make many words, and of each key stroke if no form of it is known."""
_BACKOFF: Final = 60.0
"""Words that are added behind each word, with the shares that words have anywhere."""
_TWO_ERRORS_FROM, _THREE_ERRORS_FROM = 5, 10
"""Key strokes from which a second and a third error are possible."""
_MOST_WORDS, _MOST_COMMON, _MOST_STEMS = 8, 4, 3
"""Words of the texts, common English words and Korean stems that a word may be a typing error of."""
_MEMO_SIZE: Final = 8_192
_ONE_SYLLABLE: Final = re.compile(r"[가-힣][은는이가을를의에로도만과와]?")
"""A Korean word of one syllable, alone or with a particle."""


class Candidate(NamedTuple):
    """A word that may be meant, and the cost of its typing errors."""

    word: str
    cost: float


class WordPairs:
    """How often one word follows another in some texts, and in those of `shared`, which are counted once for all."""

    def __init__(self, texts: int, keys: NDArray[np.uint32], shared: "WordPairs | None" = None) -> None:
        """Count the pairs of neighbours in a number of texts, whose `pair_keys` these are."""
        self.texts: int = texts + (shared.texts if shared else 0)
        """Number of texts."""
        self._shared = shared
        self._keys, counts = np.unique(keys, return_counts=True)
        self._counts = np.minimum(counts, np.iinfo(np.uint16).max).astype(np.uint16)

    def counts(self, keys: NDArray[np.uint32]) -> NDArray[np.int64]:
        """Return the number of times that each pair occurs, in the shape of `keys`."""
        found = np.zeros(len(keys), np.int64) if self._shared is None else self._shared.counts(keys)
        if len(self._keys):
            places = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
            found += np.where(self._keys[places] == keys, self._counts[places], 0)
        return found


def pair_keys(texts: Iterable[Sequence[str]]) -> NDArray[np.uint32]:
    """Return a number for each two neighbouring words of the texts; the beginning of a text is an empty word."""
    return np.array([_key(*pair) for text in texts for pair in pairwise(("", *text))], np.uint32)


def _key(first: str, second: str) -> int:
    """Return a number that hardly any other pair has."""
    return crc32(_encoded(f"{first} {second}"))


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")


class Corrector:
    """Corrects typing errors with the words of some texts, and with what follows what in them."""

    def __init__(self, words: Spellings, stems: Spellings, counts: WordCounts, pairs: WordPairs) -> None:
        """Correct to `words` and to Korean `stems` with any ending; `counts` are the frequencies of words."""
        self._words, self._stems, self._counts, self._pairs = words, stems, counts, pairs
        self._total = 1 + sum(counts.values())
        self._candidates = Memo(self._may_be_meant, _MEMO_SIZE)

    def knows(self, word: str) -> bool:
        """Return whether a word, or another form of it, is known; common English words and figures are."""
        return word in self._words or stem(word) in self._stems or word in common_words() or not word[0].isalpha()

    def share_known(self, words: Sequence[str]) -> float:
        """Return the share of the words that are known."""
        return sum(map(self.knows, words)) / max(len(words), 1)

    def corrected(self, sequence: Sequence[str], budget: Budget) -> list[str]:
        """Return the likeliest words in place of `sequence`, one for each; beyond the budget, a word stays."""
        before, costs = [""], np.zeros(1)
        slots: list[tuple[list[str], NDArray[np.int64]]] = []
        for typed in sequence:
            slot = self._candidates(typed) if budget.corrects(typed) else (Candidate(typed, 0.0),)
            words = [candidate.word for candidate in slot]
            through = costs[:, None] + self._rarity(before, words)
            slots.append((words, through.argmin(axis=0)))
            costs = through.min(axis=0) + [candidate.cost for candidate in slot]
            before = words
        chosen: list[str] = []
        at = int(costs.argmin())
        for words, origins in reversed(slots):
            chosen.append(words[at])
            at = int(origins[at])
        return chosen[::-1]

    def _rarity(self, before: Sequence[str], words: Sequence[str]) -> NDArray[np.float64]:
        """Return the cost of each word behind each of those before, shape (before, words)."""
        ends = [_encoded(second) for second in words]
        begins = [crc32(_encoded(f"{first} ")) for first in before]
        keys = np.array([crc32(end, begin) for begin in begins for end in ends], np.uint32)
        met = self._pairs.counts(keys).reshape(len(before), len(words))
        seen = np.array([self._counts.of(word) if word else self._pairs.texts for word in before])[:, None]
        shares = np.array([(self._counts.of(word) + 0.5) / self._total for word in words])
        rarity: NDArray[np.float64] = -np.log((met + _BACKOFF * shares) / (seen + _BACKOFF))
        for at, word in enumerate(words):
            if word not in self._counts:
                rarity[:, at] = self._unknown(word)
        return rarity

    def _unknown(self, word: str) -> float:
        """Return the cost of a word that no text has; a common one or a possessive costs nothing for its letters."""
        if is_hangul(word):
            return _UNKNOWN_HANGUL + (0 if stem(word) in self._stems else _UNKNOWN_STROKE * len(strokes(word)))
        if word in common_words() or (word.endswith("'s") and word.removesuffix("'s") in self._words):
            return _COMMON
        return _UNKNOWN + _UNKNOWN_LETTER * len(word)

    def _may_be_meant(self, typed: str) -> tuple[Candidate, ...]:
        """Return the word itself and the known words that it may be a typing error of, nearest first."""
        if not typed[0].isalpha():
            return (Candidate(typed, 0.0),)
        keys, mended = strokes(typed), whole_syllables(typed)
        found = dict(self._words.within(keys, _most_errors(keys), _MOST_WORDS))
        if typed.isascii():
            found = dict(_common_spellings().within(keys, _most_errors(keys), _MOST_COMMON)) | found
        base = stem(mended)
        if is_hangul(mended) and base not in self._stems:
            stems = self._stems.within(strokes(base), min(2, _most_errors(strokes(base))), _MOST_STEMS)
            found = {near + mended[len(base) :]: errors for near, errors in stems if is_hangul(near)} | found
        found.pop(mended, None)
        own = Candidate(mended, _cost_of(keys, strokes(mended)) - (_KNOWN if self.knows(mended) else 0.0))
        if mended == typed and _ONE_SYLLABLE.fullmatch(typed):  # one error makes another word of it
            return (own,)
        return (own, *(Candidate(near, _cost_of(keys, strokes(near))) for near in found))


@cache
def common_words() -> frozenset[str]:
    """Return the commonest English words, which are no typing errors."""
    lines = resources.files("bot.core").joinpath("english_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


@cache
def _common_spellings() -> Spellings:
    """Return the spellings of the common words, which are made when the first word is corrected."""
    return Spellings(sorted(common_words()))


def _most_errors(keys: str) -> int:
    return 1 + (len(keys) >= _TWO_ERRORS_FROM) + (len(keys) >= _THREE_ERRORS_FROM)


def _cost_of(typed: str, meant: str) -> float:
    """Return the cost of the errors that make `typed` of `meant`, both key by key."""
    cost = 0.0
    for _ in range(Levenshtein.distance(meant, typed) - OSA.distance(meant, typed)):
        typed = _swapped_back(typed, meant)
        cost += _SWAPPED
    for error in Levenshtein.editops(meant, typed):
        before, key, after = typed[: error.dest_pos], typed[error.dest_pos :][:1], typed[error.dest_pos + 1 :]
        if error.tag == "replace":
            cost += _NEIGHBOUR if (meant[error.src_pos], key) in SLIPS else _OTHER_KEY
        elif error.tag == "insert":
            cost += _DOUBLED if key in {before[-1:], after[:1]} else _ADDED
        else:
            cost += _LEFT_OUT
    return cost


def _swapped_back(typed: str, meant: str) -> str:
    """Return the keys typed, two of them in the other order, which brings them nearest to those meant."""
    swapped = (typed[:at] + typed[at + 1] + typed[at] + typed[at + 2 :] for at in range(len(typed) - 1))
    return min(swapped, key=lambda one: Levenshtein.distance(meant, one))
