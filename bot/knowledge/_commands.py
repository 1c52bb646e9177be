"""The checks of commands: what they show exists, and those of one name can be merged into one."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from bot.core.model import Text
from bot.errors import Problem
from bot.knowledge._parts import Parts, missing
from bot.knowledge._validate import Placed
from bot.knowledge._wording import quote, unknown
from bot.knowledge.schema import CommandModel

_ADMINISTRATION: Final = "facts"
"""The administrators' command."""
_OWN: Final = ("command_ask_name", "command_help_name", "command_about_name")
"""The messages that name the commands which the bot has without any data."""


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
