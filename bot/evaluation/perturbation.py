"""Perturbed questions, and knowledge reduced to one language, to measure how many right answers that costs."""

import random
import re
from collections import Counter
from dataclasses import replace
from typing import Literal, TypeAlias, TypeVar, assert_never

from bot.core.hangul import as_korean_keys, as_latin_keys, neighbours
from bot.core.model import LANGUAGES, DialogueAct, Fact, Gap, Knowledge, Language, Text
from bot.core.text import language_of, normalise

Perturbation: TypeAlias = Literal["typos", "spaces", "layout"]
LETTERS_PER_TYPO = 8
"""Letters per typing error; a Hangul syllable counts as one letter."""
_WORD = re.compile(r"[A-Za-z]+|[가-힣]+")
FactOrGap = TypeVar("FactOrGap", Fact, Gap, DialogueAct)


def perturb(text: str, how: Perturbation, seed: int = 0) -> str:
    """Return `text` with typing errors, without spaces or typed on the wrong layout, the same for the same `seed`."""
    match how:
        case "typos":
            return with_typos(text, seed)
        case "spaces":
            return re.sub(r"\s+", "", text)
        case "layout":
            korean = language_of(normalise(text)) == "ko"
            return as_latin_keys(text) if korean else as_korean_keys(text)
        case _:
            assert_never(how)


def with_typos(text: str, seed: int = 0) -> str:
    """Return `text` with one typing error for about every eight letters, at least one, at random places."""
    rng = random.Random(f"{seed} {text}")  # noqa: S311  the same errors every time
    letters = [match.start() for match in _WORD.finditer(text) for _ in match.group()]
    errors = min(len(letters), max(1, round(len(letters) / LETTERS_PER_TYPO)))
    typos = Counter(rng.sample(letters, errors))  # by start of word: a longer word gets more of them

    def mistype(match: re.Match[str]) -> str:
        word: str = match.group()
        typed = as_latin_keys(word)  # a typo in Hangul changes a letter, not a syllable
        for _ in range(typos[match.start()]):
            typed = _with_typo(typed, rng)
        return typed if word.isascii() else as_korean_keys(typed)

    return _WORD.sub(mistype, text)


def _with_typo(keys: str, rng: random.Random) -> str:
    """Return `keys` with a neighbouring key, a key left out, one pressed twice, or two in the wrong order."""
    place = rng.randrange(len(keys))
    before, key, after = keys[:place], keys[place], keys[place + 1 :]
    typos = [before + rng.choice(neighbours(key)) + after, before + key + key + after]
    if len(keys) > 1:
        typos.append(before + after)
    if after and after[0] != key:
        typos.append(before + after[0] + key + after[1:])
    return rng.choice(typos)


def one_language(knowledge: Knowledge, language: Language) -> Knowledge:
    """Return `knowledge` without the samples in the other language, and without labels taken from them."""

    def cut(items: tuple[FactOrGap, ...]) -> tuple[FactOrGap, ...]:
        return tuple(_in_language(item, language) for item in items)

    articles = tuple(replace(one, facts=cut(one.facts), gaps=cut(one.gaps)) for one in knowledge.articles)
    return replace(knowledge, articles=articles, dialogue=cut(knowledge.dialogue))


def _in_language(item: FactOrGap, language: Language) -> FactOrGap:
    removed = {sample.text for sample in item.samples if sample.language != language}
    labels = {key: item.label.get(key) for key in LANGUAGES if item.label.has(key)}
    label = Text(**{key: text for key, text in labels.items() if text not in removed})
    return replace(item, label=label, samples=tuple(s for s in item.samples if s.language == language))
