"""How two revisions of the facts differ, as text and as Markdown for a review."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, get_args

from bot.service.comparison import Changed, How, Kind, lines_of, markdown_of

_WORDS: Final = {word: word for word in (*get_args(Kind), *get_args(How))} | {"shared": "shared by all articles"}


def diff_lines(old: str, new: str, changes: Sequence[Changed]) -> Iterator[str]:
    """Yield what differs between two revisions as plain lines."""
    yield f"{old} → {new}: {_summary(changes)}"
    yield from lines_of(changes, _WORDS)


def diff_markdown(old: str, new: str, changes: Sequence[Changed]) -> Iterator[str]:
    """Yield the same as Markdown."""
    yield f"## Facts: `{old}` → `{new}`"
    yield ""
    yield f"{_summary(changes).capitalize()}."
    yield ""
    yield from markdown_of(changes)


def _summary(changes: Sequence[Changed]) -> str:
    """Return how many facts, gaps and so on were added, removed and changed."""
    numbers = Counter((one.kind, one.how) for one in changes)
    parts = [
        f"{kind}s: " + ", ".join(f"{numbers[kind, how]} {how}" for how in get_args(How) if numbers[kind, how])
        for kind in get_args(Kind)
        if any(numbers[kind, how] for how in get_args(How))
    ]
    return "; ".join(parts) or "both say the same"
