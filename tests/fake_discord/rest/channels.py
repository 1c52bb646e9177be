"""Channels, threads and direct messages."""

from tests.fake_discord.errors import missing_access, missing_permissions
from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Answer, Json
from tests.fake_discord.payloads.things import channel_payload, thread_payload
from tests.fake_discord.posting import compose, publish
from tests.fake_discord.rest.call import Call, snowflake
from tests.fake_discord.rest.messages import describe
from tests.fake_discord.rules.messages import check_message
from tests.fake_discord.rules.problems import Problems
from tests.fake_discord.state.flags import MessageFlag, Permission
from tests.fake_discord.state.models import Channel, ChannelKind, Message


def get_channel(hub: Hub, call: Call) -> Answer:
    """Return a channel the bot can see."""
    channel = hub.world.channel(call.id("channel_id"))
    if channel.is_thread:
        return thread_payload(channel, hub.world.bot)
    return channel_payload(channel, viewer=hub.world.bot)


def open_direct_channel(hub: Hub, call: Call) -> Answer:
    """Open the direct message with a user, who must share a guild with the bot."""
    user = hub.world.user(snowflake(call.json.get("recipient_id"), "recipient_id"))
    bot = hub.world.bot
    guilds = hub.world.guilds.values()
    shared = any(bot.id in g.members and user.id in g.members for g in guilds)
    if not shared and not user.has_installed_app:
        raise missing_access()
    return channel_payload(hub.world.direct_channel(user, bot), viewer=bot)


def start_thread_from_message(hub: Hub, call: Call) -> Answer:
    """Start a public thread on a message; it takes the message's id."""
    parent = hub.world.channel(call.id("channel_id"))
    message = hub.world.message(parent, call.id("message_id"))
    _require(hub, parent, Permission.CREATE_PUBLIC_THREADS)
    thread = _start(hub, parent, call.json, thread_id=message.id)
    message.thread = thread
    message.flags |= MessageFlag.HAS_THREAD
    return thread_payload(thread, hub.world.bot)


def start_thread(hub: Hub, call: Call) -> Answer:
    """Start a thread of its own, or a post in a forum."""
    parent = hub.world.channel(call.id("channel_id"))
    if parent.kind is ChannelKind.FORUM:
        return _start_post(hub, parent, call.json)
    kind = ChannelKind(int(call.json.get("type") or ChannelKind.PRIVATE_THREAD))
    private = kind is ChannelKind.PRIVATE_THREAD
    needed = Permission.CREATE_PRIVATE_THREADS if private else Permission.CREATE_PUBLIC_THREADS
    _require(hub, parent, needed)
    thread = _start(hub, parent, call.json, kind=kind)
    return thread_payload(thread, hub.world.bot)


def _start_post(hub: Hub, parent: Channel, body: Json) -> Answer:
    _require(hub, parent, Permission.SEND_MESSAGES)
    problems = Problems()
    check_message(body.get("message") or {}, problems, path=("message",))
    problems.raise_if_any()
    thread = _start(hub, parent, body)
    message = compose(hub, thread, hub.world.bot, body.get("message") or {})
    publish(hub, _with_id(message, thread.id))
    payload = thread_payload(thread, hub.world.bot)
    return payload | {"message": describe(hub, message)}


def _with_id(message: Message, message_id: int) -> Message:
    message.id = message_id
    return message


def _start(
    hub: Hub,
    parent: Channel,
    body: Json,
    *,
    kind: ChannelKind = ChannelKind.PUBLIC_THREAD,
    thread_id: int | None = None,
) -> Channel:
    problems = Problems()
    problems.check_length(body.get("name"), ("name",), least=1, most=100)
    problems.raise_if_any()
    thread = Channel(
        id=thread_id or hub.world.ids.next(),
        kind=kind,
        name=str(body["name"]),
        guild=parent.guild,
        parent=parent,
        owner_id=hub.world.bot.id,
        thread_members={hub.world.bot.id},
    )
    hub.world.add_channel(thread)
    hub.events.channel("THREAD_CREATE", thread)
    return thread


def join_thread(hub: Hub, call: Call) -> Answer:
    """Let the bot join a thread."""
    thread = hub.world.channel(call.id("channel_id"))
    thread.thread_members.add(hub.world.bot.id)
    return None


def _require(hub: Hub, channel: Channel, needed: Permission) -> None:
    if needed not in hub.world.bot_may(channel):
        raise missing_permissions()
