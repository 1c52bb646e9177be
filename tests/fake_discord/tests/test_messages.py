"""Messages over HTTP: writing, replying, nonces, editing, deleting, pinging."""

import discord
import pytest

from tests.fake_discord import Actor, FakeDiscord, Permission
from tests.fake_discord.tests.little_bot import LittleBot, running
from tests.fake_discord.tests.raw import RawClient


async def test_a_reply_refers_to_the_question_and_pings_nobody(bot: LittleBot, alice: Actor) -> None:
    """The bot's AllowedMentions.none() holds for the replied user as well."""
    question = await alice.writes("<@bot> hello")
    reply = await alice.is_answered(question)
    assert [answer.id for answer in question.answers] == [reply.id]
    assert reply.reference == question.id
    assert reply.nonce == str(question.id)
    assert reply.pinged == set()
    assert reply.author.id == (bot.user and bot.user.id)


async def test_who_is_pinged_follows_allowed_mentions(server: FakeDiscord, raw: RawClient) -> None:
    """Without the field everything pings; with it, only what it lets through."""
    alice, bob = server.user("alice"), server.user("bob")
    text = f"{alice.user.mention} {bob.user.mention} @everyone"
    await raw.says(content=text)
    await raw.says(content=text, allowed_mentions={"parse": []})
    await raw.says(content=text, allowed_mentions={"parse": [], "users": [str(bob.id)]})
    server.guild.everyone.permissions |= Permission.MENTION_EVERYONE
    await raw.says(content=text)
    pinged = [reply.pinged for reply in alice.sees()]
    assert pinged[:3] == [{"alice", "bob"}, set(), {"bob"}]
    assert {"alice", "bob", "owner", "bot"} <= pinged[3]


async def test_a_replied_user_is_pinged_unless_told_not_to(server: FakeDiscord, raw: RawClient) -> None:
    """`replied_user` is false as soon as allowed_mentions is there."""
    alice = server.user("alice")
    written = await alice.writes("hello")
    reference = {"message_id": str(written.id)}
    await raw.says(content="one", message_reference=reference)
    await raw.says(content="two", message_reference=reference, allowed_mentions={"parse": []})
    allowed = {"parse": [], "replied_user": True}
    await raw.says(content="three", message_reference=reference, allowed_mentions=allowed)
    assert [r.pinged for r in alice.sees()[1:]] == [{"alice"}, set(), {"alice"}]


async def test_an_enforced_nonce_returns_the_earlier_message(server: FakeDiscord, raw: RawClient) -> None:
    """Asking twice writes once; without enforcing, or after minutes, twice."""
    _, first = await raw.says(content="one", nonce="7", enforce_nonce=True)
    _, second = await raw.says(content="two", nonce="7", enforce_nonce=True)
    assert second["id"] == first["id"]
    assert second["content"] == "one"
    await raw.says(content="three", nonce="7")
    server.advances(600)
    await raw.says(content="four", nonce="7", enforce_nonce=True)
    assert [r.text for r in server.user("alice").sees()] == ["one", "three", "four"]


async def test_replying_to_something_deleted_fails_unless_allowed(
    server: FakeDiscord, raw: RawClient, alice: Actor
) -> None:
    """`fail_if_not_exists` decides."""
    written = await alice.writes("hello")
    await alice.deletes(written)
    reference: dict[str, object] = {"message_id": str(written.id)}
    status, answer = await raw.says(content="hi", message_reference=reference)
    assert (status, answer["code"]) == (400, 50035)
    assert "message_reference" in answer["errors"]
    reference["fail_if_not_exists"] = False
    status, answer = await raw.says(content="hi", message_reference=reference)
    assert status == 200
    assert "message_reference" not in answer
    assert len(server.refusals) == 1


async def test_a_message_can_be_edited_and_deleted_by_its_author_only(server: FakeDiscord, alice: Actor) -> None:
    """Another's message is 50005 to edit and 50013 to delete."""

    async def meddle(message: discord.Message) -> None:
        own = await message.channel.send("one")
        await own.edit(content="two")
        foreign = message.channel.get_partial_message(message.id)  # type: ignore[union-attr]
        with pytest.raises(discord.Forbidden) as edited:
            await foreign.edit(content="no")
        with pytest.raises(discord.Forbidden) as deleted:
            await foreign.delete()
        await own.edit(content=f"{edited.value.code} {deleted.value.code}")

    async with running(server, meddle):
        reply = await alice.says("<@bot> go")
        await server.quiets_down()
        assert reply.text == "50005 50013"
        assert reply.message.edited_at


async def test_an_edit_that_leaves_nothing_is_refused(server: FakeDiscord, raw: RawClient) -> None:
    """As is an empty message in the first place."""
    _, message = await raw.says(content="one")
    path = f"/channels/{server.general.id}/messages/{message['id']}"
    status, answer = await raw.ask("PATCH", path, {"content": ""})
    assert (status, answer["code"]) == (400, 50006)
    status, answer = await raw.says(content="   ")
    assert (status, answer["code"]) == (400, 50006)
    status, answer = await raw.ask("PATCH", path, {"content": "two"})
    assert status == 200
    assert answer["edited_timestamp"]


async def test_files_are_attached_and_previews_suppressed(server: FakeDiscord, alice: Actor) -> None:
    """Both as the bot asks for."""

    async def attach(message: discord.Message) -> None:
        file = discord.File(__file__, filename="a.py")
        await message.channel.send("here", file=file, suppress_embeds=True)

    async with running(server, attach):
        reply = await alice.says("<@bot> go")
        assert reply.attachments[0]["filename"] == "a.py"
        assert reply.suppresses_previews
    assert server.refusals == []


async def test_an_edit_keeps_some_files_and_adds_others(server: FakeDiscord, alice: Actor) -> None:
    """As its list of attachments says."""

    async def exchange(message: discord.Message) -> None:
        files = [discord.File(__file__, filename=name) for name in ("a.py", "b.py")]
        sent = await message.channel.send("here", files=files)
        await sent.edit(attachments=[sent.attachments[1], discord.File(__file__, filename="c.py")])

    async with running(server, exchange):
        reply = await alice.says("<@bot> go")
        await reply.changes()
        assert [file["filename"] for file in reply.attachments] == ["b.py", "c.py"]


async def test_direct_messages_can_be_opened_and_closed(server: FakeDiscord, alice: Actor) -> None:
    """Who takes none is 50007; who shares no guild is not to be reached at all."""

    async def whisper(message: discord.Message) -> None:
        try:
            await message.author.send("psst")
        except discord.Forbidden as error:
            await message.channel.send(f"{error.code}")

    async with running(server, whisper):
        await alice.writes("<@bot> go")
        assert (await alice.receives()).text == "psst"
        alice.user.takes_direct_messages = False
        assert (await alice.says("<@bot> go")).text == "50007"


async def test_threads_and_posts_are_channels_of_their_own(server: FakeDiscord, alice: Actor) -> None:
    """The bot answers where it was asked."""
    async with running(server):
        thread = server.add_thread("side talk")
        assert (await alice.says("<@bot> hi", thread)).channel is thread
        forum = server.add_forum("questions")
        post, written = server.add_post("Who left?", "<@bot> tell me", forum=forum, author=alice)
        assert (await alice.is_answered(written)).channel is post
    assert server.refusals == []
