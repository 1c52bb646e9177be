"""From raw text to comparable forms: normalised text, words, jamo, sentences."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from bot.core.model import Language

MAX_CHARACTERS: Final = 2_000
"""Discord's own limit for a message; the rest is not read."""
_DISCORD_MARKUP = re.compile(r"<(?:@[!&]?|#|a?:\w{1,32}:|/[^:>]{1,100}:|t:)[^>\s]{0,30}>|https?://\S+")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
"""Letters and symbols by category that show nothing: Hangul fillers, the empty Braille pattern."""
_TEXT_MARKS = re.compile(r"[\s*_~|`>#-]+")
_LIST_MARKER = re.compile(
    r"^[^\S\n]*(?:(?:\(?\d{1,2}[.)]|[a-e]\)|q\d{0,2}[.:)]|[-*•·–—▪◦])[^\S\n]+(?!\d)|[①-⑳]|\d\ufe0f?\u20e3)[^\S\n]*",
    re.IGNORECASE | re.MULTILINE,
)
_UNUSUAL = re.compile(r"[^ !-;=?-~가-힣]|://")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[가-힣]+|[a-zß-öø-ÿ]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[ㄱ-ㅣ]+")
_HANGUL = re.compile(r"[가-힣ㄱ-ㅣ]")
_LATIN = re.compile(r"[a-z]")
_COMPAT_JAMO = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x3131, 0x3164)}
_COMPAT_TABLE = str.maketrans(_COMPAT_JAMO)
_FUNCTION_WORDS = """
the a an is are was were be been do does did has have had of to in on at for from with by about and or not who whom
whose what which when where why how it its they them their he his him she her this that these those there can could
would should will tell me i you your please any some
"""
_ENGLISH_FUNCTION = frozenset(_FUNCTION_WORDS.split())
MAX_QUESTIONS: Final = 3
"""A message with more sentences tells a story and is read as a whole."""
_BEHIND_A_TITLE = r"(?:(?<=\bmr)|(?<=\bms)|(?<=\bdr)|(?<=\bst)|(?<=\bvs)|(?<=\bmrs)|(?<=\bprof))"
_END = re.compile(
    rf"(?!{_BEHIND_A_TITLE}\.)[.!?…。！？]+(?=\s|$)|[\r\n]+|(?<!\S)(?:그리고|글고|and also)(?!\w)[,\s]*", re.IGNORECASE
)
_AND = re.compile(
    r"(?:,\s*|\s)(?:and|n|&|plus|그리고|글고)\s+(?:also\s+|then\s+)?|"
    r"(?<=[가-힣])(?<![라다자냐말])고(?:요)?,?\s+(?!있|싶|나서|나면|보니)|(?<=[가-힣])(?:이랑|랑|하고|와|과)\s+",
    re.IGNORECASE,
)
"""“And” between two questions in one sentence, or between two things that one asks for."""
_ENDS_NOTHING = rf"(?:{_BEHIND_A_TITLE}|(?<=\d)(?=\.\d)|(?<=\b[a-z])(?=\.[a-z]\b)|(?<=\b[a-z]\.[a-z]))\."
"""A full stop behind a title, in a number (“4.5”) or in an abbreviation (“U.S.”)."""
_SENTENCE = re.compile(rf"(?:[^.!?…。！？\r\n]|{_ENDS_NOTHING})+(?:[.!?…。！？]+|[\r\n]+|$)", re.IGNORECASE)
_MOST_SENTENCES: Final = 24
"""Sentences looked at, the last ones."""
_LONG_MESSAGE: Final = 8
"""Minimum words of a message that may hold more than its question."""
_LONG_UNSPACED: Final = 60
"""Minimum characters of such a message, if it has fewer words."""
_SHORTEST_QUESTION: Final = 3
"""Minimum letters and digits of a question (`왜 떠났`)."""


@lru_cache(maxsize=256)
def normalise(text: str) -> str:
    """Return `text` in the form in which it is matched; any string will do, lone surrogates included.

    It is capped, NFKC, casefolded, without invisible and combining characters, Discord markup and addresses, and has
    single spaces.

    >>> normalise("  ＷＨＯ left <@123> OpenAI? ")
    'who left openai?'
    """
    if len(text) <= MAX_CHARACTERS and not _UNUSUAL.search(text):
        return _SPACE.sub(" ", text.casefold()).strip()  # most texts are plain; the rest costs ten times more
    folded = _folded(_without_markup(text))
    while folded != (again := _folded(folded)):  # removing an invisible character may join a new sequence
        folded = again
    return folded


def _without_markup(text: str) -> str:
    """Return the beginning of `text` without mentions and addresses, whose full stops end nothing."""
    return _DISCORD_MARKUP.sub(" ", text[: 2 * MAX_CHARACTERS])[:MAX_CHARACTERS]


def _folded(text: str) -> str:
    """Return `text` after one step of normalisation; one or two steps are enough for nearly any text."""
    plain = unicodedata.normalize("NFKC", text)[:MAX_CHARACTERS].translate(_COMPAT_TABLE)
    unseen = {char for char in set(plain) if _is_invisible(char)}
    kept = plain.translate(dict.fromkeys(map(ord, unseen))) if unseen else plain
    return _SPACE.sub(" ", _DISCORD_MARKUP.sub(" ", kept).casefold().replace("’", "'")).strip()


def _is_invisible(char: str) -> bool:
    return char in _FILLERS or (unicodedata.category(char) in _INVISIBLE and char not in "\n\r\t")


def is_blank(text: str) -> bool:
    """Return whether `text` shows nothing: invisible characters, or only the marks of bold text, quotations and lists.

    >>> is_blank("** **"), is_blank("?")
    (True, False)
    """
    return not _TEXT_MARKS.sub("", normalise(text))


