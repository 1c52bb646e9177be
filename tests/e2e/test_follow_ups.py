"""Questions that need the one before: of which person, in which channel, for how long, and by reply."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.app import App
from bot.core.model import Fact
from bot.discord_bot.client import BotClient
from bot.settings import DiscordSettings
from tests.discord_bot.clock import Clock
from tests.e2e.certain import with_shipped_matcher
from tests.e2e.conftest import running
from tests.fake_discord import Actor, FakeDiscord

FIRST, NEXT = "<@bot> 무라티는 어느 나라 사람이야?", "<@bot> 그 사람은 언제 입사했어?"
UNDERSTOOD = "미라 무라티에 대한 질문으로 이해했어요."
Facts = dict[str, Fact]


@pytest.fixture
async def bot(server: FakeDiscord, app: App, settings: DiscordSettings, clock: Clock) -> AsyncIterator[BotClient]:
    """Run the bot with the shipped matcher."""
    async with running(server, replace(app, library=with_shipped_matcher(app.library)), settings, clock) as bot:
        yield bot


async def test_the_same_person_in_the_same_channel_goes_on(alice: Actor, facts: Facts) -> None:
    await alice.says(FIRST)
    reply = await alice.says(NEXT)
    assert reply.text.startswith(str(facts["murati-joined"].answer.ko))
    assert f"-# {UNDERSTOOD}\n" in reply.text


async def test_no_other_person_and_no_other_channel_goes_on(server: FakeDiscord, alice: Actor, bob: Actor) -> None:
    await alice.says(FIRST)
    assert UNDERSTOOD not in (await bob.says(NEXT)).text
    assert UNDERSTOOD not in (await alice.says(NEXT, server.add_channel("elsewhere"))).text


async def test_the_context_expires_after_five_minutes(alice: Actor, clock: Clock) -> None:
    await alice.says(FIRST)
    clock.now += 301
    assert UNDERSTOOD not in (await alice.says(NEXT)).text


async def test_a_reply_to_an_answer_goes_on_from_it_whoever_asks_and_whenever(
    alice: Actor, bob: Actor, clock: Clock, facts: Facts
) -> None:
    first = await alice.says(FIRST)
    await alice.says("<@bot> 슐먼은 왜 떠났어?")
    clock.now += 3_000
    reply = await bob.says(NEXT, reply_to=first)
    assert reply.text.startswith(str(facts["murati-joined"].answer.ko))
    assert UNDERSTOOD in reply.text


async def test_a_reply_to_a_message_without_a_fact_has_no_context(alice: Actor) -> None:
    await alice.says(FIRST)
    greeting = await alice.says("<@bot>")
    assert UNDERSTOOD not in (await alice.says(NEXT, reply_to=greeting)).text


async def test_the_same_words_of_two_people_mean_two_things(alice: Actor, bob: Actor) -> None:
    await alice.says(FIRST)
    await bob.says("<@bot> 슐먼은 왜 떠났어?")
    assert UNDERSTOOD in (await alice.says(NEXT)).text
    reply = await bob.says(NEXT)
    assert "존 슐먼에 대한 질문으로 이해했어요." in reply.text
    assert "방금 같은 질문" not in reply.text


async def test_an_edited_follow_up_keeps_its_context(alice: Actor, facts: Facts) -> None:
    await alice.says(FIRST)
    written = await alice.writes("<@bot> 그 사람은 언제 떠났어")
    reply = await alice.is_answered(written)
    await alice.edits(written, NEXT)
    await reply.changes()
    assert reply.text.startswith(str(facts["murati-joined"].answer.ko))
    assert UNDERSTOOD in reply.text


async def test_a_member_who_gets_a_link_to_an_earlier_answer_goes_on_from_there(alice: Actor, bob: Actor) -> None:
    await alice.says(FIRST)
    assert "방금 같은 질문" in (await bob.says(FIRST)).text
    assert UNDERSTOOD in (await bob.says(NEXT)).text


async def test_a_private_command_goes_on_from_any_answer_and_a_public_question_from_public_ones_only(
    alice: Actor,
) -> None:
    await alice.says(FIRST)
    assert UNDERSTOOD in (await alice.runs("/ask", question=NEXT.removeprefix("<@bot> "))).text
    await alice.runs("/ask", question="슐먼은 왜 떠났어?")
    assert "존 슐먼" in (await alice.runs("/ask", question="그 사람은 언제 떠났어?")).text
    assert UNDERSTOOD in (await alice.says("<@bot> 그녀는 뭘 원한대?")).text


async def test_what_was_asked_is_neither_logged_nor_repeated(alice: Actor, caplog: pytest.LogCaptureFixture) -> None:
    await alice.says("<@bot> 무라티는 어느 나라 사람이야 **@everyone**?")
    reply = await alice.says(NEXT)
    assert UNDERSTOOD in reply.text
    assert "everyone" not in reply.text
    assert "무라티" not in caplog.text


async def test_why_after_a_follow_up_says_what_its_button_knows(alice: Actor) -> None:
    """The question alone would have had another reply."""
    await alice.says(FIRST)
    follow_up = await alice.clicks(await alice.says(NEXT), "⋯")
    assert "확신: " in follow_up.text
    assert "쓰신 그대로" not in follow_up.text
    complete = await alice.clicks(await alice.says("<@bot> 무라티는 언제 입사했어?"), "⋯")
    assert "쓰신 그대로 읽었어요: “무라티는 언제 입사했어?”" in complete.text


async def test_the_fact_behind_a_button_is_what_the_next_message_is_about(alice: Actor, facts: Facts) -> None:
    suggestion = await alice.says("<@bot> 오픈AI?")
    label = suggestion.buttons[1].label
    picked = next(fact for fact in facts.values() if label in fact.label.every())
    await alice.clicks(suggestion, label)
    reply = await alice.says("<@bot> in English please")
    assert reply.text.startswith(str(picked.answer.en))


async def test_a_reply_to_a_message_whose_button_was_pressed_goes_on_from_what_it_shows(
    alice: Actor, bob: Actor, facts: Facts
) -> None:
    suggestion = await alice.says("<@bot> 오픈AI?")
    label = suggestion.buttons[1].label
    picked = next(fact for fact in facts.values() if label in fact.label.every())
    shown = await alice.clicks(suggestion, label)
    reply = await bob.says("<@bot> in English please", reply_to=shown)
    assert reply.text.startswith(str(picked.answer.en))
