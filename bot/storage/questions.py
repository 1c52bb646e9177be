"""Unanswered questions and their groups in the database."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    delete,
    desc,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.records import Editors, GroupState, QuestionGroup, UnansweredQuestion
from bot.storage.engines import Upsert
from bot.storage.tables import GROUPS, QUESTIONS
from bot.storage.transactions import Transactions

_Group: TypeAlias = tuple[int, str, str, str]
"""Server, article, fact and key."""
_ASKERS: Final = 2
"""People who asked something privately before it is shown to anybody."""


class Questions(Transactions):
    """The part of the store that lists unanswered questions and closes their groups."""

    async def groups(self, most: int, editors: Editors | None = None, skip: int = 0) -> Sequence[QuestionGroup]:
        """Return the open groups of unanswered questions, the most asked first, at most `most` after the first `skip`.

        With `editors`, those that they may see.
        """
        order = desc(GROUPS.c.asked), desc(GROUPS.c.last_asked), GROUPS.c.id
        return await self._groups(_open_groups(editors).order_by(*order).limit(most).offset(skip))

    async def group(self, number: int, editors: Editors | None = None) -> QuestionGroup | None:
        """Return the group with this id, None if it is not open, or not for these `editors`."""
        found = await self._groups(_open_groups(editors).where(GROUPS.c.id == number))
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


def _open_groups(editors: Editors | None) -> Select[Any]:
    """Return a query for the open groups, each with the latest of its questions."""
    of_group = QUESTIONS.alias()
    latest = select(func.max(of_group.c.id)).where(of_group.c.group_id == GROUPS.c.id)
    columns = [GROUPS.c[one.name] for one in fields(QuestionGroup) if one.name in GROUPS.c]
    query = (
        select(*columns, QUESTIONS.c.text, QUESTIONS.c.language)
        .select_from(GROUPS)
        .join(QUESTIONS, QUESTIONS.c.id == latest.correlate(GROUPS).scalar_subquery())
        .where(GROUPS.c.state == "open")
    )
    if editors is None:
        return query
    public = select(of_group.c.id).where(of_group.c.group_id == GROUPS.c.id, of_group.c.private.is_(False))
    shown = or_(GROUPS.c.askers >= _ASKERS, public.correlate(GROUPS).exists())
    query = query.where(shown)
    if editors.server is not None:
        query = query.where(GROUPS.c.server.in_((editors.server, 0)))
    return query.where(GROUPS.c.article == editors.article) if editors.article else query


def _group_of(question: UnansweredQuestion) -> _Group:
    return question.server, question.article, question.fact, question.key


async def add_questions(
    connection: AsyncConnection, new_group: Upsert, asked: Sequence[tuple[UnansweredQuestion, str]]
) -> Sequence[int]:
    """Store questions, each with the digest of its asker, in their groups, which are made where there are none.

    Returns the ids of the rows, in the order of the questions.
    """
    groups = await _count(connection, new_group, [question for question, _ in asked])
    rows = [
        {
            "group_id": groups[_group_of(question)],
            "text": question.text,
            "language": question.language,
            "decision": question.decision,
            "private": question.private,
            "asker": asker,
            "asked_at": question.asked_at,
        }
        for question, asker in asked
    ]
    pairs = {(row["group_id"], row["asker"]) for row in rows}
    columns = QUESTIONS.c.group_id, QUESTIONS.c.asker
    known = await connection.execute(select(*columns).distinct().where(tuple_(*columns).in_(pairs)))
    new = Counter(group for group, _ in pairs.difference(map(tuple, known)))
    if new:
        more = update(GROUPS).where(GROUPS.c.id == bindparam("group"))
        changes = [{"group": group, "number": number} for group, number in new.items()]
        await connection.execute(more.values(askers=GROUPS.c.askers + bindparam("number")), changes)
    added = insert(QUESTIONS).returning(QUESTIONS.c.id, sort_by_parameter_order=True)
    return list((await connection.scalars(added, rows)).all())


async def _count(
    connection: AsyncConnection, new_group: Upsert, questions: Sequence[UnansweredQuestion]
) -> Mapping[_Group, int]:
    """Count questions in their groups, with `new_group` to insert those that are missing; return the id of each group.

    Rows are locked in the same order by every process, so that two never wait for each other.
    """
    numbers = Counter(map(_group_of, questions))
    latest = {_group_of(one): one.asked_at for one in sorted(questions, key=lambda one: one.asked_at)}
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
    await connection.execute(delete(GROUPS).where(group, GROUPS.c.asked <= 0))


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
    await connection.execute(delete(GROUPS).where(GROUPS.c.asked <= 0))
    await connection.execute(update(GROUPS).where(GROUPS.c.askers > GROUPS.c.asked).values(askers=GROUPS.c.asked))
    return deleted.rowcount
