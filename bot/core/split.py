"""A message that may ask two things, taken apart at the places where one question can end."""

import re

from bot.core.text import MAX_CHARACTERS, normalise, squeeze

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
