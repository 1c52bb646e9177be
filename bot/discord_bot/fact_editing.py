"""`/facts add`, `/facts edit` and `/facts retire`, the forms of editors, and the button that brings a fact back."""

import asyncio
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from discord import app_commands, ui

from bot.core.edits import AddSample, EditRequest, Place, Restore, Retire, item_at, places_named
from bot.core.model import Knowledge
from bot.core.text import language_of, normalise, squeeze
from bot.discord_bot.admin import BEFORE_FORM, is_administrator, lets_in, may_complete, may_open_form
from bot.discord_bot.client import BotClient
from bot.discord_bot.commands import description_of, name_of
from bot.discord_bot.components import EditorButton
from bot.discord_bot.context import Interaction, state_of, voice_of
from bot.discord_bot.edited_page import edited_page, label_at, refusal_page, title_at, with_lines
from bot.discord_bot.forms import (
    EditForm,
    NewForm,
    digest_of,
    edit_form,
    give_back,
    new_fact_form,
    new_gap_form,
    read_form,
    typed_into,
    with_typed,
)
from bot.discord_bot.group_edits import GroupEdits
from bot.discord_bot.interactions import Choices
from bot.discord_bot.sending import (
    defer,
    defer_update,
    fill_page,
    log_failure,
    open_form,
    respond,
    run_handler,
    say,
)
from bot.discord_bot.unanswered_list import Tap, UnansweredList, read_tap
from bot.errors import FormError, KnowledgeError, StaleError, StoreError
from bot.service.drafts import changed_answer, cleaned, new_fact, new_gap, new_sample
from bot.service.editing import sample_of
from bot.service.pages import LONGEST_CHOICE, MOST_CHOICES, clip, plain_page
from bot.service.records import Editors, QuestionGroup
from bot.service.replies import Voice
from bot.service.unanswered import MAX_STORED, question_in
from bot.service.views import Page

log = logging.getLogger(__name__)

_REFUSED: Final = (FormError, KnowledgeError, StaleError, StoreError)
_PICKED: Final = re.compile(r"g1:([0-9]{1,18})")
"""A group that was picked from the suggestions of `/facts add`."""
_UNDO: Final = re.compile(r"u2:(?P<article>[a-z0-9-]{1,32}):(?P<item>[a-z0-9-]{1,48}):(?P<revision>[0-9a-f]{0,12})")


@dataclass(frozen=True, slots=True)
class Undo:
    """What the button below a retired fact or gap does."""

    place: Place
    revision: str
    """Of the facts since it was retired."""

    @property
    def custom_id(self) -> str:
        """Return the id, at most 100 characters."""
        return f"u2:{self.place.article}:{self.place.item}:{self.revision}"


def read_undo(custom_id: str) -> Undo | None:
    """Return what the button does; None if its id is forged or of another version."""
    match = _UNDO.fullmatch(custom_id)
    return Undo(Place(match["article"], match["item"]), match["revision"]) if match else None


