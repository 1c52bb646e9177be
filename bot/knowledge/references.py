"""The files of one article, and the checks that need more than one of its items."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias, TypeVar

from pydantic import BaseModel

from bot.core.model import LANGUAGES, NOTHING, Article, Command, Language, Lexicon, Text
from bot.core.text import normalise, squeeze
from bot.errors import Problem
from bot.knowledge.folder import (
    ARTICLE,
    CASES,
    COMMANDS,
    ENTITIES,
    FACTS,
    FACTS_FOLDER,
    SAMPLES_FOLDER,
    ArticleFolder,
    KnowledgeFiles,
)
from bot.knowledge.problems import NOUNS, NodePath, quote, unknown
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
    FurtherSamples,
    GapModel,
    Questions,
    Samples,
    SamplesFile,
    SectionModel,
    SourceModel,
)
from bot.knowledge.validation import NO_FURTHER_SAMPLES, UNFINISHED, LoadedFile, Located, load
from bot.knowledge.yaml_reader import REPEATED, Document

M = TypeVar("M", bound=BaseModel)
_Claim: TypeAlias = tuple[str, str, Located[Any], NodePath]
"""A text, who it belongs to, and where it is: an item and the path inside the item."""
ASKS: Final = frozenset(
    {"who", "what", "when", "where", "why", "how", "how-many", "how-much", "which", "yes-no", "list"}
)
_OPTIONAL: Final = ((ENTITIES, EntitiesFile), (COMMANDS, CommandsFile), (CASES, CasesFile))
_ADMIN_COMMAND: Final = "facts"
_BUILT_IN: Final = tuple(f"command_{one}_name" for one in ("ask", "help", "about", "privacy", "forget"))
"""Keys of the messages with the names of the commands that every bot has."""


@dataclass(frozen=True, slots=True)
class ArticleFiles:
    """All that could be read of one article."""

    slug: str
    head: ArticleFile | None
    files: tuple[LoadedFile[Any], ...]
    incomplete: frozenset[str]
    """Lists, such as `facts`, that lack items because a file could not be read."""
    sections: tuple[Located[SectionModel], ...]
    entities: tuple[Located[EntityModel], ...]
    facts: tuple[Located[FactModel], ...]
    gaps: tuple[Located[GapModel], ...]
    retired: tuple[Located[FactModel] | Located[GapModel], ...]
    """Facts and gaps that are not answered with; their ids stay taken, and what names them still may."""
    samples: tuple[Located[Questions], ...]
    """Further samples, each entry at the id of its fact or gap."""
    commands: tuple[Located[CommandModel], ...]
    cases: tuple[Located[CaseModel], ...]

    def answers(self) -> "tuple[Located[FactModel] | Located[GapModel], ...]":
        """Return facts and gaps that are answered with: everything with samples and an answer."""
        return (*self.facts, *self.gaps)

    def questions(self) -> Mapping[str, Samples]:
        """Return all samples of each fact and gap by its id: its own, then those of samples files."""
        ko: dict[str, list[str]] = {}
        en: dict[str, list[str]] = {}
        own = [(item.value.id, item.value.questions) for item in self.answers()]
        for name, samples in (*own, *((str(item.path[0]), item.value) for item in self.samples)):
            ko.setdefault(name, []).extend(samples.ko)
            en.setdefault(name, []).extend(samples.en)
        return {name: Samples.model_construct(ko=ko[name], en=en[name]) for name in ko}

    def samples_file(self, name: str, facts: str) -> str | None:
        """Return the samples file that has an id, else the one beside a facts file, else the first one there is."""
        files = [file.document for file in self.files if isinstance(file.model, SamplesFile)]
        having = [document.file for document in files if (name,) in document.lines]
        names = [document.file for document in files]
        beside = [file for file in names if file == facts.replace(f"{FACTS_FOLDER}/", f"{SAMPLES_FOLDER}/")]
        return next(iter((*having, *beside, *names)), None)

    def ids(self, *keys: str) -> frozenset[str] | None:
        """Return every id in these lists, also of invalid items; None where one of the lists is incomplete."""
        if self.incomplete.intersection(keys):
            return None
        return frozenset(name for file in self.files for key in keys for name, _ in file.ids(key))


def read_article(folder: ArticleFolder, files: KnowledgeFiles, problems: list[Problem]) -> ArticleFiles:
    """Read every file of an article; problems are appended, and the remaining files are still read."""

    def loaded(name: str, model: type[M], further: FurtherSamples | None = NO_FURTHER_SAMPLES) -> LoadedFile[M] | None:
        return load(files.read(folder.path / name, problems), folder.name(name), model, problems, further)

    samples = [loaded(name, SamplesFile) for name in folder.sample_files]
    further = further_samples(file.document for file in samples if file) if all(samples) else None
    before, names = len(problems), folder.fact_files
    read: list[tuple[type[BaseModel], LoadedFile[Any] | None]] = [
        (FactsFile, loaded(name, FactsFile, further)) for name in names
    ]
    if not names:
        problems.append(Problem(folder.name(FACTS), 0, "", "is missing: an article needs facts"))
        read.append((FactsFile, None))
    elif len(problems) == before and not any(_in_use(file) for _, file in read if file):
        problems.append(Problem(folder.name(names[0]), 0, "", "has no fact: an article needs at least one"))
    head = loaded(ARTICLE, ArticleFile)
    read.append((ArticleFile, head))
    read += [(model, loaded(name, model)) for name, model in _OPTIONAL if name in folder.files]
    incomplete = frozenset(key for model, file in read if file is None for key in model.model_fields)
    return article_of(folder.slug, tuple(file for file in (*(file for _, file in read), *samples) if file), incomplete)


def article_of(slug: str, files: tuple[LoadedFile[Any], ...], incomplete: frozenset[str] = frozenset()) -> ArticleFiles:
    """Return what was read as one article; lists in `incomplete` lack items."""
    head = next((file.model for file in files if isinstance(file.model, ArticleFile)), None)
    items: dict[str, Any] = {key: tuple(item for file in files for item in file.items(key)) for key in NOUNS}
    every = (*items["facts"], *items["gaps"])
    items |= {key: tuple(item for item in items[key] if not item.value.retired) for key in ("facts", "gaps")}
    items["retired"] = tuple(item for item in every if item.value.retired)
    items["samples"] = tuple(item for file in files if isinstance(file.model, SamplesFile) for item in file.entries())
    return ArticleFiles(slug, head, files, incomplete, **items)


def _in_use(file: LoadedFile[Any]) -> bool:
    """Return whether a file has a fact that is not retired."""
    return any(not fact.value.retired for fact in file.items("facts"))


def further_samples(documents: Iterable[Document]) -> FurtherSamples:
    """Return how many samples each id has in samples files, also in invalid entries."""
    counts: dict[str, tuple[int, int]] = {}
    for document in documents:
        data = document.data
        for name, entry in data.items() if isinstance(data, dict) else ():
            texts = [entry.get(language) if isinstance(entry, dict) else None for language in LANGUAGES]
            ko, en = (len(given) if isinstance(given, list) else 0 for given in texts)
            earlier = counts.get(name.partition(REPEATED)[0], (0, 0))
            counts[name.partition(REPEATED)[0]] = (earlier[0] + ko, earlier[1] + en)
    return counts


def check_references(article: ArticleFiles, lexicon: Lexicon) -> Iterator[Problem]:
    """Yield every problem between the items of one article."""
    yield from _repeated_ids(article)
    yield from _shared_paragraphs(article)
    yield from _samples_files(article)
    yield from _check_samples(article)
    yield from _shared_texts(_entity_names(article))
    facts, entities, answers = article.ids("facts"), article.ids("entities"), article.ids("facts", "gaps")
    about = None if entities is None else entities | {entry.id for entry in lexicon.concepts}
    for fact in article.facts:
        yield from _source(fact, article)
        yield from _unknown_names(fact, "entity", "about", about)
        yield from _unknown_names(fact, "kind of answer", "asks", ASKS | {entry.id for entry in lexicon.asks})
        yield from _unknown_names(fact, "fact", "related", facts)
        if fact.value.id in fact.value.related:
            yield fact.problem("a fact can't be related to itself", "related", fact.value.related.index(fact.value.id))
    for gap in article.gaps:
        yield from _unknown_names(gap, "fact", "nearest", facts)
    for command in article.commands:
        yield from _unknown_names(command, "fact", "facts", facts)
        yield from _command(command, article)
    expected = None if answers is None else answers | {NOTHING}
    for case in article.cases:
        if case.value.expect is not None:
            yield from _unknown_name(case, "fact or gap", case.value.expect, expected, "expect")
        for at, turn in enumerate(case.value.turns):
            yield from _unknown_name(case, "fact or gap", turn.expect, expected, "turns", at, "expect")


def _unknown_names(
    item: Located[FactModel] | Located[GapModel] | Located[CommandModel],
    noun: str,
    key: str,
    known: frozenset[str] | None,
) -> Iterator[Problem]:
    """Report each name in the item's list `key` that is not among `known`; None: any name may exist."""
    for at, name in enumerate(getattr(item.value, key)):
        yield from _unknown_name(item, noun, name, known, key, at)


