"""Edits while the bot runs, one at a time; the group of questions that one settles is closed after it."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from bot.core.edits import EditRequest
from bot.discord_bot.limits import Clock
from bot.errors import StoreError
from bot.service.editing import MOST_COMPARED, Edited, Editing
from bot.service.ports import Store
from bot.service.records import Editors, QuestionGroup

log = logging.getLogger(__name__)

CarryOut: TypeAlias = Callable[[EditRequest, str, Sequence[str]], Awaitable[Edited]]
"""Carries out `Editing.carry_out` while the bot runs."""


@dataclass(frozen=True, slots=True)
class Settled:
    """An edit that was carried out for a group."""

    edited: Edited
    is_closed: bool
    """Whether the store could be told that the group is done."""


class GroupEdits:
    """What all handlers of editors share."""

    def __init__(self, store: Store | None, editing: Editing, carry_out: CarryOut, clock: Clock = time.time) -> None:
        """Edit with `carry_out` and settle the groups in `store`; `clock` returns the Unix time."""
        self.store = store
        self.editing = editing
        self._carry_out = carry_out
        self._clock = clock
        self._editing = asyncio.Lock()

    async def settle(
        self,
        store: Store,
        number: int,
        editors: Editors,
        request_of: Callable[[QuestionGroup], EditRequest],
        seen: str | None = None,
    ) -> Settled | None:
        """Carry out the edit for the group with this id and close it; None if it is not open any more.

        `seen` is the revision that the editor was shown, None where the edit fits any. Raises StaleError,
        KnowledgeError, StoreError and what `request_of` raises; then nothing has changed.
        """
        async with self._editing:
            group = await store.group(number, editors)
            if group is None:
                return None
            asked = (group.text, *await self._stored(editors))
            request = request_of(group)
            edited = await self._carry_out(request, seen or self.editing.revision, asked)
            return Settled(edited, await self._close(store, group))

    async def carry_out(self, request: EditRequest, editors: Editors) -> Edited:
        """Carry out an edit that is for no group; raise StaleError and KnowledgeError."""
        async with self._editing:
            return await self._carry_out(request, self.editing.revision, await self._stored(editors))

    async def dismiss(self, store: Store, number: int, editors: Editors) -> QuestionGroup | None:
        """Close the group with this id and return it; None if it is not open any more. Raises StoreError."""
        async with self._editing:
            group = await store.group(number, editors)
            if group is not None:
                await store.close_group(group.id, "dismissed", int(self._clock()))
            return group

    async def _stored(self, editors: Editors) -> Sequence[str]:
        """Return the stored questions that are compared; none without a store that works."""
        try:
            groups = await self.store.groups(MOST_COMPARED, editors) if self.store else ()
        except StoreError as error:
            log.warning("an edit is not compared with stored questions: %s", error)
            return ()
        return [group.text for group in groups]

    async def _close(self, store: Store, group: QuestionGroup) -> bool:
        """Mark a group as done and return whether that could be stored."""
        try:
            await store.close_group(group.id, "done", int(self._clock()))
        except StoreError as error:
            log.warning("a group of questions that was added to the facts stays open: %s", error)
            return False
        return True
