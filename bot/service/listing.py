"""Commands declared in YAML, merged over the articles by name."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.core.model import Article, Command, Entity, EntityKind, Fact, Knowledge, Row, Text


@dataclass(frozen=True, slots=True)
class Listing:
    """One slash command and what each article puts into it."""

    key: str
    """The name by which Discord and buttons know it: the English one, where there is one."""
    name: Text
    description: Text
    lookup: EntityKind | None
    parts: tuple[tuple[Article, Command], ...]

    def facts(self) -> tuple[tuple[Article, Fact], ...]:
        """Return the facts behind the command, in the authors' order, each once."""
        found = {(a.slug, fact.id): (a, fact) for a, command in self.parts for fact in _facts(a, command)}
        return tuple(found.values())

    def rows(self) -> Iterator[tuple[Article, Row]]:
        """Yield the rows laid out by the authors."""
        for article, command in self.parts:
            for row in command.rows:
                yield article, row

    def entities(self) -> tuple[tuple[Article, Entity], ...]:
        """Return the entities that can be looked up."""
        return tuple((a, entity) for a, _ in self.parts for entity in a.entities if entity.kind == self.lookup)


def _facts(article: Article, command: Command) -> Iterator[Fact]:
    if command.tag is not None:
        yield from (fact for fact in article.facts if command.tag in fact.tags)
    yield from (fact for key in command.facts if (fact := article.fact(key)))


def listings(knowledge: Knowledge) -> tuple[Listing, ...]:
    """Return the commands of all articles; those of one name become one."""
    merged: dict[str, Listing] = {}
    for article in knowledge.articles:
        for command in article.commands:
            key = command.name.get("en")
            known = merged.get(key) or Listing(key, command.name, command.description, command.lookup, ())
            merged[key] = replace(known, parts=(*known.parts, (article, command)))
    return tuple(merged.values())


def listing(knowledge: Knowledge, key: str) -> Listing | None:
    """Return the command called `key`, or None."""
    return next((one for one in listings(knowledge) if one.key == key), None)