def _unknown_name(
    item: Located[Any], noun: str, name: str, known: frozenset[str] | None, *path: str | int
) -> Iterator[Problem]:
    """Report `name`, which is at `path` inside the item, unless it is among `known`; None: any name may exist."""
    if known is not None and name not in known:
        yield item.problem(unknown(noun, name, known), *path)


def _repeated_ids(article: ArticleFiles) -> Iterator[Problem]:
    """Report ids used twice: among facts and gaps, among entities, or among sections."""
    for keys in (("facts", "gaps"), ("entities",), ("sections",)):
        first: dict[str, str] = {}
        for file in article.files:
            for name, path in (found for key in keys for found in file.ids(key)):
                if name in first:
                    yield file.document.problem(path, f"the id {quote(name)} is already used in {first[name]}")
                first.setdefault(name, f"{file.document.file}:{file.document.line(path)}")


def _shared_paragraphs(article: ArticleFiles) -> Iterator[Problem]:
    """Report the first paragraph of each section that belongs to an earlier section."""
    owners: dict[int, str] = {}
    for section in article.sections:
        shared = [number for number in section.value.paragraphs if number in owners]
        if shared:
            what = f"paragraph {shared[0]} already belongs to section {quote(owners[shared[0]])}"
            yield section.problem(what, "paragraphs")
        owners.update(dict.fromkeys(section.value.paragraphs, section.value.id))


