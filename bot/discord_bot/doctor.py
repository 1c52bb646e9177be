"""`doctor`: check what the bot needs, and say how to fix what is missing."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import discord

from bot.core.model import Knowledge
from bot.core.text import counted
from bot.discord_bot.admin import count
from bot.discord_bot.connection import DISCORD_ERRORS, log_in, start_error
from bot.discord_bot.internals import guild_ids
from bot.discord_bot.sync import Tree, find_differences
from bot.errors import BotError, Problem
from bot.settings import DiscordSettings

_NAMES: Final = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
}
"""Permissions by discord.py's name, with the name in Discord's settings."""
NEEDED: Final = discord.Permissions(**dict.fromkeys(_NAMES, True))
"""All the bot uses: it replies (which needs the history) in channels and threads, and embeds nothing."""
SCOPES: Final = ("bot", "applications.commands")
_MAX_SERVERS: Final = 20
"""Servers whose channels are checked; each costs three requests."""
_MAX_CHANNELS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; `fix` says what to do if it is not right."""

    what: str
    fix: str = ""

    def __str__(self) -> str:
        """Return one line."""
        return f"FIX   {self.what}: {self.fix}" if self.fix else f"ok    {self.what}"


def invite(application_id: int) -> str:
    """Return the link that adds the bot to a server with the least permissions."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED, scopes=SCOPES)


def missing(permissions: discord.Permissions) -> list[str]:
    """Return the needed permissions that are missing, by their names in Discord's settings."""
    if permissions.administrator:
        return []
    return [name for key, name in _NAMES.items() if not getattr(permissions, key)]


def knowledge_findings(knowledge: Knowledge | None, problems: Sequence[Problem]) -> list[Finding]:
    """Return the problems of the facts, or their counts if there are none."""
    if problems or knowledge is None:
        return [Finding("knowledge", str(problem)) for problem in problems]
    counts = count(knowledge)
    cases = sum(len(article.cases) for article in knowledge.articles)
    parts = (
        counted(counts.articles, "article"),
        counted(counts.facts, "fact"),
        counted(counts.gaps, "gap"),
        f"cases passed: {cases}",
    )
    return [Finding(f"knowledge: {', '.join(parts)}")]


async def examine(settings: DiscordSettings, tree: Tree | None) -> list[Finding]:
    """Log in and check the application, its servers and, given their tree, its commands; change nothing."""
    try:
        token = settings.token()
        async with tree.client if tree else _plain_client() as client:
            await log_in(client, token)
            findings = [Finding("token"), *_application(client, settings), *await _servers(client, settings)]
            return findings if tree is None else [*findings, await _commands(tree, settings)]
    except BotError as error:
        return [Finding("start", str(error))]
    except DISCORD_ERRORS as error:
        return [Finding("Discord", str(start_error(error)))]


async def find_invite(token: str) -> str:
    """Log in and return the invite link; raise DiscordStartError."""
    async with _plain_client() as client:
        await log_in(client, token)
        return invite(client.application_id or 0)


def _plain_client() -> discord.Client:
    return discord.Client(intents=discord.Intents.none())


def _application(client: discord.Client, settings: DiscordSettings) -> Iterator[Finding]:
    flags = client.application_flags
    is_granted = flags.gateway_message_content or flags.gateway_message_content_limited
    fix = "switch Message Content Intent on in the developer portal (Bot), or set BOT_MESSAGE_CONTENT=off"
    yield Finding("intents", "" if is_granted or not settings.message_content else fix)
    if client.application is not None and client.application.interactions_endpoint_url:
        fix = "remove the Interactions Endpoint URL in the developer portal; commands go there instead of to the bot"
        yield Finding("interactions", fix)
    if not settings.admin_guild_ids:
        yield Finding("administration: /facts is registered nowhere (BOT_ADMIN_GUILD_IDS is empty)")


async def _servers(client: discord.Client, settings: DiscordSettings) -> list[Finding]:
    ids = await guild_ids(client)
    absent = sorted(settings.admin_guild_ids.difference(ids))
    link = invite(client.application_id or 0)
    not_there = f"BOT_ADMIN_GUILD_IDS names it, but the bot is not there; invite it: {link}"
    findings = [Finding(f"server {guild_id}", not_there) for guild_id in absent]
    if not ids:
        findings.append(Finding("servers", f"the bot is in none yet; invite it: {link}"))
    return findings + [await _server(client, guild_id) for guild_id in ids[:_MAX_SERVERS]]


async def _server(client: discord.Client, guild_id: int) -> Finding:
    """Check what the bot may do in a server as a whole, then in each channel that it sees."""
    guild = await client.fetch_guild(guild_id, with_counts=False)
    me = await guild.fetch_member(client.user.id if client.user else 0)
    what = f"server “{guild.name}”"
    if permissions := missing(me.guild_permissions):
        return Finding(what, f"give the bot's role {', '.join(permissions)}, or invite it again with `doctor --invite`")
    channels = [channel for channel in await guild.fetch_channels() if isinstance(channel, discord.TextChannel)]
    seen = [channel for channel in channels if channel.permissions_for(me).view_channel]  # others are hidden on purpose
    silent = [f"#{channel.name}" for channel in seen if missing(channel.permissions_for(me))]
    if silent:
        names = ", ".join(silent[:_MAX_CHANNELS_SHOWN])
        more = f" and {len(silent) - _MAX_CHANNELS_SHOWN} more" if len(silent) > _MAX_CHANNELS_SHOWN else ""
        return Finding(what, f"the bot sees {names}{more} but may not reply there")
    return Finding(f"{what}: permissions")


async def _commands(tree: Tree, settings: DiscordSettings) -> Finding:
    """Count the commands that differ; this is no fault, as `run` registers them by itself."""
    total = 0
    for scope in (None, *sorted(settings.admin_guild_ids)):
        with contextlib.suppress(discord.Forbidden):  # reported as a server without the bot
            total += len(await find_differences(tree, scope))
    return Finding(f"commands: {total} differences; `run` registers them, or `sync` now" if total else "commands")
