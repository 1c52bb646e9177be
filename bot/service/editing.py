"""Edits of the facts in use, and what is decided differently since."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bot.core.edits import AddSample, EditRequest, NewFact, NewGap, Place, RetireArticle, places_named
from bot.core.matching import Question, believed
from bot.core.model import NOTHING, Article, Case, Knowledge, Language
from bot.core.snapshot import Snapshot
from bot.core.text import language_of, normalise, squeeze
from bot.errors import KnowledgeError, Problem, StaleError
from bot.service.answering import Answer, ask, score_with
from bot.service.autocomplete import Completer, places
from bot.service.library import Library, answer_case
from bot.service.ports import Edit, Encoder
from bot.service.records import QuestionGroup
from bot.service.unanswered import question_in

MOST_COMPARED: Final = 100
"""Stored questions that are asked before and after an edit; each takes about 10 ms."""


DecidedAs: TypeAlias = Literal["answered", "gap", "closest", "suggested", "other"]
Prepare: TypeAlias = Callable[[EditRequest], Edit]
"""Prepares an edit of the files; raises KnowledgeError."""


@dataclass(frozen=True, slots=True)
class Decided:
    """How the bot decides on a question."""

    outcome: DecidedAs
    """`other`: small talk, or nothing was found."""
    place: Place | None
    """What is answered, quoted as the closest or suggested first."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A question that an edit decides differently."""

    text: str
    is_case: bool
    before: Decided
    after: Decided


@dataclass(frozen=True, slots=True)
class Edited:
    """An edit that was carried out."""

    place: Place
    text: str
    """The question that was added, "" if none was."""
    revision: str
    """That of the facts since."""
    differences: tuple[Difference, ...]
    copied_to: str
    """The folder to which the shipped articles were copied for it, "" if the articles were changed in place."""


class Editing:
    """Edits the facts that a library answers from; its methods take long, so call them off the event loop."""

    def __init__(self, library: Library, encoder: Encoder | None, prepare: Prepare) -> None:
        """Edit what `library`, which has this encoder, answers from; `prepare` knows the files."""
        self._library = library
        self._encoder = encoder
        self._prepare = prepare
        self._completer: tuple[Knowledge, Completer] | None = None

    @property
    def revision(self) -> str:
        """Return the revision of the facts in use, for `carry_out`."""
        return self._library.snapshot.revision

    def complete(self, typed: str, language: Language, most: int) -> tuple[Place, ...]:
        """Return the facts and gaps that have what was typed in their label, id or samples, the best first."""
        return tuple(Place(one.article, one.target) for one in self.completer().complete(typed, language, most))

    def completer(self) -> Completer:
        """Return the completer of the current facts and gaps; indexing them takes a quarter of a second, once."""
        knowledge, known = self._library.snapshot.knowledge, self._completer
        if known is None or known[0] is not knowledge:
            known = self._completer = (knowledge, places(knowledge))
        return known[1]

    def likeliest(self, group: QuestionGroup, most: int) -> tuple[Place, ...]:
        """Return the facts and gaps that the question of a group may be about, the likeliest first, at most `most`."""
        snapshot = self._library.snapshot
        article = self.article_of(group)
        if article is None:
            return ()
        slug = article.slug
        question = Question(question_in(group.text), article=slug)
        scored = score_with(snapshot.alone(slug), question, self._encoder)[1]
        found = [one.target for one in believed(scored).candidates()] if scored else []
        likely = [target.item.id for target in found if target.article is not None]
        others = [*(fact.id for fact in article.facts), *(gap.id for gap in article.gaps)]
        return tuple(Place(slug, name) for name in dict.fromkeys((*likely, *others)))[:most]

    def article_of(self, group: QuestionGroup) -> Article | None:
        """Return the article of a group, else the one its question is nearest to, else the first one."""
        snapshot = self._library.snapshot
        if article := snapshot.knowledge.article(group.article):
            return article
        decided = decided_of(ask(snapshot, Question(question_in(group.text)), self._encoder))
        slug = decided.place.article if decided.place else next(iter(snapshot.scopes), "")
        return snapshot.knowledge.article(slug)

    def find(self, group: QuestionGroup, name: str) -> Place:
        """Return the place called `item` or `article/item`; KnowledgeError if there is none, or are several."""
        found = places_named(self._library.snapshot.knowledge, name)
        found = [one for one in found if one.article == group.article] or found
        if len(found) == 1:
            return found[0]
        what = f"several articles have it: {', '.join(map(str, found))}" if found else "there is no such fact or gap"
        raise KnowledgeError((Problem(name, 0, "", what),))

    def add_question(self, group: QuestionGroup, place: Place, seen: str, stored: Sequence[str] = ()) -> Edited:
        """Carry out `sample_of`; the other arguments and the errors are those of `carry_out`."""
        return self.carry_out(sample_of(group, place), seen, (group.text, *stored))

    def carry_out(self, request: EditRequest, seen: str, asked: Sequence[str] = ()) -> Edited:
        """Edit the files and answer with them.

        `seen` is the revision of the facts that the editor was shown. Of the questions `asked`, the first
        `MOST_COMPARED` are asked before and after. Raises StaleError if there are other facts by now, KnowledgeError
        if the files are wrong or the edit breaks a case; then nothing is written.
        """
        edits: list[Edit] = []

        def prepare() -> Edit:
            edits.append(self._prepare(request))
            return edits[0]

        if self.revision != seen:
            raise StaleError(seen)
        before, after, failing = self._library.edit(prepare, seen)
        place = _place_of(request, before.knowledge, after.knowledge)
        is_article = isinstance(request, RetireArticle)  # what it answers by name, as in cases, stays the same
        differences = () if is_article else tuple(self._differences(before, after, place.article, asked, failing))
        return Edited(place, _question_of(request), after.revision, differences, edits[0].copied_to)

    def _differences(
        self, before: Snapshot, after: Snapshot, slug: str, stored: Sequence[str], failing: Collection[Case]
    ) -> Iterator[Difference]:
        """Yield the stored questions and the cases of an article that two snapshots decide differently.

        A case that expects an answer is decided alike in both, unless it is among those `failing` in both.
        """
        for text in tuple(dict.fromkeys(stored))[:MOST_COMPARED]:
            old, new = (decided_of(ask(one, Question(text), self._encoder)) for one in (before, after))
            if old != new:
                yield Difference(text, False, old, new)  # noqa: FBT003  a field of a record
        article, known = before.knowledge.article(slug), {(one.earlier, one.question) for one in failing}
        for case in article.cases if article else ():
            if case.expect != NOTHING and (case.earlier, case.question) not in known:
                continue
            old, new = (decided_of(answer_case(one, case, slug, self._encoder)) for one in (before, after))
            if old != new:
                yield Difference(case.question, True, old, new)  # noqa: FBT003  a field of a record


