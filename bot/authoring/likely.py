"""Short questions that readers are likely to ask of a fact and that do not lead to it: proposals for its samples."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, pairwise, zip_longest
from math import log
from typing import Final

from bot.authoring.advice import Advice, EntityKey, Line
from bot.core.index import Index, Scope
from bot.core.matching import Answered, Candidate, Closest, Question, Suggested, Unanswered, decide
from bot.core.model import LANGUAGES, Article, Entity, Fact, Language
from bot.core.stemming import stem
from bot.core.text import is_hangul, normalise, squeeze
from bot.core.tokens import TokenizedText
from bot.service.answering import score_with
from bot.service.ports import Encoder

MOST_PER_FACT: Final = 5
"""Proposals per fact."""
_OFTEN: Final = 0.2
"""Share of a fact's samples from which a word, name or kind of answer belongs to what readers ask of it."""
_MOST_TERMS: Final = 3
"""Words of a fact that questions are formed with."""
_ASKS: Final[Mapping[str, Mapping[Language, str]]] = {
    "when": {"ko": "{about} 언제?", "en": "{about}, when?"},
    "where": {"ko": "{about} 어디?", "en": "{about}, where?"},
    "why": {"ko": "{about} 왜?", "en": "why {about}?"},
    "how": {"ko": "{about} 어떻게?", "en": "how {about}?"},
    "how-many": {"ko": "{about} 몇?", "en": "how many {about}?"},
    "how-much": {"ko": "{about} 얼마?", "en": "how much {about}?"},
    "what": {"ko": "{about} 뭐?", "en": "what {about}?"},
    "which": {"ko": "{about} 어느 거?", "en": "which {about}?"},
    "who": {"ko": "{about} 누구?", "en": "who {about}?"},
}
"""How a question of each kind is asked in few words."""
_WHO_IS: Final[Mapping[Language, str]] = {"ko": "{about} 누구야?", "en": "who is {about}?"}
_PARTICLES: Final = "을를은는의"
_SHORTEST: Final = 2
"""Letters up to which a word says too little, or is left as it is."""
Term = tuple[str, str]
"""A concept, an attribute or a stem, such as `("concept", "leave")`."""


@dataclass(slots=True)
class _Asked:
    """What the samples of one fact or gap ask that ask for one kind of answer, as numbers of samples."""

    samples: int = 0
    names_only: int = 0
    """Samples that name somebody and say nothing else ("who is Lund?")."""
    terms: Counter[Term] = field(default_factory=Counter)
    words: dict[tuple[Term, Language], Counter[str]] = field(default_factory=dict)
    """How a term is written, by language."""
    entities: Counter[EntityKey] = field(default_factory=Counter)

    def often(self, count: int) -> bool:
        """Return whether so many samples are a good part of all."""
        return count > 0 and count >= _OFTEN * self.samples


_ByKind = Mapping[str, _Asked]
"""What the samples of one fact or gap ask, by kind of answer."""


def likely_questions(scope: Scope, encoder: Encoder | None, samples: Sequence[TokenizedText]) -> Advice:
    """Propose short questions that should lead to a fact and do not, those that find another fact first.

    `samples` are the tokenized samples of the index. A question that the samples of another fact or gap ask as well
    is not formed.
    """
    asked = _asked(scope.index, samples)
    by_fact: list[list[tuple[bool, Line]]] = []
    for position, target in enumerate(scope.index.targets):
        if target.article is None or not isinstance(target.item, Fact):
            continue
        missed = list(_missed(scope, encoder, target.article, position, asked))
        missed.sort(key=lambda one: not one[0])
        by_fact.append(missed[:MOST_PER_FACT])
    turns = [one for turn in zip_longest(*by_fact) for one in turn if one is not None]
    return Advice("likely question", tuple(line for _, line in sorted(turns, key=lambda one: not one[0])))


def _missed(
    scope: Scope, encoder: Encoder | None, article: Article, position: int, asked: Sequence[_ByKind]
) -> Iterator[tuple[bool, Line]]:
    """Yield a line for each question that does not lead to the fact, and whether another one is shown for it."""
    fact = scope.index.targets[position].item
    known = {squeeze(normalise(sample.text)) for sample in fact.samples}
    for question in dict.fromkeys(_questions(article, position, asked)):
        if squeeze(normalise(question)) in known:
            continue
        decision = decide(*score_with(scope, Question(question), encoder))
        match decision:
            case Answered(best=best) | Closest(best=best) if best.target.item.id == fact.id:
                continue
            case Answered(best=best) | Closest(best=best):
                outcome = f"finds '{best.target.item.id}'"
            case Suggested(others=others):
                outcome = f"only offers {', '.join(repr(one.target.item.id) for one in others)}"
            case Unanswered(best=None):
                outcome = "finds nothing"
            case Unanswered(best=Candidate() as best):
                outcome = f"finds '{best.target.item.id}'"
        shown = isinstance(decision, Answered | Closest)
        yield shown, Line(f"fact '{fact.id}': '{question}' {outcome}", article.slug, (fact.id,))


