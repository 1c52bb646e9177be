"""Threads that the bot starts, and what it may read and change in them."""

import pytest

from tests.fake_discord import Actor, FakeDiscord, Permission
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
