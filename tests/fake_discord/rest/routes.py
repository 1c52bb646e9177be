"""The routes that are modelled, by the names Discord's description gives them."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Answer
from tests.fake_discord.rest import (
    accounts,
    callbacks,
    commands,
    messages,
    threads,
    webhooks,
)
from tests.fake_discord.rest.call import Call

Handler = Callable[[Hub, Call], Answer]

_MESSAGE = "/channels/{channel_id}/messages/{message_id}"
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


ROUTES: tuple[Route, ...] = (
    Route("GET", "/gateway/bot", accounts.get_bot_gateway),
    Route("GET", "/users/@me", accounts.get_own_user),
    Route("GET", "/users/@me/guilds", accounts.list_own_guilds),
    Route("POST", "/users/@me/channels", messages.open_direct_channel),
    Route("GET", "/oauth2/applications/@me", accounts.get_application),
    Route("GET", "/guilds/{guild_id}", accounts.get_guild),
    Route("GET", "/guilds/{guild_id}/channels", accounts.list_channels),
    Route("GET", "/guilds/{guild_id}/members/{user_id}", accounts.get_member),
    Route("POST", "/channels/{channel_id}/messages", messages.create_message),
    Route("GET", "/channels/{channel_id}", threads.get_channel),
    Route("PATCH", "/channels/{channel_id}", threads.edit_thread),
    Route("POST", "/channels/{channel_id}/threads", threads.open_thread),
    Route("GET", "/channels/{channel_id}/messages", threads.list_messages),
    Route("POST", _MESSAGE + "/threads", threads.start_thread),
    Route("PATCH", _MESSAGE, messages.edit_message),
    Route("DELETE", _MESSAGE, messages.delete_message),
    Route("GET", _GLOBAL, commands.list_commands),
    Route("PUT", _GLOBAL, commands.replace_commands),
    Route("GET", _IN_GUILD, commands.list_commands),
    Route("PUT", _IN_GUILD, commands.replace_commands),
    Route(
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        callbacks.respond,
        open=True,
    ),
    Route("POST", _HOOK, webhooks.create_followup, open=True),
    Route("PATCH", _HOOK + "/messages/@original", webhooks.edit_original, open=True),
)
