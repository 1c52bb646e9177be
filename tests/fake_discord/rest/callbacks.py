"""The first response to an interaction: once, in time, and of a kind that fits."""

from tests.fake_discord.errors import already_acknowledged, unknown_interaction
from tests.fake_discord.hub import Hub
from tests.fake_discord.interactions.book import (
    Interaction,
    InteractionKind,
    ResponseKind,
)
from tests.fake_discord.interactions.responses import (
    respond_with_message,
    respond_with_thinking,
)
from tests.fake_discord.jsontypes import Answer, Json
from tests.fake_discord.rest.call import Call
from tests.fake_discord.rest.messages import apply_edit, describe
from tests.fake_discord.rules.commands import GROUP, SUBCOMMAND, check_choices
from tests.fake_discord.rules.messages import SETTABLE_IN_RESPONSES, check_message
from tests.fake_discord.rules.modals import check_modal
from tests.fake_discord.rules.problems import Problems
from tests.fake_discord.state.models import Message

_NEW_MESSAGES = {ResponseKind.MESSAGE, ResponseKind.DEFERRED_MESSAGE}
_UPDATES = {ResponseKind.DEFERRED_UPDATE, ResponseKind.UPDATE}
_FITTING = {
    InteractionKind.COMMAND: {*_NEW_MESSAGES, ResponseKind.MODAL},
    InteractionKind.COMPONENT: {*_NEW_MESSAGES, *_UPDATES, ResponseKind.MODAL},
    InteractionKind.AUTOCOMPLETE: {ResponseKind.AUTOCOMPLETE},
    InteractionKind.MODAL_SUBMIT: _NEW_MESSAGES,
}


def respond(hub: Hub, call: Call) -> Answer:
    """Take the first response to an interaction."""
    interaction = hub.interactions.find(call.path["interaction_token"])
    if interaction is None or interaction.id != call.id("interaction_id"):
        raise unknown_interaction()
    if interaction.response is not None:
        raise already_acknowledged()
    if hub.interactions.is_late(interaction):
        raise unknown_interaction()
    kind = _kind(call.json, interaction)
    _carry_out(hub, interaction, kind, call)
    interaction.response = kind
    hub.changes.announce(interaction.id)
    if call.query.get("with_response", "").lower() in {"1", "true"}:
        return _receipt(hub, interaction, kind)
    return None


def _kind(body: Json, interaction: Interaction) -> ResponseKind:
    fitting = _FITTING[interaction.kind]
    if interaction.kind is InteractionKind.MODAL_SUBMIT and interaction.message is not None:
        fitting = fitting | _UPDATES  # the message whose button opened the modal
    problems = Problems()
    if body.get("type") not in fitting:
        message = f"Value must be one of {sorted(fitting)} for this interaction."
        problems.add(("type",), "BASE_TYPE_CHOICES", message)
    problems.raise_if_any()
    return ResponseKind(body["type"])


def _carry_out(hub: Hub, interaction: Interaction, kind: ResponseKind, call: Call) -> None:
    data: Json = call.json.get("data") or {}
    match kind:
        case ResponseKind.MESSAGE:
            _check(data)
            respond_with_message(hub, interaction, data, call.uploads)
        case ResponseKind.DEFERRED_MESSAGE:
            respond_with_thinking(hub, interaction, data)
        case ResponseKind.DEFERRED_UPDATE:
            interaction.original = _pressed(interaction)
        case ResponseKind.UPDATE:
            _update(hub, interaction, data, call)
        case ResponseKind.AUTOCOMPLETE:
            _offer_choices(interaction, data)
        case ResponseKind.MODAL:
            problems = Problems()
            check_modal(data, ("data",), problems)
            problems.raise_if_any()
            interaction.modal = data


def _check(data: Json) -> None:
    problems = Problems()
    check_message(data, problems, settable=SETTABLE_IN_RESPONSES, path=("data",))
    problems.raise_if_any()


def _pressed(interaction: Interaction) -> Message:
    """Return the message whose button or menu was used."""
    message = interaction.message
    if message is None or message.deleted:
        raise unknown_interaction()
    return message


def _update(hub: Hub, interaction: Interaction, data: Json, call: Call) -> None:
    message = _pressed(interaction)
    inner = Call(path=call.path, query=call.query, body=data, uploads=call.uploads)
    apply_edit(hub, message, inner)
    interaction.original = message


def _offer_choices(interaction: Interaction, data: Json) -> None:
    choices = data.get("choices") or []
    problems = Problems()
    option = interaction.data["options"][-1]  # the one that is being typed, perhaps of a subcommand
    while option["type"] in {SUBCOMMAND, GROUP}:
        option = option["options"][-1]
    check_choices(choices, ("data", "choices"), problems, option=option)
    problems.raise_if_any()
    interaction.choices = choices


def _receipt(hub: Hub, interaction: Interaction, kind: ResponseKind) -> Json:
    original = interaction.original
    receipt: Json = {
        "interaction": {
            "id": str(interaction.id),
            "type": int(interaction.kind),
        },
        "resource": {"type": int(kind)},
    }
    if original is not None:
        receipt["interaction"] |= {
            "response_message_id": str(original.id),
            "response_message_loading": original.is_loading,
            "response_message_ephemeral": original.is_ephemeral,
        }
        receipt["resource"]["message"] = describe(hub, original)
    return receipt
