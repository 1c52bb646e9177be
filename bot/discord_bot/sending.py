"""Pages as Discord messages: sent, edited and deleted, also where permissions are missing."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeAlias, TypeVar

import discord
from discord import ui
from discord.utils import MISSING

from bot.discord_bot.components import view_of
from bot.discord_bot.context import BotState, Interaction, language_for, state_of, voice_of
from bot.discord_bot.internals import fill_response
from bot.discord_bot.logs import describe, referenced
from bot.discord_bot.markup import name_of, texts_of
from bot.discord_bot.measures import Decision, Way, note
from bot.discord_bot.rest import CALLBACK, RestGate, is_passing, is_refusal
from bot.service.pages import plain_page
from bot.service.views import Page

log = logging.getLogger(__name__)

T = TypeVar("T")
Piece: TypeAlias = tuple[str, ui.View | None]
"""The text of one message, and what stands below it."""
_NO_HISTORY: Final = 160002
_HAS_THREAD: Final = 160004
_ACKNOWLEDGED: Final = 40060
_CANNOT_WRITE: Final = frozenset({50001, 50013, 50083})
_CLOSED_MESSAGES: Final = 50007
_DONE: Final = "acknowledged"
"""Key in an interaction's extras: its first response arrived though Discord's answer was lost."""
_THINKING: Final = "thinking"
"""Key in an interaction's extras: its first response is “… is thinking”, which the answer replaces."""
_DECISIONS: Final[dict[str, Decision]] = {"slow_down": "slow_down", "busy": "busy", "error": "failed"}
"""What it means that one of the bot's own sentences is said; any other is a hint."""
_WAYS: Final[dict[int, Way]] = {2: "button", 3: "menu"}
"""By the type of a component."""
_DEFER_AFTER: Final = 2.0
"""Seconds after which "… is thinking" is shown; Discord gives up after three."""


def _pieces(page: Page, notice: str = "", view: ui.View | None = None) -> list[Piece]:
    """Return the texts of a page, `notice` before the first; the last one carries its menu and buttons, or `view`."""
    texts = texts_of(page, notice)
    views = [*[None] * (len(texts) - 1), view or view_of(page)]
    return list(zip(texts, views, strict=True))


async def reply(
    state: BotState, message: discord.Message, page: Page, *, privately: bool = True
) -> list[discord.Message]:
    """Reply to `message`: without a reference if the history is hidden, by direct message if writing is forbidden.

    Unless `privately`, it is not answered where writing is forbidden.
    """
    rest = state.rest
    if not (isinstance(message.channel, discord.Thread) and message.channel.locked):
        try:
            return await _send(rest, message.channel, _pieces(page), message, refer=True)
        except discord.HTTPException as error:
            if error.code == _NO_HISTORY:
                return await _send(rest, message.channel, _pieces(page), message, refer=False)
            if error.code not in _CANNOT_WRITE or message.guild is None:
                raise
    if not privately:
        log.info("a question without a mention could not be answered in its channel")
        return []
    notice = state.voice(page.language).say("cannot_write", channel=f"<#{message.channel.id}>")
    return await send_dm(rest, message, page, notice)


async def reply_in_thread(state: BotState, message: discord.Message, page: Page) -> list[discord.Message]:
    """Answer `message` in a thread of its own; in its channel where Discord refuses one."""
    rest, thread = state.rest, None
    try:
        thread = await rest.persistently(partial(message.create_thread, name=name_of(message.content)))
    except discord.HTTPException as error:
        if not is_refusal(error):
            raise
        if error.code == _HAS_THREAD:  # somebody else was faster, or Discord's answer to the first attempt was lost
            thread = message.thread
        else:
            log.warning("no thread could be opened (code %d), answering in the channel", error.code)
    if thread is not None:
        try:
            return await _send(rest, thread, _pieces(page), message, refer=False)
        except discord.HTTPException as error:
            if error.code not in _CANNOT_WRITE:
                raise
    return await reply(state, message, page, privately=False)


async def close_thread(rest: RestGate, thread: discord.Thread, name: str) -> None:
    """Rename and archive a thread of the bot's, whose question was deleted, unless somebody deleted it too."""
    with suppress(discord.NotFound):
        await rest.persistently(partial(thread.edit, name=name, archived=True))


