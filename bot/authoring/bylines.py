"""Reads who wrote an article and when it appeared from a line such as “By Jane Doe | Sept 26, 2024”."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.core.hangul import display_width

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(?P<name>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DAY: Final = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_YEAR: Final = r"(?P<year>(?:19|20)\d\d)"
_DATES: Final = (
    re.compile(
        r"(?<!\d)(?P<year>(?:19|20)\d\d)\s?(?:[-./]|년)\s?(?P<month>\d{1,2})"
        r"(?:\s?(?:[-./]|월)\s?(?P<day>\d{1,2})(?:\s?일|\.)?|\s?월)(?!\d)(?:T(?=\d\d:))?"
    ),
    re.compile(rf"\b{_MONTH}\s{_DAY},?\s{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b{_DAY}\s{_MONTH},?\s{_YEAR}\b", re.IGNORECASE),
    re.compile(rf"\b{_MONTH},?\s{_YEAR}\b", re.IGNORECASE),
)
_CLOCK: Final = re.compile(
    r"(?:오전|오후)?\s?\b\d{1,2}:\d\d(?::\d\d)?(?:\.\d+)?\s?(?:[ap]\.?m\.?)?\s?(?:z|kst|gmt|utc|[ecmp][sd]?t|bst|cet)?(?![a-z])"
    r"|(?:오전|오후)\s?\d{1,2}시(?:\s?\d{1,2}분)?",
    re.IGNORECASE,
)
_WEEKDAY: Final = re.compile(
    r"\(?(?<![가-힣])[월화수목금토일](?:요일)?\)?(?![가-힣])"
    r"|\b(?:mon|tues?|wed(?:nes)?|thur?s?|fri|sat(?:ur)?|sun)(?:day)?\b,?",
    re.IGNORECASE,
)
_CHANGED: Final = r"최종\s?수정|수정|업데이트|(?:last |최종 )?(?:updated|modified|edited)"
_LABEL: Final = re.compile(
    rf"(?:(?:기사|최초)?\s?(?:입력|등록|승인|발행|게재|작성|송고|출고)(?:일시?|시간)?|{_CHANGED}"
    r"|(?:first )?(?:published|posted)(?: online| on)?|date|날짜|on|at)\s?[:：]?",
    re.IGNORECASE,
)
_STARTS_LABELLED: Final = re.compile(
    rf"\W*(?:(?:기사|최초)?\s?(?:입력|등록|승인|송고)|{_CHANGED}|(?:first )?(?:published|posted))\b", re.IGNORECASE
)
_IS_CHANGED: Final = re.compile(_CHANGED, re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[|·•ㅣ/—–\t()\[\]<>]|\s{2,}|,\s|\s-\s")
_SIDE_NOTE: Final = re.compile(
    r"(?:\d+[ -]min(?:ute)?s?(?: read)?|(?:읽는 )?(?:시간 )?\d+분(?: 소요)?|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
    r"|(?:조회수?|댓글|views?|comments?)\s?[\d,]+|(?:staff|senior|special|chief|science|business|political)?\s?"
    r"(?:writer|reporter|correspondent|editor|contributor|columnist))",
    re.IGNORECASE,
)
_CAPITALISED: Final = r"[A-Z][\w.'’-]*"
_ENGLISH_NAME: Final = rf"{_CAPITALISED}(?:\s(?:(?:van|von|de|der|den|da|di|al|bin|la|le)\s)*{_CAPITALISED}){{1,3}}"
_BY: Final = re.compile(
    rf"(?i:(?:(?:written|words|text|story|reported) )?by|author|writer)\s?:?\s"
    rf"(?P<name>{_ENGLISH_NAME}(?:,?\s(?i:and|&)\s{_ENGLISH_NAME})*)"
)
_ROLE_BEHIND: Final = re.compile(r"(?:,|\s(?:for|in|at|of)\s).*")
_EDITOR: Final = r"특파원|논설위원|편집(?:장|위원|국장)|칼럼니스트|에디터|PD|앵커"
_ROLE: Final = rf"(?:(?:선임|수습|인턴|객원|전문|시민|사진|디지털)?\s?기자|{_EDITOR})"
_KOREAN: Final = "[가-힣]{2,4}"
_REPORTER: Final = re.compile(rf"(?P<name>{_KOREAN}(?:\s?[,·]\s?{_KOREAN}(?=\s?[,·]|\s?기자))*)\s?{_ROLE}")
_WRITTEN: Final = re.compile(
    r"(?:(?:글(?:\s?[·/,]\s?사진)?|지은이|글쓴이|작성자)\s?[:：=]?|(?:기자|취재)\s?[:：])\s"
    rf"(?P<name>{_KOREAN}(?:\s(?!{_ROLE})[가-힣]{{1,4}})?)(?:\s?{_ROLE})?"
)
_AGENCY: Final = re.compile(rf"[(\[](?P<place>[^)\]]{{1,30}})[)\]]\s?{_REPORTER.pattern}\s?[=＝]\s")
_LONGEST: Final = 140
_LONGEST_PUBLISHER: Final = 30


@dataclass(frozen=True, slots=True)
class Byline:
    """What a line says about an article: its author, and its date such as 2024-09-26 or 2024-09; both may be empty."""

    author: str = ""
    date: str = ""
    is_change: bool = False
    """Whether the date is that of a correction."""


def dates_in(text: str) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the dates in a text as ISO text, and where they stand; what is no day of the calendar is left out."""
    for pattern in _DATES:
        for match in pattern.finditer(text):
            found = match.groupdict()
            name = found.get("name")
            month = _MONTHS.index(name[:3].casefold()) + 1 if name else int(found["month"])
            day = found.get("day")
            try:
                date(int(found["year"]), month, int(day or 1))
            except ValueError:
                continue
            yield f"{found['year']}-{month:02}" + (f"-{int(day):02}" if day else ""), match


