"""What a typing error was meant to be: the nearest known word, compared key by key."""

from collections.abc import Collection, Mapping

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.core.hangul import strokes

_SHORTEST = 4
_MEDIUM = 8
_LONG = 12


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
