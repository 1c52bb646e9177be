"""Articles do not disturb each other: restricted to one, every outcome is that of the article alone."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray
from rich.console import Console

from bot.core.dialogue import Context
from bot.core.matching import Answered, Question, Suggested
from bot.core.model import Article, Command, Knowledge, Sample, Text
from bot.core.shortlist import MOST_SCORED
from bot.core.snapshot import Snapshot
from bot.discord_bot.markup import texts_of
from bot.service.answering import ask
from bot.service.library import Library, build_snapshot, failed_cases
from bot.service.pages import page_of, registered, reply_page
from bot.service.replies import reply_to
from bot.service.views import FactView, ListView
from bot.service.whole_articles import asks_for_summary
from bot.terminal.chat import Chat
from tests.core.ferry import SHIPPED, ferry
from tests.core.letters_encoder import LettersEncoder
from tests.knowledge.small_article import read_knowledge

ROOT = SHIPPED.parent
SLUGS = ("night-library", "football-club", "chip-startup")
ENCODERS = (None, LettersEncoder())


@cache
def knowledge() -> Knowledge:
    """Return three articles together, with the shipped lexicon, messages and small talk."""
    read = [read_knowledge(ROOT / "tests/articles" / slug, shipped=SHIPPED) for slug in SLUGS]
    return replace(read[0], articles=tuple(one.articles[0] for one in read))


@cache
def together(encoder: LettersEncoder | None) -> Snapshot:
    return build_snapshot(knowledge(), "1", encoder)


def asked(slug: str, number: int) -> list[str]:
    lines = (ROOT / f"tests/questions/{slug}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["q"] for line in lines[:: len(lines) // number]]


@pytest.mark.parametrize("encoder", ENCODERS)
@pytest.mark.parametrize("slug", SLUGS)
def test_a_question_restricted_to_an_article_gets_what_the_article_alone_gives(
    slug: str, encoder: LettersEncoder | None
) -> None:
    article = knowledge().article(slug)
    assert article is not None
    alone = build_snapshot(replace(knowledge(), articles=(article,)), "1", encoder)
    for question in asked(slug, 20):
        restricted = ask(together(encoder), Question(question, article=slug), encoder)
        expected = ask(alone, Question(question), encoder)
        assert restricted.decision == expected.decision
        assert restricted.needs_context == expected.needs_context
        assert restricted.reply == expected.reply


@pytest.mark.parametrize("encoder", ENCODERS)
def test_an_article_named_in_the_question_is_the_one_that_answers(encoder: LettersEncoder | None) -> None:
    both = build_snapshot(replace(knowledge(), articles=(*knowledge().articles, ferry())), "1", encoder)
    reply = ask(both, Question("price of the ferry"), encoder).reply
    assert (reply.article, reply.fact) == ("ferry", "cost")


def test_the_answers_of_other_articles_are_offered_with_their_titles_beside_that_of_the_likeliest() -> None:
    both = build_snapshot(replace(knowledge(), articles=(ferry(), replace(ferry(), slug="sequel"))), "1", None)
    first, second = (ask(both, Question("price of the ferry", article=slug), None).decision for slug in both.scopes)
    assert isinstance(first, Answered)
    assert isinstance(second, Answered)
    reply = reply_to(both.knowledge, replace(first, elsewhere=(second.best,)))
    assert (reply.outcome, reply.article, reply.fact) == ("answered", "ferry", "cost")
    assert [(one.article, one.fact) for one in reply.suggestions] == [("sequel", "cost")]
    assert "The ferry that would not sail" in reply.suggestions[0].label
    assert reply.offer == "Other articles answer this too."
    page = reply_page(both.knowledge, reply)
    assert reply.offer in "".join(texts_of(page))
    assert page.buttons[0].action.view == FactView("sequel", "cost", "en")
    chat = Chat(Console(file=io.StringIO(), width=100), Library(lambda: (both.knowledge, "1"), None, restored=both))
    chat.last = reply
    assert chat.take("1")
    assert (chat.last.article, chat.last.fact) == ("sequel", "cost")


class Recorded(LettersEncoder):
    """Keeps what it was asked to encode."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.calls: list[frozenset[str]] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Keep the texts and encode them."""
        self.calls.append(frozenset(texts))
        return super().encode(texts)


