"""Questions without a mention: in text channels, forums and threads that the bot opened."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from bot.app import App
from bot.core.asking import asks_something
from bot.core.model import Fact
from bot.discord_bot.client import BotClient
from bot.settings import DiscordSettings, Switch
from tests.discord_bot.clock import Clock
from tests.e2e.certain import UNSURE, with_shipped_matcher
from tests.e2e.conftest import running
from tests.e2e.operators import until
from tests.fake_discord import Actor, Channel, FakeDiscord, Intent, Permission

KOREAN, ENGLISH = "무라티 어디 사람이야?", "Where is Murati from?"
UNKNOWN = "화성에 물이 있어?"
THREADS = "POST /channels/{channel_id}/messages/{message_id}/threads"
HISTORY = "GET /channels/{channel_id}/messages"
Facts = dict[str, Fact]


@dataclass
class Places:
    """Where nobody has to mention the bot."""

    channel: Channel
    forum: Channel


@pytest.fixture
def places(server: FakeDiscord) -> Places:
    """Open a text channel and a forum."""
    server.grants(Intent.MESSAGE_CONTENT)
    return Places(server.add_channel("ask-the-article"), server.add_forum("questions"))


@pytest.fixture
def settings(settings: DiscordSettings, places: Places) -> DiscordSettings:
    """Return settings in which the bot listens to both places."""
    return listening(settings, places)


def listening(settings: DiscordSettings, places: Places, **changes: Any) -> DiscordSettings:  # noqa: ANN401  settings
    """Return settings in which the bot listens to both places."""
    ids = frozenset({places.channel.id, places.forum.id})
    return settings.model_copy(update={"message_content": Switch.ON, "ask_channels": ids} | changes)


@pytest.fixture
async def threaded(server: FakeDiscord, app: App, settings: DiscordSettings, clock: Clock) -> AsyncIterator[BotClient]:
    """Run a bot that answers in threads, with the shipped matcher."""
    settings = settings.model_copy(update={"ask_threads": Switch.ON})
    async with running(server, replace(app, library=with_shipped_matcher(app.library)), settings, clock) as bot:
        yield bot


async def stays_silent(server: FakeDiscord, *places: Channel) -> None:
    """Check that the bot has written nothing in these places."""
    await server.quiets_down(0.3)
    for place in places:
        assert [message.content for message in place.messages.values() if message.author is server.bot] == []


async def test_a_question_in_the_channel_is_answered_by_a_reply_without_a_ping(
    alice: Actor, bob: Actor, places: Places, facts: Facts
) -> None:
    reply = await alice.says(KOREAN, places.channel)
    assert reply.text.startswith(str(facts["murati-origin"].answer.ko))
    assert reply.reference
    assert not reply.pinged
    assert (await bob.says(ENGLISH, places.channel)).text.startswith(str(facts["murati-origin"].answer.en))


@pytest.mark.parametrize(
    "text", ["그렇구나", "ㅋㅋㅋ 진짜?", "https://example.com/?", "다들 어떻게 생각해?", UNKNOWN, UNSURE[0]]
)
async def test_talk_and_questions_without_an_answer_get_no_reply(
    server: FakeDiscord, alice: Actor, places: Places, text: str
) -> None:
    await alice.writes(text, places.channel)
    await stays_silent(server, places.channel, alice.dm_channel)


async def test_a_gap_of_the_article_is_an_answer_and_small_talk_is_none(
    server: FakeDiscord, alice: Actor, bot: BotClient, places: Places
) -> None:
    gap = next(gap for gap in bot.state.knowledge.articles[0].gaps if gap.samples[0].text.endswith("?"))
    assert (await alice.says(gap.samples[0].text, places.channel)).text.startswith(str(gap.answer.ko or gap.answer.en))
    talk = next(s.text for one in bot.state.knowledge.dialogue for s in one.samples if asks_something(s.text))
    silent = await alice.writes(talk, places.channel)
    await server.quiets_down(0.3)
    assert silent.answers == []


async def test_what_is_said_to_others_gets_no_reply(
    server: FakeDiscord, alice: Actor, bob: Actor, places: Places
) -> None:
    hers = await alice.writes("기사 읽었는데 어렵네", places.channel)
    await bob.writes(KOREAN, reply_to=hers)
    await bob.writes(f"<@{alice.id}> {KOREAN}", places.channel)
    await bob.writes(f"@everyone {KOREAN}", places.channel)
    await stays_silent(server, places.channel)
    assert (await bob.says(KOREAN, reply_to=await bob.writes("음", places.channel))).text


async def test_bots_and_other_channels_get_no_reply(server: FakeDiscord, alice: Actor, places: Places) -> None:
    other = server.user("other bot")
    other.user.is_bot = True
    await other.writes(KOREAN, places.channel)
    server.add_post("무라티", KOREAN, forum=places.forum, author=other)
    await alice.writes(KOREAN)
    thread = server.add_thread("talk", parent=places.channel, members=[alice])
    await alice.writes(KOREAN, thread)
    await stays_silent(server, places.channel, server.general, thread)


async def test_a_webhook_gets_no_reply(server: FakeDiscord, alice: Actor, places: Places) -> None:
    written = await alice.writes("그렇구나", places.channel)
    author = {"id": "77", "username": "hook", "discriminator": "0000", "avatar": None, "bot": False}
    payload = {"id": "77", "channel_id": str(places.channel.id), "guild_id": str(server.guild.id), "type": 0}
    payload |= {"author": author, "webhook_id": "77", "content": KOREAN, "timestamp": "2026-01-01T00:00:00+00:00"}
    empty: dict[str, Any] = {key: [] for key in ("mentions", "mention_roles", "attachments", "embeds")}
    flags = {"edited_timestamp": None, "tts": False, "mention_everyone": False, "pinned": False}
    server.sends_event("MESSAGE_CREATE", payload | empty | flags)
    await stays_silent(server, places.channel)
    assert written.answers == []


async def test_a_mention_there_is_answered_whatever_the_decision(alice: Actor, places: Places) -> None:
    assert (await alice.says(f"<@bot> {UNKNOWN}", places.channel)).text == "기사에서 찾지 못했어요."


async def test_an_edit_makes_changes_and_takes_away_an_answer(alice: Actor, places: Places, facts: Facts) -> None:
    written = await alice.writes(UNKNOWN, places.channel)
    await alice.edits(written, KOREAN)
    reply = await alice.is_answered(written)
    await alice.edits(written, ENGLISH)
    await reply.changes()
    assert reply.text.startswith(str(facts["murati-origin"].answer.en))
    await alice.edits(written, "never mind")
    await reply.disappears()


async def test_talk_that_becomes_a_question_is_answered_and_a_deleted_one_loses_its_answer(
    alice: Actor, places: Places
) -> None:
    written = await alice.writes("무라티", places.channel)
    await alice.edits(written, KOREAN)
    reply = await alice.is_answered(written)
    await alice.deletes(written)
    await reply.disappears()


async def test_who_asks_too_fast_gets_no_answer_and_no_notice(
    server: FakeDiscord, app: App, settings: DiscordSettings, places: Places
) -> None:
    async with running(server, app, settings.model_copy(update={"cooldown": 1})):
        alice = server.user("alice", locale="ko")
        for talk in ("안녕하세요", "기사 재밌네요"):  # does not count
            await alice.writes(talk, places.channel)
        await alice.says(KOREAN, places.channel)
        written = await alice.writes("슐먼은 언제 오픈AI를 떠났습니까?", places.channel)
        await server.quiets_down(0.3)
        assert written.answers == []
        assert alice.dm_channel.messages == {}


async def test_where_it_may_not_write_it_says_nothing_privately(
    server: FakeDiscord, alice: Actor, places: Places
) -> None:
    server.denies(places.channel, server.bot, Permission.SEND_MESSAGES)
    await alice.writes(KOREAN, places.channel)
    await until(lambda: server.denials)
    await stays_silent(server, places.channel, alice.dm_channel)


async def test_what_was_answered_and_what_not_is_counted(alice: Actor, bot: BotClient, places: Places) -> None:
    await alice.says(KOREAN, places.channel)
    await alice.writes(UNKNOWN, places.channel)
    await until(lambda: b'{decision="silent",language="ko",way="ask_channel"} 1.0' in bot.state.measures.text())
    text = bot.state.measures.text().decode()
    assert 'bot_questions_total{decision="answered",language="ko",way="ask_channel"} 1.0' in text
    assert "bot_reply_seconds_count 1.0" in text


async def test_about_says_which_messages_are_read(alice: Actor, bob: Actor) -> None:
    assert "운영자가 정한 질문 채널" in (await alice.runs("/about")).text
    assert "the channels that the operator set up for questions" in (await bob.runs("/about")).text


async def test_the_answer_opens_a_thread_named_after_the_question(
    server: FakeDiscord, threaded: BotClient, places: Places, facts: Facts
) -> None:
    del threaded
    alice = server.user("alice", locale="ko")
    written = await alice.writes(
        f"<#{places.channel.id}> 무라티는 어느 나라\n사람이야 <:flag:123> {'?' * 120}", places.channel
    )
    thread = await alice.finds_thread(written)
    reply = await alice.is_answered(written)
    assert reply.channel is thread
    assert reply.text.startswith(str(facts["murati-origin"].answer.ko))
    assert not reply.pinged
    assert thread.name.startswith("무라티는 어느 나라 사람이야 ???")
    assert len(thread.name) <= 100


async def test_silence_opens_no_thread(server: FakeDiscord, threaded: BotClient, places: Places) -> None:
    del threaded
    alice = server.user("alice", locale="ko")
    await alice.writes(UNKNOWN, places.channel)
    await stays_silent(server, places.channel)
    assert server.requests_to(*THREADS.split()) == []


async def test_the_same_question_gets_a_link_to_the_thread(
    server: FakeDiscord, threaded: BotClient, places: Places
) -> None:
    del threaded
    alice, bob = server.user("alice", locale="ko"), server.user("bob")
    first = await alice.says("무라티는 어느 나라 사람이야?", places.channel)
    again = await bob.says("무라티는 어느 나라 사람이야?", places.channel)
    assert again.text == f"방금 같은 질문에 답했어요: {first.link}"
    assert again.channel is places.channel


async def test_follow_ups_in_the_thread_need_no_mention_whoever_asks(
    server: FakeDiscord, threaded: BotClient, places: Places, facts: Facts
) -> None:
    del threaded
    alice, bob = server.user("alice", locale="ko"), server.user("bob", locale="ko")
    thread = (await alice.says("무라티는 어느 나라 사람이야?", places.channel)).channel
    reply = await bob.says("그 사람은 언제 입사했어?", thread)
    assert reply.text.startswith(str(facts["murati-joined"].answer.ko))
    assert reply.reference
    assert not reply.pinged
    assert (await alice.says(UNKNOWN, thread)).text  # asked there, it gets any answer
    hers = await alice.writes("나는 내일 다시 읽어볼게", thread)
    to_bob = await alice.writes(KOREAN, reply_to=await bob.writes("나도 봤어", thread))
    await server.quiets_down(0.3)
    assert [hers.answers, to_bob.answers] == [[], []]


async def test_after_a_restart_follow_ups_need_no_mention_either(
    server: FakeDiscord, app: App, settings: DiscordSettings, places: Places, facts: Facts
) -> None:
    settings = settings.model_copy(update={"ask_threads": Switch.ON})
    alice = server.user("alice", locale="ko")
    async with running(server, app, settings):
        thread = (await alice.says(KOREAN, places.channel)).channel
    thread.archived = True
    async with running(server, app, settings):
        reply = await alice.says("슐먼은 언제 오픈AI를 떠났습니까?", thread)
    assert reply.text.startswith(str(facts["schulman-when"].answer.ko))


async def test_a_deleted_question_leaves_no_word_of_it(
    server: FakeDiscord, threaded: BotClient, places: Places
) -> None:
    del threaded
    alice = server.user("alice", locale="ko")
    written = await alice.writes("무라티는 어느 나라 사람이야?", places.channel)
    reply = await alice.is_answered(written)
    await alice.deletes(written)
    await reply.disappears()
    await until(lambda: reply.channel.archived)
    assert reply.channel.name == "deleted question"


async def test_an_edited_question_changes_the_answer_in_its_thread(
    server: FakeDiscord, threaded: BotClient, places: Places, facts: Facts
) -> None:
    del threaded
    alice = server.user("alice", locale="ko")
    written = await alice.writes("무라티는 어느 나라 사람이야?", places.channel)
    reply = await alice.is_answered(written)
    await alice.edits(written, "Where is Murati from?")
    await reply.changes()
    assert reply.text.startswith(str(facts["murati-origin"].answer.en))
    assert len(server.requests_to(*THREADS.split())) == 1


async def test_without_the_permission_for_threads_it_answers_in_the_channel(
    server: FakeDiscord, threaded: BotClient, places: Places, caplog: pytest.LogCaptureFixture
) -> None:
    del threaded
    alice = server.user("alice", locale="ko")
    server.denies(places.channel, server.bot, Permission.CREATE_PUBLIC_THREADS)
    reply = await alice.says("무라티는 어느 나라 사람이야?", places.channel)
    assert reply.channel is places.channel
    assert "no thread could be opened (code 50013)" in caplog.text


async def test_a_thread_whose_opening_was_not_confirmed_is_used(
    server: FakeDiscord, threaded: BotClient, places: Places
) -> None:
    """The second attempt is refused with 160004."""
    del threaded
    alice = server.user("alice", locale="ko")
    server.loses_answer(on=THREADS)
    written = await alice.writes("무라티는 어느 나라 사람이야?", places.channel)
    reply = await alice.is_answered(written)
    assert reply.channel.id == written.id
    assert len(written.answers) == 1


async def test_a_post_is_answered_whatever_the_decision(server: FakeDiscord, alice: Actor, places: Places) -> None:
    post, written = server.add_post("질문 있어요", KOREAN, forum=places.forum, author=alice)
    reply = await alice.is_answered(written)
    assert "알바니아" in reply.text
    assert reply.channel is post
    assert not reply.pinged
    _, unknown = server.add_post("화성", UNKNOWN, forum=places.forum, author=alice)
    assert (await alice.is_answered(unknown)).text == "기사에서 찾지 못했어요."
    _, titled = server.add_post(KOREAN, "부탁드려요", forum=places.forum, author=alice)
    assert "알바니아" in (await alice.is_answered(titled)).text
    _, same = server.add_post(ENGLISH, ENGLISH, forum=places.forum, author=alice)
    assert "Albania" in (await alice.is_answered(same)).text
    assert server.requests_to(*HISTORY.split()) == []


async def test_later_posts_of_its_author_need_no_mention_until_another_person_answers(
    server: FakeDiscord, alice: Actor, bob: Actor, places: Places, facts: Facts
) -> None:
    post, first = server.add_post("무라티", KOREAN, forum=places.forum, author=alice)
    await alice.is_answered(first)
    assert (await alice.says("슐먼은 언제 오픈AI를 떠났습니까?", post)).text.startswith(
        str(facts["schulman-when"].answer.ko)
    )
    helper = server.user("helper bot")
    helper.user.is_bot = True
    await helper.writes("tagged", post)
    assert (await alice.says(f"{KOREAN}!", post)).text
    question = await bob.writes("슐먼은 언제 오픈AI를 떠났습니까?", post)
    again = await alice.writes(ENGLISH, post)
    await server.quiets_down(0.3)
    assert [question.answers, again.answers] == [[], []]
    assert (await alice.says(f"<@bot> {ENGLISH}", post)).text
    assert server.requests_to(*HISTORY.split()) == []


async def test_after_a_restart_the_history_tells_who_has_answered(
    server: FakeDiscord, app: App, settings: DiscordSettings, places: Places
) -> None:
    alice, bob = server.user("alice", locale="ko"), server.user("bob")
    async with running(server, app, settings):
        posts = [server.add_post(name, KOREAN, forum=places.forum, author=alice)[0] for name in ("one", "two")]
        await until(lambda: all(len(post.messages) > 1 for post in posts))
    await bob.writes("I think Albania", posts[0])
    async with running(server, app, settings):
        silent = await alice.writes(ENGLISH, posts[0])
        assert (await alice.says(ENGLISH, posts[1])).text
        await server.quiets_down(0.3)
        assert silent.answers == []
        await alice.says("슐먼은 언제 오픈AI를 떠났습니까?", posts[1])
        assert len(server.requests_to(*HISTORY.split())) == 2


async def test_a_post_that_is_edited_after_a_restart_is_not_answered_again(
    server: FakeDiscord, app: App, settings: DiscordSettings, places: Places
) -> None:
    alice = server.user("alice", locale="ko")
    async with running(server, app, settings):
        _, written = server.add_post("무라티", KOREAN, forum=places.forum, author=alice)
        await alice.is_answered(written)
    async with running(server, app, settings):
        await alice.edits(written, ENGLISH)
        await server.is_asked(HISTORY)
        await server.quiets_down(0.3)
    assert len(written.answers) == 1


async def test_without_the_setting_nothing_changes(
    server: FakeDiscord, app: App, settings: DiscordSettings, places: Places
) -> None:
    async with running(server, app, settings.model_copy(update={"ask_channels": frozenset()})):
        alice = server.user("alice", locale="ko")
        await alice.writes(KOREAN, places.channel)
        post, _ = server.add_post("무라티", KOREAN, forum=places.forum, author=alice)
        await stays_silent(server, places.channel, post)
        assert "질문 채널" not in (await alice.runs("/about")).text
