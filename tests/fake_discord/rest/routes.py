"""The routes that are modelled, by the names Discord's description gives them."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Answer
from tests.fake_discord.rest import (
    accounts,
    callbacks,
    channels,
    commands,
    messages,
    webhooks,
)
from tests.fake_discord.rest.call import Call

Handler = Callable[[Hub, Call], Answer]

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
_REACTION = _MESSAGE + "/reactions/{emoji_name}/@me"
_GLOBAL = "/applications/{application_id}/commands"
_IN_GUILD = "/applications/{application_id}/guilds/{guild_id}/commands"
_HOOK = "/webhooks/{webhook_id}/{webhook_token}"


@dataclass(slots=True, frozen=True)
class Route:
    """One method and address. `open` ones are not asked for the bot's token."""

    method: str
    path: str
    handler: Handler
    open: bool = False


def _command_routes() -> list[Route]:
    routes = []
    for base in (_GLOBAL, _IN_GUILD):
        one = base + "/{command_id}"
        routes += [
            Route("GET", base, commands.list_commands),
            Route("PUT", base, commands.replace_commands),
            Route("POST", base, commands.create_command),
            Route("GET", one, commands.get_command),
            Route("PATCH", one, commands.edit_command),
            Route("DELETE", one, commands.delete_command),
        ]
    return routes


def _followup_routes() -> list[Route]:
    routes = [Route("POST", _HOOK, webhooks.create_followup, open=True)]
    for path in (_HOOK + "/messages/@original", _HOOK + "/messages/{message_id}"):
        routes += [
            Route("GET", path, webhooks.get_followup, open=True),
            Route("PATCH", path, webhooks.edit_followup, open=True),
            Route("DELETE", path, webhooks.delete_followup, open=True),
        ]
    return routes


ROUTES: tuple[Route, ...] = (
    Route("GET", "/gateway", accounts.get_gateway, open=True),
    Route("GET", "/gateway/bot", accounts.get_bot_gateway),
    Route("GET", "/users/@me", accounts.get_own_user),
    Route("GET", "/users/@me/guilds", accounts.list_own_guilds),
    Route("POST", "/users/@me/channels", channels.open_direct_channel),
    Route("GET", "/users/{user_id}", accounts.get_user),
    Route("GET", "/oauth2/applications/@me", accounts.get_application),
    Route("GET", "/applications/@me", accounts.get_application),
    Route("GET", "/guilds/{guild_id}", accounts.get_guild),
    Route("GET", "/guilds/{guild_id}/channels", accounts.list_channels),
    Route("GET", "/guilds/{guild_id}/roles", accounts.list_roles),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", accounts.get_member),
    Route("GET", "/channels/{channel_id}", channels.get_channel),
    Route("POST", "/channels/{channel_id}/typing", messages.start_typing),
    Route("GET", "/channels/{channel_id}/messages", messages.list_messages),
    Route("POST", "/channels/{channel_id}/messages", messages.create_message),
    Route("GET", _MESSAGE, messages.get_message),
    Route("PATCH", _MESSAGE, messages.edit_message),
    Route("DELETE", _MESSAGE, messages.delete_message),
    Route("PUT", _REACTION, messages.add_reaction),
    Route("DELETE", _REACTION, messages.remove_reaction),
    Route("POST", _MESSAGE + "/threads", channels.start_thread_from_message),
    Route("POST", "/channels/{channel_id}/threads", channels.start_thread),
    Route(
        "PUT",
        "/channels/{channel_id}/thread-members/@me",
        channels.join_thread,
    ),
    *_command_routes(),
    Route(
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        callbacks.respond,
        open=True,
    ),
    *_followup_routes(),
)
