"""Registering the commands: only when they differ from what was registered last."""

import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import discord
from discord import app_commands
from discord.http import Route

from bot.discord_bot.connection import Failures, log_in, start_error
from bot.discord_bot.reloading import Registration

log = logging.getLogger(__name__)

Payload: TypeAlias = Mapping[str, Any]
"""A command as Discord's API writes it."""
_MENU = 3
_TEXTS = ("name", "description")
_LIMITS = ("min_value", "max_value", "min_length", "max_length")
_PLACES = ("contexts", "integration_types")
"""Where a command is shown; what is left open (None) follows the application's own setting."""
Tree: TypeAlias = app_commands.CommandTree[Any]
Scope: TypeAlias = int | None
"""A guild's id, or None for the commands of everywhere."""
_GLOBAL = "global"


def digest(commands: Iterable[Payload]) -> str:
    """Return a hash that is the same for the same commands in any order."""
    normal = sorted(json.dumps(normalise(command), sort_keys=True) for command in commands)
    return hashlib.sha256("\n".join(normal).encode()).hexdigest()


def normalise(command: Payload) -> dict[str, object]:
    """Return a command in one form, whether it is to be sent or came from Discord.

    Discord leaves out false flags and empty lists, writes permissions as text and adds ids and versions.
    """
    kind = int(command.get("type") or 1)
    permissions = command.get("default_member_permissions")
    places = {key: sorted(command[key]) for key in _PLACES if command.get(key) is not None}
    return {
        "type": kind,
        "nsfw": bool(command.get("nsfw")),
        "default_member_permissions": None if permissions is None else str(permissions),
        **places,
        **_described(command),
    }


def _described(thing: Payload) -> dict[str, object]:
    """Return what commands, options and choices have in common, empty parts left out."""
    texts = {key: thing[key] for key in _TEXTS if thing.get(key)}
    local = {f"{key}.{tongue}": text for key in _TEXTS for tongue, text in _localised(thing, key)}
    flags = {key: True for key in ("required", "autocomplete") if thing.get(key)}
    limits = {key: thing[key] for key in _LIMITS if thing.get(key) is not None}
    options = [{"type": int(option["type"]), **_described(option)} for option in thing.get("options") or ()]
    choices = [{"value": choice["value"], **_described(choice)} for choice in thing.get("choices") or ()]
    kinds = sorted(thing.get("channel_types") or ())
    lists = {"options": options, "choices": choices, "channel_types": kinds}
    return {**texts, **local, **flags, **limits, **{key: value for key, value in lists.items() if value}}


def _localised(thing: Payload, key: str) -> list[tuple[str, str]]:
    return sorted((thing.get(f"{key}_localizations") or {}).items())


def difference(desired: Sequence[Payload], existing: Sequence[Payload], *, of_guild: bool) -> list[str]:
    """Return one readable line per difference: `+` to be added, `-` to be removed, `~` to be changed."""
    wanted, there = _by_name(desired), _by_name(existing)
    lines = [f"+ {name}" for name in wanted if name not in there]
    lines += [f"- {name}" for name in there if name not in wanted]
    for name, command in wanted.items():
        if name in there:
            lines += [f"~ {name}: {change}" for change in _changes(command, there[name], of_guild=of_guild)]
    return lines


def _by_name(commands: Iterable[Payload]) -> dict[str, dict[str, object]]:
    return {_title(command): normalise(command) for command in commands}


def _title(command: Payload) -> str:
    kind, name = int(command.get("type") or 1), command["name"]
    return f"message menu “{name}”" if kind == _MENU else f"user menu “{name}”" if kind != 1 else f"/{name}"


def _changes(wanted: dict[str, object], there: dict[str, object], *, of_guild: bool) -> list[str]:
    """List what differs between two commands of one name."""
    open_keys = {key for key in _PLACES if of_guild or key not in wanted}
    new = _flat({key: value for key, value in wanted.items() if key not in open_keys})
    old = _flat({key: value for key, value in there.items() if key not in open_keys})
    keys = [*new, *(key for key in old if key not in new)]
    return [f"{key} {_change(old.get(key), new.get(key))}" for key in keys if old.get(key) != new.get(key)]


def _change(old: str | None, new: str | None) -> str:
    if old is None:
        return f"added: {new}"
    return f"removed (was {old})" if new is None else f"{old} → {new}"


def _flat(value: Any, path: str = "") -> dict[str, str]:  # noqa: ANN401  JSON
    """Write nested parts, which are plain JSON, as `option question.description: "…"`, each under its name or place."""
    match value:
        case dict():
            parts = [_flat(inner, f"{path}.{key}" if path else key) for key, inner in value.items()]
        case [{"name": _}, *_]:
            order = ", ".join(str(item["name"]) for item in value)
            named = [_flat(item, f"{path}[{item['name']}]") for item in value]
            parts = [{f"{path} (order)": order}, *named]
        case _:
            return {path: json.dumps(value, ensure_ascii=False)}
    return {key: text for part in parts for key, text in part.items()}


_NOTHING = digest(())


