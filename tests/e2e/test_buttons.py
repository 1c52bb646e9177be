"""Buttons and menus: other language, related questions, why, share; after a restart and with facts gone."""

from dataclasses import replace

import pytest

from bot.app import App
from bot.core.model import Fact
from bot.discord_bot.client import BotClient
from bot.discord_bot.components import button_id
from bot.service.views import Action, FactView, Trace
from bot.settings import DiscordSettings, Switch
from tests.discord_bot.clock import Clock
from tests.e2e.certain import UNSURE
from tests.e2e.conftest import running
from tests.fake_discord import Actor, FakeDiscord

KOREAN, ENGLISH = "무라티 어디 사람이야?", "Where is Murati from?"
Facts = dict[str, Fact]


async def test_the_other_language_takes_the_answers_place_and_back(alice: Actor, facts: Facts) -> None:
    reply = await alice.says(f"<@bot> {KOREAN}")
    english = await alice.clicks(reply, "English")
    assert english.id == reply.id
    assert english.text.startswith(str(facts["murati-origin"].answer.en))
    assert (await alice.clicks(english, "한국어")).text.startswith(str(facts["murati-origin"].answer.ko))


async def test_another_reader_gets_the_other_language_alone(alice: Actor, bob: Actor, facts: Facts) -> None:
    reply = await alice.says(f"<@bot> {KOREAN}")
    before = reply.text
    english = await bob.clicks(reply, "English")
    assert english.ephemeral
    assert english.text.startswith(str(facts["murati-origin"].answer.en))
    assert reply.text == before


async def test_related_questions_are_offered_and_answer_in_place(alice: Actor, facts: Facts) -> None:
    reply = await alice.says(f"<@bot> {KOREAN}")
    suggestion = await alice.clicks(reply, "관련 질문")
    assert suggestion.ephemeral
    related = [facts[key] for key in facts["murati-origin"].related]
    assert [b.label for b in suggestion.buttons] == [fact.label.ko for fact in related]
    answer = await alice.clicks(suggestion, str(related[0].label.ko))
    assert answer.id == suggestion.id
    assert answer.text.startswith(str(related[0].answer.ko))


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        (
            KOREAN,
            ("이렇게 답한 까닭", "읽었어요: “무라티", "이 사실의 예시 질문 하나와 글자까지 같아요", "출처: 더밀크"),
        ),
        (
            ENGLISH,
            ("Why this answer", "typed: “where is murati from", "Limits for “The OpenAI exodus", "Source: "),
        ),
    ],
)
async def test_why_this_answer_is_for_the_asker_only(alice: Actor, question: str, texts: tuple[str, ...]) -> None:
    reply = await alice.says(f"<@bot> {question}")
    why = await alice.clicks(reply, "⋯")
    assert why.ephemeral
    assert [text for text in texts if text not in why.text] == []


async def test_why_survives_the_change_of_language(alice: Actor) -> None:
    reply = await alice.clicks(await alice.says(f"<@bot> {KOREAN}"), "English")
    why = (await alice.clicks(reply, "⋯")).text
    assert "Why this answer" in why
    assert "Read as typed: “무라티" in why


@pytest.mark.parametrize(
    ("question", "verdict"),
    [
        ("화성에 물이 있어?", "쓰신 그대로 읽었어요: “화성에 물이 있어?”"),
        (UNSURE[0], "쓰신 그대로 읽었어요: “누군가 그만뒀다던데”"),
        ("무라티 연봉은 얼마였어?", "쓰신 그대로 읽었어요: “무라티 연봉은 얼마였어?”"),
        ("안녕", "인사나 잡담일 확률이 100%로"),
    ],
)
async def test_every_reply_without_an_answer_says_why_too(alice: Actor, question: str, verdict: str) -> None:
    reply = await alice.says(f"<@bot> {question}")
    assert "출처:" not in reply.text
    why = await alice.clicks(reply, "⋯")
    assert why.ephemeral
    assert "의 기준: " in why.text
    assert verdict in why.text
    assert "출처:" not in why.text


async def test_why_shows_the_question_escaped(alice: Actor) -> None:
    reply = await alice.says("<@bot> **화성**에 @everyone 물이 `있어`?")
    why = (await alice.clicks(reply, "⋯")).text
    assert "화성" in why
    assert "@everyone" not in why
    assert "**화성" not in why


async def test_why_says_what_its_button_knows_where_no_question_stands(alice: Actor, bob: Actor) -> None:
    """The answer to a command has no question above it, and one that was picked was matched to none."""
    texts = (f"가장 비슷한 예시 질문: {KOREAN}", "확신: 90%", "다음 후보: ", "출처: 더밀크")
    private = await alice.runs("/질문", question=KOREAN)
    why = (await alice.clicks(private, "⋯")).text
    assert [text for text in texts if text not in why] == []
    shared = await alice.clicks(private, "채널에 공유")
    public = await shared.gets_followup()
    assert "확신: 90%" in (await bob.clicks(public, "⋯")).text
    unsure = await alice.says(f"<@bot> {UNSURE[0]}")
    picked = await alice.clicks(unsure, unsure.buttons[0].label or "")
    assert "버튼이나 명령으로 고른 답이에요" in (await alice.clicks(picked, "⋯")).text


