"""Starting interactions and waiting for what the bot makes of them."""

from tests.fake_discord.actors.modal import Modal
from tests.fake_discord.actors.person import Person
from tests.fake_discord.actors.reply import Reply
from tests.fake_discord.interactions.availability import is_forced_ephemeral
from tests.fake_discord.interactions.book import (
    Interaction,
    InteractionKind,
    ResponseKind,
)
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.interactions import interaction_payload
from tests.fake_discord.state.models import Channel, Message


class InteractionFailedError(AssertionError):
    """What a person sees as "The application did not respond"."""


class Interacting(Person):
    """Somebody who uses commands, buttons and modals."""

    def _begin(self, kind: InteractionKind, channel: Channel, data: Json, owners: Json) -> Interaction:
        """Make an interaction that the bot does not know of yet."""
        guild = channel.guild
        assert guild is None or self.id in guild.members, f"{self.name} is no member of {guild.name}"
        interaction = self._hub.interactions.open(kind, self.user, channel, data, owners)
        interaction.forced_ephemeral = is_forced_ephemeral(self.user, channel, owners)
        return interaction

    def _tell(self, interaction: Interaction) -> Interaction:
        """Tell the bot of an interaction."""
        hub = self._hub
        message = interaction.message
        interaction.message_revision = message.revision if message else 0
        hub.events.emit(
            "INTERACTION_CREATE",
            lambda _: interaction_payload(hub, interaction),
            guild=interaction.channel.guild,
            intent=None,
        )
        return interaction

    async def _response(self, interaction: Interaction) -> ResponseKind:
        """Wait for the first response, as long as Discord does."""
        try:
            return await self._hub.changes.until(
                lambda: interaction.response,
                topics=(interaction.id,),
                within=self._hub.settings.interaction_deadline,
                what=f"a response to {_describe(interaction)}",
            )
        except AssertionError as error:
            message = f"The application did not respond: {error}"
            raise InteractionFailedError(message) from None

    async def _outcome(self, interaction: Interaction, within: float | None) -> Reply | Modal:
        """Wait until there is something to see."""
        response = await self._response(interaction)
        if response is ResponseKind.MODAL:
            assert interaction.modal is not None
            return Modal(interaction, interaction.modal)
        if response is ResponseKind.DEFERRED_UPDATE:
            return await self._update(interaction, within)
        original = interaction.original
        assert original is not None, f"{_describe(interaction)} has no response"
        if response is ResponseKind.DEFERRED_MESSAGE:
            await self._hub.changes.until(
                lambda: not original.is_loading or original.deleted or None,
                topics=(interaction.id, original.id),
                within=self._patience(within),
                what=f"the bot to stop thinking about {_describe(interaction)}",
            )
        return Reply(self._hub, original, self.user, interaction)

    async def _update(self, interaction: Interaction, within: float | None) -> Reply:
        """Wait for an edit of the message, or for a follow-up, whichever is first."""
        message = interaction.message
        assert message is not None, f"{_describe(interaction)} has no message to update"

        def find() -> Message | None:
            if interaction.followups:
                return interaction.followups[0]
            changed = message.revision > interaction.message_revision
            return message if changed or message.deleted else None

        found = await self._hub.changes.until(
            find,
            topics=(interaction.id, message.id),
            within=self._patience(within),
            what=f"anything to come of {_describe(interaction)}, which was deferred",
        )
        return Reply(self._hub, found, self.user, interaction)

    async def _reply(self, interaction: Interaction, within: float | None) -> Reply:
        outcome = await self._outcome(interaction, within)
        message = f"expected a message as response, not {outcome!r}"
        assert isinstance(outcome, Reply), message
        return outcome


def _describe(interaction: Interaction) -> str:
    who = interaction.user.name
    if interaction.command is not None:
        return f"/{interaction.command.name} of {who}"
    return f"{interaction.data.get('custom_id')!r} clicked or submitted by {who}"
