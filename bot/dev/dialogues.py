"""`train --dialogues`: learn the decision in a conversation from dialogues, and write its weights and report."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from bot.core.classifier import GAP_FROM, Mask
from bot.core.dialogue import Context, resolve, shown_after, without_discourse_marker
from bot.core.features import FEATURES, Matrix
from bot.core.follow_up import (
    CONTEXT_CONFIDENCE,
    CONTEXT_FEATURE_NAMES,
    ContextClassifier,
    ContextPrediction,
    Exchange,
    Interpretation,
    context_table,
    is_gap,
)
from bot.core.index import Scope
from bot.core.matching import Question, believed
from bot.core.model import SOCIAL_ACTS, ActKind, DialogueAct, Knowledge, Language
from bot.core.text import normalise
from bot.dev.fit import LOST_SUGGESTIONS, Contests, fit_logistic
from bot.dev.train import learn_and_write, stored
from bot.dev.training_data import FEW_SHOT_SAMPLES, few_shot
from bot.evaluation.question_sets import DIALOGUES, TRAINING, AnnotatedQuestion, read_questions
from bot.service.answering import score_with
from bot.service.library import build_snapshot
from bot.service.ports import Encoder

CONTEXT_RIDGE = 3.0
"""L2 penalty of the weights of pairs, chosen by leave-one-article-out among 0.3, 1 and 3."""
CONFIDENCE_RIDGE = 100.0
"""L2 penalty of the confidence on standardised features, chosen likewise among 6, 30 and 100."""
WRONG_TURNS = 0.06
"""Maximum share of the turns that ask something which may be answered wrongly."""
UNFOUNDED = 0.4
"""Maximum share of the questions without an answer that get a closest one: more than for a single question, because
a conversation has an answer for most."""
RIGHT_CLOSEST = 0.6
"""Minimum share of right ones among the closest answers to questions that have an answer."""
HEADING = """# Report of the weights for conversations

Written by `python -m bot train --dialogues`; do not edit. Every row is leave-one-article-out: the predictions for an
article come from weights learnt from the dialogues of the other articles; the thresholds come from all predictions
together. Each turn is decided on as if the turns before it had been answered right. Columns, of the turns that the
article answers: the right fact is first; answered and right; seen: right, or quoted as the closest and right; answered
and wrong; taken as a dialogue act. Of the turns that it does not answer: falsely answered; a closest is quoted. Of the
turns that are dialogue acts: the right one, or another with the same effect, is likeliest.
"""
_ABOUT_LAST: dict[str, ActKind] = {"verify": "verify", "more": "more", "source": "source", "language": "language"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a dialogue after the first, with its right answers."""

    article: str
    annotated: AnnotatedQuestion
    exchange: Exchange
    right: Mask
    """True for the targets that are right, and at the end for none of the above, shape (targets + 1,)."""

    @property
    def asks(self) -> bool:
        """Return whether it is a question, and no dialogue act."""
        return self.annotated.kind in {"question", "correct"}

    @property
    def is_covered(self) -> bool:
        """Return whether it asks for something that the article answers."""
        return self.asks and self.annotated.covered


@dataclass(frozen=True, slots=True)
class TurnPrediction:
    """What was predicted for a turn, before thresholds."""

    turn: Turn
    prediction: ContextPrediction
    confidence: float

    @property
    def is_right(self) -> bool:
        """Return whether the likeliest fact is a right one."""
        return self.turn.is_covered and bool(self.turn.right[self.prediction.best])

    def answered(self, classifier: ContextClassifier) -> bool:
        """Return whether the likeliest fact would be given as the answer."""
        return self.confidence >= classifier.answer_from and not self.prediction.is_act

    def closest(self, classifier: ContextClassifier) -> bool:
        """Return whether the likeliest fact would be quoted as the closest."""
        if self.prediction.is_act or self.answered(classifier) or self.confidence < classifier.closest_from:
            return False
        return self.prediction.may_be_closest


def load_turns(knowledge: Knowledge, questions: Path, encoder: Encoder | None) -> tuple[Turn, ...]:
    """Play every `<slug>-dialogues-development.jsonl` of `questions`, also with the few-shot version of its article."""
    found: list[Turn] = []
    for article in knowledge.articles:
        file = questions / f"{article.slug}{DIALOGUES}{TRAINING}.jsonl"
        if not file.exists():
            continue
        turns = read_questions(file, knowledge)
        for version in dict.fromkeys((article, few_shot(article, FEW_SHOT_SAMPLES))):
            snapshot = build_snapshot(replace(knowledge, articles=(version,)), "", encoder)
            (scope,) = snapshot.every_scope()
            before = None
            for one in turns:
                before = before if one.earlier else None
                exchange = _exchange(scope, one, before, encoder)
                if before is not None:
                    found.append(Turn(article.slug, one, exchange, _right(scope, one)))
                before = _after(scope, one, exchange) or before
    return tuple(found)


