"""The main use case: answer a question from one snapshot."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bot.core.budget import MAX_CONTEXT, MAX_PART, MAX_READ, Budget
from bot.core.classifier import load_article_classifier
from bot.core.dialogue import Context, Resolution, Resolutions, resolve, shown_after, without_discourse_marker
from bot.core.follow_up import Exchange, Interpretation, decide_in_context
from bot.core.index import Scope, Vector
from bot.core.matching import (
    Answered,
    Candidate,
    Decision,
    Evidence,
    Prepared,
    Question,
    Scored,
    Suggested,
    Unanswered,
    believed,
    conclude,
    leading,
    prepare,
    score,
    score_all,
    typed_keys,
    weigh,
)
from bot.core.model import ActKind, DialogueAct, Knowledge, Language
from bot.core.selection import Found, select
from bot.core.snapshot import Snapshot
from bot.core.target_texts import Target
from bot.core.text import (
    coordinated_questions,
    is_blank,
    is_emoji,
    language_of,
    normalise,
    separate_questions,
    without_list_markers,
)
from bot.service.conversation import reply_to_act
from bot.service.ports import Encoder
from bot.service.replies import Reply, Voice, reply_to, says_something
from bot.service.whole_articles import (
    aimed,
    article_of_command,
    articles_reply,
    asks_for_summary,
    summary_of,
    without_summary,
)

_SURE = 0.8
"""Minimum confidence for taking a message apart whose parts have no question word."""
_LISTS: frozenset[ActKind] = frozenset({"list", "rest"})
"""Acts that ask the last question again, for all it has."""
_ELSEWHERE = 1.0
"""By how much the logit of the article of the conversation is lower than that of the channel's."""
_MOST_RARE = 6
"""Words that are encoded before it is known whether an article lacks them."""
_MOST_HALVES = 2
"""Ways to take a sentence apart that are tried."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it was decided on, which `score_with` scores again."""

    question: Question
    is_resolved: bool = False
    """Whether its text was completed with the exchange before it."""
    evidence: Evidence | None = None
    """What the decision rests on; None: what the question rests on by itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of a question with the snapshot it came from, which all later steps use."""

    snapshot: Snapshot
    decision: Decision | None
    """None: the question has no text, or asks which articles there are."""
    reply: Reply
    needs_context: bool = False
    """Whether the question needs the one before it."""
    asked: tuple[Asked, ...] = ()
    """The questions that were decided on, one for each answer of the reply; none if the question has no text."""


@dataclass(frozen=True, slots=True)
class _Decided:
    """A decision, and how the question was resolved to get there."""

    question: Question
    """The question as it was decided on."""
    decision: Decision
    resolution: Resolution | None = None
    """None: the question was taken literally."""
    needs_context: bool = False
    evidence: Evidence | None = None
    """What the decision rests on in the conversation; None: the question was decided on by itself."""

    @property
    def best(self) -> Candidate | None:
        """Return the candidate that the reply is about, if any."""
        return leading(self.decision)

    @property
    def act(self) -> DialogueAct | None:
        """Return the dialogue act that the message is, if any."""
        item = self.best.target.item if self.best else None
        return item if isinstance(item, DialogueAct) else None


class Budgets:
    """The work left for one message in each article that it is scored against."""

    def __init__(self) -> None:
        """Begin with the whole work for every article."""
        self._of: dict[str | None, Budget] = {}

    def of(self, scope: Scope) -> Budget:
        """Return the work left in one article."""
        return self._of.setdefault(scope.slug, Budget())

    def read(self, snapshot: Snapshot, article: str | None, normal: str) -> bool:
        """Return whether one more question may be scored in the article asked, or in those scored so far."""
        scopes = [snapshot.alone(slug) for slug in ((article,) if article else self._of) if slug is not None]
        return all(self.of(scope).reads(normal, scope.index.vocabulary) for scope in scopes)

    def start(self) -> bool:
        """Return whether further questions may begin in every article scored so far."""
        started = [budget.starts() for budget in self._of.values()]
        return all(started)


