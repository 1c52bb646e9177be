"""Unanswered questions and their groups in the database."""

import asyncio
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    delete,
    desc,
    func,
    insert,
    not_,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.ports import MostAlike
from bot.service.records import Editors, GroupState, QuestionGroup, UnansweredQuestion
from bot.storage.engines import Upsert
from bot.storage.secret import DAY
from bot.storage.tables import GROUPS, QUESTIONS
from bot.storage.transactions import Transactions

_Group: TypeAlias = tuple[int, str, str, str]
"""Server, article, fact and key."""
Leaders: TypeAlias = Mapping[_Group, _Group]
"""The groups of questions that belong to one with other words."""
_MOST_CANDIDATES: Final = 200
"""Groups that a new question is compared with."""
_ASKERS: Final = 2
"""People who asked something privately before it is shown to anybody."""


class Questions(Transactions):
    """The part of the store that groups unanswered questions, lists their groups and closes them."""

    _most_alike: MostAlike | None = None

    def group_by(self, most_alike: MostAlike) -> None:
        """Count questions that are added from now on with those that ask the same; `most_alike` runs in a thread."""
        self._most_alike = most_alike

    async def _leaders(self, questions: Sequence[UnansweredQuestion]) -> Leaders:
        """Return the group that each question belongs to, where it is not the one with its own words.

        It is one of the same server, article and fact, whose first question asks the same. That is found before
        anything is locked: two processes may make two groups of questions that come at once.
        """
        new = {_group_of(one): one.text for one in questions}
        if self._most_alike is None or not new:
            return {}
        candidates: dict[tuple[int, str, str], dict[str, str]] = {}
        async with self._reading() as connection:
            if connection is not None:
                columns = GROUPS.c.server, GROUPS.c.article, GROUPS.c.fact, GROUPS.c.key
                known = await connection.execute(select(*columns).where(tuple_(*columns).in_(list(new))))
                for group in known:
                    new.pop((group.server, group.article, group.fact, group.key))
                for family in {group[:3] for group in new}:
                    rows = await connection.execute(_candidates(*family))
                    candidates[family] = {row.key: row.text for row in rows}
        return await asyncio.to_thread(_leaders_of, self._most_alike, new, candidates)

    async def groups(self, most: int, editors: Editors | None = None, skip: int = 0) -> Sequence[QuestionGroup]:
        """Return the open groups of unanswered questions, the most asked first, at most `most` after the first `skip`.

        With `editors`, those that they may see.
        """
        found = _open_groups(editors).order_by(*_order(GROUPS)).limit(most).offset(skip)
        return await self._groups(_with_texts(found, editors))

    async def group(self, number: int, editors: Editors | None = None) -> QuestionGroup | None:
        """Return the group with this id, None if it is not open, or not for these `editors`."""
        found = await self._groups(_with_texts(_open_groups(editors).where(GROUPS.c.id == number), editors))
        return found[0] if found else None

    async def _groups(self, query: Select[Any]) -> Sequence[QuestionGroup]:
        """Return the groups that a query finds; none where there is no database yet."""
        async with self._reading() as connection:
            if connection is None:
                return ()
            rows = (await connection.execute(query)).mappings().all()
        return [QuestionGroup(**row) for row in rows]

    async def close_group(self, number: int, state: GroupState, now: int) -> None:
        """Close the group with this id at the Unix time `now`."""
        async with self._transaction() as connection:
            closed = update(GROUPS).where(GROUPS.c.id == number)
            await connection.execute(closed.values(state=state, closed_at=now))


def _order(groups: FromClause) -> Sequence[ColumnElement[Any]]:
    """Return the order of a list: the most asked first, of these the latest."""
    return desc(groups.c.asked), desc(groups.c.last_asked), groups.c.id


def _open_groups(editors: Editors | None) -> Select[Any]:
    """Return a query for the open groups, or those of them that these editors may see."""
    columns = [GROUPS.c[one.name] for one in fields(QuestionGroup) if one.name in GROUPS.c]
    query = select(*columns).where(GROUPS.c.state == "open")
    if editors is None:
        return query
    public = select(QUESTIONS.c.id).where(QUESTIONS.c.group_id == GROUPS.c.id, not_(QUESTIONS.c.private))
    shown = or_(GROUPS.c.askers >= _ASKERS, public.correlate(GROUPS).exists())
    query = query.where(shown)
    if editors.server is not None:
        query = query.where(GROUPS.c.server.in_((editors.server, 0)))
    return query.where(GROUPS.c.article == editors.article) if editors.article else query


