"""`/facts unanswered`: the questions without an answer, most asked first, and what the buttons below them do."""

import asyncio
import hashlib
import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal, TypeAlias, get_args

import discord
from discord import app_commands, ui

from bot.core.edits import Place, item_at
from bot.core.model import Knowledge
from bot.discord_bot.admin import lets_in
from bot.discord_bot.article_option import complete_article
from bot.discord_bot.client import BotClient
from bot.discord_bot.commands import description_of, name_of
from bot.discord_bot.components import EditorButton, EditorMenu, turns
from bot.discord_bot.context import Interaction, state_of, voice_of
from bot.discord_bot.edited_page import LONGEST_QUESTION, edited_page, refusal_page, title_at, with_lines
from bot.discord_bot.group_edits import GroupEdits
from bot.discord_bot.markup import texts_of
from bot.discord_bot.sending import defer, defer_update, fill_original, respond, run_handler, say
from bot.errors import FormError, KnowledgeError, StaleError, StoreError
from bot.service.drafts import new_sample
from bot.service.editing import sample_of
from bot.service.pages import LONGEST_CHOICE, LONGEST_LABEL, MOST_CHOICES, clip, plain_page
from bot.service.ports import Store
from bot.service.records import Editors, QuestionGroup
from bot.service.replies import Voice
from bot.service.views import Block, Line, Page, Span
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

Verb: TypeAlias = Literal["a", "d", "g", "n", "p"]
"""Add as a sample, dismiss, write a new gap, write a new fact, show a page."""
_VERBS: Final[Mapping[str, Verb]] = {verb: verb for verb in get_args(Verb)}
_PER_PAGE: Final = 2
"""Groups of a page: each has a row of buttons and a menu, and a message has five rows; the last is for both."""
_LIKELIEST: Final = 3
"""Facts that have a button."""
_LAST_ROW: Final = 4
_ID: Final = re.compile(
    r"[un]1:(?P<verb>[adgnp]):(?P<group>[0-9]{1,18}):(?P<revision>[0-9a-z]{0,16})"
    r":(?P<page>[0-9]{1,4}):(?P<article>[a-z0-9-]{0,32}):(?P<mark>[0-9a-f]{0,10})"
)


@dataclass(frozen=True, slots=True)
class Tap:
    """What a button or menu of the list does; it holds the id of a group, never its question."""

    verb: Verb
    group: int
    """Id of the group, 0 for none."""
    revision: str
    """Of the facts that were shown."""
    page: int
    article: str
    """Slug of the only article that is listed, "" for all."""
    mark: str = ""
    """Digest of the fact or gap that the question is added to; "" in a menu, whose entries name it."""

    def custom_id(self, kind: Literal["u", "n"] = "u") -> str:
        """Return the custom id of a button (`u`) or menu (`n`)."""
        return f"{kind}1:{self.verb}:{self.group}:{self.revision}:{self.page}:{self.article}:{self.mark}"


def read_tap(custom_id: str) -> Tap | None:
    """Return what a button or menu does; None if its id is forged or of another version."""
    if (match := _ID.fullmatch(custom_id)) is None:
        return None
    verb = _VERBS[match["verb"]]
    group, page = int(match["group"]), int(match["page"])
    return Tap(verb, group, match["revision"], page, match["article"], match["mark"])


def mark_of(place: Place) -> str:
    """Return the digest of a fact or gap."""
    return hashlib.sha256(str(place).encode()).hexdigest()[:10]


def place_with(knowledge: Knowledge, wanted: str) -> Place | None:
    """Return the fact or gap with this digest, or written `article/item`; None if there is none."""
    for article in knowledge.articles:
        for name in (*(fact.id for fact in article.facts), *(gap.id for gap in article.gaps)):
            place = Place(article.slug, name)
            if wanted in {mark_of(place), str(place)}:
                return place
    return None