def _asked(index: Index, samples: Sequence[TokenizedText]) -> list[dict[str, _Asked]]:
    """Return what is asked of each target, by kind of answer."""
    found: list[dict[str, _Asked]] = [{} for _ in index.targets]
    meanings: dict[str, tuple[Term, ...]] = {}
    for position, tokenized in zip(index.sample_segments.target_of_row, samples, strict=True):
        content = [word for word in tokenized.content if len(word) > (1 if is_hangul(word) else _SHORTEST)]
        meanings |= {word: _meaning(index, word) for word in content if word not in meanings}
        written = {word: meanings[word] for word in content}
        for kind in sorted(tokenized.asks):  # sets differ from run to run
            one = found[position].setdefault(kind, _Asked())
            one.samples += 1
            one.entities.update(sorted(tokenized.entities))
            one.names_only += bool(tokenized.entities) and not tokenized.stems
            one.terms.update(list(dict.fromkeys(term for terms in written.values() for term in terms)))
            for word, terms in written.items():
                for term in terms:
                    one.words.setdefault((term, tokenized.language), Counter())[word] += 1
    return found


def _meaning(index: Index, word: str) -> tuple[Term, ...]:
    """Return the concepts and attributes that a word belongs to, else its stem."""
    tokenized = index.tokenizer.tokenize(word)
    meant = [("concept", name) for name in sorted(tokenized.concepts)]
    meant += [("attribute", name) for name in sorted(tokenized.attributes)]
    return tuple(meant) or (("stem", stem(word)),)


def _questions(article: Article, position: int, asked: Sequence[_ByKind]) -> Iterator[str]:
    """Yield short questions that only this fact should answer, in both languages."""
    total = sum(own.samples for own in asked[position].values())
    for kind, own in asked[position].items():
        if kind not in _ASKS or own.samples < _OFTEN * total:
            continue
        entity = _subject(article, own)
        names = dict(_names(entity)) if entity else {}
        if kind == "who" and own.often(own.names_only):
            yield from (_WHO_IS[language].format(about=name) for language, name in names.items())
        others = [one[kind] for at, one in enumerate(asked) if at != position and kind in one]
        rivals = [one for one in others if entity is None or one.entities[article.slug, entity.id]]
        terms = _terms(own, others)
        for chosen in chain(((term,) for term in terms), pairwise(terms)):
            if any(all(rival.often(rival.terms[term]) for term in chosen) for rival in rivals):
                continue
            for language in LANGUAGES:
                words = [*filter(None, [names.get(language)]), *_written(own, chosen, language)]
                if len(words) > 1:  # one word alone may mean anything
                    yield _ASKS[kind][language].format(about=" ".join(words))


def _subject(article: Article, own: _Asked) -> Entity | None:
    """Return the entity that most of the samples name, if half of them do."""
    common = [key for key, count in own.entities.most_common() if key[0] == article.slug and count * 2 >= own.samples]
    return article.entity(common[0][1]) if common else None


def _terms(own: _Asked, others: Sequence[_Asked]) -> list[Term]:
    """Return the words that a good part of the samples has, those that few other targets have first."""
    often = [term for term, count in own.terms.items() if own.often(count)]
    common = {term: 1 + sum(other.often(other.terms[term]) for other in others) for term in often}
    weight = {term: own.terms[term] / own.samples * log(1 + (len(others) + 1) / common[term]) for term in often}
    return sorted(often, key=lambda term: -weight[term])[:_MOST_TERMS]


def _written(own: _Asked, terms: Sequence[Term], language: Language) -> tuple[str, ...]:
    """Return the shortest usual form of each term in one language; none if one has no form there."""
    words: list[str] = []
    for term in terms:
        forms = own.words.get((term, language))
        if not forms:
            return ()
        usual = [form for form, count in forms.items() if count * 4 >= max(forms.values())]
        words.append(min(map(_without_particle, usual), key=len))
    return tuple(dict.fromkeys(words))


def _without_particle(word: str) -> str:
    """Return a Korean noun without the particle of a subject or object."""
    return word[:-1] if len(word) > _SHORTEST and word[-1] in _PARTICLES and stem(word) == word[:-1] else word


def _names(entity: Entity) -> Iterator[tuple[Language, str]]:
    """Yield what readers call an entity: the last word of its name, if that is an alias, else the whole name."""
    aliases = set(map(squeeze, map(normalise, entity.aliases)))
    for language in LANGUAGES:
        if entity.name.has(language):
            name = entity.name.get(language)
            last = name.split()[-1]
            yield language, last if squeeze(normalise(last)) in aliases else name