def sample_of(group: QuestionGroup, place: Place) -> AddSample:
    """Return the edit that makes the question of a group a sample; raise KnowledgeError if nothing of it is left."""
    text = question_in(group.text)
    if not squeeze(normalise(text)):
        raise KnowledgeError((Problem(str(place), 0, "", "nothing of the question is left to add"),))
    return AddSample(place, text, language_of(normalise(text), group.language))


def _question_of(request: EditRequest) -> str:
    """Return the question that an edit adds, "" if it adds none."""
    if isinstance(request, NewFact | NewGap):
        return request.samples[0].text
    return request.text if isinstance(request, AddSample) else ""


def _place_of(request: EditRequest, before: Knowledge, after: Knowledge) -> Place:
    """Return the place that an edit concerns; the id of a new fact or gap is the one that there was not before."""
    if isinstance(request, RetireArticle):
        return Place(request.article, "")
    if not isinstance(request, NewFact | NewGap):
        return request.place
    new = [name for name in _ids(after, request.article) if name not in _ids(before, request.article)]
    return Place(request.article, new[0])


def _ids(knowledge: Knowledge, slug: str) -> tuple[str, ...]:
    """Return the ids of the facts and gaps of an article, and what cases expect of neither."""
    article = knowledge.article(slug)
    return (*(item.id for item in article.items()), NOTHING) if article else ()


def decided_of(answer: Answer) -> Decided:
    """Return how an answer was decided."""
    reply = answer.reply
    if reply.outcome == "answered" and reply.article and reply.fact:
        return Decided("answered", Place(reply.article, reply.fact))
    if reply.gap and reply.best and reply.best.target.article:
        return Decided("gap", Place(reply.best.target.article.slug, reply.gap))
    if reply.closest and reply.closest.article and reply.closest.fact:
        return Decided("closest", Place(reply.closest.article, reply.closest.fact))
    if reply.suggestions:
        return Decided("suggested", Place(reply.suggestions[0].article, reply.suggestions[0].fact))
    return Decided("other", None)
