"""Users, members, roles, channels and guilds as Discord sends them."""

from datetime import UTC, datetime

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.state.models import Channel, ChannelKind, Guild, Member, Role, Tag
from tests.fake_discord.state.models import User as Account

ARCHIVES_AFTER_MINUTES = 1440
REQUIRE_TAG = 1 << 4
BEGINNING = datetime(2015, 1, 1, tzinfo=UTC)


def user_payload(user: Account) -> Json:
    """Describe an account."""
    return {
        "id": str(user.id),
        "username": user.name,
        "global_name": None if user.is_bot else user.name.title(),
        "discriminator": "0",
        "avatar": None,
        "bot": user.is_bot,
        "public_flags": 0,
    }


def member_payload(member: Member, *, with_user: bool = True) -> Json:
    """Describe a member; messages carry it without the account."""
    payload: Json = {
        "nick": None,
        "avatar": None,
        "roles": [str(role.id) for role in member.roles],
        "joined_at": member.joined_at.isoformat(),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    if with_user:
        payload["user"] = user_payload(member.user)
    return payload


def role_payload(role: Role) -> Json:
    """Describe a role."""
    payload: Json = {
        "id": str(role.id),
        "name": role.name,
        "permissions": str(int(role.permissions)),
        "position": role.position,
        "color": 0,
        "colors": {
            "primary_color": 0,
            "secondary_color": None,
            "tertiary_color": None,
        },
        "hoist": False,
        "managed": role.managed_by is not None,
        "mentionable": role.mentionable,
        "flags": 0,
    }
    if role.managed_by is not None:
        payload["tags"] = {"bot_id": str(role.managed_by)}
    return payload


def channel_payload(channel: Channel, *, viewer: Account | None = None) -> Json:
    """Describe a channel. A direct message lists whom `viewer` talks to."""
    payload: Json = {
        "id": str(channel.id),
        "type": int(channel.kind),
        "flags": 0,
        "last_message_id": _last_message_id(channel),
    }
    if channel.is_direct:
        others = [user for user in channel.recipients if user is not viewer]
        payload["recipients"] = [user_payload(user) for user in others]
        return payload
    payload |= {"name": channel.name, "rate_limit_per_user": 0}
    if channel.guild is not None:
        payload["guild_id"] = str(channel.guild.id)
    payload |= _thread_part(channel) if channel.is_thread else _room_part(channel)
    return payload


def _last_message_id(channel: Channel) -> str | None:
    for message in reversed(channel.messages.values()):
        if not message.is_ephemeral:
            return str(message.id)
    return None


def _room_part(channel: Channel) -> Json:
    overwrites = [
        {
            "id": str(target),
            "type": overwrite.kind,
            "allow": str(int(overwrite.allow)),
            "deny": str(int(overwrite.deny)),
        }
        for target, overwrite in channel.overwrites.items()
    ]
    payload: Json = {
        "topic": None,
        "position": 0,
        "nsfw": False,
        "parent_id": None,
        "permission_overwrites": overwrites,
    }
    if channel.kind is ChannelKind.FORUM:
        payload |= {"available_tags": [_tag(tag) for tag in channel.tags], "default_reaction_emoji": None}
        payload["flags"] = REQUIRE_TAG if channel.requires_tag else 0
    return payload


def _tag(tag: Tag) -> Json:
    return {"id": str(tag.id), "name": tag.name, "moderated": tag.moderated, "emoji_id": None, "emoji_name": None}


def _thread_part(thread: Channel) -> Json:
    return {
        "parent_id": str(thread.parent.id) if thread.parent else None,
        "owner_id": str(thread.owner_id),
        "message_count": len(thread.messages),
        "total_message_sent": len(thread.messages),
        "member_count": len(thread.thread_members),
        "applied_tags": [str(tag.id) for tag in thread.tags],
        "thread_metadata": {
            "archived": thread.archived,
            "locked": thread.locked,
            "auto_archive_duration": ARCHIVES_AFTER_MINUTES,
            "archive_timestamp": BEGINNING.isoformat(),
            "create_timestamp": BEGINNING.isoformat(),
        },
    }


def guild_summary(guild: Guild) -> Json:
    """Describe a guild without what is in it."""
    return {
        "id": str(guild.id),
        "name": guild.name,
        "icon": None,
        "owner_id": str(guild.owner_id),
        "preferred_locale": guild.locale,
        "features": [],
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "mfa_level": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "system_channel_flags": 0,
        "roles": [role_payload(role) for role in guild.roles.values()],
        "emojis": [],
        "stickers": [],
    }


def guild_payload(guild: Guild, viewer: Account) -> Json:
    """Describe a guild as GUILD_CREATE does.

    Without the members intent only the bot's own member is in it.
    """
    rooms = [c for c in guild.channels.values() if not c.is_thread]
    threads = [c for c in guild.channels.values() if c.is_thread and not c.archived]
    own = guild.members.get(viewer.id)
    return guild_summary(guild) | {
        "joined_at": BEGINNING.isoformat(),
        "large": False,
        "unavailable": False,
        "member_count": len(guild.members),
        "members": [member_payload(own)] if own else [],
        "channels": [channel_payload(room) for room in rooms],
        "threads": [channel_payload(thread) for thread in threads],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }
