"""From plain YAML data to a schema model, with pydantic's errors turned into messages for authors."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import Problem
from bot.knowledge.lookalikes import MISSING_DASH, wrong_marker
from bot.knowledge.problems import Node, NodePath, describe, quote, unknown
from bot.knowledge.schema import (
    ID_PATTERN,
    KEY_PATTERN,
    ONE_SECTION,
    SEVERAL_SECTIONS,
    URL_PATTERN,
    FurtherSamples,
)
from bot.knowledge.yaml_reader import MAX_PROBLEMS, QUOTE_IT, Document, parse

_FIRST_KEYS: Final = frozenset({"id", "name", "question", "section"})
"""Keys with which an item of a list usually begins."""
_EMPTY: Final = "is empty: write something, or remove the line"
_MAPPING: Final = "must be a mapping: lines of the form 'key: …'"
_MESSAGES: Final = {
    "refused": "{what}",
    "string_too_short": _EMPTY,
    "list_type": "must be a list: lines that begin with '- '",
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "too_short": "has too few entries: at least {min_length} needed",
    "too_long": "has {actual_length} entries; at most {max_length} are allowed",
}
"""Messages by pydantic's type of error, with the details of the error in braces."""
_PATTERNS: Final = {
    ID_PATTERN: "may contain only a–z, 0–9 and '-'",
    URL_PATTERN: "must be an address that begins with https://",
    KEY_PATTERN: "may contain only a–z, 0–9, '-', '_' and '.'",
}
NO_FURTHER_SAMPLES: Final[FurtherSamples] = MappingProxyType({})
M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
UNFINISHED: Final = "<fill in"
"""How a stub written by `new` begins; a text that begins like this is a problem."""


def problem_of(detail: ErrorDetails, model: type[BaseModel], document: Document) -> Problem:
    """Turn one of pydantic's errors into a problem."""
    loc = tuple(part for part in detail["loc"] if part not in {ONE_SECTION, SEVERAL_SECTIONS})
    path = _existing_path(document.data, loc)
    match detail["type"]:
        case "missing":
            return document.problem(path, f"'{loc[-1]}' is missing")
        case "extra_forbidden":
            return document.problem(path, unknown("key", str(loc[-1]), _keys(model, loc[:-1])))
        case "list_type" if found := _missing_item(path, detail["input"], document):
            return found
        case _:
            return document.problem(path, _message(detail))


def _missing_item(path: NodePath, given: object, document: Document) -> Problem | None:
    """Return the problem with the first item of what should be a list, if its '- ' is missing or something else."""
    match given:
        case str():
            line = document.line(path)
            at = next((number for number in document.wrong_markers if number >= line), None)
            if at is not None and (what := wrong_marker(given)):
                return Problem(document.file, at, describe(document.data, path), what)
        case dict():
            first = next(iter(given), "")
            if what := wrong_marker(first) or (MISSING_DASH.format(first) if first in _FIRST_KEYS else None):
                return document.problem((*path, first), what)
        case _:
            pass
    return None


def _existing_path(data: Node, loc: tuple[int | str, ...]) -> NodePath:
    """Return the part of pydantic's location that exists in the data."""
    node: Node | None = data
    for depth, part in enumerate(loc):
        match node, part:
            case (dict(), str()):
                node = node.get(part)
            case (list(), int()):
                node = node[part] if part < len(node) else None
            case _:
                node = None
        if node is None:
            return loc[:depth]
    return loc