def test_words_that_an_article_lacks_are_encoded_with_the_question() -> None:
    encoder = Recorded()
    ask(together(LettersEncoder()), Question("did anybody mention zeppelin kvetching?"), encoder)
    first, second = encoder.calls
    assert {"zeppelin", "kvetching"} <= first & second
    long = Recorded()
    ask(together(LettersEncoder()), Question(" ".join(f"{n}kvetching{n * 'y'}" for n in range(20))), long)
    assert 1 < len(long.calls[0]) < 10, "a long message has its words encoded when it is known which are needed"


def twin() -> Article:
    return replace(ferry(), slug="twin", title=Text("쌍둥이 배", "The twin ferry"), entities=())


def test_a_question_that_two_articles_answer_alike_is_asked_back_with_their_titles() -> None:
    both = build_snapshot(replace(knowledge(), articles=(ferry(), twin())), "1")
    answer = ask(both, Question("how much did the ferry cost"), None)
    assert isinstance(answer.decision, Suggested)
    first, second = answer.reply.suggestions[:2]
    assert {first.article, second.article} == {"ferry", "twin"}
    assert first.fact == second.fact == "cost"
    assert any("The twin ferry" in one.label for one in (first, second))


def test_an_equal_article_is_not_indexed_again_and_its_cases_are_not_run() -> None:
    before = together(None)
    changed = replace(knowledge().articles[0], title=Text("ㄱ", "Another title"))
    after = build_snapshot(replace(knowledge(), articles=(changed, *knowledge().articles[1:])), "2", None, before)
    assert after.scopes[SLUGS[0]].index is not before.scopes[SLUGS[0]].index
    assert [after.scopes[slug] for slug in SLUGS[1:]] == [before.scopes[slug] for slug in SLUGS[1:]]
    wrong = tuple(replace(case, expect="never") for case in knowledge().articles[0].cases)
    same = replace(knowledge(), articles=(replace(knowledge().articles[0], cases=wrong),))
    failing = build_snapshot(same, "3")
    assert len(failed_cases(failing, None)) == len(wrong) > 0
    assert failed_cases(failing, None, failing) == ()


def dated(slug: str, date: str) -> Article:
    summary = replace(
        ferry().facts[0], id="summary", samples=(Sample("요약해줘", "ko"), Sample("sum it up please", "en"))
    )
    command = Command(Text("요약", "summary"), Text("요약", "The article in short"), facts=("summary",))
    facts = (*ferry().facts[1:], summary)
    return replace(ferry(), slug=slug, title=Text(slug, slug), date=date, facts=facts, commands=(command,))


DATED = replace(
    knowledge(), articles=(dated("old", "2024-01-02"), dated("new", "2025-03-04"), dated("mid", "2024-05-06"))
)


def test_a_question_that_a_command_of_every_article_answers_is_about_the_newest_or_that_of_the_conversation() -> None:
    snapshot = build_snapshot(DATED, "1")
    reply = ask(snapshot, Question("요약해줘"), None).reply
    assert (reply.article, reply.fact) == ("new", "summary")
    assert reply.source is not None
    assert "new" in reply.source.line
    after = Question("sum it up please", after=Context("old", "누가 배를 만들었어?", "builder"))
    assert ask(snapshot, after, None).reply.article == "old"


SUMMARISED = build_snapshot(
    replace(knowledge(), articles=(*DATED.articles, replace(ferry(), slug="bare", date="2026-01-01"))), "1"
)
"""The newest article has no summary."""


@pytest.mark.parametrize(
    "text",
    ["요약 좀 해주세요!", "세 줄 요약", "이 기사 내용 정리해줘", "summary", "can you sum this up for me?", "TL;DR"],
)
def test_a_summary_needs_no_sample_and_is_of_the_newest_article_that_has_one(text: str) -> None:
    """Nor is it taken for small talk, whatever that has: "예약해줘" is one letter from "요약해줘"."""
    reply = ask(SUMMARISED, Question(text), None).reply
    assert (reply.outcome, reply.article, reply.fact) == ("answered", "new", "summary")


def test_a_summary_is_of_the_article_asked_else_of_the_conversation_else_of_the_channel() -> None:
    after = Context("old", "누가 배를 만들었어?", "builder")
    asked = Question("요약 부탁해", article="mid", after=after, place="new")
    for question, slug in (
        (asked, "mid"),
        (replace(asked, article=None), "old"),
        (replace(asked, article=None, after=None), "new"),
        (replace(asked, article=None, after=None, place="old"), "old"),
    ):
        assert ask(SUMMARISED, question, None).reply.article == slug


