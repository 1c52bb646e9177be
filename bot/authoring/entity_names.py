"""Names of an article's entities in a text: strictly where one must be confirmed, by any alias where one confirms."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from bot.authoring.article_text import plain
from bot.authoring.known_names import PARTICLES
from bot.core.model import Article, Entity
from bot.core.text import is_hangul

_SHORTEST_PART: Final = {True: 2, False: 3}
"""Syllables, or letters, from which one word of a name stands for it."""
_TOPIC: Final = 1 / 3
_FEWEST: Final = 3
"""Share and number of paragraphs, or facts, from which an entity counts as what the whole article is about."""


_DIGIT: Final = re.compile(r"\d")
_ENDS: Final = {
    True: f"(?=[^가-힣]|$|{PARTICLES}|라|한테|께|랑|뿐|예요|였)",
    False: "(?![a-z0-9])",
}
"""What follows a name that is stated: no letter, but any Korean particle."""
_MAY_GO_ON: Final = {True: "", False: "(?:ns?|ans?|ians?|s|ese)?(?![a-z0-9])"}
"""What follows a name that is mentioned: any word that is made of it, such as Marennans of Marenna."""


def is_common(count: int, of: int) -> bool:
    """Return whether something that occurs in `count` of so many paragraphs, or facts, is what all are about."""
    return count >= max(_FEWEST, _TOPIC * of)


@dataclass(frozen=True, slots=True)
class EntityNames:
    """The names of an article's entities, for looking them up in plain texts."""

    entities: Mapping[str, Entity]
    _proper: tuple[tuple[str, str, re.Pattern[str]], ...] = field(repr=False)
    """Entity, name and pattern of the proper names and their parts, the longest first."""
    _any: tuple[tuple[str, re.Pattern[str]], ...] = field(repr=False)
    """Entity and pattern of all names, aliases and parts."""
    _with_digits: tuple[re.Pattern[str], ...] = field(repr=False)
    """Patterns of the names with digits in them, the longest first."""

    @classmethod
    def of(cls, article: Article) -> "EntityNames":
        """Collect the names of an article."""
        parts: dict[str, set[str]] = {}
        for entity in article.entities:
            for part in {word for name in entity.name.every() for word in _parts(plain(name))}:
                parts.setdefault(part, set()).add(entity.id)
        proper: list[tuple[str, str, re.Pattern[str]]] = []
        every: list[tuple[str, re.Pattern[str]]] = []
        for entity in article.entities:
            own = {plain(name) for name in entity.name.every()}
            short = {part for name in own for part in _parts(name) if parts[part] == {entity.id}}
            aliases = set(map(plain, entity.aliases))
            proper += [(entity.id, name, _pattern(name, _ENDS)) for name in own | (short & aliases)]
            every += [(entity.id, _pattern(name, _MAY_GO_ON)) for name in own | short | aliases]
        proper.sort(key=lambda one: -len(one[1]))
        written = {plain(name) for entity in article.entities for name in entity.names() if _DIGIT.search(name)}
        digits = tuple(_pattern(name, _MAY_GO_ON) for name in sorted(written, key=len, reverse=True))
        return cls({entity.id: entity for entity in article.entities}, tuple(proper), tuple(every), digits)

    def stated(self, text: str) -> dict[str, str]:
        """Return the entities that a text calls by a proper name or a part of one, each with what is written there."""
        rest, found = plain(text), dict[str, str]()
        for entity, name, pattern in self._proper:
            if pattern.search(rest):
                found.setdefault(entity, name)
                rest = pattern.sub("\x00", rest)  # a name inside a longer one is not stated
        return found

    def mentioned(self, texts: Iterable[str]) -> set[str]:
        """Return the entities that any of the texts mentions by any of their names."""
        whole = "\n".join(map(plain, texts))
        return {entity for entity, pattern in self._any if pattern.search(whole)}

    def without_digits(self, text: str) -> str:
        """Return a text without the names that have digits in them: these are no figures."""
        rest = plain(text)
        for pattern in self._with_digits:
            rest = pattern.sub("\x00", rest)
        return rest

    def topics(self, title: str, paragraphs: Iterable[str]) -> set[str]:
        """Return the entities that the title or a third of the paragraphs mention: each paragraph may mean them."""
        texts = list(paragraphs)
        counts = [self.mentioned([text]) for text in texts]
        common = {key for key in self.entities if is_common(sum(key in found for found in counts), len(texts))}
        return common | self.mentioned([title])


def _parts(name: str) -> list[str]:
    """Return the words of a plain name that are long enough to stand for it."""
    return [word for word in name.split() if len(word) >= _SHORTEST_PART[is_hangul(word)]]


def _pattern(name: str, after: Mapping[bool, str]) -> re.Pattern[str]:
    """Return a pattern of a name, with any spacing; `after` tells what may follow letters and Hangul."""
    spaced = r"\s*".join(map(re.escape, name.split()))
    before = r"(?<![가-힣])" if is_hangul(name[0]) else r"(?<![a-z0-9])"
    return re.compile(before + spaced + after[is_hangul(name[-1])])
