"""The permissions that the bot uses, by discord.py's names, with their names in Discord's settings."""

from collections.abc import Mapping
from typing import Final

import discord

NAMES: Final = {
    "view_channel": "View Channels",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "read_message_history": "Read Message History",
}
"""What it uses to answer in channels and threads."""
NEEDED: Final = discord.Permissions(**dict.fromkeys(NAMES, True))
"""All that it uses there: it replies (which needs the history) in channels and threads, and embeds nothing."""
THREADS: Final = {"create_public_threads": "Create Public Threads"}
"""What it also uses to open threads."""
IN_FORUMS: Final = {key: name for key, name in NAMES.items() if key != "send_messages"}
"""What it uses in a forum; the permission to send messages lets it open posts."""


def missing(permissions: discord.Permissions, needed: Mapping[str, str] = NAMES) -> list[str]:
    """Return the needed permissions that are missing, by their names in Discord's settings."""
    if permissions.administrator:
        return []
    return [name for key, name in needed.items() if not getattr(permissions, key)]
