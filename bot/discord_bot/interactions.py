"""Answers to slash commands, menus and buttons, and what is suggested while somebody types."""

from collections.abc import Callable
from dataclasses import replace

import discord
from discord import app_commands

from bot.core.matching import Question
from bot.core.model import Language
from bot.discord_bot.components import choice_value, read_button, read_menu
from bot.discord_bot.context import context_of_interaction, is_alone, language_for, without_mention
from bot.discord_bot.sending import Interaction, in_time, log_failure, respond, update
from bot.service.pages import (
    CHOICE_LABEL,
    Page,
    about_page,
    list_page,
    listing,
    menu_of,
    page_of,
    plain_page,
    related_page,
    reply_page,
    starters_page,
    why_page,
)
from bot.service.views import Action, EntityView, FactView, ListView, View
from bot.service.wording import clip

Choices = list[app_commands.Choice[str]]


def is_private(interaction: Interaction, *, public: bool) -> bool:
    """Tell whether the answer is for the asker's eyes only; in a direct message there is nobody else."""
    return not public and not is_alone(interaction)


async def answer_ask(interaction: Interaction, text: str, language: Language | None, *, public: bool) -> None:
    """Answer `/ask`: a question that was picked from the list, or one that was written."""
    picked = read_button(text)
    if picked is not None:
        await show(interaction, picked.view, public=public)
    else:
        await answer_text(interaction, text, language, public=public)


async def answer_text(interaction: Interaction, text: str, language: Language | None, *, public: bool) -> None:
    """Answer a question in its own language unless another is wished for."""
    front, private = context_of_interaction(interaction), is_private(interaction, public=public)
    if not text.strip():
        await respond(interaction, plain_page(front.voice(language_for(interaction)), "empty"), private=True)
        return
    person, channel, conversations = interaction.user.id, interaction.channel_id or 0, front.limits.conversations
    after = conversations.before(person, channel, private=private)
    question = Question(text, language, default=language_for(interaction), after=after)
    reply = await in_time(interaction, front.responder.ask(question), private=private)
    if reply.context:
        conversations.note(person, channel, reply.context, private=private)
    await respond(interaction, reply_page(front.knowledge, reply, shareable=private), private=private)


async def answer_message(interaction: Interaction, message: discord.Message) -> None:
    """Answer the message whose menu was used, before the asker alone."""
    text = without_mention(message.content, interaction.client.bot_id)
    if text:
        await answer_text(interaction, text, None, public=False)
    else:
        page = plain_page(context_of_interaction(interaction).voice(language_for(interaction)), "nothing_to_answer")
        await respond(interaction, page, private=True)


async def show(interaction: Interaction, view: View, *, public: bool) -> None:
    """Show a page; a sentence instead where it has gone."""
    front, private = context_of_interaction(interaction), is_private(interaction, public=public)
    page = page_of(front.knowledge, view, shareable=private)
    gone = plain_page(front.voice(view.language), "gone")
    await respond(interaction, page or gone, private=private or page is None)


async def show_list(interaction: Interaction, key: str, *, public: bool) -> None:
    """Answer a command declared in YAML; a sentence where a reload took it away."""
    front, language = context_of_interaction(interaction), language_for(interaction)
    private = is_private(interaction, public=public)
    page = list_page(front.knowledge, ListView(key, 0, language), shareable=private)
    gone = plain_page(front.voice(language), "command_gone")
    await respond(interaction, page or gone, private=private or page is None)


async def show_entity(interaction: Interaction, key: str, name: str, *, public: bool) -> None:
    """Answer a look-up by what was picked from the list, or by the nearest name."""
    front, language = context_of_interaction(interaction), language_for(interaction)
    command = listing(front.knowledge, key)
    picked = read_button(name)
    if command is not None and picked is not None and isinstance(picked.view, EntityView):
        await show(interaction, picked.view, public=public)
        return
    nearest = front.names(command).complete(name, language, 1) if command else ()
    if nearest and name.strip():
        await show(interaction, EntityView(nearest[0].article, nearest[0].target, language), public=public)
    else:
        sentence = "entity_nothing" if command else "command_gone"
        await respond(interaction, plain_page(front.voice(language), sentence), private=True)


async def show_help(interaction: Interaction) -> None:
    """Say how to ask, with three questions to tap."""
    page = starters_page(context_of_interaction(interaction).knowledge, language_for(interaction), "help")
    await respond(interaction, page, private=is_private(interaction, public=False))


async def show_about(interaction: Interaction) -> None:
    """Say where the answers come from, how they are found and what is kept."""
    page = about_page(context_of_interaction(interaction).knowledge, language_for(interaction))
    await respond(interaction, page, private=is_private(interaction, public=False))


def completed(complete: Callable[[], Choices]) -> Choices:
    """Return what there is to suggestion, nothing on a failure: discord.py would log the person's id with it."""
    try:
        return complete()
    except Exception as error:  # noqa: BLE001  an entry point
        log_failure(error)
        return []


def question_choices(interaction: Interaction, typed: str) -> Choices:
    """Return the questions that continue what was typed; picking one answers exactly that."""
    return [
        _choice(one.text, FactView(one.article, one.target, one.language))
        for one in context_of_interaction(interaction).questions().complete(typed, language_for(interaction))
    ]


def name_choices(interaction: Interaction, key: str, typed: str) -> Choices:
    """Return the names that continue what was typed, each by its proper name."""
    front, language = context_of_interaction(interaction), language_for(interaction)
    command = listing(front.knowledge, key)
    if command is None:
        return []
    proper = {(article.slug, entity.id): entity.name.get(language) for article, entity in command.entities()}
    return [
        _choice(proper[one.article, one.target], EntityView(one.article, one.target, language))
        for one in front.names(command).complete(typed, language)
    ]


def _choice(name: str, view: View) -> app_commands.Choice[str]:
    return app_commands.Choice(name=clip(name, CHOICE_LABEL), value=choice_value(view))


async def press(interaction: Interaction, custom_id: str) -> None:
    """Do what a button says; politely nothing when it is of another version or its fact has gone."""
    knowledge = context_of_interaction(interaction).knowledge
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
    knowledge = context_of_interaction(interaction).knowledge
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
    gone = page or plain_page(context_of_interaction(interaction).voice(language_for(interaction)), "gone")
    await respond(interaction, gone, private=True)


async def _share(interaction: Interaction, action: Action) -> None:
    """Take the button away and say the answer once more, to everybody."""
    page = page_of(context_of_interaction(interaction).knowledge, action.view, trace=action.trace)
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
