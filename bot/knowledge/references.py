"""The parts of one article, and the checks that need more than one of its files."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from bot.core.model import NOTHING, Lexicon, Text
from bot.errors import Problem
from bot.knowledge.folder import ARTICLE, CASES, COMMANDS, ENTITIES, FACTS, ArticleFolder
from bot.knowledge.problems import quote, unknown
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
from bot.knowledge.validation import UNFINISHED, Loaded, Placed, load

M = TypeVar("M", bound=BaseModel)
ASKS: Final = frozenset(
    {"who", "what", "when", "where", "why", "how", "how-many", "how-much", "which", "yes-no", "list"}
)
_IN_NUMBER: Final = re.compile(r"(?<=\d)[.,:/](?=\d)")
_ADMINISTRATION: Final = "facts"
"""The administrators' command."""
_OWN: Final = ("command_ask_name", "command_help_name", "command_about_name")
"""The messages that name the commands which the bot has without any data."""


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


def squeeze(text: str) -> str:
    """Return the form in which two texts count as the same: NFKC, case folded, no spaces or punctuation.

    A point or comma inside a number stays: 1.5 and 15 are not the same question.
    """
    folded = _IN_NUMBER.sub("¤", unicodedata.normalize("NFKC", text).casefold())
    return "".join(c for c in folded if unicodedata.category(c)[0] not in "PZC")


def check_references(parts: Parts, lexicon: Lexicon) -> Iterator[Problem]:
    """Yield every problem between the items of one article."""
    yield from _unique_ids(parts)
    yield from _sections(parts)
    for fact in parts.facts:
        yield from _fact(fact, parts, lexicon)
    for gap in parts.gaps:
        yield from missing(gap, parts.fact_names, gap.value.nearest, "nearest")
    yield from _samples(parts)
    yield from _aliases(parts)
    yield from check_commands(parts)
    yield from _cases(parts)


def _unique_ids(parts: Parts) -> Iterator[Problem]:
    """Ids are unique over facts and gaps, over entities and over sections."""
    facts = ((f.document, i) for f in parts.fact_files for key in ("facts", "gaps") for i in f.ids(key))
    heads = ((f.document, i) for f in (parts.head,) if f for i in f.ids("sections"))
    entities = ((f.document, i) for f in (parts.entity_file,) if f for i in f.ids("entities"))
    for group in (facts, heads, entities):
        first: dict[str, str] = {}
        for document, (name, path) in group:
            place = f"{document.file}:{document.line(path)}"
            if name in first:
                yield document.problem(path, f"the id {quote(name)} is taken (first in {first[name]})")
            first.setdefault(name, place)


def _sections(parts: Parts) -> Iterator[Problem]:
    """No paragraph belongs to two sections."""
    owner: dict[int, str] = {}
    for section in parts.sections:
        shared = {n: owner[n] for n in section.value.paragraphs if n in owner}
        if shared:
            number, other = min(shared.items())
            what = f"paragraph {number} belongs to section {quote(other)} already"
            yield section.problem(what, "paragraphs")
        owner.update(dict.fromkeys(section.value.paragraphs, section.value.id))


def _fact(fact: Placed[FactModel], parts: Parts, lexicon: Lexicon) -> Iterator[Problem]:
    """Check everything a fact refers to."""
    value = fact.value
    yield from _source(fact, parts)
    about = parts.entity_names.also({family.id for family in lexicon.concepts})
    yield from missing(fact, about, value.about, "about")
    asks = Names("kind of answer", ASKS | {family.id for family in lexicon.asks})
    yield from missing(fact, asks, value.asks, "asks")
    yield from missing(fact, parts.fact_names, value.related, "related")
    if value.id in value.related:
        yield fact.problem("a fact isn't related to itself", "related", value.related.index(value.id))


def _source(fact: Placed[FactModel], parts: Parts) -> Iterator[Problem]:
    """Check that the section exists and has the paragraphs that are cited."""
    source = fact.value.source
    if parts.section_names.lacks(source.section):
        what = unknown("section", source.section, parts.section_names.known or ())
        yield fact.problem(what, "source", "section")
        return
    section = next((s.value for s in parts.sections if s.value.id == source.section), None)
    if section is None:
        return
    name = quote(section.id)
    beyond = sorted(set(source.paragraphs) - set(section.paragraphs))
    if beyond and not section.paragraphs:
        yield fact.problem(f"section {name} has no body paragraphs to cite", "source", "paragraphs")
    elif beyond:
        what = f"paragraph {beyond[0]} is not in section {name} ({_span(section.paragraphs)})"
        yield fact.problem(what, "source", "paragraphs")
    elif section.paragraphs and not source.paragraphs:
        what = f"'paragraphs' is missing: which of {_span(section.paragraphs)} of section {name}?"
        yield fact.problem(what, "source")


def _span(paragraphs: tuple[int, ...]) -> str:
    """Write a section's paragraphs as `1–7`."""
    first, last = paragraphs[0], paragraphs[-1]
    return f"{first}–{last}" if first != last else str(first)


