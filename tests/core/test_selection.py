"""The choice between articles that decide alone, and the shortlist before it."""

from dataclasses import replace

import numpy as np
import pytest

from bot.core.classifier import ARTICLE_FEATURES, TOPIC_FEATURES, ArticleClassifier, load_article_classifier
from bot.core.features import Matrix
from bot.core.matching import (
    Answered,
    Candidate,
    Closest,
    Decision,
    Question,
    Suggested,
    Unanswered,
    prepare,
    score,
)
from bot.core.selection import Found, select
from bot.core.shortlist import FEWEST_SCORED, MOST_SCORED, shortlisted
from bot.core.snapshot import Snapshot
from tests.core.ferry import ferry, ferry_snapshot

MODEL = ArticleClassifier(
    shortlist=np.array([-1.0, 10.0, 10.0, 10.0]),
    weights=np.array([-1.0, 10.0, 10.0, 10.0, 4.0, 2.0]),
    sure=np.array([1.0, 1.0]),
    sure_bias=0.0,
    answer_from=0.5,
    contested_from=0.7,
    closest_from=0.6,
    suggest_from=0.8,
)
"""An answer with the confidence c is right from P(article) = exp(-c) on."""


def found(text: str, logit: float) -> Found:
    """Return what the article about a ferry decides on a question, with this logit of its topic."""
    (scope,) = ferry_snapshot().every_scope()
    prepared = prepare(scope, Question(text))
    scored = score(scope, prepared)
    return Found(scope, logit, MODEL, prepared, scored)


SAMPLE = "how much did the ferry cost"


def decided(decision: Decision, logit: float) -> Found:
    """Return an article that decides so; the question names somebody or not in all of them alike."""
    return replace(found("is this about a ferry of some sort?", logit), given=decision)


def fact() -> Candidate:
    decision = found(SAMPLE, 0.0).decision
    assert isinstance(decision, Answered)
    return decision.best


def likely(share: float) -> float:
    """Return the lead in logits that gives one of two articles this probability."""
    return float(np.log(share / (1 - share)))


def test_one_article_alone_decides() -> None:
    decision = Closest("en", fact(), ())
    assert select([decided(decision, -5.0)]) is decision


@pytest.mark.parametrize(("share", "stands"), [(0.72, True), (0.68, False), (0.5, False)])
def test_an_answer_that_another_article_has_too_needs_a_likelier_article(*, share: float, stands: bool) -> None:
    answer = Answered("en", replace(fact(), confidence=0.9))
    chosen = select([decided(answer, likely(share)), decided(answer, 0.0)])
    assert (chosen == replace(answer, elsewhere=(answer.best,))) == stands
    assert isinstance(chosen, Answered) == stands
    assert select([decided(answer, likely(share)), decided(Suggested("en", (fact(),)), 0.0)]) is answer


def test_the_answer_of_an_unlikely_article_is_not_offered() -> None:
    answer = Answered("en", replace(fact(), confidence=0.9))
    assert select([decided(answer, likely(0.99)), decided(answer, 0.0)]) is answer


def test_an_article_that_does_not_know_the_name_in_a_question_does_not_contest_it() -> None:
    answer = Answered("en", replace(fact(), confidence=0.9))
    other, naming = decided(answer, 0.0), replace(found("did Norrin ask for more?", 0.0), given=answer)
    naming = replace(naming, logit=likely(0.6) + other.value() - naming.value())
    assert select([naming, other]) is answer
    assert isinstance(select([decided(answer, likely(0.6)), other]), Suggested)


def test_an_answer_that_is_not_sure_needs_a_likelier_article() -> None:
    for confidence, share, stands in ((0.1, 0.85, False), (0.1, 0.95, True), (0.4, 0.6, False), (0.4, 0.7, True)):
        answer = Answered("en", replace(fact(), confidence=confidence))
        chosen = select([decided(answer, likely(share)), decided(Suggested("en", (fact(),)), 0.0)])
        assert (chosen is answer) == stands


@pytest.mark.parametrize(("decision", "needed"), [(Closest("en", fact(), ()), 0.6), (Suggested("en", (fact(),)), 0.8)])
def test_a_closest_answer_and_suggestions_need_a_likely_article_each(decision: Decision, needed: float) -> None:
    other = decided(Answered("en", fact()), 0.0)
    assert select([decided(decision, likely(needed + 0.01)), other]) is decision
    asked = select([decided(decision, likely(needed - 0.01)), other])
    assert isinstance(asked, Suggested)
    assert asked is not decision


