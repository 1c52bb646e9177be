"""Compare the commands that should be registered with those that are; pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

Payload: TypeAlias = Mapping[str, Any]
"""A command as Discord's API writes it."""

_MENU = 3
_TEXTS = ("name", "description")
_LIMITS = ("min_value", "max_value", "min_length", "max_length")
_PLACES = ("contexts", "integration_types")
"""Where a command is shown; what is left open (None) follows the application's own setting."""


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
