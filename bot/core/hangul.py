"""Hangul on a keyboard: layout slips in both directions and initial consonants (초성)."""

import re
from collections.abc import Container, Iterator
from functools import lru_cache
from itertools import permutations

_INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_FINALS: tuple[str, ...] = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_COMPOUND = {
    "ㅘ": "ㅗㅏ", "ㅙ": "ㅗㅐ", "ㅚ": "ㅗㅣ", "ㅝ": "ㅜㅓ", "ㅞ": "ㅜㅔ", "ㅟ": "ㅜㅣ", "ㅢ": "ㅡㅣ",
    "ㄳ": "ㄱㅅ", "ㄵ": "ㄴㅈ", "ㄶ": "ㄴㅎ", "ㄺ": "ㄹㄱ", "ㄻ": "ㄹㅁ", "ㄼ": "ㄹㅂ", "ㄽ": "ㄹㅅ",
    "ㄾ": "ㄹㅌ", "ㄿ": "ㄹㅍ", "ㅀ": "ㄹㅎ", "ㅄ": "ㅂㅅ",
}  # fmt: skip
_JOINED = {pair: single for single, pair in _COMPOUND.items()}
_KEYS = dict(
    zip(
        "rRseEfaqQtTdwWczxvgkoiOjpuPhynbml",
        "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎㅏㅐㅑㅒㅓㅔㅕㅖㅗㅛㅜㅠㅡㅣ",
        strict=True,
    )
)
_KEY_OF = {letter: key for key, letter in _KEYS.items()} | {
    single: "".join({letter: key for key, letter in _KEYS.items()}[part] for part in pair)
    for single, pair in _COMPOUND.items()
}
_ROWS = (("qwertyuiop", 0.0), ("asdfghjkl", 0.25), ("zxcvbnm", 0.75))
"""Rows of keys, and by how many keys each is shifted to the right."""
_PLACES = {key: (row, column + shift) for row, (keys, shift) in enumerate(_ROWS) for column, key in enumerate(keys)}
_SYLLABLE_BASE, _SYLLABLE_LAST = 0xAC00, 0xD7A3
_LATIN_RUN = re.compile(r"[A-Za-z]+")
_SHORTEST_KEPT = 3
"""Minimum letters of a known word that is kept: Korean keys often spell a shorter one by accident."""


def display_width(text: str) -> int:
    """Return the columns that a text fills where a Hangul syllable fills two."""
    return len(text) + sum("가" <= char <= "힣" for char in text)


def letters(syllable: str) -> str:
    """Return the compatibility jamo of one Hangul syllable; return any other character unchanged."""
    code = ord(syllable)
    if not _SYLLABLE_BASE <= code <= _SYLLABLE_LAST:
        return syllable
    initial, rest = divmod(code - _SYLLABLE_BASE, 588)
    vowel, final = divmod(rest, 28)
    return _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]


@lru_cache(maxsize=16_384)
def strokes(text: str) -> str:
    """Return `text` key by key as it is typed, Hangul as compatibility jamo.

    >>> strokes("분위"), strokes("부ㅜㄴ위")
    ('ㅂㅜㄴㅇㅜㅣ', 'ㅂㅜㅜㄴㅇㅜㅣ')
    """
    return "".join(_COMPOUND.get(letter, letter) for char in text for letter in letters(char))


def whole_syllables(typed: str) -> str:
    """Return Hangul with as few lone jamo as possible, after leaving out or swapping a key at each of them.

    >>> whole_syllables("반ㄴ대편"), whole_syllables("ㅓㄱ물")
    ('반대편', '거물')
    """
    best = typed
    while any("가" <= char <= "힣" for char in best) and (lone := _lone(best)):
        at = len(strokes(best[: lone[0]]))
        keys = strokes(best)
        tries = [keys[:n] + keys[n + 1 :] for n in (at, at - 1, at + 1) if 0 <= n < len(keys)]
        tries += [keys[:n] + keys[n + 1] + keys[n] + keys[n + 2 :] for n in (at, at - 1) if 0 <= n < len(keys) - 1]
        found = min(map(compose, tries), key=lambda one: len(_lone(one)))
        if len(_lone(found)) >= len(lone):
            break
        best = found
    return best


def _lone(text: str) -> list[int]:
    return [at for at, char in enumerate(text) if "ㄱ" <= char <= "ㅣ"]


