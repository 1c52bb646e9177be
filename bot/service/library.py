"""The holder of the current snapshot; a reload replaces it at once, or keeps it if anything is wrong."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

import numpy as np

from bot.core.index import Scope, Vectors
from bot.core.matching import Answered, Closest, Decision, Question, Suggested, Unanswered
from bot.core.model import NOTHING, Case, Knowledge, Language
from bot.core.snapshot import Snapshot
from bot.core.text import normalise, squeeze
from bot.errors import KnowledgeError, Problem, StaleError
from bot.service.answering import Answer, ask
from bot.service.autocomplete import Completer, entity_names, questions
from bot.service.explaining import Explanation, explain
from bot.service.likeness import most_alike
from bot.service.pages import listings
from bot.service.ports import Edit, Encoder

CASES: Final = "cases"
"""Where a problem is that a case has."""
_HALF_FROM = 100_000
"""Number of texts from which their vectors are kept in half precision, to save memory (200 MB at this number)."""
_ENCODED_AT_ONCE = 20_000
"""Texts after which the vectors of some articles are stored, before those of others are made (40 MB)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a reload changed, as ids `article/fact`."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    commands_changed: bool


@dataclass(frozen=True, slots=True)
class Completers:
    """What completes half-typed options with texts of one knowledge."""

    knowledge: Knowledge
    questions: Completer
    names: Mapping[str, Completer]
    """By the key of the look-up command."""


class Library:
    """Holds the current immutable `Snapshot`; answers that began with an older one end with it."""

    def __init__(
        self,
        read: Callable[[], tuple[Knowledge, str]],
        encoder: Encoder | None,
        cached_encoder: Encoder | None = None,
        restored: Snapshot | None = None,
    ) -> None:
        """Load for the first time; `read` returns the knowledge and its revision or raises KnowledgeError.

        `cached_encoder` encodes the texts of the knowledge: `encoder` with a cache; default: `encoder` itself.
        `restored` is the snapshot restored from the cache, if any; then only `reload` reads.
        """
        self._read = read
        self._encoder = encoder
        self._cached_encoder = cached_encoder or encoder
        self._lock = Lock()
        self._completers: Completers | None = None
        self._completers_lock = Lock()
        self.snapshot = restored or build_snapshot(*self._read())

    def encode(self) -> None:
        """Add the vectors to the current snapshot; slow the first time, so call it off the event loop."""
        with self._lock:
            if self._cached_encoder is not None and not self.snapshot.has_vectors:
                self.snapshot = with_vectors(self.snapshot, self._cached_encoder)

    def completers(self) -> Completers:
        """Return the completers of the current knowledge; building them takes a quarter of a second, once.

        While one thread builds them after a reload, others get those from before it.
        """
        ready = self._completers
        if ready is not None and ready.knowledge is self.snapshot.knowledge:
            return ready
        if not self._completers_lock.acquire(blocking=ready is None) and ready is not None:
            return ready
        try:
            knowledge, ready = self.snapshot.knowledge, self._completers
            if ready is None or ready.knowledge is not knowledge:
                ready = self._completers = build_completers(knowledge)
            return ready
        finally:
            self._completers_lock.release()

    def answer(self, question: Question) -> Answer:
        """Answer from the current snapshot, in the calling thread."""
        return ask(self.snapshot, question, self._encoder)

    def most_alike(self, article: str, text: str, others: Sequence[str]) -> int | None:
        """Return the position in `others` of the question of an article that asks the same as `text`; slow."""
        snapshot = self.snapshot
        scope = snapshot.alone(article) if snapshot.knowledge.article(article) else snapshot.small_talk
        return most_alike(scope.index.tokenizer, self._encoder if snapshot.has_vectors else None, text, others)

    def explain(self, answer: Answer, language: Language | None = None) -> tuple[Explanation, ...]:
        """Return why each answer was given, in the language of the reply unless another is given."""
        return explain(answer, self._encoder, language)

    async def ask(self, question: Question) -> Answer:
        """Answer off the event loop, so that encoding never delays a heartbeat."""
        return await asyncio.to_thread(self.answer, question)

    def reload(self, publish: Callable[[Snapshot], object] | None = None) -> Change:
        """Read again and replace the snapshot; raise KnowledgeError and keep the old one if reading or a case fails.

        `publish` is called before, and may raise any error that keeps the old snapshot.
        """
        return self.load(self._read, publish)

    def load(
        self,
        read: Callable[[], tuple[Knowledge, str]],
        publish: Callable[[Snapshot], object] | None = None,
        *,
        is_checked: bool = False,
    ) -> Change:
        """Replace the snapshot with what `read` returns, as `reload` does; its cases are not run if it `is_checked`."""
        with self._lock:
            fresh = build_snapshot(*read(), self._cached_encoder, self.snapshot)
            problems = () if is_checked else failed_cases(fresh, self._encoder, self.snapshot)
            if problems:
                raise KnowledgeError(problems)
            if publish is not None:
                publish(fresh)
            change = _compare(self.snapshot.knowledge, fresh.knowledge)
            self.snapshot = fresh
            return change

    def edit(self, prepare: Callable[[], Edit], seen: str) -> tuple[Snapshot, Snapshot, tuple[Case, ...]]:
        """Write the edit that `prepare` returns and answer with it.

        Returns the snapshots before and after, and the cases that fail in both.

        Nothing is written and the old snapshot stays if the facts are not those of the revision `seen`, which raises
        StaleError, or if the files are wrong or the edit breaks a case, which raises KnowledgeError.
        """
        with self._lock:
            before = self.snapshot
            edit = prepare()
            if not seen == before.revision == edit.seen:
                raise StaleError(seen)
            fresh = build_snapshot(edit.knowledge, edit.revision, self._cached_encoder, before)
            problems, failing = _broken_cases(fresh, self._encoder, before)
            if problems:
                raise KnowledgeError(problems)
            edit.write()
            self.snapshot = fresh
            return before, fresh, failing


