"""Setting up the world: people, guilds, channels, roles and what they may do."""

from collections.abc import Iterable

from tests.fake_discord.actors.actor import Actor
from tests.fake_discord.actors.person import Person
from tests.fake_discord.actors.reply import Reply
from tests.fake_discord.hub import Hub
from tests.fake_discord.payloads.things import role_payload
from tests.fake_discord.posting import compose, publish
from tests.fake_discord.state.flags import Intent, Permission
from tests.fake_discord.state.models import (
    Channel,
    ChannelKind,
    Command,
    Guild,
    Member,
    Overwrite,
    Role,
    Tag,
    User,
)


class Building:
    """The part of the server that makes things; a connected bot hears of each."""

    hub: Hub
    guild: Guild
    general: Channel

    def user(  # noqa: PLR0913 - each says something about the person
        self,
        name: str,
        *,
        locale: str = "en-US",
        guild: Guild | None = None,
        roles: Iterable[Role] = (),
        permissions: Permission = Permission.NONE,
        has_installed_app: bool = False,
    ) -> Actor:
        """Let somebody new join a guild (the default one), writing in its first channel.

        `permissions` are given by a role of their own.
        """
        place = guild or self.guild
        user = self.hub.world.add_user(name)
        user.locale = locale
        user.has_installed_app = has_installed_app
        self.joins(user, place, roles)
        if permissions:
            role = self.add_role(f"role of {name}", permissions, guild=place)
            place.members[user.id].roles.append(role)
        home = next(c for c in place.channels.values() if c.kind is ChannelKind.TEXT)
        return Actor(self.hub, user, home)

    def stranger(self, name: str, *, has_installed_app: bool = False) -> Actor:
        """Make somebody who is in no guild; they write to the bot directly."""
        user = self.hub.world.add_user(name)
        user.has_installed_app = has_installed_app
        return Actor(self.hub, user, self.dm(user, self.hub.world.bot))

    def joins(self, who: Person | User, guild: Guild, roles: Iterable[Role] = ()) -> None:
        """Let somebody join one more guild."""
        user = _account(who)
        guild.members[user.id] = Member(user=user, roles=list(roles))

    def add_guild(
        self,
        name: str,
        *,
        locale: str = "en-US",
        bot: bool = True,
        app: bool = True,
        shard: tuple[int, int] = (0, 1),
    ) -> Guild:
        """Open a guild with a channel #general; `app` says whether it has the commands.

        With `shard`, its number and how many there are, the guild belongs to it.
        """
        world = self.hub.world
        owner = world.add_user(f"owner of {name}")
        guild = world.add_guild(name, owner, locale=locale, shard=shard)
        guild.has_app = app
        self.add_channel("general", guild=guild)
        if bot:
            world.add_bot(guild)
            self.hub.events.guild_created(guild)
        return guild

    def removes_bot(self, guild: Guild) -> None:
        """Let a guild remove the bot."""
        bot = self.hub.world.bot
        self.hub.events.guild_deleted(guild)
        for role in guild.members.pop(bot.id).roles:
            guild.roles.pop(role.id, None)

    def add_channel(self, name: str, *, guild: Guild | None = None) -> Channel:
        """Open a text channel."""
        return self._add(ChannelKind.TEXT, name, guild or self.guild)

    def add_forum(
        self,
        name: str,
        *,
        guild: Guild | None = None,
        tags: Iterable[str] = (),
        moderated: Iterable[str] = (),
        requires_tag: bool = False,
    ) -> Channel:
        """Open a forum; `moderated` tags are for those who may manage threads."""
        ids = self.hub.world.ids
        free = tuple(Tag(id=ids.next(), name=tag) for tag in tags)
        kept = tuple(Tag(id=ids.next(), name=tag, moderated=True) for tag in moderated)
        place = guild or self.guild
        return self._add(ChannelKind.FORUM, name, place, tags=(*free, *kept), requires_tag=requires_tag)

    def add_thread(self, name: str, *, parent: Channel | None = None, members: Iterable[Person | User] = ()) -> Channel:
        """Start a public thread."""
        place = parent or self.general
        ids = {_account(member).id for member in members}
        thread = Channel(
            id=self.hub.world.ids.next(),
            kind=ChannelKind.THREAD,
            name=name,
            guild=place.guild,
            parent=place,
            owner_id=min(ids, default=self.hub.world.bot.id),
            thread_members=ids,
        )
        self.hub.world.add_channel(thread)
        self.hub.events.channel("THREAD_CREATE", thread)
        return thread

    def add_post(self, title: str, text: str, *, forum: Channel, author: Person) -> tuple[Channel, Reply]:
        """Let somebody open a post in a forum; its first message has the post's id."""
        post = self.add_thread(title, parent=forum, members=[author])
        written = text.replace("<@bot>", self.hub.world.bot.mention)
        message = compose(self.hub, post, author.user, {"content": written})
        message.id = post.id
        return post, Reply(self.hub, publish(self.hub, message), author.user)

    def add_role(self, name: str, permissions: Permission, *, guild: Guild | None = None) -> Role:
        """Make a role."""
        place = guild or self.guild
        role = Role(id=self.hub.world.ids.next(), name=name, permissions=permissions)
        place.roles[role.id] = role
        self.hub.events.about_guild("GUILD_ROLE_CREATE", place, {"role": role_payload(role)})
        return role

    def denies(self, channel: Channel, who: Person | User | Role, permissions: Permission) -> None:
        """Deny somebody something in one channel; the bot is `server.bot`."""
        target, kind = (who.id, 0) if isinstance(who, Role) else (_account(who).id, 1)
        channel.overwrites.setdefault(target, Overwrite(kind=kind)).deny |= permissions
        self.hub.events.channel("CHANNEL_UPDATE", channel)

    def overrides_command(
        self,
        name: str,
        who: Person | User | Role,
        *,
        allowed: bool = True,
        guild: Guild | None = None,
    ) -> None:
        """Let or forbid somebody a command, as a guild's settings page does.

        This goes over `default_member_permissions`, so the bot has to check again.
        """
        place = guild or self.guild
        target = who.id if isinstance(who, Role) else _account(who).id
        commands = [c for c in self.hub.commands.everywhere() if c.name == name]
        assert commands, f"the bot has registered no command {name!r}"
        for command in commands:
            rules = self.hub.commands.overrides.setdefault((command.id, place.id), {})
            rules[target] = allowed

    def command(self, name: str, *, guild: Guild | None = None) -> Command:
        """Return a registered command, global unless a guild is given."""
        scope = guild.id if guild else None
        for command in self.hub.commands.all_in(scope):
            if command.name == name:
                return command
        names = [command.name for command in self.hub.commands.all_in(scope)]
        message = f"no command {name!r} is registered there, only {names}"
        raise AssertionError(message)

    def dm(self, *users: Person | User) -> Channel:
        """Return the direct message between people, with or without the bot."""
        return self.hub.world.direct_channel(*(_account(user) for user in users))

    def grants(self, intents: Intent) -> None:
        """Grant privileged intents, as the developer portal does."""
        self.hub.world.application.granted |= intents

    def forms_team(self, *members: Person | User) -> None:
        """Hand the application over to a team; its first member owns it."""
        team = tuple(_account(member) for member in members)
        self.hub.world.application.team = team

    def removes_tags(self, forum: Channel) -> None:
        """Remove all tags of a forum, whose posts then need none."""
        forum.tags, forum.requires_tag = (), False
        self.hub.events.channel("CHANNEL_UPDATE", forum)

    def archives(self, thread: Channel) -> None:
        """Archive a thread or post, as Discord does after a while without messages."""
        thread.archived = True
        self.hub.events.channel("THREAD_UPDATE", thread)

    def removes(self, channel: Channel) -> None:
        """Delete a thread, a post, or a channel with its threads, of which the bot hears nothing."""
        world, guild = self.hub.world, channel.guild
        assert guild is not None
        for one in [one for one in guild.channels.values() if channel in {one, one.parent}]:
            del world.channels[one.id], guild.channels[one.id]
        self.hub.events.channel("THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE", channel)

    def _add(
        self,
        kind: ChannelKind,
        name: str,
        guild: Guild,
        *,
        tags: tuple[Tag, ...] = (),
        requires_tag: bool = False,
    ) -> Channel:
        world = self.hub.world
        channel = Channel(id=world.ids.next(), kind=kind, name=name, guild=guild, tags=tags, requires_tag=requires_tag)
        world.add_channel(channel)
        self.hub.events.channel("CHANNEL_CREATE", channel)
        return channel


def _account(who: Person | User) -> User:
    return who.user if isinstance(who, Person) else who