def ask(snapshot: Snapshot, question: Question, encoder: Encoder | None) -> Answer:
    """Answer a message; one that asks several things gets all answers if each part has one.

    A sentence beside the questions that asks nothing is not answered.
    """
    question = replace(question, text=without_list_markers(question.text))
    if is_blank(question.text):
        language = question.language or question.default
        return Answer(snapshot, None, Reply("unanswered", language, Voice(snapshot.knowledge, language).say("empty")))
    if is_emoji(question.text) and (found := _reaction(snapshot, question)):
        return _answer(snapshot, question, found)
    language = question.language or language_of(normalise(question.text), question.default)
    voice = Voice(snapshot.knowledge, language)
    if question.article is None and (listed := articles_reply(snapshot.knowledge, question, voice)):
        return Answer(snapshot, None, listed, asked=(Asked(question),))
    question = aimed(snapshot.knowledge, question)
    budgets = Budgets()
    whole = _answer(snapshot, question, _interpret(snapshot, question, encoder, budgets))
    if asks_for_summary(question.text):
        told = None if says_something(whole.reply) else without_summary(snapshot.knowledge, question, voice)
        return replace(whole, reply=told) if told else whole
    return whole if whole.reply.understood else _with_parts(whole, question, encoder, budgets)


def _with_parts(whole: Answer, question: Question, encoder: Encoder | None, budgets: Budgets) -> Answer:
    """Answer what a message asks one by one if it asks several things and each part has an answer of its own."""
    snapshot = whole.snapshot
    asked = replace(question, language=whole.reply.language, after=None)
    sentences = separate_questions(question.text)
    for texts in _parts(snapshot, question.text, sentences):
        if len(texts) == 1 and whole.reply.outcome == "answered":
            continue  # the sentence that asks may need the one before it: who "he" is
        parts = _answer_parts(snapshot, asked, texts, encoder, budgets)
        if not parts:
            continue
        replies = [part.reply for part in parts]
        if len({reply.article for reply in replies}) > 1:
            continue  # a message is about one article; half a question easily finds something in another
        all_ask = all((sentences and text.endswith("?")) or _asks(snapshot, text) for text in texts)
        if not all_ask and not _are_sure(replies, whole.reply):
            continue
        if (reply := joined(whole.reply, replies)) is not whole.reply:
            return replace(whole, reply=reply, asked=tuple(one for part in parts for one in part.asked))
    return whole


def _reaction(snapshot: Snapshot, question: Question) -> _Decided | None:
    """Take a message without words as the last of the reactions, the most general one, if there are any."""
    act = next((one for one in reversed(snapshot.knowledge.dialogue) if one.act == "react"), None)
    language = question.language or question.default
    if act is None:
        return None
    return _Decided(question, Unanswered(language, Candidate(Target(None, act), 1.0, "", {})))


