"""Pages of any article are within Discord's limits, and have the expected texts."""

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model import (
    LANGUAGES,
    Article,
    Command,
    Entity,
    Fact,
    Gap,
    Knowledge,
    Language,
    Row,
    Sample,
    Section,
    Source,
    Status,
    Text,
)
from bot.discord_bot.components import MAX_CUSTOM_ID, button_id, choice_value, menu_id
from bot.discord_bot.markup import texts_of
from bot.service.explaining import Explanation
from bot.service.pages import (
    about_page,
    clip,
    explanation_page,
    listing,
    listings,
    page_of,
    related_page,
    reply_page,
    starters_page,
    why_page,
)
from bot.service.replies import Reply, Voice, item_reply, suggestion
from bot.service.views import EntityView, FactView, Line, ListView, Page, Span, Trace, View
from tests.shipped import shipped

SHIPPED = shipped()
MESSAGES: Mapping[str, Text] = SHIPPED.messages


def check(page: Page | None) -> None:
    """Fail if Discord would refuse the page."""
    assert page is not None
    texts = texts_of(page)
    assert texts
    assert all(text.strip() and len(text) <= 2000 for text in texts)
    assert len(page.buttons) <= 5
    assert all(1 <= len(button.label) <= 80 for button in page.buttons)
    ids = [button_id(button.action) for button in page.buttons]
    if page.menu:
        ids.append(menu_id(page.menu.owner))
        assert 2 <= len(page.menu.choices) <= 25
        assert len(page.menu.placeholder) <= 150
        assert all(1 <= len(choice.label) <= 100 for choice in page.menu.choices)
        values = [choice_value(choice.view) for choice in page.menu.choices]
        assert len(set(values)) == len(values)
        assert max(map(len, values)) <= MAX_CUSTOM_ID
    assert len(set(ids)) == len(ids)
    assert max(map(len, ids), default=0) <= MAX_CUSTOM_ID


def texts(most: int) -> st.SearchStrategy[Text]:
    """Return texts of any characters up to `most`, often the longest and full of markup."""
    some = st.one_of(
        st.text(min_size=1, max_size=most).filter(str.strip),
        st.sampled_from(["*", "가", "`_", "@everyone ", "<@1> ", "문장. ", "[a](b) "]).map(
            lambda s: (s * most)[:most].strip()
        ),
    )
    return st.one_of(st.builds(Text, some, some), st.builds(Text, ko=some), st.builds(Text, en=some))


