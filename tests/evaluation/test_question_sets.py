"""Question sets are read, or refused with file and line."""

from pathlib import Path

import pytest

from bot.core.model import Knowledge
from bot.errors import ConfigError
from bot.evaluation.question_sets import read_questions
from tests.core.ferry import night_snapshot

NO_ARTICLES = Knowledge(())


def test_a_line_becomes_a_question_with_every_right_fact(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text(
        '{"id": "1", "q": "누가?", "lang": "ko", "kind": "direct", "fact": "a", "also": ["b"]}\n\n', "utf-8"
    )
    (question,) = read_questions(file, NO_ARTICLES)
    assert question.facts == ("a", "b")
    assert question.covered


def test_the_previous_question_is_read_and_the_file_belongs_to_its_article(tmp_path: Path) -> None:
    file = tmp_path / "night-library-follow-ups.jsonl"
    file.write_text('{"q": "왜?", "fact": "reason", "after": "도서관이 밤에도 열어?"}', "utf-8")
    (question,) = read_questions(file, night_snapshot().knowledge)
    assert (question.article, question.earlier) == ("night-library", ("도서관이 밤에도 열어?",))


def test_a_wrong_premise_names_the_facts_that_correct_it(tmp_path: Path) -> None:
    file = tmp_path / "night-library-roles.jsonl"
    file.write_text('{"q": "Why did it close?", "fact": null, "corrects": ["hours"]}', "utf-8")
    (question,) = read_questions(file, night_snapshot().knowledge)
    assert (question.article, question.covered, question.corrects) == ("night-library", False, ("hours",))


def test_an_uncovered_question_has_no_fact(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"q": "Why?", "fact": null}', "utf-8")
    (question,) = read_questions(file, NO_ARTICLES)
    assert not question.covered
    assert question.language == "en"


@pytest.mark.parametrize("line", ["not json", "[]", '{"fact": null}', '{"q": "?"}', "3"])
def test_a_line_without_a_question_is_refused_with_its_number(tmp_path: Path, line: str) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"q": "ok", "fact": null}\n' + line, "utf-8")
    with pytest.raises(ConfigError, match=r"set\.jsonl:2: not a question"):
        read_questions(file, NO_ARTICLES)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read"):
        read_questions(tmp_path / "nowhere.jsonl", NO_ARTICLES)


def test_cases_of_an_unknown_article_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="not an article of the knowledge"):
        read_questions(tmp_path / "cases.yaml", NO_ARTICLES)


def test_every_turn_of_a_dialogue_is_a_question_after_those_before(tmp_path: Path) -> None:
    file = tmp_path / "night-library-dialogues.jsonl"
    verify = '{"q": "really?", "expect": ["a"], "act": "verify"}'
    turns = f'[{{"q": "Who?", "expect": ["a", "b"]}}, {verify}, {{"q": "ok", "expect": []}}]'
    file.write_text(f'{{"id": "d1", "lang": "en", "turns": {turns}}}', "utf-8")
    first, second, third = read_questions(file, night_snapshot().knowledge)
    assert (first.id, first.kind, first.facts, first.earlier) == ("d1.1", "question", ("a", "b"), ())
    assert (second.kind, second.earlier) == ("verify", ("Who?",))
    assert (third.covered, third.earlier, third.article) == (False, ("Who?", "really?"), "night-library")
    assert all(one.is_turn for one in (first, second, third))


def test_a_message_of_several_questions_lists_the_right_answers_of_each(tmp_path: Path) -> None:
    file = tmp_path / "set.jsonl"
    file.write_text('{"q": "who and when?", "parts": [["a", "b"], ["c"]]}', "utf-8")
    (question,) = read_questions(file, NO_ARTICLES)
    assert (question.facts, question.parts) == (("a", "b", "c"), (("a", "b"), ("c",)))
