"""What responses and follow-ups do to the channel the interaction came from."""

from collections.abc import Sequence

from tests.fake_discord.errors import empty_message, too_many_followups
from tests.fake_discord.hub import Hub
from tests.fake_discord.interactions.book import Interaction, InteractionKind
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.interactions import origin_of
from tests.fake_discord.posting import (
    Upload,
    attach,
    compose,
    is_empty,
    publish,
    revise,
)
from tests.fake_discord.state.flags import MessageFlag
from tests.fake_discord.state.models import Message, MessageKind

CONTEXT_COMMAND_KINDS = frozenset({2, 3})
MOST_USER_INSTALL_FOLLOWUPS = 5


def respond_with_message(hub: Hub, interaction: Interaction, body: Json, uploads: Sequence[Upload]) -> Message:
    """Show the response, to everybody or to the person alone."""
    message = _compose(hub, interaction, body)
    attach(hub, message, uploads)
    if is_empty(message):
        raise empty_message()
    interaction.original = message
    return publish(hub, message)


def respond_with_thinking(hub: Hub, interaction: Interaction, body: Json) -> Message:
    """Show "… is thinking"; whether it is ephemeral is settled for good by this."""
    flags = int(body.get("flags") or 0) | int(MessageFlag.LOADING)
    message = _compose(hub, interaction, {"flags": flags})
    interaction.original = message
    return publish(hub, message)


def follow_up(hub: Hub, interaction: Interaction, body: Json, uploads: Sequence[Upload]) -> Message:
    """Add a message; the first one takes the place of "… is thinking"."""
    original = interaction.original
    if original is not None and original.is_loading:
        fill(hub, original, body, uploads)
        return original
    if interaction.only_user_installed:
        count = len(interaction.followups)
        if count >= MOST_USER_INSTALL_FOLLOWUPS:
            raise too_many_followups()
    message = _compose(hub, interaction, body)
    attach(hub, message, uploads)
    if is_empty(message):
        raise empty_message()
    if original is not None:
        message.reference = original
        message.kind = MessageKind.REPLY
    interaction.followups.append(message)
    publish(hub, message)
    hub.changes.announce(interaction.id)
    return message


def fill(hub: Hub, message: Message, body: Json, uploads: Sequence[Upload]) -> None:
    """Put content into a message that was only "… is thinking"."""
    filled = compose(hub, message.channel, message.author, body)
    attach(hub, filled, uploads)
    if is_empty(filled):
        raise empty_message()
    message.flags &= ~MessageFlag.LOADING
    message.flags |= filled.flags & ~MessageFlag.EPHEMERAL
    message.attachments = filled.attachments
    if not message.is_ephemeral:
        message.mentions = filled.mentions
    kept = {key: body.get(key) for key in ("content", "components")}
    kept["allowed_mentions"] = body.get("allowed_mentions")
    revise(hub, message, kept, edited=False)


def _compose(hub: Hub, interaction: Interaction, body: Json) -> Message:
    flags = int(body.get("flags") or 0)
    if interaction.forced_ephemeral:
        flags |= int(MessageFlag.EPHEMERAL)
    bot = hub.world.bot
    message = compose(hub, interaction.channel, bot, body | {"flags": flags})
    if message.is_ephemeral:
        message.audience = interaction.user
    message.origin = origin_of(hub, interaction)
    if interaction.kind is InteractionKind.COMMAND:
        menu = interaction.data.get("type") in CONTEXT_COMMAND_KINDS
        message.kind = MessageKind.CONTEXT_MENU if menu else MessageKind.SLASH_COMMAND
    return message