def _samples(parts: Parts) -> Iterator[Problem]:
    """No sample question belongs to two facts or gaps."""
    owner: dict[str, str] = {}
    for item in parts.answers():
        noun = "fact" if isinstance(item.value, FactModel) else "gap"
        mine = f"{noun} {quote(item.value.id)}"
        for language, texts in (("ko", item.value.questions.ko), ("en", item.value.questions.en)):
            for at, text in enumerate(texts):
                if text.startswith(UNFINISHED):
                    continue
                path = ("questions", language, at)
                key = squeeze(text)
                if not key:
                    yield item.problem("has neither a letter nor a digit", *path)
                elif owner.setdefault(key, mine) != mine:
                    yield item.problem(f"{quote(text)} belongs to {owner[key]} already", *path)


def _aliases(parts: Parts) -> Iterator[Problem]:
    """No name or alias belongs to two entities."""
    owner: dict[str, str] = {}
    for item in parts.entities:
        mine = item.value.id
        for text, path in _names_of(item):
            key = squeeze(text) or text
            if owner.setdefault(key, mine) != mine:
                yield item.problem(f"{quote(text)} belongs to entity {quote(owner[key])} already", *path)


def _names_of(item: Placed[EntityModel]) -> Iterator[tuple[str, tuple[str | int, ...]]]:
    """Yield each name of an entity with its place."""
    for language, name in (("ko", item.value.name.ko), ("en", item.value.name.en)):
        if name and not name.startswith(UNFINISHED):
            yield name, ("name", language)
    for at, alias in enumerate(item.value.aliases):
        if not alias.startswith(UNFINISHED):
            yield alias, ("aliases", at)


def _cases(parts: Parts) -> Iterator[Problem]:
    """Check that each case expects a fact, a gap or `nothing`."""
    if parts.fact_names.known is None or parts.gap_names.known is None:
        return
    known = parts.fact_names.known | parts.gap_names.known | {NOTHING}
    for case in parts.cases:
        if case.value.expect not in known:
            yield case.problem(unknown("fact or gap", case.value.expect, known), "expect")


def check_commands(parts: Parts) -> Iterator[Problem]:
    """Yield every problem of one article's commands."""
    for command in parts.commands:
        yield from _command(command, parts)
    yield from _command_names(parts.commands)


def _command(command: Placed[CommandModel], parts: Parts) -> Iterator[Problem]:
    """Check that a command's facts, tag, entity kind and rows exist."""
    value = command.value
    yield from missing(command, parts.fact_names, value.facts, "facts")
    tags = {tag for fact in parts.facts for tag in fact.value.tags}
    if value.tag and parts.fact_names.known is not None and value.tag not in tags:
        yield command.problem(unknown("tag", value.tag, tags), "tag")
    kinds = {entity.value.kind for entity in parts.entities}
    if value.lookup and parts.entity_names.known is not None and value.lookup not in kinds:
        yield command.problem(f"the article has no entity of kind {quote(value.lookup)}", "lookup")
    paragraphs = {n for section in parts.sections for n in section.value.paragraphs}
    for at, row in enumerate(value.rows):
        if row.entity and parts.entity_names.lacks(row.entity):
            what = unknown("entity", row.entity, parts.entity_names.known or ())
            yield command.problem(what, "rows", at, "entity")
        if paragraphs and (beyond := sorted(set(row.paragraphs) - paragraphs)):
            yield command.problem(f"the article has no paragraph {beyond[0]}", "rows", at, "paragraphs")


def _command_names(commands: Iterable[Placed[CommandModel]]) -> Iterator[Problem]:
    """No two commands of an article share a name in either language."""
    seen: dict[tuple[str, str], int] = {}
    for at, command in enumerate(commands):
        for language, name in _both(command):
            if seen.setdefault((language, name), at) != at:
                yield command.problem(f"two commands are called {quote(name)}", "name", language)


def names_free(articles: Iterable[Parts], messages: Mapping[str, Text]) -> Iterator[Problem]:
    """Check that no command is called like one that the bot has of its own, in whichever language."""
    own = {_ADMINISTRATION, *(name for key in _OWN if key in messages for name in messages[key].every())}
    for parts in articles:
        for command in parts.commands:
            for language, name in _both(command):
                if name in own:
                    yield command.problem(f"the bot has a command {quote(name)} of its own", "name", language)


def _both(command: Placed[CommandModel]) -> Iterator[tuple[str, str]]:
    """Yield a command's names by language."""
    for language, name in (("ko", command.value.name.ko), ("en", command.value.name.en)):
        if name:
            yield language, name


def commands_agree(articles: Iterable[Parts]) -> Iterator[Problem]:
    """Check that commands of one name can be merged: two articles must agree on kind and names."""
    first: dict[tuple[str, str], tuple[Placed[CommandModel], str]] = {}
    for parts in articles:
        for command in parts.commands:
            for key in _both(command):
                other, slug = first.setdefault(key, (command, parts.slug))
                if slug != parts.slug and (what := _disagreement(command.value, other.value)):
                    yield command.problem(f"{what} than in article {quote(slug)}", "name", key[0])


def _disagreement(one: CommandModel, other: CommandModel) -> str | None:
    """Say in what two commands of one name differ, or None."""
    if one.lookup != other.lookup:
        return "this command is of another kind"
    ko, en = ((one.name.ko, other.name.ko), (one.name.en, other.name.en))
    if any(a and b and a != b for a, b in (ko, en)):
        return "this command has another name in the other language"
    return None
