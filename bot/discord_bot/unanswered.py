"""Questions without an answer: recorded after the reply, and what their askers then do with the buttons below it."""

import logging
from collections.abc import Iterable
from dataclasses import replace

import discord

from bot.core.text import language_of, normalise, squeeze
from bot.discord_bot.components import read_button
from bot.discord_bot.context import (
    BotState,
    Interaction,
    is_bot_dm,
    question_above,
    state_of,
)
from bot.discord_bot.notices import may_reply
from bot.discord_bot.sending import await_or_defer, defer_update, say, update
from bot.errors import StoreError
from bot.service.pages import tellable_page, turned_down_page
from bot.service.records import DAYS_OF_NOTICES, MOST_NOTICES, UnansweredDecision, UnansweredQuestion
from bot.service.unanswered import stored_text
from bot.service.views import Action, FactView

log = logging.getLogger(__name__)


def note_question(
    state: BotState,
    question: UnansweredQuestion | None,
    replies: Iterable[int],
    server: int | None,
    *,
    private: bool = False,
) -> None:
    """Record a question that was replied to, if it has no answer, and remember it for the buttons below the replies.

    `replies` are the ids of the bot's messages, or of the command that they answer.
    """
    asked = None if question is None else state.recorder.asked(question, server, private=private)
    state.open_questions.note(replies, asked)


def is_for(interaction: Interaction) -> bool:
    """Return whether the message with the button answers the person who pressed it."""
    message = interaction.message
    if message is None:
        return False
    if message.flags.ephemeral or is_bot_dm(interaction):
        return True
    if message.interaction_metadata is not None:
        return message.interaction_metadata.user.id == interaction.user.id
    question = message.reference.resolved if message.reference else None
    if isinstance(question, discord.Message):
        return question.author.id == interaction.user.id
    known = state_of(interaction).open_questions.of(message.id)  # in a thread that was opened for the answer
    return known is not None and known.person == interaction.user.id


def question_of(interaction: Interaction, view: FactView, decision: UnansweredDecision) -> UnansweredQuestion | None:
    """Return the question without an answer to which the message with the button replies, None if it is not known.

    After a restart it is the one that stands in the channel, as typed; `view` is then the fact that was nearest.
    """
    message, state = interaction.message, state_of(interaction)
    if message is None:
        return None
    if known := state.open_questions.of(_known_by(message)):
        return known
    above = message.reference.resolved if message.reference else None
    text = stored_text(question_above(interaction))
    if not isinstance(above, discord.Message) or not squeeze(text):
        return None
    server = interaction.guild_id if interaction.is_guild_integration() else None
    return UnansweredQuestion(
        text=text,
        language=language_of(normalise(text), view.language),
        decision=decision,
        article=view.article,
        fact=view.fact,
        person=above.author.id,
        server=server or 0,
        private=server is None,
        asked_at=int(above.created_at.timestamp()),
    )


def _known_by(message: discord.Message) -> int:
    return message.interaction_metadata.id if message.interaction_metadata else message.id


def note_taken(interaction: Interaction, action: Action) -> None:
    """Let a question count no more if its asker has just taken one of the suggestions."""
    if action.trace is not None or not isinstance(action.view, FactView) or not is_for(interaction):
        return  # only the buttons of an answer carry a trace
    question = question_of(interaction, action.view, "suggested")
    if question is None or question.decision != "suggested":
        return
    state = state_of(interaction)
    state.recorder.taken(question)
    if interaction.message:
        state.open_questions.note([_known_by(interaction.message)], None)


async def turn_down(interaction: Interaction, action: Action) -> None:
    """Record that the closest answer was not what the asker meant, and offer what else there is."""
    message, view, state = interaction.message, action.view, state_of(interaction)
    if message is None or not isinstance(view, FactView):
        await say(interaction, "gone")
        return
    if not is_for(interaction):
        await say(interaction, "only_asker")
        return
    if not state.open_questions.turn_down(message.id):
        await defer_update(interaction)  # a second press of the button that is about to go
        return
    if question := question_of(interaction, view, "turned_down"):
        state.recorder.turned_down(replace(question, decision="turned_down"))
    others = tuple(_others(message, view))
    page = turned_down_page(state.knowledge, action, others)
    if _is_tellable(interaction):
        page = tellable_page(state.knowledge, page)
    await update(interaction, page)


def _is_tellable(interaction: Interaction) -> bool:
    """Return whether the asker can be told later in reply to the message that the one with the button answers."""
    message, channel = interaction.message, interaction.channel
    if state_of(interaction).notices is None or message is None or not interaction.is_guild_integration():
        return False
    in_thread = isinstance(channel, discord.Thread)
    return bool(question_above(interaction)) and may_reply(interaction.app_permissions, in_thread=in_thread)


async def tell_later(interaction: Interaction, view: FactView) -> None:
    """Note that the asker wants to be told once there is an answer, or withdraw that; tell only them."""
    message, notices = interaction.message, state_of(interaction).notices
    question, above = question_of(interaction, view, "unanswered"), message.reference if message else None
    if notices is None or question is None or above is None or above.message_id is None:
        await say(interaction, "gone")
    elif not is_for(interaction):
        await say(interaction, "only_asker")
    else:
        toggled = notices.toggle(question, above.channel_id, above.message_id)
        try:
            outcome = await await_or_defer(interaction, toggled, private=True)
        except StoreError as error:
            log.warning("nobody can ask to be told later now: %s", error)
            await say(interaction, "tell_away")
        else:
            days = min(DAYS_OF_NOTICES, state_of(interaction).days_stored)
            await say(interaction, f"tell_{outcome}", most=MOST_NOTICES, days=days)


def _others(message: discord.Message, turned_down: FactView) -> Iterable[FactView]:
    """Yield what the other buttons of a message open."""
    for row in message.components:
        for item in row.children if isinstance(row, discord.ActionRow) else ():
            match read_button(item.custom_id or "") if isinstance(item, discord.Button) else None:
                case Action("open", FactView() as view) if view != turned_down:
                    yield view
