"""`train --articles`: learn which of several articles a question is about, and write its weights and report."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bot.core.classifier import (
    ARTICLE_FEATURES,
    SURE_FEATURES,
    TOPIC_FEATURES,
    ArticleClassifier,
    Mask,
    softmax,
)
from bot.core.features import Matrix
from bot.core.matching import Answered, Closest, Question, Suggested, believed, decide, prepare, score_all, typed_keys
from bot.core.model import Knowledge
from bot.core.shortlist import shortlisted
from bot.core.snapshot import Snapshot
from bot.dev.fit import Contests, fit_logistic
from bot.dev.train import learn_and_write, stored
from bot.dev.training_data import FEW_SHOT_SAMPLES, few_shot, training_questions
from bot.evaluation.question_sets import AnnotatedQuestion, read_questions
from bot.service.library import build_snapshot
from bot.service.ports import Encoder

RIDGE = 0.01
"""L2 penalty of the weights of both conditional logits; from 0 to 0.1 the report says the same."""
SURE_RIDGE = 1.0
"""L2 penalty of the logistic regression, which has two weights and needs none to speak of."""
WRONG_ANSWERS = 0.06
"""Maximum share of the covered questions that may be answered wrongly, mean over the articles."""
RIGHT_CONTESTED = 0.65
"""Minimum share right of the answers beside which another article would answer as well."""
RIGHT_CLOSEST = 0.8
"""Minimum share of the closest answers of the likeliest article that must be of the right one."""
RIGHT_SUGGESTED = 0.9
"""The same for its suggestions, which several articles can make together."""
SEVERAL = Path("several-articles/ambiguous-development.jsonl")
"""Questions in the folder of question sets that fit several articles; their facts are written `article/fact`."""
OF_SEVERAL = -1
KINDS: Final = (Answered, Closest, Suggested)
"""The decisions that stand only if their article is likely enough; what is left is no reply or small talk."""
NAMES = {"shortlist": TOPIC_FEATURES, "weights": ARTICLE_FEATURES, "sure": SURE_FEATURES}
SIGNS: Final = {"size": (None, 0.0)}
"""Bounds of the weights that must not be positive; all others must not be negative."""
HEADING = """# Report of the choice between articles

