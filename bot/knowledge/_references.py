"""The checks that need more than one item: ids, references, and texts that belong to two."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from bot.core.model import NOTHING, Lexicon
from bot.errors import Problem
from bot.knowledge._commands import check_commands
from bot.knowledge._parts import Names, Parts, missing
from bot.knowledge._validate import UNFINISHED, Placed
from bot.knowledge._wording import quote, unknown
from bot.knowledge.schema import EntityModel, FactModel

ASKS: Final = frozenset(
    {"who", "what", "when", "where", "why", "how", "how-many", "how-much", "which", "yes-no", "list"}
)
_IN_NUMBER: Final = re.compile(r"(?<=\d)[.,:/](?=\d)")


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
