"""The use case of the product: a question comes in, a reply goes out."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from bot.core.classifier import Answered, Decision, Suggested, Unanswered
from bot.core.dialogue import Context, Resolution, complete
from bot.core.index import Index, Snapshot, Vectors
from bot.core.matching import Question
from bot.core.model import NOTHING, Case, Knowledge, Language
from bot.core.text import normalise, parts
from bot.errors import KnowledgeError, Problem
from bot.service.answering import ask_after, ask_snapshot, context_of
from bot.service.ports import Encoder
from bot.service.replies import Reply, Voice, reply_to


@dataclass(frozen=True, slots=True)
class Change:
    """What a reload changed, as ids `article/fact`."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    commands_changed: bool


class Library:
    """Holds one immutable `Snapshot`; whoever took it keeps answering from it while another is loaded."""

    def __init__(
        self,
        read: Callable[[], tuple[Knowledge, str]],
        encoder: Encoder | None,
        remembering: Encoder | None = None,
        first: Snapshot | None = None,
    ) -> None:
        """Load for the first time; `read` returns the knowledge and its revision or raises KnowledgeError.

        `remembering` encodes the many texts of the knowledge (the same encoder with a cache); default `encoder`.
        `first` is what `read` would lead to, where it is known from an earlier start; only `reload` reads then.
        """
        self._read = read
        self._encoder = encoder
        self._remembering = remembering or encoder
        self._lock = Lock()
        self.snapshot = first or build_snapshot(*self._read())

    def encode(self) -> None:
        """Give the current snapshot its vectors; slow the first time, so called off the event loop."""
        with self._lock:
            if self._remembering is not None and self.snapshot.vectors is None:
                self.snapshot = with_vectors(self.snapshot, self._remembering)

    def reload(self) -> Change:
        """Read again, require the cases to pass, swap; raise KnowledgeError and keep the old otherwise."""
        with self._lock:
            fresh = build_snapshot(*self._read(), self._remembering)
            if problems := failed_cases(fresh, self._encoder):
                raise KnowledgeError(problems)
            change = _compare(self.snapshot.knowledge, fresh.knowledge)
            self.snapshot = fresh
            return change


def build_snapshot(knowledge: Knowledge, revision: str, encoder: Encoder | None = None) -> Snapshot:
    """Index `knowledge`, with vectors where there is an encoder."""
    snapshot = Snapshot(knowledge, Index(knowledge), revision)
    return snapshot if encoder is None else with_vectors(snapshot, encoder)


def with_vectors(snapshot: Snapshot, encoder: Encoder) -> Snapshot:
    """Return `snapshot` with the vectors of all its texts."""
    index = snapshot.index
    rows = encoder.encode([normalise(text) for text in index.texts()])
    return replace(snapshot, vectors=Vectors.of(index, rows))


def failed_cases(snapshot: Snapshot, encoder: Encoder | None) -> tuple[Problem, ...]:
    """Return a problem for each case that does not lead where its author says."""
    problems = []
    for article in snapshot.knowledge.articles:
        for case in article.cases:
            decision = _ask_case(snapshot, case, article.slug, encoder)
            got = _outcome(decision)
            if got != case.expect:
                file, _, line = case.where.rpartition(":")
                what = f"the case {case.question!r} expects {case.expect!r} but gets {got!r}{_by_sample(decision)}"
                problems.append(Problem(file or article.slug, int(line or 0), "cases", what))
    return tuple(problems)


def _ask_case(snapshot: Snapshot, case: Case, slug: str, encoder: Encoder | None) -> Decision:
    before = None
    if case.after is not None:
        decision = ask_snapshot(snapshot, Question(case.after, article=slug), encoder)
        before = context_of(snapshot, case.after, decision)
    return ask_after(snapshot, Question(case.question, article=slug, after=before), encoder).decision


def _outcome(decision: Decision) -> str:
    match decision:
        case Answered(best=best):
            return best.target.item.id
        case Unanswered(best=best):
            return NOTHING if best is None or best.target.article is None else best.target.item.id
        case _:
            return "(only offered) " + ", ".join(c.target.item.id for c in decision.others)


def _by_sample(decision: Decision) -> str:
    """Tell by which sample question a case found what it should not."""
    best = None if isinstance(decision, Suggested) else decision.best
    return f" (by its sample {best.sample!r})" if best is not None and best.sample else ""


def _compare(old: Knowledge, new: Knowledge) -> Change:
    before, after = _items(old), _items(new)
    return Change(
        added=tuple(sorted(after.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - after.keys())),
        changed=tuple(sorted(key for key in after.keys() & before.keys() if after[key] != before[key])),
        commands_changed=[a.commands for a in old.articles] != [a.commands for a in new.articles],
    )


def _items(knowledge: Knowledge) -> dict[str, object]:
    items: dict[str, object] = {}
    for article in knowledge.articles:
        items |= {f"{article.slug}/{fact.id}": fact for fact in article.facts}
        items |= {f"{article.slug}/{gap.id}": gap for gap in article.gaps}
    return items


class Responder:
    """Answers questions from the library's current snapshot."""

    def __init__(self, library: Library, encoder: Encoder | None) -> None:
        """Answer from `library`; `encoder` must be the one that the library's vectors come from."""
        self.library = library
        self._encoder = encoder

    def ask_now(self, question: Question) -> Reply:
        """Answer in the calling thread; a message that asks two things gets both answers."""
        snapshot = self.library.snapshot  # taken once: a reload meanwhile does not mix two revisions
        whole = self._reply(snapshot, question)
        if whole.understood:
            return whole
        asked = (replace(question, text=part, language=whole.language, after=None) for part in parts(question.text))
        return together(whole, [self._reply(snapshot, part) for part in asked])

    def _reply(self, snapshot: Snapshot, question: Question) -> Reply:
        if not normalise(question.text):
            language = question.language or question.default
            return Reply("unanswered", language, Voice(snapshot.knowledge, language).say("empty"))
        understood = ask_after(snapshot, question, self._encoder)
        reply = reply_to(snapshot.knowledge, understood.decision)
        text = understood.resolution.text if understood.resolution else question.text
        context = context_of(snapshot, text, understood.decision)
        line = _understood(snapshot.knowledge, reply.language, question.after, understood.resolution)
        return replace(reply, context=context, understood=line)

    def needs_context(self, question: Question) -> bool:
        """Tell whether a question would be filled from the one before, so that its words alone do not tell it."""
        return bool(question.after and complete(self.library.snapshot, question.text, question.after))

    async def ask(self, question: Question) -> Reply:
        """Answer off the event loop, so that encoding never delays a heartbeat."""
        return await asyncio.to_thread(self.ask_now, question)


def _understood(
    knowledge: Knowledge, language: Language, before: Context | None, resolution: Resolution | None
) -> str | None:
    """Say what a question was taken to be about, in the author's words; nothing where it was taken as it stands."""
    if before is None or resolution is None:
        return None
    voice = Voice(knowledge, language)
    if resolution.entity:
        return voice.say("understood", name=resolution.entity.name.get(language))
    article = knowledge.article(before.article)
    item = article.item(before.item) if article and before.item else None
    return voice.say("understood_after", label=item.label.get(language) if item else voice.say("understood_last"))


def together(whole: Reply, asked: Sequence[Reply]) -> Reply:
    """Return the replies to the parts as one, if each is an answer and no two are the same; else that to the whole."""
    facts = {(reply.article, reply.fact) for reply in asked if reply.outcome == "answered"}
    if not asked or len(facts) < len(asked):
        return whole
    return replace(asked[0], also=tuple(asked[1:]))
