"""Interactions as the gateway sends them, and what messages remember of them."""

from tests.fake_discord.hub import Hub
from tests.fake_discord.interactions.book import Interaction, InteractionKind
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.messages import message_payload
from tests.fake_discord.payloads.things import (
    channel_payload,
    member_payload,
    user_payload,
)
from tests.fake_discord.rules.components import ComponentKind
from tests.fake_discord.state.models import Channel, Guild, User
from tests.fake_discord.state.permissions import permissions_in

IN_GUILD, IN_BOT_DM, IN_PRIVATE_CHANNEL = 0, 1, 2
ATTACHMENT_LIMIT = 10 * 1024 * 1024


def context_of(channel: Channel, bot: User) -> int:
    """Return where an interaction happens: guild, the bot's DM, or another DM."""
    if channel.guild is not None:
        return IN_GUILD
    return IN_BOT_DM if bot in channel.recipients else IN_PRIVATE_CHANNEL


def interaction_payload(hub: Hub, interaction: Interaction) -> Json:
    """Describe an interaction for INTERACTION_CREATE."""
    channel, user = interaction.channel, interaction.user
    bot = hub.world.bot
    payload: Json = {
        "id": str(interaction.id),
        "application_id": str(hub.world.application.id),
        "type": int(interaction.kind),
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "channel_id": str(channel.id),
        "channel": _channel_part(channel, user),
        "context": context_of(channel, bot),
        "authorizing_integration_owners": interaction.owners,
        "app_permissions": str(int(permissions_in(bot, channel))),
        "locale": user.locale,
        "entitlements": [],
        "attachment_size_limit": ATTACHMENT_LIMIT,
    }
    if channel.guild is None:
        payload["user"] = user_payload(user)
    else:
        payload |= _guild_part(channel.guild, channel, user)
    if interaction.message is not None:
        payload["message"] = message_payload(interaction.message, bot, content_intent=True)
        if interaction.forged is not None:
            row = {"type": int(ComponentKind.ROW), "id": 1, "components": [interaction.forged]}
            payload["message"]["components"] = [row]
    return payload


def _channel_part(channel: Channel, user: User) -> Json:
    if channel.is_direct:
        return channel_payload(channel, viewer=user)
    return channel_payload(channel) | {"permissions": str(int(permissions_in(user, channel)))}


def _guild_part(guild: Guild, channel: Channel, user: User) -> Json:
    member = member_payload(guild.members[user.id])
    member["permissions"] = str(int(permissions_in(user, channel)))
    return {
        "guild_id": str(guild.id),
        "guild_locale": guild.locale,
        "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
        "member": member,
    }


def origin_of(hub: Hub, interaction: Interaction) -> Json:
    """Return what a message remembers of the interaction that it answers."""
    metadata: Json = {
        "id": str(interaction.id),
        "type": int(interaction.kind),
        "user": user_payload(interaction.user),
        "authorizing_integration_owners": interaction.owners,
    }
    if interaction.kind is InteractionKind.COMPONENT and interaction.message:
        metadata["interacted_message_id"] = str(interaction.message.id)
    if interaction.opener is not None:
        metadata["triggering_interaction_metadata"] = origin_of(hub, interaction.opener)["metadata"]
    origin: Json = {
        "metadata": metadata,
        "application_id": str(hub.world.application.id),
    }
    if interaction.command is not None:
        metadata["name"] = interaction.command.name
        origin["legacy"] = {
            "id": str(interaction.id),
            "type": int(InteractionKind.COMMAND),
            "name": interaction.command.name,
            "user": user_payload(interaction.user),
        }
    return origin
