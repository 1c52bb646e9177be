"""`doctor`: check what the bot needs, and say what to mend."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord

from bot.core.model import Knowledge
from bot.discord_bot.admin import count
from bot.discord_bot.connection import Failures, log_in, start_error
from bot.discord_bot.sync import Tree, desired, difference, existing
from bot.errors import BotError, Problem
from bot.settings import DiscordSettings

_NAMES: Final = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
}
"""Permissions as discord.py and as Discord's settings call them."""
NEEDED: Final = discord.Permissions(**dict.fromkeys(_NAMES, True))
"""All the bot ever uses: it replies (which needs the history) in channels and threads, and embeds nothing."""
SCOPES: Final = ("bot", "applications.commands")
_GUILDS: Final = 20
"""Servers that are looked at channel by channel; each costs three requests."""
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `mend` says what to do where it is not right."""

    what: str
    mend: str = ""

    def __str__(self) -> str:
        """Return one line."""
        return f"MEND  {self.what}: {self.mend}" if self.mend else f"ok    {self.what}"


def invite(application_id: int) -> str:
    """Return the link that adds the bot to a server with the least permissions."""
    return discord.utils.oauth_url(application_id, permissions=NEEDED, scopes=SCOPES)


def missing(permissions: discord.Permissions) -> list[str]:
    """Name what the bot needs and `permissions` lack, in the words of Discord's settings."""
    if permissions.administrator:
        return []
    return [name for key, name in _NAMES.items() if not getattr(permissions, key)]


def knowledge_findings(knowledge: Knowledge | None, problems: Sequence[Problem]) -> list[Finding]:
    """Tell what is wrong with the facts, or what there is where nothing is wrong."""
    if problems or knowledge is None:
        return [Finding("knowledge", str(problem)) for problem in problems]
    held = count(knowledge)
    cases = sum(len(article.cases) for article in knowledge.articles)
    return [Finding(f"knowledge: {held.articles} articles, {held.facts} facts, {held.gaps} gaps, {cases} cases pass")]


async def examine(client: discord.Client, settings: DiscordSettings, tree: Tree | None) -> list[Finding]:
    """Log in and look at the application, its servers and, given the tree, its commands; change nothing."""
    try:
        token = settings.token()
        async with client:
            await log_in(client, token)
            findings = [Finding("token"), *_application(client, settings), *await _servers(client, settings)]
            return findings if tree is None else [*findings, await _commands(tree, settings)]
    except BotError as error:
        return [Finding("start", str(error))]
    except Failures as error:
        return [Finding("Discord", str(start_error(error)))]


async def find_invite(client: discord.Client, token: str) -> str:
    """Log in and return the invite link; raise DiscordStartError."""
    async with client:
        await log_in(client, token)
        return invite(client.application_id or 0)


def _application(client: discord.Client, settings: DiscordSettings) -> Iterator[Finding]:
    flags = client.application_flags
    if settings.message_content and not (flags.gateway_message_content or flags.gateway_message_content_limited):
        mend = "switch Message Content Intent on in the developer portal (Bot), or set BOT_MESSAGE_CONTENT=off"
        yield Finding("intents", mend)
    else:
        yield Finding("intents")
    if client.application is not None and client.application.interactions_endpoint_url:
        mend = "remove the Interactions Endpoint URL in the developer portal; commands go there instead of to the bot"
        yield Finding("interactions", mend)
    if not settings.admin_guild_ids:
        yield Finding("administration: /facts is registered nowhere (BOT_ADMIN_GUILD_IDS is empty)")


async def _servers(client: discord.Client, settings: DiscordSettings) -> list[Finding]:
    listed: Any = await client.http.get_guilds(200, with_counts=False)
    ids = [int(guild["id"]) for guild in listed]
    absent = sorted(settings.admin_guild_ids.difference(ids))
    findings = [Finding(f"server {guild_id}", _absent(client)) for guild_id in absent]
    if not ids:
        return [
            *findings,
            Finding("servers", f"the bot is in none yet; invite it: {invite(client.application_id or 0)}"),
        ]
    return findings + [await _server(client, guild_id) for guild_id in ids[:_GUILDS]]


def _absent(client: discord.Client) -> str:
    return f"BOT_ADMIN_GUILD_IDS names it, but the bot is not there; invite it: {invite(client.application_id or 0)}"


async def _server(client: discord.Client, guild_id: int) -> Finding:
    """Look at what the bot may do in a server as a whole, then in the channels that it sees."""
    guild = await client.fetch_guild(guild_id, with_counts=False)
    me = await guild.fetch_member(client.user.id if client.user else 0)
    what = f"server “{guild.name}”"
    if lacks := missing(me.guild_permissions):
        return Finding(what, f"give the bot's role {', '.join(lacks)}, or invite it again with `doctor --invite`")
    channels = [channel for channel in await guild.fetch_channels() if isinstance(channel, discord.TextChannel)]
    silent = [f"#{channel.name}" for channel in channels if _is_silent(channel.permissions_for(me))]
    if silent:
        more = f" and {len(silent) - _SHOWN} more" if len(silent) > _SHOWN else ""
        return Finding(what, f"the bot sees {', '.join(silent[:_SHOWN])}{more} but may not reply there")
    return Finding(f"{what}: permissions")


def _is_silent(permissions: discord.Permissions) -> bool:
    """Tell whether a channel is seen, but can't be answered in; one that is hidden is hidden on purpose."""
    return permissions.view_channel and bool(missing(permissions))


async def _commands(tree: Tree, settings: DiscordSettings) -> Finding:
    """Count what is registered otherwise than it should be; no fault, as `run` mends it by itself."""
    changes = 0
    for scope in (None, *sorted(settings.admin_guild_ids)):
        with contextlib.suppress(discord.Forbidden):  # told as an absent server
            there = await existing(tree.client, scope)
            changes += len(difference(await desired(tree, scope), there, of_guild=scope is not None))
    return Finding(f"commands: {changes} differences; `run` registers them, or `sync` now" if changes else "commands")
