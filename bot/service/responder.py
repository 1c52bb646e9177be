"""The use case of the product: a question comes in, a reply goes out."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.core.answer import Question
from bot.core.snapshot import Snapshot
from bot.core.split import parts
from bot.core.text import normalise
from bot.service.library import Library, ask_snapshot
from bot.service.ports import Encoder
from bot.service.reply import Reply, Voice, reply_to


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
        asked = (replace(question, text=part, language=whole.language) for part in parts(question.text))
        return together(whole, [self._reply(snapshot, part) for part in asked])

    def _reply(self, snapshot: Snapshot, question: Question) -> Reply:
        if not normalise(question.text):
            language = question.language or question.default
            return Reply("unanswered", language, Voice(snapshot.knowledge, language).say("empty"))
        return reply_to(snapshot.knowledge, ask_snapshot(snapshot, question, self._encoder))

    async def ask(self, question: Question) -> Reply:
        """Answer off the event loop, so that encoding never delays a heartbeat."""
        return await asyncio.to_thread(self.ask_now, question)


def together(whole: Reply, asked: Sequence[Reply]) -> Reply:
    """Return the replies to the parts as one, if each is an answer and no two are the same; else that to the whole."""
    facts = {(reply.article, reply.fact) for reply in asked if reply.outcome == "answered"}
    if not asked or len(facts) < len(asked):
        return whole
    return replace(asked[0], also=tuple(asked[1:]))
