"""Comparing with the nearest samples only and block by block gives what comparing everything at once gives."""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.core.features import _NEIGHBOURS, FEATURE_NAMES, Comparison
from bot.core.index import Column, Products, Rows, Scope, Vectors, highest, single
from bot.core.matching import Question, prepare, score, score_all
from bot.core.memo import BatchMemo
from bot.core.text import normalise
from bot.service.library import with_vectors
from tests.core.ferry import night_snapshot
from tests.core.letters_encoder import LettersEncoder

ENCODER = LettersEncoder()
NIGHT = with_vectors(night_snapshot(), ENCODER).alone("night-library")


def compact() -> Scope:
    """Return the night library with vectors that take little memory."""
    assert NIGHT.vectors is not None
    rows = np.concatenate([block.astype(np.float16) for block in NIGHT.vectors.own])
    small_talk = with_vectors(night_snapshot(), ENCODER).small_talk.vectors
    return replace(NIGHT, vectors=Vectors.of(NIGHT.index, rows, small_talk))


def forgetful(vectors: Vectors | None) -> Vectors | None:
    """Return the same vectors without what is remembered of the questions before."""
    return replace(vectors, nearest=BatchMemo(64)) if vectors else None


SCOPES = (NIGHT, compact())
QUESTIONS = ("도서관은 왜 밤에 열어?", "who pays for the night library?", "xyzzy")


def cosines(vectors: Vectors | None, text: str) -> NDArray[np.float32]:
    """Return the centred cosine of a text with every sample, by its definition."""
    assert vectors is not None
    samples = vectors.samples.full()
    away, to = samples - samples.mean(axis=0), ENCODER.encode([text])[0] - samples.mean(axis=0)
    found: NDArray[np.float32] = away @ to / (np.linalg.norm(away, axis=1) * np.linalg.norm(to))
    return found


def comparison(text: str, scope: Scope) -> Comparison:
    """Compare a question with the night library, with vectors."""
    encoded = {text: ENCODER.encode([text])[0]}
    return Comparison(scope, scope.index.tokenizer.tokenize(text), encoded, ())


def test_only_vectors_that_take_little_memory_are_without_axes() -> None:
    assert [scope.vectors is not None and scope.vectors.near is None for scope in SCOPES] == [False, True]


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_meaning_of_a_target_is_the_mean_cosine_of_its_samples(question: str, scope: Scope) -> None:
    text = normalise(question)
    every = cosines(scope.vectors, text)
    segments = scope.index.sample_segments
    means = [every[segments.rows(position)].mean() for position in range(len(scope.index.targets))]
    assert comparison(text, scope).meaning == pytest.approx(means, abs=1e-4)


@pytest.mark.parametrize("scope", SCOPES)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_nearest_samples_are_those_of_the_highest_sums(question: str, scope: Scope) -> None:
    text = normalise(question)
    compared = comparison(text, scope)
    sums = compared.sample_cosines + cosines(scope.vectors, text)
    assert sorted(sums[compared.nearest_samples]) == pytest.approx(sorted(sums)[-_NEIGHBOURS:], abs=1e-4)


def test_articles_that_are_scored_together_get_the_features_that_each_gets_alone() -> None:
    text = normalise("who pays for the night library, 후원자는?")
    fresh = [replace(one, vectors=forgetful(one.vectors)) for one in (*SCOPES, *SCOPES)]
    prepared = prepare(NIGHT, Question(text))
    encoded = dict(zip(prepared.texts, ENCODER.encode(prepared.texts), strict=True))
    together = score_all([(scope, prepared) for scope in fresh[:2]], encoded)
    for scope, scored in zip(fresh[2:], together, strict=True):
        for one, alone in zip(scored, score(scope, prepared, encoded), strict=True):
            assert one.scope.index is alone.scope.index
            assert one.table == pytest.approx(alone.table, abs=1e-5)
            assert one.table[:, FEATURE_NAMES.index("meaning_coverage")].max() > 0


class Overtaken(BatchMemo[Column]):
    """A memo that another thread adds to right after it was asked what is missing."""

    def __init__(self, targets: int) -> None:
        """Remember a word as unlike all targets."""
        super().__init__(64)
        self.targets = targets

    def missing(self, texts: Iterable[str]) -> list[str]:
        """Return what is missing, the first of which no longer is."""
        found = super().missing(texts)
        self.get(found[:1], lambda words: [np.zeros(self.targets, np.float32) for _ in words])
        return found


def test_articles_are_scored_together_while_another_thread_compares_the_same_words() -> None:
    prepared = prepare(NIGHT, Question("who pays for the night library, 후원자는?"))
    encoded = dict(zip(prepared.texts, ENCODER.encode(prepared.texts), strict=True))
    targets = len(NIGHT.index.targets)
    both = [replace(one, vectors=one.vectors and replace(one.vectors, nearest=Overtaken(targets))) for one in SCOPES]
    for scored in score_all([(scope, prepared) for scope in both], encoded):
        assert [len(one.table) for one in scored] == [targets] * len(prepared.readings)


def test_products_are_those_of_the_whole_matrix_however_often_they_are_asked_for() -> None:
    rng = np.random.default_rng(1)
    some, many = (rng.normal(size=(rows, 7)).astype(np.float32) for rows in (3, 1_000))
    products, rows = Products(), Rows(many[:400], many[400:].astype(np.float16))
    expected = pytest.approx(some @ rows.full().T, abs=1e-5)
    assert products.of(some[:2], rows) == pytest.approx((some @ rows.full().T)[:2], abs=1e-5)
    assert products.of(some, rows) == expected
    assert products.of(some[::-1], rows)[::-1] == expected


def test_products_of_equal_rows_with_other_vectors_are_not_mixed_up() -> None:
    rng = np.random.default_rng(2)
    some, one, other = (rng.normal(size=(4, 7)).astype(np.float32) for _ in range(3))
    products = Products()
    for shared in (one, other):
        assert products.of(some, Rows(one, shared)) == pytest.approx(some @ np.concatenate([one, shared]).T, abs=1e-5)


def test_half_precision_becomes_single_precision_exactly() -> None:
    halves = np.arange(0x10000).astype(np.uint16).view(np.float16)
    finite = halves[np.isfinite(halves)]
    assert single(finite).tobytes() == finite.astype(np.float32).tobytes()


def test_the_highest_of_fewer_are_all() -> None:
    assert sorted(highest(np.array([0.1, 0.3, 0.2], np.float32), 2)) == [1, 2]
    assert sorted(highest(np.array([0.1, 0.3], np.float32), 5)) == [0, 1]
    assert highest(np.zeros(0, np.float32), 5).tolist() == []
