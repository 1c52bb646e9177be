"""The use case of the product: a question comes in, a reply goes out."""

import asyncio

from bot.core.answer import Question
from bot.service.library import Library, ask_snapshot
from bot.service.ports import Encoder
from bot.service.reply import Reply, reply_to


class Responder:
    """Answers questions from the library's current snapshot."""

    def __init__(self, library: Library, encoder: Encoder | None) -> None:
        """Answer from `library`; `encoder` must be the one that the library's vectors come from."""
        self.library = library
        self._encoder = encoder

    def ask_now(self, question: Question) -> Reply:
        """Answer in the calling thread."""
        snapshot = self.library.snapshot  # taken once: a reload meanwhile does not mix two revisions
        return reply_to(snapshot.knowledge, ask_snapshot(snapshot, question, self._encoder))

    async def ask(self, question: Question) -> Reply:
        """Answer off the event loop, so that encoding never delays a heartbeat."""
        return await asyncio.to_thread(self.ask_now, question)