def test_the_likeliest_article_may_have_no_answer() -> None:
    nothing = Unanswered("en")
    assert select([decided(nothing, 0.1), decided(Answered("en", fact()), 0.0)]) is nothing


def test_of_two_equal_articles_both_are_suggested_however_sure_they_are() -> None:
    answer = Answered("en", replace(fact(), confidence=1.0))
    chosen = select([decided(answer, 0.0), decided(answer, 0.0)])
    assert isinstance(chosen, Suggested)
    assert [one.target.item.id for one in chosen.others] == ["cost", "cost"]


def test_a_sample_of_two_articles_is_asked_back_however_likely_one_of_them_is() -> None:
    chosen = select([found(SAMPLE, 2.0), found(SAMPLE, 0.0)])
    assert isinstance(chosen, Suggested)
    assert [one.target.item.id for one in chosen.others][:2] == ["cost", "cost"]


def test_a_confident_article_outweighs_a_likelier_topic() -> None:
    sure, unsure = found(SAMPLE, 0.0), found("zebra crossings?", 1.0)
    assert select([unsure, sure]) is sure.decision


def topics(*known: float) -> Matrix:
    """Return one reading of articles that differ in the n-grams they know."""
    table = np.zeros((1, len(known), len(TOPIC_FEATURES)))
    table[0, :, TOPIC_FEATURES.index("known")] = known
    return table


def test_the_shortlist_is_longer_where_the_topic_is_not_clear() -> None:
    clear, unclear = shortlisted(topics(2, *[0] * 9), MODEL)[1], shortlisted(topics(*[1] * 10), MODEL)[1]
    assert clear.tolist() == list(range(FEWEST_SCORED))
    assert unclear.tolist() == list(range(MOST_SCORED))
    assert len(shortlisted(topics(0.9, 0.9, 0.9, 0.8, *[0] * 9), MODEL)[1]) == 4


def test_an_article_is_as_likely_as_in_the_reading_that_fits_it_best() -> None:
    two = np.concatenate([topics(0.1, 0.9), topics(0.5, 0.2)])
    features, best = shortlisted(two, MODEL)
    assert features[:, TOPIC_FEATURES.index("known")].tolist() == [0.5, 0.9]
    assert best.tolist() == [1, 0]


def three() -> Snapshot:
    """Return two equal articles, and between them one of a single fact that names nobody."""
    few = replace(ferry(), slug="few", facts=ferry().facts[:1], entities=())
    articles = (ferry(), few, replace(ferry(), slug="third"))
    return Snapshot.of(replace(ferry_snapshot().knowledge, articles=articles), "1")


def test_the_topic_of_an_article_is_its_size_and_the_share_of_ngrams_that_it_has_and_names() -> None:
    shortlist = three().shortlist
    (rows,) = shortlist.topics(["how much did the ferry cost"])
    size, known, named, meaning = rows.T
    assert size[0] == size[2] > size[1] > 0
    assert known[0] == known[2]
    assert (named >= 0).all()
    assert named[1] == 0, "it names nobody"
    assert not meaning.any(), "without an encoder"
    (unknown,) = shortlist.topics(["zzzzzz"])
    assert not unknown[:, 1:].any()


@pytest.mark.parametrize("semantic", [True, False])
def test_the_shipped_weights_have_the_signs_of_their_features(*, semantic: bool) -> None:
    shipped = load_article_classifier(semantic=semantic)
    for names, weights in ((TOPIC_FEATURES, shipped.shortlist), (ARTICLE_FEATURES, shipped.weights)):
        assert all(weight <= 0 if name == "size" else weight >= 0 for name, weight in zip(names, weights, strict=True))
    assert (shipped.sure > 0).all()
    assert 0 < shipped.closest_from <= shipped.suggest_from < 1
    assert 0 < shipped.answer_from < 1


def test_a_right_answer_is_likelier_with_a_likelier_article_and_more_confidence() -> None:
    shipped = load_article_classifier(semantic=True)
    values = [shipped.right(share, confidence) for share, confidence in ((0.3, 0.5), (0.6, 0.5), (0.6, 0.9), (1, 1))]
    assert values == sorted(values)
