"""A responder that is certain about the authors' samples, so that these tests depend on Discord only."""

from bot.core.matching import Answered, Candidate, Decision, Question, Suggested, Unanswered
from bot.core.model import Fact, Gap
from bot.core.text import language_of, normalise, squeeze
from bot.service.library import Library, Responder
from bot.service.replies import Reply, reply_to

UNSURE = ("누군가 그만뒀다던데", "somebody quit, or so I hear")
"""Questions that get only suggestions."""


class Certain(Responder):
    """Answers a sample with its fact or gap, suggests facts for `UNSURE`, and knows nothing else."""

    def __init__(self, library: Library) -> None:
        """Answer from `library`."""
        super().__init__(library, None)
        self.asked: list[str] = []

    def ask_now(self, question: Question) -> Reply:
        """Answer without the matcher."""
        self.asked.append(question.text)
        snapshot = self.library.snapshot
        return reply_to(snapshot.knowledge, self._decide(question))

    def _decide(self, question: Question) -> Decision:
        wanted = squeeze(normalise(question.text))
        language = question.language or language_of(normalise(question.text), question.default)
        targets = self.library.snapshot.index.targets
        others = tuple(Candidate(t, 0.25, t.item.samples[0].text, {}) for t in targets if isinstance(t.item, Fact))[:3]
        for target in targets:
            for sample in target.item.samples:
                if squeeze(normalise(sample.text)) == wanted:
                    best = Candidate(target, 0.9, sample.text, {})
                    return (
                        Unanswered(language, best) if isinstance(target.item, Gap) else Answered(language, best, others)
                    )
        return Suggested(language, others) if question.text in UNSURE else Unanswered(language)
