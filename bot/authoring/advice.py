"""What would improve the answers of a folder without problems, one function per kind of advice."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, zip_longest
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from bot.core.index import Index, Scope, TfidfIndex, hash_ngrams, ngram_hashes
from bot.core.matching import Answered, Closest, Question, Suggested, decide
from bot.core.model import LANGUAGES, Article, Entity, EntityKind, Fact, Gap, Knowledge, Language, Lexicon
from bot.core.stemming import stem
from bot.core.target_texts import Target
from bot.core.text import is_hangul, jamo, normalise, script_counts, squeeze, words
from bot.core.tokens import TokenizedText
from bot.knowledge.reader import Location, Locations
from bot.service.answering import score_with
from bot.service.pages import MOST_COMMANDS, Listing, listings, registered
from bot.service.ports import Encoder

MOST_LINES: Final = 10
"""Lines shown per kind."""
_OVERLAP: Final = 2
"""Misclassified samples between two facts from which the facts overlap."""
_MOST_SAMPLES: Final = 3
"""Near-duplicate samples shown per line."""
_SAME_ANSWER: Final = 0.7
"""Cosine similarity from which two answers are near duplicates."""
USUAL_ATTRIBUTES: Final[Mapping[EntityKind, tuple[str, ...]]] = MappingProxyType(
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
"""Attributes of the lexicon that readers ask of every entity of a kind, whatever the article."""
_COMMON: Final = 2
"""Entities of one kind asked for an attribute from which it is likely to be asked of all of that kind."""
EntityKey = tuple[str, str]
"""(article slug, entity id)"""
_REPEATED: Final = 2
"""Times a word must occur in samples to be compared with names."""
_SPELLING: Final = 75
"""Ratio of decomposed forms from which a word may be another spelling of a name (올트먼/알트만: 75)."""
_SHORTEST_SPELLING: Final = 5
"""Decomposed letters that a word needs to be compared with the spelling of a name."""
_SHORTEST_NAME: Final = 2
"""Syllables or letters of the shortest part of a name: a single syllable (샘, 밥) usually is another word."""
_ABOUT: Final = 0.6
"""Share of a word's samples that must be about the entity it is similar to: 'writer' is not Twitter."""
_LANGUAGE_NAMES: Final[Mapping[Language, str]] = {"ko": "Korean", "en": "English"}


KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "figure": "a figure of an answer that the cited paragraphs or the other language do not have: correct it",
        "name": "a name that the cited paragraphs, the answer or the other language do not have: correct it",
        "coverage": "a sentence with a figure, name or quotation that no fact tells: add a fact, if readers may ask",
        "command": "a command that Discord is not told of: there are too many",
        "misclassified": "a held-out sample did not find its fact among the first three: move it, or add some like it",
        "overlap": "held-out samples of one fact find another, or a gap: make each question fit only one of them",
        "alias": "a word may be a name that is not recognised, or an entity has no name in one script: add the alias",
        "near-duplicate samples": "samples of one fact that look the same to the bot: reword all but one",
        "likely question": "a short question that should lead to a fact and does not: add it to its samples",
        "gap": "readers may ask this of such an entity, and no sample does: add a gap, or a sample",
        "near-duplicate facts": "facts with nearly the same answer: merge them, or make the answers differ",
    }
)
"""What each kind of advice means, in one line, the most telling kind first."""


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of advice."""

    text: str
    article: str = ""
    """Slug of the article that it is about."""
    items: tuple[str, ...] = ()
    """Ids of the facts, gaps and entities that it is about; the first one says where it stands."""
    place: Location | None = None
    """Where it stands, if not where its first item does."""

    def located(self, locations: Locations) -> Location | None:
        """Return file and line, None where they are not known."""
        return self.place or (locations.get((self.article, self.items[0])) if self.items else None)


@dataclass(frozen=True, slots=True)
class Advice:
    """Advice of one kind, the most useful line first."""

    kind: str
    lines: tuple[Line, ...]

    def only(self, fact: str) -> "Advice":
        """Return the advice about one fact."""
        return Advice(self.kind, tuple(line for line in self.lines if fact in line.items))

    def shown(self, locations: Locations, most: int | None = MOST_LINES) -> str:
        """Return what the kind means, a text line for each of the first `most`, and the number of those not shown."""
        if not self.lines:
            return ""
        shown = self.lines[:most]
        texts = [f"{self.kind} ({len(self.lines):,}): {KINDS[self.kind]}"]
        for line in shown:
            place = line.located(locations)
            where = (f"{place.file}:{place.line}" if place.line else place.file) if place else line.article
            texts.append(f"{where}: {self.kind}: {line.text}")
        if hidden := len(self.lines) - len(shown):
            texts.append(f"{self.kind}: … and {hidden:,} more; --all shows them")
        return "\n".join(texts) + "\n"


@dataclass(frozen=True, slots=True)
class Misclassified:
    """A sample that, held out, does not find its own fact first."""

    article: str
    fact: str
    sample: str
    found: tuple[str, ...]
    """The three most likely facts, the most likely first."""
    probability: float
    """Probability of its own fact."""
    own: int
    """Position of its own fact among the targets of its article's index."""
    found_first: int
    """Position of the fact or gap that is found first."""
    offered: bool
    """Whether its own fact is among the three most likely."""

    def line(self) -> Line:
        """Return the line for the author."""
        found = f"the sample '{self.sample}' finds {', '.join(self.found)} instead"
        return Line(f"fact '{self.fact}': {found}", self.article, (self.fact, *self.found))