def build_snapshot(
    knowledge: Knowledge, revision: str, encoder: Encoder | None = None, before: Snapshot | None = None
) -> Snapshot:
    """Index `knowledge`, with vectors if there is an encoder; what `before` has of an equal article is used again."""
    snapshot = Snapshot.of(knowledge, revision, before)
    return snapshot if encoder is None else with_vectors(snapshot, encoder)


def build_completers(knowledge: Knowledge) -> Completers:
    """Index the questions of `knowledge` and the names that its look-up commands find."""
    names = {one.key: entity_names(one.entities()) for one in listings(knowledge) if one.lookup}
    return Completers(knowledge, questions(knowledge), names)


def with_vectors(snapshot: Snapshot, encoder: Encoder) -> Snapshot:
    """Return `snapshot` with the vectors of all its texts; articles that have them already are left as they are."""
    scopes = (snapshot.small_talk, *snapshot.scopes.values())
    counts = {scope.slug: len(scope.index.texts()) for scope in scopes}
    half = sum(counts.values()) > _HALF_FROM
    shared, found = snapshot.small_talk.vectors, {}
    for group in _groups([scope for scope in scopes if scope.vectors is None], counts):
        rows = encoder.encode([normalise(text) for scope in group for text in scope.index.texts()])
        ends = np.cumsum([counts[scope.slug] for scope in group])
        for scope, own in zip(group, np.split(rows, ends[:-1]), strict=True):
            small = half and scope is not snapshot.small_talk  # every question needs those of small talk
            kept = own.astype(np.float16) if small else own.astype(np.float32, copy=False)
            found[scope.slug] = Vectors.of(scope.index, kept, None if scope.slug is None else shared)
            shared = shared or found[None]
    return snapshot.with_vectors(found)