def _keys(model: type[BaseModel], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys that are allowed at `loc` of a model."""
    current: type[BaseModel] | None = model
    for part in loc:
        name = "root" if current is not None and "root" in current.model_fields else part
        fields = current.model_fields if current is not None else {}
        if isinstance(part, str) and name in fields:
            current = model_in(fields[str(name)].annotation)
    return list(current.model_fields) if current is not None else []


def model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model inside an annotation such as `list[Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := model_in(inner))), None)


def _message(detail: ErrorDetails) -> str:
    """Return what is wrong with a value, in words for authors."""
    given: Any = detail["input"]
    details = detail.get("ctx", {})
    if given == "":
        return _EMPTY
    match detail["type"]:
        case kind if kind in _MESSAGES:
            message = _MESSAGES[kind].format_map(details)
        case "string_type" if isinstance(given, list | dict):
            shape = "a list" if isinstance(given, list) else "a mapping"
            message = f"must be a text, not {shape}; a sentence with ': ', '[' or '{{' {QUOTE_IT}"
        case "string_type":
            message = "must be a text"
        case "string_too_long":
            message = f"is {len(given.strip())} characters long; at most {details['max_length']} are allowed"
        case "string_pattern_mismatch":
            message = f"{quote(given)} {_PATTERNS.get(details['pattern'], 'has the wrong form')}"
        case "literal_error":
            options = [option.strip("'") for option in details["expected"].replace(" or ", ", ").split(", ")]
            message = unknown(str(detail["loc"][-1]), str(given), options)
        case _:
            message = detail["msg"].lower()
    return message


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """A valid item and where it is in its file, for the checks that come later."""

    value: T
    document: Document
    path: NodePath

    @property
    def line(self) -> int:
        """Return the line it begins in."""
        return self.document.line(self.path)

    def problem(self, what: str, *path: str | int) -> Problem:
        """Return the problem that `what` is wrong at `path` inside the item."""
        return self.document.problem((*self.path, *path), what)


@dataclass(frozen=True, slots=True)
class LoadedFile(Generic[M]):
    """A file whose YAML could be read; `model` is None when nothing of it is valid."""

    document: Document
    model: M | None
    positions: dict[str, list[int]]
    """For each list that lost invalid items: where the valid ones are in the file."""

    def items(self, key: str) -> list[Located[Any]]:
        """Return the valid items of the list `key`."""
        values = getattr(self.model, key, None) or []
        positions: Sequence[int] = self.positions.get(key) or range(len(values))
        return [Located(v, self.document, (key, at)) for v, at in zip(values, positions, strict=True)]

    def entries(self) -> list[Located[Any]]:
        """Return the valid entries of a file that is one mapping, such as samples by id."""
        root: Mapping[str, Any] = getattr(self.model, "root", None) or {}
        return [Located(value, self.document, (key,)) for key, value in root.items()]

    def ids(self, key: str) -> Iterator[tuple[str, NodePath]]:
        """Yield every id in the list `key`, also of invalid items, with its path."""
        data = self.document.data
        items = data.get(key) if isinstance(data, dict) else None
        for at, item in enumerate(items if isinstance(items, list) else ()):
            name = item.get("id") if isinstance(item, dict) else None
            if isinstance(name, str) and name:
                yield name.strip(), (key, at, "id")


def load(
    data: bytes | None,
    file: str,
    model: type[M],
    problems: list[Problem],
    further: FurtherSamples | None = NO_FURTHER_SAMPLES,
) -> LoadedFile[M] | None:
    """Parse and validate the content of one file; None when it is no YAML. Problems are appended."""
    before = len(problems)
    document = None if data is None else parse(data, file, problems)
    if document is None:
        return None
    lines_with_problems = {problem.line for problem in problems[before:]}
    found: list[Problem] = []
    loaded = validate(document, model, found, further)
    found += _unfinished(document)
    problems += [problem for problem in found if problem.line not in lines_with_problems]
    return loaded


def validate(
    document: Document,
    model: type[M],
    problems: list[Problem],
    further: FurtherSamples | None = NO_FURTHER_SAMPLES,
) -> LoadedFile[M]:
    """Validate a document; invalid list items are reported and left out, so that the rest can be checked.

    `further` tells how many samples stand in samples files; None where that is not known.
    """
    try:
        return LoadedFile(document, model.model_validate(document.data, context=further), {})
    except ValidationError as error:
        errors = error.errors(include_url=False)
    problems += [problem_of(detail, model, document) for detail in errors[:MAX_PROBLEMS]]
    if len(errors) > MAX_PROBLEMS:
        what = f"{len(errors) - MAX_PROBLEMS} more problems are not shown"
        problems.append(Problem(document.file, 0, "", what))
    data, positions = _without(document.data, {detail["loc"][:2] for detail in errors})
    try:
        return LoadedFile(document, model.model_validate(data, context=further), positions)
    except ValidationError:
        return LoadedFile(document, None, {})


def _without(data: Node, invalid: set[tuple[int | str, ...]]) -> tuple[Node, dict[str, list[int]]]:
    """Return the data without the list items and keys in `invalid`, and the positions of the items that remain."""
    if not isinstance(data, dict):
        return data, {}
    rest: dict[str, Node] = {}
    positions: dict[str, list[int]] = {}
    for key, value in data.items():
        if (key,) in invalid:
            continue
        if isinstance(value, list):
            positions[key] = [at for at in range(len(value)) if (key, at) not in invalid]
            rest[key] = [value[at] for at in positions[key]]
        elif isinstance(value, dict):
            rest[key] = {inner: v for inner, v in value.items() if (key, inner) not in invalid}
        else:
            rest[key] = value
    return rest, positions


def _unfinished(document: Document) -> Iterator[Problem]:
    """Report stubs that are not filled in yet, once for each item of a list."""
    reported: set[NodePath] = set()
    for path, text in _strings(document.data, ()):
        if text.startswith(UNFINISHED) and path[:2] not in reported:
            reported.add(path[:2])
            yield document.problem(path, f"is unfinished: replace {quote(text)}")


def _strings(node: Node, path: NodePath) -> Iterator[tuple[NodePath, str]]:
    """Yield every string below a node with its path."""
    if isinstance(node, str):
        yield path, node
    else:
        for key, child in enumerate(node) if isinstance(node, list) else node.items():
            yield from _strings(child, (*path, key))
