"""Logging in, the message to the operator for each way it can fail, and the pauses between attempts."""

import random
from typing import Final

import aiohttp
import discord

from bot.errors import DiscordStartError

WRONG_TOKEN = "Discord refuses the token: reset it in the developer portal (Bot, Reset Token) and set the new one."  # noqa: S105
NO_INTENT = (
    "Discord does not grant the Message Content intent: switch it on in the developer portal "
    "(Bot, Privileged Gateway Intents), or set BOT_MESSAGE_CONTENT=off."
)
UNREACHABLE = "Discord can't be reached ({reason}): check the network and https://discordstatus.com, then start again."
MAX_PAUSE: Final = 5.0
"""Seconds between attempts at most in the first minute of an outage."""
MAX_LATER_PAUSE: Final = 30.0
_FIRST_MINUTE: Final = 60.0
_FEW_IDENTIFIES: Final = 50
_AUTHENTICATION_FAILED, _INVALID_INTENTS, _DISALLOWED_INTENTS = 4004, 4013, 4014
DISCORD_ERRORS = (
    discord.LoginFailure,
    discord.PrivilegedIntentsRequired,
    discord.ConnectionClosed,
    discord.GatewayNotFound,
    discord.HTTPException,
    aiohttp.ClientError,
    OSError,  # of which TimeoutError is one
)
"""Errors of a login or a connection whose cause is outside of this program."""


def pause(failures: int, outage: float = 0.0) -> float:
    """Return the seconds to wait after `failures` in a row, `outage` seconds after the first one.

    They double from 0.5 to a maximum; up to half is left out at random, so that not all clients come back at once.
    """
    most = MAX_PAUSE if outage < _FIRST_MINUTE else MAX_LATER_PAUSE
    return min(most, 0.5 * 2.0 ** min(failures - 1, 10)) * random.uniform(0.5, 1.0)  # noqa: S311  no secret


def identify_pause(in_a_row: int, remaining: int, reset_after: float) -> float:
    """Return the seconds to wait before another IDENTIFY, `in_a_row` after the last stable session.

    They double from 1 to the share that spreads the `remaining` ones over the `reset_after` seconds until there are
    more; when few are left it is that share at once. Discord resets the token of a bot that uses them up.
    """
    share = reset_after / max(1, remaining)
    return share if remaining <= _FEW_IDENTIFIES else min(share, 2.0 ** (in_a_row - 1))


def final_error(error: BaseException) -> DiscordStartError | None:
    """Return the message for an error that trying again can't fix, or None."""
    code = error.code if isinstance(error, discord.ConnectionClosed) else None
    if isinstance(error, discord.LoginFailure) or code == _AUTHENTICATION_FAILED:
        return DiscordStartError(WRONG_TOKEN)
    if isinstance(error, discord.PrivilegedIntentsRequired) or code in {_INVALID_INTENTS, _DISALLOWED_INTENTS}:
        return DiscordStartError(NO_INTENT)
    return None


def start_error(error: BaseException) -> DiscordStartError:
    """Return the message for an error at the start, after which nothing is tried again."""
    reason = f"status {error.status}" if isinstance(error, discord.HTTPException) else type(error).__name__
    return final_error(error) or DiscordStartError(UNREACHABLE.format(reason=reason))


async def log_in(client: discord.Client, token: str) -> None:
    """Log in over HTTP, which also builds the commands; raise DiscordStartError."""
    try:
        await client.login(token)
    except DISCORD_ERRORS as error:
        raise start_error(error) from None
