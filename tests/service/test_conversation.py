"""Messages that are no question about the article: what is said about the last answer, and what is only said."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.app import build
from bot.core.matching import Question
from bot.core.model import Article, Fact
from bot.service.answering import joined
from bot.service.library import Library
from bot.service.pages import reply_page
from bot.service.replies import Reply, Suggestion
from bot.settings import Settings

ABOUT_THE_LAST_ANSWER = ("verify", "more", "source", "list", "rest", "correct", "language")


@pytest.fixture(scope="module")
def library() -> Library:
    return build(Settings()).library


@pytest.fixture(scope="module")
def article(library: Library) -> Article:
    return library.snapshot.knowledge.articles[0]


def replies(library: Library, messages: Sequence[str]) -> list[Reply]:
    """Return the replies to the messages of one conversation."""
    context, found = None, []
    for message in messages:
        found.append(library.answer(Question(message, after=context)).reply)
        context = found[-1].context or context
    return found


def last(library: Library, *messages: str) -> Reply:
    """Return the reply to the last message of a conversation."""
    return replies(library, messages)[-1]


def fact(article: Article, key: str) -> Fact:
    found = article.fact(key)
    assert found is not None
    return found


@pytest.mark.parametrize("asked", ["사실이야?", "확실해?", "진짜임?"])
def test_whether_it_is_true_is_answered_with_who_denied_it_and_the_source(library: Library, asked: str) -> None:
    reply = last(library, "알트만이 지분 7% 받아?", asked)
    assert reply.fact in {"altman-stake", "altman-stake-denied"}
    assert reply.text.startswith("보도는 있었지만 당사자가 부인했어요.")
    assert reply.source is not None
    assert reply.source.paragraphs


def test_whether_it_is_true_is_answered_in_english_too(library: Library) -> None:
    reply = last(library, "did altman get a 7% stake", "is that true")
    assert reply.text.startswith("It was reported, but the person concerned denied it.")


@pytest.mark.parametrize(
    ("asked", "status"), [("Where did Schulman go?", "reported"), ("Why did Schulman leave?", "stated")]
)
def test_the_status_of_a_fact_is_said_in_words(library: Library, article: Article, asked: str, status: str) -> None:
    before, reply = replies(library, [asked, "you serious?"])
    assert reply.fact == before.fact
    assert fact(article, str(reply.fact)).status == status
    said = library.snapshot.knowledge.messages[f"verify_{status}"].get("en")
    assert reply.text.startswith(said.split("{")[0])


@pytest.mark.parametrize("asked", ["더 알려줘", "또 있어?", "go on", "and then?"])
def test_more_is_a_fact_not_shown_yet_with_further_ones_to_choose_from(
    library: Library, article: Article, asked: str
) -> None:
    first, second, third = replies(library, ["슐먼은 어디로 갔어?", asked, asked])
    shown = {first.fact, second.fact, third.fact}
    assert len(shown) == 3
    assert all("schulman" in fact(article, str(key)).about for key in shown)
    assert second.suggestions
    assert shown.isdisjoint({one.fact for one in third.suggestions})


def test_more_ends_when_everything_was_shown(library: Library) -> None:
    said = replies(library, ["슐먼은 어디로 갔어?", *["더 알려줘"] * 40])
    facts = [one.fact for one in said if one.fact]
    assert len(facts) == len(set(facts))
    assert said[-1].text == library.snapshot.knowledge.messages["more_nothing"].ko


@pytest.mark.parametrize(
    ("first", "asked"), [("슐먼은 어디로 갔어?", "어디에 나와?"), ("Where did Schulman go?", "says who?")]
)
def test_the_source_is_the_section_the_paragraph_and_the_title_of_the_answer(
    library: Library, article: Article, first: str, asked: str
) -> None:
    reply = last(library, first, asked)
    assert reply.fact == "schulman-anthropic"
    section = article.section(fact(article, "schulman-anthropic").source.section)
    assert section is not None
    no_link = library.snapshot.knowledge.messages["source_no_link"].get(reply.language)
    assert all(part in reply.text for part in (section.label.get(reply.language), "4", no_link))
    assert article.title.get(reply.language) in reply.text


def test_a_link_is_not_known(library: Library) -> None:
    assert "기사 링크는 알려져 있지 않아요." in last(library, "무라티는 어느 나라 사람이야?", "링크는?").text
    assert last(library, "무라티는 어느 나라 사람이야?", "기사 링크 줘").gap == "article-link"


def test_the_list_is_the_answer_that_names_them_all_then_the_next_of_them(library: Library) -> None:
    first, everybody, rest = replies(library, ["누가 새로 왔어?", "누구누구?", "나머지는?"])
    assert first.fact == everybody.fact == "joiners"
    assert rest.fact in {"friar-cfo", "weil-duties"}


def test_both_remaining_founders_are_named(library: Library) -> None:
    reply = last(library, "공동창업자 몇명 남음", "누구누구")
    assert all(name in reply.text for name in ("알트만", "자렘바"))


@pytest.mark.parametrize(
    ("first", "corrected", "expected"),
    [
        ("무라티는 왜 나갔어?", "아니 무라티 말고 슐먼이요", "schulman-reason"),
        ("Why did Murati leave?", "no I meant Schulman", "schulman-reason"),
        ("Where did Schulman go?", "not Schulman, Karpathy", "karpathy-eureka"),
    ],
)
def test_a_correction_asks_the_last_question_about_the_other(
    library: Library, first: str, corrected: str, expected: str
) -> None:
    reply = last(library, first, corrected)
    assert (reply.closest or reply).fact == expected


@pytest.mark.parametrize(
    ("asked", "expected"), [("in Korean please", "ko"), ("영어로", "ko"), ("translate that", "ko")]
)
def test_the_other_language_is_that_in_which_the_answer_was_not(library: Library, asked: str, expected: str) -> None:
    first, second, third = replies(library, ["Where did Schulman go?", asked, asked])
    assert [one.fact for one in (first, second, third)] == ["schulman-anthropic"] * 3
    assert [one.language for one in (first, second, third)] == ["en", expected, "en"]


def test_when_somebody_comes_back_is_about_the_person_of_the_last_answer(library: Library) -> None:
    assert last(library, "브록만도 나간거임?", "그럼 언제 돌아와?").gap == "brockman-return"


def test_a_question_about_somebody_else_is_not_about_the_last_person(library: Library) -> None:
    reply = last(library, "did murati get fired", "is karpathy at anthropic now?")
    assert any("Karpathy" in one.label for one in reply.suggestions) or "Karpathy" in reply.text
    assert "Murati" not in reply.text


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (("무라티가 언제 퇴사를 발표했어?", "며칠이었지"), "murati-date"),
        (("누가 떠났어?", "그중에 창업자는?"), "departed-cofounders"),
    ],
)
def test_a_bare_question_is_about_the_last_answer(library: Library, messages: tuple[str, ...], expected: str) -> None:
    assert last(library, *messages).fact == expected


REMARKS = ["cool", "that's cool", "wild", "sus", "informative", "유익하네", "길다", "불행해", "thanks", "안녕"]
JAMO = ["ㅇㅋ", "ㅋ", "ㄱㄷ", "ㅇㅇ", "ㅠ", "ㅎㄷㄷ"]
EMOJI = ["😮", "👍👍"]


@pytest.mark.parametrize("remark", [*REMARKS, *JAMO, *EMOJI])
@pytest.mark.parametrize(("first", "language"), [("슐먼은 어디로 갔어?", "ko"), ("Where did Schulman go?", "en")])
def test_a_remark_gets_a_social_reply_in_the_language_of_the_conversation(
    library: Library, remark: str, first: str, language: str
) -> None:
    reply = last(library, first, remark)
    assert (reply.outcome, reply.fact, reply.language) == ("unanswered", None, language)
    act = next(one for one in library.snapshot.knowledge.dialogue if one.id == reply.gap)
    assert act.is_social
    assert last(library, first, remark, "source?").fact == "schulman-anthropic"


@pytest.mark.parametrize("asked", ["ㄹㅇ?", "go on"])
def test_an_act_is_answered_in_the_language_of_the_conversation(library: Library, asked: str) -> None:
    assert last(library, "슐먼은 어디로 갔어?", asked).language == "ko"
    assert last(library, "Where did Schulman go?", asked).language == "en"


def test_without_an_answer_before_the_bot_asks_what_is_meant(library: Library) -> None:
    acts = [one for one in library.snapshot.knowledge.dialogue if one.act in ABOUT_THE_LAST_ANSWER]
    assert {one.act for one in acts} == set(ABOUT_THE_LAST_ANSWER)
    for act in acts:
        reply = library.answer(Question(act.samples[0].text)).reply
        assert (reply.gap, reply.text) == (act.id, act.answer.get(reply.language))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("is it true that Altman left?", None),
        ("카파시 재합류는 언제야? 확실해?", "karpathy-returned"),
        ("cool, but who was born in Albania?", "murati-origin"),
        ("and where is Karpathy now", "karpathy-eureka"),
    ],
)
def test_a_question_that_looks_like_an_act_is_a_question(library: Library, question: str, expected: str | None) -> None:
    reply = library.answer(Question(question)).reply
    assert reply.gap not in {act.id for act in library.snapshot.knowledge.dialogue}
    assert expected is None or reply.fact == expected


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("I read the article. Where did Schulman go?", ["schulman-anthropic"]),
        ("기사를 이제야 봤네요. 슐먼은 어디로 갔어?", ["schulman-anthropic"]),
        ("지분 얘기 듣고 깜짝 놀랐음. 무라티는 어디서 태어났어?", ["murati-origin"]),
        ("무라티는 어느 나라 사람이고 언제 입사했어?", ["murati-origin", "murati-joined"]),
        ("where was Murati born and when did she join?", ["murati-origin", "murati-joined"]),
        ("슐먼은 어디로 갔어? 그리고 브록만은 언제부터 휴가야?", ["schulman-anthropic", "brockman-leave"]),
    ],
)
def test_what_a_message_asks_is_answered_and_what_it_states_is_not(
    library: Library, message: str, expected: list[str]
) -> None:
    reply = library.answer(Question(message)).reply
    assert [one.fact for one in (reply, *reply.also)] == expected


def test_what_may_come_next_is_on_buttons(library: Library) -> None:
    reply = last(library, "슐먼은 어디로 갔어?", "더 알려줘")
    labels = [button.label for button in reply_page(library.snapshot.knowledge, reply).buttons]
    assert labels[: len(reply.suggestions)] == [one.label for one in reply.suggestions]
    assert "관련 질문" not in labels


def test_the_sentence_that_asks_is_read_with_the_one_that_names_who_is_meant(library: Library) -> None:
    assert last(library, "제가 일리야를 참 좋아해요. 그분이 지금 하는 회사 이름이 뭐예요?").fact == "sutskever-ssi"


@pytest.mark.parametrize("first", ["Where did Schulman go?", "무라티는 왜 나갔어?"])
@pytest.mark.parametrize("text", ["qwxz zxwq", "ㅁㄴㅇㄹ", "바라뿌 두두", "pizza", "점심 뭐 먹지"])
def test_what_asks_nothing_about_the_article_is_no_follow_up_with_an_answer(
    library: Library, first: str, text: str
) -> None:
    assert last(library, first, text).fact is None


def test_a_suggestion_about_somebody_else_is_not_what_the_next_question_refers_to(library: Library) -> None:
    first, second = replies(library, ("프리어는 언제 나갔어?", "왜?"))
    assert first.outcome == "suggested"
    assert first.context is not None
    assert (first.context.item, second.fact, second.gap) == (None, None, None)
    assert replies(library, ("무라티는 언제 나간대?", "왜?"))[1].fact == "murati-no-reason"


def test_two_answers_offer_nothing_of_other_articles() -> None:
    first = Reply(
        "answered", "en", "One.", "ferry", "one", suggestions=(Suggestion("twin", "x", "X", 0.5),), offer="More"
    )
    reply = joined(first, [first, replace(first, fact="two")])
    assert [(one.fact, one.suggestions, one.offer) for one in (reply, *reply.also)] == [
        ("one", (), None),
        ("two", (), None),
    ]
