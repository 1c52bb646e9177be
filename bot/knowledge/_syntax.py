"""A YAML parser's error, translated into a sentence that says how to mend the line."""

import re
from collections.abc import Sequence
from typing import Final

import yaml

_SPECIAL: Final = "\"'[]{}@*&!%>|`#,?"
"""Characters with a meaning of their own at the start of a YAML value."""
_VALUE: Final = re.compile(r"^\s*(?:- +)*(?:[A-Za-z0-9_-]+: +)?(?P<value>.*)$")

QUOTE_IT: Final = "must stand in quotes as a whole"


def explain(error: yaml.YAMLError, lines: Sequence[str]) -> tuple[int, str]:
    """Return the line (from 1) and the human reading of a parser's error."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return 0, "this is not YAML"
    row = error.problem_mark.line
    said = error.problem or ""
    opened = _written(lines, error.context_mark.line if error.context_mark else row)
    if "unexpected end of stream" in said or "unexpected document" in said:
        return opened + 1, "a quotation mark is opened here and never closed"
    if "bracket" in said or "',' or" in said or "flow" in (error.context or ""):
        return opened + 1, f"a bracket is opened here and not closed; {_starts(lines, opened)}"
    return _of_line(said, row, lines)


def _written(lines: Sequence[str], row: int) -> int:
    """Return the last row up to `row` in which something stands: a parser may give up behind the end."""
    return next((at for at in range(min(row, len(lines) - 1), 0, -1) if lines[at].strip()), 0)


def _of_line(said: str, row: int, lines: Sequence[str]) -> tuple[int, str]:
    """Explain an error by what stands in the line where the parser gave up."""
    text = lines[row] if row < len(lines) else ""
    match = _VALUE.match(text)
    value = match["value"] if match else ""
    if value and value[0] in _SPECIAL:
        return row + 1, _starts(lines, row)
    if "values are not allowed" in said:
        if ": " in value or value.endswith(":"):
            return row + 1, f"a sentence that contains ': ' {QUOTE_IT}"
        return row + 1, "the indentation is wrong, or the line above is not finished"
    if "entries are not allowed" in said:
        return row + 1, f"a list begins on a line of its own; a text that starts with '- ' {QUOTE_IT}"
    if "could not find expected ':'" in said:
        return row + 1, "a ':' is missing, or the indentation is wrong"
    return row + 1, "the indentation is wrong, or '- ' or 'key:' is missing"


def _starts(lines: Sequence[str], row: int) -> str:
    """Say that a sentence beginning with this line's special character needs quotes."""
    match = _VALUE.match(lines[row]) if row < len(lines) else None
    first = match["value"][:1] if match else ""
    if first and first in _SPECIAL:
        return f"a sentence that starts with {first} {QUOTE_IT}"
    return f"a sentence that contains brackets {QUOTE_IT}"
