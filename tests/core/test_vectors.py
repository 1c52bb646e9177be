"""Comparing with the nearest samples only and block by block gives what comparing everything at once gives."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.core.features import _NEIGHBOURS, Comparison
from bot.core.index import Rows, Vectors, highest, products
from bot.core.text import normalise
from bot.service.library import with_vectors
from tests.core.ferry import night_snapshot
from tests.core.letters_encoder import LettersEncoder

ENCODER = LettersEncoder()
NIGHT = with_vectors(night_snapshot(), ENCODER).alone("night-library")
QUESTIONS = ("도서관은 왜 밤에 열어?", "who pays for the night library?", "xyzzy")


def cosines(vectors: Vectors, text: str) -> NDArray[np.float32]:
    """Return the centred cosine of a text with every sample, by its definition."""
    samples = vectors.samples.full()
    away, to = samples - samples.mean(axis=0), ENCODER.encode([text])[0] - samples.mean(axis=0)
    found: NDArray[np.float32] = away @ to / (np.linalg.norm(away, axis=1) * np.linalg.norm(to))
    return found


def comparison(text: str) -> Comparison:
    """Compare a question with the night library, with vectors."""
    encoded = {text: ENCODER.encode([text])[0]}
    return Comparison(NIGHT.index, NIGHT.index.tokenizer.tokenize(text), NIGHT.vectors, encoded, ())


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_meaning_of_a_target_is_the_mean_cosine_of_its_samples(question: str) -> None:
    assert NIGHT.vectors is not None
    text = normalise(question)
    every = cosines(NIGHT.vectors, text)
    segments = NIGHT.index.sample_segments
    means = [every[segments.rows(position)].mean() for position in range(len(NIGHT.index.targets))]
    assert comparison(text).meaning == pytest.approx(means, abs=1e-4)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_nearest_samples_are_those_of_the_highest_sums(question: str) -> None:
    assert NIGHT.vectors is not None
    text = normalise(question)
    compared = comparison(text)
    sums = compared.sample_cosines + cosines(NIGHT.vectors, text)
    assert sorted(sums[compared.nearest_samples]) == pytest.approx(sorted(sums)[-_NEIGHBOURS:], abs=1e-4)


def test_products_are_those_of_the_whole_matrix() -> None:
    rng = np.random.default_rng(1)
    some, many = (rng.normal(size=(rows, 7)).astype(np.float32) for rows in (3, 1_000))
    assert products(some, Rows(many[:400], many[400:])) == pytest.approx(some @ many.T, abs=1e-5)


def test_the_highest_of_fewer_are_all() -> None:
    assert sorted(highest(np.array([0.1, 0.3, 0.2], np.float32), 2)) == [1, 2]
    assert sorted(highest(np.array([0.1, 0.3], np.float32), 5)) == [0, 1]
    assert highest(np.zeros(0, np.float32), 5).tolist() == []
