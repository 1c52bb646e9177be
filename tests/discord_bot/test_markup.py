"""Pages become Discord messages in which every text is escaped, each within the limit."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.model import Language
from bot.discord_bot.markup import MESSAGE, escape, name_of, split, texts_of
from bot.service.pages import about_page, page_of, plain_page, reply_page, starters_page, why_page
from bot.service.replies import Reply, Voice
from bot.service.views import Block, EntityView, FactView, Line, ListView, Page, Span, Trace, View, short_hash
from tests.shipped import shipped

SHIPPED = shipped()
TEXT = st.text(max_size=300) | st.text("가. \\*_~`|[]<@>#-1\n", max_size=300)
SLUG = "openai-exodus"
SOURCE = "-# 출처: 더밀크 「오픈AI 엑소더스, 리더십 위기인가 성장통인가」"


def message(*lines: Line, footer: tuple[Line, ...] = ()) -> str:
    """Return the one message that shows `lines` and `footer`."""
    (text,) = texts_of(Page("en", (Block(lines, footer),)))
    return text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("2024-09 GPT-4o (요약)", "2024-09 GPT-4o (요약)"),
        ("*굵게* __밑줄__ ~~줄~~ `코드` ||숨김||", r"\*굵게\* \_\_밑줄\_\_ \~\~줄\~\~ \`코드\` \|\|숨김\|\|"),
        ("# 제목\n- 하나\n> 인용\n1. 첫째", "\\# 제목\n\\- 하나\n\\> 인용\n1\\. 첫째"),
        ("2024.\n1.", "2024.\n1."),
        ("[이름](https://a.kr/x_y)", r"\[이름\](https://a.kr/x_y)"),
        ("<@123> <#5> @everyone @here", "\\<@\u200b123> \\<#5> @\u200beveryone @\u200bhere"),
        ("a@b.kr", "a@b.kr"),
    ],
)
def test_markup_and_mentions_are_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@given(text=TEXT)
def test_nothing_in_escaped_text_mentions_anybody(text: str) -> None:
    assert not re.search(r"@everyone|@here|<@[!&]?\d", escape(text))


@given(text=st.text(st.characters(exclude_characters="@:")) | st.text("가. \\*_~`|[]<>#-1\n"))
def test_discord_shows_escaped_text_as_it_was_before(text: str) -> None:
    """Discord removes the backslash before punctuation; mentions and addresses are left out here."""
    assert re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", escape(text)) == text


@given(text=TEXT)
def test_a_text_of_several_lines_is_escaped_line_by_line(text: str) -> None:
    lines = text.split("\n")
    assert escape(text) == "\n".join(map(escape, lines))
    assert texts_of(Page("en", (Block(tuple(Line((Span(line),)) for line in lines)),)))[0] == (
        escape(text).strip() or "…"
    )


@pytest.mark.parametrize(
    ("spans", "text"),
    [
        ((Span("a*b", bold=True), Span(" · "), Span("# c")), r"**a\*b** · \# c"),
        ((Span("Use "), Span("/ask", code=True), Span(".")), "Use `/ask`."),
        ((Span("“"), Span("T_x]", url="https://a.kr/x_(y)"), Span("”")), r"“[T\_x\]](<https://a.kr/x_(y)>)”"),
        ((Span("t", url='https://a.kr/>" \\x'),), "[t](<https://a.kr/%3E%22%20%5Cx>)"),
    ],
)
def test_each_formatting_has_its_markup(spans: tuple[Span, ...], text: str) -> None:
    assert message(Line(spans)) == text
    assert message(Line((Span("x"),)), Line(()), footer=(Line(spans, small=True),)) == f"x\n-# {text}"


@given(text=TEXT.map(lambda text: text * 20), limit=st.integers(20, 200))
def test_pieces_are_short_enough_and_lose_only_white_space(text: str, limit: int) -> None:
    pieces = split(escape(text), limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(escape(text).split())


def test_long_text_is_split_at_sentences() -> None:
    sentence = "이 문장은 서른 글자쯤 되는 아주 평범한 문장이에요. "
    pieces = split(sentence * 100)
    assert len(pieces) == 2
    assert all(piece.endswith("이에요.") for piece in pieces)
    assert len(pieces[0]) > MESSAGE - 60


def test_a_cut_never_separates_an_escape_from_its_character() -> None:
    assert split("\\*" * 10, 7) == ("\\*" * 3, "\\*" * 3, "\\*" * 3, "\\*")


@pytest.mark.parametrize(("length", "pieces"), [(1_900, 1), (1_990, 2), (2_100, 2)])
def test_a_footer_is_never_split(length: int, pieces: int) -> None:
    footer = (Line((Span("first source"),), small=True), Line((Span("page 1 of 2"),), small=True))
    texts = texts_of(Page("en", (Block((Line((Span("a" * length),)),), footer),)))
    assert len(texts) == pieces
    assert texts[-1].endswith("-# first source\n-# page 1 of 2")


def test_each_answer_is_a_message_of_its_own() -> None:
    blocks = tuple(Block((Line((Span(text),)),)) for text in ("one", "two"))
    assert texts_of(Page("en", blocks)) == ("one", "two")


@pytest.mark.parametrize(
    ("view", "begin", "end"),
    [
        (
            ListView("who-left", 0, "ko"),
            "**오픈AI를 떠났거나 퇴사를 발표한 사람과 직책, 시기, 행선지**\n\n**미라 무라티**\n최고기술책임자 · ",
            f" · 유레카랩스 설립\n-# 5번째 문단\n{SOURCE}",
        ),
        (EntityView(SLUG, "murati", "en"), "**Mira Murati** · ", " · paragraphs 2–3 · reported"),
        (FactView(SLUG, "murati-origin", "ko"), "", f"\n{SOURCE} · 3번째 문단 · 보도"),
    ],
)
def test_a_page_of_the_shipped_article_becomes_this_message(view: View, begin: str, end: str) -> None:
    page = page_of(SHIPPED, view)
    assert page is not None
    (text,) = texts_of(page)
    assert text.startswith(begin)
    assert text.endswith(end)


def test_the_explanation_of_an_answer_becomes_this_message() -> None:
    fact = SHIPPED.articles[0].fact("murati-origin")
    assert fact is not None
    page = why_page(SHIPPED, FactView(SLUG, fact.id, "ko"), Trace(93, short_hash(fact.samples[0].text), 0, 0))
    assert page is not None
    assert texts_of(page)[0].splitlines() == [
        "**이렇게 답한 까닭**",
        fact.label.ko,
        f"가장 비슷한 예시 질문: {fact.samples[0].text}",
        "확신: 93%",
        "기사의 단락: 잇따르는 퇴사",
        f"{SOURCE} · 3번째 문단 · 보도",
    ]


@pytest.mark.parametrize("language", ["ko", "en"])
def test_the_bots_own_sentences_are_the_same_in_a_message_as_in_the_file(language: Language) -> None:
    """Backticks mean code; nothing else in these sentences needs an escape."""
    voice = Voice(SHIPPED, language)
    address = "https://discord.com/channels/1/2_3/4"
    for page, text in (
        (starters_page(SHIPPED, language, "help"), voice.say("help")),
        (plain_page(voice, "asked_before", link=address), voice.say("asked_before", link=address)),
        (reply_page(SHIPPED, Reply("unanswered", language, voice.say("empty"))), voice.say("empty")),
    ):
        assert texts_of(page) == (text,)
    (about,) = texts_of(about_page(SHIPPED, language))
    assert about.split("\n\n")[::2] == [voice.say("about_intro"), voice.say("about_how")]
    assert about.endswith(f"{voice.say('about_privacy')}\n{voice.say('about_not_stored')}")
    (about,) = texts_of(about_page(SHIPPED, language, days=30))
    assert about.endswith(voice.say("about_stored", days=30))
    assert " 30" in about


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("누가\n떠났어?", "누가 떠났어?"),
        ("<@1> <@!2> <@&3> <#4> <a:wave:5> who left?", "who left?"),
        ("https://example.com who left", "who left"),
        ("@everyone who **left**?", "@\u200beveryone who **left**?"),
        ("a" * 200, "a" * 99 + "…"),
        ("<#1>", "…"),
    ],
)
def test_a_thread_is_named_in_one_line_without_mentions(text: str, name: str) -> None:
    assert name_of(text) == name
