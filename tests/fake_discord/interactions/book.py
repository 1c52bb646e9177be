"""Interactions under way: deadlines, tokens, responses."""

import secrets
from dataclasses import dataclass, field
from enum import IntEnum

from tests.fake_discord.clock import Clock
from tests.fake_discord.jsontypes import Json, JsonList
from tests.fake_discord.settings import Settings
from tests.fake_discord.snowflakes import Snowflakes
from tests.fake_discord.state.models import Channel, Command, Message, User

GUILD_INSTALL, USER_INSTALL = "0", "1"


class InteractionKind(IntEnum):
    """What a person did."""

    COMMAND = 2
    COMPONENT = 3
    AUTOCOMPLETE = 4
    MODAL_SUBMIT = 5


class ResponseKind(IntEnum):
    """How the bot responded."""

    MESSAGE = 4
    DEFERRED_MESSAGE = 5
    DEFERRED_UPDATE = 6
    UPDATE = 7
    AUTOCOMPLETE = 8
    MODAL = 9


@dataclass(slots=True, kw_only=True, eq=False)
class Interaction:
    """One thing a person did, and what the bot made of it so far.

    `owners` says by which installation it came: by the guild's ("0"), the person's own
    ("1"), or both. `original` is the message that `@original` names. `forged` is a
    component that the message does not have, though the interaction claims it has. `modal`
    is what the bot opened; `opener` is the interaction that opened the modal that is sent.
    """

    id: int
    token: str
    kind: InteractionKind
    user: User
    channel: Channel
    data: Json
    owners: Json
    deadline: float
    expires: float
    command: Command | None = None
    message: Message | None = None
    forced_ephemeral: bool = False
    response: ResponseKind | None = None
    original: Message | None = None
    followups: list[Message] = field(default_factory=list)
    choices: JsonList = field(default_factory=list)
    forged: Json | None = None
    modal: Json | None = None
    opener: "Interaction | None" = None

    @property
    def only_user_installed(self) -> bool:
        """Say whether the guild, if any, has not installed the app itself."""
        return GUILD_INSTALL not in self.owners


class InteractionBook:
    """Find interactions by id and by token."""

    def __init__(self, ids: Snowflakes, clock: Clock, settings: Settings) -> None:
        """Start without any."""
        self._ids = ids
        self._clock = clock
        self._settings = settings
        self._by_token: dict[str, Interaction] = {}

    def open(
        self,
        kind: InteractionKind,
        user: User,
        channel: Channel,
        data: Json,
        owners: Json,
    ) -> Interaction:
        """Start an interaction; its deadline runs from now."""
        now = self._clock.now()
        interaction = Interaction(
            id=self._ids.next(),
            token=secrets.token_hex(48),
            kind=kind,
            user=user,
            channel=channel,
            data=data,
            owners=owners,
            deadline=now + self._settings.interaction_deadline,
            expires=now + self._settings.token_lifetime,
        )
        self._by_token[interaction.token] = interaction
        return interaction

    def find(self, token: str) -> Interaction | None:
        """Return the interaction that a token belongs to."""
        return self._by_token.get(token)

    def latest(self) -> Interaction:
        """Return the newest one."""
        return next(reversed(self._by_token.values()))

    def is_late(self, interaction: Interaction) -> bool:
        """Say whether the time for a first response is over."""
        return self._clock.now() > interaction.deadline

    def is_expired(self, interaction: Interaction) -> bool:
        """Say whether the token has lost its force."""
        return self._clock.now() > interaction.expires
