"""`eval --channel`: how often the bot would reply in a channel in which members just talk."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from bot.core.asking import asks_something
from bot.core.matching import Question
from bot.core.model import LANGUAGES
from bot.errors import ConfigError
from bot.evaluation.metrics import Share
from bot.service.library import Library
from bot.service.replies import Reply, says_something

Saying: TypeAlias = Literal["answered", "closest", "gap"]
"""What a reply says; without one of these the bot stays silent."""
_COLUMNS: Final = ("n", "asks", "answered", "closest", "gap", "replied to", "right")
_WIDTH: Final = 28


@dataclass(frozen=True, slots=True)
class Talk:
    """One message of a channel; `facts` are the right answers, none if the article does not cover it."""

    id: str
    text: str
    language: str
    is_question: bool
    facts: frozenset[str]


@dataclass(frozen=True, slots=True)
class Overheard:
    """What the bot makes of a message."""

    talk: Talk
    asks: bool
    saying: Saying | None
    is_right: bool
    """Whether a right answer is given or quoted as the closest."""


def read_talk(path: Path) -> tuple[Talk, ...]:
    """Read JSON lines with at least `text`, `question` and `fact`; raise ConfigError with file and line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        msg = f"{path}: can't be read ({error.__class__.__name__})"
        raise ConfigError(msg) from None
    return tuple(_talk(f"{path}:{number}", line) for number, line in enumerate(lines, 1) if line.strip())


def _talk(place: str, line: str) -> Talk:
    try:
        data: dict[str, Any] = json.loads(line)
        facts = frozenset(filter(None, (data["fact"], *(data.get("also") or ()))))
        return Talk(str(data["id"]), str(data["text"]), str(data["lang"]), bool(data["question"]), facts)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"{place}: not a message: a JSON object with id, text, lang, question and fact is needed ({error!r})"
        raise ConfigError(msg) from None


def overhear(library: Library, talk: Talk) -> Overheard:
    """Return what the bot makes of a message in a channel that it listens to."""
    asks = asks_something(talk.text)
    if not asks:
        return Overheard(talk, asks=False, saying=None, is_right=False)
    reply = library.answer(Question(talk.text)).reply
    given = {one.fact for one in (reply, reply.closest, *reply.also) if one is not None}
    return Overheard(talk, asks, _saying(reply), is_right=not talk.facts.isdisjoint(given))


def _saying(reply: Reply) -> Saying | None:
    if not says_something(reply):
        return None
    return "closest" if reply.closest else "answered" if reply.outcome == "answered" else "gap"


def report(library: Library, files: Sequence[Path]) -> str:
    """Return a table: for each language, the questions that the article covers, and everything else."""
    heard = [overhear(library, talk) for file in files for talk in read_talk(file)]
    lines = [f"{'':{_WIDTH}}" + "".join(f"{column:>18}" for column in _COLUMNS)]
    languages = (None, *LANGUAGES)
    for language in languages:
        own = [one for one in heard if language in {None, one.talk.language}]
        covered = [one for one in own if one.talk.facts]
        rest = [one for one in own if not one.talk.facts]
        questions = [one for one in rest if one.talk.is_question]
        chatter = [one for one in rest if not one.talk.is_question]
        groups = ("covered questions", covered), ("everything else", rest)
        parts = ("… other questions", questions), ("… no questions", chatter)
        lines += [_row(f"{language or 'all'}: {name}", group) for name, group in (*groups, *parts)]
    return "\n".join(lines) + "\n"


def _row(name: str, group: Sequence[Overheard]) -> str:
    replied = sum(one.saying is not None for one in group)
    counts = (
        sum(one.asks for one in group),
        *(sum(one.saying == saying for one in group) for saying in ("answered", "closest", "gap")),
    )
    low, high = Share(replied, len(group)).interval if group else (0.0, 0.0)
    share = f"{replied / len(group):.1%} ({100 * low:.0f}–{100 * high:.0f})" if group else "–"
    right = sum(one.is_right for one in group)
    return f"{name:{_WIDTH}}{len(group):>18}" + "".join(f"{count:>18}" for count in (*counts, share, right))