def in_turn(kinds: Sequence[Advice]) -> Advice:
    """Return the advice of one kind about several articles as one: the first line about each, then the second."""
    turns = (line for lines in zip_longest(*(one.lines for one in kinds)) for line in lines if line is not None)
    return Advice(kinds[0].kind, tuple(turns))


def unregistered_commands(knowledge: Knowledge) -> Advice:
    """List the commands that Discord is not told of, because there are too many."""
    kept = registered(knowledge)
    return Advice("command", tuple(_unregistered(one) for one in listings(knowledge) if one not in kept))


def _unregistered(listing: Listing) -> Line:
    slugs = [article.slug for article, _ in listing.parts]
    articles = ", ".join(slugs)
    text = (
        f"/{listing.key} of {articles} is not registered: Discord has room for {MOST_COMMANDS}, which are those of the "
        "newest articles: give it the name of another article's command, or remove it"
    )
    return Line(text, slugs[0])


def overlapping_facts(index: Index, misclassified: Iterable[Misclassified]) -> Advice:
    """List pairs of facts (or fact and gap) that find each other's samples, those with most samples first."""
    pairs: dict[frozenset[int], list[Misclassified]] = {}
    for sample in misclassified:
        pairs.setdefault(frozenset((sample.own, sample.found_first)), []).append(sample)
    many = [samples for samples in pairs.values() if len(samples) >= _OVERLAP]
    return Advice("overlap", tuple(_overlap(index, one) for one in sorted(many, key=len, reverse=True)))


def _overlap(index: Index, samples: Sequence[Misclassified]) -> Line:
    """Return the line for a pair, with its two most similar samples."""
    similarities = [index.sample_cosines(squeeze(normalise(sample.sample))) for sample in samples]
    rows = [index.sample_segments.rows(sample.found_first) for sample in samples]
    best = max(range(len(samples)), key=lambda at: similarities[at][rows[at]].max(initial=0))
    sample = samples[best]
    nearest = index.nearest_sample(sample.found_first, similarities[best])
    own, other = index.targets[sample.own], index.targets[sample.found_first]
    text = (
        f"{_noun_and_id(own)} and {_noun_and_id(other)} overlap in {len(samples)} samples, such as "
        f"'{sample.sample}' of the first and '{nearest}' of the second"
    )
    return _line(text, own, other)


def _line(text: str, *targets: Target) -> Line:
    """Return the advice about facts and gaps of one article."""
    slug = targets[0].article.slug if targets[0].article else ""
    return Line(text, slug, tuple(target.item.id for target in targets))


def _noun_and_id(target: Target) -> str:
    return f"{'fact' if isinstance(target.item, Fact) else 'gap'} '{target.item.id}'"