class Remembered:
    """The hashes of what was registered last, in one file per application; losing it costs one sync."""

    def __init__(self, folder: Path, application_id: int) -> None:
        """Read the file under `folder`."""
        self._file = folder / f"commands-{application_id}.json"
        self._hashes = self._read()

    def _read(self) -> dict[str, str]:
        try:
            stored = json.loads(self._file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            log.warning("%s can't be read and is made anew: %s", self._file.name, type(error).__name__)
            return {}
        return {str(key): str(value) for key, value in stored.items()} if isinstance(stored, dict) else {}

    def scopes(self) -> set[int]:
        """Return the guilds that have commands of ours."""
        return {int(key) for key in self._hashes if key.isdecimal()}

    def knows(self, scope: Scope, value: str) -> bool:
        """Tell whether `value` was registered last."""
        return self._hashes.get(_key(scope)) == value

    def keep(self, scope: Scope, value: str | None) -> None:
        """Remember `value`, or forget the scope."""
        if value is None:
            self._hashes.pop(_key(scope), None)
        else:
            self._hashes[_key(scope)] = value
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._file.write_text(json.dumps(self._hashes, indent=1), encoding="utf-8")
        except OSError as error:
            log.warning("%s can't be written (%s); the next start syncs again", self._file.name, type(error).__name__)


def _key(scope: Scope) -> str:
    return _GLOBAL if scope is None else str(scope)


def _place(scope: Scope) -> discord.Object | None:
    return None if scope is None else discord.Object(scope)


async def desired(tree: Tree, scope: Scope) -> list[Payload]:
    """Return the commands of the tree with their localisations, as `tree.sync` would send them."""
    commands = tree.get_commands(guild=_place(scope))
    translator = tree.translator
    if translator is None:
        return [command.to_dict(tree) for command in commands]
    return [await command.get_translated_payload(tree, translator) for command in commands]


async def existing(client: discord.Client, scope: Scope) -> list[Payload]:
    """Return the commands as registered, with the localisations that `fetch_commands` leaves out."""
    path = "/applications/{application_id}" + ("" if scope is None else "/guilds/{guild_id}") + "/commands"
    route = Route("GET", path, application_id=client.application_id, guild_id=scope)
    commands: list[Payload] = await client.http.request(route, params={"with_localizations": "true"})
    return commands


async def sync_if_changed(tree: Tree, admin_guilds: Iterable[int], cache: Path) -> Registration:
    """Register what changed since the last time; a scope that fails is logged and tried at the next start.

    Guilds that are no longer administrators' lose their commands.
    """
    remembered = Remembered(cache, tree.client.application_id or 0)
    wanted = set(admin_guilds)
    done: Registration = "as before"
    for scope in (None, *sorted(wanted | remembered.scopes())):
        value = digest(await desired(tree, scope))
        if remembered.knows(scope, value):
            continue
        try:
            await tree.sync(guild=_place(scope))
        except (*Failures, app_commands.AppCommandError) as error:
            log.warning("the commands of %s were not registered: %s", _describe(scope), error)
            gone = isinstance(error, discord.Forbidden) and scope not in wanted
            remembered.keep(scope, None if gone else "")
            done = "refused"
            continue
        remembered.keep(scope, None if scope is not None and value == _NOTHING else value)
        done = "registered anew" if done == "as before" else done
    return done


def _describe(scope: Scope) -> str:
    return "everywhere" if scope is None else f"server {scope}"


@dataclass(frozen=True, slots=True)
class Order:
    """What `sync` is to do: to which scopes, only showing it, or taking the commands away."""

    scopes: tuple[Scope, ...]
    dry_run: bool = False
    clear: bool = False


async def sync_now(tree: Tree, token: str, order: Order, cache: Path) -> list[str]:
    """Log in, show what differs per scope and, unless it is a dry run, register it; raise DiscordStartError."""
    async with tree.client:
        await log_in(tree.client, token)
        remembered = Remembered(cache, tree.client.application_id or 0)
        lines: list[str] = []
        for scope in order.scopes:
            try:
                lines += await _sync_scope(tree, scope, remembered, order)
            except discord.Forbidden:
                lines.append(f"{_describe(scope)}: no access; invite the bot there (`doctor --invite`), or mend the id")
            except Failures as error:
                raise start_error(error) from None
    return lines


async def _sync_scope(tree: Tree, scope: Scope, remembered: Remembered, order: Order) -> list[str]:
    if order.clear:
        tree.clear_commands(guild=_place(scope))
    wanted = await desired(tree, scope)
    changes = difference(wanted, await existing(tree.client, scope), of_guild=scope is not None)
    if not changes:
        return [f"{_describe(scope)}: nothing differs, commands: {len(wanted)}"]
    if not order.dry_run:
        await tree.sync(guild=_place(scope))
        remembered.keep(scope, None if order.clear else digest(wanted))  # the next `run` registers what was cleared
    verb = "would change" if order.dry_run else "changed"
    return [f"{_describe(scope)}: {verb}", *(f"  {line}" for line in changes)]
