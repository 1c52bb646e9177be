"""What the store keeps and lists."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from bot.core.model import Language
from bot.core.text import squeeze

UnansweredDecision: TypeAlias = Literal["suggested", "unanswered", "turned_down"]
"""`turned_down`: its closest answer was not what the asker meant, who said so."""
LoadAction: TypeAlias = Literal["start", "reload", "edit"]
GroupState: TypeAlias = Literal["done", "dismissed"]
"""How an editor closed a group: done ones open again when they are asked again without an answer."""


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A question to the bot that got no answer, only suggestions, or a closest answer that was turned down."""

    text: str
    """As `unanswered.stored_text` returns it."""
    language: Language
    decision: UnansweredDecision
    article: str
    """Slug of the article it was asked of, "" if there are several and none is near."""
    fact: str
    """Id of the fact that was suggested first, "" if none was."""
    person: int
    """Id of the asker; the store keeps a digest of it for a day, never the id."""
    server: int = 0
    """Id of the server in which it was asked, 0 for none."""
    private: bool = True
    """Whether only the asker could read it and its reply."""
    asked_at: int = 0
    """Unix time in seconds."""

    @property
    def key(self) -> str:
        """Return the letters and digits of the text, which questions of one group have in common."""
        return squeeze(self.text)


@dataclass(frozen=True, slots=True)
class LoadedRevision:
    """Facts that the bot began to answer from."""

    revision: str
    action: LoadAction
    loaded_at: int
    """Unix time in seconds."""


@dataclass(frozen=True, slots=True)
class LeftServer:
    """A server that removed the bot: all that is stored of it is deleted."""

    server: int


@dataclass(frozen=True, slots=True)
class JoinedServers:
    """The servers that the bot is in; what is stored of others is deleted, as they removed it while it was away."""

    servers: frozenset[int]
    shards: frozenset[int]
    """The shards of this process: it knows nothing of the servers of others."""
    shard_count: int

    def lacks(self, server: int) -> bool:
        """Return whether the bot is not in a server that this process would know of; 0 stands for no server.

        Discord's documentation of sharding gives the formula of a server's shard.
        """
        return server != 0 and server not in self.servers and (server >> 22) % self.shard_count in self.shards


@dataclass(frozen=True, slots=True)
class TakenSuggestion:
    """A stored question whose asker took one of the suggestions after all, so that it counts no more."""

    question: UnansweredQuestion


Record: TypeAlias = UnansweredQuestion | TakenSuggestion | LoadedRevision | LeftServer | JoinedServers


@dataclass(frozen=True, slots=True)
class QuestionGroup:
    """Unanswered questions of one server with the same words and the same nearest fact."""

    id: int
    server: int
    article: str
    fact: str
    text: str
    """The latest of them."""
    language: Language
    asked: int
    """How often it was asked within the days that questions are kept."""
    askers: int
    """By how many people; somebody who asks on two days counts twice."""
    last_asked: int
    """Unix time in seconds."""


@dataclass(frozen=True, slots=True)
class Editors:
    """Whose groups are listed: those of a server, and those of direct messages; without a server, those of all.

    What was only asked privately is listed once two people have asked it. Askers are told apart within a day, so that
    somebody who asks on two days counts as two.
    """

    server: int | None
    article: str = ""
    """Slug of the only article whose groups are listed, "" for all."""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """The state of the store."""

    place: str
    """What the database is and where, without a password."""
    version: int
    """Number of the last migration that was applied, 0 if there is no database yet."""
    newest: int
    """Number of the last migration that this version of the bot knows."""
    groups: int = 0
    questions: int = 0
    oldest: int | None = None
    """When the oldest question that is kept was asked, Unix time in seconds."""
    revision: LoadedRevision | None = None
    """The facts that were loaded last."""
