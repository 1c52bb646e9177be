"""Decisions about bare names, samples and text typed on the wrong layout, by the whole core."""

import pytest

from bot.core.matching import Answered, Decision, Question, Suggested, decide, prepare, score
from tests.core.ferry import ferry_scope


def literal(text: str) -> Decision:
    """Decide on a question without an encoder."""
    prepared = prepare(ferry_scope(), Question(text))
    return decide(prepared, score(ferry_scope(), prepared))


@pytest.mark.parametrize("name", ["룬드", "Ada Lund", "룬드?", "Lund!"])
def test_a_bare_name_finds_a_fact_about_it_and_no_gap(name: str) -> None:
    decision = literal(name)
    assert isinstance(decision, Answered | Suggested)
    first = decision.best if isinstance(decision, Answered) else decision.others[0]
    assert first.target.item.id == "chair-left"


@pytest.mark.parametrize("sample", ["배 비용은?", "PRICE OF THE FERRY", "who built the ferry"])
def test_an_authors_own_sample_is_answered_with_confidence_1(sample: str) -> None:
    decision = literal(sample)
    assert isinstance(decision, Answered)
    assert decision.best.confidence == 1.0


def test_english_typed_on_the_korean_layout_is_a_reading_in_lower_case() -> None:
    """Capitals are typed with shift, which gives doubled consonants; vectors belong to normalised text."""
    assert (
        prepare(ferry_scope(), Question("쪼ㅛ 양 ㅡㅕㄱㅁ샤 ㅣㄷㅁㅍㄷ?")).readings[1].normal == "why did murati leave?"
    )
