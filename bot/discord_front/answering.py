"""Answers to slash commands and message menus, and what is offered while somebody types."""

from collections.abc import Callable

import discord
from discord import app_commands

from bot.core.answer import Question
from bot.core.model import Language
from bot.discord_front.front import front_of, is_alone, language_for
from bot.discord_front.hearing import without_mention
from bot.discord_front.ids import choice_value, read_button
from bot.discord_front.sending import Interaction, in_time, log_failure, respond
from bot.service.list_pages import list_page, page_of
from bot.service.listing import listing
from bot.service.own_pages import about_page
from bot.service.presentation import CHOICE_LABEL, plain_page, reply_page, starters_page
from bot.service.views import EntityView, FactView, ListView, View
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
    front, private = front_of(interaction), is_private(interaction, public=public)
    if not text.strip():
        await respond(interaction, plain_page(front.voice(language_for(interaction)), "empty"), private=True)
        return
    person, channel, conversations = interaction.user.id, interaction.channel_id or 0, front.conduct.conversations
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
        page = plain_page(front_of(interaction).voice(language_for(interaction)), "nothing_to_answer")
        await respond(interaction, page, private=True)


async def show(interaction: Interaction, view: View, *, public: bool) -> None:
    """Show a page; a sentence instead where it has gone."""
    front, private = front_of(interaction), is_private(interaction, public=public)
    page = page_of(front.knowledge, view, shareable=private)
    gone = plain_page(front.voice(view.language), "gone")
    await respond(interaction, page or gone, private=private or page is None)


async def show_list(interaction: Interaction, key: str, *, public: bool) -> None:
    """Answer a command declared in YAML; a sentence where a reload took it away."""
    front, language = front_of(interaction), language_for(interaction)
    private = is_private(interaction, public=public)
    page = list_page(front.knowledge, ListView(key, 0, language), shareable=private)
    gone = plain_page(front.voice(language), "command_gone")
    await respond(interaction, page or gone, private=private or page is None)


async def show_entity(interaction: Interaction, key: str, name: str, *, public: bool) -> None:
    """Answer a look-up by what was picked from the list, or by the nearest name."""
    front, language = front_of(interaction), language_for(interaction)
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
    page = starters_page(front_of(interaction).knowledge, language_for(interaction), "help")
    await respond(interaction, page, private=is_private(interaction, public=False))


async def show_about(interaction: Interaction) -> None:
    """Say where the answers come from, how they are found and what is kept."""
    page = about_page(front_of(interaction).knowledge, language_for(interaction))
    await respond(interaction, page, private=is_private(interaction, public=False))


def completed(complete: Callable[[], Choices]) -> Choices:
    """Return what there is to offer, nothing on a failure: discord.py would log the person's id with it."""
    try:
        return complete()
    except Exception as error:  # noqa: BLE001  an entry point
        log_failure(error)
        return []


def question_choices(interaction: Interaction, typed: str) -> Choices:
    """Return the questions that continue what was typed; picking one answers exactly that."""
    return [
        _choice(one.text, FactView(one.article, one.target, one.language))
        for one in front_of(interaction).questions().complete(typed, language_for(interaction))
    ]


def name_choices(interaction: Interaction, key: str, typed: str) -> Choices:
    """Return the names that continue what was typed, each by its proper name."""
    front, language = front_of(interaction), language_for(interaction)
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