def test_without_a_summary_the_question_for_one_is_no_small_talk() -> None:
    act = replace(knowledge().dialogue[0], samples=(Sample("예약해줘", "ko"), Sample("요약해줘", "ko")))
    bare = build_snapshot(replace(knowledge(), articles=(ferry(),), dialogue=(act,)), "1")
    reply = ask(bare, Question("요약해줘"), None).reply
    assert (reply.outcome, reply.gap) == ("unanswered", None)
    assert ask(bare, Question("예약해줘"), None).reply.gap == act.id


@pytest.mark.parametrize("text", ["정리해고", "정리해고 했어?", "tldr", "nice summary", "요약 좋다", "the whole story"])
def test_what_only_sounds_like_a_question_for_a_summary_is_none(text: str) -> None:
    assert not asks_for_summary(text)


def test_a_command_of_every_article_shows_the_newest_or_that_of_the_conversation() -> None:
    for article, shown in ((None, "new"), ("old", "old"), ("gone", "new")):
        page = page_of(DATED, ListView("summary", 0, "en", article))
        assert page is not None
        assert f"“{shown}”" in "".join(span.text for line in page.blocks[0].footer for span in line.spans)


def test_of_too_many_commands_those_of_the_newest_articles_are_registered() -> None:
    other = replace(DATED.articles[0].commands[0], name=Text("옛", "old-only"))
    old = replace(DATED.articles[0], commands=(other,))
    few = replace(DATED, articles=(old, *DATED.articles[1:]))
    assert [one.key for one in registered(few, 1)] == ["summary"]
    assert [one.key for one in registered(few, 2)] == ["old-only", "summary"]


@pytest.mark.parametrize(
    "text",
    [
        "무슨 기사들 있어?",
        "어떤 기사 알아?",
        "기사 목록",
        "기사 뭐뭐 있어?",
        "기사 몇 개야",
        "which articles do you know?",
        "list the articles",
        "all articles",
    ],
)
def test_the_articles_are_listed_newest_first(text: str) -> None:
    reply = ask(build_snapshot(DATED, "1"), Question(text), None).reply
    assert [line.split()[-2] for line in reply.text.splitlines()[1:]] == ["new", "mid", "old"]


def test_the_only_article_is_named_as_one() -> None:
    only = build_snapshot(replace(DATED, articles=DATED.articles[:1]), "1")
    first, line = ask(only, Question("무슨 기사들 있어?"), None).reply.text.splitlines()
    assert first == "제가 아는 기사는 하나예요."
    assert DATED.articles[0].title.get("ko") in line


@pytest.mark.parametrize(
    "text", ["이 기사는 누가 썼어?", "which article mentions the ferry?", "무슨 기사에 배가 나와?"]
)
def test_other_questions_about_articles_are_not_answered_with_the_list(text: str) -> None:
    reply = ask(build_snapshot(DATED, "1"), Question(text), None).reply
    assert "mid (2024-05-06)" not in reply.text


def test_a_follow_up_is_scored_in_the_article_of_the_conversation_however_unlike_it_reads() -> None:
    """Of many articles only the likeliest few are scored, and "그 사람" is like none."""
    night = knowledge().articles[0]
    others = tuple(replace(ferry(), slug=f"ferry-{number}") for number in range(MOST_SCORED + 2))
    snapshot = build_snapshot(replace(knowledge(), articles=(*others, night)), "1", None)
    before = Context("night-library", "반소율이 뭐라고 했어", "user-view", ("user-view",), "ko")
    text = "그녀의 배 값은?"
    assert all(scope.slug != "night-library" for scope, _ in snapshot.shortlist.likeliest((text,)))
    assert ask(snapshot, Question(text, after=before), None).needs_context


@pytest.mark.parametrize("text", ["그럼 룬드는?", "룬드는 퇴사한 까닭이?", "why did lund go?"])
def test_a_follow_up_that_names_who_only_another_article_knows_is_about_that_one(text: str) -> None:
    snapshot = build_snapshot(replace(knowledge(), articles=(ferry(), knowledge().articles[0])), "1")
    before = Context("night-library", "반소율이 뭐라고 했어", "user-view", ("user-view",), "ko")
    reply = ask(snapshot, Question(text, after=before), None).reply
    assert (reply.outcome, reply.article, reply.fact, reply.understood) == ("answered", "ferry", "chair-left", None)
