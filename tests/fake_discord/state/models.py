"""The things that exist on Discord: users, guilds, channels, messages, commands."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import IntEnum

from tests.fake_discord.jsontypes import Json, JsonList
from tests.fake_discord.state.flags import MessageFlag, Permission


class ChannelKind(IntEnum):
    """The channel types that this server models."""

    TEXT = 0
    DIRECT = 1
    THREAD = 11
    FORUM = 15


class MessageKind(IntEnum):
    """The message types that this server makes."""

    DEFAULT = 0
    REPLY = 19
    SLASH_COMMAND = 20
    CONTEXT_MENU = 23


@dataclass(slots=True, kw_only=True, eq=False)
class User:
    """An account. `locale` is the language of the person's client."""

    id: int
    name: str
    locale: str = "en-US"
    is_bot: bool = False
    has_installed_app: bool = False
    takes_direct_messages: bool = True

    @property
    def mention(self) -> str:
        """Return the text that mentions this user."""
        return f"<@{self.id}>"


@dataclass(slots=True, kw_only=True, eq=False)
class Role:
    """A role of a guild; its id equals the guild's for @everyone."""

    id: int
    name: str
    permissions: Permission
    position: int = 1
    mentionable: bool = False
    managed_by: int | None = None


@dataclass(slots=True, kw_only=True)
class Overwrite:
    """What one channel allows and denies one role (kind 0) or member (kind 1)."""

    kind: int
    allow: Permission = Permission.NONE
    deny: Permission = Permission.NONE


@dataclass(slots=True, kw_only=True, eq=False)
class Member:
    """A user in a guild."""

    user: User
    roles: list[Role] = field(default_factory=list)
    joined_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass(slots=True, kw_only=True, eq=False)
class Guild:
    """A guild. `has_app` says whether the app's commands were installed to it."""

    id: int
    name: str
    owner_id: int
    locale: str = "en-US"
    has_app: bool = True
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, "Channel"] = field(default_factory=dict)

    @property
    def everyone(self) -> Role:
        """Return the role that every member has."""
        return self.roles[self.id]


@dataclass(slots=True, kw_only=True, frozen=True)
class Tag:
    """A tag of a forum; `moderated` ones are for those who may manage threads."""

    id: int
    name: str
    moderated: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class Channel:
    """A text channel, forum, thread, forum post or direct message."""

    id: int
    kind: ChannelKind
    name: str = ""
    guild: Guild | None = None
    parent: "Channel | None" = None
    overwrites: dict[int, Overwrite] = field(default_factory=dict)
    recipients: tuple[User, ...] = ()
    messages: dict[int, "Message"] = field(default_factory=dict)
    nonces: dict[str, "Message"] = field(default_factory=dict)
    owner_id: int | None = None
    thread_members: set[int] = field(default_factory=set)
    locked: bool = False
    archived: bool = False
    tags: tuple[Tag, ...] = ()
    """Those of a forum, or those that a post has."""
    requires_tag: bool = False

    @property
    def is_thread(self) -> bool:
        """Say whether this is a thread or forum post."""
        return self.kind is ChannelKind.THREAD

    @property
    def is_direct(self) -> bool:
        """Say whether this is a direct message, not a guild's channel."""
        return self.kind is ChannelKind.DIRECT

    def __str__(self) -> str:
        """Return the name a person would call it by."""
        if self.is_direct:
            return "DM " + "/".join(user.name for user in self.recipients)
        return f"#{self.name}"


@dataclass(slots=True, frozen=True)
class Mentions:
    """Whom a message mentions, and who got a notification because of it."""

    users: tuple[User, ...] = ()
    roles: tuple[Role, ...] = ()
    everyone: bool = False
    pinged: frozenset[int] = frozenset()


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """A message. `audience` is the only one who sees it, when it is ephemeral."""

    id: int
    channel: Channel
    author: User
    created_at: datetime
    kind: MessageKind = MessageKind.DEFAULT
    content: str = ""
    components: JsonList = field(default_factory=list)
    attachments: JsonList = field(default_factory=list)
    flags: MessageFlag = MessageFlag.NONE
    nonce: str | int | None = None
    reference: "Message | None" = None
    forwarded: "Message | None" = None
    mentions: Mentions = field(default_factory=Mentions)
    edited_at: datetime | None = None
    revision: int = 0
    deleted: bool = False
    audience: User | None = None
    origin: Json | None = None
    answers_something: bool = False

    @property
    def is_ephemeral(self) -> bool:
        """Say whether only one person sees it."""
        return MessageFlag.EPHEMERAL in self.flags

    @property
    def is_loading(self) -> bool:
        """Say whether it still shows "… is thinking"."""
        return MessageFlag.LOADING in self.flags


@dataclass(slots=True, kw_only=True, eq=False)
class Command:
    """A registered application command; `data` is what the bot registered."""

    id: int
    version: int
    guild_id: int | None
    data: Json

    @property
    def name(self) -> str:
        """Return the name that is not localised."""
        return str(self.data["name"])

    @property
    def kind(self) -> int:
        """Return 1 for a slash command, 2 for a user menu, 3 for a message menu."""
        return int(self.data.get("type") or 1)
