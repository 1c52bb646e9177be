"""What one revision of the facts says that another one does not, per article."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal, TypeAlias, TypeVar

from bot.core.model import (
    LANGUAGES,
    Article,
    Case,
    DialogueAct,
    Entity,
    Fact,
    Gap,
    Knowledge,
    LexiconEntry,
    Source,
    Text,
)
from bot.service.records import Size

How: TypeAlias = Literal["added", "removed", "changed"]
Kind: TypeAlias = Literal[
    "article", "fact", "gap", "case", "entity", "command", "lexicon", "dialogue", "message", "order"
]
Properties: TypeAlias = Mapping[str, str | tuple[str, ...]]
"""What an item says, by the name of the property; of a list each entry counts."""
Named = TypeVar("Named", Fact, Gap, Entity, LexiconEntry, DialogueAct)
_HEAD = ("title", "publisher", "language", "sections", "date", "url")
"""Fields of an article that are not lists of items."""


@dataclass(frozen=True, slots=True)
class Detail:
    """A property that differs, or an entry of one that is a list, such as the samples."""

    name: str
    before: str | None
    """None if it was added."""
    after: str | None
    """None if it was removed."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Something that differs."""

    article: str
    """Slug, "" for what all articles share."""
    kind: Kind
    name: str
    """Its id; of a case, the question."""
    how: How
    details: tuple[Detail, ...] = ()


def size_of(knowledge: Knowledge) -> Size:
    """Return how much `knowledge` holds."""
    facts = [fact for article in knowledge.articles for fact in article.facts]
    gaps = [gap for article in knowledge.articles for gap in article.gaps]
    samples = sum(len(one.samples) for one in facts) + sum(len(one.samples) for one in gaps)
    return Size(len(facts), len(gaps), samples)


def compare(old: Knowledge, new: Knowledge) -> tuple[Changed, ...]:
    """Return all that differs, nothing if both say the same; where it stands in the files does not count."""
    slugs = dict.fromkeys(article.slug for article in (*old.articles, *new.articles))
    found = [one for slug in slugs for one in _articles(slug, old.article(slug), new.article(slug))]
    found += _items("", "lexicon", _named(old.lexicon.entries()), _named(new.lexicon.entries()))
    found += _items("", "dialogue", _named(old.dialogue), _named(new.dialogue))
    found += _items("", "message", _messages(old), _messages(new))
    return tuple(found)


def lost(base: Knowledge, edited: Knowledge, fresh: Knowledge) -> tuple[Changed, ...]:
    """Return what was edited since `base` and would be lost if `fresh` took the place of `edited`."""
    missing = {(one.article, one.kind, one.name): one for one in compare(fresh, edited)}
    found: list[Changed] = []
    for edit in compare(base, edited):
        gone = missing.get((edit.article, edit.kind, edit.name))
        if gone is None:
            continue
        if gone.how != "changed":
            found.append(edit)
            continue
        keys = set(map(_key, gone.details))
        details = tuple(detail for detail in edit.details if _key(detail) in keys)
        found += [replace(edit, details=details)] if details else []
    return tuple(found)


def _key(detail: Detail) -> tuple[str, bool, str | None]:
    """Return what an edit made of a property, whatever it was before."""
    removed = detail.after is None
    return detail.name, removed, detail.before if removed else detail.after


def _articles(slug: str, old: Article | None, new: Article | None) -> Iterator[Changed]:
    """Yield how an article differs."""
    nothing = Article(slug, Text(), Text(), "en", (), (), ())
    before, after = old or nothing, new or nothing
    how: How = "added" if old is None else "removed" if new is None else "changed"
    found = _items(slug, "article", _head(old), _head(new))
    found += _items(slug, "fact", _named(before.facts), _named(after.facts))
    found += _items(slug, "gap", _named(before.gaps), _named(after.gaps))
    found += _items(slug, "case", _cases(before.cases), _cases(after.cases))
    found += _items(slug, "entity", _named(before.entities), _named(after.entities))
    found += _items(slug, "command", _commands(before), _commands(after))
    yield from found
    if not found and how == "changed" and _placeless(before) != _placeless(after):
        yield Changed(slug, "order", slug, how)


def _placeless(article: Article) -> Article:
    """Return an article whose cases do not tell where they are written."""
    return replace(article, cases=tuple(replace(case, where="") for case in article.cases))


