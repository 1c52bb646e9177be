"""The use case of the product: a question comes in, a reply goes out."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from bot.core.answer import Question
from bot.core.follow_up import Context, Filling, complete
from bot.core.model import Knowledge, Language
from bot.core.snapshot import Snapshot
from bot.core.split import parts
from bot.core.text import normalise
from bot.service.asking import ask_after, context_of
from bot.service.library import Library
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
        if whole.understood:
            return whole
        asked = (replace(question, text=part, language=whole.language, after=None) for part in parts(question.text))
        return together(whole, [self._reply(snapshot, part) for part in asked])

    def _reply(self, snapshot: Snapshot, question: Question) -> Reply:
        if not normalise(question.text):
            language = question.language or question.default
            return Reply("unanswered", language, Voice(snapshot.knowledge, language).say("empty"))
        understood = ask_after(snapshot, question, self._encoder)
        reply = reply_to(snapshot.knowledge, understood.verdict)
        text = understood.filling.text if understood.filling else question.text
        context = context_of(snapshot, text, understood.verdict)
        line = _understood(snapshot.knowledge, reply.language, question.after, understood.filling)
        return replace(reply, context=context, understood=line)

    def leans(self, question: Question) -> bool:
        """Tell whether a question would be filled from the one before, so that its words alone do not tell it."""
        return bool(question.after and complete(self.library.snapshot, question.text, question.after))

    async def ask(self, question: Question) -> Reply:
        """Answer off the event loop, so that encoding never delays a heartbeat."""
        return await asyncio.to_thread(self.ask_now, question)


def _understood(
    knowledge: Knowledge, language: Language, before: Context | None, filling: Filling | None
) -> str | None:
    """Say what a question was taken to be about, in the author's words; nothing where it was taken as it stands."""
    if before is None or filling is None:
        return None
    voice = Voice(knowledge, language)
    if filling.entity:
        return voice.say("understood", name=filling.entity.name.get(language))
    article = knowledge.article(before.article)
    item = article.item(before.item) if article and before.item else None
    return voice.say("understood_after", label=item.label.get(language) if item else voice.say("understood_last"))


def together(whole: Reply, asked: Sequence[Reply]) -> Reply:
    """Return the replies to the parts as one, if each is an answer and no two are the same; else that to the whole."""
    facts = {(reply.article, reply.fact) for reply in asked if reply.outcome == "answered"}
    if not asked or len(facts) < len(asked):
        return whole
    return replace(asked[0], also=tuple(asked[1:]))
