"""Reads a knowledge folder into the core's records, or reports everything that is wrong with it at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from bot.core.model import (
    Article,
    Case,
    Command,
    Entity,
    Fact,
    Gap,
    Knowledge,
    Lexicon,
    LexiconEntry,
    Row,
    Sample,
    Section,
    Source,
    Text,
)
from bot.errors import KnowledgeError, Problem
from bot.knowledge.folder import LEXICON, MESSAGES, SMALL_TALK, article_folders
from bot.knowledge.problems import unknown
from bot.knowledge.references import Parts, check_references, commands_agree, names_free, read_parts
from bot.knowledge.schema import (
    ArticleFile,
    CaseModel,
    CommandModel,
    EntityModel,
    FactModel,
    FactsFile,
    GapModel,
    LexiconFile,
    Localised,
    Message,
    MessagesFile,
    Questions,
    Words,
    placeholders,
)
from bot.knowledge.validation import Loaded, Placed, load

_LABEL: int = 80
"""A label, and so a label made of a sample, fits on a button."""


def build_article(parts: Parts, head: ArticleFile) -> Article:
    """Put an article together from its valid parts."""
    return Article(
        slug=parts.slug,
        title=_text(head.title),
        publisher=_text(head.publisher),
        language=head.language,
        sections=tuple(Section(s.id, _text(s.label), s.paragraphs) for s in head.sections),
        entities=tuple(_entity(item.value) for item in parts.entities),
        facts=tuple(_fact(item.value) for item in parts.facts),
        gaps=tuple(build_gap(item.value) for item in parts.gaps),
        commands=tuple(_command(item.value) for item in parts.commands),
        cases=tuple(_case(item) for item in parts.cases),
        date=head.date,
        url=head.url,
    )


def family(name: str, words: Words) -> LexiconEntry:
    """Return a word family of the lexicon."""
    return LexiconEntry(name, tuple(words.ko), tuple(words.en))


def _text(model: Localised[str]) -> Text:
    return Text(ko=model.ko, en=model.en)


def _entity(model: EntityModel) -> Entity:
    role = _text(model.role) if model.role else None
    return Entity(model.id, model.kind, _text(model.name), tuple(model.aliases), role)


def _samples(questions: Questions) -> tuple[Sample, ...]:
    ko = (Sample(text, "ko") for text in questions.ko)
    return (*ko, *(Sample(text, "en") for text in questions.en))


def _label(model: FactModel | GapModel) -> Text:
    """Return the label; where a language has none, its first sample, shortened, stands in."""
    ko, en = (model.label.ko, model.label.en) if model.label else (None, None)
    return Text(ko=ko or _first(model.questions.ko), en=en or _first(model.questions.en))


def _first(samples: list[str]) -> str | None:
    if not samples:
        return None
    return samples[0] if len(samples[0]) <= _LABEL else samples[0][: _LABEL - 1].rstrip() + "…"


def _fact(model: FactModel) -> Fact:
    return Fact(
        id=model.id,
        label=_label(model),
        answer=_text(model.answer),
        samples=_samples(model.questions),
        source=Source(model.source.section, model.source.paragraphs),
        asks=tuple(model.asks),
        about=tuple(model.about),
        evidence=tuple(model.evidence),
        status=model.status,
        tags=tuple(model.tags),
        related=tuple(model.related),
    )


def build_gap(model: GapModel) -> Gap:
    """Return a gap of an article, or a piece of small talk."""
    samples = _samples(model.questions)
    return Gap(model.id, _label(model), _text(model.answer), samples, tuple(model.nearest))


def _command(model: CommandModel) -> Command:
    rows = tuple(
        Row(_text(row.detail), row.entity, _text(row.title) if row.title else None, row.paragraphs)
        for row in model.rows
    )
    return Command(
        name=_text(model.name),
        description=_text(model.description),
        facts=tuple(model.facts),
        tag=model.tag,
        lookup=model.lookup,
        rows=rows,
    )


def _case(item: Placed[CaseModel]) -> Case:
    where = f"{item.document.file}:{item.line}"
    return Case(item.value.question, item.value.expect, where, item.value.after)


@dataclass(frozen=True, slots=True)
class Place:
    """A file, relative to the knowledge folder, and a line in it."""

    file: str
    line: int


Places: TypeAlias = Mapping[tuple[str, str], Place]
"""Where each fact and gap stands, by article slug and id."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Knowledge, and where its facts and gaps were read from."""

    knowledge: Knowledge
    places: Places


