"""How many questions were asked on each day, and the figures made of these counts and of the votes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final, TypeAlias

from sqlalchemy import Column, ColumnElement, Select, desc, func, not_, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.records import Counted, DailyCount, Figures, Period, Ratings
from bot.storage.engines import Upsert
from bot.storage.tables import COUNTS, VOTES
from bot.storage.transactions import Transactions

_Fact: TypeAlias = tuple[str, str]
"""Article and fact or gap."""
_NOTHING_SHOWN: Final = ("suggested", "unanswered", "small_talk")
"""Decisions whose votes say nothing about a fact."""
_MOST_WORDS: Final = 3
"""Words of members that are listed for one fact."""
_NO_FIGURES: Final = Figures({}, {}, {}, {}, {}, {}, {}, 0, 0, 0, ())


class Counts(Transactions):
    """The part of the store that tells how much was asked and what was thought of the answers."""

    async def figures(self, period: Period, most: int) -> Figures:
        """Return the figures of a period with at most `most` facts in each list; all are 0 without a database."""
        async with self._reading() as connection:
            return _NO_FIGURES if connection is None else await _figures(connection, period, most)


async def add_counts(connection: AsyncConnection, new_count: Upsert, counts: Sequence[DailyCount]) -> None:
    """Add to the counts, in the same order in every process, so that two never wait for each other."""
    numbers: Counter[Counted] = Counter()
    for one in counts:
        numbers[one.of] += one.number
    rows = sorted((asdict(of) | {"number": number} for of, number in numbers.items()), key=lambda row: [*row.values()])
    keys = [COUNTS.c[name] for name in asdict(counts[0].of)]
    more = {"number": COUNTS.c.number + new_count.excluded.number}
    await connection.execute(new_count.on_conflict_do_update(index_elements=keys, set_=more), rows)


async def _figures(connection: AsyncConnection, period: Period, most: int) -> Figures:
    is_picked = COUNTS.c.decision == "page"
    counts, votes = _within(COUNTS, period), _within(VOTES, period)

    async def by(column: Column[Any]) -> dict[str, int]:
        rows = await _most_first(connection, select(column).where(*counts, not_(is_picked)), most=None)
        return {str(row[0]): row[1] for row in rows}

    is_shown = COUNTS.c.fact != ""
    shown = select(COUNTS.c.article, COUNTS.c.fact).where(*counts, is_shown)
    picked = await connection.scalar(select(func.sum(COUNTS.c.number)).where(*counts, is_picked))
    ups = func.count().filter(VOTES.c.is_up)
    downs = func.count().filter(not_(VOTES.c.is_up))
    up, down = (await connection.execute(select(ups, downs).where(*votes))).one()
    return Figures(
        days=dict(sorted((await by(COUNTS.c.day)).items())),
        decisions=await by(COUNTS.c.decision),
        languages=await by(COUNTS.c.language),
        ways=await by(COUNTS.c.way),
        articles=await by(COUNTS.c.article),
        servers=await by(COUNTS.c.server),
        asked={(row[0], row[1]): row[2] for row in await _most_first(connection, shown, most)},
        picked=picked or 0,
        up=up,
        down=down,
        worst=await _worst(connection, votes, most),
    )


def _within(table: Any, period: Period) -> list[ColumnElement[bool]]:  # noqa: ANN401  `counts` or `votes`
    """Return the conditions that rows of a period fulfil."""
    found = [table.c.day >= period.since]
    found += [] if period.server is None else [table.c.server == period.server]
    return [*found, table.c.article == period.article] if period.article else found


async def _most_first(connection: AsyncConnection, query: Select[Any], most: int | None) -> Sequence[Sequence[Any]]:
    """Return the values of the query's columns with their numbers, the largest first."""
    columns, number = [*query.selected_columns], func.sum(COUNTS.c.number)
    ordered = query.add_columns(number).group_by(*columns).order_by(desc(number), *columns).limit(most)
    return [tuple(row) for row in await connection.execute(ordered)]


async def _worst(connection: AsyncConnection, votes: Sequence[ColumnElement[bool]], most: int) -> list[Ratings]:
    """Return the facts with the most votes against them, with what was said about them."""
    fact = VOTES.c.article, VOTES.c.fact
    ups, downs = func.count().filter(VOTES.c.is_up), func.count().filter(not_(VOTES.c.is_up))
    about_fact = *votes, VOTES.c.decision.not_in(_NOTHING_SHOWN)
    rated = select(*fact, ups, downs).where(*about_fact).group_by(*fact).having(downs > 0)
    rows = (await connection.execute(rated.order_by(desc(downs), ups, *fact).limit(most))).all()
    words: dict[_Fact, list[str]] = {(article, key): [] for article, key, _, _ in rows}
    said = select(*fact, VOTES.c.word).where(*about_fact, VOTES.c.word != "", tuple_(*fact).in_(list(words)))
    for article, key, word in await connection.execute(said.order_by(desc(VOTES.c.id))):
        if len(words[article, key]) < _MOST_WORDS:
            words[article, key].append(word)
    return [Ratings(article, key, up, down, tuple(words[article, key])) for article, key, up, down in rows]
