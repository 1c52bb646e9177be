"""Who the bot is, who owns it, and the address it is given."""

from tests.fake_discord import FakeDiscord, Intent
from tests.fake_discord.tests.little_bot import LittleBot


async def test_the_application_names_its_owner(server: FakeDiscord, bot: LittleBot) -> None:
    """And which privileged intents the portal granted."""
    server.grants(Intent.MESSAGE_CONTENT)
    info = await bot.application_info()
    assert info.owner.id == server.owner.id
    assert info.team is None
    assert info.flags.gateway_message_content_limited
    assert not info.flags.gateway_guild_members_limited


async def test_a_teams_application_has_no_person_as_owner(server: FakeDiscord, bot: LittleBot) -> None:
    """The members are in the team; `owner` is an account that nobody has."""
    alice, carl = server.user("alice"), server.user("carl")
    server.forms_team(alice, carl)
    info = await bot.application_info()
    assert info.team is not None
    assert [member.id for member in info.team.members] == [alice.id, carl.id]
    assert info.team.owner_id == alice.id
    assert info.owner.id not in {alice.id, carl.id}


async def test_the_gateways_address_comes_with_the_logins_left(bot: LittleBot) -> None:
    """Each IDENTIFY takes one."""
    limits = await bot.fetch_session_start_limits()
    assert (limits.total, limits.remaining) == (1000, 999)


async def test_guilds_channels_and_members_can_be_fetched(server: FakeDiscord, bot: LittleBot) -> None:
    """discord.py understands all of them."""
    alice = server.user("alice")
    guild = await bot.fetch_guild(server.guild.id)
    assert [g.id async for g in bot.fetch_guilds()] == [guild.id]
    assert [channel.name for channel in await guild.fetch_channels()] == ["general"]
    assert (await guild.fetch_member(alice.id)).name == "alice"


async def test_a_connected_bot_hears_of_what_is_built(server: FakeDiscord, bot: LittleBot) -> None:
    """Guilds, channels, threads and roles come as events."""
    guild = server.add_guild("Second")
    channel = server.add_channel("news")
    thread = server.add_thread("talk")
    server.add_role("readers", server.guild.everyone.permissions)
    await server.user("alice").says("<@bot> hello")
    assert {g.name for g in bot.guilds} == {"The Reading Room", "Second"}
    assert bot.get_guild(guild.id) is not None
    assert bot.get_channel(channel.id) is not None
    assert bot.get_channel(thread.id) is not None
    first = bot.get_guild(server.guild.id)
    assert first is not None
    assert "readers" in {role.name for role in first.roles}
