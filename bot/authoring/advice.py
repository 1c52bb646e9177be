"""Names that stand in the texts of an article and are not found as anybody's."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.core.index import Index, Snapshot, Target, ngram_hashes
from bot.core.matching import Answered, Candidate, Question, Suggested
from bot.core.model import LANGUAGES, Article, Entity, EntityKind, Fact, Gap, Knowledge, Lexicon
from bot.core.stemming import stem
from bot.core.text import is_hangul, jamo, normalise, script_counts, squeeze, words
from bot.core.tokens import TokenizedText
from bot.service.answering import decide_on
from bot.service.ports import Encoder

MOST = 10
"""Lines shown of one kind."""
_OVERLAP = 2
"""Samples gone astray between two facts from which these overlap; a single one is listed as itself."""
_SHOWN = 3
_TWINS = 0.7
"""Cosine from which two answers say nearly the same."""
Item = TypeVar("Item")
USUAL: Final[Mapping[EntityKind, tuple[str, ...]]] = MappingProxyType(
    {
        "person": (
            *("pay", "age", "origin", "nationality", "education", "career", "family"),
            *("next-job", "successor", "reason", "contact"),
        ),
        "organisation": ("valuation", "revenue", "profit", "people-count", "founder", "leader", "competitor"),
        "product": ("price", "date", "features", "technology"),
        "place": ("address", "size", "opening-hours"),
        "event": ("date", "place", "participants", "price"),
    }
)
"""Attributes of the lexicon that readers ask of anybody or anything of a kind, whatever the article."""
_COMMON = 2
"""Entities of the same kind that samples ask for an attribute, from which it is likely to be asked of all."""
Key = tuple[str, str]
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
class Stray:
    """A sample that finds something else than its own fact first."""

    article: str
    fact: str
    sample: str
    hits: tuple[str, ...]
    """The three likeliest facts, the likeliest first."""
    chance: float
    """How likely its own fact looks, from 0 to 1; the lowest are the worst."""
    own: int
    """Position of its own fact among the targets of the index."""
    found: int
    """Position of the fact or gap that is found first."""
    lost: bool
    """Whether its own fact is not even among the first three."""

    def __str__(self) -> str:
        """Return the stray as one line for its author."""
        found = f"the sample '{self.sample}' finds {', '.join(self.hits)} instead"
        return f"{self.article}: fact '{self.fact}': {found}: move it there, or add samples like it"


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice of one kind: the most useful first, the rest only counted."""

    kind: str
    lines: tuple[str, ...]
    number: int
    """How many there are, shown or not."""

    def __str__(self) -> str:
        """Return one line for each, ended by what is left out."""
        shown = "".join(f"{self.kind}: {line}\n" for line in self.lines)
        left_out = self.number - len(self.lines)
        return shown + (f"{self.kind}: … and {left_out:,} more\n" if left_out else "")


def advice(kind: str, ranked: Iterable[Item], line: Callable[[Item], str] = str) -> Advice:
    """Return the first ten of `ranked` as advice; `line` is called for no others."""
    every = tuple(ranked)
    return Advice(kind, tuple(map(line, every[:MOST])), len(every))


def overlaps(index: Index, astray: Sequence[Stray]) -> Advice:
    """Name the pairs of facts (or fact and gap) that find each other's samples, the most entangled first."""
    pairs: dict[frozenset[int], list[Stray]] = {}
    for stray in astray:
        pairs.setdefault(frozenset((stray.own, stray.found)), []).append(stray)
    many = [strays for strays in pairs.values() if len(strays) >= _OVERLAP]
    return advice("overlap", sorted(many, key=len, reverse=True), lambda strays: _overlap(index, strays))


def _overlap(index: Index, strays: Sequence[Stray]) -> str:
    """Show a pair by the two samples that are the most alike."""
    similarities = [index.sample_cosines(squeeze(normalise(stray.sample))) for stray in strays]
    best = max(
        range(len(strays)), key=lambda at: similarities[at][index.sample_segments.rows(strays[at].found)].max(initial=0)
    )
    own, found = index.targets[strays[best].own], index.targets[strays[best].found]
    nearest = index.nearest_sample(strays[best].found, similarities[best])
    return (
        f"{named(own)} and {_kind(found)} '{found.item.id}' overlap in {len(strays)} samples, such as "
        f"'{strays[best].sample}' of the first and '{nearest}' of the second: leave each question to one of them"
    )


