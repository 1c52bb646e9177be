"""The one scoring pipeline: `prepare` a question, `score` its readings against a snapshot, `decide`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, TypeAlias

import numpy as np

from bot.core.budget import MAX_READ, Budget
from bot.core.classifier import GAP_FROM, Classifier, Mask, Thresholds, best_reading, load_classifier
from bot.core.dialogue import PERSON, SOMETHING_ELSE, Context, with_name
from bot.core.features import FEATURE_NAMES, Comparison, Matrix, compare_words, feature_table
from bot.core.hangul import as_korean_keys, as_latin_keys
from bot.core.index import Column, Products, Scope, Vector
from bot.core.model import DialogueAct, Fact, Gap, Language
from bot.core.target_texts import EntityKey, Target
from bot.core.text import asking_sentences, language_of, normalise, script_counts, squeeze, words
from bot.core.tokens import TokenizedText, Tokenizer

Correction: TypeAlias = Literal["layout", "sentence", "spelling"]
"""How a reading differs from the text as typed: the other keyboard layout, only what asks, typing errors corrected."""
MAX_SUGGESTIONS: Final = 3
MOST_CANDIDATES: Final = 8
ACT_FROM: Final = 0.5
"""Minimum probability that a message is a dialogue act, of whatever kind, for taking it as one."""
_MANY_WORDS: Final = 3
"""Content words from which on a message is a dialogue act only if these are words of one."""
_ACT_COVERAGE: Final = 0.75
"""Minimum coverage of many content words by the words of a dialogue act."""
_KOREAN_KEYS_FROM: Final = 0.75
"""Minimum share of whole syllables in Latin letters read as Korean keys, for adding that reading."""
_KNOWN_FROM: Final = 0.25
"""Minimum share of known words in Hangul read as Latin keys, for adding that reading."""
_FULL_OF_ERRORS: Final = 0.25
"""Share of words with typing errors above which a sentence is only read with its spelling corrected."""
_UNKNOWN_WORDS: Final = 0.2
"""Share of its confidence that a reading loses in comparison with others if all of its words are unknown."""
_LATIN_KEYS_FROM: Final = 0.1
"""Share of lone jamo in Hangul above which reading it as Latin keys is added."""
_EVERYWHERE: Final = 0.4
"""Share of the facts that mention a name from which on it says nothing about what is asked."""
_LACKS_NOT: Final = 0.6
"""How far a fact lacks the "not" of the question from which on it answers only if it is surer."""
_NEGATED_FROM: Final = 0.8
"""Minimum confidence in such a fact for giving it as the answer."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and how its asker wants it answered."""

    text: str
    language: Language | None = None
    """The language to answer in; None: the question's own."""
    article: str | None = None
    """Slug of the only article to look at."""
    default: Language = "ko"
    """The language to answer in when the question has none (`???`)."""
    after: Context | None = None
    """The previous exchange, which `service.answering` uses to resolve follow-ups; not used here."""
    place: str | None = None
    """Slug of the article of the channel, which is looked at unless `article` or the text names one; not used here."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A target with the probability that it answers the question, and its features."""

    target: Target
    confidence: float
    sample: str
    """The target's sample that is most similar to the question."""
    features: dict[str, float]
    is_about_others: bool = False
    """Whether the question names people and the target is about others only, or names what the target, a gap, lacks."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The article answers the question with `best`."""

    language: Language
    best: Candidate
    others: tuple[Candidate, ...] = ()
    elsewhere: tuple[Candidate, ...] = ()
    """The answers of other articles that the question fits as well."""


@dataclass(frozen=True, slots=True)
class Closest:
    """`best` may not be what was asked, but is the closest that the article comes; `others` are further candidates."""

    language: Language
    best: Candidate
    others: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Suggested:
    """No fact is sure enough; `others` are those that may be meant, the likeliest first."""

    language: Language
    others: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """The article does not answer; `best` is the gap or small talk that matched, if any."""

    language: Language
    best: Candidate | None = None
    others: tuple[Candidate, ...] = ()


