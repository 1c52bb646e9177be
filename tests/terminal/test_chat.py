"""A conversation at the terminal, line by line."""

import io
from contextlib import nullcontext
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from rich.console import Console

from bot.core.matching import Question
from bot.core.model import Knowledge, Text
from bot.core.snapshot import Snapshot
from bot.errors import KnowledgeError, Problem
from bot.service.library import Library
from bot.service.replies import Suggestion
from bot.terminal.chat import Chat, run_chat
from tests.core.ferry import ferry, night_snapshot

MESSAGES = night_snapshot().knowledge.messages
QUESTION = "밤 도서관은 언제부터 운영했어?"


def chat(*articles: str) -> Chat:
    """Return a chat about the night library, and with "ferry" about the ferry too."""
    return chat_about(both() if "ferry" in articles else night_snapshot())


@cache
def both() -> Snapshot:
    """Return the night library and the ferry."""
    knowledge = night_snapshot().knowledge
    return Snapshot.of(replace(knowledge, articles=(*knowledge.articles, ferry())), "1")


def chat_about(snapshot: Snapshot) -> Chat:
    library = Library(lambda: (snapshot.knowledge, "1"), None, restored=snapshot)
    return Chat(Console(file=io.StringIO(), width=100), library)


def said(subject: Chat, *lines: str) -> str:
    """Type lines and return everything that is shown so far."""
    for line in lines:
        assert subject.take(line)
    return shown(subject)


def shown(subject: Chat) -> str:
    assert isinstance(subject.console.file, io.StringIO)
    return subject.console.file.getvalue()


@pytest.mark.parametrize("line", [":quit", ":q", " :exit "])
def test_a_command_ends_the_chat(line: str) -> None:
    assert not chat().take(line)


def test_an_empty_line_gets_the_sentence_for_it() -> None:
    assert MESSAGES["empty"].get("ko") in said(chat(), "   ")


@pytest.mark.parametrize("line", [":", ":nonsense", ":lang", ":lang fr", ":lang ko en", "::"])
def test_a_command_that_does_not_exist_is_refused(line: str) -> None:
    assert MESSAGES["chat_unknown_command"].get("ko") in said(chat(), line)


def test_help_lists_the_commands() -> None:
    assert ":reload" in said(chat(), ":help")


def test_the_language_of_the_answers_can_be_chosen_and_left_to_the_question_again() -> None:
    spoken = []
    subject = chat()
    for command in (":lang en", ":lang auto"):
        said(subject, command, QUESTION)
        assert subject.last is not None
        spoken.append(subject.last.language)
    assert spoken == ["en", "ko"]


def test_a_follow_up_refers_to_the_last_line_that_was_understood() -> None:
    subject = chat("ferry")
    text = said(subject, "Why did Ada Lund quit?", "", "what is her salary?")
    assert "Understood as: about Ada Lund" in text
    assert subject.last is not None
    assert subject.last.gap == "chair-pay"


def test_a_suggestion_is_picked_by_its_number() -> None:
    """A gap suggests the facts nearest to it; the picked one is answered as if it had been asked for."""
    subject = chat()
    gap = night_snapshot().knowledge.articles[0].gaps[0]
    said(subject, gap.samples[0].text)
    assert subject.last is not None
    suggestions = subject.last.suggestions
    assert suggestions, "the first gap names nearest facts"
    said(subject, "1")
    assert (subject.last.outcome, subject.last.fact) == ("answered", suggestions[0].fact)
    assert subject.last.source is not None
    assert subject.last.source.line.split()[0] in shown(subject)
    assert subject.context is not None
    assert subject.context.item == suggestions[0].fact, "what is asked next is about what was picked"


def test_a_pick_from_another_article_moves_the_conversation_and_why_there() -> None:
    subject = chat("ferry")
    said(subject, "밤 도서관에는 몇 명이 와?")
    assert subject.last is not None
    other = Suggestion("ferry", "cost", "What the ferry cost", 0.3)
    subject.last = replace(subject.last, suggestions=(other,), offer="다른 기사에도 있어요.")
    said(subject, "1", ":why")
    assert subject.context is not None
    assert (subject.context.article, subject.context.item) == ("ferry", "cost")
    assert "「못 뜨는 배」의 기준" in shown(subject)


@pytest.mark.parametrize("number", ["0", "9", "999"])
def test_a_number_without_a_suggestion_is_refused(number: str) -> None:
    subject = chat()
    said(subject, "xyzzy plugh")
    assert MESSAGES["chat_no_such_number"].get(subject.voice.language) in said(subject, number)


