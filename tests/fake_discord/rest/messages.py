"""Messages in channels, written and read by the bot with its token."""

from tests.fake_discord.errors import (
    archived_thread,
    closed_direct_messages,
    empty_message,
    foreign_message,
    missing_access,
    missing_permissions,
    no_history,
    wrong_channel_kind,
)
from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Answer, Json
from tests.fake_discord.payloads.messages import message_payload
from tests.fake_discord.payloads.things import channel_payload
from tests.fake_discord.posting import (
    attach,
    compose,
    erase,
    is_empty,
    publish,
    refer,
    revise,
)
from tests.fake_discord.rest.call import Call, snowflake
from tests.fake_discord.rules.messages import check_message
from tests.fake_discord.rules.problems import Problems
from tests.fake_discord.state.flags import Intent, Permission
from tests.fake_discord.state.models import Channel, ChannelKind, Message


def describe(hub: Hub, message: Message) -> Json:
    """Return a message as the HTTP API shows it.

    There the content depends on whether the intent was granted to the application, not
    on whether a session asked for it.
    """
    content_intent = Intent.MESSAGE_CONTENT in hub.world.application.granted
    return message_payload(message, hub.world.bot, content_intent=content_intent)


def open_direct_channel(hub: Hub, call: Call) -> Answer:
    """Open the direct message with a user, who must share a guild with the bot."""
    user = hub.world.user(snowflake(call.json.get("recipient_id"), "recipient_id"))
    bot = hub.world.bot
    guilds = hub.world.guilds.values()
    shared = any(bot.id in g.members and user.id in g.members for g in guilds)
    if not shared and not user.has_installed_app:
        raise missing_access()
    return channel_payload(hub.world.direct_channel(user, bot), viewer=bot)


def create_message(hub: Hub, call: Call) -> Answer:
    """Write a message, or return the one that already has its nonce."""
    channel = hub.world.channel(call.id("channel_id"))
    problems = Problems()
    check_message(call.json, problems)
    problems.raise_if_any()
    require_sending(hub, channel)
    earlier = _with_nonce(hub, channel, call.json)
    if earlier is not None:
        return describe(hub, earlier)
    return describe(hub, _write(hub, channel, call))


def _write(hub: Hub, channel: Channel, call: Call) -> Message:
    message = compose(hub, channel, hub.world.bot, call.json)
    if call.uploads and Permission.ATTACH_FILES not in hub.world.bot_may(channel):
        raise missing_permissions()
    attach(hub, message, call.uploads)
    if is_empty(message):
        raise empty_message()
    reference = call.json.get("message_reference")
    if reference:
        _reply(hub, message, call.json, reference)
    return publish(hub, message)


def require_sending(hub: Hub, channel: Channel) -> None:
    """Refuse a channel in which the bot may not write."""
    may = hub.world.bot_may(channel)
    if channel.kind is ChannelKind.FORUM:
        raise wrong_channel_kind()
    if Permission.SEND_MESSAGES not in may:
        raise missing_permissions()
    if channel.locked and Permission.MANAGE_THREADS not in may:
        raise archived_thread()
    people = [user for user in channel.recipients if not user.is_bot]
    if channel.is_direct and not all(p.takes_direct_messages for p in people):
        raise closed_direct_messages()


def _with_nonce(hub: Hub, channel: Channel, body: Json) -> Message | None:
    """Return the bot's recent message with the same nonce, if it is to be unique."""
    nonce = body.get("nonce")
    if nonce is None or not body.get("enforce_nonce"):
        return None
    message = channel.nonces.get(str(nonce))
    if message is None or message.deleted:
        return None
    age = hub.clock.wall() - message.created_at
    return message if age.total_seconds() <= hub.settings.nonce_memory else None


def _reply(hub: Hub, message: Message, body: Json, reference: Json) -> None:
    if Permission.READ_MESSAGE_HISTORY not in hub.world.bot_may(message.channel):
        raise no_history()
    target_id = snowflake(reference.get("message_id"), "message_reference")
    target = message.channel.messages.get(target_id)
    if target is not None and not target.is_ephemeral:
        refer(message, target, body)
    elif reference.get("fail_if_not_exists", True):
        problems = Problems()
        code = "MESSAGE_REFERENCE_UNKNOWN_MESSAGE"
        problems.add(("message_reference",), code, "Unknown message")
        problems.raise_if_any()


def edit_message(hub: Hub, call: Call) -> Answer:
    """Change a message of the bot's own."""
    channel = hub.world.channel(call.id("channel_id"))
    message = hub.world.message(channel, call.id("message_id"))
    if message.author is not hub.world.bot:
        raise foreign_message()
    apply_edit(hub, message, call)
    return describe(hub, message)


def apply_edit(hub: Hub, message: Message, call: Call) -> None:
    """Check and carry out an edit, whichever way it came."""
    problems = Problems()
    check_message(call.json, problems)
    problems.raise_if_any()
    before = {"content": message.content, "components": message.components, "attachments": message.attachments}
    if not call.uploads and not any((before | call.json)[key] for key in before):
        raise empty_message()
    revise(hub, message, call.json, uploads=call.uploads)


def delete_message(hub: Hub, call: Call) -> Answer:
    """Delete a message of the bot's own."""
    channel = hub.world.channel(call.id("channel_id"))
    message = hub.world.message(channel, call.id("message_id"))
    if message.author is not hub.world.bot:
        raise missing_permissions()
    erase(hub, message)
    return None
