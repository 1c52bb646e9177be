"""A member with everything a member can do."""

from tests.fake_discord.actors.commanding import Commanding
from tests.fake_discord.actors.pressing import Pressing
from tests.fake_discord.actors.speaking import Speaking


class Actor(Speaking, Commanding, Pressing):
    """Somebody in a test: ``reply = await alice.says("<@bot> who left?")``.

    Every verb is awaited. Those that wait fail with what they waited for once
    `Settings.patience` (or `within`) is over.
    """