def _with_texts(query: Select[Any], editors: Editors | None) -> Select[Any]:
    """Add the latest question of each group that `query` returns; of many groups, those of a page are few."""
    found, of_group = query.subquery(), QUESTIONS.alias()
    latest = select(func.max(of_group.c.id)).where(of_group.c.group_id == found.c.id)
    shown: ColumnElement[Any] = latest.correlate(found).scalar_subquery()
    if editors is not None:  # what was asked privately may have been worded otherwise
        public = latest.where(not_(of_group.c.private)).correlate(found).scalar_subquery()
        shown = func.coalesce(public, shown)
    texts = select(*found.c, QUESTIONS.c.text, QUESTIONS.c.language).select_from(found)
    return texts.join(QUESTIONS, QUESTIONS.c.id == shown).order_by(*_order(found))


def _candidates(server: int, article: str, fact: str) -> Select[Any]:
    """Return a query for the groups that a new question may belong to, those asked last first, each with its first."""
    of_group = QUESTIONS.alias()
    first = select(func.min(of_group.c.id)).where(of_group.c.group_id == GROUPS.c.id)
    return (
        select(GROUPS.c.key, QUESTIONS.c.text)
        .select_from(GROUPS)
        .join(QUESTIONS, QUESTIONS.c.id == first.correlate(GROUPS).scalar_subquery())
        .where(GROUPS.c.server == server, GROUPS.c.article == article, GROUPS.c.fact == fact)
        .order_by(desc(GROUPS.c.last_asked))
        .limit(_MOST_CANDIDATES)
    )


def _leaders_of(
    most_alike: MostAlike, new: Mapping[_Group, str], candidates: Mapping[tuple[int, str, str], dict[str, str]]
) -> Leaders:
    """Return the groups that new questions belong to; one that begins a group may have later ones in it."""
    leaders = {}
    for group, text in new.items():
        known = candidates.get(group[:3], {})
        keys = list(known)
        at = most_alike(group[1], text, [known[key] for key in keys])
        if at is None:
            known[group[3]] = text
        else:
            leaders[group] = (*group[:3], keys[at])
    return leaders


def _group_of(question: UnansweredQuestion) -> _Group:
    return question.server, question.article, question.fact, question.key


