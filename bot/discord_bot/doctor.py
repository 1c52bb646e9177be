"""`doctor`: check what the bot needs, and say how to fix what is missing."""

import asyncio
import contextlib
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import discord

from bot.core.model import Knowledge
from bot.core.text import counted
from bot.discord_bot.admin import count
from bot.discord_bot.connection import DISCORD_ERRORS, log_in, start_error
from bot.discord_bot.health import READY, ask, claim
from bot.discord_bot.internals import guild_ids
from bot.discord_bot.permissions import IN_FORUMS, NAMES, NEEDED, THREADS, missing
from bot.discord_bot.sync import Tree, find_differences
from bot.errors import BotError, ConfigError, Problem, StoreError
from bot.service.library import Library
from bot.service.ports import Store
from bot.settings import Address, DiscordSettings

SCOPES: Final = ("bot", "applications.commands")
_MAX_SERVERS: Final = 20
"""Servers whose channels are checked; each costs three requests."""
_MAX_CHANNELS_SHOWN = 5
_LOGIN: Final = 3.0
"""Seconds for the login, after which Discord counts as out of reach."""
_CHECKS: Final = 60.0
"""Seconds for the checks after it, which take several requests for each server."""
Prepare: TypeAlias = Callable[[], tuple[Library | None, tuple[Problem, ...]]]
"""Loads the facts and runs their cases; returns them, None if that is impossible, and all problems."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked; `fix` says what to do if it is not right."""

    what: str
    fix: str = ""

    def __str__(self) -> str:
        """Return one line."""
        return f"FIX   {self.what}: {self.fix}" if self.fix else f"ok    {self.what}"


def invite(application_id: int, *, threads: bool = False) -> str:
    """Return the link that adds the bot to a server with the least permissions; `threads` if it is to open them."""
    permissions = NEEDED | discord.Permissions(**dict.fromkeys(THREADS, threads))
    return discord.utils.oauth_url(application_id, permissions=permissions, scopes=SCOPES)


def knowledge_findings(knowledge: Knowledge | None, problems: Sequence[Problem]) -> list[Finding]:
    """Return the problems of the facts, or their counts if there are none."""
    if problems or knowledge is None:
        return [Finding("knowledge", str(problem)) for problem in problems]
    counts = count(knowledge)
    cases = sum(len(article.cases) for article in knowledge.articles)
    numbers = (counts.articles, "article"), (counts.facts, "fact"), (counts.gaps, "gap"), (cases, "case")
    return [Finding(f"knowledge: {', '.join(counted(*one) for one in numbers)}; all cases pass")]


