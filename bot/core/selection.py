"""One decision for a question that several articles may answer, from what each of them decides alone."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from bot.core.classifier import ArticleClassifier, softmax
from bot.core.features import Matrix
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

_OFFERED_FROM: Final = 0.02
"""P(article) from which on the answer of another article is offered beside that of the likeliest."""
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
        """Return what the article decides alone."""
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

    def competes_with(self, other: "Found") -> bool:
        """Return whether this article would answer as well as an `other` one that does.

        It would not if the question names somebody or something that only the other article knows.
        """
        if self.best is None or other.best is None or not isinstance(self.decision, Answered):
            return False
        return bool(self.best.reading.entities) or not other.best.reading.entities

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
    rivals = _rivals(found, shares, best) if isinstance(decision, Answered) else ()
    if is_sure(found[best].classifier, decision, float(shares[best]), contested=bool(rivals)):
        offered = tuple(found[at].facts()[0] for at in rivals if shares[at] >= _OFFERED_FROM)[:MAX_SUGGESTIONS]
        return replace(decision, elsewhere=offered) if offered and isinstance(decision, Answered) else decision
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


def _rivals(found: Sequence[Found], shares: Matrix, best: int) -> tuple[int, ...]:
    """Return the positions of the articles that would answer as well as the best one, the likeliest first."""
    return tuple(at for at in np.argsort(-shares).tolist() if at != best and found[at].competes_with(found[best]))


def _date(fact: Candidate) -> str:
    """Return the date of the article of a fact; nothing for one without a date."""
    return (fact.target.article.date or "") if fact.target.article else ""


def is_sure(classifier: ArticleClassifier, decision: Decision, share: float, *, contested: bool) -> bool:
    """Return whether the decision of an article with this probability stands.

    `contested` tells whether another one would answer as well; what else the others decide does not matter.
    """
    match decision:
        case Answered(best=best):
            return classifier.stands(share, classifier.right(share, best.confidence), contested=contested)
        case Closest():
            return share >= classifier.closest_from
        case Suggested():
            return share >= classifier.suggest_from
        case _:
            return True
