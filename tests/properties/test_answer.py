"""Any text gets a well-formed decision; text typed on the wrong keyboard layout can be recovered."""

import re

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.core.classifier import load_classifier
from bot.core.hangul import as_korean_keys, as_latin_keys, compose, letters
from bot.core.matching import (
    MAX_SUGGESTIONS,
    Answered,
    Closest,
    Decision,
    Question,
    Suggested,
    Unanswered,
    believed,
    decide,
    prepare,
    score,
)
from bot.core.model import LANGUAGES, Fact, Gap
from bot.core.text import MAX_CHARACTERS, MAX_QUESTIONS, normalise, separate_questions
from bot.service.answering import decide_on
from bot.service.library import with_vectors
from tests.core.ferry import night_scope, night_snapshot
from tests.core.letters_encoder import LettersEncoder

NIGHT = night_snapshot()
SCOPE = night_scope()
ENCODED = with_vectors(NIGHT, LettersEncoder())
WORDS = [word for sample in SCOPE.index.samples for word in sample.split()]

anything = st.text(max_size=80) | st.text(st.characters(categories=["Cs", "Cc", "Cf", "Mn", "Lo"]), max_size=40)
sentences = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=8).map(" ".join)
syllables = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=20)


def act_is_likelier(text: str) -> bool:
    """Return whether a dialogue act is likelier than every fact, so that no fact is answered outright."""
    best = believed(score(SCOPE, prepare(SCOPE, Question(text))))
    return bool(best.act_probability >= best.probabilities[SCOPE.index.is_fact].max())


def assert_well_formed(decision: Decision, text: str) -> None:
    """Assert what every front expects of a decision about `text`."""
    classifier = load_classifier(semantic=False)
    answer_threshold = classifier.answer_from
    assert decision.language in LANGUAGES
    assert len(decision.others) <= MAX_SUGGESTIONS
    assert all(isinstance(candidate.target.item, Fact) for candidate in decision.others)
    confidences = [candidate.confidence for candidate in decision.others]
    assert confidences == sorted(confidences, reverse=True)
    match decision:
        case Answered(best=best):
            assert isinstance(best.target.item, Fact)
            assert best.confidence >= answer_threshold - 1e-9
        case Closest(best=best):
            assert isinstance(best.target.item, Fact)
            assert best.confidence >= classifier.closest_from - 1e-9
            assert best.confidence < answer_threshold or act_is_likelier(text)
        case Suggested():
            assert decision.others
            assert confidences[0] >= classifier.suggest_from - 1e-9
            assert confidences[0] < answer_threshold or act_is_likelier(text)
        case Unanswered(best=gap):
            assert gap is None or isinstance(gap.target.item, Gap)
    everyone = [c for c in (getattr(decision, "best", None), *decision.others) if c is not None]
    assert all(0 <= candidate.confidence <= 1 for candidate in everyone)
    assert all(candidate.sample in SCOPE.index.samples for candidate in everyone)


@settings(deadline=None)
@given(anything | sentences)
@example("주미B:AA:À")  # a dialogue act is likelier than the fact that is sure enough
def test_any_text_gets_a_well_formed_decision(text: str) -> None:
    decision = decide_on(NIGHT, Question(text), None)
    assert_well_formed(decision, text)
    assert decision == decide_on(NIGHT, Question(text), None), "the same text, the same decision"


@settings(deadline=None, max_examples=50)
@given(anything | sentences, st.sampled_from([None, *LANGUAGES]), st.sampled_from([None, "night-library", "no-such"]))
def test_the_wanted_language_and_article_are_kept_for_any_text(
    text: str, language: str | None, article: str | None
) -> None:
    wanted = next((known for known in LANGUAGES if known == language), None)
    encoder = LettersEncoder()
    scope = ENCODED.alone(article or "night-library")
    prepared = prepare(scope, Question(text, wanted, article))
    vectors = dict(zip(prepared.texts, encoder.encode(prepared.texts), strict=True))
    decision = decide(prepared, score(scope, prepared, vectors))
    assert wanted in (None, decision.language)
    candidates = [c for c in (getattr(decision, "best", None), *decision.others) if c is not None]
    slugs = {candidate.target.article.slug for candidate in candidates if candidate.target.article}
    assert article is None or slugs <= {article}


@given(anything)
def test_a_text_to_encode_is_short_and_can_be_encoded(text: str) -> None:
    for wanted in prepare(SCOPE, Question(text)).texts:
        assert len(wanted) <= 6 * MAX_CHARACTERS
        wanted.encode()


@given(anything | st.text("ㄱㅏ가<@1>:/\u200b\u0345İΐﷺ’́e ", max_size=30))
def test_the_normal_form_of_a_normal_form_is_itself(text: str) -> None:
    normal = normalise(text)
    assert normalise(normal) == normal
    assert len(normal) <= MAX_CHARACTERS
    assert not re.search(r"[\x00-\x1f\ud800-\udfff]|\s\s|^\s|\s$", normal)


@given(syllables)
def test_letters_compose_to_the_syllables_they_came_from(text: str) -> None:
    assert compose("".join(map(letters, text))) == text


@given(syllables)
def test_text_typed_on_the_wrong_layout_can_be_recovered(text: str) -> None:
    assert as_korean_keys(as_latin_keys(text)) == text


@given(anything)
def test_the_first_reading_is_as_typed_and_no_two_are_the_same(text: str) -> None:
    found = [reading.normal for reading in prepare(SCOPE, Question(text)).readings]
    assert found[0] == normalise(text)
    assert len(set(found)) == len(found)


@given(anything | st.lists(sentences, max_size=4).map("? ".join))
def test_parts_are_two_or_three_pieces_of_the_message(text: str) -> None:
    found = separate_questions(text)
    assert len(found) in {0, *range(2, MAX_QUESTIONS + 1)}
    assert all(part in text for part in found)


@given(st.lists(st.text(max_size=20), max_size=5))
def test_the_stand_in_encoder_gives_unit_vectors(texts: list[str]) -> None:
    rows = LettersEncoder().encode(texts)
    assert rows.shape == (len(texts), LettersEncoder.dimensions)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)
