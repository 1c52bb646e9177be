"""`/facts`: who may use it, what it does and what it says."""

import io
import logging
import math
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import discord
from discord import app_commands

from bot.core.model import Knowledge
from bot.discord_bot.commands import description_of
from bot.discord_bot.context import language_for
from bot.discord_bot.reloading import Registration, Reloader
from bot.discord_bot.sending import guarded
from bot.errors import KnowledgeError, Problem
from bot.service.library import Change
from bot.service.replies import Voice
from bot.service.wording import MESSAGE, escape
from bot.settings import DiscordSettings

if TYPE_CHECKING:
    from bot.discord_bot.client import BotClient

log = logging.getLogger(__name__)

_FILE = "facts.txt"
_REGISTRATION: Final[dict[Registration, str]] = {
    "registered anew": "admin_commands_synced",
    "refused": "admin_commands_refused",
}
_ROOM = MESSAGE - 300
"""Characters for the details, so that the sentences around them always fit."""
Interaction: TypeAlias = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and from where; all of it is Discord's word, none the client's."""

    user_id: int
    role_ids: Collection[int]
    guild_id: int | None
    by_guild_install: bool
    """Whether the server installed the application, not just this person for themselves."""


@dataclass(frozen=True, slots=True)
class Administrators:
    """The operator's own list; Discord's permissions can be overridden, this can't."""

    guild_ids: AbstractSet[int]
    user_ids: AbstractSet[int]
    role_ids: AbstractSet[int]

    def is_right_place(self, caller: Caller) -> bool:
        """Tell whether the call comes from a server where administration is allowed at all."""
        return caller.by_guild_install and caller.guild_id in self.guild_ids

    def lists(self, caller: Caller) -> bool:
        """Tell whether the caller, or one of their roles, is on the list; roles of elsewhere don't count."""
        return self.is_right_place(caller) and (
            caller.user_id in self.user_ids or not self.role_ids.isdisjoint(caller.role_ids)
        )


@dataclass(frozen=True, slots=True)
class Report:
    """A message and, where the details are too long for one, all of them as a text file."""

    text: str
    file_name: str | None = None
    file_text: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What an operator wants to know of the knowledge in service."""

    articles: int
    facts: int
    gaps: int
    commands: int


@dataclass(frozen=True, slots=True)
class Status:
    """What an operator wants to know of the running bot."""

    revision: str
    loaded_at: datetime
    counts: Counts
    uptime: float
    """Seconds."""
    latency: float
    """Seconds between a heartbeat and its answer; not a number before the first."""
    reloads: int
    rebuilds: int


def count(knowledge: Knowledge) -> Counts:
    """Count what `knowledge` holds; commands of one name are one."""
    articles = knowledge.articles
    return Counts(
        articles=len(articles),
        facts=sum(len(article.facts) for article in articles),
        gaps=sum(len(article.gaps) for article in articles),
        commands=len({command.name for article in articles for command in article.commands}),
    )


def reload_report(voice: Voice, change: Change, registration: Registration) -> Report:
    """Say what a reload changed, by id, and what became of the commands."""
    groups = (("added", change.added), ("removed", change.removed), ("changed", change.changed))
    head = voice.say("reloaded", **{name: len(ids) for name, ids in groups})
    details = [f"{voice.say(f'admin_{name}')}: {', '.join(ids)}" for name, ids in groups if ids]
    tail = [voice.say("admin_commands_changed")] if change.commands_changed else []
    tail += [voice.say(_REGISTRATION[registration])] if registration in _REGISTRATION else []
    return _report(voice, head, details, tail)


def problems_report(voice: Voice, problems: Sequence[Problem]) -> Report:
    """List all problems with file and line; the old facts are still in service."""
    return _report(voice, voice.say("reload_failed", count=len(problems)), [str(problem) for problem in problems], [])


def _report(voice: Voice, head: str, details: list[str], tail: list[str]) -> Report:
    shown = "\n".join(f"- {escape(line)}" for line in details)
    if len(shown) <= _ROOM:
        return Report("\n".join(filter(None, [head, shown, *tail])))
    text = "\n".join([head, voice.say("admin_attached"), *tail])
    return Report(text, _FILE, "\n".join(details) + "\n")


def status_report(voice: Voice, status: Status) -> Report:
    """Describe the running bot; the time of loading is shown in each reader's own zone."""
    latency = "–" if math.isnan(status.latency) else f"{status.latency * 1000:.0f} ms"
    lines = [
        voice.say("admin_status_revision", revision=status.revision, when=f"<t:{status.loaded_at.timestamp():.0f}:R>"),
        voice.say(
            "admin_status_counts",
            articles=status.counts.articles,
            facts=status.counts.facts,
            gaps=status.counts.gaps,
            commands=status.counts.commands,
        ),
        voice.say("admin_status_uptime", uptime=_duration(voice, status.uptime), latency=latency),
        voice.say("admin_status_events", reloads=status.reloads, rebuilds=status.rebuilds),
    ]
    return Report("\n".join(lines))


def _duration(voice: Voice, seconds: float) -> str:
    """Write seconds as `3 d 04:05:06`, the days left out where there are none."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return (voice.say("admin_days", days=days) + " " if days else "") + f"{hour:02}:{minute:02}:{second:02}"


def add_admin(client: "BotClient", reloader: Reloader, settings: DiscordSettings) -> None:
    """Register `/facts` in the administrators' servers, and nowhere when there are none."""
    guilds = [discord.Object(guild_id) for guild_id in sorted(settings.admin_guild_ids)]
    if not guilds:
        return
    desk = Desk(client, reloader, settings)
    messages = reloader.library.snapshot.knowledge.messages
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

    def __init__(self, client: "BotClient", reloader: Reloader, settings: DiscordSettings) -> None:
        """Serve `client`, which `reloader` outlives."""
        self._client = client
        self._operation = reloader
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
        reloader = self._operation
        snapshot = reloader.library.snapshot
        status = Status(
            revision=snapshot.revision,
            loaded_at=reloader.loaded_at,
            counts=count(snapshot.knowledge),
            uptime=reloader.uptime,
            latency=self._client.latency,
            reloads=reloader.reloads,
            rebuilds=reloader.rebuilds,
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
