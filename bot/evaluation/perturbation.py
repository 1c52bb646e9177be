"""Questions disturbed, and knowledge cut to one language, to see how much that costs."""

import random
import re
from collections import Counter
from dataclasses import replace
from typing import Literal, TypeAlias, TypeVar, assert_never

from bot.core.hangul import as_korean_keys, as_latin_keys
from bot.core.model import LANGUAGES, Article, Fact, Gap, Knowledge, Language, Text
from bot.core.text import language_of, normalise

Noise: TypeAlias = Literal["typos", "spaces", "layout"]
LETTERS_PER_ERROR = 8
"""A Hangul syllable counts as one letter."""
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_OFFSETS = (0.0, 0.25, 0.75)
"""How far each row of keys is shifted to the right."""
_KEYS = {
    key: (row, column + offset)
    for row, (keys, offset) in enumerate(zip(_ROWS, _OFFSETS, strict=True))
    for column, key in enumerate(keys)
}
_WORD = re.compile(r"[A-Za-z]+|[가-힣]+")
Item = TypeVar("Item", Fact, Gap)


def noisy(text: str, noise: Noise) -> str:
    """Return `text` disturbed, the same way every time."""
    match noise:
        case "typos":
            return with_typos(text)
        case "spaces":
            return re.sub(r"\s+", "", text)
        case "layout":
            korean = language_of(normalise(text)) == "ko"
            return as_latin_keys(text) if korean else as_korean_keys(text)
        case _:
            assert_never(noise)


def with_typos(text: str, seed: int = 0) -> str:
    """Return `text` with one typing error for about every eight letters, at least one; letters are hit at random."""
    rng = random.Random(f"{seed} {text}")  # noqa: S311  to make the same errors every time
    letters = [match.start() for match in _WORD.finditer(text) for _ in match.group()]
    errors = min(len(letters), max(1, round(len(letters) / LETTERS_PER_ERROR)))
    hit = Counter(rng.sample(letters, errors))  # words by their start: the longer one is, the more often it is hit

    def mistype(match: re.Match[str]) -> str:
        word: str = match.group()
        typed = as_latin_keys(word)  # so that Hangul slips by a letter, not by a syllable
        for _ in range(hit[match.start()]):
            typed = _slipped(typed, rng)
        return typed if word.isascii() else as_korean_keys(typed)

    return _WORD.sub(mistype, text)


def _slipped(keys: str, rng: random.Random) -> str:
    """Return `keys` with a neighbouring key, a key left out, one pressed twice, or two in the wrong order."""
    place = rng.randrange(len(keys))
    before, key, after = keys[:place], keys[place], keys[place + 1 :]
    slips = [before + rng.choice(neighbours(key)) + after, before + key + key + after]
    if len(keys) > 1:
        slips.append(before + after)
    if after and after[0] != key:
        slips.append(before + after[0] + key + after[1:])
    return rng.choice(slips)


def neighbours(key: str) -> str:
    """Return the keys that touch `key` on a QWERTY keyboard, which the Korean 2-set layout shares."""
    row, column = _KEYS[key.lower()]
    return "".join(
        other
        for other, (its_row, its_column) in _KEYS.items()
        if other != key.lower() and abs(its_row - row) <= 1 and abs(its_column - column) <= 1
    )


def one_language(knowledge: Knowledge, language: Language) -> Knowledge:
    """Return `knowledge` without the samples in the other language, and without labels taken from them."""
    articles = tuple(_article(article, language) for article in knowledge.articles)
    return replace(knowledge, articles=articles, small_talk=tuple(_item(gap, language) for gap in knowledge.small_talk))


def _article(article: Article, language: Language) -> Article:
    facts = tuple(_item(fact, language) for fact in article.facts)
    return replace(article, facts=facts, gaps=tuple(_item(gap, language) for gap in article.gaps))


def _item(item: Item, language: Language) -> Item:
    gone = {sample.text for sample in item.samples if sample.language != language}
    labels = {key: item.label.get(key) for key in LANGUAGES if item.label.has(key)}
    label = Text(**{key: text for key, text in labels.items() if text not in gone})
    return replace(item, label=label, samples=tuple(s for s in item.samples if s.language == language))
