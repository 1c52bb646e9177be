"""No message costs much more than an honest one, whatever its text; work is counted, not timed.

`python tests/faults/worst_message.py` measures the same shapes on the shipped knowledge.
"""

import sys
from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.core.budget import MAX_READ, Budget
from bot.core.matching import Question, prepare
from bot.core.spelling import Spellings
from bot.core.tokens import Tokenizer
from bot.service.answering import ask
from bot.service.library import with_vectors
from tests.core.ferry import night_scope, night_snapshot
from tests.core.letters_encoder import LettersEncoder
from tests.faults.shapes import LONGEST, Shapes

NIGHT = with_vectors(night_snapshot(), LettersEncoder())
SHAPES = Shapes(NIGHT)
MOST_TEXTS, MOST_CHARACTERS, MOST_CORRECTIONS = 60, 1_200, 300
"""What the budget of one message buys at most of each kind of work, with nothing spent on the others."""


class CountingEncoder(LettersEncoder):
    """Counts what it encodes; a text that comes again costs nothing, as in the shipped encoder."""

    def __init__(self) -> None:
        """Begin at none."""
        self.texts: set[str] = set()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode and count."""
        self.texts.update(text[:MAX_READ] for text in texts)
        return super().encode(texts)


def show(what: str, most: int) -> None:
    """Print a figure, for `pytest -rP`."""
    sys.stdout.write(f"most {what} of a message: {most}\n")


def cost(question: Question) -> tuple[int, int]:
    """Return the number and the characters of the texts that one message has encoded."""
    encoder = CountingEncoder()
    ask(NIGHT, question, encoder)
    return len(encoder.texts), sum(map(len, encoder.texts))


def test_no_message_has_many_texts_encoded() -> None:
    costs = {name: cost(Question(text)) for name, text in SHAPES.messages()}
    show("texts", max(texts for texts, _ in costs.values()))
    show("characters", max(characters for _, characters in costs.values()))
    assert not {name: c for name, c in costs.items() if c[0] > MOST_TEXTS or c[1] > MOST_CHARACTERS}


def test_no_context_multiplies_the_work() -> None:
    costs = {name: cost(Question(text, after=before)) for name, text, before in SHAPES.with_context()}
    show("texts", max(texts for texts, _ in costs.values()))
    show("characters", max(characters for _, characters in costs.values()))
    assert not {name: c for name, c in costs.items() if c[0] > MOST_TEXTS or c[1] > MOST_CHARACTERS}


def test_few_words_of_a_message_are_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    corrected: list[str] = []
    nearest = Spellings.nearest

    def counted(known: Spellings, word: str) -> str:
        corrected.append(word)
        return nearest(known, word)

    monkeypatch.setattr(Spellings, "nearest", counted)
    most = 0
    for _, text in SHAPES.messages():
        corrected.clear()
        ask(NIGHT, Question(text), None)
        most = max(most, len(corrected))
    show("corrections", most)
    assert 0 < most <= MOST_CORRECTIONS


def test_no_text_is_cut_into_words_beyond_what_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a reading nor one of the sentences that may each ask something."""
    lengths: list[int] = []
    cut = Tokenizer._sequence  # noqa: SLF001

    def measured(tokenizer: Tokenizer, normal: str) -> list[str]:
        lengths.append(len(normal))
        return cut(tokenizer, normal)

    monkeypatch.setattr(Tokenizer, "_sequence", measured)
    for _, text in SHAPES.messages():
        ask(NIGHT, Question(text), None)
    show("characters that are cut into words at once", max(lengths))
    assert max(lengths) <= MAX_READ


def test_work_done_twice_counts_once() -> None:
    budget = Budget()
    assert budget.reads("who left?", ())
    left = budget.left
    assert budget.reads("who left?", ())
    assert budget.left == left


def test_every_further_start_counts_until_nothing_can_be_read_after_it() -> None:
    budget = Budget()
    starts = 0
    while budget.starts():
        starts += 1
        assert starts < MOST_TEXTS
    assert starts > 1
    assert not budget.is_used_up


def test_a_text_is_read_even_when_nothing_is_left() -> None:
    (reading,) = prepare(night_scope(), Question("도서관은 왜 밤에 열어?"), Budget(left=0)).readings
    assert reading.words


def test_the_longest_message_is_read_to_its_limit_only() -> None:
    readings = prepare(night_scope(), Question("도서관 " * LONGEST)).readings
    assert all(len(reading.squeezed) <= MAX_READ for reading in readings)