Decision: TypeAlias = Answered | Closest | Suggested | Unanswered


def leading(decision: Decision) -> Candidate | None:
    """Return the candidate that the reply is about, the first suggestion if there is nothing else."""
    match decision:
        case Suggested(others=others):
            return others[0]
        case Answered(best=best) | Closest(best=best) | Unanswered(best=best):
            return best


@dataclass(frozen=True, slots=True)
class Prepared:
    """A question and the analysis of its text, which depends on no target."""

    question: Question
    readings: tuple[TokenizedText, ...]
    """The ways to read it, the text as typed first."""
    texts: tuple[str, ...]
    """The normalised texts whose vectors `score` needs: every reading and the words without a vector."""
    compared: frozenset[str]
    """The content words that are compared by meaning."""
    corrections: tuple[tuple[Correction, ...], ...]
    """What was changed for each of the readings, in their order."""


def prepare(scope: Scope, question: Question, budget: Budget | None = None) -> Prepared:
    """Tokenize every reading of a question that the budget allows, once for all that follows."""
    budget = budget or Budget()
    tokenizer = scope.index.tokenizer
    vocabulary = scope.index.vocabulary
    normals: dict[str, tuple[Correction, ...]] = {}
    for normal, corrections in _readings(scope, question.text, budget):
        if budget.reads(normal, vocabulary) or not normals:
            normals.setdefault(normal, corrections)
    readings = tuple(tokenizer.tokenize(normal, budget) for normal in normals)
    content = dict.fromkeys(word for reading in readings for word in reading.content)
    unknown = {word for word in content if scope.index.word_row(word) is None}
    compared = [word for word in content if budget.compares(word, encoded=word in unknown)]
    encoded = (word for word in compared if word in unknown)
    texts = tuple(dict.fromkeys((*(reading.normal for reading in readings), *encoded)))
    return Prepared(question, readings, texts, frozenset(compared), tuple(normals.values()))


def _readings(scope: Scope, text: str, budget: Budget) -> Iterator[tuple[str, tuple[Correction, ...]]]:
    """Yield the normalised texts to score for one message with what was changed, the text as typed first, some twice.

    These are the text as typed, with the keyboard layout put right, the sentence that asks in each of them, and each
    with its spelling corrected.
    """
    tokenizer, normal = scope.index.tokenizer, normalise(text)[:MAX_READ]
    yield normal, ()
    typed: tuple[str, ...] = (normal,)
    if not tokenizer.is_english(normal):  # else it is meant as it stands, though "to die" makes syllables, too
        other = (one for one in _other_layout(text, normal) if _makes_words(one, tokenizer))
        typed = (normal, *other, tokenizer.with_korean_keys(text, normal))
    layouts = tuple(dict.fromkeys(one[:MAX_READ] for one in typed))
    written = (text, *layouts[1:])  # only the text as typed knows where its lines end
    corrections: dict[str, tuple[Correction, ...]] = {normal: (), **dict.fromkeys(layouts[1:], ("layout",))}
    for at, one in enumerate(written):
        changed: tuple[Correction, ...] = ("layout", "sentence") if at else ("sentence",)
        for sentence in _sentences(scope, one):
            corrections.setdefault(sentence[:MAX_READ], changed)
    respelt: dict[str, str] = {}
    for one in corrections:
        if not budget.is_used_up and (meant := tokenizer.respell(one, budget)):
            respelt[one] = meant[:MAX_READ]
    full_of_errors = {one for one, meant in respelt.items() if _changed(one, meant) > _FULL_OF_ERRORS}
    for one, changed in corrections.items():
        if "sentence" in changed and one in full_of_errors:
            yield respelt[one], (*changed, "spelling")
        else:
            yield one, changed
    for one, meant in respelt.items():
        yield meant, (*corrections[one], "spelling")


