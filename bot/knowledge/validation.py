"""From a YAML tree to a schema model, with pydantic's errors turned into sentences for authors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.errors import Problem
from bot.knowledge import yaml_reader
from bot.knowledge.problems import Keys, Tree, quote, unknown
from bot.knowledge.schema import ID_PATTERN, KEY_PATTERN, URL_PATTERN
from bot.knowledge.yaml_reader import MAX_PROBLEMS, QUOTE_IT, Document

_EMPTY: Final = "is empty: write something, or remove the line"
_MAPPING: Final = "must be a mapping: lines of the form 'key: …'"
_FIXED: Final = {
    "string_too_short": _EMPTY,
    "list_type": "must be a list: lines that begin with '- '",
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
}
_PATTERNS: Final = {
    ID_PATTERN: "is written with a–z, 0–9 and '-' only",
    URL_PATTERN: "must be an address that begins with https://",
    KEY_PATTERN: "is written with a–z, 0–9, '-', '_' and '.' only",
}
M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
UNFINISHED: Final = "<fill in"
"""How a stub written by `new` begins; nothing that begins so may go live."""


def problem_of(detail: ErrorDetails, model: type[BaseModel], document: Document) -> Problem:
    """Turn one of pydantic's errors into a problem."""
    path = _path(document.data, detail["loc"])
    if detail["type"] == "missing":
        return document.problem(path, f"'{detail['loc'][-1]}' is missing")
    if detail["type"] == "extra_forbidden":
        key = str(detail["loc"][-1])
        return document.problem(path, unknown("key", key, _keys(model, detail["loc"][:-1])))
    return document.problem(path, _say(detail))


def _path(data: Tree, loc: tuple[int | str, ...]) -> Keys:
    """Return the part of pydantic's location that exists in the data."""
    node: Tree | None = data
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
            current = _model_in(fields[str(name)].annotation)
    return list(current.model_fields) if current is not None else []


def _model_in(annotation: object) -> type[BaseModel] | None:
    """Return the model inside an annotation such as `list[Model]` or `Model | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def _say(detail: ErrorDetails) -> str:
    """Say what is wrong with a value, in the words of an author's world."""
    if detail["input"] == "":
        return _EMPTY
    if (fixed := _FIXED.get(detail["type"])) is not None:
        return fixed
    return _with_details(detail["type"], detail["input"], detail.get("ctx", {}), detail)


def _with_details(kind: str, given: Any, limits: dict[str, Any], detail: ErrorDetails) -> str:  # noqa: ANN401
    """Say what is wrong where the value or its limits belong into the sentence."""
    match kind:
        case "said":
            said = str(limits["what"])
        case "string_type" if isinstance(given, list | dict):
            it = "a list" if isinstance(given, list) else "a mapping"
            said = f"must be a text, not {it}; a sentence with ': ', '[' or '{{' {QUOTE_IT}"
        case "string_type":
            said = "must be a text"
        case "string_too_long":
            said = f"is {len(given.strip())} characters long; at most {limits['max_length']} fit"
        case "string_pattern_mismatch":
            said = f"{quote(given)} {_PATTERNS.get(limits['pattern'], 'is not of the right form')}"
        case "literal_error":
            options = [option.strip("'") for option in limits["expected"].replace(" or ", ", ").split(", ")]
            said = unknown(str(detail["loc"][-1]), str(given), options)
        case "too_short":
            said = f"needs at least {limits['min_length']}"
        case "too_long":
            said = f"has {limits['actual_length']}; at most {limits['max_length']} fit"
        case _:
            said = detail["msg"].lower()
    return said


@dataclass(frozen=True, slots=True)
class Placed(Generic[T]):
    """Something valid together with where it stands, for the checks that come later."""

    value: T
    document: Document
    path: Keys

    @property
    def line(self) -> int:
        """Return the line it begins in."""
        return self.document.line(self.path)

    def problem(self, what: str, *path: str | int) -> Problem:
        """Say what is wrong at `path` inside of it."""
        return self.document.problem((*self.path, *path), what)


