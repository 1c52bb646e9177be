"""Which article a question is about: the newest, that of the channel, one that it names, none that is retired."""

from dataclasses import replace
from functools import cache

import pytest

from bot.core.dialogue import Context
from bot.core.matching import Question, Suggested
from bot.core.model import Article, Entity, Knowledge, Text
from bot.core.snapshot import Snapshot
from bot.service.answering import Answer, ask
from bot.service.autocomplete import questions, starter_facts
from bot.service.library import build_completers, build_snapshot
from bot.service.pages import articles_page, listings, page_of, registered
from bot.service.unanswered import unanswered_question
from bot.service.views import ArticlesView, ListView
from bot.service.whole_articles import aimed
from tests.core.ferry import ferry
from tests.service.test_many_articles import knowledge

TITLE = Text("다시 뜬 나룻배의 겨울", "Winter of the other ferry")
COST = "how much did the ferry cost"


def twin(**changes: object) -> Article:
    """Return the ferry's article under another name and of a later date."""
    values = {"slug": "twin", "title": TITLE, "entities": (), "date": "2024-12-01"} | changes
    return replace(ferry(), **values)  # type: ignore[arg-type]


def both(*articles: Article) -> Knowledge:
    """Return the knowledge of these articles, by default the ferry and its younger twin."""
    return replace(knowledge(), articles=articles or (replace(ferry(), date="2024-01-01"), twin()))


@cache
def snapshot(*, retired: bool = False) -> Snapshot:
    return build_snapshot(both(replace(ferry(), date="2024-01-01"), twin(retired=retired)), "1")


def asked(text: str, known: Snapshot | None = None, **changes: object) -> Answer:
    question = replace(Question(text), **changes)  # type: ignore[arg-type]
    return ask(known or snapshot(), question, None)


@pytest.mark.parametrize("dates", [("2024-01-01", "2024-12-01"), ("2024-12-01", "2024-01-01")])
def test_of_two_articles_that_fit_alike_the_newer_is_suggested_first(dates: tuple[str, str]) -> None:
    older = build_snapshot(both(replace(ferry(), date=dates[0]), twin(date=dates[1])), "1")
    answer = asked(COST, older)
    assert isinstance(answer.decision, Suggested)
    first, second = answer.reply.suggestions[:2]
    assert (first.article, second.article) == (("twin", "ferry") if dates[0] < dates[1] else ("ferry", "twin"))
    assert first.fact == second.fact == "cost"


def test_a_channels_article_answers_alone() -> None:
    for slug in ("ferry", "twin"):
        reply = asked(COST, place=slug).reply
        assert (reply.outcome, reply.article) == ("answered", slug)


def test_a_refusal_in_a_channel_speaks_of_one_article_and_its_question_is_stored_for_it() -> None:
    answer = asked("does the moon smell of cheese", place="twin")
    assert answer.reply.text == knowledge().messages["unanswered"].en
    stored = unanswered_question(answer, "does the moon smell of cheese", 1)
    assert stored is not None
    assert stored.article == "twin"


def test_an_article_of_a_channel_that_is_gone_is_ignored() -> None:
    assert isinstance(asked(COST, place="gone").decision, Suggested)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("In “Winter of the other ferry”, how much did it cost?", "how much did it cost?"),
        ("how much did it cost in Winter of the Other Ferry?", "how much did it cost?"),
        ("「다시 뜬 나룻배의 겨울」 기사에서 얼마 들었어?", "얼마 들었어?"),
        ("다시뜬 나룻배의 겨울 요약해줘", "요약해줘"),
        ("winter of the other ferry", "winter of the other ferry"),
    ],
)
def test_a_title_chooses_its_article_and_leaves_the_question(text: str, rest: str) -> None:
    """Also where a channel has another one; an option goes over both."""
    for question in (Question(text), Question(text, place="ferry")):
        found = aimed(both(), question)
        assert (found.article, found.place) == ("twin", None)
        assert found.text == rest
    chosen = aimed(both(), Question(text, article="ferry"))
    assert (chosen.article, chosen.text) == ("ferry", text)


PARTED = Text("물 위의 열두 달… 섬과 나룻배 이야기", "Twelve months afloat: how an island lost its boat")


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("물 위의 열두 달 기사에서 배 비용은?", "배 비용은?"),
        ("Twelve months afloat: what did it cost?", "what did it cost?"),
        ("how an island lost its boat", "how an island lost its boat"),
        ("나룻배 기사 요약해줘", "요약해줘"),
        ("the island article: who left?", "who left?"),
        ("노린 기사에서 비용은?", "비용은?"),
    ],
)
def test_a_part_of_a_title_or_a_topic_that_only_one_article_has_chooses_it(text: str, rest: str) -> None:
    other = twin(title=PARTED)
    known = both(replace(ferry(), title=Text("봄", "Spring"), entities=()), replace(other, entities=ferry().entities))
    found = aimed(known, Question(text))
    assert (found.article, found.text) == ("twin", rest)


