"""What the store keeps and lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from bot.core.model import Language
from bot.core.text import squeeze

UnansweredDecision: TypeAlias = Literal["suggested", "unanswered", "turned_down", "downvoted"]
"""`turned_down`: its asker said that the closest answer is not it; `downvoted`: somebody voted against its answer."""
Bundle: TypeAlias = Mapping[str, bytes]
"""The content of all files that knowledge is made from, by their names as in a folder of several articles."""
LoadAction: TypeAlias = Literal["start", "reload", "edit", "rollback"]
GroupState: TypeAlias = Literal["done", "dismissed"]
"""How an editor closed a group: done ones open again when they are asked again without an answer."""


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A question to the bot that got no answer, only suggestions, or one that was turned down or voted against."""

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
class Size:
    """How much the facts of a revision hold."""

    facts: int = 0
    gaps: int = 0
    samples: int = 0
    """Of facts and gaps, in both languages."""


@dataclass(frozen=True, slots=True)
class LoadedRevision:
    """Facts that the bot began to answer from."""

    revision: str
    action: LoadAction
    loaded_at: int
    """Unix time in seconds."""
    base: str = ""
    """Revision of the files that it was edited from, itself if it was loaded from files; "" if that is not known."""
    size: Size = Size()
    bundle: Bundle | None = field(default=None, repr=False)
    """The files, for the store to keep; None where it lists revisions."""


@dataclass(frozen=True, slots=True)
class ActiveRevision:
    """The revision that the bot answers from."""

    revision: str
    base: str
    """As in `LoadedRevision`."""
    is_pinned: bool
    """Whether somebody went back to it: then a start does not load what the files say by now."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What questions are counted by, none of which tells who asked or in which words."""

    day: str
    """In UTC, as 2027-01-15."""
    server: int
    """Id of the server, 0 for direct messages."""
    article: str
    """Slug of the article that the reply is about, "" for none."""
    fact: str
    """Id of the fact or gap that was shown, "" for none."""
    decision: str
    """As in `measures.Decision`; `page` if the fact was picked."""
    language: str
    way: str
    """How it was asked, as in `measures.Way`."""


@dataclass(frozen=True, slots=True)
class DailyCount:
    """How many questions are to be added to a count."""

    of: Counted
    number: int


@dataclass(frozen=True, slots=True)
class Vote:
    """What somebody thinks of an answer; a later one of theirs takes the place of an earlier one."""

    message: int
    """Id of the message with the answer; with it and `person` the store makes digests, and keeps neither."""
    person: int
    is_up: bool
    article: str
    fact: str
    """Id of the fact or gap that was shown, or of the first that was suggested."""
    decision: str
    language: Language
    day: str
    """In UTC, as 2027-01-15."""
    server: int = 0
    word: str | None = None
    """What they said about it, as `unanswered.stored_text` returns it; None: what they said before still stands."""
    question: UnansweredQuestion | None = None
    """The question, maybe of another person, if it is known and the vote says that the answer to it is no good."""


@dataclass(frozen=True, slots=True)
class ChannelSetting:
    """What an administrator set for a channel, forum, thread or post of a server."""

    server: int
    channel: int
    article: str = ""
    """Slug of the article that questions there are about, "" for none in particular."""
    without_mention: bool | None = None
    """Whether questions are answered there without a mention; None: as the operator's settings say."""

    @property
    def says_nothing(self) -> bool:
        """Return whether everything is as without the setting."""
        return not self.article and self.without_mention is None


@dataclass(frozen=True, slots=True)
class DeletedChannel:
    """A channel, forum, thread or post that is gone, and its settings with it."""

    channel: int


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


Record: TypeAlias = (
    UnansweredQuestion
    | TakenSuggestion
    | LoadedRevision
    | DailyCount
    | Vote
    | LeftServer
    | JoinedServers
    | DeletedChannel
)


@dataclass(frozen=True, slots=True)
class Period:
    """Which figures are wanted."""

    since: str
    """The first day, in UTC, as 2027-01-15."""
    server: int | None = None
    """Id of the only server, 0 for direct messages, None for all."""
    article: str = ""
    """Slug of the only article, "" for all."""


@dataclass(frozen=True, slots=True)
class Ratings:
    """The votes for one fact."""

    article: str
    fact: str
    up: int
    down: int
    words: tuple[str, ...] = ()
    """What was said about it, the latest first."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How much was asked in a period, and what was thought of the answers; each mapping has the largest first."""

    days: Mapping[str, int]
    """Questions by day, as 2027-01-15, in order; days without any are left out."""
    decisions: Mapping[str, int]
    languages: Mapping[str, int]
    ways: Mapping[str, int]
    articles: Mapping[str, int]
    """By slug; "" for questions about none."""
    servers: Mapping[str, int]
    """By id; "0" for direct messages."""
    asked: Mapping[tuple[str, str], int]
    """By article and fact or gap: how often it was shown, picked ones included; the most shown only."""
    picked: int
    """How often a fact was picked from a list, a menu or suggestions."""
    up: int
    down: int
    worst: Sequence[Ratings]
    """Facts and gaps with votes against them, the most first."""

    @property
    def questions(self) -> int:
        """Return the number of questions."""
        return sum(self.days.values())


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
    """By how many people on the day on which most asked it: those of different days can't be told apart."""
    last_asked: int
    """Unix time in seconds."""


@dataclass(frozen=True, slots=True)
class Editors:
    """Whose groups are listed: those of a server, and those of direct messages; without a server, those of all.

    What was only asked privately is listed once two people have asked it on one day.
    """

    server: int | None
    article: str = ""
    """Slug of the only article whose groups are listed, "" for all."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A message whose author wants to be told once its question has an answer."""

    server: int
    channel: int
    message: int
    text: str
    """The question as `unanswered.stored_text` returns it."""
    language: Language
    """The language to answer in."""
    asked_at: int
    """When its author asked for it, Unix time in seconds."""
    id: int = 0
    """That of the row in the database."""


NoticeOutcome: TypeAlias = Literal["added", "withdrawn", "full"]
"""What asking for a notice did: the second time withdraws it, and too many of one person are refused."""
MOST_NOTICES: Final = 10
"""Notices that one person may wait for."""
DAYS_OF_NOTICES: Final = 30
"""Days after which nobody is told any more."""


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
    counted: int = 0
    """Questions that were counted, answered ones included."""
    votes: int = 0
