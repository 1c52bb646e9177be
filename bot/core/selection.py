"""One decision for a question that several articles may answer, from what each of them decides alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from bot.core.classifier import ArticleClassifier, softmax
from bot.core.index import Scope
from bot.core.matching import (
    MAX_SUGGESTIONS,
    Answered,
    Candidate,
    Closest,
    Decision,
    Prepared,
    Scored,
    Suggested,
    believed,
    decide,
)

_LEAD: Final = 0.05
"""Minimum lead of an article that answers over the next one: of two equal ones, neither is sure."""
_ALIKE: Final = 0.7
"""Share of the likeliest fact's confidence from which a fact of another article counts as about equally likely."""


@dataclass(frozen=True)  # with a __dict__, for the cached property
class Found:
    """What one article decides alone."""

    scope: Scope
    logit: float
    """What the topic of the article adds to its logit, by the shortlist."""
    classifier: ArticleClassifier
    prepared: Prepared
    scored: tuple[Scored, ...]
    given: Decision | None = None
    """What is decided instead, for other reasons than these scores."""

    @cached_property
    def decision(self) -> Decision:
        """Return what the article decides alone, which is only asked of one that is likely."""
        return self.given or decide(self.prepared, self.scored)

    @cached_property
    def best(self) -> Scored | None:
        """Return the reading to believe, if the article has something to compare it with."""
        return believed(self.scored) if self.scored else None

    def value(self) -> float:
        """Return the logit of the article, now that it is scored."""
        if self.best is None:
            return self.logit
        return self.logit + self.classifier.scored(self.best.confidence, entity=bool(self.best.reading.entities))

    @property
    def is_sample(self) -> bool:
        """Return whether the question is a sample of an author, of the article or of a dialogue act."""
        return self.best is not None and self.best.is_sample

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
    own = np.array([one.is_sample for one in found])
    values[own] = values[own].max(initial=-np.inf)  # a sample of several articles is a question about each of them
    shares = softmax(values)
    best = int(shares.argmax())
    decision = found[best].decision
    first, second = np.sort(shares)[:-3:-1].tolist()
    if is_sure(found[best].classifier, decision, first, first - second):
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


def is_sure(classifier: ArticleClassifier, decision: Decision, share: float, lead: float) -> bool:
    """Return whether the decision of an article with this probability and lead stands, whatever the others decide."""
    match decision:
        case Answered(best=best):
            return lead >= _LEAD and classifier.right(share, best.confidence) >= classifier.answer_from
        case Closest():
            return share >= classifier.closest_from
        case Suggested():
            return share >= classifier.suggest_from
        case _:
            return True
