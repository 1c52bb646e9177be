"""The work that one message may cost, whatever its text.

The unit is about what the encoder needs for one character. Work is counted whether or not a memo saves it, so that an
answer never depends on the questions before.
"""

from collections.abc import Container
from dataclasses import dataclass, field
from typing import Final

from bot.core.text import is_hangul, words

MAX_READ: Final = 300
"""Characters of a text that are looked at, longer than any sensible question; its last sentences are texts too."""
MAX_CONTEXT: Final = 160
"""Characters of the question before that are looked at."""
MAX_PART: Final = 150
"""Characters of the longest of several questions in one message; with a longer one it is answered as a whole."""
_WORK: Final = 680
_START: Final = 100
"""Work of encoding and comparing once more, however little: weights and vectors are read from memory again."""
_READING: Final = 60
"""Work of comparing one reading with every sample, beside that of encoding its characters."""
_LONG: Final = 140
"""Work of encoding a long honest text; what is beyond counts twice."""
_SAVED: Final = {(True, True): 1 / 3, (True, False): 0.0, (False, True): 2 / 3, (False, False): 1 / 4}
"""Share of the work of encoding that words save, by whether they are Hangul and whether they are words of the facts:
measured with the shipped encoder, which cuts random syllables into the most pieces."""
_WORD: Final = 8
"""Work of comparing one word with every word of the facts."""
_ENCODING: Final = 3
"""Work of encoding one word, beside that of its characters."""
_CORRECTION: Final = 2
"""Work of correcting the spelling of one word."""


@dataclass(slots=True)
class Budget:
    """The work left for one message; its readings, resolutions and parts share it."""

    left: int = _WORK
    _done: set[tuple[int, str]] = field(default_factory=set)
    """Work that is already counted: the same text is never encoded twice."""

    def starts(self) -> bool:
        """Return whether further texts may be encoded and compared after those before, and count it."""
        enough = self.left > _START + _READING
        self.left -= _START if enough else 0
        return enough

    def reads(self, normal: str, known: Container[str]) -> bool:
        """Return whether one more reading may be scored, and count it; words in `known` are encoded fast."""
        looked_at = normal[:MAX_READ]
        saved = sum(len(word) * _SAVED[is_hangul(word), word in known] for word in words(looked_at))
        encoding = len(looked_at) - int(saved)
        return self._spend(looked_at, _READING + encoding + max(0, encoding - _LONG))

    def compares(self, word: str, *, encoded: bool) -> bool:
        """Return whether one more word may be compared by meaning, `encoded` first or not, and count it."""
        return self._spend(word, _WORD + (_ENCODING + len(word) if encoded else 0))

    def corrects(self, word: str) -> bool:
        """Return whether the spelling of one more word may be corrected, and count it."""
        return self._spend(word, _CORRECTION)

    @property
    def is_used_up(self) -> bool:
        """Return whether no other reading can be scored."""
        return self.left <= _READING

    def _spend(self, text: str, work: int) -> bool:
        if (work, text) in self._done:
            return True
        if work > self.left:
            return False
        self.left -= work
        self._done.add((work, text))
        return True
