"""Which questions are stored as unanswered, and what may be kept of their text."""

import re
from typing import Final

from bot.core.matching import Decision, leading
from bot.core.model import DialogueAct
from bot.core.text import normalise, squeeze
from bot.service.answering import Answer
from bot.service.records import UnansweredQuestion
from bot.service.replies import offered

MAX_STORED: Final = 300
"""Characters of a question that are kept."""
_SPACE: Final = re.compile(r"\s+")
_PERSONAL: Final = re.compile(
    r"[a-z][a-z0-9+.-]*://\S+|\bwww\.\S+|\b[\w-]+(?:\.[\w-]+)+/\S*"  # links, with and without a scheme
    r"|\S*@\S+"  # e-mail addresses, names of members
    r"|\b(?=[\w.+/=-]*\d)[a-z0-9_.+/=-]{24,}"  # tokens and keys
    r"|\+?\d(?:[\s().-]{0,3}\d){6,}"  # telephone, card and account numbers, ids; a date in digits too
)
_CUT: Final = " … "
"""Stands where something was taken out."""


def stored_text(text: str) -> str:
    """Return what may be kept of a question: normalised, capped, without what tells who somebody is.

    Mentions, links, e-mail addresses, long numbers and keys are taken out.

    >>> stored_text("<@123> 무라티 번호가 010-1234-5678 맞아? ada@example.com")
    '무라티 번호가 … 맞아? …'
    """
    plain = _SPACE.sub(" ", _PERSONAL.sub(_CUT, normalise(text))).strip()
    return plain if len(plain) <= MAX_STORED else f"{plain[: MAX_STORED - 1].rstrip()}…"


def question_in(stored: str) -> str:
    """Return the question in a stored text, without the marks of what was taken out of it.

    >>> question_in("무라티 번호가 … 맞아? …")
    '무라티 번호가 맞아?'
    """
    return _SPACE.sub(" ", stored.replace("…", " ")).strip()


def asked_text(answer: Answer, text: str) -> str:
    """Return what may be kept of a question: as it was typed, or as it was completed with the one before it."""
    return stored_text(next((one.question.text for one in answer.asked if one.is_resolved), None) or text)


def unanswered_question(answer: Answer, text: str, person: int) -> UnansweredQuestion | None:
    """Return what to store of a question that `person` asked; None if it was answered or asks nothing.

    A gap is an answer too: its author knows that the article does not say it. One with a closest answer is stored only
    once that is turned down. `text` is the question as typed; where it was completed with the one before it, the
    completed question is stored.
    """
    reply, stored = answer.reply, asked_text(answer, text)
    if answer.decision is None or reply.gap is not None or reply.outcome == "answered" or _is_act(answer.decision):
        return None
    if not squeeze(stored):
        return None
    articles = answer.snapshot.knowledge.articles
    asked_of = next((one.question.article or one.question.place for one in answer.asked), None)
    only = asked_of or (articles[0].slug if len(articles) == 1 else "")
    nearest = next(iter(offered(reply)), None)
    return UnansweredQuestion(
        text=stored,
        language=reply.language,
        decision="turned_down" if reply.closest else reply.outcome,
        article=nearest.article if nearest else only,
        fact=nearest.fact if nearest else "",
        person=person,
    )


def _is_act(decision: Decision) -> bool:
    """Return whether a message is a dialogue act, such as "tell me more", which asks nothing about an article."""
    best = leading(decision)
    return best is not None and isinstance(best.target.item, DialogueAct)