def near_duplicate_samples(index: Index, samples: Sequence[TokenizedText]) -> Advice:
    """List samples of one fact with the same features; small talk is left out, as it is not the author's.

    `samples` are the tokenized samples of the index.
    """
    groups: dict[tuple[int, str, frozenset[str]], list[str]] = {}
    for target, text, tokenized in zip(index.sample_segments.target_of_row, index.samples, samples, strict=True):
        if tokenized.features and index.targets[target].article is not None:
            key = int(target), tokenized.language, frozenset(tokenized.features)
            groups.setdefault(key, []).append(text)
    same = sorted(((index.targets[key[0]], texts) for key, texts in groups.items()), key=lambda one: -len(one[1]))
    return Advice("near-duplicate samples", tuple(_same_samples(*one) for one in same if len(one[1]) > 1))


def _same_samples(target: Target, texts: Sequence[str]) -> Line:
    shown = ", ".join(f"'{text}'" for text in texts[:_MOST_SAMPLES]) + (", …" if len(texts) > _MOST_SAMPLES else "")
    return _line(f"{_noun_and_id(target)}: {len(texts)} samples look the same to the bot: {shown}", target)


def near_duplicate_facts(index: Index, encoder: Encoder | None) -> Advice:
    """List facts of one article with nearly the same answer, compared by the encoder where there is one."""
    pairs = sorted(_same_answers(index, _passage_similarity(index, encoder)), reverse=True)
    targets = ((index.targets[one], index.targets[other]) for _, one, other in pairs)
    return Advice("near-duplicate facts", tuple(_same_answer(*pair) for pair in targets))


def _same_answer(one: Target, other: Target) -> Line:
    return _line(f"{_noun_and_id(one)} and {_noun_and_id(other)} have nearly the same answer", one, other)


def _same_answers(index: Index, similarity: NDArray[np.float32]) -> Iterator[tuple[float, int, int]]:
    """Yield similarity and positions of each pair of facts of one article with nearly the same answer."""
    answers = {
        at: slice(rows.start, rows.start + len(target.item.answer.every()))
        for at, target in enumerate(index.targets)
        if isinstance(target.item, Fact) and (rows := index.passage_segments.rows(at))
    }
    for one, other in combinations(answers, 2):
        nearest = float(similarity[answers[one], answers[other]].max(initial=0))
        if nearest >= _SAME_ANSWER and index.targets[one].article is index.targets[other].article:
            yield nearest, one, other


def _passage_similarity(index: Index, encoder: Encoder | None) -> NDArray[np.float32]:
    """Return the cosine of each passage (answer or label) with each, shape (passages, passages)."""
    texts = [normalise(text) for text in index.passages]
    if encoder is not None:
        vectors = encoder.encode(texts)
        cosines: NDArray[np.float32] = vectors @ vectors.T
        return cosines
    squeezed = [squeeze(text) for text in texts]
    ngrams = TfidfIndex(hash_ngrams(squeezed))
    rows = [ngrams.scores(ngram_hashes(text)) for text in squeezed]
    return np.stack(rows) if rows else np.zeros((0, 0), np.float32)


@dataclass(frozen=True, slots=True)
class UnaskedAttribute:
    """An attribute that readers ask of such an entity and that no sample asks of this one."""

    article: Article
    entity: Entity
    attribute: str
    others: int
    """Entities of the same kind that samples ask for it."""
    facts: int
    """Facts and gaps about the entity."""


def missing_gaps(scope: Scope, encoder: Encoder | None, samples: Sequence[TokenizedText]) -> Advice:
    """Propose a gap for each unasked attribute that the bot answers nevertheless, those answered outright first.

    An attribute that is only suggested counts if samples ask it of several others; one without an answer needs no
    gap. `samples` are the tokenized samples of the index.
    """
    found: list[tuple[tuple[bool, int, int], UnaskedAttribute, str, str]] = []
    for one in unasked_attributes(scope.knowledge, scope.index, samples):
        question = _shortest_question(scope.knowledge.lexicon, one)
        match decide(*score_with(scope, Question(question), encoder)):
            case Answered(best=best):
                outcome = f"is answered with '{best.target.item.id}'"
                found.append(((True, one.facts, one.others), one, question, outcome))
            case Closest(best=best):
                outcome = f"shows '{best.target.item.id}' as the closest"
                found.append(((False, one.facts, one.others), one, question, outcome))
            case Suggested(others=(best, *_)) if one.others >= _COMMON:
                found.append(((False, one.facts, one.others), one, question, f"offers '{best.target.item.id}'"))
    found.sort(key=lambda proposal: proposal[0], reverse=True)
    proposed: Counter[EntityKey] = Counter()
    turns: list[tuple[bool, int, Line]] = []
    for (answered, *_), one, question, outcome in found:
        key = one.article.slug, one.entity.id
        proposed[key] += 1
        turns.append((not answered, proposed[key], _proposal(one, f"'{question}' {outcome}")))
    turns.sort(key=lambda turn: turn[:2])  # one attribute of each entity before the second of any
    return Advice("gap", tuple(line for *_, line in turns))


