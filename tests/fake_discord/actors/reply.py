"""A message as one person sees it, most often the bot's reply."""

from dataclasses import dataclass

from tests.fake_discord.hub import Hub
from tests.fake_discord.interactions.book import Interaction
from tests.fake_discord.jsontypes import Json, JsonList
from tests.fake_discord.rules.components import ComponentKind, chosen_range, walk
from tests.fake_discord.state.flags import MessageFlag
from tests.fake_discord.state.models import Channel, Message, User


@dataclass(slots=True, frozen=True, kw_only=True)
class Button:
    """A button as a person sees it."""

    label: str
    custom_id: str
    disabled: bool


@dataclass(slots=True, frozen=True, kw_only=True)
class Option:
    """One entry of a menu."""

    label: str
    value: str


@dataclass(slots=True, frozen=True, kw_only=True)
class Select:
    """A menu; a person picks `least` to `most` options."""

    custom_id: str
    options: tuple[Option, ...]
    least: int
    most: int


class Reply:
    """A live view: it shows the message as it is now, edits included."""

    def __init__(
        self,
        hub: Hub,
        message: Message,
        viewer: User,
        interaction: Interaction | None = None,
    ) -> None:
        """Look at a message with somebody's eyes."""
        self._hub = hub
        self._viewer = viewer
        self._seen_revision = message.revision
        self.message = message
        self.interaction = interaction

    def __repr__(self) -> str:
        """Show what a failing test needs to show."""
        kind = "ephemeral reply" if self.ephemeral else "reply"
        return f"<{kind} {self.text!r} {[b.label for b in self.buttons]}>"

    @property
    def id(self) -> int:
        """Return the message's id."""
        return self.message.id

    @property
    def channel(self) -> Channel:
        """Return where it stands."""
        return self.message.channel

    @property
    def author(self) -> User:
        """Return who wrote it."""
        return self.message.author

    @property
    def text(self) -> str:
        """Return what is written in it."""
        return self.message.content

    @property
    def components(self) -> JsonList:
        """Return the components as they were sent."""
        return self.message.components

    @property
    def attachments(self) -> JsonList:
        """Return the files."""
        return self.message.attachments

    @property
    def rows(self) -> list[list[Button]]:
        """Return the buttons, row by row."""
        return [[_button(c) for _, c in walk([row]) if c["type"] == ComponentKind.BUTTON] for row in self.components]

    @property
    def buttons(self) -> list[Button]:
        """Return all buttons in reading order."""
        return [button for row in self.rows for button in row]

    @property
    def selects(self) -> list[Select]:
        """Return all menus in reading order."""
        return [_menu(c) for _, c in walk(self.components) if c["type"] == ComponentKind.TEXT_MENU]

    @property
    def ephemeral(self) -> bool:
        """Say whether only one person sees it."""
        return self.message.is_ephemeral

    @property
    def suppresses_previews(self) -> bool:
        """Say whether links in it show no preview."""
        return MessageFlag.SUPPRESS_EMBEDS in self.message.flags

    @property
    def nonce(self) -> str | None:
        """Return the nonce it was sent with."""
        nonce = self.message.nonce
        return None if nonce is None else str(nonce)

    @property
    def reference(self) -> int | None:
        """Return the id of the message it replies to."""
        target = self.message.reference
        return None if target is None else target.id

    @property
    def answers(self) -> list["Reply"]:
        """Return the bot's messages that answer this one, by reference or nonce."""
        found = self._hub.world.answers.get(self.id, [])
        return [Reply(self._hub, message, self._viewer) for message in found if not message.deleted]

    @property
    def pinged(self) -> set[str]:
        """Return the names of those whom it notified."""
        users = self._hub.world.users
        return {users[i].name for i in self.message.mentions.pinged}

    @property
    def link(self) -> str:
        """Return the address of the message, as "Copy Message Link" gives it."""
        guild = self.channel.guild
        place = guild.id if guild else "@me"
        return f"https://discord.com/channels/{place}/{self.channel.id}/{self.id}"

    @property
    def followups(self) -> list["Reply"]:
        """Return the interaction's further messages that the viewer can see."""
        if self.interaction is None:
            return []
        return [
            Reply(self._hub, message, self._viewer, self.interaction)
            for message in self.interaction.followups
            if not message.deleted and message.audience in {None, self._viewer}
        ]

    def button(self, name: str) -> Button:
        """Return a button by its label or custom id; fail if it is not there."""
        for button in self.buttons:
            if name in {button.label, button.custom_id}:
                return button
        labels = [button.label for button in self.buttons]
        message = f"no button {name!r} on {self!r}, only {labels}"
        raise AssertionError(message)

    async def changes(self, *, within: float | None = None) -> "Reply":
        """Wait for the next edit since the last look."""
        await self._hub.changes.until(
            lambda: self.message.revision > self._seen_revision or None,
            topics=(self.message.id,),
            within=self._patience(within),
            what=f"an edit of {self!r}",
        )
        self._seen_revision = self.message.revision
        return self

    async def disappears(self, *, within: float | None = None) -> None:
        """Wait until it is deleted."""
        await self._hub.changes.until(
            lambda: self.message.deleted or None,
            topics=(self.message.id,),
            within=self._patience(within),
            what=f"the deletion of {self!r}",
        )

    async def gets_followup(self, number: int = 1, *, within: float | None = None) -> "Reply":
        """Wait for the interaction's follow-up of that number, counted from one."""
        if self.interaction is None:
            message = f"{self!r} answers no interaction"
            raise AssertionError(message)
        return await self._hub.changes.until(
            lambda: self.followups[number - 1] if self.followups[number - 1 :] else None,
            topics=(self.interaction.id,),
            within=self._patience(within),
            what=f"follow-up {number} after {self!r}",
        )

    def _patience(self, within: float | None) -> float:
        return self._hub.settings.patience if within is None else within


def _button(component: Json) -> Button:
    return Button(
        label=component.get("label") or "",
        custom_id=component["custom_id"],
        disabled=bool(component.get("disabled")),
    )


def _menu(component: Json) -> Select:
    least, most = chosen_range(component)
    options = tuple(Option(label=option["label"], value=option["value"]) for option in component["options"])
    return Select(custom_id=component["custom_id"], options=options, least=least, most=most)
