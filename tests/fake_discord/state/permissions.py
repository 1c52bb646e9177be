"""Permissions: how roles, overwrites and threads add up."""

from collections.abc import Iterable

from tests.fake_discord.state.flags import Permission
from tests.fake_discord.state.models import Channel, Guild, User

_NEED_SENDING = Permission.MENTION_EVERYONE | Permission.EMBED_LINKS | Permission.ATTACH_FILES


def guild_permissions(user: User, guild: Guild) -> Permission:
    """Return what a member may do before any channel has its say."""
    if user.id == guild.owner_id:
        return Permission.everything()
    member = guild.members.get(user.id)
    if member is None:
        return Permission.NONE
    total = guild.everyone.permissions | _union(r.permissions for r in member.roles)
    if Permission.ADMINISTRATOR in total:
        return Permission.everything()
    return total


def permissions_in(user: User, channel: Channel) -> Permission:
    """Return what a user may do in a channel, thread or direct message."""
    if channel.guild is None:
        inside = user in channel.recipients
        return Permission.in_direct_messages() if inside else Permission.NONE
    total = guild_permissions(user, channel.guild)
    if total == Permission.everything():
        return total
    place = channel.parent if channel.is_thread and channel.parent else channel
    total = _apply_overwrites(total, user, place, channel.guild)
    if channel.is_thread:
        total = _as_in_thread(total)
    if Permission.VIEW_CHANNEL not in total:
        return Permission.NONE
    if Permission.SEND_MESSAGES not in total:
        total &= ~_NEED_SENDING
    return total


def _apply_overwrites(total: Permission, user: User, place: Channel, guild: Guild) -> Permission:
    """Apply @everyone's overwrite, then all roles' together, then the member's own."""
    member = guild.members.get(user.id)
    if member is None:
        return Permission.NONE
    for ids in ([guild.id], [role.id for role in member.roles], [user.id]):
        found = [place.overwrites[i] for i in ids if i in place.overwrites]
        denied = _union(overwrite.deny for overwrite in found)
        allowed = _union(overwrite.allow for overwrite in found)
        total = (total & ~denied) | allowed
    return total


def _union(flags: Iterable[Permission]) -> Permission:
    total = Permission.NONE
    for flag in flags:
        total |= flag
    return total


def _as_in_thread(total: Permission) -> Permission:
    """Let SEND_MESSAGES_IN_THREADS stand for SEND_MESSAGES."""
    if Permission.SEND_MESSAGES_IN_THREADS in total:
        return total | Permission.SEND_MESSAGES
    return total & ~Permission.SEND_MESSAGES