def cache_finding(folder: Path) -> Finding:
    """Return whether the cache can be written; without it every start is as slow as the first."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return Finding("cache")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Finding("cache", f"BOT_CACHE can't be written ({reason}): let the bot's user write there, or change it")


async def store_finding(store: Store) -> Finding:
    """Return whether questions can be stored."""
    try:
        await store.check()
        status = await store.status()
    except StoreError as error:
        fix = f"{error}: let the bot's user write there, or set BOT_DATA or BOT_DATABASE_URL (off stores nothing)"
        return Finding("store", fix)
    finally:
        await store.close()
    held = counted(status.questions, "unanswered question") if status.version else "none yet, `run` creates it"
    return Finding(f"store: {status.place}: {held}")


async def http_finding(address: Address) -> Finding:
    """Return whether the bot that runs is ready; if none answers, whether one could serve at `address`."""
    answer = await ask(address)
    if answer == READY.strip():
        return Finding("BOT_HTTP: a running bot says that it is ready")
    if answer is not None:
        return Finding("BOT_HTTP", f"the running bot is not ready ({answer}): see its log")
    try:
        claim(address).close()
    except ConfigError as error:
        return Finding("BOT_HTTP", str(error))
    return Finding("BOT_HTTP: the address is free, as no bot runs there")


async def examine(
    settings: DiscordSettings,
    prepare: Prepare,
    tree_for: Callable[[Library], Tree],
    open_store: Callable[[DiscordSettings], Store | None],
) -> list[Finding]:
    """Check the facts, the cache, the store, BOT_HTTP and what Discord knows of the bot; change nothing.

    The facts are prepared while Discord is asked, so that a network that is away costs little.
    """
    reaching = asyncio.create_task(_reach(settings))
    library, problems = await asyncio.to_thread(prepare)
    findings = knowledge_findings(library.snapshot.knowledge if library else None, problems)
    findings += [cache_finding(settings.cache), await _store(settings, open_store)]
    if settings.http is not None:
        findings.append(await http_finding(settings.http))
    unreachable = await reaching
    return findings + (unreachable or await _examine_discord(settings, tree_for(library) if library else None))


async def _store(settings: DiscordSettings, open_store: Callable[[DiscordSettings], Store | None]) -> Finding:
    try:
        store = open_store(settings)
    except ConfigError as error:
        return Finding("store", str(error))
    return await store_finding(store) if store else Finding("store: nothing is stored (BOT_DATABASE_URL is off)")


async def _reach(settings: DiscordSettings) -> list[Finding]:
    """Return what keeps the bot from logging in, if anything."""
    try:
        await find_invite(settings)
    except BotError as error:
        return [Finding("start", str(error))]
    return []


async def _examine_discord(settings: DiscordSettings, tree: Tree | None) -> list[Finding]:
    """Log in and check the application, its servers and, given their tree, its commands."""
    findings = []
    try:
        async with asyncio.timeout(_CHECKS), tree.client if tree else _plain_client() as client:
            await _log_in(client, settings.token())
            findings += [Finding("token"), *_application(client, settings), *await _servers(client, settings)]
            if tree is not None:
                findings.append(await _commands(tree, settings))
    except BotError as error:
        findings.append(Finding("start", str(error)))
    except DISCORD_ERRORS as error:
        findings.append(Finding("Discord", str(start_error(error))))
    return findings


async def find_invite(settings: DiscordSettings) -> str:
    """Log in and return the invite link; raise ConfigError or DiscordStartError."""
    token = settings.token()
    async with _plain_client() as client:
        await _log_in(client, token)
        return invite(client.application_id or 0, threads=bool(settings.ask_threads))


async def _log_in(client: discord.Client, token: str) -> None:
    """Log in soon; raise DiscordStartError."""
    try:
        async with asyncio.timeout(_LOGIN):
            await log_in(client, token)
    except TimeoutError as error:
        raise start_error(error) from None


def _plain_client() -> discord.Client:
    return discord.Client(intents=discord.Intents.none())


def _application(client: discord.Client, settings: DiscordSettings) -> Iterator[Finding]:
    flags = client.application_flags
    is_granted = flags.gateway_message_content or flags.gateway_message_content_limited
    without = "remove BOT_ASK_CHANNELS" if settings.ask_channels else "set BOT_MESSAGE_CONTENT=off"
    fix = f"switch Message Content Intent on in the developer portal (Bot), or {without}"
    yield Finding("intents", "" if is_granted or not settings.message_content else fix)
    if client.application is not None and client.application.interactions_endpoint_url:
        fix = "remove the Interactions Endpoint URL in the developer portal; commands go there instead of to the bot"
        yield Finding("interactions", fix)
    if not settings.admin_guild_ids:
        yield Finding("administration: /facts is registered nowhere (BOT_ADMIN_GUILD_IDS is empty)")


async def _servers(client: discord.Client, settings: DiscordSettings) -> list[Finding]:
    ids = await guild_ids(client)
    absent = sorted(settings.admin_guild_ids.difference(ids))
    link = invite(client.application_id or 0, threads=bool(settings.ask_threads))
    not_there = f"BOT_ADMIN_GUILD_IDS names it, but the bot is not there; invite it: {link}"
    findings = [Finding(f"server {guild_id}", not_there) for guild_id in absent]
    if not ids:
        findings.append(Finding("servers", f"the bot is in none yet; invite it: {link}"))
    findings += [await _server(client, guild_id) for guild_id in ids[:_MAX_SERVERS]]
    return findings + [await _ask_channel(client, key, settings) for key in sorted(settings.ask_channels)]


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
        fix = f"give its role {', '.join(NAMES.values())} in each channel's settings, or hide the channel from it"
        return Finding(what, f"the bot sees {names}{more} but may not reply there: {fix}")
    return Finding(f"{what}: permissions")


async def _ask_channel(client: discord.Client, channel_id: int, settings: DiscordSettings) -> Finding:
    """Check what the bot may do in a channel where nobody has to mention it."""
    what = f"BOT_ASK_CHANNELS: channel {channel_id}"
    try:
        found = await client.fetch_channel(channel_id)
    except discord.NotFound:
        return Finding(what, "there is no such channel: right-click a channel, Copy Channel ID")
    except discord.Forbidden:
        return Finding(what, "the bot can't see it: give its role View Channels there")
    if not isinstance(found, discord.TextChannel | discord.ForumChannel):
        return Finding(what, "is neither a text channel nor a forum: name one of those")
    is_forum = isinstance(found, discord.ForumChannel)
    guild = await client.fetch_guild(found.guild.id, with_counts=False)
    me = await guild.fetch_member(client.user.id if client.user else 0)
    channel = next((one for one in await guild.fetch_channels() if one.id == channel_id), None)
    needed = IN_FORUMS if is_forum else NAMES | THREADS if settings.ask_threads else NAMES
    lacking = missing(channel.permissions_for(me) if channel else discord.Permissions.none(), needed)
    what = f"BOT_ASK_CHANNELS: {'forum' if is_forum else 'channel'} #{found.name}"
    return Finding(what, f"give the bot's role {', '.join(lacking)} in its settings" if lacking else "")


async def _commands(tree: Tree, settings: DiscordSettings) -> Finding:
    """Count the commands that differ; this is no fault, as `run` registers them by itself."""
    total = 0
    for scope in (None, *sorted(settings.admin_guild_ids)):
        with contextlib.suppress(discord.Forbidden):  # reported as a server without the bot
            total += len(await find_differences(tree, scope))
    return Finding(
        f"commands: {counted(total, 'difference')}; `run` registers them, or `sync` now" if total else "commands"
    )
