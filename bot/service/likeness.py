"""Whether two questions ask the same, in either language, so that editors see them once."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bot.core.text import normalise, squeeze
from bot.core.tokens import Tokenizer
from bot.service.ports import Encoder

ALIKE_FROM: Final = 0.65
"""Minimum similarity by meaning; precision and recall of it are measured in `tests/service/test_likeness.py`."""
SPELT_ALIKE_FROM: Final = 0.9
"""Minimum similarity of the letters, without an encoder: spelling variants only."""
_MOST_ENCODED: Final = 64
"""Questions whose vectors are compared with that of one; each costs about 5 ms the first time."""
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What questions that ask the same have in common."""

    text: str
    content: str
    """The words that are neither names nor question words nor stop words; the whole text if there are none."""
    names: frozenset[tuple[str, str]]
    asks: frozenset[str]
    numbers: frozenset[str]

    def contradicts(self, other: "_Asked") -> bool:
        """Return whether the questions name different entities or numbers, or ask for different kinds of answer."""
        if self.names != other.names or self.numbers != other.numbers:
            return True
        return bool(self.asks and other.asks and self.asks.isdisjoint(other.asks))


def most_alike(tokenizer: Tokenizer, encoder: Encoder | None, text: str, others: Sequence[str]) -> int | None:
    """Return the position of the question in `others` that asks most surely the same as `text`; None if none does.

    The first ones count if there are very many. By meaning, the similarity is the mean of two cosines: that of the
    whole questions, which are alike if only their topics are, and that of their content words.
    """
    asked = _asked(tokenizer, text)
    compared = [(at, one) for at, one in enumerate(_asked(tokenizer, other) for other in others)]
    compared = [(at, one) for at, one in compared if not asked.contradicts(one)][:_MOST_ENCODED]
    if not compared:
        return None
    if encoder is None:
        likeness, least = [_spelt_alike(asked.text, one.text) for _, one in compared], SPELT_ALIKE_FROM
    else:
        likeness, least = _meant_alike(encoder, asked, [one for _, one in compared]), ALIKE_FROM
    best = max(range(len(compared)), key=likeness.__getitem__)
    return compared[best][0] if likeness[best] >= least else None


def _asked(tokenizer: Tokenizer, text: str) -> _Asked:
    normal = normalise(text)
    tokens = tokenizer.tokens(normal)
    return _Asked(
        normal,
        " ".join(token.text for token in tokens if token.role == "content") or normal,
        frozenset(name for token in tokens for name in token.names),
        frozenset(kind for token in tokens for kind in token.asks),
        frozenset(_NUMBER.findall(normal)),
    )


def _meant_alike(encoder: Encoder, asked: _Asked, others: Sequence[_Asked]) -> list[float]:
    """Return the similarity by meaning of a question to each of the others, from -1 to 1."""
    texts = [text for one in (asked, *others) for text in (one.text, one.content)]
    rows = np.asarray(encoder.encode(texts), np.float32)
    whole, content = rows[::2], rows[1::2]
    mean = (whole[1:] @ whole[0] + content[1:] @ content[0]) / 2
    return [float(value) for value in mean]


def _spelt_alike(one: str, other: str) -> float:
    """Return the Dice coefficient of the pairs of letters of two texts, those of Hangul apart, from 0 to 1."""
    first, second = _pairs(one), _pairs(other)
    return 2 * (first & second).total() / max(1, first.total() + second.total())


def _pairs(text: str) -> Counter[str]:
    letters = f"^{unicodedata.normalize('NFD', squeeze(text))}$"
    return Counter(letters[at : at + 2] for at in range(len(letters) - 1))
