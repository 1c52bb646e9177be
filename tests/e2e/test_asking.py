"""Questions in messages: mentions, replies, direct messages."""

from dataclasses import replace

import pytest

from bot.app import App
from bot.core.model import Fact
from bot.discord_bot.client import BotClient
from bot.settings import DiscordSettings, Switch
from tests.e2e.certain import UNSURE, with_shipped_matcher
from tests.e2e.conftest import running
from tests.fake_discord import Actor, FakeDiscord, Intent

KOREAN, ENGLISH = "무라티 어디 사람이야?", "Where is Murati from?"
Facts = dict[str, Fact]


async def test_mention_in_korean_gets_the_fact_with_its_source(alice: Actor, facts: Facts) -> None:
    reply = await alice.says(f"<@bot> {KOREAN}")
    answer, source = reply.text.split("\n-# ")
    assert answer == facts["murati-origin"].answer.ko
    assert source == "출처: 더밀크 「오픈AI 엑소더스, 리더십 위기인가 성장통인가」 · 3번째 문단 · 보도"
    assert reply.reference is not None
    assert reply.nonce == str(reply.reference)
    assert not reply.pinged
    assert reply.suppresses_previews
    assert [[b.label for b in row] for row in reply.rows] == [["English", "관련 질문", "⋯"]]


async def test_mention_in_english_gets_english_whatever_the_client_speaks(alice: Actor, facts: Facts) -> None:
    reply = await alice.says(f"{ENGLISH} <@bot>")
    assert reply.text.startswith(str(facts["murati-origin"].answer.en))
    assert "-# Source: The Miilk “The OpenAI exodus" in reply.text
    assert [b.label for b in reply.buttons] == ["한국어", "Related questions", "⋯"]


@pytest.mark.parametrize(("question", "text"), [(UNSURE[0], "혹시 이 질문인가요?"), (UNSURE[1], "Did you mean")])
async def test_an_unsure_bot_offers_buttons_that_answer_in_place(
    alice: Actor, facts: Facts, question: str, text: str
) -> None:
    suggestion = await alice.says(f"<@bot> {question}")
    assert suggestion.text.startswith(text)
    assert len(suggestion.buttons) == 4
    assert suggestion.buttons[-1].label == "⋯"
    label = suggestion.buttons[1].label
    answer = await alice.clicks(suggestion, label)
    assert answer.id == suggestion.id
    assert any(
        label in fact.label.every() and answer.text.split("\n")[0] in fact.answer.every() for fact in facts.values()
    )


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("화성에 물이 있어?", "기사에서 찾지 못했어요."),
        ("Is there life on Mars?", "I couldn't find that in the article."),
    ],
)
async def test_what_the_article_does_not_say_is_refused(alice: Actor, question: str, text: str) -> None:
    reply = await alice.says(f"<@bot> {question}")
    assert reply.text == text
    assert [b.label for b in reply.buttons] == ["⋯"]


async def test_a_known_gap_is_named_with_the_nearest_questions(alice: Actor, bot: BotClient) -> None:
    gap = next(gap for gap in bot.state.knowledge.articles[0].gaps if gap.nearest)
    reply = await alice.says(f"<@bot> {gap.samples[0].text}")
    assert reply.text.startswith(gap.answer.ko or "")
    assert "기사에서 답할 수 있는 가까운 질문이에요." in reply.text
    assert len(reply.buttons) == len(gap.nearest) + 1
    assert reply.buttons[-1].label == "⋯"


async def test_a_direct_message_needs_no_mention(alice: Actor, bob: Actor, facts: Facts) -> None:
    assert (await alice.dm(KOREAN)).text.startswith(str(facts["murati-origin"].answer.ko))
    assert (await bob.dm(ENGLISH)).text.startswith(str(facts["murati-origin"].answer.en))


async def test_threads_and_forum_posts_are_answered_where_they_are(server: FakeDiscord, alice: Actor) -> None:
    thread = server.add_thread("talk", members=[alice])
    assert (await alice.says(f"<@bot> {KOREAN}", thread)).channel is thread
    forum = server.add_forum("questions")
    post, first = server.add_post("무라티", f"<@bot> {KOREAN}", forum=forum, author=alice)
    assert (await alice.is_answered(first)).channel is post