async def send_dm(rest: RestGate, message: discord.Message, page: Page, notice: str = "") -> list[discord.Message]:
    """Send a direct message to the author of `message`; return nothing if they accept none."""
    try:
        return await _send(rest, message.author, _pieces(page, notice), message, refer=False)
    except discord.Forbidden as error:
        if error.code != _CLOSED_MESSAGES:
            raise
        log.info("a question could be answered neither in its channel nor privately")
        return []


async def _send(
    rest: RestGate, place: discord.abc.Messageable, pieces: Iterable[Piece], question: discord.Message, *, refer: bool
) -> list[discord.Message]:
    """Send all pieces; the nonces contain the question's id, so that a retry sends nothing twice."""
    sent = []
    for at, (text, view) in enumerate(pieces):
        reference = question.to_reference(fail_if_not_exists=False) if refer and at == 0 else None
        optional: dict[str, Any] = {"reference": reference, "view": view}  # discord.py's overloads allow no None
        nonce = f"{question.id}-{at}" if at else str(question.id)
        send = partial(place.send, text, nonce=nonce, suppress_embeds=True, **optional)
        sent.append(await rest.persistently(send))
    return sent


async def reply_later(rest: RestGate, question: discord.PartialMessage, page: Page, notice: str) -> list[int]:
    """Reply to a message that was written long ago and notify its author alone; return the ids of the messages.

    Raises HTTPException if it was deleted. The nonces contain its id, so that a retry sends nothing twice.
    """
    sent = []
    mentions = discord.AllowedMentions(everyone=False, users=False, roles=False, replied_user=True)
    for at, (text, view) in enumerate(_pieces(page, notice)):
        optional: dict[str, Any] = {"view": view}
        if at == 0:
            optional |= {"reference": question.to_reference(fail_if_not_exists=True), "allowed_mentions": mentions}
        nonce = f"{question.id}-n{at}"
        send = partial(question.channel.send, text, nonce=nonce, suppress_embeds=True, **optional)
        sent.append((await rest.persistently(send)).id)
    return sent


async def edit_reply(
    rest: RestGate, sent: list[discord.Message], page: Page, question: discord.Message
) -> list[discord.Message]:
    """Turn the messages of an answer into `page`; send or delete messages where the number differs."""
    pieces = _pieces(page)
    kept = [
        await rest.persistently(partial(message.edit, content=text, view=view, suppress=True))
        for message, (text, view) in zip(sent, pieces, strict=False)
    ]
    for message in sent[len(pieces) :]:
        await delete(rest, message)
    for text, view in pieces[len(sent) :]:
        nonce = str(secrets.randbits(64))  # one that no earlier message had, which may be deleted by now
        place = sent[0].channel if sent else question.channel
        send = partial(place.send, text, nonce=nonce, view=view or MISSING, suppress_embeds=True)
        kept.append(await rest.persistently(send))
    return kept


async def delete(rest: RestGate, message: discord.Message) -> None:
    """Delete one of the bot's messages, unless somebody else has deleted it."""
    with suppress(discord.NotFound):
        await rest.persistently(message.delete)


async def respond(interaction: Interaction, page: Page, *, private: bool, view: ui.View | None = None) -> None:
    """Answer an interaction with a new message, visible to everybody or to the person only.

    `view` stands below it in place of the page's own menu and buttons.
    """
    await _respond(interaction, _pieces(page, view=view), private=private)


async def _respond(interaction: Interaction, pieces: Iterable[Piece], *, private: bool) -> None:
    """Send pieces as the first response, in place of “… is thinking”, or as follow-ups.

    Discord takes no nonce for follow-ups, so they are not repeated when they may have arrived.
    """
    rest = state_of(interaction).rest
    for text, view in pieces:
        content: dict[str, Any] = {
            "content": text,
            "view": view or MISSING,
            "ephemeral": private,
            "suppress_embeds": True,
        }
        if interaction.extras.pop(_THINKING, False):
            await rest.persistently(partial(fill_response, interaction, text, view))
        elif interaction.response.is_done() or interaction.extras.get(_DONE):
            await rest.at_most_once(partial(interaction.followup.send, **content))
        else:
            await _acknowledge(interaction, partial(interaction.response.send_message, **content))


async def _acknowledge(interaction: Interaction, send: Callable[[], Awaitable[object]]) -> None:
    """Send the first response; “already acknowledged” after an attempt that may have arrived means that it did."""
    rest = state_of(interaction).rest
    try:
        await rest.persistently(send, CALLBACK)
    except discord.HTTPException as error:
        if error.code != _ACKNOWLEDGED or not rest.may_have_arrived(interaction.id):
            raise
    interaction.extras[_DONE] = True


