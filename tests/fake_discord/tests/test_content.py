"""Message content without the privileged intent: blank but for four exceptions."""

import discord

from tests.fake_discord import Actor, FakeDiscord, Intent, Permission
from tests.fake_discord.tests.little_bot import LittleBot, modest_intents, running


async def test_content_comes_with_a_mention(bot: LittleBot, alice: Actor) -> None:
    """The mention itself is part of it."""
    reply = await alice.says("<@bot> 누가 떠났나요?")
    assert bot.user is not None
    assert reply.text == f"heard: {bot.user.mention} 누가 떠났나요?"
    assert bot.user in bot.heard[0].mentions


async def test_content_is_blank_without_a_mention(bot: LittleBot, alice: Actor) -> None:
    """The event comes, with nothing in it."""
    reply = await alice.says("누가 떠났나요?")
    assert reply.text == "heard:"
    assert bot.heard[0].author.id == alice.id


async def test_a_mention_in_code_is_none(alice: Actor, bot: LittleBot) -> None:
    """As on Discord, where backticks keep it from being one."""
    assert (await alice.says("`<@bot>` is how to ask")).text == "heard:"
    assert bot.heard[0].mentions == []


async def test_a_mention_of_the_bots_role_or_of_everyone_does_not_count(server: FakeDiscord, bot: LittleBot) -> None:
    """Only the user mention opens the content."""
    admin = server.user("admin", permissions=Permission.MENTION_EVERYONE)
    role = server.guild.members[server.bot.id].roles[0]
    assert (await admin.says(f"<@&{role.id}> who left?")).text == "heard:"
    assert (await admin.says("@everyone who left?")).text == "heard:"
    assert [role.name for role in bot.heard[0].role_mentions] == ["bot"]
    assert bot.heard[1].mention_everyone


async def test_a_reply_to_the_bot_is_readable_when_it_pings(bot: LittleBot, alice: Actor) -> None:
    """Replying mentions the author of the message replied to."""
    first = await alice.says("<@bot> hello")
    assert (await alice.says("and why?", reply_to=first)).text == "heard: and why?"
    reference = bot.heard[1].reference
    assert reference is not None
    assert isinstance(reference.resolved, discord.Message)
    assert reference.resolved.content.startswith("heard:")


async def test_a_reply_with_the_ping_switched_off_is_blank(bot: LittleBot, alice: Actor) -> None:
    """There is no mention in it; the reference is there all the same."""
    first = await alice.says("<@bot> hello")
    assert (await alice.says("and why?", reply_to=first, ping=False)).text == "heard:"
    reference = bot.heard[1].reference
    assert reference is not None
    assert reference.message_id == first.id
    assert bot.heard[1].mentions == []


async def test_a_quoted_message_of_somebody_else_is_blank_in_itself(
    bot: LittleBot, alice: Actor, server: FakeDiscord
) -> None:
    """Mentioning the bot in a reply does not show it what is replied to."""
    secret = await server.user("bob").writes("between us")
    await alice.says("<@bot> what does that mean?", reply_to=secret)
    message = next(m for m in bot.heard if m.reference)
    assert message.reference is not None
    assert isinstance(message.reference.resolved, discord.Message)
    assert message.reference.resolved.content == ""


async def test_direct_messages_are_readable(alice: Actor, bot: LittleBot) -> None:
    """There every message is for the bot."""
    assert (await alice.dm("hello")).text == "heard: hello"
    assert bot.heard[0].guild is None


async def test_attachments_are_blank_too(bot: LittleBot, alice: Actor) -> None:
    """A file is content."""
    await alice.writes("look", files=["a.txt"])
    await alice.says("<@bot> hello")
    assert [len(message.attachments) for message in bot.heard] == [0, 0]
    await alice.writes("<@bot> look", files=["a.txt"])
    await alice.says("<@bot> hello")
    assert len(bot.heard[2].attachments) == 1


async def test_the_granted_intent_opens_everything(server: FakeDiscord) -> None:
    """Granted by the portal and asked for by the session."""
    server.grants(Intent.MESSAGE_CONTENT)
    intents = modest_intents()
    intents.message_content = True
    async with running(server, intents=intents):
        assert (await server.user("bob").says("who left?")).text == "heard: who left?"


async def test_an_edit_does_not_switch_a_reply_ping_on(bot: LittleBot, alice: Actor) -> None:
    """What was not mentioned when it was written is not by changing a word."""
    first = await alice.says("<@bot> hello")
    silent = await alice.writes("and why?", reply_to=first, ping=False)
    await alice.edits(silent, "and how?")
    loud = await alice.writes("and why?", reply_to=first)
    await alice.edits(loud, "and how?")
    await alice.says("<@bot> done")
    assert [event.message.content for event in bot.updates] == ["", "and how?"]


async def test_edits_are_delivered_by_the_same_rule(bot: LittleBot, alice: Actor, server: FakeDiscord) -> None:
    """An edit that adds the mention opens the content."""
    written = await alice.writes("who left?")
    await alice.edits(written, "<@bot> who left?")
    await alice.deletes(written)
    await alice.says("<@bot> done")
    assert [event.message.content for event in bot.updates] == [f"{server.bot.mention} who left?"]
    assert bot.deletions == [written.id]