def _items(article: str, kind: Kind, old: Mapping[str, Properties], new: Mapping[str, Properties]) -> list[Changed]:
    """Return how items with the same name differ, and those that only one side has."""
    found = []
    for name in dict.fromkeys((*old, *new)):
        how: How = "added" if name not in old else "removed" if name not in new else "changed"
        details = tuple(_details(old.get(name, {}), new.get(name, {})))
        if details or how != "changed":
            found.append(Changed(article, kind, name, how, details))
    return found


def _details(old: Properties, new: Properties) -> Iterator[Detail]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name), new.get(name)
        if before == after:
            continue
        if isinstance(before, tuple) or isinstance(after, tuple):
            gone, come = (dict.fromkeys(_entries(value)) for value in (before, after))
            yield from (Detail(name, entry, None) for entry in gone if entry not in come)
            yield from (Detail(name, None, entry) for entry in come if entry not in gone)
        else:
            yield Detail(name, before, after)


def _entries(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else (value,) if value else ()


def _named(items: Iterable[Named]) -> dict[str, Properties]:
    return {item.id: _properties(item) for item in items}


def _head(article: Article | None) -> dict[str, Properties]:
    return {article.slug: _properties(article, _HEAD)} if article else {}


def _cases(cases: Iterable[Case]) -> dict[str, Properties]:
    return {" → ".join((*case.earlier, case.question)): {"expect": case.expect} for case in cases}


def _commands(article: Article) -> dict[str, Properties]:
    return {command.name.get("en"): _properties(command) for command in article.commands}


def _messages(knowledge: Knowledge) -> dict[str, Properties]:
    return {key: _properties(text) for key, text in knowledge.messages.items()}


def _properties(item: Any, names: tuple[str, ...] = ()) -> Properties:  # noqa: ANN401  any record of the model
    """Return what a record says; a text in two languages is two properties, and so are the samples."""
    found: dict[str, str | tuple[str, ...]] = {}
    for name in names or tuple(one.name for one in fields(item) if one.name != "id"):
        value = getattr(item, name)
        if isinstance(value, Text):
            found |= {
                f"{name} ({language})": text
                for language, text in zip(LANGUAGES, (value.ko, value.en), strict=True)
                if text
            }
        elif name == "samples":
            texts = {language: tuple(one.text for one in value if one.language == language) for language in LANGUAGES}
            found |= {f"samples ({language})": texts[language] for language in LANGUAGES if texts[language]}
        elif isinstance(value, tuple):
            found |= {name: tuple(map(_written, value))} if value else {}
        elif value is not None:
            found[name] = _written(value)
    return found


def _written(value: object) -> str:
    """Return a part of a record as one line."""
    if isinstance(value, Source):
        return "; ".join(f"{one.section} {', '.join(map(str, one.paragraphs))}".strip() for one in value.sections())
    if isinstance(value, Text):
        return " / ".join(value.every())
    if isinstance(value, tuple):
        return ", ".join(map(_written, value))
    if is_dataclass(value):
        return " · ".join(filter(None, (_written(getattr(value, one.name)) for one in fields(value))))
    return "" if value is None else str(value)


def lines_of(found: Iterable[Changed], words: Mapping[str, str]) -> Iterator[str]:
    """Yield what differs as lines; `words` has one for each kind, for how it differs, and for `shared`."""
    article: str | None = None
    for one in found:
        if one.article != article:
            article = one.article
            yield article or words["shared"]
        yield f"  {words[one.how]}: {words[one.kind]} {one.name}"
        yield from (f"      {sign}{name}: {text}" for sign, name, text in _shown(one))


def markdown_of(found: Iterable[Changed]) -> Iterator[str]:
    """Yield what differs as lines of Markdown, for a review."""
    article: str | None = None
    for one in found:
        if one.article != article:
            yield from ([] if article is None else [""])
            article = one.article
            yield f"### {article or 'Shared by all articles'}"
            yield ""
        yield f"- **{one.how}** {one.kind} {_code(one.name)}"
        yield from (f"  - {sign}{name}: {_code(text)}" for sign, name, text in _shown(one))


def _shown(one: Changed) -> Iterator[tuple[str, str, str]]:
    """Yield sign, name and text of what differs; of an item that was removed, what it answered."""
    for detail in one.details:
        if one.how == "changed":
            signed = (("−", detail.before), ("+", detail.after))
            yield from ((sign, detail.name, text) for sign, text in signed if text)
        elif one.how == "added" or detail.name.startswith(("answer", "expect", "title", "label")):
            yield "", detail.name, detail.after or detail.before or ""


def _code(text: str) -> str:
    """Return a text as inline code, which Markdown shows as it is."""
    line = " ".join(text.split())
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}" if longest else f"{fence}{line}{fence}"
