"""`/facts`: who may use it, what it does and what it answers."""

import asyncio
import io
import logging
import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final, Literal, TypeAlias

import discord
from discord import app_commands

from bot.core.model import Knowledge
from bot.discord_bot.client import BotClient
from bot.discord_bot.commands import description_of, name_of
from bot.discord_bot.connection import DISCORD_ERRORS
from bot.discord_bot.context import Interaction, state_of, voice_of
from bot.discord_bot.logs import describe
from bot.discord_bot.markup import MESSAGE, escape
from bot.discord_bot.sending import defer, run_handler, say
from bot.discord_bot.sync import Registration
from bot.errors import EditsError, KnowledgeError, Problem, StaleError, StoreError
from bot.service.library import Change
from bot.service.records import ChannelSetting
from bot.service.replies import Voice
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

BEFORE_FORM: Final = 1.0
"""Seconds for each thing that a form waits for, as Discord wants it within three."""
_FILE_NAME = "facts.txt"
_REGISTRATION: Final[dict[Registration, str]] = {
    "registered": "admin_commands_synced",
    "refused": "admin_commands_refused",
}
_MOST_UNBOUND: Final = 10
"""Channels without their article that the status names."""
_MAX_DETAILS = MESSAGE - 300
"""Characters; the rest of a message is for the sentences around the details."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls, and from where, as Discord's server says."""

    user_id: int
    role_ids: Collection[int]
    guild_id: int | None
    by_guild_install: bool
    """Whether the server installed the application, not only the person for themselves."""


def is_right_place(settings: DiscordSettings, caller: Caller) -> bool:
    """Return whether the call comes from an administrators' server."""
    return caller.by_guild_install and caller.guild_id in settings.admin_guild_ids


def is_listed(settings: DiscordSettings, caller: Caller) -> bool:
    """Return whether the settings list the caller or one of their roles; servers can override Discord's permissions."""
    return caller.user_id in settings.admin_user_ids or not settings.admin_role_ids.isdisjoint(caller.role_ids)


