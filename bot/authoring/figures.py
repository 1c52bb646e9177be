"""Figures of a text by value and unit, however they are written: 10억 달러 is $1 billion, 두 달 is two months."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import isclose
from typing import Final

from bot.authoring.article_text import plain


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of a text."""

    text: str
    """As it is written, in lower case."""
    value: float
    unit: str = ""
    """`%`, a currency, a unit of time, `month name`, or "" for any other: that agrees with all but a month's name."""
    certain: bool = True
    """False for a word that may mean something else ("both", "한 …"): it confirms, and needs no confirmation."""
    counts: bool = False
    """Whether it may be a number of things that the text itself lists ("three founders: …")."""

    @property
    def in_digits(self) -> bool:
        """Return whether it is written in digits."""
        return any(map(str.isdigit, self.text))

    def agrees(self, other: "Figure") -> bool:
        """Return whether both may be the same figure."""
        units = {self.unit, other.unit}
        same_unit = len(units) == 1 or ("" in units and "month name" not in units)
        return same_unit and isclose(self.value, other.value, rel_tol=1e-9)


# fmt: off
_TIMES_KO: Final = {"십": 10, "백": 100, "천": 1000}
_MYRIADS: Final = {"만": 10**4, "억": 10**8, "조": 10**12}
_TIMES_EN: Final = {
    "hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9, "trillion": 10**12, "dozen": 12,
    "k": 1000, "mn": 10**6, "bn": 10**9, "tn": 10**12,
}
_UNITS: Final[Mapping[str, tuple[str, ...]]] = {
    "%": ("%", "퍼센트", "percent", "per cent", "percentage"),
    "dollar": ("달러", "us dollars", "dollars", "dollar", "usd"),
    "won": ("원", "won", "krw"),
    "euro": ("유로", "euros", "euro", "eur"),
    "yen": ("엔", "yen"),
    "pound": ("파운드", "pounds", "pound"),
    "year": ("년", "years", "year", "해"),
    "month": ("개월", "달", "months", "month"),
    "month name": ("월",),
    "week": ("주일", "주", "weeks", "week"),
    "day": ("일", "days", "day"),
    "hour": ("시간", "hours", "hour"),
    "minute": ("분", "minutes", "minute"),
}
_SIGNS: Final = {"$": "dollar", "€": "euro", "£": "pound", "₩": "won", "¥": "yen"}
_UPPER_END: Final = re.compile(r"\s?(?:to|–|—|-|~|∼)\s?[$€£₩¥]?(\d[\d,]*(?:\.\d+)?)")
_MONTHS: Final = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)
_ALSO_VERBS: Final = ("march", "may")
_BEFORE_MONTHS: Final = (
    "in", "between", "last", "since", "of", "by", "until", "this", "next", "early", "late", "from", "to", "and", "or", "on", r"\d",
    r"\dth",
)
_SMALL_EN: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)
_TENS_EN: Final = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_UNITS_KO: Final = {
    "한": 1, "두": 2, "세": 3, "석": 3, "네": 4, "넉": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9,
}
_TENS_KO: Final = {
    "열": 10, "스물": 20, "서른": 30, "마흔": 40, "쉰": 50, "예순": 60, "일흔": 70, "여든": 80, "아흔": 90,
}
_ROUND_KO: Final = {"백": 100, "천": 1000, "만": 10**4, "십만": 10**5, "백만": 10**6, "천만": 10**7, "억": 10**8}
_NATIVE: Final = {
    **_UNITS_KO, **_TENS_KO, "스무": 20, **_ROUND_KO,
    **{ten + unit: tens + units for ten, tens in _TENS_KO.items() for unit, units in _UNITS_KO.items()},
}
_CLOSE: Final = ("개월", "달", "시간", "해", "년", "명", "사람", "가지", "번", "살", "배")
"""Counters before which the space is often left out; others would be found in the middle of words ("세척")."""
_APART: Final = (
    "주일", "주", "개", "차례", "곳", "대", "마리", "권", "채", "척", "장", "편", "건", "쪽", "층", "자리", "군데", "단계",
    "줄", "시", "경기", "팀", "나라", "골", "기", "그루", "원",
)
_MEASURES: Final = ("미터", "킬로미터", "센티미터", "킬로그램", "톤")
_LISTABLE: Final = frozenset({"명", "사람", "개", "가지", "곳", "군데", "차례", "번", "쪽", "건", "편", "단계"})
_MOST_LISTED: Final = 10
"""The largest number that may be one of things that the text lists."""
_WEAK: Final[Mapping[str, float]] = {
    "both": 2, "pair": 2, "couple": 2, "twice": 2, "double": 2, "doubled": 2, "triple": 3, "tripled": 3, "thirds": 3,
    "once": 1, "single": 1, "only": 1, "alone": 1, "half": 0.5, "quarter": 0.25, "decade": 10,
    "하나": 1, "둘": 2, "셋": 3, "넷": 4, "첫": 1, "둘째": 2, "셋째": 3, "모두": 2, "절반": 0.5, "혼자": 1, "외": 1,
    "하루": 1, "이틀": 2, "사흘": 3, "나흘": 4, "닷새": 5, "엿새": 6, "이레": 7, "여드레": 8, "아흐레": 9, "열흘": 10,
    "열하루": 11, "열이틀": 12, "보름": 15, "일주일": 7, "반년": 6, "일 년": 1,
    "each": 1, "every": 1, "per": 1, "yearly": 1, "annual": 1, "monthly": 1, "weekly": 1, "daily": 1,
    **{word: at for at, word in enumerate(_ORDINALS, 1)},
}
"""Words that confirm a figure."""
# fmt: on
_CARDINALS: Final[Mapping[str, int]] = {
    **{word: at for at, word in enumerate(_SMALL_EN)},
    **{word: 10 * at for at, word in enumerate(_TENS_EN, 2)},
}


