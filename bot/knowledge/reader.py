"""Reads a knowledge folder into the core's records, or reports everything that is wrong with it at once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, TypeAlias, TypeVar

from pydantic import BaseModel

from bot.core import model
from bot.core.model import ActKind, Knowledge, Lexicon, LexiconEntry, Sample, Text
from bot.errors import KnowledgeError, Problem
from bot.knowledge import schema
from bot.knowledge.folder import DIALOGUE, LEXICON, MESSAGES, SMALL_TALK, KnowledgeFiles
from bot.knowledge.problems import unknown
from bot.knowledge.references import (
    ArticleFiles,
    check_command_names,
    check_references,
    command_names_clash,
    read_article,
)
from bot.knowledge.schema import DialogueFile, FactsFile, LexiconFile, Localised, Message, MessagesFile, placeholders
from bot.knowledge.validation import LoadedFile, Located, load
from bot.knowledge.yaml_reader import Document

M = TypeVar("M", bound=BaseModel)
_LABEL: Final = 80
"""Characters of the longest label; a sample that becomes a label is shortened to this."""

_FORMER_MESSAGES: Final = frozenset({"unanswered_refused"})
"""Messages of earlier versions that the bot does not say any more: folders that have them stay valid."""


@dataclass(frozen=True, slots=True)
class Location:
    """A file, relative to the knowledge folder, and a line in it."""

    file: str
    line: int


Locations: TypeAlias = Mapping[tuple[str, str], Location]
"""Where each fact, gap and entity is written, by article slug and id; an entity's place yields to a fact's."""


@dataclass(frozen=True, slots=True)
class LocatedKnowledge:
    """Knowledge, and where its facts, gaps and entities are written."""

    knowledge: Knowledge
    locations: Locations


@dataclass(frozen=True, slots=True)
class KnownFiles:
    """Knowledge, and the digests of the files that it was made of."""

    knowledge: Knowledge
    digests: Mapping[str | None, str]


def parse_changed(files: KnowledgeFiles, known: KnownFiles) -> Knowledge:
    """Make knowledge of files that were read, but parse no article that is `known`; raise KnowledgeError."""
    if files.digests[None] != known.digests.get(None):
        return parse_knowledge(files).knowledge
    problems = list(files.problems)
    articles: list[model.Article] = []
    for folder in files.articles:
        same = files.digests[folder.slug] == known.digests.get(folder.slug)
        if (article := known.knowledge.article(folder.slug) if same else None) is None:
            read = read_article(folder, files, problems)
            problems += check_references(read, known.knowledge.lexicon)
            article = _article(read, read.head) if read.head and not problems else None
        articles += [article] if article else []
    if problems:
        raise KnowledgeError(tuple(dict.fromkeys(problems)))
    if command_names_clash(articles, known.knowledge.messages):
        return parse_knowledge(files).knowledge
    return replace(known.knowledge, articles=tuple(articles))


def parse_knowledge(files: KnowledgeFiles) -> LocatedKnowledge:
    """Make knowledge of files that were read; raise KnowledgeError with all problems, and nothing else.

    A folder without its own lexicon or dialogue has the shipped one; its own messages replace shipped ones singly.
    """
    problems = list(files.problems)
    (lexicon_file,) = _load_shared(files, LEXICON, LexiconFile, problems) or (None,)
    (dialogue,) = _load_shared(files, DIALOGUE, DialogueFile, problems) or (None,)
    (small_talk,) = _load_shared(files, SMALL_TALK, FactsFile, problems) or (None,)
    lexicon = _lexicon(lexicon_file)
    messages = _messages(_load_shared(files, MESSAGES, MessagesFile, problems), problems)
    articles = [read_article(article, files, problems) for article in files.articles]
    for article in articles:
        problems += check_references(article, lexicon)
    problems += check_command_names(articles, messages)
    if problems:
        raise KnowledgeError(tuple(dict.fromkeys(problems)))
    knowledge = Knowledge(
        tuple(_article(article, article.head) for article in articles if article.head),
        lexicon,
        messages,
        _dialogue(dialogue.model if dialogue else None, small_talk.model if small_talk else None),
    )
    locations = {
        (article.slug, item.value.id): Location(item.document.file, item.line)
        for article in articles
        for item in (*article.entities, *article.answers())
    }
    return LocatedKnowledge(knowledge, locations)


def _load_shared(
    files: KnowledgeFiles, name: str, kind: type[M], problems: list[Problem]
) -> list[LoadedFile[M] | None]:
    """Load a shared file wherever it was read; None for one that is no YAML."""
    return [load(files.read(path, problems), name, kind, problems) for path in files.shared(name)]


def _lexicon(file: LoadedFile[LexiconFile] | None) -> Lexicon:
    if file is None or file.model is None:
        return Lexicon()
    stop_words = file.model.stop_words or file.model.fillers or schema.Words()
    return Lexicon(
        concepts=_entries(file.model.concepts),
        attributes=_entries(file.model.attributes),
        asks=_entries(file.model.asks),
        stop_words=_entry("stop_words", stop_words),
    )


def _entries(entries: Mapping[str, schema.Words]) -> tuple[LexiconEntry, ...]:
    return tuple(_entry(name, words) for name, words in entries.items())


def _entry(name: str, words: schema.Words) -> LexiconEntry:
    return LexiconEntry(name, tuple(words.ko), tuple(words.en))


def _messages(loaded: Sequence[LoadedFile[MessagesFile] | None], problems: list[Problem]) -> Mapping[str, Text]:
    """Return the shipped messages, each replaced by the folder's own where it has one; the shipped ones come first."""
    messages: dict[str, Message] = {}
    for file in loaded:
        if file and file.model:
            if messages:
                problems += _message_problems(file.document, file.model, messages)
            messages |= file.model.root
    return {key: _text(message) for key, message in messages.items() if key not in _FORMER_MESSAGES}


