"""Registering the commands with Discord, if they differ from the registered ones."""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

import discord
from discord import app_commands

from bot import cached_files
from bot.discord_bot.connection import DISCORD_ERRORS, log_in, start_error
from bot.discord_bot.internals import raw_commands
from bot.discord_bot.rest import RestGate

log = logging.getLogger(__name__)

Payload: TypeAlias = Mapping[str, Any]
"""A command, option or choice in the JSON of Discord's API."""
Tree: TypeAlias = app_commands.CommandTree[Any]
Scope: TypeAlias = int | None
"""The id of a server, or None for the commands of everywhere."""
Registration: TypeAlias = Literal["unchanged", "registered", "refused"]
"""The result of registering the commands; `refused` if any scope failed."""
_COMPARED: Final = (
    *("type", "name", "name_localizations", "description", "description_localizations", "nsfw"),
    *("default_member_permissions", "contexts", "integration_types", "options", "choices", "value"),
    *("required", "autocomplete", "channel_types", "min_value", "max_value", "min_length", "max_length"),
)
_GLOBAL_ONLY: Final = ("contexts", "integration_types")
"""Discord does not return them for the commands of a server."""
_DEFAULTS: Final[tuple[object, ...]] = (None, False, "", [], {})
"""Values that Discord leaves out; 0 equals False."""

_MOST_APPLICATIONS: Final = 20
"""Applications whose digests are kept in one cache folder."""
_KINDS: Final = {2: "user menu", 3: "message menu"}


def _normal_form(part: Payload, ignored: tuple[str, ...] = ()) -> dict[str, object]:
    """Return a command, option or choice in the same form whether it is ours or comes from Discord.

    Discord leaves out defaults, sorts lists, writes permissions as text, and adds ids and versions.
    """
    values = {key: _normal_value(key, part.get(key)) for key in _COMPARED if key not in ignored}
    return {key: value for key, value in values.items() if value not in _DEFAULTS}


def _normal_value(key: str, value: Any) -> object:  # noqa: ANN401  JSON
    match value:
        case list() if key in {"options", "choices"}:
            return [_normal_form(part) for part in value]
        case list():
            return sorted(value)
        case int() if key == "default_member_permissions":
            return str(value)
        case _:
            return value


def _digest(command: Payload, ignored: tuple[str, ...] = ()) -> str:
    """Return a hash of the normalised command."""
    return hashlib.sha256(json.dumps(_normal_form(command, ignored), sort_keys=True).encode()).hexdigest()


def digest_all(commands: Iterable[Payload]) -> str:
    """Return a hash of all commands, independent of their order."""
    return hashlib.sha256("".join(sorted(map(_digest, commands))).encode()).hexdigest()


def difference(declared: Iterable[Payload], registered: Iterable[Payload], *, of_guild: bool) -> list[str]:
    """Return one line per command to add (`+ name`), remove (`- name`) or change (`~ name`)."""
    ignored = _GLOBAL_ONLY if of_guild else ()
    new = {_title(command): _digest(command, ignored) for command in declared}
    old = {_title(command): _digest(command, ignored) for command in registered}
    return [
        *(f"+ {title}" for title in new if title not in old),
        *(f"- {title}" for title in old if title not in new),
        *(f"~ {title}" for title in new if title in old and new[title] != old[title]),
    ]


def _title(command: Payload) -> str:
    kind = _KINDS.get(command["type"])
    return f"{kind} “{command['name']}”" if kind else f"/{command['name']}"


_NO_COMMANDS = digest_all(())


class RegisteredDigests:
    """The digests of what was last registered, in one file per application; losing it costs one registration."""

    def __init__(self, folder: Path, application_id: int) -> None:
        """Read the file in `folder`."""
        self._file = folder / f"{application_id}.commands"
        self._digests = cached_files.load(self._file, _parsed) or {}

    def guilds(self) -> set[int]:
        """Return the servers that have commands of ours."""
        return {int(key) for key in self._digests if key.isdecimal()}

    def get(self, scope: Scope) -> str | None:
        """Return what was last registered in `scope`."""
        return self._digests.get(_key(scope))

    def set(self, scope: Scope, value: str | None) -> None:
        """Store what was registered in `scope`; None forgets the scope."""
        self._digests.pop(_key(scope), None)
        if value is not None:
            self._digests[_key(scope)] = value
        try:
            cached_files.store(self._file, json.dumps(self._digests).encode(), most_files=_MOST_APPLICATIONS)
        except OSError as error:
            name, reason = self._file.name, type(error).__name__
            log.warning("%s can't be written (%s); the next start registers the commands again", name, reason)


