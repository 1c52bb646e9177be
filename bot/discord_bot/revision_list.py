"""`/facts history`, `/facts diff` and `/facts rollback`: the revisions that were loaded, and going back to one."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, Self, TypeAlias

from discord import app_commands, ui

from bot.discord_bot.admin import (
    Report,
    answer,
    lets_in,
    listed,
    may_complete,
    problems_report,
    reload_report,
)
from bot.discord_bot.client import BotClient
from bot.discord_bot.commands import description_of, name_of
from bot.discord_bot.components import AnyButton, turns
from bot.discord_bot.context import Interaction, voice_of
from bot.discord_bot.loading import Loading
from bot.discord_bot.markup import escape
from bot.discord_bot.sending import defer, defer_update, fill_original, run_handler
from bot.discord_bot.sync import Registration
from bot.errors import KnowledgeError, RevisionError, StaleError, StoreError
from bot.service.comparison import lines_of
from bot.service.library import Change
from bot.service.pages import LONGEST_CHOICE, MOST_CHOICES, clip
from bot.service.records import LoadedRevision
from bot.service.replies import Voice
from bot.settings import DiscordSettings

log = logging.getLogger(__name__)

Rollback: TypeAlias = Callable[[str], Awaitable[tuple[Change, Registration]]]
"""Goes back to the revision that begins with a text; errors are those of `Loading.rollback`."""
ANY_HISTORY_BUTTON: Final = re.compile(r"h\d{1,3}:.*", re.DOTALL)
"""Buttons of the history, of any version."""
Prefix: TypeAlias = app_commands.Range[str, 0, 40]
"""The beginning of a revision."""
_HISTORY: Final = re.compile(r"h1:(\d{1,4})")
_PER_PAGE: Final = 10
_COMPLETING: Final = 1.5
"""Seconds that the store may take for suggestions."""
_WORDS: Final = ("article", "fact", "gap", "case", "entity", "command", "lexicon", "dialogue", "message", "order")


class HistoryButton(AnyButton, template=ANY_HISTORY_BUTTON):
    """A button that shows another page of the history, of any version."""

    @classmethod
    def of(cls, label: str, page: int) -> Self:
        """Build the button for a page, counted from 0."""
        return cls(ui.Button(label=label, custom_id=f"h1:{page}"))

    async def callback(self, interaction: Interaction) -> Any:  # noqa: ANN401  as discord.py has it
        """Show the page in the custom id."""
        match = _HISTORY.fullmatch(self.custom_id)
        await interaction.client.turned(interaction, int(match[1]) if match else 0)  # of another version: the first


class RevisionList:
    """Shows the revisions to administrators and goes back to one."""

    def __init__(self, settings: DiscordSettings, loading: Loading, rollback: Rollback) -> None:
        """Show what `loading` recorded."""
        self.settings = settings
        self._loading = loading
        self._rollback = rollback

    async def history(self, interaction: Interaction) -> None:
        """Answer `/facts history` with the first page."""
        await defer(interaction, private=True)
        await self._show(interaction, 0)

    async def turn(self, interaction: Interaction, page: int) -> None:
        """Show another page in place of the one with the button."""
        await defer_update(interaction)
        await self._show(interaction, page)

    async def _show(self, interaction: Interaction, page: int) -> None:
        if not await lets_in(interaction, self.settings):
            return
        voice, view = voice_of(interaction), ui.View(timeout=None)
        try:
            found = await self._loading.revisions(_PER_PAGE + 1, page * _PER_PAGE)
        except (RevisionError, StoreError) as error:
            await fill_original(interaction, failure_report(voice, error).text, None)
            return
        for label, to in turns(page, has_more=len(found) > _PER_PAGE):
            view.add_item(HistoryButton.of(label, to))
        text = history_text(voice, found[:_PER_PAGE], self._loading.revision, page)
        await fill_original(interaction, text, view if view.children else None)

    async def diff(self, old: str, new: str, interaction: Interaction) -> Report:
        """Report how two revisions differ, by default the one in use and the one before it."""
        voice = voice_of(interaction)
        try:
            found = await self._loading.compare(old, new)
        except (RevisionError, StoreError) as error:
            return failure_report(voice, error)
        except KnowledgeError as error:
            return listed(voice, voice.say("revision_unreadable"), [str(problem) for problem in error.problems], [])
        words = {kind: voice.say(f"revision_{kind}") for kind in (*_WORDS, "shared")}
        words |= {how: voice.say(f"admin_{how}") for how in ("added", "removed", "changed")}
        lines = list(lines_of(found.changes, words))
        key = "revision_diff" if lines else "revision_same"
        return listed(voice, voice.say(key, old=found.old, new=found.new), lines, [], bullet="")

    async def rollback(self, prefix: str, interaction: Interaction) -> Report:
        """Go back to a revision and report what has changed by that."""
        voice = voice_of(interaction)
        try:
            change, registration = await self._rollback(prefix)
        except KnowledgeError as error:
            return problems_report(voice, error.problems)
        except StaleError:
            return Report(voice.say("reload_unshared"))
        except (RevisionError, StoreError) as error:
            return failure_report(voice, error)
        return reload_report(voice, change, registration, "revision_back", revision=self._loading.revision)

    async def complete(self, interaction: Interaction, current: str) -> list[app_commands.Choice[str]]:
        """Return the revisions that begin with what was typed, the latest first; none if the store is too slow."""
        if not await may_complete(interaction, self.settings):
            return []
        try:
            async with asyncio.timeout(_COMPLETING):
                found = await self._loading.revisions(2 * MOST_CHOICES)
        except (RevisionError, StoreError, TimeoutError):
            return []
        voice = voice_of(interaction)
        latest = {one.revision: one for one in reversed(found)}
        wanted = [one for one in reversed(latest.values()) if one.revision.startswith(current.strip().lower())]
        return [
            app_commands.Choice(name=clip(_choice(voice, one), LONGEST_CHOICE), value=one.revision)
            for one in wanted[:MOST_CHOICES]
        ]


def history_text(voice: Voice, found: Sequence[LoadedRevision], current: str, page: int) -> str:
    """Return a page of the history; Discord shows the times in each reader's own zone."""
    if not found:
        return voice.say("revision_none")
    lines = [f"**{voice.say('revision_title')}**"] if page == 0 else []
    for one in found:
        mark = f" ← {voice.say('revision_current')}" if one.revision == current else ""
        action = voice.say(f"revision_{one.action}")
        size = voice.say("revision_size", **asdict(one.size))
        lines.append(f"`{one.revision}` <t:{one.loaded_at}:f> · {action} · {size}{mark}")
    return "\n".join(lines)


