"""Training data: the features of every question of every training article."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bot.core.classifier import Mask
from bot.core.features import Matrix
from bot.core.matching import Question
from bot.core.model import LANGUAGES, Article, Fact, Knowledge, Sample
from bot.core.snapshot import Snapshot
from bot.evaluation.question_sets import SUBJECTS, TRAINING, AnnotatedQuestion, read_questions
from bot.service.answering import score_with
from bot.service.library import build_snapshot
from bot.service.ports import Encoder

FEW_SHOT_SAMPLES = 4


@dataclass(frozen=True, slots=True)
class TrainingQuestion:
    """One question with its features for all targets of its article."""

    annotated: AnnotatedQuestion
    readings: tuple[Matrix, ...]
    """Features of each reading, the text as typed first, each of shape (targets, len(FEATURES))."""
    right: Mask
    """True for targets that answer it, shape (targets,)."""
    is_fact: Mask
    """True for facts, False for gaps and small talk, shape (targets,)."""


@dataclass(frozen=True, slots=True)
class TrainingArticle:
    """The questions of one article, asked of it as written or of its few-shot version."""

    slug: str
    name: str
    """The slug, with "(few-shot)" for that version."""
    questions: tuple[TrainingQuestion, ...]


def load_training_data(knowledge: Knowledge, questions: Path, encoder: Encoder | None) -> tuple[TrainingArticle, ...]:
    """Compute the features of every question that the folder `questions` holds for learning.

    Each article is asked on its own. One with many samples or gaps also has a few-shot version, so that the weights
    suit small and large fact bases.
    """
    found = []
    for article in knowledge.articles:
        annotated = training_questions(article, knowledge, questions)
        if not annotated:
            continue
        for version in dict.fromkeys((article, few_shot(article, FEW_SHOT_SAMPLES))):
            snapshot = build_snapshot(replace(knowledge, articles=(version,)), "", encoder)
            asked = tuple(_ask(snapshot, question, encoder) for question in annotated)
            name = article.slug if version is article else f"{article.slug} (few-shot)"
            found.append(TrainingArticle(article.slug, name, asked))
    return tuple(found)


def training_questions(article: Article, knowledge: Knowledge, questions: Path) -> tuple[AnnotatedQuestion, ...]:
    """Return what the folder `questions` holds about an article for learning.

    This is `<slug>-development.jsonl`, or else `<slug>.jsonl`, and its further development sets.
    """
    files = [questions / f"{article.slug}{suffix}.jsonl" for suffix in (TRAINING, "")]
    further = [questions / f"{article.slug}{subject}{TRAINING}.jsonl" for subject in SUBJECTS]
    found = [*list(filter(Path.exists, files))[:1], *filter(Path.exists, further)]
    return tuple(question for file in found for question in read_questions(file, knowledge))


def few_shot(article: Article, samples: int) -> Article:
    """Return `article` with only the first `samples` samples per language of each fact, and without gaps."""
    facts = tuple(replace(fact, samples=tuple(_first_samples(fact, samples))) for fact in article.facts)
    return replace(article, gaps=(), facts=facts)


def _first_samples(fact: Fact, count: int) -> Iterator[Sample]:
    for language in LANGUAGES:
        yield from [sample for sample in fact.samples if sample.language == language][:count]


def _ask(snapshot: Snapshot, question: AnnotatedQuestion, encoder: Encoder | None) -> TrainingQuestion:
    (scope,) = snapshot.every_scope()
    index = scope.index
    _, scored = score_with(scope, Question(question.text), encoder)
    return TrainingQuestion(
        question,
        tuple(one.table for one in scored),
        np.array([target.item.id in question.facts for target in index.targets]),
        index.is_fact,
    )