Written by `python -m bot train --articles`; do not edit. Every question set is asked of all articles together, once as
they are written and once in their few-shot version. Every row is leave-one-article-out: what is decided on the
questions about an article comes from weights that were learnt from the questions about the others; the thresholds come
from all these decisions together. How each article answers alone comes from the weights in use (`weights.md`), which
have seen it, so it flatters. Columns, of the covered questions: the right article is scored; it is the likeliest; the
article alone answers right, and wrong; all together answer right, and wrong. Of the uncovered questions:
the article alone, and all together, answer falsely. **Mean** weighs every article alike. Nothing but the threshold of
contested answers is learnt from the questions that fit several articles.
"""


@dataclass(frozen=True, slots=True)
class ArticleQuestion:
    """One question asked of all articles together, with what each of them decides alone."""

    library: str
    """The version of the articles that was asked."""
    slug: str
    own: int
    """Position of the article that it is about; `OF_SEVERAL` if it fits several."""
    covered: bool
    topics: Matrix
    """Features of each reading, shape (readings, articles, len(TOPIC_FEATURES))."""
    scored: Matrix
    """The other features of each article, shape (articles, len(ARTICLE_FEATURES) - len(TOPIC_FEATURES))."""
    kinds: NDArray[np.int64]
    """Position in `KINDS` of the decision of each article, or their number; shape (articles,)."""
    right: Mask
    """Whether the best fact of each article is a right answer, shape (articles,)."""

    def answers(self, article: int) -> bool:
        """Return whether an article would answer alone."""
        return bool(self.kinds[article] == KINDS.index(Answered))

    def contests(self, articles: NDArray[np.int64], best: int) -> bool:
        """Return whether one of these articles would answer as well as the best one; see `Found.competes_with`."""
        names = self.scored[:, ARTICLE_FEATURES.index("entity") - len(TOPIC_FEATURES)]
        return any(at != best and self.answers(at) and names[at] >= names[best] for at in articles)


@dataclass(frozen=True, slots=True)
class Choice:
    """Which article is the likeliest for a question, before thresholds."""

    question: ArticleQuestion
    is_scored: bool
    """Whether the right article is among those that are scored."""
    best: int
    share: float
    """P(article) of the likeliest."""
    probability: float
    """The probability that its answer is right."""
    is_contested: bool
    """Whether another article that is scored would answer as well."""

    @property
    def is_own(self) -> bool:
        """Return whether the likeliest article is the right one."""
        return self.best == self.question.own

    @property
    def is_right(self) -> bool:
        """Return whether the best fact of the likeliest article is a right answer."""
        return bool(self.question.right[self.best])

    def is_of(self, kind: type) -> bool:
        """Return whether the likeliest article decides so."""
        return bool(self.question.kinds[self.best] == KINDS.index(kind))

    def answered(self, classifier: ArticleClassifier) -> bool:
        """Return whether the likeliest article gives its answer."""
        return self.is_of(Answered) and classifier.stands(self.share, self.probability, contested=self.is_contested)


def load_questions(knowledge: Knowledge, questions: Path, encoder: Encoder | None) -> tuple[ArticleQuestion, ...]:
    """Ask what the folder `questions` holds for learning of all articles together, as written and few-shot."""
    asked: list[tuple[str | None, AnnotatedQuestion]] = [
        (article.slug, one)
        for article in knowledge.articles
        for one in training_questions(article, knowledge, questions)
    ]
    asked += [(None, one) for one in ambiguous(knowledge, questions / SEVERAL)]
    found: list[ArticleQuestion] = []
    small = tuple(few_shot(article, FEW_SHOT_SAMPLES) for article in knowledge.articles)
    for name, articles in (("as written", knowledge.articles), ("few-shot", small)):
        snapshot = build_snapshot(replace(knowledge, articles=articles), "", encoder)
        found += [ask_all(snapshot, slug, one, name, encoder) for slug, one in asked]
    return tuple(found)


def ambiguous(knowledge: Knowledge, file: Path) -> Iterator[AnnotatedQuestion]:
    """Yield the questions of a file that several of the articles answer; none if there is no such file."""
    slugs = {article.slug for article in knowledge.articles}
    for one in read_questions(file, knowledge) if file.exists() else ():
        if len(slugs & {fact.partition("/")[0] for fact in one.facts}) > 1:
            yield one


def ask_all(
    snapshot: Snapshot, slug: str | None, asked: AnnotatedQuestion, library: str, encoder: Encoder | None
) -> ArticleQuestion:
    """Score a question about the article `slug` in every article; None: it fits several, and no answer is right."""
    scopes, question, normals = snapshot.every_scope(), Question(asked.text), typed_keys(asked.text)
    prepared = [prepare(scope, question) for scope in scopes]
    texts = tuple(dict.fromkeys((*normals, *(text for one in prepared for text in one.texts))))
    vectors = None if encoder is None else dict(zip(texts, encoder.encode(texts), strict=True))
    scored = score_all(list(zip(scopes, prepared, strict=True)), vectors)
    decisions = [decide(one, own) for one, own in zip(prepared, scored, strict=True)]
    best = [believed(own) for own in scored]
    facts = [one.best.target.item.id if isinstance(one, Answered | Closest) else None for one in decisions]
    kinds = [next((at for at, kind in enumerate(KINDS) if isinstance(one, kind)), len(KINDS)) for one in decisions]
    return ArticleQuestion(
        library=library,
        slug=slug or "",
        own=[scope.slug for scope in scopes].index(slug) if slug else OF_SEVERAL,
        covered=asked.covered,
        topics=snapshot.shortlist.topics(normals, vectors),
        scored=np.array([[one.confidence, float(bool(one.reading.entities))] for one in best]),
        kinds=np.array(kinds),
        right=np.array([scope.slug == slug and fact in asked.facts for scope, fact in zip(scopes, facts, strict=True)]),
    )


def _alike(questions: Sequence[ArticleQuestion]) -> Matrix:
    """Return weights of questions by which every article weighs the same, 1 on average."""
    slugs, counts = np.unique([one.slug for one in questions], return_counts=True)
    of = dict(zip(slugs.tolist(), counts.tolist(), strict=True))
    return np.array([len(questions) / len(of) / of[one.slug] for one in questions])


def _fit(tables: Sequence[Matrix], right: Sequence[int], weight: Matrix, names: Sequence[str]) -> Matrix:
    """Fit the conditional logit in which the article at the position `right` of each table wins."""
    lengths = np.array([len(table) for table in tables])
    wins = np.zeros(int(lengths.sum()))
    wins[np.cumsum(lengths) - lengths + np.array(right)] = 1
    bounds = [SIGNS.get(name, (0.0, None)) for name in names]
    return Contests(np.concatenate(tables), wins, lengths, weight).fit(np.full(len(names), RIDGE), bounds)


def fit_shortlist(questions: Sequence[ArticleQuestion]) -> ArticleClassifier:
    """Fit the shortlist to the covered questions, each reading of which is a contest of all articles."""
    covered = [one for one in questions if one.covered]
    tables = [table for one in covered for table in one.topics]
    right = [one.own for one in covered for _ in one.topics]
    weight = np.concatenate(
        [np.full(len(one.topics), w / len(one.topics)) for one, w in zip(covered, _alike(covered), strict=True)]
    )
    weights = _fit(tables, right, weight, TOPIC_FEATURES)
    return ArticleClassifier(weights, np.zeros(len(ARTICLE_FEATURES)), np.zeros(len(SURE_FEATURES)), 0.0, *[1.0] * 4)


def contestants(one: ArticleQuestion, classifier: ArticleClassifier) -> tuple[Matrix, NDArray[np.int64]]:
    """Return the features of the articles on the shortlist, shape (articles, len(ARTICLE_FEATURES)), and which."""
    topics, best = shortlisted(one.topics, classifier)
    return np.hstack([topics, one.scored])[best], best


def fit_classifier(questions: Sequence[ArticleQuestion]) -> ArticleClassifier:
    """Fit the shortlist, the choice among those on it, and how likely the answer of the chosen one is right."""
    classifier = fit_shortlist(questions)
    covered = [one for one in questions if one.covered]
    found = [(one, *contestants(one, classifier)) for one in covered]
    kept = [at for at, (one, _, best) in enumerate(found) if one.own in best]
    tables = [found[at][1] for at in kept]
    right = [int(np.flatnonzero(found[at][2] == found[at][0].own)[0]) for at in kept]
    classifier = replace(
        classifier, weights=_fit(tables, right, _alike([covered[at] for at in kept]), ARTICLE_FEATURES)
    )
    answers = [one for one in (choose(question, classifier) for question in questions) if one.is_of(Answered)]
    sure, bias = fit_logistic(
        np.array([[np.log(one.share), one.question.scored[one.best, 0]] for one in answers]),
        [one.is_right for one in answers],
        _alike([one.question for one in answers]),
        [1] * len(SURE_FEATURES),
        SURE_RIDGE,
    )
    return replace(classifier, sure=sure, sure_bias=bias)


def choose(one: ArticleQuestion, classifier: ArticleClassifier) -> Choice:
    """Return the likeliest article, as `selection.select` does."""
    table, best = contestants(one, classifier)
    logits = table @ classifier.weights
    shares = softmax(logits)
    at = int(shares.argmax())
    share = float(shares[at])
    article = int(best[at])
    probability = classifier.right(share, float(one.scored[article, 0]))
    return Choice(one, bool((best == one.own).any()), article, share, probability, one.contests(best, article))


def train(questions: Sequence[ArticleQuestion]) -> tuple[ArticleClassifier, list[Choice]]:
    """Return the final classifier and the choices that its thresholds come from.

    They are leave-one-article-out; those on questions that fit several articles, which teach no weights, come from the
    final weights.
    """
    of_one, of_several = ([one for one in questions if (one.own == OF_SEVERAL) is several] for several in (False, True))
    held_out = []
    for slug in dict.fromkeys(one.slug for one in of_one):
        model = fit_classifier([one for one in of_one if one.slug != slug])
        held_out += [choose(one, model) for one in of_one if one.slug == slug]
    classifier = fit_classifier(of_one)
    held_out += [choose(one, classifier) for one in of_several]
    return choose_thresholds(classifier, held_out), held_out


def choose_thresholds(classifier: ArticleClassifier, choices: Sequence[Choice]) -> ArticleClassifier:
    """Set the thresholds from choices for articles that the weights were not fitted to.

    Answers beside which another article would answer as well: at least the share `RIGHT_CONTESTED` of them is right,
    none of those to a question that fits several articles. All answers: at most the share `WRONG_ANSWERS` of the
    covered questions is answered wrongly. A closest answer or suggestions of one article only: at least `RIGHT_CLOSEST`
    or `RIGHT_SUGGESTED` of those are of the right article.
    """
    contested = [one for one in choices if one.question.covered and one.is_of(Answered) and one.is_contested]
    contested_from = _share_from(contested, RIGHT_CONTESTED, attrgetter("is_right"))
    classifier = replace(classifier, answer_from=0.0, contested_from=contested_from)
    covered = [one for one in choices if one.question.covered and one.question.own != OF_SEVERAL]
    pairs = zip(covered, _alike([one.question for one in covered]), strict=True)
    answers = sorted((pair for pair in pairs if pair[0].answered(classifier)), key=lambda pair: -pair[0].probability)
    wrong = np.cumsum([weight * (not one.is_right) for one, weight in answers])
    within = np.flatnonzero(wrong <= WRONG_ANSWERS * len(covered))
    return replace(
        classifier,
        answer_from=answers[within[-1]][0].probability if len(within) else 1.0,
        closest_from=_share_from([one for one in covered if one.is_of(Closest)], RIGHT_CLOSEST, attrgetter("is_own")),
        suggest_from=_share_from(
            [one for one in covered if one.is_of(Suggested)], RIGHT_SUGGESTED, attrgetter("is_own")
        ),
    )


def _share_from(choices: Collection[Choice], right: float, is_right: Callable[[Choice], bool]) -> float:
    """Return the lowest P(article) from which on at least the share `right` of the choices is right."""
    ordered = sorted(choices, key=lambda one: -one.share)
    hits = np.cumsum([is_right(one) for one in ordered])
    met = np.flatnonzero(hits >= right * np.arange(1, len(ordered) + 1))
    return ordered[met[-1]].share if len(met) else 1.0


_Counts = Callable[[Choice, ArticleClassifier], bool]
_COLUMNS: dict[str, tuple[bool, _Counts]] = {
    "scored": (True, lambda one, _: one.is_scored),
    "likeliest": (True, lambda one, _: one.is_own),
    "alone right": (True, lambda one, _: one.question.answers(one.question.own) and _own_is_right(one)),
    "wrong": (True, lambda one, _: one.question.answers(one.question.own) and not _own_is_right(one)),
    "together right": (True, lambda one, model: one.answered(model) and one.is_right),
    "wrong ": (True, lambda one, model: one.answered(model) and not one.is_right),
    "alone false": (False, lambda one, _: one.question.answers(one.question.own)),
    "together false": (False, lambda one, model: one.answered(model)),
}
"""For each column, whether it is about covered or uncovered questions, and which of them it counts."""


def _own_is_right(one: Choice) -> bool:
    return bool(one.question.right[one.question.own])


def report(name: str, classifier: ArticleClassifier, choices: Sequence[Choice]) -> str:
    """Return the tables of one classifier as Markdown."""
    sure = " + ".join(f"{weight:.2f} · {key}" for key, weight in zip(SURE_FEATURES, classifier.sure, strict=True))
    shares = f"closest from P(article) {classifier.closest_from:.3f}, suggestions from {classifier.suggest_from:.3f}"
    lines = [
        f"## {name}",
        "",
        f"logit of a right answer: {sure} {classifier.sure_bias:+.2f}, which must be",
        f"likely by {classifier.answer_from:.3f}; {shares};",
        f"beside another article that would answer, from {classifier.contested_from:.3f}",
    ]
    several = [one for one in choices if one.question.own == OF_SEVERAL]
    choices = [one for one in choices if one.question.own != OF_SEVERAL]
    if several:
        answered = sum(one.answered(classifier) for one in several)
        lines += ["", f"Of {len(several)} questions that fit several articles, {answered} get an answer of one."]
    for library in dict.fromkeys(one.question.library for one in choices):
        lines += [
            "",
            f"| {library} | questions | {' | '.join(map(str.strip, _COLUMNS))} |",
            "|---" * (len(_COLUMNS) + 2) + "|",
        ]
        lines += _rows(classifier, [one for one in choices if one.question.library == library])
    shortlist = dict(zip(TOPIC_FEATURES, classifier.shortlist, strict=True))
    lines += ["", "| feature | shortlist | choice |", "|---|---|---|"]
    for key, weight in zip(ARTICLE_FEATURES, classifier.weights, strict=True):
        lines.append(
            f"| {key} | {shortlist[key]:.2f} | {weight:.2f} |" if key in shortlist else f"| {key} | – | {weight:.2f} |"
        )
    return "\n".join([*lines, ""])


def _rows(classifier: ArticleClassifier, choices: Sequence[Choice]) -> Iterator[str]:
    rows = {}
    for slug in dict.fromkeys(one.question.slug for one in choices):
        own = [one for one in choices if one.question.slug == slug]
        hits = [
            [counts(one, classifier) for one in own if one.question.covered is about]
            for about, counts in _COLUMNS.values()
        ]
        rows[slug] = [100 * float(np.mean(one)) if one else np.nan for one in hits]
        yield f"| {slug} | {len(own)} | {_cells(rows[slug])} |"
    yield f"| **mean** | {len(choices)} | {_cells(np.nanmean(list(rows.values()), axis=0))} |"


def _cells(shares: Collection[float]) -> str:
    return " | ".join("–" if np.isnan(one) else f"{one:.1f}" for one in shares)


def train_and_write(knowledge: Knowledge, questions: Path, output: Path, encoder: Encoder | None) -> str:
    """Train with and without the encoder; put the weights in `weights.json`, write `articles.md` and return it."""

    def learn(name: str, used: Encoder | None) -> tuple[dict[str, Any], str]:
        classifier, choices = train(load_questions(knowledge, questions, used))
        return {"articles": stored(classifier, NAMES)}, report(name, classifier, choices)

    return learn_and_write(learn, output, "articles.md", HEADING, encoder)