@st.composite
def articles(draw: st.DrawFn) -> Article:
    """Return an article at the limits of what the reader accepts."""
    slug = draw(st.sampled_from(["a", "s" * 32]))
    ids = [f"{'f' * 45}-{number:02}" for number in range(draw(st.integers(1, 30)))]
    status: st.SearchStrategy[Status] = st.sampled_from(["reported", "confirmed", "denied", "stated", "opinion"])
    shared = draw(st.tuples(texts(80), texts(1500), status))
    numbers = st.lists(st.integers(1, 999), max_size=200).map(tuple)
    facts = tuple(
        Fact(
            key, shared[0], shared[1], (Sample("질문", "ko"),), Source("s", draw(numbers) if at < 2 else (1,)),
            status=shared[2], about=("e",), tags=("t",), related=tuple(k for k in ids[:3] if k != key),
        )
        for at, key in enumerate(ids)
    )  # fmt: skip
    gap = Gap("gap", draw(texts(80)), draw(texts(1500)), (Sample("모르는 것", "ko"),), nearest=tuple(ids[:8]))
    rows = tuple(
        Row(
            draw(texts(200)),
            entity="e" if n % 2 else None,
            title=None if n % 2 else draw(texts(80)),
            paragraphs=(n + 1,),
        )
        for n in range(draw(st.integers(0, 20)))
    )
    commands = (
        Command(Text(ko="가" * 32), draw(texts(100)), facts=tuple(ids), rows=rows),
        Command(Text(en="tagged"), draw(texts(100)), tag="t"),
        Command(Text(en="who"), draw(texts(100)), lookup="person"),
    )
    entity = Entity("e", "person", draw(texts(80)), role=draw(st.none() | texts(80)))
    url = draw(st.sampled_from([None, "https://a.kr/x_(y)", "https://a.kr/>" + "z" * 480]))
    return Article(
        slug, draw(texts(200)), draw(texts(80)), "ko", (Section("s", draw(texts(80)), (1,)),), (entity,),
        facts, (gap,), commands, date="2024-09", url=url,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(article=articles(), language=st.sampled_from(LANGUAGES), shareable=st.booleans())
def test_every_page_of_any_article_fits(article: Article, language: Language, *, shareable: bool) -> None:
    knowledge = Knowledge((article,), messages=MESSAGES)
    fact, slug = article.facts[0], article.slug
    views: list[View] = [FactView(slug, key, language) for key in (fact.id, "gap")]
    views += [ListView(key, page, language) for key in ("가" * 32, "tagged") for page in (0, 1, 99)]
    views.append(EntityView(slug, "e", language))
    for view in views:
        check(page_of(knowledge, view, shareable=shareable))
    voice = Voice(knowledge, language)
    replies = [item_reply(voice, article, item) for item in (fact, article.gaps[0])]
    for reply in (
        *replies,
        replace(replies[0], also=(replies[0],)),
        Reply("suggested", language, voice.say("closest"), closest=replies[0]),
        Reply("unanswered", language, voice.say("unanswered")),
    ):
        check(reply_page(knowledge, reply, shareable=shareable))
    check(why_page(knowledge, FactView(slug, fact.id, language), Trace(50, 1, 2, 3)))
    explanation = Explanation("?", ("- " + "가" * 900, "", "*" * 900))
    for reply in replies:
        check(explanation_page(knowledge, reply, (explanation, explanation), language))
    check(related_page(knowledge, FactView(slug, fact.id, language)))
    check(about_page(knowledge, language))
    check(starters_page(knowledge, language, "mention_help"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_shipped_page_fits(language: Language) -> None:
    for article in SHIPPED.articles:
        for key in [fact.id for fact in article.facts] + [gap.id for gap in article.gaps]:
            check(page_of(SHIPPED, FactView(article.slug, key, language)))
        for entity in article.entities:
            check(page_of(SHIPPED, EntityView(article.slug, entity.id, language)))
    for command in listings(SHIPPED):
        if command.lookup is None:
            check(page_of(SHIPPED, ListView(command.key, 0, language), shareable=True))


@pytest.mark.parametrize(
    "view",
    [
        FactView("no", "no", "ko"),
        FactView("openai-exodus", "no", "ko"),
        ListView("no", 0, "ko"),
        ListView("person", 0, "ko"),
        EntityView("no", "no", "ko"),
        EntityView("openai-exodus", "no", "ko"),
    ],
)
def test_a_view_of_something_that_does_not_exist_has_no_page(view: View) -> None:
    assert page_of(SHIPPED, view) is None


def shown(article: Article, language: Language) -> Page:
    """Return the page of the first fact of `article`."""
    page = page_of(Knowledge((article,), messages=MESSAGES), FactView(article.slug, article.facts[0].id, language))
    assert page is not None
    return page


def plain(lines: tuple[Line, ...]) -> list[str]:
    """Return the text of `lines` without formatting."""
    return ["".join(span.text for span in line.spans) for line in lines]


def test_the_source_becomes_a_link_where_the_article_has_an_address() -> None:
    article = replace(SHIPPED.articles[0], url="https://example.org/a_(b)")
    (source,) = shown(article, "ko").blocks[0].footer
    before, title, after = source.spans
    assert (before.text, after.text[:4]) == ("출처: 더밀크 「", "」 · ")
    assert title == Span("오픈AI 엑소더스, 리더십 위기인가 성장통인가", url="https://example.org/a_(b)")
    (source,) = shown(SHIPPED.articles[0], "ko").blocks[0].footer
    assert [span.url for span in source.spans] == [None]


def test_a_status_other_than_confirmed_is_named() -> None:
    article = SHIPPED.articles[0]
    named: tuple[tuple[Status, str], ...] = (("denied", "당사자 부인"), ("stated", "본인 발언"), ("reported", "보도"))
    for status, word in named:
        changed = replace(article, facts=(replace(article.facts[0], status=status),))
        assert plain(shown(changed, "ko").blocks[0].footer)[-1].endswith(f" · {word}")


def test_an_answer_in_one_language_only_says_so_and_has_no_button_for_the_other() -> None:
    article = SHIPPED.articles[0]
    changed = replace(article, facts=(replace(article.facts[0], answer=Text(ko="한국어뿐이에요.")),))
    page = shown(changed, "en")
    assert plain(page.blocks[0].footer)[0] == "This answer is available in Korean only."
    assert "한국어" not in [button.label for button in page.buttons]


@pytest.mark.parametrize(("details", "counts"), [(["짧게"] * 10, [8, 2]), (["가" * 300] * 7, [4, 3])])
def test_rows_are_split_into_pages_by_number_and_by_length(details: list[str], counts: list[int]) -> None:
    article = SHIPPED.articles[0]
    rows = tuple(Row(Text(ko=detail), title=Text(ko="누구")) for detail in details)
    command = Command(Text(en="rows"), Text(en="rows"), facts=(article.facts[0].id,), rows=rows)
    knowledge = Knowledge((replace(article, commands=(command,)),), messages=MESSAGES)
    pages = [page_of(knowledge, ListView("rows", at, "ko")) for at in range(len(counts))]
    assert [plain(page.blocks[0].body).count("누구") for page in pages if page] == counts


@given(text=st.text(max_size=300), limit=st.integers(2, 60))
def test_a_clipped_line_fits(text: str, limit: int) -> None:
    line = clip(text, limit)
    assert 1 <= len(line) <= limit
    assert "\n" not in line


def test_a_label_is_cut_at_a_word() -> None:
    assert clip("무라티는 어느 나라 출신인가요", 14) == "무라티는 어느 나라…"
    assert clip("가" * 90, 80) == "가" * 79 + "…"


def test_commands_of_one_name_are_merged_over_the_articles() -> None:
    first = SHIPPED.articles[0]
    knowledge = Knowledge((first, replace(first, slug="second")), messages=MESSAGES)
    merged = listing(knowledge, "who-left")
    assert merged is not None
    assert [article.slug for article, _ in merged.parts] == [first.slug, "second"]
    assert len(merged.facts()) == 4
    assert [one.key for one in listings(knowledge)] == [one.key for one in listings(SHIPPED)]


def test_two_answers_share_one_row_with_a_button_for_each() -> None:
    """A button under the second answer that meant the first one would be wrong."""
    article = SHIPPED.articles[0]
    voice = Voice(SHIPPED, "en")
    first, second = (item_reply(voice, article, fact) for fact in article.facts[:2])
    page = reply_page(SHIPPED, replace(first, also=(second,)))
    assert [button.label for button in page.buttons] == [*(fact.label.en for fact in article.facts[:2]), "⋯"]
    assert [plain(block.body) for block in page.blocks] == [[first.text], [second.text]]


@pytest.mark.parametrize("shareable", [False, True])
def test_the_closest_answer_is_a_quotation_with_its_source_and_buttons_to_the_others(*, shareable: bool) -> None:
    article = SHIPPED.articles[0]
    voice = Voice(SHIPPED, "en")
    first, *others = (suggestion(article, fact, "en") for fact in article.facts[:3])
    quoted = item_reply(voice, article, article.facts[0])
    reply = Reply("suggested", "en", voice.say("closest"), suggestions=tuple(others), closest=quoted)
    page = reply_page(SHIPPED, reply, shareable=shareable)
    (text,) = texts_of(page)
    lead, quotation, source = text.split("\n")
    assert lead == voice.say("closest")
    assert quotation.startswith("> ")
    assert source.startswith("-# Source:")
    actions = [(one.action.verb, one.action.view) for one in page.buttons]
    views = [FactView(article.slug, one.fact, "en") for one in (first, *others)]
    share = [("share", views[0])] if shareable else []
    further = [("turn down", views[0]), *share, ("why", views[0])]
    assert actions == [("open", views[1]), ("open", views[2]), *further]


@pytest.mark.parametrize("nearest", [0, 2, 8])
def test_a_gap_leaves_room_for_the_button_that_explains_it(nearest: int) -> None:
    article = SHIPPED.articles[0]
    gap = replace(article.gaps[0], nearest=tuple(fact.id for fact in article.facts[:nearest]))
    knowledge = replace(SHIPPED, articles=(replace(article, gaps=(gap,)),))
    view = FactView(article.slug, gap.id, "en")
    page = page_of(knowledge, view)
    assert page is not None
    verbs = [button.action.verb for button in page.buttons]
    assert verbs == ["open"] * min(nearest, 4) + ["why"]
    assert page.buttons[-1].action.view == view


def test_small_talk_and_a_reply_without_any_candidate_are_explained_by_the_reserved_id() -> None:
    greeting = SHIPPED.dialogue[0]
    talk = why_page(SHIPPED, FactView("nothing", greeting.id, "en"), Trace(88, 0, 0, 0))
    refusal = why_page(SHIPPED, FactView("nothing", "nothing", "en"), None)
    assert talk is not None
    assert refusal is not None
    assert plain(talk.blocks[0].body)[:2] == ["Why this answer", greeting.label.en]
    assert plain(refusal.blocks[0].body) == ["Why this answer", "No fact was near enough even to suggest it."]
    assert why_page(SHIPPED, FactView("nothing", "gone", "en"), None) is None
    assert why_page(SHIPPED, FactView("openai-exodus", greeting.id, "en"), None) is None