@dataclass(frozen=True, slots=True)
class Report:
    """A message and, if the details are too long for it, a text file with all of them."""

    text: str
    file_text: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """The size of the knowledge."""

    articles: int
    facts: int
    gaps: int
    commands: int


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the running bot."""

    revision: str
    loaded_at: datetime
    counts: Counts
    uptime: float
    """Seconds."""
    latency: float
    """Seconds between a heartbeat and its answer; NaN before the first."""
    reloads: int
    rebuilds: int
    unbound: tuple[ChannelSetting, ...] = ()
    """Settings of channels whose article does not exist any more."""
    is_pinned: bool = False
    """Whether somebody went back to the revision, which stays until the next reload."""


Reload: TypeAlias = Callable[[], Awaitable[tuple[Change, Registration]]]
"""Reloads the facts and registers changed commands; raises KnowledgeError, StaleError and StoreError."""


@dataclass(frozen=True, slots=True)
class Reloads:
    """The two ways to reload."""

    normal: Reload
    """Raises EditsError if edits on Discord would be lost."""
    discarding: Reload


GetStatus: TypeAlias = Callable[[], Status]


def count(knowledge: Knowledge) -> Counts:
    """Count what `knowledge` contains; commands with the same name count as one."""
    articles = knowledge.articles
    return Counts(
        articles=len(articles),
        facts=sum(len(article.facts) for article in articles),
        gaps=sum(len(article.gaps) for article in articles),
        commands=len({command.name for article in articles for command in article.commands}),
    )


def reload_report(
    voice: Voice, change: Change, registration: Registration, key: str = "reloaded", **values: object
) -> Report:
    """Report what a reload or the like, which is told with the sentence `key`, changed, and which commands."""
    groups = (("added", change.added), ("removed", change.removed), ("changed", change.changed))
    head = voice.say(key, **{name: len(ids) for name, ids in groups}, **values)
    details = [f"{voice.say(f'admin_{name}')}: {', '.join(ids)}" for name, ids in groups if ids]
    tail = [voice.say("admin_commands_changed")] if change.commands_changed else []
    tail += [voice.say(_REGISTRATION[registration])] if registration in _REGISTRATION else []
    return listed(voice, head, details, tail)


def problems_report(voice: Voice, problems: Sequence[Problem]) -> Report:
    """List all problems with file and line."""
    return listed(voice, voice.say("reload_failed", count=len(problems)), [str(problem) for problem in problems], [])


def listed(voice: Voice, head: str, details: Sequence[str], tail: Sequence[str], bullet: str = "- ") -> Report:
    """Return a head, details and a tail as one message; many details as a file."""
    shown = "\n".join(f"{bullet}{escape(line)}" for line in details)
    if len(shown) <= _MAX_DETAILS:
        return Report("\n".join(filter(None, [head, shown, *tail])))
    text = "\n".join([head, voice.say("admin_attached"), *tail])
    return Report(text, "\n".join(details) + "\n")


def status_report(voice: Voice, status: Status) -> Report:
    """Describe the running bot; Discord shows the time in each reader's own zone."""
    latency = "–" if math.isnan(status.latency) else f"{status.latency * 1000:.0f} ms"
    lines = [
        voice.say("admin_status_revision", revision=status.revision, when=f"<t:{status.loaded_at.timestamp():.0f}:R>"),
        *([voice.say("admin_status_pinned")] if status.is_pinned else []),
        voice.say("admin_status_counts", **asdict(status.counts)),
        voice.say("admin_status_uptime", uptime=_duration(voice, status.uptime), latency=latency),
        voice.say("admin_status_events", reloads=status.reloads, rebuilds=status.rebuilds),
    ]
    lines += [
        voice.say("admin_status_unbound", channel=f"<#{one.channel}>", article=one.article) for one in status.unbound
    ]
    return Report("\n".join(lines))


def _duration(voice: Voice, seconds: float) -> str:
    """Return seconds as `3 d 04:05:06`, without the days if there are none."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    return (voice.say("admin_days", days=days) + " " if days else "") + f"{hour:02}:{minute:02}:{second:02}"


def add_admin_commands(
    client: BotClient, settings: DiscordSettings, reload: Reloads, status: GetStatus
) -> app_commands.Group | None:
    """Add `/facts` for the administrators' servers, and return it, if there are any."""
    guilds = [discord.Object(guild_id) for guild_id in sorted(settings.admin_guild_ids)]
    if not guilds:
        return None
    messages = client.state.knowledge.messages
    group = app_commands.Group(
        name="facts",
        description=description_of(messages["admin_facts"]),
        default_permissions=discord.Permissions(manage_guild=True),
        guild_only=True,
    )

    async def run_reload(interaction: Interaction, *, discard: bool = False) -> None:
        wanted = reload.discarding if discard else reload.normal
        await run_handler(interaction, answer(interaction, settings, partial(_reload, wanted)), "admin")

    if settings.postgres_url is None:

        @group.command(name="reload", description=description_of(messages["admin_reload"]))
        async def facts_reload(interaction: Interaction) -> None:
            await run_reload(interaction)

    else:

        @group.command(name="reload", description=description_of(messages["admin_reload"]))
        @app_commands.rename(discard=name_of(messages["option_discard_name"]))
        @app_commands.describe(discard=description_of(messages["option_discard_description"]))
        async def facts_reload_shared(interaction: Interaction, discard: bool = False) -> None:  # noqa: FBT001, FBT002
            await run_reload(interaction, discard=discard)

    @group.command(name="status", description=description_of(messages["admin_status"]))
    async def facts_status(interaction: Interaction) -> None:
        await run_handler(interaction, answer(interaction, settings, partial(_status, status)), "admin")

    client.tree.add_command(group, guilds=guilds)
    return group