async def add_questions(
    connection: AsyncConnection,
    new_group: Upsert,
    asked: Sequence[tuple[UnansweredQuestion, str]],
    leaders: Leaders,
) -> Sequence[int]:
    """Store questions, each with the digest of its asker, in their groups, which are made where there are none.

    `leaders` has the group of each question that belongs to one with other words. Returns the ids of the rows, in the
    order of the questions.
    """
    own = [leaders.get(_group_of(question), _group_of(question)) for question, _ in asked]
    groups = await _count(connection, new_group, list(zip(own, (one.asked_at for one, _ in asked), strict=True)))
    rows = [
        {
            "group_id": groups[group],
            "text": question.text,
            "language": question.language,
            "decision": question.decision,
            "private": question.private,
            "asker": asker,
            "asked_at": question.asked_at,
        }
        for group, (question, asker) in zip(own, asked, strict=True)
    ]
    added = insert(QUESTIONS).returning(QUESTIONS.c.id, sort_by_parameter_order=True)
    numbers = list((await connection.scalars(added, rows)).all())
    for day in {question.asked_at // DAY for question, _ in asked}:
        await _count_askers(connection, set(groups.values()), day * DAY)
    return numbers


async def _count_askers(connection: AsyncConnection, groups: Collection[int], day: int) -> None:
    """Count who asked the questions of groups on the day that begins at a Unix time.

    A group has as many askers as on the day with most: people of different days can't be told apart.
    """
    people = func.count(QUESTIONS.c.asker.distinct()).label("number")
    of_day = QUESTIONS.c.group_id.in_(groups), QUESTIONS.c.asked_at >= day, QUESTIONS.c.asked_at < day + DAY
    found = select(QUESTIONS.c.group_id, people).where(*of_day).group_by(QUESTIONS.c.group_id).subquery()
    more = update(GROUPS).where(GROUPS.c.id == found.c.group_id, GROUPS.c.askers < found.c.number)
    await connection.execute(more.values(askers=found.c.number))


async def _count(
    connection: AsyncConnection, new_group: Upsert, asked: Sequence[tuple[_Group, int]]
) -> Mapping[_Group, int]:
    """Count questions, of each its group and time; return the id of each group.

    `new_group` inserts those that are missing. Rows are locked in the same order by every process, so that two never
    wait for each other.
    """
    numbers = Counter(group for group, _ in asked)
    latest = dict(sorted(asked, key=lambda pair: pair[1]))
    columns = [GROUPS.c.server, GROUPS.c.article, GROUPS.c.fact, GROUPS.c.key]
    rows = [
        dict(zip([one.name for one in columns], group, strict=True))
        | {"asked": numbers[group], "askers": 0, "last_asked": latest[group]}
        for group in sorted(numbers)
    ]
    new = new_group.excluded
    later = case((GROUPS.c.last_asked > new.last_asked, GROUPS.c.last_asked), else_=new.last_asked)
    again = and_(GROUPS.c.state == "done", new.last_asked > GROUPS.c.closed_at)  # the sample may be gone
    changes = {
        "asked": GROUPS.c.asked + new.asked,
        "last_asked": later,
        "state": case((again, "open"), else_=GROUPS.c.state),
    }
    await connection.execute(new_group.on_conflict_do_update(index_elements=columns, set_=changes), rows)
    found = await connection.execute(select(GROUPS.c.id, *columns).where(tuple_(*columns).in_(list(numbers))))
    return {(server, article, fact, key): number for number, server, article, fact, key in found}


async def remove_question(connection: AsyncConnection, question: UnansweredQuestion, asker: str) -> None:
    """Delete a question that has an answer by now, as its asker took a suggestion; none if it is not there any more.

    It is the first with its text that the asker with this digest has asked since then, that day.
    """
    same = QUESTIONS.c.asker == asker, QUESTIONS.c.text == question.text, QUESTIONS.c.decision == question.decision
    then = QUESTIONS.c.asked_at >= question.asked_at
    found = (
        await connection.execute(
            select(QUESTIONS.c.id, QUESTIONS.c.group_id).where(*same, then).order_by(QUESTIONS.c.id).limit(1)
        )
    ).first()
    if found is None:
        return
    group = GROUPS.c.id == found.group_id
    await connection.execute(select(GROUPS.c.id).where(group).with_for_update())  # the group before its questions
    deleted = await connection.execute(delete(QUESTIONS).where(QUESTIONS.c.id == found.id))
    if not deleted.rowcount:  # by another process
        return
    others = select(QUESTIONS.c.id).where(QUESTIONS.c.group_id == found.group_id, QUESTIONS.c.asker == asker)
    is_last = (await connection.execute(others.limit(1))).first() is None
    fewer = {"asked": GROUPS.c.asked - 1, "askers": GROUPS.c.askers - int(is_last)}
    await connection.execute(update(GROUPS).where(group).values(**fewer))
    await _settle(connection, group)


async def delete_questions(connection: AsyncConnection, which: ColumnElement[bool]) -> int:
    """Delete some questions, and groups that are empty then; return how many questions.

    Counts go down with them; that of the askers who are not known any more only as far as it must.
    """
    numbers = func.count().label("number"), func.count(QUESTIONS.c.asker.distinct()).label("askers")
    gone = select(QUESTIONS.c.group_id, *numbers).where(which).group_by(QUESTIONS.c.group_id).subquery()
    fewer = update(GROUPS).where(GROUPS.c.id == gone.c.group_id)
    counts = {"asked": GROUPS.c.asked - gone.c.number, "askers": GROUPS.c.askers - gone.c.askers}
    await connection.execute(fewer.values(**counts))
    deleted = await connection.execute(delete(QUESTIONS).where(which))
    await _settle(connection)
    return deleted.rowcount


async def _settle(connection: AsyncConnection, *which: ColumnElement[bool]) -> None:
    """Delete the groups, of `which` if given, that are empty; others have an asker, and no more than were asked."""
    await connection.execute(delete(GROUPS).where(GROUPS.c.asked <= 0, *which))
    too_many, too_few = GROUPS.c.askers > GROUPS.c.asked, GROUPS.c.askers < 1
    await connection.execute(update(GROUPS).where(too_many, *which).values(askers=GROUPS.c.asked))
    await connection.execute(update(GROUPS).where(too_few, *which).values(askers=1))
