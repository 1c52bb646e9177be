"""`brief`: one complete text that asks a colleague or any chat assistant to draft an article's facts."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any, Final

from bot.authoring.json_form import AdditionForm, ReplyForm
from bot.authoring.layout import ArticleCopy
from bot.core.model import Language
from bot.errors import ConfigError
from bot.knowledge.validation import UNFINISHED

FOLDER: Final = Path(__file__).parent / "briefs"
_MOST_PARAGRAPHS: Final = 12
_MOST_CHARACTERS: Final = 9_000
"""Paragraphs and characters of a part: of more, the reply would not fit into one message of most assistants."""
_GAPS: Final = 20
_CASES: Final = 40
_WORDS: Final = {
    "en": (", part {} of {}", "paragraphs {}–{}", "the article"),
    "ko": (" ({}/{}부분)", "{}–{}번 문단", "기사"),
}
"""How a part and its paragraphs are called, and the whole article."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The text of a brief, and of how many parts it is one."""

    text: str
    part: int
    parts: int


def write_brief(article: ArticleCopy, language: Language | None, samples: int, part: int = 1) -> Brief:
    """Return a brief about an article's text, in the article's language unless another is named.

    Raises KnowledgeError when the text has no paragraph, ConfigError when there is no such part.
    """
    body, known = article.body(), article.metadata
    own = article.language
    language = language or own
    ranges = list(_parts(body))
    if not 1 <= part <= len(ranges):
        msg = f"There is no part {part}: this article has {len(ranges)}."
        raise ConfigError(msg)
    first, last = ranges[part - 1]
    in_parts, span, whole = _WORDS[language]
    source = {
        "title": known.title or f"{UNFINISHED}: the title>",
        "publisher": known.publisher or f"{UNFINISHED}: the publisher>",
        **{key: value for key, value in (("date", known.date), ("url", known.url)) if value},
        "language": own,
        "paragraphs": len(body),
    }
    text = Template((FOLDER / f"{language}.md").read_text(encoding="utf-8")).substitute(
        part=in_parts.format(part, len(ranges)) if len(ranges) > 1 else "",
        paragraphs=numbered(body[first - 1 : last], first),
        source=json.dumps(source, ensure_ascii=False),
        scope=span.format(first, last) if len(ranges) > 1 else whole,
        samples=samples,
        gaps=-(-_GAPS // len(ranges)),
        cases=-(-_CASES // len(ranges)),
        example=(FOLDER / "example.json").read_text(encoding="utf-8").strip(),
        schema=json.dumps(reply_schema(), ensure_ascii=False),
    )
    return Brief(text, part, len(ranges))


def numbered(paragraphs: Sequence[str], first: int) -> str:
    """Return paragraphs with their numbers."""
    return "\n\n".join(f"[{number}] {text}" for number, text in enumerate(paragraphs, first))


def _parts(body: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield the first and the last paragraph of each part; all are about equally long, so that none is a remainder."""
    least = max(len(body) / _MOST_PARAGRAPHS, sum(map(len, body)) / _MOST_CHARACTERS)
    most = math.ceil(len(body) / max(1, math.ceil(least)))
    first, size = 1, 0
    for number, text in enumerate(body, 1):
        if number > first and (number - first >= most or size + len(text) > _MOST_CHARACTERS):
            yield first, number - 1
            first, size = number, 0
        size += len(text)
    yield first, len(body)


def reply_schema() -> dict[str, Any]:
    """Return the JSON Schema of a reply, without the titles that pydantic makes of names."""
    schema: dict[str, Any] = _without_titles(ReplyForm.model_json_schema())
    return schema


def addition_schema() -> dict[str, Any]:
    """Return the JSON Schema of a reply that is added to a folder: without a source."""
    schema: dict[str, Any] = _without_titles(AdditionForm.model_json_schema())
    for name in ("SourceForm", "SectionForm"):
        del schema["$defs"][name]
    del schema["properties"]["source"]
    return schema


def _without_titles(node: Any) -> Any:  # noqa: ANN401  any JSON
    """Return a schema without titles and defaults, which say nothing to whoever writes a reply."""
    if isinstance(node, list):
        return [_without_titles(value) for value in node]
    if not isinstance(node, dict):
        return node
    said = {
        key: value for key, value in node.items() if not (key in {"title", "default"} and not isinstance(value, dict))
    }
    return {key: _without_titles(value) for key, value in said.items()}