def _sentences(scope: Scope, message: str) -> Iterator[str]:
    """Yield what asks in a longer message, normalised: the sentence that does, alone and with the one before.

    If it speaks of "her" or "that person", the last person named before it is meant, without the rest of the talk.
    """
    sentences = [normalise(sentence) for sentence in asking_sentences(message)]
    if sentences and (pronoun := PERSON.search(sentences[0])):
        before, found, _ = normalise(message).rpartition(sentences[0])
        people = _people(scope)
        named = [one for one in scope.index.tokenizer.tokens(before[-MAX_READ:]) if not people.isdisjoint(one.names)]
        if found and named and not SOMETHING_ELSE.search(before):  # "besides Murati" is somebody else
            name = " ".join(dict.fromkeys(one.text for one in named if one.names == named[-1].names))
            yield with_name(sentences[0], pronoun, name)
            return
    yield from sentences


def _people(scope: Scope) -> frozenset[EntityKey]:
    """Return the people whom the articles name."""
    articles = scope.knowledge.articles
    return frozenset((one.slug, entity.id) for one in articles for entity in one.entities if entity.kind == "person")


def _changed(typed: str, meant: str) -> float:
    """Return the share of the words of a text that another one does not have."""
    before, after = words(typed), frozenset(words(meant))
    return sum(word not in after for word in before) / max(len(before), 1)


def typed_keys(text: str) -> tuple[str, ...]:
    """Return the normalised text as typed, and as typed on the other keyboard layout unless that is improbable."""
    normal = normalise(text)[:MAX_READ]
    return (normal, *(one[:MAX_READ] for one in _other_layout(text, normal)))


def _other_layout(text: str, normal: str) -> tuple[str, ...]:
    """Return the normalised text as typed on the other keyboard layout, nothing if that is improbable."""
    hangul, latin = script_counts(normal)
    if hangul and latin > hangul:  # English words in a Korean sentence: `with_korean_keys` tells which were meant
        return ()
    if latin > hangul:
        meant = normalise(as_korean_keys(text[:MAX_READ]))
        return (meant,) if _is_mostly_syllables(meant) else ()
    return (normalise(as_latin_keys(normal)),) if _has_lone_jamo(normal) else ()


def _makes_words(normal: str, tokenizer: Tokenizer) -> bool:
    """Return whether the other layout makes Hangul, or English words; typing errors leave lone jamo in Korean too."""
    hangul, latin = script_counts(normal)
    return hangul >= latin or tokenizer.corrector.share_known(words(normal)) >= _KNOWN_FROM


def _is_mostly_syllables(text: str) -> bool:
    squeezed = squeeze(text)
    whole = sum("가" <= char <= "힣" for char in squeezed)
    return whole > 1 and whole >= _KOREAN_KEYS_FROM * len(squeezed)


def _has_lone_jamo(normal: str) -> bool:
    """Return whether Hangul holds lone jamo, as English words do when they are typed on the Korean layout.

    Nothing but lone jamo is chat ("ㅇㅋ", "ㅎㄷㄷ"), as English words make whole syllables too.
    """
    squeezed = squeeze(normal)
    return any("가" <= char <= "힣" for char in squeezed) and sum(
        "ㄱ" <= char <= "ㅣ" for char in squeezed
    ) > _LATIN_KEYS_FROM * len(squeezed)