def _parsed(content: memoryview) -> dict[str, str]:
    stored = dict(json.loads(bytes(content)))
    return {str(key): str(value) for key, value in stored.items()}


def _key(scope: Scope) -> str:
    return "global" if scope is None else str(scope)


def _guild(scope: Scope) -> discord.Object | None:
    return None if scope is None else discord.Object(scope)


def _describe(scope: Scope) -> str:
    return "everywhere" if scope is None else f"server {scope}"


async def declared_commands(tree: Tree, scope: Scope) -> list[Payload]:
    """Return the commands of the tree with their localisations, as `tree.sync` sends them."""
    commands = tree.get_commands(guild=_guild(scope))
    translator = tree.translator
    if translator is None:
        return [command.to_dict(tree) for command in commands]
    return [await command.get_translated_payload(tree, translator) for command in commands]


async def find_differences(tree: Tree, scope: Scope) -> list[str]:
    """Return how the registered commands of `scope` differ from the declared ones."""
    declared, registered = await declared_commands(tree, scope), await raw_commands(tree.client, scope)
    return difference(declared, registered, of_guild=scope is not None)


async def recall_registered(tree: Tree, admin_guilds: Iterable[int], cache: Path) -> None:
    """Ask Discord what is registered, as another process may have registered something since this one did."""
    digests = RegisteredDigests(cache, tree.client.application_id or 0)
    for scope in (None, *sorted({*admin_guilds, *digests.guilds()})):
        value = digest_all(await declared_commands(tree, scope))
        try:
            is_same = not await find_differences(tree, scope)
        except DISCORD_ERRORS:  # registering says what is wrong
            is_same = False
        digests.set(scope, value if is_same and value != _NO_COMMANDS else "")


async def sync_if_changed(tree: Tree, admin_guilds: Iterable[int], cache: Path, rest: RestGate) -> Registration:
    """Register what changed since the last time; a scope that fails is logged and tried again at the next start.

    Passing trouble of Discord's is outlived as for a reply. Servers that are no longer administrators' lose their
    commands.
    """
    digests = RegisteredDigests(cache, tree.client.application_id or 0)
    wanted = set(admin_guilds)
    result: Registration = "unchanged"
    for scope in (None, *sorted(wanted | digests.guilds())):
        value = digest_all(await declared_commands(tree, scope))
        if digests.get(scope) == value:
            continue
        try:
            await rest.persistently(partial(tree.sync, guild=_guild(scope)))
        except (*DISCORD_ERRORS, app_commands.AppCommandError) as error:
            log.warning("the commands of %s were not registered: %s", _describe(scope), error)
            has_left = isinstance(error, discord.Forbidden) and scope not in wanted
            digests.set(scope, None if has_left else "")
            result = "refused"
        else:
            digests.set(scope, None if scope is not None and value == _NO_COMMANDS else value)
            result = "registered" if result == "unchanged" else result
    return result


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What the command `sync` is to do."""

    scopes: tuple[Scope, ...]
    dry_run: bool = False
    clear: bool = False


async def sync_now(tree: Tree, token: str, options: SyncOptions, cache: Path) -> list[str]:
    """Log in, register what differs unless it is a dry run, and return the differences; raise DiscordStartError."""
    async with tree.client:
        await log_in(tree.client, token)
        digests = RegisteredDigests(cache, tree.client.application_id or 0)
        lines: list[str] = []
        for scope in options.scopes:
            try:
                lines += await _sync_scope(tree, scope, digests, options)
            except discord.Forbidden:
                lines.append(f"{_describe(scope)}: no access; invite the bot there (`doctor --invite`), or fix the id")
            except DISCORD_ERRORS as error:
                raise start_error(error) from None
    return lines


async def _sync_scope(tree: Tree, scope: Scope, digests: RegisteredDigests, options: SyncOptions) -> list[str]:
    if options.clear:
        tree.clear_commands(guild=_guild(scope))
    differences = await find_differences(tree, scope)
    if not differences:
        return [f"{_describe(scope)}: no difference"]
    if not options.dry_run:
        await tree.sync(guild=_guild(scope))
        value = digest_all(await declared_commands(tree, scope))
        digests.set(scope, None if options.clear else value)  # `run` registers again what was cleared
    verb = "would change" if options.dry_run else "changed"
    return [f"{_describe(scope)}: {verb}", *(f"  {line}" for line in differences)]
