"""Characters that look like YAML's own and are none: en dashes, bullets, no-break spaces, full-width colons.

A parser takes them for text and gives up lines later. A line is blamed only where the file can be read further once
the line is mended, because a sentence may begin with any of them.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final

import yaml

LOADER: Final = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
"""libyaml where PyYAML was built with it (25 times faster), else the pure Python parser."""
_SPACE: Final = r"(?:[^\S\n ]|[\u200b-\u200d\u2060\u3164])"
"""White space, also invisible, that is not YAML's."""
_INDENTATION: Final = re.compile(rf" *(?P<found>{_SPACE})")
_MARKER: Final = re.compile(
    rf"(?P<before> *)(?P<found>[‐‑‒–—―−－﹘﹣*+](?=\s)|[•‣▪◦●○■□∙⁃・·➢✓]|-(?=[^\s-]|{_SPACE})){_SPACE}?(?P<rest>.*)"
)
_COLON: Final = re.compile(rf"(?P<before> *(?:- +)*[A-Za-z0-9_-]+)(?P<found>[：﹕]|:(?={_SPACE}))(?P<rest>.*)")
_ID: Final = re.compile(r"(?P<before> *)(?P<rest>id:.*)")
_LOOK_BACK: Final = 3
"""Lines above the one where the parser gives up that may be its cause."""
MISSING_DASH: Final = "'- ' is missing before '{}'"


def strange_indentation(line: str) -> str | None:
    """Return what is wrong with the white space that a line begins with, or None."""
    match = _INDENTATION.match(line)
    return f"is indented with {_named(match['found'])}; use spaces" if match else None


def wrong_marker(text: str) -> str | None:
    """Return what is wrong with the start of what should be a list item, or None."""
    match = _MARKER.match(text)
    if match is None:
        return None
    if match["found"] != "-":
        return f"{_named(match['found'])} begins no list item; write '- '"
    behind = text[match.end("found")]
    if re.match(_SPACE, behind):
        return f"{_named(behind)} stands behind '-'; write '- '"
    return "a space is missing behind '-'"


def find_cause(lines: Sequence[str], row: int) -> tuple[int, str] | None:
    """Return the row (from 0) and the message of what makes a parser give up in `row`, if it is a lookalike."""
    for at, mended, what in _mendings(lines, row):
        if _reads_beyond([*lines[:at], mended, *lines[at + 1 :]], row):
            return at, what
    return None


def _mendings(lines: Sequence[str], row: int) -> Iterator[tuple[int, str, str]]:
    """Yield rows that may be the cause, each with what it may have to be and the message about it."""
    above = [at for at in range(min(row, len(lines) - 1), -1, -1) if lines[at].strip()]
    for at in above[: _LOOK_BACK + 1]:
        if (what := wrong_marker(lines[at])) and (match := _MARKER.match(lines[at])):
            yield at, f"{match['before']}- {match['rest'].lstrip()}", what
        if match := _COLON.match(lines[at]):
            yield at, *_with_colon(match)
    for at in above[_LOOK_BACK + 1 :]:
        if (match := _COLON.match(lines[at])) and not match["rest"].strip():  # of a key with a long list below
            yield at, *_with_colon(match)
            break
    for at in above:
        if match := _ID.fullmatch(lines[at]):
            before, rest = match["before"], match["rest"]
            yield at, f"{before}- {rest}", MISSING_DASH.format("id")
            yield at, f"{before[:-2]}- {rest}", MISSING_DASH.format("id")
            return


def _with_colon(match: re.Match[str]) -> tuple[str, str]:
    """Return a line with a colon of YAML's, and the message about the one it has."""
    before, found, rest = match["before"], match["found"], match["rest"]
    if found == ":":
        return f"{before}: {rest[1:].lstrip()}", f"{_named(rest[0])} stands behind ':'; use a space"
    return f"{before}: {rest.lstrip()}", f"{_named(found)} stands behind '{before.lstrip(' -')}'; write ': '"


def _reads_beyond(lines: Sequence[str], row: int) -> bool:
    """Return whether a parser gets beyond `row`."""
    try:
        for event in yaml.parse("\n".join(lines), Loader=LOADER):
            if event.start_mark and event.start_mark.line > row:
                return True
    except yaml.MarkedYAMLError as error:
        return error.problem_mark is not None and error.problem_mark.line > row
    except yaml.YAMLError:
        return False
    return True


def _named(character: str) -> str:
    """Return a character as an author can find it: `'–' (U+2013, en dash)`, where it is invisible without itself."""
    code, name = f"U+{ord(character):04X}", unicodedata.name(character, "no name").lower()
    visible = character.isprintable() and not re.match(_SPACE, character)
    return f"'{character}' ({code}, {name})" if visible else f"{code} ({name})"