def _proposal(one: UnaskedAttribute, outcome: str) -> Line:
    what = f"the {one.attribute.replace('-', ' ')} of {one.entity.name.get(one.article.language)}"
    text = f"no sample asks for {what}, but {outcome}: add a gap, or a sample if that is right"
    return Line(text, one.article.slug, (one.entity.id,))


def _shortest_question(lexicon: Lexicon, one: UnaskedAttribute) -> str:
    """Return the name and the attribute with a question mark, in the article's language."""
    language = one.article.language
    entry = next(entry for entry in lexicon.attributes if entry.id == one.attribute)
    return f"{one.entity.name.get(language)} {(entry.ko if language == 'ko' else entry.en)[0]}?"


def unasked_attributes(
    knowledge: Knowledge, index: Index, samples: Sequence[TokenizedText]
) -> Iterator[UnaskedAttribute]:
    """Yield the usual attributes of each entity with a fact about it that no sample asks of this entity."""
    asked, asked_of_kind = _asked_attributes(knowledge, index, samples)
    known = {entry.id for entry in knowledge.lexicon.attributes if entry.ko and entry.en}
    for article in knowledge.articles:
        kinds = {entity.id: entity.kind for entity in article.entities}
        others = Counter((kinds[key[1]], attribute) for key, attribute in asked if key[0] == article.slug)
        for entity in article.entities:
            key = article.slug, entity.id
            facts = int(index.about.weigh({key: 1}).sum())
            for attribute in USUAL_ATTRIBUTES.get(entity.kind, ()) if facts else ():
                covered = (key, attribute) in asked or (article.slug, entity.kind, attribute) in asked_of_kind
                if attribute in known and not covered:
                    yield UnaskedAttribute(article, entity, attribute, others[entity.kind, attribute], facts)


def _asked_attributes(
    knowledge: Knowledge, index: Index, samples: Sequence[TokenizedText]
) -> tuple[set[tuple[EntityKey, str]], set[tuple[str, EntityKind, str]]]:
    """Return the attributes that samples ask of entities, and those that a gap covers for a whole kind of entity.

    A gap whose samples ask the same of two people ("what Murati or Altman earns") covers all people.
    """
    kinds = {(article.slug, entity.id): entity.kind for article in knowledge.articles for entity in article.entities}
    asked: dict[int, set[tuple[EntityKey, str]]] = {}
    for target, tokenized in zip(index.sample_segments.target_of_row, samples, strict=True):
        pairs = {(key, attribute) for key in tokenized.entities for attribute in tokenized.attributes}
        asked.setdefault(int(target), set()).update(pairs)
    of_kind = {
        covered
        for target, pairs in asked.items()
        if not index.is_fact[target]
        for covered, count in Counter((key[0], kinds[key], attribute) for key, attribute in pairs).items()
        if count > 1
    }
    return set().union(*asked.values()), of_kind


@dataclass(frozen=True, slots=True)
class _Word:
    """A content word of an article's samples."""

    text: str
    count: int
    about: Counter[str]
    """Number of its samples that are about an entity without naming it, by entity id."""


def missing_aliases(scope: Scope, samples: Sequence[TokenizedText]) -> Advice:
    """Propose words that look like a name as aliases, and names for entities without a name in one script.

    `samples` are the tokenized samples of the index.
    """
    entries = (text for entry in scope.knowledge.lexicon.entries() for text in (*entry.ko, *entry.en))
    common = frozenset(stem(word) for text in entries for word in words(normalise(text)))
    found: list[tuple[int, Line]] = []
    for article in scope.knowledge.articles:
        found += _without_script(article)
        names = _NameMatcher(article)
        for word in _repeated_words(scope.index, samples, article):
            if stem(word.text) not in common and (entity := names.match(word)):
                what = f"'{word.text}' in {word.count} samples looks like {entity.name.get(article.language)}"
                cure = f"if it means that, add it as an alias of entity '{entity.id}'"
                text = f"{what} but is not recognised as that name: {cure}"
                found.append((word.count, Line(text, article.slug, (entity.id,))))
    return Advice("alias", tuple(line for _, line in sorted(found, key=lambda one: -one[0])))