def _exchange(scope: Scope, asked: AnnotatedQuestion, before: Context | None, encoder: Encoder | None) -> Exchange:
    resolved = resolve(scope, normalise(asked.text), before) if before else None
    typed = without_discourse_marker(asked.text) if before else asked.text
    texts = [(None, typed or asked.text), *((way, way.text) for way in (resolved.candidates if resolved else ()))]
    scored = (
        Interpretation(way, believed(score_with(scope, Question(text, article=scope.slug), encoder)[1]))
        for way, text in texts
    )
    return Exchange(before or Context(scope.slug or "", ""), resolved, tuple(scored))


def _right(scope: Scope, asked: AnnotatedQuestion) -> Mask:
    """Return the right targets: the facts that are expected, the acts of this kind, else whatever is no fact."""
    index = scope.index
    if asked.kind not in {"question", "correct"}:
        social = asked.kind not in _ABOUT_LAST and asked.kind not in {"list", "rest"}
        acts = SOCIAL_ACTS if social else {_ABOUT_LAST[asked.kind]} if asked.kind in _ABOUT_LAST else {"list", "rest"}
        items = [target.item for target in index.targets]
        right = [isinstance(one, DialogueAct) and one.act in acts for one in items]
        listed = [one.id in asked.facts and asked.kind in {"list", "rest"} for one in items]
        return np.append(np.array(right) | np.array(listed), False)
    if not asked.covered:
        return np.append(~index.is_fact, True)
    return np.append([target.item.id in asked.facts for target in index.targets], False)


def _after(scope: Scope, asked: AnnotatedQuestion, exchange: Exchange) -> Context | None:
    """Return the context that a right reply leaves; None if it leaves that of the turn before."""
    before = exchange.before
    language: Language = "ko" if asked.language == "ko" else "en"
    index, texts = scope.index, exchange.interpretations
    if asked.facts:
        best = [int(np.where(index.is_fact, one.scored.probabilities, -1).argmax()) for one in texts]
        found = next(
            (
                (one, index.targets[at].item.id)
                for one, at in zip(texts, best, strict=True)
                if index.targets[at].item.id in asked.facts
            ),
            (texts[0], asked.facts[0]),
        )
        one, item = found
        is_question = asked.kind in {"question", "correct"} or not before.question
        text = one.scored.reading.normal if is_question else before.question
        return Context(scope.slug or "", text, item, shown_after(before, scope.slug or "", [item]), language)
    gaps = np.where(is_gap(texts[0].scored), texts[0].scored.probabilities, 0)
    if asked.kind == "question" and gaps.max(initial=0) >= GAP_FROM:
        gap = index.targets[int(gaps.argmax())].item.id
        return Context(scope.slug or "", texts[0].scored.reading.normal, gap, before.shown, language)
    return None


def fit_weights(turns: Sequence[Turn]) -> Matrix:
    """Fit the conditional logit in which the pairs with a right target win, shape (len(CONTEXT_FEATURES),)."""
    tables = [context_table(one.exchange) for one in turns]
    contests = Contests(
        np.concatenate([table.features for table in tables]),
        np.concatenate([one.right[table.targets] for one, table in zip(turns, tables, strict=True)]).astype(float),
        np.array([len(table.targets) for table in tables]),
        np.ones(len(turns)),
    )
    width = len(CONTEXT_FEATURE_NAMES)
    return contests.fit(np.full(width, CONTEXT_RIDGE), [(None, None)] * width)


def _with_weights(weights: Matrix) -> ContextClassifier:
    return ContextClassifier(weights, np.zeros(len(CONTEXT_CONFIDENCE)), 0.0, 1.0, 1.0, 0.0)


def fit_classifier(turns: Sequence[Turn]) -> ContextClassifier:
    """Fit both steps; the confidence learns from predictions on articles that the weights were not fitted to.

    Signs of features hold in the confidence as they do for single questions.
    """
    blind = []
    for slug in dict.fromkeys(one.article for one in turns):
        model = _with_weights(fit_weights([one for one in turns if one.article != slug]))
        asked = (one for one in turns if one.article == slug and one.asks)
        blind += [TurnPrediction(one, model.predict(one.exchange), 0.0) for one in asked]
    table = np.array([one.prediction.confidence_features() for one in blind])
    signs = {feature.name: feature.sign for feature in FEATURES}
    own = [signs.get(name, 0) for name in CONTEXT_CONFIDENCE]
    weights, bias = fit_logistic(table, [one.is_right for one in blind], np.ones(len(blind)), own, CONFIDENCE_RIDGE)
    return replace(_with_weights(fit_weights(turns)), confidence=weights, confidence_bias=bias)


def train(turns: Sequence[Turn]) -> tuple[ContextClassifier, list[TurnPrediction]]:
    """Return the final classifier and the leave-one-article-out predictions that its thresholds come from."""
    held_out = []
    for slug in dict.fromkeys(one.article for one in turns):
        model = fit_classifier([one for one in turns if one.article != slug])
        for one in turns:
            if one.article == slug:
                prediction = model.predict(one.exchange)
                held_out.append(TurnPrediction(one, prediction, model.confidence_in(prediction)))
    return choose_thresholds(fit_classifier(turns), held_out), held_out


