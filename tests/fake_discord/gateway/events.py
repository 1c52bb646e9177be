"""Which session gets which event, and with what in it."""

from collections.abc import Callable

from tests.fake_discord.gateway.session import Session
from tests.fake_discord.jsontypes import Json
from tests.fake_discord.payloads.messages import gateway_message_payload
from tests.fake_discord.payloads.things import channel_payload, guild_payload
from tests.fake_discord.state.flags import Intent, Permission
from tests.fake_discord.state.models import Channel, Guild, Message
from tests.fake_discord.state.world import World


class Events:
    """Tell the bot's sessions what happened, intents and permissions honoured."""

    def __init__(self, world: World) -> None:
        """Start without any session."""
        self._world = world
        self.sessions: dict[str, Session] = {}

    def emit(
        self, event: str, build: Callable[[Session], Json], *, intent: Intent | None, guild: Guild | None = None
    ) -> None:
        """Send an event of a guild, or of none, to the sessions of its shard that asked for it."""
        for session in self.sessions.values():
            if session.serves(guild.id if guild else None) and (intent is None or intent in session.intents):
                session.dispatch(event, build(session))

    def message(self, event: str, message: Message) -> None:
        """Tell of a new or changed message, if the bot can see its channel."""
        if not self._reaches_bot(message):
            return

        def build(session: Session) -> Json:
            content_intent = Intent.MESSAGE_CONTENT in session.intents
            return gateway_message_payload(message, self._world.bot, content_intent=content_intent)

        self.emit(event, build, intent=_message_intent(message.channel), guild=message.channel.guild)

    def message_deleted(self, message: Message) -> None:
        """Tell that a message is gone."""
        if not self._reaches_bot(message):
            return
        guild = message.channel.guild
        payload: Json = {
            "id": str(message.id),
            "channel_id": str(message.channel.id),
        }
        if guild is not None:
            payload["guild_id"] = str(guild.id)
        intent = _message_intent(message.channel)
        self.emit("MESSAGE_DELETE", lambda _: payload, intent=intent, guild=guild)

    def messages_purged(self, channel: Channel, ids: list[int]) -> None:
        """Tell that many messages of a channel are gone at once."""
        payload: Json = {"ids": [str(one) for one in ids], "channel_id": str(channel.id)}
        if channel.guild is not None:
            payload["guild_id"] = str(channel.guild.id)
        self.emit("MESSAGE_DELETE_BULK", lambda _: payload, intent=_message_intent(channel), guild=channel.guild)

    def guild_created(self, guild: Guild) -> None:
        """Tell that the bot is in a guild, if it is."""
        if self._world.bot.id not in guild.members:
            return
        payload = guild_payload(guild, self._world.bot)
        self.emit("GUILD_CREATE", lambda _: payload, intent=Intent.GUILDS, guild=guild)

    def guild_deleted(self, guild: Guild, *, unavailable: bool = False) -> None:
        """Tell that the bot is not in a guild any more, or that the guild is unavailable for a while."""
        payload: Json = {"id": str(guild.id)} | ({"unavailable": True} if unavailable else {})
        self.emit("GUILD_DELETE", lambda _: payload, intent=Intent.GUILDS, guild=guild)

    def channel(self, event: str, channel: Channel) -> None:
        """Tell of a new or changed channel or thread."""
        guild = channel.guild
        bot = self._world.bot
        if guild is None or bot.id not in guild.members:
            return
        payload = channel_payload(channel)
        if channel.is_thread:
            payload["newly_created"] = event == "THREAD_CREATE" and not channel.messages
        self.emit(event, lambda _: payload, intent=Intent.GUILDS, guild=guild)

    def about_guild(self, event: str, guild: Guild, payload: Json) -> None:
        """Tell of a guild's roles or of the bot's own member."""
        if self._world.bot.id not in guild.members:
            return
        full = {"guild_id": str(guild.id)} | payload
        self.emit(event, lambda _: full, intent=Intent.GUILDS, guild=guild)

    def _reaches_bot(self, message: Message) -> bool:
        own = message.author is self._world.bot
        if message.is_ephemeral and not own:
            return False
        return Permission.VIEW_CHANNEL in self._world.bot_may(message.channel)


def _message_intent(channel: Channel) -> Intent:
    return Intent.DIRECT_MESSAGES if channel.is_direct else Intent.GUILD_MESSAGES