def initials(text: str) -> str:
    """Return the initial consonants of the syllables in `text`.

    >>> initials("무라티")
    'ㅁㄹㅌ'
    """
    return "".join(map(_initial, "".join(text.split())))


@lru_cache(maxsize=16_384)
def _initial(char: str) -> str:
    return letters(char)[0] if "가" <= char <= "힣" else char


def is_initials(text: str) -> bool:
    """Return whether `text` is two or more consonants only, as typed for a quick search."""
    return len(text) > 1 and all(char in _INITIALS for char in text)


def _syllable(initial: str, vowel: str, final: str) -> str:
    index = (_INITIALS.index(initial) * 21 + _VOWELS.index(vowel)) * 28 + _FINALS.index(final)
    return chr(_SYLLABLE_BASE + index)


def compose(typed: str) -> str:
    """Join compatibility jamo into syllables the way a Korean keyboard does."""
    out: list[str] = []
    position = 0
    while position < len(typed):
        block, used = _next_block(typed, position)
        out.append(block)
        position += used
    return "".join(out)


def _next_block(typed: str, start: int) -> tuple[str, int]:
    """Return the syllable (or lone letter) that begins at `start` and how many letters it took."""
    initial = typed[start]
    if initial not in _INITIALS or start + 1 >= len(typed) or typed[start + 1] not in _VOWELS:
        return initial, 1
    vowel, end = _widest(typed, start + 1, _VOWELS)
    if end >= len(typed) or typed[end] not in _FINALS:
        return _syllable(initial, vowel, ""), end - start
    final, final_end = _widest(typed, end, _FINALS)
    if final_end < len(typed) and typed[final_end] in _VOWELS:  # the last consonant opens the next syllable
        final_end -= 1
        final = typed[end] if final_end > end else ""
    return _syllable(initial, vowel, final), final_end - start


def _widest(typed: str, start: int, allowed: str | tuple[str, ...]) -> tuple[str, int]:
    """Read one letter at `start`, or two that join into one of `allowed`."""
    joined = _JOINED.get(typed[start : start + 2])
    if joined is not None and joined in allowed:
        return joined, start + 2
    return typed[start], start + 1


def neighbours(key: str) -> str:
    """Return the keys that touch `key` on a QWERTY keyboard, which the Korean 2-set layout shares."""
    row, column = _PLACES[key.lower()]
    return "".join(
        other
        for other, (other_row, other_column) in _PLACES.items()
        if other != key.lower() and abs(other_row - row) <= 1 and abs(other_column - column) <= 1
    )


def _slips() -> Iterator[tuple[str, str]]:
    for key in _PLACES:
        for other in (key, *neighbours(key)):
            yield key, other
            yield from permutations({_KEYS[one] for one in (key, key.upper(), other, other.upper()) if one in _KEYS}, 2)


SLIPS: frozenset[tuple[str, str]] = frozenset(_slips())
"""Pairs of Latin letters and of jamo whose keys touch, or are the same one with and without shift."""


def as_korean_keys(text: str) -> str:
    """Read Latin letters as keys of the Korean layout.

    >>> as_korean_keys("anfkxl dho?")
    '무라티 왜?'
    """

    def convert(match: re.Match[str]) -> str:
        keys: str = match.group()
        return compose("".join(_KEYS.get(key) or _KEYS[key.lower()] for key in keys))

    return _LATIN_RUN.sub(convert, text)


def as_mixed_keys(text: str, known: Container[str]) -> str:
    """Read Latin letters as Korean keys, but keep a word of `known` at their beginning: `Muratisms dho` → Murati는 왜.

    Words that make no Korean syllables stay; unless half of the words make some, the text is returned unchanged.
    """
    read = 0

    def convert(match: re.Match[str]) -> str:
        nonlocal read
        word = match.group()
        ends = (end for end in range(len(word), _SHORTEST_KEPT - 1, -1) if word[:end].casefold() in known)
        for end in (*ends, 0):
            meant = as_korean_keys(word[end:])
            if all("가" <= char <= "힣" for char in meant):
                read += bool(meant)
                return word[:end] + meant
        return word

    mixed = _LATIN_RUN.sub(convert, text)
    return mixed if 2 * read >= len(_LATIN_RUN.findall(text)) else text


def as_latin_keys(text: str) -> str:
    """Read Hangul as keys of the Latin layout.

    >>> as_latin_keys("조두")
    'when'
    """
    return "".join("".join(_KEY_OF.get(letter, letter) for letter in letters(char)) for char in text)