def test_a_very_long_number_is_a_question() -> None:
    subject = chat()
    said(subject, "xyzzy")
    before = subject.last
    assert before is not None
    assert before.outcome != "answered", "a short number would pick a suggestion"
    shown_after = said(subject, "9" * 5_000)
    assert subject.last is not before
    assert MESSAGES["chat_no_such_number"].get("ko") not in shown_after


def test_why_before_a_question_says_that_there_is_nothing_yet() -> None:
    assert MESSAGES["chat_nothing_yet"].get("ko") in said(chat(), ":why")


@pytest.mark.parametrize(
    "line", [QUESTION, night_snapshot().knowledge.articles[0].gaps[0].samples[0].text, "안녕", "xyzzy plugh", "도서관"]
)
def test_why_explains_every_reply_with_its_candidates(line: str) -> None:
    subject = chat()
    text = said(subject, line, ":why").partition(MESSAGES["why_title"].get(subject.voice.language))[2]
    assert subject.answer is not None
    (explanation,) = subject.library.explain(subject.answer)
    assert text.split() == " ".join(explanation.lines).split()


def test_why_after_an_empty_line_says_that_there_was_nothing_to_read() -> None:
    assert MESSAGES["why_no_text"].get("ko") in said(chat(), " ", ":why")


def test_why_after_a_number_says_that_the_answer_was_picked_and_why_it_was_suggested() -> None:
    subject = chat()
    said(subject, night_snapshot().knowledge.articles[0].gaps[0].samples[0].text, "1")
    text = said(subject, ":why")
    assert subject.answer is not None
    assert MESSAGES["why_picked"].get("ko") in text
    assert subject.library.explain(subject.answer)[0].lines[-1] in text


def test_a_reload_says_what_changed_and_keeps_the_old_facts_if_anything_is_wrong() -> None:
    good = night_snapshot().knowledge
    states: list[Knowledge | KnowledgeError] = [
        good,
        replace(good, articles=(*good.articles, ferry())),
        KnowledgeError((Problem("facts.yaml", 3, "fact 'x'", "is [bold]wrong[/]"),)),
    ]

    def read() -> tuple[Knowledge, str]:
        state = states.pop(0)
        if isinstance(state, KnowledgeError):
            raise state
        return replace(state, articles=tuple(replace(a, cases=()) for a in state.articles)), "1"

    subject = Chat(Console(file=io.StringIO(), width=100), Library(read, None))
    added = len(ferry().facts) + len(ferry().gaps)
    assert MESSAGES["reloaded"].get("ko").format(added=added, removed=0, changed=0) in said(subject, ":reload")
    text = said(subject, ":reload")
    assert "facts.yaml:3: fact 'x': is [bold]wrong[/]" in text
    assert MESSAGES["reload_failed"].get("ko").format(count=1) in text
    assert len(subject.knowledge.articles) == 2


def test_the_welcome_names_the_only_article_or_the_number_of_articles() -> None:
    one, two = chat(), chat("ferry")
    one.welcome()
    two.welcome()
    assert night_snapshot().knowledge.articles[0].title.get("ko") in shown(one)
    assert "2" in shown(two)


@pytest.mark.parametrize("line", ["[bold]왜[/]", "\x1b[31mred", "\ud800", "a\x00b"])
def test_an_odd_line_is_answered_like_the_same_question_anywhere(line: str) -> None:
    subject = chat()
    text = said(subject, line)
    assert subject.last == subject.library.answer(Question(line)).reply
    assert subject.last.text[:60] in text


def test_an_answer_in_the_other_language_only_says_so() -> None:
    knowledge = night_snapshot().knowledge
    article = knowledge.articles[0]
    facts = tuple(replace(fact, answer=Text(ko=fact.answer.ko)) for fact in article.facts)
    subject = chat_about(Snapshot.of(replace(knowledge, articles=(replace(article, facts=facts),)), "1"))
    subject.language = "en"
    said(subject, article.gaps[0].samples[0].text, "1")
    assert MESSAGES["other_language_only"].get("en") in shown(subject)


def test_the_end_of_input_ends_the_chat(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(OSError, match="stdin"):
        run_chat(
            chat(), tmp_path / "history", nullcontext()
        )  # pytest refuses to be read from; the process tests have a real one
    assert capsys.readouterr().out.startswith("›")
