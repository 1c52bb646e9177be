"""Questions that lean on the one before ("왜?", "and where did she go?"), filled so that they stand alone."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, TypeAlias

from rapidfuzz import fuzz

from bot.core.index import Snapshot
from bot.core.lexicon import WANTED, answer_types
from bot.core.model import Article, Entity, Fact
from bot.core.stemming import stem
from bot.core.text import language_of, normalise, squeeze, words
from bot.core.tokens import Word

_PARTICLE: Final = (
    r"(?:들?(?:은|는|이|가|을|를|의|도|만|랑|한테|에게|께서|께|에서|에는|에|으로|로|네|이랑|하고)?(?:요)?)(?![가-힣])"
)
LAST_PARTICLE: Final = re.compile(r"(?:은|는|이|가|을|를|의|도|한테|에게|에서|에)$")
OWNERS: Final = frozenset({"his", "her", "their", "its"})
"""Pronouns that stand for a name with `'s`."""
PERSON: Final = re.compile(
    r"(?<![가-힣])(?:(?:그|이|저)\s?(?:사람|분|여자|남자|친구|양반|인물)|그녀|걔|얘|쟤|본인)" + _PARTICLE + r"|"
    r"(?<![가-힣])그(?:는|가|의|를|도|한테|에게)(?![가-힣])|"
    r"\b(?:he|she|him|his|hers?|himself|herself|(?:that|this) (?:person|guy|man|woman|lady))\b(?:'s)?"
)
"""He, she, that person."""
THEY: Final = re.compile(r"\b(?:they|them|theirs?)\b|(?<![가-힣])(?:걔네|그들)" + _PARTICLE)
"""They, of people or of a company."""
GROUP: Final = re.compile(
    r"(?<![가-힣])(?:그\s?(?:회사|기업|업체|단체|기관|팀|병원|학교|대학|은행|곳|쪽)|거기|거긴|걔네)" + _PARTICLE + r"|"
    r"\b(?:that|this) (?:company|firm|organi[sz]ation|team|place|startup)\b|\bthere(?=\W*$)"
)
"""That company, there."""
THING: Final = re.compile(
    r"(?<![가-힣])(?:(?:그거|그것|그게|그건|그걸|이거|이게|이건|이걸)" + _PARTICLE + r"|"
    r"그(?=\s(?!전|후|뒤|다음|때|이후|동안)))|\b(?:it|its|itself)\b|\b(?:that|this)(?=\W*$)|"
    r"(?:(?<=\bis )|(?<=\bwas )|(?<=\bdid )|(?<=\bhas )|(?<=\bdoes ))(?:that|this)\b"
)
"""It, that."""
DISCOURSE_MARKER: Final = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|well|also|oh|wow|whoa|damn|huh|hm+|meh|wait|no way|really|lol|haha|nice|"
    r"yeah|yep|yes|right|i see|ah|cool|got it|"
    r"(?:a )?(?:different|another|new|unrelated) (?:question|topic)|by the way|btw|changing the subject|"
    r"(?:다른|딴) (?:얘기|이야기|질문)(?:인데|이지만)?(?:요)?|그건 그렇고|그나저나|"
    r"그럼|그러면|그렇다면|그리고|근데|그런데|그래서|그러니까|ㅇㅇ|ㅇㅋ|ㅇㅎ|응|네|넵|아하|그렇구나|아니|아|헐|와|오|에이|엥|음|흠|진짜|대박|어머|세상에)(?![\w가-힣])[\s,.?!]*)+"
)
"""What only joins a message to the one before, at its beginning."""
LAUGHTER: Final = re.compile(r"[ㅋㅎㅠㅜ]{2,}|(?<!\w)(?:lol|lmao|haha+|tho)(?!\w)")
ABOUT: Final = re.compile(r"^(?:what|how) about\b")
HOLLOW: Final = re.compile(
    r"(?:그랬|그런|그렇|그래|했|한|해|하|됐|된|일어|였|이었|건|거|있|지금|현재|이제).{0,3}|(?:happen|come|came|go|went|say|said|then|there|here|now|else|exactly)(?:ed|s)?"
)
"""Words that add nothing to a question word but "it was so" and "now"."""
ELSE: Final = re.compile(r"말고|빼고|외에|\b(?:other|else|besides|except)\b")
"""Asks for something other than what was told."""
SOMEBODY: Final = re.compile(r"분|사람|인물|person|guy|man\b|woman|lady")
"""Says no more than that somebody is a person."""
PREPOSITIONS: Final = frozenset({"from", "to", "for", "with", "by", "at", "about", "since", "until", "of", "in", "on"})
"""Without which a question of few words asks for something else ("from who?")."""
_MOST_ENTITIES: Final = 3
_MOST_RESOLUTIONS: Final = 6
_FEW_WORDS: Final = 3
"""Content words up to which a question without a name or a pronoun may be the rest of a longer one."""
_EVERYWHERE: Final = 0.25
"""Share of the facts from which what they all name is the article's topic."""
_WHO: Final = frozenset({"who", "which"})
_LONGEST: Final = 12
"""Words from which a message says enough by itself."""
_PEOPLE: Final = frozenset({"person"})
_GROUPS: Final = frozenset({"organisation", "place"})
_THINGS: Final = frozenset({"product", "event", "other", "organisation", "place"})
_ALL: Final = _PEOPLE | _THINGS
Leaning: TypeAlias = Literal["wholly", "partly", "perhaps"]
"""How much a question needs the one before: it says nothing alone, it points at something that may be clear
without, or it is merely short and is filled only where it has no answer of its own."""
_POINTERS: Final[tuple[tuple[re.Pattern[str], frozenset[str], frozenset[str], Leaning], ...]] = (
    (PERSON, _PEOPLE, _PEOPLE, "wholly"),
    (THEY, _ALL, _ALL, "partly"),
    (GROUP, _GROUPS, _THINGS, "partly"),
)
"""What points, at which kinds of entities, the kinds that may not be named beside it, how much it needs_context."""


