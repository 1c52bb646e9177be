"""The development data: every question of every development article as numbers to learn from."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.core.features import Matrix
from bot.core.index import Snapshot
from bot.core.matching import Question
from bot.core.model import LANGUAGES, Article, Fact, Knowledge, Sample
from bot.evaluation.question_sets import DEVELOPMENT, Item, read_items
from bot.service.answering import score_with
from bot.service.library import build_snapshot
from bot.service.ports import Encoder

LEAN_SAMPLES = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """One question against all targets of its article."""

    item: Item
    tables: tuple[Matrix, ...]
    """Features for each way to read it, the one as typed first, each of shape (targets, len(FEATURES))."""
    right: NDArray[np.bool_]
    """Which targets answer it, shape (targets,)."""
    is_fact: NDArray[np.bool_]
    """Which targets are facts, the rest being gaps or small talk, shape (targets,)."""
    has_gaps: NDArray[np.bool_]
    """Which targets belong to an article with gaps, shape (targets,)."""


@dataclass(frozen=True, slots=True)
class Development:
    """The questions of one development article, asked of it as written or made lean."""

    slug: str
    lean: bool
    asked: tuple[Asked, ...]

    @property
    def name(self) -> str:
        """Return the slug, marked when the article was made lean."""
        return f"{self.slug} (lean)" if self.lean else self.slug


def develop(knowledge: Knowledge, questions: Path, encoder: Encoder | None) -> tuple[Development, ...]:
    """Compute the features of every question in `questions/<slug>.jsonl`, each article on its own.

    Where there is a `<slug>-development.jsonl`, it is taken instead: the other one only measures.

    An article with many samples or gaps also comes lean, so that the weights suit poor and rich fact bases.
    """
    found = []
    for article in knowledge.articles:
        files = (questions / f"{article.slug}{suffix}.jsonl" for suffix in (DEVELOPMENT, ""))
        file = next(filter(Path.exists, files), None)
        if file is None:
            continue
        items = read_items(file, knowledge)
        for version in dict.fromkeys((article, lean(article))):
            snapshot = build_snapshot(replace(knowledge, articles=(version,)), "", encoder)
            asked = tuple(_ask(snapshot, item, encoder) for item in items)
            found.append(Development(article.slug, version is not article, asked))
    return tuple(found)


def lean(article: Article) -> Article:
    """Return `article` with only the first four samples per language and without gaps."""
    facts = tuple(replace(fact, samples=tuple(_first_samples(fact))) for fact in article.facts)
    return replace(article, gaps=(), facts=facts)


def _first_samples(fact: Fact) -> Iterator[Sample]:
    for language in LANGUAGES:
        yield from [sample for sample in fact.samples if sample.language == language][:LEAN_SAMPLES]


def _ask(snapshot: Snapshot, item: Item, encoder: Encoder | None) -> Asked:
    index = snapshot.index
    _, scored = score_with(snapshot, Question(item.question), encoder)
    return Asked(
        item,
        tuple(one.table for one in scored),
        np.array([target.item.id in item.facts for target in index.targets]),
        index.is_fact,
        index.has_gaps,
    )
