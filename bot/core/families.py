"""Find the lexicon's word families (concepts, attributes, kinds of question, fillers) in a sequence of words."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from bot.core.memo import Memo
from bot.core.model import Family
from bot.core.stems import stem
from bot.core.text import is_hangul, jamo, normalise, words

_MAX_PHRASE = 4
_INSIDE = 3
"""Syllables from which a Korean entry may also stand inside an unspaced run."""
_LONGEST_INSIDE = 7
_LONG_RUN = 5

Label = tuple[str, str]
"""(kind, family id)"""


class Found(NamedTuple):
    """A family found in words[start:end]."""

    start: int
    end: int
    kind: str
    family: str


def _key(word: str) -> str:
    """Return what a word of a phrase is compared by: English stemmed, Korean as it stands."""
    return word if is_hangul(word) else stem(word)


class FamilyFinder:
    """Look-up of families; Korean entries match as beginnings of words, English ones as stemmed words."""

    def __init__(self, kinds: Mapping[str, Iterable[Family]], *, whole_words: str = "fillers") -> None:
        """Index the entries of all `kinds`; the kind `whole_words` is never found inside an unspaced run."""
        self._single: dict[str, list[Label]] = {}
        self._phrases: dict[tuple[str, ...], list[Label]] = {}
        self._prefixes: dict[str, list[Label]] = {}
        self._inside: dict[str, list[Label]] = {}
        for kind, families in kinds.items():
            for family in families:
                for entry in family.en:
                    self._add_english(words(normalise(entry)), (kind, family.id))
                for entry in family.ko:
                    self._add_korean(words(normalise(entry)), (kind, family.id), inside=kind != whole_words)
        self._heads = frozenset(phrase[0] for phrase in self._phrases)
        self._longest = max(map(len, self._prefixes), default=0)
        self._of_word = Memo(self._labels, 32_768)

    def _add_english(self, parts: Sequence[str], label: Label) -> None:
        key = tuple(map(_key, parts))
        if len(key) > 1:
            self._phrases.setdefault(key, []).append(label)
        elif key:
            self._single.setdefault(key[0], []).append(label)

    def _add_korean(self, parts: Sequence[str], label: Label, *, inside: bool) -> None:
        if len(parts) > 1:
            self._phrases.setdefault(tuple(map(_key, parts)), []).append(label)
        entry = "".join(parts)
        self._prefixes.setdefault(jamo(entry), []).append(label)
        if inside and len(entry) >= _INSIDE:
            self._inside.setdefault(entry, []).append(label)

    def _labels(self, word: str) -> tuple[Label, ...]:
        """Return the families of one word: per kind those of its longest matching entry."""
        if not is_hangul(word):
            return tuple(self._single.get(stem(word), ()))
        found: list[Label] = []
        kinds: set[str] = set()
        spelled = jamo(word)
        for length in range(min(len(spelled), self._longest), 1, -1):
            fresh = [label for label in self._prefixes.get(spelled[:length], ()) if label[0] not in kinds]
            found += fresh
            kinds.update(kind for kind, _ in fresh)
        if len(word) >= _LONG_RUN:
            found += [label for label in self._labels_inside(word) if label[0] not in kinds]
        return tuple(dict.fromkeys(found))

    def _labels_inside(self, word: str) -> list[Label]:
        parts = (
            word[start:end]
            for start in range(1, len(word) - _INSIDE + 1)
            for end in range(start + _INSIDE, min(len(word), start + _LONGEST_INSIDE) + 1)
        )
        return [label for part in parts for label in self._inside.get(part, ())]

    def find(self, sequence: Sequence[str]) -> tuple[Found, ...]:
        """Return the families in `sequence`; within a kind, what a longer phrase covers is not found again."""
        keys = [_key(word) for word in sequence]
        found: list[Found] = []
        taken: dict[str, int] = {}
        for start, word in enumerate(sequence):
            for end, (kind, family) in (*self._phrases_at(keys, start), *((start + 1, x) for x in self._of_word(word))):
                if start >= taken.get(kind, 0) or end > start + 1:
                    found.append(Found(start, end, kind, family))
                    if end > start + 1:
                        taken[kind] = max(taken.get(kind, 0), end)
        return tuple(found)

    def _phrases_at(self, keys: Sequence[str], start: int) -> list[tuple[int, Label]]:
        """Return end and label of the phrases of several words at `start`, per kind only the longest."""
        found: list[tuple[int, Label]] = []
        if keys[start] in self._heads:
            for end in range(min(len(keys), start + _MAX_PHRASE), start + 1, -1):
                kinds = {kind for longer, (kind, _) in found if longer > end}
                labels = self._phrases.get(tuple(keys[start:end]), ())
                found += [(end, label) for label in labels if label[0] not in kinds]
        return found
