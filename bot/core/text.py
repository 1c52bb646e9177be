"""From raw text to comparable forms: normalised text, words, jamo, sentences."""

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
_FUNCTION_WORDS = """
the a an is are was were be been do does did has have had of to in on at for from with by about and or not who whom
whose what which when where why how it its they them their he his him she her this that these those there can could
would should will tell me i you your please any some
"""
_ENGLISH_FUNCTION = frozenset(_FUNCTION_WORDS.split())
MAX_PARTS = 3
"""A message with more sentences than this tells a story; it is read as a whole."""
_END = re.compile(r"[.!?…。！？]+(?=\s|$)|[\r\n]+|(?<!\S)(?:그리고|and also)(?!\w)[,\s]*", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?…。！？\r\n]+(?:[.!?…。！？]+|[\r\n]+|$)")
_LONG = 8
"""Words from which a message may hold more than its question."""
_LONG_RUN = 60
"""Characters from which it may, even if it is written without spaces."""
_FEWEST = 3
"""Letters and digits from which a part can be a question (`왜 떠났`)."""


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


def focuses(text: str) -> tuple[str, ...]:
    """Return what may be the question of a longer message: the sentence that asks, alone and with the one before it.

    The sentence that asks is the last with a question mark, else the last; nothing if the message is short.
    Members wrap a question into talk ("long day … anyway, who left?"); the talk must not count against an answer,
    but the sentence before may name what the question only points to ("… that CTO. Where is she from?").
    """
    if len(text[:MAX_CHARACTERS].split()) < _LONG and len(text) < _LONG_RUN:
        return ()
    found: list[str] = [part.strip() for part in _SENTENCE.findall(text[:MAX_CHARACTERS])]
    found = [part for part in found if len(squeeze(normalise(part))) >= _FEWEST]
    if len(found) < 2:  # noqa: PLR2004  one sentence is the whole message
        return ()
    asking = next((n for n in reversed(range(len(found))) if found[n].endswith(("?", "？"))), len(found) - 1)
    return tuple(" ".join(found[start : asking + 1]) for start in (asking, asking - 1) if start >= 0)


def parts(text: str) -> tuple[str, ...]:
    """Return the two or three things `text` may ask, in order; nothing if it is one question, or a story.

    Sentence ends, line ends, “그리고” and “and also” end a question. Whether the parts are questions at all only
    the knowledge can tell, so whoever asks them must be ready for parts without an answer.
    """
    found = tuple(part.strip(" ,;\t") for part in _END.split(text[:MAX_CHARACTERS]))
    found = tuple(part for part in found if len(squeeze(normalise(part))) >= _FEWEST)
    return found if 1 < len(found) <= MAX_PARTS else ()
