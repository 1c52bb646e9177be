"""Reading mentions out of a message, and who is notified because of them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.state.models import Channel, Mentions, Role, User

_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(everyone|here)\b")


@dataclass(slots=True, frozen=True)
class AllowedMentions:
    """The kinds and ids that a message's author lets through."""

    parse: frozenset[str]
    users: frozenset[int] = frozenset()
    roles: frozenset[int] = frozenset()
    replied_user: bool = False

    @classmethod
    def everything(cls, *, replied_user: bool = True) -> "AllowedMentions":
        """Return what holds when the request says nothing."""
        kinds = frozenset({"users", "roles", "everyone"})
        return cls(kinds, replied_user=replied_user)

    @classmethod
    def read(cls, data: Json | None) -> "AllowedMentions":
        """Read the field of a request; without it, everything is allowed."""
        if data is None:
            return cls.everything()
        return cls(
            frozenset(data.get("parse") or ()),
            frozenset(int(i) for i in data.get("users") or ()),
            frozenset(int(i) for i in data.get("roles") or ()),
            bool(data.get("replied_user")),
        )


def read_mentions(
    text: str,
    channel: Channel,
    known: dict[int, User],
    allowed: AllowedMentions,
    *,
    may_ping_all: bool,
) -> Mentions:
    """Find the mentions in `text`; code is not looked into, as on Discord."""
    plain = _CODE.sub("", text)
    users = [known[i] for i in _ids(_USER, plain) if i in known]
    roles = _roles(plain, channel)
    everyone = bool(_EVERYONE.search(plain)) and "everyone" in allowed.parse
    users = [u for u in users if "users" in allowed.parse or u.id in allowed.users]
    roles = [r for r in roles if "roles" in allowed.parse or r.id in allowed.roles]
    everyone = everyone and may_ping_all and channel.guild is not None
    return Mentions(
        tuple(users),
        tuple(roles),
        everyone=everyone,
        pinged=frozenset(_pinged(users, roles, channel, everyone=everyone)),
    )


def with_replied_user(mentions: Mentions, author: User) -> Mentions:
    """Add the author of the message replied to, whom the reply notifies."""
    users = tuple(dict.fromkeys((*mentions.users, author)))
    pinged = mentions.pinged | {author.id}
    return Mentions(users, mentions.roles, mentions.everyone, pinged)


def _ids(pattern: re.Pattern[str], text: str) -> list[int]:
    return list(dict.fromkeys(int(found) for found in pattern.findall(text)))


def _roles(text: str, channel: Channel) -> list[Role]:
    if channel.guild is None:
        return []
    known = channel.guild.roles
    return [known[i] for i in _ids(_ROLE, text) if i in known]


def _pinged(users: Iterable[User], roles: Iterable[Role], channel: Channel, *, everyone: bool) -> set[int]:
    pinged = {user.id for user in users}
    if channel.guild is None:
        return pinged
    noisy = {role.id for role in roles if role.mentionable}
    if not noisy and not everyone:
        return pinged
    for member in channel.guild.members.values():
        if everyone or noisy & {role.id for role in member.roles}:
            pinged.add(member.user.id)
    return pinged