def _one_of(words: Iterable[str]) -> str:
    """Return a pattern of any of some words, the longest first."""
    return "|".join(sorted(words, key=len, reverse=True))


_DIGITS: Final = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_UNIT_OF: Final = {spelling: unit for unit, spellings in _UNITS.items() for spelling in spellings}
_UNIT: Final = re.compile(
    rf"[ -]?(?:({_one_of(word for word in _UNIT_OF if word.isascii() and word != '%')})(?![a-z])"
    rf"|({_one_of(word for word in _UNIT_OF if not word.isascii() or word == '%')}))"
)
_DATE: Final = re.compile(r"\b(\d{4})[-./](\d{1,2})(?:[-./](\d{1,2}))?\b")
_TIME: Final = re.compile(r"(?<![\d.,:])(\d{1,2})(?::(\d{2})(?![\d:])|\.(\d{2})(?=\s?[ap]\.?m\b))")
_FRACTION: Final = re.compile(r"(\d+)\s*분의\s*(\d+)|\b(\d+)/(\d+)\b")
_NUMERAL: Final = re.compile(rf"(?<![\d.,])([$€£₩¥])?\s?({_DIGITS})")
_KO_PART: Final = re.compile(rf"\s?({_DIGITS})?([십백천])?([만억조])?")
_EN_TIMES: Final = re.compile(rf"[ -]?({_one_of(_TIMES_EN)})\b")
_EN_WORD: Final = _one_of((*_CARDINALS, *(word for word in _TIMES_EN if len(word) > len("bn"))))
_EN_WORDS: Final = re.compile(rf"\b(half a |a )?((?:{_EN_WORD})\b(?:[ -](?:and )?(?:{_EN_WORD})\b)*)")
_KO_WORDS: Final = re.compile(
    rf"(?<![가-힣\d])({_one_of(_NATIVE)})(?:\s?({_one_of(_CLOSE)})|\s({_one_of(_APART)})|(?=\s[가-힣])|(?<=[가-힣]{{2}}))"
)
_MONTH_NAME: Final = re.compile(
    rf"\b(?:({_one_of(month for month in _MONTHS if month not in _ALSO_VERBS)})"
    r"|(jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?(?= ?\d)"
    rf"|(?:{'|'.join(rf'(?<={word} )' for word in _BEFORE_MONTHS)}|(?<=mid-))({'|'.join(_ALSO_VERBS)})"
    rf"|({'|'.join(_ALSO_VERBS)})(?= \d))\b"
)
_CODE: Final = re.compile(
    r"(?<![a-z\d])(?:(?!(?:under|over|mid|top|pre|post|non)-)[a-z]+-?\d[\da-z-]*"
    r"|\d+(?!(?:th|st|nd|rd|s|k|m|[bmt]n|[kcm]m|kg|[ap]m|[gt]b|nm)(?![a-z\d]))[a-z][\da-z]*)(?![a-z\d])"
)
"""A name with digits in it, such as GPT-4o or A4."""
_WEAK_WORD: Final = re.compile("|".join(rf"\b{word}\b" if word.isascii() else rf"(?<![가-힣]){word}" for word in _WEAK))
_A_UNIT: Final = re.compile(
    r"\b(?:an?|one|this|last|next|past) (?:year|month|week|day|hour|minute)s?\b|지난\s?(?:해|달|주)"
)
_COUNTER: Final = re.compile(
    rf" ?(?:(?:km|kg|m|cm)(?![a-z0-9])|{_one_of(_MEASURES)})|(?:{_one_of((*_CLOSE, *_APART))})"
)
_LISTING: Final = re.compile(r",(?! and\b)|·|\band\b|(?<=[가-힣])[와과](?=\s)|그리고")
"""What stands between the things of a list."""


