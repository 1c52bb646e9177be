"""Threads and posts that the bot opens and changes, and the messages in channels that it reads."""

from tests.fake_discord.errors import (
    empty_message,
    missing_permissions,
    tag_required,
    thread_exists,
    unknown_tag,
    wrong_channel_for_action,
)
from tests.fake_discord.hub import Hub
from tests.fake_discord.jsontypes import Answer, Json
from tests.fake_discord.payloads.things import channel_payload
from tests.fake_discord.posting import compose, is_empty, publish, touch
from tests.fake_discord.rest.call import Call, snowflake
from tests.fake_discord.rest.messages import describe
from tests.fake_discord.rules.messages import check_message
from tests.fake_discord.rules.problems import Problems
from tests.fake_discord.state.flags import MessageFlag, Permission
from tests.fake_discord.state.models import Channel, ChannelKind, Tag

MOST_NAME = 100
MOST_TAGS = 5
DURATIONS = (60, 1440, 4320, 10080)
MOST_LISTED, USUALLY_LISTED = 100, 50


def start_thread(hub: Hub, call: Call) -> Answer:
    """Start a thread from a message, which gives it its id."""
    channel = hub.world.channel(call.id("channel_id"))
    _check_thread(call.json)
    if channel.kind is not ChannelKind.TEXT:
        raise wrong_channel_for_action()
    if Permission.CREATE_PUBLIC_THREADS not in hub.world.bot_may(channel):
        raise missing_permissions()
    message = hub.world.message(channel, call.id("message_id"))
    if message.id in hub.world.channels:
        raise thread_exists()
    thread = Channel(
        id=message.id,
        kind=ChannelKind.THREAD,
        name=str(call.json["name"]).strip(),
        guild=channel.guild,
        parent=channel,
        owner_id=hub.world.bot.id,
        thread_members={hub.world.bot.id},
    )
    hub.world.add_channel(thread)
    hub.events.channel("THREAD_CREATE", thread)
    message.flags |= MessageFlag.HAS_THREAD
    touch(hub, message)
    hub.changes.announce(("thread", message.id))
    return channel_payload(thread)


def open_thread(hub: Hub, call: Call) -> Answer:
    """Open a thread that belongs to no message, or a post in a forum."""
    channel = hub.world.channel(call.id("channel_id"))
    _check_thread(call.json)
    match channel.kind:
        case ChannelKind.TEXT:
            return channel_payload(_public_thread(hub, channel, call.json))
        case ChannelKind.FORUM:
            return _post(hub, channel, call.json)
        case _:
            raise wrong_channel_for_action()


def _public_thread(hub: Hub, channel: Channel, body: Json) -> Channel:
    if body.get("type") != ChannelKind.THREAD:  # without a type, Discord opens a private one
        problems = Problems()
        problems.add(("type",), "NOT_MODELLED", "Private threads are not modelled.")
        problems.raise_if_any()
    if Permission.CREATE_PUBLIC_THREADS not in hub.world.bot_may(channel):
        raise missing_permissions()
    thread = _new_thread(hub, channel, body)
    hub.world.add_channel(thread)
    hub.events.channel("THREAD_CREATE", thread)
    return thread


def _post(hub: Hub, forum: Channel, body: Json) -> Json:
    """Open a post; its first message has its id. Sending messages is the permission for it."""
    content = body.get("message") or {}
    problems = Problems()
    check_message(content, problems, path=("message",))
    problems.check_count(body.get("applied_tags") or [], ("applied_tags",), most=MOST_TAGS)
    problems.raise_if_any()
    may = hub.world.bot_may(forum)
    if Permission.SEND_MESSAGES not in may:
        raise missing_permissions()
    post = _new_thread(hub, forum, body)
    post.tags = _applied(forum, body.get("applied_tags") or [], managing=Permission.MANAGE_THREADS in may)
    message = compose(hub, post, hub.world.bot, content)
    message.id = post.id
    if is_empty(message):
        raise empty_message()
    hub.world.add_channel(post)
    hub.events.channel("THREAD_CREATE", post)
    publish(hub, message)
    return channel_payload(post) | {"message": describe(hub, message)}


def _applied(forum: Channel, ids: list[str], *, managing: bool) -> tuple[Tag, ...]:
    """Return the tags with these ids; refuse unknown ones, moderated ones, and none where one is required."""
    known = {str(tag.id): tag for tag in forum.tags}
    if any(str(one) not in known for one in ids):
        raise unknown_tag()
    found = tuple(known[str(one)] for one in ids)
    if any(tag.moderated for tag in found) and not managing:
        raise missing_permissions()
    if forum.requires_tag and not found:
        raise tag_required()
    return found


def _new_thread(hub: Hub, channel: Channel, body: Json) -> Channel:
    return Channel(
        id=hub.world.ids.next(),
        kind=ChannelKind.THREAD,
        name=str(body["name"]).strip(),
        guild=channel.guild,
        parent=channel,
        owner_id=hub.world.bot.id,
        thread_members={hub.world.bot.id},
    )


def _check_thread(body: Json) -> None:
    problems = Problems()
    name = body.get("name")
    stripped = name.strip() if isinstance(name, str) else name
    problems.check_length(stripped, ("name",), least=1, most=MOST_NAME)
    if body.get("auto_archive_duration") not in {None, *DURATIONS}:
        problems.add(("auto_archive_duration",), "BASE_TYPE_CHOICES", f"Value must be one of {DURATIONS}.")
    problems.raise_if_any()


def edit_thread(hub: Hub, call: Call) -> Answer:
    """Rename or archive a thread: its starter may, others need MANAGE_THREADS; no other channel is changed."""
    thread = hub.world.channel(call.id("channel_id"))
    if not thread.is_thread:
        raise wrong_channel_for_action()
    if thread.owner_id != hub.world.bot.id and Permission.MANAGE_THREADS not in hub.world.bot_may(thread):
        raise missing_permissions()
    body = call.json
    if "name" in body:
        _check_thread(body)
        thread.name = str(body["name"]).strip()
    thread.archived = bool(body.get("archived", thread.archived))
    hub.events.channel("THREAD_UPDATE", thread)
    hub.changes.announce(("thread", thread.id))
    return channel_payload(thread)


def list_messages(hub: Hub, call: Call) -> Answer:
    """Return the newest messages, the newest first; none where the history is hidden."""
    channel = hub.world.channel(call.id("channel_id"))
    limit = int(call.query.get("limit", USUALLY_LISTED))
    if not 1 <= limit <= MOST_LISTED:
        problems = Problems()
        problems.add(("limit",), "NUMBER_TYPE_MAX", f"int value should be between 1 and {MOST_LISTED}.")
        problems.raise_if_any()
    if Permission.READ_MESSAGE_HISTORY not in hub.world.bot_may(channel):
        return []
    before = snowflake(call.query.get("before", 2**63), "before")
    found = sorted((one for one in channel.messages.values() if one.id < before), key=lambda one: -one.id)
    return [describe(hub, message) for message in found if not message.is_ephemeral][:limit]


def get_channel(hub: Hub, call: Call) -> Answer:
    """Return a channel that the bot can see."""
    return channel_payload(hub.world.channel(call.id("channel_id")), viewer=hub.world.bot)
