"""Threads that the bot starts, and what it may read and change in them."""

import asyncio
from collections.abc import Callable

import pytest

from tests.fake_discord import Actor, FakeDiscord, Permission
from tests.fake_discord.tests.little_bot import LittleBot
from tests.fake_discord.tests.raw import RawClient


async def started(raw: RawClient, channel: int, message: int, **body: object) -> tuple[int, int | None]:
    """Start a thread; return the status and the code of the refusal."""
    status, answer = await raw.ask("POST", f"/channels/{channel}/messages/{message}/threads", {"name": "why"} | body)
    return status, answer.get("code")


async def test_a_thread_has_the_id_of_its_message_and_there_is_one(
    server: FakeDiscord, raw: RawClient, alice: Actor
) -> None:
    written = await alice.writes("why?")
    assert await started(raw, server.general.id, written.id) == (200, None)
    thread = await alice.finds_thread(written)
    assert (thread.id, thread.name, thread.owner_id) == (written.id, "why", server.bot.id)
    assert await started(raw, server.general.id, written.id) == (400, 160004)
    assert server.refusals == []


async def test_starting_one_takes_the_permission_of_the_channel(
    server: FakeDiscord, raw: RawClient, alice: Actor
) -> None:
    written = await alice.writes("why?")
    server.denies(server.general, server.bot, Permission.CREATE_PUBLIC_THREADS)
    assert await started(raw, server.general.id, written.id) == (403, 50013)
    server.denies(server.general, server.bot, Permission.VIEW_CHANNEL)
    assert await started(raw, server.general.id, written.id) == (403, 50001)


async def test_there_are_none_in_threads_and_forums(server: FakeDiscord, raw: RawClient, alice: Actor) -> None:
    post, written = server.add_post("title", "text", forum=server.add_forum("forum"), author=alice)
    assert await started(raw, post.id, written.id) == (400, 50024)


@pytest.mark.parametrize("body", [{"name": ""}, {"name": " "}, {"name": "a" * 101}, {"auto_archive_duration": 5}])
async def test_a_name_has_1_to_100_characters_and_durations_are_listed(
    server: FakeDiscord, raw: RawClient, alice: Actor, body: dict[str, object]
) -> None:
    written = await alice.writes("why?")
    assert await started(raw, server.general.id, written.id, **body) == (400, 50035)


async def test_who_started_a_thread_may_rename_and_archive_it(
    server: FakeDiscord, raw: RawClient, alice: Actor
) -> None:
    written = await alice.writes("why?")
    await started(raw, server.general.id, written.id)
    status, answer = await raw.ask("PATCH", f"/channels/{written.id}", {"name": "gone", "archived": True})
    assert (status, answer["name"], answer["thread_metadata"]["archived"]) == (200, "gone", True)
    thread = await alice.finds_thread(written)
    await alice.writes("again", thread)
    assert not thread.archived
    other = server.add_thread("hers", members=[alice])
    assert (await raw.ask("PATCH", f"/channels/{other.id}", {"archived": True}))[0] == 403
    assert (await raw.ask("PATCH", f"/channels/{server.general.id}", {"name": "x"}))[1]["code"] == 50024


async def test_a_thread_without_a_message_is_public_and_takes_the_permission(
    server: FakeDiscord, raw: RawClient, bot: LittleBot
) -> None:
    path = f"/channels/{server.general.id}/threads"
    status, answer = await raw.ask("POST", path, {"name": "talk", "type": 11})
    assert (status, answer["name"], answer["parent_id"]) == (200, "talk", str(server.general.id))
    assert answer["owner_id"] == str(server.bot.id)
    await _until(lambda: bot.guilds[0].get_thread(int(answer["id"])))
    assert server.refusals == []
    assert (await raw.ask("POST", path, {"name": "secret"}))[0] == 400
    assert (await raw.ask("POST", path, {"name": " ", "type": 11}))[1]["code"] == 50035
    assert (await raw.ask("POST", f"/channels/{answer['id']}/threads", {"name": "x", "type": 11}))[1]["code"] == 50024
    server.denies(server.general, server.bot, Permission.CREATE_PUBLIC_THREADS)
    assert (await raw.ask("POST", path, {"name": "talk", "type": 11}))[1]["code"] == 50013


async def test_a_post_needs_a_message_the_permission_to_send_and_known_tags(
    server: FakeDiscord, raw: RawClient
) -> None:
    forum = server.add_forum("forum", tags=("news", "sea"), moderated=("official",), requires_tag=True)
    news, _, official = (str(tag.id) for tag in forum.tags)
    path, body = f"/channels/{forum.id}/threads", {"name": "title", "message": {"content": "text"}}

    async def code(**changes: object) -> int | None:
        answer: int | None = (await raw.ask("POST", path, body | changes))[1].get("code")
        return answer

    described = (await raw.ask("GET", f"/channels/{forum.id}"))[1]
    assert ([tag["name"] for tag in described["available_tags"]], described["flags"]) == (
        ["news", "sea", "official"],
        1 << 4,
    )
    status, answer = await raw.ask("POST", path, body | {"applied_tags": [news]})
    assert (status, answer["name"], answer["applied_tags"]) == (200, "title", [news])
    assert (answer["message"]["id"], answer["message"]["content"]) == (answer["id"], "text")
    assert await code() == 40067
    assert await code(applied_tags=["5"]) == 10087
    assert await code(applied_tags=[official]) == 50013
    assert await code(applied_tags=6 * [news]) == 50035
    assert await code(applied_tags=[news], message={"content": ""}) == 50006
    assert await code(applied_tags=[news], message={"content": "a" * 2001}) == 50035
    server.denies(forum, server.bot, Permission.SEND_MESSAGES)
    assert await code(applied_tags=[news]) == 50013


async def test_the_bot_hears_of_deleted_channels_and_threads(server: FakeDiscord, bot: LittleBot) -> None:
    room = server.add_channel("room")
    thread = server.add_thread("thread", parent=server.general)
    inside = server.add_thread("inside", parent=room)
    await _until(lambda: bot.get_channel(inside.id))
    server.removes(thread)
    server.removes(room)
    await _until(lambda: not bot.get_channel(room.id))
    assert bot.get_channel(thread.id) is None
    assert inside.id not in server.guild.channels


async def _until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110  a cache announces nothing
            await asyncio.sleep(0.01)


async def test_the_history_is_newest_first_and_empty_where_it_is_hidden(
    server: FakeDiscord, raw: RawClient, alice: Actor
) -> None:
    first, second, third = [await alice.writes(text) for text in ("one", "two", "three")]
    path = f"/channels/{server.general.id}/messages"
    assert [one["id"] for one in (await raw.ask("GET", f"{path}?limit=2"))[1]] == [str(third.id), str(second.id)]
    earlier = (await raw.ask("GET", f"{path}?before={second.id}"))[1]
    assert [(one["id"], one["content"]) for one in earlier] == [(str(first.id), "")]
    assert (await raw.ask("GET", f"{path}?limit=101"))[0] == 400
    server.denies(server.general, server.bot, Permission.READ_MESSAGE_HISTORY)
    assert await raw.ask("GET", path) == (200, [])


async def test_a_channel_is_shown_to_whom_it_is_open(server: FakeDiscord, raw: RawClient) -> None:
    assert (await raw.ask("GET", f"/channels/{server.general.id}"))[1]["name"] == "general"
    assert (await raw.ask("GET", "/channels/5"))[1]["code"] == 10003