def named(target: Target) -> str:
    """Return what a line about a fact or gap begins with."""
    return f"{target.article.slug if target.article else 'small talk'}: {_kind(target)} '{target.item.id}'"


def _kind(target: Target) -> str:
    return "fact" if isinstance(target.item, Fact) else "gap"


def alike(index: Index, samples: Sequence[TokenizedText]) -> Advice:
    """Name the samples of a fact in which the bot sees the same words; small talk is not the author's.

    `samples` are the tokenized forms of the index's samples.
    """
    groups: dict[tuple[int, str, frozenset[str]], list[str]] = {}
    for owner, text, tokenized in zip(index.sample_segments.target_of_row, index.samples, samples, strict=True):
        if tokenized.features and index.targets[owner].article is not None:
            key = int(owner), tokenized.language, frozenset(tokenized.features)
            groups.setdefault(key, []).append(text)
    same = [(key[0], texts) for key, texts in groups.items() if len(texts) > 1]
    return advice("alike", sorted(same, key=lambda one: -len(one[1])), lambda one: _same(index.targets[one[0]], one[1]))


def _same(target: Target, texts: Sequence[str]) -> str:
    shown = ", ".join(f"'{text}'" for text in texts[:_SHOWN]) + (", …" if len(texts) > _SHOWN else "")
    return f"{named(target)}: {len(texts)} samples are the same to the bot: {shown}; put the others in other words"


def twins(snapshot: Snapshot) -> Advice:
    """Name the facts of one article whose answers are nearly the same, by the encoder where there is one."""
    index = snapshot.index
    found = sorted(_twins(index, _similarity(snapshot)), reverse=True)
    return advice("twins", found, lambda twin: _twin(index.targets[twin[1]], index.targets[twin[2]]))


def _twin(one: Target, other: Target) -> str:
    return f"{named(one)} and fact '{other.item.id}' answer nearly the same: make one of both, or tell them apart"


def _twins(index: Index, similarity: NDArray[np.float32]) -> Iterator[tuple[float, int, int]]:
    answers = {
        at: slice(rows.start, rows.start + len(target.item.answer.every()))
        for at, target in enumerate(index.targets)
        if isinstance(target.item, Fact) and (rows := index.passage_segments.rows(at))
    }
    for one, other in combinations(answers, 2):
        nearest = float(similarity[answers[one], answers[other]].max(initial=0))
        if nearest >= _TWINS and index.targets[one].article is index.targets[other].article:
            yield nearest, one, other


def _similarity(snapshot: Snapshot) -> NDArray[np.float32]:
    """Return the cosines of all passages (answers and labels) with one another."""
    if snapshot.vectors is not None:
        cosines: NDArray[np.float32] = snapshot.vectors.passages @ snapshot.vectors.passages.T
        return cosines
    index = snapshot.index
    rows = [index.passage_ngrams.scores(ngram_hashes(squeeze(normalise(text)))) for text in index.passages]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class Untold:
    """Something that could be asked of an entity and that no sample asks."""

    article: Article
    entity: Entity
    attribute: str
    others: int
    """Entities of the same kind that samples do ask it of."""
    facts: int
    """Facts and gaps about the entity."""

    @property
    def key(self) -> Key:
        """Return the entity as the index names it."""
        return self.article.slug, self.entity.id


def gaps(snapshot: Snapshot, encoder: Encoder | None, samples: Sequence[TokenizedText]) -> Advice:
    """Propose a gap for each untold attribute that the bot answers all the same; these come first.

    Where it only suggests something, there has to be more reason to ask: samples ask the same of others. What the bot
    declines needs no gap. `samples` are the tokenized forms of the index's samples.
    """
    found = []
    for one in untold(snapshot.knowledge, snapshot.index, samples):
        question = _question(snapshot.knowledge, one)
        match decide_on(snapshot, Question(question, article=one.article.slug), encoder):
            case Answered(best=best):
                found.append(((2, one.facts, one.others), one, f"'{question}' is answered with '{_id(best)}'"))
            case Suggested(others=(best, *_)) if one.others >= _COMMON:
                found.append(((1, one.facts, one.others), one, f"for '{question}' '{_id(best)}' is offered"))
    found.sort(key=lambda proposal: proposal[0], reverse=True)
    seen: Counter[Key] = Counter()
    turns = []
    for (outcome, *_), one, what in found:
        seen[one.key] += 1  # one entity after the other, before any gets a second turn
        turns.append((-outcome, seen[one.key], one, what))
    turns.sort(key=lambda turn: turn[:2])
    return advice("gap", turns, lambda turn: _proposal(*turn[2:]))