def _parts(snapshot: Snapshot, text: str, sentences: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the ways to take a message apart into what it asks: its sentences that ask, else two halves of one."""
    if sentences:
        yield tuple(one for one in sentences if one.endswith("?") or _asks(snapshot, one)) or sentences
        return
    yield from islice(coordinated_questions(text), _MOST_HALVES)


def _are_sure(parts: Sequence[Reply], whole: Reply) -> bool:
    """Return whether parts without a question word each are surely answered, and one as the whole is, if that is."""
    facts = {part.fact for part in parts}
    return all(part.confidence >= _SURE for part in parts) and (whole.outcome != "answered" or whole.fact in facts)


def _asks(snapshot: Snapshot, text: str) -> bool:
    """Return whether a part of a message has a question word among the characters that are looked at."""
    tokens = snapshot.small_talk.index.tokenizer.tokens(normalise(text[:MAX_READ])[:MAX_READ])
    return any(token.role == "ask" for token in tokens)


def _answer_parts(
    snapshot: Snapshot, question: Question, texts: Sequence[str], encoder: Encoder | None, budgets: Budgets
) -> list[Answer]:
    """Return the answer to each part, which may need the one before; nothing if one has none."""
    if not texts or max(map(len, texts)) > MAX_PART or not budgets.start():
        return []
    if not all(budgets.read(snapshot, question.article, normalise(text)) for text in texts):
        return []
    asked = [replace(question, text=text) for text in texts]
    answers: list[Answer] = []
    for part, decision in zip(asked, _literal(snapshot, asked, encoder, budgets), strict=True):
        before = answers[-1].reply.context if answers else None
        answer = _answer(snapshot, part, _Decided(part, decision))
        if before and not _goes_on(snapshot, answer.reply, part.text, before) and budgets.start():
            after = replace(part, after=before)
            answer = _answer(snapshot, after, _interpret(snapshot, after, encoder, budgets))
        if not _goes_on(snapshot, answer.reply, part.text, before):
            return []
        answers.append(replace(answer, reply=replace(answer.reply, understood=None)))
    return answers


def _goes_on(snapshot: Snapshot, reply: Reply, text: str, before: Context | None) -> bool:
    """Return whether a reply is a further answer; to a part without names, one about the person named before."""
    article = snapshot.knowledge.article(reply.article or "")
    fact = article.fact(reply.fact or "") if article else None
    if reply.outcome != "answered" or article is None or fact is None:
        return False
    if before is None or fact.id == before.item:
        return before is None
    tokenizer = snapshot.alone(article.slug).index.tokenizer
    if any(word.names for word in tokenizer.tokens(normalise(text))):
        return True
    named = (one for word in tokenizer.tokens(before.question) for _, key in word.names if (one := article.entity(key)))
    people = {entity.id for entity in named if entity.kind == "person"}
    return not people or not fact.about or not people.isdisjoint(fact.about)


def _answer(snapshot: Snapshot, question: Question, found: _Decided) -> Answer:
    """Answer one question as a whole."""
    slug = question.article or (found.best.target.article.slug if found.best and found.best.target.article else None)
    asked = Asked(
        replace(found.question, article=slug), is_resolved=found.resolution is not None, evidence=found.evidence
    )
    if found.act:
        return replace(_answer_act(snapshot, question, found, found.act), asked=(asked,))
    reply = reply_to(snapshot.knowledge, found.decision, of_one=(question.article or question.place) is not None)
    text = found.resolution.text if found.resolution else question.text
    reply = replace(
        reply,
        context=_context_of(snapshot, text, found, reply, question.after),
        understood=_understood(snapshot.knowledge, reply.language, question.after, found.resolution),
    )
    return Answer(snapshot, found.decision, reply, found.needs_context, (asked,))


def _answer_act(snapshot: Snapshot, question: Question, found: _Decided, act: DialogueAct) -> Answer:
    """Reply to a dialogue act, in the language of the conversation; one about the last answer needs it."""
    before = question.after
    language = question.language or (before and before.language) or found.decision.language
    about_last = reply_to_act(snapshot, act, before, language) if before else None
    if about_last is not None:
        return Answer(snapshot, found.decision, about_last, needs_context=True)
    decision = replace(found.decision, language=language)
    return Answer(snapshot, decision, reply_to(snapshot.knowledge, decision), not act.is_social)


def _context_of(snapshot: Snapshot, text: str, found: _Decided, reply: Reply, before: Context | None) -> Context | None:
    """Return the context after `reply`, with what the conversation has shown so far."""
    context = _context_after(snapshot, text, found)
    if context is None:
        return None
    fact = (reply.closest or reply).fact
    shown = shown_after(before, context.article, [fact] if fact else [])
    return replace(context, shown=shown, language=reply.language)


def _understood(
    knowledge: Knowledge, language: Language, before: Context | None, resolution: Resolution | None
) -> str | None:
    """Return the line that says what a resolved question is about; None if it was taken literally."""
    if before is None or resolution is None:
        return None
    voice = Voice(knowledge, language)
    if resolution.entity:
        return voice.say("understood", name=resolution.entity.name.get(language))
    article = knowledge.article(before.article)
    item = article.item(before.item) if article and before.item else None
    return voice.say("understood_after", label=item.label.get(language) if item else voice.say("understood_last"))


def joined(whole: Reply, parts: Sequence[Reply]) -> Reply:
    """Return the replies to the parts as one if each is an answer and all differ, else the reply to the whole."""
    facts = {(reply.article, reply.fact) for reply in parts if reply.outcome == "answered"}
    if not parts or len(facts) < len(parts):
        return whole
    first, *others = (replace(part, suggestions=(), offer=None) for part in parts)
    return replace(first, also=tuple(others))


def decide_on(snapshot: Snapshot, question: Question, encoder: Encoder | None) -> Decision:
    """Decide on a question in the context `question.after`; no text raises an error."""
    return _interpret(snapshot, question, encoder, Budgets()).decision


def score_with(scope: Scope, question: Question, encoder: Encoder | None) -> tuple[Prepared, tuple[Scored, ...]]:
    """Prepare, encode (if there is an encoder) and score a question, without `question.after` and whatever it costs."""
    prepared = prepare(scope, question)
    return prepared, score(scope, prepared, None if scope.vectors is None else _encoded(prepared.texts, encoder))


def _rare(snapshot: Snapshot, normal: str) -> tuple[str, ...]:
    """Return some words of a question that most articles lack, and that are best encoded together with it.

    The encoder remembers them; a call for a few words alone would take nearly as long as that for the question.
    """
    index = snapshot.small_talk.index
    content = dict.fromkeys(index.tokenizer.tokenize(normal).content)
    return tuple(islice((word for word in content if index.word_row(word) is None), _MOST_RARE))


def _encoded(texts: Sequence[str], encoder: Encoder | None) -> dict[str, Vector] | None:
    return None if encoder is None else dict(zip(texts, encoder.encode(texts), strict=True))


def _literal(
    snapshot: Snapshot, questions: Sequence[Question], encoder: Encoder | None, budgets: Budgets
) -> list[Decision]:
    """Decide on each question as it stands."""
    return [select(found) for found in _scored(snapshot, questions, encoder, budgets)]


def _scored(
    snapshot: Snapshot, questions: Sequence[Question], encoder: Encoder | None, budgets: Budgets
) -> list[list[Found]]:
    """Score each question in each article that it may be about; encoding all texts in one call takes half the time."""
    encoder = encoder if snapshot.has_vectors else None
    likeliest = [_likeliest(snapshot, question, encoder) for question in questions]
    scopes = [[scope for scope, _ in own] for own in likeliest]
    prepared = [[prepare(s, one, budgets.of(s)) for s in own] for one, own in zip(questions, scopes, strict=True)]
    texts = tuple(dict.fromkeys(text for own in prepared for one in own for text in one.texts))
    pairs = [pair for row in zip(scopes, prepared, strict=True) for pair in zip(*row, strict=True)]
    every = iter(score_all(pairs, _encoded(texts, encoder)))
    scored = [[next(every) for _ in own] for own in scopes]
    classifier = load_article_classifier(semantic=encoder is not None)
    return [
        [Found(scope, logit, classifier, one, scores) for (scope, logit), one, scores in zip(*row, strict=True)]
        for row in zip(likeliest, prepared, scored, strict=True)
    ]


def _likeliest(snapshot: Snapshot, question: Question, encoder: Encoder | None) -> list[tuple[Scope, float]]:
    """Return what a question is scored against: the article that it is restricted to, or the likeliest ones.

    The article of the conversation is always one of these, as "and her?" is like no article.
    """
    only = question.article or question.place
    scopes = snapshot.every_scope() if only is None else (snapshot.alone(only),)
    if question.article is not None:
        return [(scopes[0], 0.0)]
    own = snapshot.scopes.get(question.after.article) if question.after else None
    if len(scopes) == 1:
        found = [(scopes[0], 0.0)]
    else:
        normals = typed_keys(question.text)
        rare = _rare(snapshot, normals[0]) if encoder else ()
        found = snapshot.shortlist.likeliest(normals, _encoded((*normals, *rare), encoder))
    if own is not None and all(scope is not own for scope, _ in found):
        found.append((own, found[-1][1] - _ELSEWHERE * (only is not None)))
    return found


def _interpret(snapshot: Snapshot, question: Question, encoder: Encoder | None, budgets: Budgets) -> _Decided:
    """Decide on a question, together with the exchange before it if there is one."""
    if asks_for_summary(question.text):
        return _summarised(snapshot, question, encoder, budgets)
    if question.article is None and len(snapshot.scopes) > 1:
        question = replace(question, article=article_of_command(snapshot, question))
    before = question.after
    if before is None:
        return _Decided(question, _literal(snapshot, [question], encoder, budgets)[0])
    before = replace(before, question=before.question[:MAX_CONTEXT])
    typed = _without_marker(question)
    scope = snapshot.alone(before.article)
    resolved = resolve(scope, normalise(question.text)[:MAX_READ], before)
    ways = _affordable(resolved, budgets.of(scope), scope) if resolved else ()
    language = question.language or language_of(normalise(question.text), question.default)
    asked = replace(question, language=language, article=question.article or before.article)
    questions = [typed, *(replace(asked, text=way.text) for way in ways)]
    literal, *completed = _scored(snapshot, questions, encoder, budgets)
    own = next((found for found in literal if found.scope is scope and found.scored), None)
    if own is None:
        return _Decided(typed, select(literal))
    texts = [Interpretation(None, believed(own.scored))]
    texts += [Interpretation(way, believed(one.scored)) for way, (one,) in zip(ways, completed, strict=True)]
    exchange = Exchange(before, resolved, tuple(texts))
    told = decide_in_context(exchange, language, semantic=encoder is not None and snapshot.has_vectors)
    if resolved is None and _item(told.decision) == _item(own.decision):  # it needs no context, and gets none
        return _Decided(typed, select(literal))
    meant = told.interpretation.resolution
    decided_on = replace(asked, text=meant.text) if meant else typed
    found = _Decided(decided_on, told.decision, meant, resolved is not None, told.evidence)
    if found.act and found.act.act in _LISTS:
        return _listed(list(zip(questions[1:], ways, completed, strict=True)), before, found.act.act) or found
    return _beside_others(typed, literal, own, found) if len(literal) > 1 else found


def _summarised(snapshot: Snapshot, question: Question, encoder: Encoder | None, budgets: Budgets) -> _Decided:
    """Answer a question for a summary: with that of one article, else with what is likeliest and no small talk."""
    article, fact = summary_of(snapshot.knowledge, question) or (question.article, None)
    article = article or article_of_command(snapshot, question) or (question.after.article if question.after else None)
    question = replace(question, article=article)
    (literal,) = _scored(snapshot, [question], encoder, budgets)
    weighed = [_weighed(found, fact) for found in literal]
    rivals = [
        replace(found, given=conclude(found.decision.language, evidence))
        for found, evidence in zip(literal, weighed, strict=True)
    ]
    return _Decided(question, select(rivals), evidence=weighed[0] if len(weighed) == 1 else None)


def _weighed(found: Found, fact: str | None) -> Evidence:
    """Return what speaks for an answer of an article, for this fact if there is one, and not for small talk."""
    best, targets = believed(found.scored), found.scope.index.targets
    evidence = replace(weigh(best), may_be_act=False, may_be_answer=True)
    at = next((at for at, one in enumerate(targets) if one.article and one.item.id == fact), None)
    if at is None:
        return evidence
    others = (one for one in evidence.candidates if one.target is not targets[at])
    return replace(evidence, candidates=(best.candidate(at, 1.0), *others), confidence=1.0)


def _beside_others(typed: Question, literal: Sequence[Found], own: Found, found: _Decided) -> _Decided:
    """Return what was decided in the article of the conversation, `own`, unless another article knows the answer.

    That is the article of the channel, if it answers what the other does not; or any of the `literal` ones, where the
    question needs no context, has no reply there, or names somebody whom only another article knows.
    """
    home = next((one for one in literal if one.scope.slug == typed.place and one is not own), None)
    is_open = found.act is None and not isinstance(found.decision, Answered)
    if is_open and home is not None and isinstance(home.decision, Answered):
        return _Decided(typed, home.decision)
    says_nothing = isinstance(found.decision, Unanswered) and found.best is None
    if not found.needs_context or says_nothing or _names_another(literal, own):
        rivals = [replace(one, given=found.decision) if one is own else one for one in literal]
        decision = select(rivals)
        # the answer of the article of the conversation needs none of the others beside it
        is_own = decision is found.decision or (found.best is not None and leading(decision) is found.best)
        return found if is_own else _Decided(typed, decision)
    return found


def _names_another(literal: Sequence[Found], own: Found) -> bool:
    """Return whether a question names what its own article does not know and another one says something about."""
    if believed(own.scored).reading.entities:
        return False
    told = (one for one in literal if (best := leading(one.decision)) and best.target.article and one is not own)
    return any(believed(one.scored).reading.entities for one in told)


def _item(decision: Decision) -> str | None:
    """Return the id of the fact, gap or dialogue act that the reply is about."""
    best = leading(decision)
    return best.target.item.id if best else None


def _affordable(resolved: Resolutions, budget: Budget, scope: Scope) -> tuple[Resolution, ...]:
    """Return the resolutions, likeliest first, that the work left for a message allows to score."""
    if not budget.starts():
        return ()
    return tuple(one for one in resolved.candidates if budget.reads(normalise(one.text), scope.index.vocabulary))


def _listed(
    tries: Sequence[tuple[Question, Resolution, list[Found]]], before: Context, act: ActKind
) -> _Decided | None:
    """Return the first answer to the last question asked for a list; for the rest of it, one not shown yet."""
    for question, resolution, (found,) in tries:
        match found.decision:
            case Answered(best=best) if act == "list" or best.target.item.id not in before.shown:
                return _Decided(question, found.decision, resolution, needs_context=True)
    return None


def _without_marker(question: Question) -> Question:
    """Return `question` without its discourse marker; without one, return it as typed, with lines and capitals."""
    text = without_discourse_marker(question.text)
    return question if text in {"", normalise(question.text)} else replace(question, text=text)


def _context_after(snapshot: Snapshot, text: str, found: _Decided) -> Context | None:
    """Return the context for later questions: the answer or first suggestion, else the names in `text`.

    A suggestion about somebody else than the question names is not what the next question refers to.
    """
    normal, best = normalise(text)[:MAX_READ], found.best
    if best is not None:
        is_other = isinstance(found.decision, Suggested) and best.is_about_others
        article, item = best.target.article, None if is_other else best.target.item.id
        return Context(article.slug, normal, item) if article else None
    for scope, _ in _likeliest(snapshot, Question(normal, place=found.question.place), None):
        if scope.slug and any(word.names for word in scope.index.tokenizer.tokens(normal)):
            return Context(scope.slug, normal)
    return None
