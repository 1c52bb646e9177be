"""Follow-ups to interactions: messages under the interaction's token."""

from tests.fake_discord.errors import (
    expired_token,
    unknown_message,
    unknown_webhook,
)
from tests.fake_discord.hub import Hub
from tests.fake_discord.interactions.book import Interaction, ResponseKind
from tests.fake_discord.interactions.responses import fill, follow_up
from tests.fake_discord.jsontypes import Answer
from tests.fake_discord.rest.call import Call
from tests.fake_discord.rest.messages import apply_edit, describe
from tests.fake_discord.rules.messages import SETTABLE_IN_RESPONSES, check_message
from tests.fake_discord.rules.problems import Problems


def create_followup(hub: Hub, call: Call) -> Answer:
    """Write a follow-up."""
    interaction = _interaction(hub, call)
    problems = Problems()
    check_message(call.json, problems, settable=SETTABLE_IN_RESPONSES)
    problems.raise_if_any()
    message = follow_up(hub, interaction, call.json, call.uploads)
    hub.changes.announce(interaction.id)
    return describe(hub, message)


def edit_original(hub: Hub, call: Call) -> Answer:
    """Change the original response."""
    interaction = _interaction(hub, call)
    message = interaction.original
    if message is None or message.deleted:
        raise unknown_message()
    if message.is_loading:
        problems = Problems()
        check_message(call.json, problems, settable=SETTABLE_IN_RESPONSES)
        problems.raise_if_any()
        fill(hub, message, call.json, call.uploads)
    else:
        apply_edit(hub, message, call)
    hub.changes.announce(interaction.id)
    return describe(hub, message)


def _interaction(hub: Hub, call: Call) -> Interaction:
    """Return the interaction of a token that still has force."""
    interaction = hub.interactions.find(call.path["webhook_token"])
    if interaction is None or call.id("webhook_id") != hub.world.application.id:
        raise unknown_webhook()
    if hub.interactions.is_expired(interaction):
        raise expired_token()
    if interaction.response in {None, ResponseKind.MODAL}:  # a modal is answered under the token of its own
        raise unknown_webhook()
    return interaction
