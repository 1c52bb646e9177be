"""Permissions: who may do what where, and how the bot is told that it may not."""

import discord
import pytest

from tests.fake_discord import Actor, FakeDiscord, Permission
from tests.fake_discord.state.models import Overwrite
from tests.fake_discord.state.permissions import permissions_in
from tests.fake_discord.tests.little_bot import LittleBot
from tests.fake_discord.tests.raw import RawClient


@pytest.mark.parametrize(
    ("denied", "code"),
    [
        (Permission.VIEW_CHANNEL, 50001),
        (Permission.SEND_MESSAGES, 50013),
        (Permission.SEND_MESSAGES_IN_THREADS, None),
    ],
)
async def test_writing_takes_seeing_and_sending(
    server: FakeDiscord, raw: RawClient, denied: Permission, code: int | None
) -> None:
    """Threads have a permission of their own."""
    server.denies(server.general, server.bot, denied)
    status, answer = await raw.says(content="hi")
    assert (status, answer.get("code")) == ((403, code) if code else (200, None))
    assert server.refusals == []


async def test_writing_in_threads_takes_its_own_permission(server: FakeDiscord, raw: RawClient) -> None:
    """SEND_MESSAGES of the parent is neither needed nor enough."""
    thread = server.add_thread("side talk")
    path = f"/channels/{thread.id}/messages"
    server.denies(server.general, server.bot, Permission.SEND_MESSAGES)
    assert (await raw.ask("POST", path, {"content": "hi"}))[0] == 200
    server.denies(server.general, server.bot, Permission.SEND_MESSAGES_IN_THREADS)
    status, answer = await raw.ask("POST", path, {"content": "hi"})
    assert (status, answer["code"]) == (403, 50013)


async def test_locked_threads_take_no_messages(server: FakeDiscord, raw: RawClient) -> None:
    """The code is 50083."""
    thread = server.add_thread("old")
    path = f"/channels/{thread.id}/messages"
    thread.locked = True
    status, answer = await raw.ask("POST", path, {"content": "hi"})
    assert (status, answer["code"]) == (400, 50083)


async def test_replying_takes_the_history(server: FakeDiscord, raw: RawClient, alice: Actor) -> None:
    """The code is 160002."""
    written = await alice.writes("hello")
    server.denies(server.general, server.bot, Permission.READ_MESSAGE_HISTORY)
    reference = {"message_id": str(written.id)}
    status, answer = await raw.says(content="hi", message_reference=reference)
    assert (status, answer["code"]) == (403, 160002)


async def test_overwrites_apply_in_discords_order(server: FakeDiscord) -> None:
    """@everyone first, then all roles together, then the member."""
    role = server.add_role("muted", Permission.NONE)
    other = server.add_role("loud", Permission.NONE)
    alice = server.user("alice", roles=[role, other])
    channel, sending = server.general, Permission.SEND_MESSAGES

    def may_send() -> bool:
        return sending in permissions_in(alice.user, channel)

    server.denies(channel, server.guild.everyone, sending)
    assert not may_send()
    channel.overwrites[other.id] = Overwrite(kind=0, allow=sending)
    assert may_send()
    server.denies(channel, role, sending)
    assert may_send(), "one role's allow beats another role's deny"
    server.denies(channel, alice, sending)
    assert not may_send()
    assert sending in permissions_in(server.user("boss", permissions=Permission.ADMINISTRATOR).user, channel)


async def test_discord_py_computes_the_same_permissions(server: FakeDiscord, bot: LittleBot) -> None:
    """Two implementations of the rule agree on the bot's own member."""
    server.denies(server.general, server.guild.everyone, Permission.EMBED_LINKS)
    await server.user("alice").says("<@bot> hello")
    channel = bot.get_channel(server.general.id)
    assert isinstance(channel, discord.TextChannel)
    theirs = channel.permissions_for(channel.guild.me).value
    assert theirs == int(permissions_in(server.bot, server.general))


async def test_the_bot_hears_nothing_where_it_sees_nothing(server: FakeDiscord, bot: LittleBot, alice: Actor) -> None:
    """Not even that somebody wrote."""
    server.denies(server.general, server.bot, Permission.VIEW_CHANNEL)
    await alice.writes("<@bot> hello")
    await alice.hears_nothing()
    assert bot.heard == []


async def test_members_cannot_do_what_they_may_not(server: FakeDiscord, alice: Actor) -> None:
    """The test language stops a test that lets somebody write where they cannot."""
    server.denies(server.general, alice, Permission.SEND_MESSAGES)
    with pytest.raises(AssertionError, match="alice lacks"):
        await alice.writes("hello")


@pytest.mark.parametrize(
    ("method", "path", "body", "code"),
    [
        ("POST", "/channels/1/messages", {"content": "hi"}, 10003),
        ("GET", "/guilds/1", None, 10004),
        ("POST", "/users/@me/channels", {"recipient_id": "1"}, 10013),
    ],
)
async def test_unknown_things_are_404(raw: RawClient, method: str, path: str, body: object, code: int) -> None:
    """Each with its own code."""
    status, answer = await raw.ask(method, path, body)
    assert (status, answer["code"]) == (404, code)


async def test_a_guild_without_the_bot_is_out_of_reach(server: FakeDiscord, raw: RawClient) -> None:
    """Its channels are, too."""
    guild = server.add_guild("Elsewhere", bot=False)
    room = next(iter(guild.channels.values()))
    for method, path in (("GET", f"/guilds/{guild.id}"), ("POST", f"/channels/{room.id}/messages")):
        status, answer = await raw.ask(method, path, {"content": "hi"} if method == "POST" else None)
        assert (status, answer["code"]) == (403, 50001)
