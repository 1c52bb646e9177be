"""Answers to slash commands, menus and buttons, and suggestions while somebody types."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial

import discord
from discord import app_commands

from bot.core.matching import Question
from bot.core.model import Knowledge, Language
from bot.core.text import is_blank
from bot.discord_bot.article_option import find_article
from bot.discord_bot.components import choice_value, read_button, read_menu
from bot.discord_bot.context import (
    Interaction,
    is_bot_dm,
    language_for,
    question_above,
    state_of,
    without_mention,
    written_text,
)
from bot.discord_bot.measures import note_subject
from bot.discord_bot.memory import AskedQuestion
from bot.discord_bot.sending import await_or_defer, log_failure, respond, say, update
from bot.discord_bot.unanswered import is_for, note_question, note_taken, tell_later, turn_down
from bot.discord_bot.voting import Ballot, decision_with, vote_buttons
from bot.service.autocomplete import Completion
from bot.service.conversation import context_after_picking
from bot.service.library import Completers, Library
from bot.service.pages import (
    LONGEST_CHOICE,
    about_page,
    clip,
    explanation_page,
    listing,
    menu_of,
    page_of,
    related_page,
    reply_page,
    starters_page,
    why_page,
)
from bot.service.unanswered import asked_text, stored_text, unanswered_question
from bot.service.views import (
    Action,
    ArticlesView,
    EntityView,
    FactView,
    ListView,
    Page,
    Trace,
    View,
    explained_view,
    trace_of,
)

Choices = list[app_commands.Choice[str]]


def is_private(interaction: Interaction, *, public: bool = False) -> bool:
    """Return whether only the person may see the answer; in the bot's direct messages nobody else can."""
    return not public and not is_bot_dm(interaction)


async def answer_ask(
    interaction: Interaction, text: str, language: Language | None, article: str, *, public: bool
) -> None:
    """Answer `/ask`: a question that was picked from the suggestions, or one that was typed; perhaps of one article."""
    knowledge = state_of(interaction).knowledge
    chosen = find_article(knowledge, article) if article else None
    if picked := read_button(text):
        await show(interaction, picked.view, public=public)
    elif article and chosen is None:
        await say(interaction, "article_unknown", article=clip(article, LONGEST_CHOICE))
    else:
        await answer_text(interaction, text, language, public=public, article=chosen.slug if chosen else None)


async def answer_text(  # noqa: PLR0913  each says how it is answered
    interaction: Interaction,
    text: str,
    language: Language | None,
    *,
    public: bool,
    stored: bool = True,
    article: str | None = None,
) -> None:
    """Answer a question, in its own language unless `language` is given, from `article` if that is given.

    `stored`: it may be stored if it has no answer, as whoever wrote it asked the bot.
    """
    if is_blank(text):
        await say(interaction, "empty")
        return
    state, private = state_of(interaction), is_private(interaction, public=public)
    person, channel = interaction.user.id, interaction.channel_id or 0
    previous = state.conversations.last(person, channel, private=private)
    place = state.article_in(interaction.channel)
    question = Question(text, language, article, default=language_for(interaction), after=previous, place=place)
    answer = await await_or_defer(interaction, state.ask(person, question), private=private)
    if answer is None:
        await say(interaction, "busy")
        return
    state.conversations.remember(person, channel, answer.reply.context, private=private)
    page = reply_page(answer.snapshot.knowledge, answer.reply, shareable=private)
    await respond(interaction, page, private=private)
    if stored:
        server = interaction.guild_id if interaction.is_guild_integration() else None
        note_question(state, unanswered_question(answer, text, person), [interaction.id], server, private=private)
        asked = AskedQuestion(asked_text(answer, text), private=private or is_bot_dm(interaction))
        state.asked.remember(interaction.id, asked)


async def answer_message(interaction: Interaction, message: discord.Message) -> None:
    """Answer the message whose menu was used, visible to the person only."""
    text = without_mention(written_text(message), interaction.client.bot_id)
    if is_blank(text):
        await say(interaction, "nothing_to_answer")
    else:
        await answer_text(interaction, text, None, public=False, stored=False)


async def show(interaction: Interaction, view: View, *, public: bool, gone: str = "gone") -> None:
    """Show a page; say the sentence `gone` if a reload has removed it."""
    private = is_private(interaction, public=public)
    if page := page_of(state_of(interaction).knowledge, view, shareable=private):
        _remember_picked(interaction, view, private=private)
        await respond(interaction, page, private=private)
    else:
        await say(interaction, gone)


