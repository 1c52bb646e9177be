"""Settings of channels in memory: read in one place, at once after a change, whatever the store does."""

import asyncio
from dataclasses import replace

import pytest

from bot.core.model import Knowledge
from bot.discord_bot import channel_settings
from bot.discord_bot.channel_settings import ChannelSettings
from bot.errors import StoreError
from bot.service.records import ChannelSetting
from tests.core.ferry import ferry
from tests.discord_bot.test_recording import Notebook

CONFIGURED, ROOM, THREAD = 1, 2, 3


def kept(*settings: ChannelSetting) -> Notebook:
    """Return a store with these settings."""
    notebook = Notebook()
    notebook.settings = {one.channel: one for one in settings}
    return notebook


async def read(*settings: ChannelSetting) -> ChannelSettings:
    """Return the settings once they are read."""
    channels = ChannelSettings(kept(*settings), {CONFIGURED})
    await channels.refresh()
    return channels


async def test_a_thread_has_the_article_of_its_channel_unless_it_has_one() -> None:
    """One that does not exist any more is ignored."""
    known = Knowledge((ferry(), replace(ferry(), slug="boat")))
    channels = await read(ChannelSetting(9, ROOM, "ferry"), ChannelSetting(9, 4, "boat"), ChannelSetting(9, 5, "gone"))

    def slug(channel: int, parent: int | None = None) -> str | None:
        article = channels.article_of(known, channel, parent)
        return article.slug if article else None

    assert slug(ROOM) == slug(THREAD, ROOM) == slug(5, ROOM) == "ferry"
    assert slug(4, ROOM) == "boat"
    assert slug(THREAD, 5) is slug(THREAD) is slug(5) is None


async def test_a_setting_goes_over_the_operators() -> None:
    channels = await read(
        ChannelSetting(9, CONFIGURED, without_mention=False),
        ChannelSetting(9, ROOM, without_mention=True),
        ChannelSetting(9, 4, without_mention=False),
    )
    assert channels.asking == {ROOM}
    assert channels.silent == {CONFIGURED, 4}
    assert channels.needs_no_mention(ROOM)
    assert channels.needs_no_mention(THREAD, ROOM)
    assert not channels.needs_no_mention(4, ROOM)
    assert not channels.needs_no_mention(CONFIGURED)
    assert (await read()).asking == {CONFIGURED}


async def test_a_change_is_in_use_at_once_and_one_that_fails_is_not() -> None:
    channels = await read()
    await channels.change(ChannelSetting(9, ROOM, "art"))
    assert channels.of(ROOM).article == "art"
    notebook = kept()
    notebook.trouble = True
    with pytest.raises(StoreError):
        await ChannelSettings(notebook).change(ChannelSetting(9, ROOM, "art"))
    off = ChannelSettings(None, {CONFIGURED})
    with pytest.raises(StoreError):
        await off.change(ChannelSetting(9, ROOM, "art"))
    assert not off.can_be_stored
    assert off.is_read.is_set()


async def test_what_was_read_stays_in_use_while_the_store_is_away() -> None:
    notebook = kept(ChannelSetting(9, ROOM, "art"))
    channels = ChannelSettings(notebook)
    await channels.refresh()
    notebook.trouble = True
    with pytest.raises(StoreError):
        await channels.refresh()
    assert channels.of(ROOM).article == "art"


async def test_settings_are_read_again_and_again_until_the_store_works(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(channel_settings, "_LONGEST_PAUSE", 0.001)
    notebook = kept(ChannelSetting(9, ROOM, "art"))
    notebook.trouble = True
    channels = ChannelSettings(notebook)
    reading = asyncio.create_task(channels.read())
    await asyncio.sleep(0.05)
    assert channels.of(ROOM).article == ""
    notebook.trouble = False
    await reading
    assert channels.of(ROOM).article == "art"
    assert notebook.upgrades == 1
    assert caplog.text.count("can't be read") == 1


async def test_forgotten_channels_have_no_settings_and_lost_articles_are_named() -> None:
    lost = ChannelSetting(9, 4, "gone")
    channels = await read(ChannelSetting(9, ROOM, "ferry"), lost, ChannelSetting(9, 5, without_mention=True))
    assert channels.without_article(Knowledge((ferry(),))) == (lost,)
    channels.forget(5)
    assert channels.asking == {CONFIGURED}
    assert [one.channel for one in channels.every()] == [ROOM, 4]
