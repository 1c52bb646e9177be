"""What was set for channels: the article that questions there are about, and whether they need a mention."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Final

from bot.core.model import Article, Knowledge
from bot.errors import StoreError
from bot.service.ports import RecordStore
from bot.service.records import ChannelSetting

log = logging.getLogger(__name__)

_LONGEST_PAUSE: Final = 60.0
"""Seconds between two attempts to read the settings at the start; the first pauses are 1, 2, 4, …"""


class ChannelSettings:
    """The settings of channels in memory, so that no question waits for the store.

    They are read with `refresh`, by nothing else, and follow what this process changes. Until they are read, and
    without a store, every channel is as the operator's settings say; what was read stays in use while it is away.
    """

    def __init__(self, store: RecordStore | None, configured: Collection[int] = ()) -> None:
        """Keep settings in `store`; in `configured` channels nobody has to mention the bot unless a setting says so."""
        self._store = store
        self._configured = frozenset(configured)
        self._settings: Mapping[int, ChannelSetting] = MappingProxyType({})
        self._lock = asyncio.Lock()
        self.is_read = asyncio.Event()
        """Set once the settings were read, and from the start without a store."""
        self.asking: frozenset[int] = self._configured
        """Channels, forums and threads in which nobody has to mention the bot."""
        self.silent: frozenset[int] = frozenset()
        """Channels, forums and threads in which the bot answers nobody who does not."""
        if store is None:
            self.is_read.set()

    @property
    def can_be_stored(self) -> bool:
        """Return whether there is a store."""
        return self._store is not None

    async def refresh(self) -> None:
        """Read all settings again; raise StoreError and keep those read before."""
        if self._store is None:
            return
        async with self._lock:
            self._use({one.channel: one for one in await self._store.channel_settings()})
        self.is_read.set()

    async def read(self) -> None:
        """Bring the store up to date and read the settings, again and again until that succeeds."""
        failures = 0
        while self._store is not None and not self.is_read.is_set():
            try:
                await self._store.upgrade()
                await self.refresh()
            except StoreError as error:
                failures += 1
                if failures == 1:
                    log.warning("the settings of channels can't be read; none are in use meanwhile: %s", error)
                await asyncio.sleep(min(_LONGEST_PAUSE, 2.0 ** (failures - 1)))
        if failures:
            log.info("the settings of channels are read and in use")

    async def change(self, setting: ChannelSetting) -> None:
        """Store what was set for a channel and use it; raise StoreError and change nothing."""
        if self._store is None:
            msg = "there is no store"
            raise StoreError(msg)
        async with self._lock:  # so that what was read before is not used after it
            await self._store.set_channel(setting)
            self._use({**self._settings, setting.channel: setting})

    def forget(self, channel: int) -> None:
        """Use what was set for a channel no more."""
        self._use({key: one for key, one in self._settings.items() if key != channel})

    def every(self) -> tuple[ChannelSetting, ...]:
        """Return all settings."""
        return tuple(self._settings.values())

    def without_article(self, knowledge: Knowledge) -> tuple[ChannelSetting, ...]:
        """Return the settings whose article does not exist any more, which are ignored."""
        return tuple(one for one in self.every() if one.article and knowledge.article(one.article) is None)

    def of(self, channel: int, server: int = 0) -> ChannelSetting:
        """Return what was set for a channel itself."""
        return self._settings.get(channel) or ChannelSetting(server, channel)

    def article_of(self, knowledge: Knowledge, channel: int, parent: int | None = None) -> Article | None:
        """Return the article that a channel is bound to, or else the channel or forum above it; None if none exists."""
        slugs = (self.of(one).article for one in (channel, parent) if one is not None)
        found = (knowledge.article(slug) for slug in slugs if slug)
        return next((article for article in found if article is not None), None)

    def needs_no_mention(self, channel: int, parent: int | None = None) -> bool:
        """Return whether questions in a channel are answered without a mention."""
        return channel in self.asking or (channel not in self.silent and parent in self.asking)

    def _use(self, settings: Mapping[int, ChannelSetting]) -> None:
        settings = {key: one for key, one in settings.items() if not one.says_nothing}
        self._settings = MappingProxyType(settings)
        self.silent = frozenset(key for key, one in settings.items() if one.without_mention is False)
        unmentioned = {key for key, one in settings.items() if one.without_mention}
        self.asking = (self._configured - self.silent) | unmentioned