def figures_of(text: str) -> tuple[Figure, ...]:
    """Return the figures of a text in one of the two languages, in no particular order."""
    return tuple(figure for figure, _ in _read(plain(text)))


def written_figures(text: str) -> list[str]:
    """Return the certain figures as a text writes them, each once, in order: with a counter, a date as one."""
    spaced = " ".join(unicodedata.normalize("NFKC", text).split())
    whole = spaced if len(spaced) == len(plain(text)) else plain(text)  # folding may lengthen a text: ß becomes ss
    found: list[tuple[int, int, bool]] = []
    for figure, (start, end) in sorted(_read(plain(text)), key=lambda one: one[1]):
        if not figure.certain:
            continue
        is_month = figure.unit == "month name"
        if found and (is_month or found[-1][2]) and not whole[found[-1][1] : start].strip():
            start = found.pop()[0]  # noqa: PLW2901  the figures of a date are one
        counter = _COUNTER.match(whole, end)
        found.append((start, counter.end() if counter else end, is_month))
    return list(dict.fromkeys(whole[start:end].strip() for start, end, _ in found))


def _read(text: str) -> list[tuple[Figure, tuple[int, int]]]:
    """Return the figures of a plain text, each with where it begins and ends."""
    rest, found = text, list[tuple[Figure, tuple[int, int]]]()
    for reader in (
        _codes,
        _dates,
        _times,
        _fractions,
        _month_names,
        _numerals,
        _english_words,
        _korean_words,
        _weak_words,
    ):
        taken = list(reader(rest))
        found += taken
        for _, (start, end) in taken:  # what one reader has understood is not read again
            rest = rest[:start] + "\x00" * (end - start) + rest[end:]
    return found


def unconfirmed(text: str, sources: Iterable[str]) -> list[Figure]:
    """Return the certain figures of `text` that none of the `sources` has; a number of listed things needs none."""
    known = [figure for source in sources for figure in figures_of(source)]
    listed = len(_LISTING.findall(plain(text))) + 1
    return [
        figure
        for figure in figures_of(text)
        if figure.certain
        and not any(map(figure.agrees, known))
        and not (figure.counts and figure.value <= min(listed, _MOST_LISTED))
    ]


_Found = Iterator[tuple[Figure, tuple[int, int]]]
"""Figures, each with where it begins and ends."""


def _codes(text: str) -> _Found:
    """Skip names that hold digits: they are no figures."""
    for match in _CODE.finditer(text):
        yield Figure(match[0], float("nan"), certain=False), match.span()


def _dates(text: str) -> _Found:
    for match in _DATE.finditer(text):
        for part, unit in zip(match.groups(), ("year", "month name", "day"), strict=True):
            if part:
                yield Figure(match[0], float(part), unit), match.span()


def _times(text: str) -> _Found:
    """Yield hour and minute of a time of day such as 6:40 or 6.40 a.m."""
    for match in _TIME.finditer(text):
        for part, unit in ((match[1], ""), (match[2] or match[3], "minute")):
            yield Figure(match[0], float(part), unit, certain=int(part) > 0), match.span()


def _fractions(text: str) -> _Found:
    for match in _FRACTION.finditer(text):
        below, above = (match[1], match[2]) if match[1] else (match[4], match[3])
        if int(below):
            yield Figure(match[0], int(above) / int(below)), match.span()