def all_samples(article: ArticleFiles) -> Iterator[_Claim]:
    """Yield every sample question that is filled in: those of the facts files, then those of samples files."""
    owners: dict[str, str] = {}
    for item in article.answers():
        owner = f"{'fact' if isinstance(item.value, FactModel) else 'gap'} {quote(item.value.id)}"
        owners.setdefault(item.value.id, owner)
        yield from _claims(item.value.questions, owner, item, ("questions",))
    for entry in article.samples:
        if (found := owners.get(str(entry.path[0]))) is not None:
            yield from _claims(entry.value, found, entry, ())


def _claims(samples: Samples, owner: str, item: Located[Any], path: NodePath) -> Iterator[_Claim]:
    """Yield the samples at `path` inside an item."""
    for language, texts in samples.by_language():
        for at, text in enumerate(texts):
            if not text.startswith(UNFINISHED):
                yield text, owner, item, (*path, language, at)


def _samples_files(article: ArticleFiles) -> Iterator[Problem]:
    """Report entries of samples files for ids that there are not, and further entries for an id that has one."""
    known, first = article.ids("facts", "gaps"), dict[str, str]()
    for file in article.files:
        data = file.document.data
        if not isinstance(file.model, SamplesFile) or not isinstance(data, dict):
            continue
        for name in data:
            if REPEATED in name:
                continue
            if known is not None and name not in known:
                yield file.document.problem((name,), unknown("fact or gap", name, known))
            elif name in first:
                what = f"samples of {quote(name)} stand in {first[name]} already: put them together"
                yield file.document.problem((name,), what)
            first.setdefault(name, f"{file.document.file}:{file.document.line((name,))}")


def _check_samples(article: ArticleFiles) -> Iterator[Problem]:
    """Report samples without content, those of two owners, and those of samples files that their owner has already."""
    first: dict[str, tuple[str, Located[Any], NodePath]] = {}
    for text, owner, item, path in all_samples(article):
        if not (key := squeeze(normalise(text))):
            yield item.problem("has neither a letter nor a digit", *path)
            continue
        earlier, other, at = first.setdefault(key, (owner, item, path))
        if earlier != owner:
            yield item.problem(_belongs(text, earlier), *path)
        elif isinstance(item.value, Questions) and (item is not other or path != at):
            where = f"{other.document.file}:{other.document.line((*other.path, *at))}"
            what = f"{quote(text)} already stands in {where} (only letters and digits count): remove one of the two"
            yield item.problem(what, *path)


def _entity_names(article: ArticleFiles) -> Iterator[_Claim]:
    """Yield every name and alias that is filled in."""
    for item in article.entities:
        names: list[tuple[str, NodePath]] = [(name, ("name", language)) for language, name in item.value.name.given()]
        names += [(alias, ("aliases", at)) for at, alias in enumerate(item.value.aliases)]
        for name, path in names:
            if not name.startswith(UNFINISHED):
                yield name, f"entity {quote(item.value.id)}", item, path


def _shared_texts(claims: Iterable[_Claim]) -> Iterator[Problem]:
    """Report texts that two owners have, compared as matching compares them."""
    owners: dict[str, str] = {}
    for text, owner, item, path in claims:
        key = squeeze(normalise(text))
        if key and owners.setdefault(key, owner) != owner:
            yield item.problem(_belongs(text, owners[key]), *path)


def _belongs(text: str, owner: str) -> str:
    return f"{quote(text)} already belongs to {owner} (only letters and digits count): keep one of them"


