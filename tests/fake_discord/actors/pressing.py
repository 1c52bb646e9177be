"""Clicking buttons and picking from menus."""

from tests.fake_discord.actors.form import Form
from tests.fake_discord.actors.interacting import Interacting
from tests.fake_discord.actors.reply import Reply, Select
from tests.fake_discord.interactions.book import (
    GUILD_INSTALL,
    Interaction,
    InteractionKind,
)
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.rules.components import ComponentKind
from tests.fake_discord.state.models import Message


class Pressing(Interacting):
    """Somebody who presses what the bot offers."""

    async def clicks(self, reply: Reply, name: str, *, within: float | None = None) -> Reply:
        """Click a button by label or custom id; return the new or changed message."""
        return await self._reply(self._click(reply, name), within)

    async def opens(self, reply: Reply, name: str) -> Form:
        """Click a button that opens a modal; return the modal."""
        return await self._form(self._click(reply, name))

    async def picks(self, reply: Reply, *values: str, within: float | None = None) -> Reply:
        """Pick options, by value or label, of the first menu that has them all."""
        self._look_at(reply.message)
        menu, chosen = self._menu(reply, values)
        data: Json = {
            "custom_id": menu.custom_id,
            "component_type": int(ComponentKind.TEXT_MENU),
            "values": chosen,
        }
        interaction = self._press(reply.message, data)
        return await self._reply(interaction, within)

    async def picks_nothing(self, reply: Reply, *, within: float | None = None) -> Reply:
        """Use the first menu without `values`, which only a broken client does."""
        data: Json = {"custom_id": reply.selects[0].custom_id, "component_type": int(ComponentKind.TEXT_MENU)}
        return await self._reply(self._press(reply.message, data), within)

    async def forges_click(self, message: Reply, custom_id: str, *, within: float | None = None) -> Reply:
        """Send a click on a button that the message does not have.

        The interaction claims that it has it: discord.py drops a click on a dynamic item
        that it does not find in the message.
        """
        kind = int(ComponentKind.BUTTON)
        button = {"type": kind, "id": 2, "style": 1, "label": "forged", "custom_id": custom_id}
        data = {"custom_id": custom_id, "component_type": kind}
        return await self._reply(self._press(message.message, data, forged=button), within)

    def _click(self, reply: Reply, name: str) -> Interaction:
        self._look_at(reply.message)
        button = reply.button(name)
        assert not button.disabled, f"{name!r} on {reply!r} is disabled"
        data: Json = {
            "custom_id": button.custom_id,
            "component_type": int(ComponentKind.BUTTON),
        }
        return self._press(reply.message, data)

    def _look_at(self, message: Message) -> None:
        assert self.can_see(message), f"{self.name} does not see {message.content!r}"

    def _press(self, message: Message, data: Json, *, forged: Json | None = None) -> Interaction:
        """Tell the bot; the owners are those of the message's own interaction."""
        owners = {GUILD_INSTALL: "0"}
        if message.channel.guild is not None:
            owners = {GUILD_INSTALL: str(message.channel.guild.id)}
        if message.origin is not None:
            owners = message.origin["metadata"]["authorizing_integration_owners"]
        interaction = self._begin(InteractionKind.COMPONENT, message.channel, data, owners)
        interaction.message = message
        interaction.forged = forged
        return self._tell(interaction)

    def _menu(self, reply: Reply, values: tuple[str, ...]) -> tuple[Select, list[str]]:
        for menu in reply.selects:
            by_name = {o.label: o.value for o in menu.options} | {o.value: o.value for o in menu.options}
            if all(value in by_name for value in values):
                fits = menu.least <= len(values) <= menu.most
                assert fits, f"the menu takes {menu.least} to {menu.most} values, not {len(values)}"
                return menu, [by_name[value] for value in values]
        menus = [[option.label for option in menu.options] for menu in reply.selects]
        message = f"no menu on {reply!r} offers {values}, only {menus}"
        raise AssertionError(message)
