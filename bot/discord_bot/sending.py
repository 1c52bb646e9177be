"""Pages as Discord messages: sent, answered and changed, with a way around missing permissions."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Coroutine
from typing import Any, Final, TypeVar

import discord
from discord.utils import MISSING

from bot.core.model import Language
from bot.discord_bot.components import view_of
from bot.discord_bot.context import BotContext, context_of_interaction, language_for
from bot.service.pages import Page, plain_page, with_notice

log = logging.getLogger(__name__)

T = TypeVar("T")
Interaction = discord.Interaction[Any]
_NO_HISTORY: Final = 160002
_CANNOT_WRITE: Final = frozenset({50001, 50013, 50083})
_CLOSED_MESSAGES: Final = 50007
_PATIENCE: Final = 2.0
"""Seconds after which "… is thinking" is shown; Discord gives up after three."""


async def post(front: BotContext, message: discord.Message, page: Page) -> list[discord.Message]:
    """Reply to `message`; without the history permission plainly, where writing is forbidden by direct message."""
    if not _is_locked(message.channel):
        try:
            return await _write(message.channel, page, message, refer=True)
        except discord.HTTPException as error:
            if error.code == _NO_HISTORY:
                return await _write(message.channel, page, message, refer=False)
            if error.code not in _CANNOT_WRITE or message.guild is None:
                raise
    notice = front.voice(page.language).say("cannot_write", channel=f"<#{message.channel.id}>")
    return await tell_privately(message, with_notice(page, notice))


def _is_locked(place: discord.abc.Messageable) -> bool:
    return isinstance(place, discord.Thread) and place.locked


async def tell_privately(message: discord.Message, page: Page) -> list[discord.Message]:
    """Write to the author of `message` directly; nothing where they take no direct messages."""
    try:
        return await _write(message.author, page, message, refer=False)
    except discord.Forbidden as error:
        if error.code != _CLOSED_MESSAGES:
            raise
        log.info("a question could be answered neither in its channel nor privately")
        return []


async def _write(
    place: discord.abc.Messageable, page: Page, question: discord.Message, *, refer: bool
) -> list[discord.Message]:
    """Send all pieces; their nonces are made of the question's id, so that a retry says nothing twice."""
    sent = []
    for at, text in enumerate(page.texts):
        reference = question.to_reference(fail_if_not_exists=False) if refer and at == 0 else None
        arguments: dict[str, Any] = {"reference": reference} if reference else {}
        if at == len(page.texts) - 1 and (view := view_of(page)):
            arguments["view"] = view
        nonce = f"{question.id}-{at}" if at else str(question.id)
        sent.append(await place.send(text, nonce=nonce, suppress_embeds=True, **arguments))
    return sent


async def revise(sent: list[discord.Message], page: Page, question: discord.Message) -> list[discord.Message]:
    """Change an answer into `page`; pieces are added or taken away where the number differs."""
    kept = []
    for at, (message, text) in enumerate(zip(sent, page.texts, strict=False)):
        view = view_of(page) if at == len(page.texts) - 1 else None
        kept.append(await message.edit(content=text, view=view, suppress=True))
    for message in sent[len(page.texts) :]:
        await remove(message)
    further = page.texts[len(sent) :]
    for at, text in enumerate(further, 1):
        view = view_of(page) if at == len(further) else None
        kept.append(await question.channel.send(text, view=view or MISSING, suppress_embeds=True))
    return kept


async def remove(message: discord.Message) -> None:
    """Delete a message of the bot's own, unless it is gone already."""
    try:
        await message.delete()
    except discord.NotFound:
        log.debug("an answer had been deleted already")


async def respond(interaction: Interaction, page: Page, *, private: bool) -> None:
    """Answer an interaction with a new message, for everybody or for the person alone."""
    for at, text in enumerate(page.texts):
        view = (view_of(page) if at == len(page.texts) - 1 else None) or MISSING
        if interaction.response.is_done():
            await interaction.followup.send(text, view=view, ephemeral=private, suppress_embeds=True)
        else:
            await interaction.response.send_message(text, view=view, ephemeral=private, suppress_embeds=True)


async def update(interaction: Interaction, page: Page) -> None:
    """Change the message whose button or menu was used; further pieces follow below."""
    last = len(page.texts) == 1
    view = view_of(page) if last else None
    await interaction.response.edit_message(content=page.texts[0], view=view, suppress_embeds=True)
    if not last:
        private = interaction.message is not None and interaction.message.flags.ephemeral
        rest = Page(page.language, page.texts[1:], page.buttons, page.menu)
        await respond(interaction, rest, private=private)


async def in_time(interaction: Interaction, work: Coroutine[Any, Any, T], *, private: bool) -> T:
    """Wait for `work`, and show "… is thinking" when it takes long."""
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=_PATIENCE)
    if not done:
        await interaction.response.defer(ephemeral=private, thinking=True)
    return await task


async def guarded(interaction: Interaction, work: Awaitable[None]) -> None:
    """Do the work of an interaction; whatever goes wrong reaches the person as one calm sentence."""
    with context_of_interaction(interaction).limits.in_flight.working():
        try:
            await work
        except Exception as error:  # noqa: BLE001  an entry point
            await tell_failure(interaction, error)


async def tell_failure(interaction: Interaction, error: Exception) -> None:
    """Log `error` and tell the person its reference, if Discord still lets us."""
    page = failure_page(context_of_interaction(interaction), language_for(interaction), error)
    try:
        await respond(interaction, page, private=True)
    except Exception as refused:  # noqa: BLE001  too late, or Discord is away
        log_failure(refused)


def failure_page(front: BotContext, language: Language, error: Exception) -> Page:
    """Log `error` under a fresh reference and return the sentence that names it."""
    return plain_page(front.voice(language), "error", reference=log_failure(error))


def log_failure(error: Exception) -> str:
    """Log `error` and return the reference it stands under."""
    reference = secrets.token_hex(3)
    log.error("failure %s", reference, exc_info=error)
    return reference
