"""Votes for answers: one per person and answer, told apart by digests."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.service.records import Vote
from bot.storage.engines import Database
from bot.storage.questions import Leaders, add_questions, delete_questions
from bot.storage.secret import answer_digest, digest, voter_digest
from bot.storage.tables import GROUPS, QUESTIONS, VOTES

_AT_ONCE: Final = 500
"""Digests that one query looks for."""


async def add_votes(
    connection: AsyncConnection, database: Database, secret: bytes, votes: Sequence[Vote], leaders: Leaders
) -> None:
    """Store votes, each in place of an earlier one of the same person for the same answer.

    The question of a vote against an answer is stored too, once, and deleted if the person changes their mind.
    `leaders` as of `add_questions`.
    """
    latest: dict[tuple[str, str], Vote] = {}
    for vote in votes:
        answer = answer_digest(secret, vote.message, vote.article, vote.fact)
        key = answer, voter_digest(secret, answer, vote.person)
        latest[key] = _after(latest.get(key), vote)
    columns = VOTES.c.voter, VOTES.c.word, VOTES.c.question_id
    known = await connection.execute(select(*columns).where(VOTES.c.voter.in_([who for _, who in latest])))
    before = {row.voter: row for row in known}
    regretted = [before[who].question_id for (_, who), vote in latest.items() if vote.is_up and who in before]
    if any(regretted):
        await delete_questions(connection, QUESTIONS.c.id.in_([one for one in regretted if one is not None]))
    asked = {
        who: vote.question
        for (_, who), vote in latest.items()
        if vote.question is not None and not vote.is_up and not (who in before and before[who].question_id)
    }
    questions = [(question, digest(secret, question.person, question.asked_at)) for question in asked.values()]
    ids = await add_questions(connection, database.insert(GROUPS), questions, leaders) if questions else ()
    added = dict(zip(asked, ids, strict=True))
    rows = [_row(answer, who, vote, before.get(who), added.get(who)) for (answer, who), vote in sorted(latest.items())]
    new = database.insert(VOTES)
    changes = {name: new.excluded[name] for name in ("decision", "language", "is_up", "word", "question_id", "day")}
    await connection.execute(new.on_conflict_do_update(index_elements=[VOTES.c.voter], set_=changes), rows)


async def delete_votes(connection: AsyncConnection, secret: bytes, person: int) -> int:
    """Delete the votes of a person, with the questions that were stored for them; return how many votes.

    A digest can't be turned back, so that of the person is made for each answer that somebody voted on.
    """
    answers = (await connection.scalars(select(VOTES.c.answer).distinct())).all()
    voters = [voter_digest(secret, answer, person) for answer in answers]
    deleted = 0
    for start in range(0, len(voters), _AT_ONCE):
        theirs = VOTES.c.voter.in_(voters[start : start + _AT_ONCE])
        questions = select(VOTES.c.question_id).where(theirs, VOTES.c.question_id.is_not(None))
        await delete_questions(connection, QUESTIONS.c.id.in_(list(await connection.scalars(questions))))
        deleted += (await connection.execute(delete(VOTES).where(theirs))).rowcount
    return deleted


def _after(earlier: Vote | None, vote: Vote) -> Vote:
    """Return a vote with what an earlier one of the same batch says, if both are against the answer."""
    if earlier is None or earlier.is_up or vote.is_up:
        return vote
    word = earlier.word if vote.word is None else vote.word
    return replace(vote, word=word, question=vote.question or earlier.question)


def _row(answer: str, voter: str, vote: Vote, before: Any, added: int | None) -> Mapping[str, object]:  # noqa: ANN401
    """Return the row of a vote; `before` is that of the vote before, `added` the id of the question stored for it."""
    kept = None if vote.is_up or before is None else before
    word = vote.word if vote.word is not None else kept.word if kept else ""
    return {
        "answer": answer,
        "voter": voter,
        "server": vote.server,
        "article": vote.article,
        "fact": vote.fact,
        "decision": vote.decision,
        "language": vote.language,
        "is_up": vote.is_up,
        "word": "" if vote.is_up else word,
        "question_id": added or (kept.question_id if kept else None),
        "day": vote.day,
    }
