"""Who the bot is, where it is, and how it gets to the gateway."""

from tests.fake_discord.errors import unknown_member
from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Answer
from tests.fake_discord.payloads.accounts import application_payload
from tests.fake_discord.payloads.things import (
    channel_payload,
    guild_summary,
    member_payload,
    user_payload,
)
from tests.fake_discord.rest.call import Call
from tests.fake_discord.state.permissions import guild_permissions


def get_bot_gateway(hub: Hub, _: Call) -> Answer:
    """Return the gateway's address, the shards to use and the logins left."""
    return {
        "url": hub.gateway_url,
        "shards": hub.settings.recommended_shards,
        "session_start_limit": {
            "total": hub.settings.session_starts,
            "remaining": hub.settings.session_starts - hub.identifies,
            "reset_after": int(1000 * hub.settings.session_starts_reset),
            "max_concurrency": hub.settings.max_concurrency,
        },
    }


def get_own_user(hub: Hub, _: Call) -> Answer:
    """Return the bot's account."""
    return user_payload(hub.world.bot) | {"mfa_enabled": False, "verified": True}


def get_application(hub: Hub, _: Call) -> Answer:
    """Return the bot's application with its owner or team."""
    return application_payload(hub.world.application, hub.world.bot)


def list_own_guilds(hub: Hub, _: Call) -> Answer:
    """Return the guilds the bot is in, with its permissions there."""
    bot = hub.world.bot
    return [
        {
            "id": str(guild.id),
            "name": guild.name,
            "icon": None,
            "banner": None,
            "owner": guild.owner_id == bot.id,
            "permissions": str(int(guild_permissions(bot, guild))),
            "features": [],
        }
        for guild in hub.world.guilds.values()
        if bot.id in guild.members
    ]


def get_guild(hub: Hub, call: Call) -> Answer:
    """Return a guild the bot is in."""
    return guild_summary(hub.world.guild(call.id("guild_id")))


def list_channels(hub: Hub, call: Call) -> Answer:
    """Return a guild's channels, threads left out."""
    guild = hub.world.guild(call.id("guild_id"))
    return [channel_payload(c) for c in guild.channels.values() if not c.is_thread]


def get_member(hub: Hub, call: Call) -> Answer:
    """Return a guild's member."""
    guild = hub.world.guild(call.id("guild_id"))
    member = guild.members.get(call.id("user_id"))
    if member is None:
        raise unknown_member()
    return member_payload(member)
