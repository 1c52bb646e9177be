"""One question in the terminal: as a panel or as JSON."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.text import Text

from bot.service.explaining import Explanation
from bot.service.replies import Citation, Reply, Suggestion, offered

_BORDER = {"answered": "green", "suggested": "yellow", "unanswered": "bright_black"}


def as_json(question: str, reply: Reply, explanations: Sequence[Explanation] = ()) -> dict[str, Any]:
    """Return the reply to `question` in the documented form (README, "For programs").

    `explanations` says why the reply and each further answer were given, if that was asked for.
    """
    data = {
        "question": question,
        "outcome": reply.outcome,
        "language": reply.language,
        "article": reply.article,
        "fact": reply.fact,
        "gap": reply.gap,
        "answer": f"{reply.text}\n> {reply.closest.text}" if reply.closest else reply.text,
        "source": _source(reply.source) if reply.source else None,
        "confidence": round(reply.confidence, 4),
        "suggestions": [
            {"article": one.article, "fact": one.fact, "label": one.label, "confidence": round(one.confidence, 4)}
            for one in offered(reply)
        ],
        "also": [
            as_json(question, further, explanations[at : at + 1]) for at, further in enumerate(reply.also, start=1)
        ],
        "closest": _closest(reply.closest) if reply.closest else None,
    }
    return data | {"explain": list(explanations[0].lines)} if explanations else data


def _closest(quoted: Reply) -> dict[str, Any]:
    return {
        "article": quoted.article,
        "fact": quoted.fact,
        "answer": quoted.text,
        "source": _source(quoted.source) if quoted.source else None,
        "confidence": round(quoted.confidence, 4),
    }


def _source(source: Citation) -> dict[str, Any]:
    return {
        "title": source.title,
        "publisher": source.publisher,
        "section": source.section,
        "paragraphs": list(source.paragraphs),
        "url": source.url,
    }


def render(reply: Reply) -> RenderableType:
    """Return the reply as a panel: the answer, its source in small print, suggestions by number."""
    parts: list[RenderableType] = [Text(reply.text)]
    parts += [Text(line, style="italic dim") for line in (reply.understood, reply.notice) if line]
    if reply.closest:
        parts.append(Padding(Text(reply.closest.text), (1, 0, 0, 2)))
    if source := (reply.closest or reply).source:
        parts.append(Text(source.line, style="dim"))
    for further in reply.also:
        parts += [Text(), Text(further.text)]
        if further.source:
            parts.append(Text(further.source.line, style="dim"))
    if reply.offer:
        parts += [Text(), Text(reply.offer)]
    if reply.outcome != "answered" or reply.offer:
        parts += _suggestions(reply.suggestions)
    return Panel(Group(*parts), border_style=_BORDER[reply.outcome], expand=False)


def _suggestions(suggestions: Sequence[Suggestion]) -> Iterator[Text]:
    """Yield the suggestions by number, with their article if there are several."""
    several = len({suggestion.article for suggestion in suggestions}) > 1
    for number, suggestion in enumerate(suggestions, 1):
        article = f" ({suggestion.article})" if several else ""
        yield Text.assemble((f" {number} ", "reverse"), " ", suggestion.label, (article, "dim"))


def show_why(console: Console, explanations: Sequence[Explanation]) -> None:
    """Print why each answer was given."""
    for explanation in explanations:
        console.print(explanation.title, style="bold", markup=False, highlight=False)
        for line in explanation.lines:
            console.print(line, markup=False, highlight=False)