def read_byline(text: str) -> Byline | None:
    """Return what a line says if it holds nothing but author, role, date, time and publisher; None for other lines."""
    if display_width(text) > _LONGEST:
        return None
    found = list(dates_in(text))
    rest = text
    for _, match in found:
        rest = rest.replace(match[0], " | ")
    rest = _CLOCK.sub(" | ", rest) if found else rest
    author, unread = _author(rest)
    for piece in _BETWEEN.split(unread):
        left = _WEEKDAY.sub("", piece) if found else piece
        left = _LABEL.sub(" ", left).strip(" .:,-") if found else left.strip(" .:,-")
        if left and not _SIDE_NOTE.fullmatch(left):
            is_publisher = (found or author) and _BETWEEN.search(text) and left != unread.strip()
            if not is_publisher or display_width(left) > _LONGEST_PUBLISHER or left[-1] in ".?!다요":
                return None
    return Byline(author, *_published(text, found))


def _author(text: str) -> tuple[str, str]:
    """Return the authors named in a line, and the line without them."""
    if (match := _BY.match(text.strip())) and text.strip()[-1] not in ".?!":
        return match["name"], _ROLE_BEHIND.sub("", text.strip()[match.end() :], count=1)
    for pattern in (_BY, _REPORTER, _WRITTEN):
        for piece in (text, *_BETWEEN.split(text)):
            if match := pattern.fullmatch(name := piece.strip(" |,·")):
                return match["name"], text.replace(name, " | ")
    if match := re.search(rf"(?<![가-힣]){_REPORTER.pattern}(?![가-힣])", text):
        return match["name"], text.replace(match[0], " | ")
    return "", text


def _published(text: str, found: list[tuple[str, re.Match[str]]]) -> tuple[str, bool]:
    """Return the date on which an article appeared, and whether the line has only that of a correction."""
    ordered = sorted(found, key=lambda item: (item[1].start(), -len(item[1][0])))
    for iso, match in ordered:
        before = text[: match.start()]
        label = next(iter(reversed(list(_LABEL.finditer(before)))), None)
        if label is None or not _IS_CHANGED.search(label[0]):
            return iso, False
    return (ordered[0][0], True) if ordered else ("", False)


def is_full_name(text: str) -> bool:
    """Return whether a line is nothing but a name in Latin script, such as `Jane Doe`."""
    return re.fullmatch(_ENGLISH_NAME, text) is not None


def agency_author(text: str) -> str:
    """Return the reporter before a first paragraph, as in “(서울=통신) 홍길동 기자 = …”, or an empty text."""
    match = _AGENCY.match(text)
    return match["name"] if match else ""


def is_labelled(text: str) -> bool:
    """Return whether a line says in words when something was published or changed, as in “Updated: 27 Sept 2024”."""
    return bool(_STARTS_LABELLED.match(text))