async def test_why_says_what_its_button_knows_once_the_question_leads_elsewhere_or_is_gone(alice: Actor) -> None:
    written = await alice.writes(f"<@bot> {KOREAN}")
    reply = await alice.is_answered(written)
    view = FactView("openai-exodus", "murati-origin", "ko")
    for other in (Action("why", view, Trace(12, 1, 2, 3)), Action("why", replace(view, fact="departures"), None)):
        assert "쓰신 그대로" not in (await alice.forges_click(reply, button_id(other))).text
    silent = await alice.forges_click(reply, button_id(Action("why", FactView("nothing", "nothing", "ko"))))
    assert silent.text.endswith("제안할 만큼 가까운 사실이 없었어요.")


async def test_a_private_answer_can_be_shared_once(server: FakeDiscord, alice: Actor, bob: Actor, facts: Facts) -> None:
    private = await alice.runs("/질문", question=KOREAN)
    assert private.ephemeral
    after = await alice.clicks(private, "채널에 공유")
    public = await after.gets_followup()
    assert not public.ephemeral
    assert public.text.startswith(str(facts["murati-origin"].answer.ko))
    assert public.text in [reply.text for reply in bob.sees(server.general)]
    assert "채널에 공유" not in [b.label for b in (*private.buttons, *public.buttons)]


async def test_old_buttons_work_after_a_restart(
    server: FakeDiscord, app: App, settings: DiscordSettings, facts: Facts
) -> None:
    async with running(server, app, settings):
        alice = server.user("alice", locale="ko")
        reply = await alice.says(f"<@bot> {KOREAN}")
        listed = await alice.runs("/who-left")
    async with running(server, app, settings):
        assert (await alice.clicks(reply, "English")).text.startswith(str(facts["murati-origin"].answer.en))
        assert "확신" not in (await alice.clicks(reply, "⋯")).text
        assert (await alice.picks(listed, listed.selects[0].options[0].label)).ephemeral


@pytest.mark.parametrize(
    "custom_id",
    [
        button_id(Action("open", FactView("openai-exodus", "no-such-fact", "ko"))),
        button_id(Action("share", FactView("openai-exodus", "no-such-fact", "ko"))),
        button_id(Action("why", FactView("no-such-article", "murati-origin", "en"))),
        button_id(Action("related", FactView("openai-exodus", "no-such-fact", "ko"))),
        "a9:something:new",
        "a1:ofk:",
        "a1:olk:who-left:99999",
        "a1:" + "가" * 90,
    ],
)
async def test_buttons_of_gone_facts_and_other_versions_are_answered_politely(
    alice: Actor, bob: Actor, custom_id: str
) -> None:
    reply = await alice.says(f"<@bot> {KOREAN}")
    answer = await alice.forges_click(reply, custom_id)
    assert answer.ephemeral
    assert answer.text == "이 답은 그사이 바뀌었거나 없어졌어요. 다시 물어봐 주세요."
    assert "Please ask again" in (await bob.forges_click(reply, custom_id)).text


async def test_an_interaction_delivered_twice_is_answered_once(server: FakeDiscord, alice: Actor) -> None:
    reply = await alice.says(f"<@bot> {KOREAN}")
    await alice.clicks(reply, "English")
    server.repeats_interaction()
    await alice.runs("/요약")
    server.repeats_interaction()
    await server.quiets_down()
    assert server.denials == []


async def test_too_many_questions_get_one_private_notice(
    server: FakeDiscord, app: App, settings: DiscordSettings
) -> None:
    clock = Clock()
    async with running(server, app, settings.model_copy(update={"cooldown": 2}), clock):
        alice, bob = server.user("alice", locale="ko"), server.user("bob")
        written = [await alice.writes(f"<@bot> {number} 무라티") for number in range(5)]
        for question in written[:2]:
            await alice.is_answered(question)
        assert "조금 빨라요" in (await alice.receives()).text
        await server.quiets_down()
        assert len([r for r in alice.sees(alice.dm_channel) if r.author is server.bot]) == 1
        assert len([r for r in alice.sees(server.general) if r.author is server.bot]) == 2
        assert (await alice.runs("/요약")).text.startswith("질문이 조금 빨라요")
        assert (await bob.says(f"<@bot> {ENGLISH}")).text
        clock.now += 30
        assert (await alice.says(f"<@bot> {KOREAN}")).text


async def test_the_client_asks_for_the_message_content_intent_only_if_it_is_on(
    bot: BotClient, app: App, settings: DiscordSettings
) -> None:
    assert not bot.intents.message_content
    on = settings.model_copy(update={"message_content": Switch.ON})
    assert BotClient(app.library, on).intents.message_content
    assert not bot.intents.members
    assert not bot.intents.presences