@pytest.mark.parametrize("text", ["이 기사 언제 나왔어?", "what does the article say?", "ferry article: who left?"])
def test_a_topic_of_no_article_or_of_several_chooses_none(text: str) -> None:
    known = both(replace(ferry(), entities=()), twin(title=Text("나룻배", "Winter of the ferry")))
    assert aimed(known, Question(text)).article is None


def test_an_article_without_a_summary_says_so_and_offers_what_it_answers() -> None:
    before = Context("ferry", COST, "cost")
    for answer in (
        asked("요약해줘", after=before),
        asked("요약해줘", article="ferry"),
        asked("tl;dr pls", after=before),
    ):
        reply = answer.reply
        assert (reply.outcome, reply.fact) == ("suggested", None)
        assert {one.article for one in reply.suggestions} == {"ferry"}
        assert reply.context is not None
        assert reply.context.article == "ferry"
    assert "못 뜨는 배" in asked("요약해줘", after=before).reply.text


def test_a_short_title_a_name_and_the_title_of_the_only_article_choose_nothing() -> None:
    short = both(ferry(), twin(title=Text("배", "Boat")))
    assert aimed(short, Question("who built the boat?")).article is None
    entity = Entity("winter", "event", Text(en="Winter of the other ferry"))
    named = both(ferry(), twin(entities=(entity,)))
    assert aimed(named, Question("when was winter of the other ferry?")).article is None
    only = both(twin())
    assert aimed(only, Question("In “Winter of the other ferry”, who?")).text == "In “Winter of the other ferry”, who?"


def test_in_a_channel_the_conversation_about_another_article_goes_on() -> None:
    before = asked("what did it cost?", article="twin").reply.context
    assert before is not None
    follow = asked("where does it say that?", place="ferry", after=before)
    assert follow.reply.article in {"twin", None}
    assert TITLE.en
    assert TITLE.en in follow.reply.text + (follow.reply.source.line if follow.reply.source else "")


def test_what_the_article_of_the_conversation_does_not_answer_the_channels_article_does() -> None:
    bare = twin(facts=tuple(fact for fact in twin().facts if fact.id != "cost"), gaps=(), commands=(), cases=())
    known = build_snapshot(both(ferry(), bare), "1")
    before = Context("twin", "who runs it", bare.facts[0].id)
    reply = asked(COST, known, place="ferry", after=before).reply
    assert (reply.article, reply.fact) == ("ferry", "cost")


def test_a_retired_article_is_searched_only_where_it_is_named() -> None:
    known = snapshot(retired=True)
    assert asked(COST, known).reply.article == "ferry"
    for answer in (
        asked(COST, known, article="twin"),
        asked(COST, known, place="twin"),
        asked(f"{COST} in “{TITLE.en}”?", known),
    ):
        assert (answer.reply.outcome, answer.reply.article) == ("answered", "twin")


def test_where_every_article_is_retired_small_talk_goes_on() -> None:
    known = build_snapshot(both(twin(retired=True)), "1")
    assert asked(COST, known).reply.outcome == "unanswered"
    assert asked("hello!", known).reply.gap is not None
    assert asked(COST, known, place="twin").reply.fact == "cost"


def test_lists_show_retired_articles_last_and_marked() -> None:
    known = both(replace(ferry(), date="2024-01-01"), twin(retired=True))
    assert [one.slug for one in known.newest_first()] == ["ferry", "twin"]
    (block,) = articles_page(known, ArticlesView(0, "en")).blocks
    lines = ["".join(span.text for span in line.spans) for line in block.body]
    assert [line for line in lines if "retired" in line] == [lines[-2]]
    listed = asked("which articles do you know?", snapshot(retired=True)).reply.text.splitlines()
    assert "retired" in listed[-1]


def test_commands_of_retired_articles_only_are_not_registered_but_old_buttons_open() -> None:
    known = both(*(replace(one, retired=True) for one in knowledge().articles))
    assert registered(known) == ()
    assert registered(knowledge())
    key = listings(known)[0].key
    assert page_of(known, ListView(key, 0, "ko", known.articles[0].slug)) is not None


def test_suggestions_leave_out_retired_articles_unless_they_are_chosen() -> None:
    known = both(ferry(), twin(retired=True))
    assert {article.slug for article, _ in starter_facts(known, 9)} == {"ferry"}
    completer = questions(known)
    for typed in ("", "ferry"):
        assert {one.article for one in completer.complete(typed, "en")} == {"ferry"}
        assert {one.article for one in completer.complete(typed, "en", article="twin")} == {"twin"}
        assert completer.complete(typed, "en", article="gone") == ()
    names = build_completers(both(*(replace(one, retired=True) for one in knowledge().articles))).names
    assert all(one.complete("", "ko") == () for one in names.values())