async def test_a_reply_to_the_bot_with_a_ping_is_a_question(alice: Actor, facts: Facts) -> None:
    first = await alice.says(f"<@bot> {KOREAN}")
    second = await alice.says("슐먼은 언제 오픈AI를 떠났습니까?", reply_to=first)
    assert second.text.startswith(str(facts["schulman-when"].answer.ko))


async def test_a_reply_without_a_ping_arrives_empty_and_gets_a_hint(alice: Actor) -> None:
    first = await alice.says(f"<@bot> {KOREAN}")
    hint = await alice.says("그럼 슐먼은?", reply_to=first, ping=False)
    assert "알림" in hint.text
    assert "\n" not in hint.text


async def test_with_the_message_content_intent_a_silent_reply_is_a_question(
    server: FakeDiscord, app: App, settings: DiscordSettings, facts: Facts
) -> None:
    server.grants(Intent.MESSAGE_CONTENT)
    async with running(server, app, settings.model_copy(update={"message_content": Switch.ON})):
        alice = server.user("alice", locale="ko")
        first = await alice.says(f"<@bot> {KOREAN}")
        second = await alice.says("슐먼은 언제 오픈AI를 떠났습니까?", reply_to=first, ping=False)
        assert second.text.startswith(str(facts["schulman-when"].answer.ko))
        await alice.writes("그냥 하는 말")
        await alice.hears_nothing()


@pytest.mark.parametrize("text", ["무라티는 왜 떠났어?", "???", "ㅋㅋㅋ", "a" * 1900, "\u202e\u0300" * 9])
async def test_the_shipped_matcher_has_an_answer_to_anything(
    server: FakeDiscord, app: App, settings: DiscordSettings, text: str
) -> None:
    async with running(server, replace(app, library=with_shipped_matcher(app.library)), settings):
        assert (await server.user("alice").says(f"<@bot> {text}")).text


async def test_talk_that_does_not_concern_the_bot_is_left_alone(server: FakeDiscord, alice: Actor, bob: Actor) -> None:
    hers = await alice.writes(KOREAN)
    await bob.writes("@everyone 다들 봤어?")
    await bob.writes("나도 궁금해", reply_to=hers)
    await bob.writes("코드에선 `<@bot>`")
    await bob.hears_nothing(server.general)


@pytest.mark.parametrize("text", ["<@bot>", "  <@bot>  <@bot> "])
async def test_an_empty_mention_gets_help_with_three_questions_to_tap(
    server: FakeDiscord, alice: Actor, facts: Facts, text: str
) -> None:
    reply = await alice.says(text)
    assert "For example" in reply.text
    assert len(reply.buttons) == 3
    label = reply.buttons[0].label
    answer = await alice.clicks(reply, label)
    assert answer.text.startswith(next(str(f.answer.en) for f in facts.values() if f.label.en == label))
    seoul = server.add_guild("서울", locale="ko")
    server.joins(alice, seoul)
    assert "예를 들면" in (await alice.says("<@bot>", next(iter(seoul.channels.values())))).text


async def test_a_message_delivered_twice_is_answered_once(server: FakeDiscord, alice: Actor) -> None:
    written = await alice.writes(f"<@bot> {KOREAN}")
    await alice.is_answered(written)
    server.repeats_message(written)
    await server.quiets_down()
    assert len(written.answers) == 1


async def test_a_lost_answer_is_not_written_twice(server: FakeDiscord, alice: Actor) -> None:
    server.loses_answer(on="POST /channels/{channel_id}/messages")
    written = await alice.writes(f"<@bot> {KOREAN}")
    await server.is_asked("POST /channels/{channel_id}/messages", times=2)
    assert len(written.answers) == 1


async def test_nobody_is_pinged_by_what_somebody_wrote(alice: Actor) -> None:
    reply = await alice.says("<@bot> @everyone @here <@&1> 안녕")
    assert not reply.pinged
    assert "@everyone" not in reply.text
