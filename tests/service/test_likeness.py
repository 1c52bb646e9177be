"""Which questions ask the same: precision and recall on labelled pairs, alike and only of the same topic."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.app import build_encoder
from bot.core.tokens import Tokenizer
from bot.service.likeness import most_alike
from bot.service.ports import Encoder
from bot.settings import Settings, Switch
from tests.shipped import shipped_library

PAIRS = [json.loads(line) for line in (Path(__file__).parent / "alike.jsonl").read_text("utf-8").splitlines()]


def measured(tokenizer: Tokenizer, encoder: Encoder | None, languages: str) -> tuple[float, float]:
    """Return the precision and the recall for the pairs of these languages ("" for all)."""
    pairs = [pair for pair in PAIRS if languages in pair["languages"]]
    found = [pair for pair in pairs if _are_alike(tokenizer, encoder, pair)]
    right = sum(pair["alike"] for pair in found)
    return right / max(1, len(found)), right / sum(pair["alike"] for pair in pairs)


def _are_alike(tokenizer: Tokenizer, encoder: Encoder | None, pair: Mapping[str, str]) -> bool:
    return most_alike(tokenizer, encoder, pair["first"], [pair["second"]]) is not None


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    """Return the tokenizer of the shipped article."""
    return shipped_library().snapshot.alone("openai-exodus").index.tokenizer


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    """Return the sentence encoder."""
    encoder = build_encoder(Settings(semantic=Switch.ON))
    assert encoder is not None
    return encoder


def test_the_pairs_are_of_every_kind() -> None:
    counts = {
        (languages, alike): sum((one["languages"], one["alike"]) == (languages, alike) for one in PAIRS)
        for languages in ("ko-ko", "en-en", "ko-en")
        for alike in (True, False)
    }
    assert min(counts.values()) >= 13
    assert len(PAIRS) >= 60


@pytest.mark.parametrize(
    ("languages", "precision", "recall"),
    [("", 0.9, 0.65), ("ko-ko", 0.9, 0.9), ("en-en", 0.8, 0.6), ("ko-en", 1.0, 0.4)],
)
def test_with_the_encoder_few_questions_are_joined_wrongly(
    tokenizer: Tokenizer, encoder: Encoder, languages: str, precision: float, recall: float
) -> None:
    found = measured(tokenizer, encoder, languages)
    print(f"{languages or 'all'}: precision {found[0]:.2f}, recall {found[1]:.2f}")  # noqa: T201  shown by -rP
    assert found[0] >= precision
    assert found[1] >= recall


def test_without_the_encoder_only_spelling_variants_are_joined(tokenizer: Tokenizer) -> None:
    assert not [pair for pair in PAIRS if not pair["alike"] and _are_alike(tokenizer, None, pair)]
    assert most_alike(tokenizer, None, "무라티 나이는 몇살 이야", ["무라티 나이는 몇 살이야?"]) == 0
    assert most_alike(tokenizer, None, "what does murati want to do", ["what does murati want too do"]) == 0


def test_the_most_alike_of_several_is_found(tokenizer: Tokenizer, encoder: Encoder) -> None:
    others = ["where does schulman work now?", "does murati own a boat?", "무라티는 언제 떠났어?"]
    assert most_alike(tokenizer, encoder, "무라티 언제 떠났나요?", others) == 2
    assert most_alike(tokenizer, encoder, "has murati got a boat?", others) == 1
    assert most_alike(tokenizer, encoder, "화성에 물이 있어?", others) is None
    assert most_alike(tokenizer, encoder, "화성에 물이 있어?", []) is None