def is_emoji(text: str) -> bool:
    """Return whether `text` holds emoji and neither letters nor digits.

    >>> is_emoji("👍👍"), is_emoji("???"), is_emoji("why 👍")
    (True, False, False)
    """
    normal = normalise(text)
    return not squeeze(normal) and any(unicodedata.category(char) == "So" for char in normal)


def without_list_markers(text: str) -> str:
    """Return `text` without the numbers and bullets before its lines; dates such as “5. 14.” stay.

    >>> without_list_markers("1. Who left?")
    'Who left?'
    """
    return _LIST_MARKER.sub("", text)


def words(normal: str) -> tuple[str, ...]:
    """Split normalised text into runs of Hangul, Latin letters or digits.

    >>> words("ceo는 2024년에?")
    ('ceo', '는', '2024', '년에')
    """
    return tuple(_WORD.findall(normal))


def places_of_words(normal: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield each of the `words` in a part of normalised text behind the place where it begins."""
    return ((found.start(), found[0]) for found in _WORD.finditer(normal, start, end))


def squeeze(normal: str) -> str:
    """Return the letters and digits of normalised text.

    >>> squeeze("무라티는, 왜 떠났어?")
    '무라티는왜떠났어'
    """
    return "".join(filter(str.isalnum, normal))


@lru_cache(maxsize=16_384)
def jamo(text: str) -> str:
    """Decompose Hangul syllables (NFD), so that a typing error changes one letter instead of a syllable."""
    return unicodedata.normalize("NFD", text)


def is_hangul(word: str) -> bool:
    """Return whether `word`, a run of one script as `words` returns it, is Hangul."""
    return word[:1] > "\u3130"


def script_counts(normal: str) -> tuple[int, int]:
    """Count Hangul syllables and Latin letters."""
    return len(_HANGUL.findall(normal)), len(_LATIN.findall(normal))


def language_of(normal: str, default: Language = "ko") -> Language:
    """Return the language of a question; function words decide in mixed text.

    A Korean sentence may be full of English names, so one Hangul particle or ending outweighs any number of them; an
    English sentence that mentions a Korean name has function words of its own.

    >>> language_of("openai ceo는 누구?"), language_of("why did 무라티 leave the company?")
    ('ko', 'en')
    """
    hangul, latin = script_counts(normal)
    if not hangul or not latin:
        return "ko" if hangul else "en" if latin else default
    function_words = sum(word in _ENGLISH_FUNCTION for word in words(normal))
    if function_words >= 2 and latin > hangul:  # noqa: PLR2004  one may be part of a name
        return "en"
    return "ko"


def sentences(text: str) -> tuple[str, ...]:
    """Split `text` behind full stops, question and exclamation marks, and at the ends of lines.

    >>> sentences("Mr. Kim left. Why?")
    ('Mr. Kim left.', 'Why?')
    """
    return tuple(part.strip() for part in _SENTENCE.findall(text))


def asking_sentences(text: str) -> tuple[str, ...]:
    """Return the sentence that asks in a longer message, alone and with the one before it.

    It is the last sentence with a question mark, else the last; nothing if the message is short. Members wrap a
    question into talk ("long day … anyway, who left?"); the talk must not count against an answer, but the sentence
    before may name what the question only points to ("… that CTO. Where is she from?").
    """
    shown = _without_markup(text)
    if len(shown.split()) < _LONG_MESSAGE and len(shown) < _LONG_UNSPACED:
        return ()
    found = [
        part for part in sentences(shown)[-_MOST_SENTENCES:] if len(squeeze(normalise(part))) >= _SHORTEST_QUESTION
    ]
    if len(found) < 2:  # noqa: PLR2004  one sentence is the whole message
        return ()
    asking = next((n for n in reversed(range(len(found))) if found[n].endswith(("?", "？"))), len(found) - 1)
    return tuple(" ".join(found[start : asking + 1]) for start in (asking, asking - 1) if start >= 0)


def separate_questions(text: str) -> tuple[str, ...]:
    """Return the two or three sentences of `text` that may ask, in order; nothing if it is one, or a story.

    Sentence ends, line ends, “그리고” and “and also” end a question. Only the knowledge shows whether a part is a
    question, so some parts may have no answer; those that end with a question mark keep it.

    >>> separate_questions("기사 읽었어. 그리고 슐먼은 어디로 갔어?")
    ('기사 읽었어', '슐먼은 어디로 갔어?')
    """
    marked = _END.sub(lambda end: "?\n" if "?" in end[0] or "？" in end[0] else "\n", _without_markup(text))
    found = tuple(part.strip(" ,;\t") for part in marked.split("\n"))
    if len(found) > _MOST_SENTENCES:
        return ()
    found = tuple(part for part in found if len(squeeze(normalise(part))) >= _SHORTEST_QUESTION)
    return found if 1 < len(found) <= MAX_QUESTIONS else ()


def coordinated_questions(text: str) -> Iterator[tuple[str, str]]:
    """Yield the ways to split a sentence in two at an “and”; only the knowledge shows whether both ask something.

    >>> list(coordinated_questions("who is Ada and when did she come?"))
    [('who is Ada', 'when did she come?')]
    """
    for found in _AND.finditer(text[:MAX_CHARACTERS]):
        first, second = text[: found.start()].strip(" ,;"), text[found.end() :].strip(" ,;")
        if min(len(squeeze(normalise(part))) for part in (first, second)) >= _SHORTEST_QUESTION:
            yield first, second


def counted(number: int, noun: str) -> str:
    """Return a number with its noun in English, as in "1 fact" and "1,200 facts"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
