"""The validated files of one article before they become an `Article`: read, and what is called how."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from bot.errors import Problem
from bot.knowledge._folder import ARTICLE, CASES, COMMANDS, ENTITIES, FACTS, ArticleFolder
from bot.knowledge._validate import Loaded, Placed, load
from bot.knowledge._wording import unknown
from bot.knowledge.schema import (
    ArticleFile,
    CaseModel,
    CasesFile,
    CommandModel,
    CommandsFile,
    EntitiesFile,
    EntityModel,
    FactModel,
    FactsFile,
    GapModel,
    SectionModel,
)

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Names:
    """The ids of one kind; `known` is None when a file that would define them can't be read."""

    noun: str
    known: frozenset[str] | None

    def lacks(self, name: str) -> bool:
        """Tell whether `name` certainly doesn't exist."""
        return self.known is not None and name not in self.known

    def also(self, names: set[str]) -> "Names":
        """Return the same with further names."""
        return Names(self.noun, None if self.known is None else self.known | names)


@dataclass(frozen=True, slots=True)
class Parts:
    """All that could be read of one article, each item with its place."""

    slug: str
    head: Loaded[ArticleFile] | None
    entity_file: Loaded[EntitiesFile] | None
    fact_files: tuple[Loaded[FactsFile], ...]
    sections: tuple[Placed[SectionModel], ...]
    entities: tuple[Placed[EntityModel], ...]
    facts: tuple[Placed[FactModel], ...]
    gaps: tuple[Placed[GapModel], ...]
    commands: tuple[Placed[CommandModel], ...]
    cases: tuple[Placed[CaseModel], ...]
    section_names: Names
    entity_names: Names
    fact_names: Names
    gap_names: Names

    def answers(self) -> "tuple[Placed[FactModel] | Placed[GapModel], ...]":
        """Return facts and gaps: all that has samples and an answer."""
        return (*self.facts, *self.gaps)


def read_parts(folder: ArticleFolder, problems: list[Problem]) -> Parts:
    """Read every file of an article; problems are appended and the rest is still read."""
    head = load(folder.path / ARTICLE, folder.name(ARTICLE), ArticleFile, problems)
    entity_file = _optional(folder, ENTITIES, EntitiesFile, problems)
    names, before = folder.fact_files(), len(problems)
    if not names:
        problems.append(Problem(folder.name(FACTS), 0, "", "is missing: an article needs facts"))
    read = [load(folder.path / name, folder.name(name), FactsFile, problems) for name in names]
    fact_files = tuple(file for file in read if file is not None)
    broken = len(fact_files) < len(read) or not read
    if len(problems) == before and not any(file.items("facts") for file in fact_files):
        problems.append(Problem(folder.name(names[0]), 0, "", "has no fact: an article needs one"))
    commands = _optional(folder, COMMANDS, CommandsFile, problems)
    cases = _optional(folder, CASES, CasesFile, problems)
    entities_broken = folder.has(ENTITIES) and entity_file is None
    return Parts(
        slug=folder.slug,
        head=head,
        entity_file=entity_file,
        fact_files=fact_files,
        sections=tuple(_items(head, "sections")),
        entities=tuple(_items(entity_file, "entities")),
        facts=tuple(item for file in fact_files for item in file.items("facts")),
        gaps=tuple(item for file in fact_files for item in file.items("gaps")),
        commands=tuple(_items(commands, "commands")),
        cases=tuple(_items(cases, "cases")),
        section_names=_names("section", (head,), "sections", broken=head is None),
        entity_names=_names("entity", (entity_file,), "entities", broken=entities_broken),
        fact_names=_names("fact", fact_files, "facts", broken=broken),
        gap_names=_names("gap", fact_files, "gaps", broken=broken),
    )


def _optional(folder: ArticleFolder, file: str, model: type[M], problems: list[Problem]) -> Loaded[M] | None:
    """Load a file that an article may do without."""
    return load(folder.path / file, folder.name(file), model, problems) if folder.has(file) else None


def _items(loaded: Loaded[M] | None, key: str) -> Iterator[Placed[Any]]:
    """Yield the valid items of a file that may be absent."""
    if loaded is not None:
        yield from loaded.items(key)


def _names(noun: str, files: tuple[Loaded[M] | None, ...], key: str, *, broken: bool) -> Names:
    """Collect the ids written in a list, of invalid items too: what exists but is wrong isn't unknown."""
    if broken:
        return Names(noun, None)
    return Names(noun, frozenset(name for file in files if file for name, _ in file.ids(key)))


def missing(
    item: Placed[FactModel] | Placed[GapModel] | Placed[CommandModel],
    names: Names,
    given: Iterable[str],
    *path: str | int,
) -> Iterator[Problem]:
    """Report the names in `given` that don't exist."""
    for at, name in enumerate(given):
        if names.lacks(name):
            yield item.problem(unknown(names.noun, name, names.known or ()), *path, at)