@dataclass(frozen=True)  # with a __dict__, for the cached properties
class Scored:
    """One reading with its features; probabilities and confidence are computed when needed."""

    scope: Scope
    reading: TokenizedText
    classifier: Classifier
    table: Matrix
    """Feature table, shape (targets, len(FEATURES))."""
    sample_cosines: Column
    """Cosine of the character n-grams with those of every sample, shape (samples,)."""

    @cached_property
    def _probabilities_and_confidence(self) -> tuple[Matrix, float]:
        """Return P(target) of every target and the confidence in the likeliest fact."""
        index, classifier = self.scope.index, self.classifier
        if not self.reading.words:
            return np.zeros(len(index.targets)), 0.0
        probabilities = classifier.probabilities(self.table)
        confidence = classifier.confidence_in(self.table, probabilities, index.is_fact)
        if (
            self.reading.names_only and not self.is_sample
        ):  # "Murati?" asks nothing in particular: facts are suggested, no gap replies
            confidence = max(confidence, classifier.suggest_from)
            probabilities = np.where(index.is_fact, probabilities, 0)
        own = [at for at in index.targets_of(self.reading.squeezed) if probabilities[at] > 0]
        if len(own) == 1:  # nothing is surer than an author's own sample
            probabilities[own[0]] = 1.0
            confidence = float(index.is_fact[own[0]])
        return probabilities, confidence

    @property
    def probabilities(self) -> Matrix:
        """Return P(target) of every target, shape (targets,)."""
        return self._probabilities_and_confidence[0]

    @property
    def confidence(self) -> float:
        """Return the confidence in the likeliest fact."""
        return self._probabilities_and_confidence[1]

    @cached_property
    def share_known(self) -> float:
        """Return the share of the words of the text that are known."""
        return self.scope.index.tokenizer.corrector.share_known(words(self.reading.normal))

    @property
    def is_in_gap(self) -> bool:
        """Return whether a gap is the reply, because it is likelier than every fact."""
        gaps = self.probabilities[~(self.scope.index.is_fact | self.scope.index.is_act)]
        likeliest = float(gaps.max(initial=0))
        return likeliest >= GAP_FROM and likeliest > self.confidence

    @property
    def act_probability(self) -> float:
        """Return the probability of all dialogue acts; 0 for a reading that names somebody, which is a question."""
        if self.reading.entities and not self.is_sample:
            return 0.0
        return float(self.probabilities[self.scope.index.is_act].sum())

    def is_covered_by(self, act: Candidate) -> bool:
        """Return whether the content words are those of a dialogue act, or too few to tell."""
        covered = max(act.features["coverage"], act.features["meaning_coverage"])
        return len(self.reading.content) < _MANY_WORDS or covered >= _ACT_COVERAGE

    @property
    def is_sample(self) -> bool:
        """Return whether the reading is an author's sample question."""
        return bool(self.scope.index.targets_of(self.reading.squeezed))

    @property
    def may_be_closest(self) -> bool:
        """Return whether the likeliest fact may be quoted as the closest; a mere name asks for none in particular."""
        is_fact = self.scope.index.is_fact
        return not self.reading.names_only and self.classifier.may_be_closest(self.table, self.probabilities, is_fact)

    @cached_property
    def is_about_others(self) -> Mask:
        """Return whether the question speaks of people and each target is about other people only, shape (targets,).

        If it speaks of somebody who was not mentioned ("why did she leave?"), every target about people is.
        """
        named = _people(self.scope) & frozenset(self.reading.entities)
        if not named and not self._speaks_of_nobody_known:
            return np.zeros(len(self.scope.index.targets), bool)
        return self.about_others_than(named)

    @property
    def _speaks_of_nobody_known(self) -> bool:
        """Return whether a pronoun has nothing in front that it may mean, as in "did the chair say why she left?"."""
        found = PERSON.search(self.reading.normal)
        before = self.scope.index.tokenizer.tokens(self.reading.normal[: found.start()]) if found else ()
        return found is not None and all(word.role not in {"content", "name"} for word in before)

    def about_others_than(self, people: frozenset[EntityKey]) -> Mask:
        """Return whether each target is about people, but none of these, shape (targets,)."""
        about = self.scope.index.about
        found: Mask = about.weigh(dict.fromkeys(people, 1.0)) == 0
        return found & (about.weigh(dict.fromkeys(_people(self.scope) - people, 1.0)) > 0)

    def _names_what_lacks(self, at: int) -> bool:
        """Return whether a question that is no sample names what a target lacks, and what not every fact mentions."""
        index, names = self.scope.index, self.reading.entities
        mentions = (index.entities.weigh({name: 1.0}) for name in sorted(names))
        return not self.is_sample and any(not own[at] and own[index.is_fact].mean() < _EVERYWHERE for own in mentions)

    def candidates(self) -> tuple[Candidate, ...]:
        """Return the likeliest targets, best first; confidences of facts are in proportion to that of the best."""
        index, probabilities = self.scope.index, self.probabilities
        confidences = scaled(probabilities, index.is_fact, self.confidence)
        order = np.argsort(-probabilities, kind="stable")[:MOST_CANDIDATES]
        return tuple(self.candidate(int(at), float(confidences[at])) for at in order if probabilities[at] > 0)

    def candidate(self, at: int, confidence: float) -> Candidate:
        """Return the target at position `at` with its features and this confidence."""
        target = self.scope.index.targets[at]
        features = dict(zip(FEATURE_NAMES, map(float, self.table[at]), strict=True))
        lacks_name = isinstance(target.item, Gap) and features["name_miss"] > 0 and self._names_what_lacks(at)
        return Candidate(
            target=target,
            confidence=confidence,
            sample=self.scope.index.nearest_sample(at, self.sample_cosines),
            features=features,
            is_about_others=lacks_name or bool(self.is_about_others[at]),
        )


