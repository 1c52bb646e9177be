"""`/privacy` and `/forget-me`: what is kept of members, and its end."""

import logging

from bot.discord_bot.context import Interaction, language_for, state_of
from bot.discord_bot.interactions import is_private
from bot.discord_bot.sending import defer, respond, say
from bot.errors import StoreError
from bot.service.pages import privacy_page

log = logging.getLogger(__name__)


async def show_privacy(interaction: Interaction) -> None:
    """List what is read, stored and forgotten."""
    state = state_of(interaction)
    page = privacy_page(
        state.knowledge, language_for(interaction), overhears=bool(state.channels.asking), days=state.days_stored
    )
    await respond(interaction, page, private=is_private(interaction))


async def forget_me(interaction: Interaction) -> None:
    """Delete what is stored of the person, and what the bot has in mind of them; tell only them."""
    await defer(interaction, private=True)
    state, person = state_of(interaction), interaction.user.id
    state.conversations.forget(person)
    state.languages.forget(person)
    state.open_questions.forget(person)
    state.asked.forget_person(person)
    try:
        count = await state.recorder.forget(person)
    except StoreError as error:
        log.warning("what is stored of a person could not be deleted: %s", error)
        await say(interaction, "forget_away")
    else:
        await say(interaction, "forgotten" if count else "forget_nothing", count=count)
