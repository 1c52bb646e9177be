"""Edits of the facts in use: a reader's question becomes a sample, and what is then decided differently is told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

from bot.core.matching import Question, believed
from bot.core.model import Language
from bot.core.snapshot import Snapshot
from bot.core.text import language_of, normalise, squeeze
from bot.errors import KnowledgeError, Problem, StaleError
from bot.service.answering import Answer, ask, score_with
from bot.service.library import Library, answer_case
from bot.service.ports import Edit, Encoder
from bot.service.records import QuestionGroup
from bot.service.unanswered import question_in

MOST_COMPARED: Final = 100
"""Stored questions that are asked before and after an edit; each takes about 10 ms."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is asked or told: a fact or gap of an article."""

    article: str
    item: str

    def __str__(self) -> str:
        """Return it as authors write it."""
        return f"{self.article}/{self.item}"


PrepareRetirement: TypeAlias = Callable[[str, bool], Edit]
"""Prepares the edit that retires the article with a slug, or puts it in use again; raises KnowledgeError."""
DecidedAs: TypeAlias = Literal["answered", "gap", "closest", "suggested", "other"]
PrepareQuestion: TypeAlias = Callable[[Place, str, Language], Edit]
"""Prepares the edit that makes a text a sample, and the question of a case, of a fact or gap; raises KnowledgeError."""


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
    """The question as it was added."""
    revision: str
    """That of the facts since."""
    differences: tuple[Difference, ...]
    copied_to: str
    """The folder to which the shipped articles were copied for it, "" if the articles were changed in place."""


@dataclass(frozen=True, slots=True)
class Retired:
    """An article that was retired, or put in use again."""

    revision: str
    """That of the facts since."""
    copied_to: str
    """The folder to which the shipped articles were copied for it, "" if the articles were changed in place."""


class Editing:
    """Edits the facts that a library answers from; its methods take long, so call them off the event loop."""

    def __init__(
        self,
        library: Library,
        encoder: Encoder | None,
        prepare: PrepareQuestion,
        prepare_retirement: PrepareRetirement,
    ) -> None:
        """Edit what `library`, which has this encoder, answers from; `prepare` and the other one know the files."""
        self._library = library
        self._encoder = encoder
        self._prepare = prepare
        self._prepare_retirement = prepare_retirement

    @property
    def revision(self) -> str:
        """Return the revision of the facts in use, for `add_question`."""
        return self._library.snapshot.revision

    def likeliest(self, group: QuestionGroup, most: int) -> tuple[Place, ...]:
        """Return the facts and gaps that the question of a group may be about, the likeliest first, at most `most`."""
        snapshot = self._library.snapshot
        slug = group.article if snapshot.knowledge.article(group.article) else self._article_of(group)
        article = snapshot.knowledge.article(slug)
        if article is None:
            return ()
        question = Question(question_in(group.text), article=slug)
        scored = score_with(snapshot.alone(slug), question, self._encoder)[1]
        found = [one.target for one in believed(scored).candidates()] if scored else []
        likely = [target.item.id for target in found if target.article is not None]
        others = [*(fact.id for fact in article.facts), *(gap.id for gap in article.gaps)]
        return tuple(Place(slug, name) for name in dict.fromkeys((*likely, *others)))[:most]

    def _article_of(self, group: QuestionGroup) -> str:
        """Return the article that a question is nearest to, else the first one."""
        snapshot = self._library.snapshot
        decided = decided_of(ask(snapshot, Question(question_in(group.text)), self._encoder))
        return decided.place.article if decided.place else next(iter(snapshot.scopes), "")

    def find(self, group: QuestionGroup, name: str) -> Place:
        """Return the place called `item` or `article/item`; KnowledgeError if there is none, or are several."""
        articles = self._library.snapshot.knowledge.articles
        slug, _, item = name.rpartition("/")
        found = [Place(one.slug, item) for one in articles if slug in {"", one.slug} and one.item(item)]
        found = [one for one in found if one.article == group.article] or found
        if len(found) == 1:
            return found[0]
        what = f"several articles have it: {', '.join(map(str, found))}" if found else "there is no such fact or gap"
        raise KnowledgeError((Problem(name, 0, "", what),))

    def add_question(self, group: QuestionGroup, place: Place, seen: str, stored: Sequence[str] = ()) -> Edited:
        """Make the question of a group a sample of a fact or gap, and a case that expects it, and answer with it.

        `seen` is the revision of the facts that the editor was shown. Of the `stored` questions, the first
        `MOST_COMPARED` are asked before and after. Raises StaleError if there are other facts by now, KnowledgeError
        if the files are wrong or the sample breaks a case; then nothing is written.
        """
        text = question_in(group.text)
        if not squeeze(normalise(text)):
            raise KnowledgeError((Problem(str(place), 0, "", "nothing of the question is left to add"),))
        edits: list[Edit] = []

        def prepare() -> Edit:
            edits.append(self._prepare(place, text, language_of(normalise(text), group.language)))
            return edits[0]

        if self.revision != seen:
            raise StaleError(seen)
        before, after = self._library.edit(prepare, seen)
        differences = tuple(self._differences(before, after, place.article, (group.text, *stored)))
        return Edited(place, text, after.revision, differences, edits[0].copied_to)

    def retire(self, slug: str, seen: str, *, retired: bool) -> Retired:
        """Retire an article of the facts at revision `seen`, or put it in use again; errors as of `add_question`."""
        edits: list[Edit] = []

        def prepare() -> Edit:
            edits.append(self._prepare_retirement(slug, retired))
            return edits[0]

        if self.revision != seen:
            raise StaleError(seen)
        _, after = self._library.edit(prepare, seen)
        return Retired(after.revision, edits[0].copied_to)

    def _differences(self, before: Snapshot, after: Snapshot, slug: str, stored: Sequence[str]) -> Iterator[Difference]:
        """Yield the stored questions and the cases of an article that two snapshots decide differently."""
        for text in tuple(dict.fromkeys(stored))[:MOST_COMPARED]:
            old, new = (decided_of(ask(one, Question(text), self._encoder)) for one in (before, after))
            if old != new:
                yield Difference(text, False, old, new)  # noqa: FBT003  a field of a record
        article = before.knowledge.article(slug)
        for case in article.cases if article else ():
            old, new = (decided_of(answer_case(one, case, slug, self._encoder)) for one in (before, after))
            if old != new:
                yield Difference(case.question, True, old, new)  # noqa: FBT003  a field of a record


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
