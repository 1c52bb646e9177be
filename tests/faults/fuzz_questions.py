"""Ask fuzzed questions: `python tests/faults/fuzz_questions.py [--count 100000] [--seed 1] [--semantic]`.

Sample questions are cut, joined, repeated and mixed with mentions, markup, secrets and odd characters, and asked with
and without a question before. No text may raise an error, notify anybody or bring back what was written.
"""

import argparse
import json
import logging
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.app import build
from bot.core.dialogue import Context
from bot.core.matching import Question
from bot.core.model import LANGUAGES, Language
from bot.discord_bot.components import view_of
from bot.discord_bot.markup import MESSAGE, texts_of
from bot.evaluation.perturbation import with_typos
from bot.service.answering import Answer
from bot.service.library import Library
from bot.service.pages import reply_page
from bot.settings import Settings, Switch
from bot.terminal.ask import as_json
from tests.faults.promises import Promises

SECRET = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GtOkEn.s3cr3t-s3cr3t-s3cr3t-s3cr3t"  # noqa: S105  it opens nothing
SNIPPETS = (
    *("@everyone", "@here", "<@1>", "<@!1>", "<@&1>", "<#1>", "</ask:1>", "<t:0:R>", "<:a:1>", "<id:guide>", SECRET),
    *("**", "||", "```", "`", "> ", "# ", "-# ", "1. ", "[a](https://a.example)", "https://a.example/@everyone"),
    *("\u200b", "\u3164", "\u202e", "\u2066", "\u0301" * 9, "\ud800", "\x00", "\x1b[31m", "\ufeff", "ﷺ", "👩‍🚒", "🏳️‍🌈"),
    *("{question}", "%s", "${HOME}", "\\", "'; DROP TABLE", "<script>", "!!python/object:os.system", "(a+)+$"),
    *(
        "\n",
        "\t",
        "?",
        "? ",
        ". ",
        "그리고 ",
        "and also ",
        "ㅋㅋㅋ",
        "ㅠㅠ",
        "왜?",
        "who?",
        "그럼 ",
        "no, ",
        "더 ",
        "ㄱ",
        "dkssud",
    ),
)
PING = re.compile(r"@(?:everyone|here)|(?<!\\)<@[!&]?\d+>")
LONGEST = 4_000


class Fuzzer:
    """Makes questions; the same seed makes the same ones."""

    def __init__(self, library: Library, seed: int) -> None:
        """Take words and samples from the knowledge of `library`."""
        self.chance = random.Random(seed)  # noqa: S311  the same questions each time
        targets = [target for scope in library.snapshot.every_scope() for target in scope.index.targets]
        self._samples = tuple(sample.text for target in targets for sample in target.item.samples)
        self._articles = [article.slug for article in library.snapshot.knowledge.articles]
        self._items = [target.item.id for target in targets]

    def questions(self, count: int) -> Iterator[Question]:
        """Yield questions."""
        for _ in range(count):
            text = self.text()
            after = self._context() if self.chance.random() < 0.3 else None
            language = self.chance.choice((None, None, None, *LANGUAGES))
            yield Question(text[:LONGEST], language, self._article(), default=self._language(), after=after)

    def text(self) -> str:
        """Return a fuzzed text."""
        chance = self.chance
        text = chance.choice(self._samples) if chance.random() < 0.9 else ""
        for _ in range(chance.randint(0, 5)):
            text = self._changed(text)
        return text

    def _changed(self, text: str) -> str:  # noqa: PLR0911  one way to change a text each
        chance = self.chance
        at, until = sorted((chance.randint(0, len(text)), chance.randint(0, len(text))))
        match chance.randrange(8):
            case 0:
                return text[:at] + text[until:]
            case 1:
                return text[:at] + chance.choice(self._samples) + text[until:]
            case 2:
                return text[:at] + text[at:until] * chance.randint(2, 40) + text[until:]
            case 3:
                return text[:at] + "".join(chr(chance.randrange(0x20, 0x2FFFF)) for _ in range(9)) + text[at:]
            case 4:
                return text[:at] + text[at:until][::-1] + text[until:]
            case 5 if text.strip():
                return with_typos(text[:LONGEST].encode(errors="replace").decode(), chance.randrange(99))
            case _:
                return text[:at] + chance.choice(SNIPPETS) + text[at:]

    def _context(self) -> Context:
        item = self.chance.choice((None, "no-such-item", *self._items))
        return Context(self.chance.choice((*self._articles, "no-such-article")), self.text(), item)

    def _article(self) -> str | None:
        return self.chance.choice((None, None, None, *self._articles, "no-such-article"))

    def _language(self) -> Language:
        return self.chance.choice(LANGUAGES)


class Listener(logging.Handler):
    """Counts the lines of the log that hold the secret."""

    def __init__(self) -> None:
        """Hear everything."""
        super().__init__(logging.DEBUG)
        self.leaks = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Look at one line."""
        self.leaks += SECRET in record.getMessage()


def shown(answer: Answer, text: str) -> str:
    """Return all that the fronts show of an answer; raise where a front can't show it."""
    page = reply_page(answer.snapshot.knowledge, answer.reply)
    texts = texts_of(page)
    view_of(page)
    if not texts or any(not 0 < len(one) <= MESSAGE for one in texts):
        msg = "a text is empty or too long"
        raise ValueError(msg)
    return "\n".join((*texts, json.dumps(as_json("", answer.reply) | {"question": ""}) if text else ""))


def fuzz(promises: Promises, library: Library, count: int, seed: int) -> None:
    """Ask so many questions and check what is promised."""
    fuzzer, listener = Fuzzer(library, seed), Listener()
    logging.getLogger().addHandler(listener)
    errors, outcomes, pings, leaks = list[str](), Counter[str](), list[str](), list[str]()
    began = time.process_time()
    for question in fuzzer.questions(count):
        try:
            answer = library.answer(question)
            text = shown(answer, question.text)
        except Exception as error:  # noqa: BLE001  every error is a finding
            errors.append(f"{type(error).__name__}: {error} on {question!r}")
            continue
        outcomes[answer.reply.outcome] += 1
        pings += [repr(question)] if PING.search(text) else []
        leaks += [repr(question)] if SECRET in text else []
    logging.getLogger().removeHandler(listener)
    seconds = time.process_time() - began
    sys.stdout.write(f"{count} questions, {1000 * seconds / count:.1f} CPU ms each: {dict(outcomes)}\n")
    sys.stdout.writelines(f"{line}\n" for line in (*errors[:10], *pings[:10], *leaks[:10]))
    promises.check("no question raises an error", kept=not errors, figures=f"{len(errors)} errors")
    promises.check("no reply notifies anybody", kept=not pings, figures=f"{len(pings)} mentions")
    promises.check("no reply holds a secret of the question", kept=not leaks, figures=f"{len(leaks)} replies")
    promises.check("no line of the log does", kept=not listener.leaks, figures=f"{listener.leaks} lines")


def main() -> None:
    """Run, and exit with 1 if a promise is broken."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--semantic", action="store_true")
    chosen = parser.parse_args()
    promises = Promises()
    app = build(Settings(semantic=Switch.ON if chosen.semantic else Switch.OFF), compiled=True)
    fuzz(promises, app.library, chosen.count, chosen.seed)
    promises.end()


if __name__ == "__main__":
    main()
