"""Names that stand in the texts of an article and are not found as anybody's."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from bot.core.analysis import Analysis
from bot.core.index import Index
from bot.core.model import LANGUAGES, Article, Entity, Fact, Gap, Lexicon
from bot.core.snapshot import Snapshot
from bot.core.stems import stem
from bot.core.text import is_hangul, jamo, normalise, script_counts, squeeze, words
from bot.evaluation.advice import Advice, advice

_REPEATED = 2
_LIKE = 75
"""Ratio of decomposed forms from which a word may be another spelling of a name (올트먼/알트만: 75)."""
_LETTERS = 5
"""Decomposed letters that a word needs to be likened to a name."""
_SHORTEST = 2
"""Syllables or letters of the shortest part of a name; one syllable (샘, 밥) is as good as always another word."""
_ABOUT = 0.6
"""Share of a word's samples that must be about the one whose name it looks like: 'writer' is not Twitter."""
_SCRIPTS = {"ko": "Korean", "en": "English"}


@dataclass(frozen=True, slots=True)
class _Word:
    """A content word of an article's samples, and what its samples are about."""

    text: str
    count: int
    about: Counter[str]
    """Ids of the entities that its samples are about without naming them."""


def aliases(snapshot: Snapshot, samples: Sequence[Analysis]) -> Advice:
    """Propose words that look like a name as aliases, and names in the script that has none.

    `samples` are the analyses of the index's samples.
    """
    common = _vocabulary(snapshot.knowledge.lexicon)
    found: list[tuple[int, str]] = []
    for article in snapshot.knowledge.articles:
        found += _one_script(article)
        names = _Names(article)
        for word in _words(snapshot.index, samples, article):
            if stem(word.text) not in common and (entity := names.like(word)):
                what = f"'{word.text}' in {word.count} samples looks like {entity.name.get(article.language)}"
                what += f", but is not found as that: if it is, make it an alias of entity '{entity.id}'"
                found.append((word.count, f"{article.slug}: {what}"))
    return advice("alias", sorted(found, key=lambda one: -one[0]), lambda one: one[1])


def _vocabulary(lexicon: Lexicon) -> frozenset[str]:
    entries = (entry for family in lexicon.families() for entry in (*family.ko, *family.en))
    return frozenset(stem(word) for entry in entries for word in words(normalise(entry)))


def _one_script(article: Article) -> Iterator[tuple[int, str]]:
    """Tell of entities that nobody can name in one of the languages in which there are samples."""
    items: tuple[Fact | Gap, ...] = (*article.facts, *article.gaps)
    asked = Counter(sample.language for item in items for sample in item.samples)
    for entity in article.entities:
        letters = script_counts(normalise(" ".join(entity.names())))
        for language, count in zip(LANGUAGES, letters, strict=True):
            if asked[language] and any(letters) and not count:
                where = f"{article.slug}: entity '{entity.id}' has no name in {_SCRIPTS[language]} letters"
                yield asked[language], f"{where}, and there are samples in {_SCRIPTS[language]}: add one as an alias"


def _words(index: Index, samples: Sequence[Analysis], article: Article) -> Iterator[_Word]:
    """Yield the repeated content words; what is named in a text is not among its content words."""
    forms: dict[str, list[str]] = {}
    about: dict[str, Counter[str]] = {}
    subjects = _subjects(index, article)
    for owner, analysis in zip(index.sample_owners.of_row, samples, strict=True):
        if index.targets[owner].article is article:
            named = {key for _, key in analysis.entities}
            for word in analysis.content:
                forms.setdefault(stem(word), []).append(word)
                about.setdefault(stem(word), Counter()).update(subjects.get(int(owner), set()) - named)
    for stemmed, found in forms.items():
        if len(found) >= _REPEATED:
            yield _Word(min(found, key=len).removesuffix("'s"), len(found), about[stemmed])


def _subjects(index: Index, article: Article) -> dict[int, set[str]]:
    """Return which entities of `article` each target is about."""
    found: dict[int, set[str]] = {}
    for entity in article.entities:
        for at in index.about.weigh({(article.slug, entity.id): 1}).nonzero()[0]:
            found.setdefault(int(at), set()).add(entity.id)
    return found


class _Names:
    """The names of one article, as a single word may be held against them."""

    def __init__(self, article: Article) -> None:
        """Take the names apart once."""
        self._entities = {entity.id: entity for entity in article.entities}
        self._whole = {squeeze(normalise(name)) for entity in article.entities for name in entity.names()}
        self._parts: dict[str, set[str]] = {}
        self._spelled: dict[str, list[tuple[str, str]]] = {}
        for entity in article.entities:
            proper = [part for name in entity.name.every() for part in words(normalise(name))]
            for part in proper if entity.kind == "person" else ():
                self._parts.setdefault(part, set()).add(entity.id)
            aliases = [found[0] for alias in entity.aliases if len(found := words(normalise(alias))) == 1]
            self._spelled[entity.id] = [(part, jamo(stem(part))) for part in (*proper, *aliases)]

    def like(self, word: _Word) -> Entity | None:
        """Return the only entity whose name `word` is a part or another spelling of."""
        text = word.text
        if len(text) < _SHORTEST or any(text[:end] in self._whole for end in range(_SHORTEST, len(text) + 1)):
            return None  # a name and an unusual ending are nothing that an alias would mend
        near = self._parts.get(text, set()) | self._parts.get(stem(text), set())
        near |= {entity for entity in word.about if self._is_spelling(word, entity)}
        return self._entities[near.pop()] if len(near) == 1 else None

    def _is_spelling(self, word: _Word, entity: str) -> bool:
        spelled = jamo(stem(word.text))
        if len(spelled) < _LETTERS or word.about[entity] < _ABOUT * word.count:
            return False
        hangul = is_hangul(word.text)
        same = (
            form
            for part, form in self._spelled[entity]
            if is_hangul(part) == hangul and (hangul or part[0] == word.text[0])
        )
        return process.extractOne(spelled, same, scorer=fuzz.ratio, score_cutoff=_LIKE) is not None
