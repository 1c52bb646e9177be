"""The tables as queries name them; `migrations` creates them."""

from typing import Final

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, MetaData, Table, Text

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
)
"""The facts that were loaded, one row whenever they are others than before."""

VERSION: Final = Table("schema_version", metadata, Column("version", Integer, nullable=False))
"""One row with the number of the last migration."""

EXPORTED: Final = {
    table.name: [column for column in table.columns if column.name != "asker"]
    for table in (GROUPS, QUESTIONS, CHANNELS, REVISIONS)
}
"""The columns of each table that leave the database."""
