"""Everything that exists, and looking it up."""

from collections import defaultdict
from dataclasses import dataclass, field

from tests.fake_discord.clock import Clock
from tests.fake_discord.errors import (
    missing_access,
    unknown_channel,
    unknown_guild,
    unknown_message,
    unknown_user,
)
from tests.fake_discord.snowflakes import Snowflakes
from tests.fake_discord.state.flags import Intent, Permission
from tests.fake_discord.state.models import (
    Channel,
    ChannelKind,
    Guild,
    Member,
    Message,
    Role,
    User,
)
from tests.fake_discord.state.permissions import permissions_in


@dataclass(slots=True, kw_only=True, eq=False)
class Application:
    """The bot's application: who owns it and which privileged intents it was granted.

    `team` holds the members when a team owns it, the team's owner first. `installs` are
    the installations it offers: to guilds (0), to people (1).
    """

    id: int
    name: str
    owner: User
    granted: Intent = Intent.NONE
    team: tuple[User, ...] = ()
    installs: tuple[int, ...] = (0, 1)


@dataclass(slots=True, kw_only=True, eq=False)
class World:
    """The state behind the API. It knows nothing of sockets.

    `written` holds all messages ever, deleted ones included; `answers` the bot's messages
    by the id of the message they answer.
    """

    clock: Clock
    ids: Snowflakes
    bot: User
    application: Application
    users: dict[int, User] = field(default_factory=dict)
    guilds: dict[int, Guild] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)
    written: dict[int, Message] = field(default_factory=dict)
    answers: dict[int, list[Message]] = field(default_factory=lambda: defaultdict(list))

    def add_user(self, name: str, *, is_bot: bool = False) -> User:
        """Create an account."""
        user = User(id=self.ids.next(), name=name, is_bot=is_bot)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str, owner: User, *, locale: str = "en-US", shard: tuple[int, int] = (0, 1)) -> Guild:
        """Create a guild of a shard (its number, how many there are) with its @everyone role and its owner in it."""
        guild = Guild(id=self.ids.next_in_shard(*shard), name=name, owner_id=owner.id, locale=locale)
        guild.roles[guild.id] = Role(
            id=guild.id,
            name="@everyone",
            permissions=Permission.of_members(),
            position=0,
        )
        guild.members[owner.id] = Member(user=owner)
        self.guilds[guild.id] = guild
        return guild

    def add_bot(self, guild: Guild) -> Role:
        """Let the bot join a guild, with the managed role that Discord gives it."""
        role = Role(
            id=self.ids.next(),
            name=self.bot.name,
            permissions=Permission.NONE,
            managed_by=self.bot.id,
        )
        guild.roles[role.id] = role
        guild.members[self.bot.id] = Member(user=self.bot, roles=[role])
        return role

    def add_channel(self, channel: Channel) -> Channel:
        """Take a channel, thread or direct message into the world."""
        self.channels[channel.id] = channel
        if channel.guild is not None:
            channel.guild.channels[channel.id] = channel
        return channel

    def direct_channel(self, *users: User) -> Channel:
        """Return the direct message between exactly these users, opening it if new."""
        for channel in self.channels.values():
            if channel.is_direct and set(channel.recipients) == set(users):
                return channel
        channel = Channel(id=self.ids.next(), kind=ChannelKind.DIRECT, recipients=users)
        return self.add_channel(channel)

    def bot_may(self, channel: Channel) -> Permission:
        """Return the bot's permissions in a channel."""
        return permissions_in(self.bot, channel)

    def guild(self, guild_id: int) -> Guild:
        """Return a guild the bot is in; refuse any other as Discord does."""
        guild = self.guilds.get(guild_id)
        if guild is None:
            raise unknown_guild()
        if self.bot.id not in guild.members:
            raise missing_access()
        return guild

    def channel(self, channel_id: int) -> Channel:
        """Return a channel the bot can see; refuse any other as Discord does."""
        channel = self.channels.get(channel_id)
        if channel is None:
            raise unknown_channel()
        if Permission.VIEW_CHANNEL not in self.bot_may(channel):
            raise missing_access()
        return channel

    def message(self, channel: Channel, message_id: int) -> Message:
        """Return a message that everybody in the channel can see."""
        message = channel.messages.get(message_id)
        if message is None or message.deleted or message.is_ephemeral:
            raise unknown_message()
        return message

    def user(self, user_id: int) -> User:
        """Return an account."""
        try:
            return self.users[user_id]
        except KeyError:
            raise unknown_user() from None
