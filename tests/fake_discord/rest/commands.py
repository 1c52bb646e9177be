"""Registering application commands, globally and for one guild."""

from tests.fake_discord.commands import command_payload
from tests.fake_discord.errors import (
    INVALID_FORM_BODY,
    Refusal,
    missing_access,
)
from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Answer, Json
from tests.fake_discord.rest.call import Call
from tests.fake_discord.rules.commands import check_commands
from tests.fake_discord.rules.problems import Problems
from tests.fake_discord.state.models import Command


def list_commands(hub: Hub, call: Call) -> Answer:
    """Return the commands of a scope."""
    wanted = call.query.get("with_localizations", "").lower() in {"1", "true"}
    commands = hub.commands.all_in(_scope(hub, call))
    return [_describe(hub, c, with_localizations=wanted) for c in commands]


def replace_commands(hub: Hub, call: Call) -> Answer:
    """Make a list the scope's commands; any that are not in it go."""
    scope = _scope(hub, call)
    if not isinstance(call.body, list):
        raise Refusal(400, INVALID_FORM_BODY, "Invalid Form Body")
    problems = Problems()
    check_commands(call.body, problems)
    problems.raise_if_any()
    return [_describe(hub, c) for c in hub.commands.replace(scope, call.body)]


def _scope(hub: Hub, call: Call) -> int | None:
    """Return the guild of a route, or None; refuse another application's commands."""
    if call.id("application_id") != hub.world.application.id:
        raise Refusal(403, 20012, "You are not authorized to perform this action")
    if "guild_id" not in call.path:
        return None
    guild = hub.world.guilds.get(call.id("guild_id"))
    if guild is None or not guild.has_app:
        raise missing_access()
    return guild.id


def _describe(hub: Hub, command: Command, *, with_localizations: bool = True) -> Json:
    return command_payload(command, hub.world.application, with_localizations=with_localizations)
