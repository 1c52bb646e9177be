"""What the cells of a sheet say: lists of samples and ids, sections with paragraphs, texts that look like formulas."""

import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from bot.knowledge.line_editing import Change, Put, Remove
from bot.knowledge.problems import Node, NodePath, quote
from bot.knowledge.schema import FactModel, parse_paragraphs

SOURCE: Final = "paragraphs"
ABOUT: Final = "about"
ANSWERS: Final = ("answer_ko", "answer_en")
SAMPLES: Final = ("samples_ko", "samples_en")
LABELS: Final = ("label_ko", "label_en")
COLUMNS: Final = ("id", "kind", *ANSWERS, SOURCE, "status", *SAMPLES, *LABELS, ABOUT)
_STATUS: Final = FactModel.model_fields["status"].default
_FORMULA: Final = re.compile(r"'*[=+\-@\t＝＋－＠]")
"""How a cell begins that a spreadsheet may run as a formula; with apostrophes, one that was escaped."""
_CONTINUES: Final = "\t"
"""What a line begins with that goes on with the sample of the line before."""
Sources = tuple[tuple[str, tuple[int, ...]], ...]
"""Sections, each with the paragraphs that are cited."""


def escape(text: str) -> str:
    """Return a cell that every spreadsheet takes for text."""
    return f"'{text}" if _FORMULA.match(text) else text


def unescape(text: str) -> str:
    """Return the text of a cell, escaped or not."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def samples_text(samples: Sequence[str]) -> str:
    """Return samples as a cell, one per line."""
    return "\n".join(sample.replace("\n", f"\n{_CONTINUES}") for sample in samples)


def _samples(text: str) -> tuple[str, ...]:
    """Return the samples of a cell."""
    samples: list[str] = []
    for line in text.split("\n"):
        if line.startswith(_CONTINUES) and samples:
            samples[-1] += f"\n{line[1:]}"
        elif line.strip():
            samples.append(line)
    return tuple(sample.strip() for sample in samples)


def list_text(ids: Sequence[str]) -> str:
    """Return ids as a cell."""
    return ", ".join(ids)


def source_text(source: Node) -> str:
    """Return the source of a fact, as its file has it, as a cell: `exodus 2, 3`."""
    return "; ".join(
        " ".join([section, ", ".join(_runs(paragraphs))]).strip() for section, paragraphs in _sources(source)
    )


def _sources(source: Node) -> Sources:
    """Return the sections and paragraphs of a source in a file."""
    parts: Any = source if isinstance(source, list) else [source]
    return tuple((one["section"], parse_paragraphs(given) if (given := one.get("paragraphs")) else ()) for one in parts)


def _parse_sources(text: str) -> Sources:
    """Return the sections and paragraphs of a cell; ValueError where it is none."""
    found = []
    for part in filter(None, (part.strip() for part in re.split(r"[;\n]", text))):
        section, _, numbers = part.replace(":", " ").partition(" ")
        paragraphs = _numbers(numbers) if numbers else ()
        if paragraphs is None or _numbers(part) is not None:
            msg = f"{quote(part)} is no section with its paragraphs: write it as 'exodus 2, 3'"
            raise ValueError(msg)
        found.append((section, paragraphs))
    return tuple(found)


def _numbers(text: str) -> tuple[int, ...] | None:
    """Return the paragraphs that a text lists, None where it is no such list."""
    try:
        return parse_paragraphs(text)
    except ValueError:
        return None


def source_node(sources: Sources) -> Node:
    """Return sections and paragraphs as a file has them: one mapping, or a list where there are several."""
    nodes: list[Node] = [{"section": section} | _paragraphs(numbers) for section, numbers in sources]
    return nodes[0] if len(nodes) == 1 else nodes


def source_changes(path: NodePath, old: Node, sources: Sources) -> Iterator[Change]:
    """Yield the changes of the source at a path of a file."""
    if len(sources) != 1 or not isinstance(old, dict):
        yield Put(path, source_node(sources))
        return
    ((section, numbers),) = sources
    ((old_section, old_numbers),) = _sources(old)
    if section != old_section:
        yield Put((*path, "section"), section)
    if numbers and numbers != old_numbers:
        yield Put((*path, "paragraphs"), _paragraphs(numbers)["paragraphs"])
    elif "paragraphs" in old and not numbers:
        yield Remove((*path, "paragraphs"))


def _paragraphs(numbers: tuple[int, ...]) -> dict[str, Node]:
    runs: list[Node] = list(_runs(numbers))
    return {"paragraphs": runs} if runs else {}


def _runs(numbers: tuple[int, ...]) -> Iterator[str]:
    """Yield numbers, three or more in a row as `1-3`."""
    at = 0
    while at < len(numbers):
        end = at
        while end + 1 < len(numbers) and numbers[end + 1] == numbers[end] + 1:
            end += 1
        if end - at < 2:  # noqa: PLR2004  two numbers are as short as a range
            end = at
        yield str(numbers[at]) if end == at else f"{numbers[at]}-{numbers[end]}"
        at = end + 1


def canonical(column: str, text: str) -> Any:  # noqa: ANN401  a text, or what it lists
    """Return what a cell says in one form, whatever its spaces: a text or a tuple; ValueError if it is malformed."""
    if column in SAMPLES:
        return _samples(text)
    if column == ABOUT:
        return tuple(filter(None, re.split(r"[,;\s]+", text)))
    if column == SOURCE:
        return _parse_sources(text)
    if column == "status":
        return text.casefold() or _STATUS
    return text.casefold() if column == "kind" else text
