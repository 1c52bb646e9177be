"""A source line names every section that a fact is from."""

from dataclasses import replace

import pytest

from bot.app import read, shipped_knowledge
from bot.core.dialogue import Context
from bot.core.model import Knowledge, Language, Source, Status
from bot.core.snapshot import Snapshot
from bot.service.conversation import reply_to_act
from bot.service.pages import reply_page
from bot.service.replies import Citation, Voice, citation, item_reply
from bot.terminal.ask import as_json

SHIPPED, _ = read(shipped_knowledge())
(ARTICLE,) = SHIPPED.articles
SUMMARY = next(fact for fact in ARTICLE.facts if fact.id == "summary")
SEVERAL = Source("exodus", (2, 3), (Source("crisis", (9,)), Source("headline")))


def cited(source: Source, language: Language, status: Status = "reported") -> Citation:
    fact = replace(ARTICLE.facts[0], source=source, status=status)
    return citation(Voice(SHIPPED, language), ARTICLE, fact)


def test_several_sections_are_named_each_with_its_paragraphs() -> None:
    english = cited(SEVERAL, "en")
    assert english.place == "The departures, paragraphs 2–3; Crisis or growing pains, paragraph 9; Headline"
    assert english.line.endswith(f" · {english.place} · reported")
    assert cited(SEVERAL, "ko").place == "잇따르는 퇴사, 2–3번째 문단; 위기인가 성장통인가, 9번째 문단; 제목"


@pytest.mark.parametrize(
    ("source", "shown"), [(Source("exodus", (2, 3)), "paragraphs 2–3"), (Source("headline"), "Headline")]
)
def test_of_one_section_the_line_names_the_paragraphs_else_the_label(source: Source, shown: str) -> None:
    assert f"” · {shown} · reported" in cited(source, "en").line


def test_the_json_keeps_its_keys_and_joins_labels_and_paragraphs() -> None:
    fact = replace(ARTICLE.facts[0], source=SEVERAL)
    printed = as_json("?", item_reply(Voice(SHIPPED, "en"), ARTICLE, fact))["source"]
    assert list(printed) == ["title", "publisher", "section", "paragraphs", "url"]
    assert printed["section"] == "The departures, Crisis or growing pains, Headline"
    assert printed["paragraphs"] == [2, 3, 9]


def test_where_it_stands_is_answered_with_every_section() -> None:
    fact = replace(ARTICLE.facts[0], source=SEVERAL)
    knowledge = Knowledge((replace(ARTICLE, facts=(fact,)),), SHIPPED.lexicon, SHIPPED.messages, SHIPPED.dialogue)
    act = next(act for act in SHIPPED.dialogue if act.act == "source")
    before = Context(ARTICLE.slug, "?", fact.id, (fact.id,))
    reply = reply_to_act(Snapshot.of(knowledge, "1"), act, before, "en")
    assert reply is not None
    assert cited(SEVERAL, "en").place in reply.text


def test_the_shipped_summary_cites_both_halves_of_the_article() -> None:
    voice = Voice(SHIPPED, "ko")
    reply = item_reply(voice, ARTICLE, SUMMARY)
    assert reply.source is not None
    assert [place.section for place in SUMMARY.source.sections()] == ["exodus", "crisis"]
    assert reply.source.place in str(reply_page(SHIPPED, reply))