def _without_script(article: Article) -> Iterator[tuple[int, Line]]:
    """Yield number of samples and advice for entities without a name in the script of a language with samples."""
    items: tuple[Fact | Gap, ...] = (*article.facts, *article.gaps)
    samples = Counter(sample.language for item in items for sample in item.samples)
    for entity in article.entities:
        letters = script_counts(normalise(" ".join(entity.names())))
        for language, count in zip(LANGUAGES, letters, strict=True):
            if samples[language] and any(letters) and not count:
                name = _LANGUAGE_NAMES[language]
                what = f"entity '{entity.id}' has no name in {name} letters, but there are samples in {name}"
                yield samples[language], Line(f"{what}: add one as an alias", article.slug, (entity.id,))


def _repeated_words(index: Index, samples: Sequence[TokenizedText], article: Article) -> Iterator[_Word]:
    """Yield the content words that occur more than once; recognised names are no content words."""
    forms: dict[str, list[str]] = {}
    about: dict[str, Counter[str]] = {}
    subjects = _subjects(index, article)
    for target, tokenized in zip(index.sample_segments.target_of_row, samples, strict=True):
        if index.targets[target].article is article:
            named = {entity for _, entity in tokenized.entities}
            for word in tokenized.content:
                forms.setdefault(stem(word), []).append(word)
                about.setdefault(stem(word), Counter()).update(subjects.get(int(target), set()) - named)
    for stemmed, found in forms.items():
        if len(found) >= _REPEATED:
            yield _Word(min(found, key=len).removesuffix("'s"), len(found), about[stemmed])


def _subjects(index: Index, article: Article) -> dict[int, set[str]]:
    """Return the ids of the entities of `article` that each target is about."""
    found: dict[int, set[str]] = {}
    for entity in article.entities:
        for target in index.about.weigh({(article.slug, entity.id): 1}).nonzero()[0]:
            found.setdefault(int(target), set()).add(entity.id)
    return found


class _NameMatcher:
    """Compares single words with the names of one article."""

    def __init__(self, article: Article) -> None:
        """Split the names into words once."""
        self._entities = {entity.id: entity for entity in article.entities}
        self._names = {squeeze(normalise(name)) for entity in article.entities for name in entity.names()}
        self._parts: dict[str, set[str]] = {}
        self._spelled: dict[str, list[tuple[str, str]]] = {}
        for entity in article.entities:
            proper = [part for name in entity.name.every() for part in words(normalise(name))]
            for part in proper if entity.kind == "person" else ():
                self._parts.setdefault(part, set()).add(entity.id)
            aliases = [found[0] for alias in entity.aliases if len(found := words(normalise(alias))) == 1]
            self._spelled[entity.id] = [(part, jamo(stem(part))) for part in (*proper, *aliases)]

    def match(self, word: _Word) -> Entity | None:
        """Return the only entity with a name that `word` is a part or another spelling of, else None."""
        text = word.text
        if len(text) < _SHORTEST_NAME or any(text[:end] in self._names for end in range(_SHORTEST_NAME, len(text) + 1)):
            return None  # an alias does not help where a known name has an unusual ending
        near = self._parts.get(text, set()) | self._parts.get(stem(text), set())
        near |= {entity for entity in word.about if self._is_spelling(word, entity)}
        return self._entities[near.pop()] if len(near) == 1 else None

    def _is_spelling(self, word: _Word, entity: str) -> bool:
        spelled = jamo(stem(word.text))
        if len(spelled) < _SHORTEST_SPELLING or word.about[entity] < _ABOUT * word.count:
            return False
        hangul = is_hangul(word.text)
        comparable = (
            form
            for part, form in self._spelled[entity]
            if is_hangul(part) == hangul and (hangul or part[0] == word.text[0])
        )
        return process.extractOne(spelled, comparable, scorer=fuzz.ratio, score_cutoff=_SPELLING) is not None
