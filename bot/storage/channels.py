"""Settings of channels in the database."""

from collections.abc import Collection, Sequence
from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.records import ChannelSetting
from bot.storage.changes import announce
from bot.storage.tables import CHANGES, CHANNELS
from bot.storage.transactions import Transactions


class Channels(Transactions):
    """The part of the store that keeps what administrators set for channels."""

    async def channel_settings(self) -> Sequence[ChannelSetting]:
        """Return what was set for channels of all servers; nothing where there is no database yet."""
        async with self._reading() as connection:
            if connection is None:
                return ()
            rows = (await connection.execute(select(CHANNELS).order_by(CHANNELS.c.channel))).mappings().all()
        return [ChannelSetting(**row) for row in rows]

    async def set_channel(self, setting: ChannelSetting) -> None:
        """Store what was set for a channel in place of what was; nothing if it says nothing."""
        values = asdict(setting)
        async with self._transaction() as connection:
            if setting.says_nothing:
                await forget_channels(connection, [setting.channel])
            else:
                row = self._database.insert(CHANNELS).values(**values)
                await connection.execute(row.on_conflict_do_update(index_elements=[CHANNELS.c.channel], set_=values))
            await announce(connection, self._database.insert(CHANGES), "settings")


async def forget_channels(connection: AsyncConnection, channels: Collection[int]) -> None:
    """Delete the settings of channels."""
    await connection.execute(delete(CHANNELS).where(CHANNELS.c.channel.in_(channels)))
