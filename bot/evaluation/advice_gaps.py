"""Gaps that an article lacks: what readers ask of people and things, and what the bot makes of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from bot.core.analysis import Analysis
from bot.core.answer import Question
from bot.core.index import Index
from bot.core.model import Article, Entity, EntityKind, Knowledge
from bot.core.snapshot import Snapshot
from bot.core.verdict import Answered, Candidate, Suggested
from bot.evaluation.advice import Advice, advice
from bot.service.asking import ask_snapshot
from bot.service.ports import Encoder

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


def gaps(snapshot: Snapshot, encoder: Encoder | None, samples: Sequence[Analysis]) -> Advice:
    """Propose a gap for each untold attribute that the bot answers all the same; these come first.

    Where it only offers something, there has to be more reason to ask: samples ask the same of others. What the bot
    declines needs no gap. `samples` are the analyses of the index's samples.
    """
    found = []
    for one in untold(snapshot.knowledge, snapshot.index, samples):
        question = _question(snapshot.knowledge, one)
        match ask_snapshot(snapshot, Question(question, article=one.article.slug), encoder):
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


def untold(knowledge: Knowledge, index: Index, samples: Sequence[Analysis]) -> Iterator[Untold]:
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
    knowledge: Knowledge, index: Index, samples: Sequence[Analysis]
) -> tuple[set[tuple[Key, str]], set[tuple[str, EntityKind, str]]]:
    """Return the attributes that samples ask of entities, and those for which a gap speaks of a whole kind.

    A gap whose samples ask the same of two people ("what Murati or Altman earns") holds for all people.
    """
    kinds = {(a.slug, entity.id): entity.kind for a in knowledge.articles for entity in a.entities}
    told: dict[int, set[tuple[Key, str]]] = {}
    for owner, analysis in zip(index.sample_owners.of_row, samples, strict=True):
        pairs = {(key, attribute) for key in analysis.entities for attribute in analysis.attributes}
        told.setdefault(int(owner), set()).update(pairs)
    general = {
        whole
        for owner, pairs in told.items()
        if not index.is_fact[owner]
        for whole, count in Counter((key[0], kinds[key], attribute) for key, attribute in pairs).items()
        if count > 1
    }
    return set().union(*told.values()), general
