"""The chat: a prompt that answers as the bot does on Discord, with commands for authors."""

import contextlib
import io
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from bot.core.dialogue import Context
from bot.core.matching import Question
from bot.core.model import LANGUAGES, Knowledge, Language
from bot.errors import KnowledgeError
from bot.service.answering import Answer, Asked
from bot.service.conversation import context_after_picking
from bot.service.explaining import with_note
from bot.service.library import Library
from bot.service.replies import Reply, Voice, item_reply
from bot.terminal.ask import render, show_why

_HISTORY_LENGTH = 500
_LONGEST_NUMBER = 3
"""Digits of a number that picks a suggestion; a longer one is a question."""


@dataclass(slots=True)
class Chat:
    """One conversation at a terminal."""

    console: Console
    library: Library
    article: str | None = None
    language: Language | None = None
    last: Reply | None = None
    answer: Answer | None = None
    """The answer to the last question; `last` may be a suggestion that was picked from it."""
    context: Context | None = None
    """What was talked about last; an incomplete question refers to it."""

    @property
    def knowledge(self) -> Knowledge:
        """Return the knowledge in service now."""
        return self.library.snapshot.knowledge

    @property
    def voice(self) -> Voice:
        """Return the bot's voice in the chosen language, else the last reply's, else the first article's."""
        return Voice(self.knowledge, self.language or (self.last or self.knowledge.articles[0]).language)

    def welcome(self) -> None:
        """Say what can be asked about."""
        articles = self.knowledge.articles
        key = "chat_welcome" if len(articles) == 1 else "chat_welcome_several"
        self._say(key, title=articles[0].title.get(self.voice.language), count=len(articles))

    def take(self, line: str) -> bool:
        """Handle one line; return False when the chat is over."""
        line = line.strip()
        if line.startswith(":"):
            return self._command(*line[1:].split())
        if line.isdecimal() and len(line) <= _LONGEST_NUMBER and self.last:
            self._pick(int(line))
        else:
            question = Question(line, self.language, self.article, self.voice.language, self.context)
            self.answer = self.library.answer(question)
            self._show(self.answer.reply)
        return True

    def _command(self, name: str = "", *arguments: str) -> bool:
        match name, arguments:
            case (("quit" | "q" | "exit"), _):
                return False
            case "help", _:
                self._say("chat_help")
            case "why", _:
                self._why()
            case "reload", _:
                self._reload()
            case "lang", (("ko" | "en" | "auto") as wanted,):
                self.language = next((language for language in LANGUAGES if language == wanted), None)
                self._say("chat_language", language=wanted)
            case _:
                self._say("chat_unknown_command")
        return True

    def _pick(self, number: int) -> None:
        asked = self.last
        if asked is None or not 1 <= number <= len(asked.suggestions):
            self._say("chat_no_such_number")
            return
        picked = asked.suggestions[number - 1]
        article = self.knowledge.article(picked.article)
        fact = article.fact(picked.fact) if article else None
        if article and fact:
            best = next((one for one in asked.others if (one.target.article, one.target.item) == (article, fact)), None)
            context = context_after_picking(self.knowledge, article.slug, fact.id, self.voice.language, self.context)
            self._show(replace(item_reply(self.voice, article, fact), best=best, context=context))
            self._explain_in(article.slug)

    def _explain_in(self, slug: str) -> None:
        """Let `:why` tell of the article of the fact that was picked."""
        if self.answer is not None:
            others = (one for one in self.answer.asked if one.question.article != slug)
            elsewhere = tuple(Asked(replace(one.question, article=slug)) for one in others)
            self.answer = replace(self.answer, asked=elsewhere or self.answer.asked)

    def _why(self) -> None:
        if self.answer is None:
            self._say("chat_nothing_yet")
            return
        explanations = self.library.explain(self.answer)
        if self.last is not self.answer.reply:
            explanations = tuple(with_note(one, self.voice.say("why_picked")) for one in explanations)
        show_why(self.console, explanations)

    def _reload(self) -> None:
        try:
            change = self.library.reload()
        except KnowledgeError as error:
            for problem in error.problems:
                self.console.print(str(problem), style="red", markup=False, highlight=False)
            self._say("reload_failed", count=len(error.problems))
        else:
            counts = {"added": len(change.added), "removed": len(change.removed), "changed": len(change.changed)}
            self._say("reloaded", **counts)

    def _show(self, reply: Reply) -> None:
        self.last = reply
        self.context = reply.context or self.context
        self.console.print(render(reply))

    def _say(self, key: str, **values: object) -> None:
        self.console.print(self.voice.say(key, **values), style="cyan", markup=False, highlight=False)


def run_chat(chat: Chat, history: Path | None, waiting: AbstractContextManager[object]) -> None:
    """Read lines until Ctrl-D, Ctrl-C or :quit; the encoder loads behind the prompt.

    `waiting` is entered while an answer waits for it.
    """
    loading = threading.Thread(target=chat.library.encode, daemon=True)
    loading.start()
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # bytes that are not text make a question, too
    with _readline_history(history):
        chat.welcome()
        try:
            while chat.take(_next_line(loading, waiting)):
                pass
        except (EOFError, KeyboardInterrupt):
            chat.console.print()


def _next_line(loading: threading.Thread, waiting: AbstractContextManager[object]) -> str:
    """Prompt for a line; return it once the encoder is loaded."""
    line = input("› ")
    with waiting:
        loading.join()
    return line


@contextlib.contextmanager
def _readline_history(file: Path | None) -> Iterator[None]:
    """Give `input` line editing and a history kept in `file`."""
    try:
        import readline  # noqa: PLC0415  absent on Windows
    except ImportError:
        yield
        return
    if file is not None:
        with contextlib.suppress(OSError):
            readline.read_history_file(file)
    yield
    if file is not None:
        with contextlib.suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            readline.set_history_length(_HISTORY_LENGTH)
            readline.write_history_file(file)