def _month_names(text: str) -> _Found:
    for match in _MONTH_NAME.finditer(text):
        name = next(filter(None, match.groups()))[:3]
        number = next(at for at, month in enumerate(_MONTHS, 1) if month.startswith(name))
        yield Figure(match[0], number, "month name"), match.span()


def _numerals(text: str) -> _Found:
    """Yield what is written in digits, with the words that multiply it."""
    end = 0
    for match in _NUMERAL.finditer(text):
        if match.start() < end:
            continue
        number = float(match[2].replace(",", ""))
        value, end = _multiplied(text, number, match.end())
        unit, after = _unit_at(text, end)
        if not unit and value == number:
            value, unit = _as_in_range(text, number, end)
        counts = unit == "" and value <= _MOST_LISTED and float(value).is_integer()
        yield (
            Figure(text[match.start() : after].strip(), value, _SIGNS.get(match[1], unit), counts=counts),
            (
                match.start(),
                after,
            ),
        )
        end = after


def _as_in_range(text: str, number: float, end: int) -> tuple[float, str]:
    """Return the value and unit of a bare number, which are those of the end of its range: `35 to 40 billion won`."""
    upper = _UPPER_END.match(text, end)
    if upper is None or number >= (most := float(upper[1].replace(",", ""))):
        return number, ""
    value, at = _multiplied(text, most, upper.end())
    return number * value / most, _unit_at(text, at)[0]


def _multiplied(text: str, value: float, end: int) -> tuple[float, int]:
    """Return a number times the words behind it, and where these end: `1억 2천만`, `1.5 million`."""
    if match := _EN_TIMES.match(text, end):
        return value * _TIMES_EN[match[1]], match.end()
    total, least, number = 0.0, float("inf"), str(value)
    at = end
    while match := _KO_PART.match(text, at if total else end):
        digits, times, myriad = (number if not total else match[1]), match[2], match[3]
        if not digits or (not (times or myriad) and least == float("inf")) or _MYRIADS.get(myriad or "", 1) >= least:
            break
        part = float(digits.replace(",", "")) * _TIMES_KO.get(times or "", 1)
        at, least = match.end(), _MYRIADS.get(myriad or "", 1)
        total += part * least
    return (total, at) if total else (value, end)


def _unit_at(text: str, at: int) -> tuple[str, int]:
    """Return the unit behind a number, and where it ends."""
    match = _UNIT.match(text, at)
    return (_UNIT_OF[match[1] or match[2]], match.end()) if match else ("", at)


def _english_words(text: str) -> _Found:
    for match in _EN_WORDS.finditer(text):
        value = _value_of(match[2]) * (0.5 if (match[1] or "").startswith("half") else 1)
        unit, end = _unit_at(text, match.end())
        counts = not unit and value <= _MOST_LISTED
        refers_back = counts and text[: match.start()].endswith(("the ", "these ", "those "))  # "each of the two"
        certain = value > 1 and not refers_back
        yield Figure(text[match.start() : end], value, unit, certain, counts), (match.start(), end)


def _value_of(written: str) -> float:
    """Return the value of English number words such as `two hundred and fifty`."""
    total, part = 0.0, 0.0
    for word in re.split(r"[ -]", written):
        if word in _CARDINALS:
            part += _CARDINALS[word]
        elif word in {"hundred", "dozen"}:
            part = (part or 1) * _TIMES_EN[word]
        elif word in _TIMES_EN:
            total, part = total + (part or 1) * _TIMES_EN[word], 0.0
    return total + part


def _korean_words(text: str) -> _Found:
    for match in _KO_WORDS.finditer(text):
        value, counter = _NATIVE[match[1]], match[2] or match[3]
        unit = _UNIT_OF.get(counter or "", "")
        certain = counter is not None and value > 1
        yield Figure(match[0], value, unit, certain=certain, counts=counter in _LISTABLE), match.span()


def _weak_words(text: str) -> _Found:
    for match in _WEAK_WORD.finditer(text):
        yield Figure(match[0], _WEAK[match[0]], certain=False), match.span()
        if match[0] in _ORDINALS:  # "a third" is a part too
            yield Figure(match[0], 1 / _WEAK[match[0]], certain=False), match.span()
    for match in _A_UNIT.finditer(text):
        yield Figure(match[0], 1, certain=False), match.span()
