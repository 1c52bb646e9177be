"""What a name in a text is, the names that are known, and words that stand in names or behind them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, get_args

from bot.core.model import EntityKind

_KNOWN_FILE: Final = Path(__file__).parent / "known_names.txt"


@dataclass(frozen=True, slots=True)
class Name:
    """A name as an article writes it."""

    text: str
    kind: EntityKind
    aliases: tuple[str, ...] = ()
    """Shorter forms that the article also uses, such as a surname."""
    other: str = ""
    """The name in the other script, where it is known or stands beside it."""

    def occurs_in(self, paragraph: str) -> str:
        """Return the form of the name that stands in a paragraph, or an empty text."""
        return next((form for form in (self.text, *self.aliases) if mentions(form, paragraph)), "")


@cache
def known_names() -> Mapping[str, tuple[EntityKind, str]]:
    """Return the kind of each known name, and its form in the other script."""
    found: dict[str, tuple[EntityKind, str]] = {}
    kind: EntityKind = "other"
    for line in _KNOWN_FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            kind = next(one for one in get_args(EntityKind) if one == line.strip("[]"))
        elif "|" in line and not line.startswith("#"):
            korean, english = map(str.strip, line.split("|"))
            found[korean], found[english] = (kind, english), (kind, korean)
    return found


_PARTICLE_LIST: Final = """
에게서 에게는 에게 께서는 께서 에서는 에서도 에서 에는 에도 에 으로는 으로도 으로 로는 로 은 는 이 가 을 를 의
과 와 도 만 까지 부터 처럼 보다 이나 나 이라는 라는 이라고 라고 이다 다 였다 이었다 인 이며 이자 측 씨 들 이고
였던 이던
"""
PARTICLES: Final = "|".join(_PARTICLE_LIST.split())


def mentions(name: str, text: str) -> bool:
    """Return whether a name stands in a text as a word, Korean particles behind it allowed."""
    if name not in text:  # most names stand in few paragraphs, and a pattern for each takes time to compile
        return False
    behind = rf"(?=(?:{PARTICLES})?(?![가-힣]))" if "가" <= name[-1] <= "힣" else r"(?![A-Za-z0-9])"
    return re.search(rf"(?<![가-힣A-Za-z0-9]){re.escape(name)}{behind}", text) is not None


ORGANISATION_WORD: Final = re.compile(
    r"\b(?:Inc|Ltd|Corp|LLC|University|Institute|Foundation|Office|Council|Union|Bank|Gazette|Party|Committee|Ministry"
    r"|Agency|Association|Company|Group|Capital|Partners|Ventures|Labs?|Trust|Pictures|Studios?|Polytechnic|College"
    r"|School|Museum|Library|Hospital|Infirmary|Society|Club|Times|Post|Journal|Press|Airlines|Motors|Systems|Records"
    r"|Books|Repairs|Services|Industries|Holdings|Commission|Court|Authority|Department|United|FC|Freight|Transport|Railways|Energy|Courier|Herald|Tribune|Chronicle|Software)\b"
)
"""Words that end, or stand in, an organisation's English name."""