@dataclass(frozen=True, slots=True)
class Context:
    """What was spoken of last, and the question that led there; where that leant on another, as it was filled."""

    article: str
    question: str
    item: str | None = None
    """Id of the fact or gap; None where the question was understood no further than the names in it."""


@dataclass(frozen=True, slots=True)
class Resolution:
    """One way to make a question complete."""

    text: str
    entity: Entity | None
    """Whom or what it was taken to be about; None: what the last answer was about."""


@dataclass(frozen=True, slots=True)
class Completion:
    """The ways to fill a question, the likeliest first."""

    resolutions: tuple[Resolution, ...]
    leaning: Leaning
    asked: tuple[Entity, ...] = ()
    """Whom and what the last question named."""
    named: Entity | None = None
    """Whom or what is meant first of those, or of the answer to a "who?"."""
    told: bool = False
    """Whether the last answer may hold what is asked now: "when?" after a date, "is that certain?" after anything."""


def complete(snapshot: Snapshot, text: str, before: Context) -> Completion | None:
    """Return how `text` may be meant after `before`; None where it is complete by itself."""
    article = snapshot.knowledge.article(before.article)
    normal = without_discourse_marker(text)
    if article is None or not normal:
        return None
    exchange = _Exchange(snapshot, article, before, normal)
    found = exchange.completion()
    if found is None or not found.resolutions:
        return None
    first = next((resolution.entity for resolution in found.resolutions if resolution.entity), None)
    named = first if exchange.named(first) else None
    return replace(found, asked=tuple(exchange.asked), named=named, told=exchange.told())


def without_discourse_marker(text: str) -> str:
    """Return the normalised text without the words that only join it to what was said before, and laughter."""
    return DISCOURSE_MARKER.sub("", LAUGHTER.sub(" ", normalise(text)).strip())