class UnansweredList:
    """Shows the questions to administrators and carries out their edits."""

    def __init__(self, settings: DiscordSettings, edits: GroupEdits) -> None:
        """List the groups in the store of `edits` and make their questions samples with it."""
        self.settings = settings
        self._edits = edits
        self._store = edits.store
        self._editing = edits.editing

    async def command(self, interaction: Interaction, article: str) -> None:
        """Answer the command with the first page."""
        await defer(interaction, private=True)
        if not await lets_in(interaction, self.settings):
            return
        if self._store is None:
            await say(interaction, "unanswered_off")
            return
        try:
            await self.show(interaction, 0, article)
        except StoreError as error:
            await _store_is_away(interaction, error)

    async def tapped(self, interaction: Interaction, custom_id: str, value: str) -> None:
        """Carry out a button, or the entry `value` of a menu; then show the page as it is by now."""
        await defer_update(interaction)
        tap = read_tap(custom_id)
        if not await lets_in(interaction, self.settings):
            return
        if tap is None or self._store is None:
            await say(interaction, "gone" if tap is None else "unanswered_off")
            return
        try:
            notice = await self._carry_out(interaction, self._store, replace(tap, mark=value or tap.mark))
            await self.show(interaction, tap.page, tap.article)
        except StoreError as error:
            await _store_is_away(interaction, error)
        else:
            if notice is not None:
                await respond(interaction, notice, private=True)

    async def _carry_out(self, interaction: Interaction, store: Store, tap: Tap) -> Page | None:
        """Carry out a tap and return what to say about it, if anything."""
        if tap.verb not in {"a", "d"}:
            return None
        voice, editors = voice_of(interaction), Editors(interaction.guild_id or 0)
        if tap.verb == "d":
            group = await self._edits.dismiss(store, tap.group, editors)
            key, text = ("unanswered_dismissed", group.text) if group else ("unanswered_gone", "")
            return plain_page(voice, key, text=clip(text, LONGEST_QUESTION))
        return await self._add(interaction, store, tap, editors)

    async def _add(self, interaction: Interaction, store: Store, tap: Tap, editors: Editors) -> Page:
        """Make the question of a group a sample and return what to say about it."""
        voice, before = voice_of(interaction), state_of(interaction).knowledge
        place = place_with(before, tap.mark)
        if place is None:
            return plain_page(voice, "unanswered_stale")
        try:
            settled = await self._edits.settle(
                store,
                tap.group,
                editors,
                lambda group: new_sample(before.article(place.article), sample_of(group, place)),
                tap.revision,
            )
        except StaleError:
            is_current = tap.revision == self._editing.revision
            return plain_page(voice, "unanswered_unloaded" if is_current else "unanswered_stale")
        except (FormError, KnowledgeError) as error:
            return refusal_page(voice, error)
        if settled is None:
            return plain_page(voice, "unanswered_gone")
        page = edited_page(
            voice_of(interaction), (state_of(interaction).knowledge, before), settled.edited, "unanswered_added"
        )
        return page if settled.is_closed else with_lines(page, [voice.say("unanswered_away")])

    async def show(self, interaction: Interaction, page: int, article: str) -> None:
        """Show a page of the list in place of the first response, or of the message with the button.

        Raises StoreError.
        """
        store = self._store
        if store is None:
            return
        editors = Editors(interaction.guild_id or 0, article)
        groups = await store.groups(_PER_PAGE + 1, editors, page * _PER_PAGE)
        if page and not groups:  # what was on the last page is done
            page, groups = 0, await store.groups(_PER_PAGE + 1, editors)
        revision, shown = self._editing.revision, groups[:_PER_PAGE]
        places = await asyncio.to_thread(lambda: [self._editing.likeliest(group, MOST_CHOICES) for group in shown])
        voice, knowledge = voice_of(interaction), state_of(interaction).knowledge
        here = Tap("p", 0, revision, page, article)
        view = ui.View(timeout=None)
        for row, (group, likely) in enumerate(zip(shown, places, strict=True)):
            number = page * _PER_PAGE + row + 1
            for item in _items(voice, knowledge, replace(here, group=group.id), likely, number):
                view.add_item(item)
        for number, group in enumerate(shown, page * _PER_PAGE + 1):
            label = clip(f"{number} ✕ {voice.say('unanswered_dismiss')}", LONGEST_LABEL)
            dismiss = replace(here, verb="d", group=group.id)
            view.add_item(EditorButton.of(label, dismiss.custom_id(), row=_LAST_ROW))
        for label, to in turns(page, has_more=len(groups) > _PER_PAGE):
            view.add_item(EditorButton.of(label, replace(here, page=to).custom_id(), row=_LAST_ROW))
        (text, *_) = texts_of(_list_page(voice, shown, page * _PER_PAGE))
        await fill_original(interaction, text, view if view.children else None)


