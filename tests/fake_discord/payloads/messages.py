"""Messages as Discord sends them, blanked for who may not read them."""

from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.things import member_payload, user_payload
from tests.fake_discord.state.models import Message, MessageKind, User

_BLANK: Json = {"content": "", "embeds": [], "attachments": [], "components": []}


def is_readable(message: Message, bot: User, *, content_intent: bool) -> bool:
    """Say whether the bot gets the content.

    Without the privileged intent it does when it wrote the message, in a direct
    message with it, or when the message mentions it as a user. A role or @everyone
    does not count, nor a reply with the ping switched off.
    """
    return (
        content_intent
        or message.author is bot
        or (message.channel.is_direct and bot in message.channel.recipients)
        or bot in message.mentions.users
    )


def message_payload(message: Message, bot: User, *, content_intent: bool, quoted: bool = False) -> Json:
    """Describe a message for the bot; a quoted one does not quote in turn."""
    payload = _always(message) | _content(message)
    if not is_readable(message, bot, content_intent=content_intent):
        payload |= _BLANK
    if message.kind is MessageKind.REPLY and message.reference:
        payload["message_reference"] = _reference(message.reference)
        if not quoted:
            payload["referenced_message"] = _quoted(message.reference, bot, content_intent=content_intent)
    if message.forwarded is not None:
        payload["message_reference"] = _reference(message.forwarded) | {"type": 1}
        payload["message_snapshots"] = [{"message": _snapshot(message.forwarded)}]
    if message.nonce is not None and not quoted:
        payload["nonce"] = message.nonce
    if message.origin is not None:
        payload |= _origin(message, message.origin)
    return payload


def gateway_message_payload(message: Message, bot: User, *, content_intent: bool) -> Json:
    """Describe a message as the gateway does: with its guild and members."""
    payload = message_payload(message, bot, content_intent=content_intent)
    guild = message.channel.guild
    payload["channel_type"] = int(message.channel.kind)
    if guild is None:
        return payload
    payload["guild_id"] = str(guild.id)
    member = guild.members.get(message.author.id)
    if member is not None:
        payload["member"] = member_payload(member, with_user=False)
    for mention in payload["mentions"]:
        mentioned = guild.members.get(int(mention["id"]))
        if mentioned is not None:
            mention["member"] = member_payload(mentioned, with_user=False)
    return payload


def _always(message: Message) -> Json:
    edited = message.edited_at
    return {
        "id": str(message.id),
        "channel_id": str(message.channel.id),
        "type": int(message.kind),
        "author": user_payload(message.author),
        "timestamp": message.created_at.isoformat(),
        "edited_timestamp": edited.isoformat() if edited else None,
        "flags": int(message.flags),
        "mentions": [user_payload(user) for user in message.mentions.users],
        "mention_roles": [str(role.id) for role in message.mentions.roles],
        "mention_everyone": message.mentions.everyone,
        "pinned": False,
        "tts": False,
    }


def _content(message: Message) -> Json:
    return {
        "content": message.content,
        "embeds": [],
        "attachments": message.attachments,
        "components": message.components,
    }


def _reference(target: Message) -> Json:
    reference: Json = {
        "type": 0,
        "message_id": str(target.id),
        "channel_id": str(target.channel.id),
    }
    if target.channel.guild is not None:
        reference["guild_id"] = str(target.channel.guild.id)
    return reference


def _snapshot(target: Message) -> Json:
    """Describe what is forwarded: without its author, and readable wherever it is forwarded to."""
    fields = ("type", "timestamp", "edited_timestamp", "flags", "mentions", "mention_roles")
    always = _always(target)
    return {field: always[field] for field in fields} | _content(target)


def _quoted(target: Message, bot: User, *, content_intent: bool) -> Json | None:
    if target.deleted:
        return None
    return message_payload(target, bot, content_intent=content_intent, quoted=True)


def _origin(message: Message, origin: Json) -> Json:
    """Name the interaction a message answers; the author is then a webhook, too."""
    payload: Json = {
        "interaction_metadata": origin["metadata"],
        "application_id": origin["application_id"],
        "webhook_id": origin["application_id"],
    }
    if "legacy" in origin and message.kind is not MessageKind.DEFAULT:
        payload["interaction"] = origin["legacy"]
    return payload
