"""Words written without spaces between them, cut where known words begin and end."""

from collections.abc import Mapping

from bot.core.text import is_hangul

_LONGEST = 16
_ONE_LETTER = frozenset("ai")
_ENDINGS = frozenset({"s", "t", "d", "m", "ll", "re", "ve"})
_USUAL = 20
"""Times from which a single syllable is a word of its own (왜, 뭐)."""
_A_SENTENCE = 3
"""Known words from which Latin letters are a sentence, even if it holds unknown ones."""


def split_run(word: str, known: Mapping[str, int]) -> list[str]:
    """Cut into known words and what is left between them.

    `known` tells how often a word was seen. The cheapest path through the run: a known word costs the less the more
    usual it is, what is left between known words as much as its letters and one. Latin letters stay together where
    they would make no sentence.
    """
    best: list[tuple[float, tuple[str, ...], int]] = [(0.0, (), 0)]
    for end in range(1, len(word) + 1):
        options = []
        for start in range(max(0, end - _LONGEST), end):
            piece, (cost, pieces, letters) = word[start:end], best[start]
            seen = _seen(piece, known)
            price = 1 + len(piece) if seen is None else 1 + 1 / (1 + seen)
            options.append((cost + price, (*pieces, piece), letters + (0 if seen is None else len(piece))))
        best.append(min(options, key=lambda option: option[0]))
    _, pieces, letters = best[-1]
    return list(pieces) if is_hangul(word) or _is_sentence(word, pieces, letters, known) else [word]


def _seen(piece: str, known: Mapping[str, int]) -> int | None:
    """Return how often a word, with or without `'s` and the like, was seen; None if it is none."""
    if is_hangul(piece):
        seen = known.get(piece)
        return seen if len(piece) > 1 or (seen or 0) >= _USUAL else None
    bare, apostrophe, ending = piece.partition("'")
    if apostrophe and ending not in _ENDINGS:
        return None
    return known.get(piece, known.get(bare)) if len(bare) > 1 or bare in _ONE_LETTER else None


def _is_sentence(word: str, pieces: tuple[str, ...], letters: int, known: Mapping[str, int]) -> bool:
    count = sum(_seen(piece, known) is not None for piece in pieces)
    return count > 1 and (letters == len(word) or (count >= _A_SENTENCE and 3 * letters >= 2 * len(word)))
