"""The tables as queries name them; `migrations` creates them."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, LargeBinary, MetaData, Table, Text

metadata: Final = MetaData()

GROUPS: Final = Table(
    "unanswered_group",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("server", BigInteger, nullable=False),
    Column("article", Text, nullable=False),
    Column("fact", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("asked", Integer, nullable=False),
    Column("askers", Integer, nullable=False),
    Column("last_asked", BigInteger, nullable=False),
    Column("state", Text, nullable=False, server_default="open"),
    Column("closed_at", BigInteger, nullable=False, server_default="0"),
)
"""Unanswered questions that are counted together; they are open, done or dismissed, since `closed_at`."""

QUESTIONS: Final = Table(
    "unanswered_question",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("group_id", BigInteger, ForeignKey("unanswered_group.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("private", Boolean, nullable=False),
    Column("asker", Text),
    Column("asked_at", BigInteger, nullable=False),
)
"""Each time that one was asked; `asker` is a digest of the day and the person, erased after a day."""

NOTICES: Final = Table(
    "notice",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("server", BigInteger, nullable=False),
    Column("channel", BigInteger, nullable=False),
    Column("message", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("asker", Text, nullable=False),
    Column("asked_at", BigInteger, nullable=False),
    Column("claimed_at", BigInteger),
)
"""Messages whose authors want to be told; `asker` is a digest, `claimed_at` when a process began to tell."""

CHANNELS: Final = Table(
    "channel_setting",
    metadata,
    Column("channel", BigInteger, primary_key=True),
    Column("server", BigInteger, nullable=False),
    Column("article", Text, nullable=False),
    Column("without_mention", Boolean),
)
"""What administrators set for a channel, thread, forum or post."""

REVISIONS: Final = Table(
    "revision",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("loaded_at", BigInteger, nullable=False),
    Column("base", Text, nullable=False, server_default=""),
    Column("facts", Integer, nullable=False, server_default="0"),
    Column("gaps", Integer, nullable=False, server_default="0"),
    Column("samples", Integer, nullable=False, server_default="0"),
)
"""The facts that were loaded, one row whenever they are others than before; `base` was last loaded from files."""

REVISION_FILES: Final = Table(
    "revision_file",
    metadata,
    Column("revision", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("digest", Text, ForeignKey("file_content.digest"), nullable=False),
)
"""The files of each revision that is kept; most revisions share most of their files."""

CONTENTS: Final = Table(
    "file_content",
    metadata,
    Column("digest", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""What stands in files, compressed; `digest` is a hash over the uncompressed bytes."""

ACTIVE: Final = Table(
    "active_revision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("revision", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("pinned", Boolean, nullable=False),
)
"""One row: the revision that is answered from, and whether somebody went back to it."""

CHANGES: Final = Table(
    "change",
    metadata,
    Column("topic", Text, primary_key=True),
    Column("number", BigInteger, nullable=False),
)
"""How often something was changed that every process has to hear of."""

COUNTS: Final = Table(
    "daily_count",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("day", Text, nullable=False),
    Column("server", BigInteger, nullable=False),
    Column("article", Text, nullable=False),
    Column("fact", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("number", Integer, nullable=False),
)
"""How many questions were asked on a day; neither their words nor who asked."""

VOTES: Final = Table(
    "vote",
    metadata,
    Column("id", BigInteger, primary_key=True),
    Column("answer", Text, nullable=False),
    Column("voter", Text, nullable=False),
    Column("server", BigInteger, nullable=False),
    Column("article", Text, nullable=False),
    Column("fact", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("is_up", Boolean, nullable=False),
    Column("word", Text, nullable=False),
    Column("question_id", BigInteger, ForeignKey("unanswered_question.id", ondelete="SET NULL")),
    Column("day", Text, nullable=False),
)
"""One vote per person and answer: `answer` is a digest of the message and the fact, `voter` one of that and the person.

`question_id` is the question stored because of the vote, which goes when the person changes their mind.
"""

VERSION: Final = Table("schema_version", metadata, Column("version", Integer, nullable=False))
"""One row with the number of the last migration."""

EXPORTED: Final = {
    table.name: [column for column in table.columns if column.name not in {"asker", "answer", "voter"}]
    for table in (GROUPS, QUESTIONS, CHANNELS, REVISIONS, COUNTS, VOTES)
}
"""The columns of each table that leave the database; notices are of no use outside it."""