async def show_list(interaction: Interaction, key: str, *, public: bool) -> None:
    """Answer a command declared in YAML."""
    private = is_private(interaction, public=public)
    previous = state_of(interaction).conversations.last(
        interaction.user.id, interaction.channel_id or 0, private=private
    )
    slug = previous.article if previous else state_of(interaction).article_in(interaction.channel)
    view = ListView(key, 0, language_for(interaction), slug)
    await show(interaction, view, public=public, gone="command_gone")


async def show_entity(interaction: Interaction, key: str, name: str, *, public: bool) -> None:
    """Answer a look-up command with the picked suggestion, or with the nearest name."""
    state, language = state_of(interaction), language_for(interaction)
    picked = read_button(name)
    if listing(state.knowledge, key) is None:
        await say(interaction, "command_gone")
    elif picked is not None and isinstance(picked.view, EntityView):
        await show(interaction, picked.view, public=public)
    elif nearest := await asyncio.to_thread(_nearest_name, state.library, key, name, language):
        await show(interaction, nearest, public=public)
    else:
        await say(interaction, "entity_nothing")


def _nearest_name(library: Library, key: str, name: str, language: Language) -> EntityView | None:
    """Return the entity of a look-up command whose name is nearest to `name`."""
    completer = library.completers().names.get(key) if name.strip() else None
    nearest = completer.complete(name, language, 1) if completer else ()
    return EntityView(nearest[0].article, nearest[0].target, language) if nearest else None


async def show_help(interaction: Interaction) -> None:
    """Explain how to ask, with three questions as buttons."""
    key = "direct_help" if is_bot_dm(interaction) else "help"
    state = state_of(interaction)
    page = starters_page(state.knowledge, language_for(interaction), key, state.article_in(interaction.channel))
    await respond(interaction, page, private=is_private(interaction))


async def show_articles(interaction: Interaction, *, public: bool) -> None:
    """List the articles."""
    await show(interaction, ArticlesView(0, language_for(interaction)), public=public)


async def show_about(interaction: Interaction) -> None:
    """Explain where the answers come from, how they are found and what is stored."""
    state = state_of(interaction)
    page = about_page(
        state.knowledge, language_for(interaction), overhears=bool(state.channels.asking), days=state.days_stored
    )
    await respond(interaction, page, private=is_private(interaction))


async def complete(interaction: Interaction, choices: Callable[[Completers, Language], Choices]) -> Choices:
    """Return suggestions, found off the event loop; none if the person types too fast for it, and none on an error.

    discord.py would log an error with the person's id.
    """
    state, language = state_of(interaction), language_for(interaction)
    if not state.limits.keystrokes.try_acquire(interaction.user.id):
        return []
    try:
        return await asyncio.to_thread(lambda: choices(state.library.completers(), language))
    except Exception as error:  # noqa: BLE001  an entry point
        log_failure(error)
        return []


def question_choices(article: str | None, typed: str, completers: Completers, language: Language) -> Choices:
    """Return questions that complete what was typed, of one article if given; picking one shows exactly its answer."""
    return [
        _choice(one.text, FactView(one.article, one.target, one.language))
        for one in completers.questions.complete(typed, language, article=article)
    ]


def complete_question(interaction: Interaction, typed: str) -> Awaitable[Choices]:
    """Return questions of the article that was chosen, or of that of the channel, that complete what was typed."""
    state = state_of(interaction)
    chosen = find_article(state.knowledge, str(getattr(interaction.namespace, "article", "") or ""))
    article = chosen.slug if chosen else state.article_in(interaction.channel)
    return complete(interaction, partial(question_choices, article, typed))


def name_choices(key: str, typed: str, completers: Completers, language: Language) -> Choices:
    """Return names that complete what was typed, each in its usual spelling."""
    completer = completers.names.get(key)
    found = completer.complete(typed, language) if completer else ()
    return [
        _choice(_usual_name(completers.knowledge, one, language), EntityView(one.article, one.target, language))
        for one in found
    ]


def _usual_name(knowledge: Knowledge, found: Completion, language: Language) -> str:
    article = knowledge.article(found.article)
    entity = article.entity(found.target) if article else None
    return entity.name.get(language) if entity else found.text


def _choice(name: str, view: View) -> app_commands.Choice[str]:
    return app_commands.Choice(name=clip(name, LONGEST_CHOICE), value=choice_value(view))


async def press(interaction: Interaction, custom_id: str) -> None:
    """Carry out a button; say so if it is of another version or its fact is gone."""
    knowledge = state_of(interaction).knowledge
    match read_button(custom_id):
        case Action("open", view, trace) as action:
            note_taken(interaction, action)
            _remember_picked(interaction, view, private=is_shareable(interaction))
            page = page_of(knowledge, view, trace=trace, shareable=is_shareable(interaction))
            await _replace(interaction, page)
        case Action("share") as action:
            await _share(interaction, action)
        case Action("turn down") as action:
            await turn_down(interaction, action)
        case Action("tell", FactView() as view):
            await tell_later(interaction, view)
        case Action("why", FactView() as view, trace):
            await _explain(interaction, view, trace)
        case Action("related", FactView() as view):
            await _show_privately(interaction, related_page(knowledge, view))
        case _:
            await say(interaction, "gone")