@dataclass(frozen=True, slots=True)
class Loaded(Generic[M]):
    """A file's valid part; `model` is None when nothing of it could be used."""

    document: Document
    model: M | None
    kept: dict[str, list[int]]
    """For each list that lost invalid items: the positions of those that are left."""

    def items(self, key: str) -> list[Placed[Any]]:
        """Return the valid items of the list `key`, each with its place."""
        values = getattr(self.model, key, None) or []
        positions: Sequence[int] = self.kept.get(key) or range(len(values))
        return [Placed(v, self.document, (key, at)) for v, at in zip(values, positions, strict=True)]

    def ids(self, key: str) -> Iterator[tuple[str, Keys]]:
        """Yield every id written in the list `key`, of invalid items too, with its place."""
        data = self.document.data
        items = data.get(key) if isinstance(data, dict) else None
        for at, item in enumerate(items if isinstance(items, list) else ()):
            name = item.get("id") if isinstance(item, dict) else None
            if isinstance(name, str) and name:
                yield name.strip(), (key, at, "id")


def load(path: Path, file: str, model: type[M], problems: list[Problem]) -> Loaded[M] | None:
    """Read and validate one file; None when not even its YAML could be read."""
    before = len(problems)
    document = yaml_reader.read(path, file, problems)
    if document is None:
        return None
    known = {problem.line for problem in problems[before:]}
    found: list[Problem] = []
    loaded = validated(document, model, found)
    found += _unfinished(document)
    problems += [problem for problem in found if problem.line not in known]
    return loaded


def validated(document: Document, model: type[M], found: list[Problem]) -> Loaded[M]:
    """Validate a document; invalid list items are reported and left out, so that the rest can be checked."""
    try:
        return Loaded(document, model.model_validate(document.data), {})
    except ValidationError as error:
        errors = error.errors(include_url=False)
    found += [problem_of(detail, model, document) for detail in errors[:MAX_PROBLEMS]]
    if len(errors) > MAX_PROBLEMS:
        what = f"{len(errors) - MAX_PROBLEMS} more problems are not shown"
        found.append(Problem(document.file, 0, "", what))
    data, kept = _without(document.data, {detail["loc"][:2] for detail in errors})
    try:
        return Loaded(document, model.model_validate(data), kept)
    except ValidationError:
        return Loaded(document, None, {})


def _without(data: Tree, bad: set[tuple[int | str, ...]]) -> tuple[Tree, dict[str, list[int]]]:
    """Return the data without the list items and keys in `bad`, and the positions of what is left."""
    if not isinstance(data, dict):
        return data, {}
    rest: dict[str, Tree] = {}
    kept: dict[str, list[int]] = {}
    for key, value in data.items():
        if (key,) in bad:
            continue
        if isinstance(value, list):
            kept[key] = [at for at in range(len(value)) if (key, at) not in bad]
            rest[key] = [value[at] for at in kept[key]]
        elif isinstance(value, dict):
            rest[key] = {inner: v for inner, v in value.items() if (key, inner) not in bad}
        else:
            rest[key] = value
    return rest, kept


def _unfinished(document: Document) -> Iterator[Problem]:
    """Report stubs that nobody has filled in yet, once for each item of a list."""
    reported: set[Keys] = set()
    for path, text in _strings(document.data, ()):
        if text.startswith(UNFINISHED) and path[:2] not in reported:
            reported.add(path[:2])
            yield document.problem(path, f"is unfinished: replace {quote(text)}")


def _strings(node: Tree, path: Keys) -> Iterator[tuple[Keys, str]]:
    """Yield every string of a tree with its path."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, list):
        for at, child in enumerate(node):
            yield from _strings(child, (*path, at))
    else:
        for key, child in node.items():
            yield from _strings(child, (*path, key))
