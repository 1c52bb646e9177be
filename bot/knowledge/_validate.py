"""From a YAML tree to a schema model, with pydantic's errors turned into sentences for authors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from bot.errors import Problem
from bot.knowledge import strict_yaml
from bot.knowledge._plain_words import problem_of
from bot.knowledge._wording import Keys, Tree, quote
from bot.knowledge.strict_yaml import MAX_PROBLEMS, Document

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")

UNFINISHED: Final = "<fill in"
"""How a stub written by `new` begins; nothing that begins so may go live."""


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
    document = strict_yaml.read(path, file, problems)
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