def _items(
    voice: Voice, knowledge: Knowledge, here: Tap, likely: Sequence[Place], number: int
) -> Iterator[ui.Item[Any]]:
    """Yield the buttons and the menu of the group with this number in the list."""
    row = 2 * ((number - 1) % _PER_PAGE)
    add = replace(here, verb="a")
    for place in likely[:_LIKELIEST]:
        label = clip(f"{number} + {title_at(voice, knowledge, place)}", LONGEST_LABEL)
        yield EditorButton.of(label, replace(add, mark=mark_of(place)).custom_id(), row=row)
    forms: tuple[tuple[Verb, str], ...] = (("n", "unanswered_new_fact"), ("g", "unanswered_new_gap"))
    for verb, key in forms:
        label = clip(f"{number} {voice.say(key)}", LONGEST_LABEL)
        yield EditorButton.of(label, replace(here, verb=verb).custom_id(), row=row)
    if likely:
        options = [
            discord.SelectOption(
                label=clip(title_at(voice, knowledge, place), LONGEST_CHOICE),
                value=str(place),
                description=clip(_answer_at(voice, knowledge, place), LONGEST_CHOICE),
            )
            for place in likely
        ]
        placeholder = clip(voice.say("unanswered_menu", number=number), LONGEST_CHOICE)
        yield EditorMenu.of(placeholder, add.custom_id("n"), options, row=row + 1)


def _answer_at(voice: Voice, knowledge: Knowledge, place: Place) -> str:
    """Return what a fact or gap says, "" if there is none."""
    item = item_at(knowledge, place)
    return item.answer.get(voice.language) if item else ""


def _list_page(voice: Voice, groups: Sequence[QuestionGroup], skipped: int) -> Page:
    """Lay out the groups of a page, after those that were skipped."""
    if not groups:
        return plain_page(voice, "unanswered_none")
    lines = [Line((Span(voice.say("unanswered_title"), bold=True),))]
    for number, group in enumerate(groups, skipped + 1):
        lines.append(Line((Span(f"{number}  {clip(group.text, LONGEST_QUESTION)}"),)))
        count = voice.say("unanswered_count", asked=group.asked, askers=group.askers)
        lines.append(Line((Span(count),), small=True))
    lines.append(Line((Span(voice.say("unanswered_hint")),), small=True))
    return Page(voice.language, (Block(tuple(lines)),))


async def _store_is_away(interaction: Interaction, error: StoreError) -> None:
    log.warning("the unanswered questions can't be listed or changed: %s", error)
    await say(interaction, "unanswered_away")


def add_unanswered_command(client: BotClient, group: app_commands.Group, shown: UnansweredList) -> None:
    """Add `/facts unanswered` to the administrators' commands."""
    messages = client.state.knowledge.messages

    @group.command(name="unanswered", description=description_of(messages["admin_unanswered"]))
    @app_commands.rename(article=name_of(messages["option_article_name"]))
    @app_commands.describe(article=description_of(messages["option_article_description"]))
    async def facts_unanswered(interaction: Interaction, article: app_commands.Range[str, 0, 32] = "") -> None:
        await run_handler(interaction, shown.command(interaction, article), "admin")

    facts_unanswered.autocomplete("article")(complete_article)
