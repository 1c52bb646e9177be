"""Logging in, and what each way of failing means for the operator."""

import aiohttp
import discord

from bot.errors import DiscordStartError

WRONG_TOKEN = "Discord refuses the token: reset it in the developer portal (Bot, Reset Token) and set the new one."  # noqa: S105
NO_INTENT = (
    "Discord does not grant the Message Content intent: switch it on in the developer portal "
    "(Bot, Privileged Gateway Intents), or set BOT_MESSAGE_CONTENT=off."
)
UNREACHABLE = "Discord can't be reached ({reason}): check the network and https://discordstatus.com, then start again."
_AUTHENTICATION_FAILED, _INVALID_INTENTS, _DISALLOWED_INTENTS = 4004, 4013, 4014
Failures = (
    discord.LoginFailure,
    discord.PrivilegedIntentsRequired,
    discord.ConnectionClosed,
    discord.GatewayNotFound,
    discord.HTTPException,
    aiohttp.ClientError,
    OSError,
)
"""What ends a login or a connection for a reason outside of this program."""


def final(error: BaseException) -> DiscordStartError | None:
    """Return the sentence for an error that no waiting mends, or None."""
    match error:
        case discord.LoginFailure():
            return DiscordStartError(WRONG_TOKEN)
        case discord.PrivilegedIntentsRequired():
            return DiscordStartError(NO_INTENT)
        case discord.ConnectionClosed(code=code) if code == _AUTHENTICATION_FAILED:
            return DiscordStartError(WRONG_TOKEN)
        case discord.ConnectionClosed(code=code) if code in {_INVALID_INTENTS, _DISALLOWED_INTENTS}:
            return DiscordStartError(NO_INTENT)
        case _:
            return None


def start_error(error: BaseException) -> DiscordStartError:
    """Return the sentence for an error at the start, which is told at once instead of waiting."""
    reason = f"status {error.status}" if isinstance(error, discord.HTTPException) else type(error).__name__
    return final(error) or DiscordStartError(UNREACHABLE.format(reason=reason))


async def log_in(client: discord.Client, token: str) -> None:
    """Log in over HTTP, which also builds the commands; raise DiscordStartError."""
    try:
        await client.login(token)
    except Failures as error:
        raise start_error(error) from None