class _Exchange:
    """A question and the one before it."""

    def __init__(self, snapshot: Snapshot, article: Article, before: Context, normal: str) -> None:
        """Read both."""
        tokenizer = snapshot.index.tokenizer
        self._index, self._tokenizer, self._article, self._normal = snapshot.index, tokenizer, article, normal
        self._item = article.item(before.item) if before.item else None
        self._language = language_of(normal)
        self._words = tokenizer.tagged(ABOUT.sub("", normal))
        self._content = [word for word in self._words if word.role == "content" and not HOLLOW.fullmatch(word.text)]
        self._before = before.question
        self._last = tokenizer.tagged(before.question)
        self.asked = self._entities(self._last)
        """Whom and what the last question named."""

    def completion(self) -> Completion | None:
        """Tell what is missing and fill it."""
        named = self._entities(self._words)
        asks = any(word.role == "ask" for word in self._words)
        if len(self._words) > _LONGEST:
            return None
        if named and not self._content and not asks:
            kinds = {entity.kind for entity in self.asked}
            return _completion(self._of_another(named[0]), "wholly" if named[0].kind in kinds else "partly")
        if (pointing := self._pointing(frozenset(entity.kind for entity in named))) is not None:
            return pointing
        return None if named else self._unnamed(asks=asks)

    def _pointing(self, named: frozenset[str]) -> Completion | None:
        """Fill a question that points at somebody, or at a company or place, and names none."""
        for pattern, kinds, instead, leaning in _POINTERS:
            found = pattern.search(self._normal)
            if found and named.isdisjoint(instead) and (self._content or leaning != "partly"):
                beside = self._of_person() if kinds == _GROUPS else ()
                completion = _completion((*beside, *self._replaced(found, kinds)), leaning)
                if completion.resolutions:
                    return completion
        return None

    def _unnamed(self, *, asks: bool) -> Completion | None:
        """Fill a question that names nobody: a bare question word, an "it", or just few words."""
        if asks and not self._content:
            leaning: Leaning = "perhaps" if THEY.search(self._normal) else "wholly"
            return _completion((*self._asked_of_the_last(), *self._in_front()), leaning)
        if found := THING.search(self._normal):
            asked = self._asked_of_the_last() if asks else ()
            return _completion((*self._with_last_words(), *asked, *self._replaced(found, _THINGS)), "partly")
        if not 0 < len(self._content) <= _FEW_WORDS:
            return None
        same = () if asks else self._with_last_asks()
        return _completion((*self._in_front(), *self._with_last_words(), *same), "perhaps")

    def _entities(self, words: Iterable[Word]) -> list[Entity]:
        keys = dict.fromkeys(key for word in words for slug, key in word.names if slug == self._article.slug)
        return [entity for key in keys if (entity := self._article.entity(key))]

    def _candidates(self, kinds: frozenset[str]) -> list[Entity]:
        """Return whom or what the last exchange was about, the likeliest first.

        Asked "who?", the answer's name is meant; otherwise what the question named, what the fact is about. The
        company that the whole article is about is hardly meant unless the question points at one.
        """
        about = self._item.about if isinstance(self._item, Fact) else ()
        told = self._in_answer
        people = told if self._asks_who else ()
        fresh = [entity for entity in people if entity.kind in _PEOPLE and entity not in self.asked]
        declared = [entity for key in about if (entity := self._article.entity(key))]
        found = dict.fromkeys((*fresh, *self.asked, *declared, *told))
        wanted = sorted((e for e in found if e.kind in kinds), key=lambda entity: entity.kind not in _PEOPLE)
        return [entity for entity in wanted if not self._is_topic(entity) or kinds == _GROUPS][:_MOST_ENTITIES]

    def _is_topic(self, entity: Entity) -> bool:
        """Tell whether `entity` is the company or place that a good part of the facts names."""
        naming = self._index.entities.weigh({(self._article.slug, entity.id): 1.0})
        often = float(naming[self._index.is_fact].sum()) > _EVERYWHERE * len(self._article.facts)
        return often and entity.kind not in _PEOPLE

    def named(self, entity: Entity | None) -> bool:
        """Tell whether the last question named `entity`, or asked for somebody and got it as the answer."""
        return entity in self.asked or (self._asks_who and entity in self._in_answer)

    def told(self) -> bool:
        """Tell whether the last answer holds the kind of answer asked for now, or "it" is asked yes or no."""
        asks = frozenset(ask for word in self._words for ask in word.asks)
        if not asks:
            return bool(THING.search(self._normal)) and not ELSE.search(self._normal)
        held = answer_types(normalise(self._item.answer.get(self._language))) if isinstance(self._item, Fact) else ()
        return any(not WANTED[ask].isdisjoint(held) for ask in asks if ask in WANTED)

    @cached_property
    def _asks_who(self) -> bool:
        """Tell whether the last question asked for somebody it did not name ("who left?", not "who is she?")."""
        return any(not word.asks.isdisjoint(_WHO) for word in self._last) and (
            not self.asked or any(word.role == "content" and not SOMEBODY.match(word.text) for word in self._last)
        )

    @cached_property
    def _in_answer(self) -> list[Entity]:
        """Return whom or what the last answer names, by full name or as the members do."""
        if self._item is None:
            return []
        answer = self._item.answer.get(self._language)
        squeezed = squeeze(normalise(answer))
        full = [e for e in self._article.entities if any(squeeze(normalise(n)) in squeezed for n in e.name.every())]
        return [*full, *self._entities(self._tokenizer.tagged(answer))]

    def _name(self, entity: Entity) -> str:
        return normalise(entity.name.get(self._language))

    def _called(self, entity: Entity) -> str:
        """Return what to call an entity: as the last question did, if it did in this language, or in full."""
        words = [word.text for word in self._last if _naming(word, entity)]
        full = {squeeze(normalise(name)) for name in entity.names()}
        called = " ".join(words if "".join(words) in full else (*words[:-1], *map(stem, words[-1:])))
        return called if called and language_of(called) == self._language else self._name(entity)

    def _replaced(self, found: re.Match[str], kinds: frozenset[str]) -> Iterator[Resolution]:
        """Put a name in place of what points at it."""
        head, tail = self._normal[: found.start()].strip(), self._normal[found.end() :].strip()
        owner = "'s" if found[0] in OWNERS and tail[:1].isalpha() else ""
        particle = match[0] if (match := LAST_PARTICLE.search(found[0])) else owner
        for entity in self._candidates(kinds):
            yield Resolution(f"{head} {self._called(entity)}{particle} {tail}".strip(), entity)

    def _of_person(self) -> Iterator[Resolution]:
        """Put the person last asked about in front: where they work or went is what "there" points at."""
        for entity in self.asked:
            if entity.kind in _PEOPLE:
                yield Resolution(f"{self._name(entity)} {self._normal}", entity)

    def _in_front(self) -> Iterator[Resolution]:
        for entity in self._candidates(_ALL):
            yield Resolution(f"{self._name(entity)} {self._normal}", entity)

    def _with_last_words(self) -> Iterator[Resolution]:
        """Add what the last question spoke of; named it one person, it is about that one."""
        last = " ".join(word.text for word in self._last if word.role in {"content", "name"})
        person = self.asked[0] if len(self.asked) == 1 and self.asked[0].kind in _PEOPLE else None
        yield Resolution(f"{last} {self._normal}", person)

    def _with_last_asks(self) -> Iterator[Resolution]:
        """Ask for the same kind of answer ("who led A?", "what about B?")."""
        if asked := " ".join(word.text for word in self._last if word.role == "ask"):
            yield Resolution(f"{asked} {' '.join(word.text for word in self._words)}", None)

    def _asked_of_the_last(self) -> Iterator[Resolution]:
        """Ask the last question, or what its answer is called, with what is asked now ("from who")."""
        kept = frozenset() if self._content else PREPOSITIONS
        asked = " ".join(word.text for word in self._words if word.role == "ask" or word.text in kept)
        named = self.asked[0] if self.asked else None
        yield Resolution(_unparted(_asking(self._last, asked), self._before), named)
        for entity in () if named else self._candidates(_ALL):
            yield Resolution(f"{self._name(entity)} {_asking(self._last, asked)}", entity)
        if self._item:
            label = self._tokenizer.tagged(self._item.label.get(self._language))
            yield Resolution(_asking(label, asked), named)

    def _of_another(self, entity: Entity) -> Iterator[Resolution]:
        """Ask the last question, or the samples of its fact, of `entity` instead of the one named there."""
        other = next((e for e in self.asked if e.kind == entity.kind), self.asked[0] if self.asked else None)
        if other == entity:
            return
        if other is None:
            yield Resolution(f"{self._name(entity)} {self._before}", entity)
            return
        renamed = _renamed(self._last, other, normalise(entity.name.get(language_of(self._before))))
        yield Resolution(_unparted(renamed, self._before), entity)
        own = [s.text for s in (self._item.samples if self._item else ()) if s.language == self._language]
        for text in sorted(own, key=lambda sample: -fuzz.ratio(normalise(sample), self._before)):
            tagged = self._tokenizer.tagged(text)
            if other in self._entities(tagged):
                yield Resolution(_unparted(_renamed(tagged, other, self._name(entity)), normalise(text)), entity)


def _completion(resolutions: Iterable[Resolution], leaning: Leaning) -> Completion:
    return Completion(tuple(dict.fromkeys(resolutions))[:_MOST_RESOLUTIONS], leaning)


def _asking(words: Sequence[Word], asked: str) -> str:
    """Return the text of `words` with `asked` in place of its question words."""
    rest = [word.text for word in words if word.role != "ask"]
    at = next((at for at, word in enumerate(words) if word.role == "ask"), 0)
    return " ".join((*rest[:at], asked, *rest[at:]))


def _unparted(text: str, original: str) -> str:
    """Put back together in `text` what `original` writes as one ("오픈 ai 를" → "오픈ai를")."""
    for written in original.split():
        parted = words(written)
        text = text.replace(" ".join(parted), "".join(parted)) if len(parted) > 1 else text
    return text


def _naming(word: Word, entity: Entity) -> bool:
    return any(key == entity.id for _, key in word.names)


def _renamed(words: Sequence[Word], entity: Entity, name: str) -> str:
    """Return the text of `words` with `name` in place of what names `entity`."""
    texts = [name if _naming(word, entity) else word.text for word in words]
    return " ".join(text for at, text in enumerate(texts) if text != name or at == texts.index(name))
