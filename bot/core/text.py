"""From raw text to comparable forms: normalised text, words, jamo."""

import re
import unicodedata
from functools import lru_cache

from bot.core.model import Language

MAX_CHARACTERS = 2_000
"""Discord's own limit for a message; what lies beyond is not read."""

_DISCORD_MARKUP = re.compile(r"<(?:@[!&]?|#|a?:\w{1,32}:|/[^:>]{1,100}:|t:)[^>\s]{0,30}>|https?://\S+")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Mn", "Me"})
_UNUSUAL = re.compile(r"[^ !-;=?-~가-힣]|://")
_SPACE = re.compile(r"\s+")
_WORD = re.compile(r"[가-힣]+|[a-zß-öø-ÿ]+(?:'[a-z]+)?|\d+(?:[.,]\d+)*|[ㄱ-ㅣ]+")
_HANGUL = re.compile(r"[가-힣ㄱ-ㅣ]")
_LATIN = re.compile(r"[a-z]")
_COMPAT_JAMO = {unicodedata.normalize("NFKC", chr(code)): chr(code) for code in range(0x3131, 0x3164)}
_COMPAT_TABLE = str.maketrans(_COMPAT_JAMO)


def normalise(text: str) -> str:
    """Return `text` in the one form in which all matching happens.

    Capped, NFKC, without invisible and combining characters, markup of Discord and addresses,
    casefolded, runs of white space squeezed. Total: any `str` goes in, lone surrogates included.
    """
    if len(text) <= MAX_CHARACTERS and not _UNUSUAL.search(text):
        return _SPACE.sub(" ", text.casefold()).strip()  # most texts are plain; what follows costs ten times more
    capped = _DISCORD_MARKUP.sub(" ", text[: 2 * MAX_CHARACTERS])[:MAX_CHARACTERS]
    folded = _folded(capped)
    while folded != (again := _folded(folded)):  # an invisible character may have parted what belongs together
        folded = again
    return folded


def _folded(text: str) -> str:
    """Take one step towards the normal form; one or two lead there, hardly ever more."""
    plain = unicodedata.normalize("NFKC", text)[:MAX_CHARACTERS].translate(_COMPAT_TABLE)
    unseen = {char for char in set(plain) if unicodedata.category(char) in _INVISIBLE and char not in "\n\r\t"}
    kept = plain.translate(dict.fromkeys(map(ord, unseen))) if unseen else plain
    return _SPACE.sub(" ", _DISCORD_MARKUP.sub(" ", kept).casefold().replace("’", "'")).strip()


def words(normal: str) -> tuple[str, ...]:
    """Split normalised text into runs of Hangul, Latin letters or digits: `ceo는` → `ceo`, `는`."""
    return tuple(_WORD.findall(normal))


def squeeze(normal: str) -> str:
    """Return normalised text without anything but letters and digits."""
    return "".join(filter(str.isalnum, normal))


@lru_cache(maxsize=16_384)
def jamo(text: str) -> str:
    """Decompose Hangul syllables (NFD), the form in which typing errors are small."""
    return unicodedata.normalize("NFD", text)


def is_hangul(word: str) -> bool:
    """Tell whether `word`, a run of one script as `words` returns it, is Hangul."""
    return word[:1] > "\u3130"


def script_counts(normal: str) -> tuple[int, int]:
    """Count Hangul syllables and Latin letters."""
    return len(_HANGUL.findall(normal)), len(_LATIN.findall(normal))


_FUNCTION_WORDS = """
the a an is are was were be been do does did has have had of to in on at for from with by about and or not who whom
whose what which when where why how it its they them their he his him she her this that these those there can could
would should will tell me i you your please any some
"""
_ENGLISH_FUNCTION = frozenset(_FUNCTION_WORDS.split())


def language_of(normal: str, default: Language = "ko") -> Language:
    """Decide the language a question is asked in; function words decide in mixed text.

    A Korean sentence may be full of English names, so one Hangul particle or ending outweighs any number
    of them; an English sentence that mentions a Korean name has function words of its own.
    """
    hangul, latin = script_counts(normal)
    if not hangul or not latin:
        return "ko" if hangul else "en" if latin else default
    function_words = sum(word in _ENGLISH_FUNCTION for word in words(normal))
    if function_words >= 2 and latin > hangul:  # noqa: PLR2004  one may stand inside a name
        return "en"
    return "ko"
