"""Starting interactions and waiting for what the bot makes of them."""

from tests.fake_discord.actors.form import Form, form_of
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
from tests.fake_discord.state.models import Channel


class InteractionFailedError(AssertionError):
    """What a person sees as "The application did not respond"."""


class Interacting(Person):
    """Somebody who uses commands, buttons and menus."""

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
        hub.events.emit(
            "INTERACTION_CREATE",
            lambda _: interaction_payload(hub, interaction),
            intent=None,
            guild=interaction.channel.guild,
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

    async def _reply(self, interaction: Interaction, within: float | None) -> Reply:
        """Wait until there is something to see."""
        response = await self._response(interaction)
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

    async def _form(self, opener: Interaction) -> Form:
        """Wait for the modal that opens."""
        response = await self._response(opener)
        text = opener.original.content if opener.original else ""
        assert response is ResponseKind.MODAL, f"{_describe(opener)} opened no modal but got {response.name}: {text!r}"
        return form_of(opener)

    async def submits(self, form: Form, *, within: float | None = None, **values: str) -> Reply:
        """Send a modal; fields that are not named keep what stands in them. Return the new or changed message."""
        opener = form.opener
        data: Json = {"custom_id": form.custom_id, "components": form.filled(values)}
        interaction = self._begin(InteractionKind.MODAL_SUBMIT, opener.channel, data, opener.owners)
        interaction.message, interaction.opener = opener.message, opener
        return await self._reply(self._tell(interaction), within)


def _describe(interaction: Interaction) -> str:
    who = interaction.user.name
    if interaction.command is not None:
        return f"/{interaction.command.name} of {who}"
    verb = "sent" if interaction.kind is InteractionKind.MODAL_SUBMIT else "clicked"
    return f"{interaction.data.get('custom_id')!r} {verb} by {who}"
