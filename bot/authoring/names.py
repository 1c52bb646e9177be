"""Proposes the names in an article's paragraphs: of people, organisations, places and products.

A name is proposed when something beside it says what it is (a title, a suffix such as 은행 or University, quotation
marks, a name in the other script) or when it is known; in English, capital letters inside a sentence mark one too.
Better few and right than many: an author adds a name more easily than they find a wrong one.
"""

from collections.abc import Sequence

from bot.authoring.english_names import EnglishNames
from bot.authoring.known_names import Name
from bot.authoring.korean_names import KoreanNames
from bot.core.model import Language


def find_names(paragraphs: Sequence[str], language: Language) -> tuple[Name, ...]:
    """Return the names in an article's paragraphs, in the order in which they first stand there."""
    finder = KoreanNames(paragraphs) if language == "ko" else EnglishNames(paragraphs)
    return tuple(finder.names())