async def _reload(reload: Reload, interaction: Interaction) -> Report:
    try:
        change, registration = await reload()
    except EditsError as error:
        voice, lines = voice_of(interaction), list(map(str, error.problems))
        return listed(voice, voice.say("reload_discards", count=len(lines)), lines, [])
    except KnowledgeError as error:
        return problems_report(voice_of(interaction), error.problems)
    except (StaleError, StoreError) as error:
        log.warning("the facts were read but not shared: %s", error)
        return Report(voice_of(interaction).say("reload_unshared"))
    return reload_report(voice_of(interaction), change, registration)


async def _status(status: GetStatus, interaction: Interaction) -> Report:
    found = status()
    here = tuple(one for one in found.unbound if one.server == interaction.guild_id)
    return status_report(voice_of(interaction), replace(found, unbound=here[:_MOST_UNBOUND]))


async def answer(
    interaction: Interaction, settings: DiscordSettings, report: Callable[[Interaction], Awaitable[Report]]
) -> None:
    """Acknowledge the command, check the caller, and show the report to administrators only."""
    await defer(interaction, private=True)
    if await lets_in(interaction, settings):
        await _show(interaction, await report(interaction))


async def lets_in(interaction: Interaction, settings: DiscordSettings) -> bool:
    """Return whether an interaction comes from an administrator; tell anybody else that they are none."""
    return await is_administrator(interaction, settings) or await _refuse(interaction)


async def is_administrator(interaction: Interaction, settings: DiscordSettings) -> bool:
    """Return whether an interaction comes from an administrator in one of their servers."""
    caller = _caller(interaction)
    return is_right_place(settings, caller) and (
        is_listed(settings, caller) or caller.user_id in await _ask_for_owners(interaction)
    )


async def may_complete(interaction: Interaction, settings: DiscordSettings) -> bool:
    """Return whether to suggest anything: to administrators, unless they type too fast for it."""
    fast = not state_of(interaction).limits.keystrokes.try_acquire(interaction.user.id)
    return not fast and await is_administrator(interaction, settings)


async def may_open_form(interaction: Interaction, settings: DiscordSettings) -> bool:
    """Return whether an administrator wants a form; tell anybody else that they get none.

    A form can't be promised, so nobody waits for long until Discord says who owns the application.
    """
    try:
        async with asyncio.timeout(BEFORE_FORM):
            is_let_in = await is_administrator(interaction, settings)
    except TimeoutError:
        log.warning("a form can't be opened, as Discord does not say in time who owns the application")
        await say(interaction, "form_not_now")
        return False
    return is_let_in or await _refuse(interaction)


async def _refuse(interaction: Interaction) -> Literal[False]:
    """Tell somebody that they are no administrator."""
    log.warning("/facts was refused to somebody who is no administrator")
    await say(interaction, "admin_refused")
    return False


async def _ask_for_owners(interaction: Interaction) -> set[int]:
    """Ask Discord who owns the application now, as persistently as for a reply; return nobody if that fails."""
    try:
        return owners(await state_of(interaction).rest.persistently(interaction.client.application_info))
    except DISCORD_ERRORS as error:
        log.warning("the application's owners could not be asked for: %s", describe(error))
        return set()


def _caller(interaction: Interaction) -> Caller:
    user = interaction.user
    roles = [role.id for role in user.roles] if isinstance(user, discord.Member) else []
    return Caller(user.id, roles, interaction.guild_id, interaction.is_guild_integration())


def owners(application: discord.AppInfo) -> set[int]:
    """Return who owns the application, or the members of its team who may change it.

    The `owner` of a team's application is an account that nobody uses.
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
    async def send() -> None:
        files = [discord.File(io.BytesIO(report.file_text.encode()), _FILE_NAME)] if report.file_text else []
        await interaction.edit_original_response(content=report.text, attachments=files)

    await state_of(interaction).rest.persistently(send)
