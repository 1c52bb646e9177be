"""Question sets with the knowledge that each is asked of."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bot.core.answer import Question
from bot.core.model import Knowledge
from bot.evaluation.measure import Result, run
from bot.evaluation.noise import Noise, noisy
from bot.evaluation.questions import DEVELOPMENT, Item, read_items, slug_of
from bot.service.reply import Reply
from bot.service.responder import Responder


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions and who answers them."""

    responder: Responder
    items: tuple[Item, ...]

    @property
    def knowledge(self) -> Knowledge:
        """Return what is answered from."""
        return self.responder.library.snapshot.knowledge

    def ask(self) -> tuple[Result, ...]:
        """Ask every question; the first calls load encoder and weights, which is not a question's time."""
        for item in self.items[:3]:
            self._reply(item)
        return run(self.items, self._reply)

    def only(self, wanted: Callable[[Item], bool]) -> "QuestionSet":
        """Return the set without the questions that are not `wanted`."""
        return replace(self, items=tuple(filter(wanted, self.items)))

    def disturbed(self, noise: Noise) -> "QuestionSet":
        """Return the set with every question typed as `noise` says."""
        return replace(self, items=tuple(replace(item, question=noisy(item.question, noise)) for item in self.items))

    def _reply(self, item: Item) -> Reply:
        before = self.responder.ask_now(Question(item.after, article=item.article)).context if item.after else None
        return self.responder.ask_now(Question(item.question, article=item.article, after=before))


def measuring(folder: Path) -> list[Path]:
    """Return the question sets of `folder` that measure, in order; the rest is what `train` learns from."""
    return sorted(file for file in folder.glob("*.jsonl") if DEVELOPMENT not in file.stem)


def open_sets(files: Sequence[Path], answering: Callable[[Path | None], Responder]) -> tuple[QuestionSet, ...]:
    """Read `files`; each is asked of the knowledge in use, or of the article of its own in `../articles`.

    `answering` returns who answers from a folder, None being the knowledge in use.
    """
    served = answering(None)
    slugs = {article.slug for article in served.library.snapshot.knowledge.articles}
    found = []
    for file in files:
        slug = slug_of(file)
        own = file.parent.parent / "articles" / slug
        responder = answering(own) if slug not in slugs and own.is_dir() else served
        found.append(QuestionSet(responder, read_items(file, responder.library.snapshot.knowledge)))
    return tuple(found)
