"""What every person of the test language knows: who and where they are."""

from tests.fake_discord.actors.reply import Reply
from tests.fake_discord.hub import Hub
from tests.fake_discord.state.flags import Permission
from tests.fake_discord.state.models import Channel, Message, User
from tests.fake_discord.state.permissions import permissions_in


class Person:
    """Somebody with an account and a channel they usually write in."""

    def __init__(self, hub: Hub, user: User, home: Channel) -> None:
        """Take a seat in front of an account."""
        self._hub = hub
        self._home = home
        self.user = user

    def __repr__(self) -> str:
        """Return the person's name."""
        return f"<{self.user.name}>"

    @property
    def id(self) -> int:
        """Return the account's id."""
        return self.user.id

    @property
    def name(self) -> str:
        """Return the account's name."""
        return self.user.name

    @property
    def locale(self) -> str:
        """Return the language of the person's client."""
        return self.user.locale

    @property
    def dm_channel(self) -> Channel:
        """Return the direct message with the bot."""
        return self._hub.world.direct_channel(self.user, self._hub.world.bot)

    def can_see(self, message: Message) -> bool:
        """Say whether this person's client shows a message."""
        may = permissions_in(self.user, message.channel)
        alone = message.audience is None or message.audience is self.user
        return alone and Permission.VIEW_CHANNEL in may and not message.deleted

    def sees(self, channel: Channel | None = None) -> list[Reply]:
        """Return the messages this person sees in a channel, the oldest first."""
        place = channel or self._home
        return [Reply(self._hub, message, self.user) for message in place.messages.values() if self.can_see(message)]

    def _patience(self, within: float | None) -> float:
        return self._hub.settings.patience if within is None else within