def _message_problems(document: Document, own: MessagesFile, shipped: Mapping[str, Message]) -> Iterator[Problem]:
    """Report own messages that are never shown, or that use a placeholder the bot has no value for."""
    for key, message in own.root.items():
        if key in _FORMER_MESSAGES:
            continue
        if key not in shipped:
            yield document.problem((key,), unknown("message", key, shipped))
        else:
            for name in sorted(placeholders(message.ko) - placeholders(shipped[key].ko)):
                yield document.problem((key,), f"the bot has no {{{name}}} for this message: remove it")


def _article(files: ArticleFiles, head: schema.ArticleFile) -> model.Article:
    questions, retired = files.questions(), frozenset(item.value.id for item in files.retired)
    facts = tuple(_fact(item.value, questions[item.value.id], retired) for item in files.facts)
    return model.Article(
        slug=files.slug,
        title=_text(head.title),
        publisher=_text(head.publisher),
        language=head.language,
        sections=tuple(model.Section(s.id, _text(s.label), s.paragraphs) for s in head.sections),
        entities=tuple(_entity(item.value) for item in files.entities),
        facts=facts,
        gaps=tuple(_gap(item.value, questions[item.value.id], retired) for item in files.gaps),
        commands=tuple(_commands(files, facts, retired)),
        cases=tuple(case for item in files.cases for case in _cases(item) if case.expect not in retired),
        date=head.date,
        url=head.url,
        retired=head.retired,
    )


def _text(text: Localised[str] | Message) -> Text:
    return Text(ko=text.ko, en=text.en)


def _entity(entity: schema.EntityModel) -> model.Entity:
    role = _text(entity.role) if entity.role else None
    return model.Entity(entity.id, entity.kind, _text(entity.name), tuple(entity.aliases), role)


def _samples(questions: schema.Samples) -> tuple[Sample, ...]:
    return tuple(Sample(text, language) for language, texts in questions.by_language() for text in texts)


def _label(label: schema.Label | None, questions: schema.Samples) -> Text:
    """Return the label; a language without one gets its first sample, shortened."""
    first = {language: _shortened(texts[0]) for language, texts in questions.by_language() if texts}
    return Text(**(first | dict(label.given() if label else ())))


def _shortened(sample: str) -> str:
    return sample if len(sample) <= _LABEL else sample[: _LABEL - 1].rstrip() + "…"


def _fact(fact: schema.FactModel, questions: schema.Samples, retired: frozenset[str]) -> model.Fact:
    return model.Fact(
        id=fact.id,
        label=_label(fact.label, questions),
        answer=_text(fact.answer),
        samples=_samples(questions),
        source=_source(fact),
        asks=tuple(fact.asks),
        about=tuple(fact.about),
        evidence=tuple(fact.evidence),
        status=fact.status,
        tags=tuple(fact.tags),
        related=_others(fact.related, retired),
    )


def _others(ids: Sequence[str], retired: frozenset[str]) -> tuple[str, ...]:
    """Return the ids of what is not retired."""
    return tuple(name for name in ids if name not in retired)


def _source(fact: schema.FactModel) -> model.Source:
    first, *further = (model.Source(one.section, one.paragraphs) for one, _ in fact.sources())
    return replace(first, further=tuple(further))


def _gap(gap: schema.GapModel, questions: schema.Samples, retired: frozenset[str]) -> model.Gap:
    label = _label(gap.label, questions)
    return model.Gap(gap.id, label, _text(gap.answer), _samples(questions), _others(gap.nearest, retired))


def _dialogue(file: DialogueFile | None, older: FactsFile | None) -> tuple[model.DialogueAct, ...]:
    """Return the acts of `file`; those of an `older` small-talk.yaml replace the social ones."""
    acts = tuple(_act(act, act.act) for act in file.acts if not act.retired) if file else ()
    if older is None:
        return acts
    talk = (_act(gap, "chat") for gap in older.gaps if not gap.retired)
    return (*talk, *(act for act in acts if not act.is_social))


def _act(act: schema.GapModel, kind: ActKind) -> model.DialogueAct:
    label = _label(act.label, act.questions)
    return model.DialogueAct(act.id, label, _text(act.answer), _samples(act.questions), act=kind)


def _commands(files: ArticleFiles, facts: Sequence[model.Fact], retired: frozenset[str]) -> Iterator[model.Command]:
    """Yield the commands, but those all of whose facts are retired."""
    tags = {tag for fact in facts for tag in fact.tags}
    for item in files.commands:
        command = _command(item.value, retired)
        if command.facts or command.lookup or command.tag in tags:
            yield command


def _command(command: schema.CommandModel, retired: frozenset[str]) -> model.Command:
    rows = tuple(
        model.Row(_text(row.detail), row.entity, _text(row.title) if row.title else None, row.paragraphs)
        for row in command.rows
    )
    return model.Command(
        name=_text(command.name),
        description=_text(command.description),
        facts=_others(command.facts, retired),
        tag=command.tag,
        lookup=command.lookup,
        rows=rows,
    )


def _cases(case: Located[schema.CaseModel]) -> Iterator[model.Case]:
    """Yield a case, or one for each turn of a conversation."""
    where = f"{case.document.file}:{case.line}"
    value = case.value
    if value.question is not None and value.expect is not None:
        yield model.Case(value.question, value.expect, where, (value.after,) if value.after else ())
    for at, turn in enumerate(value.turns):
        yield model.Case(turn.question, turn.expect, where, tuple(one.question for one in value.turns[:at]))