def choose_thresholds(classifier: ContextClassifier, predictions: Sequence[TurnPrediction]) -> ContextClassifier:
    """Set the thresholds from predictions on articles that `classifier` was not trained on.

    Answers: at most the share `WRONG_TURNS` of the questions is answered wrongly. Closest ones as `UNFOUNDED` and
    `RIGHT_CLOSEST` say.
    """
    asked = sorted((one for one in predictions if one.turn.asks), key=lambda one: -one.confidence)
    answer_from = _answer_threshold(asked)
    right = sorted(one.confidence for one in asked if one.is_right)
    suggest_from = min(right[int(LOST_SUGGESTIONS * len(right))], answer_from) if right else answer_from
    chosen = replace(classifier, answer_from=answer_from, closest_from=suggest_from, suggest_from=suggest_from)
    quoted = [one for one in asked if one.closest(chosen)]
    is_right = np.cumsum([one.is_right for one in quoted])
    covered = np.cumsum([one.turn.is_covered for one in quoted])
    unfounded = np.arange(1, len(quoted) + 1) - covered
    allowed = UNFOUNDED * sum(not one.turn.is_covered for one in asked)
    met = np.flatnonzero((unfounded <= allowed) & (is_right >= RIGHT_CLOSEST * covered))
    return replace(chosen, closest_from=quoted[met[-1]].confidence if len(met) else answer_from)


def _answer_threshold(asked: Sequence[TurnPrediction]) -> float:
    """Return the lowest confidence from which on few enough are answered wrongly; `asked` are sorted by confidence."""
    wrong = np.cumsum([not one.is_right and not one.prediction.is_act for one in asked])
    within = np.flatnonzero(wrong <= WRONG_TURNS * len(asked))
    return asked[within[-1]].confidence if len(within) else 1.0


_Counts = Callable[[TurnPrediction, ContextClassifier], bool]
_COLUMNS: dict[str, tuple[Callable[[TurnPrediction], bool], _Counts]] = {
    "first": (lambda one: one.turn.is_covered, lambda one, _: one.is_right),
    "right": (lambda one: one.turn.is_covered, lambda one, model: one.is_right and one.answered(model)),
    "seen": (
        lambda one: one.turn.is_covered,
        lambda one, model: one.is_right and (one.answered(model) or one.closest(model)),
    ),
    "wrong": (lambda one: one.turn.is_covered, lambda one, model: not one.is_right and one.answered(model)),
    "as an act": (lambda one: one.turn.is_covered, lambda one, _: one.prediction.is_act),
    "false": (lambda one: one.turn.asks and not one.turn.is_covered, lambda one, model: one.answered(model)),
    "unfounded": (lambda one: one.turn.asks and not one.turn.is_covered, lambda one, model: one.closest(model)),
    "act": (
        lambda one: not one.turn.asks,
        lambda one, _: bool(one.turn.right[int(one.prediction.probabilities.argmax())]),
    ),
}


def report(name: str, classifier: ContextClassifier, predictions: Sequence[TurnPrediction]) -> str:
    """Return the tables of one classifier as Markdown."""
    slugs = dict.fromkeys(one.turn.article for one in predictions)
    groups = {slug: [one for one in predictions if one.turn.article == slug] for slug in slugs}
    thresholds = f"answer from {classifier.answer_from:.3f}; closest from {classifier.closest_from:.3f}"
    lines = [
        f"## {name}",
        "",
        f"{thresholds}; suggestion from {classifier.suggest_from:.3f}",
        "",
        f"| article | turns | {' | '.join(_COLUMNS)} |",
        "|---" * (len(_COLUMNS) + 2) + "|",
        *_rows(classifier, {**groups, "**all**": predictions}),
        "",
        "| feature | weight |",
        "|---|---|",
        *(f"| {key} | {weight:.2f} |" for key, weight in zip(CONTEXT_FEATURE_NAMES, classifier.weights, strict=True)),
        "",
    ]
    return "\n".join(lines)


def _rows(classifier: ContextClassifier, groups: dict[str, Sequence[TurnPrediction]]) -> Iterator[str]:
    for name, group in groups.items():
        cells = []
        for about, counts in _COLUMNS.values():
            hits = [counts(one, classifier) for one in group if about(one)]
            cells.append(f"{np.mean(hits):.0%}" if hits else "–")
        yield f"| {name} | {len(group)} | {' | '.join(cells)} |"


_NAMES = {"weights": CONTEXT_FEATURE_NAMES, "confidence": CONTEXT_CONFIDENCE}


def train_and_write(knowledge: Knowledge, questions: Path, output: Path, encoder: Encoder | None) -> str:
    """Train with and without the encoder; put the weights in `weights.json`, write `dialogues.md` and return it."""

    def learn(name: str, used: Encoder | None) -> tuple[dict[str, Any], str]:
        classifier, held_out = train(load_turns(knowledge, questions, used))
        return {"context": stored(classifier, _NAMES)}, report(name, classifier, held_out)

    return learn_and_write(learn, output, "dialogues.md", HEADING, encoder)
