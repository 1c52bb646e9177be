"""A question that needs context is resolved with the exchange before it; a complete one is not changed."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.dialogue import Context, Resolutions, resolve, shown_after, without_discourse_marker
from bot.core.model import Entity, Fact, Knowledge, Source, Text
from bot.core.snapshot import Snapshot
from tests.core.ferry import ferry, night_snapshot, samples

KNOWLEDGE = Knowledge((ferry(),), night_snapshot().knowledge.lexicon)
FERRY = Snapshot.of(KNOWLEDGE, "hand-made").alone("ferry")
LEFT = Context("ferry", "룬드는 왜 떠났어", "chair-left")
LEFT_EN = Context("ferry", "why did ada lund quit", "chair-left")
BUILDER = Context("ferry", "who built the ferry", "builder")


def resolved_after(text: str, before: Context) -> Resolutions:
    """Return the resolutions of a question that has some."""
    resolved = resolve(FERRY, text, before)
    assert resolved is not None
    return resolved


HOLM = Entity("holm", "person", Text("페르 홀름", "Per Holm"), ("홀름", "Holm"))
LISTS = (
    Fact(
        "crew",
        Text("배를 떠난 사람들", "Who left the ferry"),
        Text("아다 룬드와 페르 홀름이 배를 떠났어요.", "Ada Lund and Per Holm left the ferry. It is still there."),
        samples("누가 떠났어?", "Who left?"),
        Source("body", (1,)),
    ),
    Fact(
        "reasons",
        Text("늦은 까닭", "Why it is late"),
        Text(
            "배가 늦는 이유는 낡은 엔진, 모자란 선원, 나쁜 날씨예요.",
            "It is late for three reasons: an old engine, too few sailors and bad weather.",
        ),
        samples("배는 왜 늦어?", "Why is the ferry late?"),
        Source("body", (1,)),
    ),
)
WISH = Fact(
    "wish",
    Text("의장이 바란 것", "What the chair wanted"),
    Text(
        "룬드는 섬으로 가면서, 책을 더 읽고, 다시 배를 그리고 싶다고 했어요.",
        "On leaving, Lund said she wanted to read and draw ships again, as a change.",
    ),
    samples("룬드는 뭘 바랐어?", "What did Lund want?"),
    Source("body", (2,)),
    about=("lund",),
)
LISTING = Snapshot.of(
    Knowledge(
        (replace(ferry(), facts=(*ferry().facts, *LISTS, WISH), entities=(*ferry().entities, HOLM)),), KNOWLEDGE.lexicon
    ),
    "hand-made",
).alone("ferry")


@pytest.mark.parametrize(
    ("text", "item", "first"),
    [
        ("두 번째 사람은 어디 갔어?", "crew", "페르 홀름 어디 갔어?"),
        ("where did the 2nd one go?", "crew", "where did per holm go?"),
        ("the last person, how old?", "crew", "per holm , how old?"),
        ("첫번째는?", "reasons", "배가 늦는 이유는 낡은 엔진 ?"),
        ("마지막 이유 더 자세히", "reasons", "나쁜 날씨예요 더 자세히"),
        ("tell me about the second reason", "reasons", "tell me about too few sailors"),
        ("explain the third", "reasons", "explain bad weather"),
        ("{0} and {x}: the second reason?", "reasons", "{0} and {x}: too few sailors ?"),
    ],
)
def test_an_ordinal_points_to_an_item_of_the_list_in_the_last_answer(text: str, item: str, first: str) -> None:
    resolved = resolve(LISTING, text, Context("ferry", "why", item, (item,)))
    assert resolved is not None
    assert resolved.candidates[0].text == first
    assert resolved.need == "required"


@pytest.mark.parametrize(
    ("text", "shown", "first"),
    [
        ("the last one?", ("crew", "chair-left"), "per holm ?"),  # an item of the list was talked about since
        ("마지막 이유는?", ("reasons", "cost"), "나쁜 날씨예요 ?"),
        ("the third one?", ("reasons", "crew"), "bad weather ?"),  # the newest list is too short
        ("the second reason?", ("reasons", "crew"), "too few sailors ?"),  # nobody is a reason
        ("두 번째 사람은?", ("crew", "reasons"), "페르 홀름 ?"),  # a reason is nobody
        ("the second one?", ("crew", "wish"), "per holm ?"),  # clauses are no items
        ("두 번째는?", ("crew", "wish"), "페르 홀름 ?"),
    ],
)
def test_an_ordinal_goes_on_with_an_earlier_list(text: str, shown: tuple[str, ...], first: str) -> None:
    resolved = resolve(LISTING, text, Context("ferry", "why", shown[-1], shown))
    assert resolved is not None
    assert resolved.candidates[0].text == first


def test_an_ordinal_that_points_to_somebody_means_nobody_else() -> None:
    resolved = resolve(LISTING, "why did the second one leave?", Context("ferry", "why", "wish", ("crew", "wish")))
    assert resolved is not None
    assert [one.text for one in resolved.candidates] == ["why did per holm leave?"]


@pytest.mark.parametrize(
    "text",
    [
        "the last person to leave?",
        "who was the first one who left?",
        "one last thing, how old?",
        "마지막으로 떠난 사람은 누구야?",
        "마지막에 떠난 사람은?",
        "첫 번째로 떠난 사람은?",
        "룬드의 마지막 출근일은 언제야?",
        "마지막 문단은 뭐야?",
    ],
)
def test_what_only_looks_like_an_ordinal_points_to_no_item(text: str) -> None:
    resolved = resolve(LISTING, text, Context("ferry", "who", "crew", ("crew",)))
    assert all(
        "holm" not in one.text and "홀름" not in one.text for one in (resolved.candidates if resolved else ())[:1]
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("First of all, who quit?", "who quit?"),
        ("one last thing, who quit?", "who quit?"),
        ("마지막으로 하나만 더, 누가 떠났어?", "누가 떠났어?"),
        ("마지막으로 떠난 사람은?", "마지막으로 떠난 사람은?"),
    ],
)
def test_the_announcement_of_a_question_is_no_part_of_it(text: str, meant: str) -> None:
    assert without_discourse_marker(text) == meant


def test_what_is_shown_again_is_the_newest() -> None:
    before = Context("ferry", "who", "crew", ("crew", "cost"))
    assert shown_after(before, "ferry", ["crew"]) == ("cost", "crew")


@pytest.mark.parametrize(
    ("text", "item"),
    [
        ("the third one?", "crew"),  # it names two
        ("the second one?", "builder"),  # it lists nothing
        ("두 번째 시험은 언제야?", "reasons"),  # a test is no reason
    ],
)
def test_an_ordinal_without_an_item_points_to_none(text: str, item: str) -> None:
    resolved = resolve(LISTING, text, Context("ferry", "why", item, (item,)))
    assert all(one.way != "pronoun" for one in (resolved.candidates if resolved else ()))


@pytest.mark.parametrize(
    ("text", "before", "first", "need"),
    [
        ("그 사람은 몇 살이야?", LEFT, "룬드은 몇 살이야?", "required"),
        ("그녀의 연봉은?", LEFT, "룬드의 연봉은?", "required"),
        ("and where did she go?", LEFT_EN, "where did ada lund go?", "required"),
        ("what is her salary", LEFT_EN, "what is ada lund's salary", "required"),
        ("언제?", LEFT, "룬드는 언제 떠났어", "required"),
        ("그건 왜 그랬대?", Context("ferry", "룬드는 언제 떠났어", "chair-left"), "룬드는 왜 떠났어", "required"),
        ("when exactly?", LEFT_EN, "when did ada lund quit", "required"),
        ("그 회사는 얼마 벌었어?", BUILDER, "노린 조선소는 얼마 벌었어?", "likely"),
        ("how old is that company?", BUILDER, "how old is norrin & sons ?", "likely"),
        ("아니 룬드말고 노린", LEFT, "노린 조선소 왜 떠났어", "correction"),
        ("그럼 노린은?", LEFT, "노린 조선소 왜 떠났어", "likely"),
        ("what about Norrin?", LEFT_EN, "why did norrin & sons quit", "likely"),
        ("연봉은?", LEFT, "아다 룬드 연봉은?", "possible"),
    ],
)
def test_a_question_is_resolved_with_the_exchange_before_it(text: str, before: Context, first: str, need: str) -> None:
    resolved = resolved_after(text, before)
    assert resolved.candidates[0].text == first
    assert resolved.need == need


def test_a_resolution_names_the_entity_it_is_about() -> None:
    entity = resolved_after("그 사람은 몇 살이야?", LEFT).candidates[0].entity
    assert entity is not None
    assert entity.id == "lund"


def test_after_a_question_without_a_name_a_pronoun_means_the_person_the_fact_is_about() -> None:
    before = Context("ferry", "의자에서 내려온 까닭", "chair-left")
    assert resolved_after("when did she go?", before).candidates[0].text == "when did ada lund go?"


@pytest.mark.parametrize(
    "text",
    [
        "룬드는 왜 떠났어?",
        "When did Ada Lund say that she was tired?",
        "노린 조선소는 어디에 있어?",
        "도시 의회가 배 한 척에 들인 돈은 모두 얼마나 되나요?",
        "How many members of the council voted against the ferry last winter?",
        "",
        "???",
    ],
)
def test_a_complete_question_is_not_resolved(text: str) -> None:
    assert resolve(FERRY, text, LEFT) is None


def test_the_same_name_again_is_not_resolved() -> None:
    assert resolve(FERRY, "룬드는?", LEFT) is None


@pytest.mark.parametrize("before", [Context("gone", "룬드?", "x"), Context("ferry", "", "gone"), Context("ferry", "")])
def test_a_context_that_no_longer_exists_replaces_no_pronoun(before: Context) -> None:
    resolved = resolve(FERRY, "그 사람은 언제 왔어?", before)
    assert resolved is None or all(resolution.entity is None for resolution in resolved.candidates)


@given(st.text(max_size=60), st.text(max_size=60), st.sampled_from([None, "cost", "chair-pay", "gone"]))
def test_anything_may_follow_anything(text: str, last: str, item: str | None) -> None:
    resolved = resolve(FERRY, text, Context("ferry", last, item))
    assert resolved is None or 0 < len(resolved.candidates) <= 6


def test_a_bare_question_word_keeps_its_preposition() -> None:
    """`who?` asks for something else than `from who?`."""
    resolved = resolved_after("from who?", LEFT_EN)
    assert "from who" in resolved.candidates[0].text


def test_the_announcement_of_another_topic_is_no_part_of_the_question() -> None:
    assert without_discourse_marker("다른 질문인데, 누가 배를 지었어?") == "누가 배를 지었어?"
    assert without_discourse_marker("By the way, who built it? lol") == "who built it?"


@pytest.mark.parametrize(("text", "before", "holds"), [("왜?", LEFT, True), ("how much?", LEFT_EN, False)])
def test_whether_the_last_answer_may_hold_what_is_asked(text: str, before: Context, *, holds: bool) -> None:
    """The last answer gives a reason and no amount."""
    assert resolved_after(text, before).answered_before is holds


def test_a_who_is_question_is_about_the_person_it_names() -> None:
    """The answer may name others, but only "who left?" asks for another person."""
    about = resolved_after("what is her salary", Context("ferry", "who is ada lund?", "builder"))
    named = about.candidates[0].entity
    assert named is not None
    assert named.id == "lund"


def test_an_acknowledgement_before_the_question_is_no_part_of_it() -> None:
    assert without_discourse_marker("ㅇㅇ 근데 그건 누가 말했어?") == "그건 누가 말했어?"
