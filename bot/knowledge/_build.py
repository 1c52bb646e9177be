"""From validated models to the core's records."""

from bot.core.model import (
    Article,
    Case,
    Command,
    Entity,
    Fact,
    Family,
    Gap,
    Row,
    Sample,
    Section,
    Source,
    Text,
)
from bot.knowledge._parts import Parts
from bot.knowledge._validate import Placed
from bot.knowledge.schema import (
    ArticleFile,
    CaseModel,
    CommandModel,
    EntityModel,
    FactModel,
    GapModel,
    Localised,
    Questions,
    Words,
)

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


def family(name: str, words: Words) -> Family:
    """Return a word family of the lexicon."""
    return Family(name, tuple(words.ko), tuple(words.en))


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