class FactEditing:
    """Carries out the commands, forms and buttons with which administrators edit facts."""

    def __init__(self, listed: UnansweredList, edits: GroupEdits) -> None:
        """Edit with `edits`; `listed` shows the questions that are left."""
        self._list = listed
        self._settings = listed.settings
        self._edits = edits

    async def tapped(self, interaction: Interaction, custom_id: str, value: str) -> None:
        """Carry out a button or menu of an editor: open a form, bring a fact back, or what the list does."""
        tap = read_tap(custom_id)
        if (undo := read_undo(custom_id)) is not None:
            await self._bring_back(interaction, undo)
        elif tap is not None and tap.verb in {"n", "g"}:
            await self._open(interaction, tap)
        else:
            await self._list.tapped(interaction, custom_id, value)

    async def add(self, interaction: Interaction, question: str, place: str) -> None:
        """Answer `/facts add`: make a question, typed or picked, a sample of a fact or gap."""
        await defer(interaction, private=True)
        if not await lets_in(interaction, self._settings):
            return
        voice, knowledge = voice_of(interaction), _knowledge(interaction)
        typed = {"questions": "" if _PICKED.fullmatch(question) else question}
        found = place_named(knowledge, place)
        if found is None:
            page = plain_page(voice, "edit_no_place", text=place)
            await respond(interaction, with_typed(voice, page, typed), private=True)
            return
        try:
            page = await self._added(interaction, question, found)
        except _REFUSED as error:
            page = with_typed(voice, refusal_page(voice, error), typed)
        await respond(interaction, page, private=True)

    async def _added(self, interaction: Interaction, question: str, place: Place) -> Page:
        """Add a question and say what that changed."""
        voice, knowledge, editors = voice_of(interaction), _knowledge(interaction), _editors(interaction)
        if picked := _PICKED.fullmatch(question):
            if self._edits.store is None:
                return plain_page(voice, "unanswered_off")
            settled = await self._edits.settle(
                self._edits.store,
                int(picked[1]),
                editors,
                lambda group: new_sample(knowledge.article(place.article), sample_of(group, place)),
            )
            if settled is None:
                return plain_page(voice, "add_gone")
            page = edited_page(voice, (_knowledge(interaction), knowledge), settled.edited, "unanswered_added")
            return page if settled.is_closed else with_lines(page, [voice.say("unanswered_away")])
        text = " ".join(cleaned(question).split())
        if not squeeze(normalise(text)):
            raise FormError(key="form_no_question")
        sample = AddSample(place, text, language_of(normalise(text), voice.language))

        def request_of() -> EditRequest:
            return new_sample(_knowledge(interaction).article(place.article), sample)

        return await self._carried_out(interaction, request_of, "unanswered_added", editors)

    async def _carried_out(
        self, interaction: Interaction, request_of: Callable[[], EditRequest], key: str, editors: Editors
    ) -> Page:
        """Carry out an edit and say what it changed."""
        before = _knowledge(interaction)
        edited = await self._edits.carry_out(request_of, editors)
        return edited_page(voice_of(interaction), (_knowledge(interaction), before), edited, key)

    async def edit(self, interaction: Interaction, place: str) -> None:
        """Answer `/facts edit` with the form of a fact or gap."""
        knowledge = _knowledge(interaction)
        found = place_named(knowledge, place)
        item = item_at(knowledge, found) if found else None
        if not await may_open_form(interaction, self._settings):
            return
        if found is None or item is None:
            await say(interaction, "edit_no_place", text=place)
        else:
            await open_form(interaction, edit_form(voice_of(interaction), found, item))

    async def retire(self, interaction: Interaction, place: str) -> None:
        """Answer `/facts retire`: the fact or gap is not answered with any more, until it is brought back."""
        await defer(interaction, private=True)
        if not await lets_in(interaction, self._settings):
            return
        voice, before = voice_of(interaction), _knowledge(interaction)
        found = place_named(before, place)
        if found is None:
            await say(interaction, "edit_no_place", text=place)
            return
        view = ui.View(timeout=None)
        try:
            edited = await self._edits.carry_out(lambda: Retire(found), _editors(interaction))
            page = edited_page(voice, (_knowledge(interaction), before), edited, "edit_retired")
            undo = Undo(found, edited.revision)
            view.add_item(EditorButton.of(f"↩ {voice.say('edit_undo')}", undo.custom_id, row=0))
        except _REFUSED as error:
            page = refusal_page(voice, error)
        await fill_page(interaction, page, view)

    async def _bring_back(self, interaction: Interaction, undo: Undo) -> None:
        """Bring a retired fact or gap back, and say so in place of the button."""
        await defer_update(interaction)
        if not await lets_in(interaction, self._settings):
            return
        voice, knowledge = voice_of(interaction), _knowledge(interaction)
        if item_at(knowledge, undo.place) is not None:
            await say(interaction, "edit_back_already", label=label_at(voice, (knowledge,), undo.place))
            return
        has_changed = undo.revision != self._edits.editing.revision
        try:
            page = await self._carried_out(
                interaction, lambda: Restore(undo.place), "edit_restored", _editors(interaction)
            )
        except _REFUSED as error:
            page = refusal_page(voice, error)
            page = with_lines(page, [voice.say("edit_changed_since")]) if has_changed else page
            await respond(interaction, page, private=True)
        else:
            page = with_lines(page, [voice.say("edit_back_others_stay")]) if has_changed else page
            await fill_page(interaction, page, ui.View(timeout=None))

    async def _open(self, interaction: Interaction, tap: Tap) -> None:
        """Open the form of a new fact or gap for a group."""
        voice, store = voice_of(interaction), self._edits.store
        if not await may_open_form(interaction, self._settings):
            return
        if store is None:
            await say(interaction, "unanswered_off")
            return
        try:
            async with asyncio.timeout(BEFORE_FORM):
                group = await store.group(tap.group, _editors(interaction))
        except (StoreError, TimeoutError) as error:
            log.warning("a form can't be opened, as the store can't be used: %s", error)
            await say(interaction, "unanswered_away")
            return
        article = await asyncio.to_thread(self._edits.editing.article_of, group) if group else None
        if group is None or article is None:
            await say(interaction, "add_gone")
            return
        question = question_in(group.text)
        if tap.verb == "n":
            form = NewForm("n", group.id, article.slug, tap.page, tap.article)
            await open_form(interaction, new_fact_form(voice, form, article, question))
        else:
            form = NewForm("g", group.id, article.slug, tap.page, tap.article)
            pattern = _knowledge(interaction).messages["form_gap_pattern"]
            await open_form(interaction, new_gap_form(voice, form, pattern, question))

    async def submitted(self, interaction: Interaction, custom_id: str, refusal: str) -> None:
        """Carry out a form; whatever is refused comes back with what was typed."""
        form = read_form(custom_id)
        if refusal or form is None:
            await give_back(interaction, custom_id, refusal or "form_version")
            return
        from_list = isinstance(form, NewForm) and interaction.message is not None
        await (defer_update(interaction) if from_list else defer(interaction, private=True))
        voice, typed = voice_of(interaction), typed_into(interaction)
        if not await is_administrator(interaction, self._settings):
            page = plain_page(voice, "admin_refused")
            await respond(interaction, with_typed(voice, page, typed), private=True)
            return
        try:
            page = await self._taken(interaction, form, typed)
        except _REFUSED as error:
            page = with_typed(voice, refusal_page(voice, error), typed)
        except Exception:  # the error is reported where all are; what was typed would be lost there
            await respond(interaction, with_typed(voice, plain_page(voice, "form_failed"), typed), private=True)
            raise
        if from_list and isinstance(form, NewForm):
            await self._show_list(interaction, form)
        await respond(interaction, page, private=True)

    async def _show_list(self, interaction: Interaction, form: NewForm) -> None:
        """Show the page of the list from which a form was opened as it is by now; the edit is done all the same."""
        try:
            await self._list.show(interaction, form.page, form.listed)
        except StoreError as error:
            log.warning("the list of questions can't be shown anew: %s", error)

    async def _taken(self, interaction: Interaction, form: NewForm | EditForm, typed: Mapping[str, str]) -> Page:
        """Carry out the edit of a form and say what it changed."""
        voice, knowledge = voice_of(interaction), _knowledge(interaction)
        if isinstance(form, EditForm):

            def request_of() -> EditRequest:
                return _changed(voice, _knowledge(interaction), form, typed)

            return await self._carried_out(interaction, request_of, "edit_changed", _editors(interaction))
        if self._edits.store is None:
            raise FormError(key="unanswered_off")
        settled = await self._edits.settle(
            self._edits.store,
            form.group,
            _editors(interaction),
            lambda group: _draft(_knowledge(interaction), form, group, typed),
        )
        if settled is None:
            raise FormError(key="add_gone")
        key = "edit_new_fact" if form.verb == "n" else "edit_new_gap"
        page = edited_page(voice, (_knowledge(interaction), knowledge), settled.edited, key)
        return page if settled.is_closed else with_lines(page, [voice.say("unanswered_away")])

    async def complete_question(self, interaction: Interaction, typed: str) -> Choices:
        """Return the open groups whose question has what was typed, the most asked first."""
        store = self._edits.store
        if store is None or not await may_complete(interaction, self._settings):
            return []
        try:
            async with asyncio.timeout(BEFORE_FORM):
                groups = await store.groups(100, _editors(interaction))
        except (StoreError, TimeoutError):
            return []
        wanted = squeeze(normalise(typed[:LONGEST_CHOICE]))
        found = [one for one in groups if wanted in squeeze(normalise(one.text))]
        return [
            app_commands.Choice(name=clip(f"{one.text} ({one.asked}×)", LONGEST_CHOICE), value=f"g1:{one.id}")
            for one in found[:MOST_CHOICES]
        ]

    async def complete_place(self, interaction: Interaction, typed: str) -> Choices:
        """Return the facts and gaps that have what was typed in their label, id or samples."""
        if not await may_complete(interaction, self._settings):
            return []
        voice, knowledge = voice_of(interaction), _knowledge(interaction)
        try:
            found = await asyncio.to_thread(self._edits.editing.complete, typed, voice.language, MOST_CHOICES)
        except Exception as error:  # noqa: BLE001  an entry point; discord.py would log it with the person's id
            log_failure(error)
            return []
        return [app_commands.Choice(name=_choice_name(voice, knowledge, one), value=str(one)) for one in found]


