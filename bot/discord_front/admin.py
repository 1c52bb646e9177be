"""`/facts reload` and `/facts status`, for administrators only, checked on every call."""

import io
import logging
from typing import TYPE_CHECKING, Any, TypeAlias

import discord
from discord import app_commands

from bot.discord_front.admin_text import Report, Status, count, problems_report, reload_report, status_report
from bot.discord_front.front import language_for
from bot.discord_front.operation import Operation
from bot.discord_front.rights import Administrators, Caller
from bot.discord_front.sending import guarded
from bot.discord_front.texts import description_of
from bot.discord_settings import DiscordSettings
from bot.errors import KnowledgeError
from bot.service.reply import Voice

if TYPE_CHECKING:
    from bot.discord_front.client import BotClient

log = logging.getLogger(__name__)

Interaction: TypeAlias = discord.Interaction[Any]


def add_admin(client: "BotClient", operation: Operation, settings: DiscordSettings) -> None:
    """Register `/facts` in the administrators' servers, and nowhere when there are none."""
    guilds = [discord.Object(guild_id) for guild_id in sorted(settings.admin_guild_ids)]
    if not guilds:
        return
    desk = Desk(client, operation, settings)
    messages = operation.library.snapshot.knowledge.messages
    group = app_commands.Group(
        name="facts",
        description=description_of(messages["admin_facts"]),
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
    )

    @group.command(name="reload", description=description_of(messages["admin_reload"]))
    async def reload(interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, desk.reload(interaction))

    @group.command(name="status", description=description_of(messages["admin_status"]))
    async def status(interaction: discord.Interaction[Any]) -> None:
        await guarded(interaction, desk.status(interaction))

    client.tree.add_command(group, guilds=guilds)


class Desk:
    """Answers the administrators of one client."""

    def __init__(self, client: "BotClient", operation: Operation, settings: DiscordSettings) -> None:
        """Serve `client`, which `operation` outlives."""
        self._client = client
        self._operation = operation
        self._administrators = Administrators(
            settings.admin_guild_ids, settings.admin_user_ids, settings.admin_role_ids
        )

    async def reload(self, interaction: Interaction) -> None:
        """Read the facts again and tell what changed, or everything that is wrong."""
        if not await self._admits(interaction):
            return
        try:
            done = await self._operation.reload()
        except KnowledgeError as error:
            await _show(interaction, problems_report(self._voice(interaction), error.problems))
        else:
            await _show(interaction, reload_report(self._voice(interaction), done.change, done.registration))

    async def status(self, interaction: Interaction) -> None:
        """Tell what is in service and how the bot is doing."""
        if not await self._admits(interaction):
            return
        operation = self._operation
        snapshot = operation.library.snapshot
        status = Status(
            revision=snapshot.revision,
            loaded_at=operation.loaded_at,
            counts=count(snapshot.knowledge),
            uptime=operation.uptime,
            latency=self._client.latency,
            reloads=operation.reloads,
            rebuilds=operation.rebuilds,
        )
        await _show(interaction, status_report(self._voice(interaction), status))

    async def _admits(self, interaction: Interaction) -> bool:
        """Acknowledge, then tell whether the caller may go on; everybody else is refused here."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        caller = _caller(interaction)
        allowed = self._administrators.lists(caller) or (
            self._administrators.is_right_place(caller) and caller.user_id in await self._owners()
        )
        if not allowed:
            log.warning("/facts was refused to somebody who is no administrator")
            await _show(interaction, Report(self._voice(interaction).say("admin_refused")))
        return allowed

    async def _owners(self) -> set[int]:
        """Ask Discord who owns the application now; nobody when it can't tell."""
        try:
            return owners(await self._client.application_info())
        except discord.HTTPException as error:
            log.warning("the application's owners could not be asked for: %s", error)
            return set()

    def _voice(self, interaction: Interaction) -> Voice:
        return Voice(self._operation.library.snapshot.knowledge, language_for(interaction))


def _caller(interaction: Interaction) -> Caller:
    user = interaction.user
    roles = [role.id for role in user.roles] if isinstance(user, discord.Member) else []
    return Caller(user.id, roles, interaction.guild_id, interaction.is_guild_integration())


def owners(application: discord.AppInfo) -> set[int]:
    """Return who owns the application; of a team, the members who may change it.

    The `owner` of a team's application is an account that nobody has.
    """
    if application.team is None:
        return {application.owner.id}
    return {
        member.id
        for member in application.team.members
        if member.membership_state is discord.TeamMembershipState.accepted
        and member.role is not discord.TeamMemberRole.read_only
    }


async def _show(interaction: Interaction, report: Report) -> None:
    files = []
    if report.file_name is not None:
        files.append(discord.File(io.BytesIO(report.file_text.encode()), report.file_name))
    await interaction.edit_original_response(
        content=report.text, attachments=files, allowed_mentions=discord.AllowedMentions.none()
    )
