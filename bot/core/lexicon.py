"""Look-ups: lexicon entries, the names of entities, and the types of answer in a text."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from rapidfuzz import fuzz, process

from bot.core.hangul import initials, is_initials
from bot.core.memo import Memo
from bot.core.model import Article, LexiconEntry
from bot.core.stemming import less_suffix, stem
from bot.core.text import is_hangul, jamo, normalise, squeeze, words

Label = tuple[str, str]
"""(kind, id of the lexicon entry)"""
_MOST_PHRASE_WORDS: Final = 4
"""Words of the longest entry that is found as several words."""
_SHORTEST_INSIDE, _LONGEST_INSIDE = 3, 7
"""Syllables of Korean entries that are also found inside an unspaced run."""
_LONG_RUN: Final = 5
"""Minimum syllables of a word that may be several words without spaces."""
_MOST_NAME_WORDS: Final = 4
"""Words of the longest name that is found as several words."""
_MISSPELT_RATIO: Final = 80
"""Minimum rapidfuzz ratio of a misspelt name, both decomposed (슐만/슐먼: 83)."""
_SHORTEST_MISSPELT: Final = 5
"""Minimum jamo or letters of a name that may be misspelt, and of the word."""
_SHORTEST_HANGUL_NAME: Final = 2
"""Minimum syllables of a name that is found inside a run or by its initial consonants."""
_MEMO_SIZE: Final = 32_768
_UNIT_MONEY = r"원|달러|유로|엔|위안|파운드|억|조\b|won|dollars?|euros?|yen|pounds?|cents?|krw|usd|marks?|crowns?"
_PATTERNS = {
    "money": re.compile(
        rf"[$€£¥₩]\s?\d|\d[\d,.]*\s*(?:천|백|십)?(?:만|억|조|million|billion|thousand|trillion)?\s*(?:{_UNIT_MONEY})"
        rf"|무료|free\b|공짜",
    ),
    "percent": re.compile(r"\d\s*(?:%|퍼센트|프로\b|percent|per cent)|절반|half\b|third\b|quarter\b|배\b|times\b"),
    "number": re.compile(
        r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen|twenty|hundred|thousand|both)\b"
        r"|(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스무|둘|셋|넷)\s?(?:명|개|곳|번|가지|사람|대|차례|건|살|편|권|채|척|팀|쪽)|둘|셋"
    ),
    "date": re.compile(
        r"\d{4}\s?년|\d{1,2}\s?월|\d{1,2}\s?일(?!\s?(?:간|동안|째|만|치))|\bon the \d{1,2}(?:st|nd|rd|th)\b|\b(?:1[89]|20)\d\d\b|\b(?:january|february|march|april|may|june|july|august"
        r"|september|october|november|december|monday|tuesday|wednesday|thursday|friday|saturday|sunday)\b"
        r"|지난|작년|올해|내년|봄|여름|가을|겨울|요일|아침|저녁|새벽|오전|오후|\b(?:last|next|this) (?:year|month|week|spring|summer|autumn|"
        r"winter|fall)\b|\d\s?시(?!간)|\d\s?(?:a\.?m|p\.?m)\b|o'clock|\bsince\b|\bago\b|시점|무렵"
    ),
    "duration": re.compile(
        r"(?:\d+|한|두|세|네|다섯|여섯|몇|반)\s?(?:년|개월|달|주|일|시간|분|초|해|세기)(?:\s?(?:간|동안|째|만|넘게|이상|남짓))?"
        r"|\b(?:years?|months?|weeks?|days?|hours?|minutes?|seconds?|decades?)\b|동안|하루|이틀|사흘|나흘|일주일|보름"
    ),
    "reason": re.compile(
        r"때문|이유|까닭|탓|덕분|원인|위해|위한|하려고|려고|해서|어서|아서|므로|니까|\bbecause\b|\bdue to\b|\breasons?\b|\bso that\b|\bcaus"
        r"|\bin order\b|\bsince\b|\bafter\b|\bwanted\b|\bto (?:keep|avoid|make|get|save|give|stop|protect|cut|pay)\b|\bblam"
    ),
    "quote": re.compile(r"라고|다고|말했|밝혔|전했|했대|\bsaid\b|\bsays\b|\btold\b|\bcalled?\b|\baccording\b|\bargue"),
}  # fmt: skip
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_ORDINALS = {
    **dict.fromkeys(("first", "1st", "첫", "첫째"), "1st"),
    **dict.fromkeys(("second", "2nd", "둘째", "두번째"), "2nd"),
    **dict.fromkeys(("third", "3rd", "셋째", "세번째"), "3rd"),
    **dict.fromkeys(("fourth", "4th", "넷째", "네번째"), "4th"),
}
_NEGATION = re.compile(
    r"\b(?:not|never|nobody|no one|none|without|neither|nor|except|besides|other than|apart from|cannot|no longer)\b"
    r"|\w+n['’]t\b|\b(?:do|does|did|is|was|are|were|has|have|had|ca|could|wo|would)nt\b"
    r"|(?<![가-힣])[안못] ?(?=[가-힣])(?!안|전|녕|내|드로|에|팎|건|경)|지(?:도|는|를)? ?(?:않|못|아니|말)|않[은는았을고]"
    r"|아닌|아니[라고에었]|없[는이었을고다어나]|말고|제외|빼고|빼면|아무도|외에"
)
_TAG_QUESTION = re.compile(
    r"\b(?:is|are|was|were|did|does|do|has|have|had|would|could|can|will)n['’]?t (?:it|he|she|they|that|there|we|you)\s*\??$"
    r"|(?:지 ?않|잖)(?:아|나|냐|니|음|을까|은가|습니까)\S*$|[거게것] ?아(?:냐|니|님|닌)\S*$|아(?:니야|님|냐|닌가)요?\??$"
)
"""A negation at the end that asks for agreement ("isn't it?", "가지 않았나요?") and negates nothing."""
_FIGURE = re.compile(
    rf"(?P<month>\b(?:{'|'.join(month for month in _MONTHS if month != 'may')})\b|(?<=\bin )may\b)"
    r"|(?P<ordinal>\b(?:first|1st|second|2nd|third|3rd|fourth|4th)\b|첫째?|둘째|셋째|넷째|[두세네]\s?번째)"
    r"|(?P<month_number>\d{1,2})\s?월|(?P<number>\d(?:[\d,.]*\d)?)"
)
ANSWER_TYPES_OF = {
    "how-much": frozenset({"money", "percent"}),
    "how-many": frozenset({"number"}),
    "when": frozenset({"date"}),
    "how-long": frozenset({"duration", "date"}),
    "why": frozenset({"reason"}),
}
"""The types of answer that a kind of question needs; a kind that any text may answer has no entry."""


class LexiconMatch(NamedTuple):
    """A lexicon entry found in words[start:end]."""

    start: int
    end: int
    kind: str
    entry: str
    """Id of the entry."""


def _key(word: str) -> str:
    """Return the form in which a word of a phrase is compared: English stemmed, Korean unchanged."""
    return word if is_hangul(word) else stem(word)


class LexiconIndex:
    """Look-up of lexicon entries; Korean ones match as beginnings of words, English ones as stemmed words."""

    def __init__(self, kinds: Mapping[str, Iterable[LexiconEntry]], *, whole_words: str = "stop word") -> None:
        """Index the entries by kind; those of the kind `whole_words` are never found inside an unspaced run."""
        self._single: dict[str, list[Label]] = {}
        self._phrases: dict[tuple[str, ...], list[Label]] = {}
        self._prefixes: dict[str, list[Label]] = {}
        self._inside: dict[str, list[Label]] = {}
        for kind, entries in kinds.items():
            for entry in entries:
                for text in entry.en:
                    self._add_english(words(normalise(text)), (kind, entry.id))
                for text in entry.ko:
                    self._add_korean(words(normalise(text)), (kind, entry.id), inside=kind != whole_words)
        self._heads = frozenset(phrase[0] for phrase in self._phrases)
        self._longest = max(map(len, self._prefixes), default=0)
        self._of_word = Memo(self._labels, _MEMO_SIZE)

    def _add_english(self, parts: Sequence[str], label: Label) -> None:
        key = tuple(map(_key, parts))
        if len(key) > 1:
            self._phrases.setdefault(key, []).append(label)
        elif key:
            self._single.setdefault(key[0], []).append(label)

    def _add_korean(self, parts: Sequence[str], label: Label, *, inside: bool) -> None:
        if len(parts) > 1:
            self._phrases.setdefault(tuple(map(_key, parts)), []).append(label)
        joined = "".join(parts)
        self._prefixes.setdefault(jamo(joined), []).append(label)
        if inside and len(joined) >= _SHORTEST_INSIDE:
            self._inside.setdefault(joined, []).append(label)

    def _labels(self, word: str) -> tuple[Label, ...]:
        """Return the labels of one word; of each kind, those of the longest match."""
        if not is_hangul(word):
            return tuple(self._single.get(stem(word), ()))
        found: list[Label] = []
        kinds: set[str] = set()
        spelled = jamo(word)
        for length in range(min(len(spelled), self._longest), 1, -1):
            fresh = [label for label in self._prefixes.get(spelled[:length], ()) if label[0] not in kinds]
            found += fresh
            kinds.update(kind for kind, _ in fresh)
        if len(word) >= _LONG_RUN:
            found += [label for label in self._labels_inside(word) if label[0] not in kinds]
        return tuple(dict.fromkeys(found))

    def _labels_inside(self, word: str) -> list[Label]:
        parts = (
            word[start:end]
            for start in range(1, len(word) - _SHORTEST_INSIDE + 1)
            for end in range(start + _SHORTEST_INSIDE, min(len(word), start + _LONGEST_INSIDE) + 1)
        )
        return [label for part in parts for label in self._inside.get(part, ())]

    def find(self, sequence: Sequence[str]) -> tuple[LexiconMatch, ...]:
        """Return the entries in `sequence`; within a kind, words inside a longer phrase do not match again."""
        keys = [_key(word) for word in sequence]
        found: list[LexiconMatch] = []
        taken: dict[str, int] = {}
        for start, word in enumerate(sequence):
            if keys[start] in self._heads:
                for end, (kind, entry) in self._phrases_at(keys, start):
                    found.append(LexiconMatch(start, end, kind, entry))
                    taken[kind] = max(taken.get(kind, 0), end)
            for kind, entry in self._of_word(word):
                if start >= taken.get(kind, 0):
                    found.append(LexiconMatch(start, start + 1, kind, entry))
        return tuple(found)

    def _phrases_at(self, keys: Sequence[str], start: int) -> list[tuple[int, Label]]:
        """Return end and label of the phrases of several words at `start`; of each kind, the longest only."""
        found: list[tuple[int, Label]] = []
        for end in range(min(len(keys), start + _MOST_PHRASE_WORDS), start + 1, -1):
            if labels := self._phrases.get(tuple(keys[start:end])):
                kinds = {kind for longer, (kind, _) in found if longer > end}
                found += [(end, label) for label in labels if label[0] not in kinds]
        return found


class EntityIndex:
    """Look-up of entities by any of their names, misspelt or not; a key is (article slug, entity id)."""

    def __init__(self, articles: Iterable[Article]) -> None:
        """Index every name of every entity of `articles`."""
        self._keys: dict[str, list[tuple[str, str]]] = {}
        for article in articles:
            for entity in article.entities:
                for name in entity.names():
                    squeezed = squeeze(normalise(name))
                    keys = self._keys.setdefault(squeezed, [])
                    if squeezed and (article.slug, entity.id) not in keys:
                        keys.append((article.slug, entity.id))
        self._keys.pop("", None)
        self._beginnings = frozenset(name[:end] for name in self._keys for end in range(1, len(name)))
        self._hangul = tuple(name for name in self._keys if is_hangul(name) and len(name) >= _SHORTEST_HANGUL_NAME)
        self._initials: dict[str, list[str]] = {}
        for name in self._hangul:
            self._initials.setdefault(initials(name), []).append(name)
        self._spelled = {name: jamo(name) for name in self._keys if len(jamo(name)) >= _SHORTEST_MISSPELT}
        self._exact_word = Memo(self._exact_one, _MEMO_SIZE)
        self._misspelt = Memo(self._nearest_name, _MEMO_SIZE)

    def find(self, sequence: Sequence[str], known: Container[str] = ()) -> dict[tuple[str, str], set[int]]:
        """Return the entities named in `sequence`, each with the positions of the words that name it.

        Words in `known` (the vocabulary of the facts) never count as misspelt names.
        """
        found: dict[tuple[str, str], set[int]] = {}
        taken: set[int] = set()
        beginnings = [start for start, word in enumerate(sequence) if word in self._beginnings]
        for length in range(min(_MOST_NAME_WORDS, len(sequence)), 1, -1):
            for start in beginnings:
                span = range(start, start + length)
                if start + length > len(sequence) or not taken.isdisjoint(span):
                    continue
                if names := self._exact(sequence[start : start + length]):
                    taken.update(span)
                    self._note(found, names, span)
        for position, word in enumerate(sequence):
            if position in taken:
                continue
            if names := self._exact_word(word):
                self._note(found, names, (position,))
            elif word not in known and stem(word) not in known:
                self._note(found, self._inexact(word), (position,))
        return found

    def _note(self, found: dict[tuple[str, str], set[int]], names: Iterable[str], span: Iterable[int]) -> None:
        for name in names:
            for key in self._keys[name]:
                found.setdefault(key, set()).update(span)

    def _exact(self, part: Sequence[str]) -> tuple[str, ...]:
        """Return the name that a span of words spells, with or without a particle on its last word."""
        joined = "".join(part)
        bare = (less_suffix(part[-1]), stem(part[-1])) if is_hangul(part[-1]) else (stem(part[-1]),)
        for name in (joined, *("".join((*part[:-1], last)) for last in bare), joined.removesuffix("s")):
            if name in self._keys:
                return (name,)
        return ()

    def _exact_one(self, word: str) -> tuple[str, ...]:
        return self._exact((word,))

    def _inexact(self, word: str) -> tuple[str, ...]:
        """Return the names that one word holds: as initial consonants, inside an unspaced run, or misspelt."""
        if is_initials(word):
            return tuple(self._initials.get(word, ()))
        if is_hangul(word) and (inside := [name for name in self._hangul if name in word]):
            return tuple(name for name in inside if not any(name != other and name in other for other in inside))
        return self._misspelt(word)

    def _nearest_name(self, word: str) -> tuple[str, ...]:
        """Return the name that a word is a misspelling of, if any."""
        stemmed = stem(word) if is_hangul(word) else word
        spelled = jamo(stemmed)
        if len(spelled) < _SHORTEST_MISSPELT:
            return ()
        best = process.extractOne(spelled, self._spelled, scorer=fuzz.ratio, score_cutoff=_MISSPELT_RATIO)
        return () if best is None else (best[2],)


def answer_types(normal: str) -> frozenset[str]:
    """Return the types of answer that normalised text holds.

    "How much did the chips cost?" resembles "How many chips were bought?", but only a text with a sum of money can
    answer it.

    >>> sorted(answer_types("it cost 3 million dollars in 2019"))
    ['date', 'money', 'number']
    """
    return frozenset(name for name, pattern in _PATTERNS.items() if pattern.search(normal))


def figures(normal: str) -> frozenset[str]:
    """Return the numbers, months and ordinals in a normalised text, those of one meaning in one form.

    Two questions that differ in nothing else ask for different things: the sales of 2022 are not those of 2023.

    >>> sorted(figures("7월에 두 번째 시험, in july 2022"))
    ['2022', '2nd', 'month 7']
    """
    return frozenset(map(_figure, _FIGURE.finditer(normal)))


def negates(normal: str) -> bool:
    """Return whether normalised text has a negation that is no mere tag.

    >>> negates("who has not left?"), negates("안 나간 사람은?"), negates("he left, didn't he?")
    (True, True, False)
    """
    return bool(_NEGATION.search(_TAG_QUESTION.sub("", normal)))


def _figure(match: re.Match[str]) -> str:
    found = match[0]
    match match.lastgroup:
        case "month":
            return f"month {_MONTHS.index(found) + 1}"
        case "month_number":
            return f"month {int(match['month_number'])}"
        case "ordinal":
            return _ORDINALS["".join(found.split())]
        case _:
            return found.replace(",", "")