def _id(candidate: Candidate) -> str:
    return candidate.target.item.id


def _proposal(one: Untold, outcome: str) -> str:
    what = f"the {one.attribute.replace('-', ' ')} of {one.entity.name.get(one.article.language)}"
    return f"{one.article.slug}: no fact or gap tells {what}, and {outcome}: add a gap, or a sample if that is right"


def _question(knowledge: Knowledge, one: Untold) -> str:
    """Ask in the barest of forms, in the article's language."""
    language = one.article.language
    family = next(family for family in knowledge.lexicon.attributes if family.id == one.attribute)
    return f"{one.entity.name.get(language)} {(family.ko if language == 'ko' else family.en)[0]}?"


def untold(knowledge: Knowledge, index: Index, samples: Sequence[TokenizedText]) -> Iterator[Untold]:
    """Yield what is usually asked of each entity that some fact is about, and is asked of it by no sample."""
    told, general = _told(knowledge, index, samples)
    known = {family.id for family in knowledge.lexicon.attributes if family.ko and family.en}
    for article in knowledge.articles:
        kinds = {entity.id: entity.kind for entity in article.entities}
        peers = Counter((kinds[key[1]], attribute) for key, attribute in told if key[0] == article.slug)
        for entity in article.entities:
            key = article.slug, entity.id
            facts = int(index.about.weigh({key: 1}).sum())
            for attribute in USUAL.get(entity.kind, ()) if facts else ():
                covered = (key, attribute) in told or (article.slug, entity.kind, attribute) in general
                if attribute in known and not covered:
                    yield Untold(article, entity, attribute, peers[entity.kind, attribute], facts)


def _told(
    knowledge: Knowledge, index: Index, samples: Sequence[TokenizedText]
) -> tuple[set[tuple[Key, str]], set[tuple[str, EntityKind, str]]]:
    """Return the attributes that samples ask of entities, and those for which a gap speaks of a whole kind.

    A gap whose samples ask the same of two people ("what Murati or Altman earns") holds for all people.
    """
    kinds = {(a.slug, entity.id): entity.kind for a in knowledge.articles for entity in a.entities}
    told: dict[int, set[tuple[Key, str]]] = {}
    for owner, tokenized in zip(index.sample_segments.target_of_row, samples, strict=True):
        pairs = {(key, attribute) for key in tokenized.entities for attribute in tokenized.attributes}
        told.setdefault(int(owner), set()).update(pairs)
    general = {
        whole
        for owner, pairs in told.items()
        if not index.is_fact[owner]
        for whole, count in Counter((key[0], kinds[key], attribute) for key, attribute in pairs).items()
        if count > 1
    }
    return set().union(*told.values()), general


@dataclass(frozen=True, slots=True)
class _Word:
    """A content word of an article's samples, and what its samples are about."""

    text: str
    count: int
    about: Counter[str]
    """Ids of the entities that its samples are about without naming them."""


def aliases(snapshot: Snapshot, samples: Sequence[TokenizedText]) -> Advice:
    """Propose words that look like a name as aliases, and names in the script that has none.

    `samples` are the tokenized forms of the index's samples.
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
    texts = (text for entry in lexicon.entries() for text in (*entry.ko, *entry.en))
    return frozenset(stem(word) for text in texts for word in words(normalise(text)))


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


def _words(index: Index, samples: Sequence[TokenizedText], article: Article) -> Iterator[_Word]:
    """Yield the repeated content words; what is named in a text is not among its content words."""
    forms: dict[str, list[str]] = {}
    about: dict[str, Counter[str]] = {}
    subjects = _subjects(index, article)
    for owner, tokenized in zip(index.sample_segments.target_of_row, samples, strict=True):
        if index.targets[owner].article is article:
            named = {key for _, key in tokenized.entities}
            for word in tokenized.content:
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