def _groups(scopes: Sequence[Scope], counts: Mapping[str | None, int]) -> Iterator[list[Scope]]:
    """Yield the scopes in groups of about `_ENCODED_AT_ONCE` texts."""
    group: list[Scope] = []
    for scope in scopes:
        group.append(scope)
        if sum(counts[one.slug] for one in group) >= _ENCODED_AT_ONCE:
            yield group
            group = []
    if group:
        yield group


def failed_cases(snapshot: Snapshot, encoder: Encoder | None, before: Snapshot | None = None) -> tuple[Problem, ...]:
    """Return a problem for each case whose outcome is not the expected one.

    The cases of an article that is the same in `before` are not run: no other article has changed their outcomes.
    """
    return tuple(problem for _, _, problem in _failing(snapshot, encoder, before))


def _broken_cases(
    snapshot: Snapshot, encoder: Encoder | None, before: Snapshot
) -> tuple[tuple[Problem, ...], tuple[Case, ...]]:
    """Return a problem for each case that fails, unless it was there and failed in `before` too, and the latter."""
    problems, both = [], []
    for slug, case, problem in _failing(snapshot, encoder, before):
        article = before.knowledge.article(slug)
        known = {(one.earlier, one.question, one.expect) for one in (article.cases if article else ())}
        was_there = (case.earlier, case.question, case.expect) in known
        if not was_there or _outcome(answer_case(before, case, slug, encoder)) == case.expect:
            problems.append(problem)
        else:
            both.append(case)
    return tuple(problems), tuple(both)


def _failing(
    snapshot: Snapshot, encoder: Encoder | None, before: Snapshot | None
) -> Iterator[tuple[str, Case, Problem]]:
    """Yield the article, the case and the problem of each case that fails; articles as in `before` are left out."""
    for article in snapshot.knowledge.articles:
        same = before is not None and before.alone(article.slug).index is snapshot.alone(article.slug).index
        for case in () if same else article.cases:
            answer = answer_case(snapshot, case, article.slug, encoder)
            got = _outcome(answer)
            if got != case.expect:
                file, _, line = case.where.rpartition(":")
                wanted = f"{case.expect!r}{_nearest(snapshot.alone(article.slug), case)}"
                what = f"the case {case.question!r} expects {wanted} but gets {got!r}{_by_sample(answer.decision)}"
                yield article.slug, case, Problem(file or article.slug, int(line or 0), CASES, what)


def answer_case(snapshot: Snapshot, case: Case, slug: str, encoder: Encoder | None) -> Answer:
    """Return the answer to the question of a case, after those before it."""
    before = None
    for text in case.earlier:
        before = ask(snapshot, Question(text, article=slug, after=before), encoder).reply.context or before
    return ask(snapshot, Question(case.question, article=slug, after=before), encoder)


def _outcome(answer: Answer) -> str:
    match answer.decision:
        case None:
            return NOTHING
        case Answered(best=best):
            return best.target.item.id
        case Unanswered(best=best):
            if best is None or best.target.article is None:  # an act about the last answer shows a fact too
                return answer.reply.fact or NOTHING
            return best.target.item.id
        case Closest(best=best):
            return f"(only the closest) {best.target.item.id}"
        case Suggested(others=others):
            return "(only offered) " + ", ".join(c.target.item.id for c in others)


def _nearest(scope: Scope, case: Case) -> str:
    """Name the sample of the expected fact or gap that is written most like the question of a case."""
    index = scope.index
    position = next(
        (at for at, target in enumerate(index.targets) if target.article and target.item.id == case.expect), None
    )
    if position is None:
        return ""
    return _sample(index.nearest_sample(position, index.sample_cosines(squeeze(normalise(case.question)))))


def _by_sample(decision: Decision | None) -> str:
    """Name the sample question that made the outcome of a case another one."""
    match decision:
        case None:
            return ""
        case Suggested(others=others):
            return _sample(others[0].sample)
        case _:
            return _sample(decision.best.sample if decision.best else "")


def _sample(text: str) -> str:
    return f" (nearest sample {text!r})" if text else ""


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