def _changed(voice: Voice, knowledge: Knowledge, form: EditForm, typed: Mapping[str, str]) -> EditRequest:
    """Return the edit of a form for a fact or gap that there is; FormError if it says something else by now."""
    item = item_at(knowledge, form.place)
    if item is None:
        raise FormError(key="edit_gone", place=form.place)
    if digest_of(item) != form.digest:
        raise FormError(key="edit_stale", label=item.label.get(voice.language), now="\n".join(item.answer.every()))
    return changed_answer(form.place, item, typed)


def _draft(knowledge: Knowledge, form: NewForm, group: QuestionGroup, typed: Mapping[str, str]) -> EditRequest:
    """Return the edit of a form for a new fact or gap; raise FormError."""
    article = knowledge.article(form.article)
    if article is None:
        raise FormError(key="edit_gone", place=form.article)
    near = group.fact if article.fact(group.fact) else ""
    if form.verb == "n":
        return new_fact(article, knowledge.lexicon, typed, near)
    return new_gap(article, knowledge.lexicon, typed, (near,) if near else (), knowledge.messages["form_gap_pattern"])


def place_named(knowledge: Knowledge, text: str) -> Place | None:
    """Return the fact or gap `article/item`, or the only one with this id; None if there is none."""
    found = places_named(knowledge, text.strip())
    return found[0] if len(found) == 1 else None


