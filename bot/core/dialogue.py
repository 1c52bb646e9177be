"""Questions that need the one before ("왜?", "and where did she go?"), resolved into complete ones."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, TypeAlias, get_args

from rapidfuzz import fuzz

from bot.core.index import Index, Scope
from bot.core.lexicon import ANSWER_TYPES_OF, answer_types
from bot.core.model import Article, Entity, Fact, Gap, Language
from bot.core.stemming import stem
from bot.core.text import language_of, normalise, sentences, squeeze, words
from bot.core.tokens import Token

_PARTICLE: Final = (
    r"(?:들?(?:은|는|이|가|을|를|의|도|만|랑|한테|에게|께서|께|에서|에는|에|으로|로|네|이랑|하고)?(?:요)?)(?![가-힣])"
)
_LAST_PARTICLE: Final = re.compile(r"(?:은|는|이|가|을|를|의|도|한테|에게|에서|에)$")
_POSSESSIVES: Final = frozenset({"his", "her", "their", "its"})
"""Pronouns that are replaced by a name with `'s`."""
PERSON: Final = re.compile(
    r"(?<![가-힣])(?:(?:그|이|저)\s?(?:사람|분|여자|남자|친구|양반|인물)|그녀|걔|얘|쟤|본인)" + _PARTICLE + r"|"
    r"(?<![가-힣])그(?:는|가|의|를|도|한테|에게)(?![가-힣])|"
    r"\b(?:he|she|him|his|hers?|himself|herself|(?:that|this) (?:person|guy|man|woman|lady))\b(?:'s)?"
)
"""He, she, that person; of a normalised text."""
_THEY: Final = re.compile(r"\b(?:they|them|theirs?)\b|(?<![가-힣])(?:걔네|그들)" + _PARTICLE)
"""They, of people or of a company."""
_GROUP: Final = re.compile(
    r"(?<![가-힣])(?:그\s?(?:회사|기업|업체|단체|기관|팀|병원|학교|대학|은행|곳|쪽)|거기|거긴|걔네)" + _PARTICLE + r"|"
    r"\b(?:that|this) (?:company|firm|organi[sz]ation|team|place|startup)\b|\bthere(?=\W*$)"
)
"""That company, there."""
_THING: Final = re.compile(
    r"(?<![가-힣])(?:(?:그거|그것|그게|그건|그걸|이거|이게|이건|이걸)" + _PARTICLE + r"|"
    r"그(?=\s(?!전|후|뒤|다음|때|이후|동안)))|\b(?:it|its|itself)\b|\b(?:that|this)(?=\W*$)|"
    r"(?:(?<=\bis )|(?<=\bwas )|(?<=\bdid )|(?<=\bhas )|(?<=\bdoes ))(?:that|this)\b"
)
"""It, that."""
_NTH: Final = (
    ("첫", "1", "first", "1st"),
    ("두", "2", "second", "2nd"),
    ("세", "3", "third", "3rd"),
    ("네", "4", "fourth", "4th"),
)
"""Beginnings of the ordinals that point to an item of the last answer, two in Korean and two in English."""
_ORDINAL: Final = re.compile(
    rf"(?<![가-힣\d])(?:(?P<nth>{'|'.join(word for one in _NTH for word in one[:2])})\s?번(?:째)?|마지막)"
    r"(?!으?로|에(?!게))\s?(?:거|것|건|게|꺼|(?P<part>이유|점)|(?P<person>사람|분|인물)|(?P<group>회사|기업|업체|팀|곳))?"
    + _PARTICLE
    + r"(?:(?<!번째)(?<!번)(?<!마지막)|"
    r"(?=[^\w\s]|\s?$|\s(?:뭐|뭔|누|어디|왜|언제|얼마|무슨|어느|어떤|더|좀|자세|설명)))|"
    rf"(?<!one )\b(?:the )?(?:(?P<nth_en>{'|'.join(word for one in _NTH for word in one[2:])})|last) "
    r"(?:one|thing|item|(?P<part_en>reason|point)|(?P<person_en>person|guy|man|woman)|"
    r"(?P<group_en>company|firm|team|startup))\b(?:'s)?(?! (?:to|who|which|that(?! you)) ?\w)|"
    rf"\bthe (?P<nth_bare>{'|'.join(word for one in _NTH[1:] for word in one[2:])})(?=\W*$)"
)
"""The second one, the last reason, but not "the last one to leave"; of a normalised text."""
_BETWEEN_ITEMS: Final = re.compile(r",\s*(?:and |or |그리고 )?|;\s*|\s(?:and|or)\s|(?<=[가-힣])(?:와|과|하고|이?랑)\s")
_CLAUSE: Final = re.compile(r"(?:[가-힣]고|면서|며|지만|는데|[아어해]서|으?니까?)$")
"""End of a Korean clause, which is no item of a list unless reasons are asked for."""
_FEWEST_NAMES, _FEWEST_PARTS = 2, 3
"""From so many names, or else parts of a sentence, on an answer lists something."""
_DISCOURSE_MARKER: Final = re.compile(
    r"^(?:(?:and|but|so|ok|okay|then|well|also|oh|wow|whoa|damn|huh|hm+|meh|wait|no way|really|lol|haha|nice|"
    r"yeah|yep|yes|right|i see|ah|cool|got it|no|nope|sorry|i (?:mean|meant)|i was asking about|"
    r"(?:a )?(?:different|another|new|unrelated) (?:question|topic)|by the way|btw|changing the subject|"
    r"first of all|(?:one )?(?:last|final|more) (?:question|thing)|(?:마지막|다음) 질문(?:이야|인데|입니다|이에요)?|"
    r"(?:마지막으로 )?(?:하나|한 ?가지)만 더(?: 물어볼게|질문할게)?(?:요)?|"
    r"(?:다른|딴) (?:얘기|이야기|질문)(?:인데|이지만)?(?:요)?|그건 그렇고|그나저나|"
    r"그럼|그러면|그렇다면|그리고|글고|근데|그런데|그래서|그러니까|ㅇㅇ|ㅇㅋ|ㅇㅎ|응|네|넵|아하|그렇구나|아니|아|헐|와|오|에이|엥|음|흠|진짜|대박|어머|세상에)(?![\w가-힣])[\s,.?!]*)+"
)
"""Words at the beginning of a message that only connect it to the last one."""
_TAKEN_BACK: Final = re.compile(r"말고(?:는|요)?|빼고|아니(?:고|라|요)?")
"""Words after a name that a correction takes back ("무라티 말고 슐먼")."""
_JOINED_TAKEN_BACK: Final = re.compile(r"(?<=[가-힣])(?<!지)(?=말고(?![가-힣]))")
"""Between a name and the "not" that is written without a space behind it."""
_LAUGHTER: Final = re.compile(r"[ㅋㅎㅠㅜ]{2,}|(?<!\w)(?:lol|lmao|haha+|tho)(?!\w)")
_ABOUT: Final = re.compile(r"^(?:what|how) about\b")
_VAGUE: Final = re.compile(
    r"(?:그랬|그런|그렇|그래|했|한|해|하|됐|된|일어|였|이었|건|거|있|지금|현재|이제).{0,3}|(?:happen|come|came|go|went|say|said|then|there|here|now|else|exactly)(?:ed|s)?"
)
"""Words that add no content to a question word: "was so", "happened", "now"."""
SOMETHING_ELSE: Final = re.compile(r"말고|빼고|외에|\b(?:other|else|besides|except)\b")
"""Words that exclude the last answer."""
_SOMEBODY: Final = re.compile(r"분|사람|인물|person|guy|man\b|woman|lady")
"""Words for any person."""
_PREPOSITIONS: Final = frozenset({"from", "to", "for", "with", "by", "at", "about", "since", "until", "of", "in", "on"})
"""Words that a bare question word keeps, because they change what it asks for ("from who?")."""
_MOST_SHOWN: Final = 40
"""Facts that a conversation remembers to have shown."""
_MOST_ENTITIES: Final = 3
_MOST_RESOLUTIONS: Final = 6
_MOST_PARAPHRASES: Final = 2
"""Samples of the last answer that are asked about another name beside the last question itself."""
_FEW_WORDS: Final = 3
"""Maximum content words of a question without a name or pronoun that may continue the last one."""
_TOPIC_SHARE: Final = 0.25
"""A company or place that more than this share of the facts names is the topic of the article."""
_WHO: Final = frozenset({"who", "which"})
_MOST_WORDS: Final = 12
"""Maximum words of a message that may need context."""
_PEOPLE: Final = frozenset({"person"})
_GROUPS: Final = frozenset({"organisation", "place"})
_THINGS: Final = frozenset({"product", "event", "other", "organisation", "place"})
_ALL: Final = _PEOPLE | _THINGS
ResolutionWay: TypeAlias = Literal["pronoun", "in_front", "last_words", "last_ask", "new_ask", "another"]
"""How a text was completed: a name for the pronoun, a name in front, the words of the last question added, its question
word added, its question word replaced, or another name in it."""
RESOLUTION_WAYS: Final[tuple[ResolutionWay, ...]] = get_args(ResolutionWay)
ContextNeed: TypeAlias = Literal["correction", "required", "likely", "possible"]
"""How much a question needs the one before: "correction" takes back a name of it, "required" means nothing alone,
"likely" has a reference that may be clear alone, "possible" is only short."""
CONTEXT_NEEDS: Final[tuple[ContextNeed, ...]] = get_args(ContextNeed)
_PRONOUNS: Final[tuple[tuple[re.Pattern[str], frozenset[str], frozenset[str], ContextNeed], ...]] = (
    (PERSON, _PEOPLE, _PEOPLE, "required"),
    (_THEY, _ALL, _ALL, "likely"),
    (_GROUP, _GROUPS, _THINGS, "likely"),
)
"""Pattern of a pronoun, kinds of entities that it refers to, kinds that the question must not name, need of context."""


@dataclass(frozen=True, slots=True)
class Context:
    """The last exchange: the question, resolved if it needed context itself, and the fact or gap of the answer."""

    article: str
    question: str
    item: str | None = None
    """Id of the fact or gap; None if only names in the question are known."""
    shown: tuple[str, ...] = ()
    """Ids of the facts of the article that the conversation has shown, the newest last."""
    language: Language | None = None
    """The language of the answer."""


def shown_after(before: Context | None, article: str, facts: Iterable[str]) -> tuple[str, ...]:
    """Return the facts of `article` that a conversation has shown after `facts`."""
    earlier = before.shown if before and before.article == article else ()
    newest_first = dict.fromkeys(reversed((*earlier, *facts)))
    return tuple(reversed(newest_first))[-_MOST_SHOWN:]


@dataclass(frozen=True, slots=True)
class Resolution:
    """One way to resolve a question: a text that is complete by itself."""

    text: str
    entity: Entity | None
    """The entity that the text is about; None: the subject of the last answer."""
    way: ResolutionWay


@dataclass(frozen=True, slots=True)
class Resolutions:
    """The ways to resolve a question, the likeliest first."""

    candidates: tuple[Resolution, ...]
    need: ContextNeed
    people: frozenset[str] = frozenset()
    """Ids of the people whom the last question named, or else of those whom its answer is about."""
    answered_before: bool = False
    """Whether the last answer may hold what is asked now: "when?" after a date, "is that certain?" after any answer."""


def resolve(scope: Scope, text: str, before: Context) -> Resolutions | None:
    """Return the resolutions of `text` after `before`; None if it is complete by itself."""
    article = scope.knowledge.article(before.article)
    normal = without_discourse_marker(text)
    if article is None or not normal:
        return None
    exchange = _Exchange(scope, article, before, normal)
    found = exchange.resolutions()
    if found is None or not found.candidates:
        return None
    return replace(found, people=exchange.people(), answered_before=exchange.answered_before())


def without_discourse_marker(text: str) -> str:
    """Return the normalised text without laughter and without a discourse marker at its beginning."""
    return _JOINED_TAKEN_BACK.sub(" ", _DISCOURSE_MARKER.sub("", _LAUGHTER.sub(" ", normalise(text)).strip()))


def with_name(normal: str, pronoun: re.Match[str], name: str) -> str:
    """Return a normalised text with a name in the place of a pronoun that was found there.

    >>> with_name("what is her salary", PERSON.search("what is her salary"), "ada lund")
    "what is ada lund's salary"
    """
    possessive = "'s" if pronoun[0] in _POSSESSIVES and normal[pronoun.end() :].strip()[:1].isalpha() else ""
    particle = match[0] if (match := _LAST_PARTICLE.search(pronoun[0])) else possessive
    return _in_place_of(normal, pronoun, name + particle)


def _in_place_of(normal: str, found: re.Match[str], text: str) -> str:
    """Return a normalised text with another one in the place of what was found there."""
    return f"{normal[: found.start()].strip()} {text} {normal[found.end() :].strip()}".strip()


def is_topic(index: Index, article: Article, key: str) -> bool:
    """Return whether an entity is a company or place that many of the facts name."""
    entity = article.entity(key)
    naming = index.entities.weigh({(article.slug, key): 1.0})
    often = float(naming[index.is_fact].sum()) > _TOPIC_SHARE * len(article.facts)
    return often and (entity is None or entity.kind not in _PEOPLE)


class _Exchange:
    """A question and the exchange before it."""

    def __init__(self, scope: Scope, article: Article, before: Context, normal: str) -> None:
        """Tokenize both questions."""
        tokenizer = scope.index.tokenizer
        self._index, self._tokenizer, self._article, self._normal = scope.index, tokenizer, article, normal
        self._item = article.item(before.item) if before.item else None
        self._language = language_of(normal)
        words = tokenizer.tokens(_ABOUT.sub("", normal))
        self._words = _corrected(words)
        self._takes_back = len(self._words) < len(words)
        self._content = [word for word in self._words if word.role == "content" and not _VAGUE.fullmatch(word.text)]
        self._before, self._shown = before.question, before.shown
        self._last = tokenizer.tokens(before.question)
        self.asked = self._entities(self._last)
        """Entities that the last question named."""

    def resolutions(self) -> Resolutions | None:
        """Return the ways to add what the question lacks; None if it lacks nothing."""
        named = self._entities(self._words)
        asks = any(word.role == "ask" for word in self._words)
        if len(self._words) > _MOST_WORDS:
            return None
        if len(named) == 1 and not self._content and not asks:
            kinds = {entity.kind for entity in self.asked}
            need: ContextNeed = "required" if named[0].kind in kinds else "likely"
            need = "correction" if self._takes_back else need
            return _resolutions(self._about_another(named[0]), need)
        if (found := _ORDINAL.search(self._normal)) and (item := self._item_meant(found)):
            other = None if named or item[1] else self._unnamed(asks=asks)
            return _resolutions((*self._about_item(found, *item), *(other.candidates if other else ())), "required")
        if (replaced := self._with_pronoun(frozenset(entity.kind for entity in named))) is not None:
            return replaced
        return None if named else self._unnamed(asks=asks)

    def _item_meant(self, found: re.Match[str]) -> tuple[str, Entity | None] | None:
        """Return the item that an ordinal points to, and whom or what it names.

        It is one of the list in the last answer, or else in the newest before it that is long enough: after
        "the first one?", "the second one?" goes on with the same list.
        """
        nth = found["nth"] or found["nth_en"] or found["nth_bare"]
        at = next(at for at, one in enumerate(_NTH) if nth in one) if nth else -1
        earlier = (one for key in reversed(self._shown) if (one := self._article.fact(key)))
        lists = (self._listed(one, found) for one in dict.fromkeys((self._item, *earlier)) if one)
        return next((items[at] for items in lists if len(items) > max(at, 0)), None)

    def _listed(self, answered: Fact | Gap, found: re.Match[str]) -> list[tuple[str, Entity | None]]:
        """Return the items of the longest list in an answer: entities of the kind meant, else parts of a sentence."""
        parts = sentences(normalise(answered.answer.get(self._language)))
        kinds = _GROUPS if found["group"] or found["group_en"] else _PEOPLE
        named = [
            [
                one
                for one in self._entities(self._tokenizer.tokens(part))
                if one.kind in kinds and not is_topic(self._index, self._article, one.id)
            ]
            for part in parts
        ]
        entities = max(named, key=len, default=[])
        is_part = found["part"] or found["part_en"]
        if len(entities) >= _FEWEST_NAMES and not is_part:
            return [(self._name(one), one) for one in entities]
        if kinds == _GROUPS or found["person"] or found["person_en"]:
            return []
        told = [part.rpartition(": ")[2].rstrip(".") for part in parts]
        items = max((_BETWEEN_ITEMS.split(one) for one in told if is_part or _enumerates(one)), key=len, default=[])
        return [(item.strip(), None) for item in items] if len(items) >= _FEWEST_PARTS else []

    def _about_item(self, found: re.Match[str], item: str, entity: Entity | None) -> Iterator[Resolution]:
        """Put an item of the last answer in the place of the words that point to it; what it says may be all asked."""
        yield Resolution(_in_place_of(self._normal, found, item), entity, "pronoun")
        if entity is None:
            yield Resolution(item, None, "pronoun")

    def _with_pronoun(self, named: frozenset[str]) -> Resolutions | None:
        """Resolve a pronoun, unless the question names what it may refer to."""
        for pattern, kinds, excluded, need in _PRONOUNS:
            found = pattern.search(self._normal)
            if found and named.isdisjoint(excluded) and (self._content or need != "likely"):
                beside = self._person_in_front() if kinds == _GROUPS else ()
                resolved = _resolutions((*beside, *self._replaced(found, kinds)), need)
                if resolved.candidates:
                    return resolved
        return None

    def _unnamed(self, *, asks: bool) -> Resolutions | None:
        """Resolve a question without names: a bare question word, an "it", or few words."""
        if asks and not self._content:
            need: ContextNeed = "possible" if _THEY.search(self._normal) else "required"
            return _resolutions((*self._last_question_with_new_ask(), *self._in_front()), need)
        if found := _THING.search(self._normal):
            asked = self._last_question_with_new_ask() if asks else ()
            return _resolutions((*self._with_last_words(), *asked, *self._replaced(found, _THINGS)), "likely")
        if not 0 < len(self._content) <= _FEW_WORDS:
            return None
        same = () if asks else self._with_last_asks()
        return _resolutions((*self._in_front(), *self._with_last_words(), *same), "possible")

    def _entities(self, words: Iterable[Token]) -> list[Entity]:
        keys = dict.fromkeys(key for word in words for slug, key in word.names if slug == self._article.slug)
        return [entity for key in keys if (entity := self._article.entity(key))]

    def _candidates(self, kinds: frozenset[str]) -> list[Entity]:
        """Return the entities of the last exchange, the likeliest first.

        After "who?", the people in the answer come first; then the names in the question, then the subjects of the
        fact. The company that the whole article is about counts only if the question says "that company".
        """
        about = self._item.about if isinstance(self._item, Fact) else ()
        people = self._in_answer if self._asks_who else ()
        fresh = [entity for entity in people if entity.kind in _PEOPLE and entity not in self.asked]
        declared = [entity for key in about if (entity := self._article.entity(key))]
        found = dict.fromkeys((*fresh, *self.asked, *declared, *self._in_answer))
        wanted = sorted((e for e in found if e.kind in kinds), key=lambda entity: entity.kind not in _PEOPLE)
        return [entity for entity in wanted if not is_topic(self._index, self._article, entity.id) or kinds == _GROUPS][
            :_MOST_ENTITIES
        ]

    def people(self) -> frozenset[str]:
        """Return the people whom the last question named, or else those whom its answer is about."""
        about = self._item.about if isinstance(self._item, Fact) else ()
        declared = [entity for key in about if (entity := self._article.entity(key))]
        named, told = (frozenset(one.id for one in found if one.kind in _PEOPLE) for found in (self.asked, declared))
        return named or told

    def answered_before(self) -> bool:
        """Return whether the last answer holds the type of answer asked for, or is asked about as "it"."""
        asks = frozenset(ask for word in self._words for ask in word.asks)
        if not asks:
            return bool(_THING.search(self._normal)) and not SOMETHING_ELSE.search(self._normal)
        held = answer_types(normalise(self._item.answer.get(self._language))) if isinstance(self._item, Fact) else ()
        return any(not ANSWER_TYPES_OF[ask].isdisjoint(held) for ask in asks if ask in ANSWER_TYPES_OF)

    @cached_property
    def _asks_who(self) -> bool:
        """Return whether the last question asked for an unnamed person ("who left?", not "who is she?")."""
        return any(not word.asks.isdisjoint(_WHO) for word in self._last) and (
            not self.asked or any(word.role == "content" and not _SOMEBODY.match(word.text) for word in self._last)
        )

    @cached_property
    def _in_answer(self) -> list[Entity]:
        """Return the entities that the last answer names, first those with their full name."""
        if self._item is None:
            return []
        answer = self._item.answer.get(self._language)
        squeezed = squeeze(normalise(answer))
        full = [e for e in self._article.entities if any(squeeze(normalise(n)) in squeezed for n in e.name.every())]
        return [*full, *self._entities(self._tokenizer.tokens(normalise(answer)))]

    def _name(self, entity: Entity) -> str:
        return normalise(entity.name.get(self._language))

    def _called(self, entity: Entity) -> str:
        """Return the name of an entity as the last question wrote it, else in full, in the language of the question."""
        words = [word.text for word in self._last if _names(word, entity)]
        full = {squeeze(normalise(name)) for name in entity.names()}
        called = " ".join(words if "".join(words) in full else (*words[:-1], *map(stem, words[-1:])))
        return called if called and language_of(called) == self._language else self._name(entity)

    def _replaced(self, found: re.Match[str], kinds: frozenset[str]) -> Iterator[Resolution]:
        """Replace the pronoun by the name of each entity it may refer to."""
        for entity in self._candidates(kinds):
            yield Resolution(with_name(self._normal, found, self._called(entity)), entity, "pronoun")

    def _person_in_front(self) -> Iterator[Resolution]:
        """Put each person of the last question in front: "there" is where they work or went."""
        for entity in self.asked:
            if entity.kind in _PEOPLE:
                yield Resolution(f"{self._name(entity)} {self._normal}", entity, "in_front")

    def _in_front(self) -> Iterator[Resolution]:
        for entity in self._candidates(_ALL):
            yield Resolution(f"{self._name(entity)} {self._normal}", entity, "in_front")

    def _with_last_words(self) -> Iterator[Resolution]:
        """Add the content words and names of the last question; if it named one person only, it stays about them."""
        last = " ".join(word.text for word in self._last if word.role in {"content", "name"})
        person = self.asked[0] if len(self.asked) == 1 and self.asked[0].kind in _PEOPLE else None
        yield Resolution(f"{last} {self._normal}", person, "last_words")

    def _with_last_asks(self) -> Iterator[Resolution]:
        """Ask for the same kind of answer again ("who led A?", "what about B?")."""
        if asked := " ".join(word.text for word in self._last if word.role == "ask"):
            yield Resolution(f"{asked} {' '.join(word.text for word in self._words)}", None, "last_ask")

    def _last_question_with_new_ask(self) -> Iterator[Resolution]:
        """Ask the last question, or the label of its answer, with the new question words ("from who")."""
        kept = frozenset() if self._content else _PREPOSITIONS
        asked = " ".join(word.text for word in self._words if word.role == "ask" or word.text in kept)
        named = self.asked[0] if self.asked else None
        yield Resolution(_rejoined(_asking(self._last, asked), self._before), named, "new_ask")
        for entity in () if named else self._candidates(_ALL):
            yield Resolution(f"{self._name(entity)} {_asking(self._last, asked)}", entity, "new_ask")
        if self._item:
            label = self._tokenizer.tokens(normalise(self._item.label.get(self._language)))
            yield Resolution(_asking(label, asked), named, "new_ask")

    def _about_another(self, entity: Entity) -> Iterator[Resolution]:
        """Ask the last question, or a sample of its fact, about `entity` instead of the entity named there."""
        other = next((e for e in self.asked if e.kind == entity.kind), self.asked[0] if self.asked else None)
        if other == entity:
            return
        if other is None:
            yield Resolution(f"{self._name(entity)} {self._before}", entity, "another")
            return
        renamed = _renamed(self._last, other, normalise(entity.name.get(language_of(self._before))))
        yield Resolution(_rejoined(renamed, self._before), entity, "another")
        own = [s.text for s in (self._item.samples if self._item else ()) if s.language == self._language]
        nearest = sorted(own, key=lambda sample: -fuzz.ratio(normalise(sample), self._before))
        for text in nearest[:_MOST_PARAPHRASES]:
            tokens = self._tokenizer.tokens(normalise(text))
            if other in self._entities(tokens):
                yield Resolution(
                    _rejoined(_renamed(tokens, other, self._name(entity)), normalise(text)), entity, "another"
                )


def _enumerates(sentence: str) -> bool:
    """Return whether what commas part are items rather than clauses; "and" comes before the last item only."""
    between = _BETWEEN_ITEMS.findall(sentence)
    clauses = (_CLAUSE.search(part) for part in _BETWEEN_ITEMS.split(sentence)[:-1])
    return not any(clauses) and not any(any(map(str.isalpha, one)) for one in between[:-1])


def _resolutions(resolutions: Iterable[Resolution], need: ContextNeed) -> Resolutions:
    return Resolutions(tuple(dict.fromkeys(resolutions))[:_MOST_RESOLUTIONS], need)


def _asking(words: Sequence[Token], asked: str) -> str:
    """Return the text of `words` with `asked` instead of its question words."""
    rest = [word.text for word in words if word.role != "ask"]
    at = next((at for at, word in enumerate(words) if word.role == "ask"), 0)
    return " ".join((*rest[:at], asked, *rest[at:]))


def _rejoined(text: str, original: str) -> str:
    """Return `text` with the words joined that `original` writes without a space ("오픈 ai 를" → "오픈ai를")."""
    for written in original.split():
        parts = words(written)
        text = text.replace(" ".join(parts), "".join(parts)) if len(parts) > 1 else text
    return text


def _corrected(words: Sequence[Token]) -> Sequence[Token]:
    """Return `words` without the names that a correction takes back, if it names something else instead."""
    taken_back = set()
    for at, word in enumerate(words):
        if word.names and at + 1 < len(words) and _TAKEN_BACK.fullmatch(words[at + 1].text):
            taken_back |= {at, at + 1}
        if word.names and at and words[at - 1].text == "not":
            taken_back |= {at - 1, at}
    kept = [word for at, word in enumerate(words) if at not in taken_back]
    return kept if any(word.names for word in kept) else words


def _names(word: Token, entity: Entity) -> bool:
    return any(key == entity.id for _, key in word.names)


def _renamed(words: Sequence[Token], entity: Entity, name: str) -> str:
    """Return the text of `words` with `name` instead of the words that name `entity`."""
    texts = [name if _names(word, entity) else word.text for word in words]
    return " ".join(text for at, text in enumerate(texts) if text != name or at == texts.index(name))
