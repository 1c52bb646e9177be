"""Typing errors put right, and sentences without spaces cut into words."""

from collections.abc import Collection, Mapping, Sequence

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.hangul import strokes
from bot.core.text import is_hangul

_SHORTEST = 4
_MEDIUM = 8
_LONG = 12
_LONGEST = 16
_ONE_LETTER = frozenset("ai")
_ENDINGS = frozenset({"s", "t", "d", "m", "ll", "re", "ve"})
_USUAL = 20
"""Times from which a single syllable is a word of its own (왜, 뭐)."""
_A_SENTENCE = 3
"""Known words from which Latin letters are a sentence, even if it holds unknown ones."""


def nearest(word: str, known: Mapping[str, str]) -> str:
    """Return the entry of `known` (word to its `strokes`) that `word` is a typing error of, or `word` itself.

    Counted are keys left out, added, changed or swapped with their neighbour (optimal string alignment): one in
    a short word, two from eight keys on, three from twelve.
    """
    spelled = strokes(word)
    if not known or len(spelled) < _SHORTEST:
        return word
    allowed = 1 + (len(spelled) >= _MEDIUM) + (len(spelled) >= _LONG)
    best = process.extractOne(spelled, known, scorer=OSA.distance, score_cutoff=allowed)
    return word if best is None else str(best[2])


def nearest_short(word: str, usual: Collection[str]) -> str:
    """Return the usual word that a word of three Latin letters is one typing error away from (teh → the), or `word`."""
    best = process.extractOne(word, usual, scorer=OSA.distance, score_cutoff=1)
    return word if best is None else str(best[0])


def split_run(word: str, known: Mapping[str, int]) -> list[str]:
    """Cut into known words and what is left between them.

    `known` tells how often a word was seen. The cheapest path through the run: a known word costs the less the more
    usual it is, what is left between known words as much as its letters and one. Latin letters stay together where
    they would make no sentence.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    """For each end the cost of the cheapest path there, and where its last piece begins."""
    for end in range(1, len(word) + 1):
        starts = range(max(0, end - _LONGEST), end)
        options = ((best[start][0] + _price(word[start:end], known), start) for start in starts)
        best.append(min(options, key=lambda option: option[0]))
    pieces: list[str] = []
    end = len(word)
    while end:
        start = best[end][1]
        pieces.insert(0, word[start:end])
        end = start
    return pieces if is_hangul(word) or _is_sentence(word, pieces, known) else [word]


def _price(piece: str, known: Mapping[str, int]) -> float:
    seen = _seen(piece, known)
    return 1 + len(piece) if seen is None else 1 + 1 / (1 + seen)


def _seen(piece: str, known: Mapping[str, int]) -> int | None:
    """Return how often a word, with or without `'s` and the like, was seen; None if it is none."""
    if is_hangul(piece):
        seen = known.get(piece)
        return seen if len(piece) > 1 or (seen or 0) >= _USUAL else None
    bare, apostrophe, ending = piece.partition("'")
    if apostrophe and ending not in _ENDINGS:
        return None
    return known.get(piece, known.get(bare)) if len(bare) > 1 or bare in _ONE_LETTER else None


def _is_sentence(word: str, pieces: Sequence[str], known: Mapping[str, int]) -> bool:
    found = [piece for piece in pieces if _seen(piece, known) is not None]
    letters = sum(map(len, found))
    return len(found) > 1 and (letters == len(word) or (len(found) >= _A_SENTENCE and 3 * letters >= 2 * len(word)))
