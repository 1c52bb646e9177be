"""Messages coming into being, changing and going, with everybody told."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace

from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Json, JsonList
from tests.fake_discord.state.flags import MessageFlag, Permission
from tests.fake_discord.state.mentions import (
    AllowedMentions,
    read_mentions,
    with_replied_user,
)
from tests.fake_discord.state.models import (
    Channel,
    Mentions,
    Message,
    MessageKind,
    User,
)
from tests.fake_discord.state.permissions import permissions_in


@dataclass(slots=True, frozen=True)
class Upload:
    """A file that came with a request."""

    name: str
    size: int
    content_type: str


def compose(hub: Hub, channel: Channel, author: User, body: Json) -> Message:
    """Make a message of the body of a request, not yet seen by anybody."""
    message = Message(
        id=hub.world.ids.next(),
        channel=channel,
        author=author,
        created_at=hub.clock.wall(),
        content=str(body.get("content") or "").strip(),
        components=_numbered(body.get("components") or ()),
        flags=MessageFlag(int(body.get("flags") or 0)),
        nonce=body.get("nonce"),
    )
    allowed = AllowedMentions.read(body.get("allowed_mentions"))
    message.mentions = _mentions(hub, message, allowed)
    return message


def refer(message: Message, target: Message, body: Json) -> None:
    """Make a message a reply; it notifies the other author unless told not to."""
    message.kind = MessageKind.REPLY
    message.reference = target
    if AllowedMentions.read(body.get("allowed_mentions")).replied_user:
        message.mentions = with_replied_user(message.mentions, target.author)


def attach(hub: Hub, message: Message, uploads: Sequence[Upload]) -> None:
    """Hang uploaded files onto a message."""
    for upload in uploads:
        file_id = hub.world.ids.next()
        url = f"https://cdn.discordapp.com/attachments/{file_id}/{upload.name}"
        message.attachments.append(
            {
                "id": str(file_id),
                "filename": upload.name,
                "size": upload.size,
                "content_type": upload.content_type,
                "url": url,
                "proxy_url": url,
            }
        )


def publish(hub: Hub, message: Message) -> Message:
    """Put a message into its channel and tell everybody who may see it."""
    channel = message.channel
    if channel.archived:
        channel.archived = False
        hub.events.channel("THREAD_UPDATE", channel)
    channel.messages[message.id] = message
    hub.world.written[message.id] = message
    if message.nonce is not None and message.author is hub.world.bot:
        channel.nonces[str(message.nonce)] = message
    hub.events.message("MESSAGE_CREATE", message)
    hub.changes.announce(channel.id, *_index(hub, message))
    return message


def revise(hub: Hub, message: Message, body: Json, *, uploads: Sequence[Upload] = (), edited: bool = True) -> None:
    """Change the parts of a message that a request names; nobody is notified anew.

    `edited` is false where people see no "(edited)": when a deferred response arrives.
    """
    if "content" in body:
        message.content = str(body["content"] or "").strip()
    if "components" in body:
        message.components = _numbered(body["components"] or ())
    if "attachments" in body:
        kept = {str(item.get("id")) for item in body["attachments"] or ()}
        message.attachments = [a for a in message.attachments if a["id"] in kept]
    attach(hub, message, uploads)
    if "flags" in body:
        _switch_suppression(message, int(body["flags"] or 0))
    message.mentions = _mentions_after_edit(hub, message, body)
    if edited:
        message.edited_at = hub.clock.wall()
    touch(hub, message)


def touch(hub: Hub, message: Message) -> None:
    """Tell everybody that a message is different now."""
    message.revision += 1
    hub.events.message("MESSAGE_UPDATE", message)
    hub.changes.announce(message.id, message.channel.id)


def erase(hub: Hub, message: Message, *, announced: bool = True) -> None:
    """Delete a message; tell the bot unless it hears of it otherwise."""
    message.deleted = True
    message.channel.messages.pop(message.id, None)
    if announced:
        hub.events.message_deleted(message)
    hub.changes.announce(message.id, message.channel.id)


def is_empty(message: Message) -> bool:
    """Say whether there is nothing in a message that anybody could see."""
    return not (message.content or message.attachments or message.components)


def _switch_suppression(message: Message, flags: int) -> None:
    switch = MessageFlag.SUPPRESS_EMBEDS
    message.flags = (message.flags & ~switch) | (MessageFlag(flags) & switch)


def _index(hub: Hub, message: Message) -> list[Hashable]:
    """Note which question a message of the bot answers, by reference or nonce.

    Returns the topics that those who wait for an answer wait for. discord.py makes up a
    nonce when it is given none, so only that of a known message counts.
    """
    if message.author is not hub.world.bot or message.origin is not None:
        return []
    nonce = str(message.nonce)
    questions = {int(nonce)} & hub.world.written.keys() if nonce.isdecimal() else set()
    if message.reference is not None:
        questions.add(message.reference.id)
    message.answers_something = bool(questions)
    for question in questions:
        hub.world.answers[question].append(message)
    return list(questions) or [("unaddressed", message.channel.id)]


def _mentions(hub: Hub, message: Message, allowed: AllowedMentions) -> Mentions:
    may = permissions_in(message.author, message.channel)
    found = read_mentions(
        message.content,
        message.channel,
        hub.world.users,
        allowed,
        may_ping_all=Permission.MENTION_EVERYONE in may,
    )
    if message.is_ephemeral:
        return replace(found, pinged=frozenset())
    return found


def _mentions_after_edit(hub: Hub, message: Message, body: Json) -> Mentions:
    """Read the mentions anew; a reply keeps that of the other author, if it had it."""
    before = message.mentions
    found = _mentions(hub, message, AllowedMentions.read(body.get("allowed_mentions")))
    if message.reference is not None and message.reference.author in before.users:
        found = with_replied_user(found, message.reference.author)
    return replace(found, pinged=before.pinged)


def _numbered(components: Sequence[Json]) -> JsonList:
    """Give every component the numeric id that Discord fills in."""
    count = 0

    def number(component: Json) -> Json:
        nonlocal count
        count += 1
        numbered = {"id": count} | {key: value for key, value in component.items() if value is not None}
        if "components" in component:
            numbered["components"] = [number(c) for c in component["components"]]
        return numbered

    return [number(component) for component in components]