def read_knowledge(folder: Path, *, shipped: Path | None = None) -> Knowledge:
    """Read a folder of articles, or one article's folder.

    A folder without its own `lexicon.yaml`, `messages.yaml` or `small-talk.yaml` takes them from `shipped`; messages
    it has replace the shipped ones one by one. Raises KnowledgeError with all problems, and nothing else.
    """
    return read_with_places(folder, shipped=shipped).knowledge


def read_with_places(folder: Path, *, shipped: Path | None = None) -> Reading:
    """Read like `read_knowledge`, and keep where each fact and gap stands."""
    problems: list[Problem] = []
    folders = article_folders(folder, problems)
    lexicon = _lexicon(folder, shipped, problems)
    messages = _messages(folder, shipped, problems)
    small_talk = _small_talk(folder, shipped, problems)
    articles = [read_parts(article, problems) for article in folders]
    for parts in articles:
        problems += check_references(parts, lexicon)
    problems += commands_agree(articles)
    problems += names_free(articles, messages)
    if problems:
        raise KnowledgeError(tuple(dict.fromkeys(problems)))
    built = tuple(article for parts in articles for article in _built(parts))
    return Reading(Knowledge(built, lexicon, messages, small_talk), _places(articles))


def _built(parts: Parts) -> tuple[Article, ...]:
    """Return the article; none only where problems have been reported."""
    head = parts.head.model if parts.head else None
    return (build_article(parts, head),) if head else ()


def _places(articles: list[Parts]) -> Places:
    """Return where each fact and gap stands."""
    return {
        (parts.slug, item.value.id): Place(item.document.file, item.line)
        for parts in articles
        for item in parts.answers()
    }


def _lexicon(folder: Path, shipped: Path | None, problems: list[Problem]) -> Lexicon:
    """Read the folder's lexicon, else the shipped one; an empty one where neither exists."""
    base = _base(folder, shipped, LEXICON)
    loaded = load(base / LEXICON, LEXICON, LexiconFile, problems) if base else None
    if loaded is None or loaded.model is None:
        return Lexicon()
    model = loaded.model
    return Lexicon(
        concepts=tuple(family(name, words) for name, words in model.concepts.items()),
        attributes=tuple(family(name, words) for name, words in model.attributes.items()),
        asks=tuple(family(name, words) for name, words in model.asks.items()),
        fillers=family("fillers", model.fillers),
    )


def _small_talk(folder: Path, shipped: Path | None, problems: list[Problem]) -> tuple[Gap, ...]:
    """Read the folder's small talk, else the shipped one; none where neither exists."""
    base = _base(folder, shipped, SMALL_TALK)
    loaded = load(base / SMALL_TALK, SMALL_TALK, FactsFile, problems) if base else None
    return tuple(map(build_gap, loaded.model.gaps)) if loaded and loaded.model else ()


def _base(folder: Path, shipped: Path | None, file: str) -> Path | None:
    """Return the first of the two folders that has `file`."""
    return next((base for base in (folder, shipped) if base is not None and _there(base / file)), None)


def _there(path: Path) -> bool:
    """Tell whether something of that name exists, a broken link included."""
    try:
        return path.is_symlink() or path.exists()
    except (OSError, ValueError):
        return False


def _messages(folder: Path, shipped: Path | None, problems: list[Problem]) -> Mapping[str, Text]:
    """Return the shipped messages with the folder's own in their place."""
    base = _message_file(shipped, problems) if shipped is not None else None
    own = None if shipped is not None and _same(shipped, folder) else _message_file(folder, problems)
    ours = base.model.root if base and base.model else {}
    theirs = own.model.root if own and own.model else {}
    if own and ours:
        problems += _misfits(own, ours)
    return {key: Text(ko=m.ko, en=m.en) for key, m in {**ours, **theirs}.items()}


def _same(one: Path, other: Path) -> bool:
    """Tell whether two paths are one folder."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _message_file(folder: Path, problems: list[Problem]) -> Loaded[MessagesFile] | None:
    """Load a folder's messages where it has any."""
    path = folder / MESSAGES
    return load(path, MESSAGES, MessagesFile, problems) if _there(path) else None


def _misfits(own: Loaded[MessagesFile], ours: Mapping[str, Message]) -> list[Problem]:
    """Report own messages that would never be shown, or that expect something the bot doesn't give."""
    found: list[Problem] = []
    for key, message in (own.model.root if own.model else {}).items():
        if key not in ours:
            found.append(own.document.problem((key,), unknown("message", key, ours)))
            continue
        extra = sorted(placeholders(message.ko) - placeholders(ours[key].ko))
        found += [own.document.problem((key,), f"this message has no {{{name}}} to show") for name in extra]
    return found
