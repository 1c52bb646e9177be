"""Buttons and menus as Discord items; all they know stands in their custom ids, so they outlive a restart."""

import re
from typing import Any, Self

import discord
from discord import ui

from bot.discord_front import ids
from bot.service.presentation import Button, Menu, Page

Interaction = discord.Interaction[Any]
_STYLES = {"primary": discord.ButtonStyle.primary, "secondary": discord.ButtonStyle.secondary}


class PageButton(ui.DynamicItem[ui.Button[Any]], template=ids.ANY_BUTTON):
    """Any button of a page, of whatever version."""

    @classmethod
    def of(cls, button: Button) -> Self:
        """Make the button of a page."""
        custom_id = ids.button_id(button.action)
        return cls(ui.Button(label=button.label, custom_id=custom_id, style=_STYLES[button.style]))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Take a button that was pressed."""
        del item
        return cls(ui.Button(custom_id=match.string))

    async def callback(self, interaction: Interaction) -> Any:  # noqa: ANN401  as discord.py has it
        """Do what the custom id says."""
        await interaction.client.pressed(interaction, self.custom_id)


class PageMenu(ui.DynamicItem[ui.Select[Any]], template=ids.ANY_MENU):
    """Any menu of a page, of whatever version."""

    @classmethod
    def of(cls, menu: Menu) -> Self:
        """Make the menu of a page."""
        options = [
            discord.SelectOption(label=choice.label, value=ids.choice_value(choice.view)) for choice in menu.choices
        ]
        return cls(ui.Select(custom_id=ids.menu_id(menu.owner), placeholder=menu.placeholder, options=options))

    @classmethod
    async def from_custom_id(cls, _: Interaction, item: ui.Item[Any], match: re.Match[str], /) -> Self:
        """Take a menu that was used."""
        del item
        return cls(ui.Select(custom_id=match.string))

    async def callback(self, interaction: Interaction) -> Any:  # noqa: ANN401  as discord.py has it
        """Show what was picked."""
        data: Any = interaction.data
        await interaction.client.picked(interaction, self.custom_id, str(data["values"][0]))


def view_of(page: Page) -> ui.View | None:
    """Return the menu and the one row of buttons of a page; None where it has neither."""
    if not page.buttons and page.menu is None:
        return None
    view = ui.View(timeout=None)
    if page.menu is not None:
        view.add_item(PageMenu.of(page.menu))
    for button in page.buttons:
        view.add_item(PageButton.of(button))
    return view
