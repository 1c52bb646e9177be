"""A strict loopback Discord for tests; README.md beside this file describes it."""

from tests.fake_discord.actors.actor import Actor
from tests.fake_discord.actors.commanding import Choice, CommandUnavailableError
from tests.fake_discord.actors.interacting import InteractionFailedError
from tests.fake_discord.actors.reply import Button, Option, Reply, Select
from tests.fake_discord.rest.journal import Exchange, Refused
from tests.fake_discord.server import FakeDiscord
from tests.fake_discord.settings import Settings
from tests.fake_discord.state.flags import Intent, MessageFlag, Permission
from tests.fake_discord.state.models import Channel, Command, Guild, Role, User

__all__ = [
    "Actor",
    "Button",
    "Channel",
    "Choice",
    "Command",
    "CommandUnavailableError",
    "Exchange",
    "FakeDiscord",
    "Guild",
    "Intent",
    "InteractionFailedError",
    "MessageFlag",
    "Option",
    "Permission",
    "Refused",
    "Reply",
    "Role",
    "Select",
    "Settings",
    "User",
]