async def say(interaction: Interaction, key: str, **values: object) -> None:
    """Answer an interaction with the bot's own sentence `key`, visible to the person only."""
    note(_DECISIONS.get(key, "hint"))
    page = plain_page(voice_of(interaction), key, **values)
    await respond(interaction, page, private=True)


async def update(interaction: Interaction, page: Page) -> None:
    """Replace the message whose button or menu was used; the further texts of a long page follow below."""
    (text, view), *rest = _pieces(page)
    edit = partial(interaction.response.edit_message, content=text, view=view, suppress_embeds=True)
    await _acknowledge(interaction, edit)
    private = interaction.message is not None and interaction.message.flags.ephemeral
    await _respond(interaction, rest, private=private)


async def change_buttons(interaction: Interaction, view: ui.View) -> None:
    """Replace the buttons of the message whose button or form was used; its text stays."""
    await _acknowledge(interaction, partial(interaction.response.edit_message, view=view))


async def open_form(interaction: Interaction, form: ui.Modal) -> None:
    """Open a form for the person, which must be the first response."""
    await _acknowledge(interaction, partial(interaction.response.send_modal, form))


async def await_or_defer(interaction: Interaction, work: Coroutine[Any, Any, T], *, private: bool) -> T:
    """Wait for `work`, and show "… is thinking" if it takes long."""
    task = asyncio.create_task(work)
    done, _ = await asyncio.wait({task}, timeout=_DEFER_AFTER)
    if not done:
        await defer(interaction, private=private)
    return await task


async def defer(interaction: Interaction, *, private: bool) -> None:
    """Show “… is thinking” in place of the answer."""
    await _acknowledge(interaction, partial(interaction.response.defer, ephemeral=private, thinking=True))
    interaction.extras[_THINKING] = True


async def defer_update(interaction: Interaction) -> None:
    """Promise to change the message whose button or menu was used; it stays as it is meanwhile."""
    await _acknowledge(interaction, interaction.response.defer)


async def fill_original(interaction: Interaction, text: str, view: ui.View | None) -> None:
    """Replace “… is thinking”, or the message whose change was promised."""
    interaction.extras.pop(_THINKING, None)
    await state_of(interaction).rest.persistently(partial(fill_response, interaction, text, view))


async def fill_page(interaction: Interaction, page: Page, view: ui.View) -> None:
    """Show a page as `fill_original` does, and what is too long for one message in further ones."""
    first, *rest = texts_of(page)
    await fill_original(interaction, first, view if view.children else None)
    await _respond(interaction, ((text, None) for text in rest), private=True)


async def run_handler(interaction: Interaction, handler: Awaitable[None], way: Way | None = None) -> None:
    """Run the handler of an interaction as work in flight; report an error to the person."""
    state = state_of(interaction)
    server = (interaction.guild_id or 0) if interaction.is_guild_integration() else 0
    handling = state.measures.handling(way or way_of(interaction), language_for(interaction), "page", server=server)
    with state.limits.in_flight.working(), handling:
        try:
            await handler
        except Exception as error:  # noqa: BLE001  an entry point
            await report_failure(interaction, error)


def way_of(interaction: Interaction) -> Way:
    """Return how a person used the bot."""
    data: Any = interaction.data or {}
    if interaction.type is discord.InteractionType.component:
        return _WAYS.get(data.get("component_type"), "menu")
    return "command" if data.get("type", 1) == discord.AppCommandType.chat_input.value else "context_menu"


async def report_failure(interaction: Interaction, error: Exception) -> None:
    """Log `error` and send its reference to the person, if Discord still accepts an answer."""
    if not (reference := log_failure(error)):
        return
    try:
        await say(interaction, "error", reference=reference)
    except Exception as refused:  # noqa: BLE001  too late, or Discord is away
        log_failure(refused)


def log_failure(error: BaseException) -> str | None:
    """Log `error` and return the reference under which it is logged; None if Discord would refuse an apology too.

    Trouble of Discord's or the network's is no mistake of the program: it gets no traceback.
    """
    cause = getattr(error, "original", error)  # discord.py wraps what a command raised
    note("failed")
    with referenced() as reference:
        if is_refusal(cause):
            log.warning("Discord refused a reply: status %d, code %d", cause.status, cause.code)
            return None
        if is_passing(cause):
            log.error("failure %s: Discord could not be reached: %s", reference, describe(cause))
        else:
            log.error("failure %s", reference, exc_info=cause)
    return reference
