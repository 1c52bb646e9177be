"""One decision for a question that several articles may answer, from what each of them decides alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from bot.core.index import Scope
from bot.core.matching import (
    MAX_SUGGESTIONS,
    Answered,
    Candidate,
    Closest,
    Decision,
    Scored,
    Suggested,
    Unanswered,
    believed,
)

_PRIOR, _CONFIDENCE, _ANSWERED, _GAP, _SMALL_TALK, _NAMED = 0.9, 2.7, 0.5, 1.3, 0.7, 2.5
"""Weights of the logit of the shortlist, the confidence, an answer, a gap's confidence, small talk, a name found."""
_SURE_SHARE, _SURE_CONFIDENCE = 1.55, 2.5
"""Minimum of ln(probability of an article) + 2.5 · confidence for an answer, rather than asking which is meant."""
_LEAD: Final = 0.05
"""Minimum lead of an article that answers over the next one: of two equal ones, neither is sure."""
_LIKELY: Final = 0.6
"""Minimum probability of an article for quoting its closest fact."""
_ALONE: Final = 0.8
"""Minimum probability of an article for suggesting facts of no other."""
_ALIKE: Final = 0.7
"""Share of the likeliest fact's confidence from which a fact of another article counts as about equally likely."""


@dataclass(frozen=True, slots=True)
class Found:
    """What one article decides alone."""

    scope: Scope
    logit: float
    """How likely the question is about the article, by the shortlist."""
    decision: Decision
    scored: tuple[Scored, ...]

    def value(self) -> float:
        """Return the logit of the article, now that it is scored."""
        best = believed(self.scored) if self.scored else None
        value = _PRIOR * self.logit
        if best is not None:
            value += _CONFIDENCE * best.confidence + _NAMED * bool(best.reading.entities)
        match self.decision:
            case Answered():
                value += _ANSWERED
            case Unanswered(best=Candidate() as gap):
                value += _GAP * gap.confidence if gap.target.article else _SMALL_TALK
        return value

    def facts(self) -> tuple[Candidate, ...]:
        """Return the facts that may be meant, likeliest first."""
        match self.decision:
            case Answered(best=best) | Closest(best=best):
                return (best, *self.decision.others)
            case _:
                return self.decision.others


def select(found: Sequence[Found]) -> Decision:
    """Return the decision of the likeliest article, or suggest facts of several that are about equally likely."""
    if len(found) == 1:
        return found[0].decision
    values = np.array([one.value() for one in found])
    shares = np.exp(values - values.max())
    shares /= shares.sum()
    best = int(shares.argmax())
    decision = found[best].decision
    first, second = np.sort(shares)[:-3:-1].tolist()
    if _is_sure(decision, first, first - second):
        return decision
    facts = [
        replace(fact, confidence=fact.confidence * float(share))
        for one, share in zip(found, shares, strict=True)
        for fact in one.facts()
    ]
    facts.sort(key=lambda fact: -fact.confidence)
    shown = facts[:MAX_SUGGESTIONS]
    alike = sum(fact.confidence >= _ALIKE * shown[0].confidence for fact in shown)
    newest = sorted(shown[:alike], key=_date, reverse=True)
    return Suggested(decision.language, (*newest, *shown[alike:]))


def _date(fact: Candidate) -> str:
    """Return the date of the article of a fact; nothing for one without a date."""
    return (fact.target.article.date or "") if fact.target.article else ""


def _is_sure(decision: Decision, share: float, lead: float) -> bool:
    """Return whether the decision of an article with this probability and lead stands, whatever the others decide."""
    match decision:
        case Answered(best=best):
            return lead >= _LEAD and float(np.log(share)) + _SURE_CONFIDENCE * best.confidence >= _SURE_SHARE
        case Closest():
            return share >= _LIKELY
        case Suggested():
            return share >= _ALONE
        case _:
            return True
