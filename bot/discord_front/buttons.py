"""What buttons and menus do when somebody uses them."""

from dataclasses import replace

import discord

from bot.discord_front.front import front_of, is_alone, language_for
from bot.discord_front.ids import read_button, read_menu
from bot.discord_front.sending import Interaction, respond, update
from bot.service.list_pages import menu_of, page_of
from bot.service.own_pages import why_page
from bot.service.presentation import Page, plain_page, related_page
from bot.service.views import Action, FactView


async def press(interaction: Interaction, custom_id: str) -> None:
    """Do what a button says; politely nothing when it is of another version or its fact has gone."""
    knowledge = front_of(interaction).knowledge
    match read_button(custom_id):
        case Action("open", view, trace):
            page = page_of(knowledge, view, trace=trace, shareable=is_shareable(interaction))
            await _show(interaction, page)
        case Action("share") as action:
            await _share(interaction, action)
        case Action("why", FactView() as view, trace):
            await _tell(interaction, why_page(knowledge, view, trace))
        case Action("related", FactView() as view):
            await _tell(interaction, related_page(knowledge, view))
        case _:
            await _tell(interaction, None)


async def pick(interaction: Interaction, custom_id: str, value: str) -> None:
    """Show the entry of a menu, the menu staying in place."""
    knowledge = front_of(interaction).knowledge
    owner, action = read_menu(custom_id), read_button(value)
    page = page_of(knowledge, action.view, shareable=is_shareable(interaction)) if action else None
    if page is not None and owner is not None:
        page = replace(page, menu=menu_of(knowledge, owner))
    await _show(interaction, page)


async def _show(interaction: Interaction, page: Page | None) -> None:
    """Put a page in place of the message for whom it was written, before others for their eyes only."""
    if page is not None and is_for(interaction):
        await update(interaction, page)
    else:
        await _tell(interaction, page)


async def _tell(interaction: Interaction, page: Page | None) -> None:
    gone = page or plain_page(front_of(interaction).voice(language_for(interaction)), "gone")
    await respond(interaction, gone, private=True)


async def _share(interaction: Interaction, action: Action) -> None:
    """Take the button away and say the answer once more, to everybody."""
    page = page_of(front_of(interaction).knowledge, action.view, trace=action.trace)
    if page is None:
        await _tell(interaction, None)
        return
    await update(interaction, page)
    await respond(interaction, page, private=False)


def is_for(interaction: Interaction) -> bool:
    """Tell whether the message with the button was written for the person who pressed it."""
    message = interaction.message
    if message is None:
        return False
    if message.flags.ephemeral or is_alone(interaction):
        return True
    if message.interaction_metadata is not None:
        return message.interaction_metadata.user.id == interaction.user.id
    question = message.reference.resolved if message.reference else None
    return isinstance(question, discord.Message) and question.author.id == interaction.user.id


def is_shareable(interaction: Interaction) -> bool:
    """Tell whether what a button shows is for the person's eyes only, in a place with others."""
    message = interaction.message
    if message is None or is_alone(interaction):
        return False
    return message.flags.ephemeral or not is_for(interaction)