def _source(fact: Located[FactModel], article: ArticleFiles) -> Iterator[Problem]:
    """Report a section that does not exist or comes twice, and paragraphs that the section does not have."""
    cited: set[str] = set()
    for source, path in fact.value.sources():
        yield from _unknown_name(fact, "section", source.section, article.ids("sections"), *path, "section")
        if source.section in cited:
            what = f"section {quote(source.section)} is cited twice: list all its paragraphs at one place"
            yield fact.problem(what, *path, "section")
        cited.add(source.section)
        section = next((s.value for s in article.sections if s.value.id == source.section), None)
        if section is not None:
            yield from _paragraphs(fact, source, path, section)


def _paragraphs(
    fact: Located[FactModel], source: SourceModel, path: NodePath, section: SectionModel
) -> Iterator[Problem]:
    """Report paragraphs that a section does not have, and missing ones."""
    name = quote(section.id)
    beyond = sorted(set(source.paragraphs) - set(section.paragraphs))
    if beyond and not section.paragraphs:
        yield fact.problem(f"section {name} has no body paragraphs to cite", *path, "paragraphs")
    elif beyond:
        what = f"paragraph {beyond[0]} is not in section {name} ({_span(section.paragraphs)})"
        yield fact.problem(what, *path, "paragraphs")
    elif section.paragraphs and not source.paragraphs:
        what = f"'paragraphs' is missing: which of {_span(section.paragraphs)} of section {name}?"
        yield fact.problem(what, *path)


def _span(paragraphs: tuple[int, ...]) -> str:
    """Return a section's paragraphs as `1–7`."""
    first, last = paragraphs[0], paragraphs[-1]
    return f"{first}–{last}" if first != last else str(first)


def _command(command: Located[CommandModel], article: ArticleFiles) -> Iterator[Problem]:
    """Report a tag, entity kind, entity or paragraph that the article does not have."""
    value = command.value
    if value.tag:
        facts = (*article.facts, *(item for item in article.retired if isinstance(item.value, FactModel)))
        tags = frozenset(tag for fact in facts for tag in fact.value.tags)
        yield from _unknown_name(command, "tag", value.tag, None if "facts" in article.incomplete else tags, "tag")
    kinds = {entity.value.kind for entity in article.entities}
    if value.lookup and "entities" not in article.incomplete and value.lookup not in kinds:
        yield command.problem(f"the article has no entity of kind {quote(value.lookup)}", "lookup")
    paragraphs = {number for section in article.sections for number in section.value.paragraphs}
    for at, row in enumerate(value.rows):
        if row.entity:
            yield from _unknown_name(command, "entity", row.entity, article.ids("entities"), "rows", at, "entity")
        if paragraphs and (beyond := sorted(set(row.paragraphs) - paragraphs)):
            yield command.problem(f"the article has no paragraph {beyond[0]}", "rows", at, "paragraphs")


def check_command_names(articles: Iterable[ArticleFiles], messages: Mapping[str, Text]) -> Iterator[Problem]:
    """Report names that a command can't have because another command has them.

    The other is one that every bot has, one of the same article, or one of another article that can't be merged.
    """
    located = [(article.slug, command.value, command) for article in articles for command in article.commands]
    for at, language, what in _clashes([(slug, value) for slug, value, _ in located], messages):
        yield located[at][2].problem(what, "name", language)


def command_names_clash(articles: Iterable[Article], messages: Mapping[str, Text]) -> bool:
    """Return whether `check_command_names` would report anything."""
    commands = [(article.slug, command) for article in articles for command in article.commands]
    return next(_clashes(commands, messages), None) is not None


def _clashes(
    commands: Sequence[tuple[str, CommandModel | Command]], messages: Mapping[str, Text]
) -> Iterator[tuple[int, Language, str]]:
    """Yield the position of each command with a name that it can't have, the language of the name, and why."""
    built_in = {_ADMIN_COMMAND, *(name for key in _BUILT_IN if key in messages for name in messages[key].every())}
    earlier: dict[tuple[str, str], dict[str, CommandModel | Command]] = {}
    for at, (article, command) in enumerate(commands):
        for language in LANGUAGES:
            if not (name := command.name.ko if language == "ko" else command.name.en):
                continue
            if name in built_in:
                yield at, language, f"the bot has a command {quote(name)} of its own"
            by_article = earlier.setdefault((language, name), {})
            if by_article.setdefault(article, command) is not command:
                yield at, language, f"two commands are called {quote(name)}: rename one"
            slug, other = next(iter(by_article.items()))
            if slug != article and (difference := _difference(command, other)):
                why = f"article {quote(slug)} has a command of this name with another {difference}: make them agree"
                yield at, language, why


def _difference(one: CommandModel | Command, other: CommandModel | Command) -> str | None:
    """Return what keeps two commands of one name from being merged, or None."""
    if one.lookup != other.lookup:
        return "`lookup`"
    names = ((one.name.ko, other.name.ko), (one.name.en, other.name.en))
    return "name in the other language" if any(a and b and a != b for a, b in names) else None
