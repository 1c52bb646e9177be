"""Learning to choose between articles: every question is asked of all of them together."""

import json
import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bot.core.classifier import ARTICLE_FEATURES, TOPIC_FEATURES, load_article_classifier
from bot.core.matching import Answered, Question
from bot.core.model import Knowledge
from bot.dev.articles import (
    OF_SEVERAL,
    RIGHT_CONTESTED,
    SEVERAL,
    ArticleQuestion,
    ambiguous,
    ask_all,
    choose,
    choose_thresholds,
    fit_classifier,
    load_questions,
    report,
    train,
)
from bot.dev.articles import train_and_write as train_articles
from bot.evaluation.question_sets import read_questions
from bot.service.answering import decide_on
from bot.service.library import build_snapshot
from tests.core.ferry import SHIPPED
from tests.knowledge.small_article import read_knowledge

TESTS = Path(__file__).parents[1]
SLUGS = ("night-library", "football-club", "chip-startup")
_EACH = 30
"""Questions about each article."""


@cache
def knowledge() -> Knowledge:
    read = [read_knowledge(TESTS / "articles" / slug, shipped=SHIPPED) for slug in SLUGS]
    return replace(read[0], articles=tuple(one.articles[0] for one in read))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with some questions about each of three articles."""
    found = tmp_path_factory.mktemp("questions")
    for slug in SLUGS:
        lines = (TESTS / "questions" / f"{slug}.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
        (found / f"{slug}.jsonl").write_text("".join(lines[:: len(lines) // _EACH][:_EACH]), encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def asked(folder: Path) -> tuple[ArticleQuestion, ...]:
    return load_questions(knowledge(), folder, None)


def test_every_question_is_asked_of_all_articles_as_written_and_few_shot(asked: tuple[ArticleQuestion, ...]) -> None:
    assert len(asked) == 2 * _EACH * len(SLUGS)
    assert {one.library for one in asked} == {"as written", "few-shot"}
    for one in asked:
        assert one.slug == SLUGS[one.own]
        assert one.topics.shape[1:] == (len(SLUGS), len(TOPIC_FEATURES))
        assert one.scored.shape == (len(SLUGS), len(ARTICLE_FEATURES) - len(TOPIC_FEATURES))
        assert not np.delete(one.right, one.own).any(), "a fact of another article is never right"
        assert one.covered or not one.right.any()


def test_the_sets_that_measure_are_not_learnt_from(folder: Path) -> None:
    shutil.copy(folder / "chip-startup.jsonl", folder / "chip-startup-fresh.jsonl")
    shutil.copy(folder / "chip-startup.jsonl", folder / "chip-startup-near-development.jsonl")
    found = load_questions(replace(knowledge(), articles=knowledge().articles[2:]), folder, None)
    (folder / "chip-startup-near-development.jsonl").unlink()
    assert len(found) == 2 * 2 * _EACH


def test_what_is_learnt_from_is_what_the_service_decides(folder: Path) -> None:
    snapshot, answered = build_snapshot(knowledge(), "1", None), 0
    for question in read_questions(folder / "night-library.jsonl", knowledge()):
        decision = decide_on(snapshot, Question(question.text), None)
        if isinstance(decision, Answered) and decision.best.target.article is not None:
            one = ask_all(snapshot, "night-library", question, "", None)
            at = choose(one, load_article_classifier(semantic=False)).best
            assert SLUGS[at] == decision.best.target.article.slug
            assert one.answers(at)
            assert bool(one.right[at]) == (at == one.own and decision.best.target.item.id in question.facts)
            answered += 1
    assert answered > _EACH / 4


def test_the_choice_prefers_the_right_article(asked: tuple[ArticleQuestion, ...]) -> None:
    classifier = fit_classifier(asked)
    covered = [choose(one, classifier) for one in asked if one.covered]
    assert np.mean([one.is_own for one in covered]) > 0.7
    assert all(0 < one.share <= 1 and 0 < one.probability < 1 for one in covered)


def test_the_thresholds_learnt_keep_wrong_answers_few_and_the_report_tells_them(
    asked: tuple[ArticleQuestion, ...],
) -> None:
    classifier, held_out = train(asked)
    assert len(held_out) == len(asked)
    covered = [one for one in held_out if one.question.covered]
    wrong = [one.answered(classifier) and not one.is_right for one in covered]
    assert np.mean(wrong) <= 0.08
    text = report("lexical", classifier, held_out)
    assert f"{classifier.answer_from:.3f}" in text
    assert all(f"| {slug} | {_EACH} |" in text for slug in SLUGS)
    assert "| confidence | – |" in text


def of_several(one: ArticleQuestion) -> ArticleQuestion:
    """Return a question that all articles answer alike, with no right answer."""
    return replace(
        one, slug="", own=OF_SEVERAL, covered=True, kinds=np.zeros_like(one.kinds), right=np.zeros_like(one.right)
    )


def test_questions_that_fit_several_articles_are_read_and_teach_no_weights(
    asked: tuple[ArticleQuestion, ...], folder: Path
) -> None:
    file = folder / SEVERAL
    file.parent.mkdir()
    lines = [
        {"q": "how much did it cost?", "fact": "night-library/cost", "also": ["football-club/stadium-cost"]},
        {"q": "how many chips are sold?", "fact": "chip-startup/sales"},
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    (one,) = ambiguous(knowledge(), file)
    assert one.text == "how much did it cost?"
    (folder / "own").mkdir()
    shutil.move(file.parent, folder / "own")
    found = load_questions(knowledge(), folder / "own", None)
    assert [(each.library, each.own, each.covered) for each in found] == [
        ("as written", OF_SEVERAL, True),
        ("few-shot", OF_SEVERAL, True),
    ]
    assert not any(each.right.any() for each in found)

    classifier, held_out = train([*asked, *(of_several(each) for each in asked[:40])])
    several = [one for one in held_out if one.question.own == OF_SEVERAL]
    assert (classifier.weights == fit_classifier(asked).weights).all(), "they teach no weights"
    answered = sum(one.answered(classifier) for one in several)
    assert f"Of 40 questions that fit several articles, {answered} get" in report("lexical", classifier, held_out)


def test_an_answer_that_another_article_has_too_is_given_from_where_enough_of_them_are_right(
    asked: tuple[ArticleQuestion, ...],
) -> None:
    classifier = fit_classifier(asked)
    own = next(one for one in (choose(each, classifier) for each in asked) if one.is_of(Answered) and one.is_right)
    sure = [replace(own, share=share, is_contested=True) for share in np.linspace(0.6, 0.99, 20)]
    unsure = [replace(one, question=of_several(one.question), share=one.share - 0.001) for one in sure[:10]] * 2
    found = choose_thresholds(classifier, [*sure, *unsure])
    contested = [one for one in (*sure, *unsure) if one.share >= found.contested_from]
    assert np.mean([one.is_right for one in contested]) >= RIGHT_CONTESTED
    assert 0.6 < found.contested_from < sure[10].share
    assert choose_thresholds(classifier, sure).contested_from == pytest.approx(0.6)
    assert not sure[0].answered(found)
    assert replace(sure[0], is_contested=False).answered(found)


def test_the_weights_of_the_other_commands_stay(folder: Path, tmp_path: Path) -> None:
    shipped = Path(__file__).parents[2] / "bot" / "core" / "weights.json"
    before = json.loads(shipped.read_text(encoding="utf-8"))
    shutil.copy(shipped, tmp_path)
    text = train_articles(knowledge(), folder, tmp_path, None)
    assert (tmp_path / "articles.md").read_text(encoding="utf-8") == text
    after = json.loads((tmp_path / "weights.json").read_text(encoding="utf-8"))
    for mode in ("semantic", "lexical"):
        assert list(after[mode]) == list(before[mode])
        assert after[mode].pop("articles") != before[mode].pop("articles")
    assert after == before
