"""Channels, threads and forums that are bound to an article, and the posts that are opened about one."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import pytest

from bot.app import open_store
from bot.discord_bot import notices
from bot.discord_bot.article_posts import Post, read_post
from bot.service.records import ChannelSetting
from bot.settings import DiscordSettings, Switch
from tests.e2e.operators import Running, damage_store, operated, until
from tests.e2e.several_articles import ASKED, BUILT, CAPTAIN, KEEPER, SHARED, SUMMARY, TITLES, write_articles
from tests.fake_discord import Actor, Channel, FakeDiscord, Intent, Permission, Reply

LANGUAGES = ("ko", "en")
UNKNOWN, WATER_ANSWER = "화성에 물이 있어?", "화성에는 얼음이 있어요."
WATER = f"""\
facts:
  - id: mars-water
    answer: {{ko: {WATER_ANSWER}}}
    questions:
      ko: [{UNKNOWN}, 화성의 물은 어디 있어?, 화성에서 물이 나왔어?]
    source: {{section: body, paragraphs: [4]}}
"""
LOCALES = {"ko": "ko", "en": "en-US"}
THREADS = "POST /channels/{channel_id}/threads"
LOOKUP = "GET /channels/{channel_id}"


@pytest.fixture
def admin(server: FakeDiscord) -> Actor:
    """Return a listed administrator with an English client."""
    return server.user("admin", permissions=Permission.MANAGE_GUILD)


@asynccontextmanager
async def running(server: FakeDiscord, admin: Actor, tmp_path: Path, **changes: object) -> AsyncIterator[Running]:
    """Serve three articles with a store, once the settings of channels are read."""
    if not (tmp_path / "knowledge").exists():
        write_articles(tmp_path / "knowledge")
    values: dict[str, Any] = {
        "admin_guild_ids": frozenset({server.guild.id}),
        "admin_user_ids": frozenset({admin.id}),
        "database_url": None,
        "shared": {},
    }
    async with operated(server, tmp_path, **(values | changes)) as bot:
        channels = state_of(bot).channels
        await until(lambda: channels.is_read.is_set() or changes.get("unread"))
        yield bot


@pytest.fixture
async def bot(server: FakeDiscord, admin: Actor, tmp_path: Path) -> AsyncIterator[Running]:
    """Run the bot."""
    async with running(server, admin, tmp_path) as bot:
        yield bot


def state_of(bot: Running) -> Any:  # noqa: ANN401  the state of the client that runs
    """Return what all handlers share."""
    assert bot.runner.client
    return bot.runner.client.state


async def stored(tmp_path: Path) -> list[ChannelSetting]:
    """Return the settings in the database."""
    store = open_store(DiscordSettings(_env_file=None, data=tmp_path / "data"))  # type: ignore[call-arg]
    assert store
    try:
        return list(await store.channel_settings())
    finally:
        await store.close()


async def binds(admin: Actor, channel: Channel, article: str) -> Reply:
    """Bind a channel to an article."""
    return await admin.runs("/facts channel", channel=channel, article=article)


def buttons(reply: Reply) -> list[str]:
    """Return the labels of the buttons."""
    return [button.label or "" for button in reply.buttons]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_questions_in_a_bound_channel_are_about_its_article(
    server: FakeDiscord, bot: Running, admin: Actor, language: str
) -> None:
    """Elsewhere the question is asked back, the newest article first."""
    alice = server.user("alice", locale=LOCALES[language])
    asked = await alice.says(f"<@bot> {SHARED[language]}")
    titles = [TITLES[slug][language][:20] for slug in ("ferry", "lighthouse")]
    assert [title in label for title, label in zip(titles, buttons(asked), strict=False)] == [True, True]
    room = server.add_channel("lighthouse-talk")
    admin.user.locale = LOCALES[language]
    said = await binds(admin, room, TITLES["lighthouse"][language])
    assert said.ephemeral
    assert f"<#{room.id}>" in said.text
    assert TITLES["lighthouse"][language] in said.text
    assert BUILT["lighthouse"][language] in (await alice.says(f"<@bot> {SHARED[language]}", room)).text
    assert BUILT["lighthouse"][language] in (await alice.runs("/ask", room, question=SHARED[language])).text
    del bot


async def test_who_waits_in_a_bound_channel_is_not_told_what_another_article_says(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    """The answer is told once the channel is about the article that has it."""
    alice, room = server.user("alice", locale="ko"), server.add_channel("lighthouse-talk")
    await binds(admin, room, "lighthouse")
    written = await alice.writes(f"<@bot> {UNKNOWN}", room)
    await alice.clicks(await alice.is_answered(written), "알게 되면 알려 주세요")
    bot.folder.write("ferry/facts/water.yaml", WATER)
    assert "1 added" in (await admin.runs("/facts reload")).text
    assert WATER_ANSWER in (await alice.says(f"<@bot> {UNKNOWN}")).text
    assert len(written.answers) == 1
    await binds(admin, room, "ferry")
    await admin.runs("/facts reload")
    await until(lambda: len(written.answers) == 2)
    assert WATER_ANSWER in written.answers[1].text


@asynccontextmanager
async def waiting(
    server: FakeDiscord, admin: Actor, tmp_path: Path, kind: str, failures: int = 0
) -> AsyncIterator[tuple[Running, Reply]]:
    """Run the bot after a member asked to be told in a thread or post under a bound channel, archived by now.

    Of the requests with which the bot looks a channel up, the first `failures` fail, without a second attempt.
    """
    alice = server.user("alice", locale="ko")
    async with running(server, admin, tmp_path) as bot:
        if kind == "post":
            forum = server.add_forum("lighthouse-talk")
            await admin.runs("/facts channel", channel_=forum, article="lighthouse")
            place, written = server.add_post("물", f"<@bot> {UNKNOWN}", forum=forum, author=alice)
        else:
            room = server.add_channel("lighthouse-talk")
            await admin.runs("/facts channel", channel_=room, article="lighthouse")
            place = server.add_thread("물", parent=room, members=[alice])
            written = await alice.writes(f"<@bot> {UNKNOWN}", place)
        if failures:
            state_of(bot).rest.patience = 0.01
            server.fails_next(on=LOOKUP, status=503, times=failures)
        await alice.clicks(await alice.is_answered(written), "알게 되면 알려 주세요")
        server.archives(place)
        client = bot.runner.client
        assert client
        await until(lambda: client.get_channel(place.id) is None)
        yield bot, written


def lookups(server: FakeDiscord, channel: Channel) -> int:
    """Return how often the bot looked a channel up."""
    return sum(one.path.endswith(f"/{channel.id}") for one in server.requests_to(*LOOKUP.split()))


@pytest.mark.parametrize("kind", ["post", "thread"])
async def test_who_waits_in_an_archived_thread_is_not_told_what_another_article_says(
    server: FakeDiscord, admin: Actor, tmp_path: Path, kind: str
) -> None:
    """Discord is asked once which channel is above it."""
    async with waiting(server, admin, tmp_path, kind) as (bot, written):
        bot.folder.write("ferry/facts/water.yaml", WATER)
        await admin.runs("/facts reload")
        await until(lambda: lookups(server, written.channel))
        assert WATER_ANSWER in (await server.user("bob", locale="ko").says(f"<@bot> {UNKNOWN}")).text
        await asyncio.sleep(0.2)
        assert len(written.answers) == 1
        await admin.runs("/facts channel", channel_=written.channel.parent, article="ferry")
        await admin.runs("/facts reload")
        await until(lambda: len(written.answers) == 2)
        assert WATER_ANSWER in written.answers[1].text
        assert lookups(server, written.channel) == 1


async def test_who_waits_in_an_archived_thread_is_told_after_a_restart(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    async with waiting(server, admin, tmp_path, "post") as (bot, written):
        folder = bot.folder
    folder.write("lighthouse/facts/water.yaml", WATER)
    async with running(server, admin, tmp_path):
        await until(lambda: len(written.answers) == 2)
        assert WATER_ANSWER in written.answers[1].text


async def test_who_waits_in_an_archived_thread_is_told_once_discord_can_say_where_it_is(
    server: FakeDiscord, admin: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "AGAIN", 0.05)
    async with waiting(server, admin, tmp_path, "thread", failures=3) as (bot, written):
        bot.folder.write("lighthouse/facts/water.yaml", WATER)
        await admin.runs("/facts reload")
        await until(lambda: len(written.answers) == 2)
        assert WATER_ANSWER in written.answers[1].text
        assert lookups(server, written.channel) == 4


async def test_who_waits_where_the_bot_can_not_look_any_more_is_forgotten(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    async with waiting(server, admin, tmp_path, "thread") as (bot, written):
        folder, room = bot.folder, written.channel.parent
    assert room
    server.denies(room, server.bot, Permission.VIEW_CHANNEL)
    folder.write("lighthouse/facts/water.yaml", WATER)
    before = lookups(server, written.channel)
    async with running(server, admin, tmp_path) as bot:
        store = state_of(bot).recorder.store
        async with asyncio.timeout(30):
            while await store.notices():  # noqa: ASYNC110  the database announces nothing
                await asyncio.sleep(0.02)
        assert len(written.answers) == 1
        assert lookups(server, written.channel) == before + 1
    server.denials.clear()


async def test_threads_inherit_the_article_unless_they_are_bound_themselves(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    alice, room = server.user("alice", locale="ko"), server.add_channel("talk")
    first, second = (server.add_thread(name, parent=room, members=[alice]) for name in ("one", "two"))
    await binds(admin, room, "lighthouse")
    await binds(admin, second, "ferry")
    assert "as in <#" in (await admin.runs("/facts channel", channel=first)).text
    assert BUILT["lighthouse"]["ko"] in (await alice.says(f"<@bot> {SHARED['ko']}", first)).text
    assert BUILT["ferry"]["ko"] in (await alice.says(f"<@bot> {SHARED['ko']}", second)).text
    forum = server.add_forum("questions")
    post, _ = server.add_post("hello", "talk", forum=forum, author=alice)
    await admin.runs("/facts channel", article="ferry", channel_=forum)
    assert BUILT["ferry"]["ko"] in (await alice.says(f"<@bot> {SHARED['ko']}", post)).text
    del bot


async def test_a_binding_is_removed_with_its_row(
    server: FakeDiscord, bot: Running, admin: Actor, tmp_path: Path
) -> None:
    room = server.add_channel("talk")
    await binds(admin, room, "lighthouse")
    assert await stored(tmp_path) == [ChannelSetting(server.guild.id, room.id, "lighthouse")]
    first = (await admin.types("/facts channel", article=""))[0]
    assert first.name == "(no article)"
    said = await binds(admin, room, str(first.value))
    assert said.text.startswith(f"Questions in <#{room.id}> are answered from all articles.")
    assert await stored(tmp_path) == []
    asked = await server.user("alice", locale="ko").says(f"<@bot> {SHARED['ko']}", room)
    assert BUILT["lighthouse"]["ko"] not in asked.text
    assert (await binds(admin, room, "moon")).text == "There is no article “moon”. Please pick one from the list."
    del bot


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_question_that_names_another_article_reaches_it_and_so_does_what_follows(
    server: FakeDiscord, bot: Running, admin: Actor, language: str
) -> None:
    alice, room = server.user("alice", locale=LOCALES[language]), server.add_channel("talk")
    await binds(admin, room, "ferry")
    named = {"ko": f"「{TITLES['lighthouse']['ko']}」 기사에서 누가 지었어?"}
    named["en"] = f"In “{TITLES['lighthouse']['en']}”, who built it?"
    assert BUILT["lighthouse"][language] in (await alice.says(f"<@bot> {named[language]}", room)).text
    source = {"ko": "어디에 나와?", "en": "where does it say that?"}
    assert TITLES["lighthouse"][language] in (await alice.says(f"<@bot> {source[language]}", room)).text
    captain = {"ko": "여객선 선장은 누구야?", "en": "Who is the captain of the ferry?"}
    assert CAPTAIN[language] in (await alice.says(f"<@bot> {captain[language]}", room)).text
    assert BUILT["ferry"][language] in (await alice.says(f"<@bot> {SHARED[language]}", room)).text
    del bot


async def test_commands_help_and_suggestions_are_about_the_article_of_the_channel(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    alice, room = server.user("alice", locale="ko"), server.add_channel("talk")
    await binds(admin, room, "lighthouse")
    assert SUMMARY["ferry"]["ko"] in (await alice.runs("/요약")).text
    bob = server.user("bob", locale="ko")
    assert SUMMARY["lighthouse"]["ko"] in (await bob.runs("/요약", room)).text
    assert SUMMARY["lighthouse"]["ko"] in (await bob.says("<@bot> 요약해줘", room)).text
    chosen = await bob.types("/질문", room, 질문="선장")
    assert chosen == []
    assert [one.name for one in await bob.types("/질문", room, 기사="ferry", 질문="선장은")] == ["선장은 누구야?"]
    assert [one.name for one in await bob.types("/질문", 질문="선장은")] == ["선장은 누구야?"]
    assert set(buttons(await bob.runs("/도움말", room))) <= {"짧은 요약", "지은 곳", "등대지기", "등대 높이"}
    reply = await bob.runs("/질문", room, 질문=SHARED["ko"], 기사="ferry")
    assert BUILT["ferry"]["ko"] in reply.text
    assert "없어요" in (await bob.runs("/질문", room, 질문=SHARED["ko"], 기사="moon")).text
    del bot


async def test_answering_without_a_mention_needs_the_message_content(
    server: FakeDiscord, bot: Running, admin: Actor, tmp_path: Path
) -> None:
    """The article is bound all the same."""
    room = server.add_channel("talk")
    said = await admin.runs("/facts channel", channel_=room, article="lighthouse", without_mention=True)
    assert "BOT_MESSAGE_CONTENT=on" in said.text
    assert await stored(tmp_path) == [ChannelSetting(server.guild.id, room.id, "lighthouse")]
    admin.user.locale = "ko"
    again = await admin.runs("/facts channel", channel=room, 멘션_없이=True)
    assert "Message Content Intent를 켜고" in again.text
    del bot


async def test_answering_without_a_mention_is_turned_on_and_off_on_discord(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    """Beside BOT_ASK_CHANNELS, whose channel can be turned off too."""
    server.grants(Intent.MESSAGE_CONTENT)
    asking, room = server.add_channel("asking"), server.add_channel("room")
    changes: dict[str, Any] = {"message_content": Switch.ON, "ask_channels": frozenset({asking.id})}
    async with running(server, admin, tmp_path, **changes):
        alice = server.user("alice", locale="ko")
        thread = server.add_thread("thread", parent=room, members=[alice])
        assert KEEPER["ko"] in (await alice.says(ASKED["ko"], asking)).text
        silent = await alice.writes(ASKED["ko"], room)
        await admin.runs("/facts channel", channel=room, without_mention=True)
        said = await admin.runs("/facts channel", channel=asking, without_mention=False)
        assert "when I am mentioned or replied to" in said.text
        await admin.runs("/facts channel", channel_=thread, without_mention=True)
        bob = server.user("bob", locale="ko")
        assert KEEPER["ko"] in (await bob.says(ASKED["ko"], room)).text
        assert KEEPER["ko"] in (await bob.says("등대를 누가 지켜?", thread)).text
        quiet = await bob.writes("등대는 얼마나 높아?", asking)
        await server.quiets_down(0.3)
        assert [silent.answers, quiet.answers] == [[], []]
    async with running(server, admin, tmp_path, **changes):
        carol = server.user("carol", locale="ko")
        assert KEEPER["ko"] in (await carol.says(ASKED["ko"], room)).text
        await admin.runs("/facts channel", channel=asking, without_mention=True)
        await admin.runs("/facts channel", channel=room, without_mention=False)
        assert [one.channel for one in await stored(tmp_path)] == [thread.id]
        assert KEEPER["ko"] in (await carol.says("등대를 누가 지켜?", asking)).text


async def test_without_a_store_nothing_is_bound_and_the_command_says_so(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    async with running(server, admin, tmp_path, database_url="off"):
        said = await binds(admin, server.general, "lighthouse")
        assert "Nothing was changed, as the bot is set up to store nothing" in said.text
        admin.user.locale = "ko"
        assert "저장하지 않도록" in (await admin.runs("/facts channel", channel=server.general, 기사="ferry")).text


async def test_a_store_in_trouble_changes_nothing_and_delays_no_answer(
    server: FakeDiscord, bot: Running, admin: Actor, tmp_path: Path
) -> None:
    """What was read before stays in use."""
    room, other = server.add_channel("talk"), server.add_channel("other")
    await binds(admin, room, "lighthouse")
    damage_store(tmp_path / "data")
    assert "the store can't be used now" in (await binds(admin, other, "ferry")).text
    alice = server.user("alice", locale="ko")
    assert BUILT["lighthouse"]["ko"] in (await alice.says(f"<@bot> {SHARED['ko']}", room)).text
    assert BUILT["ferry"]["ko"] not in (await alice.says(f"<@bot> {SHARED['ko']}", other)).text
    del bot


async def test_settings_that_cannot_be_read_at_the_start_are_used_once_they_can(
    server: FakeDiscord, admin: Actor, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with running(server, admin, tmp_path):
        await binds(admin, server.general, "lighthouse")
    changes: dict[str, Any] = {"unread": True}
    alice = server.user("alice", locale="ko")
    with closing(sqlite3.connect(tmp_path / "data" / "store.db", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        async with running(server, admin, tmp_path, **changes) as bot:
            assert BUILT["lighthouse"]["ko"] not in (await alice.says(f"<@bot> {SHARED['ko']}")).text
            await until(lambda: "the settings of channels can't be read" in caplog.text)
            other.execute("ROLLBACK")
            await until(state_of(bot).channels.is_read.is_set)
            bob = server.user("bob", locale="ko")
            assert BUILT["lighthouse"]["ko"] in (await bob.says(f"<@bot> {SHARED['ko']}!")).text


async def test_a_binding_to_an_article_that_is_gone_is_ignored_and_told(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    await binds(admin, server.general, "lighthouse")
    assert "is gone" not in (await admin.runs("/facts status")).text
    for path in (bot.folder.root / "lighthouse").iterdir():
        path.unlink()
    (bot.folder.root / "lighthouse").rmdir()
    await admin.runs("/facts reload")
    told = f"<#{server.general.id}> is bound to lighthouse, which is gone"
    assert told in (await admin.runs("/facts status")).text
    assert told in (await admin.runs("/facts channel", channel=server.general)).text
    alice = server.user("alice", locale="ko")
    assert BUILT["ferry"]["ko"] in (await alice.says(f"<@bot> {SHARED['ko']}")).text


async def test_the_rows_of_deleted_channels_and_threads_go(server: FakeDiscord, admin: Actor, tmp_path: Path) -> None:
    """Those deleted while the bot was away go at its next start."""
    kept, rooms = server.add_channel("kept"), [server.add_channel(name) for name in ("one", "two")]
    threads = [server.add_thread("thread", parent=place, members=[admin]) for place in (kept, rooms[0], kept)]
    threads[2].archived = True
    async with running(server, admin, tmp_path):
        for place in (kept, *rooms, *threads):
            await binds(admin, place, "lighthouse")
        assert len(await stored(tmp_path)) == 6
        server.removes(threads[0])
        server.removes(rooms[0])
        await _until_stored(tmp_path, {kept.id, rooms[1].id, threads[2].id})
    server.removes(rooms[1])
    async with running(server, admin, tmp_path):
        await _until_stored(tmp_path, {kept.id, threads[2].id})


async def _until_stored(tmp_path: Path, channels: set[int]) -> None:
    async with asyncio.timeout(60):
        while {one.channel for one in await stored(tmp_path)} != channels:  # noqa: ASYNC110  a database announces nothing
            await asyncio.sleep(0.05)


async def test_missing_permissions_are_named(server: FakeDiscord, bot: Running, admin: Actor) -> None:
    room = server.add_channel("talk")
    server.denies(room, server.bot, Permission.SEND_MESSAGES)
    await until(lambda: _hears(bot, room))
    said = await binds(admin, room, "lighthouse")
    assert said.text.endswith("I lack these permissions there: Send Messages")


def _hears(bot: Running, channel: Channel) -> bool:
    """Return whether the bot has heard of what it may not do in a channel."""
    known = bot.runner.client and bot.runner.client.get_channel(channel.id)
    return bool(known and getattr(known, "overwrites", None))


async def test_members_are_refused(server: FakeDiscord, bot: Running, admin: Actor, tmp_path: Path) -> None:
    alice = server.user("alice", permissions=Permission.MANAGE_GUILD)
    refused = "Sorry, this command is for the bot's administrators only."
    assert (await binds(alice, server.general, "ferry")).text == refused
    assert (await alice.runs("/facts post", article="ferry", channel=server.general)).text == refused
    assert (await alice.runs("/facts article", article="ferry", retired=True)).text == refused
    reply = await alice.runs("/help")
    post = Post(server.general.id, without_mention=False, article="ferry")
    forged = await alice.forges_click(reply, post.custom_id())
    assert (await forged.gets_followup()).text == refused
    del bot, admin
    assert await stored(tmp_path) == []


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_thread_about_an_article_has_an_intro_three_questions_and_the_binding(
    server: FakeDiscord, bot: Running, admin: Actor, tmp_path: Path, language: str
) -> None:
    server.guild.locale = LOCALES[language]
    server.hub.events.about_guild("GUILD_UPDATE", server.guild, _summary(server))
    known = bot.runner.client and bot.runner.client.get_guild(server.guild.id)
    await until(lambda: known and known.preferred_locale.value == LOCALES[language])
    admin.user.locale = LOCALES[language]
    said = await admin.runs("/facts post", article="lighthouse", channel=server.general)
    (thread,) = [one for one in server.guild.channels.values() if one.is_thread]
    assert f"<#{thread.id}>" in said.text
    assert (thread.name, thread.parent) == (TITLES["lighthouse"][language], server.general)
    (intro,) = thread.messages.values()
    assert TITLES["lighthouse"][language] in intro.content
    labels = [one["label"] for row in intro.components for one in row["components"]]
    assert (
        labels
        == {"ko": ["짧은 요약", "등대지기", "지은 곳"], "en": ["In short", "The keeper", "The builder"]}[language]
    )
    assert await stored(tmp_path) == [ChannelSetting(server.guild.id, thread.id, "lighthouse")]
    alice = server.user("alice", locale=LOCALES[language])
    assert BUILT["lighthouse"][language] in (await alice.says(f"<@bot> {SHARED[language]}", thread)).text
    shown = await alice.clicks(Reply(server.hub, intro, alice.user), labels[1])
    assert KEEPER[language] in shown.text


def _summary(server: FakeDiscord) -> dict[str, Any]:
    from tests.fake_discord.payloads.things import guild_summary  # noqa: PLC0415

    return guild_summary(server.guild)


async def test_a_thread_that_may_not_be_opened_names_the_permission(
    server: FakeDiscord, bot: Running, admin: Actor, tmp_path: Path
) -> None:
    room = server.add_channel("talk")
    server.denies(room, server.bot, Permission.CREATE_PUBLIC_THREADS | Permission.SEND_MESSAGES_IN_THREADS)
    await until(lambda: _hears(bot, room))
    said = await admin.runs("/facts post", article="ferry", channel_=room)
    named = "Send Messages in Threads, Create Public Threads"
    assert said.text == f"Please give me these permissions in <#{room.id}>: {named}"
    forum = server.add_forum("forum")
    server.denies(forum, server.bot, Permission.SEND_MESSAGES)
    await until(lambda: _hears(bot, forum))
    admin.user.locale = "ko"
    said = await admin.runs("/facts post", 기사="ferry", 채널=forum)
    assert said.text == f"<#{forum.id}>에서 제게 이 권한을 주세요: Send Messages"
    assert server.requests_to(*THREADS.split()) == []
    assert await stored(tmp_path) == []


async def test_a_refusal_of_discords_is_one_sentence(server: FakeDiscord, bot: Running, admin: Actor) -> None:
    server.fails_next(on=THREADS, status=403, code=50013, times=1)
    said = await admin.runs("/facts post", article="ferry", channel=server.general)
    assert said.text == f"Discord let me open nothing in <#{server.general.id}>. (code 50013)"
    del bot


async def test_a_thread_is_opened_once_though_the_answer_to_it_was_lost(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    server.loses_answer(on=THREADS)
    said = await admin.runs("/facts post", article="ferry", channel=server.general)
    assert "reference" in said.text
    assert len([one for one in server.guild.channels.values() if one.is_thread]) == 1
    del bot


async def test_a_forum_post_asks_for_the_tags_that_are_required(
    server: FakeDiscord, bot: Running, admin: Actor, tmp_path: Path
) -> None:
    """The menu outlives a restart; tags for moderators are not offered."""
    forum = server.add_forum("questions", tags=("news", "sea"), moderated=("official",), requires_tag=True)
    await until(lambda: bot.runner.client and bot.runner.client.get_channel(forum.id))
    asked = await admin.runs("/facts post", article="ferry", channel_=forum)
    assert asked.text == "Posts in this forum need a tag. Pick one, and I open the post."
    (menu,) = asked.selects
    assert [option.label for option in menu.options] == ["news", "sea"]
    assert (menu.least, menu.most) == (1, 2)
    await admin.picks(asked, "sea")
    await until(lambda: "is open, about" in asked.text)
    assert asked.components == []
    (post,) = [one for one in server.guild.channels.values() if one.is_thread]
    assert [tag.name for tag in post.tags] == ["sea"]
    assert post.name == TITLES["ferry"]["en"]
    assert await stored(tmp_path) == [ChannelSetting(server.guild.id, post.id, "ferry")]
    alice = server.user("alice", locale="ko")
    assert BUILT["ferry"]["ko"] in (await alice.says(f"<@bot> {SHARED['ko']}", post)).text


async def test_a_forum_whose_tags_were_all_removed_meanwhile_gets_its_post_without(
    server: FakeDiscord, bot: Running, admin: Actor
) -> None:
    forum = server.add_forum("questions", tags=("news",), requires_tag=True)
    await until(lambda: bot.runner.client and bot.runner.client.get_channel(forum.id))
    asked = await admin.runs("/facts post", article="ferry", channel_=forum)
    server.removes_tags(forum)
    await admin.picks(asked, "news")
    await until(lambda: "is open, about" in asked.text)
    (post,) = [one for one in server.guild.channels.values() if one.is_thread]
    assert not post.tags


async def test_a_forum_without_required_tags_gets_its_post_at_once(
    server: FakeDiscord, admin: Actor, tmp_path: Path
) -> None:
    server.grants(Intent.MESSAGE_CONTENT)
    forum = server.add_forum("questions", tags=("news",))
    async with running(server, admin, tmp_path, message_content=Switch.ON):
        await admin.runs("/facts post", article="ferry", channel_=forum, without_mention=True)
        (post,) = [one for one in server.guild.channels.values() if one.is_thread]
        (intro,) = post.messages.values()
        assert intro.content.endswith("Just ask, or begin with one of these.")
        assert await stored(tmp_path) == [ChannelSetting(server.guild.id, post.id, "ferry", without_mention=True)]
        alice = server.user("alice", locale="ko")
        assert BUILT["ferry"]["ko"] in (await alice.says(SHARED["ko"], post)).text
        thread = await admin.runs("/facts post", article="ferry", channel_=post)
        assert thread.text == "Please choose a text channel or forum that I can see."


def test_the_custom_id_of_the_menu_of_tags_comes_back_and_is_short() -> None:
    post = Post(2**63, True, "a" * 32)  # noqa: FBT003  a field of a record
    assert read_post(post.custom_id()) == post
    assert len(post.custom_id()) <= 100
    assert read_post("p2:1:0:art") is None
    assert read_post("p1:1:2:art") is None