async def pick(interaction: Interaction, custom_id: str, value: str) -> None:
    """Show the picked entry of a menu, and keep the menu."""
    knowledge = state_of(interaction).knowledge
    owner, action = read_menu(custom_id), read_button(value)
    page = page_of(knowledge, action.view, shareable=is_shareable(interaction)) if action else None
    if action is not None:
        _remember_picked(interaction, action.view, private=is_shareable(interaction))
    if page is not None and owner is not None:
        page = replace(page, menu=menu_of(knowledge, owner))
    await _replace(interaction, page)


def _remember_picked(interaction: Interaction, view: View, *, private: bool) -> None:
    """Let the person's next message be about the fact that was picked, and a reply to the page that shows it."""
    if not isinstance(view, FactView):
        return
    note_subject(view.article, view.fact)
    state, person, channel = state_of(interaction), interaction.user.id, interaction.channel_id or 0
    before = state.conversations.last(person, channel, private=private)
    context = context_after_picking(state.knowledge, view.article, view.fact, view.language, before)
    state.conversations.remember(person, channel, context, private=private)
    if interaction.message:
        state.conversations.remember_messages([interaction.message.id], context)


async def _explain(interaction: Interaction, view: FactView, trace: Trace | None) -> None:
    """Say why a reply was given: in full if the question stands in the channel, else what the button says."""
    state = state_of(interaction)
    page = why_page(state.knowledge, view, trace)
    if page is not None and (text := question_above(interaction)):
        question = Question(text, default=view.language, place=state.article_in(interaction.channel))
        work = partial(asyncio.to_thread, _explained, state.library, question, view, trace)
        explained = await await_or_defer(interaction, state.turns.run(interaction.user.id, work), private=True)
        page = explained or page
    if page is None or (message := interaction.message) is None or not state.recorder.store:
        await _show_privately(interaction, page)
        return
    _remember_asked(interaction, message)
    ballot = Ballot("u", message.id, view, decision_with(state.knowledge, view, trace))
    buttons = vote_buttons(state.voice(view.language), ballot)
    await respond(interaction, page, private=True, view=buttons)


def _remember_asked(interaction: Interaction, message: discord.Message) -> None:
    """Keep the question of the reply in mind, in case it gets a vote against it.

    After a restart it is known only if it stands in the channel; it is kept only if it was addressed to the bot.
    """
    asked, command = state_of(interaction).asked, message.interaction_metadata
    known = asked.of(message.id, command.id if command else 0)
    if known is None and (text := question_above(interaction)):
        question = message.reference.resolved if message.reference else None
        if is_bot_dm(interaction) or (isinstance(question, discord.Message) and question.content.strip() != text):
            known = AskedQuestion(stored_text(text), private=is_bot_dm(interaction))
    if known is not None:
        asked.remember(message.id, known)


def _explained(library: Library, question: Question, view: FactView, trace: Trace | None) -> Page | None:
    """Ask a question again and explain the reply; None if that is not the one with the button any more.

    A follow-up was answered with what was said before it, and a suggestion may have been picked since.
    """
    answer = library.answer(question)
    same = replace(explained_view(answer.reply), language=view.language) == view and trace_of(answer.reply) == trace
    if not same or not answer.asked:
        return None
    explanations = library.explain(answer, view.language)
    return explanation_page(answer.snapshot.knowledge, answer.reply, explanations, view.language)


async def _replace(interaction: Interaction, page: Page | None) -> None:
    """Replace the message for the person it answers; show `page` to anybody else privately."""
    if page is not None and is_for(interaction):
        await update(interaction, page)
    else:
        await _show_privately(interaction, page)


async def _show_privately(interaction: Interaction, page: Page | None) -> None:
    if page is None:
        await say(interaction, "gone")
    else:
        await respond(interaction, page, private=True)


async def _share(interaction: Interaction, action: Action) -> None:
    """Remove the button and send the answer to the channel."""
    page = page_of(state_of(interaction).knowledge, action.view, trace=action.trace)
    if page is None:
        await say(interaction, "gone")
    else:
        await update(interaction, page)
        await respond(interaction, page, private=False)


def is_shareable(interaction: Interaction) -> bool:
    """Return whether only the person sees the page of a button, in a place with others."""
    message = interaction.message
    if message is None or is_bot_dm(interaction):
        return False
    return message.flags.ephemeral or not is_for(interaction)
