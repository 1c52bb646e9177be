"""The application commands that the bot has registered."""

from collections.abc import Iterable

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.snowflakes import Snowflakes
from tests.fake_discord.state.flags import Permission
from tests.fake_discord.state.models import Command, Guild, Member
from tests.fake_discord.state.world import Application

_LEFT_OUT_WHEN_FALSE = ("required", "autocomplete")
_LEFT_OUT_WHEN_EMPTY = ("options", "choices")
CHAT_INPUT = 1


class CommandBook:
    """Global and per-guild commands, and who was let at them by a guild's settings."""

    def __init__(self, ids: Snowflakes) -> None:
        """Start with nothing registered."""
        self._ids = ids
        self._scopes: dict[int | None, dict[int, Command]] = {}
        self.overrides: dict[tuple[int, int], dict[int, bool]] = {}

    def all_in(self, guild_id: int | None) -> list[Command]:
        """Return the commands of a guild, or the global ones for None."""
        return list(self._scopes.get(guild_id, {}).values())

    def everywhere(self) -> list[Command]:
        """Return every command in every scope."""
        return [c for scope in self._scopes.values() for c in scope.values()]

    def replace(self, guild_id: int | None, bodies: Iterable[Json]) -> list[Command]:
        """Make these the scope's commands; known names keep their ids."""
        known = {(c.name, c.kind): c for c in self.all_in(guild_id)}
        commands = [self._register(guild_id, body, known) for body in bodies]
        self._scopes[guild_id] = {command.id: command for command in commands}
        return commands

    def allows(self, command: Command, member: Member, guild: Guild) -> bool | None:
        """Return what a guild's settings say of a member, or None if nothing."""
        rules = self.overrides.get((command.id, guild.id), {})
        for target in (member.user.id, *(r.id for r in member.roles), guild.id):
            if target in rules:
                return rules[target]
        return None

    def _register(self, guild_id: int | None, body: Json, known: dict[tuple[str, int], Command]) -> Command:
        data = _as_stored(body)
        before = known.get((data["name"], int(data.get("type") or CHAT_INPUT)))
        if before is not None and before.data == data:
            return before
        return Command(
            id=before.id if before else self._ids.next(),
            version=self._ids.next(),
            guild_id=guild_id,
            data=data,
        )


def default_permissions(command: Command) -> Permission | None:
    """Return what a member needs to see the command, or None if nothing."""
    needed = command.data.get("default_member_permissions")
    return None if needed is None else Permission(int(needed))


def command_payload(command: Command, application: Application, *, with_localizations: bool) -> Json:
    """Describe a command. Localisations come only on request, as on Discord."""
    data = command.data if with_localizations else _without_localizations(command.data)
    needed = default_permissions(command)
    payload: Json = {
        "type": CHAT_INPUT,
        "description": "",
        "dm_permission": True,
        "contexts": None,
        "integration_types": list(application.installs),
        "nsfw": False,
        **data,
        "default_member_permissions": None if needed is None else str(int(needed)),
        "id": str(command.id),
        "application_id": str(application.id),
        "version": str(command.version),
    }
    if command.guild_id is not None:
        payload["guild_id"] = str(command.guild_id)
    return payload


def _as_stored(body: Json) -> Json:
    """Leave out what Discord leaves out of commands it hands back."""
    kept = {
        key: value
        for key, value in body.items()
        if not (key in _LEFT_OUT_WHEN_FALSE and not value) and not (key in _LEFT_OUT_WHEN_EMPTY and not value)
    }
    if "options" in kept:
        kept["options"] = [_as_stored(option) for option in kept["options"]]
    return kept


def _without_localizations(data: Json) -> Json:
    kept = {k: v for k, v in data.items() if not k.endswith("_localizations")}
    for key in ("options", "choices"):
        if key in kept:
            kept[key] = [_without_localizations(item) for item in kept[key]]
    return kept