def _choice_name(voice: Voice, knowledge: Knowledge, place: Place) -> str:
    """Return the label and the id of a fact or gap, with its article if there are several."""
    name = str(place) if len(knowledge.articles) > 1 else place.item
    return f"{clip(title_at(voice, knowledge, place), LONGEST_CHOICE - len(name) - 3)} · {name}"


def _knowledge(interaction: Interaction) -> Knowledge:
    return state_of(interaction).knowledge


def _editors(interaction: Interaction) -> Editors:
    return Editors(interaction.guild_id or 0)


def add_editing_commands(client: BotClient, group: app_commands.Group, editing: FactEditing) -> None:
    """Add `/facts add`, `/facts edit` and `/facts retire`, and answer the buttons, menus and forms of editors."""
    messages = client.state.knowledge.messages
    fact_name, fact_description = (messages[f"option_fact_{part}"] for part in ("name", "description"))

    @group.command(name="add", description=description_of(messages["admin_add"]))
    @app_commands.rename(question=name_of(messages["option_question_name"]), place=name_of(fact_name))
    @app_commands.describe(
        question=description_of(messages["option_add_description"]), place=description_of(fact_description)
    )
    async def facts_add(
        interaction: Interaction,
        question: app_commands.Range[str, 1, MAX_STORED],
        place: app_commands.Range[str, 1, LONGEST_CHOICE],
    ) -> None:
        await run_handler(interaction, editing.add(interaction, question, place), "admin")

    @group.command(name="edit", description=description_of(messages["admin_edit"]))
    @app_commands.rename(place=name_of(fact_name))
    @app_commands.describe(place=description_of(fact_description))
    async def facts_edit(interaction: Interaction, place: app_commands.Range[str, 1, LONGEST_CHOICE]) -> None:
        await run_handler(interaction, editing.edit(interaction, place), "admin")

    @group.command(name="retire", description=description_of(messages["admin_retire"]))
    @app_commands.rename(place=name_of(fact_name))
    @app_commands.describe(place=description_of(fact_description))
    async def facts_retire(interaction: Interaction, place: app_commands.Range[str, 1, LONGEST_CHOICE]) -> None:
        await run_handler(interaction, editing.retire(interaction, place), "admin")

    facts_add.autocomplete("question")(editing.complete_question)
    facts_add.autocomplete("place")(editing.complete_place)
    facts_edit.autocomplete("place")(editing.complete_place)
    facts_retire.autocomplete("place")(editing.complete_place)
    client.edit_with(editing.tapped, editing.submitted)