def scaled(probabilities: Matrix, is_fact: Mask, confidence: float) -> Matrix:
    """Return the probabilities, those of facts in proportion to `confidence`, the confidence in the likeliest."""
    scale = confidence / max(float(np.where(is_fact, probabilities, 0).max(initial=0)), 1e-9)
    return np.minimum(1.0, np.where(is_fact, probabilities * scale, probabilities))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a decision rests on."""

    candidates: tuple[Candidate, ...]
    """The likeliest targets, best first."""
    confidence: float
    """The confidence in the best fact."""
    thresholds: Thresholds
    may_be_act: bool
    """Whether the best candidate is the reply if it is a dialogue act."""
    may_be_answer: bool
    """Whether the best fact is the answer if the confidence suffices."""
    may_be_closest: bool
    """Whether the best fact may be quoted as the closest if the confidence suffices."""


def score(scope: Scope, prepared: Prepared, vectors: Mapping[str, Vector] | None = None) -> tuple[Scored, ...]:
    """Score every reading of one question against every target, as `score_all` does."""
    return score_all([(scope, prepared)], vectors)[0]


def score_all(
    questions: Sequence[tuple[Scope, Prepared]], vectors: Mapping[str, Vector] | None = None
) -> list[tuple[Scored, ...]]:
    """Score every reading of some questions against every target of their articles; each gets its own scores.

    `vectors` holds the encoder's unit vector of each of their `texts`; None without an encoder.
    """
    products = Products()
    compared = [
        [Comparison(scope, reading, vectors, one.compared, products) for reading in one.readings if scope.index.targets]
        for scope, one in questions
    ]
    compare_words([reading for readings in compared for reading in readings])
    return [_scored(scope, readings, vectors) for (scope, _), readings in zip(questions, compared, strict=True)]


def _scored(scope: Scope, readings: Sequence[Comparison], vectors: Mapping[str, Vector] | None) -> tuple[Scored, ...]:
    classifier = load_classifier(semantic=vectors is not None and scope.vectors is not None)
    return tuple(Scored(scope, one.tokenized, classifier, feature_table(one), one.sample_cosines) for one in readings)


def believed(scored: tuple[Scored, ...]) -> Scored:
    """Return the reading to believe; `scored` must not be empty.

    It is the text as typed if that is an author's sample, otherwise the one with the highest confidence, less what its
    unknown words take. But if more words are known in a reading that a gap replies to, that one: with typing errors, a
    question loses what tells it from the fact beside the gap. And if no reading comes close to a fact, one that a gap
    replies to: the talk around a question is a little like many facts.
    """
    if len(scored) == 1 or scored[0].is_sample:
        return scored[0]
    best = scored[best_reading([one.confidence * (1 - _UNKNOWN_WORDS * (1 - one.share_known)) for one in scored])]
    is_unsure = best.confidence < best.classifier.closest_from
    in_gaps = (one for one in scored if (one.share_known > best.share_known or is_unsure) and one.is_in_gap)
    return max(in_gaps, key=lambda one: one.share_known, default=best)


def decide(prepared: Prepared, scored: tuple[Scored, ...]) -> Decision:
    """Decide what the snapshot answers to a question."""
    if not scored:
        return Unanswered(_language(prepared, prepared.readings[0].normal))
    best = believed(scored)
    return conclude(_language(prepared, best.reading.normal), weigh(best))


def stricter(thresholds: Thresholds, candidates: Sequence[Candidate]) -> Thresholds:
    """Return the thresholds for a question with a "not", which are higher if the likeliest fact lacks it."""
    best = next((one for one in candidates if isinstance(one.target.item, Fact)), None)
    if best is None or best.features["negation_miss"] < _LACKS_NOT:
        return thresholds
    return replace(thresholds, answer_from=max(thresholds.answer_from, _NEGATED_FROM))


def weigh(best: Scored) -> Evidence:
    """Return what the decision on the reading that is believed rests on."""
    candidates = best.candidates()
    facts = np.where(best.scope.index.is_fact, best.probabilities, 0)
    return Evidence(
        candidates,
        best.confidence,
        stricter(best.classifier.thresholds, candidates),
        may_be_act=bool(candidates)
        and best.act_probability >= ACT_FROM
        and is_told_apart(candidates[0].target.item, candidates[0].confidence)
        and best.is_covered_by(candidates[0]),
        may_be_answer=bool(facts.max() > best.act_probability),
        may_be_closest=best.may_be_closest,
    )


def is_told_apart(likeliest: Fact | Gap | DialogueAct, probability: float) -> bool:
    """Return whether the likeliest target may be the reply if it is a dialogue act, given its own probability.

    "또?" may be one of three acts about the last answer, which count together. But a message that is a little like a
    question for a restaurant and a little like one for the weather is neither.
    """
    return isinstance(likeliest, DialogueAct) and (not likeliest.is_social or probability >= GAP_FROM)


def conclude(language: Language, evidence: Evidence) -> Decision:
    """Decide between the kinds of reply."""
    candidates, confidence, thresholds = evidence.candidates, evidence.confidence, evidence.thresholds
    if candidates and isinstance(candidates[0].target.item, DialogueAct):
        if evidence.may_be_act:
            return Unanswered(language, candidates[0])
        candidates = tuple(one for one in candidates if one.target.article)
    facts = tuple(one for one in candidates if isinstance(one.target.item, Fact))[: MAX_SUGGESTIONS + 1]
    gap = next((one for one in candidates if isinstance(one.target.item, Gap)), None)
    if facts and evidence.may_be_answer and confidence >= thresholds.answer_from:
        return Answered(language, facts[0], facts[1:])
    may_be_closest = evidence.may_be_closest and bool(facts) and not facts[0].is_about_others
    if may_be_closest and confidence >= thresholds.closest_from:
        return Closest(language, facts[0], facts[1:MAX_SUGGESTIONS])
    suggested = facts[:MAX_SUGGESTIONS] if confidence >= thresholds.suggest_from else ()
    if gap is not None and candidates[0] is gap and gap.confidence >= GAP_FROM and not gap.is_about_others:
        return Unanswered(language, gap, suggested)
    return Suggested(language, suggested) if suggested else Unanswered(language)


def _language(prepared: Prepared, normal: str) -> Language:
    return prepared.question.language or language_of(normal, prepared.question.default)
