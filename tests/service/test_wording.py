"""Text made safe for Discord."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.service.wording import MESSAGE, clip, escape, paged, split

TEXT = st.text(max_size=300) | st.text("가. \\*_~`|[]<@>#-1\n", max_size=300)


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("2024-09 GPT-4o (요약)", "2024-09 GPT-4o (요약)"),
        ("*굵게* __밑줄__ ~~줄~~ `코드` ||숨김||", r"\*굵게\* \_\_밑줄\_\_ \~\~줄\~\~ \`코드\` \|\|숨김\|\|"),
        ("# 제목\n- 하나\n> 인용\n1. 첫째", "\\# 제목\n\\- 하나\n\\> 인용\n1\\. 첫째"),
        ("[이름](https://a.kr/x_y)", r"\[이름\](https://a.kr/x_y)"),
        ("<@123> <#5> @everyone @here", "\\<@\u200b123> \\<#5> @\u200beveryone @\u200bhere"),
        ("a@b.kr", "a@b.kr"),
    ],
)
def test_markup_and_mentions_lose_their_force(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@given(text=TEXT)
def test_nothing_in_escaped_text_mentions_anybody(text: str) -> None:
    assert not re.search(r"@everyone|@here|<@[!&]?\d", escape(text))


@given(text=TEXT, limit=st.integers(2, 60))
def test_a_clipped_line_fits(text: str, limit: int) -> None:
    line = clip(text, limit)
    assert 1 <= len(line) <= limit
    assert "\n" not in line


def test_a_label_is_cut_at_a_word() -> None:
    assert clip("무라티는 어느 나라 출신인가요", 14) == "무라티는 어느 나라…"
    assert clip("가" * 90, 80) == "가" * 79 + "…"


@given(text=TEXT.map(lambda text: text * 20), limit=st.integers(20, 200))
def test_pieces_fit_and_lose_nothing_but_space(text: str, limit: int) -> None:
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


def test_blocks_go_on_pages_by_number_and_by_length() -> None:
    assert paged(("a", "b", "c"), most=2, limit=100) == (("a", "b"), ("c",))
    assert paged(("a" * 60, "b" * 60), most=9, limit=100) == (("a" * 60,), ("b" * 60,))
