"""One question to one snapshot: by itself, or after another that it needs_context on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.classifier import Answered, Candidate, Decision, Suggested, Unanswered
from bot.core.dialogue import Completion, Context, Resolution, complete, without_discourse_marker
from bot.core.index import Snapshot, Vector
from bot.core.matching import Question, answer, texts_to_encode
from bot.core.model import Entity
from bot.core.text import language_of, normalise
from bot.service.ports import Encoder

_CLOSE = 0.1
"""Fillings whose confidence differs by less are as good; the one named first is meant."""
_NEWS = 2
"""Rank from which something not told before is preferred to what was: an answer or a gap."""
_SURE = 0.8
"""Confidence from which what is said of whom was spoken of is meant, though the question has an answer without."""
_SURE_GAP = 0.5
"""Confidence from which a gap is told of a filled question."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A decision, and how the question was filled to get there."""

    decision: Decision
    resolution: Resolution | None = None
    """None: it was taken as it stands."""


def ask_snapshot(snapshot: Snapshot, question: Question, encoder: Encoder | None) -> Decision:
    """Answer one question as it stands, encoding it first when there are vectors to compare with."""
    if encoder is None or snapshot.vectors is None:
        return answer(snapshot, question)
    texts = texts_to_encode(snapshot, question.text)
    return answer(snapshot, question, encoded(texts, encoder))


def encoded(texts: Sequence[str], encoder: Encoder) -> dict[str, Vector]:
    """Return the unit vector of each text."""
    return dict(zip(texts, encoder.encode(texts), strict=True))


def ask_after(snapshot: Snapshot, question: Question, encoder: Encoder | None) -> Understood:
    """Answer one question, filled from what `question.after` left in the air where it needs that."""
    before = question.after
    alone = Understood(ask_snapshot(snapshot, _led_into(question) if before else question, encoder))
    completion = complete(snapshot, question.text, before) if before else None
    if before is None or completion is None or _is_small_talk(alone.decision, completion):
        return alone
    language = question.language or language_of(normalise(question.text), question.default)
    filled = replace(question, language=language, article=question.article or before.article)
    tries = [
        Understood(ask_snapshot(snapshot, replace(filled, text=resolution.text), encoder), resolution)
        for resolution in completion.resolutions
    ]
    best = _chosen(tries, completion, before)
    return best if best and _convinces(best, alone.decision, completion, before) else alone


def _led_into(question: Question) -> Question:
    """Return `question` without what only joins it to the last; as typed, lines and capitals kept, if there is none."""
    text = without_discourse_marker(question.text)
    return question if text in {"", normalise(question.text)} else replace(question, text=text)


def _chosen(tries: Sequence[Understood], completion: Completion, before: Context) -> Understood | None:
    """Return the try to answer with: rather news than what was just told, unless that holds what is asked now."""
    told = _best([one for one in tries if not _repeats(one, completion, before)], completion)
    news = _best([one for one in tries if _item(one.decision) != before.item], completion)
    if news is None or _rank(news.decision) < _NEWS:
        return told
    again = told and isinstance(told.decision, Answered) and _item(told.decision) == before.item
    holds = completion.told or (told and _entity(told) == completion.named is not None)
    return told if again and holds and _entity(news) != completion.named else news


def context_of(snapshot: Snapshot, text: str, decision: Decision) -> Context | None:
    """Return what later questions may lean on: what was answered or offered first, else what `text` names."""
    target = _first(decision)
    if target and target.target.article:
        return Context(target.target.article.slug, normalise(text), target.target.item.id)
    named = sorted(snapshot.index.tokenizer.tokenize(text).entities)
    return Context(named[0][0], normalise(text)) if named and target is None else None


def _first(decision: Decision) -> Candidate | None:
    match decision:
        case Suggested(others=others):
            return others[0]
        case Answered(best=best) | Unanswered(best=best):
            return best


def _entity(one: Understood) -> Entity | None:
    return one.resolution.entity if one.resolution else None


def _rank(decision: Decision) -> int:
    """Return how much a decision says: an answer, a gap of the article, suggestions, nothing."""
    match decision:
        case Answered():
            return 3
        case Unanswered(best=Candidate() as best):
            return 2 if best.target.article and best.confidence >= _SURE_GAP else 0
        case Suggested():
            return 1
        case _:
            return 0


def _is_small_talk(decision: Decision, completion: Completion) -> bool:
    """Tell whether a question that is merely short is small talk."""
    first = _first(decision)
    return completion.leaning == "perhaps" and first is not None and first.target.article is None


def _repeats(one: Understood, completion: Completion, before: Context) -> bool:
    """Tell whether the words of the last question led back to its answer, which is no news."""
    if one.resolution is None or before.item is None or _item(one.decision) != before.item:
        return False
    return completion.leaning == "perhaps" or (completion.leaning == "partly" and not completion.told)


def _best(tries: Sequence[Understood], completion: Completion) -> Understood | None:
    """Return the try that says most; of those about as sure the one named first.

    What is said of whom the last question named first counts, be it that the article does not tell.
    """
    meant = completion.named
    own = (
        one for one in tries if meant and one.resolution and one.resolution.entity == meant and _rank(one.decision) > 1
    )
    if (told := next(own, None)) is not None:
        return told
    top = max((_rank(one.decision) for one in tries), default=0)
    found = [one for one in tries if _rank(one.decision) == top]
    surest = max((_confidence(one.decision) for one in found), default=0.0)
    enough = 0.0 if top > 1 else surest - _CLOSE
    return next((one for one in found if _confidence(one.decision) >= enough), None)


def _confidence(decision: Decision) -> float:
    first = _first(decision)
    return first.confidence if first else 0.0


def _convinces(best: Understood, alone: Decision, completion: Completion, before: Context) -> bool:
    """Tell whether a filled question is to be answered rather than the question as it stands."""
    filled = best.decision
    if completion.leaning == "wholly":
        return _rank(filled) > 0
    if isinstance(alone, Answered):
        if not isinstance(filled, Answered) or _item(filled) in {before.item, _item(alone)}:
            return False
        if _entity(best) in completion.asked:
            return _confidence(filled) >= _SURE
        return completion.leaning == "partly" and _confidence(filled) >= _confidence(alone)
    if _rank(filled) != _rank(alone):
        return _rank(filled) > _rank(alone)
    return _item(filled) != _item(alone) if _rank(filled) > 1 else _confidence(filled) > _confidence(alone)


def _item(decision: Decision) -> str | None:
    first = _first(decision)
    return first.target.item.id if first else None
