"""The chat: a prompt that behaves like the bot on Discord, for readers and authors alike."""

import contextlib
import io
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console

from bot.core.dialogue import Context
from bot.core.matching import Question
from bot.core.model import LANGUAGES, Language
from bot.errors import KnowledgeError
from bot.service.library import Library, Responder
from bot.service.replies import Reply, Voice, item_reply, why
from bot.terminal.ask import render, show_why

_HISTORY_LENGTH = 500
_LONGEST_NUMBER = 3
"""Digits of a number that picks an suggestion; what is longer is a question."""


@dataclass(slots=True)
class Chat:
    """One conversation at a terminal."""

    console: Console
    responder: Responder
    article: str | None = None
    language: Language | None = None
    last: Reply | None = None
    context: Context | None = None
    """What was spoken of last, which an incomplete question needs_context on."""

    @property
    def library(self) -> Library:
        """Return the library that is being asked."""
        return self.responder.library

    @property
    def voice(self) -> Voice:
        """Return the bot's voice: the chosen language, the last reply's or the first article's."""
        knowledge = self.library.snapshot.knowledge
        spoken = self.language or (self.last.language if self.last else knowledge.articles[0].language)
        return Voice(knowledge, spoken)

    def welcome(self) -> None:
        """Say what can be asked about."""
        articles = self.library.snapshot.knowledge.articles
        if len(articles) == 1:
            title = articles[0].title.get(self.voice.language)
            self._say("chat_welcome", title=title)
        else:
            self._say("chat_welcome_several", count=len(articles))

    def take(self, line: str) -> bool:
        """Handle one line; return False when the chat is over."""
        line = line.strip()
        if line.startswith(":"):
            return self._command(*line[1:].split())
        if line.isdecimal() and len(line) <= _LONGEST_NUMBER and self.last and self.last.outcome != "answered":
            self._pick(int(line))
        else:
            question = Question(line, self.language, self.article, self.voice.language, self.context)
            self._show(self.responder.ask_now(question))
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
        article = self.library.snapshot.knowledge.article(picked.article)
        fact = article.fact(picked.fact) if article else None
        if article and fact:
            chosen = next((c for c in asked.others if c.target.article == article and c.target.item == fact), None)
            self._show(replace(item_reply(self.voice, article, fact), best=chosen))

    def _why(self) -> None:
        if self.last is None or not (self.last.best or self.last.others):
            self._say("chat_nothing_yet")
        else:
            show_why(self.console, why(self.library.snapshot.knowledge, self.last))

    def _reload(self) -> None:
        try:
            change = self.library.reload()
        except KnowledgeError as error:
            for problem in error.problems:
                self.console.print(str(problem), style="red", markup=False, highlight=False)
            self._say("reload_failed", count=len(error.problems))
        else:
            self._say(
                "reloaded",
                added=len(change.added),
                removed=len(change.removed),
                changed=len(change.changed),
            )

    def _show(self, reply: Reply) -> None:
        self.last = reply
        self.context = reply.context or self.context
        self.console.print(render(reply))

    def _say(self, key: str, **values: object) -> None:
        self.console.print(self.voice.say(key, **values), style="cyan", markup=False, highlight=False)


def run_chat(chat: Chat, history: Path | None) -> None:
    """Read lines until Ctrl-D, Ctrl-C or :quit; the encoder loads behind the prompt."""
    loading = threading.Thread(target=chat.library.encode, daemon=True)
    loading.start()
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")  # bytes that are no text are a question too
    with _readline_history(history):
        chat.welcome()
        try:
            while chat.take(_next_line(loading)):
                pass
        except (EOFError, KeyboardInterrupt):
            chat.console.print()


def _next_line(loading: threading.Thread) -> str:
    """Prompt for a line; it is returned when the encoder is there to answer it."""
    line = input("› ")
    loading.join()
    return line


@contextlib.contextmanager
def _readline_history(file: Path | None) -> Iterator[None]:
    """Give `input` line editing and a history that lasts."""
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