def _choice(voice: Voice, one: LoadedRevision) -> str:
    """Return a revision as a choice, whose time Discord can't show in the reader's zone."""
    size = voice.say("revision_size", **asdict(one.size))
    when = datetime.fromtimestamp(one.loaded_at, UTC)
    return f"{one.revision} · {when:%Y-%m-%d %H:%M} UTC · {voice.say(f'revision_{one.action}')} · {size}"


def failure_report(voice: Voice, error: RevisionError | StoreError) -> Report:
    """Say why a revision can't be shown or gone back to."""
    if isinstance(error, RevisionError):
        return listed(voice, voice.say(error.key, revision=escape(error.revision)), [], [])
    log.warning("the revisions can't be read: %s", error)
    return Report(voice.say("unanswered_away"))


def add_revision_commands(client: BotClient, group: app_commands.Group, shown: RevisionList) -> None:
    """Add the commands about revisions to the administrators' commands, and answer the buttons of the history."""
    messages = client.state.knowledge.messages

    @group.command(name="history", description=description_of(messages["admin_history"]))
    async def facts_history(interaction: Interaction) -> None:
        await run_handler(interaction, shown.history(interaction), "admin")

    @group.command(name="diff", description=description_of(messages["admin_diff"]))
    @app_commands.rename(old=name_of(messages["option_old_name"]), new=name_of(messages["option_new_name"]))
    @app_commands.describe(
        old=description_of(messages["option_old_description"]), new=description_of(messages["option_new_description"])
    )
    async def facts_diff(interaction: Interaction, old: Prefix = "", new: Prefix = "") -> None:
        await run_handler(interaction, answer(interaction, shown.settings, partial(shown.diff, old, new)), "admin")

    @group.command(name="rollback", description=description_of(messages["admin_rollback"]))
    @app_commands.rename(revision=name_of(messages["option_revision_name"]))
    @app_commands.describe(revision=description_of(messages["option_revision_description"]))
    async def facts_rollback(interaction: Interaction, revision: Prefix) -> None:
        await run_handler(interaction, answer(interaction, shown.settings, partial(shown.rollback, revision)), "admin")

    for command, options in ((facts_diff, ("old", "new")), (facts_rollback, ("revision",))):
        for option in options:
            command.autocomplete(option)(shown.complete)
    client.add_dynamic_items(HistoryButton)
    client.turn_with(shown.turn)
