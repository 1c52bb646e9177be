"""Spelling correction, and segmentation of text without spaces."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.hangul import strokes
from bot.core.memo import Memo
from bot.core.text import is_hangul

_SHORTEST_CORRECTED: Final = 4
"""Key strokes of the shortest word that is corrected."""
_TWO_ERRORS_FROM, _THREE_ERRORS_FROM = 8, 12
"""Key strokes from which a second and a third error are allowed."""
_TOO_LONG: Final = 10_000
"""Key strokes of no word."""
_MEMO_SIZE: Final = 64
_LONGEST_PIECE: Final = 16
"""Maximum characters of a piece of an unspaced run."""
_ONE_LETTER = frozenset("ai")
_ENDINGS = frozenset({"s", "t", "d", "m", "ll", "re", "ve"})
_FREQUENT_FROM: Final = 20
"""Minimum frequency of a single syllable that counts as a word (왜, 뭐)."""
_SENTENCE_WORDS: Final = 3
"""Minimum known words of a run of Latin letters that is a sentence in spite of unknown ones."""


class Spellings:
    """Known words with their key strokes, to find the one that another word is a typing error of."""

    def __init__(self, words: Iterable[str], shared: "Spellings | None" = None) -> None:
        """Index the words by length and by the key strokes they hold; words of `shared` are known too."""
        self._shared = shared
        self._words = tuple(dict.fromkeys(words))
        self._known = frozenset(self._words)
        spelled = [strokes(word) for word in self._words]
        self._strokes = "".join(spelled)
        """The key strokes of all words in one string, which takes a fifth of the memory of one string for each."""
        self._lengths = np.array(list(map(len, spelled)), np.int16)
        self._ends = np.cumsum(self._lengths, dtype=np.int32)
        self._held = np.array(list(map(_bits, spelled)), np.uint64)
        """The set of key strokes of each word."""
        self._near = Memo(self._alike, _MEMO_SIZE)
        """Those of small talk are compared with the same words for every article that a question is scored in."""

    def __contains__(self, word: object) -> bool:
        """Return whether `word` is known."""
        return word in self._known or (self._shared is not None and word in self._shared)

    def __bool__(self) -> bool:
        """Return whether any word is known."""
        return bool(self._words) or bool(self._shared)

    def nearest(self, word: str) -> str:
        """Return the known word that `word` is a typing error of, or `word` itself.

        Errors are key strokes left out, added, changed or swapped with the next one (optimal string alignment): one
        in a short word, two from eight key strokes on, three from twelve.
        """
        spelled = strokes(word)
        if len(spelled) < _SHORTEST_CORRECTED or not self:
            return word
        allowed = 1 + (len(spelled) >= _TWO_ERRORS_FROM) + (len(spelled) >= _THREE_ERRORS_FROM)
        near = self.near(spelled, allowed)
        found = process.extract(spelled, list(near.values()), scorer=OSA.distance, score_cutoff=allowed, limit=None)
        if not found:
            return word
        nearest = [(choice, at) for choice, distance, at in found if distance == found[0][1]]
        # a swapped or doubled key is a likelier error than another key; then the word that comes first
        return list(near)[min(nearest, key=lambda one: (set(one[0]) != set(spelled), one[1]))[1]]

    def within(self, spelled: str, allowed: int, most: int) -> list[tuple[str, int]]:
        """Return at most `most` known words within `allowed` errors of these key strokes, each with its errors."""
        near = self.near(spelled, allowed)
        found = process.extract(spelled, near, scorer=OSA.distance, score_cutoff=allowed, limit=most)
        return [(word, int(errors)) for _, errors, word in found]

    def near(self, spelled: str, allowed: int) -> dict[str, str]:
        """Return the key strokes of all known words within `allowed` errors, and some others of about this length.

        An error adds at most one key stroke that the other word does not hold, and takes away at most one.
        """
        own = self._near(f"{allowed}{spelled}")
        return own if self._shared is None else {**own, **self._shared.near(spelled, allowed)}

    def _alike(self, typed: str) -> dict[str, str]:
        """Return the words near to key strokes behind a digit, which is the number of errors allowed."""
        allowed, spelled = int(typed[0]), typed[1:]
        alike = np.flatnonzero(np.abs(self._lengths - min(len(spelled), _TOO_LONG)) <= allowed)
        held, wanted = self._held[alike], np.uint64(_bits(spelled))
        missing, extra = np.bitwise_count(wanted & ~held), np.bitwise_count(held & ~wanted)
        alike = alike[np.maximum(missing, extra) <= allowed]
        ends, lengths = self._ends[alike].tolist(), self._lengths[alike].tolist()
        return {
            self._words[at]: self._strokes[end - length : end]
            for at, end, length in zip(alike.tolist(), ends, lengths, strict=True)
        }


class WordCounts(Mapping[str, int]):
    """How often words occur; those with the same count as in `shared` may stand there only."""

    def __init__(self, counts: Mapping[str, int], shared: Mapping[str, int] | None = None) -> None:
        """Add `counts` to the shared ones, which are neither changed nor copied."""
        self._shared: Mapping[str, int] = shared if shared is not None else {}
        self.own = {word: count + self._shared.get(word, 0) for word, count in counts.items()}

    def __contains__(self, word: object) -> bool:
        """Return whether the word is known."""
        return word in self.own or word in self._shared

    def __getitem__(self, word: str) -> int:
        """Return the count of a known word."""
        return self.own[word] if word in self.own else self._shared[word]

    def of(self, word: str) -> int:
        """Return the count of a word, 0 if it is unknown, without the exception that `get` catches."""
        if word in self.own:
            return self.own[word]
        return self._shared.of(word) if isinstance(self._shared, WordCounts) else self._shared.get(word, 0)

    def __iter__(self) -> Iterator[str]:
        """Return every known word."""
        yield from self.own
        yield from (word for word in self._shared if word not in self.own)

    def __len__(self) -> int:
        """Return the number of known words."""
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        """Return whether any word is known."""
        return bool(self.own) or bool(self._shared)


def _bits(spelled: str) -> int:
    """Return the set of key strokes as bits; two may share one, which only finds more."""
    return sum({1 << (ord(key) % 64) for key in spelled})


def split_run(word: str, frequencies: Mapping[str, int]) -> list[str]:
    """Cut a word without spaces into known words and the unknown pieces between them.

    `frequencies` counts the known words. The cheapest segmentation wins: a known word costs less the more frequent it
    is, an unknown piece one more than its length. Latin letters stay together unless they make a sentence.
    """
    costs, begins = [0.0], [0]
    """The cost of the cheapest segmentation up to each end, and where its last piece begins."""
    for end in range(1, len(word) + 1):
        cheapest, begin = math.inf, 0
        for start in range(max(0, end - _LONGEST_PIECE), end):
            piece = word[start:end]
            unknown = piece not in frequencies and "'" not in piece
            cost = costs[start] + (1 + len(piece) if unknown else _cost(piece, frequencies))
            if cost < cheapest:
                cheapest, begin = cost, start
        costs.append(cheapest)
        begins.append(begin)
    pieces: list[str] = []
    end = len(word)
    while end:
        start = begins[end]
        pieces.insert(0, word[start:end])
        end = start
    return pieces if is_hangul(word) or _is_sentence(word, pieces, frequencies) else [word]


def _cost(piece: str, frequencies: Mapping[str, int]) -> float:
    frequency = _frequency(piece, frequencies)
    return 1 + len(piece) if frequency is None else 1 + 1 / (1 + frequency)


def _frequency(piece: str, frequencies: Mapping[str, int]) -> int | None:
    """Return the frequency of a word, without `'s` and the like if need be; None if it is unknown."""
    if is_hangul(piece):
        frequency = frequencies.get(piece)
        return frequency if len(piece) > 1 or (frequency or 0) >= _FREQUENT_FROM else None
    bare, apostrophe, ending = piece.partition("'")
    if apostrophe and ending not in _ENDINGS:
        return None
    return frequencies.get(piece, frequencies.get(bare)) if len(bare) > 1 or bare in _ONE_LETTER else None


def _is_sentence(word: str, pieces: Sequence[str], frequencies: Mapping[str, int]) -> bool:
    """Return whether the pieces of Latin letters are nearly all known words, and more than one."""
    known = [piece for piece in pieces if _frequency(piece, frequencies) is not None]
    letters = sum(map(len, known))
    return len(known) > 1 and (letters == len(word) or (len(known) >= _SENTENCE_WORDS and 3 * letters >= 2 * len(word)))
