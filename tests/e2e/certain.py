"""A library that is certain about the authors' samples, so that these tests depend on Discord only."""

from bot.core.matching import Answered, Candidate, Closest, Decision, Question, Suggested, Unanswered
from bot.core.model import Fact, Gap
from bot.core.text import language_of, normalise, squeeze
from bot.service.answering import Answer, Asked
from bot.service.library import Library
from bot.service.replies import reply_to

UNSURE = ("누군가 그만뒀다던데", "somebody quit, or so I hear")
"""Questions that get only suggestions."""


NEARLY = ("오픈에이아이 얘기 좀", "is there something about openai?")
"""Questions that get a closest answer and two others as suggestions."""
ALONE = ("딱 하나 비슷한 얘기", "one thing that is near")
"""Questions that get a closest answer and nothing else."""


class Certain(Library):
    """Answers a sample with its fact or gap, is unsure of the questions above, and knows nothing else."""

    def __init__(self, library: Library) -> None:
        """Answer from the snapshot of `library`; a reload takes its snapshot again."""
        super().__init__(
            lambda: (library.snapshot.knowledge, library.snapshot.revision), None, restored=library.snapshot
        )

    def answer(self, question: Question) -> Answer:
        """Answer without the matcher."""
        decision = self._decide(question)
        reply = reply_to(self.snapshot.knowledge, decision)
        return Answer(self.snapshot, decision, reply, asked=(Asked(question),))

    def _decide(self, question: Question) -> Decision:
        wanted = squeeze(normalise(question.text))
        language = question.language or language_of(normalise(question.text), question.default)
        targets = [target for scope in self.snapshot.every_scope() for target in scope.index.targets]
        others = tuple(Candidate(t, 0.25, t.item.samples[0].text, {}) for t in targets if isinstance(t.item, Fact))[:3]
        for target in targets:
            for sample in target.item.samples:
                if squeeze(normalise(sample.text)) == wanted:
                    best = Candidate(target, 0.9, sample.text, {})
                    return (
                        Unanswered(language, best) if isinstance(target.item, Gap) else Answered(language, best, others)
                    )
        if question.text in (*NEARLY, *ALONE):
            return Closest(language, others[0], others[1:] if question.text in NEARLY else ())
        return Suggested(language, others) if question.text in UNSURE else Unanswered(language)


def with_shipped_matcher(library: Library) -> Library:
    """Return a library that answers from the snapshot of `library` as the bot does."""
    return Library(lambda: (library.snapshot.knowledge, library.snapshot.revision), None, restored=library.snapshot)
