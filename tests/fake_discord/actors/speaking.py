"""Writing messages and waiting for the bot to say something."""

import asyncio
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from tests.fake_discord.actors.person import Person
from tests.fake_discord.actors.reply import Reply
from tests.fake_discord.posting import (
    Upload,
    attach,
    compose,
    erase,
    publish,
    refer,
    revise,
)
from tests.fake_discord.state.flags import Permission
from tests.fake_discord.state.models import Channel, Message
from tests.fake_discord.state.permissions import permissions_in

if TYPE_CHECKING:
    from tests.fake_discord.jsontypes import Json

_BOT = re.compile(r"<@bot>")


class Speaking(Person):
    """Somebody who writes."""

    async def says(
        self,
        text: str,
        channel: Channel | None = None,
        *,
        reply_to: Reply | None = None,
        ping: bool = True,
        within: float | None = None,
    ) -> Reply:
        """Write and return the bot's reply; ``<@bot>`` becomes its mention.

        The reply is the bot's first message that refers to the written one by
        reference or nonce, or the first in the channel that refers to none at all.
        """
        written = await self.writes(text, channel, reply_to=reply_to, ping=ping)
        return await self.is_answered(written, within=within)

    async def writes(
        self,
        text: str,
        channel: Channel | None = None,
        *,
        reply_to: Reply | None = None,
        ping: bool = True,
        files: Sequence[str] = (),
    ) -> Reply:
        """Write without waiting for anything; return what was written."""
        place = channel or (reply_to.channel if reply_to else self._home)
        self._require(place, Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
        allowed: Json = {"parse": ["users", "roles", "everyone"], "replied_user": ping}
        body = {"content": self._addressed(text), "allowed_mentions": allowed}
        message = compose(self._hub, place, self.user, body)
        attach(self._hub, message, [Upload(name, 1, "text/plain") for name in files])
        if reply_to is not None:
            refer(message, reply_to.message, body)
        if place.is_thread:
            place.thread_members.add(self.user.id)
        return Reply(self._hub, publish(self._hub, message), self.user)

    async def forwards(self, message: Reply, channel: Channel) -> Reply:
        """Forward a message to a channel or direct message; return the message there."""
        forward = compose(self._hub, channel, self.user, {})
        forward.forwarded = message.message
        return Reply(self._hub, publish(self._hub, forward), self.user)

    async def purges(self, *messages: Reply) -> None:
        """Delete messages of one channel at once, as moderation bots do."""
        place = messages[0].channel
        self._require(place, Permission.MANAGE_MESSAGES)
        for message in messages:
            erase(self._hub, message.message, announced=False)
        self._hub.events.messages_purged(place, [message.id for message in messages])

    async def dm(self, text: str, *, within: float | None = None) -> Reply:
        """Write to the bot directly and return its reply."""
        return await self.says(text, self.dm_channel, within=within)

    async def is_answered(self, written: Reply, *, within: float | None = None) -> Reply:
        """Wait for the bot's reply to something written before."""
        hub, question = self._hub, written.message

        def find() -> Reply | None:
            answers = hub.world.answers.get(question.id, [])
            for message in answers or self._unaddressed(question):
                if self.can_see(message):
                    return Reply(hub, message, self.user)
            return None

        return await hub.changes.until(
            find,
            topics=(question.id, ("unaddressed", question.channel.id)),
            within=self._patience(within),
            what=f"the bot to answer {written.text!r} in {written.channel}",
        )

    async def finds_thread(self, written: Reply, *, within: float | None = None) -> Channel:
        """Wait for the thread of a message and return it."""
        return await self._hub.changes.until(
            lambda: self._hub.world.channels.get(written.id),
            topics=(("thread", written.id),),
            within=self._patience(within),
            what=f"a thread of {written.text!r}",
        )

    def _unaddressed(self, question: Message) -> list[Message]:
        """Return the bot's messages since a question that refer to none, oldest first."""
        found = []
        for message in reversed(question.channel.messages.values()):
            if message.id <= question.id:
                break
            own = message.author is self._hub.world.bot and message.origin is None
            if own and not message.answers_something:
                found.append(message)
        return found[::-1]

    async def receives(self, *, within: float | None = None) -> Reply:
        """Wait for a direct message of the bot and return its newest; one that is there already counts."""
        place = self.dm_channel
        return await self._hub.changes.until(
            lambda: next(iter(reversed(self._from_bot(place))), None),
            topics=(place.id,),
            within=self._patience(within),
            what=f"a message of the bot to {self.name} in {place}",
        )

    async def hears_nothing(self, channel: Channel | None = None, *, within: float = 0.1) -> None:
        """Fail if the bot writes to a channel where this person would see it."""
        place = channel or self._home
        known = {reply.id for reply in self._from_bot(place)}
        await asyncio.sleep(within)
        new = [r for r in self._from_bot(place) if r.id not in known]
        assert not new, f"the bot wrote {new} in {place}, where it was to be silent"

    def _from_bot(self, place: Channel) -> list[Reply]:
        return [reply for reply in self.sees(place) if reply.author is self._hub.world.bot]

    async def edits(self, written: Reply, text: str) -> Reply:
        """Change an own message; return it."""
        assert written.author is self.user, f"{self.name} did not write {written!r}"
        revise(self._hub, written.message, {"content": self._addressed(text)})
        return written

    async def deletes(self, written: Reply) -> None:
        """Delete an own message, or any with MANAGE_MESSAGES."""
        if written.author is not self.user:
            self._require(written.channel, Permission.MANAGE_MESSAGES)
        erase(self._hub, written.message)

    def _addressed(self, text: str) -> str:
        return _BOT.sub(self._hub.world.bot.mention, text)

    def _require(self, place: Channel, needed: Permission) -> None:
        missing = needed & ~permissions_in(self.user, place)
        assert not missing, f"{self.name} lacks {missing!r} in {place}"
