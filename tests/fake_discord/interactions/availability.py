"""Which commands a person's client shows, and by which installation."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.fake_discord.commands import default_permissions
from tests.fake_discord.hub import Hub
from tests.fake_discord.interactions.book import GUILD_INSTALL, USER_INSTALL
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.interactions import (
    IN_BOT_DM,
    IN_GUILD,
    IN_PRIVATE_CHANNEL,
    context_of,
)
from tests.fake_discord.state.flags import Permission
from tests.fake_discord.state.models import Channel, Command, Guild, User
from tests.fake_discord.state.permissions import permissions_in

FOR_GUILDS, FOR_USERS = 0, 1


@dataclass(slots=True, frozen=True)
class Verdict:
    """Whether a command is shown; `owners` is empty and `why` says why not."""

    owners: Json
    why: str = ""


def judge(hub: Hub, command: Command, user: User, channel: Channel) -> Verdict:
    """Say whether a person can use a command in a channel."""
    if channel.guild is not None and user.id not in channel.guild.members:
        return Verdict({}, "they are no member")
    context = context_of(channel, hub.world.bot)
    contexts = command.data.get("contexts")
    if contexts is None:
        contexts = _default_contexts(hub, command)
    if context not in contexts:
        return Verdict({}, f"its contexts {contexts} leave out {context}")
    kinds = _kinds(hub, command)
    owners: Json = {}
    why = "it is installed neither here nor by them"
    if FOR_GUILDS in kinds:
        why = _why_not_by_guild(hub, command, user, channel) or why
        if not _why_not_by_guild(hub, command, user, channel):
            owners[GUILD_INSTALL] = str(channel.guild.id) if channel.guild else "0"
    if FOR_USERS in kinds and user.has_installed_app:
        owners[USER_INSTALL] = str(user.id)
    return Verdict(owners, "" if owners else why)


def all_owners(hub: Hub, user: User, channel: Channel) -> Json:
    """Return the owners to claim for a forged interaction."""
    guild = channel.guild
    if guild is not None and guild.has_app:
        return {GUILD_INSTALL: str(guild.id)}
    if context_of(channel, hub.world.bot) == IN_BOT_DM:
        return {GUILD_INSTALL: "0"}
    return {USER_INSTALL: str(user.id)}


def is_forced_ephemeral(user: User, channel: Channel, owners: Json) -> bool:
    """Say whether the guild keeps answers of apps that only people installed private."""
    if channel.guild is None or GUILD_INSTALL in owners:
        return False
    return Permission.USE_EXTERNAL_APPS not in permissions_in(user, channel)


def _kinds(hub: Hub, command: Command) -> Sequence[int]:
    """Return the installations a command is for, all the application has by default."""
    if command.guild_id is not None:
        return (FOR_GUILDS,)
    kinds: Sequence[int] = command.data.get("integration_types") or hub.world.application.installs
    return kinds


def _default_contexts(hub: Hub, command: Command) -> list[int]:
    if command.guild_id is not None:
        return [IN_GUILD]
    kinds = _kinds(hub, command)
    everywhere = [IN_GUILD, IN_BOT_DM]
    if FOR_USERS in kinds:
        everywhere.append(IN_PRIVATE_CHANNEL)
    return everywhere if command.data.get("dm_permission", True) else [IN_GUILD]


def _why_not_by_guild(hub: Hub, command: Command, user: User, channel: Channel) -> str | None:
    guild = channel.guild
    if guild is None:
        return _why_not_in_dm(hub, command, user, channel)
    if command.guild_id not in {None, guild.id}:
        return "it is another guild's"
    if not guild.has_app:
        return "the app is not installed here"
    if Permission.USE_APPLICATION_COMMANDS not in permissions_in(user, channel):
        return "they may not use commands here"
    return _why_not_permitted(hub, command, user, channel, guild)


def _why_not_in_dm(hub: Hub, command: Command, user: User, channel: Channel) -> str | None:
    if command.guild_id is not None:
        return "it is a guild's"
    if hub.world.bot not in channel.recipients:
        return "the bot is not in this conversation"
    guilds = hub.world.guilds.values()
    if not any(guild.has_app and user.id in guild.members for guild in guilds):
        return "they share no guild with the app"
    return None


def _why_not_permitted(hub: Hub, command: Command, user: User, channel: Channel, guild: Guild) -> str | None:
    """Ask the guild's settings first, then the permissions the command names."""
    may = permissions_in(user, channel)
    if Permission.ADMINISTRATOR in may:
        return None
    allowed = hub.commands.allows(command, guild.members[user.id], guild)
    if allowed is not None:
        return None if allowed else "the guild's settings forbid it"
    needed = default_permissions(command)
    if needed is None:
        return None
    if needed == Permission.NONE:
        return "it is for administrators alone"
    missing = needed & ~may
    return f"it needs {missing!r}" if missing else None
